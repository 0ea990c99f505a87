//! One theme for all charts: inks and sizes of type.

use crate::{analysis::State, story::Trend};

/// A colour with a role. Drawings carry the light one as an attribute, so that they are readable
/// without any style sheet, and the role as a class, so that a style sheet can make them dark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ink {
    pub name: &'static str,
    /// `0xRRGGBB` on a white page. No two inks share one: the drawing tells roles apart by it.
    pub light: u32,
    /// `0xRRGGBB` on a dark page.
    pub dark: u32,
}

impl Ink {
    /// The light colour as an attribute has it: `#3C5A7D`.
    pub fn hex(self) -> String {
        format!("#{:06X}", self.light)
    }
}

const fn ink(name: &'static str, light: u32, dark: u32) -> Ink {
    Ink { name, light, dark }
}

/// Inks as constants, and all of them as a list: name, light, dark.
macro_rules! plain_inks {
    ($($(#[$about:meta])* $visible:vis $ink:ident = $name:literal, $light:literal, $dark:literal;)*) => {
        $($(#[$about])* $visible const $ink: Ink = ink($name, $light, $dark);)*
        const PLAIN: &[Ink] = &[$($ink),*];
    };
}

// The colours of the four known reasons and of the first five unknown ones were checked with
// Machado, Oliveira & Fernandes (2009), "A Physiologically-based Model for Simulation of Color
// Vision Deficiency": under protanopia, deuteranopia and tritanopia any two of the four known ones
// stay at least 25 apart in CIELAB, any two of the nine at least 19. Each has a contrast of at
// least 3 to 1 against its page (WCAG 2.2, 1.4.11).
plain_inks! {
    pub SURFACE = "surface", 0xFF_FF_FF, 0x16_19_1E;
    pub TILE = "tile", 0xF4_F6_F8, 0x1F_24_2B;
    pub TEXT = "text", 0x1B_20_27, 0xE8_EB_EF;
    pub MUTED = "muted", 0x58_61_6D, 0xA7_B0_BC;
    pub GRID = "grid", 0xE3_E7_EC, 0x2E_35_3E;
    pub AXIS = "axis", 0x8A_93_A0, 0x6B_75_82;
    pub PREVIOUS = "previous", 0x2F_36_40, 0xD3_D9_E1;
    pub PREVIOUS_BAR = "previous-bar", 0x8B_96_A4, 0x65_70_80;
    pub INCIDENT = "incident", 0xFB_E9_E7, 0x3A_21_22;
    pub INCIDENT_MARK = "incident-mark", 0x8E_1B_14, 0xFF_8A_7D;
    pub WORSE = "worse", 0xA8_2A_1F, 0xFF_85_77;
    pub BETTER = "better", 0x0B_6B_5C, 0x4F_D1_B8;
    pub BADGE = "badge", 0x5B_2A_86, 0xD0_B0_F5;
    pub ON_BADGE = "on-badge", 0xFD_FD_FE, 0x1A_10_24;
    pub CHANNEL = "channel", 0x3C_5A_7D, 0x8F_B3_DB;
    pub USUAL = "usual", 0xE4_EE_E9, 0x1F_33_2D;
    UNSURE = "unsure", 0x8A_53_00, 0xE8_B4_5C;
    COULD_NOT_CONNECT = "could-not-connect", 0x2F_6D_B5, 0x6A_A5_EA;
    pub REQUEST_TIMEOUT = "request-timeout", 0xCC_84_00, 0xF0_B4_3C;
    ERROR_STATUS_CODE = "error-status-code", 0xC2_36_2B, 0xEE_6A_5B;
    UNCLASSIFIED = "unclassified", 0x7C_82_89, 0xA4_AA_B2;
    /// All further unknown reasons together.
    pub OTHERS = "others", 0x40_46_4E, 0xD6_DA_DF;
    /// Other classes of status beside the leading one.
    pub STATUS_2 = "error-status-code-2", 0xDB_72_66, 0xB8_4A_3E;
    pub STATUS_3 = "error-status-code-3", 0x7A_16_10, 0xF7_B3_AA;
}

/// The most frequent unknown reasons.
pub const UNKNOWN: [Ink; 5] = [
    ink("unknown-1", 0x96_16_F2, 0x9F_29_F3),
    ink("unknown-2", 0x28_A3_5B, 0x8A_F8_A6),
    ink("unknown-3", 0x87_07_7C, 0xB1_43_9F),
    ink("unknown-4", 0xF4_3D_E5, 0x11_7C_23),
    ink("unknown-5", 0x4E_2C_B3, 0x75_6C_DA),
];

/// From "nothing" to "the most": one hue whose lightness falls (rises in the dark) steadily, so that
/// it reads the same in grey.
pub const HEAT: [Ink; 8] = [
    ink("heat-0", 0xF3_F5_F7, 0x1D_22_28),
    ink("heat-1", 0xDF_E8_F3, 0x1E_31_47),
    ink("heat-2", 0xC3_D6_EB, 0x21_40_61),
    ink("heat-3", 0x9F_BF_E0, 0x26_4E_78),
    ink("heat-4", 0x74_A2_D1, 0x2F_60_93),
    ink("heat-5", 0x3E_76_B2, 0x66_9B_D0),
    ink("heat-6", 0x27_5F_9F, 0x88_B4_E0),
    ink("heat-7", 0x12_40_75, 0xC4_DD_F5),
];
/// Text on the weak half of [`HEAT`], and on its strong half.
pub const ON_HEAT: [Ink; 2] =
    [ink("on-heat-weak", 0x24_2C_36, 0xD5_DF_EA), ink("on-heat-strong", 0xFA_FC_FE, 0x0C_14_1C)];

/// Every ink.
pub fn inks() -> impl Iterator<Item = Ink> {
    PLAIN.iter().copied().chain(UNKNOWN).chain(HEAT).chain(ON_HEAT)
}

/// The ink of a reason of LINE's published list.
pub fn known_reason(reason: &str) -> Option<Ink> {
    match reason {
        "could_not_connect" => Some(COULD_NOT_CONNECT),
        "request_timeout" => Some(REQUEST_TIMEOUT),
        "error_status_code" => Some(ERROR_STATUS_CODE),
        "unclassified" => Some(UNCLASSIFIED),
        _ => None,
    }
}

/// The ink behind the name of a state; [`ON_BADGE`] is readable on it.
pub fn state(state: State) -> Ink {
    match state {
        State::Ongoing | State::More => WORSE,
        State::New => BADGE,
        State::Over => CHANNEL,
        State::Usual | State::Quiet => BETTER,
        State::Unknown => UNSURE,
    }
}

/// The ink of a change.
pub fn trend(trend: Trend) -> Ink {
    match trend {
        Trend::Worse => WORSE,
        Trend::Better => BETTER,
        Trend::Same => MUTED,
    }
}

/// Style rules that turn charts dark, each under `scope` (such as `.errstat-chart`, the class of
/// every chart). For a page's style sheet, inside a media query.
pub fn dark_rules(scope: &str) -> String {
    inks()
        .map(|Ink { name, dark, .. }| {
            format!("{scope} .f-{name}{{fill:#{dark:06X}}}{scope} .s-{name}{{stroke:#{dark:06X}}}\n")
        })
        .collect()
}

/// A size and weight of type, in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Type {
    pub size: f64,
    pub bold: bool,
}

impl Type {
    pub const fn plain(size: f64) -> Type {
        Type { size, bold: false }
    }

    pub const fn bold(size: f64) -> Type {
        Type { size, bold: true }
    }

    /// Distance from one line to the next.
    pub fn leading(self) -> f64 {
        (self.size * 1.35).round()
    }
}

/// How a picture looks: its width in pixels and what fits to it.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    pub width: f64,
    pub margin: f64,
    pub title: Type,
    pub body: Type,
    pub strong: Type,
    pub small: Type,
    /// Height of the timeline's plot; other plots are parts of it.
    pub plot: f64,
    pub heading: Heading,
}

/// What stands above a drawing; the rest is said by a text around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd)]
pub enum Heading {
    Nothing,
    Title,
    /// And whose errors it shows, and when.
    Scope,
}

impl Look {
    /// What the margins leave.
    pub fn inner(&self) -> f64 {
        self.width - 2.0 * self.margin
    }
}

/// For a picture of its own, shown about as wide as it is drawn.
pub const PAGE: Look = Look {
    width: 960.0,
    margin: 24.0,
    title: Type::bold(20.0),
    body: Type::plain(15.0),
    strong: Type::bold(15.0),
    small: Type::plain(13.0),
    plot: 220.0,
    heading: Heading::Scope,
};

/// For one of many incidents.
pub const SMALL: Look = Look { width: 640.0, ..PAGE };

/// Inside a page, as wide as a phone leaves it.
pub const INLINE: Look = Look {
    width: 340.0,
    margin: 8.0,
    title: Type::bold(14.0),
    body: Type::plain(13.0),
    strong: Type::bold(13.0),
    small: Type::plain(12.0),
    plot: 170.0,
    heading: Heading::Nothing,
};

/// For a mail, which a phone shows at three fifths of the width: then the smallest type has 11 pixels.
pub const MAIL: Look = Look {
    width: 568.0,
    margin: 14.0,
    title: Type::bold(21.0),
    body: Type::plain(19.0),
    strong: Type::bold(19.0),
    small: Type::plain(18.0),
    plot: 190.0,
    heading: Heading::Title,
};

/// For the overview, which is often seen at two thirds of its size.
pub const POSTER: Look = Look {
    width: 1200.0,
    margin: 44.0,
    title: Type::bold(22.0),
    body: Type::plain(18.0),
    strong: Type::bold(18.0),
    small: Type::plain(16.0),
    plot: 230.0,
    heading: Heading::Scope,
};

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_ink_has_a_colour_and_a_name_of_its_own() {
        assert_eq!(inks().map(|ink| ink.light).collect::<HashSet<_>>().len(), inks().count());
        assert_eq!(inks().map(|ink| ink.name).collect::<HashSet<_>>().len(), inks().count());
    }

    /// Relative luminance and contrast as WCAG 2.2 defines them.
    fn contrast(a: u32, b: u32) -> f64 {
        let luminance = |rgb: u32| -> f64 {
            [(16, 0.2126), (8, 0.7152), (0, 0.0722)]
                .iter()
                .map(|&(shift, weight)| {
                    let c = f64::from((rgb >> shift) & 0xFF) / 255.0;
                    weight * if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
                })
                .sum()
        };
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn text_and_marks_keep_their_contrast_in_light_and_dark() {
        for (front, back, least) in [
            (TEXT, SURFACE, 7.0),
            (TEXT, TILE, 7.0),
            (MUTED, SURFACE, 4.5),
            (MUTED, TILE, 4.5),
            (MUTED, INCIDENT, 4.5),
            (INCIDENT_MARK, SURFACE, 4.5),
            (WORSE, SURFACE, 4.5),
            (WORSE, TILE, 4.5),
            (BETTER, SURFACE, 4.5),
            (BETTER, TILE, 4.5),
            (ON_BADGE, BADGE, 4.5),
            (ON_BADGE, WORSE, 4.5),
            (ON_BADGE, CHANNEL, 4.5),
            (ON_BADGE, BETTER, 4.5),
            (ON_BADGE, UNSURE, 4.5),
            (TEXT, USUAL, 7.0),
            (ON_HEAT[0], HEAT[0], 4.5),
            (ON_HEAT[0], HEAT[3], 4.5),
            (ON_HEAT[0], HEAT[4], 4.5),
            (ON_HEAT[1], HEAT[5], 4.5),
            (ON_HEAT[1], HEAT[6], 4.5),
            (ON_HEAT[1], HEAT[7], 4.5),
            (CHANNEL, SURFACE, 3.0),
            (AXIS, SURFACE, 3.0),
            (PREVIOUS_BAR, SURFACE, 3.0),
            (STATUS_2, SURFACE, 3.0),
            (STATUS_3, SURFACE, 3.0),
        ] {
            let found = (contrast(front.light, back.light), contrast(front.dark, back.dark));
            assert!(found.0 >= least && found.1 >= least, "{} on {}: {found:?}", front.name, back.name);
        }
        for reason in ["could_not_connect", "request_timeout", "error_status_code", "unclassified"] {
            let ink = known_reason(reason).unwrap();
            assert!(contrast(ink.light, SURFACE.light) >= 3.0 && contrast(ink.dark, SURFACE.dark) >= 3.0, "{reason}");
        }
        for ink in UNKNOWN.into_iter().chain([OTHERS]) {
            let name = ink.name;
            assert!(contrast(ink.light, SURFACE.light) >= 3.0 && contrast(ink.dark, SURFACE.dark) >= 3.0, "{name}");
        }
    }

    #[test]
    fn dark_rules_restyle_every_ink_inside_their_scope_only() {
        let rules = dark_rules(".errstat-chart");
        assert_eq!(rules.lines().count(), inks().count());
        assert!(rules.contains(".errstat-chart .f-text{fill:#E8EBEF}.errstat-chart .s-text{stroke:#E8EBEF}"));
    }
}
