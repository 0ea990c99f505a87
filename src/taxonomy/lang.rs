//! Languages: every sentence a person reads stands in a data file per language.

use std::sync::LazyLock;

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, Weekday};
use serde::{Deserialize, de::DeserializeOwned};

use super::explanation::Vocabulary;
use crate::model::{Filling, Sentence, SentenceKey, key, mark_behind};

include!(concat!(env!("OUT_DIR"), "/languages.rs"));

/// What stands in a language's folder.
struct Source {
    /// The folder's name, as in BCP 47.
    code: &'static str,
    language: LazyLock<Language>,
    vocabulary: LazyLock<Vocabulary>,
    /// In the order of their keys.
    phrases: &'static [&'static str],
}

/// What a language has beside texts: its `language.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Language {
    /// Other codes by which people ask for it.
    pub also: Vec<String>,
    /// Families with its script, the best first, for pages, mails and pictures.
    pub fonts: Vec<String>,
    /// Signs beyond ASCII are written in ASCII in a mail's subject: so any filter can match it.
    pub ascii_subject: bool,
    /// Words that no line is broken within though they are made of words.
    pub words: Vec<String>,
    /// Words that no line ends with.
    pub leading: Vec<String>,
    pub workbook: WorkbookFont,
}

/// The font of a workbook.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkbookFont {
    pub font: String,
    /// Height of a line of 11 points, in points, as Excel has it for the font.
    pub line: f64,
    /// What of a column's characters a text of several lines uses: lines end with a word, and fonts differ.
    pub used: f64,
}

fn parsed<T: DeserializeOwned>(file: &str) -> T {
    toml::from_str(file).unwrap_or_else(|error| panic!("a file of src/taxonomy: {error}"))
}

