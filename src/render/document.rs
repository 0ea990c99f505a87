//! What the text outputs say, in the order in which it is read. It is made once; the terminal and Markdown only write it.

use crate::{
    model::{LocalTime, Sentence, SentenceKey, key},
    story::{
        Change, Compared, DetailLine, Event, ReasonLine, Story, counted, cut, detail_name, more_details, shortened,
    },
    taxonomy::Lang,
};

use super::{graph::sparkline, grid::Grid};

/// More incidents than this stand in a table.
pub(super) const FEW_INCIDENTS: usize = 3;
/// Cells of the curve of an incident, in a table and under a sentence.
const SHORT_CURVE: usize = 8;
const LONG_CURVE: usize = 60;
/// Steps of advice for each cause; `explain` has all of them.
const FIRST_STEPS: usize = 3;
/// Examples of rejected rows; `inspect` shows more.
const REJECTS: usize = 3;
/// Characters of a text from a file in a list.
const LONGEST_TEXT: usize = 120;
/// A period of which the inputs do not know all.
const UNCOVERED: char = '░';
/// Cells of lines that have room for changes, for what was before and curves, and for everything.
const MIDDLING: usize = 48;
const WIDE: usize = 64;
const SPACIOUS: usize = 110;

/// A part of the text.
pub(super) enum Block {
    Heading(&'static str),
    /// The state and the headline.
    Headline,
    Said(Tone, String),
    Item(Tone, String),
    /// errstat's own text below an item, with commands between backticks.
    Below(Tone, String),
    /// What to do about it, likewise.
    Step(String),
    /// LINE's documentation, below an item.
    Link(&'static str),
    /// A curve of characters, below an item.
    Curve(String),
    Table(Table),
    /// The windows of the period; only where there is a place to draw.
    Timeline,
}

/// How much something weighs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    Strong,
    Plain,
    Faint,
    Grave,
}

pub(super) struct Table {
    pub columns: Vec<Column>,
    pub rows: Vec<Vec<Cell>>,
    /// What it leaves out.
    pub more: Option<String>,
}

impl Table {
    /// Rows may end early; columns in which nothing stands are left out.
    fn new(columns: Vec<Column>, mut rows: Vec<Vec<Cell>>, more: Option<String>) -> Table {
        let used: Vec<bool> = (0..columns.len())
            .map(|at| rows.iter().any(|row| row.get(at).is_some_and(|cell| !cell.text().is_empty())))
            .collect();
        for row in &mut rows {
            row.resize(columns.len(), Cell::Text(String::new()));
            let mut used = used.iter();
            row.retain(|_| used.next() == Some(&true));
        }
        let columns = columns.into_iter().zip(used).filter_map(|(column, used)| used.then_some(column));
        Table { columns: columns.collect(), rows, more }
    }
}

pub(super) struct Column {
    pub title: &'static str,
    pub kind: Kind,
    /// Cells of a line from which on there is room for it.
    pub from: usize,
}

impl Column {
    fn untitled(kind: Kind) -> Column {
        Column { title: "", kind, from: 0 }
    }

    fn new(lang: Lang, title: SentenceKey, kind: Kind) -> Column {
        Column { title: lang.phrase(title), kind, from: 0 }
    }

    /// Only where a line has so many cells.
    fn from(self, from: usize) -> Column {
        Column { from, ..self }
    }
}

/// What a column's cells are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// From a file, of any length.
    Name,
    /// Of a file: its end says more than its beginning.
    Path,
    Words,
    /// That something is new, ongoing …: rather over several lines than beside a cut name.
    Marks,
    Number,
    Curve,
}

#[derive(Clone)]
pub(super) enum Cell {
    Text(String),
    /// A name of what the rows below it add up to.
    Sum(String),
    /// A name of one of those.
    Part(String),
    /// That something is new, unknown, ongoing.
    Mark(String),
    Change(Change),
}

impl Cell {
    pub fn text(&self) -> &str {
        match self {
            Cell::Text(text) | Cell::Sum(text) | Cell::Part(text) | Cell::Mark(text) => text,
            Cell::Change(change) => &change.text,
        }
    }
}

