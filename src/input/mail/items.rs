//! LINE's items in a mail: "Reason for error", "エラー件数", …
//!
//! How the items are laid out is documented nowhere, so their names are looked for, in every layout that text can have:
//! `Name: value` and its kin, the value on the next line, lists, rows of a table with a name and a value, and tables with
//! the names in their heading. Names that LINE gives its items are *strong*: they count wherever they stand. Names that
//! prose has, too (`URL`, 詳細), are *weak*: they count among others only.

use super::lines::Line;
use crate::{
    input::{Role, headings},
    taxonomy,
};

/// LINE's own names, and what people translate them to, as [`headings::normal`] writes them.
const STRONG: [(Role, &[&str]); 7] = [
    (Role::ChannelId, &["channelid", "チャネルid", "チャンネルid", "チャネルのid", "lineチャネルid"]),
    (Role::ChannelName, &["channelname", "チャネル名", "チャンネル名", "チャネルの名前", "チャネル名称"]),
    (
        Role::Reason,
        &[
            "reasonforerror",
            "reasonoferror",
            "reasonforerrors",
            "errorreason",
            "エラーの原因",
            "エラー原因",
            "エラーの理由",
            "エラー理由",
            "エラー発生原因",
        ],
    ),
    (
        Role::Detail,
        &[
            "detailforerror",
            "detailsforerror",
            "detailoferror",
            "detailsoferror",
            "errordetail",
            "errordetails",
            "エラーの詳細",
            "エラー詳細",
            "エラー内容",
            "エラーの内容",
        ],
    ),
    (
        Role::Count,
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
        Role::Time,
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
    (Role::Url, &["webhookurl", "webhookのurl", "urlofwebhook", "ウェブフックurl"]),
];

/// Headings of exports that are dates of letters in a mail.
const NO_ITEMS: [&str; 5] = ["date", "datetime", "dateandtime", "日付", "発生日"];

/// No item's name is longer, with what stands in brackets behind it.
const LONGEST_NAME: usize = 120;
/// A line of this many characters may have been wrapped.
const WRAPPED: usize = 60;
/// No value is wrapped into more lines.
const MOST_LINES: usize = 8;
/// A table with more columns is none of LINE's.
const MOST_COLUMNS: usize = 20;

/// An item as it stands in a mail. Nothing in it is safe to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub role: Role,
    /// The name is LINE's own.
    strong: bool,
    /// What stood in brackets behind the name.
    pub note: Option<String>,
    pub value: String,
    /// Items between which no other text stands have the same number.
    block: usize,
}

/// A group of items: what a mail tells of one reason.
pub type Group = Vec<Item>;

/// The item of a role.
pub fn get(group: &[Item], role: Role) -> Option<&Item> {
    group.iter().find(|item| item.role == role)
}

/// Items that groups may share, because they stand once for all of them.
pub const SHARED: [Role; 4] = [Role::ChannelId, Role::ChannelName, Role::Time, Role::Url];

/// The items of a group by their role, with those that it shares with others.
pub type Filled<'a> = [Option<&'a Item>; Role::ALL.len()];

/// The items of each group; those that a group shares and lacks are the nearest ones above, or else below.
pub fn filled(groups: &[Group]) -> Vec<Filled<'_>> {
    let mut all: Vec<Filled<'_>> = Vec::with_capacity(groups.len());
    for group in groups {
        let mut items = Filled::default();
        for role in SHARED {
            items[role as usize] = all.last().and_then(|above| above[role as usize]);
        }
        for item in group.iter().filter(|item| !SHARED.contains(&item.role) || !is_none(&item.value)) {
            items[item.role as usize] = Some(item);
        }
        all.push(items);
    }
    let mut below = Filled::default();
    for items in all.iter_mut().rev() {
        for role in SHARED {
            items[role as usize] = items[role as usize].or(below[role as usize]);
        }
        below = *items;
    }
    all
}

/// Whether a value says that there is none.
pub fn is_none(value: &str) -> bool {
    ["", "-", "–", "—", "ー", "―", "－", "n/a", "none", "なし", "無し"].contains(&value.trim().to_lowercase().as_str())
}

/// The groups of items in the lines of a mail, in their order. `known` says that the mail is surely LINE's.
pub fn groups(lines: &[Line], known: bool) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for item in trusted(found(lines), known) {
        match groups.last_mut() {
            Some(group) => match get(group, item.role) {
                // A word of prose does not begin a new group.
                Some(same) if same.strong && !item.strong => {}
                Some(_) => groups.push(vec![item]),
                None => group.push(item),
            },
            None => groups.push(vec![item]),
        }
    }
    groups
}

