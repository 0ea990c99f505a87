//! The mail, read back by Python's email package: a parser that shares nothing with the program.

use std::process::{Command, Stdio};
use std::{fs, io::Write};

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use serde_json::Value;

use crate::{
    program::{AS_OF, Call, Folder, ended, text},
    tools,
};

/// Prints as JSON what the parser finds: headers, the tree of parts, and each leaf with its bytes.
const PARSER: &str = r#"
import base64, email, email.policy, json, sys

# Of the standard policy, but a defect of the message is an error.
message = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default.clone(raise_on_defect=True))
def tree(part):
    kind = part.get_content_type()
    return [kind] + [tree(inner) for inner in part.iter_parts()] if part.is_multipart() else kind
def leaf(part):
    return {
        "type": part.get_content_type(),
        "charset": part.get_content_charset(),
        "disposition": part.get_content_disposition(),
        "name": part.get_filename(),
        "cid": part["Content-ID"] and part["Content-ID"].strip("<>"),
        "text": part.get_content() if part.get_content_maintype() == "text" else None,
        "bytes": base64.b64encode(part.get_payload(decode=True)).decode(),
    }
people = lambda header: [[a.display_name, a.addr_spec] for a in message[header].addresses]
json.dump({
    "headers": [[name, str(value)] for name, value in message.items()],
    "from": people("From"), "to": people("To"), "subject": message["Subject"],
    "date": message["Date"].datetime.isoformat(),
    "tree": tree(message),
    "leaves": [leaf(part) for part in message.walk() if not part.is_multipart()],
}, sys.stdout)
"#;

/// A message as Python's email package reads it.
struct Mail(Value);

impl Mail {
    fn read(message: &[u8]) -> Option<Mail> {
        let mut python = Command::new(tools::PYTHON.get()?)
            .args(["-c", PARSER])
            .env("PYTHONIOENCODING", "utf-8")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("python");
        // What it prints, it prints after all is read, so nothing waits for anything here.
        python.stdin.take().expect("a pipe").write_all(message).expect("a reader");
        let output = ended(python);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Some(Mail(serde_json::from_slice(&output.stdout).expect("JSON")))
    }

    fn subject(&self) -> &str {
        text(&self.0, "subject")
    }

    fn header_names(&self) -> Vec<&str> {
        self.0["headers"].as_array().expect("headers").iter().filter_map(|header| header[0].as_str()).collect()
    }

    fn leaves(&self) -> &[Value] {
        self.0["leaves"].as_array().expect("leaves")
    }

    /// The text of the first part of a type.
    fn text(&self, kind: &str) -> &str {
        text(self.leaves().iter().find(|leaf| leaf["type"] == kind).unwrap_or_else(|| panic!("no {kind}")), "text")
    }

    /// Content ids of the pictures, in their order.
    fn pictures(&self) -> Vec<&str> {
        self.leaves().iter().filter(|leaf| leaf["type"] == "image/png").map(|leaf| text(leaf, "cid")).collect()
    }
}

fn bytes(leaf: &Value) -> Vec<u8> {
    BASE64.decode(text(leaf, "bytes")).expect("base64")
}

/// The values of an attribute in HTML, in their order.
fn attributes<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    html.split(&format!(" {name}=\"")).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

/// Two weeks of 1 timeout each hour from 8:00 to 19:00, and 96 errors of 502 within 35 minutes of the second:
/// 84 errors in the first week, 180 in the second.
fn weeks(channel: &str) -> String {
    let mut rows = vec!["Time\tReason\tDetail\tCount\tChannel name".to_owned()];
    for day in 9..=22 {
        rows.extend(
            (8..20).map(|hour| {
                format!("2026-11-{day:02} {hour:02}:10:00\trequest_timeout\tRequest timeout\t1\t{channel}")
            }),
        );
    }
    for (minute, errors) in [(10, 8), (15, 12), (20, 16), (25, 31), (30, 15), (35, 10), (40, 4)] {
        rows.push(format!("2026-11-18 20:{minute}:30\terror_status_code\t502\t{errors}\t{channel}"));
    }
    rows.join("\n") + "\n"
}

const ADDRESSES: &str = "--mail-from errstat@shop.example --mail-to ops@shop.example";

fn report(folder: &Folder, more: &str) -> Call {
    folder.errstat(&format!("report w47.tsv --exported-at 2026-11-23T09:00 --as-of {AS_OF} {more}"))
}

/// The mail of last week about the given content.
fn mail(content: &str, more: &str) -> Option<Mail> {
    let folder = Folder::with("w47.tsv", content);
    report(&folder, &format!("--period last-week -o weekly.eml {ADDRESSES} {more}")).done();
    Mail::read(&folder.bytes("weekly.eml"))
}

