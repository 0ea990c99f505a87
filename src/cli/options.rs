//! The options that commands share. errstat.toml can have each of them too, unless it says where to write or what to
//! reveal.

use std::{num::NonZeroUsize, path::PathBuf, str::FromStr, sync::Arc};

use clap::{
    Args, ValueEnum,
    builder::{PossibleValue, PossibleValuesParser, TypedValueParser},
};
use encoding_rs::Encoding;

use super::moment;
use crate::{
    analysis::{
        self, Analysis, AsOf, Comparison, Event, PeriodSpec, Planned, WeekStart, WindowSize, near_size, respelled,
    },
    error::{Error, Result},
    input::{ColumnName, ReadOptions, Role, is_time_format},
    model::{Channel, Moment, Privacy, Timestamp, Zone, composed, key, shell_word},
    server,
    story::Story,
    table::{ChannelRules, Filter, Key, NamingLayer, OverlapPolicy, Term},
    taxonomy::{self, Lang},
};

/// What to read and how.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Reading")]
pub struct Reading {
    /// Exports, mails, archives: files, folders, patterns; - is a pipe
    ///
    /// Also as .gz, .zst or inside .zip. errstat detects the type from the content, searches folders, and reads standard
    /// input for -.
    #[arg(required = true, value_name = "INPUT", help_heading = "Arguments")]
    pub inputs: Vec<String>,

    /// Time zone of times without an offset [default: +09:00, the console's]
    #[arg(long, value_name = "ZONE", value_parser = parsed::<Zone>, allow_hyphen_values = true, hide_short_help = true)]
    pub input_timezone: Option<Zone>,

    /// Which column is which: date=…,start=…,reason=…,detail=…,count=… (heading, or number from 1)
    #[arg(long, value_name = "ROLE=COLUMN,…", value_parser = columns, hide_short_help = true)]
    pub columns: Option<ColumnList>,

    /// Format of the times, as in strftime: '%d/%m/%Y %H:%M'
    #[arg(long, value_name = "STRFTIME", value_parser = time_format, hide_short_help = true)]
    pub time_format: Option<String>,

    /// Encoding of the inputs, if errstat doesn't recognise it: shift_jis, utf-16le, …
    #[arg(long, value_name = "NAME", value_parser = encoding, hide_short_help = true)]
    pub encoding: Option<&'static Encoding>,

    /// Count only mails that claim to come from this domain (repeatable)
    #[arg(long, value_name = "DOMAIN", hide_short_help = true)]
    pub mail_from_domain: Vec<String>,

    /// When you downloaded the inputs; they are complete up to then (a time of --timezone)
    #[arg(long, value_name = "DATETIME", value_parser = moment, hide_short_help = true)]
    pub exported_at: Option<Moment>,

    /// Assign a channel to files that name none
    ///
    /// Repeatable. NAME is the channel of all such files. NAME=GLOB is the channel of files whose name matches, or whose path matches
    /// if GLOB has a /. Ten digits are a channel ID. Adds to those in errstat.toml.
    #[arg(long, value_name = "NAME[=GLOB]", value_parser = channel_rule)]
    pub channel: Vec<ChannelRule>,

    /// Overlaps: auto, max or sum [default: auto]
    ///
    /// Where inputs overlap in time, auto merges those of one channel, max treats all as one channel, sum adds everything.
    #[arg(long, value_name = "HOW", value_parser = one_of(&OVERLAPS), hide_possible_values = true)]
    pub overlap: Option<OverlapPolicy>,

    /// Write every rejected row to this CSV file
    #[arg(long, value_name = "FILE")]
    pub rejects: Option<PathBuf>,

    /// Fail if any row is rejected
    #[arg(long)]
    pub strict: bool,

    /// Limit for all inputs together, unpacked: 500MB, 2GiB
    ///
    /// More gives exit code 2. By default, plain files have no limit. For packed files and pipes it is 16 GiB plus a hundred
    /// times the size of the packed files. 65,536 rows of an archive count as 1 MiB.
    #[arg(long, value_name = "SIZE", value_parser = size, hide_short_help = true)]
    pub max_bytes: Option<u64>,

