//! The relay's copy of one visitor's page, with its versions and its audiences.
//!
//! A frame is applied whole or not at all: `edit` keeps a journal and takes everything back when an op is refused. Another page is
//! built beside the one that viewers see, and takes its place when all of it is there.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::assets::Assets;
pub use crate::audience::AudienceNumber;
use crate::audience::{Audience, Audiences};
use crate::coming::Coming;
use crate::delta::Delta;
use crate::document_diff::{self, Ends, Sight};
use crate::drift::{self, Remedy};
use crate::edit::{self, Outcome};
use crate::encoder::Encoder;
use crate::error::{Misuse, Refused};
use crate::frame::{Direction, Frame, Head};
use crate::history::History;
use crate::html;
use crate::limits::Limits;
use crate::mask::{Marks, Plan};
use crate::node_id::{ViewId, VisitorId};
use crate::op::Op;
use crate::projection::Projector;
use crate::selector::Selector;
use crate::tally::{PageTally, Tallies};
use crate::tree::{Touch, Tree, Version};

/// What applying a frame did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The replica's version now.
    pub version: u64,
    /// The visitor's epoch.
    pub epoch: u64,
    /// The visitor's sequence number.
    pub sequence: u64,
    /// How many ops the frame had.
    pub operations: usize,
    /// How often content had to be masked here that the visitor's side should have masked.
    pub alarms: u32,
    /// Card numbers found in what no rule masks; they are masked.
    pub cards: u32,
    /// Viewers see none of it yet: the rest of the page is still to come.
    pub is_pending: bool,
    /// What changed in the tree.
    pub touches: Vec<Touch>,
    /// Nodes that are not what a `verify` of the frame said: the visitor's numbers, with the scope of `names::scope`.
    pub drifted: Vec<(VisitorId, u32)>,
}

/// What helps a viewer that has something wrong.
#[derive(Debug)]
pub struct Repair {
    /// The viewer frame.
    pub frame: Vec<u8>,
    /// The nodes, by the viewers' numbers, that it sends again.
    pub nodes: Vec<ViewId>,
}

/// Figures of a session since it began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Frames applied.
    pub frames: u64,
    /// Frames refused.
    pub refused: u64,
    /// Ops applied.
    pub operations: u64,
    /// See [`Change::alarms`].
    pub alarms: u64,
    /// See [`Change::cards`].
    pub cards: u64,
    /// Nodes that the visitor's side has otherwise than the replica had them.
    pub drifts: u64,
    /// Nodes that were sent to a viewer again because it had them otherwise.
    pub repairs: u64,
}

/// One session's page and who watches it.
pub struct Replica {
    tree: Tree,
    /// The page that is to take its place.
    coming: Option<Coming>,
    history: History,
    version: Version,
    epoch: u64,
    /// The epoch of the page that viewers see.
    shown_epoch: u64,
    sequence: u64,
    last_view: u32,
    is_next_view: bool,
    audiences: Audiences,
    assets: Assets,
    limits: Limits,
    counts: Counts,
    tallies: Tallies,
}

impl Replica {
    /// No page yet. Addresses of assets are made with the key and begin with the prefix.
    #[must_use]
    pub fn new(limits: Limits, asset_key: &[u8], asset_prefix: &str) -> Self {
        Self {
            tree: Tree::default(),
            coming: None,
            history: History::default(),
            version: 0,
            epoch: 0,
            shown_epoch: 0,
            sequence: 0,
            last_view: 0,
            is_next_view: false,
            audiences: Audiences::default(),
            assets: Assets::within(asset_key, asset_prefix, limits.clone()),
            limits,
            counts: Counts::default(),
            tallies: Tallies::default(),
        }
    }

    /// The page that viewers see.
    #[must_use]
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// Counts frames that viewers see and rule changes that masked something; 0 before the first frame.
    #[must_use]
    pub fn version(&self) -> u64 {
        u64::from(self.version)
    }

    /// The visitor's epoch; 0 before the first frame.
    #[must_use]
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// The sequence number of the last frame applied in this epoch.
    #[must_use]
    pub fn sequence(&self) -> u64 {
        self.sequence
    }

