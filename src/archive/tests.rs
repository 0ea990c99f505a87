//! What only the inside can see of the archive: every step at which a change can be cut short, every byte, and every row.
//! What users see of it stands in `tests/it/archive.rs`.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use super::{disk::Disk, *};
use crate::model::{Channel, HostLabel, Origin, Precision, Privacy, Row, Timestamp, Zone, key};

const NOW: Timestamp = Timestamp(1_796_000_000_000);
const PRIVATE: Privacy = Privacy { show_urls: false };
/// 2026-09-21T14:13:20Z.
const START: i64 = 1_790_000_000_000;
const DAY: i64 = 86_400_000;

fn options() -> WriteOptions {
    WriteOptions { wait: Duration::from_millis(100), now: NOW, privacy: PRIVATE }
}

fn row(millis: i64, channel: &str, detail: &str, errors: u64) -> Row {
    Row {
        time: Timestamp(START + millis),
        end: Timestamp(START + millis + 30_000),
        precision: Precision::Second,
        channel: Channel::from_stored(channel),
        reason: "error_status_code".into(),
        detail: detail.into(),
        host: None,
        origin: Origin::Export,
        errors,
        rows: 1,
    }
}

#[test]
fn a_file_may_hold_more_rows_than_a_bomb_would_if_it_has_the_bytes() {
    let mut kinds = fact::Kinds::default();
    let facts = vec![kinds.fact(&row(0, "shop", "502", 1)); 1 << 20];
    let file = |groups: usize| {
        let mut encoder = write::Encoder::new().unwrap();
        (0..groups).for_each(|_| encoder.group(&facts).unwrap());
        encoder.finish().unwrap()
    };
    // 19 × 2²⁰ rows are less than 20 million, 20 × 2²⁰ are more.
    let within = file(19);
    assert!(within.len() < 1 << 20, "equal rows take next to nothing");
    assert!(read::ParquetFile::from_bytes(within, "w").is_ok());
    let beyond = file(20);
    let refused = read::ParquetFile::from_bytes(beyond.clone(), "w").err().unwrap();
    assert_eq!(refused.0.key, key::archive::TOO_MANY_ROWS);
    // Four rows for each byte: the footer is at the end, so what is before it may be anything.
    let padded = [vec![0; 20 << 18], beyond].concat();
    assert!(read::ParquetFile::from_bytes(padded, "w").is_ok());
}

fn about(name: &str) -> NewSource {
    NewSource {
        name: name.into(),
        sha256: manifest::sha256(name.as_bytes()),
        channels: Vec::new(),
        zone: None,
        covered_until: None,
    }
}

fn add_on(disk: Disk, sources: &[(&str, Vec<Row>)]) -> crate::error::Result<Change> {
    let mut writer = Writer::on(disk, options())?;
    let mut addition = writer.addition()?;
    for (name, rows) in sources {
        addition.source(about(name))?;
        for row in rows {
            addition.row(row)?;
        }
    }
    addition.commit()
}

fn parquet_of(rows: &[Row]) -> (u64, Vec<u8>) {
    let mut collected = Collected::default();
    rows.iter().for_each(|row| collected.row(row).unwrap());
    collected.parquet().unwrap()
}

fn add(folder: &Path, sources: &[(&str, Vec<Row>)]) -> Change {
    add_on(Disk::new(folder), sources).unwrap()
}

fn all(folder: &Path) -> crate::error::Result<Vec<Row>> {
    let archive = Archive::open(folder, PRIVATE)?;
    let mut rows = Vec::new();
    for partition in archive.partitions(None) {
        archive.rows(partition, None, &mut |row| {
            rows.push(row.clone());
            Ok(())
        })?;
    }
    Ok(rows)
}

/// The Parquet files of an archive and their content.
fn parquet(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    files(folder).into_iter().filter(|(path, _)| path.extension().is_some_and(|e| e == "parquet")).collect()
}

fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    walkdir::WalkDir::new(folder)
        .into_iter()
        .map(|entry| entry.unwrap().into_path())
        .filter(|path| path.is_file())
        .map(|path| (path.strip_prefix(folder).unwrap().to_owned(), fs::read(&path).unwrap()))
        .collect()
}

