//! What one element of the tree is, as selectors ask for it.

use super::complex::Attribute;
use super::language::{is_in_range, starts_with};
use super::pseudo_class::PseudoClass;
use super::view::View;
use super::{direction, forms, grammar::Name, range};
use crate::atoms::Atom;
use crate::names;
use crate::tree::{Kind, Slot, Tree};
use selectors::attr::{CaseSensitivity, ParsedCaseSensitivity};

#[derive(Clone, Copy)]
pub(super) struct Element<'a> {
    pub(super) view: &'a View<'a>,
    pub(super) n: Slot,
}

impl<'a> Element<'a> {
    pub(super) fn tree(&self) -> &'a Tree {
        self.view.tree
    }

    pub(super) fn is_html(&self) -> bool {
        self.tree().namespace(self.n) == names::namespace::HTML
    }

    pub(super) fn attribute(&self, name: &str) -> Option<&'a str> {
        self.tree().attribute(self.n, name)
    }

    /// Prefixes are no part of a name; HTML elements have none.
    pub(super) fn has_tag(&self, name: &Name, lower: &Name) -> bool {
        let tag = self.tree().tag(self.n);
        if self.is_html() {
            return tag == lower.as_str();
        }
        tag.rsplit(':').next() == Some(name.as_str())
    }

    /// Elements without a namespace are among those of "other" ones.
    pub(super) fn has_no_namespace(&self) -> bool {
        self.tree().namespace(self.n) == names::namespace::OTHER
    }

    pub(super) fn has_id(&self, id: &Name, case: CaseSensitivity) -> bool {
        self.tree()
            .attribute_value(self.n, Atom::ID)
            .is_some_and(|own| case.eq(own.as_bytes(), id.as_str().as_bytes()))
    }

    pub(super) fn has_class(&self, name: &Name, case: CaseSensitivity) -> bool {
        let class = self.tree().attribute_value(self.n, Atom::CLASS);
        let name = name.as_str().as_bytes();
        class.is_some_and(|class| {
            class.len() >= name.len()
                && words(class).any(|word| word.len() == name.len() && case.eq(word, name))
        })
    }

    pub(super) fn has_attribute(&self, wanted: &Attribute) -> bool {
        let name = if self.is_html() {
            wanted.lower.as_str()
        } else {
            wanted.name.as_str()
        };
        let fits = |value: &str| match &wanted.value {
            None => true,
            Some((operator, case, expected)) => {
                operator.eval_str(value, expected.as_str(), self.case(*case))
            }
        };
        if !wanted.any_namespace {
            let is_sure = !wanted.narrow || local_name(name, self.is_html()) == name;
            return is_sure && self.attribute(name).is_some_and(fits);
        }
        let html = self.is_html();
        self.tree()
            .attributes(self.n)
            .any(|(own, value)| local_name(own, html) == name && fits(value))
    }

    fn case(&self, parsed: ParsedCaseSensitivity) -> CaseSensitivity {
        match parsed {
            ParsedCaseSensitivity::AsciiCaseInsensitiveIfInHtmlElementInHtmlDocument
                if self.is_html() =>
            {
                CaseSensitivity::AsciiCaseInsensitive
            }
            ParsedCaseSensitivity::AsciiCaseInsensitive => CaseSensitivity::AsciiCaseInsensitive,
            _ => CaseSensitivity::CaseSensitive,
        }
    }

    pub(super) fn is_root(&self) -> bool {
        self.tree()
            .parent(self.n)
            .is_some_and(|n| self.tree().kind(n) == Kind::Document)
    }

    pub(super) fn is_empty(&self) -> bool {
        let tree = self.tree();
        let mut children =
            std::iter::successors(tree.first_child(self.n), |n| tree.next_sibling(*n));
        children.all(|n| tree.kind(n) != Kind::Element && tree.text(n).is_empty())
    }

    pub(super) fn is_in_state(&self, class: &PseudoClass) -> bool {
        let (tree, n) = (self.tree(), self.n);
        match class {
            PseudoClass::Link => self.has_link(),
            PseudoClass::Checked => forms::is_checked(tree, n),
            PseudoClass::Default => self.view.forms().is_default(tree, n),
            PseudoClass::Disabled => self.is_disabled(true),
            PseudoClass::Enabled => forms::is_control(tree, n) && !self.is_disabled(false),
            PseudoClass::Defined => true,
            PseudoClass::Dir(wanted) => direction::of(self.view, n) == *wanted,
            PseudoClass::Focus | PseudoClass::FocusVisible => self.may_be_focused(),
            PseudoClass::FocusWithin => self.view.focused().contains(&n),
            PseudoClass::Indeterminate => self.view.forms().is_indeterminate(tree, n),
            // Only inside a shadow tree, of its host.
            PseudoClass::HostContext(_) => false,
            PseudoClass::InRange => range::is_in_range(tree, n) == Some(true),
            PseudoClass::OutOfRange => range::is_in_range(tree, n) == Some(false),
            PseudoClass::Open => self.is_open(),
            PseudoClass::Lang(ranges) => ranges
                .list
                .iter()
                .any(|range| is_in_range(self.language(), range)),
            PseudoClass::Modal => tree.state(n) & names::state::MODAL != 0,
            // Chromium counts buttons.
            PseudoClass::Optional => {
                forms::is_required(tree, n) == Some(false) || forms::is_html(tree, n, "button")
            }
            PseudoClass::PlaceholderShown => forms::is_placeholder_shown(tree, n),
            PseudoClass::PopoverOpen => tree.state(n) & names::state::POPOVER != 0,
            PseudoClass::ReadOnly => !self.is_editable(false),
            PseudoClass::ReadWrite => self.is_editable(true),
            PseudoClass::Required => forms::is_required(tree, n) == Some(true),
        }
    }

    /// The same of what the relay only knows roughly, where it is certain.
    pub(super) fn is_surely(&self, class: &PseudoClass) -> bool {
        let (tree, n) = (self.tree(), self.n);
        match class {
            PseudoClass::Defined => !self.may_be_custom(),
            PseudoClass::Focus => tree.focus() == Some(n),
            PseudoClass::FocusVisible => tree.focus() == Some(n) && self.is_editable(false),
            // Chromium counts only HTML elements.
            PseudoClass::ReadOnly => self.is_html() && !self.is_editable(true),
            PseudoClass::ReadWrite => self.is_editable(false),
            // Chromium does not count frames that have the focus inside.
            PseudoClass::FocusWithin => {
                let own = |n| tree.owner_document(n);
                self.view.focused().contains(&n)
                    && tree.focus().is_some_and(|focus| own(focus) == own(n))
            }
            // Chromium does not count what is indeterminate.
            PseudoClass::Checked => {
                forms::is_checked(tree, n) && tree.state(n) & names::state::INDETERMINATE == 0
            }
            PseudoClass::Disabled => self.is_disabled(false),
            PseudoClass::Enabled => forms::is_control(tree, n) && !self.is_disabled(true),
            // Chromium skips no subtags.
            PseudoClass::Lang(ranges) => ranges.list.iter().any(|range| {
                let tag = self.language();
                is_in_range(tag, range) && (range.contains('*') || starts_with(tag, range))
            }),
            PseudoClass::Optional => forms::is_required(tree, n) == Some(false),
            PseudoClass::PlaceholderShown => {
                forms::is_placeholder_shown(tree, n) && self.attribute("placeholder") != Some("")
            }
            _ => self.is_in_state(class),
        }
    }

    /// By the standard it is inherited in one tree, by Chromium as the page is shown, through shadow roots and slots but
    /// not through SVG. `wide`: either.
    fn is_editable(&self, wide: bool) -> bool {
        let tree = self.tree();
        let is_foreign =
            |n: Slot| tree.kind(n) == Kind::Element && tree.namespace(n) != names::namespace::HTML;
        let inherited = |up: &dyn Fn(Slot) -> Option<Slot>| {
            let mut around = std::iter::successors(Some(self.n), |n| up(*n));
            around.find_map(|n| {
                let own = forms::is_editing_host(tree, n);
                own.or_else(|| (!wide && is_foreign(n)).then_some(false))
            })
        };
        let in_tree = inherited(&|n| tree.parent(n)) == Some(true);
        let as_shown = inherited(&|n| self.view.shown_in(n)) == Some(true);
        let content = if wide {
            in_tree || as_shown
        } else {
            in_tree && as_shown
        };
        forms::is_editable(tree, self.n, content)
    }

    /// Chromium's options are disabled with their select.
    fn is_disabled(&self, wide: bool) -> bool {
        let (tree, n) = (self.tree(), self.n);
        let around = || std::iter::successors(tree.parent(n), |n| tree.parent(*n));
        forms::is_disabled(tree, n)
            || (wide
                && forms::is_html(tree, n, "option")
                && around()
                    .find(|n| forms::is_html(tree, *n, "select"))
                    .is_some_and(|select| forms::is_disabled(tree, select)))
    }

    /// A host that hands its focus on has it too, which the relay is not told.
    fn may_be_focused(&self) -> bool {
        let tree = self.tree();
        let focus = tree.focus();
        focus == Some(self.n)
            || (tree.shadow_root(self.n).is_some() && self.view.focused().contains(&self.n))
    }

    fn may_be_custom(&self) -> bool {
        self.is_html() && (self.tree().tag(self.n).contains('-') || self.attribute("is").is_some())
    }

    fn is_open(&self) -> bool {
        let (tree, n) = (self.tree(), self.n);
        let is_modal = tree.state(n) & names::state::MODAL != 0;
        let has_attribute = self.attribute("open").is_some();
        (forms::is_html(tree, n, "details") && has_attribute)
            || (forms::is_html(tree, n, "dialog") && (has_attribute || is_modal))
    }

    pub(super) fn has_link(&self) -> bool {
        let tree = self.tree();
        match (tree.namespace(self.n), tree.tag(self.n)) {
            (names::namespace::HTML, "a" | "area") => self.attribute("href").is_some(),
            (names::namespace::SVG, "a") => self
                .attribute("href")
                .or_else(|| self.attribute("xlink:href"))
                .is_some(),
            _ => false,
        }
    }

    /// The language of an element: its own, or that of the nearest around it that has one.
    fn language(&self) -> &'a str {
        let tree = self.tree();
        let mut at = Some(self.n);
        while let Some(n) = at {
            if tree.kind(n) == Kind::Document {
                break;
            }
            let own = tree
                .attribute(n, "xml:lang")
                .or_else(|| tree.attribute(n, "lang"));
            if let Some(own) = own {
                return own;
            }
            at = tree.composed_parent(n);
        }
        ""
    }
}

/// Words between white space of HTML, of which there are five kinds.
fn words(text: &str) -> impl Iterator<Item = &[u8]> {
    text.as_bytes()
        .split(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\x0c' | b'\r'))
}

/// An attribute's name without the prefix that stands for a namespace. The HTML parser knows three, outside HTML elements.
pub(super) fn local_name(own: &str, html: bool) -> &str {
    match own.split_once(':') {
        Some(("xlink" | "xml" | "xmlns", local)) if !html => local,
        _ => own,
    }
}
