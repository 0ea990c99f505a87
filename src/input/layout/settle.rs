//! Settling which column is which: what the user says, then the headings, then the content.

use super::{Role, TimeForm, body::Body};
use crate::{
    error::{Error, Result},
    input::{ColumnName, ReadOptions, headings},
    model::{Columns, Sentence},
};

/// Index of the column of each role, in the order of [`Role::ALL`].
pub(super) type ColumnIndices = [Option<usize>; Role::ALL.len()];

/// A table whose columns are being settled.
pub(super) struct Settling<'a> {
    pub path: &'a str,
    pub options: &'a ReadOptions,
    pub heading: Option<&'a [String]>,
    /// There is a heading, in a language that nobody told us.
    pub foreign_heading: bool,
    pub body: &'a Body,
    pub width: usize,
    pub columns: ColumnIndices,
    pub evidence: Vec<Sentence>,
}

/// A column that the table does not have.
pub(super) enum Missing {
    /// There is no heading either, so this is no table of errors.
    NoTable,
    Told(Error),
}

impl From<Error> for Missing {
    fn from(error: Error) -> Self {
        Missing::Told(error)
    }
}

impl Settling<'_> {
    /// Settles all roles.
    ///
    /// # Errors
    /// Where a column is ambiguous or is not there.
    pub fn settle(&mut self) -> std::result::Result<(), Missing> {
        self.as_asked()?;
        self.by_headings()?;
        self.reason()?;
        self.time()?;
        self.detail()?;
        if self.heading.is_none() {
            self.ids_and_urls();
        }
        if self.heading.is_none() && !self.foreign_heading {
            self.bare_count()?;
        }
        if self.at(Role::Count).is_none() {
            self.doubtful_counts();
        }
        if self.at(Role::Count).is_none() {
            self.evidence.push(Sentence::new("evidence.no_count"));
        }
        Ok(self.no_column_twice()?)
    }

    pub fn at(&self, role: Role) -> Option<usize> {
        self.columns[role as usize]
    }

    /// The heading of a column, or its number.
    pub fn title(&self, index: usize) -> String {
        match self.heading.and_then(|cells| cells.get(index)) {
            Some(cell) if !cell.trim().is_empty() => self.shown(cell),
            _ => format!("column {}", index + 1),
        }
    }

    /// The headings of the settled columns.
    pub fn names(&self) -> Columns {
        let name = |role: Role| self.at(role).map(|index| self.title(index));
        Columns {
            time: name(Role::Time).unwrap_or_default(),
            reason: name(Role::Reason).unwrap_or_default(),
            detail: name(Role::Detail),
            count: name(Role::Count),
            channel_id: name(Role::ChannelId),
            channel_name: name(Role::ChannelName),
            url: name(Role::Url),
        }
    }

    /// The form of the times.
    ///
    /// # Errors
    /// Where they are in none that is known.
    pub fn time_form(&self) -> Result<TimeForm> {
        if let Some(pattern) = self.pattern() {
            return Ok(pattern);
        }
        let index = self.at(Role::Time).unwrap_or(0);
        // An epoch needs a heading, and a constant column of such is an id; one row alone proves nothing.
        let epoch = (self.heading.is_some() || self.asked(Role::Time))
            && !(self.body.is_constant(index) && self.body.column(index).count() > 1);
        match (TimeForm::of_column(self.body.column(index), epoch), self.body.column(index).next()) {
            (Some(form), _) => Ok(form),
            (None, None) => Ok(TimeForm::unseen()),
            (None, Some(example)) => Err(Error::new("error.time_form")
                .with("path", self.path)
                .with("column", self.title(index))
                .with("example", self.shown(example))),
        }
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
        (0..self.width).filter(|i| !self.columns.contains(&Some(*i)))
    }

    fn take(&mut self, role: Role, index: usize, evidence: &'static str) {
        self.columns[role as usize] = Some(index);
        let sentence = Sentence::new(evidence).with("role", role.name()).with("column", self.title(index));
        self.evidence.push(sentence);
    }

    fn as_asked(&mut self) -> Result<()> {
        for (role, name) in &self.options.columns {
            let index = match name {
                ColumnName::Number(number) => number - 1,
                ColumnName::Heading(wanted) => self.named(*role, wanted)?,
            };
            if index >= self.width.max(self.body.longest()) {
                return Err(Error::new("error.column_beyond")
                    .with("path", self.path)
                    .with("role", role.name())
                    .with("column", index + 1)
                    .with("width", self.width));
            }
            self.take(*role, index, "evidence.column_asked");
        }
        Ok(())
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
        let told =
            |error: Error| error.with("path", self.path).with("column", self.shown(wanted)).with("role", role.name());
        match matching[..] {
            [index] => Ok(index),
            [] => Err(told(Error::new("error.column_not_there")).with("headings", self.headings())),
            _ => Err(told(Error::new("error.column_twice"))),
        }
    }

    fn by_headings(&mut self) -> Result<()> {
        let Some(cells) = self.heading else { return Ok(()) };
        for role in Role::ALL.into_iter().filter(|role| !self.asked(*role)).collect::<Vec<_>>() {
            let matching: Vec<usize> =
                self.free().filter(|i| cells.get(*i).is_some_and(|cell| headings::role(cell) == Some(role))).collect();
            match matching[..] {
                [] => {}
                [index] => self.take(role, index, "evidence.column_heading"),
                _ => return Err(self.ambiguous(role, &matching)),
            }
        }
        Ok(())
    }

    /// Takes the one column that fits a role by its content.
    fn by_content(&mut self, role: Role, matching: &[usize]) -> Result<bool> {
        match matching {
            [] => Ok(false),
            [index] => {
                self.take(role, *index, "evidence.column_content");
                Ok(true)
            }
            _ => Err(self.ambiguous(role, matching)),
        }
    }

    fn reason(&mut self) -> std::result::Result<(), Missing> {
        if self.at(Role::Reason).is_some() {
            return Ok(());
        }
        let free: Vec<usize> = self.free().collect();
        let found = self.body.reasons(&free);
        if self.by_content(Role::Reason, found.as_slice())? { Ok(()) } else { Err(self.missing(Role::Reason)) }
    }

    fn time(&mut self) -> std::result::Result<(), Missing> {
        if self.at(Role::Time).is_some() {
            return Ok(());
        }
        let pattern = self.pattern();
        let matching: Vec<usize> =
            self.free().filter(|i| self.body.holds_times(*i, pattern.as_ref(), self.options)).collect();
        // One mention of a reason makes no export of a text.
        if self.by_content(Role::Time, &matching)? { Ok(()) } else { Err(self.missing(Role::Time)) }
    }

    fn detail(&mut self) -> Result<()> {
        if self.at(Role::Detail).is_some() {
            return Ok(());
        }
        let reason = self.at(Role::Reason).unwrap_or(0);
        let known: Vec<usize> = self.free().filter(|i| self.body.holds_details(*i, reason)).collect();
        if self.by_content(Role::Detail, &known)? {
            return Ok(());
        }
        // Free text beside the reason, where there is no heading and nothing else claims it.
        let text: Vec<usize> = self.free().filter(|i| self.body.holds_text(*i)).collect();
        match text[..] {
            [index] if self.heading.is_none() => self.take(Role::Detail, index, "evidence.column_content"),
            _ => self.evidence.push(Sentence::new("evidence.no_detail")),
        }
        Ok(())
    }

    /// What a table without known headings may hold beside: an address, one long number all the way down.
    fn ids_and_urls(&mut self) {
        let urls: Vec<usize> = self.free().filter(|i| self.body.holds_urls(*i)).collect();
        if let ([index], None) = (&urls[..], self.at(Role::Url)) {
            self.take(Role::Url, *index, "evidence.column_content");
        }
        let ids: Vec<usize> =
            self.free().filter(|i| self.body.holds_numbers(*i) && self.body.is_channel_id(*i)).collect();
        if let ([index], None) = (&ids[..], self.at(Role::ChannelId)) {
            self.take(Role::ChannelId, *index, "evidence.column_content");
        }
    }

    /// A bare column of whole numbers in a table without any heading is the count, but for numbers of rows.
    fn bare_count(&mut self) -> Result<()> {
        let plausible = |i: &usize| self.body.holds_numbers(*i) && !self.body.is_channel_id(*i) && !self.body.rises(*i);
        let counts: Vec<usize> = self.free().filter(plausible).collect();
        if self.at(Role::Count).is_none() {
            self.by_content(Role::Count, &counts)?;
        }
        Ok(())
    }

    /// A count under a heading that nobody knows would be a wrong number without a word.
    fn doubtful_counts(&mut self) {
        let doubtful: Vec<usize> = self.free().filter(|i| self.may_be_count(*i)).collect();
        for index in doubtful {
            let sentence = Sentence::new("evidence.count_unclear").with("column", self.title(index));
            self.evidence.push(sentence.with("number", index + 1));
        }
    }

    fn may_be_count(&self, index: usize) -> bool {
        match self.heading {
            Some(_) => self.body.holds_counts_only(index),
            // A heading that nobody knows stands among the cells.
            None => self.body.holds_numbers(index) && !self.body.is_channel_id(index),
        }
    }

    fn no_column_twice(&self) -> Result<()> {
        let roles_of = |index: usize| Role::ALL.into_iter().filter(move |role| self.at(*role) == Some(index));
        match self.columns.iter().flatten().find(|index| roles_of(**index).count() > 1) {
            None => Ok(()),
            Some(index) => Err(Error::new("error.column_two_roles")
                .with("path", self.path)
                .with("column", self.title(*index))
                .with("roles", list(roles_of(*index).map(|role| role.name().to_owned())))),
        }
    }

    fn headings(&self) -> String {
        list(self.heading.unwrap_or_default().iter().map(|cell| self.shown(cell)))
    }

    fn ambiguous(&self, role: Role, columns: &[usize]) -> Error {
        let example = columns.first().map_or(1, |index| index + 1);
        Error::new("error.columns_ambiguous")
            .with("path", self.path)
            .with("role", role.name())
            .with("candidates", list(columns.iter().map(|index| format!("{} ({})", self.title(*index), index + 1))))
            .with("option", format!("--columns {}={example}", role.name()))
    }

    fn missing(&self, role: Role) -> Missing {
        if self.heading.is_none() {
            return Missing::NoTable;
        }
        let error = Error::new("error.column_missing").with("path", self.path).with("role", role.name());
        Missing::Told(error.with("headings", self.headings()))
    }
}

fn list(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join(" | ")
}
