//! One pass of matching over a tree that stays the same meanwhile.
//!
//! Whether a compound is found above an element, or before it among its siblings, is remembered for every element that has been asked
//! about; so are places among siblings, and for `:has()` all elements it holds for are found at once, or `anchors` knows them. So a pass costs no more than
//! elements × compounds, however deep or wide the page is. No recursion but along the compounds of a selector, which are limited.

use super::anchors::{Anchors, Step};
use super::complex::{Complex, Compound, Join, Nth, Relative, Simple};
use super::element::Element;
use super::memo::{Memo, Part};
use super::places::Places;
use super::view::View;
use crate::names;
use crate::tree::{Kind, Slot, Tree};
use rustc_hash::{FxHashMap, FxHashSet};
use selectors::attr::CaseSensitivity;

/// Places up to this are found by counting from the first sibling each time: less work than to number all of them.
pub(super) const NEAR: i32 = 8;

/// Matches selectors against elements of one tree.
pub(crate) struct Pass<'a> {
    pub(super) view: View<'a>,
    /// Whether the part matches an element above this one.
    pub(super) above: Memo,
    /// Whether the part matches a sibling before this one.
    before: Memo,
    /// Places among the siblings that match a list.
    places_of: FxHashMap<(Part, Slot), i32>,
    places: Places,
    /// Elements from which the relative selector is found.
    anchors: FxHashMap<Part, Vec<bool>>,
    /// The same, of selectors whose relative ones are kept up.
    kept_anchors: Option<&'a Anchors>,
    case: CaseSensitivity,
    /// Steps to a sibling or parent: what matching costs.
    #[cfg(test)]
    pub(super) steps: usize,
}

impl<'a> Pass<'a> {
    pub(crate) fn new(tree: &'a Tree) -> Self {
        Self {
            view: View::new(tree),
            above: Memo::default(),
            before: Memo::default(),
            places_of: FxHashMap::default(),
            places: Places::default(),
            anchors: FxHashMap::default(),
            kept_anchors: None,
            case: CaseSensitivity::CaseSensitive,
            #[cfg(test)]
            steps: 0,
        }
    }

    /// For selectors with `:has()`: where it holds.
    pub(crate) fn with_anchors(mut self, anchors: &'a Anchors) -> Self {
        self.kept_anchors = Some(anchors);
        self
    }

    /// Takes places that are known already; [`Pass::into_places`] gives them back.
    pub(crate) fn with_places(mut self, places: Places) -> Self {
        self.places = places;
        self
    }

    pub(crate) fn into_places(self) -> Places {
        self.places
    }

    /// With all elements of the page that belong to forms, it need not be searched for them.
    pub(crate) fn with_controls(mut self, controls: &'a FxHashSet<Slot>) -> Self {
        self.view.controls = Some(controls);
        self
    }

    /// For a pass over most of the page: remembers by bits for every slot, not by lists of elements.
    pub(crate) fn dense(mut self) -> Self {
        let slots = self.view.tree.slots();
        self.above = Memo::dense(slots);
        self.before = Memo::dense(slots);
        self
    }

    /// Whether an element matches. `quirks`: its document is in quirks mode.
    pub(crate) fn matches(&mut self, selector: &'a Complex, n: Slot, quirks: bool) -> bool {
        self.set_quirks(quirks);
        self.complex(selector, n) || self.is_host(selector, n)
    }

    /// Whether an element matches the compound of a step.
    pub(crate) fn matches_step(&mut self, step: &'a Step, n: Slot, quirks: bool) -> bool {
        self.set_quirks(quirks);
        self.compound(&step.compound, n)
    }

    /// Whether an element matches one of a list.
    pub(crate) fn matches_any(&mut self, list: &'a [Complex], n: Slot, quirks: bool) -> bool {
        self.set_quirks(quirks);
        self.any(list, n)
    }

    /// All elements of the page that match one of these.
    pub(crate) fn all(&mut self, selectors: &'a [Complex]) -> Vec<Slot> {
        let mut all = self.elements();
        all.retain(|(n, quirks)| {
            let mut each = selectors.iter();
            each.any(|selector| self.matches(selector, *n, *quirks))
        });
        all.into_iter().map(|(n, _)| n).collect()
    }

    fn set_quirks(&mut self, quirks: bool) {
        self.case = if quirks {
            CaseSensitivity::AsciiCaseInsensitive
        } else {
            CaseSensitivity::CaseSensitive
        };
    }

