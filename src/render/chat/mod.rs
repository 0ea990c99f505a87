//! Messages for chats: JSON that one `curl` posts. Nothing here sends it, and nothing here knows where it goes.
//!
//! A `Card` is what all products say, and each lays it out. Its lists and texts are short enough for the limits of all
//! of them, whatever stands in the files; what a list leaves out is said.

mod discord;
mod line_flex;
mod slack;
mod teams;

use crate::{
    analysis::ChannelRow,
    chart::{
        ReasonInks,
        theme::{self, Ink},
    },
    model::{disarmed, key},
    story::{Compared, DetailLine, ReasonLine, Story, counted, cut, more_details},
    taxonomy::Lang,
};

use super::{
    document::{FEW_INCIDENTS, full_name, more_incidents, strip},
    line::plain,
    markdown::inert,
};

/// A chat that errstat writes messages for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Product {
    Slack,
    Teams,
    Discord,
    LineFlex,
}

impl Product {
    pub const ALL: [Product; 4] = [Product::Slack, Product::Teams, Product::Discord, Product::LineFlex];

    /// As `--format` has it, and a file's name before `.json`.
    pub fn name(self) -> &'static str {
        match self {
            Product::Slack => "slack",
            Product::Teams => "teams",
            Product::Discord => "discord",
            Product::LineFlex => "line-flex",
        }
    }

    /// A story as the body of a request, in one line.
    pub fn message(self, story: &Story<'_>) -> String {
        // Each makes text safe in its way, and lays the card out.
        let message = match self {
            Product::Slack => slack::message(&Card::of(story, literal)),
            Product::Teams => teams::message(&Card::of(story, teams::safe)),
            Product::Discord => discord::message(&Card::of(story, plain)),
            Product::LineFlex => line_flex::message(&Card::of(story, literal)),
        };
        // In one line, and a build's log finds no command in it.
        disarmed(&message.to_string(), "\\u0023") + "\n"
    }
}

/// Nobody reads longer lists in a chat.
const ROWS: usize = 6;
/// More grave notes than these are only counted.
const GRAVE: usize = 3;
/// Length of a name in a list, and of a sentence, in UTF-16 units.
const NAME: usize = 40;
const SENTENCE: usize = 280;

/// What a message says. Texts are cut, and safe for their product.
struct Card<'a> {
    story: &'a Story<'a>,
    /// The state as its badge shows it, in capitals.
    state: String,
    ink: Ink,
    headline: String,
    scope: String,
    /// What the numbers are limited to, and what makes them wrong.
    grave: Vec<String>,
    said: Vec<String>,
    /// Bars of the like periods, as characters, and what is usual.
    strip: Option<String>,
    parts: Vec<Part>,
    small: Vec<String>,
}

/// A part of a message, under its heading.
struct Part {
    title: &'static str,
    rows: Vec<Row>,
    /// Sentences with commands between backticks.
    items: Vec<String>,
    /// What the lists leave out.
    more: Option<String>,
}

/// A name with its errors.
struct Row {
    name: String,
    errors: String,
    /// How it changed, and what is special about it.
    note: String,
    /// Of all errors, between 0 and 1.
    share: f64,
    ink: Ink,
}

impl<'a> Card<'a> {
    fn of(story: &'a Story<'a>, safe: fn(&str) -> String) -> Card<'a> {
        let lang = story.lang();
        let sentence = |text: &str| within(&safe(text), SENTENCE);
        let (grave, more_grave) = cut(lang, &story.grave, GRAVE);
        let grave = story.filter.as_deref().into_iter().chain(grave.iter().map(|note| note.text.as_str()));
        let log = story.log.as_ref().map(|log| log.line.clone());
        let unsaid = (story.warnings.len() + story.infos.len()) as u64;
        let notes = (unsaid > 0).then(|| counted(lang, key::mail::MORE_NOTES_ONE, key::mail::MORE_NOTES, unsaid));
        let parts = [failed, channels, events, advice].map(|part| part(story, safe));
        Card {
            state: story.state.to_uppercase(),
            ink: theme::state(story.colour()),
            headline: safe(&story.headline),
            scope: safe(&story.scope.join(lang.dot())),
            grave: grave.map(sentence).chain(more_grave).collect(),
            said: story.standing.iter().chain(&log).map(|text| sentence(text)).collect(),
            strip: strip(story),
            parts: parts.into_iter().flatten().collect(),
            small: notes.into_iter().chain([story.caveat.to_owned()]).collect(),
            story,
        }
    }
}

