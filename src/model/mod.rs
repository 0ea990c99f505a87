//! The types that travel from input to output. A leaf: it imports nothing of errstat's.

mod address;
mod cell;
mod columns;
mod coverage;
pub mod key;
mod log;
pub mod merge;
mod moment;
mod precision;
mod reject;
mod row;
mod sentence;
mod shell;
mod source;
mod text;
mod time;
mod visible;
mod zone;

pub use cell::{Catalog, Cell, Channel, Kind, KindId, TooVaried, VARIETY_LIMIT};
pub use columns::CellColumns;
pub use coverage::{Coverage, CoverageBasis, Extent};
pub use key::SentenceKey;
pub use log::{disarmed, for_log};
pub use moment::Moment;
pub use precision::Precision;
pub use reject::{Reject, Why};
pub use row::{Origin, REDELIVERY_STOPPED, Row};
pub use sentence::{Filling, Sentence};
pub use shell::shell_word;
pub use source::{Columns, SkippedLine, SourceKind, SourceReport, skipped_note};
pub use text::{HostLabel, Privacy, composed, hex, shown, spreadsheet_safe};
pub use time::{CELL_MILLIS, CellStart, LocalTime, Span, Timestamp, in_days};
pub use visible::{is_right_to_left, mark_behind, visible};
pub use zone::{Zone, ZoneError};
