//! Encodings: the same table in each of them gives the same numbers.

use encoding_rs::{EUC_JP, Encoding, SHIFT_JIS};

use crate::program::Folder;

/// Trailing bytes of 表 and ソ in Shift_JIS are those of a backslash, of ポ that of a bar.
const JAPANESE: &str = "発生日時\tエラーの原因\tエラーの詳細\tエラー件数\tチャネル名\n\
    2026-11-16 04:12:33\tcould_not_connect\tConnection timeout\t2\t表示ソフトのポスト\n\
    2026-11-16 04:13:00\terror_status_code\t502\t3\t表示ソフトのポスト\n";

const ENGLISH: &str = "Time\tReason\tDetail\tCount\tChannel name\n\
    2026-11-16 04:12:33\tcould_not_connect\tConnection timeout\t2\tshop\n\
    2026-11-16 04:13:00\terror_status_code\t502\t3\tshop\n";

fn utf16(text: &str, mark: bool, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    mark.then_some(0xfeff).into_iter().chain(text.encode_utf16()).flat_map(bytes).collect()
}

fn with_mark(text: &str) -> Vec<u8> {
    [b"\xef\xbb\xbf", text.as_bytes()].concat()
}

fn encoded(encoding: &'static Encoding, text: &str) -> Vec<u8> {
    let (bytes, _, unmappable) = encoding.encode(text);
    assert!(!unmappable);
    bytes.into_owned()
}

fn assert_read(bytes: Vec<u8>, options: &str, encoding: &str, channel: &str, what: &str) {
    let summary = Folder::with("w.tsv", bytes).summary(&format!("w.tsv {options}"));
    assert_eq!(summary["inputs"][0]["encoding"], encoding, "{what}");
    assert_eq!(summary.balance(), [[2, 2, 0]], "{what}");
    assert_eq!(
        summary.details(),
        [("error_status_code", "502", 3), ("could_not_connect", "Connection timeout", 2)],
        "{what}"
    );
    assert_eq!(summary["channels"], serde_json::json!([channel]), "{what}");
}

#[test]
fn every_encoding_is_recognised() {
    for (table, channel) in [(JAPANESE, "表示ソフトのポスト"), (ENGLISH, "shop")] {
        for (bytes, encoding, what) in [
            (table.as_bytes().to_vec(), "UTF-8", "UTF-8"),
            (with_mark(table), "UTF-8", "UTF-8 with mark"),
            (utf16(table, true, u16::to_le_bytes), "UTF-16LE", "UTF-16LE with mark"),
            (utf16(table, false, u16::to_le_bytes), "UTF-16LE", "UTF-16LE"),
            (utf16(table, true, u16::to_be_bytes), "UTF-16BE", "UTF-16BE with mark"),
            (utf16(table, false, u16::to_be_bytes), "UTF-16BE", "UTF-16BE"),
        ] {
            assert_read(bytes, "", encoding, channel, what);
        }
    }
    assert_read(encoded(SHIFT_JIS, JAPANESE), "", "Shift_JIS", "表示ソフトのポスト", "CP932");
    assert_read(encoded(EUC_JP, JAPANESE), "", "EUC-JP", "表示ソフトのポスト", "EUC-JP");
}

#[test]
fn letters_that_only_microsofts_shift_jis_has_are_read() {
    // ① and 髙 are in CP932's extensions (NEC row 13, IBM), not in JIS X 0208.
    let table = JAPANESE.replace("表示ソフトのポスト", "①髙島ｼｮｯﾌﾟ");
    assert_read(encoded(SHIFT_JIS, &table), "", "Shift_JIS", "①髙島ｼｮｯﾌﾟ", "CP932");
}