impl Lang {
    /// The language's code as in BCP 47: the name of its folder.
    pub fn code(self) -> &'static str {
        SOURCES[self as usize].code
    }

    /// The language of a code, its own or another that people know it by, in any case.
    pub fn of_code(code: &str) -> Option<Lang> {
        let is_it = |own: &str| own.eq_ignore_ascii_case(code);
        Lang::ALL.into_iter().find(|lang| is_it(lang.code()) || lang.language().also.iter().any(|own| is_it(own)))
    }

    /// What it has beside texts.
    pub fn language(self) -> &'static Language {
        &SOURCES[self as usize].language
    }

    pub(super) fn vocabulary(self) -> &'static Vocabulary {
        &SOURCES[self as usize].vocabulary
    }

    /// The text behind a key, placeholders unfilled.
    pub fn phrase(self, key: SentenceKey) -> &'static str {
        SOURCES[self as usize].phrases[key.index()]
    }

    /// The sentence with its placeholders filled. `{rows:row|rows}` is the first word where `rows` is 1, else the second.
    pub fn say(self, sentence: &Sentence) -> String {
        let mut rest = self.phrase(sentence.key);
        let mut out = String::with_capacity(rest.len() + 32);
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            let (name, forms) =
                name.split_once(':').map_or((name, None), |(name, forms)| (name, forms.split_once('|')));
            let value = sentence.values.iter().find(|(placeholder, _)| *placeholder == name);
            match value {
                Some((_, value)) if let Some((one, many)) = forms => {
                    let single = match value {
                        Filling::Number(number) => *number == 1,
                        Filling::Text(number) => is_one(number),
                        Filling::Limited(number) => is_one(&self.say(number)),
                        _ => false,
                    };
                    out.push_str(if single { one } else { many });
                }
                Some((_, Filling::Text(text))) => {
                    out.push_str(text);
                    // Never in a command, which is typed as it stands.
                    out.extend(mark_behind(text).filter(|_| matches!(name, "channel" | "what")));
                }
                Some((_, Filling::List(items))) => out.push_str(&self.list(items)),
                Some((_, Filling::OneOf(items))) => out.push_str(&self.one_of(items)),
                Some((_, Filling::Sentence(inner))) => out.push_str(&self.say(inner)),
                Some((_, Filling::Limited(number))) => {
                    let number = self.say(number);
                    // The blank is that before a number: between words these languages have none.
                    let own = |c: char| c >= '\u{e00}' && c.is_alphabetic();
                    if number.starts_with(own) && out.strip_suffix(' ').is_some_and(|before| before.ends_with(own)) {
                        out.pop();
                    }
                    out.push_str(&number);
                }
                Some((_, Filling::Number(number))) => out.push_str(&self.number(*number)),
                Some((_, Filling::Moment(at))) => out.push_str(&self.moment(*at)),
                None => out.extend(["{", name, "}"]),
            }
            rest = after;
        }
        out + rest
    }

    /// What stands between two sentences.
    pub fn between(self) -> &'static str {
        self.phrase(key::headline::BETWEEN).trim_matches('|')
    }

    /// Texts with the language's comma between them.
    pub fn list<S: AsRef<str>>(self, items: impl IntoIterator<Item = S>) -> String {
        let comma = self.phrase(key::story::COMMA).trim_matches('|');
        items
            .into_iter()
            .enumerate()
            .fold(String::new(), |list, (at, item)| list + if at > 0 { comma } else { "" } + item.as_ref())
    }

    fn one_of(self, items: &[String]) -> String {
        match items.split_last() {
            Some((last, before)) if !before.is_empty() => {
                self.list(before) + self.phrase(key::story::OR).trim_matches('|') + last
            }
            _ => self.list(items),
        }
    }

    /// What stands between parts of a line that are no list: ` · `.
    pub fn dot(self) -> &'static str {
        self.phrase(key::story::DOT).trim_matches('|')
    }

    /// A title in front of its text on the same line: `Check first: `.
    pub fn lead(self, title: &str) -> String {
        title.to_owned() + self.phrase(key::format::COLON).trim_matches('|')
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
        self.in_percent(format!("{:.1}", share * 100.0))
    }

    /// A share between 0 and 1 in percent, two digits where it is under 1 %: `0.012 %`.
    pub fn fine_percent(self, share: f64) -> String {
        let percent = share * 100.0;
        let zeros = if percent > 0.0 { (-percent.log10().floor()).clamp(0.0, 6.0) as usize } else { 0 };
        self.in_percent(format!("{percent:.*}", zeros + 1))
    }

    /// A round share for an axis, no more digits than it has: `0.5 %`.
    pub fn short_percent(self, share: f64) -> String {
        self.in_percent(((share * 1e8).round() / 1e6).to_string())
    }

    /// A change in percent with its sign, whole: `−22 %`.
    pub fn change(self, percent: f64) -> String {
        let rounded = percent.round() as i64;
        self.in_percent(format!("{}{}", sign(rounded), self.number(rounded.unsigned_abs())))
    }

    fn in_percent(self, number: String) -> String {
        self.say(&Sentence::new(key::format::PERCENT).with("number", number))
    }

    /// A day with its weekday: `Mon 16 Nov 2026`.
    pub fn day(self, day: NaiveDate) -> String {
        self.pattern(key::format::DAY, day, None)
    }

    /// A day without year, for axes: `16 Nov`.
    pub fn short_day(self, day: NaiveDate) -> String {
        self.pattern(key::format::SHORT_DAY, day, None)
    }

    /// A month with its year: `Nov 2026`.
    pub fn month(self, day: NaiveDate) -> String {
        self.pattern(key::format::MONTH, day, None)
    }

    /// A year: `2026`.
    pub fn year(self, day: NaiveDate) -> String {
        self.pattern(key::chart::YEAR_NUMBER, day, None)
    }

    /// A minute of a day: `Mon 16 Nov 2026, 04:12`.
    pub fn moment(self, at: DateTime<FixedOffset>) -> String {
        self.pattern(key::format::MOMENT, at.date_naive(), Some(at.format("%H:%M").to_string()))
    }

    /// A minute without its year, for headlines: `Mon 16 Nov 04:12`.
    pub fn short_moment(self, at: DateTime<FixedOffset>) -> String {
        self.pattern(key::format::SHORT_MOMENT, at.date_naive(), Some(at.format("%H:%M").to_string()))
    }

    /// The short name of a weekday.
    pub fn weekday(self, day: Weekday) -> &'static str {
        let names = self.phrase(key::format::WEEKDAYS);
        names.split_whitespace().nth(day.num_days_from_monday() as usize).unwrap_or("")
    }

    fn pattern(self, key: SentenceKey, day: NaiveDate, time: Option<String>) -> String {
        let months = self.phrase(key::format::MONTHS);
        let sentence = Sentence::new(key)
            .with("year", day.year())
            // Thailand's, 543 ahead since its year begins on 1 January (1941).
            .with("buddhist_year", day.year() + 543)
            .with("month", months.split_whitespace().nth(day.month0() as usize).unwrap_or(""))
            .with("day", day.day())
            .with("weekday", self.weekday(day.weekday()))
            .with("time", time.unwrap_or_default());
        self.say(&sentence)
    }
}