    /// Threads to read with [default: all cores]
    #[arg(long, value_name = "N", value_parser = positive, hide_short_help = true)]
    pub threads: Option<NonZeroUsize>,
}

/// How to read the server's own access logs.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Access logs")]
pub struct Logs {
    /// Format of the access logs if errstat doesn't recognise it
    ///
    /// A name (combined, haproxy, caddy, …), or your own log_format (nginx) or LogFormat (Apache) as your server's
    /// configuration has it.
    #[arg(long, value_name = "FORMAT", value_parser = server::Format::parse, hide_short_help = true)]
    pub log_format: Option<Arc<server::Format>>,

    /// Path of your webhook URL, for access logs without user agents
    ///
    /// POST requests to this path count as LINE's. With user agents, both must match.
    #[arg(long, value_name = "PATH", value_parser = webhook_path, hide_short_help = true)]
    pub webhook_path: Option<String>,
}

impl Logs {
    /// What the user says about access logs; `zone` is that of times that state none.
    pub fn options(&self, zone: Option<Zone>) -> server::Options {
        let path = self.webhook_path.clone();
        let asked = server::Asked { path, zone: zone.unwrap_or(server::Asked::default().zone) };
        server::Options { format: self.log_format.clone(), asked, cuts: Vec::new() }
    }
}

/// The server's own access logs beside LINE's errors.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Access logs")]
pub struct AccessLogs {
    /// Compare with your server's access logs
    ///
    /// Files, folders, patterns. Gives an error rate, and shows what the server did in each incident. Repeatable. Also as .gz or .zst; rotated files are
    /// one log. errstat recognises nginx, Apache, HAProxy, Caddy, Traefik, AWS, Google Cloud, Cloudflare and others. It
    /// never keeps or shows addresses, paths and headers.
    #[arg(long, value_name = "FILE", help_heading = "Reading")]
    pub access_log: Vec<String>,

    #[command(flatten)]
    pub logs: Logs,

    /// Whether LINE talks to this server directly: edge or behind [default: unknown]
    ///
    /// edge: every request of LINE is in these logs. behind: a CDN, load balancer or proxy stands in front, and it may answer by
    /// itself. Only with edge can the error rate have a lower bound.
    #[arg(long, value_name = "PLACE", value_parser = one_of(&PLACES), hide_possible_values = true, hide_short_help = true)]
    pub log_is: Option<server::Place>,
}

/// A path that begins with `/` and has no query.
fn webhook_path(text: &str) -> Result<String> {
    let is_path = text.starts_with('/') && !text.contains(['?', '#', ' ']);
    if is_path { Ok(text.to_owned()) } else { Err(Error::new(key::server::PATH_FORM)) }
}

/// What to look at.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Period and selection")]
pub struct Selection {
    /// last-week, 7d, 2026-W46, 2026-11, … [default: all]
    ///
    /// all, today, yesterday, 24h, this-week, last-week, this-month, last-month, 7d, 30d, 2026-W46, 2026-11, 2026-11-16,
    /// 2026-11-16..2026-11-22 (both days included) or 2026-11-16T22:00..2026-11-17T06:00.
    #[arg(long, value_name = "PERIOD", value_parser = parsed::<PeriodSpec>)]
    pub period: Option<PeriodSpec>,

    /// What "last week" is relative to [default: now]
    ///
    /// now, data (the last row) or a date or time, such as 2026-11-23T09:00.
    #[arg(long, value_name = "DATETIME", value_parser = as_of)]
    pub as_of: Option<Now>,

    /// Warn at the top if the data are older than this: 8d, 36h
    #[arg(long, value_name = "AGE", value_parser = age, hide_short_help = true)]
    pub max_age: Option<i64>,

    /// Time zone of the report [default: Asia/Tokyo]
    ///
    /// An IANA name or an offset: Europe/Berlin, +09:00. It also applies to days in file names.
    #[arg(long, value_name = "ZONE", value_parser = parsed::<Zone>, allow_hyphen_values = true)]
    pub timezone: Option<Zone>,

    /// Time zone of your server's logs if their times have none, and of the times in advice [default: UTC]
    #[arg(long, value_name = "ZONE", value_parser = parsed::<Zone>, allow_hyphen_values = true, hide_short_help = true)]
    pub log_timezone: Option<Zone>,

