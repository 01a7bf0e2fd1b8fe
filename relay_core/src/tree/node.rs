//! What the arena holds of a node and of the page, and when each part of it changed.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::Slot;
use crate::atoms::Atom;
use crate::node_id::{ViewId, VisitorId};
use crate::op::{Playback, Text};

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A page or the document inside a frame element.
    Document,
    /// An element of any namespace.
    Element,
    /// Text.
    Text,
    /// A shadow root that scripts of the page can reach.
    ShadowOpen,
    /// A shadow root that they cannot reach.
    ShadowClosed,
}

impl Kind {
    /// Whether the node hangs beside its host's children instead of among them.
    #[must_use]
    pub fn is_attached(self) -> bool {
        matches!(self, Self::Document | Self::ShadowOpen | Self::ShadowClosed)
    }

    /// Whether it is a shadow root.
    #[must_use]
    pub fn is_shadow(self) -> bool {
        matches!(self, Self::ShadowOpen | Self::ShadowClosed)
    }
}

/// What a document has and other nodes have not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DocumentInfo {
    /// Its address.
    pub address: Text,
    /// What relative addresses are resolved against.
    pub base: Text,
    /// Its title.
    pub title: Text,
    /// The name in its doctype; empty without one.
    pub doctype: Text,
    /// Its mode, of `names::quirks`.
    pub quirks: u32,
    pub(crate) titled: Version,
    pub(crate) addressed: Version,
}

pub(super) static NO_DOCUMENT: LazyLock<DocumentInfo> = LazyLock::new(DocumentInfo::default);

/// The replica's counter as nodes hold it. A session would have to send frames for years to use it up; `replica` ends it then.
pub(crate) type Version = u32;

#[derive(Clone, Debug)]
pub(crate) struct Attribute {
    pub(crate) name: Atom,
    pub(crate) changed: Version,
    pub(crate) value: Text,
}

/// What counts against `limits.held_text` beside the bytes of an attribute's value.
pub(super) const ATTRIBUTE_BYTES: usize = size_of::<Attribute>();

#[derive(Clone, Debug)]
pub(crate) enum Content {
    Nothing,
    Text(Text),
    Attributes(Vec<Attribute>),
}

impl Content {
    pub(super) fn held(&self) -> usize {
        match self {
            Self::Nothing => 0,
            Self::Text(text) => text.len(),
            Self::Attributes(attributes) => attributes
                .iter()
                .map(|attribute| attribute.value.len() + ATTRIBUTE_BYTES)
                .sum(),
        }
    }
}

/// A mask that the visitor's side has set on a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SourceMask {
    pub(crate) level: u32,
    pub(crate) label: Text,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

/// The source of a style sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sheet {
    pub(crate) base: Text,
    pub(crate) text: Text,
}

/// A sheet that script has constructed.
#[derive(Clone, Debug)]
pub(crate) struct Constructed {
    pub(crate) base: Text,
    pub(crate) text: Text,
    pub(crate) changed: Version,
}

/// Column and row of a tile.
pub(crate) type TilePlace = (u32, u32);

/// A picture of a part of a canvas, in base64.
#[derive(Clone, Debug)]
pub(crate) struct Tile {
    pub(crate) picture: Text,
    pub(crate) changed: Version,
}

/// A value and when it was last set.
#[derive(Clone, Debug, Default)]
pub(crate) struct Dated<T> {
    pub(crate) is: T,
    pub(crate) changed: Version,
}

/// What few nodes have.
#[derive(Clone, Debug, Default)]
pub(crate) struct Extra {
    pub(crate) shadow: Option<Slot>,
    pub(crate) document: Option<Slot>,
    pub(crate) value: Dated<Option<Text>>,
    pub(crate) state: Dated<u32>,
    pub(crate) scroll: Dated<(i32, i32)>,
    pub(crate) sheet: Dated<Option<Sheet>>,
    /// Of a document or shadow root: the numbers of the sheets it adopts.
    pub(crate) adopted: Dated<Option<Text>>,
    pub(crate) mask: Dated<Option<SourceMask>>,
    pub(crate) placeholder: Dated<Option<u32>>,
    /// What a canvas or video shows, as far as the visitor has told since its placeholder was last set.
    pub(crate) tiles: BTreeMap<TilePlace, Tile>,
    pub(crate) playback: Dated<Option<Playback>>,
    /// The animations that run on an element, as CSS.
    pub(crate) animation: Dated<Option<Text>>,
    /// When an attribute last left, or changed so that others are shown differently.
    pub(crate) attributes_reset: Version,
    pub(crate) info: Option<Box<DocumentInfo>>,
}

