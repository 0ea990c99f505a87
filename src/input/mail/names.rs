//! The names of LINE's items, found in a text wherever they stand.
//!
//! LINE documents the names and not their layout, so a name is a token: its letters in any case and width, with any white
//! space between its words. What stands around it (a line's start, a colon, a cell's border, an element's end) is noted,
//! and judged in [`super::reading`].

use unicode_normalization::UnicodeNormalization;

use super::lines::{CLOSE, OPEN};

/// LINE's items, in the order in which it lists them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NoticeItem {
    ChannelId,
    ChannelName,
    /// Name and id in one: `shop (1650000001)`.
    Channel,
    Reason,
    Detail,
    Count,
    Time,
    Url,
}

impl NoticeItem {
    pub const COUNT: usize = 8;
}

/// LINE's own names, and what people translate them to, without white space and in lower case.
const STRONG: [(NoticeItem, &[&str]); 7] = [
    (NoticeItem::ChannelId, &["channelid", "チャネルid", "チャンネルid", "チャネルのid", "lineチャネルid"]),
    (NoticeItem::ChannelName, &["channelname", "チャネル名", "チャンネル名", "チャネルの名前", "チャネル名称"]),
    (
        NoticeItem::Reason,
        &[
            "reasonforerror",
            "reasonoferror",
            "reasonforerrors",
            "reasonfortheerror",
            "errorreason",
            "エラーの原因",
            "エラー原因",
            "エラーの理由",
            "エラー理由",
            "エラー発生原因",
        ],
    ),
    (
        NoticeItem::Detail,
        &[
            "detailforerror",
            "detailsforerror",
            "detailoferror",
            "detailsoferror",
            "detailfortheerror",
            "errordetail",
            "errordetails",
            "エラーの詳細",
            "エラー詳細",
            "エラー内容",
            "エラーの内容",
        ],
    ),
    (
        NoticeItem::Count,
        &[
            "errorcount",
            "numberoferrors",
            "errorcounts",
            "エラー件数",
            "エラーの件数",
            "エラー数",
            "エラー回数",
            "エラーの回数",
            "エラー発生件数",
            "エラー発生回数",
        ],
    ),
    (
        NoticeItem::Time,
        &[
            "timedetected",
            "detectedat",
            "detectedtime",
            "detectiontime",
            "timeofdetection",
            "errortime",
            "検知日時",
            "検出日時",
            "検知時刻",
            "検出時刻",
            "発生日時",
            "発生時刻",
            "エラー検知日時",
            "エラー検出日時",
            "エラー発生日時",
            "エラーの検知日時",
            "エラーの検出日時",
            "エラーの発生日時",
        ],
    ),
    (NoticeItem::Url, &["webhookurl", "webhookのurl", "urlofwebhook", "ウェブフックurl"]),
];

/// Names that prose has, too: they count among others only, and where a line, a cell or an element begins.
const WEAK: [(NoticeItem, &[&str]); 6] = [
    (NoticeItem::Channel, &["channel", "チャネル", "チャンネル"]),
    (NoticeItem::Reason, &["reason", "cause", "原因"]),
    (NoticeItem::Detail, &["detail", "details", "詳細"]),
    (NoticeItem::Count, &["count", "errors", "件数", "回数", "発生回数", "発生件数"]),
    (NoticeItem::Time, &["time", "timestamp", "occurredat", "timeoccurred", "日時", "時刻"]),
    (NoticeItem::Url, &["url"]),
];

/// What stands before a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begin {
    /// A line or a cell begins with it, perhaps behind a bullet or a number.
    Line,
    /// An element begins with it.
    Open,
    /// An element ends before it.
    Close,
    /// Other text.
    Within,
}

/// What sets a name apart from its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// A colon, a hyphen, an equals sign, …, in the width of ASCII.
    Sign(char),
    /// The border of a cell.
    Cell,
    /// The end of the line.
    Line,
    /// The name's own element ends.
    Close,
    /// The value's element begins.
    Open,
    /// A bracket around the name: `【Name】 value`.
    Bracket,
    /// Two spaces or more, or a wide one.
    Gap,
    /// A space.
    Space,
}

