//! Keys of sentences: a constant for each line of `taxonomy/*/*.toml`, made by `build.rs`. That of `[note] gap = "…"` is
//! `note::GAP`.

use std::fmt;

/// The key of a sentence, which every language has.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SentenceKey(u16);

impl SentenceKey {
    /// Every key.
    pub fn all() -> impl Iterator<Item = SentenceKey> {
        (0..).map(SentenceKey).take(NAMES.len())
    }

    /// Its place among all.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }

    /// Table and key with a point between them.
    pub fn name(self) -> &'static str {
        NAMES[self.index()]
    }

    /// How JSON calls it: without its table, and with hyphens.
    pub fn code(self) -> String {
        let (_, key) = self.name().split_once('.').unwrap_or_default();
        key.replace('_', "-")
    }
}

impl fmt::Debug for SentenceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

include!(concat!(env!("OUT_DIR"), "/keys.rs"));
