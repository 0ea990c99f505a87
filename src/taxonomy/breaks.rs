//! Where a line of text may be broken.

use std::{collections::HashMap, ops::Range, sync::LazyLock};

use icu_segmenter::{LineSegmenter, LineSegmenterBorrowed, options::LineBreakOptions};
use textwrap::{Options, WordSeparator, WordSplitter, WrapAlgorithm, core::Word};

use super::Lang;

static SEGMENTER: LazyLock<LineSegmenterBorrowed<'static>> =
    LazyLock::new(|| LineSegmenter::new_lstm(LineBreakOptions::default()));

/// Words of all languages by their first letter: those that the model takes for several, and, marked, those that hold on to
/// what follows. A name in a text may be of another language than the text.
static WORDS: LazyLock<HashMap<char, Vec<(&'static str, bool)>>> = LazyLock::new(|| {
    let mut words: HashMap<char, Vec<_>> = HashMap::new();
    for language in Lang::ALL.map(Lang::language) {
        let marked = language.words.iter().map(|word| (word, false));
        for (word, leads) in marked.chain(language.leading.iter().map(|word| (word, true))) {
            words.entry(word.chars().next().unwrap_or_default()).or_default().push((word.as_str(), leads));
        }
    }
    words
});

/// Where a line may be broken, in bytes, its end included: behind blanks, and where Unicode permits it beside a letter
/// that is not Latin (UAX #14). Japanese, Chinese and Thai have no blanks: some of their signs never begin a line, and
/// Thai words are found by a model of them and a list. Commands, addresses and dates stay whole, and a number stays with
/// what it counts.
pub fn breaks(line: &str) -> impl Iterator<Item = usize> {
    let ascii = |c: Option<char>| c.is_some_and(|c| c.is_ascii() && c != ' ');
    let held = held(line);
    SEGMENTER.segment_str(line).filter(move |at| {
        let (before, after) = line.split_at(*at);
        let latin = ascii(before.chars().next_back()) && ascii(after.chars().next());
        let inside = || latin || joined(before, after) || held.iter().any(|held| held.contains(at));
        *at > 0 && (after.is_empty() || !inside())
    })
}

/// The places within words that stay whole, in bytes; the end is one of them where a word holds on to what follows.
fn held(line: &str) -> Vec<Range<usize>> {
    let mut held = Vec::new();
    let mut at = line.find(|c| c >= '\u{e00}').unwrap_or(line.len());
    while let Some(first) = line[at..].chars().next() {
        let words = WORDS.get(&first).into_iter().flatten().filter(|(word, _)| line[at..].starts_with(word));
        at += match words.max_by_key(|(word, _)| word.len()) {
            Some((word, leads)) => {
                held.push(at + 1..at + word.len() + usize::from(*leads));
                word.len()
            }
            None => first.len_utf8(),
        };
    }
    held
}

