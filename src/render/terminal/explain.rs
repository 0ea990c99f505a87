//! `errstat explain`: what a reason, a detail or a status means, and what to do about it; and the lines that make a server's
//! access log answer everything.

use crate::{
    model::{Sentence, key},
    server::Setup,
    taxonomy::{Topic, explanation},
};

use super::{
    ink::Ink,
    sheet::{Sheet, TerminalView},
};

/// The explanations of the entries as text of at most the view's width, each line ended.
///
/// A single entry is explained in full. Of several, each has its meaning and what to look at first; the reason that
/// a detail belongs to stands above it.
pub fn explain(entries: &[Topic], view: &TerminalView) -> String {
    let lang = view.lang;
    let mut sheet = Sheet::new(view);
    let mut last_link = "";
    for (at, entry) in entries.iter().enumerate() {
        let Some(text) = explanation(lang, entry.reason, entry.detail.as_deref()) else {
            continue;
        };
        if at > 0 {
            sheet.blank();
        }
        let reason = entry.detail.as_ref().map_or_else(String::new, |_| format!("{} ", entry.reason));
        sheet.paragraph("", &format!("{reason}{}", Ink::Strong.on(&text.title)), Ink::Plain);
        sheet.paragraph("  ", text.meaning, Ink::Plain);
        if text.newer {
            sheet.paragraph("  ", lang.phrase(key::explain::NEWER), Ink::Faint);
        }
        list(&mut sheet, lang.phrase(key::explain::CAUSES), text.causes, |_| "-".to_owned());
        list(&mut sheet, lang.phrase(key::explain::FIRST), text.first, |number| format!("{number}."));
        // Neighbours share LINE's page; naming it once is enough.
        let next = entries.get(at + 1).and_then(|next| explanation(lang, next.reason, next.detail.as_deref()));
        if next.is_none_or(|next| next.link != text.link) && text.link != last_link {
            sheet.blank();
            // In one piece, so that it can be clicked and copied.
            sheet.line(format!("  {}", Ink::Faint.on(text.link)));
            last_link = text.link;
        }
    }
    sheet.finish()
}

fn list(sheet: &mut Sheet, title: &str, items: &[String], mark: impl Fn(usize) -> String) {
    if items.is_empty() {
        return;
    }
    sheet.blank();
    sheet.paragraph("  ", title, Ink::Strong);
    for (at, item) in items.iter().enumerate() {
        sheet.paragraph(&format!("  {} ", mark(at + 1)), item, Ink::Plain);
    }
}

/// The lines of some servers, each in one piece so that it can be copied, and what to do with them; sentences are at most
/// as wide as the view.
pub fn setups<'a>(setups: impl IntoIterator<Item = &'a Setup>, view: &TerminalView) -> String {
    let lang = view.lang;
    let mut sheet = Sheet::new(view);
    sheet.paragraph("", lang.phrase(key::server_setup::INTRO), Ink::Plain);
    for setup in setups {
        sheet.blank();
        sheet.paragraph("", &setup.title, Ink::Strong);
        let keeps = if setup.replaces { key::server_setup::REPLACES } else { key::server_setup::BESIDE };
        let keeps = Sentence::new(keeps).with_one_of("directive", &setup.directive);
        sheet.paragraph("  ", &lang.say(&keeps), Ink::Plain);
        for part in &setup.parts {
            let place = Sentence::new(key::server_setup::PUT).with_one_of("place", &part.place);
            code(&mut sheet, &lang.say(&place), part.lines.trim().lines());
        }
        let inspect = format!("errstat inspect {}", setup.log);
        code(&mut sheet, lang.phrase(key::server_setup::AFTER), [setup.reload.as_str(), &inspect]);
    }
    sheet.finish()
}

fn code<'a>(sheet: &mut Sheet, title: &str, lines: impl IntoIterator<Item = &'a str>) {
    sheet.blank();
    sheet.paragraph("  ", title, Ink::Plain);
    sheet.blank();
    lines.into_iter().for_each(|line| sheet.line(format!("    {line}")));
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr;

    use super::*;
    use crate::taxonomy::{Lang, entries, resolve};

    const VIEW: TerminalView = TerminalView { lang: Lang::En, top: 10, width: 80, color: false, unicode: true };

    #[test]
    fn a_status_is_explained_with_its_name_and_lines_page() {
        let text = explain(&resolve(&["502"]).unwrap(), &VIEW);
        assert!(text.starts_with("error_status_code 502 Bad Gateway\n"), "{text}");
        assert!(text.contains("\n  Likely causes\n  - "), "{text}");
        assert!(text.contains("\n  Check first\n  1. "), "{text}");
        assert_eq!(text.matches("https://developers.line.biz/").count(), 1, "{text}");
    }

    #[test]
    fn everything_is_explained_within_the_width() {
        let all: Vec<Topic> = entries().collect();
        for width in [40, 80] {
            let text = explain(&all, &TerminalView { width, ..VIEW });
            assert!(text.lines().all(|line| line.width() <= width || line.starts_with("  https://")));
            for entry in &all {
                let title = explanation(Lang::En, entry.reason, entry.detail.as_deref()).unwrap().title;
                assert!(text.replace("\n", " ").contains(title.split(' ').next().unwrap()), "{title}");
            }
        }
    }
}
