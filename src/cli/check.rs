//! `errstat check`: the exit code decides.

use std::{
    fs,
    fs::OpenOptions,
    io::Write,
    path::{Path, PathBuf},
    str::FromStr,
};

use clap::{Args, ValueEnum};

use super::{
    Stop,
    config::{Config, ConfigFile},
    load,
    options::{AccessLogs, ChannelRule, Shared, parsed},
    output::{self, shown},
    screen, text_file,
};
use crate::{
    analysis::{self, Asked, Bounds, PeriodSpec},
    check::{self, Baseline, Case, Misplaced, Rules, Verdict},
    error::{Error, Result},
    model::{Privacy, Sentence, key},
    render::{env, github, json, junit, markdown, terminal},
    table::Table,
};

/// Judge exports by rules; the exit code is the result
///
/// Put the rules into errstat.toml ([check]), or let --init propose some. Exit code 0: all rules pass. 1: a rule fails. 2:
/// undecidable (no rules, unreadable, unclear or stale inputs, or inputs that don't cover the period).
#[derive(Args, Debug)]
pub struct Arguments {
    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,

    /// Also write a file: junit=check.xml, …
    ///
    /// In any of the formats. Repeatable.
    #[arg(long, value_name = "FORMAT=FILE", value_parser = parsed::<Report>)]
    report: Vec<Report>,

    /// Compare with a summary.json: worse or new fails
    ///
    /// Write it with --update-baseline or errstat summary --format json.
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,

    /// Accept the present state: write it to the baseline
    #[arg(long, requires = "baseline")]
    update_baseline: bool,

    /// Propose rules from the inputs, in errstat.toml
    #[arg(long, conflicts_with_all = ["baseline", "report"])]
    init: bool,

    /// Print the JSON Schema of --format json
    #[arg(long, exclusive = true)]
    schema: bool,

    #[command(flatten)]
    shared: Shared,

    #[command(flatten)]
    access: AccessLogs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
    Junit,
    Github,
    Markdown,
    Env,
}

/// `--report`.
#[derive(Clone, Debug)]
struct Report {
    format: Format,
    place: PathBuf,
}

impl FromStr for Report {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let report = || {
            let (format, place) = text.split_once('=')?;
            let format = Format::from_str(format, false).ok()?;
            (!place.is_empty()).then(|| Report { format, place: PathBuf::from(place) })
        };
        report().ok_or_else(|| {
            let formats = Format::value_variants().iter().filter_map(Format::to_possible_value);
            let known: Vec<String> = formats.map(|format| format.get_name().to_owned()).collect();
            Error::new(key::check_error::REPORT_FORM)
                .with("value", Privacy::default().text(text))
                .with_list("known", known)
        })
    }
}

/// `configured` is what came of the options of the configuration.
pub fn run(
    arguments: Arguments,
    config: Result<Option<Config<'_>>>,
    configured: Result<()>,
) -> std::result::Result<(), Stop> {
    if arguments.schema {
        return screen::print_schema::<Verdict>();
    }
    if arguments.init {
        return init(arguments, config.ok().flatten(), configured);
    }
    let written = arguments.report.iter().map(|report| &report.place);
    let outputs: Vec<&Path> = written
        .chain(arguments.baseline.as_ref().filter(|_| arguments.update_baseline))
        .map(PathBuf::as_path)
        .collect();
    load::apart(&arguments.shared, &arguments.access, &outputs)?;
    let judged = config.and_then(|config| configured.and_then(|()| verdict(&arguments, config.as_ref())));
    let unread = judged.as_ref().err().cloned();
    let verdict = judged.unwrap_or_else(|error| {
        let options = load::options(&arguments.shared);
        // What the configuration says of the language holds though the rest of it may not.
        Verdict::unjudged(vec![error.text(screen::spoken())], &options)
    });
    // From here on the exit code is settled; only an output that cannot be written makes it worse.
    let mut failed: Vec<Error> = Vec::new();
    for report in &arguments.report {
        let written = arguments.rendered(&verdict, report.format, false);
        failed.extend(written.and_then(|bytes| write(&report.place, &bytes)).err());
    }
    // On the screen the sentence is enough.
    let told = unread.is_some() && arguments.format == Format::Text;
    failed.extend(unread);
    if !told {
        let bytes = arguments.rendered(&verdict, arguments.format, true).map_err(Stop::from);
        if let Err(Stop::Failed(error)) = bytes.and_then(|bytes| screen::print(&bytes)) {
            failed.push(error);
        }
    }
    if arguments.format == Format::Github {
        let (lang, top) = (arguments.shared.lang(), arguments.shared.top());
        failed.extend(job_summary(&markdown::verdict(&verdict, lang, top)).err());
    }
    failed.iter().for_each(screen::fail);
    match verdict.exit_code {
        0 if failed.is_empty() => Ok(()),
        1 if failed.is_empty() => Err(Stop::Broken),
        _ => Err(Stop::Told),
    }
}

