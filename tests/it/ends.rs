//! What is said of the end of the data: whose it is, and never before errors that are counted.

use crate::program::Folder;

/// Three errors on each of the days of November 2026, at noon and in the two minutes after it.
fn days(channel: &str, from: u32, last: u32) -> String {
    let rows = |day: u32| {
        (0..3).map(move |minute| {
            format!(
                "2026-11-{day:02}\t12:0{minute}:00\t12:0{minute}:00\trequest_timeout\tRequest timeout\t1\t{channel}\n"
            )
        })
    };
    "Date\tStart\tEnd\tReason\tDetail\tErrors\tChannel name\n".to_owned()
        + &(from..=last).flat_map(rows).collect::<String>()
}

fn folder(files: &[(&str, String)]) -> Folder {
    let folder = Folder::new();
    for (name, text) in files {
        folder.file(name, text);
    }
    folder
}

const WEEK: &str = "--period 2026-W47 --as-of 2026-11-23T09:00";

fn headline(folder: &Folder, line: &str) -> String {
    folder.summary(line)["headline"].as_str().unwrap().to_owned()
}

#[test]
fn it_names_the_channel_whose_data_end_where_others_go_on() {
    let folder = folder(&[("shop-2026-11-23.tsv", days("shop", 1, 22)), ("news-2026-11-16.tsv", days("news", 1, 15))]);
    let line = format!("shop-2026-11-23.tsv news-2026-11-16.tsv {WEEK}");
    // Seven days of three on shop; of news nothing is known.
    assert!(
        headline(&folder, &line)
            .starts_with("≥ 21 errors on 2 channels, all on shop: the data of news end Mon 16 Nov 00:00."),
        "{}",
        headline(&folder, &line)
    );
    let text = folder.errstat(&format!("summary --format line {line}")).done().text();
    assert!(text.contains("shop: 21 errors") && text.contains("news: ≥ 0 errors"), "{text}");
    // A comma in a name divides no names.
    let named = self::folder(&[
        ("shop-2026-11-20.tsv", days("Shop, Tokyo", 1, 19)),
        ("news-2026-11-23.tsv", days("news", 1, 22)),
    ]);
    let said = headline(&named, &format!("shop-2026-11-20.tsv news-2026-11-23.tsv {WEEK}"));
    assert!(said.contains("the data of Shop, Tokyo end Fri 20 Nov 00:00"), "{said}");
}

#[test]
fn days_without_errors_that_are_known_are_no_missing_data() {
    let folder = folder(&[("shop-2026-11-19.tsv", days("shop", 1, 15))]);
    let said = headline(&folder, &format!("shop-2026-11-19.tsv {WEEK}"));
    assert!(said.starts_with("No errors on shop until Thu 19 Nov 00:00, where the data end."), "{said}");
    let later = headline(&folder, "shop-2026-11-19.tsv --period 2026-W48 --as-of 2026-11-30T09:00");
    assert!(later.starts_with("No data for this week: the data end Thu 19 Nov 00:00."), "{later}");
    let before = headline(&folder, "shop-2026-11-19.tsv --period 2026-W42 --as-of 2026-11-23T09:00");
    assert!(before.starts_with("No data for this week: the data begin Sun 1 Nov 12:00."), "{before}");
    let ahead = folder.summary("shop-2026-11-19.tsv --period 2026-W53 --as-of 2026-11-19T00:00");
    assert!(headline_of(&ahead).starts_with("No data for this week: the data end Thu 19 Nov 00:00."));
    let ahead = folder.summary("shop-2026-11-19.tsv --period 2026-W53 --as-of 2026-11-23T09:00");
    assert!(ahead.note("period-ahead").contains("Mon 28 Dec 2026, 00:00"), "{:?}", ahead.notes());
}

