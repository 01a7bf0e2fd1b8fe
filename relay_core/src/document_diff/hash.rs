//! Hashes of nodes with all below them. They say where to look, never what is so.

use std::hash::{BuildHasher, Hasher};

use foldhash::fast::RandomState;

use crate::atoms::Atom;
use crate::tree::{Kind, Slot, Tree};

/// By slot; 0 for nodes that viewers do not have.
pub(super) type Hashes = Vec<u64>;

/// Hashes every node that viewers have below a document. `rename` gives the number that both trees have for a name.
pub(super) fn subtrees(
    tree: &Tree,
    root: Slot,
    state: &RandomState,
    rename: impl Fn(Atom) -> Atom,
) -> Hashes {
    let mut hashes = vec![0; tree.slots()];
    let order: Vec<Slot> = tree.walk(root).filter(|n| !tree.is_unseen(*n)).collect();
    for &n in order.iter().rev() {
        let mut hasher = state.build_hasher();
        own(tree, n, &mut hasher, &rename);
        let mut below = tree.first_below(n);
        while let Some(at) = below {
            hasher.write_u64(hashes[at.0 as usize]);
            below = tree.beside(at);
        }
        hashes[n.0 as usize] = hasher.finish();
    }
    hashes
}

fn own(tree: &Tree, n: Slot, hasher: &mut impl Hasher, rename: &impl Fn(Atom) -> Atom) {
    let kind = tree.kind(n);
    match kind {
        Kind::Text => hasher.write(tree.text(n).as_bytes()),
        Kind::Element => {
            let tag = u64::from(rename(tree.tag_atom(n)).0);
            hasher.write_u64(tag << 8 | u64::from(tree.namespace(n)));
            for attribute in tree.attribute_records(n) {
                hasher.write_u32(rename(attribute.name).0);
                hasher.write(attribute.value.as_bytes());
            }
        }
        Kind::Document | Kind::ShadowOpen | Kind::ShadowClosed => {}
    }
    hasher.write_u8(kind as u8);
}
