//! Cells of five minutes as the clock on the wall shows them.

/// Five-minute cells in an hour and in a day.
pub const HOUR: u32 = 12;
pub const DAY: u32 = 288;

/// A value for each cell of a weekday and then of a day of the weekend: see [`Place::time`].
pub type ByTime<T> = [T; 2 * DAY as usize];

/// The time that a channel is judged in: from one cell to another, the end exclusive, by a local clock.
#[derive(Clone, Debug)]
pub struct Clock {
    pub first: u32,
    pub end: u32,
    /// Cells that the clock is ahead of UTC, in each hour of UTC from that of `first` on; a single one where it never changes.
    ahead: Vec<i32>,
    /// Stretches, by their start, that tell nothing of what is usual.
    unknown: Vec<(u32, u32)>,
}

/// Where a cell stands on the wall.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Days since 1970-01-01.
    pub day: u32,
    /// Saturday or Sunday.
    pub weekend: bool,
    /// Cell of that day.
    pub slot: u32,
}

impl Clock {
    /// `ahead` says how many cells the clock is ahead of UTC in a cell; `fixed` if that never changes.
    pub fn new(first: u32, end: u32, unknown: Vec<(u32, u32)>, fixed: bool, ahead: impl Fn(u32) -> i32) -> Clock {
        let ahead = match fixed {
            true => vec![ahead(first)],
            false => (first / HOUR..=end / HOUR).map(|hour| ahead(hour * HOUR)).collect(),
        };
        Clock { first, end, ahead, unknown }
    }

    /// Cells that it is judged by.
    pub fn cells(&self) -> u32 {
        self.end - self.first
    }

    /// Whether a cell tells what is usual.
    pub fn knows(&self, cell: u32) -> bool {
        let before = self.unknown.partition_point(|(start, _)| *start <= cell);
        before == 0 || self.unknown[before - 1].1 <= cell
    }

    fn ahead(&self, cell: u32) -> i32 {
        let hour = (cell / HOUR).saturating_sub(self.first / HOUR) as usize;
        self.ahead[hour.min(self.ahead.len() - 1)]
    }

    /// The cell at the same time by the clock, so many days later; none where nothing is known of it.
    pub fn on_another_day(&self, cell: u32, days: i32) -> Option<u32> {
        let there = cell.checked_add_signed(days * DAY as i32)?;
        let there = there.checked_add_signed(self.ahead(cell) - self.ahead(there))?;
        (self.first..self.end).contains(&there).then_some(there).filter(|cell| self.knows(*cell))
    }

    pub fn place(&self, cell: u32) -> Place {
        let local = cell.saturating_add_signed(self.ahead(cell));
        Place { slot: local % DAY, ..Place::midnight(local / DAY) }
    }

    /// Cells with errors, in the order of time, and their places.
    #[inline]
    pub fn places<'a>(&self, cells: &'a [(u32, u64)]) -> impl Iterator<Item = (Place, u32, u64)> + use<'a, '_> {
        // Cells that follow each other are mostly of one day: only the first of them is looked up.
        let (mut first, mut end, mut at) = (0, 0, Place::midnight(0));
        cells.iter().map(move |(cell, errors)| {
            if !(first..end).contains(cell) {
                (first, at) = (*cell, self.place(*cell));
                let hour = if self.ahead.len() == 1 { DAY } else { HOUR - cell % HOUR };
                end = cell + hour.min(DAY - at.slot);
            }
            (Place { slot: at.slot + (cell - first), ..at }, *cell, *errors)
        })
    }
}

impl Place {
    /// The beginning of a day.
    pub fn midnight(day: u32) -> Place {
        let at = Place { day, weekend: false, slot: 0 };
        Place { weekend: at.weekday() >= 5, ..at }
    }

    /// 0 on a Monday.
    pub fn weekday(self) -> u32 {
        // 1970-01-01 was a Thursday.
        (self.day + 3) % 7
    }

    /// The index of its time in a [`ByTime`].
    #[inline]
    pub fn time(self) -> usize {
        (self.slot + if self.weekend { DAY } else { 0 }) as usize
    }
}
