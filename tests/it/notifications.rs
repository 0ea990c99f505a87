//! Notification mails beside exports: each error once, and nothing built on a mail alone.

use std::io;

use crate::program::{Folder, text};

/// Each channel has an id of its own.
fn id(channel: &str) -> usize {
    1_650_000_000 + channel.len()
}

/// A mail as LINE words it.
fn mail(channel: &str, time: &str, reason: &str, detail: &str, count: u32) -> String {
    format!(
        "From: LINE <no-reply@line.me>\r\nTo: admin@example.com\r\nDate: Thu, 19 Nov 2026 09:00:00 +0900\r\n\
         Subject: Messaging API: Your bot server returned no response or an error - {channel}\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\r\n\
         Channel ID: {}\r\nChannel name: {channel}\r\nReason for error: {reason}\r\nDetail for error: {detail}\r\n\
         Error count: {count}\r\nTime detected: {time}\r\n",
        id(channel)
    )
}

fn stopped(channel: &str, time: &str) -> String {
    format!(
        "From: LINE <no-reply@line.me>\r\nDate: Thu, 19 Nov 2026 09:00:00 +0900\r\n\
         Subject: Messaging API: Webhook redelivery stopped - {channel}\r\n\r\nChannel ID: {}\r\nChannel name: {channel}\r\nTime detected: {time}\r\n",
        id(channel)
    )
}

#[test]
fn a_folder_of_mails_is_an_input() {
    let folder = Folder::new();
    folder
        .file("inbox/1.eml", mail("shop", "2026-11-17 10:00:00", "error_status_code", "502", 7))
        .file("inbox/2.eml", mail("shop", "2026-11-18 10:00:00", "request_timeout", "Request timeout", 3))
        .file("inbox/news.eml", "From: a@example.com\r\nSubject: 50 % off LINE stickers\r\n\r\nBuy now.\r\n");
    let summary = folder.summary("inbox");
    assert_eq!(summary.details(), [("error_status_code", "502", 7), ("request_timeout", "Request timeout", 3)]);
    assert_eq!(summary["channels"], serde_json::json!(["shop"]));
    assert_eq!(summary.list("inputs").iter().map(|input| text(input, "kind")).collect::<Vec<_>>(), ["mail", "mail"]);
    assert!(summary.note("skipped-file").contains("news.eml"));
    assert!(summary.note("from-mails").contains("10"));
}

#[test]
fn the_same_mail_received_by_two_administrators_counts_once() {
    let one = mail("shop", "2026-11-17 10:00:00", "error_status_code", "502", 7);
    let other = one
        .replace("admin@example.com", "other@example.com")
        .replace("Date: Thu, 19 Nov 2026 09:00:00", "Date: Thu, 19 Nov 2026 09:00:04");
    let folder = Folder::new();
    folder
        .file("a/1.eml", &one)
        .file("b/1.eml", &other)
        .file("c/box", format!("From x Thu Nov 19 09:00:00 2026\n{one}\n\nFrom x Thu Nov 19 09:00:01 2026\n{other}\n"));
    for inputs in ["a b", "b a", "c", "a b c"] {
        let summary = folder.summary(inputs);
        assert_eq!(summary.errors(), 7, "{inputs}");
    }
}