#[test]
fn an_encoding_can_be_asked_for_by_any_of_its_whatwg_labels() {
    for (label, name, bytes) in [
        ("sjis", "Shift_JIS", encoded(SHIFT_JIS, JAPANESE)),
        ("shift_jis", "Shift_JIS", encoded(SHIFT_JIS, JAPANESE)),
        ("euc-jp", "EUC-JP", encoded(EUC_JP, JAPANESE)),
        ("UTF-16LE", "UTF-16LE", utf16(JAPANESE, false, u16::to_le_bytes)),
        ("utf8", "UTF-8", JAPANESE.as_bytes().to_vec()),
    ] {
        assert_read(bytes, &format!("--encoding {label}"), name, "表示ソフトのポスト", label);
    }
    let western = encoded(encoding_rs::WINDOWS_1252, &ENGLISH.replace("shop", "Café Zoë"));
    assert_read(western, "--encoding latin1", "windows-1252", "Café Zoë", "latin1");
    let chinese = encoded(encoding_rs::BIG5, &ENGLISH.replace("shop", "商店功能"));
    assert_read(chinese, "--encoding big5", "Big5", "商店功能", "big5");
    let chinese = encoded(encoding_rs::GBK, &ENGLISH.replace("shop", "商店功能"));
    assert_read(chinese, "--encoding gbk", "GBK", "商店功能", "gbk");
}

#[test]
fn an_unknown_encoding_is_refused_by_name() {
    let sentence = Folder::with("w.tsv", ENGLISH).errstat("summary w.tsv --encoding klingon").refused();
    assert!(sentence.contains("klingon") && sentence.contains("shift_jis"), "{sentence}");
}

#[test]
fn an_invalid_byte_costs_its_own_cell() {
    let heading = "発生日時\tエラーの原因\tエラーの詳細\tエラー件数\n";
    for encoding in [encoding_rs::UTF_8, SHIFT_JIS, EUC_JP] {
        let mut bytes = encoded(encoding, heading);
        // A first byte without its second at the end of a cell must not swallow the tab behind it.
        bytes.extend(b"2026-11-16 04:12:33\terror_status_code\tbroken \x8f\t2\n");
        bytes.extend(b"2026-11-16 04:12:34\terror_status_code\t502\t3\n");
        let summary = Folder::with("w.tsv", bytes).summary("w.tsv");
        let name = encoding.name();
        assert_eq!(summary["inputs"][0]["encoding"], name);
        assert_eq!(summary.balance(), [[2, 2, 0]], "{name}");
        assert_eq!(summary.details()[0], ("error_status_code", "502", 3), "{name}");
        let (_, detail, errors) = summary.details()[1];
        assert!(detail.starts_with("broken") && errors == 2, "{name}: {detail}");
    }
}

#[test]
fn an_invalid_byte_at_the_end_of_a_line_does_not_swallow_the_next() {
    for first_byte in [&b"\x83"[..], b"\xe3\x81", b"\xff"] {
        let rows = [
            b"Time\tReason\tCount\tDetail\n2026-11-16 04:12:33\trequest_timeout\t2\tslow ",
            first_byte,
            b"\n2026-11-16 04:12:34\trequest_timeout\t3\tRequest timeout\n",
        ]
        .concat();
        let summary = Folder::with("w.tsv", rows).summary("w.tsv");
        assert_eq!((summary.balance(), summary.errors()), (vec![[2, 2, 0]], 5));
    }
}

#[test]
fn a_stray_byte_or_nul_spoils_at_most_its_row() {
    let rows = b"Time\tReason\tDetail\tCount\n\
        2026-11-16 04:12:33\trequest_timeout\tRequest timeout\t1\n\
        2026-11-16 04:12:34\trequest_timeout\tRequest timeout\t\xff2\n\
        2026-11-16 04:12:\x0035\trequest_timeout\tRequest timeout\t4\n\
        2026-11-16 04:12:36\trequest_timeout\tRequest timeout\t8\n";
    let summary = Folder::with("w.tsv", rows).summary("w.tsv");
    assert_eq!(summary.balance(), [[4, 2, 2]]);
    assert_eq!(summary.errors(), 9);
    assert_eq!(summary.rejects().iter().map(|(line, _)| *line).collect::<Vec<_>>(), [3, 4]);
}