/// All that is told.
pub(super) fn document(story: &Story<'_>) -> Vec<Block> {
    let parts = [incidents, advice, failed, server_log, places, timeline, stopped, stops, files, notes];
    // With few incidents each has its own sentence of the log.
    let few = story.events.shown.len() <= FEW_INCIDENTS;
    let log =
        story.log.as_ref().map(|log| Block::Said(Tone::Plain, if few { log.rate.clone() } else { log.line.clone() }));
    head(story, usize::MAX).into_iter().chain(log).chain(parts.iter().flat_map(|part| part(story))).collect()
}

/// Grave notes, how bad it is, of what and when, and how it stands.
pub(super) fn head(story: &Story<'_>, most_grave: usize) -> Vec<Block> {
    let (grave, more) = cut(story.lang(), &story.grave, most_grave);
    let grave = grave.iter().map(|note| Block::Item(Tone::Grave, note.text.clone()));
    let said = |tone: Tone| move |text: String| Block::Said(tone, text);
    let mut blocks: Vec<Block> = grave.chain(more.map(said(Tone::Grave))).collect();
    blocks.push(Block::Headline);
    blocks.push(Block::Said(Tone::Faint, story.scope.join(story.lang().dot())));
    blocks.extend(story.filter.clone().map(said(Tone::Grave)));
    blocks.extend([story.standing.clone(), strip(story)].into_iter().flatten().map(said(Tone::Plain)));
    blocks
}

/// The like periods and this one as bars, and what is usual: `▂▁░█  █ 16 Nov: 991 · ▂ Usual: 145 a week`.
pub(super) fn strip(story: &Story<'_>) -> Option<String> {
    let strip = story.strip.as_ref()?;
    let values = strip.bars.iter().map(|bar| if bar.covered || bar.current { bar.errors } else { 0 });
    let drawn = sparkline(&values.chain(strip.median).collect::<Vec<u64>>(), 0);
    let bars: String =
        strip.bars.iter().zip(drawn.chars()).map(|(bar, sign)| if bar.covered { sign } else { UNCOVERED }).collect();
    let median: String = drawn.chars().skip(strip.bars.len()).flat_map(|sign| [sign, ' ']).collect();
    let this = format!("{} {}", bars.chars().last()?, strip.current);
    let usual = format!("{median}{}", strip.caption);
    let unknown = bars.contains(UNCOVERED).then(|| format!("{UNCOVERED} {}", story.lang().phrase(key::chart::PARTLY)));
    let legend: Vec<String> = [this, usual].into_iter().chain(unknown).collect();
    Some(format!("{bars}  {}", legend.join(story.lang().dot())))
}

/// A heading, where there is something below it.
fn section(lang: Lang, title: SentenceKey, blocks: impl IntoIterator<Item = Block>) -> Vec<Block> {
    let mut blocks = blocks.into_iter().peekable();
    let heading = blocks.peek().map(|_| Block::Heading(lang.phrase(title)));
    heading.into_iter().chain(blocks).collect()
}

/// A table under a heading, where it has rows.
fn table(
    lang: Lang,
    title: SentenceKey,
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
    more: Option<String>,
) -> Vec<Block> {
    section(lang, title, (!rows.is_empty()).then(|| Block::Table(Table::new(columns, rows, more))))
}

/// The first entries of a list, and how many more there are.
fn items<T>(story: &Story<'_>, list: &[T], said: impl Fn(&T) -> String) -> Vec<Block> {
    let (shown, more) = cut(story.lang(), list, story.top);
    let items = shown.iter().map(|entry| Block::Item(Tone::Plain, said(entry)));
    items.chain(more.map(|more| Block::Said(Tone::Faint, more))).collect()
}

/// What happened: a sentence and a curve each, or a table of many.
fn incidents(story: &Story<'_>) -> Vec<Block> {
    let (lang, events) = (story.lang(), &story.events);
    if story.analysis.totals.errors == 0 {
        return Vec::new();
    }
    let said = |text: &Option<String>| text.clone().map(|text| Block::Said(Tone::Plain, text));
    let mut blocks: Vec<Block> = said(&events.none).into_iter().collect();
    if events.shown.len() > FEW_INCIDENTS {
        blocks.push(Block::Table(incident_table(story)));
    } else {
        blocks.extend(events.shown.iter().flat_map(incident));
        blocks.extend(more_incidents(story, events.shown.len()).map(|more| Block::Said(Tone::Faint, more)));
    }
    blocks.extend(said(&events.recovery));
    blocks.extend(events.patterns.iter().map(|pattern| Block::Item(Tone::Plain, pattern.clone())));
    section(lang, key::terminal::INCIDENTS, blocks)
}

