//! The HTML of a mail.
//!
//! Mail programs drop style sheets and scripts, so every style stands at its element and tables lay it out. Text and
//! background have no colours of their own: they are the reader's, light or dark. What has a colour, such as a bar or
//! a state, is readable on both.

use askama::Template;

use crate::{
    analysis::{Analysis, DetailRow, Incident, filter_heading},
    chart::ReasonInks,
    model::Sentence,
    render::{
        counts::Counts,
        times::Clock,
        wording::{counted, detail_name, first_causes, has_rows},
    },
    taxonomy::{Explanation, Lang},
};

use super::{INCIDENTS, MailView, Picture, subject::State};

/// Width of a picture in pixels: that of the mail without its margins.
const PICTURE_WIDTH: u32 = 568;
/// Details that the table shows at most; a mail is read in seconds, and the page is attached.
const DETAILS: usize = 8;
/// Notes that are shown; the page has all of them.
const NOTES: usize = 8;
/// The longest name and the longest sentence from a file, in characters.
const LONGEST_NAME: usize = 120;
const LONGEST_SENTENCE: usize = 600;
/// More advice than this is the page's.
const CAUSES: usize = 2;
const STEPS: usize = 3;
/// Channels that are named.
const CHANNELS: usize = 4;

/// The HTML; `content_id` tells under which id a picture is in the message.
///
/// # Errors
/// Only what askama passes on from writing into memory.
pub(super) fn html(
    analysis: &Analysis,
    view: &MailView<'_>,
    pictures: &[&Picture<'_>],
    content_id: impl Fn(&Picture<'_>) -> String,
) -> Result<String, askama::Error> {
    let lang = view.lang;
    let clock = Clock::new(lang, analysis);
    let image = |name: &str, number: Option<usize>| {
        let found = pictures.iter().find(|picture| picture.chart.name == name && picture.chart.number == number);
        found.map(|picture| Image::new(picture, content_id(picture)))
    };
    let inks = ReasonInks::new(analysis);
    let shown = view.top.clamp(1, DETAILS);
    let details: Vec<Detail> = analysis.by_detail.iter().take(shown).map(|row| Detail::new(row, &inks, lang)).collect();
    let left_out = |all: usize, shown: usize| all.checked_sub(shown).filter(|more| *more > 0);
    let incidents = analysis.worst_incidents(INCIDENTS.min(view.top));
    Body {
        lang,
        states: State::of(analysis).into_iter().map(|state| Tag::new(state, lang)).collect(),
        headline: headline(analysis, lang),
        scope: scope(analysis, &clock),
        figures: figures(analysis, lang),
        reached: analysis.reached,
        timeline: image("timeline", None).filter(|_| analysis.totals.errors > 0),
        heatmap: image("heatmap", None).filter(|_| analysis.totals.errors > 0),
        more_details: left_out(analysis.by_detail.len(), details.len())
            .map(|more| counted(lang, "terminal.more_one", "terminal.more", more as u64)),
        details,
        more_incidents: left_out(analysis.incidents.len(), incidents.len())
            .map(|more| counted(lang, "terminal.more_one", "terminal.more", more as u64)),
        incidents: incidents
            .iter()
            .enumerate()
            .map(|(index, incident)| Told {
                when: clock.stretch(incident.start, incident.end),
                ongoing: incident.is_ongoing(),
                sentence: sentence(incident, &clock),
                image: image("incident", Some(index + 1)),
            })
            .collect(),
        advice: first_causes(lang, analysis).into_iter().take(CAUSES).collect(),
        more_notes: left_out(analysis.notes.len(), NOTES)
            .map(|more| counted(lang, "mail.more_notes_one", "mail.more_notes", more as u64)),
        notes: analysis.notes.iter().take(NOTES).map(|note| shortened(&note.text, LONGEST_SENTENCE)).collect(),
        version: analysis.errstat,
        generated: Clock { whole_days: false, ..clock }.moment(analysis.generated_at),
    }
    .render()
}

#[derive(Template)]
#[template(path = "mail.html", whitespace = "minimize")]
struct Body<'a> {
    lang: Lang,
    states: Vec<Tag>,
    headline: String,
    scope: Vec<String>,
    figures: Vec<Figure>,
    reached: bool,
    timeline: Option<Image>,
    heatmap: Option<Image>,
    details: Vec<Detail>,
    more_details: Option<String>,
    incidents: Vec<Told>,
    more_incidents: Option<String>,
    advice: Vec<(&'a DetailRow, Explanation)>,
    notes: Vec<String>,
    more_notes: Option<String>,
    version: &'static str,
    generated: String,
}

impl Body<'_> {
    fn t(&self, key: &'static str) -> &str {
        self.lang.phrase(key)
    }

    fn share(&self, share: &f64) -> String {
        self.lang.percent(*share)
    }
}

/// A state as it is seen: white letters on a colour with a contrast of at least 4.5 to 1.
struct Tag {
    name: &'static str,
    colour: &'static str,
}

impl Tag {
    fn new(state: State, lang: Lang) -> Tag {
        let colour = match state {
            State::Ok => "#0b6b5c",
            State::Incident => "#a82a1f",
            State::NoCurrentData => "#8a5300",
        };
        Tag { name: state.name(lang), colour }
    }
}

/// A number that is seen from afar.
struct Figure {
    title: &'static str,
    value: String,
    trend: Trend,
    note: String,
}

/// More errors are worse.
#[derive(Clone, Copy)]
struct Trend {
    sign: &'static str,
    /// At least 4 to 1 on white and on black.
    colour: &'static str,
}

impl Trend {
    fn of(change: Option<i64>) -> Trend {
        match change {
            Some(1..) => Trend { sign: "▲", colour: "#d9463a" },
            Some(..=-1) => Trend { sign: "▼", colour: "#12866f" },
            _ => Trend { sign: "", colour: "#767676" },
        }
    }
}

fn figures(analysis: &Analysis, lang: Lang) -> Vec<Figure> {
    let totals = &analysis.totals;
    let plain = Trend::of(None);
    let mut figures = vec![Figure {
        title: lang.phrase("page.errors"),
        value: lang.number(totals.errors),
        trend: plain,
        note: counted(lang, "page.rows_one", "page.rows", totals.rows),
    }];
    if let Some(previous) = totals.previous_errors {
        let label = analysis.period.previous.as_ref().map_or("", |bounds| bounds.label.as_str());
        // What is known only in part is not compared with a whole period.
        let change = Counts::from(totals).short_change(lang).filter(|_| analysis.reached);
        figures.push(Figure {
            title: lang.phrase("page.compared"),
            trend: if change.is_some() { Trend::of(totals.change) } else { plain },
            // The percent sign stays with its number.
            value: change.map_or_else(|| "–".to_owned(), |change| change.replace(' ', "\u{a0}")),
            note: lang.say(&Sentence::new("mail.before").with("number", lang.number(previous)).with("label", label)),
        });
    }
    let in_incidents = analysis.incidents.iter().fold(0, |sum: u64, incident| sum.saturating_add(incident.errors));
    figures.push(Figure {
        title: lang.phrase("page.incidents"),
        value: lang.number(analysis.incidents.len() as u64),
        trend: plain,
        note: match analysis.incidents.len() {
            0 => lang.phrase("mail.no_incident").to_owned(),
            _ => counted(lang, "page.in_incidents_one", "page.in_incidents", in_incidents),
        },
    });
    figures
}

fn headline(analysis: &Analysis, lang: Lang) -> String {
    match (analysis.headline.as_str(), analysis.totals.errors) {
        ("", 0) if !has_rows(analysis) => lang.phrase("terminal.no_rows").to_owned(),
        ("", 0) => lang.phrase("page.no_errors").to_owned(),
        ("", errors) => counted(lang, "page.errors_one", "page.errors_many", errors),
        (headline, _) => shortened(headline, LONGEST_SENTENCE),
    }
}

/// Period, channels, zone, and what the numbers are limited to.
fn scope(analysis: &Analysis, clock: &Clock) -> Vec<String> {
    let mut scope = vec![clock.period(analysis.period.start, analysis.period.end)];
    scope.extend(analysis.channels.iter().take(CHANNELS).map(|name| shortened(name, LONGEST_NAME)));
    let more = analysis.channels.len().saturating_sub(CHANNELS) as u64;
    scope.extend((more > 0).then(|| counted(clock.lang, "page.more_channels_one", "page.more_channels", more)));
    scope.push(analysis.timezone.to_string());
    scope.extend(filter_heading(clock.lang, &analysis.filter).map(|filter| shortened(&filter, LONGEST_SENTENCE)));
    scope
}

/// A line of the table.
struct Detail {
    name: String,
    reason: String,
    marks: Vec<&'static str>,
    errors: String,
    share: String,
    change: Option<String>,
    trend: Trend,
    /// Of the bar, in percent, and its colour.
    width: u32,
    colour: String,
}

impl Detail {
    fn new(row: &DetailRow, inks: &ReasonInks<'_>, lang: Lang) -> Detail {
        let mut marks = Vec::new();
        marks.extend((row.new && row.errors > 0).then(|| lang.phrase("page.new")));
        marks.extend((!row.known).then(|| lang.phrase("page.unknown")));
        marks.extend((row.errors == 0).then(|| lang.phrase("page.stopped")));
        Detail {
            name: shortened(&detail_name(lang, &row.reason, &row.detail), LONGEST_NAME),
            reason: shortened(&row.reason, LONGEST_NAME),
            marks,
            errors: lang.number(row.errors),
            share: lang.percent(row.share),
            change: Counts::from(row).short_change(lang),
            trend: Trend::of(row.change),
            width: ((row.share * 100.0).round() as u32).clamp(u32::from(row.errors > 0), 100),
            colour: format!("#{:06x}", inks.ink(&row.reason).light),
        }
    }
}

/// An incident in words, and its picture.
struct Told {
    when: String,
    ongoing: bool,
    sentence: String,
    image: Option<Image>,
}

fn sentence(incident: &Incident, clock: &Clock) -> String {
    let lang = clock.lang;
    let key = if incident.channel.is_some() { "mail.incident_sentence_channel" } else { "mail.incident_sentence" };
    let what = match incident.detail.is_empty() {
        true => incident.reason.clone(),
        false => detail_name(lang, &incident.reason, &incident.detail),
    };
    let peak_at = clock.moment_after(incident.start, incident.peak_at);
    lang.say(
        &Sentence::new(key)
            .with("duration", clock.duration(incident.minutes))
            .with("errors", lang.number(incident.errors))
            .with("what", isolated(&shortened(&what, LONGEST_NAME)))
            .with("channel", isolated(&shortened(incident.channel.as_deref().unwrap_or(""), LONGEST_NAME)))
            .with("peak", lang.number(incident.peak_errors))
            .with("peak_at", peak_at),
    )
}

/// A picture of the message.
struct Image {
    source: String,
    alt: String,
    width: u32,
    height: u32,
}

impl Image {
    fn new(picture: &Picture<'_>, content_id: String) -> Image {
        let (width, height) = size(picture.png).unwrap_or((PICTURE_WIDTH, PICTURE_WIDTH / 2));
        let height = u64::from(PICTURE_WIDTH) * u64::from(height) / u64::from(width.max(1));
        Image {
            source: format!("cid:{content_id}"),
            alt: shortened(&picture.chart.alt, LONGEST_SENTENCE),
            width: PICTURE_WIDTH,
            height: u32::try_from(height).unwrap_or(PICTURE_WIDTH),
        }
    }
}

/// Width and height of a PNG, which begins with its signature and then the header chunk.
fn size(png: &[u8]) -> Option<(u32, u32)> {
    let number = |at: usize| Some(u32::from_be_bytes(png.get(at..at + 4)?.try_into().ok()?));
    png.starts_with(b"\x89PNG\r\n\x1a\n").then_some(())?;
    Some((number(16)?, number(20)?))
}

fn shortened(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        Some(_) => text.chars().take(longest - 1).chain(['…']).collect(),
        None => text.to_owned(),
    }
}

/// A name within a sentence: Unicode's isolates (UAX #9) keep one that is written from right to left from turning
/// round what stands beside it.
fn isolated(name: &str) -> String {
    if name.is_ascii() { name.to_owned() } else { format!("\u{2068}{name}\u{2069}") }
}
