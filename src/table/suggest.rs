//! Commands that settle whose a file is, ready to be pasted.

use super::channels::fits;
use crate::model::{Channel, composed, shell_word};

/// An input whose channel is unclear.
#[derive(Clone, Copy, Debug)]
pub struct Unclear<'a> {
    /// As it is shown.
    pub path: &'a str,
    /// The channel that it names itself; nothing needs to be said of it then.
    pub channel: Option<&'a Channel>,
}

impl Unclear<'_> {
    /// What the channel may be called, by the file's name up to its date, or by the folder.
    fn candidate(&self) -> String {
        match self.channel {
            Some(channel) => spelled(channel),
            None => {
                stem(file(self.path)).or_else(|| folder(self.path).and_then(stem)).unwrap_or_else(|| "bot".to_owned())
            }
        }
    }

    /// By another part of the path; a channel that the input names itself stays.
    fn named_by(&self, part: fn(&str) -> Option<String>) -> Option<String> {
        if self.channel.is_some() { None } else { part(self.path) }
    }
}

/// The file's name up to its ending.
fn whole(path: &str) -> Option<String> {
    let name = file(path).split('.').next()?.replace('=', "-");
    (!name.is_empty()).then_some(name)
}

/// The same without its dates, which are others next week: `shop (1)` of `shop_2026-11-23 (1).tsv`.
fn dateless(path: &str) -> Option<String> {
    let name = whole(path)?;
    let name: String = pieces(&name).into_iter().map(|(text, _)| text.trim_end_matches(['-', '_', ' '])).collect();
    let name = name.trim_start_matches(['-', '_', ' ']);
    name.starts_with(char::is_alphanumeric).then(|| name.to_owned())
}

/// A channel as `--channel` takes it.
fn spelled(channel: &Channel) -> String {
    channel.id.clone().filter(|id| Channel::given(id).id.is_some()).or_else(|| channel.stored()).unwrap_or_default()
}

/// The options that say that two inputs are of one channel.
pub fn one(a: Unclear<'_>, b: Unclear<'_>, files: &[&str]) -> String {
    let name = if b.channel.is_some() { b.candidate() } else { a.candidate() };
    options([(name.clone(), a), (name, b)], files)
}

/// The options that say that inputs are of different channels, where `apart` holds the pairs that are; those of one file
/// cannot be told apart by its name.
pub fn different(unclear: &[Unclear<'_>], apart: &[(usize, usize)], files: &[&str]) -> String {
    if apart.iter().any(|(a, b)| unclear[*a].path == unclear[*b].path) {
        return "--overlap sum".to_owned();
    }
    let told = |name: fn(&Unclear<'_>) -> Option<String>| {
        let names: Vec<String> =
            unclear.iter().map(|unclear| name(unclear).unwrap_or_else(|| unclear.candidate())).collect();
        apart.iter().all(|(a, b)| names[*a] != names[*b]).then_some(names)
    };
    let names = told(|unclear| Some(unclear.candidate()))
        .or_else(|| told(|unclear| unclear.named_by(|path| folder(path).and_then(stem))))
        .or_else(|| told(|unclear| unclear.named_by(dateless)))
        .or_else(|| told(|unclear| unclear.named_by(whole)));
    let numbered =
        || (1..=unclear.len()).zip(unclear).map(|(number, unclear)| format!("{}-{number}", unclear.candidate()));
    let names = names.unwrap_or_else(|| numbered().collect());
    options(names.into_iter().zip(unclear.iter().copied()), files)
}

/// The option that says that one file is of a channel.
pub fn of(name: &Channel, path: &str) -> String {
    options([(spelled(name), Unclear { path, channel: None })], &[])
}

/// Options that name files, all inputs being `files`. Those whose names differ in their dates only are named together, where
/// they are to have one name: next week's file is then named too.
fn options<'a>(named: impl IntoIterator<Item = (String, Unclear<'a>)>, files: &[&str]) -> String {
    let named: Vec<_> = named.into_iter().filter(|(_, unclear)| unclear.channel.is_none()).collect();
    let together = |name: &str, path: &str| {
        let like = |file: &str| of_any_date(file, ANY) == of_any_date(path, ANY);
        let one_name = named.iter().all(|(other, unclear)| !like(unclear.path) || other == name);
        let tells = |pattern: &String| {
            let fitting = |file: &&&str| glob::Pattern::new(&composed(pattern)).is_ok_and(|glob| fits(&glob, file));
            let all: Vec<&&str> = files.iter().filter(fitting).collect();
            all.len() > 1 && one_name && all.iter().all(|file| like(file))
        };
        // `shop-*.tsv` is `shop-2026-11-23 (1).tsv` too.
        [ANY, WRITTEN_SO].map(|any| of_any_date(path, any)).into_iter().find(tells)
    };
    let mut words: Vec<String> = Vec::new();
    for (name, unclear) in &named {
        let pattern = together(name, unclear.path).unwrap_or_else(|| glob::Pattern::escape(unclear.path));
        let word = shell_word(&format!("{name}={pattern}"));
        if !words.contains(&word) {
            words.push(word);
        }
    }
    words.into_iter().map(|word| format!("--channel {word}")).collect::<Vec<_>>().join(" ")
}

