//! Which nodes are masked for an audience: the rules of its plan, the masks set at the source, and what has once been masked.
//!
//! A level is inherited along the composed tree (children, shadow roots, documents of frames), and by the children of a shadow host
//! from the slot they are shown in; it only rises while a node is on the page, wherever it is moved. After a change only what the plan's selectors can newly match is matched again. What a level hides is
//! `projection`'s to know.

mod carry;
mod chase;
mod choice;
mod filing;
mod plan;
mod reveal;
mod search;
mod slotted;

use chase::Chase;
use filing::{Bits, Filing};
pub use plan::{Plan, Rule, SelectorError};
use reveal::Reveal;
use search::{Search, Wanted};

use crate::edit::FEW_TOUCHES;
use crate::names::{self, namespace};
use crate::selector::{Anchors, Feature, Pass, Places, belongs_to_forms, focused, is_auto};
use crate::tree::{Kind, Slot, Touch, Tree};
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// The levels of every node for one audience.
#[derive(Clone)]
pub struct Marks {
    plan: Arc<Plan>,
    nodes: Vec<Mark>,
    /// Labels of nodes that have a level of their own and a label.
    labels: FxHashMap<Slot, Arc<str>>,
    /// Counts refreshes, to know what rose in the present one.
    turn: u32,
    /// What the present refresh has found, to be seen to at its end.
    found: Found,
    turned: Vec<Slot>,
    reveal: Reveal,
    kept: Kept,
}

/// What is kept from one change to the next for the selectors of the plan.
#[derive(Clone, Default)]
struct Kept {
    filing: Filing,
    anchors: Anchors,
    places: Places,
    /// Elements that may be something to the others of their form; not gathered for a plan that does not ask for groups.
    controls: FxHashSet<Slot>,
    /// The focused element.
    focus: Option<Slot>,
    /// And all that it is in.
    focused: FxHashSet<Slot>,
}

#[derive(Clone, Default)]
struct Found {
    /// Shadow hosts whose children may have to take a level from their slots.
    hosts: FxHashSet<Slot>,
    /// Selects whose choice may have become secret, or public.
    selects: FxHashSet<Slot>,
}

#[derive(Clone, Copy, Default)]
struct Mark {
    /// The visitor's number of the node this is about: slots are used again.
    id: u32,
    /// Where the level was set: the node itself or one above.
    origin: u32,
    /// The last refresh in which the level rose, here or above.
    rose: u32,
    own: u8,
    /// What rules and masks give the node and what is in it.
    base: u8,
    /// The same, or more where all is private.
    level: u8,
    quirks: bool,
    /// See `Marks::is_secret`.
    secret: bool,
}

impl Mark {
    /// Whether both say the same, whenever it came to be.
    fn is_same(&self, other: &Self) -> bool {
        let levels = |mark: &Self| (mark.own, mark.base, mark.level);
        let flags = |mark: &Self| (mark.quirks, mark.secret);
        (self.id, self.origin) == (other.id, other.origin)
            && levels(self) == levels(other)
            && flags(self) == flags(other)
    }
}

/// What of a subtree has to be looked at again.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Extent {
    /// Levels only.
    Levels,
    /// Whether the top itself matches.
    Top,
    /// Whether anything in it matches.
    Subtree,
}

/// Subtrees to look at again.
#[derive(Default)]
struct Dirty(FxHashMap<Slot, Extent>);

impl Dirty {
    fn add(&mut self, n: Slot, extent: Extent) {
        let known = self.0.entry(n).or_insert(extent);
        *known = (*known).max(extent);
    }

    /// What is left when the parts of whole subtrees are taken out; whole subtrees first.
    fn roots(&self, tree: &Tree) -> Vec<(Slot, Extent)> {
        let covers = |n: Slot| self.0.get(&n) == Some(&Extent::Subtree);
        let mut outside = Outside::default();
        let mut roots: Vec<_> = self.0.iter().map(|(n, extent)| (*n, *extent)).collect();
        roots.retain(|(n, _)| outside.holds(tree, *n, covers));
        roots.sort_unstable_by_key(|(n, extent)| (std::cmp::Reverse(*extent), *n));
        roots
    }
}