fn copy(from: &Path, to: &Path) {
    for (path, bytes) in files(from) {
        let path = to.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

#[test]
fn hostile_rows_come_back_as_they_were() {
    let folder = tempfile::tempdir().unwrap();
    let plain = row(0, "shop", "502", 3);
    let mut rows = vec![
        plain.clone(),
        Row { channel: Channel::default(), ..plain.clone() },
        Row { channel: Channel::from_stored(""), ..plain.clone() },
        Row { channel: Channel::from_stored("../x"), ..plain.clone() },
        Row { channel: Channel::from_stored("CON"), ..plain.clone() },
        Row { channel: Channel::from_stored("con"), ..plain.clone() },
        Row { channel: Channel::from_stored(&"x".repeat(300)), ..plain.clone() },
        Row { channel: Channel::from_stored("🛒 ショップ"), ..plain.clone() },
        Row { detail: String::new(), ..plain.clone() },
        Row { detail: "=cmd|'/c calc'!A0".into(), ..plain.clone() },
        Row { detail: "<script>alert(1)</script> | ` \u{5d0}".into(), ..plain.clone() },
        Row { detail: "é".repeat(2048), ..plain.clone() },
        Row { reason: "news_from_LINE".into(), detail: "nul\\u{200b}".into(), ..plain.clone() },
        Row { host: Some(HostLabel("https://bot.example.com:8443".into())), ..plain.clone() },
        // Midnight in Japan, as days are stored.
        Row { origin: Origin::Mail, precision: Precision::Day, ..row(-START + 1_790_002_800_000, "shop", "502", 3) },
        Row { precision: Precision::FiveMinutes, errors: 0, rows: 0, ..plain.clone() },
        Row {
            time: Timestamp(1_293_840_000_000),
            end: Timestamp(1_293_840_000_000),
            errors: i64::MAX as u64 / 64,
            ..plain.clone()
        },
        Row { time: Timestamp(4_133_980_799_999), end: Timestamp(4_133_980_799_999 + 86_400_000), ..plain.clone() },
    ];
    add(folder.path(), &[("w47.tsv", rows.clone())]);
    let mut back = all(folder.path()).unwrap();
    rows.sort();
    back.sort();
    assert_eq!(back, rows);
    assert_eq!(verify(folder.path()).unwrap(), []);
    assert!(is_archive(folder.path()));
    // Nothing was written beside the archive.
    assert!(fs::read_dir(folder.path()).unwrap().all(|entry| {
        let name = entry.unwrap().file_name().into_string().unwrap();
        name == "_errstat" || name.starts_with("channel=")
    }));

    let (count, bytes) = parquet_of(&rows);
    assert_eq!(count, rows.len() as u64);
    let mut back = Vec::new();
    let reader = Reader { folder: None, privacy: PRIVATE, zone: Zone::console() };
    let each = &mut |row: &Row| {
        back.push(row.clone());
        Ok(())
    };
    ParquetFile::from_bytes(bytes, "converted.parquet").unwrap().each(reader, each).unwrap();
    back.sort();
    assert_eq!(back, rows);
}

#[test]
fn rows_that_cannot_be_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    for wrong in [
        Row { reason: String::new(), ..row(0, "shop", "502", 1) },
        Row { detail: "x".repeat(40_000), ..row(0, "shop", "502", 1) },
        row(0, "shop", "502", u64::MAX),
        row(-START, "shop", "502", 1),
    ] {
        assert_eq!(
            add_on(Disk::new(folder.path()), &[("a", vec![wrong])]).unwrap_err().0.key,
            key::archive::ROW_REFUSED
        );
    }
    let heavy = row(0, "shop", "502", u64::MAX / 2);
    let error = add_on(Disk::new(folder.path()), &[("a", vec![heavy.clone(), heavy])]).unwrap_err();
    assert_eq!(error.0.key, key::error::OVERFLOW);
}

#[test]
fn who_reads_sees_the_state_in_which_it_began() {
    let folder = tempfile::tempdir().unwrap();
    add(folder.path(), &[("a", vec![row(0, "shop", "502", 3)]), ("b", vec![row(0, "news", "502", 4)])]);
    let read = |archive: &Archive| {
        let mut rows = Vec::new();
        let mut keep = |row: &Row| {
            rows.push((row.detail.clone(), row.errors));
            Ok(())
        };
        archive.partitions(None).try_for_each(|partition| archive.rows(partition, None, &mut keep)).map(|()| rows)
    };
    let before = Archive::open(folder.path(), PRIVATE).unwrap();
    let expected = [("502".to_owned(), 4), ("502".to_owned(), 3)];
    add(folder.path(), &[("c", vec![row(0, "shop", "503", 5)])]);
    assert_eq!(read(&before).unwrap(), expected);
    let during = Archive::open(folder.path(), PRIVATE).unwrap();
    Writer::open(folder.path(), options()).unwrap().remove("c").unwrap();
    assert_eq!(read(&before).unwrap(), expected);
    assert_eq!(read(&during).unwrap_err().0.key, key::archive::CHANGED);
    assert_eq!(read(&Archive::open(folder.path(), PRIVATE).unwrap()).unwrap(), expected);
    // Of an earlier version, when it was opened: whoever took it over meanwhile has written the same sources anew.
    let mut old = Archive::open(folder.path(), PRIVATE).unwrap();
    old.books.as_mut().unwrap().sources[0].pack = Some(format!("{:032}.pack", 0));
    for (path, _) in files(folder.path()) {
        if path.ends_with("errors.parquet") {
            fs::remove_file(folder.path().join(path)).unwrap();
        }
    }
    assert_eq!(read(&old).unwrap_err().0.key, key::archive::CHANGED);
}

#[test]
fn every_flipped_byte_is_found_and_most_are_mended() {
    let folder = tempfile::tempdir().unwrap();
    let rows: Vec<Row> = (0..40).map(|hour| row(hour * DAY, "shop", "502", hour as u64)).collect();
    add(folder.path(), &[("a", rows), ("b", vec![row(0, "bot", "500", 1)])]);
    let truth = all(folder.path()).unwrap();
    for (path, bytes) in files(folder.path()) {
        let name = path.to_string_lossy().into_owned();
        // The locks hold nothing.
        if bytes.is_empty() {
            continue;
        }
        let whole = folder.path().join(&path);
        for at in (0..bytes.len()).step_by(7).chain([bytes.len() - 1]) {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << (at % 8);
            fs::write(&whole, &flipped).unwrap();
            let found = verify(folder.path()).unwrap();
            assert!(found.iter().any(|finding| finding.path == name), "{name} byte {at}: {found:?}");
            // A wrong number is never read.
            assert!(all(folder.path()).is_err() || all(folder.path()).unwrap() == truth, "{name} byte {at}");
        }
        // One file is mended without any loss.
        let mend = Writer::open(folder.path(), options()).unwrap().rebuild();
        match name.contains("sources") {
            true => assert_eq!(mend.unwrap_err().0.key, key::archive::SOURCE_DAMAGED),
            false => {
                mend.unwrap();
                assert_eq!(verify(folder.path()).unwrap(), []);
            }
        }
        assert_eq!(all(folder.path()).unwrap(), truth);
        fs::write(&whole, &bytes).unwrap();
    }
}

/// A disk that does that many steps and then none any more, as if the process had been killed.
fn mortal(folder: &Path, steps: usize) -> (Disk, Arc<AtomicUsize>) {
    let done = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&done);
    let hook = move || match count.fetch_add(1, Ordering::Relaxed) < steps {
        true => Ok(()),
        false => Err(io::Error::other("killed")),
    };
    (Disk::with_hook(folder, Box::new(hook)), done)
}

