//! The options that commands share. Each can stand in errstat.toml too, unless it says where to write
//! or what to reveal.

use std::{num::NonZeroUsize, path::PathBuf, str::FromStr};

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use clap::{Args, ValueEnum};
use encoding_rs::Encoding;

use crate::{
    analysis::{self, AsOf, PeriodSpec, WeekStart, WindowSize},
    cube::{ChannelRules, Filter, Key, NamingLayer, OverlapPolicy, Term},
    error::{Error, Result},
    input::{ColumnName, ReadOptions, Role},
    model::{Channel, Privacy, Timestamp, Zone, shell_word},
    taxonomy::Lang,
};

/// What to read and how.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Reading")]
pub struct Reading {
    /// Exports, mails, archives: files, folders, patterns; - is a pipe
    ///
    /// Each also as .gz, .zst or inside .zip. What a file is, is seen in its content. Folders are searched; - is standard
    /// input.
    #[arg(required = true, value_name = "INPUT", help_heading = "Arguments")]
    pub inputs: Vec<String>,

    /// Zone of times without an offset [default: +09:00, the console's]
    #[arg(long, value_name = "ZONE", value_parser = parsed::<Zone>, allow_hyphen_values = true, hide_short_help = true)]
    pub input_timezone: Option<Zone>,

    /// Which column is which: time=…,reason=…,detail=…,count=… (heading, or number from 1)
    #[arg(long, value_name = "ROLE=COLUMN,…", value_parser = parsed::<ColumnList>, hide_short_help = true)]
    pub columns: Option<ColumnList>,

    /// How times are written, as in strftime: '%d/%m/%Y %H:%M'
    #[arg(long, value_name = "STRFTIME", value_parser = parsed::<TimeFormat>, hide_short_help = true)]
    pub time_format: Option<TimeFormat>,

    /// Encoding of the inputs, if it is not recognised: shift_jis, utf-16le, …
    #[arg(long, value_name = "NAME", value_parser = parsed::<EncodingName>, hide_short_help = true)]
    pub encoding: Option<EncodingName>,

    /// Count only mails from this domain (repeatable); anybody can write anything into a mail
    #[arg(long, value_name = "DOMAIN", hide_short_help = true)]
    pub mail_from_domain: Vec<String>,

    /// When the inputs were exported: they are complete up to then (a time of --timezone)
    #[arg(long, value_name = "DATETIME", value_parser = parsed::<Moment>, hide_short_help = true)]
    pub exported_at: Option<Moment>,

    /// Whose the files are (repeatable); hides nothing
    ///
    /// NAME is the channel of files that name none; NAME=GLOB is the channel of the files that match, by their name or, with a
    /// / in it, by their path. Ten digits are a channel ID. On top of those in errstat.toml.
    #[arg(long, value_name = "NAME[=GLOB]", value_parser = parsed::<ChannelRule>)]
    pub channel: Vec<ChannelRule>,

    /// The `channel` of errstat.toml: it holds for files about which the command line says nothing.
    #[arg(skip)]
    pub configured_channel: Vec<ChannelRule>,

    /// Overlaps: auto, max or sum [default: auto]
    ///
    /// Where inputs overlap in time, auto merges those of one channel, max takes all for one channel, sum adds everything.
    #[arg(long, value_name = "HOW", hide_possible_values = true)]
    pub overlap: Option<Overlap>,

    /// Write every rejected row to this CSV file
    #[arg(long, value_name = "FILE")]
    pub rejects: Option<PathBuf>,

    /// Fail if any row is rejected
    #[arg(long)]
    pub strict: bool,

    /// Read no more than this, of all inputs together and unpacked: 500MB, 2GiB
    ///
    /// More ends with exit code 2. Without it, plain files have no limit, and packed files and pipes one that only an
    /// input without end meets: 16 GiB, and a hundred times the size of the packed files beyond. 65,536 rows of an archive
    /// count as 1 MiB.
    #[arg(long, value_name = "SIZE", value_parser = parsed::<Size>, hide_short_help = true)]
    pub max_bytes: Option<Size>,

    /// Threads to read with [default: all cores]
    #[arg(long, value_name = "N", value_parser = parsed::<Positive>, hide_short_help = true)]
    pub threads: Option<Positive>,
}

