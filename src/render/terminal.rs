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
mod server_log;
mod sheet;
mod summary;
mod timeline;

pub use check::check;
pub use explain::explain;
pub use inspect::inspect;
pub use inventory::inventory;
pub use reconcile::reconcile;
pub use server_log::server_log;
pub use sheet::TerminalView;
pub use summary::summary;
