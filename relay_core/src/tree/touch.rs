//! What a frame did to the tree, for those who keep something per node.

use super::Slot;
use crate::atoms::Atom;
use crate::op::Text;

/// One thing that a frame did. Names only slots of nodes that are there after the frame, but for `Removed`: slots are not used again
/// before the next frame.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Touch {
    /// A document started here: the page's own (then no slot from before means anything) or a frame's.
    Document(Slot),
    /// The root of a new subtree. Old nodes that were moved into it have a `Moved` of their own.
    Inserted(Slot),
    /// A node left its place, for good or to another one.
    Removed {
        /// The node.
        node: Slot,
        /// Where it was.
        parent: Slot,
        /// What it stood before.
        next: Option<Slot>,
        /// Its `class` all along, if that is sure.
        class: Option<Text>,
    },
    /// An old node with all below it came to another place.
    Moved(Slot),
    /// An attribute of this element.
    Attribute {
        /// The element.
        node: Slot,
        /// The attribute.
        name: Atom,
        /// What a `class` or `id` was before.
        was: Option<Text>,
    },
    /// State bits of this element.
    State(Slot),
    /// The value of this control.
    Value(Slot),
    /// The data of this text node.
    Text(Slot),
    /// The style sheet of this element.
    Sheet(Slot),
    /// The source mask of this node.
    Mask(Slot),
    /// The focus went elsewhere.
    Focus,
}

impl Touch {
    /// The node it is about, or was below.
    pub(crate) fn place(&self) -> Option<Slot> {
        match *self {
            Self::Document(n)
            | Self::Inserted(n)
            | Self::Removed { parent: n, .. }
            | Self::Moved(n)
            | Self::Attribute { node: n, .. }
            | Self::State(n)
            | Self::Value(n)
            | Self::Text(n)
            | Self::Sheet(n)
            | Self::Mask(n) => Some(n),
            Self::Focus => None,
        }
    }
}
