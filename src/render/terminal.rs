//! Text for a terminal or a log: what `summary`, `check`, `inspect` and `explain` print.
//!
//! `sheet` lays lines out, `ink` colours them, `graph` draws with characters; one module for each command
//! decides what stands where, and the summary has one more for each of its larger parts. Without colour there is no
//! escape code in the text.

mod breakdown;
mod check;
mod explain;
mod files;
mod graph;
mod incidents;
mod ink;
mod inspect;
mod inventory;
mod reconcile;
mod sheet;
mod summary;
mod timeline;

use crate::taxonomy::Lang;

pub use check::check;
pub use explain::explain;
pub use inspect::inspect;
pub use inventory::inventory;
pub use reconcile::reconcile;
pub use summary::summary;

/// How a terminal is to be written on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TerminalView {
    pub lang: Lang,
    /// How many details, channels, hosts, incidents and files a list has at most.
    pub top: usize,
    /// Cells of a line; from 30 to 120 are used.
    pub width: usize,
    /// Whether to write escape codes for colours.
    pub color: bool,
    /// Whether the terminal shows more than ASCII; if not, bars and curves are drawn with `#`.
    pub unicode: bool,
}