/// Whether a number as it is shown is one, also with a mark before it: `≥ 1`.
fn is_one(number: &str) -> bool {
    number.rsplit(' ').next() == Some("1")
}

/// The sign of a difference in front of its amount.
pub fn sign(difference: i64) -> &'static str {
    match difference {
        0 => "±",
        1.. => "+",
        _ => "−",
    }
}

#[cfg(test)]
mod tests {
    use std::{
        collections::{BTreeMap, BTreeSet},
        fs,
        path::{Path, PathBuf},
    };

    use super::*;

    #[test]
    fn texts_are_what_toml_makes_of_their_files() {
        type Tables = BTreeMap<String, BTreeMap<String, String>>;
        for lang in Lang::ALL {
            let mut all: Tables = BTreeMap::new();
            for file in fs::read_dir(Path::new("src/taxonomy").join(lang.code())).unwrap() {
                let text = fs::read_to_string(file.unwrap().path()).unwrap();
                for (table, texts) in toml::from_str::<Tables>(&text).unwrap_or_default() {
                    all.entry(table).or_default().extend(texts);
                }
            }
            for key in SentenceKey::all() {
                let (table, name) = key.name().split_once('.').unwrap();
                assert_eq!(lang.phrase(key), all[table][name], "{lang:?} {key:?}");
            }
        }
    }

    #[test]
    fn sentences_are_filled() {
        let at = DateTime::parse_from_rfc3339("2026-11-16T04:12:00+09:00").unwrap();
        assert_eq!(Lang::En.moment(at), "Mon 16 Nov 2026, 04:12");
        assert_eq!(Lang::En.short_day(at.date_naive()), "16 Nov");
        assert_eq!(Lang::En.number(1_234_567), "1,234,567");
        assert_eq!(Lang::En.number(123), "123");
    }

    #[test]
    fn a_list_has_the_commas_of_its_language() {
        let sentence = Sentence::new(key::filter::HEADING).with_list("terms", ["detail=404", "host=a"]);
        assert_eq!(Lang::En.say(&sentence), "Filter: detail=404, host=a");
        assert_eq!(Lang::ZhHant.say(&sentence), "篩選：detail=404、host=a");
    }

    #[test]
    fn the_last_of_several_that_may_be_meant_stands_behind_or() {
        let said =
            |lang: Lang, items: &[&str]| lang.say(&Sentence::new(key::server_setup::PUT).with_one_of("place", items));
        assert_eq!(said(Lang::En, &["http { }"]), "In http { }:");
        assert_eq!(said(Lang::En, &["a", "b", "c"]), "In a, b or c:");
        assert_eq!(said(Lang::Th, &["server { }", "http { }"]), "ใน server { } หรือ http { }:");
        assert_eq!(said(Lang::ZhHant, &["server { }", "http { }"]), "在 server { } 或 http { } 裡：");
    }

    #[test]
    fn a_number_with_a_word_before_it_has_no_blank_that_the_language_lacks() {
        let said = |lang: Lang, limit| {
            let number = Sentence::new(limit).with_number("number", 12);
            let errors = Sentence::new(key::headline::ERRORS).with_limited("errors", number);
            lang.say(&errors.with("on", ""))
        };
        assert_eq!(said(Lang::ZhHant, key::headline::AT_LEAST), "有至少 12 次錯誤。");
        assert_eq!(said(Lang::ZhHant, key::headline::ABOUT), "有約 12 次錯誤。");
        assert_eq!(said(Lang::En, key::headline::AT_LEAST), "≥ 12 errors.");
        let attempts = Sentence::new(key::server_log::AT_LEAST_ATTEMPTS).with_number("attempts", 9_900);
        let rate = Sentence::new(key::server_log::RATE).with("rate", "1%").with("errors", 12);
        assert_eq!(
            Lang::Th.say(&rate.with_limited("attempts", attempts)),
            "อัตราข้อผิดพลาดจาก access log: 1% (ข้อผิดพลาด 12 ครั้ง จากการส่งอย่างน้อย 9,900 ครั้ง)"
        );
    }

