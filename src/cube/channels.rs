//! Which channel a row belongs to, and what it is called.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::{
    error::{Error, Result},
    input::Source,
    model::{Catalog, Channel, Privacy, Sentence},
};

/// What the user says about channels; an earlier layer goes before a later one.
#[derive(Clone, Debug, Default)]
pub struct ChannelRules {
    pub layers: Vec<NamingLayer>,
}

/// What one place says about channels: the command line, or the configuration.
#[derive(Clone, Debug, Default)]
pub struct NamingLayer {
    /// `--channel NAME`: the channel of inputs that name none and that no pattern of any layer names.
    pub names: Vec<String>,
    /// `--channel NAME=GLOB`: the channel of the files that match.
    pub files: Vec<(String, glob::Pattern)>,
}

impl ChannelRules {
    /// A note for each pattern that no input matches.
    pub fn unmatched(&self, sources: &[Source]) -> Vec<Sentence> {
        let alone =
            |(_, pattern): &&(String, glob::Pattern)| !sources.iter().any(|source| fits(pattern, source.report.file()));
        let note = |(name, pattern): &(String, glob::Pattern)| {
            Sentence::new("note.channel_unmatched")
                .with("channel", name)
                .with("pattern", Privacy::default().path(pattern.as_str()))
        };
        self.layers.iter().flat_map(|layer| &layer.files).filter(alone).map(note).collect()
    }

    /// The label of rows that name no channel, in one input.
    ///
    /// # Errors
    /// Where more than one label fits.
    pub fn label(&self, source: &Source) -> Result<Option<String>> {
        let path = &source.report.path;
        for layer in &self.layers {
            let of_file = layer.files.iter().filter(|(_, pattern)| fits(pattern, source.report.file()));
            let named = of_file.map(|(name, _)| name);
            let labels: Vec<&String> = named.collect::<BTreeSet<_>>().into_iter().collect();
            match labels[..] {
                [] => {}
                [label] => return Ok(Some(label.clone())),
                _ => return Err(several("error.channel_twice", path, labels)),
            }
        }
        match self.layers.iter().map(|layer| &layer.names[..]).find(|names| !names.is_empty()) {
            None => Ok(None),
            Some([name]) => Ok(Some(name.clone())),
            Some(names) => Err(several("error.channel_which", path, names)),
        }
    }
}

fn several<'a>(key: &'static str, path: &str, labels: impl IntoIterator<Item = &'a String>) -> Error {
    let labels: Vec<&str> = labels.into_iter().map(String::as_str).collect();
    Error::new(key).with("path", path).with("channels", labels.join(" | "))
}

/// Whether a file is meant: by its name, or by its path if the pattern has a `/`.
fn fits(pattern: &glob::Pattern, path: &str) -> bool {
    let file = path.rsplit('/').next().unwrap_or(path);
    pattern.matches(if pattern.as_str().contains('/') { path } else { file })
}

/// Index into the list of channel labels.
pub type Label = u32;

/// The labels of all channels of a catalog, `None` for rows that name none: the name where there is one,
/// else the id; two ids with one name become `name (id)`.
pub fn labels(catalog: &Catalog) -> (Vec<Option<String>>, Vec<Label>) {
    let mut ids: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut names: HashMap<&str, BTreeSet<&str>> = HashMap::new();
    for channel in catalog.channels() {
        if let Channel { id: Some(id), name: Some(name) } = channel {
            ids.entry(name).or_default().insert(id);
            names.entry(id.as_str()).or_default().insert(name.as_str());
        }
    }
    let label = |channel: &Channel| {
        let id = channel.id.as_deref();
        // An id that one input gives a name has that name in all of them; a channel that was renamed has both.
        let known = id.and_then(|id| names.get(id));
        let renamed =
            known.filter(|known| known.len() > 1).map(|known| known.iter().copied().collect::<Vec<_>>().join(" / "));
        if renamed.is_some() {
            return renamed;
        }
        let name = channel.name.as_deref().or_else(|| known?.first().copied());
        match (name, id) {
            (Some(name), Some(id)) if ids.get(name).is_some_and(|ids| ids.len() > 1) => Some(format!("{name} ({id})")),
            (Some(name), _) => Some(name.to_owned()),
            (None, id) => id.map(str::to_owned),
        }
    };
    let of_channel: Vec<Option<String>> = catalog.channels().iter().map(label).collect();
    let distinct: Vec<Option<String>> = of_channel.iter().cloned().collect::<BTreeSet<_>>().into_iter().collect();
    let index = of_channel.iter().map(|label| distinct.binary_search(label).map_or(0, |i| i as Label)).collect();
    (distinct, index)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_before_ids_and_equal_names_are_told_apart() {
        let channel = |id: &str, name: &str| {
            let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            Channel { id: some(id), name: some(name) }
        };
        let mut catalog = Catalog::default();
        for (id, name) in [("1", "shop"), ("2", "shop"), ("3", "news"), ("3", ""), ("4", ""), ("", "")] {
            catalog.intern(&channel(id, name), "r", "d", None, crate::model::Origin::Export).unwrap();
        }
        let (labels, of) = labels(&catalog);
        let named: Vec<Option<&str>> = of.iter().map(|i| labels[*i as usize].as_deref()).collect();
        assert_eq!(named, [Some("shop (1)"), Some("shop (2)"), Some("news"), Some("news"), Some("4"), None]);
    }
}
