//! Which format the lines of a file have: by its first lines, or by what the user says.

use std::{
    collections::BTreeSet,
    sync::{Arc, LazyLock},
};

use serde::Deserialize;

use super::{
    keyed::{self, Keys},
    pattern::{self, Names, Pattern},
    request::{Answer, Asked, Draft, Field},
};
use crate::{
    error::{Error, Result},
    model::{Sentence, key},
    taxonomy,
};

/// A format of lines.
#[derive(Debug, Deserialize)]
pub struct Format {
    /// What the user calls it; empty where it is the user's own.
    pub name: String,
    pub title: String,
    #[serde(flatten)]
    reader: Reader,
    /// Its lines have no time, so that nothing can be told of them.
    #[serde(default)]
    timeless: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Reader {
    Pattern(Pattern),
    Json(Keys),
    Ltsv(Keys),
}

#[derive(Deserialize)]
struct Known {
    nginx: Names,
    apache: Names,
    format: Vec<Format>,
}

/// All formats, and the names of nginx's variables and of Apache's directives.
static KNOWN: LazyLock<(Vec<Arc<Format>>, Names, Names)> = LazyLock::new(|| {
    let known: Known = toml::from_str(include_str!("formats.toml")).expect("a list of formats");
    (known.format.into_iter().map(Arc::new).collect(), known.nginx, known.apache)
});

/// The values of a line, and whether it goes on behind them.
type ReadLine = (Draft, bool);

/// How the line before went on behind its first value, which is mostly the time, and what was read there: all of LINE's
/// requests are alike there in a log without durations.
#[derive(Default)]
pub struct Remembered {
    behind: Vec<u8>,
    read: Option<ReadLine>,
}

impl Field {
    /// A field by its name in `formats.toml`.
    pub fn named(name: &str) -> Option<Field> {
        Field::deserialize(serde::de::value::StrDeserializer::<serde::de::value::Error>::new(name)).ok()
    }
}

impl Format {
    /// What `--log-format` says: the name of a format, or an operator's own `log_format` (nginx) or `LogFormat` (Apache).
    ///
    /// # Errors
    /// It is neither, or it lacks the time or the status.
    pub fn parse(text: &str) -> Result<Arc<Format>> {
        let (formats, nginx, apache) = &*KNOWN;
        let known = || formats.iter().filter(|format| !format.timeless);
        if let Some(format) = known().find(|format| format.name.eq_ignore_ascii_case(text.trim())) {
            return Ok(Arc::clone(format));
        }
        if !text.contains(['$', '%']) {
            let names = || known().map(|format| format.name.as_str());
            let near = taxonomy::nearest(text, names()).first().copied();
            return Err(Error::new(key::server::FORMAT_UNKNOWN)
                .with_list("known", names())
                .with_sentence("nearest", taxonomy::did_you_mean(near)));
        }
        let (format, is_apache) = pattern::configured(text);
        let pattern = match is_apache {
            true => Pattern::apache(&format, apache),
            false => Pattern::nginx(&format, nginx),
        };
        let lacks = |fields: &[Field], variable: &str, directive: &str, key| {
            let add = if is_apache { directive } else { variable };
            if pattern.has(fields) { Ok(()) } else { Err(Error::new(key).with("add", add)) }
        };
        lacks(&[Field::Start, Field::End, Field::Time], "$time_iso8601", "%t", key::server::FORMAT_NO_TIME)?;
        lacks(&[Field::Status], "$status", "%>s", key::server::FORMAT_NO_STATUS)?;
        let title = if is_apache { "LogFormat" } else { "log_format" };
        let reader = Reader::Pattern(pattern);
        Ok(Arc::new(Format { name: String::new(), title: title.to_owned(), reader, timeless: false }))
    }

    /// What a line lacks that is a request of this format otherwise.
    fn lacks(&self, line: &[u8], asked: &Asked) -> Option<Sentence> {
        let (draft, _) = self.read(line, asked, &mut Remembered::default())?;
        let key = match (draft.moment(), draft.has_status()) {
            (None, true) => key::server::NO_TIME,
            (Some(_), false) => key::server::NO_STATUS,
            _ => return None,
        };
        draft.is_request().then(|| Sentence::new(key).with("format", &self.title))
    }