/// The reason and the detail in the lines that are such, as LINE's oldest mails have them:
/// `could_not_connect - (Connection failed: https://…)`.
pub fn one_liners(lines: &[Line]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        at += 1;
        let [cell] = line.cells.as_slice() else { continue };
        let text = without_bullet(cell.trim());
        let Some((reason, rest)) = code(text) else { continue };
        let mut rest = rest.to_owned();
        for _ in 0..MOST_LINES {
            let closed = rest.matches(['(', '（']).count() <= rest.matches([')', '）']).count();
            let Some(next) = lines.get(at).filter(|next| !closed && !next.is_blank()) else { break };
            let space = if rest.ends_with(['/', '(']) { "" } else { " " };
            rest = format!("{rest}{space}{}", next.cells.join(" ").trim());
            at += 1;
        }
        if let Some(detail) = behind(&rest) {
            found.push((reason.to_owned(), detail.to_owned()));
        }
    }
    found
}

/// Splits `could_not_connect - (…)` where it is the value of the reason's item.
pub fn reason_and_detail(value: &str) -> Option<(&str, &str)> {
    let (reason, rest) = code(value)?;
    let detail = behind(rest)?;
    (!detail.is_empty()).then_some((reason, detail))
}

/// A reason's code at the start of a text, and what follows it.
fn code(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    let known = taxonomy::REASONS.iter().any(|reason| word.eq_ignore_ascii_case(reason));
    // News have their detail in brackets, too.
    let new = word.contains('_') && rest.trim_start().starts_with('-') && rest.contains('(');
    (known || new).then_some((word, rest))
}

/// The detail behind a reason's code: in brackets, with or without a hyphen before; empty where nothing follows; none
/// where other text does.
fn behind(rest: &str) -> Option<&str> {
    let rest = rest.trim();
    let rest = rest.strip_prefix(['-', '–', '—', ':', '：']).unwrap_or(rest).trim();
    if rest.is_empty() {
        return Some("");
    }
    let inner = rest.strip_prefix(['(', '（'])?;
    Some(inner.strip_suffix([')', '）']).unwrap_or(inner).trim())
}

/// The items whose names can be believed.
fn trusted(items: Vec<Item>, known: bool) -> Vec<Item> {
    let blocks = items.last().map_or(0, |item| item.block + 1);
    let mut believed = vec![false; blocks];
    for block in items.chunk_by(|a, b| a.block == b.block) {
        let reason = block.iter().find(|item| item.role == Role::Reason);
        let named = reason.is_some_and(|item| {
            taxonomy::REASONS.contains(&&*taxonomy::canonical(&item.value, "").reason)
                || known && block.iter().any(|other| other.role != Role::Reason)
        });
        believed[block[0].block] = named || block.iter().any(|item| item.strong);
    }
    items.into_iter().filter(|item| item.strong || believed[item.block]).collect()
}

/// What is expected of the text that comes next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Anything,
    /// The value of the last item; so many blank lines came since its name.
    Value {
        blanks: usize,
    },
    /// Perhaps more of the last item's value, which so far has so many lines.
    More {
        lines: usize,
    },
}

struct Finder {
    items: Vec<Item>,
    next: Next,
    block: usize,
    /// Whether text that is no item came since the last item.
    prose: bool,
}

/// Every item in the lines.
fn found(lines: &[Line]) -> Vec<Item> {
    let mut finder = Finder { items: Vec::new(), next: Next::Anything, block: 0, prose: false };
    // The names in the heading of a table.
    let mut heading: Option<Vec<Name>> = None;
    let mut last_width = 0;
    for line in lines {
        let tabbed = tab_cells(line, heading.is_some());
        let cells = tabbed.as_ref().unwrap_or(&line.cells);
        if cells.len() < 2 {
            let text = cells.first().map_or("", |cell| cell.trim());
            if !text.is_empty() {
                heading = None;
            }
            finder.line(text, line.indented || last_width >= WRAPPED);
            last_width = text.chars().count();
            continue;
        }
        last_width = 0;
        if cells.iter().all(|cell| cell.chars().all(|c| "-=+: ".contains(c))) && cells.iter().any(|c| !c.is_empty()) {
            continue;
        }
        if let Some(names) = names(cells) {
            finder.next = Next::Anything;
            heading = Some(names);
        } else if let Some(names) = heading.as_ref().filter(|names| names.len() == cells.len()) {
            for (name, cell) in names.iter().zip(cells) {
                finder.push(name.clone(), cell.trim());
            }
            finder.next = Next::Anything;
        } else {
            heading = None;
            finder.row(cells);
        }
    }
    finder.items
}

