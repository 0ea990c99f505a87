//! The names of LINE's items, found in a text wherever they stand.
//!
//! LINE documents the names and not their layout, so a name is a token: its letters in any case and width, with any white
//! space between its words. What stands around it (a line's start, a colon, a cell's border, an element's end) is noted,
//! and judged in [`super::reading`].

use super::{
    text::EDGE,
    words::{self, NoticeItem, WORDS},
};

/// A name in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub name: NoticeItem,
    /// The name is LINE's own.
    pub strong: bool,
    /// What stands before it: a line end, where a line or a cell begins with it, perhaps behind a bullet or a number; or a
    /// space for other text.
    pub begin: char,
    /// What sets it apart from its value: a sign, which is `:`, `=`, `-`, `|`, `→` or `.`; a tab for the border of a cell; a
    /// line end; `]` for a bracket around the name; a wide space for a gap or the edge of an
    /// element; or a space.
    pub mark: char,
    pub start: usize,
    /// Where the name ends, with what belongs to it.
    pub end: usize,
    /// Where its value begins.
    pub value: usize,
    /// What stood in brackets behind the name.
    pub note: Option<String>,
}

/// Every place where a name may stand, in the order of the text.
pub fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut found = found(text).into_iter().peekable();
    while let Some((name, mut strong, start, mut end)) = found.next() {
        // `エラーの原因 / Reason for error`, `チャネルID (Channel ID)`
        let mut bracket = false;
        while let Some(second) = found.next_if(|second| {
            let foreign = text[start..end].is_ascii() != text[second.2..second.3].is_ascii();
            second.0 == name && foreign && also(&text[end..second.2])
        }) {
            bracket |= text[end..second.2].contains(['(', '（']);
            (strong, end) = (strong || second.1, second.3);
        }
        let begin = begin(text, start);
        let (end, mark, value, note) = behind(text, end, bracket);
        // A name with a colon above its value is one on a line of its own.
        let alone = || text[value..].split('\n').next().is_none_or(|rest| rest.trim().is_empty());
        let mark = if begin == '\n' && mark != '\t' && alone() { '\n' } else { mark };
        tokens.push(Token { name, strong, begin, mark, start, end, value, note });
    }
    tokens
}

/// The names in a text: which item, whether it is LINE's own name, and from where to where.
fn found(text: &str) -> Vec<(NoticeItem, bool, usize, usize)> {
    // The letters alone, and for each of their bytes the character that it stands for.
    let (mut letters, mut places) = (String::with_capacity(text.len()), Vec::with_capacity(text.len()));
    for (at, c) in text.char_indices().filter(|(_, c)| c.is_alphanumeric()) {
        letters.extend(words::plain(c));
        places.resize(letters.len(), (at, at + c.len_utf8()));
    }
    let named = |at: usize, (spelled, name, strong): &(String, NoticeItem, bool)| {
        let next = at + spelled.len();
        let (start, (last, end)) = (places[at].0, letters[at..].starts_with(spelled).then(|| places[next - 1])?);
        // `エラー件数3件` has no space, `チャネル名称` is another word.
        let apart = places.get(next).is_none_or(|(place, _)| *place > end)
            || !text[last..end].is_ascii() && letters[next..].starts_with(|c: char| c.is_ascii());
        // `URL` is one of LINE's names, and a word of everybody.
        let placed = || *strong || *name == NoticeItem::Url || begin(text, start) != ' ';
        (apart && one_name(&text[start..end]) && placed()).then_some((next, (*name, *strong, start, end)))
    };
    let mut found = Vec::new();
    let (mut at, mut open) = (0, 0);
    while at < letters.len() {
        // A name begins where no other letter stands directly before.
        let begins = at == 0 || places[at].0 > open;
        open = places[at].1;
        let likely = |name: &&(String, NoticeItem, bool)| begins && name.0.as_bytes()[0] == letters.as_bytes()[at];
        match WORDS.names.iter().filter(likely).find_map(|spelling| named(at, spelling)) {
            Some((next, name)) => {
                found.push(name);
                (at, open) = (next, name.3);
            }
            None => at += letters[at..].chars().next().map_or(1, char::len_utf8),
        }
    }
    found
}

