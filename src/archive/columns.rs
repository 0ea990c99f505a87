//! The columns of the archive's Parquet files.

use polars_arrow::datatypes::{ArrowDataType, ArrowSchema, Field, TimeUnit};

pub const TIME: &str = "time";
pub const END: &str = "end";
pub const PRECISION: &str = "precision";
pub const CHANNEL_ID: &str = "channel_id";
pub const CHANNEL: &str = "channel";
pub const REASON: &str = "reason";
pub const DETAIL: &str = "detail";
pub const STATUS: &str = "status";
pub const HOST: &str = "host";
pub const ERRORS: &str = "errors";
pub const ROWS: &str = "rows";
pub const SOURCE: &str = "source";

/// Without these a file is none of ours. The channel may be told by the folder's name alone, and by one text where there
/// is no column for its id; the status follows from the detail, and neither the host nor the end is always known.
pub const NEEDED: [&str; 7] = [TIME, PRECISION, REASON, DETAIL, ERRORS, ROWS, SOURCE];

/// The schema of the files that errstat writes. Microseconds, because that is what DuckDB and Spark count in.
pub fn schema() -> ArrowSchema {
    let utc = ArrowDataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
    let field = |name: &'static str, dtype, nullable| Field::new(name.into(), dtype, nullable);
    let text = ArrowDataType::Utf8View;
    ArrowSchema::from_iter([
        field(TIME, utc.clone(), false),
        field(END, utc, false),
        field(PRECISION, text.clone(), false),
        field(CHANNEL_ID, text.clone(), true),
        field(CHANNEL, text.clone(), true),
        field(REASON, text.clone(), false),
        field(DETAIL, text.clone(), false),
        field(STATUS, ArrowDataType::Int32, true),
        field(HOST, text.clone(), true),
        field(ERRORS, ArrowDataType::Int64, false),
        field(ROWS, ArrowDataType::Int64, false),
        field(SOURCE, text, false),
    ])
}