    /// Bytes of text of the page that viewers see and of the one that is to take its place.
    #[must_use]
    pub fn held(&self) -> usize {
        self.pages().map(Tree::held).sum()
    }

    /// Nodes of both pages.
    #[must_use]
    pub fn nodes(&self) -> usize {
        self.pages().map(Tree::len).sum()
    }

    fn pages(&self) -> impl Iterator<Item = &Tree> {
        let coming = self.coming.as_ref().map(|coming| &coming.tree);
        std::iter::once(&self.tree).chain(coming)
    }

    /// How many audiences there are.
    #[must_use]
    pub fn audiences(&self) -> usize {
        self.audiences.len()
    }

    /// Figures since the session began.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Applies the bytes of one visitor frame. A frame that is refused changes nothing but the count of such frames.
    ///
    /// # Errors
    /// Why it was refused.
    pub fn apply(&mut self, bytes: &[u8]) -> Result<Change, Refused> {
        let frame = Frame::decode(bytes, &self.limits);
        let change = frame.and_then(|frame| self.apply_frame(frame));
        match &change {
            Ok(change) => {
                self.counts.frames += 1;
                self.counts.operations += change.operations as u64;
                self.counts.alarms += u64::from(change.alarms);
                self.counts.cards += u64::from(change.cards);
                self.counts.drifts += change.drifted.len() as u64;
            }
            Err(_) => self.counts.refused += 1,
        }
        change
    }

    fn apply_frame(&mut self, frame: Frame) -> Result<Change, Refused> {
        let is_page = frame.ops.first().is_some_and(Op::is_page);
        self.check_order(&frame.head, is_page)?;
        if frame.ops.iter().skip(1).any(Op::is_page) {
            return Err(self.wrong_epoch(frame.head.epoch));
        }
        let (epoch, sequence, partial) =
            (frame.head.epoch, frame.head.sequence, frame.head.partial);
        let operations = frame.ops.len();
        let outcome = if is_page || self.coming.is_some() {
            self.bring(frame, is_page)?
        } else {
            self.edit(frame)?
        };
        (self.epoch, self.sequence) = (epoch, sequence);
        let is_pending = partial && self.tree.root().is_some();
        if !is_pending {
            self.turn_over();
        }
        Ok(Change {
            version: self.version(),
            epoch: self.epoch,
            sequence: self.sequence,
            operations,
            alarms: outcome.alarms,
            cards: outcome.cards,
            is_pending: self.coming.is_some(),
            touches: outcome.touches,
            drifted: outcome.drifted,
        })
    }

    fn tally_page(&self) -> Option<PageTally> {
        let marks: Vec<&Marks> = self
            .audiences
            .values()
            .map(|audience| &audience.marks)
            .collect();
        self.tallies.count(&self.tree, &marks)
    }

    /// Counts what these rules mask from here on.
    pub fn watch(&mut self, rules: Arc<[Selector]>) {
        self.tallies.watch(rules);
    }

    /// What was masked on each page since the last call, the present page included.
    pub fn tally(&mut self) -> Vec<PageTally> {
        let last = self.tally_page();
        self.tallies.keep(last);
        self.tallies.take()
    }

    fn check_order(&self, head: &Head, is_page: bool) -> Result<(), Refused> {
        if head.direction != Direction::Visitor {
            return Err(Refused::Message(head.direction.message()));
        }
        let fits = if is_page {
            head.epoch > self.epoch
        } else {
            head.epoch == self.epoch && self.tree.root().is_some()
        };
        if !fits {
            return Err(self.wrong_epoch(head.epoch));
        }
        let expected = if is_page { 1 } else { self.sequence + 1 };
        if head.sequence != expected {
            return Err(Refused::Sequence {
                expected,
                got: head.sequence,
            });
        }
        Ok(())
    }

    fn wrong_epoch(&self, got: u64) -> Refused {
        Refused::Epoch {
            current: self.epoch,
            got,
        }
    }

