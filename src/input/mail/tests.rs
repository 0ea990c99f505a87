//! Whole mails, from bytes to notices.

use base64::{Engine, engine::general_purpose::STANDARD};
use encoding_rs::{ISO_2022_JP, SHIFT_JIS};
use proptest::prelude::*;

use super::*;
use crate::{
    model::{Channel, Filling, Origin, Precision, Timestamp},
    taxonomy,
    taxonomy::Lang,
};

const OPTIONS: fn() -> MailOptions = || MailOptions { zone: Zone::console(), privacy: Privacy { show_urls: false } };

/// A mail of LINE's with this text, sent 2026-11-18 20:02:11 +0900.
fn mail(subject: &str, text: &str) -> Mail {
    let mail = format!(
        "From: LINE <noreply@line.example>\nSubject: {subject}\nDate: Wed, 18 Nov 2026 20:02:11 +0900\nMessage-ID: \
         <1@line.example>\nContent-Type: text/plain; charset=utf-8\n\n{text}"
    );
    read(mail.as_bytes(), 1, OPTIONS())
}

const SUBJECT: &str = "Messaging API: Your bot server returned no response or an error - shop";
const SUBJECT_START: &str = "Messaging API: Your bot server returned no response or an error - ";
const STOPPED: &str = "Messaging API: Webhook redelivery stopped - shop";

/// `time channel reason detail host count precision` of each notice.
fn told(mail: &Mail) -> Vec<String> {
    let Content::Notices(notices) = &mail.content else { panic!("{mail:?}") };
    let channel = |channel: &Channel| {
        [&channel.id, &channel.name].map(|text| text.as_deref().unwrap_or("?").to_owned()).join("/")
    };
    let time = |time| Zone::console().local(time).format("%m-%d %H:%M:%S").to_string();
    notices
        .iter()
        .map(|row| {
            let (at, own, host) =
                (time(row.time), channel(&row.channel), row.host.as_ref().map_or("-", |host| &host.0));
            let Row { reason, detail, errors, precision, .. } = row;
            match row.is_stop() {
                true => format!("{at} {own} stopped"),
                false => format!("{at} {own} {reason}|{detail}|{host}|{errors} {}", precision.name()),
            }
        })
        .collect()
}

fn hindrance(mail: &Mail) -> Why {
    let Content::Unreadable { why, .. } = &mail.content else { panic!("{mail:?}") };
    *why
}

fn is_other(mail: &Mail) -> bool {
    matches!(mail.content, Content::Other(_))
}

#[test]
fn the_samples_tell_what_stands_in_them() {
    let sample = |bytes: &[u8]| {
        assert_eq!(recognise(bytes), Some(MailFile::Message));
        read(bytes, 1, OPTIONS())
    };
    let stopped = "11-18 20:41:00 1234567890/shop stopped";
    let plain = [
        "11-18 20:00:00 1234567890/shop error_status_code|502|-|41 second",
        "11-18 20:00:00 1234567890/shop request_timeout|Request timeout|-|3 second",
    ];
    let html = "10-14 02:05:00 1650000002/お店 & カフェ could_not_connect|TLS handshake failure|https://bot.example.com|1204 minute";
    let japanese = "11-16 12:31:05 1650000003/お店 request_timeout|Request timeout|-|12 second";
    assert_eq!(told(&sample(include_bytes!("../../../data/mails/01-plain-en.eml"))), plain);
    assert_eq!(told(&sample(include_bytes!("../../../data/mails/02-html-ja.eml"))), [html]);
    assert_eq!(told(&sample(include_bytes!("../../../data/mails/03-iso-2022-jp.eml"))), [japanese]);
    assert_eq!(
        told(&sample(include_bytes!("../../../data/mails/04-alternative-qp.eml"))),
        ["11-19 09:15:42 1650000004/café shop could_not_connect|Connection failed (received \
          GOAWAY)|https://bot.example.com|7 second"]
    );
    assert_eq!(
        told(&sample(include_bytes!("../../../data/mails/05-oldest.eml"))),
        ["06-17 04:12:00 ?/shop could_not_connect|Connection failed|https://bot.example.com|1 minute"]
    );
    assert_eq!(told(&sample(include_bytes!("../../../data/mails/06-redelivery-stopped.eml"))), [stopped]);
    assert_eq!(
        told(&sample(include_bytes!("../../../data/mails/07-forwarded-inline.eml"))),
        ["06-17 04:12:00 ?/shop error_status_code|503|-|1 minute"]
    );
    let attached = sample(include_bytes!("../../../data/mails/08-forwarded-attached.eml"));
    assert_eq!(told(&attached), [japanese]);
    assert_eq!(attached.from_domain.as_deref(), Some("shop.example"));
    assert!(is_other(&sample(include_bytes!("../../../data/mails/09-newsletter.eml"))));

    let mailbox = include_bytes!("../../../data/mails/archive.mbox").as_slice();
    let kind = recognise(mailbox).unwrap();
    assert_eq!(kind, MailFile::Mbox);
    let mails: Vec<Mail> = mails(kind, mailbox, OPTIONS()).map(Result::unwrap).collect();
    assert_eq!(mails.len(), 4);
    assert_eq!((told(&mails[0]), told(&mails[1])), (plain.map(str::to_owned).to_vec(), vec![html.to_owned()]));
    assert!(is_other(&mails[2]));
    assert_eq!(told(&mails[3]), [stopped]);
    let lines: Vec<&[u8]> = mailbox.split(|b| *b == b'\n').collect();
    for mail in &mails {
        assert!(lines[usize::try_from(mail.line).unwrap() - 1].starts_with(b"From noreply@line.example "));
    }
}

#[test]
fn the_envelope_is_told() {
    let mail = mail(SUBJECT, "Reason for error: unclassified");
    assert_eq!(mail.from_domain.as_deref(), Some("line.example"));
    assert_eq!(mail.subject, SUBJECT);
    let bare = read(b"Subject: x\nFrom: nobody\n\n", 7, OPTIONS());
    assert_eq!((bare.line, bare.from_domain), (7, None));
    for (from, domain) in [
        ("\"a@trusted.example\" <b@EVIL.example>", "evil.example"),
        ("b@evil.example (a@trusted.example)", "evil.example"),
        ("=?utf-8?q?a=40trusted.example?= <b@evil.example>", "evil.example"),
    ] {
        let mail = read(format!("From: {from}\nSubject: x\n\n").as_bytes(), 1, OPTIONS());
        assert_eq!(mail.from_domain.as_deref(), Some(domain), "{from}");
    }
}