#[test]
fn every_part_is_read_back_whole() {
    let folder = Folder::with("w47.tsv", weeks("shop"));
    report(&folder, &format!("--period last-week -o weekly.eml -o page.html {ADDRESSES} --mail-to boss@shop.example"))
        .done();
    let Some(mail) = Mail::read(&folder.bytes("weekly.eml")) else { return };

    // The page is for everybody: its command names nobody.
    let page = folder.text("page.html");
    assert!(page.contains("errstat report w47.tsv") && !page.contains("@shop.example") && !page.contains("--mail"));

    assert_eq!(mail.0["from"].to_string(), r#"[["","errstat@shop.example"]]"#);
    assert_eq!(mail.0["to"].to_string(), r#"[["","ops@shop.example"],["","boss@shop.example"]]"#);
    assert!(mail.subject().starts_with("[OVER] 180 errors on shop"), "{}", mail.subject());
    assert!(mail.subject().is_ascii(), "{}", mail.subject());
    // SOURCE_DATE_EPOCH: 2026-11-23T09:00:00+09:00.
    assert_eq!(mail.0["date"], "2026-11-23T00:00:00+00:00");

    // The weeks before beside this one, and the one incident.
    let related = r#"["multipart/related","text/html","image/png","image/png"]"#;
    let tree = format!(r#"["multipart/mixed",["multipart/alternative","text/plain",{related}],"text/html"]"#);
    assert_eq!(mail.0["tree"].to_string(), tree);

    let plain = mail.text("text/plain");
    assert!(plain.contains("180 errors") && plain.contains("502 Bad Gateway") && !plain.contains('\u{1b}'), "{plain}");
    let html = mail.text("text/html");
    for shown in ["180", "502 Bad Gateway", "Request timeout", ">96<", ">84<", "LINE publishes no total", "report.html"]
    {
        assert!(html.contains(shown), "{shown}\n{html}");
    }

    let attached = mail.leaves().last().expect("parts");
    assert_eq!(
        (text(attached, "disposition"), text(attached, "name"), text(attached, "charset")),
        ("attachment", "report.html", "utf-8")
    );
    assert!(bytes(attached) == folder.bytes("page.html"), "the attachment is not the page");
}

#[test]
fn pictures_stand_in_the_html_and_nothing_is_fetched() {
    let Some(mail) = mail(&weeks("shop"), "") else { return };
    let html = mail.text("text/html");
    let sources: Vec<&str> = attributes(html, "src")
        .iter()
        .map(|source| source.strip_prefix("cid:").expect("a picture of the mail"))
        .collect();
    let mut of_parts = mail.pictures();
    assert_eq!(of_parts.len(), 2);
    of_parts.sort_unstable();
    let mut of_html = sources;
    of_html.sort_unstable();
    assert_eq!(of_html, of_parts);
    for picture in mail.leaves().iter().filter(|leaf| leaf["type"] == "image/png") {
        assert!(bytes(picture).starts_with(b"\x89PNG\r\n\x1a\n"));
        assert_eq!(text(picture, "disposition"), "inline");
    }
    assert!(attributes(html, "alt").iter().all(|alt| alt.len() > 20), "a picture without words");
    assert!(attributes(html, "href").iter().all(|link| link.starts_with("https://developers.line.biz/")));
    for forbidden in ["<script", "<style", "<link", "@import", "url(", "javascript:", " class=", " on"] {
        let tags = html.split('<').filter_map(|tag| Some(format!("<{}", tag.split_once('>')?.0)));
        let without_words = tags.map(|tag| tag.split(" alt=").next().unwrap_or_default().to_owned());
        assert!(without_words.into_iter().all(|tag| !tag.contains(forbidden)), "{forbidden}");
    }
}

#[test]
fn the_subject_tells_the_state() {
    let calm: String =
        weeks("shop").lines().filter(|line| !line.contains("502")).map(|line| format!("{line}\n")).collect();
    // 12 timeouts on each of 7 days, this week and before.
    let (compared, alone) = (mail(&calm, ""), mail(&calm, "--compare none"));
    let (Some(compared), Some(alone)) = (compared, alone) else { return };
    assert!(compared.subject().starts_with("[NO SPIKES] 84 errors on shop"), "{}", compared.subject());
    assert!(alone.subject().starts_with("[NO SPIKES] 84 errors on shop"), "{}", alone.subject());

    let folder = Folder::with("w47.tsv", calm);
    folder
        .errstat(&format!("report w47.tsv --as-of 2026-12-07T09:00 --period last-week -o weekly.eml {ADDRESSES}"))
        .done();
    let Some(stale) = Mail::read(&folder.bytes("weekly.eml")) else { return };
    assert!(stale.subject().starts_with("[NO DATA] No data for this week"), "{}", stale.subject());
    // And the first thing below it says why.
    assert!(stale.text("text/html").contains("before this period"));
}

#[test]
fn text_of_any_script_is_encoded_and_comes_back() {
    let folder = Folder::with("w47.tsv", weeks("ショップ公式🛒"));
    let name = "運用チーム, \"夜間\"";
    report(&folder, "--lang ja --period last-week -o weekly.eml")
        .arg("--mail-from")
        .arg("エラー統計 <errstat@shop.example>")
        .arg("--mail-to")
        .arg(format!("{name} <ops@shop.example>"))
        .done();
    let message = folder.bytes("weekly.eml");
    assert!(message.is_ascii(), "every program on the way carries ASCII");
    assert!(message.split(|b| *b == b'\n').all(|line| line.len() <= 998), "RFC 5322, 2.1.1");
    let Some(mail) = Mail::read(&message) else { return };
    assert!(mail.subject().starts_with("[OVER] ショップ公式🛒のエラーは180件"), "{}", mail.subject());
    assert_eq!(mail.0["from"][0][0], "エラー統計");
    assert_eq!(mail.0["to"][0][0], name);
    assert!(mail.text("text/html").contains("ショップ公式🛒") && mail.text("text/html").contains("lang=\"ja\""));

    report(&folder, &format!("--period last-week -o own.eml {ADDRESSES} --subject")).arg("週報 – Überblick").done();
    let Some(own) = Mail::read(&folder.bytes("own.eml")) else { return };
    assert_eq!(own.subject(), "[OVER] 180 週報 - Überblick");
}

#[test]
fn nothing_in_a_file_adds_a_header_a_part_or_a_tag() {
    let hostile =
        "x\u{0b}\u{85}Bcc: evil@d.example\u{2028}--=_mixed <script>alert(1)</script><img src=x onerror=alert(1)>";
    let Some(mail) = mail(&weeks(hostile), "") else { return };
    let wanted = ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"];
    assert_eq!(mail.header_names(), wanted);
    assert_eq!(mail.leaves().len(), 5);
    assert!(!mail.subject().contains(['\n', '\r', '\u{0b}', '\u{2028}']), "{:?}", mail.subject());
    let html = mail.text("text/html");
    assert!(!html.contains("<script") && !html.contains("<img src=x"), "{html}");
}

#[test]
fn what_would_add_a_header_on_the_command_line_is_refused() {
    let folder = Folder::with("w47.tsv", weeks("shop"));
    let with = |option: &str, value: &str| {
        let others = ["--mail-from", "--mail-to"].into_iter().filter(|other| *other != option);
        let call = report(&folder, "-o weekly.eml");
        let call = others.fold(call, |call, other| call.arg(other).arg("a@b.example"));
        call.arg(option).arg(value).refused()
    };
    for option in ["--mail-from", "--mail-to"] {
        for value in [
            "a@b.example\nBcc: c@d.example",
            "Team\r\nBcc: c@d.example <a@b.example>",
            "a@b.example, c@d.example",
            "team",
            "-oQ@b.example",
            "",
        ] {
            let sentence = with(option, value);
            assert!(sentence.contains("mail address"), "{option} {value:?}: {sentence}");
        }
    }
    let sentence = with("--subject", "Weekly\nBcc: c@d.example");
    assert!(sentence.contains("one line"), "{sentence}");
    assert_eq!(folder.list(), ["w47.tsv"]);
}

#[test]
fn a_mail_needs_a_sender_and_an_addressee() {
    let folder = Folder::with("w47.tsv", weeks("shop"));
    let sentence = report(&folder, "-o weekly.eml --mail-to a@b.example").refused();
    assert!(sentence.contains("--mail-from"), "{sentence}");
    let sentence = report(&folder, "-o weekly.eml --mail-from a@b.example").refused();
    assert!(sentence.contains("--mail-to"), "{sentence}");
    assert_eq!(folder.list(), ["w47.tsv"]);
}

#[test]
fn the_same_inputs_give_the_same_bytes() {
    let folder = Folder::with("w47.tsv", weeks("shop"));
    let build = |threads: u8| {
        report(&folder, &format!("--period last-week -o weekly.eml {ADDRESSES} --threads {threads}")).done();
        let message = folder.bytes("weekly.eml");
        fs::remove_file(folder.path("weekly.eml")).expect("the mail is there");
        message
    };
    let (first, again) = (build(1), build(1));
    assert!(first == again);
    // Another week is another message to every mail program.
    let id = |message: &[u8]| {
        let text = String::from_utf8_lossy(message).into_owned();
        text.lines().find(|line| line.starts_with("Message-ID: ")).expect("an id").to_owned()
    };
    report(&folder, &format!("--period 2026-W46 -o weekly.eml {ADDRESSES}")).done();
    assert_ne!(id(&first), id(&folder.bytes("weekly.eml")));
}

#[test]
fn the_mail_of_the_sample_is_small_enough_for_every_server() {
    let folder = Folder::new();
    let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/data/webhook-errors.tsv");
    folder.errstat(&format!("report {sample} --as-of {AS_OF} -o weekly.eml {ADDRESSES}")).done();
    let message = folder.bytes("weekly.eml");
    assert!(message.len() < 1_500_000, "{} bytes", message.len());
    // Gmail cuts HTML that is longer.
    let Some(mail) = Mail::read(&message) else { return };
    assert!(mail.text("text/html").len() < 102 * 1024);
}