/// The cells of a line with tabs, if it is a row: its first cell is a name, or it stands below a heading.
fn tab_cells(line: &Line, below_heading: bool) -> Option<Vec<String>> {
    let [text] = line.cells.as_slice() else { return None };
    if !text.contains('\t') {
        return None;
    }
    let first = text.split('\t').next().unwrap_or_default();
    (below_heading || name(without_bullet(first.trim())).is_some())
        .then(|| text.split('\t').map(|cell| cell.trim().to_owned()).collect())
}

/// The names in a heading: every cell is one, they differ, and no cell could be the value of the one before.
fn names(cells: &[String]) -> Option<Vec<Name>> {
    if cells.len() > MOST_COLUMNS {
        return None;
    }
    let names: Vec<Name> = cells.iter().map(|cell| name(cell.trim())).collect::<Option<_>>()?;
    let distinct = names.iter().enumerate().all(|(i, name)| names[..i].iter().all(|other| other.role != name.role));
    let a_pair = names.len() == 2 && (names[0].role == Role::ChannelName || !names[1].strong);
    (distinct && !a_pair).then_some(names)
}

impl Finder {
    fn push(&mut self, name: Name, value: &str) {
        if self.prose {
            self.block += 1;
            self.prose = false;
        }
        let Name { role, strong, note } = name;
        self.items.push(Item { role, strong, note, value: value.to_owned(), block: self.block });
    }

    /// A row of names and values in turn.
    fn row(&mut self, cells: &[String]) {
        let mut value_follows = false;
        for (at, cell) in cells.iter().enumerate() {
            let cell = cell.trim();
            if value_follows {
                if let Some(item) = self.items.last_mut() {
                    item.value = cell.to_owned();
                }
                value_follows = false;
                self.next = Next::Anything;
            } else if let Some(name) = name(without_bullet(cell).trim_end_matches([':', '：'])) {
                self.push(name, "");
                value_follows = at + 1 < cells.len();
                self.next = Next::Value { blanks: 0 };
            } else if !cell.is_empty() {
                self.line(cell, false);
            }
        }
    }

    /// A line, or a cell that stands for one. `wrapped` says that it may go on with what the one before began.
    fn line(&mut self, text: &str, wrapped: bool) {
        if text.is_empty() {
            self.next = match self.next {
                Next::Value { blanks: 0 } => Next::Value { blanks: 1 },
                _ => Next::Anything,
            };
            return;
        }
        let named = named(text);
        if let Next::Value { .. } = self.next {
            self.next = Next::Anything;
            // An item without a value is followed by the next item.
            if !named.as_ref().is_some_and(|(name, _)| name.strong)
                && let Some(item) = self.items.last_mut()
            {
                item.value = without_bullet(text).to_owned();
                self.next = Next::More { lines: 1 };
                return;
            }
        }
        if let Some((name, value)) = named {
            self.push(name, value);
            self.next = if value.is_empty() { Next::Value { blanks: 0 } } else { Next::More { lines: 1 } };
            return;
        }
        if let Next::More { lines } = self.next
            && lines < MOST_LINES
            && wrapped
            && let Some(item) = self.items.last_mut()
            && [Role::Detail, Role::Url, Role::ChannelName, Role::Reason].contains(&item.role)
        {
            // A URL has no white space; words had some where the line was cut.
            let word = item.value.split_whitespace().last().unwrap_or_default();
            if !word.contains("://") && !item.value.ends_with(['/', '_']) {
                item.value.push(' ');
            }
            item.value.push_str(text);
            self.next = Next::More { lines: lines + 1 };
            return;
        }
        self.next = Next::Anything;
        self.prose = true;
    }
}

/// What a name says.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Name {
    role: Role,
    strong: bool,
    note: Option<String>,
}