/// Runs a change that dies at each of its steps in turn, and checks that the archive is always as before or as after.
fn killed_everywhere(prepare: impl Fn(&Path), change: impl Fn(Disk) -> crate::error::Result<()>) {
    let origin = tempfile::tempdir().unwrap();
    prepare(origin.path());
    let before = all(origin.path()).ok();
    let after = {
        let folder = tempfile::tempdir().unwrap();
        copy(origin.path(), folder.path());
        change(Disk::new(folder.path())).unwrap();
        (parquet(folder.path()), all(folder.path()).ok())
    };
    let (mut befores, mut afters) = (0, 0);
    for steps in 0.. {
        let folder = tempfile::tempdir().unwrap();
        copy(origin.path(), folder.path());
        let (disk, done) = mortal(folder.path(), steps);
        let result = change(disk);
        if done.load(Ordering::Relaxed) <= steps {
            result.unwrap();
            break;
        }
        // What a reader sees, before anybody has mended anything.
        let seen = all(folder.path()).ok();
        assert!(seen == before || seen == after.1, "step {steps}: {seen:?}");
        *(if seen == before { &mut befores } else { &mut afters }) += 1;
        // Another engine's dataset has no books before it is taken over.
        if let Ok(found) = verify(folder.path()) {
            assert!(found.iter().all(|finding| finding.harmless), "step {steps}: {found:?}");
        }
        // The next kill comes while the first is mended.
        let (disk, _) = mortal(folder.path(), 3);
        let _ = change(disk);
        let seen = all(folder.path()).ok();
        assert!(seen == before || seen == after.1, "step {steps}, again: {seen:?}");
        // Repeated to the end, it is done. (A removal that was decided cannot be repeated: there is nothing left.)
        let _ = change(Disk::new(folder.path()));
        assert_eq!((parquet(folder.path()), all(folder.path()).ok()), after, "step {steps}");
        assert_eq!(verify(folder.path()).unwrap(), [], "step {steps}");
    }
    assert!(befores > 10 && afters > 5, "{befores} {afters}");
}