    pub(super) fn tree(&self) -> &'a Tree {
        self.view.tree
    }

    fn element(&self, n: Slot) -> Element<'_> {
        Element {
            view: &self.view,
            n,
        }
    }

    #[cfg(test)]
    fn count(&mut self) {
        self.steps += 1;
    }

    pub(super) fn parent(&mut self, n: Slot) -> Option<Slot> {
        #[cfg(test)]
        self.count();
        self.tree()
            .parent(n)
            .filter(|parent| self.tree().kind(*parent) == Kind::Element)
    }

    pub(super) fn previous(&mut self, n: Slot) -> Option<Slot> {
        let tree = self.tree();
        let mut at = tree.prev_sibling(n);
        while let Some(sibling) = at {
            #[cfg(test)]
            self.count();
            if tree.kind(sibling) == Kind::Element {
                return at;
            }
            at = tree.prev_sibling(sibling);
        }
        None
    }

    pub(super) fn complex(&mut self, selector: &'a Complex, n: Slot) -> bool {
        self.chain(&selector.compounds, n)
    }

    fn any(&mut self, list: &'a [Complex], n: Slot) -> bool {
        list.iter().any(|selector| self.complex(selector, n))
    }

    /// Whether the last of the compounds matches an element, and those before it others as they are joined.
    pub(super) fn chain(&mut self, compounds: &'a [Compound], n: Slot) -> bool {
        let Some((last, rest)) = compounds.split_last() else {
            return true;
        };
        if !self.compound(last, n) {
            return false;
        }
        match last.join {
            Join::None => true,
            Join::Child => match self.parent(n) {
                Some(parent) => self.chain(rest, parent),
                None => self.host(rest, n),
            },
            Join::Descendant => self.is_below(rest, n),
            Join::Next => self
                .previous(n)
                .is_some_and(|sibling| self.chain(rest, sibling)),
            Join::Later => self.is_after(rest, n),
            Join::Slotted => self.is_slotted(rest, n),
            Join::Part => self.is_part(last, rest, n),
        }
    }

    fn is_below(&mut self, compounds: &'a [Compound], n: Slot) -> bool {
        let part = Part::of(&compounds[compounds.len() - 1]);
        if let Some(known) = self.above.get(part, n) {
            return known;
        }
        let mut path = Vec::new();
        let mut at = n;
        let mut found = loop {
            if let Some(known) = self.above.get(part, at) {
                break known;
            }
            path.push(at);
            match self.parent(at) {
                Some(parent) => at = parent,
                None => break false,
            }
        };
        while let Some(n) = path.pop() {
            found = found
                || match self.parent(n) {
                    Some(parent) => self.chain(compounds, parent),
                    None => self.host(compounds, n),
                };
            self.above.put(part, n, found);
        }
        found
    }

    fn is_after(&mut self, compounds: &'a [Compound], n: Slot) -> bool {
        let part = Part::of(&compounds[compounds.len() - 1]);
        let mut path = Vec::new();
        let mut at = n;
        let mut found = loop {
            if let Some(known) = self.before.get(part, at) {
                break known;
            }
            path.push(at);
            match self.previous(at) {
                Some(sibling) => at = sibling,
                None => break false,
            }
        };
        while let Some(n) = path.pop() {
            found = found
                || self
                    .previous(n)
                    .is_some_and(|sibling| self.chain(compounds, sibling));
            self.before.put(part, n, found);
        }
        found
    }

    pub(super) fn compound(&mut self, compound: &'a Compound, n: Slot) -> bool {
        compound.simples.iter().all(|simple| self.simple(simple, n))
    }

    fn simple(&mut self, simple: &'a Simple, n: Slot) -> bool {
        let element = self.element(n);
        match simple {
            // A part is looked at with its host.
            Simple::Any | Simple::Part(_) => true,
            Simple::Tag { name, lower } => element.has_tag(name, lower),
            Simple::NoNamespace => element.has_no_namespace(),
            Simple::Id(id) => element.has_id(id, self.case),
            Simple::Class(class) => element.has_class(class, self.case),
            Simple::Attribute(attribute) => element.has_attribute(attribute),
            Simple::State(class) => element.is_in_state(class),
            Simple::Surely(class) => element.is_surely(class),
            Simple::Root => element.is_root(),
            Simple::Empty => element.is_empty(),
            Simple::Is(list) => self.any(list, n),
            Simple::Not(list) => !self.any(list, n),
            Simple::Has(list) => list.iter().any(|relative| self.has(relative, n)),
            Simple::Nth(nth) => self.nth(nth, n),
            // Only from inside its shadow tree.
            Simple::Host(_) | Simple::HostContext(_) => false,
        }
    }

    fn nth(&mut self, nth: &'a Nth, n: Slot) -> bool {
        if !nth.of.is_empty() && !self.any(&nth.of, n) {
            return false;
        }
        if nth.is_near() {
            return self.is_at(nth, n);
        }
        let place = if nth.of.is_empty() {
            let (place, looked_at) = self.places.of(self.view.tree, nth, n);
            #[cfg(test)]
            {
                self.steps += looked_at;
            }
            #[cfg(not(test))]
            let _ = looked_at;
            place
        } else {
            self.place_of(nth, n)
        };
        nth.formula.matches_index(place)
    }

    /// Whether an element is the one that a formula without a step names.
    fn is_at(&mut self, nth: &'a Nth, n: Slot) -> bool {
        let tree = self.tree();
        let kind = |n| (tree.tag_atom(n), tree.namespace(n));
        let wanted = nth.formula.1;
        let mut place = 1;
        let mut at = nth.previous(tree, n);
        while let Some(sibling) = at
            && place <= wanted
        {
            #[cfg(test)]
            self.count();
            let counts = tree.kind(sibling) == Kind::Element
                && (!nth.of_type || kind(sibling) == kind(n))
                && (nth.of.is_empty() || self.any(&nth.of, sibling));
            place += i32::from(counts);
            at = nth.previous(tree, sibling);
        }
        place == wanted
    }

    fn place_of(&mut self, nth: &'a Nth, n: Slot) -> i32 {
        let part = Part::of(nth);
        if let Some(place) = self.places_of.get(&(part, n)) {
            return *place;
        }
        let tree = self.tree();
        let mut place = 0;
        let mut at = tree.parent(n).and_then(|parent| nth.first(tree, parent));
        while let Some(sibling) = at {
            #[cfg(test)]
            self.count();
            if tree.kind(sibling) == Kind::Element && self.any(&nth.of, sibling) {
                place += 1;
                self.places_of.insert((part, sibling), place);
            }
            at = nth.next(tree, sibling);
        }
        self.places_of.get(&(part, n)).copied().unwrap_or(0)
    }

    fn has(&mut self, relative: &'a Relative, n: Slot) -> bool {
        if let (Some(number), Some(kept)) = (relative.number, self.kept_anchors) {
            return kept.holds(number, n);
        }
        let part = Part::of(relative);
        if !self.anchors.contains_key(&part) {
            let case = self.case;
            let anchors = self.find_anchors(relative);
            self.case = case;
            self.anchors.insert(part, anchors);
        }
        self.anchors
            .get(&part)
            .is_some_and(|anchors| anchors[n.0 as usize])
    }

    /// From what matches the last compound leftwards to all elements of the page from which the selector is found.
    fn find_anchors(&mut self, relative: &'a Relative) -> Vec<bool> {
        let elements = self.elements();
        let mut found = vec![true; self.tree().slots()];
        for compound in relative.compounds.iter().rev() {
            let mut marked = vec![false; found.len()];
            for (n, quirks) in &elements {
                self.set_quirks(*quirks);
                if found[n.0 as usize] && self.compound(compound, *n) {
                    self.mark(compound.join, *n, &mut marked);
                }
            }
            found = marked;
        }
        found
    }

    /// Marks the elements to which an element stands in a relation.
    fn mark(&mut self, join: Join, n: Slot, marked: &mut [bool]) {
        let mut at = n;
        loop {
            let next = match join {
                Join::Child | Join::Descendant => self.parent(at),
                Join::Next | Join::Later => self.previous(at),
                Join::None | Join::Slotted | Join::Part => None,
            };
            let Some(next) = next else { return };
            let was_marked = std::mem::replace(&mut marked[next.0 as usize], true);
            if was_marked || matches!(join, Join::Child | Join::Next) {
                return;
            }
            at = next;
        }
    }

    /// All elements of the page, and whether their documents are in quirks mode.
    fn elements(&self) -> Vec<(Slot, bool)> {
        let tree = self.tree();
        let Some(page) = tree.root() else {
            return Vec::new();
        };
        let mut quirks = vec![false; tree.slots()];
        let mut elements = Vec::new();
        for n in tree.walk(page) {
            let above = tree
                .composed_parent(n)
                .is_some_and(|parent| quirks[parent.0 as usize]);
            let is_document = tree.kind(n) == Kind::Document;
            let own = if is_document {
                tree.document(n).quirks == names::quirks::QUIRKS
            } else {
                above
            };
            quirks[n.0 as usize] = own;
            if tree.kind(n) == Kind::Element {
                elements.push((n, own));
            }
        }
        elements
    }
}
