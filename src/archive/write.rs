//! Rows → Parquet.

use std::sync::Arc;

use polars_arrow::{
    array::{Array, MutableBinaryViewArray, PrimitiveArray},
    datatypes::ArrowSchema,
    record_batch::RecordBatchT,
};
use polars_parquet::write::{
    CompressionOptions, Encoding, FileWriter, StatisticsOptions, Version, WriteOptions, row_group_iter,
    to_parquet_schema,
};

use super::{
    caught::caught,
    columns::{self, Content},
    fact::Fact,
};
use crate::{
    error::{Error, Result},
    model::{key, visible},
    taxonomy::status,
};

/// Rows of a group. Readers skip a group whose times are all outside of what is asked for.
pub const GROUP: usize = 1 << 17;

const OPTIONS: WriteOptions = WriteOptions {
    statistics: StatisticsOptions {
        min_value: true,
        max_value: true,
        distinct_count: false,
        null_count: true,
        binary_statistics_truncate_length: Some(64),
    },
    version: Version::V1,
    compression: CompressionOptions::Zstd(None),
    data_page_size: None,
};

/// A Parquet file in the making, in memory. The same groups of rows give the same bytes.
pub struct Encoder {
    writer: FileWriter<Vec<u8>>,
    schema: Arc<ArrowSchema>,
}

impl Encoder {
    pub fn new() -> Result<Encoder> {
        let schema = columns::schema();
        let writer = encoded(|| FileWriter::try_new(Vec::new(), schema.clone(), OPTIONS))?;
        Ok(Encoder { writer, schema: Arc::new(schema) })
    }

    /// Adds a group of rows.
    pub fn group(&mut self, facts: &[Fact]) -> Result<()> {
        // Times follow each other closely. A dictionary that saves nothing is left out by the encoder.
        let encoding = |column: &columns::Column| match column.content {
            Content::Time => vec![Encoding::DeltaBinaryPacked],
            _ => vec![Encoding::RleDictionary],
        };
        let encodings: Vec<_> = columns::ALL.iter().map(encoding).collect();
        encoded(|| {
            let fields = to_parquet_schema(&self.schema)?.fields().to_vec();
            let batch = RecordBatchT::try_new(facts.len(), Arc::clone(&self.schema), arrays(facts, &self.schema))?;
            self.writer.write(facts.len() as u64, row_group_iter(batch, encodings.into(), fields, OPTIONS))
        })
    }

    /// The bytes of the file.
    pub fn finish(mut self) -> Result<Vec<u8>> {
        encoded(|| self.writer.end(Some(Vec::new())))?;
        Ok(self.writer.into_inner())
    }
}

/// What fails here is a mistake in errstat.
fn encoded<T, E: std::fmt::Display>(work: impl FnOnce() -> std::result::Result<T, E>) -> Result<T> {
    let cause = match caught(work) {
        Some(Ok(done)) => return Ok(done),
        Some(Err(error)) => error.to_string(),
        None => "panic".to_owned(),
    };
    Err(Error::new(key::archive::ENCODING).with("cause", visible(&cause)))
}

/// The bytes of a Parquet file that holds the rows in their order.
pub fn parquet(facts: &[Fact]) -> Result<Vec<u8>> {
    let mut encoder = Encoder::new()?;
    facts.chunks(GROUP).try_for_each(|group| encoder.group(group))?;
    encoder.finish()
}

/// One array for each column, in the order of [`columns::ALL`].
fn arrays(facts: &[Fact], schema: &ArrowSchema) -> Vec<Box<dyn Array>> {
    // Numbers are at most 63 bits: that is seen to where they are summed.
    let numbers = |value: fn(&Fact) -> i64, column: usize| -> Box<dyn Array> {
        let dtype = schema.get_at_index(column).map(|(_, field)| field.dtype.clone()).unwrap_or_default();
        Box::new(PrimitiveArray::new(dtype, facts.iter().map(value).collect::<Vec<_>>().into(), None))
    };
    let statuses: Vec<Option<i32>> =
        facts.iter().map(|fact| status(&fact.kind.reason, &fact.kind.detail).map(i32::from)).collect();
    vec![
        numbers(|fact| fact.time.0.saturating_mul(1000), columns::TIME),
        numbers(|fact| fact.end.0.saturating_mul(1000), columns::END),
        texts(facts, |fact| Some(fact.kind.precision.name())),
        texts(facts, |fact| fact.kind.channel.id.as_deref()),
        texts(facts, |fact| fact.kind.channel.name.as_deref()),
        texts(facts, |fact| Some(&fact.kind.reason)),
        texts(facts, |fact| Some(&fact.kind.detail)),
        Box::new(PrimitiveArray::from(statuses)),
        texts(facts, |fact| fact.kind.host.as_ref().map(|host| host.0.as_str())),
        numbers(|fact| fact.errors as i64, columns::ERRORS),
        numbers(|fact| fact.rows as i64, columns::ROWS),
        texts(facts, |fact| Some(fact.kind.origin.name())),
    ]
}

fn texts(facts: &[Fact], text: impl Fn(&Fact) -> Option<&str>) -> Box<dyn Array> {
    let mut array = MutableBinaryViewArray::<str>::with_capacity(facts.len());
    for fact in facts {
        array.push(text(fact));
    }
    Box::new(array.freeze())
}
