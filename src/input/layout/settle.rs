//! Settling which column is which: what the user says, then the headings, then the content.

use chrono::NaiveDate;
use strum::{EnumCount, IntoEnumIterator};
use unicode_normalization::UnicodeNormalization;

use super::{Role, TimeForm, body::Body, when::When};
use crate::{
    error::{Error, Result},
    input::{
        ColumnName, ReadOptions, headings,
        time::{TimeCell, is_roc_date, offset, pattern_for, time_of_day_millis},
    },
    model::{Columns, Sentence, key},
};

/// The column of each role in the order of [`Role`]: its index, and from what it was recognised (the key of a
/// sentence).
type Settled = [Option<(usize, key::SentenceKey)>; Role::COUNT];

const BY_CONTENT: key::SentenceKey = key::evidence::COLUMN_CONTENT;

/// A table whose columns are being settled.
pub(super) struct Settling<'a> {
    path: &'a str,
    options: &'a ReadOptions,
    heading: Option<&'a [String]>,
    /// There is a heading, in a language that nobody told us.
    foreign_heading: bool,
    body: &'a Body,
    width: usize,
    settled: Settled,
    pub evidence: Vec<Sentence>,
}

/// A column is not there. Without an error there is no heading either, so this is no table of errors.
pub(super) type Missing = Option<Error>;

