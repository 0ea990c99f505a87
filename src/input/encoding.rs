//! Which bytes mean which characters.

use std::io::Read;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{
    BIG5, EUC_JP, EUC_KR, Encoding, GBK, ISO_2022_JP, SHIFT_JIS, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_874,
};
use encoding_rs_io::DecodeReaderBytesBuilder;

use super::{headings, time};
use crate::model::key;

/// The encoding of an input, and from what it was recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recognised {
    pub encoding: &'static Encoding,
    /// Length of the byte order mark.
    pub mark: usize,
    /// Key of the sentence that says why (`evidence.encoding_…`).
    pub evidence: key::SentenceKey,
}

/// The encoding of an input, from its first bytes.
pub fn recognise(head: &[u8], asked: Option<&'static Encoding>) -> Recognised {
    if let Some((encoding, mark)) = Encoding::for_bom(head) {
        return Recognised { encoding, mark, evidence: key::evidence::ENCODING_MARK };
    }
    let found = |encoding, evidence| Recognised { encoding, mark: 0, evidence };
    if let Some(encoding) = asked {
        return found(encoding, key::evidence::ENCODING_ASKED);
    }
    if let Some(encoding) = utf16_without_mark(head) {
        return found(encoding, key::evidence::ENCODING_ZEROS);
    }
    if head.windows(3).any(|w| w == b"\x1b$B" || w == b"\x1b$@") {
        return found(ISO_2022_JP, key::evidence::ENCODING_ESCAPES);
    }
    // Valid, but for a character that the end of the sample cuts.
    if std::str::from_utf8(head).map_or_else(|error| error.error_len().is_none(), |_| true) {
        return found(UTF_8, key::evidence::ENCODING_UTF8);
    }
    match with_most_words(head) {
        Some(encoding) => found(encoding, key::evidence::ENCODING_HEADING),
        None if is_damaged_utf8(head) => found(UTF_8, key::evidence::ENCODING_STRAY),
        None if is_shift_jis(head) => found(SHIFT_JIS, key::evidence::ENCODING_GUESSED),
        None if only_stray_bytes(head) => found(UTF_8, key::evidence::ENCODING_STRAY),
        None => {
            let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
            detector.feed(head, true);
            found(detector.guess(Some(b"jp"), Utf8Detection::Allow), key::evidence::ENCODING_GUESSED)
        }
    }
}

/// Text in a Latin script in UTF-16 has a zero in every other byte.
fn utf16_without_mark(head: &[u8]) -> Option<&'static Encoding> {
    let sample = &head[..head.len().min(4096) & !1];
    if sample.len() < 8 || begins_in_bytes(sample) {
        return None;
    }
    let zeros = |odd: usize| sample.iter().skip(odd).step_by(2).filter(|b| **b == 0).count();
    let (even, odd, half) = (zeros(0), zeros(1), sample.len() / 2);
    // A heading in Japanese has few zeros, its tabs and digits some: a quarter on one side only decides.
    if odd * 4 >= half && even * 50 < half {
        Some(UTF_16LE)
    } else if even * 4 >= half && odd * 50 < half {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// Whether UTF-16 was put behind a file of another encoding: its mark stands in the midst of the text, or the first line
/// is one of cells whose delimiter and end are one byte each.
fn begins_in_bytes(sample: &[u8]) -> bool {
    let line = sample.split(|b| matches!(b, b'\n' | b'\r')).next().filter(|line| line.len() < sample.len());
    let cells = |line: &str| line.contains(['\t', ',', ';']) && !line.contains(|c: char| c.is_control() && c != '\t');
    sample.windows(2).any(|pair| matches!(pair, b"\xff\xfe" | b"\xfe\xff"))
        || line.and_then(|line| std::str::from_utf8(line).ok()).is_some_and(cells)
}

/// The encoding under which most cells of a line are known headings, or say the half of the day: one may look like that by
/// chance, a line does not.
fn with_most_words(head: &[u8]) -> Option<&'static Encoding> {
    // The first of the best, by how many people have each.
    let candidates = [UTF_8, SHIFT_JIS, BIG5, EUC_JP, GBK, EUC_KR, WINDOWS_874];
    let counted = candidates.into_iter().rev().map(|encoding| (foreign_words(head, encoding), encoding));
    counted.max_by_key(|(known, _)| *known).filter(|(known, _)| *known > 0).map(|(_, encoding)| encoding)
}