#[test]
fn where_an_export_covers_the_time_it_wins_and_mails_fill_the_rest() {
    let folder = Folder::new();
    // The export speaks for 10:00 on the 16th to the start of the 20th.
    folder.file(
        "shop-2026-11-20.tsv",
        "Time\tReason\tDetail\tCount\n2026-11-16 10:00:00\terror_status_code\t500\t1\n2026-11-18 10:00:00\terror_status_code\t502\t9\n",
    );
    folder
        .file("m/before.eml", mail("shop", "2026-11-15 10:00:00", "error_status_code", "502", 2))
        .file("m/within.eml", mail("shop", "2026-11-18 10:00:00", "error_status_code", "502", 8))
        .file("m/silent.eml", mail("shop", "2026-11-19 23:59:59", "error_status_code", "503", 4))
        .file("m/after.eml", mail("shop", "2026-11-20 00:00:00", "error_status_code", "504", 16))
        .file("m/other.eml", mail("newsletter", "2026-11-18 10:00:00", "error_status_code", "502", 32));
    let summary = folder.summary("shop-2026-11-20.tsv m --channel shop=shop-*");
    assert_eq!(summary.errors(), 1 + 9 + 2 + 16 + 32);
    let channels: Vec<(&str, u64)> =
        summary.list("by_channel").iter().map(|row| (text(row, "channel"), row["errors"].as_u64().unwrap())).collect();
    assert_eq!(channels, [("newsletter", 32), ("shop", 28)]);
    assert!(summary.note("mails-covered").starts_with('2'), "{}", summary.note("mails-covered"));
    // Mails cover nothing, so a channel of mails is not one whose export lacks something: it has none.
    let week = folder.summary("shop-2026-11-20.tsv m --channel shop=shop-* --period 2026-11-19..2026-11-22");
    let told: Vec<&str> = week.list("notes").iter().map(|note| text(note, "text")).collect();
    assert!(!told.iter().any(|note| note.contains("newsletter") && note.contains("reach")), "{told:?}");
    assert!(week.note("mails-only-channel").contains("newsletter"), "{told:?}");
}

#[test]
fn mails_after_the_last_row_of_an_export_that_nobody_dated_count() {
    let folder = Folder::with(
        "shop.tsv",
        "Time\tReason\tDetail\tCount\n2026-11-16 10:00:00\terror_status_code\t500\t1\n2026-11-18 10:00:00\terror_status_code\t502\t9\n",
    );
    folder
        .file("m/before.eml", mail("shop", "2026-11-15 10:00:00", "error_status_code", "502", 2))
        .file("m/within.eml", mail("shop", "2026-11-17 10:00:00", "error_status_code", "502", 8))
        .file("m/after.eml", mail("shop", "2026-11-18 10:00:01", "error_status_code", "504", 16));
    assert_eq!(folder.summary("shop.tsv m --channel shop=shop.tsv").errors(), 1 + 9 + 2 + 16);
}

#[test]
fn mails_of_several_channels_beside_an_export_that_names_none_are_told() {
    let folder = Folder::with(
        "w.tsv",
        "Time\tReason\tDetail\tCount\n2026-11-16 10:00:00\terror_status_code\t500\t1\n2026-11-18 10:00:00\terror_status_code\t502\t9\n",
    );
    folder
        .file("m/shop.eml", mail("shop", "2026-11-17 10:00:00", "error_status_code", "502", 8))
        .file("m/news.eml", mail("newsletter", "2026-11-20 10:00:00", "error_status_code", "502", 2));
    // Only the first lies in the time of the export.
    let summary = folder.summary("w.tsv m");
    assert!(summary.note("mails-beside-unnamed").starts_with("8 errors of mails"), "{:?}", summary.notes());
    let told = folder.errstat("reconcile w.tsv m").done().text();
    assert!(told.contains("didn't compare 10 mailed errors") && told.contains("--channel"), "{told}");
    let labelled = folder.summary("w.tsv m --channel shop=w.tsv");
    assert!(!labelled.notes().iter().any(|note| note.contains("can't compare")), "{:?}", labelled.notes());
}

#[test]
fn one_export_without_channel_beside_the_mails_of_one_counts_as_that_channel() {
    let folder = Folder::with(
        "w-2026-11-20.tsv",
        "Time\tReason\tDetail\tCount\n2026-11-16 10:00:00\terror_status_code\t500\t1\n",
    );
    folder.file("m/1.eml", mail("shop", "2026-11-18 10:00:00", "error_status_code", "502", 8));
    let summary = folder.summary("w-2026-11-20.tsv m");
    assert_eq!((summary.errors(), &summary["channels"]), (1, &serde_json::json!(["shop"])));
    assert!(summary.note("channel-of-mails").contains("shop"));
    // Beside the mails of two it stays without.
    folder.file("m/2.eml", mail("newsletter", "2026-11-18 10:00:00", "error_status_code", "502", 8));
    assert_eq!(folder.summary("w-2026-11-20.tsv m").errors(), 17);
}