    /// A frame of the page that viewers see.
    fn edit(&mut self, frame: Frame) -> Result<Outcome, Refused> {
        let version = next_version(self.version)?;
        let ends = (version, self.last_view);
        let mut outcome = edit::edit(&mut self.tree, &self.limits, frame, ends)?;
        self.version = version;
        self.last_view = outcome.last_view;
        for audience in self.audiences.values_mut() {
            let risen = audience.marks.update(&self.tree, &outcome.touches);
            audience.note(&self.tree, version, &risen);
        }
        self.remember(&mut outcome);
        Ok(outcome)
    }

    fn remember(&mut self, outcome: &mut Outcome) {
        let dirty = std::mem::take(&mut outcome.dirty);
        let burials = std::mem::take(&mut outcome.burials);
        let most_burials = self.limits.nodes;
        self.history.add(self.version, dirty, burials, most_burials);
    }

    /// A frame of the page that is to come.
    fn bring(&mut self, frame: Frame, is_page: bool) -> Result<Outcome, Refused> {
        let mut coming = match self.coming.take_if(|_| !is_page) {
            Some(coming) => coming,
            None => Coming::after(self.version, self.last_view, !self.is_next_view),
        };
        let audiences = self.audiences.iter();
        let audiences = audiences.map(|(key, audience)| (key, &audience.marks));
        let outcome = coming.apply(frame, &self.limits, audiences);
        if outcome.is_ok() || !is_page {
            self.coming = Some(coming);
        }
        outcome
    }

    /// The visitor has gone to another page: what was masked on the last one says nothing of the one that is sent next. Without this
    /// a new epoch is the same page, sent once more.
    pub fn next_view(&mut self) {
        self.is_next_view = true;
    }

    /// Lets viewers see the page that is coming as far as it is there. Not the last page sent once more while anything of it is
    /// masked: what has been masked can be told from the rest only when all of it is there. Viewers keep what they see until then.
    pub fn show(&mut self) {
        if !self.holds_back() {
            self.turn_over();
        }
    }

    fn holds_back(&self) -> bool {
        let is_same_view = self.coming.as_ref().is_some_and(|page| page.is_same_view);
        is_same_view && self.audiences.values().any(|one| one.marks.masks_any())
    }

    /// The page that is coming takes the place of the last one.
    fn turn_over(&mut self) {
        let Some(mut coming) = self.coming.take() else {
            return;
        };
        let last = self.tally_page();
        self.tallies.keep(last);
        let shown = self.version;
        let old = std::mem::replace(&mut self.tree, coming.tree);
        self.version = coming.version;
        self.shown_epoch = self.epoch;
        let mut outcome = Outcome {
            last_view: coming.last_view,
            ..Outcome::default()
        };
        if coming.is_same_view {
            self.keep_masked(&old, &mut coming.marks);
        } else {
            self.is_next_view = false;
        }
        self.turn((&old, shown), coming.marks, &mut outcome);
        self.last_view = outcome.last_view;
        self.remember(&mut outcome);
    }

    /// Takes the new page in the place of the old one: matched into it, or as one of which viewers have nothing.
    fn turn(
        &mut self,
        (old, shown): (&Tree, Version),
        marks: BTreeMap<u32, Marks>,
        outcome: &mut Outcome,
    ) {
        let sights = self.audiences.values().zip(marks.values());
        let sights = sights.map(|(audience, is)| Sight {
            was: &audience.marks,
            is,
        });
        let sights: Vec<Sight<'_>> = sights.collect();
        let compared = document_diff::compare(old, &self.tree, &sights, &mut self.assets);
        self.assets.turn();
        if let Some(compared) = compared {
            let ends = Ends {
                shown,
                version: self.version,
                last_view: self.last_view,
            };
            let trees = (old, &mut self.tree);
            let (pairs, adopted) = compared.adopt(trees, &sights, &mut self.assets, &ends);
            drop(sights);
            self.history.carry(|n| pairs.new_of(n));
            for (audience, risen) in self.audiences.values_mut().zip(adopted.risen) {
                audience.risen.carry(|n| pairs.new_of(n));
                audience.risen.add(self.version, risen);
            }
            outcome.dirty = adopted.dirty;
            outcome.burials = adopted.burials;
            outcome.last_view = adopted.last_view;
        } else {
            drop(sights);
            self.history.clear();
            for audience in self.audiences.values_mut() {
                audience.risen.clear();
            }
        }
        for (audience, marks) in self.audiences.values_mut().zip(marks.into_values()) {
            audience.marks = marks;
        }
    }

