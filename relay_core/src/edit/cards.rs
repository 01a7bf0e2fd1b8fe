//! Card numbers that no rule has masked: found in what a frame brings, counted, and erased before any viewer is sent them.
//!
//! A number may stand in several texts and fields beside one another; all of them are erased then.

use std::sync::LazyLock;

use super::erase::BULLETS_TEXT;
use super::{BYTES_A_STEP, Edit};
use crate::allow;
use crate::allow::known::Numbers;
use crate::atoms::Atom;
use crate::cards::{LONGEST, Place, SHORTEST, Scan, has_card, is_beginning, is_open, may_hold};
use crate::error::Refused;
use crate::names::{BULLETS, DICTIONARY};
use crate::op::Text;
use crate::tree::{Kind, Slot, Touch, Tree};
use rustc_hash::FxHashSet;

static NOTHING: LazyLock<Text> = LazyLock::new(|| "".into());

/// Nodes looked at on either side of a text for the rest of a number.
const REACH: usize = 64;

/// A number does not go on from one of these to the next.
const APART: &[&str] = &[
    "article",
    "aside",
    "blockquote",
    "body",
    "dd",
    "dl",
    "dt",
    "fieldset",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "iframe",
    "li",
    "main",
    "nav",
    "ol",
    "optgroup",
    "option",
    "p",
    "pre",
    "section",
    "select",
    "style",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "title",
    "tr",
    "ul",
];

/// Those of [`APART`] that the dictionary has.
static APART_NUMBERS: LazyLock<Numbers> =
    LazyLock::new(|| Numbers::that(|name| APART.binary_search(&name).is_ok()));

/// Attributes that viewers get in another form, or that are no text.
const NO_TEXT: &[&str] = &["src", "srcset", "poster", "xlink:href"];

type Step = fn(&Tree, Slot) -> Option<Slot>;

#[derive(Clone, Copy)]
enum Side {
    Before,
    After,
}

