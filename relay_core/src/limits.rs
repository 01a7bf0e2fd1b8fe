//! The limits of a session by name; their numbers are in `spec.toml`.

use crate::error::Refused;
use crate::names::limit;

macro_rules! limits {
    ($($(#[$about:meta])* $field:ident = $default:path;)*) => {
        /// What a session may hold and a frame may ask for. Bytes unless said.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct Limits {
            $($(#[$about])* pub $field: usize,)*
        }

        impl Default for Limits {
            fn default() -> Self {
                Self { $($field: $default,)* }
            }
        }

        impl Limits {
            /// Their names.
            pub const NAMES: &[&str] = &[$(stringify!($field)),*];

            /// Sets one limit by its name; false if there is none of that name.
            pub fn set(&mut self, name: &str, number: usize) -> bool {
                match name {
                    $(stringify!($field) => self.$field = number,)*
                    _ => return false,
                }
                true
            }
        }
    };
}

limits! {
    /// A visitor's frame, all pieces joined.
    snapshot_frame = limit::SNAPSHOT_FRAME;
    /// Nodes of a page with all its frames.
    nodes = limit::NODES;
    /// Links from the page's document down to a node.
    depth = limit::DEPTH;
    /// Attributes of one element.
    attributes = limit::ATTRIBUTES;
    /// The value of an attribute, a label, a title or an address.
    attribute_value = limit::ATTRIBUTE_VALUE;
    /// The value of `style` or `srcset`.
    long_attribute_value = limit::LONG_ATTRIBUTE_VALUE;
    /// The data of a text node or the value of a control.
    text = limit::TEXT;
    /// The source text of a style sheet.
    sheet_text = limit::SHEET_TEXT;
    /// Sheets of a page that script has constructed.
    constructed = limit::CONSTRUCTED;
    /// Sheets that one document or shadow root adopts.
    adopted = limit::ADOPTED;
    /// Names in the table of one frame.
    names = limit::NAMES;
    /// Shapes in the table of one frame.
    shapes = limit::SHAPES;
    /// Ops of one frame.
    ops = limit::OPS;
    /// Uses of strings in one frame.
    values = limit::VALUES;
    /// Nodes that one frame may make the relay look at for moves, masks and card numbers, and what counts as such: 64 bytes of a text at
    /// each use of it in an op, 8 nodes above a changed one.
    steps = limit::STEPS;
    /// A tag's or attribute's name.
    name_length = limit::NAME_LENGTH;
    /// Documents of a page, its own included.
    documents = limit::DOCUMENTS;
    /// Documents one inside the other, the page's own included.
    document_depth = limit::DOCUMENT_DEPTH;
    /// Audiences of a session.
    audiences = limit::AUDIENCES;
    /// Distinct names a page may add, and separate runs of spent node numbers.
    atoms = limit::ATOMS;
    /// Text that nodes hold.
    held_text = limit::HELD_TEXT;
    /// The body of a frame.
    inflated_frame = limit::INFLATED_FRAME;
    /// How many times its deflated length a body may have.
    inflate_ratio = limit::INFLATE_RATIO;
    /// Tiles of one canvas.
    tiles = limit::TILES;
    /// The picture of one tile, in base64.
    picture = limit::PICTURE;
    /// The animations of one element, as CSS.
    animation = limit::ANIMATION;
    /// Assets of a page.
    assets = limit::ASSETS;
    /// Addresses that a page loads assets from.
    target_text = limit::TARGET_TEXT;
    /// Rules of a style sheet; one that has more is shown as empty.
    sheet_rules = limit::SHEET_RULES;
    /// Lists of adopted sheets of a page.
    adopted_text = limit::ADOPTED_TEXT;
    /// Rewritten addresses of one viewer frame, 64 bytes counted beside each; further ones are shown as none.
    address_text = limit::ADDRESS_TEXT;
    /// Rewritten sheets and style attributes of one viewer frame; further ones are shown as empty.
    rewritten_text = limit::REWRITTEN_TEXT;
    /// Viewer frames with a body of at least this are deflated.
    deflate_from = limit::DEFLATE_FROM;
}

/// Refuses what is over a limit.
pub(crate) fn within(number: usize, limit: usize, name: &'static str) -> Result<(), Refused> {
    if number > limit {
        return Err(Refused::Limit(name, limit));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::Limits;

    #[test]
    fn sets_by_name_and_knows_no_others() {
        let mut limits = Limits::default();
        assert!(limits.set("nodes", 7));
        assert_eq!(limits.nodes, 7);
        assert!(!limits.set("node", 7));
    }
}
