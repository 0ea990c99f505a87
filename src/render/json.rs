//! `summary.json` and the verdict as they are, complete; and the schemas of both.

use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    analysis::{Analysis, Note},
    model::disarmed,
    story::Story,
};

/// `summary.json`: the numbers, and what there is to say about them.
#[derive(Serialize, JsonSchema)]
pub struct Summary<'a> {
    /// At most two sentences and 140 characters.
    headline: &'a str,
    #[serde(flatten)]
    analysis: &'a Analysis,
    notes: Vec<Note>,
}

/// A story's numbers as JSON.
pub fn summary(story: &Story<'_>) -> serde_json::Result<String> {
    json(&Summary { headline: &story.headline, analysis: story.analysis, notes: story.notes().collect() })
}

/// An analysis or a verdict as JSON with line breaks, the last line ended.
///
/// Printed in a build's log it must not act: runners obey `##[…]` and `##vso[…]` anywhere in a line, so the second
/// `#` is written as the escape that every JSON reader turns back into it. (`::…` acts at the start of a line only, where
/// JSON has a bracket or a quotation mark.)
pub fn json(value: &impl Serialize) -> serde_json::Result<String> {
    // It can stand in a text only, never between texts.
    Ok(disarmed(&serde_json::to_string_pretty(value)?, "\\u0023") + "\n")
}

/// The JSON Schema (draft 2020-12) of an output, with line breaks, the last line ended.
pub fn schema<T: JsonSchema>() -> serde_json::Result<String> {
    Ok(serde_json::to_string_pretty(&schemars::schema_for!(T))? + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::{HOSTILE, week, week_named};

    #[test]
    fn the_fields_are_those_of_the_contract() {
        let value: serde_json::Value = serde_json::from_str(&json(&week()).unwrap()).unwrap();
        assert_eq!(value["schema"], "errstat/summary/2");
        assert_eq!(value["totals"]["change_pct"], -21.66);
        assert_eq!(value["by_detail"][0]["detail"], "502");
        assert_eq!(value["windows"]["buckets"][2]["by_reason"]["error_status_code"], 117);
        assert!(value["by_detail"][0].get("by_window").is_none());
    }

    #[test]
    fn a_runner_finds_no_command_and_a_reader_the_same_text() {
        let text = json(&week_named(HOSTILE)).unwrap();
        assert!(!text.contains("##["), "{text}");
        assert!(text.ends_with("}\n"));
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["by_detail"][2]["detail"], HOSTILE);
        assert!(text.lines().all(|line| !line.trim_start().starts_with("::")));
    }
}
