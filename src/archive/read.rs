//! Parquet → rows. The file may be anybody's: nothing in it is trusted.

use std::{
    collections::HashMap,
    io::{Cursor, Read},
    ops::Range,
    path::Path,
};

use polars_arrow::{
    array::{Array, BinaryViewArray, PrimitiveArray},
    datatypes::{ArrowDataType, Field, TimeUnit},
};
use polars_buffer::Buffer;
use polars_parquet::read::{
    BasicDecompressor, ColumnChunkMetadata, FileMetadata, Filter, PageReader, ParquetTimeUnit, PhysicalType,
    PrimitiveConvertedType, PrimitiveLogicalType, RowGroupMetadata, column_iter_to_arrays, read_metadata,
};

use super::{
    columns,
    pages::{self, Refused},
    quiet::quietly,
};
use crate::{
    error::{Error, Result},
    model::{Channel, HostLabel, Origin, Precision, Privacy, Row, Sentence, Timestamp, visible},
};

/// Rows that are decoded at once, and in how many steps at most a group is decoded: each step passes over the rows
/// before it.
const STEP: usize = 1 << 14;
const STEPS: usize = 64;

/// Most rows of a group; writers make groups of some hundred thousand.
const GROUP_ROWS: usize = 10_000_000;

/// Largest file that is read. A month of a channel with an error in every second is a few MiB.
const FILE_BYTES: u64 = 512 << 20;

/// Most rows of a file of any size. A repeated value costs nothing to write, so the file's size alone is no bound; it
/// takes some six seconds to read so many.
const FILE_ROWS: usize = 20_000_000;

/// More rows than that are read if the file has a byte for every so many: no two rows of an archive are equal, and those of
/// a file of that size take more than a byte.
const ROWS_OF_BYTE: usize = 4;

/// Longest text of a cell. Exports have 4 KiB, but making a control character visible takes up to eight times its bytes.
const TEXT_BYTES: usize = 8 * 4096;

/// 2011-01-01 and 2101-01-01, UTC: the years that errstat knows, a day more on either side for the zones.
const TIMES: Range<i64> = 1_293_840_000_000 - 86_400_000..4_133_980_800_000 + 86_400_000;

/// A Parquet file in the archive's schema.
pub struct ParquetFile {
    shown: String,
    bytes: Buffer<u8>,
    metadata: FileMetadata,
}

/// The rows of a file, one after the other; the row is lent, its texts are safe to show.
pub type EachRow<'a> = dyn FnMut(&Row) -> Result<()> + 'a;

impl ParquetFile {
    /// Opens a file. `shown` is its name for messages.
    ///
    /// # Errors
    /// Where it cannot be read, is no Parquet file, is too large, or lacks a column.
    pub fn open(path: &Path, shown: &str) -> Result<ParquetFile> {
        let file = super::disk::open(path);
        let mut file = file.map_err(|error| Error::new("error.unreadable").with("path", shown).with("cause", error))?;
        ParquetFile::read(&mut file, shown)
    }

    /// Reads a file that is open already.
    ///
    /// # Errors
    /// As [`ParquetFile::open`].
    pub fn read(file: &mut impl Read, shown: &str) -> Result<ParquetFile> {
        let mut bytes = Vec::new();
        let read = file.take(FILE_BYTES + 1).read_to_end(&mut bytes);
        let length = read.map_err(|error| Error::new("error.unreadable").with("path", shown).with("cause", error))?;
        if length as u64 > FILE_BYTES {
            return Err(Error::new("archive.too_large").with("path", shown));
        }
        ParquetFile::from_bytes(bytes, shown)
    }

    /// The file that these bytes are.
    ///
    /// # Errors
    /// As [`ParquetFile::open`].
    pub fn from_bytes(bytes: Vec<u8>, shown: &str) -> Result<ParquetFile> {
        let bytes = Buffer::from_vec(bytes);
        let metadata = match quietly(|| read_metadata(&mut Cursor::new(bytes.clone()))) {
            Some(Ok(metadata)) => metadata,
            Some(Err(error)) => return Err(damaged(shown, &error.to_string())),
            None => return Err(damaged(shown, "")),
        };
        let total = metadata.row_groups.iter().try_fold(0_usize, |sum, group| sum.checked_add(group.num_rows()));
        let limit = FILE_ROWS.max(bytes.len().saturating_mul(ROWS_OF_BYTE));
        if total.is_none_or(|total| total > limit) {
            return Err(Error::new("archive.too_many_rows").with("path", shown).with("limit", limit));
        }
        for name in columns::NEEDED {
            let there = metadata.schema_descr.columns().iter().any(|column| column.path_in_schema == [name]);
            if !there {
                return Err(Error::new("archive.column_missing").with("path", shown).with("column", name));
            }
        }
        Ok(ParquetFile { shown: shown.to_owned(), bytes, metadata })
    }

