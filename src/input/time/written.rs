//! What a written date or time of day looks like: which separators, in which order, what follows.

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime};

/// The ways of writing a date, and how each is shown. `Y` is a year of four digits, `M` and `D` are numbers of one or two,
/// `b` is the English name of a month; a blank is any white space or none, `_` some; `~` and `^` are what may stand before
/// and behind the name of a month, and what follows `?` may be missing.
///
/// chrono's patterns would read more than is written (a sign, blanks before numbers), and do not tell one digit from two.
const DATES: [(&str, &str); 12] = [
    ("Y-M-D", "YYYY-MM-DD"),
    ("Y/M/D", "YYYY/MM/DD"),
    ("Y.M.D", "YYYY.MM.DD"),
    // Korean dates have blanks behind their points, and a last point.
    ("Y._M. D?.", "YYYY.MM.DD"),
    ("Y年 M月 D日", "YYYY年M月D日"),
    ("Y년 M월 D일", "YYYY년M월D일"),
    ("D-M-Y", "DD-MM-YYYY"),
    ("D/M/Y", "DD/MM/YYYY"),
    ("D.M.Y", "DD.MM.YYYY"),
    ("D._M. Y?.", "DD.MM.YYYY"),
    ("D~b^Y", "D Mon YYYY"),
    ("b D?, Y", "Mon D, YYYY"),
];

/// Whether the first number of a form may be the month as well.
pub(super) fn is_ambiguous(form: &str) -> bool {
    form.starts_with("DD")
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
    /// `None` where there is no such time of day.
    pub time: Option<NaiveTime>,
    /// Seconds east of UTC.
    pub offset: Option<i32>,
}

/// The first moment of a day, where no time of day is written.
const MIDNIGHT: TimeOfDay = TimeOfDay {
    clock: Clock::None,
    dress: Dress { half_days: false, offset: false, t: false },
    time: Some(NaiveTime::MIN),
    offset: None,
};

/// A date, with or without a time of day. Whether the numbers make a real one is not asked yet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Written {
    /// How the date is shown.
    pub form: &'static str,
    pub year: u32,
    /// Month and day; where that is ambiguous, the second number and the first.
    pub month: u32,
    pub day: u32,
    pub time: TimeOfDay,
}

/// Years of the Buddhist era are so far ahead.
pub(super) const BUDDHIST_ERA: u32 = 543;

impl Written {
    /// The wall clock; `None` where there is none such.
    pub fn local(&self, month_first: bool, buddhist: bool) -> Option<NaiveDateTime> {
        let (month, day) = if month_first { (self.day, self.month) } else { (self.month, self.day) };
        let year = if buddhist { self.year.checked_sub(BUDDHIST_ERA)? } else { self.year };
        Some(NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?.and_time(self.time.time?))
    }
}

/// Reads a date with or without a time of day; nothing where the text is anything else.
pub(super) fn date(text: &str) -> Option<Written> {
    let mut scan = Scan(text);
    let weekday = scan.name(&WEEKDAYS);
    if weekday.is_some() {
        scan.take(',');
        scan.spaces();
    }
    let (mut written, behind) = DATES.iter().find_map(|(pattern, form)| {
        let mut behind = Scan(scan.0);
        let [year, month, day] = behind.date(pattern)?;
        Some((Written { form, year, month, day, time: MIDNIGHT }, behind))
    })?;
    scan = behind;
    let joined = scan.weekday() || written.form.ends_with(['日', '일']);
    // A weekday that contradicts the date is damage; which of the two is, nobody knows.
    let other_day = |local: NaiveDateTime| Some(local.weekday().num_days_from_monday() as usize) != weekday;
    if weekday.is_some() && !is_ambiguous(written.form) && written.local(false, false).is_some_and(other_day) {
        return None;
    }
    if !scan.0.is_empty() {
        written.time = behind_date(scan, joined)?;
    }
    Some(written)
}

/// Reads the time of day behind a date, the first moment of the day where there is none; nothing where the text is
/// anything else.
pub(super) fn time_behind(text: &str) -> Option<TimeOfDay> {
    if text.is_empty() { Some(MIDNIGHT) } else { behind_date(Scan(text), false) }
}

