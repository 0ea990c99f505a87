//! LINE's vocabulary: known values have one form, unknown ones keep their own and are news.

use serde_json::json;

use crate::program::{Folder, Summary, text};

/// A file of reasons and details, one error each.
fn read(pairs: &[(&str, &str)]) -> Summary {
    let rows = pairs.iter().map(|(reason, detail)| format!("2026-11-16 04:12:33\t{reason}\t{detail}\n"));
    Folder::with("w.tsv", "Time\tReason\tDetail\n".to_owned() + &rows.collect::<String>()).summary("w.tsv")
}

/// Reasons and details of domain.md.
const PUBLISHED: [(&str, &str); 14] = [
    ("could_not_connect", "Connection failed"),
    ("could_not_connect", "Connection failed (received GOAWAY)"),
    ("could_not_connect", "Connection failed (session closed)"),
    ("could_not_connect", "Connection timeout"),
    ("could_not_connect", "DNS Query timeout"),
    ("could_not_connect", "Invalid URL syntax"),
    ("could_not_connect", "Session protocol negotiation failure"),
    ("could_not_connect", "No SSL/TLS record"),
    ("could_not_connect", "TLS handshake failure"),
    ("could_not_connect", "Unknown host"),
    ("request_timeout", "Request timeout"),
    ("unclassified", "Session closed unexpectedly"),
    ("unclassified", "Stream closed unexpectedly"),
    ("unclassified", "Unclassified webhook dispatch error"),
];

#[test]
fn everything_that_line_publishes_is_known() {
    let summary = read(&PUBLISHED);
    assert_eq!(summary.list("by_detail").len(), PUBLISHED.len());
    assert!(summary.list("by_detail").iter().all(|row| row["known"] == true), "{:?}", summary.list("by_detail"));
    let codes = read(
        &["400", "401", "403", "404", "429", "500", "502", "503", "504", "599", "302", "100"]
            .map(|code| ("error_status_code", code)),
    );
    for row in codes.list("by_detail") {
        assert_eq!((row["known"].as_bool(), row["status"].as_u64()), (Some(true), text(row, "detail").parse().ok()));
    }
}

#[test]
fn known_values_are_counted_under_one_form() {
    let summary = read(&[
        ("could_not_connect", "TLS handshake failure"),
        ("COULD_NOT_CONNECT", "tls handshake failure"),
        (" Could_Not_Connect ", "  TLS  Handshake Failure "),
        ("could_not_connect", "TLS\u{3000}handshake\u{a0}failure"),
        ("could_not_connect", "TLS handshake failure: https://bot.example.com/callback"),
        ("could_not_connect", "TLS handshake failure : https://bot.example.com/other"),
    ]);
    assert_eq!(summary.details(), [("could_not_connect", "TLS handshake failure", 6)]);
    assert_eq!(summary["by_reason"][0]["reason"], "could_not_connect");
    assert_eq!(summary.list("by_reason").iter().map(|row| row["errors"].as_u64().unwrap()).sum::<u64>(), 6);
}

#[test]
fn the_url_is_a_field_of_its_own() {
    let summary = read(&[
        ("could_not_connect", "Connection timeout: https://bot.example.com/callback"),
        ("could_not_connect", "Connection timeout: https://bot.example.com/callback?key=s3cret"),
        ("could_not_connect", "Connection failed (session closed): https://hooks.example.com:8443/x"),
        ("could_not_connect", "Connection timeout"),
    ]);
    assert_eq!(
        summary.details(),
        [
            ("could_not_connect", "Connection timeout", 3),
            ("could_not_connect", "Connection failed (session closed)", 1)
        ]
    );
    assert_eq!(
        summary["by_host"],
        json!([{"host": "https://bot.example.com", "errors": 2}, {"host": "https://hooks.example.com:8443", "errors": 1}])
    );
    assert!(!summary.json.to_string().contains("s3cret"));
}

#[test]
fn unknown_reasons_and_details_keep_their_own_names() {
    let summary = read(&[
        ("quota_exceeded", "Too many webhooks"),
        ("quota_exceeded", "Too many webhooks"),
        ("could_not_connect", "QUIC handshake failure"),
        ("could_not_connect", "quic handshake failure"),
        // Known under another reason only.
        ("unclassified", "Unknown host"),
        ("error_status_code", "banana"),
    ]);
    assert_eq!(
        summary.details(),
        [
            ("quota_exceeded", "Too many webhooks", 2),
            ("could_not_connect", "QUIC handshake failure", 1),
            ("could_not_connect", "quic handshake failure", 1),
            ("error_status_code", "banana", 1),
            ("unclassified", "Unknown host", 1),
        ]
    );
    assert!(
        summary.list("by_detail").iter().all(|row| row["known"] == false && row["status"].is_null()),
        "{:?}",
        summary.list("by_detail")
    );
    assert!(
        summary.list("notes").iter().any(|note| text(note, "text").contains("in LINE's published list")),
        "{:?}",
        summary.notes()
    );
    let table = Folder::with("w.tsv", "Time\tReason\tDetail\n2026-11-16 04:12:33\tquota_exceeded\tToo many webhooks\n")
        .errstat("summary w.tsv")
        .done()
        .text();
    assert!(table.contains("in LINE's published list") && table.contains("unlisted"), "{table}");
}

