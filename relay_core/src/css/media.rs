//! Media features answered as the visitor's browser answers them, wherever the agent's is.
//!
//! Only features that depend on the device or on what its owner prefers; the viewport's size is the same on both sides.

use crate::names::media;

/// What a condition that always holds and one that never does are written as: every browser knows the feature.
const ALWAYS: &str = "(min-width:0px)";
const NEVER: &str = "(min-width:1000000px)";

/// CSS pixels per inch and per centimetre.
const DPI: f64 = 96.0;
const DPCM: f64 = 96.0 / 2.54;

/// The visitor's answers: bits of `names::media` and device pixels for a CSS pixel in thousandths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Media {
    /// Of `names::media`.
    pub features: u32,
    /// 0 when it is not known.
    pub ratio: u32,
}

impl Media {
    /// The condition in place of a feature in brackets, given without them; none for a feature that is not answered here.
    pub(super) fn answer(self, feature: &str) -> Option<&'static str> {
        let feature = feature.trim();
        let holds = match feature.split_once(':') {
            Some((name, value)) => self.has(&lower(name), &lower(value))?,
            None => self.is_set(&lower(feature))?,
        };
        Some(if holds { ALWAYS } else { NEVER })
    }

    pub(super) fn is_dark(self) -> bool {
        self.bit(media::DARK)
    }

    fn bit(self, bit: u32) -> bool {
        self.features & bit != 0
    }

    /// A feature without a value: whether it has one but `none` or its like.
    fn is_set(self, name: &str) -> Option<bool> {
        Some(match name {
            "prefers-color-scheme" | "any-pointer" | "resolution" => true,
            "prefers-reduced-motion" => self.bit(media::REDUCED_MOTION),
            "prefers-reduced-transparency" => self.bit(media::REDUCED_TRANSPARENCY),
            "prefers-reduced-data" => self.bit(media::REDUCED_DATA),
            "prefers-contrast" => {
                self.bit(media::MORE_CONTRAST | media::LESS_CONTRAST | media::FORCED_COLORS)
            }
            "forced-colors" => self.bit(media::FORCED_COLORS),
            "inverted-colors" => self.bit(media::INVERTED_COLORS),
            "hover" => self.bit(media::HOVER),
            "any-hover" => self.bit(media::ANY_HOVER),
            "pointer" => self.bit(media::POINTER_FINE | media::POINTER_COARSE),
            _ => return None,
        })
    }

    fn has(self, name: &str, value: &str) -> Option<bool> {
        let (fine, coarse) = (
            self.bit(media::POINTER_FINE),
            self.bit(media::POINTER_COARSE),
        );
        Some(match (name, value) {
            ("prefers-color-scheme", "dark") => self.bit(media::DARK),
            ("prefers-color-scheme", "light" | "no-preference") => {
                value == "light" && !self.bit(media::DARK)
            }
            ("prefers-contrast", "more") => self.bit(media::MORE_CONTRAST),
            ("prefers-contrast", "less") => self.bit(media::LESS_CONTRAST),
            ("prefers-contrast", "custom") | ("forced-colors" | "-ms-high-contrast", "active") => {
                self.bit(media::FORCED_COLORS)
            }
            ("inverted-colors", "inverted") => self.bit(media::INVERTED_COLORS),
            ("pointer", "fine") => fine,
            ("pointer", "coarse") => coarse,
            ("any-pointer", "fine") => self.bit(media::ANY_FINE),
            ("any-pointer", "coarse") => self.bit(media::ANY_COARSE),
            ("any-pointer", "none") => !self.bit(media::ANY_FINE | media::ANY_COARSE),
            ("hover" | "any-hover", "hover")
            | (
                "prefers-reduced-motion" | "prefers-reduced-transparency" | "prefers-reduced-data",
                "reduce",
            ) => self.is_set(name)?,
            (_, "none" | "no-preference") => !self.is_set(name)?,
            _ => return self.resolution(name, value),
        })
    }

    fn resolution(self, name: &str, value: &str) -> Option<bool> {
        if self.ratio == 0 {
            return None;
        }
        let own = f64::from(self.ratio) / 1000.0;
        let bare = name
            .trim_start_matches("-webkit-")
            .trim_start_matches("-o-");
        let (limit, of) = match bare.split_at_checked(4) {
            Some(("min-", of)) => (Limit::Least, of),
            Some(("max-", of)) => (Limit::Most, of),
            _ => (Limit::Exact, bare),
        };
        let asked = match of.trim_start_matches("-moz-") {
            "resolution" => dppx(value)?,
            "device-pixel-ratio" => ratio(value)?,
            _ => return None,
        };
        Some(match limit {
            Limit::Least => own >= asked,
            Limit::Most => own <= asked,
            Limit::Exact => (own - asked).abs() < 0.001,
        })
    }
}

