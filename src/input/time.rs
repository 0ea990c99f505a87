//! Times: one form for a whole column, found from its first cells and kept.
//!
//! The exports do not say how they write times, so a cell's *shape* is read first (which separators,
//! how many digits, what follows), and the shape that most of the first cells share becomes the
//! column's [`TimeForm`]. A cell of any other shape is a reject: guessing each cell anew would turn
//! one damaged row into a wrong number.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use encoding_rs::Encoding;

use crate::model::{Precision, Timestamp, Why, Zone};

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

/// The shape of a written date, with or without a time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Calendar {
    pub order: DateOrder,
    /// `-`, `/`, `.`, or `年` for 年月日.
    separator: char,
    clock: Clock,
    /// AM/PM or 午前/午後.
    half_days: bool,
    /// A UTC offset or `Z` follows.
    offset: bool,
    /// `T` between date and time.
    t: bool,
}

/// In which order day, month and year stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DateOrder {
    YearMonthDay,
    DayMonthYear,
    MonthDayYear,
    /// Day-month or month-day: no cell has decided yet.
    Open,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Clock {
    None,
    Minutes,
    Seconds,
}

/// The numbers of one written time, in the order in which they stand.
#[derive(Clone, Copy, Debug)]
struct Numbers {
    date: [u32; 3],
    hour: u32,
    minute: u32,
    second: u32,
    millis: u32,
    /// Seconds east of UTC.
    offset: Option<i32>,
}

impl TimeForm {
    /// The form in words, such as `YYYY-MM-DD hh:mm:ss`.
    pub fn describe(&self) -> String {
        let Self::Calendar(form) = self else {
            return match self {
                Self::Epoch { millis: true } => "epoch milliseconds".into(),
                Self::Epoch { millis: false } => "epoch seconds".into(),
                Self::Pattern(pattern) => pattern.clone(),
                Self::Calendar(_) => unreachable!("handled above"),
            };
        };
        let date = match (form.order, form.separator) {
            (_, '年') => "YYYY年M月D日".into(),
            (DateOrder::YearMonthDay, s) => format!("YYYY{s}MM{s}DD"),
            (DateOrder::DayMonthYear, s) => format!("DD{s}MM{s}YYYY"),
            (DateOrder::MonthDayYear, s) => format!("MM{s}DD{s}YYYY"),
            (DateOrder::Open, s) => format!("DD{s}MM{s}YYYY | MM{s}DD{s}YYYY"),
        };
        let clock = match form.clock {
            Clock::None => "",
            Clock::Minutes => "hh:mm",
            Clock::Seconds => "hh:mm:ss",
        };
        let gap = match (form.clock, form.t) {
            (Clock::None, _) => "",
            (_, true) => "T",
            (_, false) => " ",
        };
        format!(
            "{date}{gap}{clock}{}{}",
            if form.half_days { " AM/PM" } else { "" },
            if form.offset { "±hh:mm" } else { "" }
        )
    }

    /// The finest step that the form can write.
    pub fn precision(&self) -> Precision {
        match self {
            Self::Calendar(Calendar { clock: Clock::None, .. }) => Precision::Day,
            Self::Calendar(Calendar { clock: Clock::Minutes, .. }) => Precision::Minute,
            Self::Pattern(pattern) if !has_clock(pattern) => Precision::Day,
            Self::Pattern(pattern) if !has_seconds(pattern) => Precision::Minute,
            _ => Precision::Second,
        }
    }

    /// The form of one cell; epoch times only where `epoch` allows them.
    pub fn of(cell: &str, epoch: bool) -> Option<TimeForm> {
        let cell = cell.trim();
        if epoch && cell.bytes().all(|b| b.is_ascii_digit()) {
            return match cell.len() {
                10 => Some(TimeForm::Epoch { millis: false }),
                13 => Some(TimeForm::Epoch { millis: true }),
                _ => None,
            };
        }
        shape(cell).map(|(form, _)| TimeForm::Calendar(form))
    }

    /// The form taken for a column without any time.
    pub fn unseen() -> TimeForm {
        TimeForm::Calendar(Calendar {
            order: DateOrder::YearMonthDay,
            separator: '-',
            clock: Clock::Seconds,
            half_days: false,
            offset: false,
            t: false,
        })
    }

