//! Rules held against the numbers.

use super::{
    Baseline, Demand, Level, Misplaced, Rules, Status, Verdict,
    doubts::doubts,
    ruling::{Ruling, unjudged},
    verdict::{JudgedPeriod, Judgement},
};
use crate::{
    analysis::{self, Analysis, Note},
    error::Error,
    model::{Sentence, key},
    table::Table,
};

/// The numbers that are judged.
#[derive(Clone, Copy)]
pub struct Case<'a> {
    pub table: &'a Table,
    /// Of that table.
    pub analysis: &'a Analysis,
    /// What it was made with.
    pub options: &'a analysis::Options,
}

/// Holds all rules against the numbers; the texts are in the language of the options.
///
/// # Errors
/// A rule that can never be broken because what it is about cannot exist, a baseline of something else, no rules.
pub fn judge(case: Case<'_>, rules: &Rules, baseline: Option<&Baseline>) -> Result<Verdict, Misplaced> {
    let lang = case.options.lang;
    let mut rulings: Vec<Ruling> = Vec::new();
    if let Some(max_age) = case.options.max_age {
        rulings.push(case.age(max_age));
    }
    for rule in &rules.rules {
        rulings.push(case.rule(rule)?);
    }
    if let Some(baseline) = baseline {
        baseline.must_fit(case.analysis)?;
        rulings.extend(baseline.rulings(case));
    }
    if rulings.is_empty() {
        return Err(Error::new(key::check_error::NO_RULES).into());
    }
    // Rules about the inputs say nothing of the errors; alone, they are all that is asked.
    let of_errors = rulings.iter().any(|ruling| ruling.of_errors);
    let mut asked = rulings.iter().filter(|ruling| ruling.of_errors == of_errors);
    let nothing_judged = asked.all(|ruling| ruling.status == Status::NotJudged);
    let rejects_allowed = rules.rules.iter().any(|rule| matches!(rule.demand, Demand::Rejected(_)));
    let mut doubts = doubts(case, !rejects_allowed);
    if rules.incomplete == Level::Warn {
        rulings.extend(incomplete(std::mem::take(&mut doubts.time)));
    }
    let mut fatal = std::mem::take(&mut doubts.nothing);
    fatal.extend(rulings.iter().filter_map(|ruling| ruling.problem.clone()));
    let mut open: Vec<Sentence> = doubts.time.iter().chain(&doubts.unread).cloned().collect();
    // Each reason with the rules that it leaves open.
    let mut undecided: Vec<(&Sentence, Vec<String>)> = Vec::new();
    for (ruling, why) in rulings.iter().filter_map(|ruling| Some((ruling, ruling.open.as_ref()?))) {
        let name = lang.say(&ruling.name);
        match undecided.iter_mut().find(|(known, _)| *known == why) {
            Some((_, names)) => names.push(name),
            None => undecided.push((why, vec![name])),
        }
    }
    let undecided: Vec<String> =
        undecided.into_iter().map(|(why, names)| lang.lead(&lang.list(names)) + &lang.say(why)).collect();
    if nothing_judged && fatal.is_empty() && open.is_empty() && undecided.is_empty() {
        open.push(Sentence::new(key::check_problem::NOTHING_JUDGED));
    }
    let mut failed = rulings.iter().filter(|ruling| ruling.status == Status::Failed);
    let result = if !fatal.is_empty() {
        Judgement::NotJudged
    } else if failed.any(|ruling| doubts.leave_broken(ruling.mending)) {
        Judgement::Failed
    } else if !open.is_empty() || !undecided.is_empty() {
        Judgement::NotJudged
    } else {
        Judgement::Passed
    };
    let told: Vec<Sentence> = fatal.into_iter().chain(open).collect();
    if !told.is_empty() {
        // Nothing holds because nothing is known; why, stands once above.
        for ruling in rulings.iter_mut().filter(|ruling| ruling.of_errors && ruling.status == Status::Passed) {
            ruling.status = Status::NotJudged;
            ruling.text = Sentence::new(key::check_unjudged::SO_FAR).with_sentence("text", ruling.text.clone());
        }
    }
    let analysis = case.analysis;
    let told: Vec<String> = told.iter().map(|sentence| lang.say(sentence)).chain(undecided).collect();
    // What is told as a problem is not told again.
    let new = |sentence: &&Sentence| told.is_empty() || !TOLD.contains(&sentence.key);
    let mut notes: Vec<Note> = analysis.notes.iter().filter(new).map(|note| Note::of(note, lang)).collect();
    let problems = match result {
        Judgement::NotJudged => told,
        // Beside a rule that is broken in any case it is a remark.
        Judgement::Failed | Judgement::Passed => {
            notes.extend(told.into_iter().map(|text| Note {
                code: Verdict::NOT_KNOWN.to_owned(),
                level: analysis::Level::Grave,
                text,
            }));
            Vec::new()
        }
    };
    Ok(Verdict {
        generated_at: analysis.generated_at,
        timezone: analysis.timezone,
        result,
        exit_code: result.exit_code(),
        period: Some(JudgedPeriod {
            start: analysis.period.start,
            end: analysis.period.end,
            label: analysis.period.label.clone(),
            previous: analysis.period.previous.as_ref().map(|bounds| bounds.label.clone()),
        }),
        state: Some(analysis.state),
        errors: Some(analysis.totals.errors),
        previous_errors: analysis.totals.previous_errors,
        baseline: baseline.map(|baseline| baseline.path.clone()),
        rules: rulings.into_iter().map(|ruling| ruling.outcome(lang)).collect(),
        notes,
        ..Verdict::unjudged(problems, case.options)
    })
}

