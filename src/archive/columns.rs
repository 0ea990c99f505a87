//! The columns of the archive's Parquet files.

use polars_arrow::datatypes::{ArrowDataType, ArrowSchema, Field, TimeUnit};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// Microseconds since 1970 in UTC, because that is what DuckDB and Spark count in.
    Time,
    Text,
    Number,
    /// An HTTP status; it follows from the detail and is not read.
    Status,
}

pub struct Column {
    pub name: &'static str,
    pub content: Content,
    pub nullable: bool,
    /// Without it a file is none of ours. The channel may be told by the folder's name alone, and by one text where
    /// there is no column for its id; neither the host nor the end is always known.
    pub needed: bool,
}

const fn column(name: &'static str, content: Content, nullable: bool, needed: bool) -> Column {
    Column { name, content, nullable, needed }
}

/// In the order of the files that errstat writes.
pub const ALL: [Column; 12] = [
    column("time", Content::Time, false, true),
    column("end", Content::Time, false, false),
    column("precision", Content::Text, false, true),
    column("channel_id", Content::Text, true, false),
    column("channel", Content::Text, true, false),
    column("reason", Content::Text, false, true),
    column("detail", Content::Text, false, true),
    column("status", Content::Status, true, false),
    column("host", Content::Text, true, false),
    column("errors", Content::Number, false, true),
    column("rows", Content::Number, false, true),
    column("source", Content::Text, false, true),
];

/// Where each stands in [`ALL`].
pub const TIME: usize = 0;
pub const END: usize = 1;
pub const PRECISION: usize = 2;
pub const CHANNEL_ID: usize = 3;
pub const CHANNEL: usize = 4;
pub const REASON: usize = 5;
pub const DETAIL: usize = 6;
pub const HOST: usize = 8;
pub const ERRORS: usize = 9;
pub const ROWS: usize = 10;
pub const SOURCE: usize = 11;

pub fn schema() -> ArrowSchema {
    let field = |column: &Column| {
        let dtype = match column.content {
            Content::Time => ArrowDataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
            Content::Text => ArrowDataType::Utf8View,
            Content::Number => ArrowDataType::Int64,
            Content::Status => ArrowDataType::Int32,
        };
        Field::new(column.name.into(), dtype, column.nullable)
    };
    ALL.iter().map(field).collect()
}