    /// Whether the order of day and month is still open.
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Calendar(Calendar { order: DateOrder::Open, .. }))
    }

    /// The order that a cell of an open form decides: day-month if its first number is over 12,
    /// month-day if its second is.
    pub fn decided_by(&self, cell: &str) -> Option<TimeForm> {
        let Self::Calendar(open) = self else { return None };
        let (form, numbers) = shape(cell.trim())?;
        if form != *open {
            return None;
        }
        let order = match numbers.date {
            [13..=31, 1..=12, _] => DateOrder::DayMonthYear,
            [1..=12, 13..=31, _] => DateOrder::MonthDayYear,
            _ => return None,
        };
        Some(Self::Calendar(Calendar { order, ..*open }))
    }

    /// The form that most of the cells share, the earlier of equally frequent ones.
    pub fn of_column<'a>(cells: impl Iterator<Item = &'a str>, epoch: bool) -> Option<TimeForm> {
        let mut seen: Vec<(TimeForm, usize)> = Vec::new();
        for form in cells.filter_map(|cell| TimeForm::of(cell, epoch)) {
            match seen.iter_mut().find(|(known, _)| *known == form) {
                Some((_, n)) => *n += 1,
                None => seen.push((form, 1)),
            }
        }
        let most = seen.iter().map(|(_, n)| *n).max()?;
        seen.into_iter().find(|(_, n)| *n == most).map(|(form, _)| form)
    }

    /// The instant that a cell means, and its wall clock.
    fn read(&self, cell: &str, zone: &Zone) -> Result<(Timestamp, NaiveDateTime), Why> {
        match self {
            Self::Epoch { millis } => {
                if cell.is_empty() || !cell.bytes().all(|b| b.is_ascii_digit()) {
                    return Err(Why::TimeUnreadable);
                }
                let n: i64 = cell.parse().map_err(|_| Why::TimeOutOfRange)?;
                let at = Timestamp(if *millis { n } else { n.checked_mul(1000).ok_or(Why::TimeOutOfRange)? });
                in_range(at)?;
                Ok((at, zone.local(at).naive_local()))
            }
            Self::Calendar(form) => {
                let (found, numbers) = shape(cell).ok_or(Why::TimeUnreadable)?;
                let same_order = found.order == form.order
                    || found.order == DateOrder::Open && form.order != DateOrder::YearMonthDay;
                if !same_order || (Calendar { order: form.order, ..found }) != *form {
                    return Err(Why::TimeUnreadable);
                }
                let local = numbers.local(form.order).ok_or(Why::TimeImpossible)?;
                let at = match numbers.offset {
                    Some(east) => Timestamp(local.and_utc().timestamp_millis() - i64::from(east) * 1000),
                    None => zone.instant(local).ok_or(Why::TimeImpossible)?,
                };
                in_range(at)?;
                Ok((at, local))
            }
            Self::Pattern(pattern) => by_pattern(cell, pattern, zone),
        }
    }
}

/// LINE's bot platform began in 2016, and the Messenger itself in 2011.
fn in_range(at: Timestamp) -> Result<(), Why> {
    // 2011-01-01T00:00:00Z and 2101-01-01T00:00:00Z.
    if (1_293_840_000_000..4_133_980_800_000).contains(&at.0) { Ok(()) } else { Err(Why::TimeOutOfRange) }
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
    let (at, local) = if let Ok(time) = chrono::DateTime::parse_from_str(cell, pattern) {
        (Timestamp::from(time), time.naive_local())
    } else if pattern.contains("%s") {
        let at = Timestamp(
            NaiveDateTime::parse_from_str(cell, pattern).map_err(|_| Why::TimeUnreadable)?.and_utc().timestamp_millis(),
        );
        in_range(at)?;
        (at, zone.local(at).naive_local())
    } else {
        let local = if has_clock(pattern) {
            NaiveDateTime::parse_from_str(cell, pattern).map_err(|_| Why::TimeUnreadable)?
        } else {
            NaiveDate::parse_from_str(cell, pattern).map_err(|_| Why::TimeUnreadable)?.and_time(NaiveTime::MIN)
        };
        (zone.instant(local).ok_or(Why::TimeImpossible)?, local)
    };
    in_range(at)?;
    Ok((at, local))
}

impl Numbers {
    fn local(&self, order: DateOrder) -> Option<NaiveDateTime> {
        let [a, b, c] = self.date;
        let (year, month, day) = match order {
            DateOrder::YearMonthDay => (a, b, c),
            DateOrder::DayMonthYear => (c, b, a),
            DateOrder::MonthDayYear => (c, a, b),
            DateOrder::Open => return None,
        };
        let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
        Some(date.and_time(NaiveTime::from_hms_milli_opt(self.hour, self.minute, self.second, self.millis)?))
    }
}