/// Whether a line is not broken here though Unicode permits it: `36 次`, `3 ครั้ง`, `802 × 502`, `พ. 18 พ.ย. 19:41`,
/// `2026年11月18日（水）19:41～`.
fn joined(before: &str, after: &str) -> bool {
    let letter = |c: char| c >= '\u{e00}' && c.is_alphabetic();
    let digit = |c: char| c.is_ascii_digit();
    let year = |text: &str| text.starts_with('(') && text.ends_with(')') && text[1..5].chars().all(digit);
    let in_brackets = |text: &str| matches!(text.chars().collect::<Vec<_>>()[..], ['（', _, '）']);
    let word = before.trim_end_matches(' ');
    let (Some(last), Some(next)) = (word.chars().next_back(), after.chars().next()) else { return false };
    let apart = word.len() < before.len();
    match (last, next) {
        (_, '～') => !apart,
        // `802 × 502/503/504`
        (last, '×') => digit(last),
        ('×', _) => true,
        // No line begins with what parts two things.
        (_, '·') => true,
        // `19:41 – 20:47`
        (last, '–') => digit(last),
        ('–', next) => digit(next),
        // What stands behind a time is no measure word.
        (last, next) if digit(last) && letter(next) => {
            !apart || after.starts_with("น.") || word.bytes().nth_back(2) != Some(b':')
        }
        ('.', next) if apart => digit(next) && word[..word.len() - 1].ends_with(letter),
        // `18 พ.ย. 2569 (2026) 19:41`
        (last, '(') if apart => digit(last) && after.get(..6).is_some_and(year),
        (')', next) if apart => digit(next) && word.get(word.len().wrapping_sub(6)..).is_some_and(year),
        ('年' | '月', next) if digit(next) => !apart,
        ('）', next) if digit(next) => word.char_indices().nth_back(2).is_some_and(|(at, _)| in_brackets(&word[at..])),
        (last, '（') if digit(last) || last == '日' => {
            in_brackets(after.char_indices().nth(3).map_or(after, |(end, _)| &after[..end]))
        }
        // `Wed 18 Nov 19:41`
        (last, next) if apart && digit(next) => last.is_ascii_lowercase() && in_date(word.rsplit(' ').next()),
        (last, next) if apart && digit(last) => {
            next.is_ascii_uppercase() && in_date(after.split([' ', ',', '.']).next())
        }
        _ => false,
    }
}

/// English weekdays and months as dates have them.
const IN_DATES: [&str; 19] = [
    "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep",
    "Oct", "Nov", "Dec",
];

fn in_date(word: Option<&str>) -> bool {
    word.is_some_and(|word| IN_DATES.contains(&word.trim_start_matches('(')))
}

/// Whether a browser may break a text where [`breaks`] does not.
pub fn needs_care(text: &str) -> bool {
    text.contains(|c: char| c == '×' || c >= '\u{e00}' && c.is_alphabetic())
        || text.len() > SENTENCE && IN_DATES.iter().any(|name| text.contains(name))
}

/// A shorter text is a date alone, such as in a table, and not broken.
const SENTENCE: usize = 40;

/// The pieces of a text between which a line may be broken, and whether a browser would break them nonetheless.
pub fn unbroken(text: &str) -> impl Iterator<Item = (&str, bool)> {
    let mut start = 0;
    breaks(text).map(move |end| {
        let piece = &text[std::mem::replace(&mut start, end)..end];
        let would = || piece.char_indices().any(|(at, _)| joined(&piece[..at], &piece[at..]));
        (piece, !held(piece).is_empty() || would())
    })
}

/// How textwrap breaks a text into lines so many columns wide.
pub fn lines(width: usize) -> Options<'static> {
    Options::new(width)
        .word_separator(WordSeparator::Custom(words))
        .word_splitter(WordSplitter::NoHyphenation)
        .wrap_algorithm(WrapAlgorithm::FirstFit)
}

