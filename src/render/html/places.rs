//! Where it failed: channels and hosts.

use crate::analysis::Analysis;

use super::{
    palette::{Fill, Palette},
    sparkline,
    times::Clock,
    words::{change, shortened, trend},
};

/// Channels and hosts that are listed; more would be a page of their own.
pub(super) const LISTED: usize = 200;
/// Channels that get a drawing.
const DRAWN: usize = 40;

/// The section's tables.
#[derive(Clone, Debug)]
pub(super) struct Places {
    pub compared: bool,
    pub fill: Fill,
    pub channels: Vec<Place>,
    pub hosts: Vec<Place>,
    pub more_channels: usize,
    pub more_hosts: usize,
}

/// A channel or a host.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub index: usize,
    /// None where the input names none.
    pub name: Option<String>,
    pub number: u64,
    pub errors: String,
    pub width: String,
    pub share: String,
    pub change: Option<String>,
    pub change_number: i64,
    pub trend: &'static str,
    pub spark: String,
}

impl Places {
    pub fn new(analysis: &Analysis, clock: &Clock) -> Self {
        let lang = clock.lang;
        let channels = analysis.by_channel.iter().enumerate().take(LISTED).map(|(index, row)| Place {
            index,
            name: row.channel.as_deref().map(shortened),
            number: row.errors,
            errors: lang.number(row.errors),
            width: format!("{:.1}", (row.share * 100.0).clamp(0.0, 100.0)),
            share: lang.percent(row.share),
            change: change(lang, row.change, row.change_pct),
            change_number: row.change.unwrap_or(0),
            trend: trend(row.change),
            spark: if index < DRAWN { sparkline::bars(&row.by_window) } else { String::new() },
        });
        let of_all =
            |errors: u64| if analysis.totals.errors == 0 { 0.0 } else { errors as f64 / analysis.totals.errors as f64 };
        let hosts = analysis.by_host.iter().enumerate().take(LISTED).map(|(index, row)| Place {
            index,
            name: Some(shortened(&row.host)),
            number: row.errors,
            errors: lang.number(row.errors),
            width: format!("{:.1}", (of_all(row.errors) * 100.0).clamp(0.0, 100.0)),
            share: lang.percent(of_all(row.errors)),
            change: None,
            change_number: 0,
            trend: "same",
            spark: String::new(),
        });
        Places {
            fill: Palette::place(),
            compared: analysis.totals.previous_errors.is_some(),
            channels: channels.collect(),
            hosts: hosts.collect(),
            more_channels: analysis.by_channel.len().saturating_sub(LISTED),
            more_hosts: analysis.by_host.len().saturating_sub(LISTED),
        }
    }
}
