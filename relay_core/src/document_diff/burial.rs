//! Old nodes that no new one has taken the place of.

use super::Pairs;
use crate::edit::Burial;
use crate::tree::{Kind, Slot, Tree};

/// What viewers may have of them, as `edit::burial` notes it when nodes leave: the topmost ones, and those below them that a viewer that
/// is behind has elsewhere. Documents inside go with their frame element.
pub(super) fn burials(old: &Tree, pairs: &Pairs) -> Vec<Burial> {
    let mut burials = Vec::new();
    let mut document = None;
    let mut last = None;
    let mut at = old.root();
    let Some(root) = at else { return burials };
    while let Some(n) = at {
        let next = old.first_below(n).or_else(|| old.following(n, root));
        let node = old.node(n);
        if pairs.new_of(n).is_some() {
            at = next;
            continue;
        }
        let is_document = old.kind(n) == Kind::Document;
        let above = old.composed_parent(n).filter(|_| !node.unseen);
        let Some(above) = above else {
            at = old.following(n, root);
            continue;
        };
        let is_top = pairs.new_of(above).is_some();
        if is_top || (node.placed > node.created && !is_document) {
            let prev = old.prev_sibling(n);
            let follows = is_top && prev.is_some() && prev == last;
            if is_top {
                last = Some(n);
            }
            let owner = owner(old, above, &mut document);
            burials.push(Burial {
                view_id: node.view_id,
                created: node.created,
                placed: node.placed,
                document: old.view_id(owner),
                frame: is_document.then(|| old.view_id(above)),
                is_top,
                follows,
            });
        }
        // What was in a document never left it.
        at = if is_document {
            old.following(n, root)
        } else {
            next
        };
    }
    burials
}

/// The document that a node is in; `last` is the answer for the node asked for before.
fn owner(old: &Tree, n: Slot, last: &mut Option<(Slot, Slot)>) -> Slot {
    match *last {
        Some((asked, document)) if asked == n => document,
        _ => {
            let document = old.owner_document(n);
            *last = Some((n, document));
            document
        }
    }
}
