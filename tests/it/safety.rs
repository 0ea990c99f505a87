//! What stands in a file or on a command line is shown and never acts, and no URL tells more than scheme and host.

use std::collections::BTreeSet;

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use sha2::{Digest, Sha256};

use crate::program::{Folder, Outcome};

const SECRET: &str = "s3cret9f2b";

/// Every output of one set of inputs: name and text.
fn outputs(folder: &Folder, inputs: &str, more: &[&str]) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    let mut keep = |name: &str, outcome: Outcome| {
        found.push((format!("{name}, stderr"), outcome.stderr.clone()));
        found.push((name.to_owned(), outcome.text()));
    };
    let call = |line: &str| {
        more.iter()
            .fold(folder.errstat(&format!("{line} {inputs} --as-of 2026-11-23T09:00")), |call, word| call.arg(word))
    };
    for format in ["table", "json", "csv", "markdown", "line"] {
        keep(format, call(&format!("summary --format {format} --color never")).done());
    }
    let files = inputs.split(" --").next().unwrap_or_default();
    keep("inspect", folder.errstat(&format!("inspect {files}")).done());
    keep("report", call("report -o out -o page.html -o text.md -o numbers.json --rejects rejected.csv").done());
    for name in folder
        .list()
        .into_iter()
        .filter(|name| ["html", "md", "json", "csv", "svg"].iter().any(|ending| name.ends_with(ending)))
    {
        let text = folder.text(&name);
        found.push((name, text));
    }
    found
}

fn assert_no_secret(outputs: &[(String, String)]) {
    let leak = |(name, text): &(String, String)| {
        let at = text.to_lowercase().find(SECRET)?;
        let from = (0..=at.saturating_sub(60)).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0);
        Some(format!("{name}: …{}…", text[from..].chars().take(120).collect::<String>()))
    };
    let leaks: Vec<String> = outputs.iter().filter_map(leak).collect();
    assert!(leaks.is_empty(), "the secret stands in\n{}", leaks.join("\n"));
}

/// An export with a webhook URL and the secret in each of its fields.
fn export_of_secrets() -> String {
    let url = |host: &str| format!("https://bot:{SECRET}@{host}.example/{SECRET}/cb?token={SECRET}#{SECRET}");
    [
        format!("Exported from {}", url("title")),
        format!("Time\tReason\tDetail\tCount\tChannel name\tURL\tseen at {}", url("heading")),
        format!("2026-11-16 10:00:00\tcould_not_connect\tConnection timeout: {}\t30\tshop\t\tx", url("detail")),
        format!("2026-11-16 10:01:00\tcould_not_connect\tUnknown host\t20\tshop\t{}\tx", url("column")),
        format!("2026-11-16 10:02:00\tcould_not_connect\tUnknown host\t2\tshop\tbot.example/{SECRET}?{SECRET}\tx"),
        format!("2026-11-16 10:03:00\tbecause of {}\twhatever\t10\tshop\t\tx", url("reason")),
        format!("2026-11-16 10:04:00\tunclassified\tsee (HTTPS://UPPER.example:8443/{SECRET}) and wss://{SECRET}@second.example/{SECRET}\t10\tshop\t\tx"),
        format!("2026-11-16 10:05:00\tunclassified\thttps:\\/\\/escaped.example\\/{SECRET}\t10\tshop\t\tx"),
        format!("2026-11-16 10:06:00\terror_status_code\t502\t10\tshop of {}\t\tx", url("channel")),
        format!("2026-11-16 10:07:00\tcould_not_connect\tInvalid URL syntax: https://h.example:port/{SECRET} {SECRET}\t0\tshop\t\tx").replace(&format!(" {SECRET}"), ""),
        format!("2026-11-16 10:08:00\tcould_not_connect\t{}\tmany\tshop\t\tx", url("reject")),
        format!("on {}\tcould_not_connect\tUnknown host\t1\tshop\t\tx", url("time")),
        format!("Total {}\t\t\t82\t\t\t", url("total")),
    ]
    .join("\n")
        + "\n"
}

