//! Rules proposed from what has been: a commented configuration to start with.

use super::{Case, MIN_PREVIOUS};
use crate::{
    analysis::{self, Bounds, Calendar, Comparison, Incident, WindowSize},
    error::{Error, Result},
    model::{Kind, Precision, Sentence, Span, key},
    taxonomy::{self, Lang, lines},
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
    let Some(data) = calendar.data else { return Err(Error::new(key::check_error::INIT_NO_ROWS)) };
    let zone = &calendar.zone;
    let all = Bounds {
        start: zone.day_start(zone.day(data.first)).0,
        end: zone.day_end(zone.day(data.last)).0,
        label: String::new(),
    };
    let whole = History { case, calendar: &calendar, all: &all, data, kinds: None };
    let day = |at| lang.day(zone.day(at));
    let mut file = File { lang, text: String::new() };
    file.comment(
        Sentence::new(key::init::HEAD)
            .with("first", day(data.first))
            .with("last", day(data.last))
            .with_number("errors", whole.windows(WindowSize::Day).iter().map(|(_, errors)| errors).sum()),
    );
    file.block(Sentence::new(key::init::EDIT), &[]);
    if let Some(channels) = channels {
        file.block(Sentence::new(key::init::ZONE), &[format!("timezone = {}", quoted(&zone.to_string()))]);
        if !channels.is_empty() {
            let listed: Vec<String> = channels.iter().map(|channel| quoted(channel)).collect();
            file.block(Sentence::new(key::init::CHANNELS), &[format!("channel = [{}]", listed.join(", "))]);
        }
    }
    file.line("[check]");
    file.block(Sentence::new(key::init::PERIOD), &["period = \"last-week\"".to_owned()]);

    let all_weeks = whole.windows(WindowSize::Week);
    let weeks = whole.weeks();
    let (usual, why) = whole.usual(key::init::WEEKS, key::init::NO_WEEKS);
    file.block(why, &[format!("max_errors = {usual}")]);
    if case.options.compare != Comparison::Nothing {
        let increase = format!("max_increase = \"{}%\"", increase(&weeks, usual));
        file.block(Sentence::new(key::init::INCREASE), &[increase, format!("min_previous = {MIN_PREVIOUS}")]);
    }
    let most = most_incidents(case, &all_weeks, usual);
    let incidents = Sentence::new(key::init::INCIDENTS).with_number("most", most);
    file.block(incidents, &[format!("max_incidents = {most}")]);
    let count = case.analysis.rejects.count;
    let rejected = Sentence::new(key::init::REJECTED).with_number("count", count);
    file.block(rejected, &[format!("max_rejected = {count}")]);
    file.comment(Sentence::new(key::init::NEW_DETAILS));
    file.line("new_details = \"fail\"");
    file.block(Sentence::new(key::init::UNKNOWN_DETAILS), &["unknown_details = \"warn\"".to_owned()]);
    file.block(Sentence::new(key::init::MAX_AGE), &["max_age = \"8d\"".to_owned()]);
    file.comment(Sentence::new(key::init::RULES));
    if case.table.names.channels.iter().flatten().count() > 1 {
        each_channel(whole, &mut file);
    }
    examples(case, &mut file, &whole.windows(WindowSize::Hour));
    Ok(file.text)
}

/// The errors of some kinds in all days that have data.
#[derive(Clone, Copy)]
struct History<'a> {
    case: Case<'a>,
    calendar: &'a Calendar,
    all: &'a Bounds,
    data: Span,
    /// Of each kind whether it is meant; none for all of them.
    kinds: Option<&'a [bool]>,
}

impl History<'_> {
    fn windows(self, size: WindowSize) -> Vec<((i64, i64), u64)> {
        let windows = analysis::windows_of(self.all, Some(size), self.calendar);
        let errors = analysis::count(self.case.table, self.all, &windows, self.kinds);
        windows.into_iter().zip(errors).collect()
    }

    /// Errors of the weeks that the data reach across, in the order of time.
    fn weeks(self) -> Vec<u64> {
        // A first week that begins with the data is whole if the data begin on its first day.
        let (all, data) = (self.all, self.data);
        let whole = |(start, end): (i64, i64)| start >= all.start && end <= all.end && data.first.0 < end;
        let weeks = self.windows(WindowSize::Week);
        weeks.into_iter().filter(|(window, _)| whole(*window)).map(|(_, errors)| errors).collect()
    }

    /// The limit for a week, and the sentence that says what it is made from: whole weeks, or days where there are none.
    fn usual(self, of_weeks: key::SentenceKey, of_days: key::SentenceKey) -> (u64, Sentence) {
        let weeks = self.weeks();
        if let Some(median) = analysis::median(weeks.clone()) {
            let most = rounded_up(2 * median);
            let broken = weeks.iter().filter(|errors| **errors > most).count() as u64;
            let why = Sentence::new(of_weeks).with_list("weeks", weeks).with_number("broken", broken);
            return (most, why);
        }
        let days = self.windows(WindowSize::Day);
        let total: u64 = days.iter().map(|(_, errors)| errors).sum();
        (rounded_up((total * 14).div_ceil(days.len().max(1) as u64)), Sentence::new(of_days))
    }
}

