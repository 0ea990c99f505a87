//! Which of the names in a text are items: the reading in which the values fit best.
//!
//! A name may be prose, or stand in the value of another item (a channel that is called "Error count"). So every choice of
//! names is a reading, and each is judged by what it says: a count that is a number and a time that is one speak for
//! theirs, an empty value and a count that is none against it; a name that is set apart like most others and is passed
//! over speaks against it too, and so does a name that comes twice. The best reading is found as the shortest path is
//! (Bellman), name by name, with the names of the group so far as the state.

use std::collections::HashMap;

use super::{
    names::Token,
    values::{Fit, Hints, Value, value},
    words::{NoticeItem, normal},
};

/// Values reach over so many names of which none is an item.
const REACH: usize = 64;
/// No name that is the value of an item is longer.
const LONGEST: usize = 500;
/// No mail has more text to weigh, in bytes and about as much for each value and each reading.
const MOST_WORK: usize = 2 << 20;
/// What a value is beside its text.
const VALUE: usize = 200;
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

/// The items among the tokens of a text; nothing where there is too much to weigh.
pub fn items(text: &str, tokens: &[Token], hints: &Hints<'_>) -> Option<Vec<Item>> {
    let usual = usual(tokens);
    let mut work = 0;
    // What it weighs to pass over all names before one.
    let mut before = vec![0];
    before.extend(tokens.iter().zip(&usual).scan(0, |sum, (token, usual)| {
        *sum += passed(token, *usual);
        Some(*sum)
    }));
    let mut paths: Vec<Vec<Path>> = vec![Vec::new(); tokens.len()];
    // To take no name for an item is a reading, too.
    let mut best = (-before[tokens.len()], None);
    for (at, token) in tokens.iter().enumerate() {
        let mut here = std::mem::take(&mut paths[at]);
        if before[at] <= HOPELESS {
            keep(&mut here, Path { names: bit(token.name), score: -before[at], from: None });
        }
        if here.is_empty() {
            continue;
        }
        let worth = |value: &Value| worth(token, value, usual[at]);
        let last = worth(&value(text, token, text.len(), hints)) - (before[tokens.len()] - before[at + 1]);
        for (which, path) in here.iter().enumerate() {
            if path.score + last > best.0 {
                best = (path.score + last, Some((at, which)));
            }
        }
        // Its worth with the next name, and whether one further on can change that.
        let (mut own, mut settled) = (0, false);
        for next in (at + 1..tokens.len()).take(REACH) {
            let over = before[next] - before[at + 1];
            if over > HOPELESS {
                break;
            }
            let other = &tokens[next];
            if !settled {
                let value = value(text, token, other.start, hints);
                own = worth(&value);
                // A detail may end behind each of its words.
                let ends = if token.name == NoticeItem::Detail { 4 } else { 1 };
                work += ends * (value.end - token.value + VALUE);
                settled = !value.shared && text[value.end..other.start].matches('\n').count() > 2;
            }
            let own = own + i32::from(other.name > token.name) - over;
            work += here.len() * paths[next].len();
            if work > MOST_WORK {
                return None;
            }
            for (which, path) in here.iter().enumerate() {
                // A name that comes again begins a new group, which must be worth it.
                let (names, again) = match path.names & bit(other.name) {
                    0 => (path.names, 0),
                    _ => (0, if other.strong { -18 } else { -6 }),
                };
                let score = path.score + own + again;
                keep(&mut paths[next], Path { names: names | bit(other.name), score, from: Some((at, which)) });
            }
        }
        paths[at] = here;
    }
    let mut chosen = Vec::new();
    let mut at = best.1;
    while let Some((token, which)) = at {
        chosen.push(token);
        at = paths[token][which].from;
    }
    chosen.reverse();
    Some(told(text, tokens, &chosen, hints))
}

fn told(text: &str, tokens: &[Token], chosen: &[usize], hints: &Hints<'_>) -> Vec<Item> {
    let mut items: Vec<Item> = Vec::with_capacity(chosen.len());
    let mut end = 0;
    let mut chosen = chosen.iter().peekable();
    for (at, token) in tokens.iter().enumerate() {
        if chosen.next_if(|chosen| **chosen == at).is_none() {
            // A mail that lacks the count tells one error; one whose count was lost does not.
            let name = || normal(&text[token.start..token.end]);
            let apart = token.name == NoticeItem::Count && token.strong && token.mark != ' ';
            let within = |item: &Item| item.value.len() < LONGEST && normal(&item.value).contains(&name());
            if apart && !items.last().is_some_and(within) {
                let (value, note) = (String::new(), None);
                items.push(Item { name: token.name, strong: false, note, value, apart: false, last: false });
            }
            continue;
        }
        let limit = chosen.peek().map_or(text.len(), |next| tokens[**next].start);
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
    let mut seen: HashMap<(char, char), u16> = HashMap::new();
    for token in tokens {
        let (begin, mark) = kind(token);
        // What stands within a line may begin another one where the text was wrapped.
        for begin in [begin, '\n'] {
            *seen.entry((begin, mark)).or_default() |= bit(token.name);
        }
    }
    let most = seen.values().map(|names| names.count_ones()).max().unwrap_or(0);
    tokens.iter().map(|token| 2 * seen[&kind(token)].count_ones() >= most).collect()
}

fn kind(token: &Token) -> (char, char) {
    // Within a paragraph the end of a line is a space.
    let spaced = token.mark == '\n' && token.begin == ' ';
    (token.begin, if spaced { ' ' } else { token.mark })
}

/// What it weighs to pass over a name.
fn passed(token: &Token, usual: bool) -> i32 {
    match (token.strong && usual, kind(token)) {
        (false, _) => 0,
        (_, ('\n', ' ')) => 6,
        (_, (_, ' ')) => 4,
        (_, ('\n', _)) => 40,
        _ => 8,
    }
}

/// What it is worth to take a name with a value for an item.
fn worth(token: &Token, value: &Value, usual: bool) -> i32 {
    match (value.fit, usual) {
        (Fit::Sure, true) => 8,
        (Fit::Sure, false) => 4,
        // `the channel name in the subject`
        (Fit::Fits, true) if kind(token) == (' ', ' ') && !value.shared => -1,
        (Fit::Fits, true) if kind(token).1 == ' ' => 2,
        (Fit::Fits, true) => 4,
        (Fit::Fits, false) => -4,
        (Fit::Empty, _) => -12,
        (Fit::Wrong, _) if !token.strong => -20,
        (Fit::Wrong, true) => -6,
        (Fit::Wrong, false) => -16,
    }
}
