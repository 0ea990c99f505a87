//! Which channel a row belongs to, and what it is called.

use std::{
    cmp::Reverse,
    collections::{BTreeSet, HashMap, HashSet},
};

use crate::{
    error::{Error, Result},
    model::{Catalog, Channel, Privacy, Sentence, composed, key, shell_word},
};

/// What the user says about channels; an earlier layer goes before a later one.
#[derive(Clone, Debug, Default)]
pub struct ChannelRules {
    pub layers: Vec<NamingLayer>,
    /// A name that several ids bear is a channel of its own rather than an error: for taking stock.
    pub keep_apart: bool,
    /// The command that is being run, for advice how to go on; safe to show.
    pub command: Option<String>,
    /// The folders that are read, as the user writes them, each with a slash at its end; no text is the current one. Files of
    /// other folders are not missed; where there is none here, those of all are.
    pub folders: Vec<String>,
}

/// What one place says about channels: the command line, or the configuration.
#[derive(Clone, Debug, Default)]
pub struct NamingLayer {
    /// `--channel NAME`: the channel of inputs that name none and that no pattern of any layer names.
    pub names: Vec<Channel>,
    /// `--channel NAME=GLOB`: the channel of the files that match; the patterns as [`composed`] gives them.
    pub files: Vec<(Channel, glob::Pattern)>,
}

/// So many inputs without a channel are named.
const NAMED_FILES: usize = 10;

/// The folder in which all is that a path or a pattern names, with the slash at its end.
pub fn folder(pattern: &str) -> &str {
    let plain = pattern.split(['*', '?', '[']).next().unwrap_or_default();
    let named = plain.rfind('/').map_or("", |end| &plain[..=end]);
    named.strip_prefix("./").unwrap_or(named)
}

impl ChannelRules {
    /// A note for each pattern that no input matches, of channels that are not among those of the inputs.
    pub fn unmatched<'a>(&self, paths: impl Iterator<Item = &'a str> + Clone, known: &Catalog) -> Vec<Sentence> {
        let is_same = |a: &Option<String>, b: &Option<String>| a.is_some() && a == b;
        let is_known = |channel: &Channel| {
            known.channels.iter().any(|it| is_same(&it.id, &channel.id) || is_same(&it.name, &channel.name))
        };
        let alone = |(channel, pattern): &&(Channel, glob::Pattern)| {
            self.is_asked(pattern.as_str()) && !is_known(channel) && !paths.clone().any(|path| fits(pattern, path))
        };
        let note = |(channel, pattern): &(Channel, glob::Pattern)| {
            Sentence::new(key::note::CHANNEL_UNMATCHED)
                .with("channel", channel.stored().unwrap_or_default())
                .with("pattern", Privacy::default().path(pattern.as_str()))
        };
        self.layers.iter().flat_map(|layer| &layer.files).filter(alone).map(note).collect()
    }

    /// Whether files of a pattern may lie in the folders that are read.
    fn is_asked(&self, pattern: &str) -> bool {
        let named = folder(pattern);
        let is_in = |read: &String| {
            named.starts_with('/') != read.starts_with('/') || named.starts_with(&**read) || read.starts_with(named)
        };
        self.folders.is_empty() || self.folders.iter().any(is_in)
    }

    /// The note on inputs without a channel, where patterns give channels to others.
    pub fn without<'a>(&self, paths: impl IntoIterator<Item = &'a str>) -> Option<Sentence> {
        let mut paths: Vec<&str> = paths.into_iter().collect();
        paths.sort_unstable();
        paths.dedup();
        if paths.is_empty() || self.layers.iter().all(|layer| layer.files.is_empty()) {
            return None;
        }
        let more = (paths.len() > NAMED_FILES).then_some("…");
        let named = paths.into_iter().take(NAMED_FILES).chain(more);
        Some(Sentence::new(key::note::CHANNEL_WITHOUT).with_list("paths", named))
    }

    /// The channel of an input by a pattern.
    ///
    /// # Errors
    /// Where patterns of one layer name more than one.
    pub fn by_pattern(&self, path: &str) -> Result<Option<Channel>> {
        for layer in &self.layers {
            let named = layer.files.iter().filter(|(_, pattern)| fits(pattern, path)).map(|(channel, _)| channel);
            let channels: Vec<&Channel> = named.collect::<BTreeSet<_>>().into_iter().collect();
            match channels[..] {
                [] => {}
                [channel] => return Ok(Some(channel.clone())),
                _ => return Err(several(key::error::CHANNEL_TWICE, path, channels)),
            }
        }
        Ok(None)
    }

    /// The channel of an input that names none: by a pattern, or else by a name without one.
    ///
    /// # Errors
    /// Where more than one is named.
    pub fn of_unnamed(&self, path: &str) -> Result<Option<Channel>> {
        if let Some(channel) = self.by_pattern(path)? {
            return Ok(Some(channel));
        }
        match self.layers.iter().map(|layer| &layer.names[..]).find(|names| !names.is_empty()) {
            None => Ok(None),
            Some([channel]) => Ok(Some(channel.clone())),
            Some(channels) => Err(several(key::error::CHANNEL_WHICH, path, channels)),
        }
    }

    /// The command that is being run, or one that reads some files.
    pub fn command_of(&self, paths: &[&str]) -> String {
        let reading = || {
            let words: Vec<String> = paths.iter().map(|path| shell_word(path)).collect();
            format!("errstat summary {}", words.join(" "))
        };
        self.command.clone().unwrap_or_else(reading)
    }
}