fn words(line: &str) -> Box<dyn Iterator<Item = Word<'_>> + '_> {
    let mut start = 0;
    Box::new(breaks(line).map(move |end| Word::from(&line[std::mem::replace(&mut start, end)..end])))
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;

    fn pieces(line: &str) -> Vec<&str> {
        super::unbroken(line).map(|(piece, _)| piece).collect()
    }

    #[test]
    fn thai_compounds_stay_whole_and_no_line_ends_with_not() {
        for word in ["แอปพลิเคชัน", "หน่วยความจำ", "ข้อผิดพลาด", "เซิร์ฟเวอร์", "ดาวน์โหลด", "ใบรับรอง"]
        {
            assert_eq!(pieces(word), [word]);
        }
        assert_eq!(pieces("เซิร์ฟเวอร์ของแอปพลิเคชัน"), ["เซิร์ฟเวอร์", "ของ", "แอปพลิเคชัน"]);
        assert_eq!(pieces("จึงไม่มีข้อผิดพลาด"), ["จึง", "ไม่มี", "ข้อผิดพลาด"]);
        // A word that ends like one that leads is none.
        assert_eq!(pieces("ต้องการข้อมูล"), ["ต้องการ", "ข้อมูล"]);
        let all = textwrap::wrap("เมื่อไม่มีข้อผิดพลาดแล้วแอปพลิเคชันไม่ต้องรีสตาร์ต", lines(8));
        assert!(all.iter().all(|line| !line.ends_with("ไม่")), "{all:?}");
    }

    #[test]
    fn the_words_are_of_the_texts() {
        for lang in Lang::ALL {
            let files = fs::read_dir(Path::new("src/taxonomy").join(lang.code())).unwrap();
            let paths = files.map(|file| file.unwrap().path()).filter(|path| !path.ends_with("language.toml"));
            let texts: String = paths.map(|path| fs::read_to_string(path).unwrap()).collect();
            let missing = |word: &&String| !texts.contains(word.as_str());
            let unused: Vec<_> =
                [&lang.language().words, &lang.language().leading].into_iter().flatten().filter(missing).collect();
            assert!(unused.is_empty(), "{lang:?}: {unused:?}");
        }
    }

    #[test]
    fn thai_is_broken_between_words_and_no_mark_begins_a_line() {
        assert_eq!(pieces("ตามปกติไม่ทราบ"), ["ตามปกติ", "ไม่ทราบ"]);
        for line in textwrap::wrap("เหตุขัดข้องจบแล้วเมื่อวานหลังจากนั้นไม่มีข้อผิดพลาด", lines(10))
        {
            assert!(textwrap::core::display_width(&line) <= 10, "{line}");
            assert!(
                !line.starts_with(|c| matches!(c, '\u{e31}' | '\u{e34}'..='\u{e3a}' | '\u{e47}'..='\u{e4e}')),
                "{line}"
            );
        }
    }

    #[test]
    fn chinese_and_japanese_keep_their_punctuation() {
        assert_eq!(pieces("「沒有」。"), ["「沒", "有」。"]);
        assert_eq!(pieces("サーバー。"), ["サー", "バー。"]);
    }

    #[test]
    fn dates_stay_whole_and_numbers_stay_with_what_they_count() {
        assert_eq!(pieces("พ. 18 พ.ย. 19:41–20:52: 36 ครั้ง"), ["พ. 18 พ.ย. 19:41–20:52: ", "36 ครั้ง"]);
        assert_eq!(pieces("พ. 18 พ.ย. 2569 (2026) 20:47 หลัง"), ["พ. 18 พ.ย. 2569 (2026) 20:47 ", "หลัง"]);
        assert_eq!(pieces("20:47 น. มี"), ["20:47 น. ", "มี"]);
        assert_eq!(pieces("有 36 次，11/18（三）19:41～20:52"), ["有 ", "36 次，", "11/18（三）19:41～", "20:52"]);
        assert_eq!(pieces("2026年11月18日（水）19:41に3件"), ["2026年11月18日（水）19:41に", "3件"]);
        assert_eq!(pieces("（a）（b）"), ["（a）", "（b）"]);
        assert_eq!(
            pieces("since Sun 22 Nov 2026, 9:05 – 21:13: May 3 end"),
            ["since ", "Sun 22 Nov 2026, ", "9:05 – 21:13: ", "May 3 ", "end"]
        );
        assert_eq!(pieces("shop · 29 min"), ["shop · ", "29 ", "min"]);
        assert_eq!(pieces("20:47: 3,097 × 502 Bad"), ["20:47: ", "3,097 × 502 ", "Bad"]);
        let marked: Vec<bool> = super::unbroken("有 36 次").map(|(_, marked)| marked).collect();
        assert_eq!(marked, [false, true]);
    }

    #[test]
    fn commands_and_addresses_stay_whole() {
        assert_eq!(pieces("curl https://bot.example/a-b?c=d -v"), ["curl ", "https://bot.example/a-b?c=d ", "-v"]);
        assert_eq!(pieces(""), [""; 0]);
    }
}
