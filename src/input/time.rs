//! Times: one form for a whole column, found from its first cells and kept.
//!
//! LINE documents a date and two times of day for each row and does not say how they are written, and tools that save a
//! table write them anew. So a cell's *shape* is read first (which separators, in which order, what follows), and the
//! shape that most of the first cells share becomes the column's [`TimeForm`]. How fine the time of day is belongs to
//! the cell: many programs leave out what is zero. A cell of any other shape is a reject: guessing each cell anew would
//! turn one damaged row into a wrong number.

mod end;
mod reader;
mod steps;
#[cfg(test)]
mod tests;
mod written;

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime};

pub use reader::{TimeReader, WithinMinute};
pub use steps::Steps;
use written::{Clock, Dress, Written};
pub use written::{is_roc_date, offset, says_half};

use crate::model::{Precision, Timestamp, Why, Zone, key};

/// How a column writes its times.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum TimeForm {
    Calendar(Calendar),
    /// Seconds or milliseconds since 1970-01-01T00:00:00Z.
    Epoch {
        millis: bool,
    },
    /// A pattern of the user's, in chrono's notation.
    Pattern(String),
}

/// The shape of written dates, with or without a time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Calendar {
    /// How its dates are shown, the day before the month where that is open.
    date: &'static str,
    /// Which of the first two numbers is the month; none while no cell has decided.
    month_first: Option<bool>,
    /// Years of the Buddhist era, as Thai programs write them.
    buddhist: bool,
    dress: Dress,
    /// The finest time of day among the first cells.
    finest: Clock,
}

/// What a row says about its time: in one cell, or a date and a time of day in two.
#[derive(Clone, Copy, Debug)]
pub enum TimeCell<'a> {
    Whole(&'a str),
    Apart { date: &'a str, clock: &'a str },
}

/// Years of the Buddhist era that mean 2011 and later.
const FIRST_BUDDHIST_YEAR: u32 = 2554;
/// Spreadsheets write a time of day as one of the first day that they know.
const SPREADSHEET_ZERO_YEARS: std::ops::RangeInclusive<u32> = 1899..=1904;

impl<'a> TimeCell<'a> {
    /// The shape of what is written; nothing where it is no time.
    fn shape(self) -> Option<Written> {
        let (date, clock) = match self {
            TimeCell::Whole(text) => return written::date(text.trim()),
            TimeCell::Apart { date, clock } => (date.trim(), clock.trim()),
        };
        // A date that is an instant within its day is one of another zone: nobody knows which day the time of day is of.
        let day = || written::date(date).filter(|day| day.time.time == Some(NaiveTime::MIN));
        if let Some(time) = written::time_of_day(clock) {
            return Some(Written { time, ..day()? });
        }
        let whole = written::date(clock).filter(|whole| whole.time.clock > Clock::None)?;
        if SPREADSHEET_ZERO_YEARS.contains(&whole.year) {
            return Some(Written { time: whole.time, ..day()? });
        }
        Some(whole)
    }

    /// The cells as one text, for a pattern of the user's.
    pub fn text(self) -> std::borrow::Cow<'a, str> {
        match self {
            TimeCell::Whole(text) => text.trim().into(),
            TimeCell::Apart { date, clock } => format!("{} {}", date.trim(), clock.trim()).into(),
        }
    }

    fn is_missing(self) -> bool {
        match self {
            TimeCell::Whole(text) => text.trim().is_empty(),
            TimeCell::Apart { date, clock } => date.trim().is_empty() || clock.trim().is_empty(),
        }
    }
}

/// A time of day in milliseconds since midnight.
pub fn time_of_day_millis(cell: &str) -> Option<i64> {
    use chrono::Timelike;
    let cell = cell.trim();
    let spreadsheet = || {
        let whole = written::date(cell).filter(|whole| SPREADSHEET_ZERO_YEARS.contains(&whole.year))?;
        (whole.time.clock > Clock::None).then_some(whole.time)
    };
    let time = written::time_of_day(cell).or_else(spreadsheet)?.time?;
    Some(i64::from(time.num_seconds_from_midnight()) * 1000 + i64::from(time.nanosecond() / 1_000_000))
}

