//! Selectors Level 4 over the tree: parsing, with the fault's place when it fails, and matching.
//!
//! What the relay cannot know (`:hover`, `:visited`), what is no element (`::before`) and what is not understood is refused when it is
//! parsed: a selector that silently matches nothing would be a leak. The grammar is that of the crate `selectors`; its matcher, which is
//! quadratic on wide parents, only checks ours in tests.

mod anchors;
mod bits;
mod complex;
mod direction;
mod element;
mod fault;
mod features;
mod forms;
mod grammar;
mod language;
mod lower;
mod memo;
#[cfg(test)]
mod oracle;
mod pass;
mod places;
mod pseudo_class;
mod range;
mod shadow;
mod slots;
mod source;
mod traces;
mod view;

pub(crate) use anchors::{Anchors, Former, Steps, following, previous};
pub(crate) use complex::Complex;
pub(crate) use direction::is_auto;
pub use fault::Fault;
pub(crate) use features::{Features, Key};
pub(crate) use forms::belongs_to_forms;
pub(crate) use pass::Pass;
pub(crate) use places::Places;
pub use source::Source;
pub(crate) use traces::{BELOW, Beside, Feature, Place, Side, Traces, Turn, Way};
pub(crate) use view::focused;

use crate::tree::{Slot, Tree};
use cssparser::Parser;
use grammar::{Grammar, Names};
use selectors::parser::{ParseRelative, SelectorList};

/// Most compounds of one selector, nested ones included: matching goes as deep as they are many.
const COMPOUNDS: usize = 256;
/// Deepest nesting of `:is()`, `:not()` and the like.
const NESTING: u8 = 16;

/// A list of selectors, ready to be matched.
#[derive(Clone, Debug)]
pub struct Selector {
    complex: Vec<Complex>,
    #[cfg(test)]
    parsed: SelectorList<Names>,
}

impl Selector {
    /// Parses a selector list.
    ///
    /// # Errors
    /// Where and why it is not one that can be honoured.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        if text.len() > crate::names::limit::SELECTOR {
            return Err(Fault::new(1, "the selector is too long"));
        }
        let grammar = Grammar::new(text);
        let parsed =
            parse(&grammar, text).map_err(|error| fault::locate(&grammar, text, &error))?;
        let complex: Result<Vec<_>, _> = parsed.slice().iter().map(Complex::lower).collect();
        let complex = complex.map_err(|refusal| refusal.into_fault(text))?;
        let mut features = Features::default();
        for selector in &complex {
            features.add(selector);
        }
        if features.compounds > COMPOUNDS {
            return Err(Fault::new(1, "the selector has too many parts"));
        }
        Ok(Self {
            complex,
            #[cfg(test)]
            parsed,
        })
    }

    /// The elements of a page that match, in the order of the page.
    pub fn matched(&self, tree: &Tree) -> Vec<Slot> {
        Pass::new(tree).all(&self.complex)
    }

    /// The selectors of the list.
    pub(crate) fn complex(&self) -> &[Complex] {
        &self.complex
    }
}

fn parse(grammar: &Grammar, text: &str) -> Result<SelectorList<Names>, fault::ParseError> {
    let mut input = Parser::new(text);
    input.set_nested_block_limit(NESTING);
    SelectorList::parse(grammar, &mut input, ParseRelative::No)
}

#[cfg(test)]
mod tests;
