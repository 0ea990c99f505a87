//! Parquet → rows. The file may be anybody's: nothing in it is trusted.

use std::{
    collections::HashMap,
    io::{Cursor, Read},
    ops::Range,
    path::Path,
    str::FromStr,
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
    caught::caught,
    columns::{self, Content},
    pages,
};
use crate::{
    error::{Error, Result},
    model::{Channel, HostLabel, Precision, Privacy, Row, Sentence, Timestamp, Why, Zone, key, visible},
};

/// Rows that are decoded at once, and in how many steps at most a group is decoded: each step passes over the rows
/// before it.
const STEP: usize = 1 << 14;
const STEPS: usize = 64;

/// Most rows of a group; writers make groups of some hundred thousand.
const GROUP_ROWS: usize = 10_000_000;

/// Largest file that is read. A month of a channel with an error in every second is a few MiB.
pub const FILE_BYTES: u64 = 512 << 20;

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

/// How rows are handed out.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    /// What a folder calls the channel, for a file that has no column for its name.
    pub folder: Option<&'a str>,
    pub privacy: Privacy,
    /// Of the days, which are stored as those of the console's zone.
    pub zone: Zone,
}

impl Reader<'static> {
    /// As they are stored: what errstat wrote passed the gate before.
    pub fn as_stored() -> Reader<'static> {
        Reader { folder: None, privacy: Privacy { show_urls: true }, zone: Zone::console() }
    }
}

impl ParquetFile {
    /// Opens a file. `shown` is its name for messages.
    pub fn open(path: &Path, shown: &str) -> Result<ParquetFile> {
        let file = super::disk::open(path);
        ParquetFile::read(&mut file.map_err(|error| unreadable(shown, error))?, shown)
    }

    /// Reads a file that is open already.
    pub fn read(file: &mut impl Read, shown: &str) -> Result<ParquetFile> {
        let mut bytes = Vec::new();
        let length = file.take(FILE_BYTES + 1).read_to_end(&mut bytes).map_err(|error| unreadable(shown, error))?;
        if length as u64 > FILE_BYTES {
            return Err(Error::new(key::archive::TOO_LARGE).with("path", shown));
        }
        ParquetFile::from_bytes(bytes, shown)
    }

    /// The file that these bytes are.
    pub fn from_bytes(bytes: Vec<u8>, shown: &str) -> Result<ParquetFile> {
        let bytes = Buffer::from_vec(bytes);
        let metadata = match caught(|| read_metadata(&mut Cursor::new(bytes.clone()))) {
            Some(Ok(metadata)) => metadata,
            Some(Err(error)) => return Err(damaged(shown, &error.to_string())),
            None => return Err(damaged(shown, "")),
        };
        let total = metadata.row_groups.iter().try_fold(0_usize, |sum, group| sum.checked_add(group.num_rows()));
        let limit = FILE_ROWS.max(bytes.len().saturating_mul(ROWS_OF_BYTE));
        if total.is_none_or(|total| total > limit) {
            return Err(Error::new(key::archive::TOO_MANY_ROWS).with("path", shown).with_number("limit", limit as u64));
        }
        for column in columns::ALL.iter().filter(|column| column.needed) {
            if !metadata.schema_descr.columns().iter().any(|there| there.path_in_schema == [column.name]) {
                return Err(Error::new(key::archive::COLUMN_MISSING).with("path", shown).with("column", column.name));
            }
        }
        Ok(ParquetFile { shown: shown.to_owned(), bytes, metadata })
    }

    /// Its length in bytes.
    pub fn length(&self) -> usize {
        self.bytes.len()
    }

    /// Hands out the rows in the order of the file, with memory for a few thousand of them.
    pub fn each(&self, reader: Reader<'_>, each: &mut EachRow<'_>) -> Result<()> {
        let mut cleaner = Cleaner::new(reader);
        let mut before = 0;
        for group in &self.metadata.row_groups {
            self.rows_of(group, before, &mut cleaner, each)?;
            before += group.num_rows() as u64;
        }
        Ok(())
    }

    /// Hands out the rows of one group, of which the first has number 0.
    pub fn group(&self, at: u64, reader: Reader<'_>, each: &mut EachRow<'_>) -> Result<()> {
        let group = usize::try_from(at).ok().and_then(|at| self.metadata.row_groups.get(at));
        let group = group.ok_or_else(|| damaged(&self.shown, ""))?;
        self.rows_of(group, 0, &mut Cleaner::new(reader), each)
    }

