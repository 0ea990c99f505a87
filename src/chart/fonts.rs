//! Fonts: one that is always there, and the system's for what it lacks.
//!
//! Noto Sans is part of the program and has the Latin, Greek and Cyrillic scripts. Other scripts are
//! left to the fonts of the machine, which are looked for only when a text needs them: reading them
//! takes longer than drawing.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use resvg::usvg::fontdb::{Database, FaceInfo, ID, Source, Weight};
use skrifa::{
    FontRef, MetadataProvider, charmap::Charmap, instance::LocationRef, metrics::GlyphMetrics, prelude::Size,
    raw::TableProvider,
};
use unicode_script::{Script, UnicodeScript};

use crate::{model::Sentence, taxonomy::Lang};

/// The family of the embedded font.
pub const FAMILY: &str = "Noto Sans";

/// A face of the embedded font, for coverage and widths.
pub struct Embedded {
    charmap: Charmap<'static>,
    metrics: GlyphMetrics<'static>,
    units_per_em: f64,
}

fn embedded(bytes: &'static [u8]) -> Embedded {
    let font = FontRef::new(bytes).expect("the embedded font is sound");
    let units_per_em = f64::from(font.metrics(Size::unscaled(), LocationRef::default()).units_per_em.max(1));
    Embedded {
        charmap: font.charmap(),
        metrics: font.glyph_metrics(Size::unscaled(), LocationRef::default()),
        units_per_em,
    }
}

static REGULAR: LazyLock<Embedded> = LazyLock::new(|| embedded(notosans::REGULAR_TTF));
static BOLD: LazyLock<Embedded> = LazyLock::new(|| embedded(notosans::BOLD_TTF));

impl Embedded {
    pub fn face(bold: bool) -> &'static Embedded {
        if bold { &BOLD } else { &REGULAR }
    }

    /// Whether the face can draw the character.
    pub fn has(&self, c: char) -> bool {
        self.charmap.map(c).is_some()
    }

    /// The width in ems of the character, or of the box that stands for one that the face lacks.
    pub fn advance_or_box(&self, c: char) -> f64 {
        let glyph = self.charmap.map(c).unwrap_or_default();
        self.metrics.advance_width(glyph).map_or(0.6, f64::from) / self.units_per_em
    }

    /// The character's width in ems; `None` if the face lacks it.
    pub fn advance(&self, c: char) -> Option<f64> {
        Some(f64::from(self.metrics.advance_width(self.charmap.map(c)?)?) / self.units_per_em)
    }
}

/// Fonts to draw with, and which of them draws a character that the embedded one lacks.
pub struct Fonts {
    pub database: Arc<Database>,
    found: Mutex<Found>,
}

/// By character and weight.
type Found = HashMap<(char, u16), Option<ID>>;

/// The embedded font alone.
static ALONE: LazyLock<Fonts> = LazyLock::new(|| Fonts::of(embedded_database()));
/// The embedded font, and after it the machine's.
static WITH_SYSTEM: LazyLock<Fonts> = LazyLock::new(|| {
    let mut database = embedded_database();
    database.load_system_fonts();
    Fonts::of(database)
});

fn embedded_database() -> Database {
    let mut database = Database::new();
    for bytes in [notosans::REGULAR_TTF, notosans::BOLD_TTF] {
        database.load_font_source(Source::Binary(Arc::new(bytes)));
    }
    for set in [
        Database::set_sans_serif_family::<&str>,
        Database::set_serif_family,
        Database::set_monospace_family,
        Database::set_cursive_family,
        Database::set_fantasy_family,
    ] {
        set(&mut database, FAMILY);
    }
    database
}

impl Fonts {
    fn of(database: Database) -> Fonts {
        Fonts { database: Arc::new(database), found: Mutex::default() }
    }

