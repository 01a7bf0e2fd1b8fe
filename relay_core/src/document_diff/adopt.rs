//! The new tree takes over what viewers know of the old one: view ids, and when each part of a node last changed for them.

use super::environment::Readdressed;
use super::{Adopted, Ends, Pairs};
use crate::atoms::Atom;
use crate::edit::DECIDING;
use crate::node_id::ViewId;
use crate::tree::{Attribute, Dated, DocumentInfo, Extra, Kind, Slot, Tree, Version};

pub(super) fn adopt(
    (old, new): (&Tree, &mut Tree),
    pairs: &Pairs,
    readdressed: &Readdressed,
    ends: &Ends,
    adopted: &mut Adopted,
) {
    let Some(root) = new.root() else { return };
    let mut adoption = Adoption {
        old,
        new,
        pairs,
        readdressed,
        version: ends.version,
        is_restyled: false,
    };
    adoption.constructed();
    let order: Vec<Slot> = adoption.new.walk(root).collect();
    for n in order {
        match pairs.old_of(n) {
            Some(was) => {
                adoption.take_over(was, n);
                let node = adoption.new.node(n);
                if node.changed > ends.shown || node.placed > ends.shown {
                    adopted.dirty.push(n);
                }
            }
            None => adoption.begin(n, adopted),
        }
    }
    adoption.screen();
}

struct Adoption<'a> {
    old: &'a Tree,
    new: &'a mut Tree,
    pairs: &'a Pairs,
    readdressed: &'a Readdressed,
    version: Version,
    /// A sheet of script's has another text than under its number before.
    is_restyled: bool,
}