/// What stands for a date in a pattern: any text, or a date that is written the same way.
const ANY: fn(&str) -> String = |date| "*".repeat(date.len().min(1));
const WRITTEN_SO: fn(&str) -> String = |date| date.replace(|c: char| c.is_ascii_digit(), "?");

/// A pattern for files whose names differ from one only in their dates: `exports/shop-*.tsv` of `exports/shop-2026-11-23.tsv`.
fn of_any_date(path: &str, any: fn(&str) -> String) -> String {
    let (folder, name) = path.split_at(path.len() - file(path).len());
    let piece = |(text, date): (&str, &str)| glob::Pattern::escape(text) + &any(date);
    glob::Pattern::escape(folder) + &pieces(name).into_iter().map(piece).collect::<String>()
}

/// A name in pieces, each with the date behind it; the last has none.
fn pieces(mut rest: &str) -> Vec<(&str, &str)> {
    let (mut pieces, mut from) = (Vec::new(), 0);
    while let Some(start) = rest[from..].find(|c: char| c.is_ascii_digit()).map(|at| from + at) {
        let digits = rest[start..].bytes().take_while(u8::is_ascii_digit).count();
        if !(rest[start..].starts_with("20") && (digits == 4 || digits == 8)) {
            from = start + digits;
            continue;
        }
        let is_of_date = |c: char| c.is_ascii_digit() || "-_W".contains(c);
        let date = rest[start..].find(|c| !is_of_date(c)).map_or(&rest[start..], |end| &rest[start..start + end]);
        let date = date.trim_end_matches(|c: char| !c.is_ascii_digit());
        pieces.push((&rest[..start], date));
        (rest, from) = (&rest[start + date.len()..], 0);
    }
    pieces.push((rest, ""));
    pieces
}

