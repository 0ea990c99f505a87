//! Where a line of text may be broken.

use std::sync::LazyLock;

use icu_segmenter::{LineSegmenter, LineSegmenterBorrowed, options::LineBreakOptions};
use textwrap::{Options, WordSeparator, WordSplitter, WrapAlgorithm, core::Word};

static SEGMENTER: LazyLock<LineSegmenterBorrowed<'static>> =
    LazyLock::new(|| LineSegmenter::new_lstm(LineBreakOptions::default()));

/// Where a line may be broken, in bytes, its end included: behind blanks, and where Unicode permits it beside a letter
/// that is not Latin (UAX #14). Japanese, Chinese and Thai have no blanks: some of their signs never begin a line, and
/// Thai words are found by a model of them. Commands and addresses stay whole.
pub fn breaks(line: &str) -> impl Iterator<Item = usize> {
    let ascii = |c: Option<char>| c.is_some_and(|c| c.is_ascii() && c != ' ');
    SEGMENTER
        .segment_str(line)
        .filter(move |at| *at > 0 && !(ascii(line[..*at].chars().next_back()) && ascii(line[*at..].chars().next())))
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

    fn pieces(line: &str) -> Vec<String> {
        words(line).map(|word| format!("{}{}", word.word, word.whitespace)).collect()
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
    fn commands_and_addresses_stay_whole() {
        assert_eq!(pieces("curl https://bot.example/a-b?c=d -v"), ["curl ", "https://bot.example/a-b?c=d ", "-v"]);
        assert_eq!(pieces(""), [""; 0]);
    }
}