#[test]
fn what_a_mail_does_not_say_is_filled_as_documented() {
    assert_eq!(
        told(&mail(SUBJECT, "Reason for error: unclassified")),
        ["11-18 20:02:00 ?/shop unclassified||-|1 minute"]
    );
    // Items go before the subject.
    assert_eq!(
        told(&mail(SUBJECT, "Channel name: store\nReason for error: unclassified\nTime detected: 2026-11-18")),
        ["11-18 00:00:00 ?/store unclassified||-|1 day"]
    );
    // Unknown values stay as they are.
    assert_eq!(
        told(&mail(SUBJECT, "Reason for error: Brand New\nDetail for error: 理由: x\nURL: https://h.example/s3cret\n")),
        ["11-18 20:02:00 ?/shop Brand New|理由: x|https://h.example|1 minute"]
    );
    assert_eq!(
        told(&mail(SUBJECT, "Reason for error: error_status_code - (502)\nError count: 2")),
        ["11-18 20:02:00 ?/shop error_status_code|502|-|2 minute"]
    );
}

#[test]
fn every_subject_is_enough_for_one_line() {
    for subject in [
        "Messaging API: Your bot server returned no response or an error - shop",
        "Messaging API: Your server did not return [200 OK] - shop",
        "Messaging API: Webhook transmission failed - shop",
    ] {
        assert_eq!(
            told(&mail(subject, "request_timeout - (Request timeout)\n\nunclassified\n")),
            [
                "11-18 20:02:00 ?/shop request_timeout|Request timeout|-|1 minute",
                "11-18 20:02:00 ?/shop unclassified||-|1 minute"
            ]
        );
    }
    assert_eq!(told(&mail(STOPPED, "request_timeout")), ["11-18 20:02:00 ?/shop stopped"]);
    assert_eq!(
        told(&mail(STOPPED, "Channel ID: 12\nTime detected: 2026-11-18 19:00:00")),
        ["11-18 19:00:00 12/shop stopped"]
    );
}

#[test]
fn an_unknown_subject_needs_the_items() {
    let items = "チャネルID: 12\nエラーの原因: request_timeout\nエラー件数: 2\n";
    assert_eq!(told(&mail("新しい件名", items)), ["11-18 20:02:00 12/? request_timeout||-|2 minute"]);
    assert!(is_other(&mail("x", "エラーの原因: request_timeout\nエラー件数: 2\n")));
    assert!(is_other(&mail("x", "request_timeout - (Request timeout)")));
    let article = "Channel ID: the number of your channel\nReason for error: why it failed, in LINE's words\n";
    assert!(is_other(&mail("How to read the mails", article)));
    assert!(is_other(&mail("", "")));
}

#[test]
fn groups_share_what_stands_once() {
    let above = "Channel ID: 1\nTime detected: 2026-11-18 19:00\n\nReason for error: unclassified\n\nReason for error: \
                 request_timeout\nError count: 5";
    let below = "Reason for error: unclassified\n\nReason for error: request_timeout\nError count: 5\n\nTime detected: \
                 2026-11-18 19:00\nChannel ID: 1";
    let expected =
        ["11-18 19:00:00 1/shop unclassified||-|1 minute", "11-18 19:00:00 1/shop request_timeout||-|5 minute"];
    assert_eq!(told(&mail(SUBJECT, above)), expected);
    assert_eq!(told(&mail(SUBJECT, below)), expected);
    let each = "Channel ID: 1\nChannel name: a\n\nChannel ID: 1\nReason for error: unclassified\nTime detected: 2026-11-18 \
                19:00\n\nChannel ID: 2\nReason for error: unclassified\nTime detected: 2026-11-18 19:00";
    assert_eq!(
        told(&mail(SUBJECT, each)),
        ["11-18 19:00:00 1/a unclassified||-|1 minute", "11-18 19:00:00 2/a unclassified||-|1 minute"]
    );
}

#[test]
fn a_mail_that_cannot_be_read_whole_is_no_number() {
    let with = |items: &str| hindrance(&mail(SUBJECT, &format!("Reason for error: unclassified\n{items}")));
    assert_eq!(with("Error count: many"), key::reject::COUNT_NOT_WHOLE);
    assert_eq!(with("Error count: 99999999999999999999"), key::reject::COUNT_TOO_LARGE);
    assert_eq!(with("Time detected: 06/07/2026 09:58"), key::mails::TIME_AMBIGUOUS);
    assert_eq!(with("Time detected: yesterday"), key::reject::TIME_UNREADABLE);
    assert_eq!(with("Time detected: 2026-02-30 09:58"), key::reject::TIME_IMPOSSIBLE);
    assert_eq!(with("Time detected: 1999-02-28 09:58"), key::reject::TIME_OUT_OF_RANGE);
    assert_eq!(with(&format!("Detail for error: {}", "x".repeat(5_000))), key::reject::DETAIL_TOO_LONG);
    // One damaged group spoils the mail.
    assert_eq!(with("\nReason for error: request_timeout\nError count: x"), key::reject::COUNT_NOT_WHOLE);
    assert_eq!(with("\nReason for error:\nError count: 1"), key::mails::REASON_MISSING);
    assert_eq!(hindrance(&mail(SUBJECT, "Dear customer, something failed.")), key::mails::REASON_MISSING);
    assert_eq!(hindrance(&mail(SUBJECT, "")), key::mails::REASON_MISSING);
    assert_eq!(hindrance(&mail(SUBJECT, "Channel ID: 1\nError count: 1")), key::mails::REASON_MISSING);
    let no_date = format!("Subject: {SUBJECT}\nFrom: a@b.example\n\nrequest_timeout");
    assert_eq!(hindrance(&read(no_date.as_bytes(), 1, OPTIONS())), key::mails::TIME_MISSING);
    let old = format!("Subject: {SUBJECT}\nDate: Fri, 16 Jan 1970 04:12:33 +0900\n\nrequest_timeout");
    assert_eq!(hindrance(&read(old.as_bytes(), 1, OPTIONS())), key::mails::TIME_MISSING);
    let damaged = [
        format!("Subject: {SUBJECT}\nContent-Type: text/plain; charset=iso-2022-jp\n\nReason for error: ").as_bytes(),
        b"\xff\xff\nTime detected: 2026-11-18",
    ]
    .concat();
    assert_eq!(hindrance(&read(&damaged, 1, OPTIONS())), key::mails::UNDECODABLE);
}

#[test]
fn a_count_that_was_lost_is_not_one() {
    let with = |count: &str| {
        let items =
            format!("Channel ID: 1\nReason for error: unclassified\n{count}Time detected: 2026-11-18 19:00:00\n");
        mail(SUBJECT, &items)
    };
    let one = ["11-18 19:00:00 1/shop unclassified||-|1 second"];
    assert_eq!(told(&with("")), one, "the mail has no such item");
    for lost in ["Error count:\n", "Error count: -\n", "Error count: \n\n\n\n90000\n", "エラー件数：\n"] {
        assert_eq!(hindrance(&with(lost)), key::reject::COUNT_MISSING, "{lost}");
    }
    let two = "Channel ID: 1\nReason for error: unclassified\nError count: 2\n\nChannel ID: 1\nReason for error: \
               request_timeout\nError count:\n";
    assert_eq!(hindrance(&mail(SUBJECT, two)), key::reject::COUNT_MISSING);
    // What is written of it elsewhere costs nothing.
    for count in ["Error count: 7\nThe error count: see below\n", "The error count: see below\nError count: 7\n"] {
        assert_eq!(told(&with(count)), ["11-18 19:00:00 1/shop unclassified||-|7 second"], "{count}");
    }
    assert_eq!(hindrance(&with("Error count: 90.000\n")), key::reject::COUNT_NOT_WHOLE);
}