    fn rows_of(
        &self,
        group: &RowGroupMetadata,
        before: u64,
        cleaner: &mut Cleaner<'_>,
        each: &mut EachRow<'_>,
    ) -> Result<()> {
        self.check(group)?;
        let rows = group.num_rows();
        let step = STEP.max(rows.div_ceil(STEPS));
        for start in (0..rows).step_by(step) {
            let slice = start..(start + step).min(rows);
            let table = caught(|| self.decode(group, slice.clone()));
            let table = table.unwrap_or_else(|| Err(damaged(&self.shown, "")))?;
            for index in 0..slice.len() {
                let row = cleaner.row(&table, index).map_err(|why| {
                    Error::new(key::archive::ROW_IMPOSSIBLE)
                        .with("path", &self.shown)
                        .with("row", before + (slice.start + index) as u64 + 1)
                        .with_sentence("why", Sentence::new(why))
                })?;
                each(row)?;
            }
        }
        Ok(())
    }

    /// Sees to it that a group unpacks to no more than can be held.
    fn check(&self, group: &RowGroupMetadata) -> Result<()> {
        let size = |column| pages::unpacked(column, &self.chunk(column)?, group.num_rows());
        let known = || group.parquet_columns().iter().filter(|column| known(column).is_some());
        match caught(|| known().try_fold(0, |sum, column| Some(sum + size(column)?))).flatten() {
            None => Err(damaged(&self.shown, "")),
            Some(bytes) if bytes > pages::GROUP_BYTES || group.num_rows() > GROUP_ROWS => {
                Err(Error::new(key::archive::TOO_LARGE).with("path", &self.shown))
            }
            Some(_) => Ok(()),
        }
    }

    /// The bytes of a column in a group.
    fn chunk(&self, column: &ColumnChunkMetadata) -> Option<Buffer<u8>> {
        let range = column.byte_range();
        let (start, end) = (usize::try_from(range.start).ok()?, usize::try_from(range.end).ok()?);
        (start <= end && end <= self.bytes.len()).then(|| self.bytes.clone().sliced(start..end))
    }

    fn decode(&self, group: &RowGroupMetadata, slice: Range<usize>) -> Result<Table> {
        let damage = || damaged(&self.shown, "");
        let mut table = Table::default();
        for column in group.parquet_columns().iter() {
            let Some(at) = known(column) else { continue };
            let name = columns::ALL[at].name;
            let wrong = || Error::new(key::archive::COLUMN_TYPE).with("path", &self.shown).with("column", name);
            let primitive = &column.descriptor().descriptor.primitive_type;
            let (dtype, per_milli) = match primitive.physical_type {
                PhysicalType::ByteArray => (ArrowDataType::BinaryView, None),
                PhysicalType::Int32 => (ArrowDataType::Int32, None),
                PhysicalType::Int64 => {
                    (ArrowDataType::Int64, per_milli(primitive.logical_type, primitive.converted_type))
                }
                // Spark's time of old.
                PhysicalType::Int96 => (ArrowDataType::Timestamp(TimeUnit::Nanosecond, None), Some(1_000_000)),
                _ => return Err(wrong()),
            };
            let content = match (&dtype, per_milli) {
                (ArrowDataType::BinaryView, _) => Content::Text,
                (_, Some(_)) => Content::Time,
                _ => Content::Number,
            };
            if content != columns::ALL[at].content {
                return Err(wrong());
            }
            let pages =
                PageReader::new(Cursor::new(self.chunk(column).ok_or_else(damage)?), column, Vec::new(), usize::MAX);
            let (arrays, _) = column_iter_to_arrays(
                vec![BasicDecompressor::new(pages, Vec::new())],
                vec![primitive],
                Field::new(name.into(), dtype, true),
                Some(Filter::new_ranged(slice.start, slice.end)),
            )
            .map_err(|error| damaged(&self.shown, &error.to_string()))?;
            table.0[at] = values(&arrays, per_milli.unwrap_or(1)).ok_or_else(wrong)?;
        }
        let whole = table.0.iter().zip(&columns::ALL).all(|(values, column)| match values {
            Values::None => !column.needed,
            Values::Numbers(numbers) => numbers.len() == slice.len(),
            Values::Texts(arrays) => arrays.iter().map(|array| array.len()).sum::<usize>() == slice.len(),
        });
        whole.then_some(table).ok_or_else(damage)
    }
}