    /// The fonts that a drawing needs: the machine's are read only if the embedded one is not enough.
    pub fn for_drawing(svg: &str) -> &'static Fonts {
        if foreign(svg).next().is_none() { &ALONE } else { &WITH_SYSTEM }
    }

    /// The face that draws a character which others lack, the same one on every run: sans-serif
    /// before serif, Noto Sans before others, Japanese forms of Han characters before others, the
    /// nearest weight, then by name.
    pub fn fallback(&self, c: char, weight: u16) -> Option<ID> {
        if let Some(found) = self.found.lock().unwrap_or_else(PoisonError::into_inner).get(&(c, weight)) {
            return *found;
        }
        let drawing = self.database.faces().filter(|face| self.draws(face.id, c));
        let found = drawing.min_by_key(|face| rank(face, weight)).map(|face| face.id);
        self.found.lock().unwrap_or_else(PoisonError::into_inner).insert((c, weight), found);
        found
    }

    /// Whether a face has an outline for the character. Faces made of bitmaps alone (colour emoji)
    /// have not: they would leave a gap without a word.
    pub fn draws(&self, face: ID, c: char) -> bool {
        let draws = |data: &[u8], index: u32| -> bool {
            FontRef::from_index(data, index).is_ok_and(|font| {
                font.charmap().map(c).is_some()
                    && (font.glyf().is_ok() || font.cff().is_ok() || font.cff2().is_ok() || font.colr().is_ok())
            })
        };
        self.database.with_face_data(face, draws).unwrap_or(false)
    }

    /// A family name that stands for exactly this face; see [`Fonts::face`].
    pub fn face_name(&self, face: ID) -> Option<String> {
        let index = self.database.faces().position(|other| other.id == face)?;
        Some(format!("{FACE_PREFIX}{index}"))
    }

    /// The face that a name of [`Fonts::face_name`] stands for.
    pub fn face(&self, name: &str) -> Option<ID> {
        let index = name.strip_prefix(FACE_PREFIX)?.parse().ok()?;
        self.database.faces().nth(index).map(|face| face.id)
    }
}

const FACE_PREFIX: &str = "errstat-face-";

/// The characters of a drawing that the embedded font lacks. The root element is left out, since it
/// holds the text alternative; markup is ASCII.
fn foreign(svg: &str) -> impl Iterator<Item = char> {
    let root = if svg.starts_with("<svg") { svg.find('>').unwrap_or(0) } else { 0 };
    svg[root..].chars().filter(|c| needs_fallback(*c))
}

/// Whether a character is to be seen and the embedded font lacks it.
pub fn needs_fallback(c: char) -> bool {
    let embedded = Embedded::face(false).has(c) && Embedded::face(true).has(c);
    !(c.is_ascii() || invisible(c) || embedded)
}

/// Characters that no font needs to draw: joiners, marks of direction, variation selectors.
pub fn invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}')
}

fn rank(face: &FaceInfo, weight: u16) -> (bool, bool, bool, u16, &str, &str) {
    let family = face.families.first().map_or("", |(name, _)| name.as_str());
    let unlike =
        face.monospaced || ["Serif", "Mincho", "Ming", "Song", "Mono"].iter().any(|word| family.contains(word));
    let other_forms = family.contains("CJK") && !family.contains("JP");
    (unlike, !family.starts_with(FAMILY), other_forms, face.weight.0.abs_diff(weight), family, &face.post_script_name)
}

/// A script of which drawn texts have characters that no font on this machine has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingScript {
    script: Group,
    /// Some of the characters, at most eight.
    pub examples: String,
}

/// Scripts that come with one font.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Group {
    JapaneseOrChinese,
    Korean,
    Thai,
    Arabic,
    Hebrew,
    Emoji,
    Other(&'static str),
}

fn group(c: char) -> Group {
    match c.script() {
        Script::Han | Script::Hiragana | Script::Katakana | Script::Bopomofo => Group::JapaneseOrChinese,
        Script::Hangul => Group::Korean,
        Script::Thai => Group::Thai,
        Script::Arabic => Group::Arabic,
        Script::Hebrew => Group::Hebrew,
        // Punctuation and full-width forms that only East Asian fonts have.
        _ if matches!(c, '\u{3000}'..='\u{33ff}' | '\u{fe10}'..='\u{fe4f}' | '\u{ff00}'..='\u{ffef}') => {
            Group::JapaneseOrChinese
        }
        Script::Common | Script::Inherited => Group::Emoji,
        other => Group::Other(other.full_name()),
    }
}

