//! One writer at a time.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{self, Read, Seek, Write},
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};

use super::{
    disk::{Disk, shown},
    manifest::LOCK,
};
use crate::{
    error::{Error, Result},
    model::{Timestamp, key, visible},
};

/// How often the lock is tried for.
const PAUSE: Duration = Duration::from_millis(20);

/// The lock of the writer; it goes with its holder, however that ends. Its file says who holds it.
#[derive(Debug)]
pub struct Lock(File);

#[derive(Serialize, Deserialize)]
struct Holder {
    process: u32,
    host: String,
    since: Timestamp,
}

/// Takes the lock, and waits so long for it. Where another process has it the error says which.
pub fn lock(disk: &Disk, wait: Duration, now: Timestamp) -> Result<Lock> {
    let unwritten = |error| disk.unwritten(LOCK, &error);
    let path = disk.path(LOCK);
    if std::fs::symlink_metadata(&path).is_ok_and(|there| !there.is_file()) {
        return Err(unwritten(io::ErrorKind::InvalidInput.into()));
    }
    let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path);
    let mut file = file.map_err(unwritten)?;
    let until = Instant::now() + wait;
    loop {
        match file.try_lock() {
            Ok(()) => break,
            Err(TryLockError::WouldBlock) if Instant::now() < until => std::thread::sleep(PAUSE),
            Err(TryLockError::WouldBlock) => return Err(held(disk, file)),
            Err(TryLockError::Error(error)) => return Err(unwritten(error)),
        }
    }
    let from_file = || std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let from_env = || ["HOSTNAME", "COMPUTERNAME"].into_iter().find_map(|name| std::env::var(name).ok());
    let host = from_file().or_else(from_env).unwrap_or_default().trim().to_owned();
    let told = serde_json::to_vec(&Holder { process: std::process::id(), host, since: now }).unwrap_or_default();
    let tell = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| file.write_all(&told));
    tell.map_err(unwritten)?;
    Ok(Lock(file))
}

fn held(disk: &Disk, file: File) -> Error {
    let mut text = String::new();
    let read = file.take(4096).read_to_string(&mut text);
    match read.ok().and_then(|_| serde_json::from_str::<Holder>(&text).ok()) {
        Some(holder) => Error::new(key::archive::LOCKED)
            .with("path", shown(disk.root()))
            .with("process", holder.process)
            .with("host", visible(&holder.host))
            .with("since", holder.since.utc().to_rfc3339()),
        None => Error::new(key::archive::LOCKED_UNKNOWN).with("path", shown(disk.root())),
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Only tidying: the lock itself goes when the file is closed.
        let _ = self.0.set_len(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_writer_is_told_who_holds_the_lock() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("_errstat")).unwrap();
        let disk = Disk::new(folder.path());
        let lock = |wait| lock(&disk, Duration::from_millis(wait), Timestamp(1_790_000_000_000));
        let first = lock(0).unwrap();
        let error = lock(30).unwrap_err();
        assert_eq!(error.0.key, key::archive::LOCKED);
        assert!(error.to_string().contains(&std::process::id().to_string()), "{error}");
        // date -u -d @1790000000
        assert!(error.to_string().contains("2026-09-21T14:13:20"), "{error}");
        drop(first);
        assert!(lock(0).is_ok());
        assert_eq!(std::fs::read(disk.path(LOCK)).unwrap(), b"");
    }
}