#[test]
fn a_secret_planted_in_every_field_is_in_no_output() {
    let folder = Folder::with("a.tsv", export_of_secrets());
    let outputs =
        outputs(&folder, "a.tsv", &["--channel", &format!("x https://{SECRET}@command.example/{SECRET}=nothing")]);
    assert_no_secret(&outputs);
    // The hosts are told, so the fields were looked at.
    let json = &outputs.iter().find(|(name, _)| name == "json").expect("json").1;
    for host in ["detail", "column", "reason", "UPPER", "second", "escaped", "channel", "reject", "time"] {
        assert!(json.contains(&format!("{host}.example")), "{host}");
    }
}

#[test]
fn show_urls_reveals_what_was_asked_for() {
    let folder = Folder::with("a.tsv", export_of_secrets());
    let shown = folder.errstat("summary a.tsv --format json --show-urls").done().text();
    for host in ["detail", "column", "reason", "channel", "reject"] {
        assert!(shown.contains(&format!("{host}.example/{SECRET}/cb?token={SECRET}")), "{host}");
    }
    folder.file("errstat.toml", "show_urls = true\n");
    let refused = folder.errstat("summary a.tsv").refused();
    assert!(
        refused.contains("show_urls") || refused.contains("show-urls"),
        "a configuration must not reveal anything: {refused}"
    );
}

#[test]
fn names_of_files_and_members_are_shown_without_their_urls() {
    let folder = Folder::new();
    let row = |count: u32| {
        format!(
            "Time\tReason\tDetail\tCount\n2026-11-16 10:00:00\terror_status_code\t502\t{count}\n2026-11-16 10:00:00\terror_status_code\t502\tx\n"
        )
    };
    // `https://h.example/…` is also a path, of the folder `https:`.
    folder.file(&format!("https:/h.example/{SECRET}/a.tsv"), row(1));
    folder.file(&format!("https:\\\\back.example\\{SECRET}.tsv"), row(2));
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file(format!("https://zip.example/{SECRET}.tsv"), zip::write::SimpleFileOptions::default())
        .expect("memory");
    std::io::Write::write_all(&mut zip, row(3).as_bytes()).expect("memory");
    folder.file("c.zip", zip.finish().expect("memory").into_inner());
    let slashes = format!("https://h.example/{SECRET}/a.tsv");
    assert_no_secret(&outputs(
        &folder,
        &format!("{slashes} https:\\\\back.example\\{SECRET}.tsv c.zip --overlap max"),
        &[],
    ));
    // An overlap that is not clear names both files.
    let refused = folder.errstat(&format!("summary {slashes} c.zip")).refused();
    assert_no_secret(&[("refusal".into(), refused)]);
}

