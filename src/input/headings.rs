//! The headings of the columns, in every language and spelling that they are known in.

use unicode_normalization::UnicodeNormalization;

use super::Role;

/// Headings as [`normal`] writes them. LINE documents none of them: these are the ones of the
/// notification mails, of the console's languages, and of what people made of them.
const HEADINGS: [(Role, &[&str]); 7] = [
    (
        Role::Time,
        &[
            "time",
            "timestamp",
            "date",
            "datetime",
            "dateandtime",
            "timedetected",
            "detectedat",
            "detectedtime",
            "occurredat",
            "timeoccurred",
            "errortime",
            "日時",
            "発生日時",
            "検知日時",
            "検出日時",
            "時刻",
            "発生時刻",
            "検知時刻",
            "検出時刻",
            "日付",
            "発生日",
        ],
    ),
    (Role::Reason, &["reason", "reasonforerror", "errorreason", "cause", "原因", "エラーの原因", "エラー原因"]),
    (
        Role::Detail,
        &[
            "detail",
            "details",
            "detailforerror",
            "detailsforerror",
            "errordetail",
            "errordetails",
            "詳細",
            "エラーの詳細",
            "エラー詳細",
        ],
    ),
    (
        Role::Count,
        &[
            "count",
            "errorcount",
            "errors",
            "numberoferrors",
            "件数",
            "回数",
            "エラー件数",
            "エラー数",
            "発生回数",
            "発生件数",
            "エラー回数",
            "エラーの件数",
        ],
    ),
    (Role::ChannelId, &["channelid", "チャネルid", "チャンネルid"]),
    (Role::ChannelName, &["channelname", "channel", "チャネル名", "チャンネル名", "チャネル", "チャンネル"]),
    (Role::Url, &["url", "webhookurl"]),
];

/// Words that stand at the start of a line of totals.
pub(super) const TOTALS: [&str; 8] = ["total", "sum", "grandtotal", "subtotal", "合計", "総計", "小計", "計"];

/// A heading without case, white space, punctuation and width.
pub fn normal(heading: &str) -> String {
    heading.nfkc().filter(|c| c.is_alphanumeric() || *c == 'ー').flat_map(char::to_lowercase).collect()
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
    let heading = normal(heading);
    HEADINGS.iter().find(|(_, names)| names.contains(&heading.as_str())).map(|(role, _)| *role)
}

/// Whether a cell starts a line of totals.
pub fn is_total(cell: &str) -> bool {
    if cell.len() > 200 {
        return false;
    }
    // `Total errors` and `合計件数` begin with the word; `totally` does not.
    let begins = |word: &str| {
        let rest = cell.trim_start().to_lowercase().strip_prefix(word).map(str::to_owned);
        rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric()))
    };
    TOTALS.contains(&normal(cell).as_str())
        || ["total", "grand total", "合計", "総計", "小計"].iter().any(|word| begins(word))
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
        assert!(!is_total("") && !is_total("request_timeout") && !is_total("2026-11-16") && !is_total("totally"));
    }
}
