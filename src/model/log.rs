//! What a build's log would obey, made harmless.
//!
//! A GitHub runner obeys `::command::` at the start of any line of output and `##[command]` anywhere in it, Azure
//! Pipelines `##vso[command]` anywhere, TeamCity `##teamcity[command]` at the start of a line and, in some versions,
//! anywhere.

/// The text with the second `#` of each `##…[` replaced, so that no log obeys it: `"# "` for people, an escape where
/// the format has one.
pub fn disarmed(text: &str, second: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for (at, _) in text.match_indices("##") {
        // Of three or more, the last two.
        let begins = |at: usize| {
            let word = text[at + 2..].trim_start_matches(|c: char| c.is_ascii_alphanumeric() || "_.-".contains(c));
            word.starts_with('[')
        };
        let Some(at) = [at, at + 1].into_iter().find(|at| text[*at..].starts_with("##") && begins(*at)) else {
            continue;
        };
        out.push_str(&text[done..=at]);
        out.push_str(second);
        done = at + 2;
    }
    out.push_str(&text[done..]);
    out
}

/// A line for a terminal or a log, in which nothing is a command.
pub fn for_log(line: &str) -> String {
    let line = disarmed(line, "# ");
    let indent = line.len() - line.trim_start().len();
    if line[indent..].starts_with("::") { format!("{}: :{}", &line[..indent], &line[indent + 2..]) } else { line }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_no_command() {
        for (line, safe) in [
            ("  ::error::x", "  : :error::x"),
            ("a ##[error]x", "a ## [error]x"),
            ("a ##vso[task.setvariable variable=x]y", "a ## vso[task.setvariable variable=x]y"),
            ("##TeamCity[x] ###vso[y] ####[z]", "## TeamCity[x] ### vso[y] #### [z]"),
            ("## Heading [x] a::b", "## Heading [x] a::b"),
        ] {
            assert_eq!(for_log(line), safe);
        }
    }

    #[test]
    fn an_escape_takes_the_place_of_the_second_sign_only() {
        assert_eq!(disarmed("a ##vso[b] ##", "\\u0023"), "a #\\u0023vso[b] ##");
        assert_eq!(disarmed("###[", "&#35;"), "##&#35;[");
    }
}
