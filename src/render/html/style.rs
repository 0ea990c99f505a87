//! The page's style: a style sheet, and the inks of the charts for dark pages and the heatmap.

use std::fmt::Write;

use crate::{
    chart::theme::{HEAT, ON_HEAT, dark_rules},
    taxonomy::Lang,
};

/// All of the page's style.
pub(super) fn style(lang: Lang) -> String {
    let mut style = format!(":root{{--fonts:{}}}\n", lang.language().fonts.join(","));
    style.push_str(include_str!("page.css"));
    style.push_str(&heat_rules(|ink| ink.light));
    style.push_str("@media screen and (prefers-color-scheme:dark){\n");
    style.push_str(&heat_rules(|ink| ink.dark));
    style.push_str(&dark_rules("svg"));
    style.push_str("}\n");
    style
}

/// The fields of the heatmap's table, in the steps and the inks of its picture.
fn heat_rules(shade: impl Fn(crate::chart::theme::Ink) -> u32) -> String {
    HEAT.iter().enumerate().fold(String::new(), |mut rules, (level, ink)| {
        let text = shade(ON_HEAT[usize::from(level > 4)]);
        let _ = writeln!(rules, "#heat .h{level}{{background:#{:06X};color:#{text:06X}}}", shade(*ink));
        rules
    })
}
