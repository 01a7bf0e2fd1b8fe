//! From a version to now: the ops that bring a viewer's tree from the version it has to the version there is.
//!
//! One mechanism for live frames, joining, resuming and slow lines. It looks at what has changed since, never at the rest of
//! the page. The order of ops makes each right when it comes:
//!
//! 1. placements, parents before children: a node is put after its final previous sibling, and everything before it is final;
//! 2. removals of what the viewer has and the page has not;
//! 3. texts, attributes and properties of nodes that the viewer had;
//! 4. the order of the top layer, scroll offsets, when all content is there; focus, pointer and viewport.
//!
//! Nodes are *new* when they came into viewers' sight after the viewer's version, else *old*.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::allow;
use crate::assets::Assets;
use crate::edit::{Burial, undrawn};
use crate::encoder::Encoder;
use crate::history::{History, Log};
use crate::mask::Marks;
use crate::node_id::ViewId;
use crate::op::{NodeNumber, Run};
use crate::projection::Projector;
use crate::tree::{Extra, Kind, Slot, Tree, Version, numbers};

/// Writes what differs between `since` and now.
pub(crate) struct Delta<'a> {
    pub(crate) tree: &'a Tree,
    pub(crate) projector: Projector<'a>,
    pub(crate) encoder: Box<Encoder>,
    /// The viewer's version; 0: it has nothing.
    since: Version,
    /// Nodes that the audience is shown less of since then, or again more.
    risen: FxHashSet<Slot>,
    scrolled: Vec<Slot>,
    /// Elements of the top layer whose states are sent.
    layered: FxHashSet<Slot>,
}

/// A node that the viewer has and the page has not.
struct Leaver {
    id: ViewId,
    /// The run of siblings with which it left, if the viewer has it where it was then.
    run: Option<usize>,
}

/// The viewer has to start from nothing: its version says too little about what it has.
#[derive(Debug)]
pub(crate) struct Lost;

impl<'a> Delta<'a> {
    pub(crate) fn new(
        tree: &'a Tree,
        marks: &'a Marks,
        assets: &'a mut Assets,
        since: Version,
    ) -> Self {
        Self {
            tree,
            projector: Projector::new(tree, marks, assets),
            encoder: Encoder::spare(),
            since,
            risen: FxHashSet::default(),
            scrolled: Vec::new(),
            layered: FxHashSet::default(),
        }
    }

    /// All of the page, for a viewer that has nothing.
    pub(crate) fn snapshot(mut self) -> Box<Encoder> {
        if let Some(root) = self.tree.root() {
            self.start_document(root);
        }
        self.constructed();
        self.lift();
        self.scroll();
        self.screen();
        self.encoder
    }

    /// What changed after `since`; `risen` notes nodes that have become masked for the viewer's audience, or say what is masked.
    pub(crate) fn changes(mut self, history: &History, risen: &Log) -> Result<Box<Encoder>, Lost> {
        let dirty = self.seen(history.changes(self.since));
        self.place(&dirty);
        self.remove(history)?;
        self.risen = self.seen(risen.since(self.since)).into_iter().collect();
        let mut old = dirty;
        old.extend(&self.risen);
        old.retain(|n| !self.is_new(*n));
        old.sort_unstable();
        old.dedup();
        for n in old {
            self.refresh(n, self.risen.contains(&n));
        }
        self.constructed();
        self.lift();
        self.scroll();
        self.screen();
        Ok(self.encoder)
    }

    fn seen(&self, mut slots: Vec<Slot>) -> Vec<Slot> {
        slots.retain(|n| {
            let node = self.tree.node(*n);
            !node.gone && !node.unseen
        });
        slots
    }

    fn is_new(&self, n: Slot) -> bool {
        self.tree.node(n).created > self.since
    }

    fn view(&self, n: Slot) -> u32 {
        self.tree.view_id(n).0
    }

    fn view_or_none(&self, n: Option<Slot>) -> u32 {
        n.map_or(0, |n| self.view(n))
    }

    // Placements