#[test]
fn a_mail_is_no_end_of_the_exports() {
    let folder = folder(&[("shop-2026-11-20.tsv", days("shop", 1, 19))]);
    folder.file(
        "n.eml",
        "From: LINE <no-reply@line.me>\nDate: Mon, 23 Nov 2026 10:05:00 +0900\n\
         Subject: Messaging API: Your bot server returned no response or an error - shop\n\n\
         Channel ID: 1650000001\nChannel name: shop\nReason for error: error_status_code\nDetail for error: 502\n\
         Error count: 9\nTime detected: 2026-11-22 10:00:00\n",
    );
    let said = headline(&folder, &format!("shop-2026-11-20.tsv n.eml {WEEK}"));
    assert!(said.contains("the data end Fri 20 Nov 00:00"), "{said}");
}

#[test]
fn a_time_of_export_that_cannot_be_is_told() {
    let folder = folder(&[("w.tsv", days("shop", 1, 22))]);
    let notes = |at: &str| folder.summary(&format!("w.tsv {WEEK} --exported-at {at}"));
    assert!(notes("2030-01-01").note("exported-at-ahead").contains("Tue 1 Jan 2030"));
    // It says to correct the option, so no other note says to add it.
    let ahead = notes("2030-01-01");
    assert!(ahead.note("exported-at-ahead").ends_with("Correct it."));
    assert!(ahead.note("coverage-unknown").ends_with("data are missing."));
    let without = folder.summary(&format!("w.tsv {WEEK}"));
    assert!(without.note("coverage-unknown").ends_with("Download the file again, or add --exported-at."));
    assert!(notes("2026-11-20").note("exported-at-early").contains("Sun 22 Nov 2026, 12:02"));
    assert!(!notes("2026-11-23").notes().iter().any(|code| code.starts_with("exported-at")));
}

#[test]
fn silence_on_a_bot_that_is_never_silent_is_no_all_clear() {
    // 21 errors a week for seven weeks (3 × √21 = 14 around it are usual), then a week of none.
    let rows =
        |month: u32, from: u32, last: u32| days("shop", from, last).replace("2026-11-", &format!("2026-{month:02}-"));
    let text = rows(9, 28, 30) + &rows(10, 1, 31) + &days("shop", 1, 15);
    let heading = "Date\tStart\tEnd\tReason\tDetail\tErrors\tChannel name\n";
    let text = heading.to_owned() + &text.replace(heading, "");
    let folder = folder(&[("shop-2026-11-23.tsv", text)]);
    let summary = folder.summary(&format!("shop-2026-11-23.tsv {WEEK}"));
    assert_eq!((summary.errors(), summary["state"].as_str()), (0, Some("quiet")));
    assert!(summary["headline"].as_str().unwrap() == "No errors on shop. A usual week has 21.");
    let subject = |line: &str| {
        folder.errstat(&format!("report {line} -o w.eml --mail-from a@example.com --mail-to b@example.com")).done();
        folder.text("w.eml").lines().find(|line| line.starts_with("Subject: ")).unwrap().to_owned()
    };
    assert_eq!(
        subject(&format!("shop-2026-11-23.tsv {WEEK}")),
        "Subject: [UNKNOWN] No errors on shop. A usual week has 21"
    );
    assert!(summary.note("quiet-unusual").contains("7 to 35"), "{}", summary.note("quiet-unusual"));
    // A week later it is no news.
    let later =
        folder.summary("shop-2026-11-23.tsv --period 2026-W48 --as-of 2026-11-30T09:00 --exported-at 2026-11-30");
    assert_eq!(later["state"], "quiet");
    let later = "shop-2026-11-23.tsv --period 2026-W48 --as-of 2026-11-30T09:00 --exported-at 2026-11-30";
    assert!(subject(later).starts_with("Subject: [OK] No errors on shop"), "{}", subject(later));
    // A filter may well leave nothing, unless it is the channel.
    let one = folder.summary(&format!("shop-2026-11-23.tsv {WEEK} --only channel=shop"));
    assert!(one.notes().contains(&"quiet-unusual") && one["headline"] == summary["headline"]);
    let filtered = folder.summary(&format!("shop-2026-11-23.tsv {WEEK} --only reason=request_timeout"));
    assert!(!filtered.notes().contains(&"quiet-unusual"));
}

