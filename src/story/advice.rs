//! What to do first: one block for each incident or lasting cause.

use crate::{
    analysis::{Analysis, DetailRow, LogFinding, MadeOf},
    model::{LocalTime, Sentence, Timestamp, Zone, key},
    taxonomy::{self, Explanation, Lang, status, status_class},
};

use super::{
    Clock, Event, Events,
    words::{LONGEST_NAME, detail_name, shortened},
};

/// More blocks than this are a list, not advice.
const BLOCKS: usize = 4;
/// A lasting cause has at least this share of the errors that no incident explains …
const SHARE_WORTH_A_LOOK: f64 = 0.05;
/// … and at least so many errors; the most frequent cause has none of these limits.
const LEAST_ERRORS: u64 = 5;

/// What to do first.
#[derive(Clone, Debug, Default)]
pub struct Advice {
    pub blocks: Vec<Advised>,
    /// What else there is advice for, and how to ask for it.
    pub more: Option<String>,
    /// For which errors there is none.
    pub unadvised: Option<String>,
}

/// What to do about one incident or one lasting cause.
#[derive(Clone, Debug)]
pub struct Advised {
    /// `502, 503 and 504 on shop, Wed 18 Nov, 19:41 – 20:52`.
    pub title: String,
    pub errors: u64,
    /// The reason, for its colour.
    pub reason: String,
    /// The times to look for in the server's own logs: in the zones that those are written in. None of a lasting cause.
    pub in_logs: Option<String>,
    /// Titles and times of further incidents for which the same is to be done, the worst first.
    pub also: Vec<(String, String)>,
    /// What `errstat explain` is asked for more.
    pub question: String,
    pub explanation: Explanation,
    /// What to do before all else, since the server's own access logs say it.
    of_log: Option<&'static str>,
}

impl Advised {
    /// What to do about errors of a reason and detail; none where nothing is known of them.
    fn about(
        lang: Lang,
        (reason, detail): (&str, &str),
        errors: u64,
        title: String,
        log: Option<&LogFinding>,
    ) -> Option<Advised> {
        let explanation = taxonomy::explanation(lang, reason, Some(detail))?;
        Some(Advised {
            title,
            errors,
            reason: reason.to_owned(),
            in_logs: None,
            also: Vec::new(),
            question: question(reason, detail, &explanation),
            of_log: log.and_then(|finding| step(finding, lang)),
            explanation,
        })
    }

    /// What to look at first, in this order.
    pub fn steps(&self) -> impl Iterator<Item = &str> {
        self.of_log.into_iter().chain(self.explanation.first.iter().map(String::as_str))
    }

    /// Whether the same is to be done.
    pub fn is_like(&self, other: &Advised) -> bool {
        self.explanation.is_like(&other.explanation) && self.of_log == other.of_log
    }
}

impl Advice {
    pub(super) fn of(analysis: &Analysis, clock: &Clock, events: &Events<'_>, log_zones: &[Zone]) -> Advice {
        // The worst incidents first, then what lasts.
        let mut blocks: Vec<Advised> = Vec::new();
        let mut left: Vec<(&DetailRow, u64)> =
            analysis.by_detail.iter().filter(|row| row.errors > 0).map(|row| (row, row.errors)).collect();
        for event in events.all() {
            if let Some(block) = of_event(event, clock, log_zones) {
                match blocks.iter().position(|known| known.is_like(&block)) {
                    Some(at) => blocks[at].also.push((block.title, block.in_logs.unwrap_or_default())),
                    None => blocks.push(block),
                }
            }
            for MadeOf { reason, detail, inside, .. } in &event.incident.made_of {
                if let Some((_, left)) = left.iter_mut().find(|(row, _)| row.reason == *reason && row.detail == *detail)
                {
                    *left = left.saturating_sub(*inside);
                }
            }
        }
        left.retain(|(_, errors)| *errors > 0);
        left.sort_by_key(|(_, errors)| std::cmp::Reverse(*errors));
        let lasting: u64 = left.iter().map(|(_, errors)| errors).sum();
        let worth = |(at, (_, errors)): &(usize, &(&DetailRow, u64))| {
            let share = *errors as f64 / lasting.max(1) as f64;
            *at == 0 && blocks.is_empty() || share >= SHARE_WORTH_A_LOOK && *errors >= LEAST_ERRORS
        };
        let causes: Vec<Advised> = left
            .iter()
            .enumerate()
            .filter(worth)
            .filter_map(|(_, (row, errors))| of_cause(row, *errors, analysis, clock))
            .collect();
        for cause in causes {
            // What a block has said already.
            if !blocks.iter().any(|block| block.explanation.is_like(&cause.explanation)) {
                blocks.push(cause);
            }
        }
        let unadvised = unadvised(analysis, clock, &blocks);
        let rest = blocks.split_off(blocks.len().min(BLOCKS));
        Advice { blocks, more: more(clock.lang, &rest), unadvised }
    }
}

/// What to type for the advice that is not shown.
fn more(lang: Lang, rest: &[Advised]) -> Option<String> {
    let mut questions: Vec<&str> = Vec::new();
    for block in rest {
        if !questions.contains(&&*block.question) {
            questions.push(&block.question);
        }
    }
    let commands = questions.iter().take(BLOCKS).map(|question| format!("`errstat explain {question}`"));
    let sentence = Sentence::new(key::story::MORE_ADVICE).with_number("number", questions.len() as u64);
    (!questions.is_empty()).then(|| lang.say(&sentence.with_list("commands", commands)))
}