#[test]
fn no_message_repeats_the_url_of_a_command_line_or_of_a_file() {
    let folder = Folder::with("a.tsv", export_of_secrets());
    let url = format!("https://u:{SECRET}@h.example/{SECRET}?{SECRET}");
    folder.file("empty", "").file("prose.txt", format!("Dear all, see {url}\nBye\n"));
    folder
        .file("ambiguous.tsv", format!("Time\tTime of {url}\tReason\tTimestamp\n{url}\tx\terror_status_code\t{url}\n"));
    folder.file(
        "rejects.tsv",
        format!("Time\tReason\tDetail\n2026-11-16 10:00\t\t{url}\n2026-11-16 10:00:00\t\t{url}\n"),
    );
    folder.file(
        "times.tsv",
        format!("Time\tReason\tDetail\n{url}\terror_status_code\t502\n{url}\terror_status_code\t502\n"),
    );
    folder.file("order.tsv", format!("Date {url}\tReason\tDetail\n01/02/2026\terror_status_code\t502\n"));
    folder.file("headings.tsv", format!("When {url}\tWhy {url}\tWhat {url}\n{url}\t{url}\t{url}\n"));
    for (name, text) in [
        ("key.toml", format!("\"{url}\" = 1\n")),
        ("value.toml", format!("timezone = \"{url}\"\n")),
        ("broken.toml", format!("timezone = {url}\n")),
        ("inputs.toml", format!("inputs = [\"{url}\"]\n")),
    ] {
        folder.file(name, text);
    }
    let lines = [
        "summary {}",
        "summary {}*",
        "summary a.tsv {}",
        "summary ambiguous.tsv",
        "summary rejects.tsv",
        "summary times.tsv",
        "summary order.tsv --columns time=1",
        "summary headings.tsv",
        "summary prose.txt",
        "summary a.tsv --strict",
        "summary a.tsv --period {}",
        "summary a.tsv --as-of {}",
        "summary a.tsv --timezone {}",
        "summary a.tsv --window {}",
        "summary a.tsv --reason {}",
        "summary a.tsv --detail {}",
        "summary a.tsv --only {}",
        "summary a.tsv --only {}=x",
        "summary a.tsv --exclude detail={}",
        "summary a.tsv --only host={}",
        "summary a.tsv --channel {}=[",
        "summary a.tsv --columns time={}",
        "summary a.tsv --columns {}",
        "summary a.tsv --encoding {}",
        "summary a.tsv --time-format {}",
        "summary a.tsv --exported-at {}",
        "summary a.tsv --lang {}",
        "summary a.tsv --threads {}",
        "summary a.tsv --rejects {}/x",
        "summary a.tsv --config {}",
        "summary a.tsv --config key.toml",
        "summary a.tsv --config value.toml",
        "summary a.tsv --config broken.toml",
        "summary a.tsv --config inputs.toml",
        "summary a.tsv --{}",
        "summary a.tsv --format {}",
        "{}",
        "explain {}",
        "explain error_status_code {}",
        "report a.tsv -o empty/{}",
        "report a.tsv -o {}/x.eml",
        "report a.tsv -o out --scale {}",
    ];
    let mut messages = Vec::new();
    for line in lines {
        let outcome = folder.errstat(&line.replace("{}", &url)).run();
        assert_eq!(outcome.code, Some(2), "{line}\n{}", outcome.stderr);
        messages.extend([(line.to_owned(), outcome.text()), (line.to_owned(), outcome.stderr)]);
    }
    assert_no_secret(&messages);
}

#[test]
fn the_command_line_in_the_page_is_cut_too() {
    let folder = Folder::with("a.tsv", "Time\tReason\tDetail\tCount\n2026-11-16 10:00:00\terror_status_code\t502\t3\n");
    let place = format!("https:/out.example/{SECRET}");
    folder.file(&format!("{place}/keep.txt"), "");
    let outcome = folder
        .errstat(&format!("report a.tsv -o https://out.example/{SECRET}"))
        .arg("--channel")
        .arg(format!("shop (https://{SECRET}@c.example/{SECRET})"))
        .done();
    let page = folder.text(&format!("{place}/report.html"));
    assert!(page.contains("out.example"), "the page says how it was made");
    assert_no_secret(&[
        ("page".into(), page),
        ("stderr".into(), outcome.stderr),
        ("numbers".into(), folder.text(&format!("{place}/summary.json"))),
    ]);
}

// Hostile texts.

const HOSTILE: [&str; 25] = [
    "<x-evil onload=alert(1)>",
    "\"><x-evil src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "</script><x-evil>",
    "</style></svg></title></textarea><x-evil>",
    "<!-- <x-evil",
    "]]><x-evil/>",
    "&lt;x-evil&gt; &#60;x-evil&#62;",
    "{{7*7}} {%x%} ${7*7}",
    "[x](javascript:alert(1)) ![x](http://evil.example/x.png)",
    "`a` | b | **c** <x-evil>",
    "=HYPERLINK(\"http://evil.example\")",
    "+1+1",
    "-2+3",
    "@SUM(A1:A9)",
    "＝1+1",
    "::error file=a,line=1::evil",
    "  ::set-output name=a::evil",
    "##[error]evil",
    "a ##[group]evil",
    "a ##vso[task.setvariable variable=x]evil",
    "###VSO[task.complete result=Failed]evil",
    "##teamcity[message text='evil']",
    "\u{1b}[31mred\u{1b}[0m\u{1b}]8;;http://evil.example\u{7}link\u{8}\u{9b}2J",
    "\u{202e}fdp.exe\u{2066}\u{200b}\u{feff}\u{0}\u{61c}\u{ad}\u{180e}\u{2800}\u{3164}\u{ffa0}\u{115f}\u{34f}\u{fe0f}\u{e0041}",
];

