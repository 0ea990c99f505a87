//! The numbers that stand in a row of any table, and their words.

use crate::{
    analysis::{ChannelRow, DetailRow, HostRow, ReasonRow, Totals},
    taxonomy::Lang,
};

/// Errors, and how they compare; `share` is between 0 and 1, `change_pct` in percent of the previous errors.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counts {
    pub errors: u64,
    pub share: f64,
    pub previous: Option<u64>,
    pub change: Option<i64>,
    pub change_pct: Option<f64>,
}

impl Counts {
    /// Of a host; hosts are not compared.
    pub fn of_host(row: &HostRow, totals: &Totals) -> Counts {
        let share = row.errors as f64 / totals.errors.max(1) as f64;
        Counts { errors: row.errors, share, previous: None, change: None, change_pct: None }
    }

    /// Errors, share, errors before and change, as a table shows them; empty where nothing is compared.
    pub fn cells(&self, lang: Lang) -> [String; 4] {
        [
            lang.number(self.errors),
            lang.percent(self.share),
            self.previous.map_or_else(String::new, |errors| lang.number(errors)),
            self.short_change(lang).unwrap_or_default(),
        ]
    }

    /// The change as short as it gets: in percent, or as a number where there was nothing before. None where nothing is
    /// compared.
    pub fn short_change(&self, lang: Lang) -> Option<String> {
        Some(match (self.change?, self.change_pct) {
            (0, _) => "±0".to_owned(),
            (_, Some(percent)) => lang.change(percent),
            (change, None) => format!("{}{}", if change < 0 { '-' } else { '+' }, lang.number(change.unsigned_abs())),
        })
    }
}

impl From<&ReasonRow> for Counts {
    fn from(&ReasonRow { errors, share, previous_errors: previous, change, change_pct, .. }: &ReasonRow) -> Self {
        Counts { errors, share, previous, change, change_pct }
    }
}

impl From<&DetailRow> for Counts {
    fn from(&DetailRow { errors, share, previous_errors: previous, change, change_pct, .. }: &DetailRow) -> Self {
        Counts { errors, share, previous, change, change_pct }
    }
}

impl From<&ChannelRow> for Counts {
    fn from(&ChannelRow { errors, share, previous_errors: previous, change, change_pct, .. }: &ChannelRow) -> Self {
        Counts { errors, share, previous, change, change_pct }
    }
}

impl From<&Totals> for Counts {
    fn from(&Totals { errors, previous_errors: previous, change, change_pct, .. }: &Totals) -> Self {
        Counts { errors, share: 1.0, previous, change, change_pct }
    }
}