#[test]
fn a_value_goes_on_to_the_next_name() {
    let expected = ["11-17 10:00:00 1/shop could_not_connect|Connection failed (received GOAWAY)|-|5 second"];
    let items = "Channel ID: 1\nReason for error: could_not_connect\nDetail for error: Connection failed\n(received \
                 GOAWAY)\nError count: 5\nTime detected: 2026-11-17\n10:00:00\n";
    assert_eq!(told(&mail(SUBJECT, items)), expected);
    assert_eq!(
        told(&mail(SUBJECT, &items.replace("\n10:00:00", "\n10:00:00 (UTC+9)\nThank you.\n10 staff"))),
        expected
    );
    let page = items
        .trim_end()
        .replace('\n', "<br>")
        .replace(": ", "</td><td>")
        .replace("<br>Channel", "</tr><tr><td>Channel");
    let rows = ["Reason", "Detail", "Error", "Time"]
        .iter()
        .fold(page, |page, name| page.replace(&format!("<br>{name}"), &format!("</td></tr><tr><td>{name}")));
    assert_eq!(
        told(&damaged(
            &format!("Subject: {SUBJECT}\nContent-Type: text/html"),
            format!("<table><tr><td>{rows}</td></tr></table>").as_bytes()
        )),
        expected
    );
    let date = told(&mail(SUBJECT, &items.replace("\n10:00:00", "\n10 to 18 o'clock")));
    assert_eq!(date, ["11-17 00:00:00 1/shop could_not_connect|Connection failed (received GOAWAY)|-|5 day"]);
}

#[test]
fn the_fuller_version_counts_and_two_that_differ_do_not() {
    let mail = |plain: &str, rich: &str| {
        let fields = format!("Subject: {SUBJECT}\nContent-Type: multipart/alternative; boundary=b");
        let rich = rich.replace('\n', "<br>");
        damaged(&fields, format!("--b\n\n{plain}\n--b\nContent-Type: text/html\n\n<p>{rich}</p>\n--b--\n").as_bytes())
    };
    let group = |count: u32| {
        format!(
            "Channel ID: 1\nReason for error: request_timeout\nError count: {count}\nTime detected: 2026-11-17 10:00:00\n\n"
        )
    };
    let row = |count: u32| format!("11-17 10:00:00 1/shop request_timeout||-|{count} second");
    let one = group(9);
    for lacking in ["Error count: 9\n", "Time detected: 2026-11-17 10:00:00\n", ":00\n", " 10:00:00", "Channel ID: 1\n"]
    {
        let less = one.replace(lacking, if lacking == ":00\n" { "\n" } else { "" });
        assert_eq!(told(&mail(&less, &one)), [row(9)], "{less}");
        assert_eq!(told(&mail(&one, &less)), [row(9)], "{less}");
    }
    let three = group(9) + &group(10) + &group(11);
    assert_eq!(told(&mail(&format!("{one}..."), &three)), [9, 10, 11].map(row));
    assert_eq!(told(&mail(&three, &one)), [9, 10, 11].map(row));
    for other in [
        group(8),
        one.replace("10:00", "11:00"),
        one.replace("-17 10:00:00", "-18"),
        one.replace("ID: 1", "ID: 2"),
        one.replace("request_timeout", "unclassified"),
    ] {
        assert_eq!(hindrance(&mail(&one, &other)), key::mails::VERSIONS_DIFFER, "{other}");
    }
}

#[test]
fn a_mail_that_ends_too_early_is_told() {
    let head = format!(
        "Subject: {SUBJECT}\nDate: Wed, 18 Nov 2026 20:02:11 +0900\nContent-Type: multipart/alternative; boundary=b\n\n"
    );
    let plain = "--b\nContent-Type: text/plain\n\nReason for error: unclassified\nError count: 12\n";
    let whole = format!("{head}{plain}--b\nContent-Type: text/html\n\n<p>Reason for error: un");
    assert_eq!(
        told(&read(whole.as_bytes(), 1, OPTIONS())),
        ["11-18 20:02:00 ?/shop unclassified||-|12 minute"],
        "the plain version is whole"
    );
    // What was told before the end is told; where the last line may go on, its number is not believed.
    let expected = ["11-18 20:02:00 ?/shop unclassified||-|12 minute"];
    assert_eq!(told(&read(format!("{head}{plain}").as_bytes(), 1, OPTIONS())), expected);
    let cut = |text: String| read(text.as_bytes(), 1, OPTIONS());
    assert_eq!(hindrance(&cut(format!("{head}{}", plain.trim_end()))), key::mails::CUT_SHORT);
    assert_eq!(hindrance(&cut(format!("{head}{}", plain.replace("Error count: 12\n", "")))), key::mails::CUT_SHORT);
    assert_eq!(told(&cut(format!("{head}{plain}Time detected: 2026-11-18 20"))), expected);
    assert_eq!(
        told(&cut(format!("{head}{plain}Time detected: 2026-11-18 20:01:05"))),
        ["11-18 20:01:05 ?/shop unclassified||-|12 second"]
    );
}

#[test]
fn forwarded_and_answered_mails_keep_their_own_time() {
    let inner = "From: LINE\nSent: Tuesday, November 17, 2026 3:04 AM\nTo: x\nSubject: Messaging API: Webhook transmission \
                 failed - a\n\nrequest_timeout\n";
    let expected = ["11-17 03:04:00 ?/a request_timeout||-|1 minute"];
    assert_eq!(told(&mail("FW: Messaging API: Webhook transmission failed - a", inner)), expected);
    assert_eq!(told(&mail("errors?", &format!("look\n\n> {}", inner.replace('\n', "\n> ")))), expected);
    let two = format!("{inner}\n{}", inner.replace("17, 2026", "18, 2026").replace("Tuesday", "Wednesday"));
    assert_eq!(told(&mail("errors?", &two)), [expected[0], "11-18 03:04:00 ?/a request_timeout||-|1 minute"]);
    // Who answers repeats the mail once more.
    assert_eq!(told(&mail("Re: errors?", &format!("{inner}\n{inner}"))), expected);
    // The answer's date is not the error's.
    let answered = inner.replace("Subject: ", "Subject: Re: ");
    assert_eq!(hindrance(&mail("x", &answered)), key::mails::FORWARDED_WITHOUT_TIME);
    assert_eq!(hindrance(&mail(&format!("Re: {SUBJECT}"), "> request_timeout")), key::mails::FORWARDED_WITHOUT_TIME);
    assert_eq!(
        told(&mail(&format!("Re: {SUBJECT}"), "> Reason for error: unclassified\n> Time detected: 2026-11-17 03:04")),
        ["11-17 03:04:00 ?/shop unclassified||-|1 minute"]
    );
    assert_eq!(
        hindrance(&mail("x", &inner.replace("Tuesday, November 17, 2026 3:04 AM", "some day"))),
        key::mails::FORWARDED_WITHOUT_TIME
    );
    let japanese = "-----元のメッセージ-----\n差出人: LINE\n送信日時: 2026年11月17日火曜日 3:04\n宛先: x\n件名: Messaging API: \
                    Webhook redelivery stopped - お店\n\n停止しました。";
    assert_eq!(told(&mail("転送: 通知", japanese)), ["11-17 03:04:00 ?/お店 stopped"]);
}

