//! The archive as a whole: the same truth whatever the order, and no state in between whatever happens.

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

use proptest::prelude::*;

use super::{disk::Disk, *};
use crate::model::{Channel, Coverage, CoverageBasis, HostLabel, Origin, Precision, Privacy, Row, Timestamp};

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
    let file = |groups: usize| write::encode((0..groups).map(|_| &facts[..])).unwrap();
    // 19 × 2²⁰ rows are less than 20 million, 20 × 2²⁰ are more.
    let within = file(19);
    assert!(within.len() < 1 << 20, "equal rows take next to nothing");
    assert!(read::ParquetFile::from_bytes(within, "w").is_ok_and(|file| file.rows() == 19 << 20));
    let beyond = file(20);
    let refused = read::ParquetFile::from_bytes(beyond.clone(), "w").err().unwrap();
    assert_eq!(refused.0.key, "archive.too_many_rows");
    // Four rows for each byte: the footer is at the end, so what is before it may be anything.
    let padded = [vec![0; 20 << 18], beyond].concat();
    assert!(read::ParquetFile::from_bytes(padded, "w").is_ok());
}

fn about(name: &str) -> NewSource {
    NewSource {
        name: name.into(),
        sha256: manifest::sha256(name.as_bytes()),
        channels: Vec::new(),
        coverage: Coverage { from: None, until: None, by: CoverageBasis::LastRow },
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
        Row { origin: Origin::Mail, precision: Precision::Day, ..plain.clone() },
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

    let file = folder.path().join("converted.parquet");
    assert_eq!(write_parquet(rows.clone(), &file).unwrap(), rows.len() as u64);
    let mut back = Vec::new();
    read_parquet(&mut fs::File::open(&file).unwrap(), "converted.parquet", PRIVATE, &mut |row| {
        back.push(row.clone());
        Ok(())
    })
    .unwrap();
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
        assert_eq!(add_on(Disk::new(folder.path()), &[("a", vec![wrong])]).unwrap_err().0.key, "archive.row_refused");
    }
    let heavy = row(0, "shop", "502", u64::MAX / 2);
    let error = add_on(Disk::new(folder.path()), &[("a", vec![heavy.clone(), heavy])]).unwrap_err();
    assert_eq!(error.0.key, "error.overflow");
}

#[test]
fn what_is_known_already_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let rows = vec![row(0, "shop", "502", 3), row(40 * DAY, "shop", "502", 4)];
    let first = add(folder.path(), &[("w47.tsv", rows.clone())]);
    assert_eq!((first.sources.len(), first.files, first.errors), (1, 2, (0, 7)));
    let before = files(folder.path());
    let again = add(folder.path(), &[("copy of w47.tsv", Vec::new()), ("w47.tsv", rows.clone())]);
    // A source without rows is remembered: it proves that nothing happened.
    assert_eq!((again.sources.len(), again.known.len(), again.files), (1, 1, 0));
    let books = files(folder.path());
    let third = add(folder.path(), &[("w47.tsv", rows.clone())]);
    assert_eq!((third.sources.len(), third.known.len(), third.files, third.errors), (0, 1, 0, (7, 7)));
    assert_eq!(files(folder.path()), books);
    assert_eq!(parquet(folder.path()).len(), before.len() - files(folder.path()).len() + parquet(folder.path()).len());
    assert_eq!(verify(folder.path()).unwrap(), []);
}

#[test]
fn one_week_touches_only_its_months() {
    let folder = tempfile::tempdir().unwrap();
    let log: Vec<Row> = (0..120).map(|day| row(day * DAY, "shop", "502", 1)).collect();
    add(folder.path(), &[("all.tsv", log)]);
    let before = parquet(folder.path());
    let week: Vec<Row> = (60..67).map(|day| row(day * DAY, "shop", "503", 1)).collect();
    let change = add(folder.path(), &[("week.tsv", week)]);
    let after = parquet(folder.path());
    let touched: Vec<_> = after.iter().filter(|(path, bytes)| before.get(*path) != Some(bytes)).collect();
    // 20 to 26 November 2026.
    assert_eq!((touched.len(), change.files), (1, 1));
    assert!(touched[0].0.to_string_lossy().contains("month=2026-11"));
    let range = Timestamp(START + 60 * DAY)..Timestamp(START + 61 * DAY);
    let archive = Archive::open(folder.path(), PRIVATE).unwrap();
    let partitions: Vec<_> = archive.partitions(Some(&range)).collect();
    assert_eq!(partitions.len(), 1);
    let mut seen = Vec::new();
    let mut see = |row: &Row| {
        seen.push((row.detail.clone(), row.errors));
        Ok(())
    };
    archive.rows(partitions[0], Some(&range), &mut see).unwrap();
    assert_eq!(seen, [("502".to_owned(), 1), ("503".to_owned(), 1)]);
}