#[test]
fn redelivery_that_stopped_is_told_and_not_counted() {
    let folder = Folder::with("s.eml", stopped("shop", "2026-11-18 20:41:00"));
    folder.file("t.eml", stopped("shop", "2026-11-18 20:41:00")).file("w.tsv", "Time\tReason\tChannel name\n2026-11-17 10:00:00\tunclassified\tshop\n2026-11-19 10:00:00\tunclassified\tshop\n");
    let summary = folder.summary("s.eml t.eml w.tsv");
    assert_eq!(summary.errors(), 2);
    assert_eq!(
        summary["redelivery_stopped"],
        serde_json::json!([{"channel": "shop", "at": "2026-11-18T20:41:00+09:00"}])
    );
    assert!(summary.note("redelivery-stopped-channel").contains("shop"));
    assert_eq!(folder.summary("s.eml t.eml w.tsv --period 2026-11-19")["redelivery_stopped"], serde_json::json!([]));
}

#[test]
fn a_mail_that_cannot_be_read_whole_is_a_reject() {
    let folder = Folder::with(
        "bad.eml",
        mail("shop", "2026-11-17 10:00:00", "error_status_code", "502", 7).replace("count: 7", "count: many"),
    );
    folder.file("good.eml", mail("shop", "2026-11-18 10:00:00", "error_status_code", "502", 7));
    let summary = folder.summary("bad.eml good.eml");
    assert_eq!((summary.errors(), summary.balance()), (7, vec![[1, 0, 1], [1, 1, 0]]));
    assert_eq!(summary["rejects"]["count"], 1);
    assert_eq!(folder.errstat("summary bad.eml good.eml --strict").run().code, Some(2));
    folder.errstat("summary bad.eml good.eml --rejects r.csv").done();
    assert!(folder.text("r.csv").contains("bad.eml"));
    // Where nothing else is read there is nothing to sum up, as in an export of rejects only.
    folder.file("inbox/1.eml", folder.text("bad.eml"));
    for inputs in ["bad.eml", "inbox", "bad.eml inbox/1.eml"] {
        assert!(folder.errstat(&format!("summary {inputs}")).refused().contains("count is not a whole number: many"));
    }
    folder.file("w.tsv", "Date\tStart\tEnd\tReason\tDetail\tErrors\n");
    assert_eq!(folder.summary("inbox w.tsv").balance(), [[1, 0, 1], [0, 0, 0]]);
}

#[test]
fn only_mails_of_a_domain_count_where_one_is_named() {
    let real = mail("shop", "2026-11-17 10:00:00", "error_status_code", "502", 7);
    let forged = mail("shop", "2026-11-18 10:00:00", "error_status_code", "502", 900)
        .replace("no-reply@line.me", "x@evil.example");
    let folder = Folder::new();
    folder.file("m/1.eml", real).file("m/2.eml", forged);
    assert_eq!(folder.summary("m").errors(), 907);
    let summary = folder.summary("m --mail-from-domain LINE.me");
    assert_eq!(summary.errors(), 7);
    assert!(summary.note("skipped-file").contains("evil.example"));
    folder.file("errstat.toml", "mail_from_domain = \"line.me\"\n");
    assert_eq!(folder.summary("m").errors(), 7);
}