#[test]
fn every_reason_stands_in_every_window() {
    let summary = read(&[("request_timeout", "Request timeout"), ("quota_exceeded", "x")]);
    let bucket = &summary["windows"]["buckets"][0]["by_reason"];
    assert!(bucket.is_object());
    for bucket in summary["windows"]["buckets"].as_array().unwrap() {
        let mut reasons: Vec<&str> = bucket["by_reason"].as_object().unwrap().keys().map(String::as_str).collect();
        reasons.sort_unstable();
        assert_eq!(
            reasons,
            ["could_not_connect", "error_status_code", "quota_exceeded", "request_timeout", "unclassified"]
        );
    }
}

#[test]
fn status_codes_are_summed_by_class() {
    let summary = read(&["403", "404", "500", "502", "503", "301"].map(|code| ("error_status_code", code)));
    assert_eq!(
        summary["by_status_class"],
        json!([{"class": "5xx", "errors": 3}, {"class": "4xx", "errors": 2}, {"class": "3xx", "errors": 1}])
    );
}

#[test]
fn lists_are_sorted_by_errors_then_by_name() {
    let summary = read(&[
        ("unclassified", "b"),
        ("unclassified", "a"),
        ("request_timeout", "Request timeout"),
        ("request_timeout", "Request timeout"),
        ("could_not_connect", "z"),
    ]);
    assert_eq!(
        summary.details(),
        [
            ("request_timeout", "Request timeout", 2),
            ("could_not_connect", "z", 1),
            ("unclassified", "a", 1),
            ("unclassified", "b", 1)
        ]
    );
    let shares: Vec<f64> = summary.list("by_detail").iter().map(|row| row["share"].as_f64().unwrap()).collect();
    for (share, expected) in shares.iter().zip([0.4, 0.2, 0.2, 0.2]) {
        assert!((share - expected).abs() < 0.0005, "{shares:?}");
    }
}

fn explain(words: &[&str]) -> String {
    let folder = Folder::new();
    words.iter().fold(folder.errstat("explain"), |call, word| call.arg(word)).done().text()
}

#[test]
fn explain_says_what_it_means_and_what_to_do() {
    for (words, expected) in [
        (&["request_timeout"][..], &["request_timeout", "processed"][..]),
        (&["could_not_connect", "TLS handshake failure"], &["TLS handshake failure", "certificate"]),
        (&["TLS handshake failure"], &["certificate"]),
        (&["tls  HANDSHAKE failure"], &["TLS handshake failure"]),
        (&["COULD_NOT_CONNECT"], &["could_not_connect", "DNS"]),
        (&["502"], &["502", "Bad Gateway"]),
        (&["error_status_code", "403"], &["403", "Forbidden", "secret"]),
        (&["unclassified", "Stream closed unexpectedly"], &["Stream closed unexpectedly"]),
        (&["DNS Query timeout"], &["DNS"]),
    ] {
        let shown = explain(words);
        for word in expected {
            assert!(shown.contains(word), "{words:?}: {word} is missing in:\n{shown}");
        }
        assert!(
            shown.contains("https://developers.line.biz/"),
            "{words:?}: no link to LINE's documentation in:\n{shown}"
        );
    }
}

#[test]
fn explain_without_arguments_explains_everything() {
    let shown = explain(&[]);
    for (reason, detail) in PUBLISHED {
        assert!(shown.contains(reason) && shown.contains(detail), "{reason} {detail}");
    }
}

#[test]
fn explain_suggests_what_is_nearest() {
    let folder = Folder::new();
    for (word, nearest) in [
        ("reqest_timeout", "request_timeout"),
        ("could_not_conect", "could_not_connect"),
        ("TLS handshake failed", "TLS handshake failure"),
        ("Unkown host", "Unknown host"),
        ("Connection time out", "Connection timeout"),
    ] {
        let outcome = folder.errstat("explain").arg(word).run();
        let all = outcome.text() + &outcome.stderr;
        assert!(all.contains(nearest), "{word}: {all}");
        // Spaces are nothing to the vocabulary, so "time out" may well be known.
        assert!(matches!(outcome.code, Some(0 | 2)), "{word}");
    }
    for word in ["banana", "999999", ""] {
        let sentence = folder.errstat("explain").arg(word).run();
        assert_ne!(sentence.code, None, "{word}");
        assert!(!sentence.stderr.contains("panicked"));
    }
}
