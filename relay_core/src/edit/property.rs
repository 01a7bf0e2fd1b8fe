//! Texts, attributes and properties of nodes that are there.

use super::Edit;
use super::undo::Undo;
use crate::atoms::Atom;
use crate::error::Refused;
use crate::limits::within;
use crate::names::{placeholder, state};
use crate::op::{NodeNumber, Text};
use crate::tree::{Attribute, Content, DocumentInfo, Kind, Sheet, Slot, Touch};

/// Attributes that decide how others of their element are shown.
pub(crate) const DECIDING: &[&str] = &["type", "rel"];

const STATES: u32 = state::CHECKED
    | state::INDETERMINATE
    | state::SELECTED
    | state::MODAL
    | state::POPOVER
    | state::SHEET_DISABLED
    | state::FOCUS_VISIBLE
    | state::TARGET
    | state::UNDEFINED
    | state::USER_INVALID
    | state::USER_VALID
    | state::AUTOFILL
    | state::FULLSCREEN
    | state::INVALID
    | state::OPEN;

impl Edit<'_> {
    pub(super) fn set_text(&mut self, node: NodeNumber, text: &Text) -> Result<(), Refused> {
        let n = self.find(node)?;
        if self.tree.kind(n) != Kind::Text {
            return Err(Refused::WrongKind(node));
        }
        within(text.len(), self.limits.text, "text")?;
        let text = self.admit_text(self.tree.node(n).masked, text.clone());
        if self.tree.text(n) == &*text {
            return Ok(());
        }
        self.replace_text(n, text);
        Ok(())
    }

    pub(super) fn replace_text(&mut self, n: Slot, text: Text) {
        self.replace_content(n, Content::Text(text));
        self.outcome.touches.push(Touch::Text(n));
        if let Some(parent) = self.tree.parent(n) {
            self.children_changed(parent);
        }
    }

    pub(super) fn set_attribute(
        &mut self,
        node: NodeNumber,
        name: &Text,
        value: &Text,
    ) -> Result<(), Refused> {
        let n = self.element(node)?;
        let atom = self.tree.atoms.intern(name);
        self.check_attribute(atom, value)?;
        if !self.admit_attribute(self.tree.node(n).masked, atom) {
            return Ok(());
        }
        let index = self.tree.attribute_index(n, atom);
        let records = self.tree.attribute_records(n);
        if index.is_some_and(|index| records[index].value == *value) {
            return Ok(());
        }
        let at = index.unwrap_or(records.len());
        within(at + 1, self.limits.attributes, "attributes")?;
        self.put_attribute(n, atom, value);
        Ok(())
    }

    /// Gives an element an attribute, in its place if it has one of this name.
    pub(super) fn put_attribute(&mut self, n: Slot, atom: Atom, value: &Text) {
        let index = self.tree.attribute_index(n, atom);
        let at = index.unwrap_or(self.tree.attribute_records(n).len());
        let attribute = self.dated_attribute(atom, value.clone());
        let was = if index.is_some() {
            self.tree.exchange_attribute(n, at, attribute)
        } else {
            self.tree.insert_attribute(n, at, attribute);
            None
        };
        self.touch_attribute(n, atom, was.as_ref());
        self.journal.push(Undo::Attribute {
            n,
            index: at,
            was,
            changed: self.tree.node(n).changed,
        });
        let decides = DECIDING.contains(&self.tree.atoms.name(atom));
        self.attributes_changed(n, decides);
    }

    pub(super) fn remove_attribute(
        &mut self,
        node: NodeNumber,
        name: &Text,
    ) -> Result<(), Refused> {
        let n = self.element(node)?;
        let atom = self.tree.atoms.find(name);
        let index = atom.and_then(|atom| self.tree.attribute_index(n, atom));
        let Some(index) = index else { return Ok(()) };
        if let Some(was) = self.tree.take_attribute(n, index) {
            self.touch_attribute(n, was.name, Some(&was));
            self.journal.push(Undo::AttributeGone {
                n,
                index,
                was,
                changed: self.tree.node(n).changed,
            });
        }
        self.attributes_changed(n, true);
        Ok(())
    }

    pub(super) fn set_attributes(
        &mut self,
        node: NodeNumber,
        pairs: &[(Text, Text)],
    ) -> Result<(), Refused> {
        let n = self.element(node)?;
        within(pairs.len(), self.limits.attributes, "attributes")?;
        self.step(pairs.len())?;
        let masked = self.tree.node(n).masked;
        let mut names = Vec::with_capacity(pairs.len());
        let mut attributes = Vec::with_capacity(pairs.len());
        for (name, value) in pairs {
            let atom = self.tree.atoms.intern(name);
            names.push(atom);
            self.check_attribute(atom, value)?;
            if self.admit_attribute(masked, atom) {
                attributes.push(self.dated_attribute(atom, value.clone()));
            }
        }
        names.sort_unstable();
        if names.windows(2).any(|two| two[0] == two[1]) {
            return Err(Refused::Field("attributes"));
        }
        self.replace_attributes(n, attributes);
        Ok(())
    }

    pub(super) fn replace_attributes(&mut self, n: Slot, attributes: Vec<Attribute>) {
        let old = self.tree.attribute_records(n).to_vec();
        let is = by_name(&attributes);
        for was in &old {
            if named(&is, was.name).is_none_or(|new| new.value != was.value) {
                self.touch_attribute(n, was.name, Some(was));
            }
        }
        let was = by_name(&old);
        for new in &attributes {
            if named(&was, new.name).is_none() {
                self.touch_attribute(n, new.name, None);
            }
        }
        self.replace_content(n, Content::Attributes(attributes));
        self.attributes_changed(n, true);
    }

    fn touch_attribute(&mut self, node: Slot, name: Atom, was: Option<&Attribute>) {
        let is_told = name == Atom::CLASS || name == Atom::ID;
        let was = was.filter(|_| is_told);
        self.outcome.touches.push(Touch::Attribute {
            node,
            name,
            was: was.map(|was| was.value.clone()),
        });
    }

    /// Notes a change of attributes; with `all`, one that viewers need all attributes for.
    fn attributes_changed(&mut self, n: Slot, all: bool) {
        if all {
            let version = self.version;
            self.alter(n, |extra| {
                extra.attributes_reset = version;
                if extra.sheet.is.is_some() {
                    // Whether a link's sheet is shown is for its attributes to say.
                    extra.sheet.changed = version;
                }
            });
        }
        self.changed(n);
    }

    pub(super) fn set_value(&mut self, node: NodeNumber, value: &Text) -> Result<(), Refused> {
        let n = self.element(node)?;
        within(value.len(), self.limits.text, "text")?;
        let value = self.admit_value(self.tree.node(n).masked, value);
        if self.tree.value(n) == Some(&*value) {
            return Ok(());
        }
        let value = self.dated(Some(value));
        self.alter(n, |extra| extra.value = value);
        self.outcome.touches.push(Touch::Value(n));
        Ok(())
    }

    pub(super) fn set_state(&mut self, node: NodeNumber, bits: u32) -> Result<(), Refused> {
        let n = self.element(node)?;
        if bits & !STATES != 0 {
            return Err(Refused::Field("bits"));
        }
        let bits = self.admit_state(self.tree.node(n).masked, bits);
        if self.tree.state(n) == bits && !self.contradicts_attribute(n) {
            return Ok(());
        }
        let bits = self.dated(bits);
        self.alter(n, |extra| extra.state = bits);
        self.outcome.touches.push(Touch::State(n));
        Ok(())
    }

    /// Whether an attribute says otherwise than no state at all, which is to hold until a state is sent.
    fn contradicts_attribute(&self, n: Slot) -> bool {
        let is_sent = self
            .tree
            .extra(n)
            .is_some_and(|extra| extra.state.changed != 0);
        let mut names = ["checked", "selected"].iter();
        !is_sent && names.any(|name| self.tree.attribute(n, name).is_some())
    }

    pub(super) fn set_scroll(
        &mut self,
        node: NodeNumber,
        scroll: (i32, i32),
    ) -> Result<(), Refused> {
        let n = self.find(node)?;
        if !matches!(self.tree.kind(n), Kind::Element | Kind::Document) {
            return Err(Refused::WrongKind(node));
        }
        let scroll = self.admit_scroll(self.tree.node(n).masked, scroll);
        if self.tree.scroll(n) == scroll {
            return Ok(());
        }
        let scroll = self.dated(scroll);
        self.alter(n, |extra| extra.scroll = scroll);
        Ok(())
    }

    pub(super) fn set_sheet(
        &mut self,
        node: NodeNumber,
        base: &Text,
        text: &Text,
    ) -> Result<(), Refused> {
        let n = self.element(node)?;
        self.short(base)?;
        within(text.len(), self.limits.sheet_text, "sheet_text")?;
        let sheet = self.dated(Some(Sheet {
            base: base.clone(),
            text: text.clone(),
        }));
        self.alter(n, |extra| extra.sheet = sheet);
        self.outcome.touches.push(Touch::Sheet(n));
        Ok(())
    }

    pub(super) fn set_placeholder(&mut self, node: NodeNumber, reason: u32) -> Result<(), Refused> {
        let n = self.element(node)?;
        if !(placeholder::CROSS_ORIGIN_FRAME..=placeholder::UNDRAWN).contains(&reason) {
            return Err(Refused::Field("reason"));
        }
        let reason = self.dated(Some(reason));
        self.alter(n, |extra| {
            extra.placeholder = reason;
            extra.tiles.clear();
        });
        Ok(())
    }

    pub(super) fn set_title(&mut self, node: NodeNumber, title: &Text) -> Result<(), Refused> {
        let n = self.document_node(node)?;
        self.short(title)?;
        let version = self.version;
        self.alter_info(n, |info| {
            info.title = title.clone();
            info.titled = version;
        });
        #[cfg(feature = "testing")]
        crate::testing::panic_if_asked(title, "apply");
        Ok(())
    }

    pub(super) fn set_address(
        &mut self,
        node: NodeNumber,
        address: &Text,
        base: &Text,
    ) -> Result<(), Refused> {
        let n = self.document_node(node)?;
        self.short(address)?;
        self.short(base)?;
        let before = effective_base(self.tree.document(n)).clone();
        let version = self.version;
        self.alter_info(n, |info| {
            info.address = address.clone();
            info.base = base.clone();
            info.addressed = version;
        });
        // Pages are masked by their address.
        self.outcome.touches.push(Touch::Mask(n));
        if *effective_base(self.tree.document(n)) != before && !self.rebased.contains(&n) {
            self.rebased.push(n);
        }
        Ok(())
    }

    /// All relative addresses of a document mean something else now. Done once, when the edit is final.
    pub(super) fn rebase(&mut self, document: Slot) {
        let version = self.version;
        let mut at = Some(document);
        while let Some(n) = at {
            if n != document && self.tree.kind(n) == Kind::Document {
                at = self.tree.following(n, document);
                continue;
            }
            let is_style = self.tree.tag(n) == "style";
            let is_animated = self.tree.animation(n).contains('(');
            if is_style || is_animated || self.tree.names_address(n) {
                self.tree.change_extra(n, |extra| {
                    extra.attributes_reset = version;
                    if is_style {
                        extra.sheet.changed = version;
                    }
                    if is_animated {
                        extra.animation.changed = version;
                    }
                });
                self.changed(n);
            }
            at = self.below(n, document);
        }
    }

    /// Children or their texts are not as they were: of a style element they are the sheet.
    pub(super) fn children_changed(&mut self, parent: Slot) {
        if self.tree.tag(parent) != "style" || self.tree.node(parent).gone {
            return;
        }
        let version = self.version;
        self.alter(parent, |extra| extra.sheet.changed = version);
        self.outcome.touches.push(Touch::Sheet(parent));
    }
}

fn by_name(attributes: &[Attribute]) -> Vec<&Attribute> {
    let mut sorted: Vec<_> = attributes.iter().collect();
    sorted.sort_unstable_by_key(|attribute| attribute.name);
    sorted
}

fn named<'a>(sorted: &[&'a Attribute], name: Atom) -> Option<&'a Attribute> {
    let at = sorted.binary_search_by_key(&name, |attribute| attribute.name);
    at.ok().map(|at| sorted[at])
}

fn effective_base(document: &DocumentInfo) -> &Text {
    if document.base.is_empty() {
        return &document.address;
    }
    &document.base
}
