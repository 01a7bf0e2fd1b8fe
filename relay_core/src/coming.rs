//! A page that viewers do not see yet: it is built beside the one that they see, with all checks and masks of its own, frame by
//! frame until all of it is there.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::audience::Audience;
use crate::edit::{self, Outcome};
use crate::error::Refused;
use crate::frame::Frame;
use crate::limits::Limits;
use crate::mask::{Marks, Plan};
use crate::op::Op;
use crate::replica::next_version;
use crate::tree::{Tree, Version};

pub(crate) struct Coming {
    pub(crate) tree: Tree,
    /// By the key of the audience.
    pub(crate) marks: BTreeMap<u32, Marks>,
    /// Of the last frame: the replica's when viewers get to see the page.
    pub(crate) version: Version,
    /// The last view id given.
    pub(crate) last_view: u32,
    /// Whether it is the page that viewers see, sent once more.
    pub(crate) is_same_view: bool,
}

impl Coming {
    /// No page yet, while viewers see that of `version`.
    pub(crate) fn after(version: Version, last_view: u32, is_same_view: bool) -> Self {
        Self {
            tree: Tree::default(),
            marks: BTreeMap::new(),
            version,
            last_view,
            is_same_view,
        }
    }

    /// Marks the page for audiences that were not there when it began.
    pub(crate) fn mark_for<'a>(&mut self, audiences: impl Iterator<Item = (u32, &'a Audience)>) {
        for (key, audience) in audiences {
            let tree = &self.tree;
            let marks = self.marks.entry(key);
            marks.or_insert_with(|| audience.marks.of_page(tree));
        }
    }

    /// Other rules for an audience, which has another key now. What the old ones have masked stays so.
    pub(crate) fn set_plan(&mut self, (before, key): (u32, u32), plan: Arc<Plan>) {
        if let Some(mut marks) = self.marks.get(&before).cloned() {
            marks.set_plan(plan, &self.tree);
            self.marks.insert(key, marks);
        }
    }

    /// Applies a frame, whole or not at all. `audiences` are those that there are, with their marks on the page that they see.
    pub(crate) fn apply<'a>(
        &mut self,
        frame: Frame,
        limits: &Limits,
        audiences: impl Iterator<Item = (u32, &'a Marks)>,
    ) -> Result<Outcome, Refused> {
        let version = next_version(self.version)?;
        let ends = (version, self.last_view);
        let is_page = frame.ops.first().is_some_and(Op::is_page);
        let outcome = edit::edit(&mut self.tree, limits, frame, ends)?;
        self.version = version;
        self.last_view = outcome.last_view;
        // Frame by frame, because what has been secret once stays so.
        if is_page {
            let marks = audiences.map(|(key, marks)| (key, marks.of_page(&self.tree)));
            self.marks = marks.collect();
        } else {
            for marks in self.marks.values_mut() {
                marks.update(&self.tree, &outcome.touches);
            }
        }
        Ok(outcome)
    }
}