/// What to look at.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Period and selection")]
pub struct Selection {
    /// last-week, 7d, 2026-W46, 2026-11, … [default: all]
    ///
    /// all, today, yesterday, 24h, this-week, last-week, this-month, last-month, 7d, 30d, 2026-W46, 2026-11, 2026-11-16,
    /// 2026-11-16..2026-11-22 (both days whole) or 2026-11-16T22:00..2026-11-17T06:00.
    #[arg(long, value_name = "PERIOD", value_parser = parsed::<PeriodSpec>)]
    pub period: Option<PeriodSpec>,

    /// What "last week" is relative to [default: now]
    ///
    /// now, data (the last row) or a moment, such as 2026-11-23T09:00.
    #[arg(long, value_name = "MOMENT", value_parser = parsed::<AsOfOption>)]
    pub as_of: Option<AsOfOption>,

    /// Say that the data are stale if they reach less close to the moment of the report: 8d, 36h
    #[arg(long, value_name = "AGE", value_parser = parsed::<Age>, hide_short_help = true)]
    pub max_age: Option<Age>,

    /// Zone of the report [default: Asia/Tokyo]
    ///
    /// An IANA name or an offset: Europe/Berlin, +09:00. Days in the names of files are days of this zone too.
    #[arg(long, value_name = "ZONE", value_parser = parsed::<Zone>, allow_hyphen_values = true)]
    pub timezone: Option<Zone>,

    /// Size of the windows: hour, day, week, … [default: auto]
    ///
    /// auto, 5m, 15m, 30m, hour, day, week or month.
    #[arg(long, value_name = "SIZE", value_parser = parsed::<WindowOption>)]
    pub window: Option<WindowOption>,

    /// First day of the week [default: mon]
    #[arg(long, value_name = "DAY", hide_short_help = true)]
    pub week_start: Option<WeekDay>,

    /// Compare with previous or none [default: previous]
    ///
    /// previous is the period before.
    #[arg(long, value_name = "WITH", hide_possible_values = true)]
    pub compare: Option<Compare>,

    /// Count only these errors: detail=404, status=5xx, …
    ///
    /// KEY is channel, reason, detail, status or host; * in VALUE stands for any text. Repeatable: several values of one key
    /// are alternatives, different keys must all fit.
    #[arg(long, value_name = "KEY=VALUE", value_parser = parsed::<Term>)]
    pub only: Vec<Term>,

    /// Leave these errors out: channel=test, …
    ///
    /// As --only. Repeatable: what fits any of them is left out.
    #[arg(long, value_name = "KEY=VALUE", value_parser = parsed::<Term>)]
    pub exclude: Vec<Term>,

    #[command(flatten)]
    pub replaced: Replaced,

    /// Length of lists in pictures and text [default: 10]
    #[arg(long, value_name = "N", value_parser = parsed::<Positive>)]
    pub top: Option<Positive>,
}

/// Options of errstat 0.1 that end in a sentence with the new spelling.
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
        Err(Error::new("error.option_replaced").with("spelling", spelling))
    }
}

/// How to show it.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Showing")]
pub struct Showing {
    /// Language of the output [default: en]
    #[arg(long, value_name = "LANG", value_parser = parsed::<LangOption>)]
    pub lang: Option<LangOption>,

    /// Show URLs whole: they may hold secrets
    #[arg(long)]
    pub show_urls: bool,

    /// Colours on the screen [default: auto]
    #[arg(long, value_name = "WHEN", hide_short_help = true)]
    pub color: Option<Color>,

    /// Say nothing but errors on standard error
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

/// `--lang`.
#[derive(Clone, Copy, Debug, Default)]
pub struct LangOption(pub Lang);

impl FromStr for LangOption {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Lang::ALL.into_iter().find(|lang| lang.code() == text).map(LangOption).ok_or_else(|| {
            let known: Vec<&str> = Lang::ALL.into_iter().map(Lang::code).collect();
            Error::new("error.lang_form").with("value", text).with("known", known.join(", "))
        })
    }
}

/// `--window`.
#[derive(Clone, Copy, Debug)]
pub struct WindowOption(pub Option<WindowSize>);

impl FromStr for WindowOption {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "auto" => Ok(WindowOption(None)),
            size => size
                .parse()
                .map(|size| WindowOption(Some(size)))
                .map_err(|()| Error::new("error.window_form").with("value", text)),
        }
    }
}

