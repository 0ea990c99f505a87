//! Languages: every sentence a person reads stands in a data file per language.

use std::{collections::HashMap, sync::LazyLock};

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::model::{Filling, Sentence};

/// A language of the outputs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    #[default]
    En,
}

/// The phrase files of a language. Each is a TOML file of tables of texts; `[a] b = "…"` has the key `a.b`.
const ENGLISH: [&str; 5] = [
    include_str!("en/messages.toml"),
    include_str!("en/notes.toml"),
    include_str!("en/charts.toml"),
    include_str!("en/page.toml"),
    include_str!("en/terminal.toml"),
];

static PHRASES: LazyLock<HashMap<Lang, HashMap<String, String>>> =
    LazyLock::new(|| HashMap::from([(Lang::En, phrases(&ENGLISH))]));

fn phrases(files: &[&str]) -> HashMap<String, String> {
    let mut all = HashMap::new();
    for file in files {
        let tables: HashMap<String, HashMap<String, String>> =
            toml::from_str(file).expect("the phrase files are tables of texts");
        for (table, texts) in tables {
            all.extend(texts.into_iter().map(|(key, text)| (format!("{table}.{key}"), text)));
        }
    }
    all
}

impl Lang {
    /// Every language.
    pub const ALL: [Lang; 1] = [Lang::En];

    /// The language's code in ISO 639-1.
    pub fn code(self) -> &'static str {
        match self {
            Lang::En => "en",
        }
    }

    /// The text behind a key, placeholders unfilled. An unknown key is its own text; a test sees to it
    /// that there is none.
    pub fn phrase(self, key: &str) -> &str {
        PHRASES[&self].get(key).map_or(key, String::as_str).trim_end()
    }

    /// All keys of the language.
    pub fn keys(self) -> impl Iterator<Item = &'static str> {
        PHRASES[&self].keys().map(String::as_str)
    }

    /// The sentence with its placeholders filled.
    pub fn say(self, sentence: &Sentence) -> String {
        let mut rest = self.phrase(sentence.key);
        let mut out = String::with_capacity(rest.len() + 32);
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            match sentence.values.iter().find(|(placeholder, _)| *placeholder == name) {
                Some((_, Filling::Text(text))) => out.push_str(text),
                Some((_, Filling::Sentence(inner))) => out.push_str(&self.say(inner)),
                Some((_, Filling::Number(number))) => out.push_str(&self.number(*number)),
                Some((_, Filling::Moment(at))) => out.push_str(&self.moment(*at)),
                None => out.extend(["{", name, "}"]),
            }
            rest = after;
        }
        out + rest
    }

    /// A whole number with its thousands grouped.
    pub fn number(self, n: u64) -> String {
        let digits = n.to_string();
        let mut out = String::with_capacity(digits.len() + digits.len() / 3);
        for (i, digit) in digits.chars().enumerate() {
            if i > 0 && (digits.len() - i).is_multiple_of(3) {
                out.push(',');
            }
            out.push(digit);
        }
        out
    }

    /// A share between 0 and 1 in percent, one digit: `68.8 %`.
    pub fn percent(self, share: f64) -> String {
        format!("{:.1} %", share * 100.0)
    }

    /// A change in percent with its sign, whole: `−22 %`.
    pub fn change(self, percent: f64) -> String {
        let rounded = percent.abs().round() as u64;
        let sign = if rounded == 0 {
            "±"
        } else if percent < 0.0 {
            "−"
        } else {
            "+"
        };
        format!("{sign}{} %", self.number(rounded))
    }

    /// A day with its weekday: `Mon 16 Nov 2026`.
    pub fn day(self, day: NaiveDate) -> String {
        self.pattern("format.day", day, None)
    }

    /// A day without year, for axes: `16 Nov`.
    pub fn short_day(self, day: NaiveDate) -> String {
        self.pattern("format.short_day", day, None)
    }

    /// A month with its year: `Nov 2026`.
    pub fn month(self, day: NaiveDate) -> String {
        self.pattern("format.month", day, None)
    }

    /// A minute of a day: `Mon 16 Nov 2026, 04:12`.
    pub fn moment(self, at: DateTime<FixedOffset>) -> String {
        self.pattern("format.moment", at.date_naive(), Some(at.format("%H:%M").to_string()))
    }

    /// The short name of a weekday; 0 is Monday.
    pub fn weekday(self, days_from_monday: u32) -> &'static str {
        let names = PHRASES[&self].get("format.weekdays").map_or("", String::as_str);
        names.split_whitespace().nth(days_from_monday as usize).unwrap_or("")
    }

    fn pattern(self, key: &'static str, day: NaiveDate, time: Option<String>) -> String {
        let months = self.phrase("format.months");
        let sentence = Sentence::new(key)
            .with("year", day.year())
            .with("month", months.split_whitespace().nth(day.month0() as usize).unwrap_or(""))
            .with("day", day.day())
            .with("weekday", self.weekday(day.weekday().num_days_from_monday()))
            .with("time", time.unwrap_or_default());
        self.say(&sentence)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_filled() {
        let at = DateTime::parse_from_rfc3339("2026-11-16T04:12:00+09:00").unwrap();
        assert_eq!(Lang::En.moment(at), "Mon 16 Nov 2026, 04:12");
        assert_eq!(Lang::En.short_day(at.date_naive()), "16 Nov");
        assert_eq!(Lang::En.number(1_234_567), "1,234,567");
        assert_eq!(Lang::En.number(123), "123");
    }
}