/// Every hostile text as reason, detail, channel and reject.
fn hostile_export() -> String {
    let mut text = format!("{}\nTime\tReason\tDetail\tCount\tChannel name\n", HOSTILE[0]);
    for (i, hostile) in HOSTILE.iter().enumerate() {
        let cell = hostile.replace('"', "\"\"");
        let cell = format!("\"{cell}\"");
        text += &format!("2026-11-16 10:{i:02}:00\t{cell}\tplain\t20\tshop\n");
        text += &format!("2026-11-16 11:{i:02}:00\terror_status_code\t{cell}\t20\tshop\n");
        text += &format!("2026-11-16 12:{i:02}:00\terror_status_code\t502\t20\t{cell}\n");
        text += &format!("2026-11-16 13:{i:02}:00\t{cell}\t{cell}\t{cell}\t{cell}\n");
        text += &format!("{hostile}\n");
    }
    text
}

fn hostile() -> (Folder, Vec<(String, String)>) {
    let folder = Folder::new();
    for name in ["=1+1 <x-evil>.tsv", "::error::.tsv", "##[error].tsv"] {
        folder.file(&format!("in/{name}"), hostile_export());
    }
    let outputs = outputs(&folder, "in --overlap max --top 200", &[]);
    (folder, outputs)
}

/// What Azure Pipelines, a GitHub runner or TeamCity would obey, wherever it stands.
fn command(text: &str) -> Option<String> {
    let commands = ["##[", "##vso[", "##teamcity["];
    let lower = text.to_ascii_lowercase();
    commands.into_iter().find(|command| lower.contains(command)).map(str::to_owned)
}

#[test]
fn no_output_has_a_command_for_a_runner_or_a_terminal() {
    let (_, outputs) = hostile();
    let mut found = BTreeSet::new();
    for (name, text) in &outputs {
        if let Some(command) = command(text) {
            found.insert(format!("{name}: {command}"));
        }
        found.extend(
            text.split(['\n', '\r'])
                .filter(|line| line.trim_start().starts_with("::"))
                .map(|line| format!("{name}: {line}")),
        );
        let hides = [
            '\u{200b}',
            '\u{200e}',
            '\u{200f}',
            '\u{feff}',
            '\u{61c}',
            '\u{ad}',
            '\u{180e}',
            '\u{2800}',
            '\u{3164}',
            '\u{ffa0}',
            '\u{115f}',
            '\u{34f}',
            '\u{fe0f}',
            '\u{e0041}',
        ];
        let acts = |c: &char| {
            (c.is_control() && !"\n\r".contains(*c))
                || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
                || hides.contains(c)
        };
        found.extend(text.chars().filter(acts).map(|c| format!("{name}: {}", c.escape_unicode())));
    }
    assert_eq!(found, BTreeSet::new());
}

#[test]
fn json_keeps_what_it_disarms() {
    let folder = Folder::with(
        "a.tsv",
        "Time\tReason\tDetail\n2026-11-16 10:00:00\tunclassified\ta ##vso[task.setvariable variable=x]y\n",
    );
    let outcome = folder.errstat("summary a.tsv --format json").done();
    assert_eq!(command(&outcome.text()), None);
    let json: serde_json::Value = serde_json::from_slice(&outcome.stdout).expect("JSON");
    assert_eq!(json["by_detail"][0]["detail"], "a ##vso[task.setvariable variable=x]y");
    let csv = folder.errstat("summary a.tsv --format csv").done().text();
    assert!(csv.contains("a ## vso[task.setvariable variable=x]y"), "{csv}");
}

#[test]
fn a_verdict_has_no_command_either() {
    let folder = Folder::with("a.tsv", "Time\tReason\tDetail\n2026-11-16 10:00:00\tunclassified\t##vso[x]\n");
    let evil = "::error::x ##[error]y a ##vso[task.complete]z";
    folder.file("rules.toml", format!("[check]\n[[check.rule]]\nname = \"{evil}\"\nmax_errors = 0\n"));
    for format in ["text", "json", "junit", "markdown"] {
        let outcome = folder.errstat(&format!("check a.tsv --config rules.toml --format {format}")).run();
        let all = outcome.text() + &outcome.stderr;
        assert_eq!(command(&all), None, "{format}: {all}");
        assert!(!all.lines().any(|line| line.trim_start().starts_with("::")), "{format}: {all}");
        assert!(all.contains("task.complete"), "{format}: {all}");
    }
}

