//! `-o weekly.xlsx`, read back by openpyxl and by LibreOffice: the numbers of summary.json, and nothing that runs.

use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::{
    program::{AS_OF, Folder, ended, text},
    tools,
};

/// A workbook as openpyxl reads it.
struct Book(Value);

impl Book {
    fn read(folder: &Folder, name: &str) -> Option<Book> {
        let mut python = Command::new(tools::WORKBOOKS.get()?);
        let output = python.args(["-c", include_str!("excel.py")]).arg(folder.path(name)).output().expect("python");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Some(Book(serde_json::from_slice(&output.stdout).expect("JSON")))
    }

    fn names(&self) -> Vec<&str> {
        self.0["names"].as_array().expect("names").iter().filter_map(Value::as_str).collect()
    }

    fn sheet(&self, name: &str) -> &Value {
        let sheet = &self.0["sheets"][name];
        assert!(sheet.is_object(), "no sheet {name}: {:?}", self.names());
        sheet
    }

    fn rows(&self, sheet: &str) -> &[Value] {
        self.sheet(sheet)["rows"].as_array().expect("rows")
    }

    /// The cells of a column below a heading in the first row, up to the first empty one.
    fn column(&self, sheet: &str, heading: &str) -> Vec<&Value> {
        let rows = self.rows(sheet);
        let titles = rows[0].as_array().expect("a heading");
        let place = titles.iter().position(|cell| cell["value"] == heading);
        let place = place.unwrap_or_else(|| panic!("{sheet} has no column {heading}: {titles:?}"));
        let end = rows.iter().position(|row| row[0]["value"].is_null()).unwrap_or(rows.len());
        rows[1..end].iter().map(|row| &row[place]["value"]).collect()
    }

    /// The value beside a label.
    fn figure(&self, sheet: &str, label: &str) -> &Value {
        let row = self.rows(sheet).iter().find(|row| row[0]["value"] == label);
        &row.unwrap_or_else(|| panic!("{sheet} has no {label}"))[1]["value"]
    }

    /// That nothing in it runs, and that every text stays one when it is edited.
    fn assert_inert(&self) {
        assert_eq!((&self.0["formulas"], &self.0["outside"]), (&json!(0), &json!(0)));
        for (name, sheet) in self.0["sheets"].as_object().expect("sheets") {
            assert_eq!(sheet["links"], 0, "{name}");
            for cell in sheet["rows"].as_array().into_iter().flatten().flat_map(|row| row.as_array()).flatten() {
                assert!(["n", "s", "d"].contains(&text(cell, "is")), "{name}: {cell}");
                let risky = |text: &str| text.starts_with(['=', '+', '-', '@']);
                assert!(!cell["value"].as_str().is_some_and(risky) || cell["quoted"] == true, "{name}: {cell}");
            }
        }
    }
}

