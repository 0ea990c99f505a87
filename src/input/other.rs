//! What a file is that is no export.

use super::{Role, split::split_lines};
use crate::{
    model::{Privacy, Sentence, key},
    taxonomy::is_reason,
};

/// Words of a page that asks who one is: what a browser saves where a session has ended.
const LOGIN: [&str; 7] = ["type=\"password\"", "type=password", "log in", "login", "sign in", "ログイン", "登入"];

/// The first bytes of pictures and documents: PNG, JPEG, GIF, WebP, PDF.
const MARKS: [(&[u8], key::SentenceKey); 5] = [
    (b"\x89PNG", key::other::PICTURE),
    (b"\xff\xd8\xff", key::other::PICTURE),
    (b"GIF8", key::other::PICTURE),
    (b"RIFF", key::other::PICTURE),
    (b"%PDF", key::other::PDF),
];

/// How errstat's own CSV files begin.
const OWN_CSV: [&str; 5] = [
    "file,line,why,text",
    "reason,detail,status,known",
    "channel,reason,detail,status,known",
    "channel,errors,share,previous_errors",
    "start,end,partial,channel,errors",
];

/// errstat's own outputs, and pages and pictures of anybody, which may well mention reasons and times.
pub fn made_by_programs(head: &[u8], lines: &[String]) -> Option<Sentence> {
    if let Some((_, what)) = MARKS.iter().find(|(mark, _)| head.starts_with(mark)) {
        return Some(Sentence::new(*what));
    }
    let first = lines.iter().find(|line| !line.trim().is_empty())?.trim().to_lowercase();
    let starts = |marks: &[&str]| marks.iter().any(|mark| first.starts_with(mark));
    if starts(&OWN_CSV) || lines.iter().take(5).any(|line| line.contains("\"errstat/summary/")) {
        return Some(Sentence::new(key::other::OWN_OUTPUT));
    }
    if starts(&["<svg"]) {
        return Some(Sentence::new(key::other::PICTURE));
    }
    if !starts(&["<!doctype html", "<html", "<head", "<!--", "<?xml"]) {
        return None;
    }
    let is_own = lines.iter().take(20).any(|line| line.contains("name=\"generator\" content=\"errstat "));
    let asks = || lines.iter().map(|line| line.to_lowercase()).any(|line| LOGIN.iter().any(|word| line.contains(word)));
    Some(Sentence::new(match is_own {
        true => key::other::OWN_OUTPUT,
        false if asks() => key::other::LOGIN_PAGE,
        false => key::other::PAGE,
    }))
}

/// So many columns are named, so many letters of each.
const NAMED: usize = 8;
const LONGEST: usize = 40;

/// Why a text without recognisable columns is no export; its columns, if it has any, with the option that names them.
pub fn unrecognised(lines: &[String], privacy: Privacy) -> Sentence {
    let text: String = lines.iter().take(20).map(String::as_str).collect();
    let odd = text.chars().filter(|c| c.is_control() && !matches!(c, '\t' | '\r') || *c == '\u{fffd}').count();
    if odd * 20 > text.chars().count() {
        return Sentence::new(key::other::BINARY);
    }
    let first: Vec<&String> = lines.iter().filter(|line| !line.trim().is_empty()).take(2).collect();
    // Lines of prose have commas too, but not each as many.
    let even = |rows: &Vec<Vec<String>>| rows[0].len() > 1 && rows.iter().all(|row| row.len() == rows[0].len());
    let tables = [b'\t', b',', b';'].map(|delimiter| split_lines(&first, delimiter));
    let Some(columns) = tables.iter().find(|rows| even(rows)).map(|rows| &rows[0]) else {
        return Sentence::new(key::other::NO_COLUMNS);
    };
    if columns.iter().any(|cell| is_reason(cell)) && !columns.iter().any(|cell| cell.contains(char::is_numeric)) {
        return Sentence::new(key::other::CODE_COLUMNS);
    }
    let named = columns.iter().take(NAMED).zip(1..);
    let roles = [Role::Time, Role::Reason, Role::Detail, Role::Count].map(Role::name);
    let option = roles.iter().zip(1..=columns.len()).map(|(role, number)| format!("{role}={number}"));
    Sentence::new(key::other::OTHER_COLUMNS)
        .with_list(
            "columns",
            named.map(|(name, number)| format!("{} ({number})", privacy.excerpt(name.trim(), LONGEST))),
        )
        .with("option", option.collect::<Vec<_>>().join(","))
}
