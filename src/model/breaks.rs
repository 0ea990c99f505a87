//! Where a line of text may be broken.

use std::sync::LazyLock;

use icu_segmenter::{LineSegmenter, LineSegmenterBorrowed, options::LineBreakOptions};
use textwrap::{Options, WordSeparator, WordSplitter, WrapAlgorithm, core::Word};

static SEGMENTER: LazyLock<LineSegmenterBorrowed<'static>> =
    LazyLock::new(|| LineSegmenter::new_lstm(LineBreakOptions::default()));

/// Where a line may be broken, in bytes, its end included: behind blanks, and where Unicode permits it beside a letter
/// that is not Latin (UAX #14). Japanese, Chinese and Thai have no blanks: some of their signs never begin a line, and
/// Thai words are found by a model of them. Commands, addresses and dates stay whole, and a number stays with what it counts.
pub fn breaks(line: &str) -> impl Iterator<Item = usize> {
    let ascii = |c: Option<char>| c.is_some_and(|c| c.is_ascii() && c != ' ');
    SEGMENTER.segment_str(line).filter(move |at| {
        let (before, after) = line.split_at(*at);
        *at > 0 && !(ascii(before.chars().next_back()) && ascii(after.chars().next())) && !joined(before, after)
    })
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
        // What stands behind a time is no measure word.
        (last, next) if digit(last) && letter(next) => {
            !apart || after.starts_with("น.") || word.bytes().nth_back(2) != Some(b':')
        }
        ('.', next) if apart => digit(next) && word[..word.len() - 1].ends_with(letter),
        // `18 พ.ย. 2569 (2026) 19:41`
        (last, '(') if apart => digit(last) && after.get(..6).is_some_and(year),
        (')', next) if apart => digit(next) && word.get(word.len().wrapping_sub(6)..).is_some_and(year),
        ('年' | '月' | '–', next) if digit(next) => !apart,
        ('）', next) if digit(next) => word.char_indices().nth_back(2).is_some_and(|(at, _)| in_brackets(&word[at..])),
        (last, '（') if digit(last) || last == '日' => {
            in_brackets(after.char_indices().nth(3).map_or(after, |(end, _)| &after[..end]))
        }
        _ => false,
    }
}

/// The pieces of a text between which a line may be broken, and whether a browser would break them nonetheless.
pub fn pieces(text: &str) -> impl Iterator<Item = (&str, bool)> {
    let mut start = 0;
    breaks(text).map(move |end| {
        let piece = &text[std::mem::replace(&mut start, end)..end];
        (piece, piece.char_indices().any(|(at, _)| joined(&piece[..at], &piece[at..])))
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
    use super::*;

    fn pieces(line: &str) -> Vec<&str> {
        super::pieces(line).map(|(piece, _)| piece).collect()
    }

    #[test]
    fn thai_is_broken_between_words_and_no_mark_begins_a_line() {
        assert_eq!(pieces("ตามปกติไม่ทราบ"), ["ตาม", "ปกติ", "ไม่", "ทราบ"]);
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
        assert_eq!(pieces("20:47: 3,097 × 502 Bad"), ["20:47: ", "3,097 × 502 ", "Bad"]);
        let marked: Vec<bool> = super::pieces("有 36 次").map(|(_, marked)| marked).collect();
        assert_eq!(marked, [false, true]);
    }

    #[test]
    fn commands_and_addresses_stay_whole() {
        assert_eq!(pieces("curl https://bot.example/a-b?c=d -v"), ["curl ", "https://bot.example/a-b?c=d ", "-v"]);
        assert_eq!(pieces(""), [""; 0]);
    }
}