    /// Parent by parent, from the top down: first the old nodes, then the new ones between them.
    fn place(&mut self, dirty: &[Slot]) {
        let mut heads: Vec<Slot> = dirty.iter().copied().filter(|n| self.is_head(*n)).collect();
        let parent = |n: &Slot| (self.tree.node(*n).depth, self.tree.composed_parent(*n));
        heads.sort_by_key(parent);
        for heads in heads.chunk_by(|one, other| parent(one) == parent(other)) {
            let (attached, heads): (Vec<Slot>, Vec<Slot>) = heads
                .iter()
                .partition(|n| self.tree.kind(**n).is_attached());
            for head in attached {
                if self.tree.kind(head) == Kind::Document {
                    self.start_document(head);
                } else {
                    self.insert(&[head], None);
                }
            }
            let runs: Vec<Vec<Slot>> = heads.iter().map(|head| self.run(*head)).collect();
            self.arrange(&runs);
            for run in runs {
                self.insert_new(&run);
            }
        }
    }

    /// Whether a node needs an op of its own to be where it is: old ones that were moved, new ones below an old one.
    fn needs_placing(&self, n: Slot) -> bool {
        if self.tree.node(n).placed <= self.since {
            return false;
        }
        let parent = self.tree.composed_parent(n);
        !self.is_new(n) || parent.is_none_or(|parent| !self.is_new(parent))
    }

    fn is_head(&self, n: Slot) -> bool {
        let prev = self.tree.prev_sibling(n);
        self.needs_placing(n) && prev.is_none_or(|prev| !self.needs_placing(prev))
    }

    /// Siblings from `head` on as far as they need placing.
    fn run(&self, head: Slot) -> Vec<Slot> {
        let siblings = std::iter::successors(Some(head), |n| self.tree.next_sibling(*n));
        siblings.take_while(|n| self.needs_placing(*n)).collect()
    }

    /// Puts the old nodes of these runs of siblings after those that stand before the runs: they are where they belong.
    fn arrange(&mut self, runs: &[Vec<Slot>]) {
        let mut moved = Vec::new();
        for run in runs {
            let old = run.iter().filter(|n| !self.is_new(**n));
            let nodes: Vec<NodeNumber> = old.map(|n| self.view(*n)).collect();
            if !nodes.is_empty() {
                let after = self.view_or_none(self.tree.prev_sibling(run[0]));
                moved.push(Run { after, nodes });
            }
        }
        let Some(run) = moved.first() else { return };
        let parent = self.view_or_none(runs[0].first().and_then(|n| self.tree.parent(*n)));
        if let ([_], [node]) = (&moved[..], &run.nodes[..]) {
            self.encoder.relocate(*node, 1, parent, run.after);
        } else {
            self.encoder.arrange(parent, &moved);
        }
    }

    /// Inserts what is new in a run of siblings, neighbours together.
    fn insert_new(&mut self, run: &[Slot]) {
        let since = self.since;
        let tree = self.tree;
        let is_new = |n: &Slot| tree.node(*n).created > since;
        for neighbours in run.chunk_by(|one, other| is_new(one) == is_new(other)) {
            if is_new(&neighbours[0]) {
                self.insert(neighbours, tree.prev_sibling(neighbours[0]));
            }
        }
    }

    /// New neighbours with what is new below them, then their properties and the documents inside.
    pub(crate) fn insert(&mut self, run: &[Slot], after: Option<Slot>) {
        let mut documents = self.insert_nodes(run, after);
        while let Some(document) = documents.pop() {
            self.announce(document);
            let children = self.children(document);
            if !children.is_empty() {
                documents.extend(self.insert_nodes(&children, None));
            }
        }
    }

    fn start_document(&mut self, document: Slot) {
        self.announce(document);
        let children = self.children(document);
        if !children.is_empty() {
            self.insert(&children, None);
        }
    }

    fn children(&self, n: Slot) -> Vec<Slot> {
        let first = self.tree.first_child(n);
        std::iter::successors(first, |n| self.tree.next_sibling(*n)).collect()
    }