impl Edit<'_> {
    /// Looks through all that has changed. To be called when the last op is done.
    pub(crate) fn hide_cards(&mut self) -> Result<(), Refused> {
        // However often a frame has changed a node.
        let mut seen = FxHashSet::default();
        let mut tops = FxHashSet::default();
        for at in 0..self.outcome.touches.len() {
            match self.outcome.touches[at] {
                Touch::Inserted(n) if !self.is_covered(n) && tops.insert(n) => {
                    self.look_below(n)?;
                }
                Touch::Moved(n) if tops.insert(n) => self.look_at_edges(n, &mut seen)?,
                Touch::Text(n) | Touch::Value(n) | Touch::Attribute { node: n, .. }
                    if seen.insert(n) =>
                {
                    self.look_at(n)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Whether a new node is below another new one, which is looked through as a whole.
    fn is_covered(&self, n: Slot) -> bool {
        let above = self.tree.composed_parent(n);
        above.is_some_and(|above| {
            self.tree.kind(above) != Kind::Document && self.tree.node(above).born == self.version
        })
    }

    fn look_below(&mut self, top: Slot) -> Result<(), Refused> {
        let mut at = Some(top);
        while let Some(n) = at {
            self.look_at(n)?;
            at = self.below(n, top);
        }
        Ok(())
    }

    /// What has been moved has other neighbours.
    fn look_at_edges(&mut self, top: Slot, seen: &mut FxHashSet<Slot>) -> Result<(), Refused> {
        for next in [Tree::first_child, Tree::last_child] {
            let mut edge = top;
            while let Some(inner) = next(self.tree, edge) {
                self.step(1)?;
                edge = inner;
            }
            if seen.insert(edge) {
                self.look_at(edge)?;
            }
        }
        Ok(())
    }

    fn look_at(&mut self, n: Slot) -> Result<(), Refused> {
        if self.tree.node(n).gone {
            return Ok(());
        }
        if self.tree.kind(n) == Kind::Element {
            self.look_at_attributes(n);
        }
        if self.tree.kind(n) == Kind::Text || is_field(self.tree, n) {
            self.look_around(n)?;
        }
        Ok(())
    }

    /// An attribute with a number becomes empty: like any change of its value, so that below a mask nothing tells of it.
    fn look_at_attributes(&mut self, n: Slot) {
        let atoms = &self.tree.atoms;
        let is_secret = |name: &str, value: &str| {
            !NO_TEXT.contains(&name) && has_card(value) && !allow::layout(name)
        };
        let records = self.tree.attribute_records(n).iter();
        let secret = records.filter(|record| is_secret(atoms.name(record.name), &record.value));
        let names: Vec<Atom> = secret.map(|record| record.name).collect();
        self.outcome.cards += u32::from(!names.is_empty());
        for name in names {
            self.put_attribute(n, name, &NOTHING);
        }
    }

    fn look_around(&mut self, n: Slot) -> Result<(), Refused> {
        let text = shown(self.tree, n);
        if !may_hold(text, 1) {
            return Ok(());
        }
        if is_field(self.tree, n) && is_beginning(text) && !has_card(text) {
            self.erase_value(n);
            return Ok(());
        }
        let (mut pieces, mut after, mut steps) = (Vec::new(), Vec::new(), 0);
        if is_open(text.chars()) {
            pieces = self.beyond(n, Side::Before, &mut steps);
        }
        if is_open(text.chars().rev()) {
            after = self.beyond(n, Side::After, &mut steps);
        }
        if pieces.is_empty() && after.is_empty() && !may_hold(text, SHORTEST) {
            return self.step(steps);
        }
        pieces.reverse();
        pieces.push(n);
        pieces.extend(after);
        let mut scan = Scan::default();
        for (piece, n) in pieces.iter().enumerate() {
            scan.text(piece, shown(self.tree, *n));
        }
        // From the last one on: the places of those before stay right.
        for place in scan.finish().into_iter().rev() {
            self.outcome.cards += 1;
            let within = pieces.iter().enumerate().skip(place.first);
            for (piece, n) in within.take(place.last + 1 - place.first) {
                if self.tree.kind(*n) == Kind::Text {
                    self.erase_part(*n, piece, place);
                } else {
                    self.erase_value(*n);
                }
            }
        }
        self.step(steps)
    }

    /// The texts on one side of another that a number may go on in.
    fn beyond(&self, n: Slot, side: Side, steps: &mut usize) -> Vec<Slot> {
        let mut found = Vec::new();
        let mut length = 0;
        let mut at = n;
        for _ in 0..REACH {
            let Some(next) = beside(self.tree, at, side, steps) else {
                break;
            };
            at = next;
            let text = shown(self.tree, at);
            *steps += text.len() / BYTES_A_STEP;
            found.push(at);
            length += text.bytes().filter(u8::is_ascii_digit).count();
            let goes_on = match side {
                Side::Before => text.chars().all(|c| is_open(std::iter::once(c))),
                Side::After => text.chars().rev().all(|c| is_open(std::iter::once(c))),
            };
            if !goes_on || length >= LONGEST {
                break;
            }
        }
        found
    }

    /// Of a text only the number goes.
    fn erase_part(&mut self, n: Slot, piece: usize, place: Place) {
        let text = self.tree.text(n);
        let start = if piece == place.first { place.start } else { 0 };
        let end = if piece == place.last {
            place.end
        } else {
            text.len()
        };
        let text = format!("{}{BULLETS}{}", &text[..start], &text[end..]);
        self.replace_text(n, text.into());
    }

    fn erase_value(&mut self, n: Slot) {
        let bullets = self.dated(Some(BULLETS_TEXT.clone()));
        self.alter(n, |extra| extra.value = bullets);
        self.outcome.touches.push(Touch::Value(n));
        let shown = self.tree.attribute(n, "value");
        let name = shown
            .filter(|value| may_hold(value, 1))
            .and(self.tree.atoms.find("value"));
        if let Some(name) = name {
            self.put_attribute(n, name, &NOTHING);
        }
    }
}

fn is_field(tree: &Tree, n: Slot) -> bool {
    tree.kind(n) == Kind::Element && [Atom::INPUT, Atom::TEXTAREA].contains(&tree.tag_atom(n))
}

/// The text that a text node or field shows.
fn shown(tree: &Tree, n: Slot) -> &str {
    if tree.kind(n) == Kind::Text {
        return tree.text(n);
    }
    let own = || tree.attribute(n, "value").unwrap_or("");
    tree.value(n).unwrap_or_else(own)
}

/// The next text or field on one side, if nothing keeps it apart.
fn beside(tree: &Tree, n: Slot, side: Side, steps: &mut usize) -> Option<Slot> {
    let (sibling, child): (Step, Step) = match side {
        Side::Before => (Tree::prev_sibling, Tree::last_child),
        Side::After => (Tree::next_sibling, Tree::first_child),
    };
    let mut at = n;
    for _ in 0..REACH {
        while sibling(tree, at).is_none() {
            *steps += 1;
            at = tree.parent(at).filter(|parent| !is_apart(tree, *parent))?;
        }
        at = sibling(tree, at)?;
        loop {
            *steps += 1;
            if tree.kind(at) == Kind::Text || is_field(tree, at) {
                return Some(at);
            }
            if is_apart(tree, at) {
                return None;
            }
            let Some(inner) = child(tree, at) else { break };
            at = inner;
        }
    }
    None
}

fn is_apart(tree: &Tree, n: Slot) -> bool {
    if tree.kind(n) != Kind::Element {
        return true;
    }
    let number = tree.tag_atom(n).0 as usize;
    if number < DICTIONARY.len() {
        return APART_NUMBERS.has(number);
    }
    APART.binary_search(&tree.tag(n)).is_ok()
}
