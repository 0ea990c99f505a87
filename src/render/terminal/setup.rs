//! `errstat explain access-log`: the lines that make a server's access log answer everything.

use crate::{
    model::{Sentence, key},
    server::Setup,
};

use super::{
    ink::Ink,
    sheet::{Sheet, TerminalView},
};

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
        let keeps = Sentence::new(keeps).with("directive", &setup.directive);
        sheet.paragraph("  ", &lang.say(&keeps), Ink::Plain);
        for part in &setup.parts {
            let place = Sentence::new(key::server_setup::PUT).with("place", &part.place);
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
