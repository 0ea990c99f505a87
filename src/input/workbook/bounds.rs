//! What a zip file of a workbook unpacks to.

use std::{
    io::{self, Read},
    sync::Arc,
};

use super::Fault;
use crate::input::{
    allowance::{Allowance, Meter},
    zipped::Archive,
};

/// What the reader holds in memory must not be more than this: the texts of all cells, and what a workbook says of its
/// sheets and styles. A full sheet has a third of it.
const TEXTS: u64 = 128 << 20;
const LISTS: u64 = 8 << 20;
/// A full sheet of six columns unpacks to half of this. It is never held.
const PART: u64 = 1 << 30;

/// Unpacks every part once: what a zip file says of their sizes need not be true.
pub fn check(archive: &Archive, allowance: &Arc<Allowance>) -> Result<(), Fault> {
    let mut archive = archive.clone();
    for index in 0..archive.len() {
        let member = archive.by_index(index).map_err(io::Error::from)?;
        let name = member.name().map_err(io::Error::from)?.to_lowercase();
        let meter = Meter::new(allowance);
        let mut part = meter.metered(member);
        if name.ends_with("sharedstrings.xml") {
            let mut texts = Vec::new();
            (&mut part).take(TEXTS + 1).read_to_end(&mut texts)?;
            if texts.len() as u64 > TEXTS || !texts_are_plausible(&texts) {
                return Err(Fault::Large);
            }
            continue;
        }
        let listed = ["workbook.xml", "styles.xml", "theme1.xml", ".rels"].iter().any(|end| name.ends_with(end));
        let most = if listed { LISTS } else { PART };
        if io::copy(&mut (&mut part).take(most + 1), &mut io::sink())? > most {
            return Err(Fault::Large);
        }
    }
    Ok(())
}

/// Whether the list of texts can be as long as it says: room for so many is made before any is read. (In UTF-16 the number
/// would not be seen; no program writes that.)
fn texts_are_plausible(texts: &[u8]) -> bool {
    let shortest = b"<si/>".len();
    let plausible = |at: usize| {
        let rest = texts[at..].trim_ascii_start().strip_prefix(b"=").unwrap_or_default().trim_ascii_start();
        let digits: Vec<u8> = rest.iter().skip(1).copied().take_while(u8::is_ascii_digit).take(20).collect();
        let said = str::from_utf8(&digits).ok().and_then(|digits| digits.parse::<usize>().ok());
        said.map_or(digits.is_empty(), |said| said <= texts.len() / shortest)
    };
    let name = b"uniqueCount";
    memchr::memchr(0, texts).is_none() && memchr::memmem::find_iter(texts, name).all(|at| plausible(at + name.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_texts_is_not_longer_than_its_bytes() {
        let list =
            |count: &str| format!("<sst uniqueCount={count}><si><t>a</t></si><si><t>b</t></si></sst>").into_bytes();
        for count in ["\"2\"", "'2'", " = \"2\"", "\"\"", "\"x\""] {
            assert!(texts_are_plausible(&list(count)), "{count}");
        }
        for count in ["\"2000\"", " \"99999999999\"", "\"99999999999999999999999999\"", "\n'4000000000'"] {
            assert!(!texts_are_plausible(&list(count)), "{count}");
        }
        assert!(!texts_are_plausible(b"<\0s\0s\0t\0"));
    }
}