    #[test]
    fn words_follow_their_number() {
        let said = |rows| Lang::En.say(&Sentence::new(key::note::SKIPPED_FILES).with("count", rows));
        assert_eq!(said("1"), "errstat skipped 1 more file.");
        assert_eq!(said("21"), "errstat skipped 21 more files.");
        assert_eq!(
            Lang::Ja.say(&Sentence::new(key::note::SKIPPED_FILES).with("count", 1)),
            "ほかに1個のファイルを対象外としました。"
        );
        let rejects = |count, rows| {
            let sentence = Sentence::new(key::note::REJECTS).with("path", "w.tsv");
            Lang::En.say(&sentence.with_number("count", count).with_number("rows", rows))
        };
        assert_eq!(rejects(1, 1000), "w.tsv: errstat skipped 1 of 1,000 rows and doesn't count it.");
        assert_eq!(rejects(2, 2), "w.tsv: errstat skipped 2 of 2 rows and doesn't count them.");
    }

    #[test]
    fn no_sentence_speaks_of_one_errors() {
        let tables = "note headline story chart terminal mail interactive archiving convert reconcile init";
        let tables = tables.split(' ').chain(["check", "check_unjudged", "check_problem"]);
        for table in tables {
            for key in SentenceKey::all().filter(|key| key.name().starts_with(&format!("{table}."))) {
                let text = Lang::En.phrase(key);
                // What is said of several only has a sentence of its own for one.
                let alone = SentenceKey::all().any(|other| other.name() == format!("{}_one", key.name()));
                for word in ["errors", "rows", "files", "sources", "minutes", "attempts", "windows", "rules"] {
                    assert!(
                        alone || !text.contains(&format!("}} {word}")) || key.name().starts_with("terminal.per_"),
                        "{key:?}: {text}"
                    );
                }
            }
        }
    }

    #[test]
    fn numbers_and_times_follow_the_language() {
        let at = DateTime::parse_from_rfc3339("2026-11-16T04:12:00+09:00").unwrap();
        let day = at.date_naive();
        assert_eq!(Lang::Ja.moment(at), "2026年11月16日（月）04:12");
        assert_eq!(Lang::Ja.day(day), "2026年11月16日（月）");
        assert_eq!(Lang::Ja.short_day(day), "11/16");
        assert_eq!(Lang::Ja.month(day), "2026年11月");
        assert_eq!(Lang::Ja.weekday(Weekday::Sun), "日");
        assert_eq!(Lang::Ja.number(1_234_567), "1,234,567");
        for (share, english, japanese) in
            [(0.688, "68.8 %", "68.8%"), (0.0, "0.0 %", "0.0%"), (1.0, "100.0 %", "100.0%")]
        {
            assert_eq!([Lang::En.percent(share), Lang::Ja.percent(share)], [english, japanese]);
        }
        for (change, english, japanese) in
            [(-21.66, "−22 %", "−22%"), (15_980.0, "+15,980 %", "+15,980%"), (0.4, "±0 %", "±0%")]
        {
            assert_eq!([Lang::En.change(change), Lang::Ja.change(change)], [english, japanese]);
        }
    }

    #[test]
    fn every_language_has_a_name_for_each_weekday_and_month() {
        for lang in Lang::ALL {
            let names = |key| lang.phrase(key).split_whitespace().collect::<BTreeSet<_>>().len();
            assert_eq!((names(key::format::WEEKDAYS), names(key::format::MONTHS)), (7, 12), "{lang:?}");
        }
    }

