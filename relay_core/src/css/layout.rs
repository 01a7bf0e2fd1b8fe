//! What of a style attribute a masked element keeps: sizes, places and colours.
//!
//! Only declarations of `allow.layout_properties`, and only values made of words of `allow.layout_keywords`, numbers with units,
//! percentages, colours, and functions of these. Everything that a page may choose freely (names of fonts, areas, counters and
//! animations, strings, addresses, variables, plain integers) could carry what the mask hides.

use super::tokens::{Kind, Token, Tokens};
use super::{Block, lower_name, nest};
use crate::names;

/// Sorted, for binary search.
const FUNCTIONS: &[&str] = &[
    "calc",
    "clamp",
    "fit-content",
    "hsl",
    "hsla",
    "hwb",
    "lab",
    "lch",
    "matrix",
    "matrix3d",
    "max",
    "min",
    "minmax",
    "oklab",
    "oklch",
    "perspective",
    "repeat",
    "rgb",
    "rgba",
    "rotate",
    "rotate3d",
    "rotatex",
    "rotatey",
    "rotatez",
    "scale",
    "scale3d",
    "scalex",
    "scaley",
    "scalez",
    "skew",
    "skewx",
    "skewy",
    "translate",
    "translate3d",
    "translatex",
    "translatey",
    "translatez",
];
/// Sorted, for binary search.
const UNITS: &[&str] = &[
    "cap", "ch", "cm", "cqb", "cqh", "cqi", "cqmax", "cqmin", "cqw", "deg", "dvb", "dvh", "dvi",
    "dvmax", "dvmin", "dvw", "em", "ex", "fr", "grad", "ic", "in", "lh", "lvb", "lvh", "lvi",
    "lvmax", "lvmin", "lvw", "mm", "pc", "pt", "px", "q", "rad", "rem", "rlh", "svb", "svh", "svi",
    "svmax", "svmin", "svw", "turn", "vb", "vh", "vi", "vmax", "vmin", "vw",
];
/// Longest plain number that counts as a ratio, as in `line-height: 1.375`.
const RATIO_LENGTH: usize = 5;

/// The declarations that a masked element keeps, without comments and with names in lower case.
pub fn masked_style(text: &str) -> String {
    let mut kept = String::new();
    let mut declaration = Declaration::default();
    for token in Tokens::new(text) {
        if token.kind == Kind::Semicolon && declaration.blocks.is_empty() {
            declaration.keep(&mut kept);
            declaration = Declaration::default();
        } else {
            declaration.see(text, &token);
        }
    }
    declaration.keep(&mut kept);
    kept
}

/// A declaration as far as it has been read.
#[derive(Default)]
struct Declaration {
    property: String,
    has_colon: bool,
    value: String,
    blocks: Vec<Block>,
    refused: bool,
}

impl Declaration {
    fn see(&mut self, text: &str, token: &Token) {
        if matches!(token.kind, Kind::Space | Kind::Comment) {
            if !self.value.is_empty() && !self.value.ends_with(' ') {
                self.value.push(' ');
            }
            return;
        }
        match (&token.kind, self.has_colon) {
            (Kind::Ident, false) if self.property.is_empty() => {
                self.property = lower_name(text, token).into_owned();
            }
            (Kind::Colon, false) if !self.property.is_empty() => self.has_colon = true,
            (_, false) => self.refused = true,
            (_, true) => self.see_value(text, token),
        }
        nest(&mut self.blocks, &token.kind);
    }

    fn see_value(&mut self, text: &str, token: &Token) {
        let name = lower_name(text, token);
        let raw = &text[token.start..token.end];
        let depth = self.blocks.len();
        let allowed = match token.kind {
            Kind::Ident => {
                self.value.push_str(&name);
                holds(names::ALLOW_LAYOUT_KEYWORDS, &name)
            }
            Kind::Function => {
                self.value.push_str(&name);
                self.value.push('(');
                holds(FUNCTIONS, &name)
            }
            Kind::OtherName => {
                self.value.push_str(raw);
                is_colour(raw)
                    || (is_number(&text[token.start..token.name.start]) && holds(UNITS, &name))
            }
            Kind::Open(open) => {
                self.value.push_str(raw);
                open == b'(' && depth > 0
            }
            Kind::Close(close) => {
                self.value.push_str(raw);
                self.blocks.last().is_some_and(|block| block.close == close)
            }
            Kind::Other if is_number(raw) => {
                self.value.push_str(raw);
                depth > 0 || text[token.end..].starts_with('%') || self.takes(raw)
            }
            Kind::Other => {
                self.value.push_str(raw);
                matches!(raw, "," | "/" | "+" | "-" | "*" | "%" | "!")
            }
            _ => false,
        };
        self.refused |= !allowed;
    }

    /// Whether a plain number may stand in the value.
    fn takes(&self, number: &str) -> bool {
        if number.trim_start_matches(['+', '-', '0', '.']).is_empty() {
            return number.len() <= RATIO_LENGTH;
        }
        match self.property.as_str() {
            "flex" | "flex-grow" | "flex-shrink" => number == "1",
            "font-weight" => number.len() == 3 && number.ends_with("00"),
            "aspect-ratio" | "line-height" | "opacity" | "scale" => {
                number.len() <= RATIO_LENGTH && (number.len() == 1 || number.contains('.'))
            }
            _ => false,
        }
    }