    /// Time windows: hour, day, week, … [default: auto]
    ///
    /// auto, 5m, 15m, 30m, hour, day, week or month.
    #[arg(long, value_name = "SIZE", value_parser = window)]
    pub window: Option<WindowChoice>,

    /// First day of the week [default: mon]
    #[arg(long, value_name = "DAY", value_parser = one_of(&WEEK_STARTS), hide_short_help = true)]
    pub week_start: Option<WeekStart>,

    /// Compare with previous, week-before, none or a period [default: previous]
    ///
    /// previous is the period of the same length before this one; week-before is the same weekdays and times a week before. Any earlier period of
    /// the same length will do: --period 2026-11 --compare 2026-08.
    #[arg(long, value_name = "PERIOD", value_parser = parsed::<Comparison>)]
    pub compare: Option<Comparison>,

    /// A deployment or the like: '2026-11-18T19:29=release 3.4'
    ///
    /// Drawn in the charts, and named where an incident begins within 15 minutes after it. Repeatable. errstat.toml has tables called event.
    #[arg(long, value_name = "AT=NAME", value_parser = moment::event, hide_short_help = true)]
    pub event: Vec<Event>,

    /// Expected errors: '2026-11-18T02:00..2026-11-18T04:00=database'
    ///
    /// Shaded in the charts; errstat check leaves these errors out, and says so. Repeatable. errstat.toml has tables called maintenance.
    #[arg(long, value_name = "FROM..UNTIL=NAME", value_parser = moment::maintenance, hide_short_help = true)]
    pub maintenance: Vec<Planned>,

    /// Count only these errors: detail=404, status=5xx, …
    ///
    /// KEY is channel, reason, detail, status or host; * in VALUE means any text. Repeatable: an error must match one value of
    /// each key.
    #[arg(long, value_name = "KEY=VALUE", value_parser = parsed::<Term>)]
    pub only: Vec<Term>,

    /// Leave these errors out: channel=test, …
    ///
    /// KEY and VALUE as in --only. Repeatable: leaves out every error that matches one of them.
    #[arg(long, value_name = "KEY=VALUE", value_parser = parsed::<Term>)]
    pub exclude: Vec<Term>,

    #[command(flatten)]
    pub replaced: Replaced,

    /// Length of lists in pictures and text [default: 10]
    #[arg(long, value_name = "N", value_parser = positive)]
    pub top: Option<NonZeroUsize>,
}

/// Options of errstat 0.1, each refused with its new spelling.
#[derive(Args, Clone, Debug, Default)]
pub struct Replaced {
    #[arg(long, hide = true, value_name = "REASON", value_parser = replaced(Key::Reason))]
    reason: Option<String>,
    #[arg(long, hide = true, value_name = "DETAIL", value_parser = replaced(Key::Detail))]
    detail: Option<String>,
}

fn replaced(key: Key) -> impl Fn(&str) -> Result<String> + Clone {
    move |value| {
        let spelling = shell_word(&format!("{}={}", key.name(), key.pattern(value)));
        Err(Error::new(key::error::OPTION_REPLACED).with("spelling", spelling))
    }
}

/// How to show it.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Showing")]
pub struct Showing {
    /// Language of the output [default: en]
    #[arg(long, value_name = "LANG", value_parser = lang(), ignore_case = true, hide_possible_values = true)]
    pub lang: Option<Lang>,

    /// Show whole URLs, which may contain secrets
    #[arg(long)]
    pub show_urls: bool,

    /// Colours on the screen [default: auto]
    #[arg(long, value_name = "WHEN", hide_short_help = true)]
    pub color: Option<Color>,

    /// Print only errors to standard error
    #[arg(long, short)]
    pub quiet: bool,

    /// No progress bar
    #[arg(long, hide_short_help = true)]
    pub no_progress: bool,

