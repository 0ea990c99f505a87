//! Rules proposed from what has been: a commented configuration to start with.

use super::{Case, MIN_PREVIOUS};
use crate::{
    analysis::{self, Bounds, WindowSize},
    error::{Error, Result},
    model::{Kind, Sentence, Span},
    taxonomy::{self, Lang},
};

/// No limit under this: a bot without errors has one some day.
const LEAST_LIMIT: u64 = 10;

/// The text of a configuration with limits from the inputs, whatever the period of the analysis; `channels` is what the
/// user says about whose the inputs are, as errstat.toml takes it. Without it the text has rules only, for a file that
/// has settings of its own.
///
/// # Errors
/// Where there are no rows.
pub fn propose(case: Case<'_>, channels: Option<&[String]>, lang: Lang) -> Result<String> {
    let calendar = case.analysis.calendar;
    let Some(data) = calendar.data else { return Err(Error::new("check_error.init_no_rows")) };
    let zone = &calendar.zone;
    let all = Bounds {
        start: zone.day_start(zone.day(data.first)).0,
        end: zone.day_end(zone.day(data.last)).0,
        label: String::new(),
    };
    let count = |size| analysis::count(case.cube, &all, Some(size), &calendar, None);
    let day = |at| lang.day(zone.day(at));
    let mut file = File { lang, text: String::new() };
    let total: u64 = count(WindowSize::Day)?.iter().map(|(_, errors)| errors).sum();
    file.comment(
        Sentence::new("init.head")
            .with("first", day(data.first))
            .with("last", day(data.last))
            .with_number("errors", total),
    );
    file.comment(Sentence::new("init.edit"));
    file.blank();
    if channels.is_some() {
        file.comment(Sentence::new("init.zone"));
        file.line(&format!("timezone = {}", quoted(&zone.to_string())));
        file.blank();
    }
    if let Some(channels) = channels.filter(|channels| !channels.is_empty()) {
        file.comment(Sentence::new("init.channels"));
        let listed: Vec<String> = channels.iter().map(|channel| quoted(channel)).collect();
        file.line(&format!("channel = [{}]", listed.join(", ")));
        file.blank();
    }
    file.line("[check]");
    file.comment(Sentence::new("init.period"));
    file.line("period = \"last-week\"");
    file.blank();

    let all_weeks = count(WindowSize::Week)?;
    let weeks = whole_weeks(&all_weeks, data, &all);
    let usual = match median(&weeks) {
        Some(median) => {
            let most = rounded_up(2 * median);
            let shown: Vec<String> = weeks.iter().map(u64::to_string).collect();
            file.comment(
                Sentence::new("init.weeks")
                    .with("weeks", shown.join(", "))
                    .with_number("broken", weeks.iter().filter(|errors| **errors > most).count() as u64),
            );
            most
        }
        None => {
            file.comment(Sentence::new("init.no_weeks"));
            let days = count(WindowSize::Day)?.len().max(1) as u64;
            rounded_up((total * 14).div_ceil(days))
        }
    };
    file.line(&format!("max_errors = {usual}"));
    file.blank();
    file.comment(Sentence::new("init.increase"));
    file.line(&format!("max_increase = \"{}%\"", increase(&weeks, usual)));
    file.line(&format!("min_previous = {MIN_PREVIOUS}"));
    file.blank();
    let incidents = most_incidents(case, &all_weeks, usual);
    file.comment(Sentence::new("init.incidents").with_number("most", incidents));
    file.line(&format!("max_incidents = {incidents}"));
    file.blank();
    let rejected = case.analysis.rejects.count;
    file.comment(Sentence::new("init.rejected").with_number("count", rejected));
    file.line(&format!("max_rejected = {rejected}"));
    file.blank();
    file.comment(Sentence::new("init.new_details"));
    file.line("new_details = \"fail\"");
    file.comment(Sentence::new("init.unknown_details"));
    file.line("unknown_details = \"warn\"");
    file.blank();
    file.comment(Sentence::new("init.max_age"));
    file.line("max_age = \"8d\"");
    file.blank();
    file.comment(Sentence::new("init.rules"));
    if case.cube.labels().iter().flatten().count() > 1 {
        each_channel(case, &mut file, &all, data)?;
    }
    examples(case, &mut file, &count(WindowSize::Hour)?);
    Ok(file.text)
}