fn of_event(event: &Event<'_>, clock: &Clock, log_zones: &[Zone]) -> Option<Advised> {
    let incident = event.incident;
    let key = if event.channel.is_some() { key::story::ADVISED_CHANNEL } else { key::story::ADVISED };
    let title = Sentence::new(key)
        .with("what", shortened(&event.what, LONGEST_NAME))
        .with("channel", event.channel.as_deref().unwrap_or_default())
        .with("when", &event.when);
    let what = (&*incident.reason, &*incident.detail);
    let advised = Advised::about(clock.lang, what, incident.errors, clock.lang.say(&title), incident.log.as_ref())?;
    Some(Advised { in_logs: Some(in_logs(clock, (incident.start, incident.end), log_zones)), ..advised })
}

/// What to do first where the access logs say something of an incident or a detail.
fn step(finding: &LogFinding, lang: Lang) -> Option<&'static str> {
    let key = match finding.sentence.key {
        key::server_says::SLOW | key::server_says::ABORTED => key::server_advice::SOONER,
        key::server_says::NOT_IN_LOG => key::server_advice::IN_FRONT,
        _ => return None,
    };
    Some(lang.phrase(key))
}

fn of_cause(row: &DetailRow, errors: u64, analysis: &Analysis, clock: &Clock) -> Option<Advised> {
    let found = analysis.server_log.iter().flat_map(|log| &log.matches);
    let found = found.into_iter().find(|found| found.reason == row.reason && found.detail == row.detail);
    let title = shortened(&detail_name(clock.lang, &row.reason, &row.detail), LONGEST_NAME);
    let finding = found.map(|found| &found.finding);
    Advised::about(clock.lang, (&row.reason, &row.detail), errors, title, finding)
}

/// The stretch in each zone of the reader's logs.
fn in_logs(clock: &Clock, (start, end): (LocalTime, LocalTime), zones: &[Zone]) -> String {
    let lang = clock.lang;
    let mut shown: Vec<(String, &Zone)> = Vec::new();
    for zone in zones {
        let moment = |at: LocalTime| zone.time(Timestamp(at.millis()));
        let stretch = Clock { zone: *zone, ..*clock }.short_stretch(moment(start), moment(end));
        // Zones whose clocks agree are one.
        if shown.iter().all(|(other, _)| *other != stretch) {
            shown.push((stretch, zone));
        }
    }
    let in_zone = |(stretch, zone): (String, &Zone)| {
        lang.say(&Sentence::new(key::story::IN_ZONE).with("when", stretch).with("zone", zone))
    };
    let shown: Vec<String> = shown.into_iter().map(in_zone).collect();
    let times = shown.join(lang.phrase(key::story::BETWEEN_ZONES).trim_matches('|'));
    lang.say(&Sentence::new(key::story::IN_LOGS).with("times", times))
}

/// As it can be typed: a status is a word, every other name has blanks in it.
fn question(reason: &str, detail: &str, explanation: &Explanation) -> String {
    match status(reason, detail) {
        Some(status) => status.to_string(),
        None => format!("'{}'", explanation.title),
    }
}

/// The errors for which nothing is known, by name; what an unknown status's class has is something, and so is what a block
/// says of their reason.
fn unadvised(analysis: &Analysis, clock: &Clock, blocks: &[Advised]) -> Option<String> {
    let lang = clock.lang;
    let said = |row: &DetailRow| {
        let known = taxonomy::explanation(lang, &row.reason, Some(&row.detail));
        known.is_some_and(|known| blocks.iter().any(|block| block.explanation.is_like(&known)))
    };
    let known = |row: &&DetailRow| row.known || row.status.and_then(status_class).is_some() || said(row);
    let unknown: Vec<&DetailRow> = analysis.by_detail.iter().filter(|row| row.errors > 0 && !known(row)).collect();
    let first = unknown.first()?;
    let key = if unknown.len() == 1 { key::story::UNADVISED_ONE } else { key::story::UNADVISED };
    let sentence = Sentence::new(key)
        .with_number("errors", unknown.iter().map(|row| row.errors).sum())
        .with_number("others", unknown.len() as u64 - 1)
        .with("what", shortened(&super::words::what(lang, &first.reason, &first.detail), LONGEST_NAME));
    Some(lang.say(&sentence))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_times_to_look_for_stand_once_for_each_clock() {
        let at = |time| LocalTime(chrono::DateTime::parse_from_rfc3339(time).unwrap());
        let stretch = (at("2026-11-18T19:41:00+09:00"), at("2026-11-18T20:52:00+09:00"));
        let told = |zones: &[&str]| {
            let zones: Vec<Zone> = zones.iter().map(|zone| zone.parse().unwrap()).collect();
            in_logs(&Clock::of(Lang::En, zones[zones.len() - 1]), stretch, &zones)
        };
        assert_eq!(
            told(&["UTC", "Asia/Bangkok"]),
            "In your logs: Wed 18 Nov 10:41–11:52 (UTC) = Wed 18 Nov 17:41–18:52 (Asia/Bangkok)"
        );
        // London is at UTC in November.
        assert_eq!(told(&["UTC", "Europe/London"]), "In your logs: Wed 18 Nov 10:41–11:52 (UTC)");
    }
}
