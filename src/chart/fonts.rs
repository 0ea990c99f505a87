//! Fonts: one that is always there, and the system's for what it lacks.
//!
//! Noto Sans is part of the program and has the Latin, Greek and Cyrillic scripts. Other scripts are
//! left to the fonts of the machine, which are looked for only when a text needs them: reading them
//! takes longer than drawing.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock},
};

use parking_lot::Mutex;
use resvg::usvg::fontdb::{Database, FaceInfo, ID, Source};
use skrifa::{
    FontRef, MetadataProvider, charmap::Charmap, instance::LocationRef, metrics::GlyphMetrics, prelude::Size,
    raw::TableProvider,
};

use crate::taxonomy::Lang;

/// The family of the embedded font.
pub const FAMILY: &str = "Noto Sans";

const REGULAR_TTF: &[u8] = include_bytes!("fonts/NotoSans-Regular.ttf");
const BOLD_TTF: &[u8] = include_bytes!("fonts/NotoSans-Bold.ttf");

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

static REGULAR: LazyLock<Embedded> = LazyLock::new(|| embedded(REGULAR_TTF));
static BOLD: LazyLock<Embedded> = LazyLock::new(|| embedded(BOLD_TTF));

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
    found: Mutex<FaceFor>,
}

/// The face for a character, a weight and a language; none where no font has it.
type FaceFor = HashMap<(char, u16, Lang), Option<ID>>;

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
    for bytes in [REGULAR_TTF, BOLD_TTF] {
        database.load_font_source(Source::Binary(Arc::new(bytes)));
    }
    database
}

impl Fonts {
    fn of(database: Database) -> Fonts {
        Fonts { database: Arc::new(database), found: Mutex::default() }
    }

    /// The embedded font, and after it those of the machine.
    pub fn of_machine() -> &'static Fonts {
        &WITH_SYSTEM
    }

    /// The embedded font alone.
    pub fn embedded() -> &'static Fonts {
        &ALONE
    }

    /// The face that draws a character which others lack, the same one on every run: sans-serif
    /// before serif, the families of the language first, Noto Sans before others, the nearest weight, then by name.
    pub fn fallback(&self, c: char, weight: u16, lang: Lang) -> Option<ID> {
        let asked = (c, weight, lang);
        if let Some(found) = self.found.lock().get(&asked) {
            return *found;
        }
        let drawing = self.database.faces().filter(|face| self.draws(face.id, c));
        let found = drawing.min_by_key(|face| rank(face, weight, lang)).map(|face| face.id);
        self.found.lock().insert(asked, found);
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

/// Whether a character is to be seen and the embedded font lacks it.
pub fn needs_fallback(c: char) -> bool {
    let embedded = Embedded::face(false).has(c) && Embedded::face(true).has(c);
    !(c.is_ascii() || invisible(c) || embedded)
}

/// Characters that no font needs to draw: joiners, marks of direction, variation selectors.
pub fn invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}')
}

fn rank(face: &FaceInfo, weight: u16, lang: Lang) -> (bool, usize, bool, u16, &str, &str) {
    let family = face.families.first().map_or("", |(name, _)| name.as_str());
    let unlike =
        face.monospaced || ["Serif", "Mincho", "Ming", "Song", "Mono"].iter().any(|word| family.contains(word));
    let families = &lang.language().fonts;
    let place = families.iter().position(|known| known == family).unwrap_or(families.len());
    (unlike, place, !family.starts_with(FAMILY), face.weight.0.abs_diff(weight), family, &face.post_script_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signs_that_charts_draw_are_in_the_embedded_font() {
        for c in "–—·…−±×%/:,.()0123456789".chars() {
            assert!(Embedded::face(false).has(c) && Embedded::face(true).has(c), "{c}");
        }
    }
}
