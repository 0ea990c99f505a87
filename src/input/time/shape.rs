//! What a written date or time of day looks like: which separators, in which order, what follows.

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime};

/// In which order day, month and year stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DateOrder {
    YearMonthDay,
    DayMonthYear,
    MonthDayYear,
    /// Day-month or month-day: no cell has decided yet.
    Open,
}

/// What stands between the numbers of a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Separator {
    /// `-`, `/` or `.`.
    Char(char),
    /// 年月日 or 년월일.
    Units([char; 3]),
    /// The month is an English word.
    MonthName,
}

/// The finest unit of a time of day. Ordered from coarse to fine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Clock {
    None,
    Minutes,
    Seconds,
    Fraction,
}

/// How a time of day is dressed, beside its numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Dress {
    /// AM/PM, 午前/午後 and the like.
    pub half_days: bool,
    /// A UTC offset or `Z` follows.
    pub offset: bool,
    /// `T` between date and time.
    pub t: bool,
}

/// A time of day.
#[derive(Clone, Copy, Debug)]
pub(super) struct TimeOfDay {
    pub clock: Clock,
    pub dress: Dress,
    pub hour: u32,
    pub minute: u32,
    pub second: u32,
    pub millis: u32,
    /// Seconds east of UTC.
    pub offset: Option<i32>,
}

impl TimeOfDay {
    /// The first moment of a day, where no time of day is written.
    const MIDNIGHT: TimeOfDay = TimeOfDay {
        clock: Clock::None,
        dress: Dress { half_days: false, offset: false, t: false },
        hour: 0,
        minute: 0,
        second: 0,
        millis: 0,
        offset: None,
    };

    /// `None` where there is no such time of day.
    pub fn time(&self) -> Option<NaiveTime> {
        NaiveTime::from_hms_milli_opt(self.hour, self.minute, self.second, self.millis)
    }
}

/// A date, with or without a time of day. Whether the numbers make a real one is not asked yet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Written {
    pub order: DateOrder,
    pub separator: Separator,
    /// The numbers of the date in the order in which they stand.
    pub date: [u32; 3],
    pub time: TimeOfDay,
}

/// Years of the Buddhist era are so far ahead.
pub(super) const BUDDHIST_ERA: u32 = 543;

impl Written {
    /// The year as it is written.
    pub fn year(&self) -> u32 {
        if self.order == DateOrder::YearMonthDay { self.date[0] } else { self.date[2] }
    }

    /// The wall clock; `None` where there is none such, and where the order is open.
    pub fn local(&self, order: DateOrder, buddhist: bool) -> Option<NaiveDateTime> {
        let [a, b, c] = self.date;
        let (year, month, day) = match order {
            DateOrder::YearMonthDay => (a, b, c),
            DateOrder::DayMonthYear => (c, b, a),
            DateOrder::MonthDayYear => (c, a, b),
            DateOrder::Open => return None,
        };
        let year = if buddhist { year.checked_sub(BUDDHIST_ERA)? } else { year };
        Some(NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?.and_time(self.time.time()?))
    }
}

/// Reads a date with or without a time of day; nothing where the text is anything else.
pub(super) fn date(text: &str) -> Option<Written> {
    let mut scan = Scan(text);
    let weekday = scan.english_weekday();
    let (order, separator, date) = match scan.month_name() {
        Some(month) => month_first(&mut scan, month)?,
        None => number_first(&mut scan)?,
    };
    scan.weekday();
    let mut written = Written { order, separator, date, time: TimeOfDay::MIDNIGHT };
    // A weekday that contradicts the date is damage; which of the two is, nobody knows.
    let other_day = |local: NaiveDateTime| Some(local.date().weekday().num_days_from_monday()) != weekday;
    if weekday.is_some() && written.local(order, false).is_some_and(other_day) {
        return None;
    }
    if scan.0.is_empty() {
        return Some(written);
    }
    written.time = behind_date(scan, matches!(separator, Separator::Units(_)))?;
    Some(written)
}

/// Reads the time of day behind a date, the first moment of the day where there is none; nothing where the text is
/// anything else.
pub(super) fn time_behind(text: &str) -> Option<TimeOfDay> {
    if text.is_empty() { Some(TimeOfDay::MIDNIGHT) } else { behind_date(Scan(text), false) }
}