/// A limit for each channel, so that a large one does not hide a small one.
fn each_channel(case: Case<'_>, file: &mut File, all: &Bounds, data: Span) -> Result<()> {
    let (cube, calendar) = (case.cube, case.analysis.calendar);
    for (label, channel) in cube.labels().iter().enumerate() {
        let Some(channel) = channel else { continue };
        let of_channel = |kind: &Kind| cube.label_of()[kind.channel as usize] as usize == label;
        let kinds: Vec<bool> = cube.catalog().kinds().iter().map(of_channel).collect();
        let count = |size| analysis::count(cube, all, Some(size), &calendar, Some(&kinds));
        let weeks = whole_weeks(&count(WindowSize::Week)?, data, all);
        file.blank();
        let usual = match median(&weeks) {
            Some(median) => {
                let most = rounded_up(2 * median);
                let shown: Vec<String> = weeks.iter().map(u64::to_string).collect();
                file.comment(
                    Sentence::new("init.channel_weeks")
                        .with("channel", channel)
                        .with("weeks", shown.join(", "))
                        .with_number("broken", weeks.iter().filter(|errors| **errors > most).count() as u64),
                );
                most
            }
            None => {
                file.comment(Sentence::new("init.channel_no_weeks").with("channel", channel));
                let days = count(WindowSize::Day)?;
                let total: u64 = days.iter().map(|(_, errors)| errors).sum();
                rounded_up((total * 14).div_ceil(days.len().max(1) as u64))
            }
        };
        file.line("[[check.rule]]");
        file.line(&format!("channel = {}", quoted(channel)));
        file.line(&format!("max_errors = {usual}"));
    }
    Ok(())
}

/// Rules that show what can be said, switched on where the inputs would keep them.
fn examples(case: Case<'_>, file: &mut File, hours: &[((i64, i64), u64)]) {
    const TLS: [&str; 2] = ["could_not_connect", "TLS handshake failure"];
    debug_assert!(taxonomy::is_known(TLS[0], TLS[1]));
    let catalog = case.cube.catalog();
    let seen = catalog.kinds().iter().any(|kind| {
        catalog.reasons()[kind.reason as usize] == TLS[0] && catalog.details()[kind.detail as usize] == TLS[1]
    });
    drop(catalog);
    let tls = [
        "[[check.rule]]".to_owned(),
        format!("name = {}", quoted(file.lang.phrase("init.rule_tls"))),
        format!("reason = {}", quoted(TLS[0])),
        format!("detail = {}", quoted(TLS[1])),
        "max_errors = 0".to_owned(),
    ];
    file.blank();
    file.comment(Sentence::new(if seen { "init.example" } else { "init.never" }));
    tls.iter().for_each(|line| file.rule_line(line, !seen));
    let worst = most_in_an_hour(case, hours);
    let judged_by_hour = case.cube.precision() < crate::model::Precision::Day;
    let burst = [
        "[[check.rule]]".to_owned(),
        format!("name = {}", quoted(file.lang.phrase("init.rule_burst"))),
        format!("max_errors = {}", rounded_up(2 * worst)),
        "per = \"hour\"".to_owned(),
    ];
    file.blank();
    if judged_by_hour {
        file.comment(Sentence::new("init.burst").with_number("most", worst));
    } else {
        file.comment(Sentence::new("init.example"));
    }
    burst.iter().for_each(|line| file.rule_line(line, judged_by_hour));
    let timeouts = [
        "[[check.rule]]".to_owned(),
        format!("name = {}", quoted(file.lang.phrase("init.rule_timeouts"))),
        "reason = \"request_timeout\"".to_owned(),
        "max_share = \"50%\"".to_owned(),
        "level = \"warn\"".to_owned(),
    ];
    file.blank();
    file.comment(Sentence::new("init.example"));
    timeouts.iter().for_each(|line| file.rule_line(line, false));
}

