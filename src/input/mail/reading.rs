//! Which of the names in a text are items: the reading in which the values fit best.
//!
//! A name may be prose, or stand in the value of another item (a channel that is called "Error count"). So every choice of
//! names is a reading, and each is judged by what it says: a count that is a number and a time that is one speak for
//! theirs, an empty value and a count that is none against it; a name that is set apart like most others and is passed
//! over speaks against it too, and so does a name that comes twice. The best reading is found as the shortest path is
//! (Bellman), name by name, with the names of the group so far as the state.

use super::{
    names::{Begin, Mark, Token},
    values::{Fit, Hints, Value, value},
    words::NoticeItem,
};

/// Values reach over so many names of which none is an item.
const REACH: usize = 64;
/// A reading that passes over names of this weight is never the best.
const HOPELESS: i32 = 130;

/// An item as it stands in a mail. Nothing in it is safe to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub name: NoticeItem,
    /// The name is LINE's own.
    pub strong: bool,
    /// What stood in brackets behind the name.
    pub note: Option<String>,
    pub value: String,
    /// Other text stands between it and the item before.
    pub apart: bool,
    /// Its value ends where the text does.
    pub last: bool,
}

/// A reading up to some name.
#[derive(Clone, Copy)]
struct Path {
    /// The names of the group so far, a bit each.
    names: u16,
    score: i32,
    /// The name before, and which of its paths.
    from: Option<(usize, usize)>,
}

/// The items among the tokens of a text.
pub fn items(text: &str, tokens: &[Token], hints: &Hints<'_>) -> Vec<Item> {
    let usual = usual(tokens);
    let passed: Vec<i32> = tokens.iter().zip(&usual).map(|(token, usual)| passed(token, *usual)).collect();
    let mut paths: Vec<Vec<Path>> = vec![Vec::new(); tokens.len()];
    let mut weight = 0;
    for (first, passed) in passed.iter().enumerate() {
        keep(&mut paths[first], Path { names: bit(tokens[first].name), score: -weight, from: None });
        weight += passed;
        if weight > HOPELESS {
            break;
        }
    }
    let mut best: Option<(i32, usize, usize)> = None;
    let mut left: i32 = passed.iter().sum();
    let worth = |at: usize, value: &Value| worth(&tokens[at], value, usual[at]);
    for at in 0..tokens.len() {
        left -= passed[at];
        let here = std::mem::take(&mut paths[at]);
        if here.is_empty() {
            continue;
        }
        let last = worth(at, &value(text, &tokens[at], text.len(), hints)) - left;
        for (which, path) in here.iter().enumerate() {
            if best.is_none_or(|(score, ..)| path.score + last > score) {
                best = Some((path.score + last, at, which));
            }
        }
        let mut weight = 0;
        for next in (at + 1..tokens.len()).take(REACH) {
            if tokens[next].start >= tokens[at].end {
                let own = worth(at, &value(text, &tokens[at], tokens[next].start, hints));
                let ordered = i32::from(tokens[next].name > tokens[at].name);
                let (name, again) = (bit(tokens[next].name), again(&tokens[next]));
                for (which, path) in here.iter().enumerate() {
                    let (names, again) = if path.names & name == 0 { (path.names | name, 0) } else { (name, again) };
                    let score = path.score + own + ordered + again - weight;
                    keep(&mut paths[next], Path { names, score, from: Some((at, which)) });
                }
            }
            weight += passed[next];
            if weight > HOPELESS {
                break;
            }
        }
        paths[at] = here;
    }
    let mut chosen = Vec::new();
    // To take no name for an item is a reading, too.
    let none: i32 = passed.iter().sum();
    let mut at = best.filter(|(score, ..)| *score > -none).map(|(_, at, which)| (at, which));
    while let Some((token, which)) = at {
        chosen.push(token);
        at = paths[token][which].from;
    }
    chosen.reverse();
    told(text, tokens, &chosen, hints)
}

fn told(text: &str, tokens: &[Token], chosen: &[usize], hints: &Hints<'_>) -> Vec<Item> {
    let mut items = Vec::with_capacity(chosen.len());
    let mut end = 0;
    for (at, token) in chosen.iter().enumerate() {
        let token = &tokens[*token];
        let limit = chosen.get(at + 1).map_or(text.len(), |next| tokens[*next].start);
        let found = value(text, token, limit, hints);
        items.push(Item {
            name: token.name,
            strong: token.strong,
            note: token.note.clone(),
            value: found.text,
            apart: text.get(end..token.start).is_some_and(|between| between.contains(char::is_alphanumeric)),
            last: text.len() <= found.end + 1,
        });
        end = found.end;
    }
    items
}

/// Adds a path, if no other one with the same names is better.
fn keep(paths: &mut Vec<Path>, path: Path) {
    match paths.iter_mut().find(|known| known.names == path.names) {
        Some(known) if known.score >= path.score => {}
        Some(known) => *known = path,
        None => paths.push(path),
    }
}

fn bit(name: NoticeItem) -> u16 {
    1 << name as u16
}

/// Which names are set apart as most of them are: half as many items are set apart in this way as in the commonest one.
fn usual(tokens: &[Token]) -> Vec<bool> {
    let mut seen: Vec<((Begin, Mark), u16)> = Vec::new();
    for token in tokens {
        let (begin, mark) = kind(token);
        // What stands within a line may begin another one where the text was wrapped.
        let both = [(begin, mark), (Begin::Line, mark)];
        for kind in &both[..if begin == Begin::Line { 1 } else { 2 }] {
            match seen.iter_mut().find(|(known, _)| known == kind) {
                Some((_, names)) => *names |= bit(token.name),
                None => seen.push((*kind, bit(token.name))),
            }
        }
    }
    let most = seen.iter().map(|(_, names)| names.count_ones()).max().unwrap_or(0);
    let names = |kind| seen.iter().find(|(known, _)| *known == kind).map_or(0, |(_, names)| names.count_ones());
    tokens.iter().map(|token| 2 * names(kind(token)) >= most).collect()
}

fn kind(token: &Token) -> (Begin, Mark) {
    // Within a paragraph the end of a line is a space.
    let spaced = token.mark == Mark::Line && token.begin == Begin::Within;
    (token.begin, if spaced { Mark::Space } else { token.mark })
}

/// What it weighs to pass over a name.
fn passed(token: &Token, usual: bool) -> i32 {
    match (token.strong && usual, kind(token)) {
        (false, _) => 0,
        (_, (Begin::Line, Mark::Space)) => 6,
        (_, (_, Mark::Space)) => 4,
        (_, (Begin::Line, _)) => 40,
        (_, (Begin::Open | Begin::Close, _)) => 20,
        (_, (Begin::Within, _)) => 8,
    }
}

/// What it costs that a name comes again: it begins a new group, which must be worth it.
fn again(token: &Token) -> i32 {
    if token.strong { -18 } else { -6 }
}

/// What it is worth to take a name with a value for an item.
fn worth(token: &Token, value: &Value, usual: bool) -> i32 {
    match (value.fit, usual) {
        (Fit::Sure, true) => 8,
        (Fit::Sure, false) => 4,
        // `the channel name in the subject`
        (Fit::Fits, true) if kind(token) == (Begin::Within, Mark::Space) && !value.shared => -1,
        (Fit::Fits, true) if kind(token).1 == Mark::Space => 2,
        (Fit::Fits, true) => 4,
        (Fit::Fits, false) => -4,
        (Fit::Empty, _) => -12,
        (Fit::Wrong, _) if !token.strong => -20,
        (Fit::Wrong, true) => -6,
        (Fit::Wrong, false) => -16,
    }
}