pub(super) const NONE: u32 = u32::MAX;

#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) id: VisitorId,
    pub(crate) view_id: ViewId,
    pub(super) parent: u32,
    pub(super) first: u32,
    pub(super) last: u32,
    pub(super) next: u32,
    pub(super) prev: u32,
    /// Since when viewers have it under this view id.
    pub(crate) created: Version,
    /// When it was last put where it is.
    pub(crate) placed: Version,
    /// When anything that belongs to it alone last changed.
    pub(crate) changed: Version,
    /// When the visitor sent it.
    pub(crate) born: Version,
    pub(super) tag: Atom,
    /// Links from its page's document down to it.
    pub(crate) depth: u16,
    pub(super) kind: Kind,
    pub(super) namespace: u8,
    /// Highest source mask at it or above; only rises.
    pub(crate) masked: u8,
    /// Whether viewers are shown what is below it.
    pub(crate) holds_content: bool,
    /// Below an element whose content no viewer is shown.
    pub(crate) unseen: bool,
    /// Has left with the frame that is being applied.
    pub(crate) gone: bool,
    pub(super) content: Content,
    pub(super) extra: Option<Box<Extra>>,
}

/// A node to be made.
#[derive(Debug)]
pub(crate) struct NewNode {
    pub(crate) id: VisitorId,
    pub(crate) kind: Kind,
    pub(crate) namespace: u8,
    pub(crate) tag: Atom,
    pub(crate) content: Content,
    pub(crate) holds_content: bool,
    pub(crate) version: Version,
}

/// A node and how far in its text, or in the value of a field, for the start and the end of what is selected.
pub(crate) type Selection = ((Slot, u32), (Slot, u32));

/// What is of the page as a whole and only matters in its latest state.
#[derive(Clone, Debug, Default)]
pub(crate) struct Screen {
    pub(crate) focus: Dated<Option<Slot>>,
    /// The innermost element under the pointer, and the one that is pressed.
    pub(crate) hover: Dated<(Option<Slot>, Option<Slot>)>,
    pub(crate) selection: Dated<Option<Selection>>,
    /// The time for animations.
    pub(crate) clock: Dated<Option<u32>>,
    /// Elements that came to the top of a top layer, and when, in that order; each once.
    pub(crate) lifted: Vec<(Slot, Version)>,
    /// Answers to media features; they are in the sheets.
    pub(crate) media: Option<u32>,
    /// Where it is, and 1 while it is pressed.
    pub(crate) pointer: Dated<Option<(i32, i32, u32)>>,
    /// Width, height, device pixel ratio in thousandths.
    pub(crate) viewport: Dated<Option<(u32, u32, u32)>>,
}

impl Extra {
    pub(super) fn adopted_held(&self) -> usize {
        self.adopted.is.as_ref().map_or(0, Text::len)
    }
}

pub(super) fn held_extra(extra: &Extra) -> usize {
    let value = extra.value.is.as_ref().map_or(0, Text::len);
    let sheet = extra
        .sheet
        .is
        .as_ref()
        .map_or(0, |sheet| sheet.base.len() + sheet.text.len());
    let mask = extra.mask.is.as_ref().map_or(0, |mask| mask.label.len());
    let info = extra.info.as_ref().map_or(0, |info| {
        info.address.len() + info.base.len() + info.title.len() + info.doctype.len()
    });
    let adopted = extra.adopted_held();
    let tiles: usize = extra.tiles.values().map(held_tile).sum();
    let animation = extra.animation.is.as_ref().map_or(0, Text::len);
    value + sheet + adopted + mask + info + tiles + animation
}

pub(super) fn held_tile(tile: &Tile) -> usize {
    tile.picture.len() + size_of::<Tile>()
}

#[cfg(test)]
mod tests {
    use super::Node;

    /// With its entry in the index a node without text costs about a hundred bytes.
    #[test]
    fn nodes_are_small() {
        assert!(size_of::<Node>() <= 88, "{}", size_of::<Node>());
    }
}