#[test]
fn utf16_behind_another_encoding_hides_no_row_above_it() {
    for (first, marks) in [(encoded(SHIFT_JIS, JAPANESE), &[true][..]), (ENGLISH.into(), &[true, false])] {
        // An even and an odd number of bytes.
        for (mark, end) in marks.iter().flat_map(|mark| [(*mark, ""), (*mark, "\n")]) {
            let bytes = [&first, end.as_bytes(), &utf16(&ENGLISH.repeat(3), mark, u16::to_le_bytes)].concat();
            Folder::with("w.tsv", bytes).errstat("summary w.tsv --strict").refused();
        }
    }
    let below = utf16("2026-11-17 04:12:33\trequest_timeout\tRequest timeout\t7\tshop\n", true, u16::to_le_bytes);
    let summary = Folder::with("w.tsv", [ENGLISH.as_bytes(), &below.repeat(9)].concat()).summary("w.tsv");
    assert_eq!(summary.errors(), 5);
    assert!(summary.balance()[0][2] >= 9, "{:?}", summary.balance());
}

#[test]
fn letters_far_down_tell_the_encoding() {
    // 400 KB of ASCII, with a row that is none; then 2 × 300 rows of names, of which the first alone tells nothing.
    let row = |channel: &str| format!("2026-11-16 04:12:33\trequest_timeout\tRequest timeout\t1\t{channel}\n");
    let heading = ENGLISH.lines().next().unwrap();
    let above = format!("{heading}\nsoon\t\t\t\t\n{}{}", row("shop").repeat(6000), row("本"));
    let below = (row("東京") + &row("中京")).repeat(300);
    for encoding in [SHIFT_JIS, encoding_rs::UTF_8] {
        let folder = Folder::with("w.tsv", encoded(encoding, &(above.clone() + &below)));
        for threads in [1, 2] {
            let summary = folder.summary(&format!("w.tsv --rejects rejects.csv --threads {threads}"));
            let channels =
                summary.list("by_channel").iter().map(|row| (row["channel"].as_str(), row["errors"].as_u64()));
            let expected = [("shop", 6000), ("中京", 300), ("東京", 300), ("本", 1)];
            assert!(
                channels.eq(expected.map(|(name, errors)| (Some(name), Some(errors)))),
                "{}",
                summary["by_channel"]
            );
            assert_eq!(summary["inputs"][0]["encoding"], encoding.name());
            assert_eq!(folder.text("rejects.csv").lines().count(), 2);
        }
    }
    // One damaged byte is damage.
    let damaged =
        [above.replace("本", "x").as_bytes(), &row("sh\u{0}op").into_bytes(), row("shop").as_bytes()].concat();
    let damaged: Vec<u8> = damaged.into_iter().map(|byte| if byte == 0 { 0xff } else { byte }).collect();
    let summary = Folder::with("w.tsv", damaged).summary("w.tsv");
    assert_eq!((&summary["inputs"][0]["encoding"], summary.errors()), (&"UTF-8".into(), 6003));
}

#[test]
fn damaged_utf16_costs_no_more_than_its_cell() {
    // Half a character pair in place of §, and half a character at the end of the file.
    let text = ENGLISH.replace("timeout", "time§out");
    let units = text.encode_utf16().map(|unit| if unit == 0xa7 { 0xd800 } else { unit });
    let mut bytes: Vec<u8> = [0xfeff].into_iter().chain(units).flat_map(u16::to_le_bytes).collect();
    bytes.push(b'2');
    let summary = Folder::with("w.tsv", bytes).summary("w.tsv");
    assert_eq!(summary.errors(), 5);
    assert_eq!(summary.details()[0], ("error_status_code", "502", 3));
}