/// Which of errstat's columns it is; what else a file holds is not looked at.
fn known(column: &ColumnChunkMetadata) -> Option<usize> {
    let [name] = &column.descriptor().path_in_schema[..] else { return None };
    let known = columns::ALL.iter().position(|known| name.as_str() == known.name)?;
    let plain = column.descriptor().descriptor.max_rep_level == 0;
    (plain && columns::ALL[known].content != Content::Status).then_some(known)
}

fn damaged(shown: &str, cause: &str) -> Error {
    let cause: String = visible(cause).chars().take(200).collect();
    match cause.as_str() {
        "" => Error::new(key::archive::DAMAGED).with("path", shown),
        cause => Error::new(key::archive::DAMAGED_BECAUSE).with("path", shown).with("cause", cause),
    }
}

fn unreadable(shown: &str, cause: std::io::Error) -> Error {
    Error::new(key::error::UNREADABLE).with("path", shown).because(&cause)
}

/// What a whole number counts, where it is a time: so many of it are a millisecond.
fn per_milli(logical: Option<PrimitiveLogicalType>, converted: Option<PrimitiveConvertedType>) -> Option<i64> {
    match (logical, converted) {
        (Some(PrimitiveLogicalType::Timestamp { unit, .. }), _) => Some(match unit {
            ParquetTimeUnit::Milliseconds => 1,
            ParquetTimeUnit::Microseconds => 1_000,
            ParquetTimeUnit::Nanoseconds => 1_000_000,
        }),
        (_, Some(PrimitiveConvertedType::TimestampMillis)) => Some(1),
        (_, Some(PrimitiveConvertedType::TimestampMicros)) => Some(1_000),
        _ => None,
    }
}

/// Some rows, column by column, as [`columns::ALL`] lists them.
#[derive(Default)]
struct Table([Values; columns::ALL.len()]);

#[derive(Default)]
enum Values {
    #[default]
    None,
    Numbers(Vec<Option<i64>>),
    /// Not yet known to be UTF-8.
    Texts(Vec<BinaryViewArray>),
}

/// The values of a column, whole numbers divided; `None` where they are of another type than they said.
fn values(arrays: &[Box<dyn Array>], divisor: i64) -> Option<Values> {
    if arrays.iter().any(|array| array.as_any().is::<BinaryViewArray>()) {
        let texts = arrays.iter().map(|array| array.as_any().downcast_ref::<BinaryViewArray>().cloned());
        return texts.collect::<Option<Vec<_>>>().map(Values::Texts);
    }
    let mut all = Vec::new();
    for array in arrays {
        if let Some(long) = array.as_any().downcast_ref::<PrimitiveArray<i64>>() {
            all.extend(long.iter().map(|n| n.map(|n| n.div_euclid(divisor))));
        } else {
            let short = array.as_any().downcast_ref::<PrimitiveArray<i32>>()?;
            all.extend(short.iter().map(|n| n.copied().map(i64::from)));
        }
    }
    Some(Values::Numbers(all))
}

impl Table {
    fn has(&self, column: usize) -> bool {
        !matches!(self.0[column], Values::None)
    }

    fn number(&self, column: usize, row: usize) -> Option<i64> {
        let Values::Numbers(numbers) = &self.0[column] else { return None };
        numbers[row]
    }

    fn text(&self, column: usize, mut row: usize) -> Option<&[u8]> {
        let Values::Texts(arrays) = &self.0[column] else { return None };
        for array in arrays {
            if row < array.len() {
                return array.get(row);
            }
            row -= array.len();
        }
        None
    }
}

/// Checks rows and makes their texts safe to show; a text that comes again is looked up.
struct Cleaner<'a> {
    reader: Reader<'a>,
    texts: HashMap<Vec<u8>, String>,
    hosts: HashMap<Vec<u8>, Option<HostLabel>>,
    row: Row,
}

