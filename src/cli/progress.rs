//! Who watches the reading: the progress bar and the list of rejected rows.

use std::{
    io::{self, IsTerminal},
    path::Path,
    sync::OnceLock,
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use parking_lot::Mutex;

use super::{options::Shared, output::PendingFile};
use crate::{
    error::{Error, Result},
    input::Watcher,
    model::{Reject, key, spreadsheet_safe},
    taxonomy::Lang,
};

/// Work shorter than this shows no progress.
const PATIENCE: Duration = Duration::from_millis(500);

/// Watches a reading for the user.
pub struct Watch {
    started: Instant,
    bar: Option<OnceLock<ProgressBar>>,
    rejects: Option<Mutex<csv::Writer<PendingFile>>>,
    lang: Lang,
}

impl Watch {
    /// Shows progress on a terminal, unless told not to; opens the list of rejects, if one is wanted.
    pub fn new(shared: &Shared) -> Result<Watch> {
        let wanted = io::stderr().is_terminal() && !shared.showing.quiet && !shared.showing.no_progress;
        let rejects = shared.reading.rejects.as_deref().map(open_list).transpose()?;
        Ok(Watch {
            started: Instant::now(),
            bar: wanted.then(OnceLock::new),
            rejects: rejects.map(Mutex::new),
            lang: shared.lang(),
        })
    }

    /// Ends the bar and puts the list of rejects in its place.
    pub fn finish(self) -> Result<()> {
        if let Some(bar) = self.bar.and_then(OnceLock::into_inner) {
            bar.finish_and_clear();
        }
        let Some(rejects) = self.rejects else { return Ok(()) };
        let list = rejects.into_inner().into_inner();
        list.map_err(|error| Error::new(key::error::REJECTS_UNWRITTEN).because(error.error()))?.keep()
    }
}

fn open_list(path: &Path) -> Result<csv::Writer<PendingFile>> {
    let mut list = csv::Writer::from_writer(PendingFile::beside(path)?);
    list.write_record(["file", "line", "why", "text"])
        .map_err(|error| Error::new(key::error::REJECTS_UNWRITTEN).with("cause", error))?;
    Ok(list)
}

impl Watcher for Watch {
    fn bytes(&self, count: u64) {
        if let Some(bar) = &self.bar
            && self.started.elapsed() > PATIENCE
        {
            let start = || {
                let style = ProgressStyle::with_template("{spinner} {bytes} {bytes_per_sec}");
                let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
                bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()))
            };
            bar.get_or_init(start).inc(count);
        }
    }

    fn reject(&self, path: &str, reject: &Reject) -> io::Result<()> {
        let Some(list) = &self.rejects else { return Ok(()) };
        let mut list = list.lock();
        let why = self.lang.phrase(reject.why);
        list.write_record([&spreadsheet_safe(path), &reject.line.to_string(), why, &spreadsheet_safe(&reject.text)])
            .map_err(io::Error::from)
    }

    fn wants_all_rejects(&self) -> bool {
        self.rejects.is_some()
    }
}