/// A name in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub name: NoticeItem,
    /// The name is LINE's own.
    pub strong: bool,
    pub begin: Begin,
    pub mark: Mark,
    pub start: usize,
    /// Where the name ends, with what belongs to it.
    pub end: usize,
    /// Where its value begins.
    pub value: usize,
    /// What stood in brackets behind the name.
    pub note: Option<String>,
}

/// What lies between two letters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Between {
    Nothing,
    Edge,
    Space,
    LineEnd,
    Other,
}

/// A letter or digit in lower case and usual width, and the bytes it stands for.
struct Letter {
    letter: char,
    start: usize,
    end: usize,
    before: Between,
}

/// Every place where a name may stand, in the order of the text; they may overlap.
pub fn tokens(text: &str) -> Vec<Token> {
    let letters = letters(text);
    let mut found: Vec<(NoticeItem, bool, usize, usize)> = Vec::new();
    for at in 0..letters.len() {
        if at > 0 && letters[at].before == Between::Nothing {
            continue;
        }
        let start = letters[at].start;
        let longest = |list: &[(NoticeItem, &[&str])]| {
            let names = list.iter().flat_map(|(name, spellings)| spellings.iter().map(|spelling| (*name, *spelling)));
            names.filter_map(|(name, spelling)| Some((name, spelled(&letters[at..], spelling)?))).max_by_key(|m| m.1)
        };
        let (strong, weak) = (longest(&STRONG), longest(&WEAK));
        // `URL` is one of LINE's names, and a word of everybody.
        let weak = weak.filter(|(name, _)| *name == NoticeItem::Url || begin(text, start) != Begin::Within);
        match (strong, weak) {
            (Some((name, end)), _) => found.push((name, true, start, end)),
            (None, Some((name, end))) => found.push((name, false, start, end)),
            (None, None) => {}
        }
    }
    let mut tokens = Vec::with_capacity(found.len());
    let mut found = found.into_iter().peekable();
    while let Some((name, mut strong, start, mut end)) = found.next() {
        // `エラーの原因 / Reason for error`, `チャネルID (Channel ID)`
        let mut bracket = false;
        let foreign = |end: usize, next: &(NoticeItem, bool, usize, usize)| {
            text[start..end].is_ascii() != text[next.2..next.3].is_ascii()
        };
        while let Some(second) = found
            .next_if(|next| next.0 == name && foreign(end, next) && also(text.get(end..next.2).unwrap_or_default()))
        {
            bracket |= text[end..second.2].contains(['(', '（']);
            (strong, end) = (strong || second.1, second.3);
        }
        let begin = begin(text, start);
        let (end, mark, value, note) = behind(text, end, bracket);
        // A name with a colon above its value is one on a line of its own.
        let alone = || text[value..].split('\n').next().is_none_or(|rest| rest.trim().is_empty());
        let mark = if begin == Begin::Line && mark != Mark::Cell && alone() { Mark::Line } else { mark };
        tokens.push(Token { name, strong, begin, mark, start, end, value, note });
    }
    tokens
}

/// The name that a text is, if it is nothing else.
pub fn whole(text: &str) -> Option<NoticeItem> {
    if text.len() > 160 {
        return None;
    }
    let tokens = tokens(text);
    let covered = |token: &&Token| {
        token.begin == Begin::Line
            && !text[..token.start].contains(char::is_alphanumeric)
            && text[token.value..].trim().is_empty()
    };
    tokens.iter().find(covered).map(|token| token.name)
}

/// Whether a text has a name of LINE's in it.
pub fn is_in(text: &str) -> bool {
    tokens(text).iter().any(|token| token.strong)
}

/// Where a name ends, if the letters spell it.
fn spelled(letters: &[Letter], spelling: &str) -> Option<usize> {
    let mut line_ends = 0;
    let mut end = 0;
    let mut last = None;
    for (at, wanted) in spelling.chars().enumerate() {
        let letter = letters.get(at)?;
        if letter.letter != wanted || at > 0 && letter.before == Between::Other {
            return None;
        }
        line_ends += usize::from(at > 0 && letter.before == Between::LineEnd);
        (end, last) = (letter.end, Some(wanted));
    }
    let next = letters.get(spelling.chars().count());
    // `エラー件数3件` has no space, `チャネル名称` is another word.
    let apart = next.is_none_or(|next| {
        next.before != Between::Nothing || last.is_some_and(|last| !last.is_ascii()) && next.letter.is_ascii()
    });
    (apart && line_ends <= 1).then_some(end)
}

