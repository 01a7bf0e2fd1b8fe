//! What rules have masked, counted page by page: numbers for the statement of a session, and no content.
//!
//! A page is counted as it stands when another takes its place, or when it is asked for. An element that the visitor's browser masked
//! keeps no attributes but those of the layout: where a rule goes by others, it counts as masked at the source by a rule not told.

use std::sync::Arc;

use crate::mask::Marks;
use crate::selector::{Pass, Selector};
use crate::tree::{Kind, Tree};

/// Pages that are kept for the next asking; of more, the first ones go.
const PAGES: usize = 1000;

/// The masked elements of one page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageTally {
    /// Its address, without query and fragment; of a masked page its origin.
    pub address: String,
    /// For each rule how many masked elements it matches.
    pub rules: Vec<u32>,
    /// Masked elements that none of them matches as they are here.
    pub untold: u32,
}

/// The rules that are counted, and the pages that were.
#[derive(Default)]
pub(crate) struct Tallies {
    rules: Option<Arc<[Selector]>>,
    pages: Vec<PageTally>,
}

impl Tallies {
    /// Counts these rules from here on.
    pub(crate) fn watch(&mut self, rules: Arc<[Selector]>) {
        self.rules = Some(rules);
    }

    /// What there is of a page to be counted.
    pub(crate) fn count(&self, tree: &Tree, audiences: &[&Marks]) -> Option<PageTally> {
        let (page, rules) = (tree.root()?, self.rules.as_deref()?);
        let address = &tree.document(page).address;
        let end = address.find(['?', '#']).unwrap_or(address.len());
        let mut tally = PageTally {
            address: address[..end].to_owned(),
            rules: vec![0; rules.len()],
            untold: 0,
        };
        let mut pass = Pass::new(tree);
        for n in tree.walk(page) {
            let is_masked =
                tree.source_mask(n).is_some() || audiences.iter().any(|marks| marks.own(n) > 0);
            if tree.kind(n) != Kind::Element || !is_masked {
                continue;
            }
            let quirks =
                tree.document(tree.owner_document(n)).quirks == crate::names::quirks::QUIRKS;
            let mut is_told = false;
            for (rule, count) in rules.iter().zip(&mut tally.rules) {
                let hits = rule
                    .complex()
                    .iter()
                    .any(|complex| pass.matches(complex, n, quirks));
                *count += u32::from(hits);
                is_told |= hits;
            }
            tally.untold += u32::from(!is_told);
        }
        Some(tally)
    }

    /// Keeps what was counted of a page that is over.
    pub(crate) fn keep(&mut self, page: Option<PageTally>) {
        self.pages.extend(page);
        if self.pages.len() > PAGES {
            self.pages.remove(0);
        }
    }

    /// All that is kept; it is not kept any longer.
    pub(crate) fn take(&mut self) -> Vec<PageTally> {
        std::mem::take(&mut self.pages)
    }
}