fn failed(story: &Story<'_>, safe: fn(&str) -> String) -> Option<Part> {
    let inks = ReasonInks::new(story.analysis);
    let row = |(reason, line): &(&ReasonLine<'_>, &DetailLine<'_>)| {
        let marks = line.marks(story.lang(), [key::terminal::NEW, key::terminal::UNLISTED]);
        Row::new(
            story.lang(),
            &safe(&full_name(story.lang(), reason, line)),
            &line.compared,
            marks,
            inks.ink(&reason.row.reason),
        )
    };
    let details = story.failed.details();
    let shown = &details[..details.len().min(ROWS)];
    (!shown.is_empty()).then(|| Part {
        title: story.lang().phrase(key::terminal::FAILED),
        rows: shown.iter().map(row).collect(),
        more: more_details(story.analysis, story.lang(), shown.len()),
        items: Vec::new(),
    })
}

/// Each bot, where there are several.
fn channels(story: &Story<'_>, safe: fn(&str) -> String) -> Option<Part> {
    let (lang, all) = (story.lang(), &story.analysis.by_channel);
    let (shown, more) = cut(lang, all, story.top.min(ROWS));
    let row = |row: &ChannelRow| {
        let named = row.channel.as_deref().filter(|name| !name.is_empty());
        let name = named.unwrap_or_else(|| lang.phrase(key::story::NO_CHANNEL));
        let compared = Compared::channel(story.analysis, row, lang);
        Row::new(lang, &safe(name), &compared, Vec::new(), theme::CHANNEL)
    };
    (all.len() > 1).then(|| Part {
        title: lang.phrase(key::terminal::CHANNELS),
        rows: shown.iter().map(row).collect(),
        more,
        items: Vec::new(),
    })
}

fn events(story: &Story<'_>, safe: fn(&str) -> String) -> Option<Part> {
    let shown = FEW_INCIDENTS.min(story.top);
    let items: Vec<String> =
        story.events.all().take(shown).map(|event| within(&safe(&event.sentence), SENTENCE)).collect();
    (!items.is_empty()).then(|| Part {
        title: story.lang().phrase(key::terminal::INCIDENTS),
        items,
        more: more_incidents(story, shown),
        rows: Vec::new(),
    })
}

/// The first step of the first block, and the times to look for.
fn advice(story: &Story<'_>, safe: fn(&str) -> String) -> Option<Part> {
    let block = story.advice.blocks.first()?;
    let sentence = |text: &String| within(&safe(text), SENTENCE);
    // What the only incident is of stands above.
    let title = (block.in_logs.is_none() || story.events.all().nth(1).is_some()).then(|| sentence(&block.title));
    // The step is errstat's own text.
    let step = block.steps().next().map(str::to_owned);
    Some(Part {
        title: story.lang().phrase(key::terminal::ADVICE),
        items: title.into_iter().chain(step).chain(block.in_logs.as_ref().map(sentence)).collect(),
        rows: Vec::new(),
        more: None,
    })
}

impl Row {
    fn new(lang: Lang, name: &str, compared: &Compared, marks: Vec<&str>, ink: Ink) -> Row {
        let change = compared.change.as_ref().map(|change| change.text.as_str());
        let note: Vec<&str> = change.into_iter().chain(marks).collect();
        Row {
            name: within(name, NAME),
            errors: compared.shown(lang),
            note: note.join(" "),
            share: compared.share.clamp(0.0, 1.0),
            ink,
        }
    }