fn file(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn folder(path: &str) -> Option<&str> {
    path.rsplit('/').nth(1).filter(|name| !name.is_empty())
}

/// The letters in front of a date or an ending: `shop` of `shop-2026-11-23.tsv`.
fn stem(name: &str) -> Option<String> {
    let end = name.find(|c: char| c == '.' || c == '=' || c.is_numeric()).unwrap_or(name.len());
    let stem = name[..end].trim_end_matches(|c: char| !c.is_alphanumeric());
    // The W of a week.
    let stem = stem.strip_suffix(['W', 'w']).filter(|rest| rest.ends_with(['-', '_', ' '])).unwrap_or(stem);
    let stem = stem.trim_matches(|c: char| !c.is_alphanumeric());
    // A bracket that closes belongs to the name.
    let behind = name.split_once(stem).and_then(|(_, rest)| rest.chars().next());
    let bracket = behind.filter(|c| [')', ']', '）', '］', '】', '」'].contains(c));
    (!stem.is_empty()).then(|| stem.chars().chain(bracket).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unnamed(path: &str) -> Unclear<'_> {
        Unclear { path, channel: None }
    }

    #[test]
    fn names_come_from_the_files_names_or_their_folders() {
        for (path, name) in [
            ("shop-2026-11-23.tsv", "shop"),
            ("in/flower shop_2026-W47.tsv.gz", "flower shop"),
            ("shop-W47.tsv", "shop"),
            ("shop/2026-11-23.tsv", "shop"),
            ("2026-11-23.tsv", "bot"),
            ("-", "bot"),
            ("ショップ20261123.tsv", "ショップ"),
            ("Bot (EU)/2026-11-23.tsv", "Bot (EU)"),
            ("クーポン（公式）.tsv", "クーポン（公式）"),
        ] {
            assert_eq!(unnamed(path).candidate(), name, "{path}");
        }
    }

    #[test]
    fn any_date_is_left_open_and_no_other_number() {
        for (path, pattern) in [
            ("in/shop-2026-11-23.tsv", "in/shop-*.tsv"),
            ("2026/shop_20261116-20261122 (2026-11-23).tsv.gz", "2026/shop_* (*).tsv.gz"),
            ("shop-2026-W47.tsv", "shop-*.tsv"),
            ("1650000001-2026-11.tsv", "1650000001-*.tsv"),
            ("shop-2 [a].tsv", "shop-2 [[]a[]].tsv"),
            ("-", "-"),
        ] {
            assert_eq!(of_any_date(path, ANY), pattern);
        }
    }

    #[test]
    fn options_have_the_real_names_in_a_shells_quotes() {
        let (shop, news) = (unnamed("shop-1 [a].tsv"), unnamed("in/news-1.tsv"));
        let two = |a, b| different(&[a, b], &[(0, 1)], &[]);
        assert_eq!(two(shop, news), "--channel 'shop=shop-1 [[]a[]].tsv' --channel news=in/news-1.tsv");
        assert_eq!(one(shop, news, &[]), "--channel 'shop=shop-1 [[]a[]].tsv' --channel shop=in/news-1.tsv");
        assert_eq!(two(unnamed("a-1.tsv"), unnamed("a-2.tsv")), "--channel a-1=a-1.tsv --channel a-2=a-2.tsv");
        assert_eq!(two(unnamed("x/e.tsv"), unnamed("y/e.tsv")), "--channel x=x/e.tsv --channel y=y/e.tsv");
        assert_eq!(two(unnamed("a.tsv"), unnamed("a.tsv")), "--overlap sum");
        // Files of one name are of one bot, unless they are said to be different.
        let weeks = ["shop-1.tsv", "shop-2.tsv", "news-1.tsv"].map(unnamed);
        let expected = "--channel shop=shop-1.tsv --channel shop=shop-2.tsv --channel news=news-1.tsv";
        assert_eq!(different(&weeks, &[(0, 2), (1, 2)], &[]), expected);
        // Dates are left open, where no other file is meant by that.
        let weeks = ["in/shop-2026-11-16.tsv", "in/shop-2026-11-23.tsv", "in/news-2026-11-23.tsv"];
        let [a, b, news] = weeks.map(unnamed);
        assert_eq!(one(a, b, &weeks), "--channel 'shop=in/shop-*.tsv'");
        assert_eq!(
            different(&[a, b, news], &[(0, 2), (1, 2)], &weeks),
            "--channel 'shop=in/shop-*.tsv' --channel news=in/news-2026-11-23.tsv"
        );
        let apart = "--channel shop-2026-11-16=in/shop-2026-11-16.tsv --channel shop-2026-11-23=in/shop-2026-11-23.tsv";
        assert_eq!(different(&[a, b], &[(0, 1)], &weeks), apart);
        let files = [weeks[0], weeks[1], "in/shop-eu-2026-11-23.tsv"];
        assert_eq!(one(a, b, &files), "--channel 'shop=in/shop-????-??-??.tsv'");
        // Two bots in one folder of downloads: each second file of a day is "(1)".
        let downloads = [
            "d/errors_2026-11-16.tsv",
            "d/errors_2026-11-16 (1).tsv",
            "d/errors_2026-11-23.tsv",
            "d/errors_2026-11-23 (1).tsv",
        ];
        let all = downloads.map(unnamed);
        assert_eq!(
            different(&all, &[(0, 1), (2, 3)], &downloads),
            "--channel 'errors=d/errors_????-??-??.tsv' --channel 'errors (1)=d/errors_* (1).tsv'"
        );
        assert_eq!(
            one(all[0], all[1], &downloads),
            "--channel 'errors=d/errors_????-??-??.tsv' --channel 'errors=d/errors_* (1).tsv'"
        );
        // A file that names its channel needs no option.
        let channel = Channel { id: Some("1650000001".into()), name: Some("shop".into()) };
        let named = Unclear { path: "all.tsv", channel: Some(&channel) };
        assert_eq!(one(unnamed("plain.tsv"), named, &[]), "--channel 1650000001=plain.tsv");
        assert_eq!(two(unnamed("plain.tsv"), named), "--channel plain=plain.tsv");
    }
}
