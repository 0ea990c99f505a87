//! Lines and columns of a text.

use crate::check::Position;

/// Characters are counted ahead up to every so many bytes.
const STEP: usize = 1024;

/// Where the lines of a text begin, so that a place in it is found without going through all of it: a configuration of
/// many rules is asked for the place of each.
pub struct Positions {
    /// Bytes at which lines begin.
    lines: Vec<usize>,
    /// Characters before each [`STEP`] bytes.
    characters: Vec<usize>,
}

impl Positions {
    pub fn of(text: &str) -> Positions {
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        let mut characters = vec![0];
        for step in text.as_bytes().chunks(STEP) {
            characters.push(characters.last().unwrap_or(&0) + begun(step));
        }
        Positions { lines, characters }
    }

    /// Line and column of a byte of the text, both from 1.
    pub fn position(&self, text: &str, at: usize) -> Position {
        let at = at.min(text.len());
        let line = self.lines.partition_point(|start| *start <= at);
        let start = self.lines[line.saturating_sub(1)];
        Position { line, column: self.before(text, at) - self.before(text, start) + 1 }
    }

    fn before(&self, text: &str, at: usize) -> usize {
        self.characters[at / STEP] + begun(&text.as_bytes()[at / STEP * STEP..at])
    }
}

/// Characters that begin in some bytes of UTF-8.
fn begun(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_are_counted_from_one_and_in_characters() {
        let text = format!("a = 1\nä = 2\n{}x\n", "日".repeat(STEP));
        let positions = Positions::of(&text);
        let at = |at: usize| {
            let Position { line, column } = positions.position(&text, at);
            (line, column)
        };
        assert_eq!(at(0), (1, 1));
        assert_eq!(at(4), (1, 5));
        assert_eq!(at(6), (2, 1));
        // The letter has two bytes.
        assert_eq!(at(8), (2, 2));
        assert_eq!(at(text.find('x').unwrap()), (3, STEP + 1));
        assert_eq!(at(text.len() + 9), (4, 1));
    }
}