#[test]
fn messages_obey_the_same_rule() {
    let folder = Folder::new();
    let mut found = BTreeSet::new();
    for text in [
        "::error::evil",
        "\n::error::evil",
        "##[error]evil",
        "a ##vso[task.setvariable]evil",
        "\u{1b}[31mevil",
        "a\r::error::evil",
        "\u{202e}evil",
    ] {
        let calls = [
            folder.errstat("summary").arg(text),
            folder.errstat("summary x --timezone").arg(text),
            folder.errstat("summary x --format").arg(text),
            folder.errstat("summary x --period").arg(text),
            folder.errstat("summary x").arg(format!("--{text}")),
            folder.errstat("").arg(text),
            folder.errstat("explain").arg(text),
        ];
        for call in calls {
            let outcome = call.run();
            assert_eq!(outcome.code, Some(2), "{}", outcome.shown);
            let all = outcome.stderr.clone() + &outcome.text();
            // .NET, in which the runner is written, ends a line at a carriage return too.
            let commanded = all.split(['\n', '\r']).any(|line| line.trim_start().starts_with("::"));
            if commanded || all.contains(['\u{1b}', '\u{202e}']) || command(&all).is_some() {
                found.insert(outcome.shown.escape_debug().to_string());
            }
        }
    }
    assert_eq!(found, BTreeSet::new());
}

#[test]
fn no_cell_of_a_csv_is_a_formula() {
    let (_, outputs) = hostile();
    for name in ["csv", "rejected.csv"] {
        let text = &outputs.iter().find(|(found, _)| found == name).expect("the output").1;
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let mut cells = 0;
        for record in reader.records() {
            let record = record.expect("a record of the heading's length");
            for cell in record.iter().filter(|cell| cell.parse::<f64>().is_err()) {
                cells += 1;
                assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']), "{name}: {cell}");
            }
        }
        assert!(cells > HOSTILE.len(), "{name} has {cells} cells of text");
    }
}

#[test]
fn markdown_has_no_tag_no_link_and_no_broken_table() {
    let (_, outputs) = hostile();
    for name in ["markdown", "text.md"] {
        let text = &outputs.iter().find(|(found, _)| found == name).expect("the output").1;
        assert!(!text.contains('<'), "{name}: {:?}", text.lines().find(|line| line.contains('<')));
        for line in text.lines() {
            // Outside of code spans, a link is ours.
            let plain: String = line.split('`').step_by(2).collect();
            let foreign = plain.replace("](https://developers.line.biz/", "").contains("](");
            assert!(!foreign, "{name}: {line}");
        }
        let tables = text.split("\n\n").filter(|block| block.starts_with("| "));
        for table in tables {
            // Bars that part cells are those without a backslash.
            let bars = |line: &str| line.replace("\\|", "").matches('|').count();
            let first = table.lines().next().map(bars);
            assert!(
                table.lines().filter(|line| line.starts_with('|')).all(|line| Some(bars(line)) == first),
                "{name}: {table}"
            );
        }
    }
}

/// A start tag: its name and its attributes, names in lower case.
struct Tag {
    name: String,
    attributes: Vec<(String, String)>,
    /// Text up to the next tag for script and style, whose content is no markup.
    content: String,
}

