//! Inputs that repeat another one byte for byte.

use std::collections::HashMap;

use crate::{
    error::Result,
    input::{Source, identical},
    model::{Sentence, key},
};

/// Marks inputs that repeat another byte for byte, and drops their rows.
pub fn drop_identical(sources: &mut [Source], notes: &mut Vec<Sentence>) -> Result<()> {
    // What two copies have in common at first sight, and the inputs that have it.
    let mut alike: HashMap<_, Vec<usize>> = HashMap::new();
    // In the order of their names, so that the order of the arguments changes nothing.
    let mut order: Vec<usize> = (0..sources.len()).collect();
    order.sort_by(|a, b| sources[*a].report.path.cmp(&sources[*b].report.path));
    for i in order {
        let Source { report, lines, label, .. } = &sources[i];
        let Some(span) = report.span else { continue };
        let first_of =
            alike.entry((report.rows, report.errors, *lines, span.first.0, span.last.0, label.clone())).or_default();
        let mut same = None;
        for &other in first_of.iter() {
            if identical(&sources[other], &sources[i])? {
                same = Some(other);
                break;
            }
        }
        match same {
            Some(other) => {
                let original = sources[other].report.path.clone();
                notes.push(
                    Sentence::new(key::note::SAME_FILE).with("path", &sources[i].report.path).with("other", &original),
                );
                sources[i].report.same_as = Some(original);
                sources[i].parts.clear();
            }
            None => first_of.push(i),
        }
    }
    Ok(())
}