/// Reads everything and judges it; writes a new baseline where one is asked for.
fn verdict(arguments: &Arguments, config: Option<&Config<'_>>) -> Result<Verdict> {
    let shared = &arguments.shared;
    let rules = config.map_or_else(|| Ok(Rules::default()), Config::rules)?;
    unfiltered(shared)?;
    let options = load::options(shared);
    let (all, asked, log) = load::table_and_log(shared, &arguments.access, &options)?;
    let maintained = asked.maintenance_bounds();
    let table = all.without(&maintained);
    let mut analysis = analysis::analyse(&table, &asked, &options)?;
    analysis.notes.extend(maintenance(&all, &table, &asked));
    load::compare(shared, &arguments.access, log, &table, &mut analysis, &maintained)?;
    let numbers = || json::json(&analysis).map_err(output::unmade);
    let baseline = match &arguments.baseline {
        Some(place) if arguments.update_baseline => Some(Baseline::read(shown(place), &numbers()?)?),
        Some(place) => {
            Some(Baseline::read(shown(place), &text_file::read(place, key::check_error::BASELINE_UNREADABLE)?)?)
        }
        None => None,
    };
    let case = Case { table: &table, analysis: &analysis, options: &options };
    let refused = |wrong: Misplaced| config.map_or(wrong.error.clone(), |config| config.file.refuse(wrong));
    let verdict = check::judge(case, &rules, baseline.as_ref()).map_err(refused)?;
    if let Some(place) = arguments.baseline.as_ref().filter(|_| arguments.update_baseline)
        && verdict.result != check::Judgement::NotJudged
    {
        write(place, numbers()?.as_bytes())?;
        if !shared.showing.quiet {
            let written = Sentence::new(key::check::BASELINE_WRITTEN).with("path", shown(place));
            screen::tell(&shared.lang().say(&written));
        }
    }
    Ok(Verdict { configuration: config.map(Config::told), ..verdict })
}

/// That errors of maintenance are left out of the period, and of the one that it is compared with.
fn maintenance(all: &Table, judged: &Table, asked: &Asked) -> Vec<Sentence> {
    let note = |bounds: &Bounds| {
        let errors = |table: &Table| -> u64 {
            table.cells().between(bounds.start, bounds.end).iter().map(|cell| cell.errors).sum()
        };
        let planned = analysis::maintenance_in(bounds, &asked.maintenance);
        let note = Sentence::new(key::note::MAINTENANCE_LEFT_OUT)
            .with_number("errors", errors(all) - errors(judged))
            .with("label", &bounds.label)
            .with_list("names", planned.iter().map(|it| &*it.name));
        (!planned.is_empty()).then_some(note)
    };
    std::iter::once(&asked.bounds).chain(&asked.previous).filter_map(note).collect()
}

/// A verdict on some of the errors would pass for one on all.
fn unfiltered(shared: &Shared) -> Result<()> {
    let filter = shared.filter();
    match filter.is_empty() {
        true => Ok(()),
        false => Err(Error::new(key::check_error::FILTERED).with_list("terms", filter.shown())),
    }
}