#[test]
fn forwarding_programs_are_understood() {
    let html = |body: &str| {
        let mail = format!(
            "Subject: FW: errors\nDate: Thu, 19 Nov 2026 09:00:00 +0900\nContent-Type: text/html; charset=utf-8\n\n{body}"
        );
        told(&read(mail.as_bytes(), 1, OPTIONS()))
    };
    let old = "Messaging API: Webhook transmission failed - a &amp; b";
    let expected = ["11-17 03:04:00 ?/a & b request_timeout|Request timeout|-|1 minute"];
    let outlook = format!(
        "<html><head><style>p.MsoNormal {{margin:0}}</style></head><body lang=EN-US><div class=WordSection1><p \
         class=MsoNormal>Please look.<o:p></o:p></p><div><div style='border:none'><p class=MsoNormal><b>From:</b> LINE \
         &lt;noreply@line.example&gt;<br><b>Sent:</b> Tuesday, November 17, 2026 3:04 AM<br><b>To:</b> x<br><b>Subject:</b> \
         {old}<o:p></o:p></p></div></div><p class=MsoNormal>request_timeout - (Request timeout)</p></div></body></html>"
    );
    assert_eq!(html(&outlook), expected);
    let gmail = format!(
        "<div dir=\"ltr\"><br><br><div class=\"gmail_quote\"><div dir=\"ltr\" class=\"gmail_attr\">---------- Forwarded message \
         ---------<br>差出人: <strong>LINE</strong> <span>&lt;<a href=\"mailto:n@line.example\">n@line.example</a>&gt;</span><br>Date: \
         2026年11月17日(火) 3:04<br>Subject: {old}<br>To:  &lt;x@example.com&gt;<br></div><br><br>request_timeout - (Request \
         timeout)<br></div></div>"
    );
    assert_eq!(html(&gmail), expected);
    let table = format!(
        "<table><tr><th align=right>Subject: </th><td>{old}</td></tr><tr><th>Date: </th><td>Tue, 17 Nov 2026 03:04:05 \
         +0900</td></tr><tr><th>From: </th><td>LINE</td></tr></table><pre>request_timeout - (Request timeout)\n</pre>"
    );
    assert_eq!(html(&table), expected);
    // Outlook puts every script into an element of its own.
    let scripts = old.replace("a &amp; b", "<span lang=EN-US>A</span>社<span lang=EN-US>B</span>");
    let outlook = outlook.replace(old, &scripts);
    assert_eq!(html(&outlook), ["11-17 03:04:00 ?/A社B request_timeout|Request timeout|-|1 minute"]);
}

#[test]
fn an_attached_mail_answers_for_the_one_that_carries_it() {
    let carried = |subject: &str, own: &str, inner: &str| {
        let mail = format!(
            "Subject: {subject}\nDate: Thu, 19 Nov 2026 09:00:00 +0900\nContent-Type: multipart/mixed; \
             boundary=b\n\n--b\n\n{own}\n--b\nContent-Type: message/rfc822\n\nSubject: {SUBJECT}\nDate: Wed, 18 Nov 2026 \
             20:02:11 +0900\n\n{inner}\n--b--\n"
        );
        read(mail.as_bytes(), 1, OPTIONS())
    };
    let expected = ["11-18 20:02:00 ?/shop request_timeout||-|1 minute"];
    assert_eq!(told(&carried("look", "see below", "request_timeout")), expected);
    assert_eq!(told(&carried(&format!("Fwd: {SUBJECT}"), "see below", "request_timeout")), expected);
    assert_eq!(hindrance(&carried("look", "see below", "nothing")), key::mails::REASON_MISSING);
    let spoiled = "Reason for error: a\nError count: x";
    assert_eq!(hindrance(&carried(SUBJECT, spoiled, "request_timeout")), key::reject::COUNT_NOT_WHOLE);
}

#[test]
fn a_mail_attached_as_any_file_is_read() {
    let inner = |n: u32| {
        format!(
            "From: a@b.example\nSubject: {SUBJECT}\nDate: Wed, 18 Nov 2026 20:02:11 +0900\n\nReason for error: unclassified\nError count: {n}\n"
        )
    };
    let part = |kind: &str, text: &str| {
        format!("--b\nContent-Type: {kind}\nContent-Transfer-Encoding: base64\n\n{}\n", STANDARD.encode(text))
    };
    let mailbox = format!("From a\n{}\nFrom b\n{}", inner(3), inner(4));
    let kind = "application/octet-stream; name=\"x.eml\"";
    let body =
        part(kind, &inner(1)) + &part("application/x-mail", &inner(2)) + &part(kind, &mailbox) + &part(kind, "a: b");
    let mail =
        damaged("Subject: errors\nContent-Type: multipart/mixed; boundary=b", format!("{body}--b--\n").as_bytes());
    assert_eq!(told(&mail), [1, 2, 3, 4].map(|n| format!("11-18 20:02:00 ?/shop unclassified||-|{n} minute")));
}

#[test]
fn a_forward_that_lost_its_mail_is_told() {
    assert_eq!(hindrance(&mail(&format!("Fwd: {SUBJECT}"), "see below")), key::mails::REASON_MISSING);
    assert_eq!(hindrance(&mail(&format!("Fwd: {STOPPED}"), "see below")), key::mails::FORWARDED_WITHOUT_TIME);
}

#[test]
fn a_mail_over_256_kib_is_no_notification() {
    let told = |subject: &str, length: usize| {
        let mail =
            format!("Subject: {subject}\nDate: Wed, 18 Nov 2026 20:02:11 +0900\n\nReason for error: unclassified\n\n");
        let mail = format!("{mail}{}", "x".repeat(length - mail.len()));
        let mut mails = mails(MailFile::Message, mail.as_bytes(), OPTIONS());
        (mails.next().expect("a mail").expect("read from memory"), mails.next().is_none())
    };
    assert_eq!(told(SUBJECT, 256 << 10).0, told(SUBJECT, 1_000).0);
    let (mail, alone) = told(SUBJECT, (256 << 10) + 1);
    assert_eq!((hindrance(&mail), alone), (key::mails::MAIL_TOO_LONG, true));
    assert!(is_other(&told("Holidays", 1 << 20).0));
}

