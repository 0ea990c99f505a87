//! Words that several parts of the story share.

use unicode_width::UnicodeWidthChar;

use crate::{
    analysis::Analysis,
    model::{LocalTime, Sentence, SentenceKey, key, mark_behind},
    taxonomy::{self, Lang},
};

use super::Clock;

/// Names in a sentence are cut behind so many characters.
pub(super) const LONGEST_NAME: usize = 40;

/// One sentence for one, another for any other number; both with the placeholder `number`.
pub fn counted(lang: Lang, one: SentenceKey, many: SentenceKey, number: u64) -> String {
    lang.say(&Sentence::new(if number == 1 { one } else { many }).with("number", lang.number(number)))
}

/// The first `top` of a list, at least one, and where that is not all of it how many of how many they are.
pub fn cut<T>(lang: Lang, list: &[T], top: usize) -> (&[T], Option<String>) {
    let shown = &list[..list.len().min(top.max(1))];
    let said = Sentence::new(key::story::MORE);
    let said = said.with_number("shown", shown.len() as u64).with_number("all", list.len() as u64);
    (shown, (shown.len() < list.len()).then(|| lang.say(&said)))
}

/// What to call a detail: a status with its name (`502 Bad Gateway`), everything else as it stands.
pub fn detail_name(lang: Lang, reason: &str, detail: &str) -> String {
    if detail.is_empty() {
        return lang.phrase(key::story::NO_DETAIL).to_owned();
    }
    match taxonomy::status(reason, detail) {
        Some(_) => taxonomy::explanation(lang, reason, Some(detail)).map_or_else(|| detail.to_owned(), |e| e.title),
        None => detail.to_owned(),
    }
}

/// What failed: the detail, or the reason where there is none.
pub fn what(lang: Lang, reason: &str, detail: &str) -> String {
    if detail.is_empty() { reason.to_owned() } else { detail_name(lang, reason, detail) }
}

/// Text of any length, cut to so many characters, the last of which is then an ellipsis.
pub fn shortened(text: &str, longest: usize) -> String {
    let place = |count: usize| text.char_indices().nth(count);
    match place(longest.saturating_sub(1)) {
        Some((end, _)) if place(longest).is_some() => format!("{}…", whole_letters(text, end)),
        _ => text.to_owned(),
    }
}

/// ` on shop`
pub(super) fn on(lang: Lang, channel: &str, longest: usize) -> String {
    lang.say(&Sentence::new(key::headline::ON).with("channel", shortened(channel, longest)))
}

/// The beginning of a text up to `end` or before, so that no letter is cut: marks stand on the letter before them, and some
/// of Thai's vowels before the consonant that is read first.
pub fn whole_letters(text: &str, mut end: usize) -> &str {
    let marks = |c: char| c.width() == Some(0) || c == '\u{e33}';
    while let Some(last) = text[..end].chars().next_back()
        && (matches!(last, '\u{e40}'..='\u{e44}') || text[end..].starts_with(marks))
    {
        end -= last.len_utf8();
    }
    &text[..end]
}

/// Up to when the inputs of a channel tell something; of all, where none is named, of the one that ends last.
pub(super) fn data_end(analysis: &Analysis, channel: Option<&str>) -> Option<LocalTime> {
    let of = |(name, _): &&(Option<String>, LocalTime)| channel.is_none() || name.as_deref() == channel;
    analysis.ends.iter().filter(of).map(|(_, end)| *end).max()
}

/// The same of the channel that ends first, and which it is where others go on.
pub(super) fn first_end(analysis: &Analysis) -> Option<(Option<&str>, LocalTime)> {
    let Some((first, end)) = analysis.ends.iter().min_by_key(|(_, end)| *end) else {
        return analysis.data_span.as_ref().map(|span| (None, span.last));
    };
    let others = analysis.ends.iter().any(|(_, other)| other > end);
    Some((first.as_deref().filter(|_| others), *end))
}

/// Channel, name of the period, its days, zone; the name is none where only a part of the period is told of.
pub(super) fn scope(analysis: &Analysis, clock: &Clock, part: Option<(LocalTime, LocalTime)>) -> Vec<String> {
    let period = &analysis.period;
    let (start, end) = part.unwrap_or((period.start, period.end));
    let days = clock.period(start, end);
    // A name that only lists the days says nothing that they do not.
    let named = part.is_none() && !period.label.contains("..") && period.label.len() != 10;
    let label = named.then(|| period.label.clone());
    let channel = match &analysis.channels[..] {
        [] => None,
        [channel] => Some(shortened(channel, LONGEST_NAME).chars().chain(mark_behind(channel)).collect()),
        several => Some(counted(clock.lang, key::story::CHANNELS, key::story::CHANNELS, several.len() as u64)),
    };
    // Errors that are of no named channel are not those of the named ones.
    let unnamed = analysis.by_channel.iter().any(|row| row.channel.is_none() && row.errors > 0);
    let channel = channel.map(|channel| match unnamed {
        true => [channel, clock.lang.phrase(key::story::NO_CHANNEL).to_owned()]
            .join(clock.lang.phrase(key::story::COMMA).trim_matches('|')),
        false => channel,
    });
    channel.into_iter().chain(label).chain([days, analysis.timezone.to_string()]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_thai_letter_is_cut() {
        assert_eq!(["สาขา", "สาขาเก่า", "ที่นี่"].map(|text| shortened(text, 6)), ["สาขา", "สาขา…", "ที่นี่"]);
        assert_eq!(shortened("ที่นี่", 5), "ที่…");
        assert_eq!(shortened(&"\u{301}".repeat(9), 3), "…");
        assert_eq!(shortened("booking", 4), "boo…");
    }
}