/// A cursor over the characters of a cell.
struct Scan<'a>(&'a str);

impl Scan<'_> {
    /// A number of `min` to `max` ASCII digits, and how many they were.
    fn number(&mut self, min: usize, max: usize) -> Option<(u32, usize)> {
        let digits = self.0.bytes().take_while(u8::is_ascii_digit).count();
        if digits < min || digits > max {
            return None;
        }
        let n = self.0[..digits].parse().ok()?;
        self.0 = &self.0[digits..];
        Some((n, digits))
    }

    fn take(&mut self, c: char) -> bool {
        self.take_any(&[c]).is_some()
    }

    fn take_any(&mut self, any: &[char]) -> Option<char> {
        let c = self.0.chars().next().filter(|c| any.contains(c))?;
        self.0 = &self.0[c.len_utf8()..];
        Some(c)
    }

    fn take_word(&mut self, words: &[&str]) -> Option<usize> {
        let found = words
            .iter()
            .position(|word| self.0.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word)))?;
        self.0 = &self.0[words[found].len()..];
        Some(found)
    }

    fn spaces(&mut self) -> bool {
        let rest = self.0.trim_start();
        let any = rest.len() < self.0.len();
        self.0 = rest;
        any
    }
}

/// Reads the shape and the numbers of a date with or without a time of day; nothing where the text is
/// anything else. Whether the numbers make a real date is not asked here.
fn shape(text: &str) -> Option<(Calendar, Numbers)> {
    let mut scan = Scan(text);
    let (a, digits) = scan.number(1, 4)?;
    let separator = scan.take_any(&['-', '/', '.', '年'])?;
    let kanji = separator == '年';
    let (b, _) = scan.number(1, 2)?;
    if !scan.take(if kanji { '月' } else { separator }) {
        return None;
    }
    let (c, last_digits) = scan.number(1, 4)?;
    if kanji && !scan.take('日') {
        return None;
    }
    let order = match (digits, last_digits) {
        (4, 1 | 2) => DateOrder::YearMonthDay,
        (1 | 2, 4) if !kanji => DateOrder::Open,
        _ => return None,
    };
    let mut form = Calendar { order, separator, clock: Clock::None, half_days: false, offset: false, t: false };
    let mut numbers = Numbers { date: [a, b, c], hour: 0, minute: 0, second: 0, millis: 0, offset: None };
    weekday(&mut scan);
    if scan.0.is_empty() {
        return Some((form, numbers));
    }
    form.t = scan.take_any(&['T', 't']).is_some();
    if !form.t && !scan.spaces() && !kanji {
        return None;
    }
    clock(&mut scan, &mut form, &mut numbers)?;
    scan.0.is_empty().then_some((form, numbers))
}

/// `(木)`, `（木）`, or nothing.
fn weekday(scan: &mut Scan<'_>) {
    let mut inner = Scan(scan.0.trim_start());
    if inner.take_any(&['(', '（']).is_some()
        && inner.take_any(&['月', '火', '水', '木', '金', '土', '日']).is_some()
        && inner.take_any(&[')', '）']).is_some()
    {
        scan.0 = inner.0;
    }
}

fn clock(scan: &mut Scan<'_>, form: &mut Calendar, numbers: &mut Numbers) -> Option<()> {
    let mut half = scan.take_word(&["午前", "午後"]);
    scan.spaces();
    numbers.hour = scan.number(1, 2)?.0;
    let kanji = scan.take_any(&[':', '時'])? == '時';
    numbers.minute = scan.number(1, 2)?.0;
    form.clock = Clock::Minutes;
    let seconds =
        if kanji { scan.take('分') && scan.0.starts_with(|c: char| c.is_ascii_digit()) } else { scan.take(':') };
    if seconds {
        numbers.second = scan.number(1, 2)?.0;
        form.clock = Clock::Seconds;
        if kanji && !scan.take('秒') {
            return None;
        }
        if !kanji && scan.take_any(&['.', ',']).is_some() {
            let digits = scan.0.bytes().take_while(u8::is_ascii_digit).count();
            if digits == 0 || digits > 9 {
                return None;
            }
            let millis = format!("{:0<3}", &scan.0[..digits.min(3)]);
            numbers.millis = millis.parse().ok()?;
            scan.0 = &scan.0[digits..];
        }
    }
    let spaced = scan.spaces();
    if half.is_none() {
        half = scan.take_word(&["AM", "PM", "a.m.", "p.m."]).map(|found| found % 2);
    }
    if let Some(half) = half {
        form.half_days = true;
        // Noon and midnight are 12 on a clock of twelve hours, 0 on the Japanese one.
        if numbers.hour > 12 {
            return None;
        }
        numbers.hour = numbers.hour % 12 + 12 * u32::from(half == 1);
        scan.spaces();
    }
    if scan.0.is_empty() {
        return if spaced && half.is_none() { None } else { Some(()) };
    }
    numbers.offset = Some(offset(scan)?);
    form.offset = true;
    Some(())
}

