//! Several files: parts of one log, copies of parts, or logs of several servers. The same request in two files counts once.

use std::collections::BTreeMap;

use super::{
    request::Request,
    scan::{Bucket, Buckets, MOST_CELLS},
};

/// Whether two logs are one, or one holds a copy of a part of the other: most of the minutes that both have are alike.
pub fn is_same(one: &Buckets, other: &Buckets) -> bool {
    let common: Vec<bool> = other.iter().filter_map(|(start, bucket)| Some(one.get(start)?.is_like(bucket))).collect();
    let alike = common.iter().filter(|alike| **alike).count();
    alike > 0 && alike * 2 >= common.len()
}

/// Fewer minutes may be alike by chance.
const TWINS: usize = 3;

/// Whether two logs of other formats tell the same requests: a server may write two at once, and most of the minutes that
/// both have then have the same statuses at the same seconds.
pub fn is_twin(one: &Buckets, other: &Buckets) -> bool {
    let both = other.iter().filter_map(|(start, bucket)| Some((one.get(start)?.written, bucket.written)));
    let common: Vec<(u64, u64)> = both.filter(|(one, other)| *one != 0 && *other != 0).collect();
    let alike = common.iter().filter(|(one, other)| one == other).count();
    alike >= TWINS && alike * 2 >= common.len()
}

/// Whether two files tell of the same minutes, and not alike: then they are of two servers. Only a cut makes the minutes differ
/// that one log has in two files, and cuts are where files begin and end.
pub fn differ(one: &Buckets, other: &Buckets) -> bool {
    let is_inside = |bucket: &Bucket| bucket.singles.is_none() && bucket.cell.requests() > 0;
    let both = other.iter().filter_map(|(start, bucket)| Some((one.get(start)?, bucket)));
    both.filter(|(one, other)| is_inside(one) && is_inside(other)).any(|(one, other)| !one.is_like(other))
}

/// Adds the requests of a file to those of its log; gives the number of those that were there already.
///
/// Five minutes that both tell alike are the same requests. Where they differ, and both begin or end there, single lines
/// decide: rotation cuts anywhere. Else one has all of them and the other, which was cut there, a part.
pub fn add(log: &mut Buckets, file: Buckets) -> u64 {
    let mut repeated = 0;
    for (start, bucket) in file {
        let there = log.len();
        let Some(known) = log.get_mut(&start) else {
            if there < MOST_CELLS {
                log.insert(start, bucket);
            }
            continue;
        };
        let both = known.cell.requests() + bucket.cell.requests();
        if !known.is_like(&bucket) {
            match lacking(known, &bucket) {
                Some(Lacking::These(lines)) => lines.into_iter().for_each(|(hash, request)| known.add(hash, request)),
                Some(Lacking::All) => known.merge(bucket),
                None if bucket.cell.requests() > known.cell.requests() => *known = bucket,
                None => {}
            }
        }
        repeated += both - known.cell.requests();
    }
    repeated
}

/// What a log lacks of the same five minutes of a file.
enum Lacking {
    These(Vec<(u64, Request)>),
    /// Too many to be kept one by one, and of those that are kept the two have few in common.
    All,
}

/// None where one has a part of what the other has.
fn lacking(known: &Bucket, bucket: &Bucket) -> Option<Lacking> {
    let (mut lines, mut others) = known.singles.clone().zip(bucket.singles.clone())?;
    lines.thin(others.zeros);
    others.thin(lines.zeros);
    let least = lines.lines.len().min(others.lines.len());
    let mut counts: BTreeMap<u64, i64> = BTreeMap::new();
    lines.lines.iter().for_each(|(hash, _)| *counts.entry(*hash).or_default() += 1);
    let kept = others.lines.len();
    // A line that one file has twice is two requests.
    others.lines.retain(|(hash, _)| {
        let left = counts.entry(*hash).or_default();
        *left -= 1;
        *left < 0
    });
    match others.zeros {
        0 => Some(Lacking::These(others.lines)),
        _ => ((kept - others.lines.len()) * 2 < least).then_some(Lacking::All),
    }
}

