//! What is of the page as a whole: focus, pointer, what it is above, what the browser prefers.

use super::Edit;
use crate::error::Refused;
use crate::names::{limit, media};
use crate::op::NodeNumber;
use crate::tree::{Kind, Slot, Touch};

const FEATURES: u32 = media::DARK
    | media::REDUCED_MOTION
    | media::REDUCED_TRANSPARENCY
    | media::REDUCED_DATA
    | media::MORE_CONTRAST
    | media::LESS_CONTRAST
    | media::FORCED_COLORS
    | media::INVERTED_COLORS
    | media::HOVER
    | media::ANY_HOVER
    | media::POINTER_FINE
    | media::POINTER_COARSE
    | media::ANY_FINE
    | media::ANY_COARSE;

impl Edit<'_> {
    pub(super) fn set_focus(&mut self, node: NodeNumber) -> Result<(), Refused> {
        let focus = self.element_or_none(node)?;
        if self.tree.focus() != focus {
            self.tree.screen.focus = self.dated(focus);
            self.outcome.touches.push(Touch::Focus);
        }
        Ok(())
    }

    pub(super) fn set_hover(
        &mut self,
        node: NodeNumber,
        active: NodeNumber,
    ) -> Result<(), Refused> {
        let hover = (self.element_or_none(node)?, self.element_or_none(active)?);
        if self.tree.screen.hover.is != hover {
            self.tree.screen.hover = self.dated(hover);
        }
        Ok(())
    }

    pub(super) fn set_selection(
        &mut self,
        start: (NodeNumber, u32),
        end: (NodeNumber, u32),
    ) -> Result<(), Refused> {
        let selection = match (start.0, end.0) {
            (0, 0) => None,
            _ => Some((self.selectable(start)?, self.selectable(end)?)),
        };
        if self.tree.screen.selection.is != selection {
            self.tree.screen.selection = self.dated(selection);
        }
        Ok(())
    }

    fn selectable(&self, (node, offset): (NodeNumber, u32)) -> Result<(Slot, u32), Refused> {
        let n = self.find(node)?;
        if !matches!(self.tree.kind(n), Kind::Text | Kind::Element) {
            return Err(Refused::WrongKind(node));
        }
        Ok((n, offset))
    }

    /// The last of many that were lifted before is then below those whose order nobody knows.
    pub(super) fn lift(&mut self, node: NodeNumber) -> Result<(), Refused> {
        let n = self.element(node)?;
        let lifted = &mut self.tree.screen.lifted;
        lifted.retain(|(other, _)| *other != n);
        if lifted.len() == limit::TOP_LAYER {
            lifted.remove(0);
        }
        lifted.push((n, self.version));
        Ok(())
    }

    pub(super) fn set_pointer(&mut self, pointer: (i32, i32, u32)) -> Result<(), Refused> {
        if pointer.2 > 1 {
            return Err(Refused::Field("down"));
        }
        self.tree.screen.pointer = self.dated(Some(pointer));
        Ok(())
    }

    pub(super) fn set_viewport(&mut self, viewport: (u32, u32, u32)) {
        let was = self.tree.screen.viewport.is.map(|(_, _, ratio)| ratio);
        self.tree.screen.viewport = self.dated(Some(viewport));
        if was != Some(viewport.2) {
            self.reviewed = true;
        }
    }

    pub(super) fn set_media(&mut self, features: u32) -> Result<(), Refused> {
        if features & !FEATURES != 0 {
            return Err(Refused::Field("features"));
        }
        if self.tree.screen.media != Some(features) {
            self.tree.screen.media = Some(features);
            self.reviewed = true;
        }
        Ok(())
    }

    /// Every sheet and every media query says something else now. Done once, when the edit is final.
    pub(super) fn renew_sheets(&mut self) {
        let version = self.version;
        let old = |n: &Slot| self.tree.node(*n).created < version;
        let Some(root) = self.tree.root().filter(old) else {
            return;
        };
        self.tree.review_constructed(version);
        let mut at = Some(root);
        while let Some(n) = at {
            at = self.below(n, root);
            if !matches!(self.tree.tag(n), "style" | "link" | "source") {
                continue;
            }
            self.tree.change_extra(n, |extra| {
                extra.attributes_reset = version;
                extra.sheet.changed = version;
            });
            self.changed(n);
        }
    }

    /// Nobody has the focus or is under the pointer who has left the page.
    pub(super) fn let_go(&mut self) {
        let screen = &mut self.tree.screen;
        let mut lifted = std::mem::take(&mut screen.lifted);
        lifted.retain(|(n, _)| !self.tree.node(*n).gone);
        self.tree.screen.lifted = lifted;
        let is_gone = |n: Option<Slot>| n.is_some_and(|n| self.tree.node(n).gone);
        let (hovered, active) = self.tree.screen.hover.is;
        let (hovered_gone, active_gone) = (is_gone(hovered), is_gone(active));
        let selection = self.tree.screen.selection.is;
        let selection_gone = selection.is_some_and(|((start, _), (end, _))| {
            [start, end].into_iter().any(|n| is_gone(Some(n)))
        });
        if is_gone(self.tree.focus()) {
            self.tree.screen.focus = self.dated(None);
            self.outcome.touches.push(Touch::Focus);
        }
        if selection_gone {
            self.tree.screen.selection = self.dated(None);
        }
        if hovered_gone || active_gone {
            let left = (
                hovered.filter(|_| !hovered_gone),
                active.filter(|_| !active_gone),
            );
            self.tree.screen.hover = self.dated(left);
        }
    }

    fn element_or_none(&self, node: NodeNumber) -> Result<Option<Slot>, Refused> {
        if node == 0 {
            return Ok(None);
        }
        self.element(node).map(Some)
    }
}