/// `Z`, `UTC`, `JST`, `+09:00`, `+0900`, `+09`, in seconds east of UTC.
fn offset(scan: &mut Scan<'_>) -> Option<i32> {
    match scan.take_word(&["UTC", "GMT", "Z", "JST"]) {
        Some(3) => return scan.0.is_empty().then_some(9 * 3600),
        Some(_) if scan.0.is_empty() => return Some(0),
        _ => {}
    }
    let sign = match scan.take_any(&['+', '-', '\u{2212}'])? {
        '+' => 1,
        _ => -1,
    };
    let (n, digits) = scan.number(1, 4)?;
    let (hours, minutes) = match digits {
        1 | 2 if scan.take(':') => (n, scan.number(2, 2)?.0),
        1 | 2 => (n, 0),
        4 => (n / 100, n % 100),
        _ => return None,
    };
    (hours <= 14 && minutes <= 59).then(|| sign * i32::try_from(hours * 3600 + minutes * 60).unwrap_or(0))
}

/// What the times of a column have shown of their steps.
#[derive(Clone, Copy, Debug, Default)]
pub struct Steps {
    second: bool,
    minute: bool,
    five_minutes: bool,
    hour: bool,
    /// How often the time changed from one row to the next, the first one counted.
    changes: u64,
    /// First and last time, in the order of the rows.
    ends: Option<(i64, i64)>,
}

impl Steps {
    pub fn add(&mut self, other: &Steps) {
        self.second |= other.second;
        self.minute |= other.minute;
        self.five_minutes |= other.five_minutes;
        self.hour |= other.hour;
        self.changes += other.changes;
        self.ends = match (self.ends, other.ends) {
            (Some((first, last)), Some((next, end))) => {
                self.changes -= u64::from(last == next);
                Some((first, end))
            }
            (own, others) => own.or(others),
        };
    }

    /// The precision of the column: the step its form can write, or a coarser one if every time sits on
    /// it and there are too many different times for chance. (One time in 60 is a whole minute, one in
    /// 3,600 a whole hour; the numbers below leave less than one in ten million to chance, and more than
    /// that to people who write round times by hand.)
    pub fn precision(&self, form: &TimeForm) -> Precision {
        let written = form.precision();
        let measured = if !self.hour && !self.second && self.changes >= 3 {
            Precision::Day
        } else if !self.five_minutes && !self.minute && !self.second && self.changes >= 8 {
            Precision::Hour
        } else if !self.minute && !self.second && self.changes >= 12 {
            Precision::FiveMinutes
        } else if !self.second && self.changes >= 4 {
            Precision::Minute
        } else {
            Precision::Second
        };
        measured.max(written)
    }

    fn see(&mut self, local: NaiveDateTime) {
        use chrono::Timelike;
        self.second |= local.second() != 0 || local.nanosecond() != 0;
        self.minute |= !local.minute().is_multiple_of(5);
        self.five_minutes |= local.minute() != 0;
        // Anything within the day keeps it from being a whole day.
        self.hour |= local.hour() != 0 || local.minute() != 0 || local.second() != 0 || local.nanosecond() != 0;
    }
}

/// Times of one minute, in the order of their rows.
#[derive(Clone, Copy, Debug)]
pub struct WithinMinute {
    at: i64,
    /// All seconds together, bit by bit.
    seen: u8,
    changes: u64,
    first: u8,
    /// No second at all before the first one.
    previous: u8,
    least: u8,
    most: u8,
}

