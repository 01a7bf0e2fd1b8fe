//! Controls of forms: what makes them disabled, editable, required, and what they are to the others of their form.
//!
//! Rules are those of the HTML standard, chapter 4.16.3 (pseudo-classes) and 4.10 (forms).

use crate::atoms::Atom;
use crate::names;
use crate::tree::{Kind, Slot, Tree};
use rustc_hash::{FxHashMap, FxHashSet};

pub(super) fn is_html(tree: &Tree, n: Slot, tag: &str) -> bool {
    tree.kind(n) == Kind::Element
        && tree.namespace(n) == names::namespace::HTML
        && tree.tag(n) == tag
}

fn html_tag(tree: &Tree, n: Slot) -> &str {
    if tree.kind(n) == Kind::Element && tree.namespace(n) == names::namespace::HTML {
        tree.tag(n)
    } else {
        ""
    }
}

fn has(tree: &Tree, n: Slot, attribute: &str) -> bool {
    tree.attribute(n, attribute).is_some()
}

/// The type of an input, in lower case; `text` without one.
pub(super) fn input_type(tree: &Tree, n: Slot) -> String {
    tree.attribute(n, "type")
        .unwrap_or("text")
        .to_ascii_lowercase()
}

/// Types that are not named here are `text`.
const NOT_TEXTUAL: &[&str] = &[
    "button", "checkbox", "color", "file", "hidden", "image", "radio", "range", "reset", "submit",
];
const REQUIRABLE_BUT_NOT_TEXTUAL: &[&str] = &["checkbox", "file", "radio"];
const PICKED: &[&str] = &["date", "datetime-local", "month", "time", "week"];

fn is_textual(kind: &str) -> bool {
    !NOT_TEXTUAL.contains(&kind)
}

/// Whether it can be disabled at all.
pub(super) fn is_control(tree: &Tree, n: Slot) -> bool {
    matches!(
        html_tag(tree, n),
        "button" | "fieldset" | "input" | "optgroup" | "option" | "select" | "textarea"
    )
}

pub(super) fn is_disabled(tree: &Tree, n: Slot) -> bool {
    if !is_control(tree, n) {
        return false;
    }
    if has(tree, n, "disabled") {
        return true;
    }
    match html_tag(tree, n) {
        "optgroup" => false,
        "option" => tree
            .parent(n)
            .is_some_and(|group| is_html(tree, group, "optgroup") && has(tree, group, "disabled")),
        _ => is_in_disabled_fieldset(tree, n),
    }
}

fn is_in_disabled_fieldset(tree: &Tree, n: Slot) -> bool {
    let mut below = n;
    while let Some(parent) = tree.parent(below) {
        if is_html(tree, parent, "fieldset")
            && has(tree, parent, "disabled")
            && !is_first_legend(tree, below)
        {
            return true;
        }
        below = parent;
    }
    false
}

fn is_first_legend(tree: &Tree, n: Slot) -> bool {
    if !is_html(tree, n, "legend") {
        return false;
    }
    let mut before = tree.prev_sibling(n);
    while let Some(sibling) = before {
        if is_html(tree, sibling, "legend") {
            return false;
        }
        before = tree.prev_sibling(sibling);
    }
    true
}

/// Whether it is required; none when it is nothing that can be.
pub(super) fn is_required(tree: &Tree, n: Slot) -> Option<bool> {
    match html_tag(tree, n) {
        "select" | "textarea" => Some(has(tree, n, "required")),
        "input" => {
            let kind = input_type(tree, n);
            let can = is_textual(&kind) || REQUIRABLE_BUT_NOT_TEXTUAL.contains(&kind.as_str());
            Some(can && has(tree, n, "required"))
        }
        _ => None,
    }
}

/// Whether an input takes no part in the checks of its form.
pub(super) fn is_barred(tree: &Tree, n: Slot) -> bool {
    has(tree, n, "readonly")
        || is_disabled(tree, n)
        || std::iter::successors(tree.parent(n), |at| tree.parent(*at))
            .any(|at| is_html(tree, at, "datalist"))
}