    /// Configuration file [default: errstat.toml]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// All of them.
#[derive(Args, Clone, Debug, Default)]
pub struct Shared {
    #[command(flatten)]
    pub reading: Reading,
    #[command(flatten)]
    pub selection: Selection,
    #[command(flatten)]
    pub showing: Showing,
    /// For what is stored: whether webhook URLs stay whole; what is shown does not matter there.
    #[arg(skip)]
    pub keep_urls: Option<bool>,
    /// An archive that is no input, though it may lie in a folder that is searched.
    #[arg(skip)]
    pub apart_from: Option<PathBuf>,
}

/// Reads a value the way errstat does everywhere, for clap.
pub fn parsed<T: FromStr<Err: Into<Error>>>(text: &str) -> Result<T> {
    text.parse().map_err(Into::into)
}

const OVERLAPS: [(&str, OverlapPolicy); 3] =
    [("auto", OverlapPolicy::Auto), ("max", OverlapPolicy::Max), ("sum", OverlapPolicy::Sum)];
const WEEK_STARTS: [(&str, WeekStart); 2] = [("mon", WeekStart::Monday), ("sun", WeekStart::Sunday)];
const PLACES: [(&str, server::Place); 2] = [("edge", server::Place::Edge), ("behind", server::Place::Behind)];

/// Takes one of some words, for clap.
fn one_of<T: Copy + Send + Sync>(known: &'static [(&'static str, T)]) -> impl TypedValueParser<Value = T> {
    PossibleValuesParser::new(known.iter().map(|(word, _)| *word)).try_map(|chosen| {
        let found = known.iter().find(|(word, _)| *word == chosen);
        found.map(|(_, meant)| *meant).ok_or_else(|| Error::new(key::error::CONFIG_TEXT))
    })
}

/// A refused value, by the key of the sentence that says what is wanted instead, and what may be meant.
fn wrong(key: key::SentenceKey, text: &str, near: impl IntoIterator<Item: ToString>) -> Error {
    Error::new(key).with("value", text).with_sentence("nearest", taxonomy::did_you_mean(near))
}

/// Takes a language by any of its codes, for clap.
pub fn lang() -> impl TypedValueParser<Value = Lang> {
    let codes = Lang::ALL.map(|lang| PossibleValue::new(lang.code()).aliases(&lang.language().also));
    PossibleValuesParser::new(codes).map(|code| Lang::of_code(&code).unwrap_or_default())
}

/// None where the period decides.
type WindowChoice = Option<WindowSize>;

fn window(text: &str) -> Result<WindowChoice> {
    match text {
        "auto" => Ok(None),
        size => size.parse().map(Some).map_err(|()| wrong(key::error::WINDOW_FORM, text, near_size(text))),
    }
}

fn moment(text: &str) -> Result<Moment> {
    let plausible = |moment: &Moment| moment.in_zone(&Zone::console()).is_plausible();
    let read = |text: &str| Moment::parse(text).filter(plausible);
    read(text).ok_or_else(|| wrong(key::error::MOMENT_FORM, text, respelled(text).filter(|near| read(near).is_some())))
}

/// `--as-of`: what "now" is.
#[derive(Clone, Copy, Debug)]
pub enum Now {
    Clock,
    Data,
    At(Moment),
}

fn as_of(text: &str) -> Result<Now> {
    match text {
        "now" => Ok(Now::Clock),
        "data" => Ok(Now::Data),
        _ => moment(text).map(Now::At).map_err(|mut error| {
            error.0.key = key::error::AS_OF_FORM;
            error
        }),
    }
}

fn positive(text: &str) -> Result<NonZeroUsize> {
    text.trim().parse().map_err(|_| Error::new(key::error::NUMBER_FORM).with("value", text))
}

/// A length of time in days or hours, as milliseconds.
fn age(text: &str) -> Result<i64> {
    let read = |text: &str| {
        let (number, hours) = match text.trim().strip_suffix('d') {
            Some(days) => (days, 24),
            None => (text.trim().strip_suffix('h')?, 1),
        };
        let number: i64 = number.parse().ok()?;
        (1..100_000).contains(&number).then_some(number * hours * 3_600_000)
    };
    read(text).ok_or_else(|| wrong(key::error::AGE_FORM, text, respelled(text).filter(|near| read(near).is_some())))
}

fn size(text: &str) -> Result<u64> {
    text.parse()
        .map(|bytesize::ByteSize(bytes)| bytes)
        .map_err(|_| Error::new(key::error::SIZE_FORM).with("value", text))
}

/// What `--columns` says of each role.
type ColumnList = Vec<(Role, ColumnName)>;

