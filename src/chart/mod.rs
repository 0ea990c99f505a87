//! Pictures: plotters drawings as SVG text, and the same as PNG.
//!
//! Every drawing is a function of a [`Story`], byte for byte the same each time.
//! An SVG stands by itself: it has its own light colours, fetches nothing, and has no ids that could
//! clash when several stand in one page. Its elements have classes by which a page can make it dark
//! (`theme::dark_rules`).

mod canvas;
mod channels;
mod figures;
mod fonts;
mod heatmap;
mod incident;
mod itemize;
mod latency;
mod legend;
mod marks;
mod measure;
mod overview;
mod page;
mod plot;
mod png;
mod ranking;
#[cfg(test)]
pub(crate) mod sample;
mod scales;
mod scene;
mod scripts;
mod stack;
mod strip;
mod svg;
#[cfg(test)]
mod tests;
pub(crate) mod theme;
mod timeline;
mod webhooks;

pub(crate) use channels::LEAST_TOP;
pub(crate) use heatmap::{level as heat_level, strongest, weekday};
pub use page::Chart;
pub use png::{PngError, png, pngs};
pub(crate) use scene::ReasonInks;
pub use scripts::{MissingScript, missing_scripts, picture_language};
pub(crate) use strip::ink as strip_ink;
pub use svg::Svg;
pub(crate) use timeline::unit;

use crate::{analysis::Bucket, story::Story};
use scene::Scene;

/// Every chart that the story has something for, about as wide as a page.
pub fn all(story: &Story<'_>) -> Vec<Chart> {
    let (page, small) = (Scene::new(story, &theme::PAGE), Scene::new(story, &theme::SMALL));
    let several = story.analysis.by_channel.len() > 1;
    let charts = strip::strip(&page).into_iter().chain([timeline::timeline(&page)]);
    let charts = charts.chain(several.then(|| channels::channels(&page, story.top))).chain(heatmap::heatmap(&page));
    let charts = charts.chain(of_logs(Scene::new(story, &theme::PAGE)));
    charts.chain((0..story.events.shown.len()).filter_map(|index| incident::incident(&small, index))).collect()
}

/// The names of the charts of access logs.
pub const OF_LOGS: [&str; 2] = ["webhooks", "latency"];

/// Of the windows without any log only a few on each side are drawn, as parts of those with one.
const BESIDE_LOG: usize = 20;

fn of_logs(scene: Scene) -> impl Iterator<Item = Chart> {
    let logged = |bucket: &Bucket| bucket.log.requests.is_some();
    let all = scene.windows;
    let first = all.iter().position(logged).unwrap_or(0);
    let end = all.iter().rposition(logged).map_or(all.len(), |last| last + 1);
    let beside = (end - first) / BESIDE_LOG;
    let scene = scene.within(first.saturating_sub(beside)..all.len().min(end + beside));
    webhooks::webhooks(&scene).into_iter().chain(latency::latency(&scene))
}

/// The charts of access logs as a phone's page shows them.
pub fn for_phone(story: &Story<'_>) -> Vec<Chart> {
    of_logs(Scene::new(story, &theme::MAIL)).collect()
}

/// The charts of a mail, narrow and with large type: the like periods before, and the worst incident or, without one,
/// the timeline.
pub fn for_mail(story: &Story<'_>) -> Vec<Chart> {
    let scene = Scene::new(story, &theme::MAIL);
    let quiet = story.analysis.totals.errors == 0;
    let worst = incident::beside_text(&scene, 0).or_else(|| (!quiet).then(|| timeline::timeline(&scene)));
    strip::strip(&scene).into_iter().chain(worst).collect()
}

/// The charts inside a page: the like periods before, and the worst incidents, at most so many.
pub fn inline(story: &Story<'_>, incidents: usize) -> Vec<Chart> {
    let scene = Scene::new(story, &theme::INLINE);
    strip::strip(&scene).into_iter().chain((0..incidents).filter_map(|at| incident::beside_text(&scene, at))).collect()
}

/// One picture to paste into a chat: state, headline, what is usual, the timeline, the top causes, the channels, and what
/// to do first. 1,200 pixels wide.
pub fn overview(story: &Story<'_>) -> Svg {
    overview::overview(&Scene::new(story, &theme::POSTER))
}