/// A moment, in a zone that is known only later.
#[derive(Clone, Copy, Debug)]
pub enum Moment {
    At(Timestamp),
    Local(NaiveDateTime),
}

impl Moment {
    fn parse(text: &str) -> Option<Moment> {
        if let Ok(at) = chrono::DateTime::parse_from_rfc3339(text) {
            return Some(Moment::At(at.into()));
        }
        if let Ok(day) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
            return Some(Moment::Local(day.and_time(NaiveTime::MIN)));
        }
        let forms = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S"];
        forms.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok()).map(Moment::Local)
    }

    /// The instant in a zone; a time that the clock skips is the moment after.
    fn in_zone(self, zone: &Zone) -> Timestamp {
        match self {
            Moment::At(at) => at,
            Moment::Local(local) => zone.moment(local),
        }
    }

    /// Whether it lies in the years that exports can be of.
    fn plausible(self) -> bool {
        let at = self.in_zone(&Zone::console());
        (1_293_840_000_000..4_133_980_800_000).contains(&at.0)
    }
}

impl FromStr for Moment {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Moment::parse(text)
            .filter(|moment| moment.plausible())
            .ok_or_else(|| Error::new("error.moment_form").with("value", text))
    }
}

/// `--as-of`.
#[derive(Clone, Copy, Debug)]
pub enum AsOfOption {
    Now,
    Data,
    At(Moment),
}

impl FromStr for AsOfOption {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "now" => Ok(AsOfOption::Now),
            "data" => Ok(AsOfOption::Data),
            _ => text.parse().map(AsOfOption::At).map_err(|_| Error::new("error.as_of_form").with("value", text)),
        }
    }
}

/// A whole number of at least one.
#[derive(Clone, Copy, Debug)]
pub struct Positive(pub NonZeroUsize);

impl FromStr for Positive {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        text.trim().parse().map(Positive).map_err(|_| Error::new("error.number_form").with("value", text))
    }
}

/// A length of time in days or hours.
#[derive(Clone, Copy, Debug)]
pub struct Age {
    pub millis: i64,
}

impl FromStr for Age {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let unit = |unit: char, hours: i64| {
            let number: i64 = text.trim().strip_suffix(unit)?.parse().ok()?;
            (1..100_000).contains(&number).then_some(Age { millis: number * hours * 3_600_000 })
        };
        unit('d', 24).or_else(|| unit('h', 1)).ok_or_else(|| Error::new("error.age_form").with("value", text))
    }
}

/// `--max-bytes`.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    pub bytes: u64,
}

impl FromStr for Size {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let text = text.trim();
        let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (number, unit) = text.split_at(digits);
        let unit = match unit.trim_start().to_ascii_lowercase().as_str() {
            "" | "b" => Some(1),
            "kb" => Some(1000),
            "mb" => Some(1_000_000),
            "gb" => Some(1_000_000_000),
            "tb" => Some(1_000_000_000_000),
            "kib" => Some(1 << 10),
            "mib" => Some(1 << 20),
            "gib" => Some(1 << 30),
            "tib" => Some(1 << 40),
            _ => None,
        };
        let bytes = number.parse::<u64>().ok().zip(unit).and_then(|(number, unit)| number.checked_mul(unit));
        bytes.map(|bytes| Size { bytes }).ok_or_else(|| Error::new("error.size_form").with("value", text))
    }
}

/// `--columns`.
#[derive(Clone, Debug)]
pub struct ColumnList(pub Vec<(Role, ColumnName)>);

impl FromStr for ColumnList {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let wrong = || Error::new("error.columns_form").with("value", text);
        let mut list: Vec<(Role, ColumnName)> = Vec::new();
        for item in text.split(',') {
            let (role, column) = item.split_once('=').ok_or_else(wrong)?;
            let role = role.trim().to_lowercase().replace('-', "_");
            let role = Role::ALL
                .into_iter()
                .find(|known| known.name() == role || *known == Role::ChannelName && role == "channel_name")
                .ok_or_else(wrong)?;
            let column = match column.trim().parse::<usize>() {
                Err(_) if role == Role::Count && column.trim().eq_ignore_ascii_case("none") => ColumnName::None,
                Ok(0) => return Err(wrong()),
                Ok(number) => ColumnName::Number(number),
                Err(_) if column.trim().is_empty() => return Err(wrong()),
                Err(_) => ColumnName::Heading(column.trim().to_owned()),
            };
            if list.iter().any(|(known, _)| *known == role) {
                return Err(wrong());
            }
            list.push((role, column));
        }
        Ok(ColumnList(list))
    }
}