/// The item that a line begins, and its value, which may be empty.
fn named(line: &str) -> Option<(Name, &str)> {
    let line = without_bullet(line);
    let mut depth = 0_usize;
    let mut before = None;
    for (at, c) in line.char_indices() {
        if at > LONGEST_NAME {
            return None;
        }
        let after = &line[at + c.len_utf8()..];
        match c {
            '(' | '（' => depth += 1,
            ')' | '）' => depth = depth.saturating_sub(1),
            _ => {}
        }
        let space = |c: char| c.is_whitespace();
        let separates = match c {
            ':' | '：' | '=' | '＝' | '\t' | '|' | '→' | '】' | ']' | '］' | '」' | '\u{3000}' => true,
            '-' | '–' | '—' | '－' | '−' | '…' => before.is_some_and(space) && after.starts_with(space),
            // Columns are set apart by two spaces or more.
            ' ' => after.starts_with(' '),
            _ => false,
        };
        if separates
            && depth == 0
            && let Some(name) = name(&line[..at])
        {
            let value = after.trim();
            // 【Name】: value, Name\u{3000}: value, Name ..... value
            let loose = !matches!(c, ':' | '：' | '=');
            let value = if loose {
                let second = value.strip_prefix([':', '：', '=']).map(str::trim);
                second.unwrap_or_else(|| value.trim_start_matches(['】', ']']).trim())
            } else {
                value
            };
            return Some((name, without_emphasis(value)));
        }
        before = Some(c);
    }
    name(line).map(|name| (name, ""))
}

/// The role that a text names, if it is nothing but a name, perhaps with a note in brackets or in two languages.
fn name(text: &str) -> Option<Name> {
    let text = text.trim();
    if text.len() > LONGEST_NAME {
        return None;
    }
    let (base, note) = match text.split_once(['(', '（']) {
        Some((base, rest)) if !base.trim().is_empty() => {
            let (note, tail) = rest.split_once([')', '）'])?;
            if tail.chars().any(char::is_alphanumeric) {
                return None;
            }
            (base, Some(note.trim().to_owned()))
        }
        _ => (text, None),
    };
    if let Some((role, strong)) = role(base) {
        return Some(Name { role, strong, note });
    }
    let mut halves = base.split('/').map(role);
    let (first, second) = (halves.next()??, halves.next()??);
    (halves.next().is_none() && first.0 == second.0).then_some(Name {
        role: first.0,
        strong: first.1 || second.1,
        note,
    })
}

fn role(text: &str) -> Option<(Role, bool)> {
    if text.len() > LONGEST_NAME {
        return None;
    }
    let normal = headings::normal(text);
    if let Some((role, _)) = STRONG.iter().find(|(_, names)| names.contains(&normal.as_str())) {
        return Some((*role, true));
    }
    (!NO_ITEMS.contains(&normal.as_str())).then(|| headings::role(&normal)).flatten().map(|role| (role, false))
}

/// The line without the mark of a list before it.
fn without_bullet(line: &str) -> &str {
    let rest = line.trim_start_matches(|c: char| c.is_whitespace() || "-*+•·・●■◆○◇□▪◦‣※#".contains(c));
    // A value such as `-` is no bullet.
    let rest = if rest.is_empty() { line } else { rest };
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    match rest[digits..].strip_prefix(". ").or(rest[digits..].strip_prefix(") ")) {
        Some(after) if (1..=2).contains(&digits) => after.trim_start(),
        _ => rest,
    }
}