/// Whether a cell is a date with the first moment of its day, as programs write dates that have no other type for them.
pub fn is_midnight(cell: &str) -> bool {
    written::date(cell.trim()).and_then(|written| written.time.time) == Some(NaiveTime::MIN)
}

impl TimeForm {
    /// The form in words, such as `YYYY-MM-DD hh:mm:ss`.
    pub fn describe(&self) -> String {
        let form = match self {
            Self::Epoch { millis: true } => return "epoch milliseconds".into(),
            Self::Epoch { millis: false } => return "epoch seconds".into(),
            Self::Pattern(pattern) => return pattern.clone(),
            Self::Calendar(form) => form,
        };
        let date = match form.month_first {
            Some(false) => form.date.to_owned(),
            Some(true) => form.with_month_first(),
            None => format!("{} | {}", form.date, form.with_month_first()),
        };
        let clock = match form.finest {
            Clock::None => "",
            Clock::Minutes => "hh:mm",
            Clock::Seconds | Clock::Fraction => "hh:mm:ss",
        };
        let gap = match (form.finest, form.dress.t) {
            (Clock::None, _) => "",
            (_, true) => "T",
            (_, false) => " ",
        };
        format!(
            "{date}{gap}{clock}{}{}{}",
            if form.dress.half_days { " AM/PM" } else { "" },
            if form.dress.offset { "±hh:mm" } else { "" },
            if form.buddhist { " (Buddhist era)" } else { "" },
        )
    }

    /// The finest step that the first cells write.
    pub fn precision(&self) -> Precision {
        match self {
            Self::Calendar(Calendar { finest: Clock::None, .. }) => Precision::Day,
            Self::Calendar(Calendar { finest: Clock::Minutes, .. }) => Precision::Minute,
            Self::Pattern(pattern) if !has_clock(pattern) => Precision::Day,
            Self::Pattern(pattern) if !has_seconds(pattern) => Precision::Minute,
            _ => Precision::Second,
        }
    }

    /// The form of one cell; epoch times only where `epoch` allows them.
    pub fn of(cell: &str, epoch: bool) -> Option<TimeForm> {
        TimeForm::of_cells([TimeCell::Whole(cell)].into_iter(), epoch)
    }

    /// The form taken for a column without any time.
    pub fn unseen() -> TimeForm {
        TimeForm::Calendar(Calendar {
            date: "YYYY-MM-DD",
            month_first: Some(false),
            buddhist: false,
            dress: Dress::default(),
            finest: Clock::Seconds,
        })
    }

    /// The two patterns between which a form decides whose order of day and month is open, the day first.
    pub fn patterns_of_orders(&self) -> Option<[String; 2]> {
        let Self::Calendar(form @ Calendar { month_first: None, .. }) = self else { return None };
        let pattern = |shown: &str| shown.replace("DD", "%d").replace("MM", "%m").replace("YYYY", "%Y");
        Some([pattern(form.date), pattern(&form.with_month_first())])
    }