    /// The page has been sent once more: what was masked on it stays so.
    fn keep_masked(&self, old: &Tree, marks: &mut BTreeMap<u32, Marks>) {
        let masks_any = |was: &Audience| was.marks.masks_any();
        if !self.audiences.values().any(masks_any) {
            return;
        }
        let Some(pairs) = document_diff::same_nodes(old, &self.tree) else {
            return;
        };
        for (was, is) in self.audiences.values().zip(marks.values_mut()) {
            is.carry(&self.tree, &was.marks, |n| pairs.old_of(n));
        }
    }

    /// A new audience that sees the page by this plan.
    ///
    /// # Errors
    /// There are too many.
    pub fn add_audience(&mut self, plan: Arc<Plan>) -> Result<AudienceNumber, Misuse> {
        if self.audiences.len() >= self.limits.audiences {
            return Err(Misuse::TooManyAudiences(self.limits.audiences));
        }
        self.show();
        let number = self.audiences.add(plan, &self.tree);
        if let Some(coming) = &mut self.coming {
            coming.mark_for(self.audiences.iter());
        }
        Ok(number)
    }

    /// Other rules for an audience. What was masked stays so; when something has become masked the version grows. Gives the
    /// version.
    ///
    /// # Errors
    /// There is no such audience.
    pub fn set_plan(&mut self, number: AudienceNumber, plan: Arc<Plan>) -> Result<u64, Misuse> {
        self.show();
        let version = self.version.saturating_add(1);
        let before = self.audiences.key(number);
        let audience = self.audiences.part(number);
        let audience = audience.ok_or(Misuse::UnknownAudience(number))?;
        let risen = audience.marks.set_plan(Arc::clone(&plan), &self.tree);
        if !risen.is_empty() || !audience.marks.turned().is_empty() {
            self.version = version;
            audience.note(&self.tree, version, &risen);
        }
        match (&mut self.coming, before, self.audiences.key(number)) {
            // What has been masked on the page that is coming may not be the same for two.
            (Some(coming), Some(before), Some(key)) => coming.set_plan((before, key), plan),
            _ => self.audiences.join(number),
        }
        Ok(self.version())
    }

    /// Nobody of this audience is left.
    pub fn drop_audience(&mut self, number: AudienceNumber) {
        let left = self.audiences.remove(number);
        if let (Some(coming), Some(key)) = (&mut self.coming, left) {
            coming.marks.remove(&key);
        }
    }

    /// The viewer frame that brings a viewer of an audience from version `since` to now; 0 is from nothing. Where what
    /// happened since is forgotten or the page is another one, it starts from nothing too, as its base says.
    ///
    /// # Errors
    /// There is no such audience, or there has not been such a version.
    pub fn delta(&mut self, number: AudienceNumber, since: u64) -> Result<Vec<u8>, Misuse> {
        let version = self.version;
        let asked = Version::try_from(since).ok().filter(|v| *v <= version);
        let since = asked.ok_or(Misuse::FutureVersion {
            since,
            version: self.version(),
        })?;
        let audience = self
            .audiences
            .get(number)
            .ok_or(Misuse::UnknownAudience(number))?;
        if let Some(frame) = self.audiences.sent(number, (since, version)) {
            return Ok(frame.to_vec());
        }
        let page = self.tree.root().map(|root| self.tree.node(root).created);
        let is_same_page = page.is_some_and(|created| created <= since);
        let mut changes = None;
        if since > 0 && is_same_page && self.history.reaches(since) {
            let delta = Delta::new(&self.tree, &audience.marks, &mut self.assets, since);
            changes = delta.changes(&self.history, &audience.risen).ok();
        }
        let base = changes.as_ref().map_or(0, |_| u64::from(since));
        let encoder = changes.unwrap_or_else(|| {
            Delta::new(&self.tree, &audience.marks, &mut self.assets, 0).snapshot()
        });
        let frame = self.seal(encoder, base);
        self.audiences.keep(number, (since, version), &frame);
        Ok(frame)
    }

