//! `--format env`: the verdict as variables, a line for each, as GitLab's dotenv reports and GitHub's outputs take them.

use crate::check::{Judgement, Verdict};

/// The verdict as `NAME=value` lines; a value that is not known is empty, and so are all numbers if nothing was judged.
/// `ERRSTAT_CHANGE` is the difference to the errors of the period before, with its sign.
pub fn env(verdict: &Verdict) -> serde_json::Result<String> {
    let judged = verdict.errors.filter(|_| verdict.result != Judgement::NotJudged);
    let known = |number: Option<u64>| number.map_or_else(String::new, |number| number.to_string());
    let change = judged.zip(verdict.previous_errors).map(|(now, before)| i128::from(now) - i128::from(before));
    let (result, state) = (serde_json::to_value(verdict.result)?, serde_json::to_value(verdict.state)?);
    Ok(format!(
        "ERRSTAT_EXIT_CODE={}\nERRSTAT_RESULT={}\nERRSTAT_STATE={}\nERRSTAT_ERRORS={}\nERRSTAT_PREVIOUS_ERRORS={}\nERRSTAT_CHANGE={}\n",
        verdict.exit_code,
        result.as_str().unwrap_or_default(),
        state.as_str().unwrap_or_default(),
        known(judged),
        known(judged.and(verdict.previous_errors)),
        change.map_or_else(String::new, |change| format!("{change:+}")),
    ))
}