#[test]
fn no_incident_is_built_from_mails_alone() {
    let folder = Folder::new();
    for day in 1..=20 {
        folder.file(
            &format!("m/{day}.eml"),
            mail(
                "shop",
                &format!("2026-11-{day:02} 10:00:00"),
                "error_status_code",
                "502",
                if day == 18 { 5000 } else { 1 },
            ),
        );
    }
    let summary = folder.summary("m");
    assert_eq!((summary.errors(), summary.list("incidents").len()), (5019, 0));
}

#[test]
fn urls_in_mails_are_cut_and_nothing_is_linked() {
    let folder = Folder::with(
        "m.eml",
        mail(
            "shop",
            "2026-11-17 10:00:00",
            "could_not_connect",
            "Connection timeout: https://bot.example.com/cb?token=S3CRET",
            7,
        ),
    );
    let outcome = folder.errstat("report m.eml -o out").done();
    assert!(!outcome.text().contains("S3CRET"));
    let page = folder.text("out/report.html");
    assert!(
        page.contains("https://bot.example.com") && !page.contains("S3CRET") && !page.contains("href=\"https://bot")
    );
}

#[test]
fn a_mail_does_not_make_an_old_export_look_new() {
    let folder =
        Folder::with("shop-2026-11-10.tsv", "Time\tReason\tChannel name\n2026-11-03 10:00:00\tunclassified\tshop\n");
    folder
        .file("m/1.eml", mail("shop", "2026-11-22 10:00:00", "error_status_code", "502", 1))
        .file("m/2.eml", mail("newsletter", "2026-11-22 10:00:00", "error_status_code", "502", 1))
        .file("errstat.toml", "as_of = \"2026-11-23\"\n[check]\nperiod = \"last-week\"\nmax_errors = 9\n");
    // Nothing is known of last week but what mails say.
    assert_eq!(folder.errstat("check shop-2026-11-10.tsv m").run().code, Some(2));
    let check = |age: &str| {
        folder.errstat(&format!("check shop-2026-11-10.tsv m/1.eml --period 2026-11-04 --max-age {age}")).run().code
    };
    assert_eq!((check("8d"), check("14d")), (Some(2), Some(0)));
}

#[test]
fn a_mailbox_tells_what_its_mails_tell_one_by_one() {
    // To the second, to the day, and a copy of the first; of them the exports cover none.
    let mails = [
        mail("shop", "2026-11-17 10:00:00", "error_status_code", "502", 7),
        mail("shop", "2026-11-18", "request_timeout", "Request timeout", 3),
        mail("shop", "2026-11-17 10:00:00", "error_status_code", "502", 7).replace("09:00:00", "09:00:07"),
    ];
    let folder = Folder::new();
    for (n, mail) in mails.iter().enumerate() {
        folder.file(&format!("m/{n}.eml"), mail);
    }
    let from = |mail: &String| format!("From x Thu Nov 19 09:00:00 2026\n{mail}\n\n");
    folder.file("box/all.mbox", mails.iter().map(from).collect::<String>());
    // The second of the export's two rows is on the day of the mail of the 18th, the first mail lies before both.
    folder.file(
        "shop.tsv",
        "Time\tReason\tDetail\tCount\n2026-11-17 10:00:01\terror_status_code\t500\t1\n\
         2026-11-18 12:00:00\terror_status_code\t500\t1\n",
    );
    for mails in ["m", "box", "m box"] {
        assert_eq!(folder.summary(mails).errors(), 10, "{mails}");
        // The mail of the 17th is a second too early for the export; that of the 18th is of a day that it speaks for.
        assert_eq!(folder.summary(&format!("shop.tsv {mails} --channel shop=shop.tsv")).errors(), 9, "{mails}");
    }
    folder.errstat("archive add --archive ar box").done();
    assert_eq!(folder.summary("ar").errors(), 10);
}