    fn announce(&mut self, document: Slot) {
        let info = self.tree.document(document);
        let host = self.view_or_none(self.tree.host(document));
        let address = self.projector.address(document).into_owned();
        let title = self.projector.title(document).into_owned();
        let texts = [&*address, "", &*title, &*info.doctype];
        let view = self.view(document);
        self.encoder.document(view, host, texts, info.quirks);
        self.give_properties(document);
    }

    /// One `insert`; gives back the documents inside.
    fn insert_nodes(&mut self, run: &[Slot], after: Option<Slot>) -> Vec<Slot> {
        let parent = self.tree.composed_parent(run[0]);
        let (parent, after) = (self.view_or_none(parent), self.view_or_none(after));
        let mut documents = Vec::new();
        let mut nodes = Vec::new();
        let mut subtree = self.encoder.begin_insert(parent, after);
        for &top in run {
            let mut at = Some(top);
            while let Some(n) = at {
                let node = self.tree.node(n);
                let is_old = node.created <= self.since;
                let is_document = self.tree.kind(n) == Kind::Document;
                if node.unseen || is_old || is_document {
                    if is_document && !node.unseen && !is_old {
                        documents.push(n);
                    }
                    at = self.tree.following(n, top);
                    continue;
                }
                let depth = u32::from(node.depth - self.tree.node(top).depth);
                let id = node.view_id.0;
                match self.tree.kind(n) {
                    Kind::Text => subtree.text(id, depth, &self.projector.text(n)),
                    Kind::ShadowOpen => subtree.shadow(id, depth, true),
                    Kind::ShadowClosed => subtree.shadow(id, depth, false),
                    Kind::Element | Kind::Document => {
                        let shown = self.projector.shown(n);
                        let name = self.projector.name(n, shown);
                        let attributes = self.projector.shown_attributes(n, shown);
                        subtree.element_with(id, depth, name, attributes);
                    }
                }
                if self.projector.may_have_properties(n) {
                    nodes.push(n);
                }
                let below = self.tree.first_below(n);
                at = below.or_else(|| self.tree.following(n, top));
            }
        }
        subtree.end();
        for n in nodes {
            self.give_properties(n);
        }
        documents
    }

    /// What a new node has beside its place, text and attributes.
    fn give_properties(&mut self, n: Slot) {
        let kind = self.tree.kind(n);
        let view = self.view(n);
        let adopted = self.projector.adopted(n);
        if !adopted.is_empty() {
            self.encoder.set_adopted(view, adopted);
        }
        if !matches!(kind, Kind::Element | Kind::Document) {
            return;
        }
        self.mask(n);
        self.drawing(n, true);
        if let Some(value) = self.projector.value(n) {
            self.encoder.set_value(view, &value);
        }
        let state = self.projector.state(n);
        // An attribute would set it at first.
        let is_sent = self
            .tree
            .extra(n)
            .is_some_and(|extra| extra.state.changed != 0);
        if state != 0 || is_sent {
            self.encoder.set_state(view, state);
            self.note_layer(n);
        }
        let animation = self.projector.animation(n);
        if !animation.is_empty() {
            self.encoder.set_animation(view, &animation);
        }
        if self.tree.scroll(n) != (0, 0) {
            self.scrolled.push(n);
        }
        if let Some(sheet) = self.projector.sheet(n) {
            self.encoder.set_sheet(view, "", &sheet);
        }
    }

    fn mask(&mut self, n: Slot) {
        let view = self.view(n);
        if let Some((level, label, width, height)) = self.projector.mask(n) {
            self.encoder.set_mask(view, level, label, width, height);
        }
    }