fn columns(text: &str) -> Result<ColumnList> {
    let refused = || Error::new(key::error::COLUMNS_FORM).with("value", text);
    let mut list: ColumnList = Vec::new();
    for item in text.split(',') {
        let (role, column) = item.split_once('=').ok_or_else(refused)?;
        let role: Role = role.trim().to_lowercase().replace('-', "_").parse().map_err(|_| refused())?;
        let name = column.trim();
        let column = match name.parse() {
            Ok(0) => return Err(refused()),
            Ok(number) => ColumnName::Number(number),
            Err(_) if name.is_empty() => return Err(refused()),
            Err(_) if role == Role::Count && name.eq_ignore_ascii_case("none") => ColumnName::None,
            Err(_) => ColumnName::Heading(name.to_owned()),
        };
        if list.iter().any(|(known, _)| *known == role) {
            return Err(refused());
        }
        list.push((role, column));
    }
    Ok(list)
}

fn time_format(text: &str) -> Result<String> {
    if is_time_format(text) {
        Ok(text.to_owned())
    } else {
        Err(Error::new(key::error::TIME_FORMAT_FORM).with("value", text))
    }
}

fn encoding(text: &str) -> Result<&'static Encoding> {
    let label = match text.to_lowercase().as_str() {
        "cp932" | "ms932" => "shift_jis".to_owned(),
        "cp950" => "big5".to_owned(),
        other => other.to_owned(),
    };
    Encoding::for_label(label.as_bytes()).ok_or_else(|| Error::new(key::error::ENCODING_FORM).with("value", text))
}

/// `--channel`.
#[derive(Clone, Debug)]
pub struct ChannelRule {
    pub name: String,
    pub files: Option<glob::Pattern>,
    /// Said by errstat.toml: it holds for files about which the command line says nothing.
    pub configured: bool,
}

impl ChannelRule {
    /// What stands before a rule of errstat.toml on its way through clap: nothing that a command line could hold.
    pub const CONFIGURED: &str = "\0";

    /// As errstat.toml takes it; safe to show.
    pub fn shown(&self) -> String {
        match &self.files {
            Some(files) => format!("{}={}", self.name, Privacy::default().path(files.as_str())),
            None => self.name.clone(),
        }
    }
}

fn channel_rule(text: &str) -> Result<ChannelRule> {
    let (text, configured) = text.strip_prefix(ChannelRule::CONFIGURED).map_or((text, false), |rule| (rule, true));
    let refused = || Error::new(key::error::CHANNEL_FORM).with("value", text);
    let (name, files) = match text.split_once('=') {
        Some((name, files)) => (name, Some(glob::Pattern::new(&composed(files)).map_err(|_| refused())?)),
        None => (text, None),
    };
    let name = Privacy::default().text(name.trim());
    if name.is_empty() { Err(refused()) } else { Ok(ChannelRule { name, files, configured }) }
}

/// `--format` of a command that has a table for people and JSON for programs.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Format {
    Table,
    Json,
}

/// `--color`.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub enum Color {
    #[default]
    Auto,
    Always,
    Never,
}

impl Showing {
    /// The language of the output.
    pub fn lang(&self) -> Lang {
        self.lang.unwrap_or_default()
    }
}

impl Shared {
    /// What to cut from texts.
    pub fn privacy(&self) -> Privacy {
        Privacy { show_urls: self.showing.show_urls }
    }

    /// The language of the output.
    pub fn lang(&self) -> Lang {
        self.showing.lang()
    }

    /// The length of lists in pictures and text.
    pub fn top(&self) -> usize {
        self.selection.top.map_or(10, NonZeroUsize::get)
    }

    /// The zone of the report, of the days in files' names, and of moments that the user writes without an offset.
    pub fn zone(&self) -> Zone {
        self.selection.timezone.unwrap_or(Zone::tokyo())
    }