/// Each of these took minutes where a reader looks at the rest of the mail again and again.
#[test]
fn hostile_mails_come_to_an_end() {
    let much = |piece: &str| piece.repeat((256 << 10) / piece.len());
    let typed = |kind: &str, text: &str| {
        let mail = format!("Subject: {SUBJECT}\nContent-Type: {kind}\n\n{text}");
        read(mail.as_bytes(), 1, OPTIONS())
    };
    for (kind, piece) in [
        ("text/plain", "Channel ID: 1\n"),
        ("text/plain", "could_not_connect - (\n"),
        ("text/plain", "From: a\n"),
        ("text/plain", ">"),
        ("text/plain", "|"),
        ("text/plain", "\0"),
        ("text/plain; format=flowed", "x \n"),
        ("text/plain; charset=shift_jis", "\u{81}"),
        ("text/html", "<"),
        ("text/html", "<a b=\" c='"),
        ("text/html", "<!--"),
        ("text/html", "<script></s"),
        ("text/html", "<td>"),
        ("text/html", "&amp"),
        ("multipart/mixed; boundary=-", "-"),
        ("message/rfc822", "Subject: x\nContent-Type: message/rfc822\n\n"),
    ] {
        let mail = typed(kind, &much(piece));
        assert!(matches!(mail.content, Content::Unreadable { .. }), "{kind} {piece}");
    }
    let parts = "--b\nContent-Type: multipart/mixed; boundary=never\n\nx\n";
    assert_eq!(hindrance(&typed("multipart/mixed; boundary=b", &much(parts))), key::mails::TOO_MANY_PARTS);
    let many: String = (0..12_000).map(|n| format!("Reason: a\nCount: {n}\n")).collect();
    assert_eq!(hindrance(&typed("text/plain", &many)), key::mails::TOO_MANY_ITEMS);
    // Fewer names, each of which may be the end of many values.
    for (names, piece) in [
        (1, "Detail for error Connection failed "),
        (1, "URL http://x/ "),
        (3, "Error count 1 Channel ID x Channel name "),
    ] {
        let many = format!("Reason for error: a {}", piece.repeat(1_900 / names));
        assert_eq!(hindrance(&typed("text/plain", &many)), key::mails::TOO_MANY_ITEMS, "{piece}");
    }
    let digest: String = (0..200)
        .map(|n| {
            format!(
                "Channel ID: 1\nReason for error: unclassified\nError count: {n}\nTime detected: 2026-11-18 19:00\n\n"
            )
        })
        .collect();
    assert_eq!(told(&typed("text/plain", &digest)).len(), 200);
    let long = format!("Subject: {}\nX: {}\n{SUBJECT}\n\nx", much("=?utf-8?q?"), much("y"));
    assert!(is_other(&read(long.as_bytes(), 1, OPTIONS())));
}

#[test]
fn nothing_secret_is_shown() {
    let mail = mail(
        "Messaging API: Webhook transmission failed - https://h.example/s3cret",
        "Channel ID: https://h.example/s3cret\nReason for error: https://h.example/s3cret\nDetail for error: Brand new: \
         https://u:s3cret@h.example/s3cret?s3cret\nURL: https://h.example/s3cret\nError count: 1",
    );
    assert!(!told(&mail).is_empty() && !format!("{mail:?}").contains("s3cret"), "{mail:?}");
    let bad = super::tests::mail(SUBJECT, "Reason for error: a\nError count: https://h.example/s3cret");
    assert!(!format!("{bad:?}").contains("s3cret"), "{bad:?}");
    let control = super::tests::mail("a\u{1b}[31m\u{202e}b", "x");
    assert!(!control.subject.contains(['\u{1b}', '\u{202e}']));
}

#[test]
fn another_mail_is_said_to_be_one() {
    let Content::Other(why) = mail("", "").content else { panic!("a mail without anything is another mail") };
    assert!(why.values.iter().all(|(_, filling)| matches!(filling, Filling::Text(_))));
}

/// Layouts in which a mail can say its items.
const LAYOUTS: [&str; 18] = [
    "colon",
    "wide colon",
    "hyphen",
    "next line",
    "next but one",
    "bullets",
    "numbers",
    "brackets",
    "tabs",
    "bars",
    "bars with heading",
    "quoted",
    "html rows",
    "html heading",
    "html list",
    "html definitions",
    "html blocks",
    "html breaks",
];
/// Layouts of a single group of items.
const SINGLE: [&str; 14] = [
    "one line",
    "one line with commas",
    "one line without marks",
    "wrapped",
    "quoted and wrapped",
    "values below names",
    "html spans",
    "html one paragraph",
    "html one paragraph of spans",
    "html adjacent spans",
    "html two items a row",
    "html colon cells",
    "html nested tables",
    "html cells of several lines",
];
/// Names that no layout may take for items, nor cut.
const CHANNELS: [&str; 14] = [
    "shop",
    "お店 & カフェ (本店)",
    "ร้าน กาแฟ",
    "A: B - C",
    "Error count",
    "Error count: 5",
    "My Error count: 5",
    "Channel name",
    "Time detected bot",
    "Detail for error: none",
    "URL shortener",
    "request_timeout",
    "1650000009",
    "[200 OK] R&D, <1>",
];
const TRANSFERS: [&str; 5] =
    ["utf-8 8bit", "utf-8 quoted-printable", "utf-8 base64", "iso-2022-jp", "shift_jis base64"];
const ENGLISH: [&str; 6] =
    ["Channel ID", "Channel name", "Reason for error", "Detail for error", "Error count", "Time detected"];
const JAPANESE: [&str; 6] = ["チャネルID", "チャネル名", "エラーの原因", "エラーの詳細", "エラー件数", "検知日時"];

