//! The HTML of a mail.
//!
//! Mail programs drop style sheets and scripts, so every style stands at its element and tables lay it out. Text and
//! background have no colours of their own: they are the reader's, light or dark. What has a colour, such as a bar or
//! a state, is readable on both.

use std::io::Cursor;

use askama::Template;

use crate::{
    analysis::{Analysis, Note},
    chart::{ReasonInks, theme},
    model::{Sentence, key},
    story::{Change, Compared, DetailLine, Event, Story, Trend, counted, cut, more_details, shortened},
    taxonomy::Lang,
};

use super::Picture;
use crate::render::kept::kept;

/// Width of a picture in pixels: that of the mail without its margins.
const PICTURE_WIDTH: u32 = 568;
/// A mail is read in seconds, and the page is attached: at most so many details and channels, incidents, blocks of advice
/// with so many steps, and notes.
const ROWS: usize = 8;
const INCIDENTS: usize = 3;
const CAUSES: usize = 2;
const STEPS: usize = 3;
const NOTES: usize = 6;
/// The longest name and the longest sentence from a file, in characters.
const LONGEST_NAME: usize = 120;
const LONGEST_SENTENCE: usize = 600;

/// The HTML; `content_id` tells under which id a picture is in the message.
pub(super) fn html(
    story: &Story<'_>,
    pictures: &[Picture<'_>],
    content_id: impl Fn(&Picture<'_>) -> String,
) -> Result<String, askama::Error> {
    let (analysis, lang) = (story.analysis, story.lang());
    let images = |strip: bool| {
        let of_kind = pictures.iter().filter(|picture| (picture.chart.name == "strip") == strip);
        of_kind.map(|picture| Image::new(picture, content_id(picture))).collect()
    };
    let inks = ReasonInks::new(analysis);
    let line = |line: &DetailLine<'_>| Line {
        name: name(&line.name),
        under: under(line, lang),
        errors: lang.number(line.row.errors),
        change: line.compared.change.clone(),
        bar: ((line.compared.share * 100.0).round() as u32).clamp(1, 100),
        ink: inks.ink(&line.row.reason).hex(),
    };
    let failed = story.failed.details();
    let details = &failed[..failed.len().min(ROWS)];
    let channel = |row: &crate::analysis::ChannelRow| {
        let compared = Compared::channel(analysis, row, lang);
        Line {
            name: name(row.channel.as_deref().unwrap_or_else(|| lang.phrase(key::story::NO_CHANNEL))),
            under: String::new(),
            errors: compared.shown(lang),
            change: compared.change,
            bar: ((row.share * 100.0).round() as u32).min(100),
            ink: theme::CHANNEL.hex(),
        }
    };
    let several = if analysis.by_channel.len() > 1 { &analysis.by_channel[..] } else { &[] };
    let (channels, more_channels) = cut(lang, several, ROWS);
    let events: Vec<&Event<'_>> = story.events.all().collect();
    let (events, more_events) = cut(lang, &events, INCIDENTS);
    let (notes, unsaid) = story.warnings.split_at(story.warnings.len().min(NOTES));
    let unsaid = (unsaid.len() + story.infos.len()) as u64;
    Body {
        lang,
        state: (story.state, theme::state(story.colour()).hex()),
        scope: story.filter.iter().chain(&story.scope).map(|part| name(part)).collect(),
        strip: images(true),
        pictures: images(false),
        events,
        more_events,

        details: details.iter().map(|(_, detail)| line(detail)).collect(),
        more_details: more_details(analysis, lang, details.len()),
        channels: channels.iter().map(channel).collect(),
        more_channels,
        notes,
        more_notes: (unsaid > 0).then(|| counted(lang, key::mail::MORE_NOTES_ONE, key::mail::MORE_NOTES, unsaid)),
        story,
        analysis,
    }
    .render()
    .map(|html| kept(&html, "style=\"white-space:nowrap\""))
}

#[derive(Template)]
#[template(path = "mail.html", whitespace = "minimize")]
struct Body<'a> {
    lang: Lang,
    /// The state and its colour.
    state: (&'static str, String),
    scope: Vec<String>,
    strip: Vec<Image>,
    pictures: Vec<Image>,
    events: &'a [&'a Event<'a>],
    more_events: Option<String>,
    details: Vec<Line>,
    more_details: Option<String>,
    channels: Vec<Line>,
    more_channels: Option<String>,
    notes: &'a [Note],
    more_notes: Option<String>,
    story: &'a Story<'a>,
    analysis: &'a Analysis,
}

/// A row of a table: a name, what stands under it, and its errors with a bar and their change.
struct Line {
    name: String,
    under: String,
    errors: String,
    change: Option<Change>,
    /// Length of the bar in percent.
    bar: u32,
    ink: String,
}

impl Body<'_> {
    fn t(&self, key: key::SentenceKey) -> &str {
        self.lang.phrase(key)
    }

    /// How many of a list's entries are in the page only.
    fn left_out(&self, key: key::SentenceKey, all: usize, shown: usize) -> Option<String> {
        let more = all.checked_sub(shown).filter(|more| *more > 0)?;
        Some(self.lang.say(&Sentence::new(key).with_number("number", more as u64)))
    }
}

/// The reason of a detail, and what is special about it.
fn under(line: &DetailLine<'_>, lang: Lang) -> String {
    let (reason, marks) = (name(&line.row.reason), line.marks(lang, [key::chart::NEW, key::chart::UNLISTED]));
    [reason.as_str()].into_iter().chain(marks).collect::<Vec<_>>().join(lang.dot())
}

fn compared(rows: &[Line]) -> bool {
    rows.iter().any(|row| row.change.is_some())
}

/// A colour with a contrast of at least 4 to 1 on white and on black; none for what is no news.
fn colour(trend: &Trend) -> &'static str {
    match trend {
        Trend::Worse => "color:#d9463a",
        Trend::Better => "color:#12866f",
        Trend::Same => "opacity:.72",
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

/// A picture of the message.
struct Image {
    source: String,
    alt: String,
    width: u32,
    height: u32,
}

impl Image {
    fn new(picture: &Picture<'_>, content_id: String) -> Image {
        let size = |reader: png::Reader<_>| reader.info().size();
        let read = png::Decoder::new(Cursor::new(picture.png)).read_info();
        let (width, height) = read.map_or((PICTURE_WIDTH, PICTURE_WIDTH / 2), size);
        let height = u64::from(PICTURE_WIDTH) * u64::from(height) / u64::from(width.max(1));
        Image {
            source: format!("cid:{content_id}"),
            alt: prose(&picture.chart.alt),
            width: PICTURE_WIDTH,
            height: u32::try_from(height).unwrap_or(PICTURE_WIDTH),
        }
    }
}