/// Whether what lies between the letters of a name may: white space, marks of emphasis, and the end of one line.
fn one_name(text: &str) -> bool {
    let space = |c: char| c.is_whitespace() && c != '\t' || "_*`\u{200b}\u{feff}".contains(c);
    text.chars().all(|c| c.is_alphanumeric() || space(c) || c == '-')
        && text.split(char::is_alphanumeric).filter(|gap| gap.contains('-')).all(|gap| gap == "-")
        && text.matches('\n').count() < 2
}

/// The name that a text is, if it is nothing else.
pub fn whole(text: &str) -> Option<NoticeItem> {
    if text.len() > 160 {
        return None;
    }
    let covered = |token: &&Token| {
        token.begin == '\n'
            && !text[..token.start].contains(char::is_alphanumeric)
            && text[token.value..].trim().is_empty()
    };
    tokens(text).iter().find(covered).map(|token| token.name)
}

/// Whether a text has a name of LINE's in it.
pub fn is_in(text: &str) -> bool {
    found(text).iter().any(|(_, strong, ..)| *strong)
}

/// Whether two names with this between them are one in two languages.
fn also(between: &str) -> bool {
    let sign = |c: char| "/／(（・|".contains(c);
    between.contains(sign) && between.chars().all(|c| sign(c) || c.is_whitespace() && c != '\n' || c == EDGE)
}

/// Marks of lists, of emphasis and of brackets that stand before a name.
pub const BULLETS: &str = "-*+•·・●■◆○◇□▪◦‣※#►▶>＞|│【[［「『(（\"'“`_–—";

/// What stands before a name that begins here.
fn begin(text: &str, start: usize) -> char {
    let skipped = |c: char| c == EDGE || c.is_whitespace() && c != '\n' && c != '\t' || BULLETS.contains(c);
    let before = text[..start].trim_end_matches(skipped);
    // `3. Name` and `3) Name`
    let unnumbered = before.strip_suffix(['.', ')']).and_then(|number| {
        let rest = number.trim_end_matches(|c: char| c.is_ascii_digit());
        (1..=2).contains(&(number.len() - rest.len())).then_some(rest.trim_end_matches(' '))
    });
    let line = |before: &str| before.is_empty() || before.ends_with(['\n', '\t']);
    if line(before) || unnumbered.is_some_and(line) { '\n' } else { ' ' }
}

/// Where a name ends with all that belongs to it, what sets it apart from its value, where that begins, and the note in
/// brackets. `bracket` says that a bracket was opened within the name.
fn behind(text: &str, end: usize, bracket: bool) -> (usize, char, usize, Option<String>) {
    let closing = |c: char| "】]］」』\"”".contains(c) || bracket && ")）".contains(c);
    let skipped = |c: char| closing(c) || "*`_\u{200b}".contains(c) || c.is_whitespace() && c != '\n' && c != '\t';
    let mut rest = text[end..].trim_start_matches(skipped);
    let note = in_brackets(rest);
    let from = note.map_or(end, |(_, length)| text.len() - rest.len() + length);
    rest = text[from..].trim_start_matches(skipped);
    let at = text.len() - rest.len();
    let between = &text[end..at];
    let note = note.map(|(note, _)| note.to_owned());

    let spaces: usize =
        between.chars().map(|c| if c == EDGE || c == '\u{3000}' { 2 } else { usize::from(c.is_whitespace()) }).sum();
    let mut chars = rest.chars();
    let (sign, after) = (chars.next(), chars.clone().next());
    let apart = after.is_none_or(|c| c == EDGE || c.is_whitespace());
    let dots = |c: char| matches!(c, '.' | '…' | '・' | ' ');
    let sign = match sign {
        Some(':' | '：') => Some(':'),
        Some('=' | '＝') => Some('='),
        Some('|' | '│' | '｜') => Some('|'),
        Some('→' | '⇒') => Some('→'),
        Some('-' | '–' | '—' | '－' | '−' | '―') if apart && spaces > 0 => Some('-'),
        Some('.') if after == Some('.') => Some('.'),
        Some('…' | '・') => Some('.'),
        _ => None,
    };
    if let Some(sign) = sign {
        let value = if sign == '.' { rest.trim_start_matches(dots) } else { chars.as_str() };
        // `**Name:** value`, `【Name:】 value`, `Name ….: value`
        let closings = ["**", "__", "】", "]", ":", ">"];
        let value = closings.iter().fold(value, |value, closing| value.strip_prefix(closing).unwrap_or(value));
        return (at, sign, text.len() - value.len(), note);
    }
    let mark = match rest.chars().next() {
        Some('\t') => '\t',
        Some('\n') | None => '\n',
        _ if between.contains(closing) => ']',
        _ if spaces > 1 => '\u{3000}',
        _ => ' ',
    };
    (at, mark, at, note)
}