    /// How many rows it says it holds.
    pub fn rows(&self) -> u64 {
        self.metadata.row_groups.iter().map(|group| group.num_rows() as u64).sum()
    }

    /// Hands out the rows in the order of the file, with memory for a few thousand of them.
    ///
    /// `folder` is what a folder calls the channel, for a file that has no column for its name.
    ///
    /// # Errors
    /// Where the file is damaged, or holds a row that cannot be; what `each` says.
    pub fn each(&self, folder: Option<&str>, privacy: Privacy, each: &mut EachRow<'_>) -> Result<()> {
        let mut cleaner = Cleaner::new(privacy);
        let mut before = 0;
        for group in &self.metadata.row_groups {
            self.check(group)?;
            let rows = group.num_rows();
            let step = STEP.max(rows.div_ceil(STEPS));
            for start in (0..rows).step_by(step) {
                let slice = start..(start + step).min(rows);
                let table = quietly(|| self.decode(group, slice.clone()))
                    .unwrap_or_else(|| Err(Fault::Damage(String::new())))
                    .map_err(|fault| match fault {
                        Fault::Damage(cause) => damaged(&self.shown, &cause),
                        Fault::Type(name) => {
                            Error::new("archive.column_type").with("path", &self.shown).with("column", name)
                        }
                    })?;
                for index in 0..slice.len() {
                    let row = cleaner.row(&table, index, folder).map_err(|why| {
                        Error::new("archive.row_impossible")
                            .with("path", &self.shown)
                            .with("row", before + index as u64 + 1)
                            .with_sentence("why", Sentence::new(why))
                    })?;
                    each(row)?;
                }
                before += slice.len() as u64;
            }
        }
        Ok(())
    }

    /// Sees to it that a group unpacks to no more than can be held.
    fn check(&self, group: &RowGroupMetadata) -> Result<()> {
        if group.num_rows() > GROUP_ROWS {
            return Err(Error::new("archive.too_large").with("path", &self.shown));
        }
        let checked = quietly(|| {
            let mut sum = 0;
            for column in group.parquet_columns().iter().filter(|column| known_name(column).is_some()) {
                let chunk = self.chunk(column).ok_or(Refused::Damaged)?;
                sum += pages::unpacked(column, &chunk, group.num_rows())?;
            }
            if sum > pages::GROUP_BYTES { Err(Refused::TooLarge) } else { Ok(()) }
        });
        match checked.unwrap_or(Err(Refused::Damaged)) {
            Ok(()) => Ok(()),
            Err(Refused::TooLarge) => Err(Error::new("archive.too_large").with("path", &self.shown)),
            Err(Refused::Damaged) => Err(damaged(&self.shown, "")),
        }
    }

    /// The bytes of a column in a group.
    fn chunk(&self, column: &ColumnChunkMetadata) -> Option<Buffer<u8>> {
        let range = column.byte_range();
        let (start, end) = (usize::try_from(range.start).ok()?, usize::try_from(range.end).ok()?);
        (start <= end && end <= self.bytes.len()).then(|| self.bytes.clone().sliced(start..end))
    }