/// Writes groups of values beside their names.
fn rendered(layout: &str, names: &[&str; 6], groups: &[[String; 6]]) -> String {
    let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;");
    let each = |form: &dyn Fn(usize, &str, &str) -> String| -> String {
        let group = |values: &[String; 6]| {
            names.iter().zip(values).enumerate().map(|(i, (name, value))| form(i + 1, name, value)).collect::<String>()
        };
        groups.iter().map(group).collect::<Vec<_>>().join("\n")
    };
    let cells = |open: &str, cells: &[&str], close: &str| {
        cells.iter().map(|cell| format!("{open}{}{close}", escaped(cell))).collect::<String>()
    };
    let values =
        |group: &[String; 6]| group.iter().map(|value| value.replace('|', "/")).collect::<Vec<_>>().join(" | ");
    match layout {
        "colon" => each(&|_, name, value| format!("{name}: {value}\n")),
        "wide colon" => each(&|_, name, value| format!("{name}：{value}\n")),
        "hyphen" => each(&|_, name, value| format!("{name} - {value}\n")),
        "next line" => each(&|_, name, value| format!("{name}\n{value}\n")),
        "next but one" => each(&|_, name, value| format!("{name}:\n\n    {value}\n\n")),
        "bullets" => each(&|_, name, value| format!("・{name}: {value}\n")),
        "numbers" => each(&|n, name, value| format!("{n}. {name} = {value}\n")),
        "brackets" => each(&|_, name, value| format!("【{name}】 {value}\n")),
        "tabs" => each(&|_, name, value| format!("{name}\t{value}\n")),
        "bars" => each(&|_, name, value| format!("| {name} | {value} |\n")),
        "bars with heading" => {
            let rows = groups.iter().map(|group| format!("| {} |\n", values(group))).collect::<String>();
            format!("| {} |\n|{}\n{rows}", names.join(" | "), "---|".repeat(6))
        }
        "quoted" => each(&|_, name, value| format!("> > {name}: {value}\n")),
        "html rows" => {
            let rows =
                each(&|_, name, value| format!("<tr><th>{name}</th>\n <td><p><b>{}</b></p></td></tr>", escaped(value)));
            format!("<html><body><table>{rows}</table></body></html>")
        }
        "html heading" => {
            let rows = groups
                .iter()
                .map(|group| format!("<tr>{}</tr>", cells("<td>", &group.each_ref().map(String::as_str), "</td>")))
                .collect::<String>();
            format!("<table><tr>{}</tr>{rows}</table>", cells("<th>", names, "</th>"))
        }
        "html list" => format!("<ul>{}</ul>", each(&|_, name, value| format!("<li>{name}: {}</li>", escaped(value)))),
        "html definitions" => {
            format!("<dl>{}</dl>", each(&|_, name, value| format!("<dt>{name}</dt><dd>{}</dd>", escaped(value))))
        }
        "html blocks" => each(&|_, name, value| format!("<div>{name}</div><div>{}</div>", escaped(value))),
        "html breaks" => {
            format!("<td>{}</td>", each(&|_, name, value| format!("<b>{name}</b>: {}<br>", escaped(value))))
        }
        other => panic!("no layout {other}"),
    }
}

/// Writes one group of values beside their names, and a sentence behind it.
fn single(layout: &str, names: &[&str; 6], values: &[String; 6]) -> String {
    let html = layout.starts_with("html");
    let escaped = |text: &str| if html { text.replace('&', "&amp;").replace('<', "&lt;") } else { text.to_owned() };
    let values = values.each_ref().map(|value| escaped(value));
    let each = |form: &dyn Fn(&str, &str) -> String| -> Vec<String> {
        names.iter().zip(&values).map(|(name, value)| form(name, value)).collect()
    };
    let colon = |name: &str, value: &str| format!("{name}: {value}");
    let wrapped = |width: usize| textwrap::wrap(&each(&colon).join(" "), wrapping(width)).join("\n");
    let pairs = |border: &str| each(&|name, value| format!("<td>{name}</td>{border}<td>{value}</td>"));
    let text = match layout {
        "one line" => each(&colon).join(" "),
        "one line with commas" => each(&colon).join(", "),
        "one line without marks" => each(&|name, value| format!("{name} {value}")).join(" "),
        "wrapped" => wrapped(76),
        "quoted and wrapped" => format!("> {}", wrapped(74).replace('\n', "\n> ")),
        "values below names" => format!("{}\n{}", names.join("\n"), values.join("\n")),
        "html spans" => {
            each(&|n, v| format!("<div>{n}&nbsp;&nbsp;<span style=\"color:red\">{v}</span></div>")).concat()
        }
        "html one paragraph" => format!("<p>{}</p>", each(&colon).join("\n")),
        "html one paragraph of spans" => {
            format!("<p>{} Thank you.</p>", each(&|n, v| format!("{n}&nbsp;&nbsp;<span>{v}</span>")).join(" "))
        }
        "html adjacent spans" => {
            format!("<div>{}</div>", each(&|n, v| format!("<span>{n}</span><span>{v}</span>")).concat())
        }
        "html two items a row" => {
            format!(
                "<table><tr>{}</tr></table>",
                pairs("").chunks(2).map(<[_]>::concat).collect::<Vec<_>>().join("</tr><tr>")
            )
        }
        "html colon cells" => format!("<table><tr>{}</tr></table>", pairs("<td>:</td>").join("</tr><tr>")),
        "html nested tables" => format!(
            "<table><tr><td><table><tr><td><table><tr>{}</tr></table></td></tr></table></td></tr></table>",
            pairs("\n").join("</tr>\n<tr>")
        ),
        "html cells of several lines" => {
            format!("<table><tr><td>{}</td><td>{}</td></tr></table>", names.join("<br>"), values.join("<br>"))
        }
        other => panic!("no layout {other}"),
    };
    if html {
        format!("{text}<p>Please check your server.</p>")
    } else {
        format!("{text}\n\nPlease check your server.\n")
    }
}

/// As mail programs wrap: at spaces only.
fn wrapping(width: usize) -> textwrap::Options<'static> {
    textwrap::Options::new(width)
        .break_words(false)
        .word_separator(textwrap::WordSeparator::AsciiSpace)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
        .wrap_algorithm(textwrap::WrapAlgorithm::FirstFit)
}

#[test]
fn every_error_of_every_channel_is_told_in_every_layout() {
    let details = taxonomy::REASONS.iter().flat_map(|reason| {
        let known = taxonomy::details(reason).into_iter().take(12);
        known.map(|detail| ((*reason).to_owned(), detail.to_owned()))
    });
    let new = ("brand_new".to_owned(), "Some new detail".to_owned());
    let kinds: Vec<(String, String)> = details.chain([new]).collect();
    for (at, layout) in LAYOUTS.iter().chain(&SINGLE).enumerate() {
        for (n, (reason, detail)) in kinds.iter().enumerate() {
            // Every channel comes in every layout, each error with three of them.
            for which in [0, 5, 9].map(|step| (at + n + step) % CHANNELS.len()) {
                let channel = CHANNELS[which];
                // A channel's name with bars cannot stand between bars; a subject helps or is broken.
                let subject = [SUBJECT_START, "Messaging ??", "エラー"][(at + which + n) % 3];
                let subject = if subject == SUBJECT_START { format!("{subject}{channel}") } else { subject.to_owned() };
                let values = ["1650000001", channel, reason, detail, "1,204", "2026-11-18 20:01:05"].map(str::to_owned);
                let names = if (which + n) % 4 == 0 { &JAPANESE } else { &ENGLISH };
                let text = match SINGLE.contains(layout) {
                    true => single(layout, names, &values),
                    false => rendered(layout, names, std::slice::from_ref(&values)),
                };
                let mail = read(&encoded("utf-8 8bit", layout.starts_with("html"), &text, &subject), 1, OPTIONS());
                let expected = format!("11-18 20:01:05 1650000001/{channel} {reason}|{detail}|-|1204 second");
                assert_eq!(told(&mail), [expected], "{layout}\n{text}");
            }
        }
    }
}