/// What stands between a date and its time of day, and that.
fn behind_date(mut scan: Scan<'_>, joined: bool) -> Option<TimeOfDay> {
    let t = scan.take_any(&['T', 't']).is_some();
    let comma = !t && scan.take(',');
    let gap = !t && scan.spaces() || comma;
    if gap && scan.take_word(&["at "]).is_some() {
        scan.spaces();
    }
    if !t && !gap && !joined {
        return None;
    }
    let mut time = clock(&mut scan)?;
    time.dress.t = t;
    scan.0.is_empty().then_some(time)
}

/// Reads a time of day that stands alone; nothing where the text is anything else.
pub(super) fn time_of_day(text: &str) -> Option<TimeOfDay> {
    let mut scan = Scan(text);
    let time = clock(&mut scan)?;
    scan.0.is_empty().then_some(time)
}

/// Whether a text is a date in years of the Republic of China (115 = 2026), which could be taken for others.
pub(super) fn is_roc_date(text: &str) -> bool {
    let text = text.trim().trim_start_matches(['民', '國', '国', ' ']);
    let mut scan = Scan(text);
    let year = scan.number(3, 3).filter(|(year, _)| (100..200).contains(year));
    let separated = scan.take_any(&['-', '/', '.', '年']).is_some();
    year.is_some() && separated && scan.number(1, 2).is_some()
}

type Date = (DateOrder, Separator, [u32; 3]);

/// `November 9, 2026`, behind the month.
fn month_first(scan: &mut Scan<'_>, month: u32) -> Option<Date> {
    scan.spaces();
    let (day, _) = scan.number(1, 2)?;
    scan.take(',');
    scan.spaces();
    let (year, _) = scan.number(4, 4)?;
    Some((DateOrder::MonthDayYear, Separator::MonthName, [month, day, year]))
}

fn number_first(scan: &mut Scan<'_>) -> Option<Date> {
    let (a, digits) = scan.number(1, 4)?;
    let mut named = Scan(scan.0.trim_start_matches(['-', ' ', '.', '\u{a0}']));
    if digits <= 2
        && let Some(month) = named.month_name()
    {
        named.0 = named.0.trim_start_matches(['-', ' ', ',', '\u{a0}']);
        let (year, _) = named.number(4, 4)?;
        scan.0 = named.0;
        return Some((DateOrder::DayMonthYear, Separator::MonthName, [a, month, year]));
    }
    if let Some(units) = UNITS.into_iter().find(|units| scan.take(units[0])) {
        scan.spaces();
        let (b, _) = scan.number(1, 2)?;
        scan.take(units[1]).then_some(())?;
        scan.spaces();
        let (c, _) = scan.number(1, 2)?;
        scan.take(units[2]).then_some(())?;
        return (digits == 4).then_some((DateOrder::YearMonthDay, Separator::Units(units), [a, b, c]));
    }
    let separator = scan.take_any(&['-', '/', '.'])?;
    // Korean dates have blanks behind their points, and a last point.
    let spaced = separator == '.' && scan.spaces();
    let (b, _) = scan.number(1, 2)?;
    scan.take(separator).then_some(())?;
    if spaced {
        scan.spaces();
    }
    let (c, last_digits) = scan.number(1, 4)?;
    if spaced {
        scan.take('.');
    }
    let order = match (digits, last_digits) {
        (4, 1 | 2) => DateOrder::YearMonthDay,
        (1 | 2, 4) => DateOrder::Open,
        _ => return None,
    };
    Some((order, Separator::Char(separator), [a, b, c]))
}

const UNITS: [[char; 3]; 2] = [['年', '月', '日'], ['년', '월', '일']];
const HOURS: [char; 6] = [':', '時', '时', '點', '点', '시'];
const MINUTES: [char; 3] = [':', '分', '분'];
const SECONDS: [char; 2] = ['秒', '초'];
/// Words before the time of day, morning and afternoon in turn.
const HALVES_BEFORE: [&str; 8] = ["午前", "午後", "上午", "下午", "오전", "오후", "AM", "PM"];
const HALVES_BEHIND: [&str; 4] = ["AM", "PM", "a.m.", "p.m."];

