//! Messages for chats: what the models of Slack, LINE, Adaptive Cards and Discord say of them.

use std::{fmt::Write, fs, os::unix::fs::PermissionsExt, path::Path, process::Command};

use serde_json::Value;

use crate::{
    program::{AS_OF, Folder, PROGRAM},
    tools,
};

const CHATS: [&str; 4] = ["slack", "teams", "discord", "line-flex"];

/// What somebody may have written into a detail.
const NAMES: [&str; 12] = [
    "<!channel> <!here> <@U0123> <#C0123|general> <https://evil.example/path|bank>",
    "@everyone @here <@80351110224678912> <@&165511591545143296> <t:1618953630:R>",
    "**b** _i_ ~~s~~ ||spoiler|| `code` ```block```",
    "[x](https://evil.example/path) [y](mailto:a@evil.example) [z](tel:+81) https://evil.example/path www.evil.example",
    "# head > quote - list 1. one \\* & &amp; <script>alert(1)</script>",
    "<at>everyone</at> {{DATE(2026-11-16T00:00:00Z, SHORT)}} ${x} @{x}",
    "=1+1 ::error::x ##[error]y \"quoted\" 'single' :smile:",
    "決済サービスがタイムアウトしました。",
    "ผู้ใช้ทดสอบ हिन्दी עברית العربية 한국어",
    "😀😀😀 👩‍👩‍👧‍👦",
    "\u{202e}gnp.exe \u{200b}hidden",
    "*",
];

/// Weeks with errors of 60 details, and a burst on most days.
fn hostile() -> String {
    let mut rows = "Date\tStart\tEnd\tReason\tDetail\tErrors\tChannel name\n".to_owned();
    for day in 1..=25 {
        for minute in 0..40 {
            let detail = format!("{} {}", NAMES[minute % NAMES.len()], minute % 60);
            let name = NAMES[day % 3];
            writeln!(rows, "2026-10-{day:02}\t12:{minute:02}:00\t12:{minute:02}:30\tunclassified\t{detail}\t9\t{name}")
                .unwrap();
        }
    }
    rows
}

/// A folder with messages of the sample, of hostile rows, of a file without rows, and of nothing but long names.
fn messages() -> Folder {
    let folder = Folder::new();
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/webhook-errors.tsv");
    folder.file("sample.tsv", fs::read(sample).expect("the sample"));
    folder.file("hostile.tsv", hostile());
    folder.file("none.tsv", "Date\tStart\tEnd\tReason\tDetail\tErrors\n");
    let long = "とても長い名前".repeat(190);
    folder.file("long.tsv", format!("Time\tReason\tDetail\n2026-11-16 10:00:00\t{long}\t{long}\n"));
    for (name, period) in [("sample", "2026-W47"), ("hostile", "2026-10"), ("none", "last-week"), ("long", "last-week")]
    {
        for lang in ["en", "ja", "th", "zh-Hant"] {
            let places: String = CHATS.map(|chat| format!(" -o {name}-{lang}.{chat}.json")).concat();
            let line = format!("report {name}.tsv --period {period} --as-of {AS_OF} --lang {lang}{places} --quiet");
            folder.errstat(&line).done();
        }
    }
    folder
}

/// Runs a reader on the messages of some chats; it prints what it has against them.
fn read(folder: &Folder, reader: &mut Command, chats: &[&str]) {
    let of_chats = |file: &String| chats.iter().any(|chat| file.ends_with(&format!(".{chat}.json")));
    let files: Vec<String> = folder.list().into_iter().filter(of_chats).collect();
    assert_eq!(files.len(), 4 * 4 * chats.len());
    let output = reader.args(files).current_dir(folder.path("")).output().expect("a reader");
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "{said}");
}

#[test]
fn the_models_of_slack_and_line_take_the_messages() {
    let Some(python) = tools::MESSAGES.get() else { return };
    read(&messages(), Command::new(python).args(["-c", include_str!("chat.py")]), &["slack", "line-flex"]);
}

#[test]
fn adaptive_cards_and_discord_take_the_messages() {
    let (Some(node), Some(packages)) = (tools::NODE.get(), tools::CARDS.get()) else { return };
    let script = packages.join("chat.js");
    fs::write(&script, include_str!("chat.js")).expect("a script");
    read(&messages(), Command::new(node).arg(script), &["teams", "discord"]);
}

#[test]
fn a_file_has_what_is_printed() {
    let folder = Folder::with("w47.tsv", "Time\tReason\tDetail\n2026-11-16 10:00:00\terror_status_code\t502\n");
    let period = "--period last-week --as-of 2026-11-23T09:00";
    for chat in CHATS {
        let printed = folder.errstat(&format!("summary w47.tsv {period} --format {chat}")).done().text();
        folder.errstat(&format!("report w47.tsv {period} -o weekly.{}.json --quiet", chat.to_uppercase())).done();
        assert_eq!(folder.text(&format!("weekly.{}.json", chat.to_uppercase())), printed);
        // Only a second ending is one.
        folder.errstat(&format!("report w47.tsv {period} -o {chat}.json --quiet")).done();
        let summary: Value = serde_json::from_str(&folder.text(&format!("{chat}.json"))).expect("JSON");
        assert_eq!(summary["schema"], "errstat/summary/2");
    }
    let refused = folder.errstat("report w47.tsv -o weekly.pdf").refused();
    assert!(refused.contains(".slack.json, .teams.json, .discord.json, .line-flex.json"), "{refused}");
}