    /// Whether the order of day and month is still open.
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Calendar(Calendar { month_first: None, .. }))
    }

    /// The order that a cell of an open form decides: day-month if its first number is over 12,
    /// month-day if its second is.
    pub fn decided_by(&self, cell: TimeCell<'_>) -> Option<TimeForm> {
        let Self::Calendar(open @ Calendar { month_first: None, .. }) = self else { return None };
        let written = cell.shape().filter(|written| open.fits(written))?;
        let month_first = match (written.day, written.month) {
            (13..=31, 1..=12) => false,
            (1..=12, 13..=31) => true,
            _ => return None,
        };
        Some(Self::Calendar(Calendar { month_first: Some(month_first), ..*open }))
    }

    /// The form that most of the cells share, the earlier of equally frequent ones.
    pub fn of_cells<'a>(cells: impl Iterator<Item = TimeCell<'a>> + Clone, epoch: bool) -> Option<TimeForm> {
        let digits = |cell: TimeCell<'a>| match cell {
            TimeCell::Whole(text) if text.trim().bytes().all(|b| b.is_ascii_digit()) => Some(text.trim().len()),
            _ => None,
        };
        let lengths = cells.clone().filter(|_| epoch).filter_map(digits).filter(|len| matches!(len, 10 | 13));
        let (epochs, length) = most_frequent(lengths).unwrap_or((0, 0));
        let written: Vec<Written> = cells.filter_map(TimeCell::shape).collect();
        let dates = most_frequent(written.iter().map(|written| written.form));
        let Some((_, date)) = dates.filter(|(dates, _)| *dates >= epochs) else {
            return (epochs > 0).then_some(TimeForm::Epoch { millis: length == 13 });
        };
        let own = || written.iter().filter(|written| written.form == date);
        let clocks = own().filter(|written| written.time.clock > Clock::None);
        let dress = most_frequent(clocks.map(|written| written.time.dress)).map(|(_, dress)| dress).unwrap_or_default();
        let finest = own().map(|written| written.time.clock).max().unwrap_or(Clock::None);
        let buddhist = own().all(|written| written.year >= FIRST_BUDDHIST_YEAR);
        let month_first = (!written::is_ambiguous(date)).then_some(false);
        Some(TimeForm::Calendar(Calendar { date, month_first, buddhist, dress, finest }))
    }

    /// The instant that a row's cells mean, and its wall clock.
    pub fn read(&self, cell: TimeCell<'_>, zone: &Zone) -> Result<(Timestamp, NaiveDateTime), Why> {
        if cell.is_missing() {
            return Err(key::reject::TIME_MISSING);
        }
        match self {
            Self::Epoch { millis } => {
                let text = cell.text();
                if !text.bytes().all(|b| b.is_ascii_digit()) {
                    return Err(key::reject::TIME_UNREADABLE);
                }
                let n = text.parse().ok().and_then(|n: i64| n.checked_mul(if *millis { 1 } else { 1000 }));
                by_instant(Timestamp(n.ok_or(key::reject::TIME_OUT_OF_RANGE)?), zone)
            }
            Self::Calendar(form) => {
                let written = cell.shape().filter(|written| form.fits(written)).ok_or(key::reject::TIME_UNREADABLE)?;
                let local = form.month_first.and_then(|month_first| written.local(month_first, form.buddhist));
                by_clock(local.ok_or(key::reject::TIME_IMPOSSIBLE)?, written.time.offset, zone)
            }
            Self::Pattern(pattern) => by_pattern(&cell.text(), pattern, zone),
        }
    }

    /// Whether cells of this form end in seconds, and everything before these is a whole minute, in a zone's wall clock.
    fn has_bare_clock(&self) -> bool {
        matches!(self, Self::Calendar(Calendar { dress: Dress { half_days: false, offset: false, .. }, .. }))
    }

    /// Whether cells of this form carry their own UTC offset.
    pub fn has_offset(&self) -> bool {
        matches!(self, Self::Calendar(Calendar { dress: Dress { offset: true, .. }, .. }))
    }

    /// Whether cells of this form count the hours of half a day.
    pub fn has_halves(&self) -> bool {
        match self {
            Self::Calendar(form) => form.dress.half_days,
            Self::Pattern(pattern) => pattern.to_lowercase().contains("%p"),
            Self::Epoch { .. } => false,
        }
    }
}

impl Calendar {
    /// `MM/DD/YYYY` for `DD/MM/YYYY`.
    fn with_month_first(&self) -> String {
        format!("MM{}DD{}", &self.date[2..3], &self.date[5..])
    }

    /// Whether a cell is written in this form. A date alone is its first moment.
    fn fits(&self, written: &Written) -> bool {
        let dress = match written.time.clock {
            Clock::None => !self.dress.offset,
            _ => written.time.dress == self.dress,
        };
        dress && written.form == self.date
    }
}

