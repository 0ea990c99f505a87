//! LINE's items in the lines of a mail: from lines to groups of items.
//!
//! The lines become one text, in which a tab stands for the border of a cell. A table with the names in its heading is
//! written into it as pairs of a name and a value, so that all layouts are read in one way: [`super::names`] finds the
//! names, [`super::values`] what stands behind them, [`super::reading`] which of the names are items.

use super::{
    names::{self, tokens},
    reading::{Item, items},
    text::without_edges,
    values::{self, Hints, behind, code, is_none, reason_and_detail},
    words::NoticeItem,
};

/// A table with more columns is none of LINE's.
const MOST_COLUMNS: usize = 20;
/// More names are in no mail.
const MOST_NAMES: usize = 2_000;
/// No line in LINE's oldest mails is wrapped into more lines.
const MOST_LINES: usize = 8;

/// A group of items: what a mail tells of one reason.
pub type Group = Vec<Item>;

/// The items of a group by their name, with those that it shares with others.
pub type Filled<'a> = [Option<&'a Item>; NoticeItem::COUNT];

/// The items of each group; those that a group shares and lacks are the nearest ones above, or else below.
pub fn filled(groups: &[Group]) -> Vec<Filled<'_>> {
    let mut all: Vec<Filled<'_>> = Vec::with_capacity(groups.len());
    for group in groups {
        let mut items = Filled::default();
        for name in NoticeItem::SHARED {
            items[name as usize] = all.last().and_then(|above| above[name as usize]);
        }
        for item in group.iter().filter(|item| !item.name.is_shared() || !is_none(&item.value)) {
            items[item.name as usize] = Some(item);
        }
        all.push(items);
    }
    let mut below = Filled::default();
    for items in all.iter_mut().rev() {
        for name in NoticeItem::SHARED {
            items[name as usize] = items[name as usize].or(below[name as usize]);
        }
        below = *items;
    }
    all
}

/// The groups of items in the lines of a mail, in their order. `known` says that the mail is surely LINE's.
///
/// Nothing where there are more names than any mail has, or more ways to read them.
pub fn groups(lines: &[String], known: bool, hints: &Hints<'_>) -> Option<Vec<Group>> {
    let text = text(lines);
    let tokens = tokens(&text);
    // In a mail that may be any, names without a reason are words.
    if !known && !tokens.iter().any(|token| matches!(token.name, NoticeItem::Reason | NoticeItem::Detail)) {
        return Some(Vec::new());
    }
    if tokens.len() > MOST_NAMES {
        return None;
    }
    let mut groups: Vec<Group> = Vec::new();
    for item in trusted(items(&text, &tokens, hints)?, known) {
        match groups.last_mut() {
            Some(group) => match group.iter_mut().find(|own| own.name == item.name) {
                // A word of prose does not begin a new group.
                Some(same) if same.strong && !item.strong => {}
                Some(lost) if !lost.strong && item.strong && lost.value.is_empty() => *lost = item,
                Some(_) => groups.push(vec![item]),
                None => group.push(item),
            },
            None => groups.push(vec![item]),
        }
    }
    Some(groups)
}

/// The items whose names can be believed: LINE's own, and those among which one of them stands.
fn trusted(items: Vec<Item>, known: bool) -> Vec<Item> {
    let mut trusted = Vec::with_capacity(items.len());
    for block in items.chunk_by(|_, next| !next.apart) {
        let reason = block.iter().find(|item| item.name == NoticeItem::Reason);
        let code = |value: &str| values::is_reason(value) || reason_and_detail(value).is_some();
        let named = reason.is_some_and(|item| {
            code(&item.value) || known && block.iter().any(|other| other.name != NoticeItem::Reason)
        });
        let believed = named || block.iter().any(|item| item.strong);
        trusted.extend(block.iter().filter(|item| item.strong || believed).cloned());
    }
    trusted
}