/// The value without the asterisks of `**Name:** value`.
fn without_emphasis(value: &str) -> &str {
    value.strip_prefix("**").or(value.strip_prefix("__")).unwrap_or(value).trim()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::mail::{lines, page};

    fn told(lines: &[Line], known: bool) -> Vec<Vec<(Role, String)>> {
        groups(lines, known)
            .into_iter()
            .map(|group| group.into_iter().map(|item| (item.role, item.value)).collect())
            .collect()
    }

    fn plain(text: &str) -> Vec<Vec<(Role, String)>> {
        told(&lines::plain(text, None), false)
    }

    fn pairs(pairs: &[(Role, &str)]) -> Vec<(Role, String)> {
        pairs.iter().map(|(role, value)| (*role, (*value).to_owned())).collect()
    }

    const ID: (Role, &str) = (Role::ChannelId, "1234567890");
    const REASON: (Role, &str) = (Role::Reason, "could_not_connect");
    const DETAIL: (Role, &str) = (Role::Detail, "TLS handshake failure");

    #[test]
    fn names_are_found_in_every_layout() {
        for text in [
            "Channel ID: 1234567890\nReason for error: could_not_connect\nDetail for error: TLS handshake failure",
            "Channel ID：1234567890\nReason for error：could_not_connect\nDetail for error：TLS handshake failure",
            "Channel ID - 1234567890\nReason for error - could_not_connect\nDetail for error – TLS handshake failure",
            "Channel ID = 1234567890\nReason for error\tcould_not_connect\nDetail for error   TLS handshake failure",
            "Channel ID\n1234567890\n\nReason for error:\n  could_not_connect\n\nDetail for error\n\nTLS handshake failure",
            "- Channel ID: 1234567890\n* Reason for error: could_not_connect\n3. Detail for error: TLS handshake failure",
            "【チャネルID】1234567890\n■エラーの原因：could_not_connect\n・エラーの詳細　TLS handshake failure",
            "[Channel ID] 1234567890\n【エラーの原因】: could_not_connect\n○エラーの詳細(Detail for error): TLS handshake failure",
            "| Channel ID | 1234567890 |\n|---|---|\n| Reason for error | could_not_connect |\n| Detail for error | TLS \
             handshake failure |",
            "| Channel ID | Reason for error | Detail for error |\n| --- | --- | --- |\n| 1234567890 | could_not_connect | \
             TLS handshake failure |",
            "Channel ID\tReason for error\tDetail for error\n1234567890\tcould_not_connect\tTLS handshake failure",
            "**Channel ID:** 1234567890\n**Reason for error**: could_not_connect\n__Detail for error__ : TLS handshake failure",
            "Channel ID / チャネルID: 1234567890\nエラーの原因 / Reason for error: could_not_connect\nエラー詳細 : TLS handshake \
             failure",
            "Hello,\nan error:\nCHANNEL ID:1234567890\nPlease see\nreason_for_error:could_not_connect\nand\n\nｴﾗｰの詳細: TLS \
             handshake failure\nBye: see you",
        ] {
            assert_eq!(plain(text), [pairs(&[ID, REASON, DETAIL])], "{text}");
        }
    }

    #[test]
    fn names_are_found_in_every_layout_of_a_page() {
        for html in [
            "<table><tr><th>Channel ID</th><td>1234567890</td></tr><tr><td>Reason for error</td><td>could_not_connect</td>\
             </tr><tr><td>Detail for error:</td><td><p>TLS handshake <b>failure</b></p></td></tr></table>",
            "<table><tr><th>Channel ID<th>Reason for error<th>Detail for error<tr><td>1234567890<td>could_not_connect<td>TLS \
             handshake failure</table>",
            "<ul><li>Channel ID: 1234567890<li>Reason for error: could_not_connect<li>Detail for error: TLS handshake \
             failure</ul>",
            "<dl><dt>Channel ID</dt><dd>1234567890</dd><dt>Reason for error</dt><dd>could_not_connect</dd><dt>Detail for \
             error</dt><dd>TLS handshake failure</dd></dl>",
            "<div>Channel ID</div><div>1234567890</div><div>Reason for error</div><div>could_not_connect</div><div>Detail \
             for error</div><div>TLS handshake failure</div>",
            "<p><b>Channel ID</b>: 1234567890<br>\n<b>Reason for error</b>: could_not_connect<br><b>Detail for error</b>: TLS\n\
             handshake failure</p>",
            "<table><tr><td><table><tr><td>Channel ID<br>1234567890<br>Reason for error<br>could_not_connect<br>Detail for \
             error<br>TLS handshake failure</td></tr></table></td></tr></table>",
            "<table><tr><td>Channel ID</td><td>1234567890</td><td>Reason for error</td><td>could_not_connect</td></tr><tr>\
             <td>Detail for error</td></tr><tr><td>TLS handshake failure</td></tr></table>",
        ] {
            assert_eq!(told(&page::lines(html), false), [pairs(&[ID, REASON, DETAIL])], "{html}");
        }
    }

    #[test]
    fn a_new_group_begins_where_a_name_repeats() {
        let text = "Channel ID: 1\nReason for error: a\nError count: 2\n\nReason for error: b\nDetail for error: c\n\nReason \
                    for error: d";
        assert_eq!(
            plain(text),
            [
                pairs(&[(Role::ChannelId, "1"), (Role::Reason, "a"), (Role::Count, "2")]),
                pairs(&[(Role::Reason, "b"), (Role::Detail, "c")]),
                pairs(&[(Role::Reason, "d")])
            ]
        );
        let table = "| Reason for error | Error count | Time detected |\n| a | 1 | t |\n| b | | u |";
        assert_eq!(
            plain(table),
            [
                pairs(&[(Role::Reason, "a"), (Role::Count, "1"), (Role::Time, "t")]),
                pairs(&[(Role::Reason, "b"), (Role::Count, ""), (Role::Time, "u")])
            ]
        );
    }

    #[test]
    fn words_of_prose_are_no_items() {
        assert_eq!(
            plain("URL: https://line.example\n詳細: こちら\nDetails: see below\nTime: now"),
            Vec::<Vec<_>>::new()
        );
        assert_eq!(plain("The reason for error is: none\nReason for errors in general"), Vec::<Vec<_>>::new());
        // Far from the items they are prose; among them they are items.
        let text = "Reason for error: request_timeout\nURL: https://h.example\n\nBye.\n詳細: https://docs.example";
        assert_eq!(plain(text), [pairs(&[(Role::Reason, "request_timeout"), (Role::Url, "https://h.example")])]);
        let weak = "Reason: request_timeout\nCount: 2\n原因: unclassified";
        assert_eq!(
            plain(weak),
            [pairs(&[(Role::Reason, "request_timeout"), (Role::Count, "2")]), pairs(&[(Role::Reason, "unclassified")])]
        );
        assert_eq!(plain("Reason: brand_new\nCount: 2"), Vec::<Vec<_>>::new());
        assert_eq!(
            told(&lines::plain("Reason: brand_new\nCount: 2", None), true),
            [pairs(&[(Role::Reason, "brand_new"), (Role::Count, "2")])]
        );
    }

    #[test]
    fn wrapped_values_are_whole_again() {
        let long =
            "Detail for error: Connection failed (received GOAWAY): https://bot.example.com/a\n/callback\nplain words";
        assert_eq!(plain(long)[0][0].1, "Connection failed (received GOAWAY): https://bot.example.com/a/callback");
        let indented = "Detail for error: Session protocol\n  negotiation failure\nThe end";
        assert_eq!(plain(indented)[0][0].1, "Session protocol negotiation failure");
        assert_eq!(plain("Detail for error: short\nnot more")[0][0].1, "short");
    }

    #[test]
    fn an_item_may_be_empty() {
        let text = "Channel name:\nReason for error: a\nDetail for error:\n\n\nprose";
        assert_eq!(plain(text), [pairs(&[(Role::ChannelName, ""), (Role::Reason, "a"), (Role::Detail, "")])]);
        assert_eq!(plain("| Channel name | |\n| Reason for error | a |")[0][0].1, "");
        assert_eq!(plain("Channel name\nURL: x\nReason for error: a")[0][0].1, "URL: x");
    }

    #[test]
    fn notes_stand_beside_names() {
        let items = found(&lines::plain("Time detected (+09:00): 2026-11-16 04:12\n検知日時（UTC+9）：x", None));
        let told: Vec<_> = items.iter().map(|item| (item.note.as_deref(), item.value.as_str())).collect();
        assert_eq!(told, [(Some("+09:00"), "2026-11-16 04:12"), (Some("UTC+9"), "x")]);
    }

    #[test]
    fn the_oldest_mails_have_one_line() {
        let told = |text: &str| one_liners(&lines::plain(text, None));
        let pair = |reason: &str, detail: &str| (reason.to_owned(), detail.to_owned());
        for (text, reason, detail) in [
            (
                "could_not_connect - (Connection failed: https://bot.example.com/cb)",
                "could_not_connect",
                "Connection failed: https://bot.example.com/cb",
            ),
            ("request_timeout - (Request timeout)", "request_timeout", "Request timeout"),
            ("error_status_code - (500)", "error_status_code", "500"),
            ("unclassified", "unclassified", ""),
            ("> ・could_not_connect (x (y))", "could_not_connect", "x (y)"),
            ("brand_new - (Something)", "brand_new", "Something"),
            (
                "could_not_connect - (Connection failed:\nhttps://bot.example.com/\ncb)\nmore",
                "could_not_connect",
                "Connection \
             failed: https://bot.example.com/cb",
            ),
        ] {
            assert_eq!(told(text), [pair(reason, detail)], "{text}");
        }
        for text in
            ["Request timeout", "request_timeout is common", "unclassified errors", "brand_new", "brand-new - (x)", ""]
        {
            assert_eq!(told(text), [], "{text}");
        }
        assert_eq!(reason_and_detail("error_status_code - (502)"), Some(("error_status_code", "502")));
        assert_eq!(reason_and_detail("error_status_code"), None);
    }
}