#[test]
fn a_mail_that_an_editor_saved_as_utf_16_is_a_mail() {
    let mail = mail("お店", "2026-11-17 10:00:00", "error_status_code", "502", 7);
    let folder = Folder::new();
    for (name, mark, order) in [
        ("le", "\u{feff}", u16::to_le_bytes as fn(u16) -> [u8; 2]),
        ("be", "\u{feff}", u16::to_be_bytes),
        ("unmarked", "", u16::to_le_bytes),
    ] {
        let bytes: Vec<u8> = format!("{mark}{mail}").encode_utf16().flat_map(order).collect();
        folder.file(&format!("{name}.eml"), &bytes);
        for summary in [folder.summary(&format!("{name}.eml")), folder.errstat("summary -").stdin(bytes).summary()] {
            assert_eq!(summary.details(), [("error_status_code", "502", 7)], "{name}");
            assert_eq!(summary["channels"][0], "お店", "{name}");
        }
    }
    // The three are copies of one.
    assert_eq!(folder.summary("le.eml be.eml unmarked.eml").errors(), 7);
}

#[test]
fn a_mail_in_outlooks_own_format_is_told_how_to_be_saved() {
    let mut file = cfb::CompoundFile::create(io::Cursor::new(Vec::new())).expect("memory");
    file.create_storage("/__nameid_version1.0").expect("memory");
    for name in ["/__properties_version1.0", "/__substg1.0_0037001F"] {
        file.create_stream(name).expect("memory");
    }
    let folder = Folder::with("m/notice", file.into_inner().into_inner());
    folder.file("m/1.eml", mail("shop", "2026-11-17 10:00:00", "error_status_code", "502", 7));
    let refused = folder.errstat("summary m/notice").run();
    assert_eq!(refused.code, Some(2));
    assert!(refused.stderr.contains(".eml"), "{}", refused.stderr);
    let summary = folder.summary("m");
    assert_eq!(summary.errors(), 7);
    assert!(summary.note("skipped-file").contains("Save it as .eml"), "{:?}", summary.notes());
}

#[test]
fn a_mail_of_the_last_group_of_an_export_is_covered() {
    // The last row is a group from 20:02:30 to 20:02:50.
    let folder = Folder::new();
    let heading = "Date\tStart\tEnd\tReason\tDetail\tErrors\n";
    let row = |day: u32, start: &str, end: &str, errors: u32| {
        format!("2026-11-{day}\t{start}\t{end}\terror_status_code\t502\t{errors}\n")
    };
    folder.file(
        "shop.tsv",
        format!("{heading}{}{}", row(18, "20:00:00", "20:00:59", 20), row(19, "20:02:30", "20:02:50", 7)),
    );
    folder.errstat("archive add --archive ar shop.tsv --channel shop").done();
    for (second, errors) in [("29", 27), ("30", 27), ("31", 27), ("50", 27), ("51", 34)] {
        folder.file("m.eml", mail("shop", &format!("2026-11-19 20:02:{second}"), "error_status_code", "502", 7));
        for inputs in ["shop.tsv --channel shop m.eml", "ar m.eml"] {
            assert_eq!(folder.summary(inputs).errors(), errors, "{inputs} {second}");
        }
    }
}

#[test]
fn redelivery_that_stopped_is_told_where_no_error_is() {
    let folder = Folder::with("m.eml", stopped("shop", "2026-11-18 12:00:00"));
    folder
        .file("shop-2026-11-18.tsv", "Time\tReason\tDetail\tErrors\n2026-11-17 12:00:00\terror_status_code\t502\t1\n");
    for inputs in ["m.eml", "m.eml shop-2026-11-18.tsv --channel shop"] {
        for (period, told) in [("all", true), ("last-week", true), ("2026-W46", false)] {
            let summary = folder.summary(&format!("{inputs} --period {period}"));
            assert_eq!(summary.list("redelivery_stopped").len(), usize::from(told), "{inputs} {period}");
            assert_eq!(summary.notes().contains(&"redelivery-stopped-channel"), told, "{inputs} {period}");
            if told {
                assert_eq!(text(&summary.list("redelivery_stopped")[0], "channel"), "shop");
            }
        }
    }
}