/// An incident in a sentence and a curve.
pub(super) fn incident(event: &Event<'_>) -> Vec<Block> {
    let curve = peaks(event, LONG_CURVE);
    // Two cells are no curve.
    let curve = (curve.len() > 2).then(|| Block::Curve(sparkline(&curve, 0)));
    let log = event.log.clone().map(|log| Block::Below(Tone::Plain, log));
    [Block::Item(Tone::Plain, event.sentence.clone())].into_iter().chain(curve).chain(log).collect()
}

/// How many of the incidents the first are, where they are not all.
pub(super) fn more_incidents(story: &Story<'_>, first: usize) -> Option<String> {
    cut(story.lang(), &story.analysis.incidents, first).1
}

/// Incidents with their curves on one scale.
fn incident_table(story: &Story<'_>) -> Table {
    let (lang, events) = (story.lang(), &story.events.shown);
    let highest = events.iter().map(|event| event.incident.highest()).max().unwrap_or(0);
    let column = |key, kind| Column::new(lang, key, kind);
    let text = Cell::Text;
    let table = Grid::of(events)
        .column(column(key::terminal::START, Kind::Words), |of| text(story.clock.short_moment(of.incident.start)))
        .column(column(key::terminal::LENGTH, Kind::Number), |of| text(of.lasted.clone()))
        .column(column(key::terminal::ERRORS, Kind::Number), |of| text(lang.number(of.incident.errors)))
        .column(column(key::terminal::MADE_OF, Kind::Name), |of| text(of.what.clone()))
        .column(column(key::terminal::CHANNEL, Kind::Name), |of| text(of.channel.clone().unwrap_or_default()))
        .column(column(key::terminal::CURVE, Kind::Curve).from(WIDE), |of| {
            text(sparkline(&peaks(of, SHORT_CURVE), highest))
        })
        .column(Column::untitled(Kind::Marks), |of| Cell::Mark(of.state.unwrap_or_default().to_owned()));
    Table::new(table.headings, table.rows, more_incidents(story, events.len()))
}

/// The most errors in five minutes, in each of at most so many parts of an incident.
fn peaks(event: &Event<'_>, most: usize) -> Vec<u64> {
    let cells = event.incident.cells();
    let together = cells.len().div_ceil(most).max(1);
    cells.chunks(together).map(|cells| cells.iter().copied().max().unwrap_or(0)).collect()
}

/// When LINE stopped redelivering, the last first.
fn stops(story: &Story<'_>) -> Vec<Block> {
    let stops: Vec<_> = story.analysis.redelivery_stopped.iter().rev().collect();
    let items = items(story, &stops, |stop| {
        let channel = shortened(stop.channel.as_deref().unwrap_or_default(), LONGEST_TEXT);
        format!("{} {channel}", story.clock.moment(stop.at)).trim_end().to_owned()
    });
    section(story.lang(), key::terminal::REDELIVERY_STOPPED, items)
}

/// What to do first, with the times to look for.
fn advice(story: &Story<'_>) -> Vec<Block> {
    let (lang, advised) = (story.lang(), &story.advice.blocks);
    let mut blocks = Vec::new();
    for (at, block) in advised.iter().enumerate() {
        blocks.push(Block::Item(Tone::Strong, block.title.clone()));
        blocks.extend(block.in_logs.clone().map(|logs| Block::Below(Tone::Plain, logs)));
        if advised[..at].iter().any(|told| told.is_like(block)) {
            continue;
        }
        blocks.push(Block::Below(Tone::Plain, block.explanation.meaning.to_owned()));
        blocks.extend(block.steps().take(FIRST_STEPS).map(|step| Block::Step(step.to_owned())));
        let more = Sentence::new(key::terminal::EXPLAIN_MORE).with("question", &block.question);
        blocks.extend([Block::Below(Tone::Faint, lang.say(&more)), Block::Link(block.explanation.link)]);
    }
    blocks.extend(story.advice.more.clone().map(|more| Block::Below(Tone::Faint, more)));
    blocks.extend(story.advice.unadvised.clone().map(|unadvised| Block::Item(Tone::Plain, unadvised)));
    section(lang, key::terminal::ADVICE, blocks)
}

