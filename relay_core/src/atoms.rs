//! Names of tags and attributes as numbers: the dictionary of the protocol first, then what a page adds.
//!
//! A table only grows; it goes with the page it belongs to.

use std::sync::{Arc, LazyLock};

use foldhash::HashMap;
use rustc_hash::FxHashMap;

use crate::names::DICTIONARY;

/// The number of a name in one page's table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Atom(pub u32);

static NUMBERS: LazyLock<FxHashMap<&'static str, u32>> = LazyLock::new(|| {
    let numbered = DICTIONARY.iter().zip(0u32..);
    numbered.map(|(name, number)| (*name, number)).collect()
});

impl Atom {
    /// `class`
    pub(crate) const CLASS: Self = Self::of_dictionary("class");
    /// `id`
    pub(crate) const ID: Self = Self::of_dictionary("id");
    /// `form`
    pub(crate) const FORM: Self = Self::of_dictionary("form");
    /// `input`
    pub(crate) const INPUT: Self = Self::of_dictionary("input");
    /// `textarea`
    pub(crate) const TEXTAREA: Self = Self::of_dictionary("textarea");
    /// `button`
    pub(crate) const BUTTON: Self = Self::of_dictionary("button");
    /// `link`
    pub(crate) const LINK: Self = Self::of_dictionary("link");
    /// `source`
    pub(crate) const SOURCE: Self = Self::of_dictionary("source");
    /// `style`
    pub(crate) const STYLE: Self = Self::of_dictionary("style");

    const fn of_dictionary(name: &str) -> Self {
        let mut at = 0;
        while at < DICTIONARY.len() && !is_same(DICTIONARY[at].as_bytes(), name.as_bytes()) {
            at += 1;
        }
        Self(at as u32)
    }
}

const fn is_same(a: &[u8], b: &[u8]) -> bool {
    let mut at = 0;
    while at < a.len() && at < b.len() && a[at] == b[at] {
        at += 1;
    }
    at == a.len() && at == b.len()
}

/// The number that the protocol's dictionary gives a name, if it is in there.
#[must_use]
pub fn dictionary_number(name: &str) -> Option<u32> {
    NUMBERS.get(name).copied()
}

/// The names that one page uses.
#[derive(Debug, Default)]
pub struct Atoms {
    own: Vec<Arc<str>>,
    prefixes: bool,
    /// Names come from the page, so the hash is keyed.
    numbers: HashMap<Arc<str>, u32>,
}

impl Atoms {
    /// The atom of a name, new if need be.
    pub fn intern(&mut self, name: &str) -> Atom {
        if let Some(atom) = self.find(name) {
            return atom;
        }
        let name: Arc<str> = name.into();
        let number = (DICTIONARY.len() + self.own.len()) as u32;
        self.prefixes |= name.contains(':');
        self.own.push(Arc::clone(&name));
        self.numbers.insert(name, number);
        Atom(number)
    }

    /// The atom of a name that the page or the dictionary has.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<Atom> {
        dictionary_number(name)
            .or_else(|| self.numbers.get(name).copied())
            .map(Atom)
    }

    /// How many atoms there are, those of the dictionary included.
    pub(crate) fn count(&self) -> usize {
        DICTIONARY.len() + self.own.len()
    }

    /// Whether the page has added a name with a prefix.
    pub(crate) fn has_prefixes(&self) -> bool {
        self.prefixes
    }

    /// The name of an atom of this table.
    #[must_use]
    pub fn name(&self, atom: Atom) -> &str {
        let number = atom.0 as usize;
        DICTIONARY.get(number).copied().unwrap_or_else(|| {
            self.own
                .get(number - DICTIONARY.len())
                .map_or("", AsRef::as_ref)
        })
    }

    /// How many names the page has added to the dictionary.
    #[must_use]
    pub fn len(&self) -> usize {
        self.own.len()
    }

    /// Takes back all but the first `length` names that the page has added.
    pub(crate) fn truncate(&mut self, length: usize) {
        for name in self.own.drain(length..) {
            self.numbers.remove(&name);
        }
    }

    /// Whether the page has added none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.own.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::{Atom, DICTIONARY};

    #[test]
    fn names_with_a_constant_are_in_the_dictionary() {
        for (atom, name) in [
            (Atom::CLASS, "class"),
            (Atom::ID, "id"),
            (Atom::FORM, "form"),
            (Atom::INPUT, "input"),
            (Atom::BUTTON, "button"),
            (Atom::LINK, "link"),
            (Atom::STYLE, "style"),
        ] {
            assert_eq!(DICTIONARY[atom.0 as usize], name);
        }
    }
}
