//! The rows of inputs in canonical form: what is archived, and what another engine merges.

use std::{
    collections::{BTreeSet, HashMap},
    io,
};

use sha2::{Digest, Sha256};

use super::{
    ChannelRules,
    whose::{kinds_of, name_channels, settle_channels, tell_channels},
};
use crate::{
    error::{Error, Result},
    input::{Reading, Source, exact_rows, unreadable},
    model::{Channel, KindId, Origin, Precision, Row, Sentence, Timestamp, Zone, hex, key},
};

/// So many rows are held at once.
const MOST_ROWS: u64 = 250_000;

/// The inputs with the channel of each row, ready to be handed out.
pub struct Canonical {
    pub reading: Reading,
    /// What was decided about channels, for the reader to see.
    pub notes: Vec<Sentence>,
}

impl Canonical {
    /// Names the channel of every row.
    pub fn new(mut reading: Reading, rules: &ChannelRules) -> Result<Canonical> {
        reading.must_count()?;
        let notes = whose(&mut reading, rules)?;
        Ok(Canonical { reading, notes })
    }

    /// The channels of an input, sorted; the label that the user gave also where there is no row.
    ///
    /// # Errors
    /// Where a row names no channel.
    pub fn channels(&self, source: usize) -> Result<Vec<Channel>> {
        let read = &self.reading.sources[source];
        let catalog = self.reading.catalog.lock();
        let mut found: BTreeSet<Channel> = read.label.iter().cloned().collect();
        for kind in kinds_of(read, &catalog) {
            let channel = &catalog.channels[catalog.kind(kind).channel as usize];
            if channel.is_unknown() {
                return Err(Error::new(key::archive_error::CHANNEL).with("path", &read.report.path));
            }
            found.insert(channel.clone());
        }
        drop(catalog);
        found.extend(
            read.stops.iter().map(|stop| stop_channel(read, &stop.channel)).filter(|channel| !channel.is_unknown()),
        );
        Ok(found.into_iter().collect())
    }

    /// SHA-256 of an input's content, unpacked, in hexadecimal digits.
    pub fn sha256(&self, source: usize) -> Result<String> {
        let read = &self.reading.sources[source];
        let mut digest = Sha256::new();
        match &read.text {
            Some(text) => {
                let unread = |error: io::Error| unreadable(&read.report.path, &error);
                let mut stream = text.open().map_err(unread)?;
                let mut buffer = vec![0; 1 << 18];
                loop {
                    match io::Read::read(&mut stream, &mut buffer).map_err(unread)? {
                        0 => break,
                        n => digest.update(&buffer[..n]),
                    }
                }
            }
            None => self.rows(source, &mut |row| {
                digest.update(format!("{row:?}").as_bytes());
                Ok(())
            })?,
        }
        Ok(hex(&digest.finalize()))
    }

    /// Hands out the rows of an input, those of one key and host added up, in the order of time but for the precision.
    pub fn rows(&self, source: usize, each: &mut dyn FnMut(&Row) -> Result<()>) -> Result<()> {
        let read = &self.reading.sources[source];
        // Kinds are few and rows are many.
        let mut rows: HashMap<(KindId, Precision, Origin), Row> = HashMap::new();
        for part in &read.parts {
            let (Some(span), Some(precision)) = (part.span, part.precision) else { continue };
            let slices = part.rows.div_ceil(MOST_ROWS).max(1);
            let length = (span.last.0 - span.first.0) as u64 / slices + 1;
            for start in (span.first.0..=span.last.0).step_by(length as usize) {
                let stretch = start..start + length as i64;
                for entry in exact_rows(read, part, stretch, &self.reading.catalog, &self.reading.options)? {
                    let row = rows
                        .entry((entry.kind, precision, part.origin))
                        .or_insert_with(|| self.row(entry.kind, precision, part.origin));
                    row.time = stored_time(entry.at, precision, &self.reading.options.zone);
                    row.end = Timestamp(row.time.0 + entry.end - entry.at);
                    (row.errors, row.rows) = (entry.errors, entry.rows);
                    each(row)?;
                }
            }
        }
        for stop in &read.stops {
            each(&Row { channel: stop_channel(read, &stop.channel), ..stop.clone() })?;
        }
        Ok(())
    }

    /// A row of a kind, without time and numbers.
    fn row(&self, kind: KindId, precision: Precision, origin: Origin) -> Row {
        let catalog = self.reading.catalog.lock();
        let kind = catalog.kind(kind);
        Row {
            precision,
            channel: catalog.channels[kind.channel as usize].clone(),
            reason: catalog.reasons[kind.reason as usize].clone(),
            detail: catalog.details[kind.detail as usize].clone(),
            host: kind.host.map(|host| catalog.hosts[host as usize].clone()),
            origin,
            ..Row::default()
        }
    }
}

/// Settles whose the rows of each input are, as far as each tells by itself and the user says, writes it down in the
/// inputs' reports, and gives what is to be said about it.
pub fn whose(reading: &mut Reading, rules: &ChannelRules) -> Result<Vec<Sentence>> {
    let catalog = reading.catalog.get_mut();
    let notes = settle_channels(&mut reading.sources, catalog, rules)?;
    let naming = name_channels(&reading.sources, catalog, rules)?;
    tell_channels(&mut reading.sources, catalog, &naming);
    Ok(notes)
}

/// The channel of a stop of redelivery that may name none itself.
pub(super) fn stop_channel(source: &Source, channel: &Channel) -> Channel {
    source.label.as_ref().filter(|_| channel.is_unknown()).unwrap_or(channel).clone()
}

/// When a row happened, as it is stored. A time without a time of day is a civil date, which has no zone: it is stored as
/// the start of that day in the console's.
fn stored_time(at: i64, precision: Precision, zone: &Zone) -> Timestamp {
    match precision {
        Precision::Day => Zone::console().day_start(zone.day(Timestamp(at))),
        _ => Timestamp(at),
    }
}