/// The notes that tell what problems tell too.
const TOLD: [key::SentenceKey; 21] = [
    key::note::CHANNEL_UNMATCHED,
    key::note::COVERAGE_UNKNOWN,
    key::note::COVERAGE_UNKNOWN_CHANNEL,
    key::note::GAP,
    key::note::GAP_CHANNEL,
    key::note::MAILS_ONLY,
    key::note::MAILS_ONLY_CHANNEL,
    key::note::NAMED_EARLIER,
    key::note::NAMED_EARLIER_CHANNEL,
    key::note::NO_ROWS,
    key::note::NO_ROWS_CHANNEL,
    key::note::PERIOD_BEFORE_DATA,
    key::note::PERIOD_BEFORE_DATA_CHANNEL,
    key::note::PERIOD_NOT_COVERED,
    key::note::PERIOD_NOT_COVERED_CHANNEL,
    key::note::REJECTS,
    key::note::SKIPPED_FILE,
    key::note::SKIPPED_FILES,
    key::note::STALE,
    key::note::STALE_CHANNEL,
    key::note::NOT_COMPARED,
];

/// Where it only warns that the inputs do not speak for the whole period: a ruling that says so.
fn incomplete(unknown: Vec<Sentence>) -> impl Iterator<Item = Ruling> {
    unknown.into_iter().map(|text| Ruling {
        name: Sentence::new(key::check_name::INCOMPLETE),
        rule: "incomplete",
        of_errors: false,
        level: Level::Warn,
        status: Status::Warned,
        ..unjudged(text)
    })
}

impl Verdict {
    /// The verdict on inputs that could not be judged at all, and why.
    pub fn unjudged(problems: Vec<String>, options: &analysis::Options) -> Verdict {
        Verdict {
            schema: Verdict::SCHEMA,
            errstat: env!("CARGO_PKG_VERSION"),
            generated_at: options.zone.time(options.generated_at),
            timezone: options.zone,
            result: Judgement::NotJudged,
            exit_code: Judgement::NotJudged.exit_code(),
            problems,
            period: None,
            state: None,
            errors: None,
            previous_errors: None,
            configuration: None,
            baseline: None,
            rules: Vec::new(),
            notes: Vec::new(),
        }
    }
}

impl Case<'_> {
    /// A comparison needs a period before this one.
    pub(super) fn nothing_to_compare(self) -> Ruling {
        let unknown = self.analysis.notes.iter().find(|note| note.key == key::note::NOTHING_TO_COMPARE);
        unjudged(unknown.cloned().unwrap_or_else(|| Sentence::new(key::check_unjudged::NO_PREVIOUS)))
    }
}