#[test]
fn a_mistake_is_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let right = vec![row(0, "shop", "502", 3), row(DAY, "shop", "502", 1)];
    add(folder.path(), &[("right.tsv", right.clone())]);
    let before = (parquet(folder.path()), all(folder.path()).unwrap());
    // The same file under a wrong channel, and a file with larger numbers beside it.
    let wrong = vec![row(0, "shpo", "502", 3), row(DAY, "shpo", "502", 1)];
    let change = add(folder.path(), &[("right.tsv", wrong), ("larger.tsv", vec![row(0, "shop", "502", 9)])]);
    assert_eq!(change.relabelled.len(), 1);
    assert_eq!(all(folder.path()).unwrap().iter().map(|row| row.errors).sum::<u64>(), 9 + 1 + 4);
    let mut writer = Writer::open(folder.path(), options()).unwrap();
    assert_eq!(writer.remove("right.tsv").unwrap_err().0.key, "archive.source_ambiguous");
    assert_eq!(writer.remove("nobody").unwrap_err().0.key, "archive.source_unknown_id");
    let gone = writer.remove(&change.relabelled[0].0.id).unwrap();
    assert_eq!((gone.files, gone.errors), (1, (14, 10)));
    assert_eq!(verify(folder.path()).unwrap(), []);
    assert_eq!(writer.remove("larger.tsv").unwrap().errors, (10, 4));
    drop(writer);
    assert_eq!((parquet(folder.path()), all(folder.path()).unwrap()), before);
    assert_eq!(verify(folder.path()).unwrap(), []);
    let rest = add(folder.path(), &[("right.tsv", right)]);
    assert_eq!((rest.sources.len(), rest.known.len()), (0, 1));
}

#[test]
fn a_second_writer_waits_or_says_who_writes() {
    let folder = tempfile::tempdir().unwrap();
    let first = Writer::open(folder.path(), options()).unwrap();
    let Err(second) = Writer::open(folder.path(), options()) else { panic!("two writers") };
    assert_eq!(second.0.key, "archive.locked");
    assert!(second.to_string().contains(&std::process::id().to_string()), "{second}");
    let patient = WriteOptions { wait: Duration::from_secs(10), ..options() };
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| Writer::open(folder.path(), patient).map(|_| ()).is_ok());
        std::thread::sleep(Duration::from_millis(50));
        drop(first);
        assert!(waiting.join().unwrap());
    });
}

#[test]
fn who_reads_is_not_disturbed() {
    let folder = tempfile::tempdir().unwrap();
    add(folder.path(), &[("a", vec![row(0, "shop", "502", 3)])]);
    let archive = Archive::open(folder.path(), PRIVATE).unwrap();
    let before = files(folder.path());
    let more = [("b", vec![row(0, "shop", "503", 3)])];
    assert_eq!(add_on(Disk::new(folder.path()), &more).unwrap_err().0.key, "archive.being_read");
    assert_eq!(files(folder.path()), before);
    drop(archive);
    add(folder.path(), &more);
    assert_eq!(all(folder.path()).unwrap().len(), 2);
}

#[test]
fn what_is_no_archive_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("w47.tsv"), "Time\tReason\n").unwrap();
    assert!(!is_archive(folder.path()));
    let Err(error) = Writer::open(folder.path(), options()) else { panic!("made an archive of it") };
    assert_eq!(error.0.key, "archive.not_one");
    assert_eq!(files(folder.path()).len(), 1);
    assert_eq!(verify(folder.path()).unwrap_err().0.key, "archive.unmanaged");
    let empty = tempfile::tempdir().unwrap();
    assert!(!is_archive(empty.path()));
    assert_eq!(Archive::open(empty.path(), PRIVATE).unwrap_err().0.key, "archive.empty");
}