impl MissingScript {
    /// The script's name.
    pub fn name(&self, lang: Lang) -> String {
        match self.script {
            Group::JapaneseOrChinese => lang.phrase("script.japanese_or_chinese").to_owned(),
            Group::Korean => lang.phrase("script.korean").to_owned(),
            Group::Thai => lang.phrase("script.thai").to_owned(),
            Group::Arabic => lang.phrase("script.arabic").to_owned(),
            Group::Hebrew => lang.phrase("script.hebrew").to_owned(),
            Group::Emoji => lang.phrase("script.emoji").to_owned(),
            Group::Other(name) => name.to_owned(),
        }
    }

    /// The Debian package with a font that has the script.
    pub fn package(&self) -> &'static str {
        match self.script {
            Group::JapaneseOrChinese | Group::Korean => "fonts-noto-cjk",
            Group::Thai | Group::Arabic | Group::Hebrew | Group::Other(_) => "fonts-noto-core",
            // fonts-noto-color-emoji holds bitmaps, which the pictures do not use.
            Group::Emoji => "fonts-symbola",
        }
    }

    /// The warning, which names script and package.
    pub fn warning(&self, lang: Lang) -> Sentence {
        Sentence::new("chart.no_font")
            .with("script", self.name(lang))
            .with("examples", &self.examples)
            .with("package", self.package())
    }
}

/// The scripts in the drawings' texts that no font on this machine has, so that the PNG would show
/// boxes in their place. Empty, and without a look at the machine's fonts, if the embedded font has
/// everything.
pub fn missing_scripts<'a>(svgs: impl IntoIterator<Item = &'a str>) -> Vec<MissingScript> {
    missing_in(svgs, |c| WITH_SYSTEM.fallback(c, Weight::NORMAL.0).is_some())
}

fn missing_in<'a>(svgs: impl IntoIterator<Item = &'a str>, system_has: impl Fn(char) -> bool) -> Vec<MissingScript> {
    let mut missing: BTreeMap<Group, Vec<char>> = BTreeMap::new();
    for c in svgs.into_iter().flat_map(foreign) {
        let examples = missing.entry(group(c)).or_default();
        if !examples.contains(&c) && !system_has(c) {
            examples.push(c);
        }
    }
    missing
        .into_iter()
        .filter(|(_, characters)| !characters.is_empty())
        .map(|(script, characters)| MissingScript { script, examples: characters.into_iter().take(8).collect() })
        .collect()
}

/// The language for the words of pictures: the one asked for if this machine's fonts have its
/// script, else English.
pub fn picture_language(lang: Lang) -> Lang {
    let words = lang.keys().filter(|key| key.starts_with("chart.")).map(|key| lang.phrase(key));
    if lang == Lang::En || missing_scripts(words).is_empty() { lang } else { Lang::En }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn missing(text: &str) -> Vec<(String, &'static str)> {
        missing_in([format!("<svg>{text}</svg>").as_str()], |_| false)
            .iter()
            .map(|missing| (missing.name(Lang::En), missing.package()))
            .collect()
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
        assert_eq!(missing_in(["<svg>ショップ</svg>"], |_| true), []);
        let partly = missing_in(["<svg>あ鷗</svg>"], |c| c == 'あ');
        assert_eq!(partly[0].examples, "鷗");
    }

    #[test]
    fn what_is_invisible_needs_no_font() {
        assert_eq!(missing("a\u{200f}b\u{fe0f}"), []);
    }

    #[test]
    fn the_text_alternative_is_not_drawn() {
        assert_eq!(missing_in(["<svg aria-label=\"ショップ\">shop</svg>"], |_| false), []);
    }

    #[test]
    fn the_signs_that_charts_draw_are_in_the_embedded_font() {
        for c in "–—·…−±×%/:,.()0123456789".chars() {
            assert!(Embedded::face(false).has(c) && Embedded::face(true).has(c), "{c}");
        }
    }
}
