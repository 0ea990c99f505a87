//! Standard output, standard error, and what they are written on.

use std::{
    ffi::OsString,
    fs::{self, File},
    io::{self, IsTerminal, Write},
    path::{Path, PathBuf},
};

use parking_lot::RwLock;

use super::{
    Stop,
    options::{Color, Shared, Showing},
    output::unmade,
};
use crate::{
    error::Error,
    model::{Privacy, Sentence, SourceReport, Zone, for_log, key, skipped_note},
    render::{json, terminal::TerminalView},
    table::Canonical,
    taxonomy::Lang,
};

pub use crate::model::shell_word as quoted;

static SPOKEN: RwLock<Lang> = RwLock::new(Lang::ALL[0]);

/// The language of messages from now on.
pub fn speak(lang: Lang) {
    *SPOKEN.write() = lang;
}

/// The language of messages.
pub fn spoken() -> Lang {
    *SPOKEN.read()
}

/// What went wrong, on standard error.
pub fn fail(error: &Error) {
    tell(&error.text(spoken()));
}

/// A message on standard error. Where that is gone, there is nobody to tell.
pub fn tell(text: &str) {
    let lines: Vec<String> = text.lines().map(for_log).collect();
    tell_plainly(&format!("errstat: {}\n", lines.join("\n")));
}

/// Text on standard error that is safe to show already.
pub fn tell_plainly(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}

/// A result on standard output.
pub fn print(bytes: &[u8]) -> Result<(), Stop> {
    printed(io::stdout().write_all(bytes))
}

/// The JSON Schema of a result, on standard output.
pub fn print_schema<T: schemars::JsonSchema>() -> Result<(), Stop> {
    print(json::schema::<T>().map_err(unmade)?.as_bytes())
}

/// What came of writing on standard output, once all of it is out.
pub fn printed(written: io::Result<()>) -> Result<(), Stop> {
    match written.and_then(|()| io::stdout().flush()) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Err(Stop::PipeClosed),
        Err(error) => Err(Error::new(key::error::STDOUT).because(&error).into()),
    }
}

/// What of the inputs was not taken over, on standard error.
pub fn tell_left_out(canonical: &Canonical, showing: &Showing) {
    if showing.quiet {
        return;
    }
    let lang = showing.lang();
    canonical.notes.iter().for_each(|note| tell(&lang.say(note)));
    let partial = canonical.reading.reports().filter_map(SourceReport::partial_note);
    let rejects = canonical.reading.reports().filter_map(SourceReport::rejects_note);
    let skipped = canonical.reading.skipped.iter().map(skipped_note);
    partial.chain(rejects).chain(skipped).for_each(|note| tell(&lang.say(&note)));
}

/// Says in which zone times are shown, once on each machine: where it isn't the machine's own, and nobody chose it.
pub fn tell_zone(shared: &Shared) {
    let (shown, on_terminal) = (shared.zone(), io::stdout().is_terminal() && io::stderr().is_terminal());
    if shared.selection.timezone.is_some() || shared.showing.quiet || !on_terminal {
        return;
    }
    let names = [std::env::var("TZ").ok(), iana_time_zone::get_timezone().ok()];
    let own = names.iter().flatten().find_map(|name| name.parse::<Zone>().ok());
    if let Some(own) = own.filter(|own| *own != shown && is_first_time()) {
        tell(&shared.lang().say(&Sentence::new(key::terminal::ZONE).with("shown", shown).with("own", own)));
    }
}

/// Whether this is the first time here; never where that can't be remembered.
fn is_first_time() -> bool {
    let of_user = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let state = of_user("XDG_STATE_HOME").or_else(|| of_user("LOCALAPPDATA"));
    let Some(state) = state.or_else(|| Some(std::env::home_dir()?.join(".local/state"))) else { return false };
    let folder = state.join("errstat");
    fs::create_dir_all(&folder).is_ok() && File::create_new(folder.join("zone-told")).is_ok()
}

/// Options whose values are addresses of people.
const ADDRESSES: [&str; 2] = ["--mail-from", "--mail-to"];

/// The words of a command without the addresses of people in it, for what others read.
pub fn without_addresses(words: &[OsString]) -> Vec<OsString> {
    let mut is_value = false;
    let is_of_mail = |word: &&OsString| {
        let text = word.to_string_lossy();
        let is_option = ADDRESSES.contains(&text.split('=').next().unwrap_or_default());
        let of_mail = is_option || is_value;
        is_value = is_option && !text.contains('=');
        !of_mail
    };
    words.iter().filter(is_of_mail).cloned().collect()
}

/// A command as it can be typed again, safe to show.
pub fn command_line(words: impl IntoIterator<Item = OsString>, privacy: Privacy) -> String {
    let mut is_channel = false;
    let words = words.into_iter().skip(1).map(|word| {
        let text = word.to_string_lossy();
        // What begins on the disk is a path, in which dots and slashes are those of folders; so is a channel's pattern.
        let there = Path::new(&word).components().next().is_some_and(|first| Path::new(&first).exists());
        let is_path = there || is_channel || text.starts_with("--channel=");
        is_channel = text == "--channel";
        quoted(&if is_path { privacy.path(&text) } else { privacy.text(&text) })
    });
    ["errstat".to_owned()].into_iter().chain(words).collect::<Vec<_>>().join(" ")
}

/// How a file is to be written.
pub fn plain(shared: &Shared) -> TerminalView {
    TerminalView { lang: shared.lang(), top: shared.top(), width: 100, color: false, unicode: true }
}

/// How the terminal is to be written on; plain where standard output is none.
pub fn view(shared: &Shared) -> TerminalView {
    let terminal = io::stdout().is_terminal();
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let width = terminal_size::terminal_size().filter(|_| terminal).map(|(width, _)| usize::from(width.0));
    let width = width.or_else(|| set("COLUMNS")?.parse().ok()).unwrap_or(100);
    let color = match shared.showing.color.unwrap_or_default() {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => terminal && set("NO_COLOR").is_none() && set("TERM").as_deref() != Some("dumb"),
    };
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| set(name));
    let ascii = terminal && locale.is_some_and(|name| !name.to_lowercase().replace('-', "").contains("utf8"));
    TerminalView { lang: shared.lang(), top: shared.top(), width, color, unicode: !ascii }
}