    /// A bar of characters that is as long as the share: at most so many.
    fn bar(&self, longest: usize) -> String {
        const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
        // What there is, is seen.
        let eighths = ((self.share * longest as f64 * 8.0).round() as usize).max(1);
        "█".repeat(eighths / 8) + EIGHTHS[eighths % 8]
    }
}

impl Part {
    /// The rows for type of one width: bar, errors, name, note, a line each.
    fn lines(&self) -> String {
        const BAR: usize = 8;
        let widest = self.rows.iter().map(|row| row.errors.chars().count()).max().unwrap_or(0);
        let line = |row: &Row| {
            let line = format!("{:BAR$} {:>widest$}  {}  {}", row.bar(BAR), row.errors, row.name, row.note);
            line.trim_end().to_owned()
        };
        self.rows.iter().map(line).collect::<Vec<_>>().join("\n")
    }
}

/// Text in which no program finds a link, a mention or a command between backticks.
fn literal(text: &str) -> String {
    inert(text).replace('`', "ˋ")
}

/// Text cut to so many UTF-16 units, in which the products count, the last of which is then an ellipsis.
pub(super) fn within(text: &str, longest: usize) -> String {
    if text.encode_utf16().count() <= longest {
        return text.to_owned();
    }
    let mut room = longest.saturating_sub(1);
    let fits = |c: &char| room.checked_sub(c.len_utf16()).map(|left| room = left).is_some();
    text.chars().take_while(fits).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::{
        analysis::{Analysis, History, LikePeriod, State},
        model::{Sentence, Zone},
        render::sample::{HOSTILE, nothing, week, week_named},
    };

    fn told(analysis: &Analysis, lang: Lang, top: usize, product: Product) -> Value {
        let text = product.message(&Story::of(analysis, lang, top, &[Zone::utc()]));
        assert!(text.ends_with("}\n") && text.lines().count() == 1);
        serde_json::from_str(&text).unwrap()
    }

    /// Every text in it.
    fn texts(value: &Value) -> Vec<&str> {
        match value {
            Value::String(text) => vec![text],
            Value::Array(values) => values.iter().flat_map(texts).collect(),
            Value::Object(values) => values.values().flat_map(texts).collect(),
            _ => Vec::new(),
        }
    }

    /// 60 details, 60 channels, 25 incidents and 9 grave notes, with one name in all of them.
    fn many(name: &str) -> Analysis {
        let mut many = week_named(name);
        many.by_detail = vec![many.by_detail[2].clone(); 60];
        many.by_channel = vec![many.by_channel[0].clone(); 60];
        many.incidents = vec![many.incidents[0].clone(); 25];
        many.notes = vec![Sentence::new(key::note::PERIOD_NOT_COVERED).with("until", name); 9];
        many
    }

    /// Names of 5,000 letters of many scripts, and of what JSON writes longer.
    fn names() -> Vec<String> {
        let signs = [
            "long ",
            "決済",
            "ผู้ใช้",
            "결제",
            "كشف",
            "😀",
            "\"\\",
            "@everyone ",
            "{{DATE(x)}}",
            "<!channel>",
            "=1+1",
            "::a",
            "&",
        ];
        signs.iter().map(|sign| sign.repeat(5_000 / sign.len())).chain([HOSTILE.to_owned(), String::new()]).collect()
    }

    /// The longest text in it, in UTF-16 units.
    fn longest(value: &Value) -> usize {
        texts(value).into_iter().map(units).max().unwrap_or(0)
    }

    /// <https://docs.slack.dev/reference/block-kit/blocks/>: 50 blocks, 150 characters of a header, 3,000 of another text.
    /// Not documented: <https://github.com/slackapi/bolt-js/issues/2509> was refused from 13,172 characters on.
    fn slack_takes(message: &Value) -> bool {
        let blocks = &message["blocks"];
        blocks.as_array().unwrap().len() <= 50
            && longest(&blocks[0]) <= 150
            && longest(blocks) <= 3_000
            && units(&blocks.to_string()) <= 13_000
            && units(message["text"].as_str().unwrap()) <= 40_000
    }

    /// <https://learn.microsoft.com/en-us/connectors/teams/>: about 28 KB for the action that posts the card. A library measured
    /// refusals from 21 KB on: <https://www.rubydoc.info/gems/msteams_hermes/MsTeamsHermes/Message>.
    fn teams_takes(message: &Value) -> bool {
        message.to_string().len() <= 21_000
    }

    /// <https://docs.discord.com/developers/resources/message#embed-object-embed-limits>
    fn discord_takes(message: &Value) -> bool {
        let embed = &message["embeds"][0];
        let fields = embed["fields"].as_array().unwrap();
        let all: usize = texts(embed).into_iter().map(units).sum();
        longest(&embed["title"]) <= 256
            && longest(&embed["description"]) <= 4_096
            && longest(&embed["footer"]) <= 2_048
            && fields.len() <= 25
            && fields.iter().all(|field| longest(&field["name"]) <= 256 && longest(&field["value"]) <= 1_024)
            && all <= 6_000
    }

    /// <https://developers.line.biz/en/reference/messaging-api/#bubble>: 30 KB; `altText` 1,500 UTF-16 units.
    fn line_takes(message: &Value) -> bool {
        let message = &message["messages"][0];
        message["contents"].to_string().len() <= 30_000 && longest(&message["altText"]) <= 1_500
    }

    fn units(text: &str) -> usize {
        text.encode_utf16().count()
    }

    #[test]
    fn nothing_is_too_long_for_its_product() {
        let all = names().into_iter().flat_map(|name| [week_named(&name), many(&name)]);
        for analysis in all.chain([week(), nothing()]) {
            for (lang, top) in [(Lang::En, 1), (Lang::En, 1_000), (Lang::Ja, 10)] {
                let messages = Product::ALL.map(|product| told(&analysis, lang, top, product));
                let [slack, teams, discord, line] = &messages;
                assert!(slack_takes(slack), "{slack}");
                assert!(teams_takes(teams), "{teams}");
                assert!(discord_takes(discord), "{discord}");
                assert!(line_takes(line), "{line}");
                assert!(
                    messages.iter().flat_map(texts).all(|text| !text.is_empty()),
                    "LINE takes no empty text: {line}"
                );
            }
        }
    }

    #[test]
    fn what_is_left_out_is_counted() {
        for product in Product::ALL {
            let message = told(&many("x"), Lang::En, 4, product).to_string();
            // 60 − 4 details of 5 errors each; 60 − 4 channels; 25 − 3 incidents; 9 − 3 grave notes.
            for more in ["and 56 more details with 280 errors", "4 of 60 shown", "3 of 25 shown", "3 of 9 shown"] {
                assert!(message.contains(more), "{product:?}: {more} in {message}");
            }
            assert!(!told(&week(), Lang::En, 4, product).to_string().contains(" more details"));
        }
    }

    #[test]
    fn names_are_no_markup() {
        let name =
            format!("{HOSTILE} <!channel> <@U123> <#C1> @here & ~s~ _i_ [t](tel:+81) {{{{DATE(x)}}}} :smile: \\");
        for product in Product::ALL {
            let message = told(&week_named(&name), Lang::En, 10, product);
            for text in texts(&message).iter().filter(|text| !text.starts_with("http://adaptivecards.io/")) {
                for acting in ["@everyone", "@here", "://", "www.evil", ":smile", "##["] {
                    assert!(!text.contains(acting), "{product:?}: {acting} in {text}");
                }
            }
        }
        for text in texts(&told(&week_named(&name), Lang::En, 10, Product::Discord)) {
            let marks = text.replace("```", "").replace("\n-# ", "");
            assert!(!marks.contains(['*', '<', '>', '~', '|', '[', ']', '\\']), "{text}");
        }
        let slack = told(&week_named(&name), Lang::En, 10, Product::Slack);
        let fallback = slack["text"].as_str().unwrap();
        assert!(!fallback.contains(['<', '>', '*', '`']), "{fallback}");
        let fallback = &told(&week_named("a & b"), Lang::En, 10, Product::Slack)["text"];
        assert!(fallback.as_str().is_some_and(|text| text.contains("a &amp; b")), "{fallback}");
        assert!(!told(&week_named(&name), Lang::En, 10, Product::Teams).to_string().contains("{{"));
    }

    #[test]
    fn a_state_has_its_word_and_its_colour() {
        let mut analysis = week();
        for (state, word, ink) in
            [(State::Ongoing, "ONGOING", theme::WORSE), (State::Quiet, "NO ERRORS", theme::BETTER)]
        {
            analysis.state = state;
            let [slack, teams, discord, line] = Product::ALL.map(|product| told(&analysis, Lang::En, 10, product));
            let disc = if state == State::Quiet { "🟢" } else { "🔴" };
            assert_eq!(slack["blocks"][0]["text"]["text"], format!("{disc} {word}"));
            let badge = &teams["attachments"][0]["content"]["body"][0];
            assert_eq!(badge["style"], if state == State::Quiet { "good" } else { "attention" });
            assert_eq!(badge["items"][0]["inlines"][0]["text"], word);
            assert_eq!(discord["embeds"][0]["color"], ink.light);
            assert!(discord["embeds"][0]["title"].as_str().unwrap().starts_with(&format!("{word}: ")));
            let bubble = &line["messages"][0]["contents"];
            assert_eq!(bubble["styles"]["header"]["backgroundColor"], ink.hex());
            assert_eq!(bubble["header"]["contents"][0]["text"], word);
        }
    }

    #[test]
    fn a_strip_of_boxes_has_their_heights() {
        let mut analysis = week();
        let period = |errors, covered| LikePeriod { label: String::new(), errors, covered, start: week().period.start };
        analysis.history =
            History { periods: vec![period(85, true), period(34, false)], median: Some(85), usual: Some((60, 110)) };
        let line = told(&analysis, Lang::En, 10, Product::LineFlex);
        let parts = line["messages"][0]["contents"]["body"]["contents"].as_array().unwrap();
        let strip = &parts.iter().find(|part| part["type"] == "box").unwrap()["contents"];
        // 56 pixels for this week's 170 errors: 85 are half of it. What is not covered has a full grey box.
        let heights: Vec<&str> =
            strip[0]["contents"].as_array().unwrap().iter().filter_map(|bar| bar["height"].as_str()).collect();
        assert_eq!(heights, ["28px", "56px", "56px", "1px"]);
        assert_eq!(strip[0]["contents"][1]["backgroundColor"], theme::GRID.hex());
        assert_eq!(strip[0]["contents"][3]["offsetBottom"], "28px");
        // 34 of 170 are known of it.
        assert_eq!(strip[0]["contents"][1]["contents"][0]["height"], "11px");
        assert!(strip[1].to_string().contains("not fully covered"), "{strip}");
    }

    #[test]
    fn texts_are_cut_in_units() {
        assert_eq!(within("abc", 3), "abc");
        assert_eq!(within("abcd", 3), "ab…");
        // An emoji is two units.
        assert_eq!(
            (within("😀😀", 4), within("😀😀", 3), within("😀a", 3)),
            ("😀😀".into(), "😀…".into(), "😀a".into())
        );
        assert_eq!(units(&within(&"あ".repeat(2_000), 1_500)), 1_500);
    }
}