/// What comes most often, the first of equally frequent ones, and how often.
fn most_frequent<T: PartialEq + Copy>(items: impl Iterator<Item = T>) -> Option<(usize, T)> {
    let mut seen: Vec<(usize, T)> = Vec::new();
    for item in items {
        match seen.iter_mut().find(|(_, known)| *known == item) {
            Some((count, _)) => *count += 1,
            None => seen.push((1, item)),
        }
    }
    let most = seen.iter().map(|(count, _)| *count).max()?;
    seen.into_iter().find(|(count, _)| *count == most)
}

/// A pattern of chrono's that reads a cell of a form that is not known, if one of the common ones does.
pub fn pattern_for(cell: &str) -> Option<&'static str> {
    const PATTERNS: [&str; 7] = [
        "%Y%m%d%H%M%S",
        "%Y%m%d %H%M%S",
        "%Y%m%d",
        "%Y%m%dT%H%M%S",
        "%Y:%m:%d",
        "%Y-%m-%d_%H:%M:%S",
        "%a %b %e %H:%M:%S %Y",
    ];
    PATTERNS.into_iter().find(|pattern| by_pattern(cell.trim(), pattern, &Zone::console()).is_ok())
}

/// The instant, if exports and mails can be of its year.
fn in_range(at: Timestamp) -> Result<Timestamp, Why> {
    if at.is_plausible() { Ok(at) } else { Err(key::reject::TIME_OUT_OF_RANGE) }
}

fn by_instant(at: Timestamp, zone: &Zone) -> Result<(Timestamp, NaiveDateTime), Why> {
    Ok((in_range(at)?, zone.local(at).naive_local()))
}

/// From a wall clock, so many seconds east of UTC or in a zone.
fn by_clock(local: NaiveDateTime, east: Option<i32>, zone: &Zone) -> Result<(Timestamp, NaiveDateTime), Why> {
    let at = match east {
        Some(east) => Timestamp(local.and_utc().timestamp_millis() - i64::from(east) * 1000),
        None => zone.instant(local).ok_or(key::reject::TIME_IMPOSSIBLE)?,
    };
    Ok((in_range(at)?, local))
}

fn has_clock(pattern: &str) -> bool {
    ["%H", "%I", "%T", "%R", "%X", "%k", "%l", "%s", "%c", "%+", "%r", "%-H", "%-I"]
        .iter()
        .any(|code| pattern.contains(code))
}

fn has_seconds(pattern: &str) -> bool {
    ["%S", "%-S", "%T", "%X", "%s", "%c", "%+", "%r"].iter().any(|code| pattern.contains(code))
}

fn by_pattern(cell: &str, pattern: &str, zone: &Zone) -> Result<(Timestamp, NaiveDateTime), Why> {
    if let Ok(time) = chrono::DateTime::parse_from_str(cell, pattern) {
        return by_clock(time.naive_local(), Some(time.offset().local_minus_utc()), zone);
    }
    let whole = || NaiveDateTime::parse_from_str(cell, pattern).map_err(|_| key::reject::TIME_UNREADABLE);
    if pattern.contains("%s") {
        return by_instant(Timestamp(whole()?.and_utc().timestamp_millis()), zone);
    }
    if has_clock(pattern) {
        return by_clock(whole()?, None, zone);
    }
    // A pattern of dates leaves the time of day behind them as it is.
    let (day, rest) = NaiveDate::parse_and_remainder(cell, pattern).map_err(|_| key::reject::TIME_UNREADABLE)?;
    // No year of these is a common one that a row could be of.
    let ahead = if day.year() >= FIRST_BUDDHIST_YEAR as i32 { written::BUDDHIST_ERA as i32 } else { 0 };
    let day = day.with_year(day.year() - ahead).ok_or(key::reject::TIME_IMPOSSIBLE)?;
    let time = written::time_behind(rest).ok_or(key::reject::TIME_UNREADABLE)?;
    by_clock(day.and_time(time.time.ok_or(key::reject::TIME_IMPOSSIBLE)?), time.offset, zone)
}
