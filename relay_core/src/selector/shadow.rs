//! What selectors say of shadow trees: their hosts, what is shown in their slots, and their parts.
//!
//! A rule holds in every document and every shadow tree by itself. In a shadow tree its host is the parent of the topmost elements, but
//! has no features there: only `:host` and what is made of it can match it (CSS Scoping, 3.2).

use super::complex::{Around, Complex, Compound, Join, Relative, Simple};
use super::forms::is_html;
use super::grammar::Name;
use super::memo::Part;
use super::pass::Pass;
use super::slots::{elements_of, host_of};
use crate::tree::{Kind, Slot, Tree};
use rustc_hash::FxHashSet;

/// Names under which an element's parts are known outside of the shadow tree around its host (CSS Shadow Parts, 3.2).
fn exported(tree: &Tree, host: Slot, parts: &[String]) -> Vec<String> {
    let list = tree.attribute(host, "exportparts").unwrap_or("");
    let pairs = list.split(',').filter_map(|entry| {
        let (inner, outer) = entry.split_once(':').unwrap_or((entry, entry));
        let (inner, outer) = (inner.trim_ascii(), outer.trim_ascii());
        let is_pair = !inner.is_empty() && !outer.is_empty() && !outer.contains(':');
        is_pair.then_some((inner, outer))
    });
    pairs
        .filter(|(inner, _)| parts.iter().any(|part| part == inner))
        .map(|(_, outer)| outer.to_owned())
        .collect()
}

impl<'a> Pass<'a> {
    /// Whether a selector without combinators matches an element as the host of its shadow tree.
    pub(super) fn is_host(&mut self, selector: &'a Complex, n: Slot) -> bool {
        selector.can_be_host() && self.tree().shadow_root(n).is_some() && {
            let [compound] = &selector.compounds[..] else {
                return false;
            };
            self.host_compound(compound, n)
        }
    }

    /// At the top of a shadow tree, whether what is left of a selector matches its host.
    pub(super) fn host(&mut self, compounds: &'a [Compound], n: Slot) -> bool {
        let tree = self.tree();
        let root = tree.parent(n).filter(|root| tree.kind(*root).is_shadow());
        let (Some(host), [compound]) = (root.and_then(|root| tree.host(root)), compounds) else {
            return false;
        };
        self.host_compound(compound, host)
    }

    fn host_compound(&mut self, compound: &'a Compound, host: Slot) -> bool {
        compound.can_be_host()
            && compound
                .simples
                .iter()
                .all(|simple| self.host_simple(simple, host))
    }

    fn host_simple(&mut self, simple: &'a Simple, host: Slot) -> bool {
        match simple {
            Simple::Host(inner) => inner.as_ref().is_none_or(|inner| self.complex(inner, host)),
            Simple::HostContext(around) => self.is_around(around, host),
            Simple::Is(list) => list.iter().any(|inner| self.is_host(inner, host)),
            Simple::Not(list) => !list.iter().any(|inner| self.is_host(inner, host)),
            Simple::Has(list) => list.iter().any(|relative| self.host_has(relative, host)),
            _ => false,
        }
    }

    /// Whether a host or an element around it, across shadow trees, matches. By the standard that is in the tree, by Chromium as the
    /// page is shown.
    fn is_around(&mut self, around: &'a Around, host: Slot) -> bool {
        let in_tree = self.is_above(around, host);
        if in_tree != around.narrow {
            return in_tree;
        }
        // Without a memory: only where slots are is this another way.
        let mut at = Some(host);
        while let Some(n) = at {
            if self.tree().kind(n) == Kind::Element && self.complex(&around.inner, n) {
                return true;
            }
            at = self.view.shown_in(n);
        }
        false
    }

    fn is_above(&mut self, around: &'a Around, host: Slot) -> bool {
        let part = Part::of(around);
        let mut path = Vec::new();
        let mut at = Some(host);
        let mut found = false;
        while let Some(n) = at.filter(|n| self.tree().kind(*n) != Kind::Document) {
            if let Some(known) = self.above.get(part, n) {
                found = known;
                break;
            }
            path.push(n);
            at = self.tree().composed_parent(n);
        }
        while let Some(n) = path.pop() {
            let is_element = self.tree().kind(n) == Kind::Element;
            found = found || (is_element && self.complex(&around.inner, n));
            self.above.put(part, n, found);
        }
        found
    }

    /// `:host:has()`: whether a relative selector is found in the host's shadow tree.
    fn host_has(&mut self, relative: &'a Relative, host: Slot) -> bool {
        let part = Part::of(relative);
        if let Some(known) = self.above.get(part, host) {
            return known;
        }
        let elements = elements_of(self.tree(), host);
        let mut found: FxHashSet<Slot> = FxHashSet::default();
        for (index, compound) in relative.compounds.iter().enumerate() {
            let from = (index > 0).then_some(&found);
            let reached = self.reached(&elements, from, compound.join);
            found = elements
                .iter()
                .copied()
                .filter(|n| reached.contains(n) && self.compound(compound, *n))
                .collect();
        }
        self.above.put(part, host, !found.is_empty());
        !found.is_empty()
    }

    /// Elements of a shadow tree that stand so to one of `from`, or to the host.
    fn reached(
        &mut self,
        elements: &[Slot],
        from: Option<&FxHashSet<Slot>>,
        join: Join,
    ) -> FxHashSet<Slot> {
        let mut reached = FxHashSet::default();
        for n in elements {
            let before = match join {
                Join::Child | Join::Descendant => self.parent(*n),
                _ => self.previous(*n),
            };
            let goes_on = matches!(join, Join::Descendant | Join::Later);
            let is_reached = match (before, from) {
                (Some(before), Some(from)) => {
                    from.contains(&before) || (goes_on && reached.contains(&before))
                }
                (None, Some(_)) => false,
                (Some(_), None) => join == Join::Descendant,
                (None, None) => matches!(join, Join::Child | Join::Descendant),
            };
            if is_reached {
                reached.insert(*n);
            }
        }
        reached
    }

    /// Whether an element is shown in a slot that matches, or in one that is itself shown in such a slot.
    pub(super) fn is_slotted(&mut self, slot: &'a [Compound], n: Slot) -> bool {
        let tree = self.tree();
        if is_html(tree, n, "slot") && host_of(tree, n).is_some() {
            return false;
        }
        let mut at = self.slot(n);
        while let Some(n) = at {
            if self.chain(slot, n) {
                return true;
            }
            at = self.slot(n);
        }
        false
    }

    fn slot(&self, n: Slot) -> Option<Slot> {
        self.view.slots.of(self.tree(), n)
    }

    /// Whether an element is a part of these names of a host that matches.
    pub(super) fn is_part(&mut self, part: &'a Compound, host: &'a [Compound], n: Slot) -> bool {
        let tree = self.tree();
        let words = tree.attribute(n, "part").unwrap_or("");
        let mut parts: Vec<String> = words.split_ascii_whitespace().map(str::to_owned).collect();
        let mut at = host_of(tree, n);
        while let Some(n) = at.filter(|_| !parts.is_empty()) {
            let has = |name: &Name| parts.iter().any(|part| part == name.as_str());
            let is_named = part.simples.iter().all(|simple| match simple {
                Simple::Part(names) => names.iter().all(has),
                _ => true,
            });
            let as_host = |pass: &mut Self| match host {
                [compound] => pass.host_compound(compound, n),
                _ => false,
            };
            if is_named && (self.chain(host, n) || as_host(self)) {
                return true;
            }
            parts = exported(tree, n, &parts);
            at = host_of(tree, n);
        }
        false
    }
}