/// The start tags of a page, found as HTML's tokenizer finds them.
fn tags(page: &str) -> Vec<Tag> {
    let mut found = Vec::new();
    let mut rest = page;
    while let Some(open) = rest.find('<') {
        rest = &rest[open + 1..];
        if let Some(comment) = rest.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
            continue;
        }
        if !rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
            continue;
        }
        let end = rest.find(|c: char| c.is_whitespace() || c == '>' || c == '/').unwrap_or(rest.len());
        let name = rest[..end].to_ascii_lowercase();
        rest = &rest[end..];
        let mut attributes = Vec::new();
        loop {
            rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
            if rest.is_empty() || rest.starts_with('>') {
                rest = rest.get(1..).unwrap_or_default();
                break;
            }
            let end = rest[1..].find(|c: char| c.is_whitespace() || "=>/".contains(c)).map_or(rest.len(), |at| at + 1);
            let attribute = rest[..end].to_ascii_lowercase();
            rest = rest[end..].trim_start();
            let mut value = "";
            if let Some(after) = rest.strip_prefix('=') {
                let after = after.trim_start();
                let quote = after.chars().next().filter(|c| "\"'".contains(*c));
                (value, rest) = match quote {
                    Some(quote) => after[1..].split_once(quote).unwrap_or((&after[1..], "")),
                    None => after.split_at(after.find(|c: char| c.is_whitespace() || c == '>').unwrap_or(after.len())),
                };
            }
            attributes.push((attribute, value.to_owned()));
        }
        let mut content = String::new();
        if name == "script" || name == "style" {
            let end = rest.to_ascii_lowercase().find(&format!("</{name}")).unwrap_or(rest.len());
            content = rest[..end].to_owned();
            rest = &rest[end..];
        }
        found.push(Tag { name, attributes, content });
    }
    found
}

fn attribute<'a>(tag: &'a Tag, name: &str) -> Option<&'a str> {
    tag.attributes.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
}

fn decoded(text: &str) -> String {
    text.replace("&#39;", "'").replace("&#x27;", "'").replace("&quot;", "\"").replace("&amp;", "&")
}

#[test]
fn the_page_runs_and_fetches_nothing() {
    let (_, outputs) = hostile();
    for name in ["page.html", "out/report.html"] {
        let page = &outputs.iter().find(|(found, _)| found == name).expect("the page").1;
        let tags = tags(page);
        let policy_at = tags
            .iter()
            .position(|tag| {
                attribute(tag, "http-equiv").is_some_and(|value| value.eq_ignore_ascii_case("content-security-policy"))
            })
            .expect("a policy");
        let acting = tags
            .iter()
            .position(|tag| ["script", "style", "body", "link", "img"].contains(&tag.name.as_str()))
            .expect("a body");
        assert!(policy_at < acting, "{name}: the policy comes before what it rules");
        let policy = decoded(attribute(&tags[policy_at], "content").expect("content"));
        assert!(policy.contains("default-src 'none'"), "{policy}");
        for loose in ["unsafe-inline", "unsafe-eval", "unsafe-hashes", "*", "http:", "https:", "'self'"] {
            assert!(!policy.contains(loose), "{loose} in {policy}");
        }
        for forbidden in ["base-uri 'none'", "form-action 'none'"] {
            assert!(policy.contains(forbidden), "default-src does not rule it: {forbidden} in {policy}");
        }
        for tag in &tags {
            assert!(!tag.name.starts_with("x-evil"), "{name}: a text became an element");
            for forbidden in ["iframe", "object", "embed", "base", "form", "link", "foreignobject"] {
                assert_ne!(tag.name, forbidden, "{name}");
            }
            for (attribute, value) in &tag.attributes {
                assert!(!attribute.starts_with("on"), "{name}: <{} {attribute}={value}>", tag.name);
                assert_ne!(attribute, "style", "{name}: <{}>, which the policy forbids", tag.name);
                assert!(!attribute.contains("x-evil"), "{name}");
                if ["src", "srcset", "href", "xlink:href", "action", "poster", "data"].contains(&attribute.as_str()) {
                    let link = tag.name == "a"
                        && (value.starts_with("https://developers.line.biz/") || value.starts_with('#'));
                    assert!(
                        link || value.starts_with('#') || value.starts_with("data:"),
                        "{name}: <{} {attribute}={value}>",
                        tag.name
                    );
                }
            }
            // What runs or styles is the page's own, by its hash; data does neither.
            let data = attribute(tag, "type").is_some_and(|kind| kind.contains("json"));
            if (tag.name == "script" && !data) || tag.name == "style" {
                let hash = format!("'sha256-{}'", BASE64.encode(Sha256::digest(tag.content.as_bytes())));
                assert!(policy.contains(&hash), "{name}: a {} without its hash in {policy}", tag.name);
                assert!(!tag.content.contains("x-evil"), "{name}");
                assert!(!tag.content.contains("@import") && !tag.content.contains("url(http"), "{name}");
            }
            if tag.name == "script" && data {
                assert!(!tag.content.contains(['<', '>', '&']), "{name}: embedded JSON is escaped");
                serde_json::from_str::<serde_json::Value>(&tag.content).expect("JSON");
            }
        }
    }
}

