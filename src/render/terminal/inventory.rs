//! `errstat archive info`: what an archive holds.

use crate::{
    analysis::Inventory,
    model::{LocalTime, Sentence, key},
    render::{document::Kind, grid::Grid},
    story::Clock,
};

use super::{
    ink::Ink,
    sheet::{Sheet, TerminalView, excerpt, path_end},
};

/// The inventory as text of at most the view's width, each line ended.
pub fn inventory(found: &Inventory, view: &TerminalView) -> String {
    let lang = view.lang;
    let clock = Clock::of(lang, found.timezone);
    let mut sheet = Sheet::new(view);
    sheet.paragraph("", &found.archive, Ink::Strong);
    if !found.managed {
        sheet.paragraph("", lang.phrase(key::archiving::UNMANAGED), Ink::Notice);
    }
    sheet.heading(lang.phrase(key::archiving::CHANNELS));
    let none = || "–".to_owned();
    let moment = |time: Option<LocalTime>| time.map_or_else(none, |time| clock.moment(time));
    let channels = Grid::of(&found.channels)
        .column((Kind::Name, lang.phrase(key::archiving::CHANNEL)), |of| {
            of.channel.as_deref().map_or_else(none, |name| excerpt(name, 60))
        })
        .column((Kind::Number, lang.phrase(key::archiving::EXPORTED)), |of| lang.number(of.exported))
        .column((Kind::Number, lang.phrase(key::archiving::MAILED)), |of| lang.number(of.mailed))
        .column((Kind::Words, lang.phrase(key::archiving::FIRST)), |of| moment(of.first))
        .column((Kind::Words, lang.phrase(key::archiving::LAST)), |of| moment(of.last));
    sheet.table(&channels.headings, channels.rows);
    let gaps: Vec<String> = found
        .channels
        .iter()
        .flat_map(|channel| channel.gaps.iter().map(move |gap| (channel, gap)))
        .map(|(channel, gap)| {
            let sentence = Sentence::new(key::archiving::GAP)
                .with("channel", channel.channel.as_deref().unwrap_or("–"))
                .with("stretch", clock.stretch(gap.from, gap.until))
                .with_number("mailed", gap.mailed);
            lang.say(&sentence)
        })
        .collect();
    if !gaps.is_empty() {
        sheet.heading(lang.phrase(key::archiving::GAPS));
        gaps.iter().for_each(|gap| sheet.paragraph("  - ", gap, Ink::Plain));
    }
    if !found.sources.is_empty() {
        sheet.heading(lang.phrase(key::archiving::SOURCES));
        let width = sheet.width() / 3;
        let day = |time: LocalTime| time.date_naive().to_string();
        let sources = Grid::of(&found.sources)
            .column((Kind::Words, lang.phrase(key::archiving::ID)), |source| source.id.clone())
            .column((Kind::Name, lang.phrase(key::archiving::SOURCE)), |source| path_end(&source.name, width))
            .column((Kind::Name, lang.phrase(key::archiving::CHANNEL)), |source| match &source.channels[..] {
                [] => none(),
                channels => excerpt(&lang.list(channels), 60),
            })
            .column((Kind::Words, lang.phrase(key::archiving::ADDED_TITLE)), |source| day(source.added))
            .column((Kind::Number, lang.phrase(key::archiving::ROWS)), |source| lang.number(source.rows))
            .column((Kind::Number, lang.phrase(key::archiving::ERRORS)), |source| lang.number(source.errors))
            .column((Kind::Words, lang.phrase(key::archiving::UNTIL)), |source| {
                source.complete_until.map_or_else(none, day)
            });
        sheet.table(&sources.headings, sources.rows);
    }
    sheet.finish()
}