    /// What a canvas or video shows, or why nothing; all of it with `all`. A placeholder takes away what was drawn before.
    fn drawing(&mut self, n: Slot, all: bool) {
        let Some(extra) = self.tree.extra(n) else {
            return;
        };
        let view = self.view(n);
        let is_shown = self.projector.shows_drawing(n);
        let placeholder = &extra.placeholder;
        let is_hidden = all && !is_shown && !extra.tiles.is_empty();
        if is_hidden || all || placeholder.changed > self.since {
            let reason = placeholder
                .is
                .or_else(|| is_hidden.then(|| undrawn(self.tree.tag(n))));
            if let Some(reason) = reason {
                self.encoder.set_placeholder(view, reason);
            }
        }
        let playback = &extra.playback;
        if playback.changed > self.since || (all && playback.changed > 0) {
            let told = self.projector.playback(n);
            self.encoder.set_playback(view, &told);
        }
        if !is_shown {
            return;
        }
        for (place, tile) in &extra.tiles {
            if all || tile.changed > self.since {
                self.encoder.set_tile(view, *place, &tile.picture);
            }
        }
    }

    // Removals

    /// Of nodes that left, the viewer loses those that were taken away themselves, and those it has elsewhere than where
    /// they were when they left with another. Where these last are in its tree is not known, one may be inside the other:
    /// all are first moved side by side, so that no removal takes another one's node along.
    fn remove(&mut self, history: &History) -> Result<(), Lost> {
        let since = self.since;
        let documents: Vec<Slot> = self.seen(self.tree.documents().to_vec());
        let hosts = documents
            .iter()
            .filter_map(|document| self.tree.host(*document));
        let filled: FxHashSet<ViewId> = hosts.map(|host| self.tree.view_id(host)).collect();
        // A document that came in the place of another has taken it away.
        let is_replaced =
            |burial: &Burial| burial.frame.is_some_and(|frame| filled.contains(&frame));
        let mut left: FxHashMap<ViewId, Vec<Leaver>> = FxHashMap::default();
        let mut run = 0;
        for burial in history.burials(since) {
            run += usize::from(burial.is_top && !burial.follows);
            let is_stray = burial.placed > since;
            if burial.created <= since && (burial.is_top || is_stray) && !is_replaced(burial) {
                left.entry(burial.document).or_default().push(Leaver {
                    id: burial.view_id,
                    run: (!is_stray).then_some(run),
                });
            }
        }
        for document in documents {
            if let Some(leavers) = left.get(&self.tree.view_id(document)) {
                self.remove_from(document, leavers)?;
            }
        }
        Ok(())
    }

    fn remove_from(&mut self, document: Slot, leavers: &[Leaver]) -> Result<(), Lost> {
        if let [only] = leavers {
            self.encoder.remove(only.id.0, 1);
            return Ok(());
        }
        let (strays, others): (Vec<&Leaver>, Vec<&Leaver>) =
            leavers.iter().partition(|leaver| leaver.run.is_none());
        if !strays.is_empty() {
            let heap = self.heap(document).ok_or(Lost)?;
            for stray in &strays {
                self.encoder.relocate(stray.id.0, 1, heap, 0);
            }
        }
        for run in others.chunk_by(|one, other| one.run == other.run) {
            self.encoder.remove(run[0].id.0, run.len() as u32);
        }
        if let Some(first) = strays.last() {
            self.encoder.remove(first.id.0, strays.len() as u32);
        }
        Ok(())
    }

    /// An element of a document that anything can be put into.
    fn heap(&self, document: Slot) -> Option<u32> {
        let mut children = self.children(document).into_iter();
        let holds = |n: &Slot| {
            let (namespace, tag) = (self.tree.namespace(*n), self.tree.tag(*n));
            self.tree.kind(*n) == Kind::Element && allow::holds_content(namespace, tag)
        };
        children.find(holds).map(|n| self.view(n))
    }

    // Content and properties

