//! `errstat archive info`: what an archive holds.

use crate::{
    analysis::Inventory,
    model::{LocalTime, Sentence, key},
    render::document::Kind,
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
    let moment = |time: Option<LocalTime>| time.map_or_else(|| "–".to_owned(), |time| clock.moment(time));
    let columns = [
        (Kind::Name, lang.phrase(key::archiving::CHANNEL)),
        (Kind::Number, lang.phrase(key::archiving::EXPORTED)),
        (Kind::Number, lang.phrase(key::archiving::MAILED)),
        (Kind::Words, lang.phrase(key::archiving::FIRST)),
        (Kind::Words, lang.phrase(key::archiving::LAST)),
    ];
    let rows = found.channels.iter().map(|channel| {
        vec![
            channel.channel.as_deref().map_or_else(|| "–".to_owned(), |name| excerpt(name, 60)),
            lang.number(channel.exported),
            lang.number(channel.mailed),
            moment(channel.first),
            moment(channel.last),
        ]
    });
    sheet.table(&columns, rows);
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
        let columns = [
            (Kind::Words, lang.phrase(key::archiving::ID)),
            (Kind::Name, lang.phrase(key::archiving::SOURCE)),
            (Kind::Name, lang.phrase(key::archiving::CHANNEL)),
            (Kind::Words, lang.phrase(key::archiving::ADDED_TITLE)),
            (Kind::Number, lang.phrase(key::archiving::ROWS)),
            (Kind::Number, lang.phrase(key::archiving::ERRORS)),
            (Kind::Words, lang.phrase(key::archiving::UNTIL)),
        ];
        let width = sheet.width() / 3;
        let rows = found.sources.iter().map(|source| {
            let day = |time: LocalTime| time.date_naive().to_string();
            vec![
                source.id.clone(),
                path_end(&source.name, width),
                if source.channels.is_empty() { "–".to_owned() } else { excerpt(&lang.list(&source.channels), 60) },
                day(source.added),
                lang.number(source.rows),
                lang.number(source.errors),
                source.complete_until.map_or_else(|| "–".to_owned(), day),
            ]
        });
        sheet.table(&columns, rows);
    }
    sheet.finish()
}