/// Writes a file, and makes the folders above it.
fn write(place: &Path, bytes: &[u8]) -> Result<()> {
    if let Some(folder) = place.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        output::folder(folder)?;
    }
    output::write(place, bytes)
}

impl Arguments {
    fn rendered(&self, verdict: &Verdict, format: Format, on_screen: bool) -> Result<Vec<u8>> {
        let (lang, top) = (self.shared.lang(), self.shared.top());
        let text = match format {
            Format::Text if on_screen => terminal::check(verdict, &screen::view(&self.shared)),
            Format::Text => terminal::check(verdict, &screen::plain(&self.shared)),
            Format::Json => json::json(verdict).map_err(output::unmade)?,
            Format::Junit => junit::junit(verdict, lang, top).map_err(output::unmade)?,
            Format::Github => github::github(verdict, lang),
            Format::Markdown => markdown::verdict(verdict, lang, top),
            Format::Env => env::env(verdict).map_err(output::unmade)?,
        };
        Ok(text.into_bytes())
    }
}

/// Appends to the summary of a job on GitHub, where this is one.
fn job_summary(text: &str) -> Result<()> {
    let Some(place) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|place| !place.is_empty()) else { return Ok(()) };
    let place = Path::new(&place);
    OpenOptions::new()
        .append(true)
        .create(true)
        .open(place)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|cause| Error::new(key::check_error::SUMMARY_UNWRITTEN).with("path", shown(place)).because(&cause))
}

/// Proposes rules from the inputs. The settings of the file that they are proposed for hold, and stay.
fn init(arguments: Arguments, config: Option<Config<'_>>, configured: Result<()>) -> std::result::Result<(), Stop> {
    let shared = &arguments.shared;
    let place = shared.showing.config.as_deref().unwrap_or(Path::new(ConfigFile::DEFAULT));
    let settings = match (fs::symlink_metadata(place), config) {
        (Err(_), _) => None,
        (Ok(there), Some(config)) if there.is_file() && !config.has_rules() => {
            configured?;
            Some(config.file.text.as_str())
        }
        _ => return Err(Error::new(key::check_error::INIT_THERE).with("path", shown(place)).into()),
    };
    unfiltered(shared)?;
    let options = analysis::Options { period: PeriodSpec::All, ..load::options(shared) };
    let (table, asked) = load::table(shared, &options)?;
    let analysis = analysis::analyse(&table, &asked, &options)?;
    let channels: Vec<String> = shared.reading.channel.iter().map(ChannelRule::shown).collect();
    let case = Case { table: &table, analysis: &analysis, options: &options };
    let own = settings.is_none().then_some(&channels[..]);
    let rules = check::propose(case, own, shared.lang())?;
    let text = settings.map_or_else(String::new, |settings| format!("{}\n\n", settings.trim_end())) + &rules;
    output::write(place, text.as_bytes())?;
    let config =
        if place == Path::new(ConfigFile::DEFAULT) { String::new() } else { format!(" --config {}", shown(place)) };
    let command = format!(
        "errstat check{config} {}",
        shared
            .reading
            .inputs
            .iter()
            .map(|input| screen::quoted(&Privacy::default().path(input)))
            .collect::<Vec<_>>()
            .join(" ")
    );
    let written = Sentence::new(key::check::WRITTEN).with("path", shown(place)).with("command", command);
    screen::tell(&shared.lang().say(&written));
    let file = ConfigFile { shown: shown(place), text };
    if let Some(problem) = foreseen(&arguments, &file).ok().and_then(|verdict| verdict.problems.into_iter().next()) {
        screen::tell(&shared.lang().say(&Sentence::new(key::check::NOT_YET).with("problem", problem)));
    }
    Ok(())
}

/// What the check will say by rules that were just proposed.
fn foreseen(arguments: &Arguments, rules: &ConfigFile) -> Result<Verdict> {
    let mut shared = arguments.shared.clone();
    shared.selection.period = Some(PeriodSpec::LastWeek);
    verdict(
        &Arguments { shared, access: arguments.access.clone(), report: Vec::new(), baseline: None, ..*arguments },
        Some(&Config::parse(rules)?),
    )
}
