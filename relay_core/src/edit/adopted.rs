//! Sheets that script has constructed, and the documents and shadow roots that adopt them.

use super::Edit;
use super::undo::Undo;
use crate::error::Refused;
use crate::limits::within;
use crate::op::{NodeNumber, Text};
use crate::tree::{Constructed, Kind, Slot, Touch};

impl Edit<'_> {
    pub(super) fn set_constructed(
        &mut self,
        sheet: u32,
        base: &Text,
        text: &Text,
    ) -> Result<(), Refused> {
        if sheet == 0 {
            return Err(Refused::Field("sheet"));
        }
        self.short(base)?;
        within(text.len(), self.limits.sheet_text, "sheet_text")?;
        let new = (!text.is_empty()).then(|| Constructed {
            base: base.clone(),
            text: text.clone(),
            changed: self.version,
        });
        let was = self.tree.replace_constructed(sheet, new);
        self.journal.push(Undo::Constructed { sheet, was });
        within(
            self.tree.constructed_sheets(),
            self.limits.constructed,
            "constructed",
        )?;
        self.tree.sheets_changed = self.version;
        Ok(())
    }

    pub(super) fn set_adopted(&mut self, node: NodeNumber, sheets: &Text) -> Result<(), Refused> {
        let n = self.find(node)?;
        let kind = self.tree.kind(n);
        if kind != Kind::Document && !kind.is_shadow() {
            return Err(Refused::WrongKind(node));
        }
        let count = if sheets.is_empty() {
            0
        } else {
            sheets.split(' ').count()
        };
        within(count, self.limits.adopted, "adopted")?;
        self.step(count)?;
        if count > 0 && !sheets.split(' ').all(is_number) {
            return Err(Refused::Field("sheets"));
        }
        if self.tree.node(n).masked > 0 && count > 0 {
            self.outcome.alarms += 1;
            return Ok(());
        }
        self.adopt(n, (count > 0).then(|| sheets.clone()));
        // Whenever a sheet changes all lists are gone through for each viewer frame.
        within(
            self.tree.adopted_held(),
            self.limits.adopted_text,
            "adopted_text",
        )
    }

    pub(super) fn adopt(&mut self, n: Slot, sheets: Option<Text>) {
        let is_new = sheets.is_some();
        let adopted = self.dated(sheets);
        self.alter(n, |extra| extra.adopted = adopted);
        if is_new {
            self.tree.note_adopter(n);
        }
        self.tree.sheets_changed = self.version;
        self.outcome.touches.push(Touch::Sheet(n));
    }
}

/// A sheet's number in its shortest form.
fn is_number(text: &str) -> bool {
    text.parse::<u32>()
        .is_ok_and(|number| number > 0 && !text.starts_with(['0', '+']))
}