/// How many such cells that are not plain ASCII one of the first lines has.
fn foreign_words(head: &[u8], encoding: &'static Encoding) -> usize {
    let lines = head.split(|b| matches!(b, b'\n' | b'\r')).take(60).filter(|line| !line.is_ascii());
    let known = lines.map(|line| {
        let (text, _) = encoding.decode_without_bom_handling(line);
        let is_known = |cell: &&str| headings::role(cell).is_some() || time::says_half(cell);
        text.split(['\t', ',', ';']).filter(|cell| !cell.is_ascii()).filter(is_known).count()
    });
    known.max().unwrap_or(0)
}

/// Whether bytes beyond ASCII are mostly whole characters of UTF-8.
fn is_damaged_utf8(head: &[u8]) -> bool {
    let (whole, broken) = head.utf8_chunks().fold((0, 0), |(whole, broken), piece| {
        (whole + piece.valid().chars().filter(|c| !c.is_ascii()).count(), broken + piece.invalid().len())
    });
    whole > broken * 4
}

/// Whether all of it is Shift_JIS, and something in it is Japanese: kana, or two characters side by side. One kanji alone
/// may be a damaged byte and the letter behind it.
fn is_shift_jis(head: &[u8]) -> bool {
    let Some(text) = SHIFT_JIS.decode_without_bom_handling_and_without_replacement(head) else { return false };
    let japanese = |c: char| matches!(c, '\u{3041}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}');
    text.chars().any(|c| matches!(c, '\u{3041}'..='\u{30ff}'))
        || text.chars().zip(text.chars().skip(1)).any(|(one, next)| japanese(one) && japanese(next))
}

/// Whether bytes beyond ASCII stand alone, and are few: damage, not another encoding.
fn only_stray_bytes(head: &[u8]) -> bool {
    let broken: usize = head.utf8_chunks().map(|piece| piece.invalid().len()).sum();
    let alone = |valid: &str| valid.ends_with(|c: char| c.is_ascii());
    broken <= 8 && head.utf8_chunks().all(|piece| piece.invalid().is_empty() || alone(piece.valid()))
}

/// Whether lines and delimiters cannot be found in the bytes, so that the input is turned into UTF-8 first.
pub fn needs_transcoding(encoding: &'static Encoding) -> bool {
    encoding == UTF_16LE || encoding == UTF_16BE || encoding == ISO_2022_JP
}

