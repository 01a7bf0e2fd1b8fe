//! What a frame did to the tree, for those who keep something per node.

use super::Slot;

/// One thing that a frame did. Names only slots of nodes that are there after the frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Touch {
    /// A document started here: the page's own (then no slot from before means anything) or a frame's.
    Document(Slot),
    /// The root of a new subtree. Old nodes that were moved into it have a `Moved` of their own.
    Inserted(Slot),
    /// Something left the children of this node.
    Removed {
        /// Where it was.
        parent: Slot,
    },
    /// An old node with all below it came to another place.
    Moved(Slot),
    /// Attributes of this element.
    Attribute(Slot),
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
