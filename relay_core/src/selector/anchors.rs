//! For which elements `:has()` holds, kept up by counts of what supports it.
//!
//! A relative selector is taken apart into steps, one for each compound. An element *fits* a step when it matches the compound and is
//! itself *supported* in the next step; it then supports the elements to which the step's combinator leads. Support passes from
//! neighbour to neighbour: a parent is supported by so many children that fit or, for a descendant combinator, are themselves
//! supported; an element is supported by its next sibling in the same way. So a change costs no more than the elements it flips.

use super::bits::Bits;
use super::complex::{Compound, Join, Relative};
use super::features::Key;
use super::traces::Traces;
use crate::tree::{Kind, Slot, Tree};
use rustc_hash::FxHashMap;

/// One compound of a relative selector.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(super) compound: Compound,
    /// The step to the right, whose support an element needs to fit this one.
    pub(crate) inner: Option<usize>,
    /// The step to the left; without one, this step supports the anchor.
    pub(crate) outer: Option<usize>,
    /// The number of the relative selector.
    pub(crate) relative: u32,
}

/// The steps of some relative selectors, by number.
#[derive(Debug, Default)]
pub(crate) struct Steps {
    pub(crate) all: Vec<Step>,
    first: Vec<usize>,
}

impl Steps {
    /// Gives the number of the relative selector.
    pub(super) fn add(&mut self, relative: &Relative) -> u32 {
        let start = self.all.len();
        let number = self.first.len() as u32;
        self.first.push(start);
        let count = relative.compounds.len();
        for (index, compound) in relative.compounds.iter().enumerate() {
            self.all.push(Step {
                compound: compound.clone(),
                inner: (index + 1 < count).then_some(start + index + 1),
                outer: index.checked_sub(1).map(|outer| start + outer),
                relative: number,
            });
        }
        number
    }

    pub(crate) fn len(&self) -> usize {
        self.all.len()
    }

    /// How many relative selectors and steps there are.
    pub(crate) fn mark(&self) -> (usize, usize) {
        (self.first.len(), self.all.len())
    }

    /// Leaves only so many.
    pub(crate) fn cut(&mut self, (relatives, steps): (usize, usize)) {
        self.first.truncate(relatives);
        self.all.truncate(steps);
    }

    /// What a step hangs on by itself, if that can be traced. Places are numbered from `places`.
    pub(crate) fn trace(&self, step: usize, places: usize) -> Option<Traces> {
        Traces::of_compound(&self.all[step].compound, places)
    }

    /// What an element must have to fit a step.
    pub(crate) fn keys(&self, step: usize) -> Vec<Key> {
        Key::all_of(&self.all[step].compound.simples)
    }
}

#[derive(Clone, Debug, Default)]
struct Support {
    fits: Bits,
    supported: Bits,
    /// By how many more than one; few need it.
    more: FxHashMap<Slot, u32>,
}

/// Elements that fit, and are supported in, the steps of a plan.
#[derive(Clone, Debug, Default)]
pub(crate) struct Anchors {
    joins: Vec<Join>,
    first: Vec<usize>,
    support: Vec<Support>,
    /// Where support has come or gone since these were last taken.
    turned: Vec<(usize, Slot)>,
    notes: bool,
}

/// Where nodes hung before a change, as far as that is not where they hang now: none once it is undone.
pub(crate) type Former = FxHashMap<Slot, Option<Slot>>;