/// `--time-format`.
#[derive(Clone, Debug)]
pub struct TimeFormat(pub String);

impl FromStr for TimeFormat {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        use std::fmt::Write;

        use chrono::format::{Item, StrftimeItems};

        let items: Vec<Item<'_>> = StrftimeItems::new(text).collect();
        // A pattern that cannot give a date back to itself is none.
        let example = chrono::DateTime::UNIX_EPOCH + chrono::TimeDelta::days(18_000);
        let whole = |shown: &str| {
            chrono::DateTime::parse_from_str(shown, text).is_ok()
                || NaiveDateTime::parse_from_str(shown, text).is_ok()
                || NaiveDate::parse_from_str(shown, text).is_ok()
        };
        // `%#z` and its like can be read and not written.
        let mut shown = String::new();
        let written = write!(shown, "{}", example.format_with_items(items.iter())).is_ok();
        if items.is_empty() || items.contains(&Item::Error) || !written || !whole(&shown) {
            Err(Error::new("error.time_format_form").with("value", text))
        } else {
            Ok(TimeFormat(text.to_owned()))
        }
    }
}

/// `--encoding`.
#[derive(Clone, Copy, Debug)]
pub struct EncodingName(pub &'static Encoding);

impl FromStr for EncodingName {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let label = match text.to_lowercase().as_str() {
            "cp932" | "ms932" => "shift_jis".to_owned(),
            "cp950" => "big5".to_owned(),
            other => other.to_owned(),
        };
        Encoding::for_label(label.as_bytes())
            .map(EncodingName)
            .ok_or_else(|| Error::new("error.encoding_form").with("value", text))
    }
}

/// `--channel`.
#[derive(Clone, Debug)]
pub struct ChannelRule {
    pub name: String,
    pub files: Option<glob::Pattern>,
}

impl ChannelRule {
    /// As errstat.toml takes it; safe to show.
    pub fn shown(&self) -> String {
        match &self.files {
            Some(files) => format!("{}={}", self.name, Privacy::default().path(files.as_str())),
            None => self.name.clone(),
        }
    }
}

impl FromStr for ChannelRule {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let wrong = || Error::new("error.channel_form").with("value", text);
        let (name, files) = match text.split_once('=') {
            Some((name, files)) => (name, Some(glob::Pattern::new(files).map_err(|_| wrong())?)),
            None => (text, None),
        };
        let name = Privacy::default().text(name.trim());
        if name.is_empty() { Err(wrong()) } else { Ok(ChannelRule { name, files }) }
    }
}

/// `--overlap`.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Overlap {
    Auto,
    Max,
    Sum,
}

/// `--week-start`.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum WeekDay {
    Mon,
    Sun,
}

