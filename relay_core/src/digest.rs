//! Short hashes by which two sides find out whether they have the same, computed alike in `viewer_js/src/stage/digest.ts` and
//! `visitor_js/src/modules/drift/digest.ts` (docs/protocol.md, "Drift").
//!
//! They find accidents, not forgers. Nothing is kept: whoever asks pays for the nodes asked about.

use crate::names::{mask, node, scope};
use crate::projection::Projector;
use crate::tree::{Kind, Slot, Tree};

/// Odd, so that no step loses anything (Knuth's multiplicative hashing).
const FACTOR: u32 = 0x9e37_79b1;

/// A hash in the making.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Digest(u32);

impl Digest {
    /// Takes in a number.
    pub fn number(&mut self, number: u32) {
        let mixed = (self.0 ^ number).wrapping_mul(FACTOR);
        self.0 = mixed ^ (mixed >> 15);
    }

    /// Takes in a text: its length and its UTF-16 units.
    pub fn text(&mut self, text: &str) {
        let mut length = 0;
        for unit in text.encode_utf16() {
            self.number(u32::from(unit));
            length += 1;
        }
        self.number(length);
    }

    /// The hash.
    #[must_use]
    pub fn value(self) -> u32 {
        self.0
    }
}

/// One side's numbers and contents of the nodes of a tree.
pub(crate) trait Side {
    fn tree(&self) -> &Tree;
    /// 0: this side does not know it.
    fn number(&self, n: Slot) -> u32;
    fn content(&mut self, n: Slot) -> u32;
}

/// The hash of a node in one of the scopes of `names::scope`; `None` for another scope.
pub(crate) fn digest(side: &mut impl Side, n: Slot, of: u32) -> Option<u32> {
    match of {
        scope::CONTENT => Some(side.content(n)),
        scope::CHILDREN => Some(children(side, n)),
        scope::SUBTREE => Some(subtree(side, n)),
        _ => None,
    }
}

fn children(side: &impl Side, n: Slot) -> u32 {
    let tree = side.tree();
    let mut digest = Digest::default();
    digest.number(tree.shadow_root(n).map_or(0, |n| side.number(n)));
    let children = std::iter::successors(tree.first_child(n), |n| tree.next_sibling(*n));
    for number in children
        .map(|n| side.number(n))
        .filter(|number| *number > 0)
    {
        digest.number(number);
    }
    digest.value()
}

/// Documents of frames are hashed for themselves: no side's tree of one reaches into another.
fn subtree(side: &mut impl Side, top: Slot) -> u32 {
    let mut digest = Digest::default();
    let mut at = Some(top);
    while let Some(n) = at {
        let is_other = n != top && side.tree().kind(n) == Kind::Document;
        if is_other || side.number(n) == 0 {
            at = side.tree().following(n, top);
            continue;
        }
        let above = side.tree().composed_parent(n).filter(|_| n != top);
        digest.number(side.number(n));
        digest.number(above.map_or(0, |above| side.number(above)));
        digest.number(side.content(n));
        let tree = side.tree();
        at = tree.first_below(n).or_else(|| tree.following(n, top));
    }
    digest.value()
}

/// What the visitor's browser has of the page.
pub(crate) struct VisitorSide<'a>(pub(crate) &'a Tree);

impl Side for VisitorSide<'_> {
    fn tree(&self) -> &Tree {
        self.0
    }

    fn number(&self, n: Slot) -> u32 {
        self.0.id(n).0
    }

    fn content(&mut self, n: Slot) -> u32 {
        let tree = self.0;
        let attributes = tree.attributes(n);
        content_of(
            tree.kind(n),
            tree.text(n),
            (tree.namespace(n), tree.tag(n)),
            attributes,
        )
    }
}

/// What an audience's viewers have of it.
pub(crate) struct ViewerSide<'p, 'a>(pub(crate) &'p mut Projector<'a>);

impl Side for ViewerSide<'_, '_> {
    fn tree(&self) -> &Tree {
        self.0.tree
    }

