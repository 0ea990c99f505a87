//! The words by which notification mails are known, as `words.toml` has them.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;

/// LINE's items, in the order in which it lists them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeItem {
    ChannelId,
    ChannelName,
    /// Name and id in one.
    Channel,
    Reason,
    Detail,
    Count,
    Time,
    Url,
}

impl NoticeItem {
    pub const COUNT: usize = 8;
    /// Those that groups of items may share, because they stand once for all of them.
    pub const SHARED: [NoticeItem; 5] =
        [NoticeItem::ChannelId, NoticeItem::ChannelName, NoticeItem::Channel, NoticeItem::Time, NoticeItem::Url];

    pub fn is_shared(self) -> bool {
        NoticeItem::SHARED.contains(&self)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Errors,
    RedeliveryStopped,
}

#[derive(Deserialize)]
pub struct Words {
    items: BTreeMap<NoticeItem, Vec<String>>,
    common: BTreeMap<NoticeItem, Vec<String>>,
    pub subjects: BTreeMap<Kind, Vec<String>>,
    pub forwarded: Forwarded,
    /// The names of items, as [`normal`] writes them, the longest first, and whether they are LINE's own.
    #[serde(skip)]
    pub names: Vec<(String, NoticeItem, bool)>,
}

#[derive(Deserialize)]
pub struct Forwarded {
    pub prefixes: Vec<String>,
    pub subject: Vec<String>,
    pub date: Vec<String>,
    pub other: Vec<String>,
}

pub static WORDS: LazyLock<Words> = LazyLock::new(|| {
    let mut words: Words = toml::from_str(include_str!("words.toml")).expect("words.toml is tested");
    for (names, own) in [(&words.items, true), (&words.common, false)] {
        let spelled = names.iter().flat_map(|(item, names)| names.iter().map(move |name| (normal(name), *item, own)));
        words.names.extend(spelled);
    }
    words.names.sort_by_key(|(name, ..)| std::cmp::Reverse(name.len()));
    let Forwarded { subject, date, other, .. } = &mut words.forwarded;
    [subject, date, other].into_iter().flatten().for_each(|name| *name = normal(name));
    words
});

/// A letter or digit in lower case and usual width, which may be several.
pub fn plain(c: char) -> impl Iterator<Item = char> {
    std::iter::once(c).nfkc().flat_map(char::to_lowercase)
}

/// The letters and digits of a name.
pub fn normal(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(plain).collect()
}
