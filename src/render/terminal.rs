//! Text for a terminal or a log: what `summary`, `check`, `inspect` and `explain` print.
//!
//! `sheet` lays lines out and `ink` colours them; one module for each command decides what stands where. What the summary
//! says comes from `render::document`. Without colour there is no escape code in the text.

mod check;
mod explain;
mod ink;
mod inspect;
mod inventory;
mod reconcile;
mod server_log;
mod sheet;
mod summary;
mod timeline;

pub use check::check;
pub use explain::{explain, setups};
pub use inspect::inspect;
pub use inventory::inventory;
pub use reconcile::reconcile;
pub use server_log::server_log;
pub use sheet::TerminalView;
pub use summary::{answer, summary};