impl Anchors {
    pub(crate) fn new(steps: &Steps) -> Self {
        let joins = steps.all.iter().map(|step| step.compound.join);
        Self {
            joins: joins.collect(),
            first: steps.first.clone(),
            support: steps.all.iter().map(|_| Support::default()).collect(),
            turned: Vec::new(),
            notes: false,
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.joins.is_empty()
    }

    /// Whether the relative selector is found from an element.
    pub(super) fn holds(&self, relative: u32, n: Slot) -> bool {
        let first = self.first[relative as usize];
        self.support[first].supported.has(n)
    }

    pub(crate) fn is_supported(&self, step: usize, n: Slot) -> bool {
        self.support[step].supported.has(n)
    }

    /// Whether an element fits a step and is supported in it, and by how many more than one.
    #[cfg(test)]
    pub(crate) fn state(&self, step: usize, n: Slot) -> (bool, bool, u32) {
        let support = &self.support[step];
        let more = support.more.get(&n).copied().unwrap_or(0);
        (support.fits.has(n), support.supported.has(n), more)
    }

    /// Whether changes are noted from now on; forgets those that were.
    pub(crate) fn note(&mut self, notes: bool) {
        self.notes = notes;
        self.turned.clear();
    }

    pub(crate) fn take_turned(&mut self) -> Option<(usize, Slot)> {
        self.turned.pop()
    }

    /// Forgets a node, which is linked nowhere yet or whose neighbours have been told.
    pub(crate) fn clear(&mut self, n: Slot) {
        for support in &mut self.support {
            support.fits.put(n, false);
            if support.supported.put(n, false) {
                support.more.remove(&n);
            }
        }
    }

    /// Whether an element fits a step from now on.
    pub(crate) fn set(&mut self, tree: &Tree, step: usize, n: Slot, fits: bool) {
        if !self.support[step].fits.put(n, fits) {
            return;
        }
        let is_supported = self.support[step].supported.has(n);
        match self.joins[step] {
            Join::Child => {
                if let Some(parent) = parent(tree, n) {
                    self.count(step, parent, fits);
                }
            }
            Join::Descendant if !is_supported => {
                self.climb(tree, step, n, fits, &Former::default());
            }
            Join::Next => {
                if let Some(before) = previous(tree, n) {
                    self.turn(step, before, fits);
                }
            }
            Join::Later if !is_supported => self.go_back(tree, step, n, fits),
            // The last two do not occur in relative selectors that are kept up.
            Join::None | Join::Descendant | Join::Later | Join::Slotted | Join::Part => {}
        }
    }

    /// Takes away what a node gave to the parent that it had.
    pub(crate) fn detach(&mut self, tree: &Tree, n: Slot, former: &mut Former) {
        let parent = former.get(&n).copied().flatten();
        for step in 0..self.joins.len() {
            let fits = self.support[step].fits.has(n);
            match self.joins[step] {
                Join::Child if fits => {
                    if let Some(parent) = parent.filter(|n| tree.kind(*n) == Kind::Element) {
                        self.count(step, parent, false);
                    }
                }
                Join::Descendant if fits || self.support[step].supported.has(n) => {
                    self.climb(tree, step, n, false, former);
                }
                _ => {}
            }
        }
        former.insert(n, None);
    }

    /// An element's next sibling is another one, or supports otherwise.
    pub(crate) fn see_next(&mut self, tree: &Tree, n: Slot) {
        let next = following(tree, n);
        for step in 0..self.joins.len() {
            let support = &self.support[step];
            let is_supported = match self.joins[step] {
                Join::Next => next.is_some_and(|next| support.fits.has(next)),
                Join::Later => {
                    next.is_some_and(|next| support.fits.has(next) || support.supported.has(next))
                }
                _ => continue,
            };
            let fits = support.fits.has(n);
            if self.turn(step, n, is_supported) && self.joins[step] == Join::Later && !fits {
                self.go_back(tree, step, n, is_supported);
            }
        }
    }

    fn turn(&mut self, step: usize, n: Slot, is_supported: bool) -> bool {
        let turned = self.support[step].supported.put(n, is_supported);
        if turned && self.notes {
            self.turned.push((step, n));
        }
        turned
    }

    /// One child more or less supports an element; says whether that makes the difference.
    fn count(&mut self, step: usize, n: Slot, up: bool) -> bool {
        let support = &mut self.support[step];
        if up && support.supported.has(n) {
            *support.more.entry(n).or_default() += 1;
            return false;
        }
        if !up && let Some(more) = support.more.get_mut(&n) {
            *more -= 1;
            if *more == 0 {
                support.more.remove(&n);
            }
            return false;
        }
        self.turn(step, n, up)
    }

    /// An element has begun or ceased to support its parent.
    fn climb(&mut self, tree: &Tree, step: usize, n: Slot, up: bool, former: &Former) {
        let mut at = n;
        loop {
            let above = match former.get(&at) {
                Some(former) => former.filter(|n| tree.kind(*n) == Kind::Element),
                None => parent(tree, at),
            };
            let Some(above) = above else { return };
            if !self.count(step, above, up) || self.support[step].fits.has(above) {
                return;
            }
            at = above;
        }
    }

    /// An element has begun or ceased to support those before it.
    fn go_back(&mut self, tree: &Tree, step: usize, n: Slot, supports: bool) {
        let mut at = n;
        while let Some(before) = previous(tree, at) {
            if !self.turn(step, before, supports) || self.support[step].fits.has(before) {
                return;
            }
            at = before;
        }
    }
}

/// The element that an element is a child of.
fn parent(tree: &Tree, n: Slot) -> Option<Slot> {
    tree.parent(n).filter(|n| tree.kind(*n) == Kind::Element)
}

/// The element before this one among its siblings.
pub(crate) fn previous(tree: &Tree, n: Slot) -> Option<Slot> {
    std::iter::successors(tree.prev_sibling(n), |n| tree.prev_sibling(*n))
        .find(|n| tree.kind(*n) == Kind::Element)
}

/// The element after this one among its siblings.
pub(crate) fn following(tree: &Tree, n: Slot) -> Option<Slot> {
    std::iter::successors(tree.next_sibling(n), |n| tree.next_sibling(*n))
        .find(|n| tree.kind(*n) == Kind::Element)
}