    fn decode(&self, group: &RowGroupMetadata, slice: Range<usize>) -> std::result::Result<Table, Fault> {
        let mut table = Table::default();
        for column in group.parquet_columns().iter() {
            let Some(name) = known_name(column) else { continue };
            let type_ = &column.descriptor().descriptor.primitive_type;
            let (dtype, scale) = match type_.physical_type {
                PhysicalType::ByteArray => (ArrowDataType::BinaryView, Scale::None),
                PhysicalType::Int32 => (ArrowDataType::Int32, Scale::None),
                PhysicalType::Int64 => (ArrowDataType::Int64, scale(type_.logical_type, type_.converted_type)),
                // Spark's time of old.
                PhysicalType::Int96 => (ArrowDataType::Timestamp(TimeUnit::Nanosecond, None), Scale::Nanos),
                _ => return Err(Fault::Type(name)),
            };
            if [columns::TIME, columns::END].contains(&name) != (scale != Scale::None) {
                return Err(Fault::Type(name));
            }
            let chunk = self.chunk(column).ok_or_else(|| Fault::Damage(String::new()))?;
            let pages = PageReader::new(Cursor::new(chunk), column, Vec::new(), usize::MAX);
            let field = Field::new(name.into(), dtype.clone(), true);
            let (arrays, _) = column_iter_to_arrays(
                vec![BasicDecompressor::new(pages, Vec::new())],
                vec![type_],
                field,
                Some(Filter::new_ranged(slice.start, slice.end)),
            )
            .map_err(|error| Fault::Damage(error.to_string()))?;
            table.set(name, &arrays, scale).ok_or(Fault::Type(name))?;
        }
        table.whole(slice.len()).then_some(table).ok_or_else(|| Fault::Damage(String::new()))
    }
}

/// The name of a column that errstat knows; what else a file holds is not looked at.
fn known_name(column: &ColumnChunkMetadata) -> Option<&'static str> {
    let [name] = &column.descriptor().path_in_schema[..] else { return None };
    if column.descriptor().descriptor.max_rep_level > 0 {
        return None;
    }
    columns::NEEDED
        .into_iter()
        .chain([columns::CHANNEL_ID, columns::CHANNEL, columns::HOST, columns::END])
        .find(|known| name.as_str() == *known)
}

/// Why rows cannot be decoded.
enum Fault {
    /// A column is of another type than the archive's.
    Type(&'static str),
    Damage(String),
}

fn damaged(shown: &str, cause: &str) -> Error {
    let cause: String = visible(cause).chars().take(200).collect();
    match cause.as_str() {
        "" => Error::new("archive.damaged").with("path", shown),
        cause => Error::new("archive.damaged_because").with("path", shown).with("cause", cause),
    }
}

/// What a whole number counts, where it is a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scale {
    None,
    Millis,
    Micros,
    Nanos,
}

impl Scale {
    /// Times in milliseconds.
    fn millis(self, mut times: Vec<Option<i64>>) -> Vec<Option<i64>> {
        for time in times.iter_mut().flatten() {
            *time = match self {
                Scale::Millis | Scale::None => *time,
                Scale::Micros => time.div_euclid(1_000),
                Scale::Nanos => time.div_euclid(1_000_000),
            };
        }
        times
    }
}

fn scale(logical: Option<PrimitiveLogicalType>, converted: Option<PrimitiveConvertedType>) -> Scale {
    match (logical, converted) {
        (Some(PrimitiveLogicalType::Timestamp { unit, .. }), _) => match unit {
            ParquetTimeUnit::Milliseconds => Scale::Millis,
            ParquetTimeUnit::Microseconds => Scale::Micros,
            ParquetTimeUnit::Nanoseconds => Scale::Nanos,
        },
        (_, Some(PrimitiveConvertedType::TimestampMillis)) => Scale::Millis,
        (_, Some(PrimitiveConvertedType::TimestampMicros)) => Scale::Micros,
        _ => Scale::None,
    }
}

/// Some rows, column by column.
#[derive(Default)]
struct Table {
    time: Vec<Option<i64>>,
    end: Option<Vec<Option<i64>>>,
    errors: Vec<Option<i64>>,
    rows: Vec<Option<i64>>,
    precision: Texts,
    channel_id: Option<Texts>,
    channel: Option<Texts>,
    reason: Texts,
    detail: Texts,
    host: Option<Texts>,
    source: Texts,
}

/// A column of texts that are not yet known to be UTF-8.
#[derive(Default)]
struct Texts(Vec<BinaryViewArray>);

impl Texts {
    fn len(&self) -> usize {
        self.0.iter().map(|array| array.len()).sum()
    }

    fn get(&self, mut index: usize) -> Option<&[u8]> {
        for array in &self.0 {
            if index < array.len() {
                return array.get(index);
            }
            index -= array.len();
        }
        None
    }
}