/// What stands between a date and its time of day, and that.
fn behind_date(mut scan: Scan<'_>, joined: bool) -> Option<TimeOfDay> {
    let t = scan.any(&['T', 't']).is_some();
    let comma = !t && scan.take(',');
    let gap = !t && scan.spaces() || comma;
    if gap && scan.word(&["at "]).is_some() {
        scan.spaces();
    }
    if !t && !gap && !joined {
        return None;
    }
    let mut time = time_of_day(scan.0)?;
    time.dress.t = t;
    Some(time)
}

/// Whether a text is a date in years of the Republic of China (115 = 2026), which could be taken for others.
pub fn is_roc_date(text: &str) -> bool {
    let mut scan = Scan(text.trim().trim_start_matches(['民', '國', '国', ' ']));
    let year = scan.number(3, 3).filter(|year| (100..200).contains(year));
    year.is_some() && scan.any(&['-', '/', '.', '年']).is_some() && scan.number(1, 2).is_some()
}

/// The seconds east of UTC of a text that is a UTC offset and nothing else.
pub fn offset(text: &str) -> Option<i32> {
    let mut scan = Scan(text.trim());
    scan.offset().filter(|_| scan.0.is_empty())
}

const HOURS: [char; 6] = [':', '時', '时', '點', '点', '시'];
const MINUTES: [char; 3] = [':', '分', '분'];
const SECONDS: [char; 2] = ['秒', '초'];
/// Words before the time of day, morning and afternoon in turn.
const HALVES_BEFORE: [&str; 8] = ["午前", "午後", "上午", "下午", "오전", "오후", "AM", "PM"];
/// Whether a text says the half of the day in a script of its own.
pub fn says_half(text: &str) -> bool {
    HALVES_BEFORE.iter().any(|half| !half.is_ascii() && text.contains(half))
}

const HALVES_BEHIND: [&str; 4] = ["AM", "PM", "a.m.", "p.m."];
const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
#[rustfmt::skip]
const MONTHS: [&str; 12] = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
];

/// Reads a time of day that stands alone; nothing where the text is anything else.
pub(super) fn time_of_day(text: &str) -> Option<TimeOfDay> {
    let mut scan = Scan(text);
    let mut half = scan.word(&HALVES_BEFORE);
    scan.spaces();
    let mut hour = scan.number(1, 2)?;
    let colon = scan.any(&HOURS)? == ':';
    if !colon {
        scan.spaces();
    }
    let minute = scan.number(1, 2)?;
    let (mut second, mut millis, mut clock) = (0, 0, Clock::Minutes);
    if colon && scan.take(':') {
        (second, clock) = (scan.number(1, 2)?, Clock::Seconds);
        if scan.any(&['.', ',']).is_some() {
            let digits = format!("{:0<3}", scan.digits(1, 9)?);
            (millis, clock) = (digits[..3].parse().ok()?, Clock::Fraction);
        }
    } else if !colon && scan.any(&MINUTES).is_some() && scan.0.trim_start().starts_with(|c: char| c.is_ascii_digit()) {
        scan.spaces();
        (second, clock) = (scan.number(1, 2)?, Clock::Seconds);
        scan.any(&SECONDS)?;
    }
    let spaced = scan.spaces();
    half = half.or_else(|| scan.word(&HALVES_BEHIND));
    if let Some(half) = half {
        // Noon and midnight are 12 on a clock of twelve hours, 0 on the Japanese one.
        if hour > 12 {
            return None;
        }
        hour = hour % 12 + 12 * u32::from(half % 2 == 1);
        scan.spaces();
    }
    let offset = match scan.0.is_empty() {
        true if spaced && half.is_none() => return None,
        true => None,
        false => Some(scan.offset()?),
    };
    let dress = Dress { half_days: half.is_some(), offset: offset.is_some(), t: false };
    let time = NaiveTime::from_hms_milli_opt(hour, minute, second, millis);
    scan.0.is_empty().then_some(TimeOfDay { clock, dress, time, offset })
}

/// A cursor over the characters of a cell.
struct Scan<'a>(&'a str);