impl<'a> Settling<'a> {
    pub fn new(
        path: &'a str,
        options: &'a ReadOptions,
        heading: Option<&'a [String]>,
        body: &'a Body,
        width: usize,
    ) -> Settling<'a> {
        let foreign_heading = heading.is_none() && body.starts_with_heading();
        let (settled, evidence) = ([None; Role::COUNT], Vec::new());
        Settling { path, options, heading, foreign_heading, body, width, settled, evidence }
    }

    /// Settles all roles, and gives the columns of the times. Fails where a column is ambiguous or is not there.
    pub fn settle(&mut self) -> std::result::Result<When, Missing> {
        self.as_asked()?;
        self.by_headings()?;
        if self.at(Role::Reason).is_none() {
            let free: Vec<usize> = self.free().collect();
            let reason = self.body.reasons(&free).ok_or_else(|| self.missing(Role::Reason))?;
            self.take(Role::Reason, reason, BY_CONTENT);
        }
        let when = self.when()?;
        self.detail()?;
        if self.heading.is_none() {
            self.ids_and_urls();
        }
        if self.heading.is_none() && !self.foreign_heading {
            self.bare_count()?;
        }
        if self.at(Role::Count).is_none() {
            self.evidence.push(Sentence::new(key::evidence::NO_COUNT));
        }
        self.no_column_twice()?;
        let known = Role::iter().zip(&self.settled).filter_map(|(role, settled)| Some((role, (*settled)?)));
        let sentence = |(role, (index, basis)): (Role, (usize, key::SentenceKey))| {
            let role = Sentence::new(role.key());
            Sentence::new(basis).with_sentence("role", role).with("column", self.title(index))
        };
        let by_role: Vec<Sentence> = known.map(sentence).collect();
        self.evidence.splice(0..0, by_role);
        Ok(when)
    }

    /// Index of the column of each role.
    pub fn columns(&self) -> [Option<usize>; Role::COUNT] {
        self.settled.map(|settled| settled.map(|(index, _)| index))
    }

    fn at(&self, role: Role) -> Option<usize> {
        self.settled[role as usize].map(|(index, _)| index)
    }

    /// The heading of a column, or its number.
    fn title(&self, index: usize) -> String {
        match self.heading.and_then(|cells| cells.get(index)) {
            Some(cell) if !cell.trim().is_empty() => self.shown(cell),
            _ => format!("column {}", index + 1),
        }
    }

    /// The headings of the settled columns.
    pub fn names(&self) -> Columns {
        let name = |role: Role| self.at(role).map(|index| self.title(index));
        Columns {
            date: name(Role::Date),
            start: name(Role::Start),
            end: name(Role::End),
            time: name(Role::Time),
            reason: name(Role::Reason).unwrap_or_default(),
            detail: name(Role::Detail),
            count: name(Role::Count),
            channel_id: name(Role::ChannelId),
            channel_name: name(Role::ChannelName),
            url: name(Role::Url),
        }
    }

    /// The form of the times.
    pub fn time_form(&self, when: When) -> Result<TimeForm> {
        let form = self.written_form(when)?;
        if !form.has_offset() && !matches!(form, TimeForm::Epoch { .. }) {
            self.agrees_with_zone(when)?;
        }
        Ok(form)
    }

    /// Fails where a heading of the times names another zone than the one in which they would be read.
    fn agrees_with_zone(&self, when: When) -> Result<()> {
        for index in [Some(when.date), when.clock, when.end].into_iter().flatten() {
            let Some(heading) = self.heading.and_then(|cells| cells.get(index)) else { continue };
            let heading: String = heading.nfkc().collect();
            let words = heading.split(|c: char| c.is_whitespace() || "()[]_".contains(c)).filter(|word| word.len() > 2);
            let Some(east) = words.filter_map(offset).next_back() else { continue };
            // Of a zone whose clocks change, either time of the year.
            let zone = self.options.zone;
            let clocks = [1, 7]
                .map(|month| zone.local(zone.day_start(NaiveDate::from_ymd_opt(2026, month, 1).unwrap_or_default())));
            if clocks.iter().all(|clock| clock.offset().local_minus_utc() != east) {
                let sign = if east < 0 { '-' } else { '+' };
                let own = format!("{sign}{:02}:{:02}", east.abs() / 3600, east.abs() / 60 % 60);
                return Err(Error::new(key::error::TIME_ZONE_NAMED)
                    .with("path", self.path)
                    .with("column", self.title(index))
                    .with("zone", zone)
                    .with("own", own));
            }
        }
        Ok(())
    }

    fn written_form(&self, when: When) -> Result<TimeForm> {
        if let Some(pattern) = self.pattern() {
            return Ok(pattern);
        }
        // An epoch needs a heading, and a constant column of such is an id; one row alone proves nothing.
        let epoch = (self.heading.is_some() || self.asked(Role::Time))
            && !(self.body.is_constant(when.date) && self.body.column(when.date).count() > 1);
        let cells = self.body.0.iter().filter_map(|row| when.of(row));
        if let Some(form) = TimeForm::of_cells(cells.clone(), epoch) {
            return Ok(form);
        }
        let Some(example) = cells.map(TimeCell::text).find(|text| !text.trim().is_empty()) else {
            return Ok(TimeForm::unseen());
        };
        let error = match pattern_for(&example) {
            _ if is_roc_date(&example) => Error::new(key::error::TIME_ROC),
            Some(pattern) => Error::new(key::error::TIME_FORM_PATTERN).with("pattern", pattern),
            None => Error::new(key::error::TIME_FORM),
        };
        Err(error.with("path", self.path).with("column", self.title(when.date)).with("example", self.shown(&example)))
    }

    fn pattern(&self) -> Option<TimeForm> {
        self.options.time_format.clone().map(TimeForm::Pattern)
    }

    fn shown(&self, cell: &str) -> String {
        self.options.privacy.excerpt(cell.trim(), 60)
    }

    fn asked(&self, role: Role) -> bool {
        self.options.columns.iter().any(|(asked, _)| *asked == role)
    }

    /// Columns that have no role yet.
    fn free(&self) -> impl Iterator<Item = usize> {
        (0..self.width).filter(|i| !self.settled.iter().flatten().any(|(index, _)| index == i))
    }

    /// Those that fit.
    fn fitting(&self, fits: impl Fn(&Body, usize) -> bool) -> Vec<usize> {
        self.free().filter(|i| fits(self.body, *i)).collect()
    }

    fn take(&mut self, role: Role, index: usize, basis: key::SentenceKey) {
        self.settled[role as usize] = Some((index, basis));
    }

    fn as_asked(&mut self) -> Result<()> {
        for (role, name) in &self.options.columns {
            let index = match name {
                ColumnName::Number(number) => self.numbered(*role, number - 1)?,
                ColumnName::Heading(wanted) => self.named(*role, wanted)?,
                ColumnName::None => continue,
            };
            if index >= self.width.max(self.body.longest()) {
                let error = self.error(key::error::COLUMN_BEYOND, *role);
                return Err(error.with("column", index + 1).with("width", self.width));
            }
            self.take(*role, index, key::evidence::COLUMN_ASKED);
        }
        Ok(())
    }

    /// The column with a number that the user says, perhaps of another file. It is not under the heading of another role,
    /// nor beside one of its own; a date and a time may well be under each other's.
    fn numbered(&self, role: Role, index: usize) -> Result<usize> {
        let cells = self.heading.unwrap_or_default();
        let known = |index: usize| cells.get(index).and_then(|cell| headings::role(cell));
        let fits = match known(index) {
            Some(known) => known == role || known.tells_time() && role.tells_time(),
            None => (0..cells.len()).all(|other| known(other) != Some(role)),
        };
        if fits {
            return Ok(index);
        }
        let error = self.error(key::error::COLUMN_CONTRADICTS, role).with("column", index + 1);
        Err(error.with("headings", self.headings()))
    }

    /// The column under a heading that the user names: as it is written, else in any spelling.
    fn named(&self, role: Role, wanted: &str) -> Result<usize> {
        let cells = self.heading.unwrap_or_default();
        let under = |fits: &dyn Fn(&str) -> bool| -> Vec<usize> {
            (0..cells.len()).filter(|i| fits(cells[*i].trim())).collect()
        };
        let exact = under(&|cell| cell == wanted.trim());
        let normal = headings::normal(wanted);
        let matching =
            if exact.is_empty() { under(&|cell| !cell.is_empty() && headings::normal(cell) == normal) } else { exact };
        let told = |key| self.error(key, role).with("column", self.shown(wanted));
        match matching[..] {
            [index] => Ok(index),
            [] => Err(told(key::error::COLUMN_NOT_THERE).with("headings", self.headings())),
            _ => Err(told(key::error::COLUMN_TWICE)),
        }
    }

    fn by_headings(&mut self) -> Result<()> {
        let Some(cells) = self.heading else { return Ok(()) };
        for role in Role::iter().filter(|role| !self.asked(*role)).collect::<Vec<_>>() {
            let fits = |_: &Body, i: usize| cells.get(i).is_some_and(|cell| headings::role(cell) == Some(role));
            if let Some(index) = self.only(role, &self.fitting(fits))? {
                self.take(role, index, key::evidence::COLUMN_HEADING);
            }
        }
        Ok(())
    }

    /// The one column that may have a role, if there is any.
    fn only(&self, role: Role, matching: &[usize]) -> Result<Option<usize>> {
        match matching {
            [] => Ok(None),
            [index] => Ok(Some(*index)),
            _ => Err(self
                .error(key::error::COLUMNS_AMBIGUOUS, role)
                .with(
                    "candidates",
                    list(matching.iter().map(|index| format!("{} ({})", self.title(*index), index + 1))),
                )
                .with("option", format!("--columns {}={}", role.name(), matching[0] + 1))),
        }
    }

    /// The one column of dates.
    fn only_date(&self, role: Role, dates: &[usize]) -> std::result::Result<usize, Missing> {
        // One mention of a reason makes no export of a text.
        self.only(role, dates)?.ok_or_else(|| self.missing(role))
    }

    /// Settles the columns of the times: a whole time in one, or a date and a time of day in two; and the end.
    fn when(&mut self) -> std::result::Result<When, Missing> {
        let pattern = self.pattern();
        // A time of day on the first day that a spreadsheet knows is no more than a time of day.
        let whole = |table: &Self, i: usize| {
            table.body.holds_times(i, pattern.as_ref(), table.options) && !table.body.holds_clocks(i)
        };
        let (date, time, start) = (self.at(Role::Date), self.at(Role::Time), self.at(Role::Start));
        let begin = self.begin()?;
        let end = self.at(Role::End).filter(|end| {
            let empty = self.body.column(*end).next().is_none();
            self.asked(Role::End) || empty || self.body.holds_clocks(*end) || whole(self, *end)
        });
        let dates: Vec<usize> = self.free().filter(|i| whole(self, *i)).collect();
        let when = match (date, begin) {
            (Some(_), Some(begin)) if whole(self, begin) => When { date: begin, clock: None, end },
            (Some(date), Some(begin)) => When { date, clock: Some(begin), end },
            (None, Some(begin)) if self.body.holds_clocks(begin) => {
                When { date: self.only_date(Role::Date, &dates)?, clock: Some(begin), end }
            }
            (None, Some(begin)) => When { date: begin, clock: None, end },
            (Some(date), None) => self.clocks_beside(date, end)?,
            (None, None) => self.clocks_beside(self.only_date(Role::Time, &dates)?, end)?,
        };
        let before = self.settled;
        for role in [Role::Date, Role::Start, Role::End, Role::Time] {
            self.settled[role as usize] = None;
        }
        // A single whole time is a start where there is an end.
        let alone = when.end.is_none() && (start.is_none() && time.is_some() || when.clock.is_none());
        let begin = if alone { Role::Time } else { Role::Start };
        let date = when.clock.map(|_| (Role::Date, when.date));
        let columns = [date, Some((begin, when.clock.unwrap_or(when.date))), when.end.map(|end| (Role::End, end))];
        for (role, index) in columns.into_iter().flatten() {
            let known = before.iter().flatten().find(|(known, _)| *known == index);
            self.take(role, index, known.map_or(BY_CONTENT, |(_, basis)| *basis));
        }
        Ok(when)
    }

    /// The column under a heading that tells when a row begins, or that the user says.
    fn begin(&self) -> Result<Option<usize>> {
        match (self.at(Role::Time), self.at(Role::Start)) {
            (Some(time), Some(start)) if self.asked(Role::Time) == self.asked(Role::Start) => {
                self.only(Role::Time, &[time, start])
            }
            (Some(time), Some(_)) if self.asked(Role::Time) => Ok(Some(time)),
            (time, start) => Ok(start.or(time)),
        }
    }

    /// A column of dates, and the times of day that stand beside it under headings that nobody knows.
    fn clocks_beside(&self, date: usize, end: Option<usize>) -> Result<When> {
        let alone = When { date, clock: None, end };
        if self.pattern().is_some() || !self.body.holds_days(date) {
            return Ok(alone);
        }
        let clocks = self.fitting(Body::holds_clocks);
        match (&clocks[..], end) {
            ([], _) => Ok(alone),
            ([clock], _) => Ok(When { date, clock: Some(*clock), end }),
            ([one, other], None) => {
                let (start, end) = in_order(self.body, *one, *other);
                Ok(When { date, clock: Some(start), end: Some(end) })
            }
            _ => self.only(Role::Start, &clocks).map(|_| alone),
        }
    }

    fn detail(&mut self) -> Result<()> {
        if self.at(Role::Detail).is_some() {
            return Ok(());
        }
        let reason = self.at(Role::Reason).unwrap_or(0);
        let known = self.only(Role::Detail, &self.fitting(|body, i| body.holds_details(i, reason)))?;
        // Free text beside the reason, where there is no heading and nothing else claims it.
        match (known, &self.fitting(Body::holds_text)[..]) {
            (Some(index), _) => self.take(Role::Detail, index, BY_CONTENT),
            (None, [index]) if self.heading.is_none() => self.take(Role::Detail, *index, BY_CONTENT),
            _ => self.evidence.push(Sentence::new(key::evidence::NO_DETAIL)),
        }
        Ok(())
    }

    /// What a table without known headings may hold beside: an address, one long number all the way down.
    fn ids_and_urls(&mut self) {
        let urls = self.fitting(Body::holds_urls);
        if let ([index], None) = (&urls[..], self.at(Role::Url)) {
            self.take(Role::Url, *index, BY_CONTENT);
        }
        let ids = self.fitting(|body, i| body.holds_numbers(i) && body.is_channel_id(i));
        if let ([index], None) = (&ids[..], self.at(Role::ChannelId)) {
            self.take(Role::ChannelId, *index, BY_CONTENT);
        }
    }

    /// A bare column of whole numbers in a table without any heading is the count. Beside another one, numbers that rise
    /// are not, and the first column is not where it numbers the rows.
    fn bare_count(&mut self) -> Result<()> {
        if self.at(Role::Count).is_some() || self.asked(Role::Count) {
            return Ok(());
        }
        let numbers = self.fitting(Body::holds_bare_numbers);
        let steady: Vec<usize> = numbers.iter().copied().filter(|i| !self.body.rises(*i)).collect();
        if let Some(index) = self.only(Role::Count, if steady.is_empty() { &numbers } else { &steady })? {
            self.take(Role::Count, index, BY_CONTENT);
        }
        Ok(())
    }

    /// A column that may well be the count, where nothing says so: title and number from 1.
    pub fn doubtful_count(&self) -> Option<(String, usize)> {
        if self.at(Role::Count).is_some() || self.asked(Role::Count) {
            return None;
        }
        let index = self.free().find(|i| self.may_be_count(*i))?;
        Some((self.title(index), index + 1))
    }

    fn may_be_count(&self, index: usize) -> bool {
        let Some(cells) = self.heading else {
            // A heading that nobody knows stands among the cells.
            return self.body.holds_bare_numbers(index);
        };
        // Dataframes write a first column of row numbers without a heading.
        let is_index = index == 0 && cells.first().is_none_or(|cell| cell.trim().is_empty());
        !is_index && self.body.holds_counts(index) && !self.body.numbers_rows(index)
    }

    fn no_column_twice(&self) -> Result<()> {
        let roles_of = |index: usize| Role::iter().filter(move |role| self.at(*role) == Some(index));
        match self.columns().into_iter().flatten().find(|index| roles_of(*index).count() > 1) {
            None => Ok(()),
            Some(index) => Err(Error::new(key::error::COLUMN_TWO_ROLES)
                .with("path", self.path)
                .with("column", self.title(index))
                .with("roles", list(roles_of(index).map(|role| role.name().to_owned())))),
        }
    }

    fn headings(&self) -> String {
        list(self.heading.unwrap_or_default().iter().map(|cell| self.shown(cell)))
    }

    fn missing(&self, role: Role) -> Missing {
        self.heading?;
        Some(self.error(key::error::COLUMN_MISSING, role).with("headings", self.headings()))
    }

    fn error(&self, key: key::SentenceKey, role: Role) -> Error {
        Error::new(key).with("path", self.path).with("role", role.name())
    }
}

/// Which of two columns of times of day is the start: ends follow their starts closely, across midnight too. Of columns
/// that are always equal the first is.
fn in_order(body: &Body, one: usize, other: usize) -> (usize, usize) {
    const DAY: i64 = 86_400_000;
    let clock = |row: &[String], index: usize| row.get(index).and_then(|cell| time_of_day_millis(cell));
    let steps = body.0.iter().filter_map(|row| Some(clock(row, other)? - clock(row, one)?));
    let (forward, backward) = steps
        .fold((0, 0), |(forward, backward), step| (forward + step.rem_euclid(DAY), backward + (-step).rem_euclid(DAY)));
    if forward <= backward { (one, other) } else { (other, one) }
}

fn list(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join(" | ")
}
