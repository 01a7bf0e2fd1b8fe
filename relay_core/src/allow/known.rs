//! The allow tables for names of the protocol's dictionary, looked up by number: most names of most pages.

use super::Shown;
use crate::atoms::Atom;
use crate::names::DICTIONARY;
use std::sync::{LazyLock, OnceLock};

/// Namespaces, from 0.
const NAMESPACES: usize = 4;

/// Numbers of the dictionary.
#[derive(Clone, Copy, Default)]
pub(crate) struct Numbers([u64; DICTIONARY.len().div_ceil(64)]);

impl Numbers {
    /// Those of names that pass a test.
    pub(crate) fn that(test: impl Fn(&str) -> bool) -> Self {
        let mut numbers = Self::default();
        for (number, name) in DICTIONARY.iter().enumerate() {
            numbers.0[number / 64] |= u64::from(test(name)) << (number % 64);
        }
        numbers
    }

    /// Whether a number, which is of the dictionary, is among them.
    pub(crate) fn has(&self, number: usize) -> bool {
        self.0[number / 64] >> (number % 64) & 1 != 0
    }
}

struct Tag {
    shown: Shown,
    holds_content: bool,
    /// The attributes that it may have, once asked for.
    attributes: OnceLock<Numbers>,
}

static TAGS: LazyLock<Vec<Tag>> = LazyLock::new(|| {
    let tags = |namespace: usize| {
        DICTIONARY.iter().map(move |name| Tag {
            shown: super::element(namespace as u32, name),
            holds_content: super::holds_content(namespace as u32, name),
            attributes: OnceLock::new(),
        })
    };
    (0..NAMESPACES).flat_map(tags).collect()
});
/// Attributes whose values are addresses.
const ADDRESSES: &[&str] = &["href", "xlink:href", "src", "srcset", "poster", "cite"];

static ADDRESS: LazyLock<Numbers> =
    LazyLock::new(|| Numbers::that(|name| ADDRESSES.contains(&name)));
static LAYOUT: LazyLock<Numbers> = LazyLock::new(|| Numbers::that(super::layout));

fn tag(namespace: u32, tag: Atom) -> Option<&'static Tag> {
    let number = tag.0 as usize;
    (number < DICTIONARY.len())
        .then(|| TAGS.get(namespace as usize * DICTIONARY.len() + number))
        .flatten()
}

/// [`super::element`], of a name whose atom is known.
pub fn element(namespace: u32, atom: Atom, name: &str) -> Shown {
    tag(namespace, atom).map_or_else(|| super::element(namespace, name), |tag| tag.shown)
}

/// [`super::holds_content`], of a name whose atom is known.
pub fn holds_content(namespace: u32, atom: Atom, name: &str) -> bool {
    tag(namespace, atom).map_or_else(
        || super::holds_content(namespace, name),
        |tag| tag.holds_content,
    )
}

/// [`super::attribute`], of names whose atoms are known.
pub fn attribute(namespace: u32, element: (Atom, &str, Shown), attribute: (Atom, &str)) -> bool {
    let (tag_atom, tag_name, shown) = element;
    let (number, name) = (attribute.0.0 as usize, attribute.1);
    let known = tag(namespace, tag_atom).filter(|_| number < DICTIONARY.len());
    let Some(known) = known else {
        return super::attribute(namespace, tag_name, shown, name);
    };
    let allowed = known.attributes.get_or_init(|| {
        Numbers::that(|name| super::attribute(namespace, tag_name, known.shown, name))
    });
    allowed.has(number)
}

/// [`super::layout`], of a name whose atom is known.
pub fn layout(atom: Atom, name: &str) -> bool {
    let number = atom.0 as usize;
    if number < DICTIONARY.len() {
        return LAYOUT.has(number);
    }
    super::layout(name)
}

/// Whether the value of an attribute, whose atom is known, is an address or several.
pub fn address(atom: Atom, name: &str) -> bool {
    let number = atom.0 as usize;
    if number < DICTIONARY.len() {
        return ADDRESS.has(number);
    }
    ADDRESSES.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::namespace::{HTML, MATHML, OTHER, SVG};

    #[test]
    fn known_names_have_what_the_tables_say() {
        for namespace in [HTML, SVG, MATHML, OTHER] {
            for (number, name) in DICTIONARY.iter().enumerate() {
                let atom = Atom(number as u32);
                let shown = element(namespace, atom, name);
                assert_eq!(shown, super::super::element(namespace, name));
                assert_eq!(
                    holds_content(namespace, atom, name),
                    super::super::holds_content(namespace, name)
                );
                assert_eq!(layout(atom, name), super::super::layout(name));
                for (number, own) in DICTIONARY.iter().enumerate() {
                    let own = (Atom(number as u32), *own);
                    assert_eq!(
                        attribute(namespace, (atom, name, shown), own),
                        super::super::attribute(namespace, name, shown, own.1)
                    );
                }
            }
        }
        assert!(NAMESPACES as u32 > [HTML, SVG, MATHML, OTHER].into_iter().max().unwrap_or(0));
    }
}