/// The lines as one text. A table with the names in its heading becomes pairs of a name and a value.
fn text(lines: &[String]) -> String {
    let mut text = String::new();
    let mut at = 0;
    let whole: Vec<Option<NoticeItem>> = lines.iter().map(|line| names::whole(&without_edges(line))).collect();
    while at < lines.len() {
        if let Some((pairs, next)) = table(lines, at).or_else(|| list(lines, &whole, at)) {
            pairs.iter().for_each(|(name, value)| text.extend([name, "\t", value, "\n"]));
            at = next;
            continue;
        }
        if !(lines[at].contains('\t') && is_ruler(&lines[at])) {
            text.extend([&lines[at], "\n"]);
        }
        at += 1;
    }
    text
}

type Pairs = (Vec<(String, String)>, usize);

/// A ruler between the rows of a table.
fn is_ruler(line: &str) -> bool {
    !line.trim().is_empty() && line.chars().all(|c| "-=+:| \t".contains(c))
}

/// The cells of a line: what tabs or wide gaps part.
fn cells(line: &str) -> Vec<String> {
    let line = without_edges(line);
    let gap = if line.contains('\t') { "\t" } else { "  " };
    let cells = line.split(gap).map(str::trim);
    cells.filter(|cell| gap == "\t" || !cell.is_empty()).map(str::to_owned).collect()
}

/// The pairs of a table whose heading has the names, and where it ends.
fn table(lines: &[String], at: usize) -> Option<Pairs> {
    let heading = cells(&lines[at]);
    let named = (2..=MOST_COLUMNS).contains(&heading.len());
    let names: Vec<NoticeItem> =
        heading.iter().filter(|_| named).map(|cell| names::whole(cell)).collect::<Option<_>>()?;
    if !named || !differ(&names) {
        return None;
    }
    let mut pairs = Vec::new();
    let mut next = at + 1;
    while let Some(line) = lines.get(next) {
        let row = cells(line);
        if !line.trim().is_empty() && !is_ruler(line) {
            // Two names may be a name and the value of a channel that is called so.
            if row.len() != names.len() || names.len() == 2 && names::whole(&row[0]).is_some() {
                break;
            }
            pairs.extend(heading.iter().cloned().zip(row));
        }
        next += 1;
    }
    (!pairs.is_empty()).then_some((pairs, next))
}

/// The pairs of names on lines of their own, below which the values stand on as many lines.
/// `whole` are the names that lines are.
fn list(lines: &[String], whole: &[Option<NoticeItem>], at: usize) -> Option<Pairs> {
    let one = |line: &String| (!line.contains('\t')).then(|| without_edges(line).trim().to_owned());
    let mut names: Vec<(String, NoticeItem)> = Vec::new();
    let mut next = at;
    while names.len() <= MOST_COLUMNS
        && let Some(text) = lines.get(next).and_then(one)
    {
        match whole[next] {
            Some(name) if names.iter().any(|(_, known)| *known == name) => break,
            Some(name) => names.push((text, name)),
            None if text.is_empty() && !names.is_empty() => {}
            None => break,
        }
        next += 1;
    }
    let mut values = Vec::new();
    while values.len() < names.len() {
        let text = one(lines.get(next)?)?;
        // A channel may be called like an item; three names may be one without a value, a name and such a channel.
        if names.len() < 4 && whole[next].is_some() {
            return None;
        }
        values.extend(Some(text).filter(|text| !text.is_empty()));
        next += 1;
    }
    let mut told = false;
    let right = names.iter().zip(&values).all(|((_, name), value)| {
        let right = match name {
            NoticeItem::Count => values::count(value).is_ok(),
            NoticeItem::ChannelId => value.bytes().all(|b| b.is_ascii_digit()),
            NoticeItem::Reason => !value.contains(char::is_whitespace),
            _ => return true,
        };
        told = true;
        right
    });
    (names.len() > 1 && right && told).then(|| (names.into_iter().map(|(text, _)| text).zip(values).collect(), next))
}

fn differ(names: &[NoticeItem]) -> bool {
    names.iter().enumerate().all(|(at, name)| !names[..at].contains(name))
}

