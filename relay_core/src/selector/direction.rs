//! `:dir()`: the directionality of elements (HTML, 3.2.6.4), over the texts and values that the relay has.

use super::forms::{input_type, is_html};
use super::slots::{after, following, host_of};
use super::view::View;
use crate::names;
use crate::tree::{Kind, Slot, Tree};
use unicode_bidi::{BidiClass, bidi_class};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Ltr,
    Rtl,
    /// No element has it: other names are valid and match nothing.
    Other,
}

impl Direction {
    pub(super) fn named(name: &str) -> Self {
        match name.to_ascii_lowercase().as_str() {
            "ltr" => Self::Ltr,
            "rtl" => Self::Rtl,
            _ => Self::Other,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Ltr => "ltr",
            Self::Rtl => "rtl",
            Self::Other => "none",
        }
    }
}

/// What an element says of its own direction.
enum Own {
    Fixed(Direction),
    Auto,
    Inherited,
}

/// Controls whose direction is that of their value.
const OF_VALUE: &[&str] = &[
    "hidden", "text", "search", "tel", "url", "email", "password", "submit", "reset", "button",
];

fn own(tree: &Tree, n: Slot) -> Own {
    if tree.kind(n) != Kind::Element || tree.namespace(n) != names::namespace::HTML {
        return Own::Inherited;
    }
    let dir = tree.attribute(n, "dir").unwrap_or("").to_ascii_lowercase();
    match dir.as_str() {
        "ltr" => Own::Fixed(Direction::Ltr),
        "rtl" => Own::Fixed(Direction::Rtl),
        "auto" => Own::Auto,
        _ if tree.tag(n) == "bdi" => Own::Auto,
        _ if is_html(tree, n, "input") && input_type(tree, n) == "tel" => {
            Own::Fixed(Direction::Ltr)
        }
        _ => Own::Inherited,
    }
}

/// Whether the direction of an element depends on what is in it.
pub(crate) fn is_auto(tree: &Tree, n: Slot) -> bool {
    matches!(own(tree, n), Own::Auto)
}

pub(super) fn of(view: &View, n: Slot) -> Direction {
    let tree = view.tree;
    let mut at = Some(n);
    while let Some(n) = at {
        match own(tree, n) {
            Own::Fixed(direction) => return direction,
            Own::Auto => return automatic(view, n).unwrap_or(Direction::Ltr),
            Own::Inherited => at = above(tree, n),
        }
    }
    Direction::Ltr
}

/// What an element without a direction has it from.
fn above(tree: &Tree, n: Slot) -> Option<Slot> {
    let parent = tree.composed_parent(n)?;
    (tree.kind(parent) != Kind::Document).then_some(parent)
}

fn automatic(view: &View, n: Slot) -> Option<Direction> {
    let tree = view.tree;
    let takes_value = is_html(tree, n, "textarea")
        || (is_html(tree, n, "input") && OF_VALUE.contains(&input_type(tree, n).as_str()));
    if takes_value {
        return Some(strong(&value(tree, n)).unwrap_or(Direction::Ltr));
    }
    if is_html(tree, n, "input") {
        return None;
    }
    if is_html(tree, n, "slot") && host_of(tree, n).is_some() {
        let shown = view.slots.shown(tree, n);
        return shown.into_iter().find_map(|child| {
            if tree.kind(child) == Kind::Text {
                strong(tree.text(child))
            } else {
                contained(view, child, true)
            }
        });
    }
    contained(view, n, false)
}

fn value(tree: &Tree, n: Slot) -> String {
    if let Some(value) = tree.value(n) {
        return value.to_owned();
    }
    if is_html(tree, n, "textarea") {
        let children = std::iter::successors(tree.first_child(n), |n| tree.next_sibling(*n));
        return children.map(|child| tree.text(child)).collect();
    }
    tree.attribute(n, "value").unwrap_or("").to_owned()
}

/// The direction of the first strong character in an element, without what has a direction of its own.
fn contained(view: &View, top: Slot, with_top: bool) -> Option<Direction> {
    let tree = view.tree;
    let is_apart = |n: Slot| {
        ["bdi", "script", "style", "textarea"]
            .iter()
            .any(|tag| is_html(tree, n, tag))
            || (tree.namespace(n) == names::namespace::HTML
                && tree.attribute(n, "dir").is_some_and(is_direction))
    };
    let mut at = Some(top);
    while let Some(n) = at {
        if tree.kind(n) == Kind::Text {
            if let Some(direction) = strong(tree.text(n)) {
                return Some(direction);
            }
        } else if (n != top || with_top) && tree.kind(n) == Kind::Element {
            if is_apart(n) {
                at = after(tree, n, top);
                continue;
            }
            if is_html(tree, n, "slot") && host_of(tree, n).is_some() {
                return Some(host_of(tree, n).map_or(Direction::Ltr, |host| of(view, host)));
            }
        }
        at = following(tree, n, top);
    }
    None
}

fn is_direction(dir: &str) -> bool {
    ["ltr", "rtl", "auto"]
        .iter()
        .any(|known| known.eq_ignore_ascii_case(dir))
}

fn strong(text: &str) -> Option<Direction> {
    text.chars().find_map(|c| match bidi_class(c) {
        BidiClass::L => Some(Direction::Ltr),
        BidiClass::R | BidiClass::AL => Some(Direction::Rtl),
        _ => None,
    })
}