impl<'a> Scan<'a> {
    /// Year, month and day as a pattern of [`DATES`] says.
    fn date(&mut self, pattern: &str) -> Option<[u32; 3]> {
        let [mut year, mut month, mut day] = [0; 3];
        let mut pattern = pattern.chars();
        while let Some(next) = pattern.next() {
            match next {
                'Y' => year = self.number(4, 4)?,
                'M' => month = self.number(1, 2)?,
                'D' => day = self.number(1, 2)?,
                'b' => {
                    month = u32::try_from(self.name(&MONTHS)? + 1).ok()?;
                    self.take('.');
                }
                ' ' => _ = self.spaces(),
                '_' => self.spaces().then_some(())?,
                '~' => self.0 = self.0.trim_start_matches(['-', ' ', '.', '\u{a0}']),
                '^' => self.0 = self.0.trim_start_matches(['-', ' ', ',', '\u{a0}']),
                '?' => _ = self.take(pattern.next()?),
                sign => self.take(sign).then_some(())?,
            }
        }
        Some([year, month, day])
    }

    /// `Z`, `UTC`, `JST`, `KST`, `+09:00`, `+0900`, `(UTC+9)`, `GMT+0900 (Japan Standard Time)`, in seconds east of UTC.
    fn offset(&mut self) -> Option<i32> {
        self.0 = self.0.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')).unwrap_or(self.0);
        match self.word(&[
            "UTC",
            "GMT",
            "Z",
            "JST",
            "日本時間",
            "日本標準時",
            "Japan Standard Time",
            "Asia/Tokyo",
            "KST",
        ]) {
            Some(3..) => return Some(9 * 3600),
            Some(_) if self.0.is_empty() => return Some(0),
            _ => {}
        }
        let sign = if self.any(&['+', '-', '\u{2212}'])? == '+' { 1 } else { -1 };
        let digits = self.digits(1, 4)?;
        let n: i32 = digits.parse().ok()?;
        let (hours, minutes) = match digits.len() {
            1 | 2 if self.take(':') => (n, self.digits(2, 2)?.parse().ok()?),
            1 | 2 => (n, 0),
            4 => (n / 100, n % 100),
            _ => return None,
        };
        let name = self.0.trim_start();
        if name.starts_with('(') && name.ends_with(')') {
            self.0 = "";
        }
        (hours <= 14 && minutes <= 59).then_some(sign * (hours * 3600 + minutes * 60))
    }

    /// All ASCII digits that stand here, if they are so many.
    fn digits(&mut self, min: usize, max: usize) -> Option<&'a str> {
        let (digits, rest) = self.0.split_at(self.0.bytes().take_while(u8::is_ascii_digit).count());
        (min..=max).contains(&digits.len()).then(|| self.0 = rest)?;
        Some(digits)
    }

    fn number(&mut self, min: usize, max: usize) -> Option<u32> {
        self.digits(min, max)?.parse().ok()
    }

    fn take(&mut self, c: char) -> bool {
        self.any(&[c]).is_some()
    }

    fn any(&mut self, any: &[char]) -> Option<char> {
        let c = self.0.chars().next().filter(|c| any.contains(c))?;
        self.0 = &self.0[c.len_utf8()..];
        Some(c)
    }

    fn word(&mut self, words: &[&str]) -> Option<usize> {
        let begins = |word: &&str| self.0.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word));
        let found = words.iter().position(begins)?;
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
        let (word, rest) = self.0.split_at(self.0.bytes().take_while(u8::is_ascii_alphabetic).count());
        let is =
            |name: &&str| name.eq_ignore_ascii_case(word) || word.len() == 3 && name[..3].eq_ignore_ascii_case(word);
        let found = names.iter().position(is)?;
        self.0 = rest;
        Some(found)
    }

    /// `(木)`, `（木曜日）`, `(Thu)`, `木曜日`, or nothing.
    fn weekday(&mut self) -> bool {
        let mut inner = Scan(self.0.trim_start());
        let open = inner.any(&['(', '（']).is_some();
        let sign = inner.any(&['月', '火', '水', '木', '金', '土', '日', '一', '二', '三', '四', '五', '六']).is_some();
        let word = if sign { inner.word(&["曜日"]).is_some() } else { open && inner.name(&WEEKDAYS).is_some() };
        let closed = inner.any(&[')', '）']).is_some();
        let found = open == closed && (word || open && sign);
        if found {
            self.0 = inner.0;
        }
        found
    }
}