/// What failed: all, reasons, and under each its details.
fn failed(story: &Story<'_>) -> Vec<Block> {
    let (lang, failed) = (story.lang(), &story.failed);
    let mut rows = Vec::new();
    if !failed.reasons.is_empty() {
        let all = Cell::Sum(lang.phrase(key::terminal::ALL).to_owned());
        rows.push(counts(lang, all, story.total.clone(), &story.compared));
    }
    for reason in &failed.reasons {
        match &reason.details[..] {
            [] => {}
            [only] if only.row.errors == reason.row.errors => {
                rows.push(detail_row(story, Cell::Text(full_name(lang, reason, only)), only));
            }
            details => {
                let name = Cell::Sum(reason.row.reason.clone());
                rows.push(counts(lang, name, lang.number(reason.row.errors), &reason.compared));
                rows.extend(details.iter().map(|line| detail_row(story, Cell::Part(line.name.clone()), line)));
            }
        }
    }
    table(lang, key::terminal::FAILED, failed_columns(lang), rows, failed.more.clone())
}

/// The most frequent details, a line each.
pub(super) fn causes(story: &Story<'_>, most: usize) -> Table {
    let lang = story.lang();
    let details = story.failed.details();
    let shown = details.iter().take(most);
    let rows = shown.map(|(reason, line)| detail_row(story, Cell::Text(full_name(lang, reason, line)), line));
    let mut table = Table::new(failed_columns(lang), rows.collect(), more_details(story.analysis, lang, most));
    table.columns[0].title = lang.phrase(key::terminal::FAILED);
    table
}

/// A detail that stands without its reason; where LINE's list does not tell the reason, both.
pub(super) fn full_name(lang: Lang, reason: &ReasonLine<'_>, line: &DetailLine<'_>) -> String {
    match line.row.known {
        true => line.name.clone(),
        false => lang.lead(&shortened(&reason.row.reason, LONGEST_TEXT)) + &line.name,
    }
}

fn failed_columns(lang: Lang) -> Vec<Column> {
    let seen = [key::terminal::FIRST_SEEN, key::terminal::LAST_SEEN];
    let seen = seen.map(|key| Column::new(lang, key, Kind::Words).from(SPACIOUS));
    counted_columns(lang).into_iter().chain([Column::untitled(Kind::Marks)]).chain(seen).collect()
}

fn detail_row(story: &Story<'_>, name: Cell, line: &DetailLine<'_>) -> Vec<Cell> {
    let lang = story.lang();
    let seen = |at: Option<LocalTime>| Cell::Text(at.map_or_else(String::new, |at| story.clock.short_moment(at)));
    let marks = line.marks(lang, [key::terminal::NEW, key::terminal::UNLISTED]);
    let mut row = counts(lang, name, lang.number(line.row.errors), &line.compared);
    row.extend([Cell::Mark(marks.join(" ")), seen(line.row.first_seen), seen(line.row.last_seen)]);
    row
}

/// The columns of [`counts`].
fn counted_columns(lang: Lang) -> Vec<Column> {
    vec![
        Column::untitled(Kind::Name),
        Column::new(lang, key::terminal::ERRORS, Kind::Number),
        Column::new(lang, key::terminal::SHARE, Kind::Number),
        Column::new(lang, key::terminal::BEFORE, Kind::Number).from(WIDE),
        Column::new(lang, key::terminal::CHANGE, Kind::Number).from(MIDDLING),
    ]
}

fn counts(lang: Lang, name: Cell, errors: String, compared: &Compared) -> Vec<Cell> {
    let before = compared.before.map_or_else(String::new, |before| lang.number(before));
    let change = compared.change.clone().map_or_else(|| Cell::Text(String::new()), Cell::Change);
    vec![name, Cell::Text(errors), Cell::Text(lang.percent(compared.share)), Cell::Text(before), change]
}

/// Channels and hosts, where there are several.
fn places(story: &Story<'_>) -> Vec<Block> {
    let (lang, analysis) = (story.lang(), story.analysis);
    let row =
        |name: &str, compared: Compared| counts(lang, Cell::Text(name.to_owned()), compared.shown(lang), &compared);
    let (channels, more_channels) = cut(lang, &analysis.by_channel, story.top);
    let (hosts, more_hosts) = cut(lang, &analysis.by_host, story.top);
    let channels = channels.iter().map(|channel| {
        let name = channel.channel.as_deref().unwrap_or_else(|| lang.phrase(key::story::NO_CHANNEL));
        row(name, Compared::channel(analysis, channel, lang))
    });
    let hosts = hosts.iter().map(|host| row(&host.host, Compared::host(analysis, host)));
    let several = |title, rows: Vec<_>, more| match rows.len() {
        1 => Vec::new(),
        _ => table(lang, title, counted_columns(lang), rows, more),
    };
    let channels = several(key::terminal::CHANNELS, channels.collect(), more_channels);
    channels.into_iter().chain(several(key::terminal::HOSTS, hosts.collect(), more_hosts)).collect()
}

