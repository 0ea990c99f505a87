//! What a Parquet file claims to hold, before anything of it is unpacked.
//!
//! Sizes stand in the headers of its pages, and the decoder allocates what they say. So every header is looked at
//! first: what does not fit is an error here instead of a machine without memory there.

use std::io::Cursor;

use polars_buffer::Buffer;
use polars_parquet::read::ColumnChunkMetadata;
use polars_parquet_format::{PageHeader, thrift::protocol::TCompactInputProtocol};

/// Largest page once unpacked. Writers make pages of 1 MiB, or of 20,000 rows.
const PAGE_BYTES: i64 = 64 << 20;

/// Largest group of rows, all columns that are read, once unpacked. Spark's are at most 128 MiB by default.
pub const GROUP_BYTES: i64 = 256 << 20;

/// Adds up the bytes that the pages of a column unpack to, as far as [`GROUP_BYTES`]: what is more is too much. `rows` is
/// the number of rows of the group. `None` where the headers contradict each other, or are none.
pub fn unpacked(column: &ColumnChunkMetadata, chunk: &Buffer<u8>, rows: usize) -> Option<i64> {
    let rows = i64::try_from(rows).ok()?;
    if column.num_values() != rows {
        return None;
    }
    let (mut bytes, mut values, mut at) = (0_i64, 0_i64, 0_u64);
    let length = chunk.len() as u64;
    while values < rows {
        let mut cursor = Cursor::new(chunk.clone().sliced(usize::try_from(at).ok()?..));
        let header = {
            let mut protocol = TCompactInputProtocol::new(&mut cursor, chunk.len());
            PageHeader::read_from_in_protocol(&mut protocol).ok()?
        };
        let size = i64::from(header.uncompressed_page_size);
        let counted = |n: i32| (0..=i32::MAX).contains(&n).then_some(i64::from(n));
        if size < 0 || header.compressed_page_size < 0 {
            return None;
        }
        if size > PAGE_BYTES {
            return Some(i64::MAX);
        }
        if let Some(dictionary) = &header.dictionary_page_header {
            // The shortest value is an empty text: the four bytes of its length.
            if counted(dictionary.num_values)? > size / 4 {
                return None;
            }
        }
        let here = match (&header.data_page_header, &header.data_page_header_v2) {
            (Some(one), None) => counted(one.num_values)?,
            (None, Some(two)) => {
                let levels = counted(two.definition_levels_byte_length)? + counted(two.repetition_levels_byte_length)?;
                if levels > size {
                    return None;
                }
                counted(two.num_values)?
            }
            (None, None) if header.dictionary_page_header.is_some() => 0,
            _ => return None,
        };
        values += here;
        bytes += size;
        at += cursor.position() + u64::try_from(header.compressed_page_size).ok()?;
        if at > length {
            return None;
        }
        if bytes > GROUP_BYTES {
            break;
        }
    }
    (values == rows || bytes > GROUP_BYTES).then_some(bytes)
}