impl Marks {
    /// Marks of no page yet.
    pub fn new(plan: Arc<Plan>) -> Self {
        Self {
            plan,
            nodes: Vec::new(),
            labels: FxHashMap::default(),
            turn: 0,
            found: Found::default(),
            turned: Vec::new(),
            reveal: Reveal::default(),
            kept: Kept::default(),
        }
    }

    /// Whether this very plan is what marks them.
    pub(crate) fn has_plan(&self, plan: &Arc<Plan>) -> bool {
        Arc::ptr_eq(&self.plan, plan)
    }

    /// Whether other marks of this page are, by the same plan, the same for every node: so they will stay.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.has_plan(&other.plan)
            && self.reveal == other.reveal
            && self.labels == other.labels
            && self.nodes.len() == other.nodes.len()
            && self
                .nodes
                .iter()
                .zip(&other.nodes)
                .all(|(one, other)| one.is_same(other))
    }

    /// The marks of another page for the same audience.
    pub(crate) fn of_page(&self, tree: &Tree) -> Self {
        let mut marks = Self::new(Arc::clone(&self.plan));
        marks.rebuild(tree);
        marks
    }

    /// Forgets everything and marks the page anew. Nothing has risen then: no viewer has seen these nodes.
    pub fn rebuild(&mut self, tree: &Tree) -> Vec<Slot> {
        self.nodes.clear();
        self.labels.clear();
        self.reveal.rebuild(&self.plan, tree);
        self.refresh_all(tree);
        Vec::new()
    }

    /// Follows a change. Returns the topmost of the nodes from before whose level has risen; that of nodes below them may have too.
    pub fn update(&mut self, tree: &Tree, touches: &[Touch]) -> Vec<Slot> {
        let page = tree.root();
        if touches
            .iter()
            .any(|touch| matches!(touch, Touch::Document(n) if Some(*n) == page))
        {
            return self.rebuild(tree);
        }
        self.reveal.update(&self.plan, tree, touches);
        self.make_room(tree);
        let Some(tries) = self.chase(tree, touches) else {
            return self.refresh_all(tree);
        };
        let mut dirty = Dirty::default();
        let mut seen = FxHashSet::default();
        for touch in touches {
            // What it makes dirty depends on what it is and where only.
            let what = (std::mem::discriminant(touch), touch.place());
            if touches.len() <= FEW_TOUCHES || seen.insert(what) {
                self.touch(tree, touch, &mut dirty);
            }
            self.find_hosts(tree, touch);
            self.find_selects(tree, touch);
        }
        self.refresh(tree, &dirty.roots(tree), tries)
    }

    /// Goes over to another plan. What the old one has masked stays so.
    pub fn set_plan(&mut self, plan: Arc<Plan>, tree: &Tree) -> Vec<Slot> {
        self.plan = plan;
        self.reveal.review(&self.plan, tree);
        self.refresh_all(tree)
    }

    /// The level that holds for a node, of `names::mask`.
    pub fn level(&self, n: Slot) -> u32 {
        self.mark(n).map_or(0, |mark| u32::from(mark.level))
    }

    /// Whether anything of the page is masked, or says what was.
    pub(crate) fn masks_any(&self) -> bool {
        self.nodes.iter().any(|mark| mark.level > 0 || mark.secret)
    }

    /// The label that belongs to the level.
    pub fn label(&self, n: Slot) -> &str {
        let origin = self
            .mark(n)
            .filter(|mark| mark.level > 0)
            .map(|mark| Slot(mark.origin));
        origin
            .and_then(|origin| self.labels.get(&origin))
            .map_or("", |label| label)
    }

    fn label_of(&self, n: Slot) -> Option<Arc<str>> {
        let origin = self.mark(n).map(|mark| Slot(mark.origin))?;
        self.labels.get(&origin).cloned()
    }

    /// Whether something of a node that is not masked says what is masked: the value of a select, the `selected` states of its
    /// options, the title of a document.
    pub fn is_secret(&self, n: Slot) -> bool {
        self.mark(n).is_some_and(|mark| mark.secret)
    }

    /// The nodes for which the last change turned `is_secret`; what is below them is not meant.
    pub fn turned(&self) -> &[Slot] {
        &self.turned
    }

    /// The level set at this node itself: by a rule, at the source, by the slot it is shown in; 0 when it is only inherited, or when
    /// what is inherited is as high as all rules that match.
    pub fn own(&self, n: Slot) -> u32 {
        self.mark(n).map_or(0, |mark| u32::from(mark.own))
    }

    fn mark(&self, n: Slot) -> Option<&Mark> {
        self.nodes.get(n.0 as usize)
    }

    fn touch(&self, tree: &Tree, touch: &Touch, dirty: &mut Dirty) {
        let features = &self.plan.features;
        self.focus_moved(tree, touch, dirty);
        match *touch {
            Touch::Document(n) => dirty.add(n, Extent::Subtree),
            Touch::Inserted(n) | Touch::Moved(n) => {
                dirty.add(n, Extent::Subtree);
                if let Some(parent) = tree.parent(n) {
                    self.children_changed(tree, parent, dirty);
                } else if let Some(host) = tree.host(n) {
                    self.shadow_attached(host, dirty);
                }
            }
            Touch::Removed { parent, .. } if !tree.node(parent).gone => {
                self.children_changed(tree, parent, dirty);
            }
            Touch::Attribute { node, .. } => {
                self.changed(tree, node, dirty);
                self.direction_changed(tree, node, dirty);
            }
            Touch::State(n) if features.state => self.changed(tree, n, dirty),
            Touch::Value(n) if features.value || features.direction => {
                self.changed(tree, n, dirty);
                self.direction_changed(tree, n, dirty);
            }
            Touch::Text(n) if features.emptiness || features.value || features.direction => {
                if let Some(parent) = tree.parent(n) {
                    self.changed(tree, parent, dirty);
                    self.direction_changed(tree, parent, dirty);
                }
            }
            Touch::Mask(n) => dirty.add(n, Extent::Levels),
            Touch::Focus if features.focus => {
                if let Some(page) = tree.root() {
                    dirty.add(page, Extent::Subtree);
                }
            }
            Touch::State(_)
            | Touch::Value(_)
            | Touch::Text(_)
            | Touch::Sheet(_)
            | Touch::Removed { .. }
            | Touch::Focus => {}
        }
    }

    /// Something that selectors can ask for is different at an element.
    fn changed(&self, tree: &Tree, n: Slot, dirty: &mut Dirty) {
        let features = &self.plan.features;
        if features.compounds == 0 {
            return;
        }
        self.slots_changed(tree, n, dirty);
        if features.has || features.form {
            dirty.add(tree.owner_document(n), Extent::Subtree);
        } else if features.siblings {
            dirty.add(tree.parent(n).unwrap_or(n), Extent::Subtree);
        } else if features.ancestors {
            dirty.add(n, Extent::Subtree);
        } else {
            dirty.add(n, Extent::Top);
        }
    }

    /// `:focus` and `:focus-within`: what is around the focus, slots included, may be something else now.
    fn focus_moved(&self, tree: &Tree, touch: &Touch, dirty: &mut Dirty) {
        let (Some(focus), Some(page)) = (tree.focus(), tree.root()) else {
            return;
        };
        let (Touch::Inserted(n)
        | Touch::Moved(n)
        | Touch::Attribute { node: n, .. }
        | Touch::Removed { parent: n, .. }) = *touch
        else {
            return;
        };
        if !self.plan.features.focus {
            return;
        }
        let top = outermost_host(tree, n).unwrap_or(n);
        let mut around = std::iter::successors(Some(focus), |n| tree.composed_parent(*n));
        if around.any(|n| n == top) {
            dirty.add(page, Extent::Subtree);
        }
    }

    /// An element has got a shadow tree: it is a host now, and its children are shown in slots.
    fn shadow_attached(&self, host: Slot, dirty: &mut Dirty) {
        let features = &self.plan.features;
        if features.host || features.slotted || features.direction {
            dirty.add(host, Extent::Subtree);
        }
    }

    /// `::slotted()`: what is different in a shadow tree reaches the children of its host, and those of the hosts around it.
    fn slots_changed(&self, tree: &Tree, n: Slot, dirty: &mut Dirty) {
        if self.plan.features.slotted
            && let Some(host) = outermost_host(tree, n)
        {
            dirty.add(host, Extent::Subtree);
        }
    }

    /// `:dir()`: what is in an element can set the direction of those around it, and so of all that is in these.
    fn direction_changed(&self, tree: &Tree, n: Slot, dirty: &mut Dirty) {
        if !self.plan.features.direction {
            return;
        }
        if let Some(host) = outermost_host(tree, n) {
            self.changed(tree, host, dirty);
        }
        let around = std::iter::successors(Some(n), |n| tree.parent(*n));
        for auto in around.filter(|n| is_auto(tree, *n) || tree.shadow_root(*n).is_some()) {
            self.changed(tree, auto, dirty);
        }
    }

    fn children_changed(&self, tree: &Tree, parent: Slot, dirty: &mut Dirty) {
        let features = &self.plan.features;
        self.slots_changed(tree, parent, dirty);
        self.direction_changed(tree, parent, dirty);
        if features.has || features.form {
            dirty.add(tree.owner_document(parent), Extent::Subtree);
            return;
        }
        if features.position || features.siblings {
            dirty.add(parent, Extent::Subtree);
        }
        if features.emptiness || features.value {
            self.changed(tree, parent, dirty);
        }
    }

    fn make_room(&mut self, tree: &Tree) {
        self.nodes
            .resize(tree.slots().max(self.nodes.len()), Mark::default());
        self.kept.filing.follow(&self.plan, tree);
    }

    fn refresh_all(&mut self, tree: &Tree) -> Vec<Slot> {
        self.kept = Kept::default();
        let Some(page) = tree.root() else {
            return self.refresh(tree, &[], Vec::new());
        };
        self.make_room(tree);
        if self.plan.asks_for_groups() {
            let controls = tree.walk(page).filter(|n| belongs_to_forms(tree, *n));
            self.kept.controls = controls.collect();
        }
        self.kept.focused = focused(tree);
        self.kept.focus = tree.focus();
        let plan = Arc::clone(&self.plan);
        let anchors = Anchors::new(&plan.steps);
        let pass = Pass::new(tree).dense();
        let of_page = (&*plan, tree, &self.kept.filing);
        self.kept.anchors = Chase::new(of_page, &self.nodes, anchors, pass).build(page);
        self.refresh(tree, &[(page, Extent::Subtree)], Vec::new())
    }

    /// What to try after a change; none if it is too much.
    fn chase(&mut self, tree: &Tree, touches: &[Touch]) -> Option<Vec<(Slot, u32)>> {
        let mut tops = Dirty::default();
        let mut group = false;
        for touch in touches {
            group |= self.follow_structure(tree, touch, &mut tops);
        }
        let tops: Vec<Slot> = tops.roots(tree).into_iter().map(|(n, _)| n).collect();
        for top in &tops {
            group |= self.find_controls(tree, *top);
        }
        if touches
            .iter()
            .any(|touch| matches!(touch, Touch::Removed { .. }))
        {
            let count = self.kept.controls.len();
            self.kept.controls.retain(|n| !tree.node(*n).gone);
            group |= self.kept.controls.len() < count;
        }
        let refocused = self.refocus(tree, touches);
        let mut kept = std::mem::take(&mut self.kept);
        let plan = Arc::clone(&self.plan);
        let pass = Pass::new(tree)
            .with_places(std::mem::take(&mut kept.places))
            .with_controls(&kept.controls);
        let of_page = (&*plan, tree, &kept.filing);
        let mut chase = Chase::new(of_page, &self.nodes, kept.anchors, pass);
        let mut is_done = chase.run(touches, &tops);
        is_done &= chase.turned(&Feature::Focus, refocused.into_iter());
        if group {
            is_done &= chase.turned(&Feature::Group, kept.controls.iter().copied());
        }
        let tries;
        (kept.anchors, kept.places, tries) = chase.finish();
        self.kept = kept;
        is_done.then_some(tries)
    }

    /// Takes up what a change does to the order of nodes; says whether controls of forms may be other things to each other.
    fn follow_structure(&mut self, tree: &Tree, touch: &Touch, tops: &mut Dirty) -> bool {
        match *touch {
            Touch::Document(n) | Touch::Inserted(n) | Touch::Moved(n) => {
                tops.add(n, Extent::Subtree);
                if let Some(parent) = tree.parent(n) {
                    self.kept.places.forget(parent);
                }
                false
            }
            Touch::Removed { parent, .. } => {
                self.kept.places.forget(parent);
                false
            }
            Touch::Attribute { node: n, .. } | Touch::State(n) => belongs_to_forms(tree, n),
            _ => false,
        }
    }

    /// Takes up a new or moved subtree; says whether anything in it belongs to forms.
    fn find_controls(&mut self, tree: &Tree, top: Slot) -> bool {
        let mut found = false;
        for n in tree.walk(top) {
            self.kept.places.forget(n);
            if self.plan.asks_for_groups() && belongs_to_forms(tree, n) {
                self.kept.controls.insert(n);
                found = true;
            }
        }
        found
    }

    /// Elements that have come to be in the focus, or no longer are.
    fn refocus(&mut self, tree: &Tree, touches: &[Touch]) -> Vec<Slot> {
        if self.plan.traced.by(&Feature::Focus).is_empty() {
            return Vec::new();
        }
        let now = focused(tree);
        let focus = tree.focus();
        let before = std::mem::replace(&mut self.kept.focused, now);
        let last = std::mem::replace(&mut self.kept.focus, focus);
        let now = &self.kept.focused;
        let mut other: Vec<Slot> = before.symmetric_difference(now).copied().collect();
        if last != focus {
            other.extend(last.into_iter().chain(focus));
        }
        // Those that are hosts now.
        other.extend(touches.iter().filter_map(|touch| match touch {
            Touch::Inserted(n) => tree.host(*n),
            _ => None,
        }));
        other.retain(|n| !tree.node(*n).gone);
        other
    }

    fn refresh(
        &mut self,
        tree: &Tree,
        roots: &[(Slot, Extent)],
        mut tries: Vec<(Slot, u32)>,
    ) -> Vec<Slot> {
        self.turn += 1;
        self.turned.clear();
        let mut risen = Vec::new();
        let plan = Arc::clone(&self.plan);
        let mut kept = std::mem::take(&mut self.kept);
        let mut pass = Pass::new(tree)
            .with_anchors(&kept.anchors)
            .with_controls(&kept.controls)
            .with_places(std::mem::take(&mut kept.places));
        let whole = |(n, extent): &(Slot, Extent)| *extent == Extent::Subtree && is_large(tree, *n);
        if roots.iter().any(whole) {
            pass = pass.dense();
        }
        let mut search = Search::new(&plan, tree, &kept.filing, pass);
        for (root, extent) in roots {
            self.refresh_subtree(tree, *root, *extent, &mut search, &mut risen);
        }
        tries.sort_unstable();
        tries.dedup();
        for n in self.take_tries(&tries, &mut search) {
            self.refresh_subtree(tree, n, Extent::Levels, &mut search, &mut risen);
        }
        self.spread_into_slots(tree, &mut search, &mut risen);
        kept.places = search.pass.into_places();
        self.kept = kept;
        self.judge_choices(tree);
        topmost(tree, risen)
    }

    /// Tries selectors on elements; gives those whose own level has risen.
    fn take_tries(&mut self, tries: &[(Slot, u32)], search: &mut Search) -> Vec<Slot> {
        let mut raised = Vec::new();
        for (n, selector) in tries {
            let mark = self.nodes[n.0 as usize];
            let level = mark.own.max(mark.base);
            if let Some((level, label)) = search.attempt(*n, *selector, mark.quirks, level) {
                self.raise(*n, level, Some(Arc::clone(label)));
                raised.push(*n);
            }
        }
        raised.dedup();
        raised
    }

    fn refresh_subtree(
        &mut self,
        tree: &Tree,
        root: Slot,
        extent: Extent,
        search: &mut Search,
        risen: &mut Vec<Slot>,
    ) {
        let levels = |marks: &Self| (marks.base(root), marks.level(root));
        let before = levels(self);
        let is_page = tree.root() == Some(root);
        // For few nodes what is above them is not gathered: anything may be.
        let outside = match extent {
            _ if is_page => 0,
            Extent::Subtree => search.above(root),
            Extent::Top | Extent::Levels => Bits::MAX,
        };
        let mut above: Vec<(Slot, Bits)> = Vec::new();
        for n in tree.walk(root) {
            let tries = extent == Extent::Subtree || (extent == Extent::Top && n == root);
            let parent = tree.composed_parent(n).filter(|_| n != root);
            while above.last().map(|(n, _)| *n) != parent {
                above.pop();
            }
            let bits = above.last().map_or(outside, |(_, bits)| *bits);
            let search = tries.then_some((&mut *search, bits));
            let bits = bits | self.refresh_node(tree, n, search, risen);
            above.push((n, bits));
            if n == root && extent != Extent::Subtree && levels(self) == before {
                return;
            }
        }
    }

    /// Brings one node up to date whose parent is.
    fn refresh_node(
        &mut self,
        tree: &Tree,
        n: Slot,
        search: Option<(&mut Search, Bits)>,
        risen: &mut Vec<Slot>,
    ) -> Bits {
        let is_tried = search.is_some();
        let mut bits = 0;
        let at = n.0 as usize;
        let parent = tree
            .composed_parent(n)
            .map_or(Mark::default(), |parent| self.nodes[parent.0 as usize]);
        // Kept out of the table until it is whole: what is written to it byte by byte is slow to be read again.
        let mut mark = self.nodes[at];
        let is_new = mark.id != tree.id(n).0;
        if is_new {
            self.labels.remove(&n);
            mark = Mark {
                id: tree.id(n).0,
                ..Mark::default()
            };
        }
        mark.quirks = match tree.kind(n) {
            Kind::Document => tree.document(n).quirks == names::quirks::QUIRKS,
            _ => parent.quirks,
        };
        self.take_source_mask(tree, n, &mut mark);
        self.take_page(tree, n, &mut mark);
        if let Some((search, above)) = search {
            bits = self.take_rules(n, parent.base, above, search, &mut mark);
        }
        self.keep_when_moved(n, parent.base, &mut mark);
        let bare = u8::from(self.reveal.is_bare(n)) * names::mask::TEXT as u8;
        let is_higher = mark.own.max(parent.base) > mark.base;
        mark.base = mark.own.max(parent.base);
        let level = mark.base.max(bare);
        let higher = level > mark.level;
        mark.origin = if mark.own > parent.base || parent.base == 0 {
            n.0
        } else {
            parent.origin
        };
        mark.level = level;
        if parent.rose == self.turn {
            mark.rose = self.turn;
        } else if higher && !is_new {
            mark.rose = self.turn;
            risen.push(n);
        }
        self.nodes[at] = mark;
        if level > 0 && (higher || is_higher || is_tried) {
            self.find(tree, n);
        }
        bits
    }

    /// What depends on a masked node elsewhere than below it.
    fn find(&mut self, tree: &Tree, n: Slot) {
        if tree.kind(n) != Kind::Element || tree.namespace(n) != namespace::HTML {
            return;
        }
        match tree.tag(n) {
            "slot" => self.found.hosts.extend(slotted::host(tree, n)),
            "option" => self.found.selects.extend(choice::select(tree, n)),
            "title" => self.set_secret(tree.owner_document(n), true),
            _ => {}
        }
    }

    fn set_secret(&mut self, n: Slot, secret: bool) {
        let mark = &mut self.nodes[n.0 as usize];
        if mark.secret != secret {
            mark.secret = secret;
            self.turned.push(n);
        }
    }

    /// A node that leaves a masked place keeps its level as its own.
    fn keep_when_moved(&mut self, n: Slot, inherited: u8, mark: &mut Mark) {
        if mark.base > mark.own.max(inherited) {
            let label = self.labels.get(&Slot(mark.origin)).cloned();
            mark.own = mark.base;
            self.set_label(n, label);
        }
    }

    fn take_source_mask(&mut self, tree: &Tree, n: Slot, mark: &mut Mark) {
        let Some((level, label, ..)) = tree.source_mask(n) else {
            return;
        };
        let level = level.min(names::mask::BLOCK) as u8;
        if level > mark.own {
            mark.own = level;
            self.set_label(n, Some(label.into()));
        }
    }

    /// A page is masked by its address, for as long as it is there.
    fn take_page(&mut self, tree: &Tree, n: Slot, mark: &mut Mark) {
        if tree.kind(n) != Kind::Document || u32::from(mark.own) >= names::mask::HIDE {
            return;
        }
        let plan = Arc::clone(&self.plan);
        if let Some(label) = plan.page(&tree.document(n).address) {
            mark.own = names::mask::HIDE as u8;
            self.set_label(n, Some(label.into()));
        }
    }

    /// The level that rules and masks give a node.
    fn base(&self, n: Slot) -> u8 {
        self.mark(n).map_or(0, |mark| mark.base)
    }

    /// Gives the bits of what the node has.
    fn take_rules(
        &mut self,
        n: Slot,
        inherited: u8,
        above: Bits,
        search: &mut Search,
        mark: &mut Mark,
    ) -> Bits {
        let (best, bits) = search.best(Wanted {
            n,
            quirks: mark.quirks,
            level: mark.own.max(inherited),
            above,
        });
        if let Some(best) = best {
            let (level, label) = search.level_and_label(best);
            mark.own = level;
            self.set_label(n, Some(Arc::clone(label)));
        }
        bits
    }

    fn raise(&mut self, n: Slot, level: u8, label: Option<Arc<str>>) {
        self.nodes[n.0 as usize].own = level;
        self.set_label(n, label);
    }

    fn set_label(&mut self, n: Slot, label: Option<Arc<str>>) {
        match label.filter(|label| !label.is_empty()) {
            Some(label) => self.labels.insert(n, label),
            None => self.labels.remove(&n),
        };
    }
}