#[test]
fn a_newer_format_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    add(folder.path(), &[("a", vec![row(0, "shop", "502", 3)])]);
    for name in [manifest::MANIFEST, manifest::COPY] {
        let path = folder.path().join(name);
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, text.replacen("\"errstat_archive\":2", "\"errstat_archive\":3", 1)).unwrap();
    }
    assert_eq!(Archive::open(folder.path(), PRIVATE).unwrap_err().0.key, "archive.newer");
    assert_eq!(verify(folder.path()).unwrap_err().0.key, "archive.newer");
    let Err(error) = Writer::open(folder.path(), options()) else { panic!("opened") };
    assert_eq!(error.0.key, "archive.newer");
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
        match name.ends_with(".pack") {
            true => assert_eq!(mend.unwrap_err().0.key, "archive.source_damaged"),
            false => {
                assert_eq!(mend.unwrap().errors.1, truth.iter().map(|row| row.errors).sum::<u64>());
                assert_eq!(verify(folder.path()).unwrap(), []);
            }
        }
        assert_eq!(all(folder.path()).unwrap(), truth);
        fs::write(&whole, &bytes).unwrap();
    }
}

#[test]
fn damaged_rows_of_a_source_are_mended_by_adding_it_again() {
    let folder = tempfile::tempdir().unwrap();
    let sources = [("a", vec![row(0, "shop", "502", 1)]), ("b", vec![row(0, "bot", "500", 1)])];
    add(folder.path(), &sources);
    let pack = files(folder.path()).into_keys().find(|path| path.extension().is_some_and(|e| e == "pack")).unwrap();
    let pack = folder.path().join(pack);
    let mut bytes = fs::read(&pack).unwrap();
    bytes[20] ^= 4;
    fs::write(&pack, bytes).unwrap();
    assert_eq!(verify(folder.path()).unwrap().len(), 1);
    add(folder.path(), &sources[..1]);
    assert_eq!(verify(folder.path()).unwrap().len(), 1);
    add(folder.path(), &sources[1..]);
    assert_eq!(verify(folder.path()).unwrap(), []);
    assert_eq!(Writer::open(folder.path(), options()).unwrap().rebuild().unwrap().errors, (2, 2));
}

#[test]
fn missing_and_foreign_files_are_found() {
    let folder = tempfile::tempdir().unwrap();
    add(folder.path(), &[("a", vec![row(0, "shop", "502", 1)])]);
    let truth = all(folder.path()).unwrap();
    let partition = folder.path().join("channel=shop/month=2026-09");
    write_parquet([row(0, "shop", "999", 7)], &partition.join("part-000.parquet")).unwrap();
    fs::write(folder.path().join("notes.txt"), "x").unwrap();
    let found: Vec<String> = verify(folder.path()).unwrap().into_iter().map(|finding| finding.path).collect();
    assert_eq!(found, ["channel=shop/month=2026-09/part-000.parquet", "notes.txt"]);
    assert_eq!(all(folder.path()).unwrap(), truth);
    fs::remove_file(partition.join("part-000.parquet")).unwrap();
    fs::remove_file(folder.path().join("notes.txt")).unwrap();
    fs::remove_file(partition.join("errors.parquet")).unwrap();
    let found = verify(folder.path()).unwrap();
    assert_eq!((found.len(), found[0].what.key), (1, "archive.found_missing"));
    assert!(all(folder.path()).is_err());
    Writer::open(folder.path(), options()).unwrap().rebuild().unwrap();
    assert_eq!(all(folder.path()).unwrap(), truth);
    for name in [manifest::MANIFEST, manifest::COPY] {
        fs::remove_file(folder.path().join(name)).unwrap();
    }
    assert_eq!(verify(folder.path()).unwrap()[0].todo.key, "archive.todo_backup");
}

#[test]
fn another_engines_dataset_is_read_and_taken_over() {
    let folder = tempfile::tempdir().unwrap();
    let shop = folder.path().join("channel=Shop%20A/month=2026-09");
    fs::create_dir_all(&shop).unwrap();
    let (one, two) = (row(0, "Shop A", "502", 1), row(1000, "Shop A", "502", 2));
    write_parquet([one.clone()], &shop.join("part-000.snappy.parquet")).unwrap();
    write_parquet([two.clone()], &shop.join("part-001.snappy.parquet")).unwrap();
    fs::write(shop.join(".part-000.snappy.parquet.crc"), "x").unwrap();
    fs::write(folder.path().join("_SUCCESS"), "").unwrap();
    assert!(is_archive(folder.path()));
    let archive = Archive::open(folder.path(), PRIVATE).unwrap();
    assert_eq!(archive.sources(), None);
    let seen: Vec<_> = archive.partitions(None).map(|part| (part.channel.clone(), part.rows)).collect();
    assert_eq!(seen, [(Channel::from_stored("Shop A"), 1), (Channel::from_stored("Shop A"), 1)]);
    drop(archive);
    assert_eq!(all(folder.path()).unwrap(), [one.clone(), two.clone()]);
    let change = add(folder.path(), &[("more.tsv", vec![row(0, "Shop A", "502", 5)])]);
    assert_eq!((change.sources.len(), change.errors), (2, (0, 7)));
    assert_eq!(all(folder.path()).unwrap(), [row(0, "Shop A", "502", 5), two]);
    assert_eq!(verify(folder.path()).unwrap(), []);
    assert_eq!(parquet(folder.path()).len(), 1);
}