#[test]
fn a_kill_leaves_before_or_after() {
    let some = |folder: &Path| {
        add(folder, &[("a", vec![row(0, "shop", "502", 1), row(40 * DAY, "shop", "502", 1)])]);
    };
    let more = [("b", vec![row(0, "shop", "502", 2), row(0, "bot", "500", 7)])];
    killed_everywhere(some, |disk| add_on(disk, &more).map(|_| ()));
    // The very first one.
    killed_everywhere(|_| {}, |disk| add_on(disk, &more).map(|_| ()));
    let both = |folder: &Path| {
        some(folder);
        add(folder, &more);
    };
    killed_everywhere(both, |disk| Writer::on(disk, options())?.remove("b").map(|_| ()));
    killed_everywhere(
        |folder| {
            let folder = folder.join("channel=shop/month=2026-09");
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join("part-0.parquet"), parquet_of(&[row(0, "shop", "502", 1)]).1).unwrap();
        },
        |disk| add_on(disk, &more).map(|_| ()),
    );
}

#[test]
fn a_full_disk_leaves_the_archive_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    add(folder.path(), &[("a", vec![row(0, "shop", "502", 1)])]);
    let before = files(folder.path());
    let more = [("b", vec![row(0, "shop", "502", 2), row(0, "bot", "500", 7)])];
    for steps in 0..200 {
        // From a certain step on there is no room; only taking away still works.
        let done = AtomicUsize::new(0);
        let full = move || match done.fetch_add(1, Ordering::Relaxed) {
            step if (steps..steps + 2).contains(&step) => Err(io::ErrorKind::StorageFull.into()),
            _ => Ok(()),
        };
        match add_on(Disk::with_hook(folder.path(), Box::new(full)), &more) {
            Ok(_) => return,
            Err(error) if error.0.key == key::archive::UNFINISHED => return,
            Err(error) => assert_eq!(error.0.key, key::archive::UNWRITTEN),
        }
        let left: BTreeMap<_, _> =
            files(folder.path()).into_iter().filter(|(path, _)| !path.starts_with("_errstat/new")).collect();
        assert_eq!(left, before, "step {steps}");
    }
    panic!("never came to an end");
}

#[test]
fn hostile_parquet_is_an_error_and_not_a_panic() {
    let rows: Vec<Row> = (0..300).map(|at| row(at * 1000, "shop", ["502", "503"][at as usize % 2], 1)).collect();
    let (_, bytes) = parquet_of(&rows);
    let read = |bytes: &[u8]| {
        let mut count = 0;
        let file = read::ParquetFile::from_bytes(bytes.to_vec(), "x")?;
        file.each(read::Reader::as_stored(), &mut |_| {
            count += 1;
            Ok(())
        })?;
        Ok::<usize, crate::error::Error>(count)
    };
    assert_eq!(read(&bytes).unwrap(), 300);
    let mut refused = 0;
    for at in 0..bytes.len() {
        for bit in [0, 3, 7] {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << bit;
            refused += usize::from(read(&flipped).is_err());
        }
        if at % 5 == 0 {
            assert!(read(&bytes[..at]).is_err(), "cut at {at}");
        }
    }
    assert!(refused > bytes.len() / 4, "{refused} of {}", bytes.len());
    assert!(read(b"").is_err() && read(b"PAR1").is_err() && read(&[b'P'; 64]).is_err());
}