/// What the names of rotated files of one log have in common: `access.log`, `access.log.1`, `access.log-20261127.gz`,
/// `access.2026112714.log`, `2026/11/27/14.log`.
pub fn stem(path: &str) -> String {
    let is_turn =
        |part: &str| ["gz", "zst"].contains(&part) || part.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let (folder, name) = path.rsplit_once('/').map_or(("", path), |(folder, name)| (folder, name));
    let folders: String =
        folder.split('/').filter(|part| part.is_empty() || !is_turn(part)).map(|part| format!("{part}/")).collect();
    // Behind a date there may be anything: an AWS load balancer writes an address and a word of chance.
    let is_date = |at: &usize| {
        let inside = name[..*at].ends_with(|sign: char| sign.is_ascii_alphanumeric());
        let digits: Vec<u8> = name[*at..].bytes().filter(|byte| !b"-_.".contains(byte)).take(8).collect();
        !inside && digits.starts_with(b"20") && digits.len() == 8 && digits.iter().all(u8::is_ascii_digit)
    };
    let mut end = name.match_indices("20").map(|(at, _)| at).find(is_date).unwrap_or(name.len());
    while let Some(at) = name[..end].rfind(['.', '-', '_']).filter(|at| *at > 0 && is_turn(&name[at + 1..end])) {
        end = at;
    }
    let turned = name[..end].split('.').next().is_some_and(|first| !first.is_empty() && is_turn(first) && first != "-");
    format!("{}{}", if folder.is_empty() { "" } else { &folders }, if turned { "" } else { &name[..end] })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{CellStart, Timestamp},
        server::{request::By, scan::Singles},
    };

    /// A file with lines in the cells 0, 1, … of a log; the edges have their single lines.
    fn file(cells: &[(u32, &[u64])]) -> Buckets {
        let edges = [cells[0].0, cells[cells.len() - 1].0];
        let bucket = |(start, hashes): &(u32, &[u64])| {
            let singles = edges.contains(start).then(Singles::default);
            let mut bucket = Bucket { singles, ..Bucket::default() };
            for hash in *hashes {
                let start = Timestamp(i64::from(*start) * 300_000);
                let request = Request {
                    start,
                    duration: None,
                    status: Some(200),
                    aborted: false,
                    by: By::Unknown,
                    astray: false,
                    written: start,
                };
                bucket.add(*hash, request);
            }
            (CellStart(*start), bucket)
        };
        cells.iter().map(bucket).collect()
    }

    fn counts(all: &Buckets) -> Vec<u64> {
        all.values().map(|bucket| bucket.cell.requests()).collect()
    }

    #[test]
    fn a_cut_between_two_files_and_a_copy_of_one_count_once() {
        let mut all = file(&[(0, &[1, 2]), (1, &[3, 4]), (2, &[5, 6])]);
        // The next file goes on in the same minutes, with a line that is written like one before.
        assert_eq!(add(&mut all, file(&[(2, &[7, 8, 8]), (3, &[9])])), 0);
        assert_eq!(counts(&all), [2, 2, 5, 1]);
        // A copy of the first that was cut while it was written.
        assert_eq!(add(&mut all, file(&[(0, &[1, 2]), (1, &[3])])), 3);
        assert_eq!(counts(&all), [2, 2, 5, 1]);
    }

    #[test]
    fn of_hundreds_of_thousands_some_tell_what_two_files_have_in_common() {
        use std::hash::BuildHasher;
        let hash = hashbrown::DefaultHashBuilder::default();
        let lines: Vec<u64> = (0..300_000).map(|number: u32| hash.hash_one(number)).collect();
        let part = |from: usize, to: usize| file(&[(7, &lines[from..to])]);
        let mut all = part(0, 100_000);
        let kept = |log: &Buckets| {
            let Singles { lines, zeros } = log.values().next().unwrap().singles.clone().unwrap();
            // A sample of two files can only be compared if both have kept the same hashes.
            assert!(lines.iter().all(|(hash, _)| hash.trailing_zeros() >= zeros));
            lines.len()
        };
        assert!((4_000..=1 << 14).contains(&kept(&all)));
        // It was rotated in the midst of these minutes, and later a copy was made of a part, and one of all.
        assert_eq!(add(&mut all, part(100_000, 300_000)), 0);
        assert_eq!(add(&mut all, part(0, 150_000)), 150_000);
        assert_eq!(add(&mut all, part(0, 300_000)), 300_000);
        assert_eq!(counts(&all), [300_000]);
        assert!((4_000..=1 << 14).contains(&kept(&all)));
        // A part that came first is replaced by what has more.
        let mut all = part(0, 50_000);
        assert_eq!((add(&mut all, part(0, 300_000)), counts(&all)), (50_000, vec![300_000]));
    }

    #[test]
    fn a_copy_is_the_same_log_and_another_server_is_none() {
        let log = file(&[(0, &[1]), (1, &[2, 3]), (2, &[4])]);
        assert!(is_same(&log, &file(&[(0, &[1]), (1, &[2])])));
        // By chance one line of another server may be written alike.
        assert!(!is_same(&log, &file(&[(0, &[1]), (1, &[12, 13, 14]), (2, &[15])])));
        assert!(!is_same(&log, &file(&[(3, &[5])])));
    }

    #[test]
    fn files_that_tell_of_the_same_minutes_otherwise_are_of_two_servers() {
        let log = file(&[(0, &[1]), (1, &[2, 3]), (2, &[4]), (3, &[5])]);
        assert!(differ(&log, &file(&[(0, &[6]), (1, &[7, 8]), (3, &[9])])));
        // The next file, and a copy that was cut.
        assert!(!differ(&log, &file(&[(3, &[10]), (4, &[11]), (5, &[12])])));
        assert!(!differ(&log, &file(&[(0, &[1]), (1, &[2, 3]), (2, &[])])));
    }

    #[test]
    fn rotated_files_have_one_stem() {
        for path in [
            "l/access.log",
            "l/access.log.1",
            "l/access.log.2.gz",
            "l/access.log-20261127.zst",
            "l/access.log.2026-11-27",
            "l/2026/11/27/access.log",
            "l/2026-11-27/access.log.gz",
        ] {
            assert_eq!(stem(path), "l/access.log", "{path}");
        }
        assert_eq!([stem("l/access.2026112714.log"), stem("l/access_2026-11-27_14.log.gz")], ["l/access", "l/access"]);
        assert_eq!([stem("l/2026/11/27/14.log"), stem("l/2026/11/28/00.log")], ["l/", "l/"]);
        let balancer = |rest: &str| stem(&format!("l/2026/11/27/123_elb_x_app.my.0123abcd_{rest}.log.gz"));
        assert_eq!(
            balancer("20261127T1505Z_172.160.1.190_46f62d33"),
            balancer("20261127T1510Z_172.160.1.191_1d882a21")
        );
        assert_eq!(balancer("20261127T1505Z_172.160.1.190_46f62d33"), "l/123_elb_x_app.my.0123abcd");
        assert_eq!(stem("a-1.2/shop-access.log"), "a-1.2/shop-access.log");
        assert_ne!(stem("web1.log"), stem("web2.log"));
        assert_eq!(stem("-"), "-");
    }
}