#[test]
fn a_url_behind_a_detail_ends_it() {
    for layout in LAYOUTS.iter().chain(&SINGLE).filter(|layout| !["wrapped", "quoted and wrapped"].contains(layout)) {
        let detail = "Connection timeout: https://bot.example.com/callback?key=s3cret";
        let values = ["1650000001", "shop", "could_not_connect", detail, "3", "2026-11-18 20:01:05"].map(str::to_owned);
        let text = match SINGLE.contains(layout) {
            true => single(layout, &ENGLISH, &values),
            false => rendered(layout, &ENGLISH, std::slice::from_ref(&values)),
        };
        let mail = read(&encoded("utf-8 8bit", layout.starts_with("html"), &text, "x"), 1, OPTIONS());
        let expected =
            "11-18 20:01:05 1650000001/shop could_not_connect|Connection timeout|https://bot.example.com|3 second";
        assert_eq!(told(&mail), [expected], "{layout}\n{text}");
    }
}

/// The mail that [`damaged`] mails tell of.
const WHOLE: &str = "Channel ID: 1650000001\nChannel name: お店\nReason for error: error_status_code\nDetail for error: 502\n\
                     Error count: 1,204\nTime detected: 2026-11-18 20:01:05\n";
const TOLD: [&str; 1] = ["11-18 20:01:05 1650000001/お店 error_status_code|502|-|1204 second"];

/// A mail with these fields and this body.
fn damaged(fields: &str, body: &[u8]) -> Mail {
    let head = format!("From: a@b.example\nDate: Wed, 18 Nov 2026 20:02:11 +0900\n{fields}\n\n");
    read(&[head.as_bytes(), body].concat(), 1, OPTIONS())
}

#[test]
fn a_wrong_charset_or_transfer_encoding_costs_nothing() {
    let utf16: Vec<u8> = WHOLE.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let quoted = WHOLE.replace("お店", "=E3=81=8A=E5=BA=97");
    let base64 = STANDARD.encode(WHOLE);
    for charset in ["utf-16", "utf-16le", "utf-7", "x-unknown", "iso-2022-kr", "us-ascii", "iso-8859-1", "euc-jp"] {
        let mail = damaged(&format!("Content-Type: text/plain; charset={charset}"), WHOLE.as_bytes());
        assert_eq!(told(&mail), TOLD, "{charset}");
    }
    assert_eq!(told(&damaged("Content-Type: text/plain; charset=utf-16le", &utf16)), TOLD);
    for (transfer, body) in [
        ("base64", WHOLE),
        ("7bit", &quoted),
        ("8bit", &base64),
        ("quoted-printable", &base64),
        ("base64", &quoted),
        ("x-unknown", &base64),
        ("quoted-printable", WHOLE),
        // The padding, or the last bytes behind the items, are lost.
        ("base64", base64.trim_end_matches('=')),
    ] {
        let fields = format!("Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: {transfer}");
        assert_eq!(told(&damaged(&fields, body.as_bytes())), TOLD, "{transfer}\n{body}");
    }
}

#[test]
fn base64_that_was_cut_off_tells_what_is_whole() {
    let fields = "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64";
    let whole = STANDARD.encode(WHOLE);
    let cut = |bytes: usize| damaged(fields, &whole.as_bytes()[..bytes * 4 / 3 / 4 * 4 + 2]);
    // In the time: the mail's own date stands for it.
    let before = |text: &str| WHOLE.find(text).expect("an item");
    let expected = ["11-18 20:02:00 1650000001/お店 error_status_code|502|-|1204 minute"];
    assert_eq!(told(&cut(before("2026-11-18") + 8)), expected);
    // In the count, or before it: a part of a number is no number.
    let fields = format!("Subject: {SUBJECT}\n{fields}");
    for at in ["204\nTime", "Error count", "502\n"] {
        let bytes = before(at) * 4 / 3 / 4 * 4 + 2;
        assert_eq!(hindrance(&damaged(&fields, &whole.as_bytes()[..bytes])), key::mails::CUT_SHORT, "{at}");
    }
}

#[test]
fn damaged_characters_cost_the_field_that_they_are_in() {
    let bytes = WHOLE.replace("お店", "X").into_bytes();
    let at = bytes.iter().position(|b| *b == b'X').expect("the name");
    let broken = [&bytes[..at], b"\xe3\x81\x8a\xe5", &bytes[at + 1..]].concat();
    let subject = format!("Subject: {SUBJECT}\nContent-Type: text/plain; charset=utf-8");
    let expected = ["11-18 20:01:05 1650000001/shop error_status_code|502|-|1204 second"];
    assert_eq!(told(&damaged(&subject, &broken)), expected, "the subject has the name");
    let nameless = ["11-18 20:01:05 1650000001/? error_status_code|502|-|1204 second"];
    // Much damage in one place, as one lost digit of base64 makes it, is no other encoding.
    let noise = [WHOLE.as_bytes(), "\nご案内は".as_bytes(), &[0x8e, 0x81, 0x93, 0xe3, 0xff, 0xfe].repeat(9)].concat();
    assert_eq!(told(&damaged(&subject, &noise)), TOLD);
    let fields = "Subject: =?utf-8?B?4oz?=\nContent-Type: text/plain; charset=utf-8";
    assert_eq!(told(&damaged(fields, &broken)), nameless);
    assert_eq!(told(&damaged(fields, WHOLE.as_bytes())), TOLD, "a broken subject beside a whole body");
}

#[test]
fn a_channel_and_its_id_may_be_one_item() {
    let with = |channel: &str| told(&mail("x", &WHOLE.replace("Channel ID: 1650000001\nChannel name: お店", channel)));
    assert_eq!(with("Channel: お店 (1650000001)"), TOLD);
    assert_eq!(with("チャネル：お店（1650000001）"), TOLD);
    assert_eq!(with("Channel: お店\nChannel ID: 1650000001"), TOLD);
}

#[test]
fn a_detail_may_hold_the_reason() {
    let with = |items: &str| {
        told(&mail(SUBJECT, &format!("Channel ID: 1\n{items}\nError count: 2\nTime detected: 2026-11-18 20:01:05\n")))
    };
    let both = "could_not_connect - (Connection failed: https://h.example/s3cret)";
    let expected = ["11-18 20:01:05 1/shop could_not_connect|Connection failed|https://h.example|2 second"];
    assert_eq!(with(&format!("Reason for error: could_not_connect\nDetail for error: {both}")), expected);
    assert_eq!(with(&format!("Detail for error: {both}")), expected);
    assert_eq!(with(&format!("Reason for error: {both}")), expected);
    // Another reason's code is a detail like any other.
    assert_eq!(
        with("Reason for error: could_not_connect\nDetail for error: request_timeout"),
        ["11-18 20:01:05 1/shop could_not_connect|request_timeout|-|2 second"]
    );
}

