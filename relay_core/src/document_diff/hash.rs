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
        let mut own = state.build_hasher();
        content(tree, n, &mut own, &rename);
        let mut below = tree.first_below(n);
        while let Some(at) = below {
            own.write_u64(hashes[at.0 as usize]);
            below = tree.beside(at);
        }
        hashes[n.0 as usize] = own.finish();
    }
    hashes
}

fn content(tree: &Tree, n: Slot, own: &mut impl Hasher, rename: &impl Fn(Atom) -> Atom) {
    let kind = tree.kind(n);
    match kind {
        Kind::Text => own.write(tree.text(n).as_bytes()),
        Kind::Element => {
            let tag = u64::from(rename(tree.tag_atom(n)).0);
            own.write_u64(tag << 8 | u64::from(tree.namespace(n)));
            for attribute in tree.attribute_records(n) {
                own.write_u32(rename(attribute.name).0);
                own.write(attribute.value.as_bytes());
            }
        }
        Kind::Document | Kind::ShadowOpen | Kind::ShadowClosed => {}
    }
    own.write_u8(kind as u8);
}
