//! Pictures: plotters drawings as SVG text, and the same as PNG.
//!
//! Every drawing is a function of an [`Analysis`] and a language, byte for byte the same each time.
//! An SVG stands by itself: it has its own light colours, fetches nothing, and has no ids that could
//! clash when several stand in one page. Its elements have classes by which a page can make it dark
//! (`theme::dark_rules`).

mod canvas;
mod change;
mod channels;
mod details;
mod figures;
mod fonts;
mod heatmap;
mod incident;
mod itemize;
mod legend;
mod marks;
mod measure;
mod overview;
mod page;
mod plot;
mod png;
mod previous;
mod reasons;
#[cfg(test)]
mod sample;
mod scales;
mod scene;
mod scripts;
mod stack;
mod svg;
#[cfg(test)]
mod tests;
pub(crate) mod theme;
mod timeline;

pub(crate) use heatmap::{level as heat_level, weekday};
pub use page::Chart;
pub use png::{PngError, png, pngs};
pub(crate) use scene::ReasonInks;
pub use scripts::{MissingScript, missing_scripts, picture_language};
pub use svg::Svg;

use crate::story::Story;
use scene::Scene;

/// Every chart that the analysis has something for; rankings show at most `top` entries.
pub fn all(story: &Story<'_>) -> Vec<Chart> {
    let (analysis, top) = (story.analysis, story.top);
    let scene = Scene::new(story);
    let mut charts = vec![timeline::timeline(&scene), details::details(&scene, top)];
    if heatmap::known(&scene) {
        charts.push(heatmap::heatmap(&scene));
    }
    if scene.compared() {
        charts.push(reasons::reasons(&scene));
    }
    if analysis.by_channel.len() > 1 {
        charts.push(channels::channels(&scene, top));
    }
    charts.extend((0..analysis.worst_incidents(top).len()).filter_map(|index| incident::incident(&scene, index)));
    charts
}

/// One picture to paste into a chat: the headline, the totals with their change, the timeline, the top
/// details (at most six) and the heatmap. 1,200 pixels wide.
pub fn overview(story: &Story<'_>) -> Svg {
    overview::overview(&Scene::new(story), story.top)
}
