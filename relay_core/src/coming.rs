//! A page that viewers do not see yet: it is built beside the one that they see, with all checks and masks of its own, frame by
//! frame until all of it is there.

use std::collections::BTreeMap;

use crate::edit::{self, Outcome};
use crate::error::Refused;
use crate::frame::Frame;
use crate::limits::Limits;
use crate::mask::Marks;
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