impl Table {
    /// Takes over a column; `None` where its values are not of the kind that it should hold.
    fn set(&mut self, name: &str, arrays: &[Box<dyn Array>], scale: Scale) -> Option<()> {
        let numbers = || -> Option<Vec<Option<i64>>> {
            let mut all = Vec::new();
            for array in arrays {
                if let Some(long) = array.as_any().downcast_ref::<PrimitiveArray<i64>>() {
                    all.extend(long.iter().map(|n| n.copied()));
                } else {
                    let short = array.as_any().downcast_ref::<PrimitiveArray<i32>>()?;
                    all.extend(short.iter().map(|n| n.copied().map(i64::from)));
                }
            }
            Some(all)
        };
        let texts = || -> Option<Texts> {
            let arrays = arrays.iter().map(|array| array.as_any().downcast_ref::<BinaryViewArray>().cloned());
            arrays.collect::<Option<Vec<_>>>().map(Texts)
        };
        match name {
            columns::TIME => self.time = scale.millis(numbers()?),
            columns::END => self.end = Some(scale.millis(numbers()?)),
            columns::ERRORS => self.errors = numbers()?,
            columns::ROWS => self.rows = numbers()?,
            columns::PRECISION => self.precision = texts()?,
            columns::CHANNEL_ID => self.channel_id = Some(texts()?),
            columns::CHANNEL => self.channel = Some(texts()?),
            columns::REASON => self.reason = texts()?,
            columns::DETAIL => self.detail = texts()?,
            columns::HOST => self.host = Some(texts()?),
            columns::SOURCE => self.source = texts()?,
            _ => {}
        }
        Some(())
    }

    /// Whether every column has that many values.
    fn whole(&self, rows: usize) -> bool {
        let optional = [&self.channel_id, &self.channel, &self.host];
        [self.time.len(), self.errors.len(), self.rows.len()].iter().all(|n| *n == rows)
            && [&self.precision, &self.reason, &self.detail, &self.source].iter().all(|texts| texts.len() == rows)
            && self.end.as_ref().is_none_or(|ends| ends.len() == rows)
            && optional.into_iter().flatten().all(|texts| texts.len() == rows)
    }
}

/// Checks rows and makes their texts safe to show; a text that comes again is looked up.
struct Cleaner {
    privacy: Privacy,
    texts: HashMap<Vec<u8>, String>,
    hosts: HashMap<Vec<u8>, Option<HostLabel>>,
    row: Row,
}

/// The key of the sentence that says why a row cannot be.
pub type Impossible = &'static str;

impl Cleaner {
    fn new(privacy: Privacy) -> Cleaner {
        let row = Row {
            time: Timestamp(0),
            end: Timestamp(0),
            precision: Precision::Second,
            channel: Channel::default(),
            reason: String::new(),
            detail: String::new(),
            host: None,
            origin: Origin::Export,
            errors: 0,
            rows: 0,
        };
        Cleaner { privacy, texts: HashMap::new(), hosts: HashMap::new(), row }
    }

    fn row(&mut self, table: &Table, index: usize, folder: Option<&str>) -> std::result::Result<&Row, Impossible> {
        let whole = |numbers: &[Option<i64>]| {
            numbers[index].and_then(|n| u64::try_from(n).ok()).ok_or("archive.number_impossible")
        };
        let time = table.time[index].filter(|time| TIMES.contains(time)).ok_or("reject.time_out_of_range")?;
        self.row.time = Timestamp(time);
        self.row.end = Timestamp(table.end.as_ref().and_then(|ends| ends[index]).unwrap_or(time));
        if !is_end(self.row.end, self.row.time) {
            return Err("reject.end_impossible");
        }
        self.row.errors = whole(&table.errors)?;
        self.row.rows = whole(&table.rows)?;
        self.row.precision = table.precision.get(index).and_then(precision).ok_or("archive.precision_unknown")?;
        self.row.origin = match table.source.get(index) {
            Some(b"export") => Origin::Export,
            Some(b"mail") => Origin::Mail,
            _ => return Err("archive.source_unknown"),
        };
        let reason = table.reason.get(index).filter(|reason| !reason.is_empty()).ok_or("reject.reason_missing")?;
        clean(&mut self.texts, self.privacy, reason, &mut self.row.reason)?;
        clean(&mut self.texts, self.privacy, table.detail.get(index).unwrap_or_default(), &mut self.row.detail)?;
        self.channel(table, index, folder)?;
        match table.host.as_ref().and_then(|hosts| hosts.get(index)) {
            Some(raw) => self.host(raw)?,
            None => self.row.host = None,
        }
        Ok(&self.row)
    }