    fn number(&self, n: Slot) -> u32 {
        self.0.tree.view_id(n).0
    }

    fn content(&mut self, n: Slot) -> u32 {
        let kind = self.0.tree.kind(n);
        if kind != Kind::Element {
            return content_of(kind, &self.0.text(n), (0, ""), std::iter::empty());
        }
        let shown = self.0.element(n);
        // A viewer's browser gives a masked box its size by its style.
        let is_box = self.0.mask(n).is_some_and(|mask| mask.0 >= mask::HIDE);
        let pairs = shown.attributes.iter();
        let pairs = pairs.map(|(name, value)| (name.as_ref(), value.as_ref()));
        let pairs = pairs.filter(|(name, _)| !is_box || *name != "style");
        content_of(kind, "", (shown.namespace, &shown.tag), pairs)
    }
}

/// Attributes count whatever their order: browsers and the tree need not agree on it.
fn content_of<'t>(
    kind: Kind,
    text: &str,
    (namespace, tag): (u32, &str),
    attributes: impl Iterator<Item = (&'t str, &'t str)>,
) -> u32 {
    let mut digest = Digest::default();
    match kind {
        Kind::Document => {}
        Kind::Text => {
            digest.number(node::TEXT + 1);
            digest.text(text);
        }
        Kind::ShadowOpen => digest.number(node::SHADOW_OPEN + 1),
        Kind::ShadowClosed => digest.number(node::SHADOW_CLOSED + 1),
        Kind::Element => {
            digest.number(node::FIRST_SHAPE + 1);
            digest.number(namespace);
            digest.text(tag);
            let mut sum = 0_u32;
            for (name, value) in attributes {
                let mut attribute = Digest::default();
                attribute.text(name);
                attribute.text(value);
                sum = sum.wrapping_add(attribute.value());
            }
            digest.number(sum);
        }
    }
    digest.value()
}

#[cfg(test)]
mod tests {
    use super::{Digest, VisitorSide, digest};
    use crate::names::scope;
    use crate::sketch::{find, page};

    fn all(text: &str, scope: u32) -> u32 {
        let tree = page(text);
        let body = find(&tree, "b");
        digest(&mut VisitorSide(&tree), body, scope).expect("a scope")
    }

    /// The same numbers stand in digest.test.ts of both scripts.
    #[test]
    fn is_the_hash_that_the_scripts_have() {
        let mut known = Digest::default();
        known.text("a\u{1f600}é");
        known.number(7);
        known.number(u32::MAX);
        assert_eq!(known.value(), KNOWN);
    }

    const KNOWN: u32 = 1_676_911_663;

    #[test]
    fn tells_whatever_differs() {
        let base = "<body id=b><p class=x title=y>one</p><p/></body>";
        let scopes = [scope::CONTENT, scope::CHILDREN, scope::SUBTREE];
        let differs = |other: &str| scopes.map(|scope| all(base, scope) != all(other, scope));
        assert_eq!(differs(base), [false; 3]);
        assert_eq!(
            differs("<body id=b><p title=y class=x>one</p><p/></body>"),
            [false; 3]
        );
        assert_eq!(
            differs("<body id=b lang=de><p class=x title=y>one</p><p/></body>"),
            [true, false, true]
        );
        assert_eq!(
            differs("<body id=b><p class=x title=y>two</p><p/></body>"),
            [false, false, true]
        );
        assert_eq!(
            differs("<body id=b><p class=x title=y>one</p><b/></body>"),
            [false, false, true]
        );
        assert_eq!(
            differs("<body id=b><p class=x title=y>one<i/></p></body>"),
            [false, true, true]
        );
        assert_eq!(
            differs("<body id=b><p class=x title=y>one</p><p/><p/></body>"),
            [false, true, true]
        );
    }

    #[test]
    fn knows_no_other_scope() {
        let tree = page("<body id=b/>");
        assert_eq!(digest(&mut VisitorSide(&tree), find(&tree, "b"), 4), None);
    }
}