fn letters(text: &str) -> Vec<Letter> {
    let mut letters = Vec::with_capacity(text.len());
    let mut before = Between::Nothing;
    let mut line_ends = 0;
    let mut previous = ' ';
    let mut chars = text.char_indices().peekable();
    while let Some((start, c)) = chars.next() {
        let next = chars.peek().map_or(' ', |(_, next)| *next);
        let kind = match c {
            OPEN | CLOSE => Between::Edge,
            '\n' => {
                line_ends += 1;
                if line_ends > 1 { Between::Other } else { Between::LineEnd }
            }
            '\t' => Between::Other,
            '_' | '*' | '`' => Between::Space,
            '-' if previous.is_alphanumeric() && next.is_alphanumeric() => Between::Space,
            c if c.is_whitespace() || c == '\u{200b}' || c == '\u{feff}' => Between::Space,
            c if c.is_alphanumeric() => {
                line_ends = 0;
                let end = start + c.len_utf8();
                if c.is_ascii() {
                    letters.push(Letter { letter: c.to_ascii_lowercase(), start, end, before });
                } else {
                    for (at, letter) in std::iter::once(c).nfkc().flat_map(char::to_lowercase).enumerate() {
                        let before = if at == 0 { before } else { Between::Nothing };
                        letters.push(Letter { letter, start, end, before });
                    }
                }
                (before, previous) = (Between::Nothing, c);
                continue;
            }
            _ => Between::Other,
        };
        before = before.max(kind);
        previous = c;
    }
    letters
}

/// Whether two names with this between them are one in two languages.
fn also(between: &str) -> bool {
    let sign = |c: char| "/／(（・|".contains(c);
    between.contains(sign) && between.chars().all(|c| sign(c) || c.is_whitespace() && c != '\n' || is_edge(c))
}

fn is_edge(c: char) -> bool {
    c == OPEN || c == CLOSE
}

/// Marks of lists, of emphasis and of brackets that stand before a name.
pub const BULLETS: &str = "-*+•·・●■◆○◇□▪◦‣※#►▶>＞|│【[［「『(（\"'“`_–—";

/// What stands before a name that begins here.
fn begin(text: &str, start: usize) -> Begin {
    let mut edge = None;
    let mut end = start;
    for (at, c) in text[..start].char_indices().rev() {
        match c {
            '\n' | '\t' => return Begin::Line,
            OPEN => _ = edge.get_or_insert(Begin::Open),
            CLOSE => _ = edge.get_or_insert(Begin::Close),
            c if c.is_whitespace() || BULLETS.contains(c) => {}
            _ => break,
        }
        end = at;
    }
    // `3. Name` and `3) Name`
    let numbered = text[..end].strip_suffix(['.', ')']).is_some_and(|number| {
        let rest = number.trim_end_matches(|c: char| c.is_ascii_digit());
        let before = rest.trim_end_matches(' ').chars().next_back();
        (1..=2).contains(&(number.len() - rest.len())) && before.is_none_or(|c| c == '\n' || c == '\t')
    });
    if end == 0 || numbered { Begin::Line } else { edge.unwrap_or(Begin::Within) }
}