#[test]
fn every_svg_is_well_formed_and_holds_hostile_names_as_text() {
    let (_, outputs) = hostile();
    let pictures: Vec<_> = outputs.iter().filter(|(name, _)| name.ends_with(".svg")).collect();
    assert!(pictures.len() >= 2, "timeline, channels");
    for (name, svg) in pictures {
        let document = roxmltree::Document::parse(svg).unwrap_or_else(|error| panic!("{name}: {error}"));
        for node in document.descendants().filter(roxmltree::Node::is_element) {
            let element = node.tag_name().name();
            assert!(
                !["script", "foreignObject", "image", "use", "a", "x-evil"].contains(&element),
                "{name}: <{element}>"
            );
            for attribute in node.attributes() {
                assert!(
                    !attribute.name().starts_with("on") && attribute.name() != "href",
                    "{name}: {}",
                    attribute.name()
                );
                assert!(!attribute.value().replace("url(#", "").contains("url("), "{name}: {}", attribute.value());
            }
        }
    }
    let timeline = &outputs.iter().find(|(name, _)| name.ends_with("timeline.svg")).expect("timeline").1;
    let texts: String =
        roxmltree::Document::parse(timeline).expect("XML").descendants().filter_map(|node| node.text()).collect();
    assert!(texts.contains("<x-evil"), "the name is there, as a text");
}

#[test]
fn the_pictures_inside_the_page_are_well_formed_too() {
    let (_, outputs) = hostile();
    let page = &outputs.iter().find(|(name, _)| name == "page.html").expect("the page").1;
    // Pieces without text, such as the bars of a table, are HTML's own.
    let pictures: Vec<&str> = page
        .split("<svg")
        .skip(1)
        .filter_map(|rest| rest.split("</svg>").next())
        .filter(|picture| picture.contains("<text"))
        .collect();
    assert!(!pictures.is_empty());
    for picture in pictures {
        let picture = format!("<svg{picture}</svg>");
        roxmltree::Document::parse(&picture)
            .unwrap_or_else(|error| panic!("{error}: {}", picture.chars().take(300).collect::<String>()));
    }
}

#[test]
fn very_long_names_leave_the_outputs_whole() {
    let long = "長い名前 and more ".repeat(150);
    let rows: String = (0..40)
        .map(|i| format!("2026-11-16 10:00:{i:02}\terror_status_code\t{i} {long}\t{i}\tshop {long}\n"))
        .collect();
    let folder = Folder::with("a.tsv", format!("Time\tReason\tDetail\tCount\tChannel name\n{rows}"));
    let outputs = outputs(&folder, "a.tsv --top 50", &[]);
    for (name, text) in outputs.iter().filter(|(name, _)| name.ends_with(".svg")) {
        roxmltree::Document::parse(text).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    let json = &outputs.iter().find(|(name, _)| name == "json").expect("json").1;
    assert!(json.contains(&format!("39 {}", long.trim_end())), "JSON is complete");
}

#[test]
fn damaged_addresses_reveal_nothing() {
    let rows: String = [
        ("Invalid URL syntax: /S3CRET", "/S3CRET"),
        ("Connection failed: https://bot.example.com/a b?token=S3CRET", "https:S3CRET"),
        ("Connection failed", "https:///S3CRET"),
        ("see //h.example.com/S3CRET", "https:/bot.example.com/S3CRET"),
        ("at https%3A%2F%2Fh.example.com%2FS3CRET now", "S3CRET"),
        ("webhook h.example.com/S3CRET?token=S3CRET", "u:S3CRET@"),
    ]
    .iter()
    .map(|(detail, url)| format!("2026-11-16 04:12:33\tcould_not_connect\t{detail}\t1\t{url}\n"))
    .collect();
    let folder = Folder::with("w.tsv", format!("Time\tReason\tDetail\tCount\tURL\n{rows}"));
    for format in ["table", "json", "csv", "markdown", "line"] {
        let text = folder.errstat(&format!("summary w.tsv --format {format}")).done().text().to_lowercase();
        assert!(!text.contains("s3cret"), "{format}:\n{text}");
    }
}