fn several<'a>(key: key::SentenceKey, path: &str, channels: impl IntoIterator<Item = &'a Channel>) -> Error {
    let channels: Vec<String> = channels.into_iter().filter_map(Channel::stored).collect();
    Error::new(key).with("path", path).with("channels", channels.join(" | "))
}

/// Whether a file is meant: by its name, or by its path if the pattern has a `/`, with or without the `./` of the current folder.
pub fn fits(pattern: &glob::Pattern, path: &str) -> bool {
    let file = path.rsplit('/').next().unwrap_or(path);
    let path = composed(path.strip_prefix("./").unwrap_or(path));
    match pattern.as_str().contains('/') {
        true => pattern.matches(&path) || pattern.matches(&format!("./{path}")),
        false => pattern.matches(&composed(file)),
    }
}

/// Index into the list of channel labels.
pub type Label = u32;

/// Which channels there are, and what to call them.
#[derive(Clone, Debug, Default)]
pub struct Naming {
    /// In order; `None` stands for rows that name none.
    pub labels: Vec<Option<String>>,
    /// The label of each channel of the catalog.
    pub label_of: Vec<Label>,
    /// What is known of the channel of each label.
    pub channels: Vec<Channel>,
    /// Names that stand without an id, though channels of several ids bear them: the catalog's channel, and the ids.
    pub ambiguous: Vec<(u32, Vec<String>)>,
}