    /// The viewer frame by which viewers of an audience that have this version find out whether they have it right.
    ///
    /// # Errors
    /// There is no such audience.
    pub fn doubt(&mut self, number: AudienceNumber) -> Result<Vec<u8>, Misuse> {
        let encoder = self.project(number, |mut projector| {
            let mut encoder = Encoder::spare();
            drift::ask_all(&mut projector, &mut encoder);
            encoder
        })?;
        Ok(self.seal(encoder, self.version()))
    }

    /// For a viewer of an audience that has this version and, at these nodes (its numbers, with a scope of `names::scope`), has
    /// it wrong: what it takes to mend them, or to find out more. None when there is nothing to do.
    ///
    /// # Errors
    /// There is no such audience.
    pub fn mend(
        &mut self,
        number: AudienceNumber,
        spots: &[(ViewId, u32)],
    ) -> Result<Option<Repair>, Misuse> {
        let audience = self
            .audiences
            .get(number)
            .ok_or(Misuse::UnknownAudience(number))?;
        let mut remedies = Vec::new();
        let mut nodes = Vec::new();
        for (n, scope) in drift::find(&self.tree, spots) {
            let remedy = drift::remedy(&self.tree, n, scope);
            let is_mended = !matches!(remedy, Remedy::Compare(_));
            nodes.extend(is_mended.then(|| self.tree.view_id(n)));
            remedies.push(remedy);
        }
        if remedies.is_empty() {
            return Ok(None);
        }
        self.counts.repairs += nodes.len() as u64;
        let delta = Delta::new(&self.tree, &audience.marks, &mut self.assets, 0);
        let frame = match delta.mend(&remedies) {
            Some(encoder) => self.seal(encoder, self.version()),
            None => self.delta(number, 0)?,
        };
        Ok(Some(Repair { frame, nodes }))
    }

    /// A viewer frame from `base` to now.
    fn seal(&self, encoder: Box<Encoder>, base: u64) -> Vec<u8> {
        let head = Head {
            direction: Direction::Viewer,
            epoch: self.shown_epoch,
            sequence: self.version(),
            base,
            partial: false,
        };
        encoder.finish_spare(&head, self.limits.deflate_from)
    }

    /// No viewer will ask for a delta from before `oldest`, 0 excepted: what happened before may be forgotten.
    pub fn release(&mut self, oldest: u64) {
        let oldest = Version::try_from(oldest).unwrap_or(self.version);
        let oldest = oldest.min(self.version);
        self.history.forget(oldest);
        self.audiences.forget(oldest);
    }

    /// How many notes there are of what happened before now.
    #[cfg(test)]
    pub(crate) fn remembered(&self) -> usize {
        let risen = self.audiences.values().map(|audience| audience.risen.len());
        self.history.len() + risen.sum::<usize>()
    }

    /// What an audience sees, as HTML text.
    ///
    /// # Errors
    /// There is no such audience.
    pub fn html(&mut self, number: AudienceNumber) -> Result<String, Misuse> {
        self.project(number, |projector| {
            html::serialise(projector.tree, projector.marks, projector.assets)
        })
    }

    /// Lets `look` see the page as an audience does.
    ///
    /// # Errors
    /// There is no such audience.
    pub fn project<T>(
        &mut self,
        number: AudienceNumber,
        look: impl FnOnce(Projector<'_>) -> T,
    ) -> Result<T, Misuse> {
        let audience = self
            .audiences
            .get(number)
            .ok_or(Misuse::UnknownAudience(number))?;
        Ok(look(Projector::new(
            &self.tree,
            &audience.marks,
            &mut self.assets,
        )))
    }

    /// The address that an asset is to be got from.
    #[must_use]
    pub fn asset(&self, id: &str) -> Option<&str> {
        self.assets.target(id)
    }
}

/// The version after one.
pub(crate) fn next_version(version: Version) -> Result<Version, Refused> {
    let refused = Refused::Limit("version", Version::MAX as usize);
    version.checked_add(1).ok_or(refused)
}
