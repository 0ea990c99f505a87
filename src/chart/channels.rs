//! The channels, a row each: how many errors, how they changed, and when, on a scale of its own.

use super::{
    canvas::{Canvas, Slot},
    page::Chart,
    ranking::{Drawn, Row, ranking},
    scene::Scene,
    theme::MUTED,
    timeline,
};
use crate::{
    analysis::ChannelRow,
    model::{Sentence, key},
    story::{Compared, cut},
};

/// The least that the top of a row's own scale stands for, so that one error does not look like an outage.
pub(crate) const LEAST_TOP: u64 = 10;

/// At most `top` channels as a picture of its own.
pub fn channels(scene: &Scene, top: usize) -> Chart {
    let title = scene.phrase(key::chart::CHANNELS).to_owned();
    let (rows, more) = cut(scene.lang, &scene.analysis.by_channel, top);
    let items = rows.iter().map(|row| {
        let counted = scene.counted(scene.channel_name(row.channel.as_deref()), row.errors);
        if row.at_least { scene.not_covered(counted) } else { counted }
    });
    let alt =
        [Some(scene.listed(&title, items)), more].into_iter().flatten().collect::<Vec<_>>().join(scene.lang.between());
    Chart::new(scene, "channels", title, alt, |canvas, slot| panel(canvas, slot, scene, top))
}

/// Draws at most `top` channels; gives the lower edge.
pub fn panel(canvas: &Canvas, slot: Slot, scene: &Scene, top: usize) -> f64 {
    let (shown, more) = cut(scene.lang, &scene.analysis.by_channel, top);
    let highest = |row: &ChannelRow| row.by_window.iter().copied().max().unwrap_or(0);
    let rows: Vec<Row<'_>> = shown
        .iter()
        .map(|channel| Row {
            name: scene.channel_name(channel.channel.as_deref()),
            under: if channel.at_least { scene.phrase(key::chart::PARTLY).to_owned() } else { String::new() },
            errors: channel.errors,
            at_least: channel.at_least,
            change: Compared::channel(scene.analysis, channel, scene.lang).change,
            drawn: Drawn::Columns(&channel.by_window, highest(channel).max(LEAST_TOP)),
        })
        .collect();
    let y = ranking(canvas, slot, scene, &rows);
    let note = scene.say(
        Sentence::new(key::chart::OWN_SCALES).with("title", timeline::title(scene)).with_number("least", LEAST_TOP),
    );
    let note = [more, Some(note)].into_iter().flatten().collect::<Vec<_>>().join(scene.lang.dot());
    canvas.paragraph(Slot { y, ..slot }, &note, scene.look.small, MUTED, 2)
}
