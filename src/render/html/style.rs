//! The page's style: a style sheet, and the inks of the charts for dark pages and the heatmap; and the policy that allows it.

use std::fmt::Write;

use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

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

/// The page's Content-Security-Policy: allows this style and this script, by hash, and no fetch of anything.
///
/// Inline handlers and `style` attributes stay forbidden: a hash does not cover them.
/// See <https://www.w3.org/TR/CSP3/#external-hash>.
pub(super) fn policy(style: &str, script: &str) -> String {
    let hash = |text: &str| STANDARD.encode(Sha256::digest(text.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        hash(style),
        hash(script)
    )
}
