//! `--format line`: a few lines of plain text to paste into any chat.

use crate::{
    analysis::ChannelRow,
    model::{Sentence, for_log, key},
    story::{Compared, Story, cut, shortened},
};

use super::{
    document::{FEW_INCIDENTS, more_incidents},
    markdown::inert,
};

/// Characters of a channel's name.
const LONGEST_NAME: usize = 40;

/// State and headline, a line for each bot where there are several, the worst incidents, and whether it is over. Lists say
/// what they leave out.
pub fn line(story: &Story<'_>) -> String {
    let lang = story.lang();
    let mut lines = vec![lang.lead(&story.state.to_uppercase()) + &story.headline, story.scope.join(lang.dot())];
    lines.extend(story.filter.clone());
    lines.extend(channels(story));
    lines.extend(story.events.all().take(FEW_INCIDENTS).map(|event| event.sentence.clone()));
    lines.extend(more_incidents(story, FEW_INCIDENTS));
    lines.extend(story.standing.clone());
    lines.extend(story.log.as_ref().map(|log| log.line.clone()));
    lines.extend(story.grave.iter().map(|note| note.text.clone()));
    lines.iter().map(|line| for_log(&plain(line)) + "\n").collect()
}

/// Text in which no chat finds markup: signs of emphasis, code and quotes are shown by others that look like them.
pub(super) fn plain(text: &str) -> String {
    let text = inert(text);
    let within_word = |at: usize| {
        let (before, after) = (text[..at].chars().next_back(), text[at + 1..].chars().next());
        [before, after].iter().all(|c| c.is_some_and(char::is_alphanumeric))
    };
    let shown = |(at, c)| match c {
        '*' => '∗',
        '`' => 'ˋ',
        '[' => '［',
        ']' => '］',
        '\\' => '＼',
        '~' => '∼',
        '|' => '∣',
        '<' => '‹',
        '>' => '›',
        '_' if !within_word(at) => '＿',
        c => c,
    };
    text.char_indices().map(shown).collect()
}

/// Each bot with its errors.
fn channels(story: &Story<'_>) -> Vec<String> {
    let (lang, all) = (story.lang(), &story.analysis.by_channel);
    if all.len() < 2 {
        return Vec::new();
    }
    let (shown, more) = cut(lang, all, story.top);
    let told = |row: &ChannelRow| {
        let compared = Compared::channel(story.analysis, row, lang);
        let key = if compared.change.is_some() { key::line::CHANNEL_CHANGE } else { key::line::CHANNEL };
        let name = row.channel.as_deref().unwrap_or_else(|| lang.phrase(key::story::NO_CHANNEL));
        let sentence = Sentence::new(key)
            .with("channel", shortened(name, LONGEST_NAME))
            .with("errors", compared.shown(lang))
            .with("share", lang.percent(row.share))
            .with_number("before", compared.before.unwrap_or(0))
            .with("change", compared.change.map_or_else(String::new, |change| change.text));
        lang.say(&sentence)
    };
    shown.iter().map(told).chain(more).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        render::sample::{HOSTILE, nothing, week, week_named},
        taxonomy::Lang,
    };

    fn told(analysis: &crate::analysis::Analysis) -> String {
        line(&Story::of(analysis, Lang::En, 10, &[]))
    }

    #[test]
    fn names_are_no_markup() {
        let text = told(&week_named(HOSTILE));
        assert!(!text.contains(['*', '`', '<', '>', '|', '~']), "{text}");
        assert!(!text.contains("@everyone") && !text.contains("https://") && !text.contains("##["), "{text}");
        assert!(text.lines().all(|line| !line.starts_with("::")), "{text}");
        assert_eq!(plain("error_status_code _b_ a_"), "error_status_code ＿b＿ a＿");
    }

    #[test]
    fn bots_have_a_line_each_where_there_are_several() {
        assert!(!told(&week()).contains("170 errors ("), "one bot is in the headline");
        let text = told(&week_named("news"));
        assert!(text.contains("\n· shop: 70 errors (41.2 %"), "{text}");
        assert!(told(&nothing()).lines().count() >= 2);
    }
}
