//! Rows of several sources, brought together without an archive.

use super::{
    fact::{Fact, Kinds, merged, summed},
    read::possible,
    write,
};
use crate::{
    error::{Error, Result},
    model::{Row, Sentence, key},
};

/// Rows on their way into one file, held in memory: some 60 bytes each.
#[derive(Debug, Default)]
pub struct Collected {
    kinds: Kinds,
    sources: Vec<Vec<Fact>>,
    current: Vec<Fact>,
}

impl Collected {
    /// Begins a source. The rows that follow are its own.
    pub fn source(&mut self) -> Result<()> {
        self.sources.push(summed(std::mem::take(&mut self.current))?);
        Ok(())
    }

    /// A row of the source; rows of one key are added up. An error where the archive's schema cannot hold it.
    pub fn row(&mut self, row: &Row) -> Result<()> {
        possible(row).map_err(|why| {
            Error::new(key::archive::ROW_REFUSED).with("name", &row.reason).with_sentence("why", Sentence::new(why))
        })?;
        self.current.push(self.kinds.fact(row));
        Ok(())
    }

    /// The rows of all sources, sorted by channel and time; of each key the larger of the sources' sums.
    pub fn rows(self) -> Result<Vec<Row>> {
        Ok(self.facts()?.iter().map(Fact::to_row).collect())
    }

    /// The number of rows, and them as a Parquet file in the archive's schema.
    pub fn parquet(self) -> Result<(u64, Vec<u8>)> {
        let facts = self.facts()?;
        Ok((facts.len() as u64, write::parquet(&facts)?))
    }

    fn facts(mut self) -> Result<Vec<Fact>> {
        self.source()?;
        merged(self.sources)
    }
}