/// A limit for each channel, so that a large one does not hide a small one.
fn each_channel(whole: History<'_>, file: &mut File) {
    let names = &whole.case.table.names;
    for (label, channel) in names.channels.iter().enumerate() {
        let Some(channel) = channel else { continue };
        let of_channel = |kind: &Kind| kind.channel as usize == label;
        let kinds: Vec<bool> = names.kinds.iter().map(of_channel).collect();
        let (usual, why) =
            History { kinds: Some(&kinds), ..whole }.usual(key::init::CHANNEL_WEEKS, key::init::CHANNEL_NO_WEEKS);
        let rule = [format!("channel = {}", quoted(channel)), format!("max_errors = {usual}")];
        file.rule(why.with("channel", channel), &rule, true);
    }
}

/// Rules that show what can be said, switched on where the inputs would keep them.
fn examples(case: Case<'_>, file: &mut File, hours: &[((i64, i64), u64)]) {
    const TLS: [&str; 2] = ["could_not_connect", "TLS handshake failure"];
    debug_assert!(taxonomy::is_known(TLS[0], TLS[1]));
    let names = &case.table.names;
    let seen = names.kinds.iter().any(|kind| {
        let error = names.attributes(kind);
        [error.reason, error.detail] == TLS
    });
    let lang = file.lang;
    let name = |key| format!("name = {}", quoted(lang.phrase(key)));
    let [reason, detail] = TLS.map(quoted);
    let tls = [
        name(key::init::RULE_TLS),
        format!("reason = {reason}"),
        format!("detail = {detail}"),
        "max_errors = 0".to_owned(),
    ];
    file.rule(Sentence::new(if seen { key::init::EXAMPLE } else { key::init::NEVER }), &tls, !seen);
    let worst = most_in_an_hour(case, hours);
    let period = case.analysis.period.bounds();
    let judged_by_hour = case.table.precision_in(period.start, period.end, |_| true) < Precision::Day;
    let why = match judged_by_hour {
        true => Sentence::new(key::init::BURST).with_number("most", worst),
        false => Sentence::new(key::init::EXAMPLE),
    };
    let most = format!("max_errors = {}", rounded_up(2 * worst));
    file.rule(why, &[name(key::init::RULE_BURST), most, "per = \"hour\"".to_owned()], judged_by_hour);
    let timeouts = ["reason = \"request_timeout\"", "max_share = \"50%\"", "level = \"warn\""].map(str::to_owned);
    let timeouts = [&[name(key::init::RULE_TIMEOUTS)][..], &timeouts].concat();
    file.rule(Sentence::new(key::init::EXAMPLE), &timeouts, false);
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

/// How many incidents touch a window.
fn incidents_in(case: Case<'_>, (start, end): (i64, i64)) -> usize {
    let touches = |incident: &&Incident| incident.bounds().0 < end && incident.bounds().1 > start;
    case.analysis.incidents.iter().filter(touches).count()
}

/// The most incidents that touch one usual week.
fn most_incidents(case: Case<'_>, weeks: &[((i64, i64), u64)], usual: u64) -> u64 {
    let usual = weeks.iter().filter(|(_, errors)| *errors <= usual);
    usual.map(|(window, _)| incidents_in(case, *window)).max().unwrap_or(0) as u64
}

/// The most errors of an hour in which no incident was.
fn most_in_an_hour(case: Case<'_>, hours: &[((i64, i64), u64)]) -> u64 {
    hours.iter().filter(|(window, _)| incidents_in(case, *window) == 0).map(|(_, errors)| *errors).max().unwrap_or(0)
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

    /// What some lines mean, the lines, and an empty one.
    fn block(&mut self, why: Sentence, lines: &[String]) {
        self.comment(why);
        lines.iter().for_each(|line| self.line(line));
        self.line("");
    }

    /// An empty line, what a rule means, and the rule; one that is off is a comment too.
    fn rule(&mut self, why: Sentence, lines: &[String], on: bool) {
        self.line("");
        self.comment(why);
        let off = if on { "" } else { "# " };
        for line in ["[[check.rule]]"].into_iter().chain(lines.iter().map(String::as_str)) {
            self.line(&format!("{off}{line}"));
        }
    }

    fn comment(&mut self, sentence: Sentence) {
        let text = self.lang.say(&sentence);
        for line in textwrap::wrap(&text, lines(110)) {
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
