//! SVG to PNG.

use std::sync::Arc;

use rayon::prelude::*;
use resvg::{
    tiny_skia::{Pixmap, Transform},
    usvg::{self, FontFamily, FontResolver, Options, Tree},
};

use super::{
    fonts::{FAMILY, Fonts},
    itemize::itemize,
    svg::Svg,
};

/// The widest and highest picture that is made.
const LARGEST: f32 = 16_384.0;

/// Why a drawing did not become a PNG.
#[derive(Debug, thiserror::Error)]
pub enum PngError {
    #[error("the drawing is not valid SVG: {0}")]
    Svg(#[from] usvg::Error),
    #[error("a picture of {0} × {1} pixels is too large; choose a smaller scale")]
    Size(f32, f32),
    #[error("the PNG could not be encoded: {0}")]
    Encoding(#[from] png::EncodingError),
}

/// Draws an SVG at `scale` times its size. Text is there on a machine without fonts; see
/// [`missing_scripts`](super::missing_scripts) for what it may lack.
///
/// # Errors
/// When the picture would be empty or wider or higher than 16,384 pixels.
pub fn png(svg: &Svg, scale: f32) -> Result<Vec<u8>, PngError> {
    // Reading the machine's fonts takes longer than drawing.
    let fonts = if svg.foreign().next().is_none() { Fonts::embedded() } else { Fonts::of_machine() };
    let svg = itemize(svg, fonts);
    let select = FontResolver::default_font_selector();
    let options = Options {
        fontdb: Arc::clone(&fonts.database),
        font_family: FAMILY.to_owned(),
        font_resolver: FontResolver {
            select_font: Box::new(|font, database| {
                let chosen = font.families().iter().find_map(|family| match family {
                    FontFamily::Named(name) => fonts.face(name),
                    _ => None,
                });
                chosen.or_else(|| select(font, database))
            }),
            // Every text is in one font by now.
            select_fallback: Box::new(|_, _, _| None),
        },
        ..Options::default()
    };
    let tree = Tree::from_str(&svg, &options)?;
    let (w, h) = ((tree.size().width() * scale).round(), (tree.size().height() * scale).round());
    let too_large = PngError::Size(w, h);
    if !(1.0..=LARGEST).contains(&w) || !(1.0..=LARGEST).contains(&h) {
        return Err(too_large);
    }
    let mut pixmap = Pixmap::new(w as u32, h as u32).ok_or(too_large)?;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixmap.as_mut());
    encode(&pixmap)
}

/// Draws several SVGs on up to `threads` threads (0: as many as there are processors), each as [`png()`] does; the results
/// are in their order.
pub fn pngs(svgs: &[&Svg], scale: f32, threads: usize) -> Vec<Result<Vec<u8>, PngError>> {
    match rayon::ThreadPoolBuilder::new().num_threads(threads.min(svgs.len())).build() {
        Ok(pool) => pool.install(|| svgs.par_iter().with_max_len(1).map(|svg| png(svg, scale)).collect()),
        Err(_) => svgs.iter().map(|svg| png(svg, scale)).collect(),
    }
}

/// Charts have an opaque background, so the picture needs no transparency.
fn encode(pixmap: &Pixmap) -> Result<Vec<u8>, PngError> {
    let pixels = pixmap.data().as_chunks::<4>().0;
    let mut rgb = vec![0; 3 * pixels.len()];
    for (to, [red, green, blue, _]) in rgb.as_chunks_mut::<3>().0.iter_mut().zip(pixels) {
        *to = [*red, *green, *blue];
    }
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, pixmap.width(), pixmap.height());
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    // Measured on an overview, a heatmap and an incident: flat areas pack better unfiltered, and level 4 takes a third of
    // the time of level 6 for a sixth more bytes.
    encoder.set_deflate_compression(png::DeflateCompression::Level(4));
    encoder.set_filter(png::Filter::NoFilter);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&rgb)?;
    writer.finish()?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        chart::{
            canvas::{Anchor, draw},
            theme::{TEXT, Type},
        },
        taxonomy::Lang,
    };

    fn picture(text: &str) -> Svg {
        draw(200.0, |canvas| canvas.text(text, (10.0, 30.0), Type::plain(20.0), TEXT, Anchor::Left)).0.close(
            Lang::En,
            (200.0, 40.0),
            "",
            &[],
        )
    }

    /// Width, height and the pixels of a PNG, three bytes each.
    fn pixels(png: &[u8]) -> (u32, u32, Vec<u8>) {
        let mut reader = png::Decoder::new(std::io::Cursor::new(png)).read_info().unwrap();
        let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut bytes).unwrap();
        assert_eq!(info.color_type, png::ColorType::Rgb);
        (info.width, info.height, bytes)
    }

    #[test]
    fn text_is_there_without_any_font_of_the_system() {
        let (w, h, with) = pixels(&png(&picture("Fünf 5"), 2.0).unwrap());
        assert_eq!((w, h), (400, 80));
        let dark = |pixels: &[u8]| pixels.chunks(3).filter(|rgb| rgb[0] < 0x60).count();
        let (_, _, without) = pixels(&png(&picture(" "), 2.0).unwrap());
        assert_eq!(dark(&without), 0);
        assert!(dark(&with) > 300, "{}", dark(&with));
    }

    #[test]
    fn the_same_drawing_gives_the_same_bytes_on_any_number_of_threads() {
        let drawings: Vec<Svg> = (0..5).map(|n| picture(&format!("{n} → ショップ"))).collect();
        let drawings: Vec<&Svg> = drawings.iter().collect();
        let one: Vec<_> = drawings.iter().map(|svg| png(svg, 1.0).unwrap()).collect();
        for threads in [0, 1, 2, 9] {
            let several: Vec<_> = pngs(&drawings, 1.0, threads).into_iter().map(Result::unwrap).collect();
            assert_eq!(one, several);
        }
        assert!(pngs(&[], 1.0, 4).is_empty());
    }

    #[test]
    fn what_cannot_be_drawn_is_an_error() {
        for scale in [0.0, -1.0, f32::NAN, f32::INFINITY, 1e9] {
            assert!(matches!(png(&picture("502"), scale), Err(PngError::Size(..))), "{scale}");
        }
    }
}