impl WithinMinute {
    /// The instant of a cell with these seconds, less than sixty, in milliseconds since 1970-01-01T00:00:00Z.
    #[inline(always)]
    pub fn second(&mut self, second: u8) -> i64 {
        if self.previous == u8::MAX {
            self.first = second;
        }
        self.seen |= second;
        self.changes += u64::from(second != self.previous);
        self.previous = second;
        self.least = self.least.min(second);
        self.most = self.most.max(second);
        self.instant(second)
    }

    fn instant(&self, second: u8) -> i64 {
        self.at + i64::from(second) * 1000
    }
}

/// Reads the cells of a time column, one after the other.
///
/// Rows of an export stand close together, so that all but the seconds of a cell mostly repeat: the text before the
/// seconds is compared with the last one. Where it is another, the day mostly repeats. Only a cell of another day, or
/// of a form that does not end in seconds, is taken apart as a date.
#[derive(Clone, Debug)]
pub struct TimeReader<'a> {
    form: &'a TimeForm,
    zone: Zone,
    encoding: &'static Encoding,
    /// The cells end in two digits of seconds, and everything before them is a whole minute.
    seconds_last: bool,
    /// Text of the last cell before its seconds, and the instant that it means. Empty where there is none.
    minute: Known,
    /// Text of the last cell before its hour, and the instant that it means. Empty where there is none, and where days
    /// may have other lengths than 24 hours.
    day: Known,
    /// The last cell of a form that does not end in seconds.
    cell: Known,
    pub steps: Steps,
}

/// A text and the instant that it means.
#[derive(Clone, Debug, Default)]
struct Known {
    text: Vec<u8>,
    at: i64,
}

impl Known {
    fn set(&mut self, text: &[u8], at: i64) {
        self.text.clear();
        self.text.extend_from_slice(text);
        self.at = at;
    }

    fn is(&self, text: &[u8]) -> bool {
        !self.text.is_empty() && self.text == text
    }
}

impl<'a> TimeReader<'a> {
    pub fn new(form: &'a TimeForm, zone: Zone, encoding: &'static Encoding) -> Self {
        let seconds_last =
            matches!(form, TimeForm::Calendar(Calendar { clock: Clock::Seconds, half_days: false, offset: false, .. }));
        let (minute, day, cell) = (Known::default(), Known::default(), Known::default());
        TimeReader { form, zone, encoding, seconds_last, minute, day, cell, steps: Steps::default() }
    }

    /// Begins to count steps anew: the next cell counts with all that it shows.
    pub fn begin(&mut self) {
        self.minute.text.clear();
        self.cell.text.clear();
        self.steps = Steps::default();
    }

    /// Text of the last cell before its seconds, which were two digits and its end; empty where nothing is known.
    /// There is nothing in it that could end a cell or a line, and no quote.
    #[inline]
    pub fn minute(&self) -> &[u8] {
        &self.minute.text
    }

    /// Times in that minute.
    #[inline]
    pub fn within_minute(&self) -> WithinMinute {
        WithinMinute { at: self.minute.at, seen: 0, changes: 0, first: 0, previous: u8::MAX, least: u8::MAX, most: 0 }
    }

    /// Remembers the steps of times in that minute, and gives the least and the greatest of them, if there are any.
    #[inline]
    pub fn seen(&mut self, times: &WithinMinute) -> Option<(i64, i64)> {
        if times.previous == u8::MAX {
            return None;
        }
        let (first, last) = (times.instant(times.first), times.instant(times.previous));
        self.steps.add(&Steps {
            second: times.seen != 0,
            changes: times.changes,
            ends: Some((first, last)),
            ..Steps::default()
        });
        Some((times.instant(times.least), times.instant(times.most)))
    }

    /// The instant of a cell that is [`TimeReader::minute`] and these seconds.
    #[inline]
    fn second(&mut self, second: u8) -> i64 {
        self.steps.second |= second != 0;
        self.step(self.minute.at + i64::from(second) * 1000)
    }

    /// The instant of a cell in milliseconds since 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    /// Where the cell is no time, or none of the column's form.
    pub fn read(&mut self, cell: &[u8]) -> Result<i64, Why> {
        let at = match seconds(cell) {
            Some((minute, second)) if self.minute.is(minute) => return Ok(self.second(second)),
            Some((minute, second)) if self.seconds_last => match self.in_day(minute, second) {
                Some(at) => at,
                None => self.parse(cell)?,
            },
            _ if self.cell.is(cell) => self.cell.at,
            _ => self.parse(cell)?,
        };
        Ok(self.step(at))
    }