/// Runs LibreOffice, which converts a workbook to what `kind` says, in a folder of its own.
fn converted(folder: &Folder, name: &str, kind: &str) -> Option<()> {
    let mut office = Command::new(tools::LIBREOFFICE.get()?);
    let profile = format!("-env:UserInstallation=file://{}", folder.path("office").display());
    office.args(["--headless", &profile, "--convert-to", kind, "--outdir"]).arg(folder.path("converted"));
    let output =
        ended(office.arg(folder.path(name)).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it"));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(())
}

/// A sheet as LibreOffice saves it: CSV with the values as they are.
fn saved(folder: &Folder, book: &str, sheet: &str) -> Vec<Vec<String>> {
    let file = folder.bytes(&format!("converted/{book}-{sheet}.csv"));
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(file.as_slice());
    reader.records().map(|row| row.expect("a row").iter().map(str::to_owned).collect()).collect()
}

/// All sheets, each a file; UTF-8, values instead of what is shown.
const EVERY_SHEET: &str = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1";

const LOCAL: usize = "2026-11-16T00:00:00".len();

fn local(time: &Value) -> &str {
    &time.as_str().expect("a time")[..LOCAL]
}

/// Two channels, thirteen weeks: the same every week but for the last, in which shop has an outage and a new detail.
fn quarter() -> Folder {
    let folder = Folder::new();
    let mut rows = "Date\tStart\tEnd\tReason\tDetail\tErrors\tChannel name\n".to_owned();
    let day =
        |back: i64| (chrono::NaiveDate::from_ymd_opt(2026, 11, 22).expect("a day")) - chrono::Days::new(back as u64);
    for back in (0..91).rev() {
        let day = day(back);
        rows += &format!("{day}\t10:00:00\t10:00:30\trequest_timeout\tRequest timeout\t4\tshop\n");
        rows += &format!("{day}\t22:15:00\t22:15:00\tcould_not_connect\tConnection failed\t1\tnews\n");
    }
    for minute in 0..30 {
        rows += &format!("2026-11-18\t20:{minute:02}:10\t20:{minute:02}:40\terror_status_code\t502\t10\tshop\n");
    }
    rows += "2026-11-20\t03:10:00\t03:10:00\tunclassified\tSomething new\t2\tshop\n";
    rows += "2026-11-20\t03:10:00\tnever\tunclassified\t=1+1\tmany\tshop\n";
    folder.file("q.tsv", rows);
    folder
}

const WEEK: &str = "q.tsv --period 2026-W47 --window day --exported-at 2026-11-23T09:00 --as-of";

fn reported(folder: &Folder, outputs: &str) -> Value {
    let outputs = format!("{outputs} -o numbers.json");
    let report = folder.errstat(&format!("report {WEEK} {AS_OF} {outputs}"));
    report.arg("--event").arg("2026-11-18T19:48=release 3.4").done();
    serde_json::from_str(&folder.text("numbers.json")).expect("JSON")
}

#[test]
fn openpyxl_reads_the_numbers_of_summary_json() {
    let folder = quarter();
    let json = reported(&folder, "-o week.xlsx");
    let Some(book) = Book::read(&folder, "week.xlsx") else { return };
    book.assert_inert();
    assert_eq!(
        book.names(),
        ["Summary", "What failed", "Time windows", "Incidents", "Channels × weeks", "Files and notes"]
    );
    // 7 × (4 + 1) + 300 + 2 = 337, after 35; the median of twelve weeks of 35.
    assert_eq!(json["totals"]["errors"], 337);
    for (label, value) in [("Errors", 337), ("Before", 35), ("Change", 302), ("Usual", 35)] {
        assert_eq!(*book.figure("Summary", label), value, "{label}");
    }
    let headline = book.rows("Summary").iter().any(|row| row[1]["value"] == json["headline"]);
    assert!(headline, "{}", json["headline"]);

    let failed = |heading: &str| book.column("What failed", heading);
    assert_eq!(failed("Reason"), ["error_status_code", "request_timeout", "could_not_connect", "unclassified"]);
    assert_eq!(failed("Detail"), ["502 Bad Gateway", "Request timeout", "Connection failed", "Something new"]);
    assert_eq!(failed("Channel"), ["shop", "shop", "news", "shop"]);
    assert_eq!(failed("Errors"), [300, 28, 7, 2]);
    assert_eq!(failed("Before"), [0, 28, 7, 0]);
    assert_eq!(failed("Change"), [300, 0, 0, 2]);
    assert_eq!(
        failed("Remark"),
        [&json!("new"), &json!(null), &json!(null), &json!("new, not in LINE's published list")]
    );
    let rows = json["by_detail"].as_array().expect("details");
    for (at, row) in rows.iter().enumerate() {
        assert_eq!(*failed("First seen (Asia/Tokyo)")[at], local(&row["first_seen"]), "{row}");
        assert_eq!(*failed("Last seen (Asia/Tokyo)")[at], local(&row["last_seen"]), "{row}");
        assert_eq!(*failed("Share")[at], row["share"]);
    }
    let sheet = book.sheet("What failed");
    assert_eq!((&sheet["frozen"], &sheet["filter"]), (&json!("B2"), &json!("A1:K5")));

    let buckets = json["windows"]["buckets"].as_array().expect("windows");
    let windows = |heading: &str| book.column("Time windows", heading);
    let of = |field: fn(&Value) -> Value| buckets.iter().map(field).collect::<Vec<_>>();
    assert_eq!(windows("Errors"), of(|bucket| bucket["errors"].clone()).iter().collect::<Vec<_>>());
    assert_eq!(windows("error_status_code"), [0, 0, 300, 0, 0, 0, 0]);
    assert_eq!(*windows("Remark")[2], "release 3.4");
    assert_eq!(windows("Usual"), [5; 7], "each day had 4 + 1 in each of the weeks before");
    assert_eq!(windows("Start (Asia/Tokyo)"), of(|bucket| local(&bucket["start"]).into()).iter().collect::<Vec<_>>());

    let incidents = json["incidents"].as_array().expect("incidents");
    assert_eq!((incidents.len(), book.column("Incidents", "Errors")), (1, vec![&json!(300)]));
    assert_eq!(book.column("Incidents", "Start (Asia/Tokyo)"), [local(&incidents[0]["start"])]);
    assert_eq!(book.column("Incidents", "Peak in 5 minutes"), [&incidents[0]["peak_errors"]]);
    // The outage begins ten seconds after eight.
    assert_eq!(book.column("Incidents", "Remark"), ["It began 12 minutes after “release 3.4”."]);

    // 28 and 7 a week; the first Monday of the thirteen weeks is 24 August.
    let weeks = &book.rows("Channels × weeks");
    let cells =
        |row: usize| weeks[row].as_array().expect("a row")[6..].iter().map(|cell| &cell["value"]).collect::<Vec<_>>();
    assert_eq!((cells(0)[0], cells(0)[12]), (&json!("2026-08-24T00:00:00"), &json!("2026-11-16T00:00:00")));
    assert_eq!(
        cells(1),
        [&[28; 12][..], &[330]].concat().iter().map(|n| json!(n)).collect::<Vec<_>>().iter().collect::<Vec<_>>()
    );
    assert_eq!(cells(2), [7; 13]);

    let files = book.rows("Files and notes");
    let file = files.iter().find(|row| row[0]["value"] == "q.tsv").expect("the file");
    // 91 × 2 + 30 + 2 rows, of which one is none.
    assert_eq!((&file[2]["value"], &file[3]["value"], &file[4]["value"]), (&json!(214), &json!(1), &json!(757)));
}

#[test]
fn charts_are_native_and_draw_from_the_sheet() {
    let folder = quarter();
    reported(&folder, "-o week.xlsx");
    let Some(book) = Book::read(&folder, "week.xlsx") else { return };
    for sheet in ["Summary", "Time windows"] {
        let sheet = book.sheet(sheet);
        assert_eq!(sheet["charts"], json!(["BarChart", "LineChart"]));
        let series = sheet["series"].as_array().expect("series");
        // Four reasons and what is usual, each with its numbers and its name.
        assert_eq!(series.len(), 5 * 2);
        assert_eq!((&series[0], &series[1]), (&json!("'Time windows'!$C$2:$C$8"), &json!("'Time windows'!$C$1")));
        assert_eq!(series[8], "'Time windows'!$G$2:$G$8");
    }
}

#[test]
fn libreoffice_opens_it_and_finds_the_same_numbers() {
    let folder = quarter();
    let json = reported(&folder, "-o week.xlsx");
    if converted(&folder, "week.xlsx", EVERY_SHEET).is_none() {
        return;
    }
    let windows = saved(&folder, "week", "Time windows");
    let errors: Vec<&str> = windows[1..8].iter().map(|row| &*row[1]).collect();
    assert_eq!(errors, ["5", "5", "305", "5", "7", "5", "5"]);
    let failed = saved(&folder, "week", "What failed");
    assert_eq!(failed[1][..4], ["error_status_code", "502 Bad Gateway", "shop", "300"]);
    let summary = saved(&folder, "week", "Summary");
    assert!(summary.iter().any(|row| row[1] == text(&json, "headline")), "{summary:?}");
    converted(&folder, "week.xlsx", "pdf").expect("the same program");
    let pdf = folder.bytes("converted/week.pdf");
    let pages = pdf.windows(11).filter(|bytes| bytes == b"/Type/Page\n" || bytes == b"/Type/Page/").count();
    assert!(pdf.starts_with(b"%PDF-") && pages >= 6, "{pages} pages of {} bytes", pdf.len());
}

#[test]
fn sheets_and_times_are_those_of_the_language_and_the_zone() {
    let folder = quarter();
    reported(&folder, "-o week.xlsx --lang ja --timezone Europe/Berlin");
    let Some(book) = Book::read(&folder, "week.xlsx") else { return };
    assert_eq!(book.names(), ["概要", "エラーの内訳", "時間帯別", "インシデント", "チャネル×週", "ファイルと注記"]);
    assert_eq!(book.0["title"], "LINE公式アカウントのWebhookエラー");
    // 2026-11-23T00:00:00Z is SOURCE_DATE_EPOCH.
    assert_eq!(book.0["made"], "2026-11-23T00:00:00");
    // 20:00:10 in Tokyo is 12:00:10 in Berlin.
    assert_eq!(book.column("インシデント", "開始（Europe/Berlin）"), ["2026-11-18T12:00:10"]);
    let format = text(&book.rows("インシデント")[1][0], "format");
    assert!(format.contains("yyyy/m/d") && format.contains("hh:mm"), "{format}");
    assert!(book.0["text"].as_str().is_some_and(|xml| xml.contains("Yu Gothic")));
}

#[test]
fn without_rows_it_says_so() {
    let folder = Folder::with("q.tsv", "Date\tStart\tEnd\tReason\tDetail\tErrors\n");
    let json = reported(&folder, "-o week.xlsx");
    let Some(book) = Book::read(&folder, "week.xlsx") else { return };
    book.assert_inert();
    assert!(book.rows("Summary").iter().any(|row| row[1]["value"] == json["headline"]));
    assert_eq!(book.figure("Summary", "Errors"), 0);
    assert_eq!(book.rows("What failed").len(), 1, "a heading");
    assert_eq!(book.column("Time windows", "Errors"), [0; 7]);
    if converted(&folder, "week.xlsx", EVERY_SHEET).is_some() {
        assert_eq!(saved(&folder, "week", "What failed").len(), 1);
    }
}

/// Names that would be formulas, links, markup or escapes, of every script, or of 5,000 letters.
fn hostile() -> Vec<String> {
    let names = [
        "=1+1",
        "=HYPERLINK(\"https://evil.example\",\"x\")",
        "+cmd|' /C calc'!A0",
        "-2+3",
        "@SUM(A1)",
        "<r><t>bold</t></r>",
        "<r></si><si><t>more</t></r>",
        "_x0041_ _x000D_",
        "https://evil.example/x",
        "mailto:a@b.example",
        "</t></si>&amp;<![CDATA[",
        "{=1}",
        "'quoted",
        "日本語 中文 한국어 ไทย العربية עברית हिन्दी ქართული Ελληνικά Кириллица",
        "😀🏳️‍🌈 𝔘𝔫𝔦 e\u{301}",
        "\u{202e}reversed",
        "true",
        "2026-11-16",
        "1E5",
    ];
    names.iter().map(|name| (*name).to_owned()).chain(["x".repeat(4_000), "長".repeat(1_300)]).collect()
}

#[test]
fn names_from_files_stay_texts() {
    let folder = Folder::new();
    let mut rows = "Date\tStart\tEnd\tReason\tDetail\tErrors\tChannel name\n".to_owned();
    for (at, name) in hostile().iter().enumerate() {
        let cell = format!("\"{}\"", name.replace('"', "\"\""));
        rows += &format!("2026-11-16\t10:{at:02}:00\t10:{at:02}:30\t{cell}\t{cell}\t{}\t{cell}\n", 100 - at);
    }
    folder.file("q.tsv", rows);
    let json = reported(&folder, "-o week.xlsx");
    let Some(book) = Book::read(&folder, "week.xlsx") else { return };
    book.assert_inert();
    let details = json["by_detail"].as_array().expect("details");
    assert_eq!(details.len(), hostile().len());
    // What LINE's documents do not have is shown as it is, but for what the writer would take for its own markup.
    let shown: Vec<Value> = details.iter().map(|row| json!(text(row, "detail").replace("<r>", "‹r>"))).collect();
    let found: Vec<Value> = book
        .column("What failed", "Detail")
        .into_iter()
        .map(|it| json!(it.as_str().expect("a text").replace("<r>", "‹r>")))
        .collect();
    assert_eq!(found, shown);
    if converted(&folder, "week.xlsx", EVERY_SHEET).is_some() {
        let saved: Vec<String> =
            saved(&folder, "week", "What failed")[1..].iter().map(|row| row[1].replace("<r>", "‹r>")).collect();
        assert_eq!(saved, shown.iter().map(|it| it.as_str().expect("a text")).collect::<Vec<_>>());
    }
}

#[test]
fn many_details_and_incidents_are_all_there() {
    let folder = Folder::new();
    let mut rows = "Date\tStart\tEnd\tReason\tDetail\tErrors\n".to_owned();
    for detail in 0..60 {
        rows += &format!("2026-11-16\t04:{detail:02}:00\t04:{detail:02}:00\tunclassified\tDetail {detail:02}\t1\n");
    }
    // Twenty-five outages of twenty minutes, five hours apart, after three quiet weeks.
    rows += "2026-10-26\t04:00:00\t04:00:00\trequest_timeout\tRequest timeout\t1\n";
    let first = chrono::NaiveDate::from_ymd_opt(2026, 11, 17).and_then(|day| day.and_hms_opt(0, 0, 0)).expect("a time");
    for outage in 0..25 {
        for minute in 0..20 {
            let at = first + chrono::TimeDelta::minutes(outage * 300 + minute);
            let (day, time) = (at.format("%F"), at.format("%T"));
            rows += &format!("{day}\t{time}\t{time}\terror_status_code\t503\t9\n");
        }
    }
    folder.file("q.tsv", rows);
    let json = reported(&folder, "-o week.xlsx --top 3");
    let Some(book) = Book::read(&folder, "week.xlsx") else { return };
    assert_eq!(json["by_detail"].as_array().map(Vec::len), Some(60 + 1));
    assert_eq!(book.column("What failed", "Errors").len(), 61);
    // 20 minutes of 9 each, and the 60 of an hour.
    assert_eq!(json["incidents"].as_array().map(Vec::len), Some(26));
    assert_eq!(book.column("Incidents", "Errors"), [&[180; 25][..], &[60]].concat());
}

#[test]
fn access_logs_have_a_sheet_of_their_own() {
    let folder = quarter();
    let log = |minute: i32, status: i32| {
        format!(
            "203.0.113.9 - - [18/Nov/2026:20:{minute:02}:20 +0900] \"POST /x HTTP/1.1\" {status} 2 \"-\" \"LineBotWebhook/2.0\"\n"
        )
    };
    let lines: String = (0..60)
        .flat_map(|minute| (0..10).map(move |_| (minute, if minute < 30 { 502 } else { 200 })))
        .map(|(m, s)| log(m, s))
        .collect();
    folder.file("access.log", lines);
    let json = reported(&folder, "-o week.xlsx --access-log access.log");
    let Some(book) = Book::read(&folder, "week.xlsx") else { return };
    book.assert_inert();
    assert_eq!(book.names()[5], "Server log");
    let rows = book.rows("Server log");
    let found = rows.iter().find(|row| row[0]["value"] == "502 Bad Gateway").expect("the detail");
    let matched = &json["server_log"]["matches"][0];
    assert_eq!((&found[2]["value"], &found[3]["value"]), (&matched["errors"], &matched["matched"]));
    assert_eq!((matched["errors"].clone(), matched["matched"].clone()), (json!(300), json!(300)));
    // Ten requests a minute: half an hour of each status.
    for status in ["200", "502"] {
        assert!(rows.iter().any(|row| row[0]["value"] == status && row[1]["value"] == 300), "{status}");
    }
}

#[test]
fn its_own_workbook_is_no_export() {
    let folder = quarter();
    reported(&folder, "-o week.xlsx");
    let why = folder.errstat("summary week.xlsx").refused();
    assert!(why.contains("this is an output of errstat"), "{why}");
    // Saved again by another program, it is still known.
    let Some(python) = tools::WORKBOOKS.get() else { return };
    let again = "import openpyxl, sys\nopenpyxl.load_workbook(sys.argv[1]).save(sys.argv[1])";
    let status = Command::new(python).args(["-c", again]).arg(folder.path("week.xlsx")).status().expect("python");
    assert!(status.success());
    assert!(folder.errstat("summary week.xlsx").refused().contains("this is an output of errstat"));
}
