//! The HTML of a mail.
//!
//! Mail programs drop style sheets and scripts, so every style stands at its element and tables lay it out. Text and
//! background have no colours of their own: they are the reader's, light or dark. What has a colour, such as a bar or
//! a state, is readable on both.

use askama::Template;

use crate::{
    analysis::{Analysis, DetailRow, Incident, filter_heading},
    chart::{ReasonInks, theme::Ink},
    model::{Sentence, key},
    render::{
        counts::Counts,
        wording::{counted, cut, detail_name, first_causes, in_incidents, previous_label, shortened, what},
    },
    story::{Clock, Story},
    taxonomy::{Explanation, Lang},
};

use super::{
    subject::State,
    view::{INCIDENTS, Picture},
};

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
pub(super) fn html(
    story: &Story<'_>,
    pictures: &[&Picture<'_>],
    content_id: impl Fn(&Picture<'_>) -> String,
) -> Result<String, askama::Error> {
    let (analysis, lang, clock) = (story.analysis, story.lang(), story.clock);
    let image = |name: &str, number: Option<usize>| {
        let found = pictures.iter().find(|picture| picture.chart.name == name && picture.chart.number == number);
        found.map(|picture| Image::new(picture, content_id(picture)))
    };
    let inks = ReasonInks::new(analysis);
    let (details, more_details) = cut(lang, &analysis.by_detail, story.top.min(DETAILS));
    let (incidents, more_incidents) = cut(lang, &analysis.incidents, INCIDENTS.min(story.top));
    let more_notes = story.notes().count().saturating_sub(NOTES) as u64;
    Body {
        lang,
        clock,
        states: State::of(analysis),
        headline: prose(&story.headline),
        scope: scope(analysis, &clock),
        figures: figures(analysis, lang),
        timeline: image("timeline", None).filter(|_| analysis.totals.errors > 0),
        heatmap: image("heatmap", None).filter(|_| analysis.totals.errors > 0),
        details: details.iter().map(|row| (row, Counts::from(row), inks.ink(&row.reason))).collect(),
        more_details,
        incidents: (1..).zip(incidents).map(|(number, told)| (told, image("incident", Some(number)))).collect(),
        more_incidents,
        advice: first_causes(lang, analysis).into_iter().take(CAUSES).collect(),
        more_notes: (more_notes > 0)
            .then(|| counted(lang, key::mail::MORE_NOTES_ONE, key::mail::MORE_NOTES, more_notes)),
        story,
        analysis,
    }
    .render()
}

#[derive(Template)]
#[template(path = "mail.html", whitespace = "minimize")]
struct Body<'a> {
    lang: Lang,
    clock: Clock,
    states: Vec<State>,
    headline: String,
    scope: Vec<String>,
    figures: Vec<Figure>,
    timeline: Option<Image>,
    heatmap: Option<Image>,
    details: Vec<(&'a DetailRow, Counts, Ink)>,
    more_details: Option<String>,
    incidents: Vec<(&'a Incident, Option<Image>)>,
    more_incidents: Option<String>,
    advice: Vec<(&'a DetailRow, Explanation)>,
    more_notes: Option<String>,
    story: &'a Story<'a>,
    analysis: &'a Analysis,
}

impl Body<'_> {
    fn t(&self, key: key::SentenceKey) -> &str {
        self.lang.phrase(key)
    }

    fn share(&self, share: &f64) -> String {
        self.lang.percent(*share)
    }

    fn detail(&self, row: &DetailRow) -> String {
        name(&detail_name(self.lang, &row.reason, &row.detail))
    }

    fn marks(&self, row: &DetailRow) -> impl Iterator<Item = &'static str> {
        let new = (row.new && row.errors > 0).then(|| self.lang.phrase(key::page::NEW));
        let unknown = (!row.known).then(|| self.lang.phrase(key::page::UNKNOWN));
        let stopped = (row.errors == 0).then(|| self.lang.phrase(key::page::STOPPED));
        [new, unknown, stopped].into_iter().flatten()
    }

    /// Of a bar, in percent.
    fn width(&self, counts: &Counts) -> u32 {
        ((counts.share * 100.0).round() as u32).clamp(u32::from(counts.errors > 0), 100)
    }

    /// An incident in words.
    fn sentence(&self, incident: &Incident) -> String {
        let sentence = match incident.channel {
            Some(_) => Sentence::new(key::mail::INCIDENT_SENTENCE_CHANNEL),
            None => Sentence::new(key::mail::INCIDENT_SENTENCE),
        };
        let what = what(self.lang, &incident.reason, &incident.detail);
        self.lang.say(
            &sentence
                .with("duration", self.clock.duration(incident.minutes))
                .with_number("errors", incident.errors)
                .with("what", isolated(&name(&what)))
                .with("channel", isolated(&name(incident.channel.as_deref().unwrap_or(""))))
                .with_number("peak", incident.peak_errors)
                .with("peak_at", self.clock.moment_after(incident.start, incident.peak_at)),
        )
    }
}

/// A name from a file, cut.
fn name(text: &str) -> String {
    shortened(text, LONGEST_NAME)
}

/// A sentence with names from files, cut.
fn prose(text: &str) -> String {
    shortened(text, LONGEST_SENTENCE)
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
        title: lang.phrase(key::page::ERRORS),
        value: lang.number(totals.errors),
        trend: plain,
        note: counted(lang, key::page::ROWS_ONE, key::page::ROWS, totals.rows),
    }];
    if let Some(previous) = totals.previous_errors {
        // What is known only in part is not compared with a whole period.
        let change = Counts::from(totals).short_change(lang).filter(|_| analysis.reached);
        figures.push(Figure {
            title: lang.phrase(key::page::COMPARED),
            trend: if change.is_some() { Trend::of(totals.change) } else { plain },
            // The percent sign stays with its number.
            value: change.map_or_else(|| "–".to_owned(), |change| change.replace(' ', "\u{a0}")),
            note: lang.say(
                &Sentence::new(key::mail::BEFORE)
                    .with_number("number", previous)
                    .with("label", previous_label(analysis)),
            ),
        });
    }
    figures.push(Figure {
        title: lang.phrase(key::page::INCIDENTS),
        value: lang.number(analysis.incidents.len() as u64),
        trend: plain,
        note: in_incidents(lang, analysis, key::mail::NO_INCIDENT),
    });
    figures
}

/// Period, channels, zone, and what the numbers are limited to.
fn scope(analysis: &Analysis, clock: &Clock) -> Vec<String> {
    let mut scope = vec![clock.period(analysis.period.start, analysis.period.end)];
    scope.extend(analysis.channels.iter().take(CHANNELS).map(|channel| name(channel)));
    let more = analysis.channels.len().saturating_sub(CHANNELS) as u64;
    scope.extend((more > 0).then(|| counted(clock.lang, key::page::MORE_CHANNELS_ONE, key::page::MORE_CHANNELS, more)));
    scope.push(analysis.timezone.to_string());
    scope.extend(filter_heading(clock.lang, &analysis.filter).map(|filter| prose(&filter)));
    scope
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
            alt: prose(&picture.chart.alt),
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

/// A name within a sentence: Unicode's isolates (UAX #9) keep one that is written from right to left from turning
/// round what stands beside it.
fn isolated(name: &str) -> String {
    if name.is_ascii() { name.to_owned() } else { format!("\u{2068}{name}\u{2069}") }
}