#[test]
fn a_bot_that_falls_silent_is_told_beside_others() {
    // 21 errors a week on both, until shop has none in the last week.
    let rows = |channel: &str, last| {
        let october = days(channel, 1, 31).replace("2026-11-", "2026-10-");
        october + days(channel, 1, last).split_once('\n').unwrap().1
    };
    let folder = folder(&[("shop-2026-11-23.tsv", rows("shop", 15)), ("news-2026-11-23.tsv", rows("news", 22))]);
    let summary = folder.summary(&format!("shop-2026-11-23.tsv news-2026-11-23.tsv {WEEK}"));
    assert_eq!(summary["state"], "usual");
    // The sum of both is compared with the sum of both.
    assert_eq!(
        summary["headline"],
        "21 errors on 2 channels, all on news, below a usual week (42). None on shop, where a usual week has 21."
    );
    let note = summary.note("quiet-unusual-channel");
    assert!(note.contains("of channel shop in") && note.contains("7 to 35"), "{note}");
    let news = folder.summary(&format!("shop-2026-11-23.tsv news-2026-11-23.tsv {WEEK} --only channel=news"));
    assert_eq!((news["state"].as_str(), news.notes().contains(&"quiet-unusual")), (Some("usual"), false));
}

#[test]
fn errors_without_a_channel_are_not_those_of_a_named_one() {
    let rows = |from, last| days("", from, last).replace("\tChannel name", "").replace("\t\n", "\n");
    let folder = folder(&[("shop-2026-11-23.tsv", rows(1, 22)), ("store-2026-11-23.tsv", rows(16, 17))]);
    let line = format!("shop-2026-11-23.tsv store-2026-11-23.tsv --channel shop=shop-* {WEEK} --overlap sum");
    let text = folder.errstat(&format!("summary {line} --format line")).done().text();
    assert!(text.contains("\nshop, (no channel) · 2026-W47"), "{text}");
    let summary = folder.summary(&line);
    assert!(summary.note("channel-without").starts_with("Errors in store-2026-11-23.tsv have no channel"));
    assert!(summary.note("new-unknown-channel").contains("(no channel)"));
    // Of a file that is left out nothing is said, nor where no pattern is given.
    for line in [format!("{line} --only channel=shop"), format!("shop-2026-11-23.tsv {WEEK}")] {
        assert!(!folder.summary(&line).notes().contains(&"channel-without"), "{line}");
    }
}

#[test]
fn few_periods_before_are_shown_and_two_tell_nothing_usual() {
    // An error at noon and in the two minutes after it, so 21 a week, in the weeks from Monday 2 November on.
    let folder = folder(&[("shop-2026-11-23.tsv", days("shop", 2, 22))]);
    let line = format!("shop-2026-11-23.tsv {WEEK}");
    let summary = folder.summary(&line);
    assert_eq!(summary["headline"], "21 errors on shop, after 21 the week before. All are Request timeout.");
    assert_eq!((&summary["state"], &summary["history"]["median"]), (&"usual".into(), &21.into()));
    let text = folder.errstat(&format!("summary {line}")).done().text();
    assert!(text.contains("NO SPIKES") && text.contains("Before: 21, 21. Too few periods"), "{text}");
    folder.errstat(&format!("report {line} -o w.eml --mail-from a@b.example --mail-to c@d.example")).done();
    assert!(folder.text("w.eml").contains("\nSubject: [NO SPIKES] 21 errors"));
    // Three that are alike need no range.
    let alike = days("shop", 26, 31).replace("2026-11-", "2026-10-") + days("shop", 1, 22).split_once('\n').unwrap().1;
    let summary = self::folder(&[("shop-2026-11-23.tsv", alike)]).summary(&line);
    assert_eq!(summary["headline"], "21 errors on shop, like a usual week (21). All are Request timeout.");
    // Three before: seven days, then two, then seven.
    let october = days("shop", 26, 31).replace("2026-11-", "2026-10-");
    let some =
        october + days("shop", 1, 1).split_once('\n').unwrap().1 + days("shop", 7, 22).split_once('\n').unwrap().1;
    let summary = self::folder(&[("shop-2026-11-23.tsv", some)]).summary(&line);
    assert_eq!(summary["headline"], "21 errors on shop. The weeks before had 6 to 21. All are Request timeout.");
}