    /// What changed in an old node; all of it with `all`.
    pub(crate) fn refresh(&mut self, n: Slot, all: bool) {
        let placed = self.tree.node(n).placed > self.since;
        let changed = self.tree.node(n).changed > self.since;
        let extra = self.tree.extra(n);
        let mask = extra.is_some_and(|extra| extra.mask.changed > self.since);
        if all || placed || mask {
            self.mask(n);
        }
        if !all && !changed {
            return;
        }
        match self.tree.kind(n) {
            Kind::Text => {
                let text = self.projector.text(n);
                self.encoder.set_text(self.tree.view_id(n).0, &text);
            }
            Kind::Element => {
                self.refresh_attributes(n, all);
                self.refresh_properties(n, all);
            }
            Kind::Document => {
                self.refresh_document(n, all);
                self.refresh_properties(n, all);
                self.refresh_adopted(n, all);
            }
            Kind::ShadowOpen | Kind::ShadowClosed => self.refresh_adopted(n, all),
        }
    }

    fn refresh_adopted(&mut self, n: Slot, all: bool) {
        let changed = self.tree.extra(n).map_or(0, |extra| extra.adopted.changed);
        if changed > self.since || (all && changed > 0) {
            self.encoder
                .set_adopted(self.view(n), self.projector.adopted(n));
        }
    }

    fn refresh_attributes(&mut self, n: Slot, all: bool) {
        let extra = self.tree.extra(n);
        let reset = extra.is_some_and(|extra| extra.attributes_reset > self.since);
        if all || reset || !self.set_attributes_singly(n) {
            let shown = self.projector.element(n);
            self.encoder
                .set_attributes(self.tree.view_id(n).0, &shown.attributes);
        }
    }

    /// Writes the attributes that changed, unless one is not shown: it may have been shown before, under what name does not
    /// matter when all are sent.
    fn set_attributes_singly(&mut self, n: Slot) -> bool {
        let Some(shown) = self.projector.changed_attributes(n, self.since) else {
            return false;
        };
        for (name, value) in shown {
            let view = self.tree.view_id(n).0;
            self.encoder.set_attribute(view, &name, &value);
        }
        true
    }

    fn refresh_properties(&mut self, n: Slot, all: bool) {
        let none = Extra::default();
        let extra = self.tree.extra(n).unwrap_or(&none);
        let (view, since) = (self.view(n), self.since);
        let is_due = |changed: Version| changed > since || (all && changed > 0);
        self.drawing(n, all);
        // Whether a value is shown depends on attributes too.
        if all || extra.value.changed.max(extra.attributes_reset) > since {
            match self.projector.value(n) {
                Some(value) => self.encoder.set_value(view, &value),
                None if extra.value.is.is_some() || self.had_bullets(n) => {
                    self.encoder.set_value(view, "");
                }
                None => {}
            }
        }
        if is_due(extra.state.changed) {
            self.encoder.set_state(view, self.projector.state(n));
            self.note_layer(n);
        }
        if is_due(extra.animation.changed) {
            let animation = self.projector.animation(n);
            self.encoder.set_animation(view, &animation);
        }
        if is_due(extra.sheet.changed) || (all && self.tree.tag(n) == "style") {
            let sheet = self.projector.sheet(n).unwrap_or_default();
            self.encoder.set_sheet(view, "", &sheet);
        }
        if is_due(extra.scroll.changed) {
            self.scrolled.push(n);
        }
    }

    /// A masked input shows bullets without having a value, until it gets a type that has none.
    fn had_bullets(&self, n: Slot) -> bool {
        self.tree.tag(n) == "input" && self.projector.marks.level(n) > 0
    }

    fn refresh_document(&mut self, n: Slot, all: bool) {
        let info = self.tree.document(n);
        let view = self.tree.view_id(n).0;
        if all || info.titled > self.since {
            self.encoder.set_title(view, &self.projector.title(n));
        }
        if all || info.addressed > self.since {
            self.encoder
                .set_address(view, &self.projector.address(n), "");
        }
    }

    // The end