/// Where a name ends with all that belongs to it, what sets it apart from its value, where that begins, and the note in
/// brackets. `bracket` says that a bracket was opened within the name.
fn behind(text: &str, end: usize, bracket: bool) -> (usize, Mark, usize, Option<String>) {
    let mut at = end;
    let (mut note, mut edge, mut open_at) = (None, None, None);
    let (mut closed, mut spaces) = (false, 0);
    while let Some(c) = text[at..].chars().next() {
        match c {
            OPEN | CLOSE => {
                edge.get_or_insert(c);
                open_at = if c == CLOSE { None } else { open_at.or(Some(at)) };
            }
            '】' | ']' | '］' | '」' | '』' | '"' | '”' => closed = true,
            ')' | '）' if bracket => {}
            '*' | '`' | '_' => {}
            '(' | '（' if note.is_none() => match in_brackets(&text[at..]) {
                Some((inner, length)) => {
                    note = Some(inner.to_owned());
                    at += length;
                    continue;
                }
                None => break,
            },
            '\u{3000}' => spaces += 2,
            c if c.is_whitespace() && c != '\n' && c != '\t' => spaces += 1,
            _ => break,
        }
        at += c.len_utf8();
    }
    let name_end = at;
    let rest = &text[at..];
    let mut chars = rest.chars();
    let (c, after) = (chars.next(), chars.next());
    let apart = after.is_none_or(|c| c.is_whitespace() || is_edge(c));
    let sign = match c {
        Some(':' | '：') => Some((':', 1)),
        Some('=' | '＝') => Some(('=', 1)),
        Some('|' | '│' | '｜') => Some(('|', 1)),
        Some('→' | '⇒') => Some(('→', 1)),
        Some('-' | '–' | '—' | '－' | '−' | '―') if apart && (spaces > 0 || edge.is_some()) => Some(('-', 1)),
        Some('.' | '…' | '・') if rest.starts_with("..") || rest.starts_with(['…', '・']) => {
            Some(('.', rest.chars().take_while(|c| matches!(c, '.' | '…' | '・' | ' ')).count()))
        }
        _ => None,
    };
    if let Some((sign, length)) = sign {
        let mut value = at + rest.chars().take(length).map(char::len_utf8).sum::<usize>();
        // `**Name:** value`, `【Name:】 value`, `Name ….: value`
        for closing in ["**", "__", "】", "]", ":", ">"] {
            value += if text[value..].starts_with(closing) { closing.len() } else { 0 };
        }
        return (name_end, Mark::Sign(sign), value, note);
    }
    let mark = match c {
        Some('\t') => Mark::Cell,
        Some('\n') | None => Mark::Line,
        _ if edge == Some(CLOSE) => Mark::Close,
        _ if edge.is_some() => Mark::Open,
        _ if closed => Mark::Bracket,
        _ if spaces > 1 => Mark::Gap,
        _ => Mark::Space,
    };
    (open_at.unwrap_or(name_end), mark, open_at.unwrap_or(name_end), note)
}

/// The text in the brackets at the start, and how long it is with them, where the value follows behind and not in them.
fn in_brackets(text: &str) -> Option<(&str, usize)> {
    let close =
        text.char_indices().take(60).take_while(|(_, c)| *c != '\n' && *c != '\t').find(|(_, c)| ")）".contains(*c));
    let (close, bracket) = close?;
    let length = close + bracket.len_utf8();
    let next = text[length..].chars().find(|c| !is_edge(*c) && !matches!(c, ' ' | '*' | '`' | '】' | ']'));
    let apart = next.is_none_or(|c| ":：=＝\t\n|→-–—…".contains(c));
    let inner = text[..close].trim_start_matches(['(', '（']).trim();
    apart.then_some((inner, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<(NoticeItem, Begin, Mark, &str)> {
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
            assert_eq!(told(text), [(NoticeItem::ChannelId, Begin::Line, Mark::Sign(':'), "1")], "{text}");
        }
        for text in
            ["Channel, ID", "channelidea", "my_channel ids", "チャネルIDの", "Channel\n\nID: 1", "subchannel ID"]
        {
            assert!(!tokens(text).iter().any(|token| token.name == NoticeItem::ChannelId), "{text}");
        }
    }

    #[test]
    fn what_stands_around_it_is_noted() {
        let edges = |text: &str| text.replace('<', "\u{1e}").replace('>', "\u{1f}");
        for (text, begin, mark) in [
            ("Error count: 17", Begin::Line, Mark::Sign(':')),
            ("Error count - 17", Begin::Line, Mark::Sign('-')),
            ("Error count ..... 17", Begin::Line, Mark::Sign('.')),
            ("x\nError count\n17", Begin::Line, Mark::Line),
            ("x\tError count\t17", Begin::Line, Mark::Cell),
            ("Error count 17", Begin::Line, Mark::Space),
            ("Error count -17", Begin::Line, Mark::Space),
            ("Error count　17", Begin::Line, Mark::Gap),
            ("【Error count】17", Begin::Line, Mark::Bracket),
            ("is Error count 17", Begin::Within, Mark::Space),
            ("is <Error count> 17", Begin::Open, Mark::Close),
            ("is Error count <17>", Begin::Within, Mark::Open),
            ("is <Error count>: 17", Begin::Open, Mark::Sign(':')),
        ] {
            let text = edges(text);
            let found = tokens(&text);
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
