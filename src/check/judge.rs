//! Rules held against the numbers.

use super::{
    Baseline, Configuration, Rules, Status, Verdict,
    demands::{Ruling, unjudged},
    verdict::{JudgedPeriod, Result as Judged},
};
use crate::{
    analysis::{self, Analysis},
    cube::Cube,
    error::{Error, Result},
    model::Sentence,
};

/// The numbers that are judged.
#[derive(Clone, Copy)]
pub struct Case<'a> {
    pub cube: &'a Cube,
    /// Of that cube.
    pub analysis: &'a Analysis,
    /// What it was made with.
    pub options: &'a analysis::Options,
}

/// Holds all rules against the numbers; the texts are in the language of the options.
///
/// # Errors
/// A rule that can never be broken because what it is about cannot exist (`{path}` is left to the caller), a baseline
/// of something else.
pub fn judge(case: Case<'_>, rules: &Rules, baseline: Option<&Baseline>) -> Result<Verdict> {
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
        return Err(Error::new("check_error.no_rules"));
    }
    let mut problems = problems(case);
    if let Some(unknown) = problems.first() {
        // Nothing holds because nothing is known.
        let about_errors = |ruling: &&mut Ruling| !["max_age", "max_rejected"].contains(&ruling.rule);
        for ruling in rulings.iter_mut().filter(about_errors).filter(|ruling| ruling.status == Status::Passed) {
            (ruling.status, ruling.text) = (Status::NotJudged, unknown.clone());
        }
    }
    problems.extend(rulings.iter().filter_map(|ruling| ruling.problem.clone()));
    if problems.is_empty() && rulings.iter().all(|ruling| ruling.status == Status::NotJudged) {
        problems.push(Sentence::new("check_problem.nothing_judged"));
    }
    let result = if !problems.is_empty() {
        Judged::NotJudged
    } else if rulings.iter().any(|ruling| ruling.status == Status::Failed) {
        Judged::Failed
    } else {
        Judged::Passed
    };
    let analysis = case.analysis;
    Ok(Verdict {
        schema: Verdict::SCHEMA,
        errstat: analysis.errstat,
        generated_at: analysis.generated_at.clone(),
        timezone: analysis.timezone.clone(),
        result,
        exit_code: result.exit_code(),
        problems: problems.iter().map(|problem| lang.say(problem)).collect(),
        period: Some(JudgedPeriod {
            start: analysis.period.start.clone(),
            end: analysis.period.end.clone(),
            label: analysis.period.label.clone(),
            previous: analysis.period.previous.as_ref().map(|bounds| bounds.label.clone()),
        }),
        errors: Some(analysis.totals.errors),
        previous_errors: analysis.totals.previous_errors,
        configuration: None,
        baseline: baseline.map(|baseline| baseline.path.clone()),
        rules: rulings.into_iter().map(|ruling| ruling.outcome(lang)).collect(),
        notes: analysis.notes.clone(),
    })
}

/// What makes every number worthless.
fn problems(case: Case<'_>) -> Vec<Sentence> {
    let Case { cube, analysis, .. } = case;
    let calendar = &analysis.calendar;
    let Some(data) = calendar.data else { return vec![Sentence::new("check_problem.no_rows")] };
    let bounds = &analysis.period.bounds;
    let labels = (0..cube.labels().len() as crate::cube::Label).filter(|label| cube.has_coverage(*label));
    let reach = labels.filter_map(|label| analysis::reach(cube, label)).max();
    let period = || Sentence::new("check_problem.not_reached").with("period", &bounds.label);
    match reach {
        Some(reach) if reach.0 <= bounds.start => {
            vec![period().with_moment("until", calendar.zone.local(reach))]
        }
        _ if data.first.0 >= bounds.end => {
            vec![
                Sentence::new("check_problem.before_data")
                    .with("period", &bounds.label)
                    .with_moment("first", calendar.zone.local(data.first)),
            ]
        }
        _ => Vec::new(),
    }
}

impl Verdict {
    /// The verdict on inputs that could not be judged at all, and why.
    pub fn unjudged(why: &Error, options: &analysis::Options) -> Verdict {
        Verdict {
            schema: Verdict::SCHEMA,
            errstat: env!("CARGO_PKG_VERSION"),
            generated_at: options.zone.rfc3339(options.generated_at),
            timezone: options.zone.to_string(),
            result: Judged::NotJudged,
            exit_code: Judged::NotJudged.exit_code(),
            problems: vec![why.text(options.lang)],
            period: None,
            errors: None,
            previous_errors: None,
            configuration: None,
            baseline: None,
            rules: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// The same, with the file that the rules are from.
    #[must_use]
    pub fn under(mut self, configuration: Option<Configuration>) -> Verdict {
        self.configuration = configuration;
        self
    }
}

impl Case<'_> {
    /// A comparison needs a period before this one.
    pub(super) fn nothing_to_compare(self) -> Ruling {
        let unknown = self.analysis.sentences.iter().find(|note| note.key == "note.nothing_to_compare");
        unjudged(unknown.cloned().unwrap_or_else(|| Sentence::new("check_unjudged.no_previous")))
    }
}