/// The reason and the detail in the lines that are such, as LINE's oldest mails have them:
/// `could_not_connect - (Connection failed: https://…)`.
pub fn one_liners(lines: &[String]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        at += 1;
        let text = without_edges(line).replace('\t', " ");
        let text = text.trim_start_matches(|c: char| c.is_whitespace() || names::BULLETS.contains(c));
        let Some((reason, rest)) = code(text) else { continue };
        let mut rest = rest.trim().to_owned();
        for _ in 0..MOST_LINES {
            let closed = rest.matches(['(', '（']).count() <= rest.matches([')', '）']).count();
            let dangling = rest.ends_with(['-', '–', ':']);
            let Some(next) = lines.get(at).filter(|next| (!closed || dangling) && !next.trim().is_empty()) else {
                break;
            };
            let space = if rest.ends_with(['/', '(']) { "" } else { " " };
            rest = format!("{rest}{space}{}", without_edges(next).trim());
            at += 1;
        }
        if let Some(detail) = behind(&rest) {
            found.push((reason.to_owned(), detail.to_owned()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        input::mail::text::{page, plain as lines},
        model::Zone,
    };

    fn told(lines: &[String], known: bool) -> Vec<Vec<(NoticeItem, String)>> {
        let hints = Hints { channel: None, zone: Zone::console() };
        let groups = groups(lines, known, &hints).expect("few names").into_iter();
        groups.map(|group| group.into_iter().map(|item| (item.name, item.value)).collect()).collect()
    }

    fn plain(text: &str) -> Vec<Vec<(NoticeItem, String)>> {
        told(&lines(text), false)
    }

    fn pairs(pairs: &[(NoticeItem, &str)]) -> Vec<(NoticeItem, String)> {
        pairs.iter().map(|(name, value)| (*name, (*value).to_owned())).collect()
    }

    const ID: (NoticeItem, &str) = (NoticeItem::ChannelId, "1234567890");
    const REASON: (NoticeItem, &str) = (NoticeItem::Reason, "could_not_connect");
    const DETAIL: (NoticeItem, &str) = (NoticeItem::Detail, "TLS handshake failure");

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
            assert_eq!(told(&page(html), false), [pairs(&[ID, REASON, DETAIL])], "{html}");
        }
    }

    #[test]
    fn a_new_group_begins_where_a_name_repeats() {
        let text = "Channel ID: 1\nReason for error: a\nError count: 2\n\nReason for error: b\nDetail for error: c\n\nReason \
                    for error: d";
        assert_eq!(
            plain(text),
            [
                pairs(&[(NoticeItem::ChannelId, "1"), (NoticeItem::Reason, "a"), (NoticeItem::Count, "2")]),
                pairs(&[(NoticeItem::Reason, "b"), (NoticeItem::Detail, "c")]),
                pairs(&[(NoticeItem::Reason, "d")])
            ]
        );
        let table = "| Reason for error | Error count | Time detected |\n| a | 1 | t |\n| b | | u |";
        assert_eq!(
            plain(table),
            [
                pairs(&[(NoticeItem::Reason, "a"), (NoticeItem::Count, "1"), (NoticeItem::Time, "t")]),
                pairs(&[(NoticeItem::Reason, "b"), (NoticeItem::Count, ""), (NoticeItem::Time, "u")])
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
        assert_eq!(
            plain(text),
            [pairs(&[(NoticeItem::Reason, "request_timeout"), (NoticeItem::Url, "https://h.example")])]
        );
        let weak = "Reason: request_timeout\nCount: 2\n原因: unclassified";
        assert_eq!(
            plain(weak),
            [
                pairs(&[(NoticeItem::Reason, "request_timeout"), (NoticeItem::Count, "2")]),
                pairs(&[(NoticeItem::Reason, "unclassified")])
            ]
        );
        assert_eq!(plain("Reason: brand_new\nCount: 2"), Vec::<Vec<_>>::new());
        assert_eq!(
            told(&lines("Reason: brand_new\nCount: 2"), true),
            [pairs(&[(NoticeItem::Reason, "brand_new"), (NoticeItem::Count, "2")])]
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
        assert_eq!(
            plain(text),
            [pairs(&[(NoticeItem::ChannelName, ""), (NoticeItem::Reason, "a"), (NoticeItem::Detail, "")])]
        );
        assert_eq!(plain("| Channel name | |\n| Reason for error | a |")[0][0].1, "");
        assert_eq!(plain("Channel name\nURL: x\nReason for error: a")[0][0].1, "URL: x");
    }

    #[test]
    fn the_oldest_mails_have_one_line() {
        let told = |text: &str| one_liners(&lines(text));
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