#[test]
fn one_rule_for_what_is_missing_at_the_beginning_in_the_middle_and_at_the_end() {
    // An error every two hours: 84 a week, of which the inputs must tell nine tenths, 151 hours.
    let hours = |last: u32| {
        let hours = (0..last).step_by(2);
        let row = |hour: u32| {
            let at = chrono::NaiveDate::from_ymd_opt(2026, 10, 5).unwrap().and_hms_opt(0, 30, 0).unwrap()
                + chrono::TimeDelta::hours(hour.into());
            let (day, time) = (at.format("%Y-%m-%d"), at.format("%H:%M:%S"));
            format!("{day}\t{time}\t{time}\trequest_timeout\tRequest timeout\t1\n")
        };
        "Date\tStart\tEnd\tReason\tDetail\tErrors\n".to_owned() + &hours.map(row).collect::<String>()
    };
    // The week from the 16th of November on begins 1,008 hours after the 5th of October, and ends at 1,176.
    let told = |last: u32, options: &str| {
        let folder = folder(&[("w.tsv", hours(last))]);
        let summary = folder.summary(&format!("w.tsv {WEEK} {options}"));
        (summary["state"].as_str().unwrap().to_owned(), summary["headline"].as_str().unwrap().to_owned())
    };
    let usual = ("usual".to_owned(), "84 errors, like a usual week (84). All are Request timeout.".to_owned());
    assert_eq!(told(1176, "--exported-at 2026-11-23"), usual);
    // Sixteen hours are missing at the end: less than a tenth, but nobody says that 76 are fewer than usual.
    let (state, said) = told(1160, "--exported-at 2026-11-22T08:00");
    assert_eq!((&*state, &*said), ("usual", "≥ 76 errors. All are Request timeout."));
    let (state, said) = told(1150, "--exported-at 2026-11-21T22:00");
    assert_eq!((&*state, &*said), ("unknown", "≥ 71 errors: the data end Sat 21 Nov 22:00. All are Request timeout."));
    // Where the file does not say how far it reaches, no more is said.
    assert_eq!(told(1150, "").0, "unknown");
    // In a month, 32 hours without a row behind one every two hours are silence that never was; 20 hours are not.
    let month = |last: u32| {
        let folder = folder(&[("w.tsv", hours(last))]);
        folder.summary("w.tsv --period 2026-11 --as-of 2026-11-23T00:00")
    };
    assert!(headline_of(&month(1144)).starts_with("≥ 248 errors."), "{}", headline_of(&month(1144)));
    assert!(month(1144)["totals"]["change"].is_null());
    assert!(headline_of(&month(1156)).starts_with("254 errors. "), "{}", headline_of(&month(1156)));
    // What could not be read may be of any time.
    let unread = folder(&[("w-2026-11-23.tsv", hours(1176)), ("news-2026-11-23.tsv", "<html>".to_owned())]);
    let summary = unread.summary(&format!("*.tsv {WEEK}"));
    assert_eq!(
        (&summary["state"], headline_of(&summary)),
        (&"unknown".into(), "≥ 84 errors. All are Request timeout.")
    );
    let note = summary.list("notes").iter().find(|note| note["code"] == "skipped-file").unwrap();
    assert_eq!(note["level"], "grave");
    // Nor is a week free of errors then.
    let none = unread.summary("*.tsv --period 2026-11-21..2026-11-22 --as-of 2026-11-23T09:00 --only detail=500");
    assert_eq!((&none["state"], headline_of(&none)), (&"unknown".into(), "≥ 0 errors."));
    // A row that could not be read among hundreds leaves the state, but nothing is said to be like or below a usual week.
    let text = hours(1176) + "2026-11-17\t12:00:00\t12:00:00\trequest_timeout\tRequest timeout\tmany\n";
    let rejected = folder(&[("w-2026-11-23.tsv", text)]).summary(&format!("w-2026-11-23.tsv {WEEK}"));
    assert_eq!(
        (&rejected["state"], headline_of(&rejected)),
        (&"usual".into(), "≥ 84 errors. All are Request timeout.")
    );
}

fn headline_of(summary: &crate::program::Summary) -> &str {
    summary["headline"].as_str().unwrap()
}
