//! What a file is that is no export.

use crate::model::Sentence;

/// Words of a page that asks who one is: what a browser saves where a session has ended.
const LOGIN: [&str; 7] = ["type=\"password\"", "type=password", "log in", "login", "sign in", "ログイン", "登入"];

/// The first bytes of pictures and documents: PNG, JPEG, GIF, WebP, PDF.
const MARKS: [(&[u8], &str); 5] = [
    (b"\x89PNG", "other.picture"),
    (b"\xff\xd8\xff", "other.picture"),
    (b"GIF8", "other.picture"),
    (b"RIFF", "other.picture"),
    (b"%PDF", "other.pdf"),
];

/// errstat's own outputs, and pages and pictures of anybody, which may well mention reasons and times.
pub fn made_by_programs(head: &[u8], lines: &[String]) -> Option<Sentence> {
    if let Some((_, what)) = MARKS.iter().find(|(mark, _)| head.starts_with(mark)) {
        return Some(Sentence::new(what));
    }
    let first = lines.iter().find(|line| !line.trim().is_empty())?.trim().to_lowercase();
    let starts = |marks: &[&str]| marks.iter().any(|mark| first.starts_with(mark));
    if starts(&["file,line,why,text", "reason,detail,status,known"])
        || lines.iter().take(5).any(|line| line.contains("\"errstat/summary/"))
    {
        return Some(Sentence::new("other.own_output"));
    }
    if starts(&["<svg"]) {
        return Some(Sentence::new("other.picture"));
    }
    if !starts(&["<!doctype html", "<html", "<head", "<!--", "<?xml"]) {
        return None;
    }
    let is_own = lines.iter().take(20).any(|line| line.contains("name=\"generator\" content=\"errstat "));
    let asks = || lines.iter().map(|line| line.to_lowercase()).any(|line| LOGIN.iter().any(|word| line.contains(word)));
    Some(Sentence::new(match is_own {
        true => "other.own_output",
        false if asks() => "other.login_page",
        false => "other.page",
    }))
}

/// Why a text without recognisable columns is no export.
pub fn unrecognised(lines: &[String]) -> Sentence {
    let text: String = lines.iter().take(20).map(String::as_str).collect();
    let odd = text.chars().filter(|c| c.is_control() && !matches!(c, '\t' | '\r') || *c == '\u{fffd}').count();
    Sentence::new(if odd * 20 > text.chars().count() { "other.binary" } else { "other.no_columns" })
}