/// The text in the brackets at the start, and how long it is with them, where the value follows behind and not in them.
fn in_brackets(text: &str) -> Option<(&str, usize)> {
    let inner = text.strip_prefix(['(', '（'])?;
    let (close, bracket) = inner.char_indices().take(60).find(|(_, c)| ")）\n\t".contains(*c))?;
    let behind = inner[close..].strip_prefix([')', '）'])?;
    let next = behind.chars().find(|c| !matches!(*c, ' ' | EDGE | '*' | '`' | '】' | ']'));
    let apart = next.is_none_or(|c| ":：=＝\t\n|→-–—…".contains(c));
    apart.then_some((inner[..close].trim(), text.len() - inner.len() + close + bracket.len_utf8()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<(NoticeItem, char, char, &str)> {
        tokens(text).iter().map(|token| (token.name, token.begin, token.mark, text[token.value..].trim())).collect()
    }

    #[test]
    fn a_name_is_known_in_any_spelling() {
        for text in [
            "Channel ID: 1",
            "CHANNEL  id : 1",
            "channel_id:1",
            "Channel-ID：1",
            "Ｃｈａｎｎｅｌ　ＩＤ: 1",
            "**Channel ID:** 1",
            "Channel\u{a0}ID: 1",
            "Channel\nID: 1",
            "チャネルID：1",
            "チャネルID / Channel ID: 1",
            "チャネルID（Channel ID）: 1",
            "3. Channel ID: 1",
            "> - Channel ID: 1",
        ] {
            assert_eq!(told(text), [(NoticeItem::ChannelId, '\n', ':', "1")], "{text}");
        }
        for text in
            ["Channel, ID", "channelidea", "my_channel ids", "チャネルIDの", "Channel\n\nID: 1", "subchannel ID"]
        {
            assert!(!tokens(text).iter().any(|token| token.name == NoticeItem::ChannelId), "{text}");
        }
    }

    #[test]
    fn what_stands_around_it_is_noted() {
        for (text, begin, mark) in [
            ("Error count: 17", '\n', ':'),
            ("Error count - 17", '\n', '-'),
            ("Error count ..... 17", '\n', '.'),
            ("x\nError count\n17", '\n', '\n'),
            ("x\tError count\t17", '\n', '\t'),
            ("Error count 17", '\n', ' '),
            ("Error count -17", '\n', ' '),
            ("Error count　17", '\n', '\u{3000}'),
            ("【Error count】17", '\n', ']'),
            ("is Error count 17", ' ', ' '),
            ("is Error count\u{200b} 17", ' ', '\u{3000}'),
        ] {
            let found = tokens(text);
            assert_eq!(found.iter().map(|t| (t.begin, t.mark)).collect::<Vec<_>>(), [(begin, mark)], "{text}");
        }
    }

    #[test]
    fn notes_stand_in_brackets() {
        let note = |text: &str| tokens(text)[0].note.clone();
        assert_eq!(note("Time detected (UTC+9): x").as_deref(), Some("UTC+9"));
        assert_eq!(note("検知日時（日本時間）\nx").as_deref(), Some("日本時間"));
        assert_eq!(note("Time detected (UTC+9) x"), None);
    }

    #[test]
    fn whole_texts_are_names_and_words_of_prose_are_not() {
        assert_eq!(whole("Error count:"), Some(NoticeItem::Count));
        assert_eq!(whole(" エラー件数 "), Some(NoticeItem::Count));
        assert_eq!(whole("Details"), Some(NoticeItem::Detail));
        for text in ["", "Error count: 1", "the error count", "Error counting", "Details below"] {
            assert_eq!(whole(text), None, "{text}");
        }
        assert!(is_in("so the error count is") && !is_in("the detail of this"));
    }
}