enum Limit {
    Least,
    Most,
    Exact,
}

fn dppx(value: &str) -> Option<f64> {
    for (unit, of) in [("dppx", 1.0), ("dpcm", DPCM), ("dpi", DPI), ("x", 1.0)] {
        if let Some(number) = value.strip_suffix(unit) {
            return number.parse::<f64>().ok().map(|number| number / of);
        }
    }
    None
}

fn ratio(value: &str) -> Option<f64> {
    match value.split_once('/') {
        Some((over, under)) => {
            Some(over.trim().parse::<f64>().ok()? / under.trim().parse::<f64>().ok()?)
        }
        None => value.parse().ok(),
    }
}

fn lower(text: &str) -> String {
    text.trim().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(features: u32, ratio: u32, feature: &str) -> Option<bool> {
        let answer = Media { features, ratio }.answer(feature)?;
        Some(answer == ALWAYS)
    }

    #[test]
    fn features() {
        for (features, feature, expected) in [
            (media::DARK, "prefers-color-scheme: dark", true),
            (media::DARK, "PREFERS-COLOR-SCHEME:light", false),
            (0, "prefers-color-scheme:light", true),
            (0, "prefers-color-scheme", true),
            (0, "prefers-reduced-motion", false),
            (0, "prefers-reduced-motion: no-preference", true),
            (media::REDUCED_MOTION, "prefers-reduced-motion:reduce", true),
            (media::FORCED_COLORS, "forced-colors: active", true),
            (media::FORCED_COLORS, "forced-colors: none", false),
            (media::HOVER, "hover:hover", true),
            (media::HOVER, "hover: none", false),
            (0, "hover", false),
            (media::POINTER_COARSE, "pointer: coarse", true),
            (media::POINTER_COARSE, "pointer: fine", false),
            (0, "pointer: none", true),
            (media::ANY_FINE, "any-pointer: fine", true),
        ] {
            assert_eq!(holds(features, 0, feature), Some(expected), "{feature}");
        }
    }

    #[test]
    fn resolutions() {
        for (feature, expected) in [
            ("min-resolution: 2dppx", Some(false)),
            ("max-resolution: 144dpi", Some(true)),
            ("resolution: 1.5x", Some(true)),
            ("-webkit-min-device-pixel-ratio: 1.25", Some(true)),
            ("-webkit-max-device-pixel-ratio: 1", Some(false)),
            ("min--moz-device-pixel-ratio: 3/2", Some(true)),
            ("min-resolution: many", None),
        ] {
            assert_eq!(holds(0, 1500, feature), expected, "{feature}");
        }
        assert_eq!(holds(0, 0, "min-resolution: 2dppx"), None);
    }

    #[test]
    fn what_both_sides_answer_alike_stays() {
        for feature in [
            "min-width: 1px",
            "orientation: landscape",
            "width >= 1px",
            "color",
            "",
        ] {
            assert_eq!(holds(0, 1000, feature), None, "{feature}");
        }
    }
}
