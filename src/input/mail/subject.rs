//! The subjects of LINE's notifications.

use super::words::{Kind, WORDS};

/// What a subject says a mail is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    pub kind: Kind,
    /// As it was written, not safe to show yet.
    pub channel: Option<String>,
    /// It was forwarded or answered.
    pub forwarded: bool,
}

/// More prefixes than this are no subject.
const MOST_PREFIXES: usize = 30;

/// What a decoded subject says, if it is one of LINE's.
pub fn recognise(subject: &str) -> Option<Subject> {
    // Folding may have left more white space than there was.
    let subject = subject.split_whitespace().collect::<Vec<_>>().join(" ");
    let (rest, forwarded) = without_prefixes(&subject);
    let rest = without(rest, "Messaging API")?.trim_start();
    let rest = rest.strip_prefix([':', '：'])?.trim_start();
    let (kind, rest) = WORDS
        .subjects
        .iter()
        .find_map(|(kind, texts)| Some((*kind, texts.iter().find_map(|text| without(rest, text))?)))?;
    let rest = rest.trim_start();
    let name = rest.strip_prefix(['-', '–', '—', '－', '‐', '−']).map(str::trim);
    // Anything else behind it is another sentence.
    if name.is_none() && !rest.is_empty() {
        return None;
    }
    let channel = name.filter(|name| !name.is_empty()).map(str::to_owned);
    Some(Subject { kind, channel, forwarded })
}

/// What follows a text in any case.
fn without<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    text.get(..prefix.len()).filter(|head| head.eq_ignore_ascii_case(prefix)).map(|_| &text[prefix.len()..])
}

fn is_prefix(word: &str) -> bool {
    WORDS.forwarded.prefixes.contains(&word.trim().to_lowercase())
}

/// The subject without `Fwd:`, `Re[2]:`, `転送：` and the tags of mailing lists (`[ops 123]`) before it, and whether
/// it was forwarded or answered.
fn without_prefixes(subject: &str) -> (&str, bool) {
    let mut rest = subject.trim();
    let mut forwarded = false;
    for _ in 0..MOST_PREFIXES {
        let brackets = [('[', ']'), ('【', '】'), ('(', ')')];
        let tag = brackets.iter().find_map(|(open, close)| {
            let inner = rest.strip_prefix(*open)?;
            inner.split_once(*close)
        });
        if let Some((tag, after)) = tag {
            forwarded |= is_prefix(tag);
            rest = after.trim_start();
            continue;
        }
        let Some((prefix, after)) = rest.split_once([':', '：']) else { break };
        let word = prefix.split(['[', '(', '^']).next().unwrap_or_default().trim();
        if !is_prefix(word.trim_end_matches(|c: char| c.is_ascii_digit())) {
            break;
        }
        forwarded = true;
        rest = after.trim_start();
    }
    (rest, forwarded)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(subject: &str) -> Option<(Kind, Option<String>, bool)> {
        recognise(subject).map(|found| (found.kind, found.channel, found.forwarded))
    }

    #[test]
    fn every_subject_is_known_with_its_channel() {
        let shop = Some("shop".to_owned());
        for (subject, kind) in [
            ("Messaging API: Your bot server returned no response or an error - shop", Kind::Errors),
            ("Messaging API: Your server did not return [200 OK] - shop", Kind::Errors),
            ("Messaging API: Webhook transmission failed - shop", Kind::Errors),
            ("Messaging API: Webhook redelivery stopped - shop", Kind::RedeliveryStopped),
            ("messaging api：webhook  redelivery\tstopped – shop", Kind::RedeliveryStopped),
        ] {
            assert_eq!(told(subject), Some((kind, shop.clone(), false)), "{subject}");
        }
        for (rest, channel) in
            [("", None), (" -", None), (" - a - b", Some("a - b")), (" - お店 [200 OK]: 1", Some("お店 [200 OK]: 1"))]
        {
            let subject = format!("Messaging API: Webhook transmission failed{rest}");
            assert_eq!(told(&subject), Some((Kind::Errors, channel.map(str::to_owned), false)), "{subject}");
        }
    }

    #[test]
    fn prefixes_say_that_it_was_forwarded() {
        let subject = "Messaging API: Webhook transmission failed - shop";
        for prefix in
            ["Fwd: ", "FW:", "Re: ", "RE[2]: ", "Re^3: ", "転送: ", "転送：", "Fwd: Re: [ops] ", "[転送] ", "【転送】"]
        {
            let found = recognise(&format!("{prefix}{subject}")).unwrap();
            assert!(found.forwarded && found.channel.as_deref() == Some("shop"), "{prefix}");
        }
        assert!(!recognise(&format!("[ops 12] {subject}")).unwrap().forwarded);
    }

    #[test]
    fn other_subjects_are_others() {
        for subject in [
            "",
            "Messaging API",
            "Messaging API: Webhook transmission failed again - shop",
            "Messaging API update for LINE Developers",
            "About: Messaging API: Webhook transmission failed - shop",
            "News: Webhook redelivery stopped",
            "Webhook redelivery stopped - shop",
        ] {
            assert_eq!(told(subject), None, "{subject}");
        }
        assert_eq!(told(&"Re: ".repeat(10_000)), None);
        assert_eq!(told(&"[".repeat(10_000)), None);
    }
}