#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link() {
    let folder = tempfile::tempdir().unwrap();
    let outside = tempfile::tempdir().unwrap();
    add(folder.path(), &[("a", vec![row(0, "bot", "502", 1)])]);
    std::os::unix::fs::symlink(outside.path(), folder.path().join("channel=shop")).unwrap();
    let error = add_on(Disk::new(folder.path()), &[("b", vec![row(0, "shop", "502", 1)])]).unwrap_err();
    assert_eq!(error.0.key, "archive.unwritten");
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0);
    assert_eq!(verify(folder.path()).unwrap()[0].what.key, "archive.found_foreign");
    assert_eq!(all(folder.path()).unwrap().len(), 1);
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
            write_parquet([row(0, "shop", "502", 1)], &folder.join("part-0.parquet")).unwrap();
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
            Err(error) if error.0.key == "archive.unfinished" => return,
            Err(error) => assert_eq!(error.0.key, "archive.unwritten"),
        }
        let left: BTreeMap<_, _> =
            files(folder.path()).into_iter().filter(|(path, _)| !path.starts_with("_errstat/staging")).collect();
        assert_eq!(left, before, "step {steps}");
    }
    panic!("never came to an end");
}

#[test]
fn hostile_parquet_is_an_error_and_not_a_panic() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.parquet");
    let rows: Vec<Row> = (0..300).map(|at| row(at * 1000, "shop", ["502", "503"][at as usize % 2], 1)).collect();
    write_parquet(rows.clone(), &path).unwrap();
    let bytes = fs::read(&path).unwrap();
    let read = |bytes: &[u8]| {
        let mut count = 0;
        let file = read::ParquetFile::from_bytes(bytes.to_vec(), "x")?;
        file.each(None, PRIVATE, &mut |_| {
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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Slices of a log, cut at its times, in any order, repeated, in one go or several, are the log.
    #[test]
    fn any_sequence_of_slices_is_their_union(
        log in prop::collection::vec((0_i64..90, 0_usize..2, 0_usize..2, 1_u64..9), 1..60),
        cuts in prop::collection::vec((0_i64..90, 1_i64..60), 1..5),
        together in 1_usize..4,
    ) {
        let (channels, details) = (["shop", "Shop"], ["502", "503"]);
        let log: Vec<Row> = log
            .into_iter()
            .map(|(day, channel, detail, errors)| row(day * DAY, channels[channel], details[detail], errors))
            .collect();
        let slice = |from: i64, until: i64| -> Vec<Row> {
            log.iter().filter(|row| (from * DAY..until * DAY).contains(&(row.time.0 - START))).cloned().collect()
        };
        let mut slices: Vec<(String, Vec<Row>)> =
            cuts.iter().map(|(from, length)| (format!("{from}+{length}"), slice(*from, from + length))).collect();
        slices.push(("first half".into(), slice(0, 50)));
        slices.push(("second half".into(), slice(40, 90)));
        let union = tempfile::tempdir().unwrap();
        add(union.path(), &[("all", log.clone())]);
        let pieces = tempfile::tempdir().unwrap();
        slices.reverse();
        slices.extend(slices.clone().into_iter().step_by(2));
        for group in slices.chunks(together) {
            let group: Vec<(&str, Vec<Row>)> = group.iter().map(|(name, rows)| (name.as_str(), rows.clone())).collect();
            add(pieces.path(), &group);
        }
        prop_assert_eq!(parquet(pieces.path()), parquet(union.path()));
        let total: u64 = all(pieces.path()).unwrap().iter().map(|row| row.errors).sum();
        prop_assert_eq!(total, log.iter().map(|row| row.errors).sum::<u64>());
        prop_assert!(verify(pieces.path()).unwrap().is_empty());
        Writer::open(pieces.path(), options()).unwrap().rebuild().unwrap();
        prop_assert_eq!(parquet(pieces.path()), parquet(union.path()));
    }
}
