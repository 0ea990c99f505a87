//! One writer at a time, and no reader while files are moved.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{self, Read, Seek, Write},
    path::Path,
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};

use crate::model::Timestamp;

/// How often a lock is tried for.
const PAUSE: Duration = Duration::from_millis(20);

/// A lock; it goes with its holder, however that ends.
#[derive(Debug)]
pub struct Lock {
    file: File,
    tells_holder: bool,
}

/// Who holds a lock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    pub process: u32,
    pub host: String,
    /// Milliseconds since 1970.
    pub since: i64,
}

impl Holder {
    /// This process.
    pub fn here(now: Timestamp) -> Holder {
        let from_file = || std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
        let from_env = || ["HOSTNAME", "COMPUTERNAME"].into_iter().find_map(|name| std::env::var(name).ok());
        let host = from_file().or_else(from_env).unwrap_or_default();
        Holder { process: std::process::id(), host: host.trim().to_owned(), since: now.0 }
    }
}

/// Why there is no lock.
#[derive(Debug)]
pub enum NoLock {
    /// Somebody else has it, and did not give it back in time.
    Held(Option<Holder>),
    Io(io::Error),
}

/// The lock of the writer. Its file says who holds it.
pub fn writer(path: &Path, wait: Duration, holder: &Holder) -> Result<Lock, NoLock> {
    let mut lock = acquire(path, wait, true)?;
    lock.tells_holder = true;
    let told = serde_json::to_vec(holder).unwrap_or_default();
    lock.file
        .set_len(0)
        .and_then(|()| lock.file.rewind())
        .and_then(|()| lock.file.write_all(&told))
        .map_err(NoLock::Io)?;
    Ok(lock)
}

/// The lock under which a writer moves files: nobody reads meanwhile.
pub fn mover(path: &Path, wait: Duration) -> Result<Lock, NoLock> {
    acquire(path, wait, true)
}

/// The lock of a reader; any number of readers hold it together. `None` where the archive cannot be locked, such as on
/// a medium that is read-only: then nobody can write to it either.
pub fn reader(path: &Path, wait: Duration) -> Result<Option<Lock>, NoLock> {
    match acquire(path, wait, false) {
        Ok(lock) => Ok(Some(lock)),
        Err(NoLock::Io(_)) => Ok(None),
        Err(held) => Err(held),
    }
}

fn acquire(path: &Path, wait: Duration, exclusive: bool) -> Result<Lock, NoLock> {
    if std::fs::symlink_metadata(path).is_ok_and(|there| !there.is_file()) {
        return Err(NoLock::Io(io::Error::new(io::ErrorKind::InvalidInput, path.to_string_lossy())));
    }
    let mut file = match exclusive {
        true => OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path),
        false => File::open(path),
    }
    .map_err(NoLock::Io)?;
    let until = Instant::now() + wait;
    loop {
        let tried = if exclusive { file.try_lock() } else { file.try_lock_shared() };
        match tried {
            Ok(()) => return Ok(Lock { file, tells_holder: false }),
            Err(TryLockError::WouldBlock) if Instant::now() < until => std::thread::sleep(PAUSE),
            Err(TryLockError::WouldBlock) => return Err(NoLock::Held(holder(&mut file))),
            Err(TryLockError::Error(error)) => return Err(NoLock::Io(error)),
        }
    }
}

fn holder(file: &mut File) -> Option<Holder> {
    let mut text = String::new();
    file.take(4096).read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Only tidying: the lock itself goes when the file is closed.
        if self.tells_holder {
            let _ = self.file.set_len(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_writer_is_told_who_holds_the_lock() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let me = Holder::here(Timestamp(1_790_000_000_000));
        let first = writer(&path, Duration::ZERO, &me).unwrap();
        match writer(&path, Duration::from_millis(30), &me) {
            Err(NoLock::Held(Some(holder))) => assert_eq!(holder, me),
            other => panic!("{other:?}"),
        }
        drop(first);
        assert!(writer(&path, Duration::ZERO, &me).is_ok());
        assert_eq!(std::fs::read(&path).unwrap(), b"");
    }

    #[test]
    fn readers_share_and_keep_the_mover_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("readers");
        drop(mover(&path, Duration::ZERO).unwrap());
        let readers = [reader(&path, Duration::ZERO).unwrap(), reader(&path, Duration::ZERO).unwrap()];
        assert!(readers.iter().all(Option::is_some));
        assert!(matches!(mover(&path, Duration::ZERO), Err(NoLock::Held(_))));
        drop(readers);
        assert!(mover(&path, Duration::ZERO).is_ok());
        assert!(matches!(reader(&folder.path().join("none"), Duration::ZERO), Ok(None)));
    }
}