impl Cleaner<'_> {
    fn new(reader: Reader<'_>) -> Cleaner<'_> {
        Cleaner { reader, texts: HashMap::new(), hosts: HashMap::new(), row: Row::default() }
    }

    fn row(&mut self, table: &Table, index: usize) -> std::result::Result<&Row, Why> {
        let count = |column| {
            let number = table.number(column, index).and_then(|n| u64::try_from(n).ok());
            number.ok_or(key::archive::NUMBER_IMPOSSIBLE)
        };
        let Reader { privacy, zone, .. } = self.reader;
        let row = &mut self.row;
        row.time = Timestamp(table.number(columns::TIME, index).unwrap_or(i64::MIN));
        row.end = Timestamp(table.number(columns::END, index).unwrap_or(row.time.0));
        row.errors = count(columns::ERRORS)?;
        row.rows = count(columns::ROWS)?;
        let precision = table.text(columns::PRECISION, index);
        row.precision = precision.and_then(named).ok_or(key::archive::PRECISION_UNKNOWN)?;
        row.origin = table.text(columns::SOURCE, index).and_then(named).ok_or(key::archive::SOURCE_UNKNOWN)?;
        for (column, text) in [(columns::REASON, &mut row.reason), (columns::DETAIL, &mut row.detail)] {
            let raw = table.text(column, index).unwrap_or_default();
            look_up(&mut self.texts, raw, text, |raw| privacy.text(raw))?;
        }
        match table.text(columns::HOST, index) {
            Some(raw) => look_up(&mut self.hosts, raw, &mut row.host, |raw| privacy.host(raw))?,
            None => row.host = None,
        }
        self.channel(table, index)?;
        possible(&self.row)?;
        if self.row.precision == Precision::Day {
            let start = day_in(self.row.time, &zone);
            self.row.end.0 += start.0 - self.row.time.0;
            self.row.time = start;
        }
        Ok(&self.row)
    }

    fn channel(&mut self, table: &Table, index: usize) -> std::result::Result<(), Why> {
        let name = match table.has(columns::CHANNEL) {
            true => table.text(columns::CHANNEL, index),
            false => self.reader.folder.map(str::as_bytes),
        };
        let Channel { id: known_id, name: known_name } = &mut self.row.channel;
        for (raw, known) in [(table.text(columns::CHANNEL_ID, index), &mut *known_id), (name, &mut *known_name)] {
            match raw {
                Some(raw) => {
                    let privacy = self.reader.privacy;
                    look_up(&mut self.texts, raw, known.get_or_insert_default(), |raw| privacy.text(raw))?;
                }
                None => *known = None,
            }
        }
        // One text for both, where there is one for both.
        let told = known_name.as_deref().map(Channel::from_stored);
        match (table.has(columns::CHANNEL_ID), table.has(columns::CHANNEL), told) {
            (false, _, Some(told)) => self.row.channel = told,
            (true, false, Some(told)) if told.id == *known_id => self.row.channel = told,
            _ => {}
        }
        Ok(())
    }
}

fn look_up<V: Clone>(
    known: &mut HashMap<Vec<u8>, V>,
    raw: &[u8],
    into: &mut V,
    clean: impl FnOnce(&str) -> V,
) -> std::result::Result<(), Why> {
    if let Some(value) = known.get(raw) {
        into.clone_from(value);
        return Ok(());
    }
    if raw.len() > TEXT_BYTES {
        return Err(key::archive::TEXT_TOO_LONG);
    }
    *into = clean(std::str::from_utf8(raw).map_err(|_| key::archive::TEXT_NOT_UTF8)?);
    // What is remembered does not grow with the file.
    if known.len() > 10_000 {
        known.clear();
    }
    known.insert(raw.to_vec(), into.clone());
    Ok(())
}

/// Whether the archive can hold a row; else the key of the sentence that says why not.
pub fn possible(row: &Row) -> std::result::Result<(), Why> {
    let Channel { id, name } = &row.channel;
    let host = row.host.as_ref().map(|host| &*host.0);
    let texts = [id.as_deref(), name.as_deref(), Some(&row.reason), Some(&row.detail), host];
    if !TIMES.contains(&row.time.0) {
        return Err(key::reject::TIME_OUT_OF_RANGE);
    }
    if !(row.time.0..=row.time.0 + 86_400_000).contains(&row.end.0) {
        return Err(key::reject::END_IMPOSSIBLE);
    }
    if row.reason.is_empty() {
        return Err(key::reject::REASON_MISSING);
    }
    if texts.into_iter().flatten().any(|text| text.len() > TEXT_BYTES) {
        return Err(key::archive::TEXT_TOO_LONG);
    }
    if [row.errors, row.rows].into_iter().any(|n| i64::try_from(n).is_err()) {
        return Err(key::archive::NUMBER_IMPOSSIBLE);
    }
    Ok(())
}

/// A precision or a kind of source by the name under which it is stored.
fn named<T: FromStr>(name: &[u8]) -> Option<T> {
    str::from_utf8(name).ok()?.parse().ok()
}

/// The start of a day in a zone. A day is a civil date, which is stored as one of the console's zone.
pub fn day_in(stored: Timestamp, zone: &Zone) -> Timestamp {
    zone.day_start(Zone::console().day(stored))
}
