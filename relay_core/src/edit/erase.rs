//! What a source mask demands of the tree: content below it is erased once, and never let in again.
//!
//! docs/protocol.md, "The tree". Content that the visitor's side should have masked itself is counted as an alarm.

use std::sync::LazyLock;

use super::Edit;
use crate::allow;
use crate::atoms::Atom;
use crate::error::Refused;
use crate::names::{BULLETS, mask, state};
use crate::op::{NodeNumber, Text};
use crate::tree::{Kind, Slot, SourceMask, Touch};

pub(super) static BULLETS_TEXT: LazyLock<Text> = LazyLock::new(|| BULLETS.into());

/// States that a masked control does not show.
pub(crate) const SECRET_STATES: u32 = state::CHECKED
    | state::INDETERMINATE
    | state::SELECTED
    | state::TARGET
    | state::USER_INVALID
    | state::USER_VALID
    | state::AUTOFILL
    | state::INVALID
    | state::OPEN;

fn is_masked(level: u8) -> bool {
    u32::from(level) >= mask::TEXT
}

impl Edit<'_> {
    pub(super) fn set_mask(
        &mut self,
        node: NodeNumber,
        level: u32,
        label: &Text,
        (width, height): (u32, u32),
    ) -> Result<(), Refused> {
        let n = self.find(node)?;
        if !matches!(self.tree.kind(n), Kind::Element | Kind::Document) {
            return Err(Refused::WrongKind(node));
        }
        if level > mask::BLOCK {
            return Err(Refused::Field("level"));
        }
        self.short(label)?;
        let was = self.tree.source_mask(n).map_or(mask::PLAIN, |mask| mask.0);
        if level == mask::PLAIN || level < was {
            return Ok(());
        }
        let mask = self.dated(Some(SourceMask {
            level,
            label: label.clone(),
            width,
            height,
        }));
        self.alter(n, |extra| extra.mask = mask);
        self.outcome.touches.push(Touch::Mask(n));
        self.mask_below(n, level as u8, false)
    }

    /// Raises a subtree to a level and erases what this takes away; with `alarm`, that should not have been there.
    pub(super) fn mask_below(&mut self, top: Slot, level: u8, alarm: bool) -> Result<(), Refused> {
        if u32::from(level) >= mask::HIDE {
            while let Some(below) = self.tree.first_below(top) {
                self.leave(below);
            }
        }
        let mut at = Some(top);
        while let Some(n) = at {
            self.step(1)?;
            let before = self.tree.node(n).masked;
            if before >= level {
                at = self.tree.following(n, top);
                continue;
            }
            self.raise(n, level);
            if !is_masked(before) && self.erase(n) && alarm {
                self.outcome.alarms += 1;
            }
            at = self.below(n, top);
        }
        Ok(())
    }

    /// Erases what a node shows; says whether there was anything.
    pub(super) fn erase(&mut self, n: Slot) -> bool {
        match self.tree.kind(n) {
            Kind::Text => self.erase_text(n),
            Kind::Element => {
                let attributes = self.erase_attributes(n);
                self.erase_properties(n) | attributes
            }
            Kind::Document => self.erase_properties(n) | self.erase_adopted(n),
            Kind::ShadowOpen | Kind::ShadowClosed => self.erase_adopted(n),
        }
    }

    fn erase_adopted(&mut self, n: Slot) -> bool {
        if self.tree.adopted(n).is_empty() {
            return false;
        }
        self.adopt(n, None);
        true
    }

    fn erase_text(&mut self, n: Slot) -> bool {
        let text = self.tree.text(n);
        if allow::is_blank(text) || text == BULLETS {
            return false;
        }
        self.replace_text(n, BULLETS_TEXT.clone());
        true
    }

    fn erase_attributes(&mut self, n: Slot) -> bool {
        let records = self.tree.attribute_records(n);
        let atoms = &self.tree.atoms;
        let kept: Vec<_> = records
            .iter()
            .filter(|attribute| allow::layout(atoms.name(attribute.name)))
            .cloned()
            .collect();
        if kept.len() == records.len() {
            return false;
        }
        self.replace_attributes(n, kept);
        true
    }

    fn erase_properties(&mut self, n: Slot) -> bool {
        let value = self.tree.value(n).is_some_and(|value| value != BULLETS);
        let bits = self.tree.state(n);
        let state = bits & SECRET_STATES != 0;
        let scroll = self.tree.scroll(n) != (0, 0);
        let pictures = self.erase_tiles(n) | self.erase_playback(n) | self.erase_animation(n);
        if value {
            let bullets = self.dated(Some(BULLETS_TEXT.clone()));
            self.alter(n, |extra| extra.value = bullets);
            self.outcome.touches.push(Touch::Value(n));
        }
        if state {
            let bits = self.dated(bits & !SECRET_STATES);
            self.alter(n, |extra| extra.state = bits);
            self.outcome.touches.push(Touch::State(n));
        }
        if scroll {
            let nowhere = self.dated((0, 0));
            self.alter(n, |extra| extra.scroll = nowhere);
        }
        value | state | scroll | pictures
    }

    /// The text as it may be below a mask of this level.
    pub(super) fn admit_text(&mut self, level: u8, text: Text) -> Text {
        if !is_masked(level) || allow::is_blank(&text) {
            return text;
        }
        self.bullets(&text)
    }

    pub(super) fn admit_value(&mut self, level: u8, value: &Text) -> Text {
        if !is_masked(level) {
            return value.clone();
        }
        self.bullets(value)
    }

    fn bullets(&mut self, text: &Text) -> Text {
        if **text != *BULLETS {
            self.outcome.alarms += 1;
        }
        BULLETS_TEXT.clone()
    }

    pub(super) fn admit_attribute(&mut self, level: u8, name: Atom) -> bool {
        let admitted = !is_masked(level) || allow::layout(self.tree.atoms.name(name));
        self.outcome.alarms += u32::from(!admitted);
        admitted
    }

    pub(super) fn admit_state(&mut self, level: u8, bits: u32) -> u32 {
        if !is_masked(level) || bits & SECRET_STATES == 0 {
            return bits;
        }
        self.outcome.alarms += 1;
        bits & !SECRET_STATES
    }

    pub(super) fn admit_scroll(&mut self, level: u8, scroll: (i32, i32)) -> (i32, i32) {
        if !is_masked(level) || scroll == (0, 0) {
            return scroll;
        }
        self.outcome.alarms += 1;
        (0, 0)
    }
}