    /// Sheets that somebody adopts whom the viewer sees: those that have changed, and those that it cannot have yet.
    fn constructed(&mut self) {
        if self.tree.sheets_changed <= self.since {
            return;
        }
        let mut had: BTreeMap<u32, bool> = BTreeMap::new();
        for n in self.seen(self.tree.adopters()) {
            let changed = self.tree.extra(n).map_or(0, |extra| extra.adopted.changed);
            let is_settled = !self.is_new(n) && changed <= self.since;
            for sheet in numbers(self.projector.adopted(n)) {
                *had.entry(sheet).or_default() |= is_settled;
            }
        }
        for (sheet, had) in had {
            // One that is adopted all the same after it was given up: the viewer may have its text still.
            let changed = self
                .tree
                .constructed(sheet)
                .map_or(self.tree.sheets_changed, |sheet| sheet.changed);
            if changed > self.since || (!had && changed > 0) {
                let text = self.projector.constructed(sheet);
                self.encoder.set_constructed(sheet, "", &text);
            }
        }
    }

    fn note_layer(&mut self, n: Slot) {
        if self.projector.is_layered(n) {
            self.layered.insert(n);
        }
    }

    /// The order of the top layer, from the lowest on that the viewer does not have in its place.
    pub(crate) fn lift(&mut self) {
        let lifted = &self.tree.screen.lifted;
        let is_due = |(n, at): &(Slot, Version)| *at > self.since || self.layered.contains(n);
        let first = lifted.iter().position(is_due).unwrap_or(lifted.len());
        for (n, _) in &lifted[first..] {
            if self.projector.is_layered(*n) {
                self.encoder.lift(self.tree.view_id(*n).0);
            }
        }
    }

    pub(crate) fn scroll(&mut self) {
        for n in std::mem::take(&mut self.scrolled) {
            let (left, top) = self.projector.scroll(n);
            self.encoder.set_scroll(self.view(n), left, top);
        }
    }

    /// The latest of what has no history; at the start what is unset need not be said.
    fn screen(&mut self) {
        let screen = &self.tree.screen;
        if let Some((width, height, ratio)) = screen.viewport.is
            && screen.viewport.changed > self.since
        {
            self.encoder.set_viewport(width, height, ratio);
        }
        if let Some((x, y, down)) = screen.pointer.is
            && screen.pointer.changed > self.since
        {
            self.encoder.set_pointer(x, y, down);
        }
        let (hovered, active) = self.projector.hover();
        let (over, pressed) = screen.hover.is;
        let is_due = screen.hover.changed > self.since
            || [over, pressed]
                .into_iter()
                .flatten()
                .any(|n| self.is_elsewhere(n));
        if is_due && (hovered.is_some() || active.is_some() || self.since > 0) {
            let (hovered, active) = (self.view_or_none(hovered), self.view_or_none(active));
            self.encoder.set_hover(hovered, active);
        }
        if let Some(time) = screen.clock.is
            && screen.clock.changed > self.since
        {
            self.encoder.set_clock(time);
        }
        let selected = self.projector.selection();
        let is_due = screen.selection.changed > self.since
            || screen.selection.is.is_some_and(|((start, _), (end, _))| {
                self.is_elsewhere(start) || self.is_elsewhere(end)
            });
        if is_due && (selected.is_some() || self.since > 0) {
            self.select();
        }
        let shown = self.projector.focus();
        let is_due = screen.focus.changed > self.since
            || screen.focus.is.is_some_and(|n| self.is_elsewhere(n));
        if is_due && (shown.is_some() || self.since > 0) {
            self.encoder.set_focus(self.view_or_none(shown));
        }
    }

    /// What is selected for this audience.
    pub(crate) fn select(&mut self) {
        let selected = self.projector.selection();
        let end = |n: (Slot, u32)| (self.tree.view_id(n.0).0, n.1);
        let (start, end) = selected.map_or(((0, 0), (0, 0)), |(from, to)| (end(from), end(to)));
        self.encoder.set_selection(start, end);
    }

    /// Whether the focused node, or the masked one that is shown for it, may not be what it was.
    fn is_elsewhere(&self, focus: Slot) -> bool {
        let mut above = std::iter::successors(Some(focus), |n| self.tree.composed_parent(*n));
        self.risen.contains(&focus) || above.any(|n| self.tree.node(n).placed > self.since)
    }
}

#[cfg(test)]
mod tests;