    fn channel(&mut self, table: &Table, index: usize, folder: Option<&str>) -> std::result::Result<(), Impossible> {
        let name = match &table.channel {
            Some(texts) => texts.get(index),
            None => folder.map(str::as_bytes),
        };
        let Channel { id: known_id, name: known_name } = &mut self.row.channel;
        let id = table.channel_id.as_ref().and_then(|ids| ids.get(index));
        for (raw, known) in [(id, &mut *known_id), (name, &mut *known_name)] {
            match raw {
                Some(raw) => clean(&mut self.texts, self.privacy, raw, known.get_or_insert_default())?,
                None => *known = None,
            }
        }
        // One text for both, where there is one for both.
        let told = known_name.as_deref().map(Channel::from_stored);
        match (&table.channel_id, &table.channel, told) {
            (None, _, Some(told)) => self.row.channel = told,
            (Some(_), None, Some(told)) if told.id == *known_id => self.row.channel = told,
            _ => {}
        }
        Ok(())
    }

    fn host(&mut self, raw: &[u8]) -> std::result::Result<(), Impossible> {
        if !self.hosts.contains_key(raw) {
            let label = self.privacy.host(text(raw)?);
            bounded(&mut self.hosts);
            self.hosts.insert(raw.to_vec(), label);
        }
        match self.hosts.get(raw) {
            Some(label) => self.row.host.clone_from(label),
            None => self.row.host = None,
        }
        Ok(())
    }
}

fn clean(
    known: &mut HashMap<Vec<u8>, String>,
    privacy: Privacy,
    raw: &[u8],
    into: &mut String,
) -> std::result::Result<(), Impossible> {
    if let Some(text) = known.get(raw) {
        into.clone_from(text);
        return Ok(());
    }
    *into = privacy.text(text(raw)?);
    bounded(known);
    known.insert(raw.to_vec(), into.clone());
    Ok(())
}

fn text(raw: &[u8]) -> std::result::Result<&str, Impossible> {
    if raw.len() > TEXT_BYTES {
        return Err("archive.text_too_long");
    }
    std::str::from_utf8(raw).map_err(|_| "archive.text_not_utf8")
}

/// Keeps what is remembered from growing with the file.
fn bounded<V>(known: &mut HashMap<Vec<u8>, V>) {
    if known.len() > 10_000 {
        known.clear();
    }
}

/// Whether rows that begin at a time can end at another.
fn is_end(end: Timestamp, time: Timestamp) -> bool {
    (0..=86_400_000).contains(&(end.0 - time.0))
}

/// Whether the archive can hold a row; else the key of the sentence that says why not.
///
/// # Errors
/// A time outside of errstat's years, a missing reason, a text or a number that is too large.
pub fn possible(row: &Row) -> std::result::Result<(), Impossible> {
    let Channel { id, name } = &row.channel;
    let host = row.host.as_ref().map(|host| &*host.0);
    let texts = [id.as_deref(), name.as_deref(), Some(&row.reason), Some(&row.detail), host];
    if !TIMES.contains(&row.time.0) {
        return Err("reject.time_out_of_range");
    }
    if !is_end(row.end, row.time) {
        return Err("reject.end_impossible");
    }
    if row.reason.is_empty() {
        return Err("reject.reason_missing");
    }
    if texts.into_iter().flatten().any(|text| text.len() > TEXT_BYTES) {
        return Err("archive.text_too_long");
    }
    if [row.errors, row.rows].into_iter().any(|n| i64::try_from(n).is_err()) {
        return Err("archive.number_impossible");
    }
    Ok(())
}

/// The precision by the name under which it is stored.
pub fn precision(name: &[u8]) -> Option<Precision> {
    use Precision::{Day, FiveMinutes, Hour, Minute, Second};
    [Second, Minute, FiveMinutes, Hour, Day].into_iter().find(|precision| precision.name().as_bytes() == name)
}

/// Hands out the rows of a Parquet file in the archive's schema, such as `errstat convert` writes.
///
/// # Errors
/// Where the file cannot be read, is damaged or in another schema; what `each` says.
pub fn read_parquet(file: &mut impl Read, shown: &str, privacy: Privacy, each: &mut EachRow<'_>) -> Result<()> {
    ParquetFile::read(file, shown)?.each(None, privacy, each)
}