/// Brings the channels of a catalog together. The same id is the same channel, whatever it is called; a name alone is the
/// channel that bears it, if one id does. `last` is the time of the last row of each channel: a channel that was renamed
/// has its latest name. Labels are the name where there is one, else the id; two channels with one name become
/// `name (id)`.
pub fn naming(catalog: &Catalog, last: impl Fn(u32) -> Option<i64>) -> Naming {
    let channels = &catalog.channels;
    let mut bearers: HashMap<&str, BTreeSet<&str>> = HashMap::new();
    // The latest name of each id; of names of the same moment the first in the order of names.
    let mut names: HashMap<&str, (Option<i64>, Reverse<&str>)> = HashMap::new();
    for (index, channel) in channels.iter().enumerate() {
        if let Channel { id: Some(id), name: Some(name) } = channel {
            bearers.entry(name).or_default().insert(id);
            let candidate = (last(index as u32), Reverse(name.as_str()));
            names.entry(id).and_modify(|known| *known = candidate.max(*known)).or_insert(candidate);
        }
    }
    let mut found = Naming::default();
    let mut identities: Vec<Channel> = Vec::with_capacity(channels.len());
    for (index, channel) in channels.iter().enumerate() {
        let mut identity = channel.identity();
        match identity.name.as_deref().and_then(|name| bearers.get(name)) {
            Some(ids) if ids.len() == 1 => {
                identity = Channel { id: ids.first().map(|id| (*id).to_owned()), name: None }
            }
            Some(ids) => found.ambiguous.push((index as u32, ids.iter().map(|id| (*id).to_owned()).collect())),
            None => {}
        }
        identities.push(identity);
    }
    // What is known of each.
    let whole = |identity: &Channel| {
        let latest = identity.id.as_deref().and_then(|id| names.get(id)).map(|(_, Reverse(name))| (*name).to_owned());
        Channel { id: identity.id.clone(), name: latest.or_else(|| identity.name.clone()) }
    };
    let distinct: HashSet<&Channel> = identities.iter().collect();
    let mut called: HashMap<String, usize> = HashMap::new();
    distinct.iter().filter_map(|identity| whole(identity).name).for_each(|name| *called.entry(name).or_default() += 1);
    let label = |identity: &Channel| match whole(identity) {
        Channel { name: Some(name), id: Some(id) } if called[&name] > 1 => Some(format!("{name} ({id})")),
        Channel { name, id } => name.or(id),
    };
    let mut sorted: Vec<(Option<String>, &Channel)> =
        distinct.into_iter().map(|identity| (label(identity), identity)).collect();
    sorted.sort_by(|(a, one), (b, other)| (a, one.id.is_none(), one).cmp(&(b, other.id.is_none(), other)));
    // An id without a name may look like the name of another channel.
    sorted.dedup_by(|a, b| a.0 == b.0);
    let index: HashMap<Option<String>, Label> =
        sorted.iter().enumerate().map(|(index, (label, _))| (label.clone(), index as Label)).collect();
    found.label_of = identities.iter().map(|identity| index[&label(identity)]).collect();
    found.channels = sorted.iter().map(|(_, identity)| whole(identity)).collect();
    found.labels = sorted.into_iter().map(|(label, _)| label).collect();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What each channel of a list is called, if its rows came in the order of the list.
    fn called(list: &[(&str, &str)]) -> (Vec<Option<String>>, usize) {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let mut catalog = Catalog::default();
        for (id, name) in list {
            let channel = Channel { id: some(id), name: some(name) };
            catalog.intern(&channel, "r", "d", None, crate::model::Origin::Export).unwrap();
        }
        let found = naming(&catalog, |channel| Some(i64::from(channel)));
        (found.label_of.iter().map(|i| found.labels[*i as usize].clone()).collect(), found.ambiguous.len())
    }

    #[test]
    fn names_go_before_ids_and_equal_names_are_told_apart() {
        let (names, ambiguous) = called(&[("1", "shop"), ("2", "shop"), ("3", "news"), ("3", ""), ("4", ""), ("", "")]);
        let names: Vec<Option<&str>> = names.iter().map(Option::as_deref).collect();
        assert_eq!(names, [Some("shop (1)"), Some("shop (2)"), Some("news"), Some("news"), Some("4"), None]);
        assert_eq!(ambiguous, 0);
    }

    #[test]
    fn an_id_keeps_its_latest_name_and_a_name_alone_is_who_bears_it() {
        let (names, _) = called(&[("1", "shop"), ("", "shop"), ("1", "flowers"), ("", "flowers"), ("", "news")]);
        let names: Vec<&str> = names.iter().flatten().map(String::as_str).collect();
        assert_eq!(names, ["flowers", "flowers", "flowers", "flowers", "news"]);
        let (_, ambiguous) = called(&[("1", "shop"), ("2", "shop"), ("", "shop")]);
        assert_eq!(ambiguous, 1);
    }
}
