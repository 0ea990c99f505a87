//! Scripts that no font on this machine has.

use std::collections::BTreeMap;

use resvg::usvg::fontdb::Weight;
use unicode_script::{Script, UnicodeScript};

use super::{
    fonts::{Fonts, needs_fallback},
    svg::Svg,
};
use crate::{
    model::{Sentence, SentenceKey, key},
    taxonomy::Lang,
};

/// A script of which drawn texts have characters that no font on this machine has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingScript {
    script: FontScript,
    /// Some of the characters, at most eight.
    pub examples: String,
}

/// A script that comes with one font.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct FontScript {
    /// None for scripts that have their Unicode name in every language.
    key: Option<SentenceKey>,
    name: &'static str,
    /// The Debian package with a font that has it.
    package: &'static str,
}

impl FontScript {
    fn of(c: char) -> FontScript {
        let known = |key, package| FontScript { key: Some(key), name: "", package };
        match c.script() {
            Script::Han | Script::Hiragana | Script::Katakana | Script::Bopomofo => {
                known(key::script::JAPANESE_OR_CHINESE, "fonts-noto-cjk")
            }
            Script::Hangul => known(key::script::KOREAN, "fonts-noto-cjk"),
            Script::Thai => known(key::script::THAI, "fonts-noto-core"),
            Script::Arabic => known(key::script::ARABIC, "fonts-noto-core"),
            Script::Hebrew => known(key::script::HEBREW, "fonts-noto-core"),
            // Punctuation and full-width forms that only East Asian fonts have.
            _ if matches!(c, '\u{3000}'..='\u{33ff}' | '\u{fe10}'..='\u{fe4f}' | '\u{ff00}'..='\u{ffef}') => {
                known(key::script::JAPANESE_OR_CHINESE, "fonts-noto-cjk")
            }
            // fonts-noto-color-emoji holds bitmaps, which the pictures do not use.
            Script::Common | Script::Inherited => known(key::script::EMOJI, "fonts-symbola"),
            other => FontScript { key: None, name: other.full_name(), package: "fonts-noto-core" },
        }
    }
}

impl MissingScript {
    /// The warning that names from files are boxes; it names script and package.
    pub fn warning(&self, lang: Lang) -> Sentence {
        self.sentence(lang, key::chart::NO_FONT)
    }

    /// The warning that pictures are in English, since this is the language's script.
    pub fn in_english(&self, lang: Lang) -> Sentence {
        self.sentence(lang, key::chart::NO_FONT_FOR_LANGUAGE)
    }

    fn sentence(&self, lang: Lang, key: key::SentenceKey) -> Sentence {
        Sentence::new(key)
            .with("script", self.script.key.map_or(self.script.name, |key| lang.phrase(key)))
            .with("examples", &self.examples)
            .with("package", self.script.package)
    }
}

/// The scripts in the drawings' texts that no font on this machine has, so that the PNG would show boxes in their
/// place. Empty, and without a look at the machine's fonts, if the embedded font has everything.
pub fn missing_scripts<'a>(svgs: impl IntoIterator<Item = &'a Svg>) -> Vec<MissingScript> {
    missing_in(svgs.into_iter().flat_map(Svg::foreign), machine_has)
}

fn machine_has(c: char) -> bool {
    Fonts::of_machine().fallback(c, Weight::NORMAL.0, Lang::default()).is_some()
}

fn missing_in<'a>(texts: impl IntoIterator<Item = &'a str>, has: impl Fn(char) -> bool) -> Vec<MissingScript> {
    let mut missing: BTreeMap<FontScript, Vec<char>> = BTreeMap::new();
    for c in texts.into_iter().flat_map(str::chars).filter(|c| needs_fallback(*c)) {
        let examples = missing.entry(FontScript::of(c)).or_default();
        if !examples.contains(&c) && !has(c) {
            examples.push(c);
        }
    }
    missing
        .into_iter()
        .filter(|(_, characters)| !characters.is_empty())
        .map(|(script, characters)| MissingScript { script, examples: characters.into_iter().take(8).collect() })
        .collect()
}

/// The language for the words of pictures: the one asked for if this machine's fonts have its script, else English.
pub fn picture_language(lang: Lang) -> Lang {
    let words =
        crate::model::SentenceKey::all().filter(|key| key.name().starts_with("chart.")).map(|key| lang.phrase(key));
    if missing_in(words, machine_has).is_empty() { lang } else { Lang::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn missing(text: &str) -> Vec<(String, &'static str)> {
        let name = |script: FontScript| script.key.map_or(script.name, |key| Lang::En.phrase(key)).to_owned();
        missing_in([text], |_| false).iter().map(|missing| (name(missing.script), missing.script.package)).collect()
    }

    #[test]
    fn a_missing_script_is_named_with_its_package() {
        assert_eq!(missing("shop Ünïcode Ωμέγα Привет"), []);
        assert_eq!(missing("予約ショップ"), [("Japanese or Chinese".into(), "fonts-noto-cjk")]);
        assert_eq!(missing("ー、（"), [("Japanese or Chinese".into(), "fonts-noto-cjk")]);
        assert_eq!(missing("가게"), [("Korean".into(), "fonts-noto-cjk")]);
        assert_eq!(missing("ร้าน"), [("Thai".into(), "fonts-noto-core")]);
        assert_eq!(missing("متجر"), [("Arabic".into(), "fonts-noto-core")]);
        assert_eq!(missing("🍣"), [("Emoji or symbols".into(), "fonts-symbola")]);
        assert_eq!(missing("ታቦት"), [("Ethiopic".into(), "fonts-noto-core")]);
    }

    #[test]
    fn a_script_that_the_system_has_is_not_missing() {
        assert_eq!(missing_in(["ショップ"], |_| true), []);
        let partly = missing_in(["あ鷗"], |c| c == 'あ');
        assert_eq!(partly[0].examples, "鷗");
    }

    #[test]
    fn what_is_invisible_needs_no_font() {
        assert_eq!(missing("a\u{200f}b\u{fe0f}"), []);
    }

    #[test]
    fn the_text_alternative_is_not_drawn() {
        let svg = crate::chart::canvas::draw(9.0, |_| ()).0.close(Lang::En, (9.0, 9.0), "ショップ", &[]);
        assert_eq!(svg.foreign().count(), 0);
    }
}