/// The host of the outermost shadow tree that a node is in.
fn outermost_host(tree: &Tree, n: Slot) -> Option<Slot> {
    let around = std::iter::successors(Some(n), |n| tree.composed_parent(*n));
    around
        .take_while(|n| tree.kind(*n) != Kind::Document)
        .filter(|n| tree.kind(*n).is_shadow())
        .last()
        .and_then(|root| tree.host(root))
}

/// Whether a subtree is worth a table of all slots.
fn is_large(tree: &Tree, top: Slot) -> bool {
    let few = tree.slots() / 64;
    tree.root() == Some(top) || tree.walk(top).nth(few).is_some()
}

/// Leaves out nodes that are below others of the list.
fn topmost(tree: &Tree, mut nodes: Vec<Slot>) -> Vec<Slot> {
    if nodes.len() < 2 {
        return nodes;
    }
    let all: FxHashSet<Slot> = nodes.iter().copied().collect();
    let mut outside = Outside::default();
    nodes.retain(|n| outside.holds(tree, *n, |n| all.contains(&n)));
    nodes
}

/// Which nodes are known to have none of some others above them, nor to be one: many that are asked for have the same above them.
#[derive(Default)]
struct Outside(FxHashSet<Slot>);

impl Outside {
    /// Whether nothing above a node covers it.
    fn holds(&mut self, tree: &Tree, n: Slot, covers: impl Fn(Slot) -> bool) -> bool {
        let mut seen = Vec::new();
        let mut at = tree.composed_parent(n);
        while let Some(above) = at.filter(|above| !self.0.contains(above)) {
            if covers(above) {
                return false;
            }
            seen.push(above);
            at = tree.composed_parent(above);
        }
        self.0.extend(seen);
        true
    }
}

#[cfg(test)]
mod tests;
