//! Which errors a rule is about, and rules that can never be about any.

use super::{Condition, Misplaced, rules::asked};
use crate::{
    model::{Sentence, key},
    table::{Key, Table, any_fits, fits, host_fits, status_fits},
    taxonomy::{self, ERROR_STATUS_CODE, REASONS},
};

/// What a rule is about.
pub enum Matching {
    /// For each kind of the table's dictionary whether it is meant.
    Kinds(Vec<bool>),
    /// The inputs do not name what the rule asks for, which is no proof that it has no errors.
    Unnamed(Sentence),
}

/// Finds the kinds that meet all conditions.
///
/// # Errors
/// Where a condition can never be met: a reason that does not exist, a misspelt detail, an impossible status.
pub fn matching(conditions: &[Condition], table: &Table) -> Result<Matching, Misplaced> {
    let names = &table.names;
    let reason =
        asked(conditions, Key::Reason).map(|reason| taxonomy::canonical(&reason.pattern, "").reason.into_owned());
    let meant = |name: &str| reason.as_deref().is_none_or(|wanted| fits(wanted, name));
    if let Some(condition) = asked(conditions, Key::Reason) {
        let known: Vec<&str> = REASONS.iter().copied().chain(names.reasons.iter().map(String::as_str)).collect();
        if !known.iter().any(|name| meant(name)) {
            return Err(Misplaced::new(condition.at, missed(key::check_error::REASON, condition, known)));
        }
    }
    if let Some(condition) = asked(conditions, Key::Status) {
        status(condition, meant(ERROR_STATUS_CODE))?;
    }
    if let Some(condition) = asked(conditions, Key::Detail) {
        let there = names.kinds.iter().filter(|kind| meant(&names.reasons[kind.reason as usize]));
        let there: Vec<&str> = there.map(|kind| names.details[kind.detail as usize].as_str()).collect();
        detail(condition, asked(conditions, Key::Status), &there, &meant)?;
    }
    if let Some(condition) = asked(conditions, Key::Channel) {
        // A channel without a row is known too, if an input was said to be of it.
        let silent = table.known.iter().filter(|known| known.label.is_none()).map(|known| &known.channel);
        let there: Vec<&Option<String>> = names.channels.iter().chain(silent).collect();
        if !there.iter().any(|channel| any_fits(&condition.pattern, names.called(channel))) {
            let there = there.into_iter().flatten().map(String::as_str);
            return Ok(Matching::Unnamed(missed(key::check_unjudged::CHANNEL, condition, there)));
        }
    }
    if let Some(condition) = asked(conditions, Key::Host) {
        let there = || names.hosts.iter().map(|host| host.0.as_str());
        if !there().any(|name| host_fits(&condition.pattern, name)) {
            return Ok(Matching::Unnamed(missed(key::check_unjudged::HOST, condition, there())));
        }
    }
    let kinds = names.kinds.iter().map(|kind| {
        let error = names.attributes(kind);
        conditions.iter().all(|condition| condition.key.fits(&condition.pattern, &error))
    });
    Ok(Matching::Kinds(kinds.collect()))
}

fn status(condition: &Condition, under_its_reason: bool) -> Result<(), Misplaced> {
    if !(100..=599).any(|status| status_fits(&condition.pattern, status)) {
        let near = taxonomy::did_you_mean(taxonomy::near_status(&condition.pattern));
        let error =
            Sentence::new(key::check_error::STATUS).with("value", &condition.pattern).with_sentence("nearest", near);
        return Err(Misplaced::new(condition.at, error));
    }
    if !under_its_reason {
        let error = Sentence::new(key::check_error::STATUS_REASON).with("reason", ERROR_STATUS_CODE);
        return Err(Misplaced::new(condition.at, error));
    }
    Ok(())
}

fn detail(
    condition: &Condition,
    status: Option<&Condition>,
    there: &[&str],
    meant: &dyn Fn(&str) -> bool,
) -> Result<(), Misplaced> {
    let wanted = condition.pattern.as_str();
    if let Some(Condition { pattern, .. }) = status {
        // What has a status has it as its detail.
        if (100..=599).any(|code: u16| status_fits(pattern, code) && fits(wanted, &code.to_string())) {
            return Ok(());
        }
        let error = Sentence::new(key::check_error::DETAIL_STATUS).with("value", wanted).with("status", pattern);
        return Err(Misplaced::new(condition.at, error));
    }
    let of = |reason: &&'static str| taxonomy::details(reason).into_iter();
    let listed: Vec<&str> = REASONS.iter().filter(|reason| meant(reason)).flat_map(of).collect();
    let status = |reason: &str| (100..=599_u16).any(|status| meant(reason) && fits(wanted, &status.to_string()));
    if there.iter().chain(&listed).any(|name| fits(wanted, name)) || status(ERROR_STATUS_CODE) {
        return Ok(());
    }
    if let Some(owner) = REASONS.iter().find(|reason| of(reason).any(|name| fits(wanted, name))) {
        let error = Sentence::new(key::check_error::DETAIL_ELSEWHERE).with("value", wanted).with("reason", owner);
        return Err(Misplaced::new(condition.at, error));
    }
    let status = taxonomy::near_status(wanted).filter(|_| meant(ERROR_STATUS_CODE)).map(|status| status.to_string());
    let near: Vec<&str> =
        taxonomy::nearest(wanted, listed.iter().copied()).into_iter().chain(status.as_deref()).collect();
    if !near.is_empty() {
        let error = Sentence::new(key::check_error::DETAIL).with("value", wanted);
        return Err(Misplaced::new(condition.at, error.with_sentence("nearest", taxonomy::did_you_mean(near))));
    }
    // Like nothing that is known: LINE may have made it up since, and it may come.
    Ok(())
}

/// What a condition asks for and nothing is, and what is most like it.
fn missed<'a>(key: key::SentenceKey, condition: &Condition, known: impl IntoIterator<Item = &'a str>) -> Sentence {
    let wanted = &condition.pattern;
    Sentence::new(key).with("value", wanted).with_sentence("nearest", taxonomy::suggestion(wanted, known))
}