/// The mail's bytes in a transfer encoding.
fn encoded(transfer: &str, html: bool, text: &str, subject: &str) -> Vec<u8> {
    let (charset, transfer) = transfer.split_once(' ').unwrap_or((transfer, "7bit"));
    let bytes = match charset {
        "iso-2022-jp" => ISO_2022_JP.encode(text).0.into_owned(),
        "shift_jis" => SHIFT_JIS.encode(text).0.into_owned(),
        _ => text.as_bytes().to_vec(),
    };
    let bytes = match transfer {
        "base64" => {
            let whole = STANDARD.encode(bytes);
            whole.as_bytes().chunks(76).collect::<Vec<_>>().join(&b"\r\n"[..])
        }
        "quoted-printable" => {
            let mut out = Vec::new();
            for (at, byte) in bytes.iter().enumerate() {
                match byte {
                    b'\n' => out.push(b'\n'),
                    byte if byte.is_ascii_alphanumeric() => out.push(*byte),
                    byte => out.extend(format!("={byte:02X}").bytes()),
                }
                if at % 20 == 19 {
                    out.extend(b"=\n");
                }
            }
            out
        }
        _ => bytes,
    };
    let kind = if html { "html" } else { "plain" };
    let head = format!(
        "From: noreply@line.example\nSubject: =?utf-8?b?{}?=\nDate: Wed, 18 Nov 2026 20:02:11 +0900\nMessage-ID: <1@x>\n\
         Content-Type: text/{kind}; charset={charset}\nContent-Transfer-Encoding: {transfer}\n\n",
        STANDARD.encode(subject)
    );
    [head.into_bytes(), bytes].concat()
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("shop".to_owned()),
        Just("お店 (本店)".to_owned()),
        Just("A - B: C".to_owned()),
        Just("R&D <1>".to_owned()),
        "[A-Za-zあ-んア-ヲ][A-Za-z0-9あ-んア-ヲ ]{0,20}[A-Za-zあ-んア-ヲ]"
            .prop_filter("no item's name, and no word of a list", |name| {
                crate::input::headings::role(name).is_none() && !name.contains("  ")
            }),
    ]
}

fn reason_and_detail() -> impl Strategy<Value = (String, String)> {
    let known: Vec<(String, String)> = taxonomy::REASONS
        .iter()
        .flat_map(|reason| {
            taxonomy::details(reason).into_iter().map(|detail| ((*reason).to_owned(), detail.to_owned()))
        })
        .chain([("error_status_code".to_owned(), "502".to_owned()), ("unclassified".to_owned(), String::new())])
        .collect();
    prop_oneof![
        prop::sample::select(known),
        ("[a-z]{3,8}_[a-z]{3,8}", "[A-Z][a-z]{2,9}( [a-z]{2,9}){1,3}").prop_map(|(reason, detail)| (reason, detail)),
    ]
}

proptest! {
    #[test]
    fn a_notification_is_the_same_in_every_layout_and_encoding(
        id in "[1-9][0-9]{9}",
        name in name(),
        errors in prop::collection::vec((reason_and_detail(), 0..2_000_000_u64, 0..3_000_000_u32), 1..4),
        layout in prop::sample::select(&LAYOUTS[..]),
        transfer in prop::sample::select(&TRANSFERS[..]),
        (japanese, known_subject, grouped, crlf) in any::<(bool, bool, bool, bool)>(),
    ) {
        let start = 1_790_000_000_i64;
        let mut groups = Vec::new();
        let mut expected: Vec<Row> = Vec::new();
        for ((reason, detail), count, seconds) in errors {
            let time = Timestamp((start + i64::from(seconds)) * 1000);
            let written = Zone::console().local(time).format("%Y-%m-%d %H:%M:%S").to_string();
            let number = if grouped { Lang::En.number(count) } else { count.to_string() };
            groups.push([id.clone(), name.clone(), reason.clone(), detail.clone(), number, written]);
            let row = Row {
                channel: Channel { id: Some(id.clone()), name: Some(name.clone()) },
                reason, detail, host: None, errors: count, rows: 1, time, end: time, precision: Precision::Second, origin: Origin::Mail,
            };
            if !expected.contains(&row) {
                expected.push(row);
            }
        }
        let text = rendered(layout, if japanese { &JAPANESE } else { &ENGLISH }, &groups);
        let subject = if known_subject { SUBJECT } else { "エラー" };
        let bytes = encoded(transfer, layout.starts_with("html"), &text, subject);
        let bytes = if crlf { String::from_utf8_lossy(&bytes).replace('\n', "\r\n").into_bytes() } else { bytes };
        let mail = read(&bytes, 1, OPTIONS());
        prop_assert_eq!(mail.content, Content::Notices(expected), "{}\n{}", layout, text);
    }

    #[test]
    fn no_bytes_make_it_panic(
        sample in 0..10_usize,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..4_u8, 0..200_usize), 0..30),
    ) {
        let mut bytes = SAMPLES[sample % SAMPLES.len()].to_vec();
        for (at, byte, kind, length) in changes {
            if bytes.is_empty() { break }
            let at = at.index(bytes.len());
            let end = (at + length).min(bytes.len());
            match kind {
                0 => bytes[at] = byte,
                1 => { bytes.drain(at..end); }
                2 => { let piece = bytes[at..end].to_vec(); bytes.splice(at..at, piece); }
                _ => bytes.insert(at, byte),
            }
        }
        let mail = read(&bytes, 1, OPTIONS());
        prop_assert_eq!(mail.line, 1);
        let kind = recognise(&bytes).unwrap_or(MailFile::Mbox);
        prop_assert!(mails(kind, bytes.as_slice(), OPTIONS()).all(|mail| mail.is_ok()));
    }

    #[test]
    fn any_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..600), text in "[ -~\\n\\t<>&=?;:あ]{0,400}") {
        let _ = read(&bytes, 1, OPTIONS());
        let _ = recognise(&bytes);
        for head in ["", "Content-Type: text/html\n\n", "Content-Transfer-Encoding: base64\n\n", "Subject: =?", "From: "] {
            let _ = read(format!("{head}{text}").as_bytes(), 1, OPTIONS());
        }
    }
}

const SAMPLES: [&[u8]; 10] = [
    include_bytes!("../../../data/mails/01-plain-en.eml"),
    include_bytes!("../../../data/mails/02-html-ja.eml"),
    include_bytes!("../../../data/mails/03-iso-2022-jp.eml"),
    include_bytes!("../../../data/mails/04-alternative-qp.eml"),
    include_bytes!("../../../data/mails/05-oldest.eml"),
    include_bytes!("../../../data/mails/06-redelivery-stopped.eml"),
    include_bytes!("../../../data/mails/07-forwarded-inline.eml"),
    include_bytes!("../../../data/mails/08-forwarded-attached.eml"),
    include_bytes!("../../../data/mails/09-newsletter.eml"),
    include_bytes!("../../../data/mails/archive.mbox"),
];