/// Whether its text can be changed by the visitor, where what is around it says whether it is `content_editable`.
pub(super) fn is_editable(tree: &Tree, n: Slot, content_editable: bool) -> bool {
    let free = || !has(tree, n, "readonly") && !is_disabled(tree, n);
    match html_tag(tree, n) {
        "input" => is_textual(&input_type(tree, n)) && free(),
        "textarea" => free(),
        _ => content_editable,
    }
}

/// What an element says itself.
pub(super) fn is_editing_host(tree: &Tree, n: Slot) -> Option<bool> {
    if tree.kind(n) != Kind::Element || tree.namespace(n) != names::namespace::HTML {
        return None;
    }
    let own = tree.attribute(n, "contenteditable")?.to_ascii_lowercase();
    match own.as_str() {
        "" | "true" | "plaintext-only" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

pub(super) fn is_placeholder_shown(tree: &Tree, n: Slot) -> bool {
    let takes_one = match html_tag(tree, n) {
        "textarea" => true,
        "input" => {
            let kind = input_type(tree, n);
            is_textual(&kind) && !PICKED.contains(&kind.as_str())
        }
        _ => false,
    };
    takes_one && has(tree, n, "placeholder") && is_unfilled(tree, n)
}

fn is_unfilled(tree: &Tree, n: Slot) -> bool {
    if let Some(value) = tree.value(n) {
        return value.is_empty();
    }
    if is_html(tree, n, "input") {
        return tree.attribute(n, "value").unwrap_or("").is_empty();
    }
    let mut children =
        std::iter::successors(tree.first_child(n), |child| tree.next_sibling(*child));
    children.all(|child| tree.text(child).is_empty())
}

/// A state bit, or, as long as the visitor has sent none, the attribute that sets it at first.
fn bit(tree: &Tree, n: Slot, bit: u32, attribute: &str) -> bool {
    let sent = tree.extra(n).is_some_and(|extra| extra.state.changed != 0);
    if sent {
        tree.state(n) & bit != 0
    } else {
        has(tree, n, attribute)
    }
}

pub(super) fn is_checked(tree: &Tree, n: Slot) -> bool {
    match html_tag(tree, n) {
        "option" => bit(tree, n, names::state::SELECTED, "selected"),
        "input" => {
            matches!(input_type(tree, n).as_str(), "checkbox" | "radio")
                && bit(tree, n, names::state::CHECKED, "checked")
        }
        _ => false,
    }
}

/// What the controls of a page are to their forms; found in one walk.
#[derive(Default)]
pub(super) struct Forms {
    /// The first submit button of each form.
    submit: FxHashMap<Slot, Slot>,
    /// Form (or, without one, the top of the tree that the radio buttons are in) and name of radio groups with a checked button.
    checked: FxHashSet<(Slot, String)>,
    by_id: FxHashMap<(Slot, String), Slot>,
}

impl Forms {
    pub(super) fn of(tree: &Tree) -> Self {
        let mut forms = Self::default();
        let Some(root) = tree.root() else {
            return forms;
        };
        for n in tree.walk(root) {
            forms.name(tree, n);
        }
        for n in tree.walk(root) {
            forms.see(tree, n);
        }
        forms
    }

    /// The same, found in what [`belongs_to_forms`].
    pub(super) fn of_controls(tree: &Tree, controls: &FxHashSet<Slot>) -> Self {
        let mut forms = Self::default();
        let controls = in_order(tree, controls);
        for n in &controls {
            forms.name(tree, *n);
        }
        for n in controls {
            forms.see(tree, n);
        }
        forms
    }

    fn name(&mut self, tree: &Tree, n: Slot) {
        let id = tree.attribute(n, "id");
        if let Some(id) = id.filter(|_| is_html(tree, n, "form")) {
            self.by_id.entry((top(tree, n), id.to_owned())).or_insert(n);
        }
    }

    fn see(&mut self, tree: &Tree, n: Slot) {
        if is_submit(tree, n) {
            if let Some(form) = self.owner(tree, n) {
                self.submit.entry(form).or_insert(n);
            }
        } else if is_radio(tree, n) && is_checked(tree, n) {
            let group = self.group(tree, n);
            self.checked.insert(group);
        }
    }

    fn owner(&self, tree: &Tree, n: Slot) -> Option<Slot> {
        if let Some(id) = tree.attribute(n, "form") {
            return self.by_id.get(&(top(tree, n), id.to_owned())).copied();
        }
        std::iter::successors(tree.parent(n), |at| tree.parent(*at))
            .find(|at| is_html(tree, *at, "form"))
    }

    fn group(&self, tree: &Tree, n: Slot) -> (Slot, String) {
        let owner = self.owner(tree, n).unwrap_or_else(|| top(tree, n));
        (owner, tree.attribute(n, "name").unwrap_or("").to_owned())
    }

    pub(super) fn is_indeterminate(&self, tree: &Tree, n: Slot) -> bool {
        match html_tag(tree, n) {
            "progress" => !has(tree, n, "value"),
            "input" if is_radio(tree, n) => {
                let group = self.group(tree, n);
                if group.1.is_empty() {
                    !is_checked(tree, n)
                } else {
                    !self.checked.contains(&group)
                }
            }
            "input" => {
                input_type(tree, n) == "checkbox"
                    && tree.state(n) & names::state::INDETERMINATE != 0
            }
            _ => false,
        }
    }

    pub(super) fn is_default(&self, tree: &Tree, n: Slot) -> bool {
        match html_tag(tree, n) {
            "option" => has(tree, n, "selected"),
            "input" if matches!(input_type(tree, n).as_str(), "checkbox" | "radio") => {
                has(tree, n, "checked")
            }
            "input" | "button" if is_submit(tree, n) => self
                .owner(tree, n)
                .is_some_and(|form| self.submit.get(&form) == Some(&n)),
            _ => false,
        }
    }
}

/// Whether a node is a form or of those that are something to the others of their form.
pub(crate) fn belongs_to_forms(tree: &Tree, n: Slot) -> bool {
    matches!(tree.tag_atom(n), Atom::FORM | Atom::INPUT | Atom::BUTTON)
        && !html_tag(tree, n).is_empty()
}

/// Some nodes in the order of the page, found without looking at more of it than the children of what they are in.
fn in_order(tree: &Tree, nodes: &FxHashSet<Slot>) -> Vec<Slot> {
    let mut around: FxHashSet<Slot> = FxHashSet::default();
    for n in nodes {
        let mut at = Some(*n);
        while let Some(n) = at.filter(|n| around.insert(*n)) {
            at = tree.composed_parent(n);
        }
    }
    let mut order = Vec::with_capacity(nodes.len());
    let mut at = tree.root().filter(|root| around.contains(root));
    while let Some(n) = at {
        if nodes.contains(&n) {
            order.push(n);
        }
        let below = tree.first_below(n).filter(|_| around.contains(&n));
        at = below.or_else(|| tree.root().and_then(|root| tree.following(n, root)));
    }
    order
}

/// The document or shadow root that a node is in.
fn top(tree: &Tree, n: Slot) -> Slot {
    std::iter::successors(Some(n), |at| tree.parent(*at))
        .last()
        .unwrap_or(n)
}

fn is_radio(tree: &Tree, n: Slot) -> bool {
    is_html(tree, n, "input") && input_type(tree, n) == "radio"
}

fn is_submit(tree: &Tree, n: Slot) -> bool {
    match html_tag(tree, n) {
        "button" => {
            let kind = tree
                .attribute(n, "type")
                .unwrap_or("submit")
                .to_ascii_lowercase();
            !matches!(kind.as_str(), "button" | "reset")
        }
        "input" => matches!(input_type(tree, n).as_str(), "submit" | "image"),
        _ => false,
    }
}