    /// None where a line has another form.
    fn read(&self, line: &[u8], asked: &Asked, last: &mut Remembered) -> Option<ReadLine> {
        let mut draft = Draft::default();
        let set = |field, value: &[u8]| draft.set(field, value, asked);
        match &self.reader {
            Reader::Pattern(pattern) => {
                let (field, first, behind) = pattern.begin(line)?;
                if last.read.is_none() || last.behind != behind.text {
                    last.read = pattern.go_on(behind, set).map(|more| (draft, more));
                    last.behind.clear();
                    last.behind.extend(behind.text);
                }
                let (mut draft, more) = last.read.clone()?;
                draft.set(field, first, asked);
                Some((draft, more))
            }
            Reader::Json(keys) => keyed::json(keys, line, set).then_some((draft, false)),
            Reader::Ltsv(keys) => keyed::ltsv(keys, line, set).then_some((draft, false)),
        }
    }
}

/// What syslog, journals and containers write before a line ends with one of these.
const BEFORE: [&[u8]; 5] = [b"", b"]: ", b": ", b"| ", b" F "];
/// So far into a line it may reach.
const LONGEST_BEFORE: usize = 200;

/// A format as a file has it.
#[derive(Clone, Debug)]
pub struct Lines {
    pub format: Arc<Format>,
    /// The end of what stands before it.
    before: &'static [u8],
}

impl Lines {
    /// None where a line is no request of this format.
    pub fn read(&self, line: &[u8], asked: &Asked, last: &mut Remembered) -> Option<ReadLine> {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let within = &line[..line.len().min(LONGEST_BEFORE)];
        let from = match self.before {
            b"" => 0,
            before => memchr::memmem::find(within, before)? + before.len(),
        };
        let (draft, more) = self.format.read(&line[from..], asked, last)?;
        let whole = draft.has_status() && (self.format.timeless || draft.moment().is_some());
        whole.then_some((draft, more))
    }
}

/// So many of a file's first lines are looked at.
const LOOKED_AT: usize = 200;
/// A file of which fewer lines are requests is something else, such as an application's own log that quotes one.
const FEWEST: f64 = 0.1;
/// Two servers that write one file, and what their format was before: more in one file is no log.
pub const MOST_FORMATS: usize = 3;

/// The formats of a file, and how that is known.
#[derive(Clone, Debug)]
pub struct Recognised {
    /// That of most lines first.
    pub lines: Vec<Lines>,
    pub looked_at: usize,
    pub fitting: usize,
    /// Whether lines go on behind what is known of them.
    pub more: bool,
    pub answers: BTreeSet<Answer>,
}

/// Recognises an access log by its first bytes, of which the last line may be cut; none if it is something else.
///
/// # Errors
/// It is an access log, and its lines have no time or no status.
pub fn recognise(
    head: &[u8],
    format: Option<&Arc<Format>>,
    asked: &Asked,
) -> std::result::Result<Option<Recognised>, Sentence> {
    let formats = format.map_or(&KNOWN.0[..], std::slice::from_ref);
    let fits = |line: &[u8]| {
        BEFORE.iter().any(|before| {
            let lines = Lines { format: Arc::clone(&formats[0]), before };
            lines.read(line, asked, &mut Remembered::default()).is_some()
        })
    };
    let whole = memchr::memrchr(b'\n', head).map_or(head, |end| &head[..end]);
    let lines = whole.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    // What the user says of a format holds from where it begins: a program may greet before its first request.
    let lines: Vec<&[u8]> = lines.skip_while(|line| format.is_some() && !fits(line)).take(LOOKED_AT).collect();
    let candidates =
        formats.iter().flat_map(|format| BEFORE.map(|before| Lines { format: Arc::clone(format), before }));
    let mut left: Vec<(Lines, Vec<Option<ReadLine>>)> = candidates
        .map(|candidate| {
            let mut last = Remembered::default();
            let read = lines.iter().map(|line| candidate.read(line, asked, &mut last)).collect();
            (candidate, read)
        })
        .collect();
    let mut found =
        Recognised { lines: Vec::new(), looked_at: lines.len(), fitting: 0, more: false, answers: BTreeSet::new() };
    let mut open = vec![true; lines.len()];
    while found.lines.len() < MOST_FORMATS {
        let fits = |read: &[Option<ReadLine>]| {
            let of_open = read.iter().zip(&open).filter(|(_, open)| **open).filter_map(|(read, _)| read.as_ref());
            // Of those that fit as many lines, that which understands more.
            (of_open.clone().count(), of_open.take(1).map(|(draft, _)| draft.answers().len()).sum::<usize>())
        };
        // Of equals the last is the greatest for `max_by_key`, and here the first.
        let Some(at) = (0..left.len()).rev().max_by_key(|at| fits(&left[*at].1)).filter(|at| fits(&left[*at].1).0 > 0)
        else {
            break;
        };
        let (candidate, read) = left.swap_remove(at);
        let mut answers = BTreeSet::new();
        for ((draft, more), open) in read.iter().zip(&mut open).filter_map(|(read, open)| Some((read.as_ref()?, open)))
        {
            found.fitting += usize::from(std::mem::take(open));
            found.more |= more;
            answers.extend(draft.answers());
        }
        found.answers = if found.lines.is_empty() { answers } else { &found.answers & &answers };
        found.lines.push(candidate);
    }
    if (found.fitting as f64) < FEWEST * lines.len() as f64 || found.lines.is_empty() {
        let lacking = lines.iter().find_map(|line| formats.iter().find_map(|format| format.lacks(line, asked)));
        return lacking.map_or(Ok(None), Err);
    }
    match found.lines.iter().find(|lines| lines.format.timeless) {
        Some(lines) => Err(Sentence::new(key::server::NO_TIME).with("format", &lines.format.title)),
        None => Ok(Some(found)),
    }
}