    #[inline]
    fn step(&mut self, at: i64) -> i64 {
        match &mut self.steps.ends {
            Some((_, last)) => {
                self.steps.changes += u64::from(at != *last);
                *last = at;
            }
            none => {
                self.steps.changes = 1;
                *none = Some((at, at));
            }
        }
        at
    }

    /// The instant of a cell that is of the same day as one before; nothing where that is not plain to see.
    fn in_day(&mut self, minute: &[u8], second: u8) -> Option<i64> {
        let (_, hour, minutes) = clock_time(minute).filter(|(day, ..)| self.day.is(day))?;
        let start = self.day.at + (i64::from(hour) * 60 + i64::from(minutes)) * 60_000;
        let at = start + i64::from(second) * 1000;
        in_range(Timestamp(at)).ok()?;
        self.steps.second |= second != 0;
        self.steps.minute |= !minutes.is_multiple_of(5);
        self.steps.five_minutes |= minutes != 0;
        self.steps.hour |= hour != 0 || minutes != 0 || second != 0;
        self.minute.set(minute, start);
        Some(at)
    }

    #[cold]
    fn parse(&mut self, cell: &[u8]) -> Result<i64, Why> {
        let text = self.encoding.decode_without_bom_handling(cell).0;
        let trimmed = text.trim();
        if trimmed.is_empty() {
            return Err(Why::TimeMissing);
        }
        let (at, local) = self.form.read(trimmed, &self.zone)?;
        self.steps.see(local);
        // A cell in quotes may hold what ends a cell elsewhere.
        if cell.iter().any(|b| b.is_ascii_control() || b"\",;".contains(b)) {
            return Ok(at.0);
        }
        match seconds(cell).filter(|_| self.seconds_last) {
            Some((minute, second)) => {
                let start = at.0 - i64::from(second) * 1000;
                self.minute.set(minute, start);
                if let Some((day, hour, minutes)) = clock_time(minute).filter(|_| self.zone.fixed_seconds().is_some()) {
                    self.day.set(day, start - (i64::from(hour) * 60 + i64::from(minutes)) * 60_000);
                }
            }
            None => self.cell.set(cell, at.0),
        }
        Ok(at.0)
    }
}

/// A cell that ends in seconds: the text before them with its colon, and the seconds.
fn seconds(cell: &[u8]) -> Option<(&[u8], u8)> {
    match cell {
        [minute @ .., tens @ b'0'..=b'5', ones @ b'0'..=b'9'] if minute.ends_with(b":") => {
            Some((minute, (tens - b'0') * 10 + (ones - b'0')))
        }
        _ => None,
    }
}