fn clock(scan: &mut Scan<'_>) -> Option<TimeOfDay> {
    let mut time = TimeOfDay { clock: Clock::Minutes, ..TimeOfDay::MIDNIGHT };
    let mut half = scan.take_word(&HALVES_BEFORE);
    scan.spaces();
    time.hour = scan.number(1, 2)?.0;
    let colon = scan.take_any(&HOURS)? == ':';
    if !colon {
        scan.spaces();
    }
    time.minute = scan.number(1, 2)?.0;
    let more = if colon { scan.take(':') } else { scan.take_any(&MINUTES).is_some() };
    if !colon {
        let behind = Scan(scan.0.trim_start());
        if more && behind.0.starts_with(|c: char| c.is_ascii_digit()) {
            scan.0 = behind.0;
            time.second = scan.number(1, 2)?.0;
            time.clock = Clock::Seconds;
            scan.take_any(&SECONDS)?;
        }
    } else if more {
        time.second = scan.number(1, 2)?.0;
        time.clock = Clock::Seconds;
        if scan.take_any(&['.', ',']).is_some() {
            let digits = scan.0.bytes().take_while(u8::is_ascii_digit).count();
            if digits == 0 || digits > 9 {
                return None;
            }
            time.millis = format!("{:0<3}", &scan.0[..digits.min(3)]).parse().ok()?;
            time.clock = Clock::Fraction;
            scan.0 = &scan.0[digits..];
        }
    }
    let spaced = scan.spaces();
    if half.is_none() {
        half = scan.take_word(&HALVES_BEHIND);
    }
    if let Some(half) = half {
        time.dress.half_days = true;
        // Noon and midnight are 12 on a clock of twelve hours, 0 on the Japanese one.
        if time.hour > 12 {
            return None;
        }
        time.hour = time.hour % 12 + 12 * u32::from(half % 2 == 1);
        scan.spaces();
    }
    if scan.0.is_empty() {
        return if spaced && half.is_none() { None } else { Some(time) };
    }
    time.offset = Some(offset(scan)?);
    time.dress.offset = true;
    Some(time)
}

/// `Z`, `UTC`, `JST`, `+09:00`, `+0900`, `+09`, `GMT+0900 (Japan Standard Time)`, in seconds east of UTC.
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
    let name = scan.0.trim_start();
    if name.starts_with('(') && name.ends_with(')') {
        scan.0 = "";
    }
    (hours <= 14 && minutes <= 59).then(|| sign * i32::try_from(hours * 3600 + minutes * 60).unwrap_or(0))
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

    /// A word of ASCII letters, which is taken if it is one of these: whole, or its first three letters.
    fn name(&mut self, names: &[&str]) -> Option<usize> {
        let letters = self.0.bytes().take_while(u8::is_ascii_alphabetic).count();
        let word = &self.0[..letters];
        let found = names
            .iter()
            .position(|name| name.eq_ignore_ascii_case(word) || letters == 3 && name[..3].eq_ignore_ascii_case(word))?;
        self.0 = &self.0[letters..];
        Some(found)
    }

    /// An English month, from 1.
    fn month_name(&mut self) -> Option<u32> {
        const MONTHS: [&str; 12] = [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ];
        let month = self.name(&MONTHS)?;
        self.take('.');
        u32::try_from(month + 1).ok()
    }

    /// `Mon, ` or nothing: its number, from Monday.
    fn english_weekday(&mut self) -> Option<u32> {
        const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
        let day = self.name(&DAYS)?;
        self.take(',');
        self.spaces();
        u32::try_from(day).ok()
    }

    /// `(木)`, `（木）`, or nothing.
    fn weekday(&mut self) {
        let mut inner = Scan(self.0.trim_start());
        let day = ['月', '火', '水', '木', '金', '土', '日', '一', '二', '三', '四', '五', '六'];
        if inner.take_any(&['(', '（']).is_some()
            && inner.take_any(&day).is_some()
            && inner.take_any(&[')', '）']).is_some()
        {
            self.0 = inner.0;
        }
    }
}
