//! The headings of the columns, in every language and spelling that they are known in.

use std::{collections::HashMap, sync::LazyLock};

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use super::Role;

/// Headings as [`normal`] writes them: those of LINE's page on the error statistics (English and Japanese), of its
/// notification mails, and what people and tools made of them, in the languages of LINE's markets.
const HEADINGS: [(Role, &str); 10] = [
    (Role::Date, "date 日付 発生日 検知日 検出日 日期 날짜 วันที่"),
    (Role::Start, "start starttime from 開始 開始時刻 開始時間 開始日時 开始 开始时间 시작 시작시간"),
    (Role::End, "end endtime to 終了 終了時刻 終了時間 終了日時 結束 結束時間 结束 结束时间 종료 종료시간"),
    (
        Role::Time,
        "time timestamp datetime dateandtime timedetected detectedat detectedtime occurredat \
         timeoccurred errortime 日時 発生日時 検知日時 検出日時 時刻 発生時刻 検知時刻 検出時刻",
    ),
    (Role::Reason, "reason reasonforerror errorreason cause 原因 エラーの原因 エラー原因 錯誤原因"),
    (
        Role::Detail,
        "detail details detailforerror detailsforerror errordetail errordetails 詳細 エラーの詳細 \
         エラー詳細 詳細資訊 詳情",
    ),
    (
        Role::Count,
        "count errorcount errors numberoferrors qty volume occurrences エラー 件数 回数 \
         エラー件数 エラー数 発生回数 発生件数 エラー回数 エラーの件数 次數 數量 錯誤數",
    ),
    (Role::ChannelId, "channelid チャネルid チャンネルid 頻道id"),
    (Role::ChannelName, "channelname channel チャネル名 チャンネル名 チャネル チャンネル 頻道名稱 頻道"),
    (Role::Url, "url webhookurl"),
];

/// Words of totals, as people and spreadsheets write them in the languages of LINE's markets.
pub(super) const TOTALS: [&str; 21] = [
    "total",
    "sum",
    "grandtotal",
    "subtotal",
    "合計",
    "総計",
    "小計",
    "計",
    "集計",
    "總計",
    "合计",
    "总计",
    "小计",
    "합계",
    "총계",
    "총합계",
    "소계",
    "รวม",
    "รวมทั้งหมด",
    "ยอดรวม",
    "ผลรวม",
];

/// A heading without case, white space, punctuation and width. (Vowel signs and tone marks belong to their letters.)
pub fn normal(heading: &str) -> String {
    let counts = |c: &char| c.is_alphanumeric() || *c == 'ー' || is_combining_mark(*c);
    heading.nfkc().filter(counts).flat_map(char::to_lowercase).collect()
}

/// What a heading means, if it is known.
pub fn role(heading: &str) -> Option<Role> {
    // No heading is long; a row of prose need not be normalised to see that.
    if heading.len() > 200 {
        return None;
    }
    // Nor has one a digit, which most cells below a heading have.
    if heading.bytes().any(|b| b.is_ascii_digit()) {
        return None;
    }
    // Asked for every cell of every line that is no row.
    static ROLES: LazyLock<HashMap<&str, Role>> = LazyLock::new(|| {
        HEADINGS.iter().flat_map(|(role, names)| names.split(' ').map(|name| (name, *role))).collect()
    });
    ROLES.get(&*normal(heading)).copied()
}

/// Whether a text that is no heading is the beginning of one.
pub fn begins_one(text: &str) -> bool {
    let part = normal(text);
    let begins = |name: &str| name.len() > part.len() && name.starts_with(&part);
    !part.is_empty() && role(text).is_none() && HEADINGS.iter().flat_map(|(_, names)| names.split(' ')).any(begins)
}

/// Whether a cell is the label of a line of totals.
pub fn is_total(cell: &str) -> bool {
    if cell.len() > 200 {
        return false;
    }
    // `Total errors` and `合計件数` begin with the word; `totally` does not. `2026-11-16 Total` ends with it.
    let begins = |word: &str| {
        let rest = cell.trim_start().to_lowercase().strip_prefix(word).map(str::to_owned);
        rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_'))
    };
    let is_word = |text: &str| TOTALS.contains(&normal(text).as_str());
    is_word(cell)
        || ["total", "grand total", "合計", "総計", "小計", "總計"].iter().any(|word| begins(word))
        || cell.split_whitespace().next_back().is_some_and(is_word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_known_in_any_spelling() {
        for (heading, expected) in [
            ("Time detected", Role::Time),
            ("TIME_DETECTED", Role::Time),
            ("[time-detected]:", Role::Time),
            ("Ｔｉｍｅ", Role::Time),
            ("発生日時", Role::Time),
            (" エラーの原因 ", Role::Reason),
            ("ｴﾗｰの詳細", Role::Detail),
            ("Error　count", Role::Count),
            ("チャネルＩＤ", Role::ChannelId),
            ("Webhook URL", Role::Url),
        ] {
            assert_eq!(role(heading), Some(expected), "{heading}");
        }
        for heading in ["", "request_timeout", "Note", "2026-11-16", "理由書"] {
            assert_eq!(role(heading), None, "{heading}");
        }
    }

    #[test]
    fn totals_are_recognised() {
        assert!(is_total("Total") && is_total("合計") && is_total("総計:") && is_total("Total errors"));
        assert!(is_total("2026/11/16 集計") && is_total("2026-11-16 Total") && is_total("รวม") && is_total("합계："));
        assert!(!is_total("") && !is_total("request_timeout") && !is_total("2026-11-16") && !is_total("totally"));
        assert!(!is_total("total_failure"));
    }
}