    fn keep(&self, kept: &mut String) {
        let value = self.value.trim_end();
        let is_layout = holds(names::ALLOW_LAYOUT_PROPERTIES, &self.property);
        if self.refused || !is_layout || value.is_empty() || !self.blocks.is_empty() {
            return;
        }
        if !kept.is_empty() {
            kept.push(';');
        }
        kept.push_str(&self.property);
        kept.push(':');
        kept.push_str(value);
    }
}

fn holds(sorted: &[&str], name: &str) -> bool {
    sorted.binary_search(&name).is_ok()
}

fn is_number(text: &str) -> bool {
    text.bytes().any(|b| b.is_ascii_digit())
        && text
            .bytes()
            .all(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.' | b'e' | b'E'))
}

fn is_colour(text: &str) -> bool {
    let Some(digits) = text.strip_prefix('#') else {
        return false;
    };
    matches!(digits.len(), 3 | 4 | 6 | 8) && digits.bytes().all(|b| b.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layout_stays() {
        for (text, kept) in [
            ("width:1px;height:2px", "width:1px;height:2px"),
            (
                " Width : 10.5% ; color: #AbC !important;",
                "width:10.5%;color:#AbC !important",
            ),
            (
                "width:calc((100% - 2em)*3 / 2)",
                "width:calc((100% - 2em)*3 / 2)",
            ),
            ("margin:-1px auto 0 +.5em", "margin:-1px auto 0 +.5em"),
            (
                "border:1px solid rgba(0,0,0,.5)",
                "border:1px solid rgba(0,0,0,.5)",
            ),
            (
                "transform:translateX(-50%) rotate(3deg)",
                "transform:translatex(-50%) rotate(3deg)",
            ),
            (
                "grid-template-columns:repeat(3,minmax(0,1fr)) auto",
                "grid-template-columns:repeat(3,minmax(0,1fr)) auto",
            ),
            ("flex:1 1 0%;flex-grow:0", "flex:1 1 0%;flex-grow:0"),
            (
                "font-weight:700;line-height:1.375;opacity:.5",
                "font-weight:700;line-height:1.375;opacity:.5",
            ),
            ("aspect-ratio:4/3", "aspect-ratio:4/3"),
            ("d\\69splay:\\66lex", "display:flex"),
        ] {
            assert_eq!(masked_style(text), kept, "{text}");
        }
    }

    #[test]
    fn nothing_of_a_pages_choice_stays() {
        for text in [
            "--secret:4111",
            "content:attr(x)",
            "width:attr(data-x px)",
            "width:var(--x)",
            "width:env(x,1px)",
            "font-family:secret",
            "font-family:'A B',serif",
            "font:1px secret",
            "animation-name:secret",
            "animation:secret 1s",
            "grid-area:secret",
            "grid-row:secret / 4111",
            "grid-template-areas:'secret'",
            "grid-template-columns:[secret] 1fr",
            "counter-reset:secret 4111",
            "counter-set:a 4111",
            "container-name:secret",
            "view-transition-name:secret",
            "will-change:secret",
            "list-style-type:secret",
            "list-style-type:'secret'",
            "anchor-name:--secret",
            "z-index:4111",
            "order:4111",
            "flex-grow:4111",
            "flex:4111",
            "line-height:4111",
            "opacity:0.4111111",
            "font-weight:411",
            "margin:00000000",
            "display:secret",
            "width:1secret",
            "width:1\\70x secret",
            "color:#4111411141114111",
            "color:#secret",
            "background:url(x)",
            "background:\\75 rl(x)",
            "background:image-set('x' 1x)",
            "background:linear-gradient(red,blue)",
            "width:expression(alert(1))",
            "a:(;secret:x)",
            "width:(1px)",
            "width:calc(1px",
            "width:1px)",
            "width:{1px}",
            "width:1px}color:red",
            "{--x:y}",
            "'x;y'",
            "width",
            "width:",
            "width 1px",
            "secret width:1px",
            "width:1px:secret",
            "@media x",
            "<!--width:1px-->",
            "width:u+4111",
        ] {
            assert_eq!(masked_style(text), "", "{text}");
        }
    }

    #[test]
    fn what_is_refused_takes_nothing_along() {
        for (text, kept) in [
            ("--secret:4111;width:1px", "width:1px"),
            ("background:url(a;b);color:red", "color:red"),
            ("order:calc(1;2);color:red", "color:red"),
            (
                "/*secret*/width:/*secret*/1px/*secret*/2px",
                "width:1px 2px",
            ),
            ("'x;y';color:red;;", "color:red"),
        ] {
            assert_eq!(masked_style(text), kept, "{text}");
        }
    }

    #[test]
    fn what_is_kept_is_kept_again() {
        let text = "width:calc(1px + 2em); Color : RED!important;margin: 0  auto";
        let once = masked_style(text);
        assert_eq!(masked_style(&once), once);
    }

    #[test]
    fn tables_are_sorted() {
        assert!(FUNCTIONS.is_sorted() && UNITS.is_sorted());
    }
}