/// The stream in UTF-8; what cannot be decoded becomes U+FFFD. A byte order mark is left out.
pub fn transcoded<R: Read>(inner: R, encoding: &'static Encoding) -> impl Read {
    DecodeReaderBytesBuilder::new().encoding(Some(encoding)).bom_override(true).build(inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "発生日時\tエラーの原因\tエラーの詳細\tエラー件数\r\n2026/11/16 4:12:33\trequest_timeout\tRequest timeout\t3\r\n";

    fn recognised(bytes: &[u8]) -> &'static str {
        recognise(bytes, None).encoding.name()
    }

    fn utf16(text: &str, order: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(order).collect()
    }

    #[test]
    fn each_encoding_is_recognised_by_what_it_shows() {
        assert_eq!(recognised(TABLE.as_bytes()), "UTF-8");
        assert_eq!(recognised(&[b"\xef\xbb\xbf", TABLE.as_bytes()].concat()), "UTF-8");
        assert_eq!(recognised(&SHIFT_JIS.encode(TABLE).0), "Shift_JIS");
        assert_eq!(recognised(&EUC_JP.encode(TABLE).0), "EUC-JP");
        assert_eq!(recognised(&ISO_2022_JP.encode(TABLE).0), "ISO-2022-JP");
        for order in [u16::to_le_bytes, u16::to_be_bytes] {
            let name = if order(1) == [1, 0] { "UTF-16LE" } else { "UTF-16BE" };
            assert_eq!(recognised(&utf16(TABLE, order)), name);
            assert_eq!(recognised(&utf16(&format!("\u{feff}{TABLE}"), order)), name);
        }
    }

    #[test]
    fn the_encoding_of_most_headings_wins() {
        // Each with every heading that its people have for it.
        for (encoding, table) in [
            (
                SHIFT_JIS,
                "日付,開始,終了,原因,詳細,エラー\n2026/11/17,4:12:33,4:12:59,request_timeout,Request timeout,3\n",
            ),
            (EUC_JP, "日付\t開始\t終了\t原因\t詳細\tエラー\n"),
            (EUC_JP, "発生日時\tエラー原因\tエラー詳細\t発生回数\tチャネル名\n"),
            (
                BIG5,
                "日期,開始,結束,原因,詳細資訊,錯誤數\n2026/11/17,上午 04:12:33,上午 04:12:59,request_timeout,Request timeout,3\n",
            ),
            (BIG5, "日期\t開始時間\t結束時間\t原因\t詳情\t次數\t頻道名稱\n"),
            (GBK, "日期,開始時間,結束時間,原因,詳情,次數,頻道名稱\n"),
            (
                EUC_KR,
                "날짜,Start,End,Reason,Detail,Errors\n2026-11-17,오전 4:12:33,오전 4:12:59,request_timeout,Request timeout,3\n",
            ),
            (WINDOWS_874, "วันที่,Start,End,Reason,Detail,Errors\n"),
            // English ones above times of another language.
            (
                BIG5,
                "Date,Start,End,Reason,Detail,Errors\n2026/11/17,上午 04:12:33,下午 04:12:59,request_timeout,Request timeout,3\n",
            ),
            (SHIFT_JIS, "Time,Reason,Errors\n2026/11/17 午前 4:12:33,request_timeout,3\n"),
            (EUC_KR, "Time,Reason,Errors\n2026-11-17 오후 4:12:33,request_timeout,3\n"),
        ] {
            let (bytes, _, unmappable) = encoding.encode(table);
            assert!(!unmappable, "{table}");
            let found = recognise(&bytes, None);
            assert_eq!((found.encoding, found.evidence), (encoding, key::evidence::ENCODING_HEADING), "{table}");
        }
    }

    #[test]
    fn a_stray_byte_is_damage_and_not_an_encoding() {
        assert_eq!(recognised(b"Time\tReason\n2026-11-16\trequest\xfftimeout\n"), "UTF-8");
        assert_eq!(recognised(&[TABLE.as_bytes(), b"2026\xff"].concat()), "UTF-8");
    }

    #[test]
    fn japanese_names_below_english_headings_are_shift_jis() {
        let text =
            "Time\tReason\tDetail\tChannel\n2026-11-16 04:12:33\trequest_timeout\tRequest timeout\t花屋のボット\n";
        assert_eq!(recognised(&SHIFT_JIS.encode(text).0), "Shift_JIS");
    }

    #[test]
    fn a_short_name_is_enough_to_know_shift_jis() {
        for (name, expected) in [("カフェ", "Shift_JIS"), ("本店", "Shift_JIS"), ("ソ", "Shift_JIS")] {
            let text =
                format!("Time,Reason,Detail,Channel\n2026-11-16 04:12:33,request_timeout,Request timeout,{name}\n");
            assert_eq!(recognised(&SHIFT_JIS.encode(&text).0), expected, "{name}");
            assert_eq!(recognised(text.as_bytes()), "UTF-8", "{name}");
        }
        // An é of Latin-1 and the letter behind it are a kanji of Shift_JIS.
        assert_eq!(recognised(b"Time,Reason,Channel\n2026-11-16,request_timeout,Ren\xe9e\n"), "UTF-8");
    }

    #[test]
    fn transcoding_gives_back_the_text() {
        let text = TABLE.repeat(3000);
        for order in [u16::to_le_bytes, u16::to_be_bytes] {
            let encoding = if order(1) == [1, 0] { UTF_16LE } else { UTF_16BE };
            for bytes in [utf16(&text, order), utf16(&format!("\u{feff}{text}"), order)] {
                let mut out = String::new();
                transcoded(&bytes[..], encoding).read_to_string(&mut out).unwrap();
                assert_eq!(out, text);
            }
        }
    }
}