impl Adoption<'_> {
    /// A node that no viewer has.
    fn begin(&mut self, n: Slot, adopted: &mut Adopted) {
        if self.new.is_unseen(n) {
            return;
        }
        adopted.last_view += 1;
        self.new.node_mut(n).view_id = ViewId(adopted.last_view);
        let above = self.new.composed_parent(n);
        if above.is_none_or(|above| self.pairs.old_of(above).is_some()) {
            adopted.dirty.push(n);
        }
    }

    fn take_over(&mut self, was: Slot, is: Slot) {
        let old = self.old;
        let kind = old.kind(was);
        let mut last = old.node(was).changed;
        if kind == Kind::Text {
            if old.text(was) != self.new.text(is) {
                last = self.version;
            }
        } else {
            let reset = self.date_attributes(was, is);
            let owns_sheet = matches!(self.new.tag_atom(is), Atom::LINK | Atom::STYLE);
            let has_extra = old.extra(was).is_some() || self.new.extra(is).is_some();
            if has_extra || owns_sheet || reset > 0 {
                let extra = self.dated_extra(was, is, reset);
                last = last.max(newest(&extra));
                self.new.change_extra(is, |now| *now = extra);
            }
            let changed = self.new.attribute_records(is).iter();
            last = changed.map(|record| record.changed).fold(last, Ord::max);
        }
        let moved = self.pairs.moved.contains(&is) || !self.stays(was, is);
        let before = old.node(was);
        let node = self.new.node_mut(is);
        node.view_id = before.view_id;
        node.created = before.created;
        node.placed = if moved { self.version } else { before.placed };
        node.changed = last;
    }

    /// Whether the parents of a pair are a pair.
    fn stays(&self, was: Slot, is: Slot) -> bool {
        let above = self.new.composed_parent(is);
        let known = above.and_then(|above| self.pairs.old_of(above));
        known == self.old.composed_parent(was)
    }

    /// Gives each attribute its date; the result is when all of them have last been anew, which is now when one has gone or
    /// stands elsewhere, or says how others are shown.
    fn date_attributes(&mut self, was: Slot, is: Slot) -> Version {
        let (old, version) = (self.old, self.version);
        let mut reset = old.extra(was).map_or(0, |extra| extra.attributes_reset);
        if self.readdressed.attributes.contains(&is) {
            reset = version;
        }
        let before = old.attribute_records(was);
        let names = &old.atoms;
        let is_same_name = |one: &Attribute, other: Atom, new: &Tree| {
            names.name(one.name) == new.atoms.name(other)
        };
        let count = self.new.attribute_records(is).len();
        if before.len() > count {
            reset = version;
        }
        for (at, record) in before.iter().enumerate().take(count) {
            let now = &self.new.attribute_records(is)[at];
            if !is_same_name(record, now.name, self.new) {
                reset = version;
            } else if record.value == now.value {
                self.new.attribute_records_mut(is)[at].changed = record.changed;
            } else if DECIDING.contains(&names.name(record.name)) {
                reset = version;
            }
        }
        let added = self.new.attribute_records(is).iter().skip(before.len());
        let mut added = added.map(|record| self.new.atoms.name(record.name));
        if added.any(|name| DECIDING.contains(&name)) {
            reset = version;
        }
        reset
    }

    fn dated_extra(&self, was: Slot, is: Slot, reset: Version) -> Extra {
        let none = Extra::default();
        let before = self.old.extra(was).unwrap_or(&none);
        let mut now = self.new.extra(is).cloned().unwrap_or_default();
        let version = self.version;
        date(&mut now.value, &before.value, version);
        date(&mut now.scroll, &before.scroll, version);
        date(&mut now.mask, &before.mask, version);
        date(&mut now.placeholder, &before.placeholder, version);
        date(&mut now.playback, &before.playback, version);
        date(&mut now.animation, &before.animation, version);
        // None sent is none at all, as long as none has been.
        if now.state.is != before.state.is || (now.state.changed > 0 && before.state.changed == 0) {
            now.state.changed = version;
        } else {
            now.state.changed = before.state.changed;
        }
        date(&mut now.adopted, &before.adopted, version);
        if self.is_restyled && now.adopted.is.is_some() {
            now.adopted.changed = version;
        }
        now.attributes_reset = reset;
        let is_same = self.has_same_sheet(was, is) && !self.readdressed.sheets.contains(&is);
        let is_owner = now.sheet.is.is_some() || self.new.tag_atom(is) == Atom::STYLE;
        now.sheet.changed = if is_same && (reset < version || !is_owner) {
            before.sheet.changed
        } else {
            version
        };
        if let (Some(info), Some(before)) = (&mut now.info, &before.info) {
            date_document(info, before, version);
        }
        now
    }

    /// Whether the text of a sheet that an element owns, if it owns one, is what it was.
    fn has_same_sheet(&self, was: Slot, is: Slot) -> bool {
        self.old.sheet(was) == self.new.sheet(is)
            && (self.new.tag_atom(is) != Atom::STYLE || self.texts(was, is))
    }

    fn texts(&self, was: Slot, is: Slot) -> bool {
        let text = |tree: &Tree, n: Slot| -> String {
            let first = tree.first_child(n);
            let children = std::iter::successors(first, |child| tree.next_sibling(*child));
            children.map(|child| tree.text(child)).collect()
        };
        text(self.old, was) == text(self.new, is)
    }

    /// Sheets of script's keep their numbers, which begin anew with each document.
    fn constructed(&mut self) {
        let (old, version) = (self.old, self.version);
        let mut same = 0;
        for (number, sheet) in self.new.constructed_mut() {
            let was = old.constructed(number).filter(|was| {
                !self.readdressed.constructed
                    && (&was.base, &was.text) == (&sheet.base, &sheet.text)
            });
            same += usize::from(was.is_some());
            sheet.changed = was.map_or(version, |was| was.changed);
        }
        self.is_restyled = same < old.constructed_sheets().max(self.new.constructed_sheets());
        self.new.sheets_changed = self.new.sheets_changed.max(old.sheets_changed);
        if self.is_restyled {
            self.new.sheets_changed = version;
        }
    }

    /// The window and the pointer are the browser's and go on; the rest is the document's, and told again if there is any.
    fn screen(&mut self) {
        let (old, new) = (&self.old.screen, &mut self.new.screen);
        if new.viewport.is.is_none() || new.viewport.is == old.viewport.is {
            new.viewport = old.viewport.clone();
        }
        if new.pointer.is.is_none() || new.pointer.is == old.pointer.is {
            new.pointer = old.pointer.clone();
        }
        let is_nowhere = old.focus.is.is_none() && new.focus.is.is_none();
        new.focus.changed = if is_nowhere {
            old.focus.changed
        } else {
            self.version
        };
        let is_nowhere = old.selection.is.is_none() && new.selection.is.is_none();
        new.selection.changed = if is_nowhere {
            old.selection.changed
        } else {
            self.version
        };
        if new.clock.is.is_none() {
            new.clock = old.clock.clone();
        } else {
            new.clock.changed = self.version;
        }
        let is_nowhere = old.hover.is == (None, None) && new.hover.is == (None, None);
        new.hover.changed = if is_nowhere {
            old.hover.changed
        } else {
            self.version
        };
    }
}

fn date<T: PartialEq>(now: &mut Dated<T>, before: &Dated<T>, version: Version) {
    now.changed = if now.is == before.is {
        before.changed
    } else {
        version
    };
}

fn date_document(now: &mut DocumentInfo, before: &DocumentInfo, version: Version) {
    let dated = |same: bool, before: Version| if same { before } else { version };
    now.titled = dated(now.title == before.title, before.titled);
    let same = (&now.address, &now.base) == (&before.address, &before.base);
    now.addressed = dated(same, before.addressed);
}

fn newest(extra: &Extra) -> Version {
    let info = extra.info.as_ref();
    let dates = [
        extra.value.changed,
        extra.state.changed,
        extra.scroll.changed,
        extra.sheet.changed,
        extra.adopted.changed,
        extra.mask.changed,
        extra.placeholder.changed,
        extra.playback.changed,
        extra.animation.changed,
        extra
            .tiles
            .values()
            .map(|tile| tile.changed)
            .max()
            .unwrap_or(0),
        extra.attributes_reset,
        info.map_or(0, |info| info.titled.max(info.addressed)),
    ];
    dates.into_iter().max().unwrap_or(0)
}
