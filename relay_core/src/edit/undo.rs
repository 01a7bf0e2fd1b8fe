//! What takes the changes of a frame back, last first, so that a refused frame leaves the tree as it was.

use crate::node_id::ViewId;
use crate::tree::{Attribute, Constructed, Content, Extra, Slot, Tile, TilePlace, Tree, Version};

/// Where a node was: below `parent`, after `prev` or first.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) parent: Slot,
    pub(super) prev: Option<Slot>,
}

impl Place {
    /// Where a node is, if it is anywhere.
    pub(super) fn of(tree: &Tree, n: Slot) -> Option<Self> {
        Some(Self {
            parent: tree.composed_parent(n)?,
            prev: tree.prev_sibling(n),
        })
    }

    /// Puts a node that is linked nowhere into this place.
    fn put(self, tree: &mut Tree, n: Slot) {
        if tree.kind(n).is_attached() {
            tree.attach(n, self.parent);
        } else {
            tree.link(n, self.parent, self.prev);
        }
    }
}

/// One change taken back.
#[derive(Debug)]
pub(super) enum Undo {
    /// A subtree was made; all that is in it now was made with it.
    Made(Slot),
    Moved {
        n: Slot,
        from: Place,
        placed: Version,
        depth: u16,
    },
    Left {
        n: Slot,
        from: Place,
    },
    Content {
        n: Slot,
        content: Content,
        changed: Version,
    },
    /// `was`: the attribute that stood at the index; without one it was added there.
    Attribute {
        n: Slot,
        index: usize,
        was: Option<Attribute>,
        changed: Version,
    },
    AttributeGone {
        n: Slot,
        index: usize,
        was: Attribute,
        changed: Version,
    },
    Extra {
        n: Slot,
        extra: Box<Extra>,
        changed: Version,
    },
    /// `was`: the tile that stood at the place before.
    Tile {
        n: Slot,
        place: TilePlace,
        was: Option<Tile>,
        changed: Version,
    },
    Constructed {
        sheet: u32,
        was: Option<Constructed>,
    },
    Masked {
        n: Slot,
        level: u8,
    },
    Seen {
        n: Slot,
        unseen: bool,
        view_id: ViewId,
        created: Version,
        placed: Version,
    },
}

impl Undo {
    pub(super) fn take_back(self, tree: &mut Tree) {
        match self {
            Self::Constructed { sheet, was } => {
                tree.replace_constructed(sheet, was);
            }
            Self::Made(n) => {
                tree.unlink(n);
                tree.discard(n, true);
            }
            Self::Moved {
                n,
                from,
                placed,
                depth,
            } => {
                tree.unlink(n);
                from.put(tree, n);
                tree.node_mut(n).placed = placed;
                set_depth(tree, n, depth);
            }
            Self::Left { n, from } => {
                from.put(tree, n);
                set_gone(tree, n, false);
            }
            Self::Content {
                n,
                content,
                changed,
            } => {
                tree.replace_content(n, content);
                tree.node_mut(n).changed = changed;
            }
            Self::Attribute {
                n,
                index,
                was,
                changed,
            } => {
                match was {
                    Some(was) => tree.exchange_attribute(n, index, was),
                    None => tree.take_attribute(n, index),
                };
                tree.node_mut(n).changed = changed;
            }
            Self::AttributeGone {
                n,
                index,
                was,
                changed,
            } => {
                tree.insert_attribute(n, index, was);
                tree.node_mut(n).changed = changed;
            }
            Self::Extra { n, extra, changed } => {
                tree.change_extra(n, |now| *now = *extra);
                tree.node_mut(n).changed = changed;
            }
            Self::Tile {
                n,
                place,
                was,
                changed,
            } => {
                tree.replace_tile(n, place, was);
                tree.node_mut(n).changed = changed;
            }
            Self::Masked { n, level } => tree.node_mut(n).masked = level,
            Self::Seen {
                n,
                unseen,
                view_id,
                created,
                placed,
            } => {
                let node = tree.node_mut(n);
                node.unseen = unseen;
                node.view_id = view_id;
                node.created = created;
                node.placed = placed;
            }
        }
    }
}

/// Gives the top of a subtree this depth, and those below theirs.
pub(super) fn set_depth(tree: &mut Tree, top: Slot, depth: u16) {
    // Up or down: what wraps around comes back.
    let by = depth.wrapping_sub(tree.node(top).depth);
    if by == 0 {
        return;
    }
    let mut at = Some(top);
    while let Some(n) = at {
        let node = tree.node_mut(n);
        node.depth = node.depth.wrapping_add(by);
        at = tree.first_below(n).or_else(|| tree.following(n, top));
    }
}

/// Marks a subtree as gone or as there, and counts it.
pub(super) fn set_gone(tree: &mut Tree, top: Slot, gone: bool) -> usize {
    let mut count = 0;
    let mut at = Some(top);
    while let Some(n) = at {
        tree.node_mut(n).gone = gone;
        count += 1;
        at = tree.first_below(n).or_else(|| tree.following(n, top));
    }
    count
}