#[test]
fn urls_are_cut_unless_asked_for_and_are_no_links_then() {
    let row =
        "2026-11-16 10:00:00\tcould_not_connect\tConnection failed: https://bot.example.com/callback?token=s3cret\n";
    let folder = Folder::with("w47.tsv", format!("Time\tReason\tDetail\n{row}"));
    for chat in CHATS {
        let line = format!("summary w47.tsv --only host=* --format {chat}");
        assert!(!folder.errstat(&line).done().text().contains("s3cret"), "{chat}");
        assert!(!folder.errstat(&format!("{line} --show-urls")).done().text().contains("://bot"), "{chat}");
    }
}

/// Keeps its arguments and what it would post, and answers as Slack does.
const CURL: &str = r#"#!/bin/bash
calls=$(ls "$CALLS" | wc -l)
printf '%s\n' "$@" > "$CALLS/$calls"
for argument; do
    case $argument in @-) cat ;; @*.json) cat "${argument#@}" ;; esac
done >> "$CALLS/$calls"
echo '{"upload_url": "https://upload.example/x", "file_id": "F1"}'
"#;

/// The lines of cron and the commands of a page, in its order.
fn commands(page: &str) -> Vec<String> {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(page)).expect("the page");
    let mut commands = Vec::new();
    for block in page.split("```").skip(1).step_by(2) {
        match block.split_once('\n').expect("a block of lines") {
            ("cron", lines) => {
                let lines = lines.lines().filter_map(|line| line.strip_prefix("40 9 * * 1  cd /srv/line && "));
                commands.extend(lines.map(str::to_owned));
            }
            ("sh", lines) => commands.push(format!(". ./chat.env && {lines}")),
            _ => {}
        }
    }
    commands
}

#[test]
fn the_commands_of_the_page_post_what_errstat_writes() {
    let Some(_) = tools::JQ.get() else { return };
    let folder = Folder::with("exports/w47.tsv", "Time\tReason\tDetail\n2026-11-16 10:00:00\terror_status_code\t502\n");
    let variables = ["SLACK_WEBHOOK_URL", "TEAMS_WEBHOOK_URL", "DISCORD_WEBHOOK_URL", "LINE_CHANNEL_TOKEN", "LINE_TO"];
    let slack = ["SLACK_BOT_TOKEN", "SLACK_CHANNEL_ID"];
    let said: String = variables.iter().chain(&slack).map(|name| format!("export {name}=s3cret-{name}\n")).collect();
    folder.file("chat.env", said).file("errstat.toml", format!("as_of = \"{AS_OF}\"\n"));
    folder.file("bin/curl", CURL).file("calls/0", "");
    fs::set_permissions(folder.path("bin/curl"), fs::Permissions::from_mode(0o755)).expect("a program");
    std::os::unix::fs::symlink(PROGRAM, folder.path("bin/errstat")).expect("a link");
    let path = format!("{}:{}", folder.path("bin").display(), std::env::var("PATH").expect("a path"));
    let japanese = commands("docs/chat.ja.md").iter().map(|line| line.replace(" --lang ja", "")).collect::<Vec<_>>();
    assert_eq!(japanese, commands("docs/chat.md"));
    for command in commands("docs/chat.md") {
        let mut bash = Command::new("bash");
        bash.args(["-euo", "pipefail", "-c", &command]).current_dir(folder.path("")).env("PATH", &path);
        let output = bash.env("CALLS", folder.path("calls")).output().expect("bash");
        assert!(output.status.success(), "{command}\n{}", String::from_utf8_lossy(&output.stderr));
    }
    let calls: Vec<String> = (1..=9).map(|call| folder.text(&format!("calls/{call}"))).collect();
    // Four lines of cron, a push, Discord with the picture, and Slack's three steps.
    for (call, chat) in calls.iter().zip(CHATS) {
        assert!(call.ends_with(&folder.text(&format!("weekly.{chat}.json"))), "{chat}: {call}");
    }
    for (call, there) in [
        (0, "s3cret-SLACK_WEBHOOK_URL"),
        (1, "s3cret-TEAMS_WEBHOOK_URL"),
        (2, "s3cret-DISCORD_WEBHOOK_URL"),
        (3, "https://api.line.me/v2/bot/message/broadcast"),
        (3, "Authorization: Bearer s3cret-LINE_CHANNEL_TOKEN"),
        (4, "https://api.line.me/v2/bot/message/push"),
        (4, "\"to\": \"s3cret-LINE_TO\""),
        (4, "\"messages\": ["),
        (5, "payload_json=<weekly.discord.json;type=application/json"),
        (6, &format!("length={}", folder.bytes("overview.png").len())),
        (7, "https://upload.example/x"),
        (8, "\"channel_id\": \"s3cret-SLACK_CHANNEL_ID\""),
    ] {
        assert!(calls[call].contains(there), "{there} in {}", calls[call]);
    }
    let written = folder.list().into_iter().filter(|file| file.starts_with("weekly."));
    assert!(written.into_iter().all(|file| !folder.text(&file).contains("s3cret")));
}
