//! Texts that need several fonts, cut into pieces of one font each.
//!
//! The renderer falls back to other fonts glyph by glyph, which fails silently where the fonts make
//! different numbers of glyphs of a text, as they do with Thai and Arabic. So the pieces are found
//! here: by script direction (Unicode Standard Annex #9) and by the face that has the characters. Each
//! becomes a text element of its own, placed by its shaped width.

use std::ops::Range;

use harfrust::{Direction, ShapeOptions, ShaperData, UnicodeBuffer};
use resvg::usvg::fontdb::ID;
use unicode_bidi::{BidiInfo, Level};

use super::{
    fonts::{Embedded, Fonts, invisible, needs_fallback},
    measure::RIGHT_TO_LEFT_MARK,
    svg::Svg,
};
use crate::taxonomy::Lang;

/// A part of a text in one face.
#[derive(Debug)]
struct Piece {
    text: String,
    /// `None` for the embedded font.
    face: Option<ID>,
    /// In ems.
    width: f64,
}

/// The drawing with its texts cut into pieces where the embedded font is not enough.
pub fn itemize(svg: &Svg, fonts: &Fonts) -> String {
    svg.rewritten(|out, label| {
        let pieces = pieces(&label.text, if label.bold { 700 } else { 400 }, svg.lang(), fonts);
        let size = f64::from(label.size);
        let width: f64 = pieces.iter().map(|piece| piece.width * size).sum();
        let before = match label.anchor {
            None => 0.0,
            Some("middle") => 0.5,
            Some(_) => 1.0,
        };
        let mut left = f64::from(label.x) - before * width;
        for piece in pieces {
            let family = piece.face.and_then(|face| fonts.face_name(face));
            label.write(out, &piece.text, format_args!("{left:.1}"), None, family.as_deref());
            left += piece.width * size;
        }
    })
}

/// The pieces from left to right.
fn pieces(text: &str, weight: u16, lang: Lang, fonts: &Fonts) -> Vec<Piece> {
    let bidi = BidiInfo::new(text, Some(Level::ltr()));
    let mut pieces = Vec::new();
    for paragraph in &bidi.paragraphs {
        let (levels, runs) = bidi.visual_runs(paragraph, paragraph.range.clone());
        for run in runs {
            let right_to_left = levels[run.start].is_rtl();
            let mut parts = by_face(text, run, weight, lang, fonts);
            if right_to_left {
                parts.reverse();
            }
            pieces.extend(parts.into_iter().map(|(part, face)| piece(&text[part], face, weight, right_to_left, fonts)));
        }
    }
    pieces
}

/// Cuts a run where its face changes. What no font needs to draw, and spaces and punctuation that the
/// face before has, stay with that face.
fn by_face(text: &str, run: Range<usize>, weight: u16, lang: Lang, fonts: &Fonts) -> Vec<(Range<usize>, Option<ID>)> {
    let mut parts: Vec<(Range<usize>, Option<ID>)> = Vec::new();
    for (at, c) in text[run.clone()].char_indices() {
        let (start, end) = (run.start + at, run.start + at + c.len_utf8());
        let stays = |face: Option<ID>| {
            invisible(c) || face.is_some_and(|face| (needs_fallback(c) || !c.is_alphanumeric()) && fonts.draws(face, c))
        };
        match parts.last_mut() {
            Some((part, face)) if stays(*face) => part.end = end,
            last => {
                let face = if needs_fallback(c) { fonts.fallback(c, weight, lang) } else { None };
                match last {
                    Some((part, before)) if *before == face => part.end = end,
                    _ => parts.push((start..end, face)),
                }
            }
        }
    }
    parts
}

fn piece(text: &str, face: Option<ID>, weight: u16, right_to_left: bool, fonts: &Fonts) -> Piece {
    let width = match face {
        Some(face) => shaped(text, face, right_to_left, fonts),
        None => text.chars().filter(|c| !invisible(*c)).map(|c| Embedded::face(weight > 500).advance_or_box(c)).sum(),
    };
    let text = match text.strip_prefix(' ') {
        // The marks keep the direction of a piece that stands alone.
        _ if right_to_left => format!("{RIGHT_TO_LEFT_MARK}{text}{RIGHT_TO_LEFT_MARK}"),
        // SVG leaves out the space that a text begins with.
        Some(rest) => format!("\u{a0}{rest}"),
        None => text.to_owned(),
    };
    Piece { text, face, width }
}

/// The width of a text in a face, in ems, as the renderer shapes it.
fn shaped(text: &str, face: ID, right_to_left: bool, fonts: &Fonts) -> f64 {
    let shape = |data: &[u8], index: u32| -> Option<f64> {
        let font = harfrust::FontRef::from_index(data, index).ok()?;
        let shapes = ShaperData::new(&font);
        let shaper = shapes.shaper(&font).build();
        let mut buffer = UnicodeBuffer::new();
        buffer.push_str(text);
        buffer.set_direction(if right_to_left { Direction::RightToLeft } else { Direction::LeftToRight });
        buffer.guess_segment_properties();
        let glyphs = shaper.shape(buffer, ShapeOptions::new());
        let units: i64 = glyphs.glyph_positions().iter().map(|position| i64::from(position.x_advance)).sum();
        Some(units as f64 / f64::from(shaper.units_per_em().max(1)))
    };
    fonts.database.with_face_data(face, shape).flatten().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::{
        canvas::{Anchor, draw},
        theme::{TEXT, Type},
    };

    fn drawn(text: &str) -> Svg {
        draw(200.0, |canvas| canvas.text(text, (100.0, 15.0), Type::plain(10.0), TEXT, Anchor::Right)).0.close(
            Lang::En,
            (200.0, 20.0),
            "",
            &[],
        )
    }

    /// Without other fonts every piece falls to the embedded one, which still shows where the cuts are.
    fn shown(text: &str) -> Vec<String> {
        pieces(text, 400, Lang::En, Fonts::embedded()).into_iter().map(|piece| piece.text).collect()
    }

    #[test]
    fn pieces_stand_in_visual_order() {
        assert_eq!(shown("shop 予約"), ["shop 予約"]);
        let arabic = shown("shop متجر 5…");
        assert_eq!(arabic[0], "shop ");
        assert!(arabic.last().unwrap().contains('…'), "{arabic:?}");
        assert_eq!(shown("on متجر since").last().unwrap(), "\u{a0}since");
    }

    #[test]
    fn a_drawing_in_known_scripts_is_left_alone() {
        let svg = drawn("shop");
        assert_eq!(itemize(&svg, Fonts::embedded()), svg.as_str());
    }

    #[test]
    fn markup_stays_escaped_and_anchors_hold() {
        let out = itemize(&drawn("<b> &amp; 店"), Fonts::embedded());
        let tree = resvg::usvg::roxmltree::Document::parse(&out).unwrap();
        let texts: Vec<_> = tree.descendants().filter(|node| node.has_tag_name("text")).collect();
        assert_eq!(texts.iter().filter_map(|node| node.text()).collect::<String>(), "<b> &amp; 店");
        assert!(texts[0].attribute("x").unwrap().parse::<f64>().unwrap() < 1000.0);
        assert_eq!(texts[0].attribute("text-anchor"), None);
    }
}