/// The text before the seconds of a cell: what stands before the hour, the hour and the minute, if both have two digits.
fn clock_time(minute: &[u8]) -> Option<(&[u8], u8, u8)> {
    let &[ref day @ .., h, hh @ b'0'..=b'9', b':', m @ b'0'..=b'5', mm @ b'0'..=b'9', b':'] = minute else {
        return None;
    };
    let hour = h.checked_sub(b'0').filter(|tens| *tens <= 2)? * 10 + (hh - b'0');
    (hour < 24).then_some((day, hour, (m - b'0') * 10 + (mm - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(cell: &str, form: &TimeForm) -> Result<String, Why> {
        let mut reader = TimeReader::new(form, Zone::console(), encoding_rs::UTF_8);
        reader.read(cell.as_bytes()).map(|at| Timestamp(at).utc().to_rfc3339_opts(chrono::SecondsFormat::Millis, true))
    }

    fn own(cell: &str) -> Result<String, Why> {
        read(cell, &TimeForm::of(cell, true).ok_or(Why::TimeUnreadable)?)
    }

    #[test]
    fn every_documented_form_means_the_same_instant() {
        for cell in [
            "2021-06-17 04:12:33",
            "2021/06/17 4:12:33",
            "2021-06-17T04:12:33+09:00",
            "2021-06-16T19:12:33Z",
            "2021-06-16 19:12:33 UTC",
            "2021-06-17 04:12:33.000",
            "2021年6月17日 4:12:33",
            "2021年06月17日(木) 04時12分33秒",
            "2021/6/17 午前4:12:33",
            "2021-06-17 4:12:33 AM",
            "1623870753",
            "1623870753000",
            " 2021-06-17 04:12:33 ",
        ] {
            assert_eq!(own(cell).as_deref(), Ok("2021-06-16T19:12:33.000Z"), "{cell}");
        }
        assert_eq!(own("2021/06/17 4:12").as_deref(), Ok("2021-06-16T19:12:00.000Z"));
        assert_eq!(own("2021年6月17日 4:12").as_deref(), Ok("2021-06-16T19:12:00.000Z"));
        assert_eq!(own("2021-06-17").as_deref(), Ok("2021-06-16T15:00:00.000Z"));
        assert_eq!(own("2021-06-17 12:00 AM").as_deref(), Ok("2021-06-16T15:00:00.000Z"));
        assert_eq!(own("2021-06-17 12:30 pm").as_deref(), Ok("2021-06-17T03:30:00.000Z"));
    }

    #[test]
    fn a_column_keeps_its_form() {
        let form = TimeForm::of("2021-06-17 04:12:33", true).unwrap();
        assert_eq!(read("2021/06/17 04:12:33", &form), Err(Why::TimeUnreadable));
        assert_eq!(read("2021-06-17 04:12", &form), Err(Why::TimeUnreadable));
        assert_eq!(read("1623870753", &form), Err(Why::TimeUnreadable));
        assert_eq!(read("", &form), Err(Why::TimeMissing));
        assert_eq!(read("2021-02-29 04:12:33", &form), Err(Why::TimeImpossible));
        assert_eq!(read("2021-06-17 24:00:00", &form), Err(Why::TimeImpossible));
        assert_eq!(read("2021-06-17 04:12:60", &form), Err(Why::TimeImpossible));
        assert_eq!(read("2010-12-31 04:12:33", &form), Err(Why::TimeOutOfRange));
        assert_eq!(read("2101-01-02 04:12:33", &form), Err(Why::TimeOutOfRange));
    }

    #[test]
    fn day_and_month_stay_open_until_a_cell_decides() {
        let form = TimeForm::of("06/07/2021 4:12", true).unwrap();
        assert!(form.is_open());
        assert_eq!(form.decided_by("05/05/2021 4:12"), None);
        let day_first = form.decided_by("17/06/2021 4:12").unwrap();
        assert_eq!(read("06/07/2021 4:12", &day_first).as_deref(), Ok("2021-07-05T19:12:00.000Z"));
        let month_first = form.decided_by("06/17/2021 4:12").unwrap();
        assert_eq!(read("06/07/2021 4:12", &month_first).as_deref(), Ok("2021-06-06T19:12:00.000Z"));
        assert_eq!(read("17/06/2021 4:12", &month_first), Err(Why::TimeImpossible));
    }

    #[test]
    fn other_texts_are_no_times() {
        for text in [
            "",
            "-",
            "2021",
            "2021-06",
            "04:12",
            "1.2.3",
            "10.0.0.1",
            "2021-06/17",
            "21/06/17",
            "2021-06-17 ",
            "2021-06-17x",
            "2021-06-17 04:12:33 x",
            "12345678901",
        ] {
            assert!(TimeForm::of(text, true).is_none() || text.trim() == "2021-06-17", "{text}");
        }
    }

    #[test]
    fn the_most_frequent_form_of_the_first_cells_wins() {
        let cells = ["x", "2021-06-17", "2021-06-17 04:12:33", "2021-06-17 04:12:34"];
        assert_eq!(TimeForm::of_column(cells.into_iter(), true), TimeForm::of("2021-06-17 04:12:33", true));
    }

    #[test]
    fn a_skipped_hour_does_not_exist_and_a_repeated_one_is_the_earlier() {
        let form = TimeForm::of("2026-03-29 02:30:00", true).unwrap();
        let mut reader = TimeReader::new(&form, "Europe/Berlin".parse().unwrap(), encoding_rs::UTF_8);
        assert_eq!(reader.read(b"2026-03-29 02:30:00"), Err(Why::TimeImpossible));
        // 02:30 comes twice on 2026-10-25, first in summer time (+02:00).
        assert_eq!(
            reader.read(b"2026-10-25 02:30:00").map(|at| Timestamp(at).utc().to_rfc3339()),
            Ok("2026-10-25T00:30:00+00:00".into())
        );
    }

    #[test]
    fn a_cell_means_the_same_whatever_was_read_before() {
        // Wall clocks around a change of summer time, the first accepted instant, and forms with and without seconds.
        let cells = [
            "2026-03-29 01:59:59",
            "2026-03-29 02:30:00",
            "2026-03-29 03:00:00",
            "2026-03-29 03:00:01",
            "2026-10-25 02:30:00",
            "2026-10-25 03:30:00",
            "2026-10-25 23:59:59",
            "2026-10-25 24:00:00",
            "2026-10-25 23:60:00",
            "2026-10-25 23:59:60",
            "2026-10-25 3:30:00",
            "2026-10-25 30:30:00",
            "2011-01-01 08:59:59",
            "2011-01-01 09:00:00",
            "2011-01-01 00:00:00",
            "2010-12-31 23:59:59",
            "2026-10-25 03:30",
            "2026-10-25 03:30:00.5",
            " 2026-10-25 03:30:07",
            "2026-10-25  03:30:07",
            "",
            "2026/10/25 03:30:07",
            "2026-10-25T03:30:07",
            "2026-10-25T03:30:07Z",
            "2026-10-25T03:31:07Z",
        ];
        for (zone, first) in ["+09:00", "Europe/Berlin", "Australia/Lord_Howe"]
            .into_iter()
            .flat_map(|zone| cells.map(|cell| (zone, cell)))
        {
            let Some(form) = TimeForm::of(first, false) else { continue };
            let new = || TimeReader::new(&form, zone.parse().unwrap(), encoding_rs::UTF_8);
            let mut reader = new();
            for cell in cells.iter().flat_map(|cell| cells.iter().flat_map(move |other| [cell, other])) {
                assert_eq!(reader.read(cell.as_bytes()), new().read(cell.as_bytes()), "{zone}, {cell} as {form:?}");
            }
        }
    }

    #[test]
    fn each_reading_shows_its_own_steps() {
        let form = TimeForm::of("2021-06-17 04:12:33", true).unwrap();
        let mut reader = TimeReader::new(&form, Zone::console(), encoding_rs::UTF_8);
        for cell in ["2021-06-17 04:12:00", "2021-06-17 04:13:00", "2021-06-17 04:15:00", "2021-06-17 04:15:01"] {
            reader.begin();
            assert!(reader.read(cell.as_bytes()).is_ok());
            let Steps { second, minute, five_minutes, hour, changes, .. } = reader.steps;
            let (number, ones) = (cell[14..16].parse::<u32>().unwrap(), cell.ends_with('1'));
            assert_eq!((second, minute, five_minutes, hour, changes), (ones, number % 5 != 0, true, true, 1), "{cell}");
        }
    }

    #[test]
    fn patterns_of_the_user_are_followed() {
        let form = TimeForm::Pattern("%d/%m/%Y %H:%M".into());
        assert_eq!(read("06/07/2021 4:12", &form).as_deref(), Ok("2021-07-05T19:12:00.000Z"));
        assert_eq!(read("x", &form), Err(Why::TimeUnreadable));
        assert_eq!(
            read("06/07/2021", &TimeForm::Pattern("%d/%m/%Y".into())).as_deref(),
            Ok("2021-07-05T15:00:00.000Z")
        );
    }

    #[test]
    fn precision_is_measured_once_there_is_enough_to_measure() {
        let form = TimeForm::of("2021-06-17 04:12:33", true).unwrap();
        let measure = |cells: &[String]| {
            let mut reader = TimeReader::new(&form, Zone::console(), encoding_rs::UTF_8);
            cells.iter().for_each(|cell| assert!(reader.read(cell.as_bytes()).is_ok()));
            reader.steps.precision(&form)
        };
        assert_eq!(measure(&["2021-06-17 04:00:00".into()]), Precision::Second);
        assert_eq!(measure(&(1..9).map(|d| format!("2021-06-0{d} 00:00:00")).collect::<Vec<_>>()), Precision::Day);
        assert_eq!(measure(&(10..20).map(|h| format!("2021-06-01 {h}:00:00")).collect::<Vec<_>>()), Precision::Hour);
        assert_eq!(measure(&(10..20).map(|m| format!("2021-06-01 04:{m}:00")).collect::<Vec<_>>()), Precision::Minute);
        assert_eq!(measure(&(10..20).map(|m| format!("2021-06-01 04:{m}:30")).collect::<Vec<_>>()), Precision::Second);
        assert_eq!(TimeForm::of("2021-06-17", true).unwrap().precision(), Precision::Day);
    }
}
