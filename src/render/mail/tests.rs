use super::*;
use crate::render::sample::{HOSTILE, nothing, week, week_named};
use crate::{
    analysis::{Analysis, State},
    chart::Chart,
    model::{Sentence, key},
    taxonomy::Lang,
};

/// A PNG's first 24 bytes: signature, length and name of the first chunk, width and height.
const PNG: [u8; 24] = *b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x07\x80\0\0\x03\xc0";

fn chart(name: &'static str, number: Option<usize>) -> Chart {
    Chart { name, number, title: name.into(), alt: format!("What the {name} shows"), svg: crate::chart::Svg::default() }
}

fn built(analysis: &Analysis, lang: Lang) -> String {
    let charts = [chart("strip", None), chart("incident", Some(1))];
    let pictures: Vec<Picture<'_>> = charts.iter().map(|chart| Picture { chart, png: &PNG }).collect();
    let view = MailView {
        from: &"errstat <errstat@shop.example>".parse().unwrap(),
        to: &["運用チーム <ops@shop.example>".parse().unwrap(), "boss@shop.example".parse().unwrap()],
        subject: None,
        pictures: &pictures,
        page: "<!DOCTYPE html>\n<p>é</p>".as_bytes(),
    };
    String::from_utf8(mail(&Story::of(analysis, lang, 10, &[]), &view).unwrap()).unwrap()
}

fn html(analysis: &Analysis, lang: Lang) -> String {
    body::html(&Story::of(analysis, lang, 10, &[]), &[], |_| String::new()).unwrap()
}

#[test]
fn the_parts_are_nested_as_mail_programs_want_them() {
    let mail = built(&week(), Lang::En);
    let order = [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "name=\"strip.png\"",
        "name=\"incident-1.png\"",
        "attachment; filename=\"report.html\"",
    ];
    let places: Vec<usize> = order.iter().map(|part| mail.find(part).unwrap_or_else(|| panic!("{part}"))).collect();
    assert!(places.is_sorted(), "{places:?}\n{mail}");
}

#[test]
fn the_message_is_ascii_in_short_lines_that_end_in_crlf() {
    for analysis in [week(), nothing(), week_named(HOSTILE), week_named(&"決済".repeat(2_500))] {
        for lang in Lang::ALL {
            let mail = built(&analysis, lang);
            assert!(mail.is_ascii());
            assert_eq!(mail.matches('\n').count(), mail.matches("\r\n").count());
            assert!(mail.lines().all(|line| line.len() <= 998));
        }
    }
}

#[test]
fn headers_are_those_that_are_meant() {
    let mail = built(&week_named("x\r\nBcc: evil@d.example"), Lang::En);
    let (head, _) = mail.split_once("\r\n\r\n").unwrap();
    let names: Vec<&str> =
        head.lines().filter(|line| !line.starts_with(' ')).filter_map(|line| line.split(':').next()).collect();
    let wanted = ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"];
    assert_eq!(names, wanted);
    // 2026-11-23T09:00:00+09:00, computed with `date -u -R -d …`.
    assert!(head.contains("Date: Mon, 23 Nov 2026 00:00:00 +0000"), "{head}");
}

#[test]
fn ids_come_from_the_content() {
    let id = |mail: &str| mail.lines().find(|line| line.starts_with("Message-ID")).unwrap().to_owned();
    let (first, again, other) = (built(&week(), Lang::En), built(&week(), Lang::En), built(&nothing(), Lang::En));
    assert_eq!(first, again);
    assert_ne!(id(&first), id(&other));
    assert!(id(&first).ends_with("@shop.example>"), "{}", id(&first));
}

#[test]
fn the_html_says_what_counts_and_runs_nothing() {
    let mut week = week();
    week.state = State::Over;
    let page = html(&week, Lang::En);
    // 117 of 170 errors after 12: 875 % more.
    for shown in [
        ">over<",
        "170 errors",
        "502 Bad Gateway",
        ">117<",
        ">+875 %<",
        "Do first",
        "35 min",
        "LINE publishes no total",
        "report.html",
    ] {
        assert!(page.contains(shown), "{shown}\n{page}");
    }
    for forbidden in ["<script", "<style", "<link", "class=", "http-equiv", "onclick", "url("] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
}

#[test]
fn text_from_files_stays_text_and_short() {
    let page = html(&week_named(HOSTILE), Lang::En);
    assert!(!page.contains("<script>alert") && page.contains("&#60;script"), "{page}");
    let page = html(&week_named(&"خطأ".repeat(5_000)), Lang::En);
    // Mail programs cut what is longer than about 100 KB.
    assert!(page.len() < 60_000, "{}", page.len());
}

#[test]
fn what_the_mail_leaves_out_is_counted() {
    let mut week = week();
    // Three details with advice of their own, and no incident that explains any.
    week.incidents.clear();
    week.by_detail.iter_mut().find(|row| row.detail == "Unknown host").unwrap().errors = 20;
    let page = html(&week, Lang::En);
    let story = Story::of(&week, Lang::En, 10, &[]);
    let blocks = &story.advice.blocks;
    assert_eq!((blocks.len(), blocks[0].steps().count()), (3, 4));
    assert!(page.contains(">1 more step is in the report."), "{page}");
    assert!(page.contains(">1 more cause is in the report, with what to do."), "{page}");
}

#[test]
fn a_mail_without_rows_says_nothing_of_spikes() {
    for lang in Lang::ALL {
        let page = html(&nothing(), lang);
        assert!(!page.contains(lang.phrase(key::story::NO_INCIDENT)), "{page}");
        assert!(!page.contains(lang.phrase(key::chart::INCIDENTS)), "{page}");
    }
}

#[test]
fn the_order_is_that_of_the_questions() {
    let mut week = week();
    week.notes = vec![Sentence::new(key::note::PERIOD_NOT_COVERED).with("until", "Friday")];
    let story = Story::of(&week, Lang::En, 10, &[]);
    let (grave, page) = (story.grave[0].text.clone(), html(&week, Lang::En));
    let order = ["<h1", &grave, "What happened", "Do first", "What failed", "The full report is attached"];
    let places: Vec<usize> = order.iter().map(|text| page.find(text).unwrap_or_else(|| panic!("{text}"))).collect();
    assert!(places.is_sorted(), "{places:?}");
    // What a note makes doubtful is said once, not in the list of notes again.
    assert_eq!(page.matches(&grave).count(), 1);
}

#[test]
fn names_of_states_are_readable_on_their_colours() {
    for state in [State::Ongoing, State::Over, State::More, State::New, State::Usual, State::Quiet, State::Unknown] {
        let mut week = week();
        week.state = state;
        let page = html(&week, Lang::En);
        let colour = page.split("background-color:#").nth(1).and_then(|rest| rest.get(..6)).unwrap();
        let channel = |at: usize| {
            let value = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        // Contrast of white on it, as WCAG 2.2 defines it.
        let luminance = 0.2126 * channel(0) + 0.7152 * channel(2) + 0.0722 * channel(4);
        assert!(1.05 / (luminance + 0.05) >= 4.5, "{state:?} {colour}");
    }
}

#[test]
fn a_mail_to_nobody_is_refused() {
    let from: Address = "a@b.example".parse().unwrap();
    let view = MailView { from: &from, to: &[], subject: None, pictures: &[], page: b"" };
    assert_eq!(mail(&Story::of(&week(), Lang::En, 1, &[]), &view).unwrap_err().0.key, key::error_mail::NO_ADDRESSEE);
}