/// What the access logs have, and what they say of details of which no incident says the same.
fn server_log(story: &Story<'_>) -> Vec<Block> {
    let (Some(log), Some(report)) = (&story.log, &story.analysis.server_log) else { return Vec::new() };
    let lines = log.lines.iter().map(|line| Block::Said(Tone::Plain, line.clone()));
    let shown: Vec<&str> = story.events.shown.iter().filter_map(|event| event.log.as_deref()).collect();
    let told = report.matches.iter().filter(|found| found.finding.is_decided());
    let told = told.map(|found| (found, story.lang().say(&found.finding.sentence)));
    let told: Vec<_> = told.filter(|(_, text)| !shown.contains(&text.as_str())).collect();
    let found = items(story, &told, |(found, text)| {
        let name = detail_name(story.lang(), &found.reason, &found.detail);
        let sentence = Sentence::new(key::server_log::FOUND).with("detail", shortened(&name, LONGEST_TEXT));
        story.lang().say(&sentence.with("finding", text))
    });
    section(story.lang(), key::server_page::TITLE, lines.chain(found))
}

fn timeline(story: &Story<'_>) -> Vec<Block> {
    // A single window is its total.
    let drawn = story.analysis.totals.errors > 0 && story.analysis.windows.buckets.len() > 1;
    drawn.then_some(Block::Timeline).into_iter().collect()
}

/// Details of the period before that this one no longer has.
fn stopped(story: &Story<'_>) -> Vec<Block> {
    let items = items(story, &story.failed.stopped, |(name, before)| {
        let sentence = Sentence::new(key::terminal::STOPPED_DETAIL).with("detail", shortened(name, LONGEST_TEXT));
        story.lang().say(&sentence.with_number("number", *before))
    });
    section(story.lang(), key::terminal::STOPPED, items)
}

/// The files, and the rows in them that are not counted.
fn files(story: &Story<'_>) -> Vec<Block> {
    let lang = story.lang();
    let (shown, more) = cut(lang, &story.analysis.inputs, story.top);
    let column = |key, kind| Column::new(lang, key, kind);
    let number = |number| Cell::Text(lang.number(number));
    let files = Grid::of(shown)
        .column(column(key::terminal::FILE, Kind::Path), |input| Cell::Text(input.path.clone()))
        .column(column(key::terminal::CHANNEL, Kind::Name), |of| Cell::Text(lang.list(&of.channels)))
        .column(column(key::terminal::ROWS, Kind::Number), |input| number(input.rows))
        .column(column(key::terminal::REJECTED, Kind::Number), |input| number(input.rejected))
        .column(column(key::terminal::ERRORS, Kind::Number), |input| number(input.errors));
    let files = table(lang, key::terminal::FILES, files.headings, files.rows, more);
    files.into_iter().chain(rejects(story)).collect()
}

/// How many rows are not counted, and examples.
fn rejects(story: &Story<'_>) -> Vec<Block> {
    let (lang, rejects) = (story.lang(), &story.analysis.rejects);
    let count = || counted(lang, key::terminal::REJECTS_ONE, key::terminal::REJECTS, rejects.count);
    let count = (rejects.count > 0).then(|| Block::Said(Tone::Grave, count()));
    let examples = rejects.examples.iter().take(REJECTS).map(|reject| {
        let line = Sentence::new(key::terminal::REJECT)
            .with("path", shortened(&reject.path, LONGEST_TEXT))
            .with("line", reject.line)
            .with("why", &reject.why)
            .with("text", shortened(&reject.text, LONGEST_TEXT));
        Block::Item(Tone::Plain, lang.say(&line))
    });
    count.into_iter().chain(examples).collect()
}

/// What the data are worth; grave notes stand above everything.
fn notes(story: &Story<'_>) -> Vec<Block> {
    let notes = story.warnings.iter().chain(&story.infos).map(|note| Block::Item(Tone::Plain, note.text.clone()));
    let caveat = Block::Item(Tone::Faint, story.caveat.to_owned());
    section(story.lang(), key::terminal::QUALITY, notes.chain([caveat]))
}