/// `--compare`.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Compare {
    Previous,
    None,
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
        self.lang.unwrap_or_default().0
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
        self.selection.top.map_or(10, |top| top.0.get())
    }

    /// The zone of the report, of the days in files' names, and of moments that the user writes without an offset.
    pub fn zone(&self) -> Zone {
        self.selection.timezone.unwrap_or(Zone::Named(chrono_tz::Asia::Tokyo))
    }

    /// How to read.
    pub fn read_options(&self) -> ReadOptions {
        let defaults = ReadOptions::default();
        let reading = &self.reading;
        let zone = reading.input_timezone.unwrap_or(defaults.zone);
        ReadOptions {
            zone,
            day_zone: self.zone(),
            columns: reading.columns.clone().map(|list| list.0).unwrap_or_default(),
            time_format: reading.time_format.clone().map(|format| format.0),
            encoding: reading.encoding.map(|name| name.0),
            exported_at: reading.exported_at.map(|moment| moment.in_zone(&self.zone())),
            privacy: Privacy { show_urls: self.keep_urls.unwrap_or(self.showing.show_urls) },
            apart_from: self.apart_from.clone(),
            mail_from_domains: reading.mail_from_domain.clone(),
            believed: None,
            max_bytes: reading.max_bytes.map(|size| size.bytes),
            threads: reading.threads.map_or(defaults.threads, |threads| threads.0.get()),
        }
    }

    /// Which channels the inputs are of.
    pub fn channel_rules(&self) -> ChannelRules {
        let layer = |rules: &[ChannelRule]| NamingLayer {
            names: rules.iter().filter(|rule| rule.files.is_none()).map(|rule| Channel::given(&rule.name)).collect(),
            files: rules.iter().filter_map(|rule| Some((Channel::given(&rule.name), rule.files.clone()?))).collect(),
        };
        let layers = vec![layer(&self.reading.channel), layer(&self.reading.configured_channel)];
        ChannelRules { layers, ..ChannelRules::default() }
    }

    /// What to keep.
    pub fn filter(&self) -> Filter {
        Filter { only: self.selection.only.clone(), exclude: self.selection.exclude.clone() }
    }

    /// What to do where inputs overlap.
    pub fn overlap(&self) -> OverlapPolicy {
        match self.reading.overlap {
            None | Some(Overlap::Auto) => OverlapPolicy::Auto,
            Some(Overlap::Max) => OverlapPolicy::Max,
            Some(Overlap::Sum) => OverlapPolicy::Sum,
        }
    }

    /// What to compute; `now` is the moment at which the program runs, `generated_at` the one it tells.
    pub fn analysis_options(&self, now: Timestamp, generated_at: Timestamp) -> analysis::Options {
        let selection = &self.selection;
        let zone = self.zone();
        analysis::Options {
            zone,
            period: selection.period.clone().unwrap_or(PeriodSpec::All),
            as_of: match selection.as_of {
                None | Some(AsOfOption::Now) => AsOf::At(now),
                Some(AsOfOption::Data) => AsOf::Data,
                Some(AsOfOption::At(moment)) => AsOf::At(moment.in_zone(&zone)),
            },
            window: selection.window.and_then(|window| window.0),
            week_start: match selection.week_start {
                None | Some(WeekDay::Mon) => WeekStart::Monday,
                Some(WeekDay::Sun) => WeekStart::Sunday,
            },
            compare: !matches!(selection.compare, Some(Compare::None)),
            lang: self.lang(),
            generated_at,
            now,
            max_age: selection.max_age.map(|age| age.millis),
            slices: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_or_refused() {
        assert_eq!(
            "time=Date, count=4".parse::<ColumnList>().unwrap().0,
            [(Role::Time, ColumnName::Heading("Date".into())), (Role::Count, ColumnName::Number(4))]
        );
        for text in ["", "time", "when=1", "time=0", "time=", "time=1,time=2"] {
            assert!(text.parse::<ColumnList>().is_err(), "{text}");
        }
        assert!(
            "%d/%m/%Y %H:%M".parse::<TimeFormat>().is_ok()
                && "%Y%m%d".parse::<TimeFormat>().is_ok()
                && "%s".parse::<TimeFormat>().is_ok()
        );
        for text in ["", "%H:%M", "%Q", "x", "%d/%m", "%Y-%m-%d %H:%M %#z"] {
            assert!(text.parse::<TimeFormat>().is_err(), "{text}");
        }
        assert_eq!("CP932".parse::<EncodingName>().unwrap().0.name(), "Shift_JIS");
        assert!("klingon".parse::<EncodingName>().is_err());
        assert!(
            "2026-11-23".parse::<Moment>().is_ok()
                && "23.11.2026".parse::<Moment>().is_err()
                && "0001-01-01".parse::<Moment>().is_err()
        );
        let rule: ChannelRule = "shop=shop-*.tsv".parse().unwrap();
        assert!(rule.name == "shop" && rule.files.unwrap().matches("shop-1.tsv"));
        assert!("=x".parse::<ChannelRule>().is_err());
        for (text, bytes) in [("0", 0), ("500MB", 500_000_000), ("2GiB", 2 << 30), ("3 kb", 3000), ("1tib", 1 << 40)] {
            assert_eq!(text.parse::<Size>().unwrap().bytes, bytes, "{text}");
        }
        for text in ["", "MB", "-1", "1.5GB", "2G", "20000000TB", "99999999999999999999"] {
            assert!(text.parse::<Size>().is_err(), "{text}");
        }
    }
}