    /// An analysis, told in a language.
    pub fn story<'a>(&self, analysis: &'a Analysis, lang: Lang) -> Story<'a> {
        let own = self.selection.timezone.unwrap_or(Zone::console());
        let zones = self.selection.log_timezone.map_or_else(|| vec![Zone::utc(), own], |zone| vec![zone]);
        Story::of(analysis, lang, self.top(), &zones)
    }

    /// How to read.
    pub fn read_options(&self) -> ReadOptions {
        let defaults = ReadOptions::default();
        let reading = &self.reading;
        ReadOptions {
            zone: reading.input_timezone.unwrap_or(defaults.zone),
            zone_unsaid: reading.input_timezone.is_none(),
            day_zone: self.zone(),
            columns: reading.columns.clone().unwrap_or_default(),
            time_format: reading.time_format.clone(),
            encoding: reading.encoding,
            exported_at: reading.exported_at.map(|moment| moment.in_zone(&self.zone())),
            privacy: Privacy { show_urls: self.keep_urls.unwrap_or(self.showing.show_urls) },
            apart_from: self.apart_from.clone(),
            mail_from_domains: reading.mail_from_domain.clone(),
            max_bytes: reading.max_bytes,
            threads: reading.threads.map_or(defaults.threads, NonZeroUsize::get),
        }
    }

    /// Which channels the inputs are of.
    pub fn channel_rules(&self) -> ChannelRules {
        let layer = |configured: bool| {
            let rules = || self.reading.channel.iter().filter(move |rule| rule.configured == configured);
            NamingLayer {
                names: rules().filter(|rule| rule.files.is_none()).map(|rule| Channel::given(&rule.name)).collect(),
                files: rules().filter_map(|rule| Some((Channel::given(&rule.name), rule.files.clone()?))).collect(),
            }
        };
        ChannelRules { layers: vec![layer(false), layer(true)], ..ChannelRules::default() }
    }

    /// What to keep.
    pub fn filter(&self) -> Filter {
        Filter { only: self.selection.only.clone(), exclude: self.selection.exclude.clone() }
    }

    /// What to compute; `now` is the moment at which the program runs, `generated_at` the one it tells.
    pub fn analysis_options(&self, now: Timestamp, generated_at: Timestamp) -> analysis::Options {
        let selection = &self.selection;
        let zone = self.zone();
        analysis::Options {
            zone,
            period: selection.period.clone().unwrap_or(PeriodSpec::All),
            as_of: match selection.as_of {
                None | Some(Now::Clock) => AsOf::At(now),
                Some(Now::Data) => AsOf::Data,
                Some(Now::At(moment)) => AsOf::At(moment.in_zone(&zone)),
            },
            window: selection.window.flatten(),
            week_start: selection.week_start.unwrap_or(WeekStart::Monday),
            compare: selection.compare.clone().unwrap_or_default(),
            lang: self.lang(),
            generated_at,
            now,
            max_age: selection.max_age,
            marks: selection.event.clone(),
            maintenance: selection.maintenance.clone(),
            finer: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_or_refused() {
        assert_eq!(
            columns("time=Date, count=4").unwrap(),
            [(Role::Time, ColumnName::Heading("Date".into())), (Role::Count, ColumnName::Number(4))]
        );
        for text in ["", "time", "when=1", "time=0", "time=", "time=1,time=2"] {
            assert!(columns(text).is_err(), "{text}");
        }
        for text in ["%d/%m/%Y %H:%M", "%Y%m%d", "%s"] {
            assert!(time_format(text).is_ok(), "{text}");
        }
        for text in ["", "%H:%M", "%Q", "x", "%d/%m", "%Y-%m-%d %H:%M %#z"] {
            assert!(time_format(text).is_err(), "{text}");
        }
        assert_eq!(encoding("CP932").unwrap().name(), "Shift_JIS");
        assert!(encoding("klingon").is_err());
        assert!(moment("2026-11-23").is_ok() && moment("23.11.2026").is_err() && moment("0001-01-01").is_err());
        let rule = channel_rule("shop=shop-*.tsv").unwrap();
        assert!(rule.name == "shop" && rule.files.unwrap().matches("shop-1.tsv"));
        assert!(channel_rule("=x").is_err());
        for (text, bytes) in [("0", 0), ("500MB", 500_000_000), ("2GiB", 2 << 30), ("3 kb", 3000), ("1tib", 1 << 40)] {
            assert_eq!(size(text).unwrap(), bytes, "{text}");
        }
        for text in ["", "MB", "-1", "2 tons"] {
            assert!(size(text).is_err(), "{text}");
        }
    }
}