    #[test]
    fn a_language_is_known_by_its_folder_and_its_other_codes_in_any_case() {
        for (code, lang) in [("en", Some(Lang::En)), ("JA", Some(Lang::Ja)), ("english", None), ("", None)] {
            assert_eq!(Lang::of_code(code), lang, "{code}");
        }
        let all = |lang: Lang| std::iter::once(lang.code()).chain(lang.language().also.iter().map(String::as_str));
        let codes: Vec<&str> = Lang::ALL.into_iter().flat_map(all).collect();
        assert_eq!(
            codes.iter().map(|code| code.to_lowercase()).collect::<BTreeSet<_>>().len(),
            codes.len(),
            "{codes:?}"
        );
        assert_eq!((Lang::ALL[0], Lang::default()), (Lang::En, Lang::En));
    }

    fn others() -> impl Iterator<Item = Lang> {
        Lang::ALL.into_iter().filter(|lang| *lang != Lang::En)
    }

    /// The names between braces.
    fn placeholders(text: &str) -> BTreeSet<&str> {
        let inside = text.split('{').skip(1).map(|rest| rest.split_once('}').expect("a brace is closed").0);
        inside.map(|name| name.split_once(':').map_or(name, |(name, _)| name)).collect()
    }

    #[test]
    fn every_language_has_the_same_placeholders() {
        for lang in Lang::ALL {
            for key in SentenceKey::all() {
                // A date may have its year in either calendar, or in both.
                let [here, english] =
                    [lang, Lang::En].map(|lang| lang.phrase(key).replace("{buddhist_year}", "{year}"));
                let [here, english] = [&here, &english].map(|text| placeholders(text));
                assert_eq!(here, english, "{lang:?} {key:?}");
            }
        }
    }

    #[test]
    fn no_sentence_is_left_in_english() {
        // Names are the same everywhere, and so are the states by which mail is sorted.
        let same = [
            key::chart::VERSION,
            key::column::URL,
            key::mail::ONGOING,
            key::mail::OVER,
            key::mail::MORE,
            key::mail::NEW,
            key::mail::OK,
            key::mail::NO_SPIKES,
            key::mail::UNKNOWN,
            key::mail::NO_DATA,
            key::mail::SUBJECT,
            key::check::ADVICE,
        ];
        for (lang, key) in others().flat_map(|lang| SentenceKey::all().map(move |key| (lang, key))) {
            let text = lang.phrase(key);
            let words: String = text.split('{').map(|part| part.rsplit('}').next().unwrap_or_default()).collect();
            let wordless = !words.contains(|c: char| c.is_ascii_alphabetic());
            assert!(same.contains(&key) || wordless || text != Lang::En.phrase(key), "{lang:?} {key:?}: {text}");
        }
    }

    #[test]
    fn japanese_punctuation_is_even() {
        for key in SentenceKey::all() {
            let text = Lang::Ja.phrase(key);
            // Colons and question marks are narrow, as in LINE's own documents.
            for slip in ["。。", "、、", "。、", "、。", " 。", " 、", "。 ", "、 ", "，", "．", "：", "？", "！"]
            {
                assert!(!text.contains(slip), "{key:?}: {slip} in {text}");
            }
            for [open, close] in [['「', '」'], ['(', ')'], ['（', '）'], ['［', '］']] {
                assert_eq!(text.matches(open).count(), text.matches(close).count(), "{key:?}: {text}");
            }
        }
    }

    /// The program's source and the page's templates and scripts.
    fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, found);
            } else if path.extension().is_some_and(|ending| ["rs", "html", "js"].iter().any(|known| ending == *known)) {
                found.push(path);
            }
        }
    }

    #[test]
    fn every_sentence_is_said() {
        let mut files = Vec::new();
        sources(Path::new(file!()).ancestors().nth(2).unwrap(), &mut files);
        let all: String = files.into_iter().map(|file| fs::read_to_string(file).unwrap()).collect();
        for key in SentenceKey::all() {
            let (table, name) = key.name().split_once('.').unwrap();
            // The page's scripts know names, all else constants.
            let said = [format!("{table}::{}", name.to_uppercase()), format!("\"{}\"", key.name())];
            assert!(said.iter().any(|said| all.contains(said)), "nobody says {key:?}");
        }
    }
}
