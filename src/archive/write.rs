//! Rows → Parquet.

use std::{fs, io, path::Path, sync::Arc};

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
    columns,
    fact::{Fact, Kinds, summed},
    quiet::quietly,
};
use crate::{
    error::{Error, Result},
    model::{Row, visible},
    taxonomy::status,
};

/// Rows of a group. Readers skip a group whose times are all outside of what is asked for.
const GROUP: usize = 1 << 17;

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

/// The bytes of a Parquet file that holds the rows in their order. The same rows give the same bytes.
///
/// # Errors
/// Where the encoder fails, which is a mistake in errstat.
pub fn parquet(facts: &[Fact]) -> Result<Vec<u8>> {
    let broken = |cause: String| Error::new("archive.encoding").with("cause", visible(&cause));
    match quietly(|| encode(facts.chunks(GROUP))) {
        Some(Ok(bytes)) => Ok(bytes),
        Some(Err(error)) => Err(broken(error.to_string())),
        None => Err(broken("panic".into())),
    }
}

pub(super) fn encode<'a>(
    groups: impl Iterator<Item = &'a [Fact]>,
) -> std::result::Result<Vec<u8>, Box<dyn std::error::Error>> {
    let schema = columns::schema();
    let fields = to_parquet_schema(&schema)?.fields().to_vec();
    // Times follow each other closely. A dictionary that saves nothing is left out by the encoder.
    let encoding = |name: &str| {
        if [columns::TIME, columns::END].contains(&name) {
            Encoding::DeltaBinaryPacked
        } else {
            Encoding::RleDictionary
        }
    };
    let encodings: Vec<Vec<Encoding>> = schema.iter_names().map(|name| vec![encoding(name)]).collect();
    let shared: Arc<ArrowSchema> = Arc::new(schema.clone());
    let mut writer = FileWriter::try_new(Vec::new(), schema, OPTIONS)?;
    for group in groups {
        let batch = RecordBatchT::try_new(group.len(), Arc::clone(&shared), arrays(group))?;
        writer.write(group.len() as u64, row_group_iter(batch, encodings.clone().into(), fields.clone(), OPTIONS))?;
    }
    writer.end(Some(Vec::new()))?;
    Ok(writer.into_inner())
}

/// One array for each column, in the order of [`columns::schema`].
fn arrays(facts: &[Fact]) -> Vec<Box<dyn Array>> {
    let schema = columns::schema();
    let dtype = |name: &str| schema.get(name).map(|field| field.dtype.clone()).unwrap_or_default();
    // Numbers are at most 63 bits: that is seen to where they are summed.
    let numbers = |value: fn(&Fact) -> i64, name: &str| -> Box<dyn Array> {
        Box::new(PrimitiveArray::new(dtype(name), facts.iter().map(value).collect::<Vec<_>>().into(), None))
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

/// Writes rows to a file of their own in the archive's schema, sorted by channel and time, those that differ in nothing
/// but their numbers added up. The file is there whole or not at all. Gives the number of rows written.
///
/// # Errors
/// Where the file cannot be written, or a sum leaves 63 bits.
pub fn write_parquet(rows: impl IntoIterator<Item = Row>, path: &Path) -> Result<u64> {
    let mut kinds = Kinds::default();
    let facts = summed(rows.into_iter().map(|row| kinds.fact(&row)).collect())?;
    let bytes = parquet(&facts)?;
    let unwritten = |error: io::Error| {
        Error::new("archive.unwritten").with("path", visible(&path.to_string_lossy())).with("cause", error)
    };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(unwritten)?;
    io::Write::write_all(&mut file, &bytes).map_err(unwritten)?;
    file.as_file().sync_all().map_err(unwritten)?;
    let file = file.persist(path).map_err(|error| unwritten(error.error))?;
    share(&file).map_err(unwritten)?;
    Ok(facts.len() as u64)
}

/// Temporary files are readable by their owner only; what the user asked for is readable as other files are.
#[cfg(unix)]
fn share(file: &fs::File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn share(_: &fs::File) -> io::Result<()> {
    Ok(())
}