/// Errors of the weeks that the data reach across, in the order of time.
fn whole_weeks(weeks: &[((i64, i64), u64)], data: Span, all: &Bounds) -> Vec<u64> {
    // A first week that begins with the data is whole if the data begin on its first day.
    let whole = |(start, end): (i64, i64)| start >= all.start && end <= all.end && data.first.0 < end;
    weeks.iter().filter(|(window, _)| whole(*window)).map(|(_, errors)| *errors).collect()
}

fn median(weeks: &[u64]) -> Option<u64> {
    let mut sorted = weeks.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied()
}

/// The next number with two leading digits; no limit is too small for a bot that had no errors so far.
fn rounded_up(errors: u64) -> u64 {
    let errors = errors.max(LEAST_LIMIT);
    let step = 10_u64.pow(errors.ilog10().saturating_sub(1));
    errors.div_ceil(step).saturating_mul(step)
}

/// The largest increase between two usual weeks, in steps of 50 %, at least that.
fn increase(weeks: &[u64], usual: u64) -> u64 {
    let percent = |pair: &[u64]| (pair[1] * 100).div_ceil(pair[0].max(MIN_PREVIOUS)).saturating_sub(100);
    let pairs = weeks.windows(2).filter(|pair| pair.iter().all(|errors| *errors <= usual));
    pairs.map(percent).max().unwrap_or(0).div_ceil(50).max(1) * 50
}

/// The most incidents that touch one usual week.
fn most_incidents(case: Case<'_>, weeks: &[((i64, i64), u64)], usual: u64) -> u64 {
    let touching = |(start, end): (i64, i64)| {
        case.analysis
            .incidents
            .iter()
            .filter(|incident| incident.bounds().0 < end && incident.bounds().1 > start)
            .count()
    };
    let usual = weeks.iter().filter(|(_, errors)| *errors <= usual);
    usual.map(|(window, _)| touching(*window)).max().unwrap_or(0) as u64
}

/// The most errors of an hour in which no incident was.
fn most_in_an_hour(case: Case<'_>, hours: &[((i64, i64), u64)]) -> u64 {
    let quiet = |(start, end): (i64, i64)| {
        !case.analysis.incidents.iter().any(|incident| incident.bounds().0 < end && incident.bounds().1 > start)
    };
    hours.iter().filter(|(window, _)| quiet(*window)).map(|(_, errors)| *errors).max().unwrap_or(0)
}

/// A text as TOML writes it.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

struct File {
    lang: Lang,
    text: String,
}

impl File {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn rule_line(&mut self, line: &str, on: bool) {
        if on { self.line(line) } else { self.line(&format!("# {line}")) }
    }

    fn blank(&mut self) {
        self.line("");
    }

    fn comment(&mut self, sentence: Sentence) {
        let text = self.lang.say(&sentence);
        for line in textwrap::wrap(&text, 110) {
            self.line(&format!("# {line}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_twice_the_usual_with_two_leading_digits() {
        for (errors, wanted) in [(0, 10), (10, 10), (99, 99), (101, 110), (294, 300), (1000, 1000), (1001, 1100)] {
            assert_eq!(rounded_up(errors), wanted, "{errors}");
        }
        assert_eq!(median(&[991, 87, 148]), Some(148));
        assert_eq!(median(&[]), None);
    }

    #[test]
    fn increases_are_those_between_usual_weeks_in_steps_of_fifty() {
        assert_eq!(increase(&[], 300), 50);
        assert_eq!(increase(&[100, 90, 120], 300), 50);
        assert_eq!(increase(&[100, 151], 300), 100);
        // 3 → 60 is measured from 20; the outage does not count.
        assert_eq!(increase(&[3, 60, 900, 70], 300), 200);
    }
}
