//! The matcher of the crate `selectors` on our tree, against which ours is tested.

use super::Selector;
use super::element::{Element, local_name};
use super::forms;
use super::grammar::{Name, Names, PseudoElement};
use super::pseudo_class::PseudoClass;
use super::view::View;
use crate::tree::{Kind, Slot, Tree};
use selectors::OpaqueElement;
use selectors::attr::{AttrSelectorOperation, CaseSensitivity, NamespaceConstraint};
use selectors::bloom::BloomFilter;
use selectors::context::{
    MatchingContext, MatchingForInvalidation, MatchingMode, NeedsSelectorFlags, QuirksMode,
    SelectorCaches,
};
use selectors::matching::{ElementSelectorFlags, matches_selector};
use std::fmt;

/// A byte for each slot, whose address stands for the element in the caches of the crate.
pub(super) struct Oracle<'a> {
    view: View<'a>,
    anchors: Vec<u8>,
    caches: SelectorCaches,
}

impl<'a> Oracle<'a> {
    pub(super) fn new(tree: &'a Tree) -> Self {
        Self {
            view: View::new(tree),
            anchors: vec![0; tree.slots()],
            caches: SelectorCaches::default(),
        }
    }

    pub(super) fn matches(&mut self, selector: &Selector, n: Slot, quirks: bool) -> bool {
        let mode = if quirks {
            QuirksMode::Quirks
        } else {
            QuirksMode::NoQuirks
        };
        let node = Node {
            element: Element {
                view: &self.view,
                n,
            },
            anchors: &self.anchors,
        };
        let mut context = MatchingContext::new(
            MatchingMode::Normal,
            None,
            &mut self.caches,
            mode,
            NeedsSelectorFlags::No,
            MatchingForInvalidation::No,
        );
        context.with_shadow_host(node.shadow_host(), |context| {
            selector
                .parsed
                .slice()
                .iter()
                .any(|selector| matches_selector(selector, 0, None, node, context))
        })
    }
}

#[derive(Clone, Copy)]
struct Node<'a> {
    element: Element<'a>,
    anchors: &'a [u8],
}

impl fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}>", self.tree().tag(self.n()))
    }
}

impl<'a> Node<'a> {
    fn tree(&self) -> &'a Tree {
        self.element.tree()
    }

    fn n(&self) -> Slot {
        self.element.n
    }

    fn at(&self, n: Slot) -> Self {
        Self {
            element: Element { n, ..self.element },
            ..*self
        }
    }

    fn is_element(&self, n: Slot) -> bool {
        self.tree().kind(n) == Kind::Element
    }

    fn shadow_host(&self) -> Option<Self> {
        let tree = self.tree();
        let top = std::iter::successors(Some(self.n()), |n| tree.parent(*n)).last()?;
        let host = tree.kind(top).is_shadow().then(|| tree.host(top))?;
        host.map(|host| self.at(host))
    }

    fn sibling(&self, step: impl Fn(Slot) -> Option<Slot>) -> Option<Self> {
        std::iter::successors(step(self.n()), |n| step(*n))
            .find(|n| self.is_element(*n))
            .map(|n| self.at(n))
    }
}

impl selectors::Element for Node<'_> {
    type Impl = Names;

    fn opaque(&self) -> OpaqueElement {
        OpaqueElement::new(&self.anchors[self.n().0 as usize])
    }

    fn parent_element(&self) -> Option<Self> {
        self.tree()
            .parent(self.n())
            .filter(|n| self.is_element(*n))
            .map(|n| self.at(n))
    }

    fn parent_node_is_shadow_root(&self) -> bool {
        self.tree()
            .parent(self.n())
            .is_some_and(|n| self.tree().kind(n).is_shadow())
    }

    fn containing_shadow_host(&self) -> Option<Self> {
        self.shadow_host()
    }

    fn is_pseudo_element(&self) -> bool {
        false
    }

    fn prev_sibling_element(&self) -> Option<Self> {
        self.sibling(|n| self.tree().prev_sibling(n))
    }

    fn next_sibling_element(&self) -> Option<Self> {
        self.sibling(|n| self.tree().next_sibling(n))
    }

    fn first_element_child(&self) -> Option<Self> {
        let first = self.at(self.tree().first_child(self.n())?);
        if self.is_element(first.n()) {
            Some(first)
        } else {
            first.next_sibling_element()
        }
    }

    fn is_html_element_in_html_document(&self) -> bool {
        self.element.is_html()
    }

    fn has_local_name(&self, name: &Name) -> bool {
        self.element.has_tag(name, name)
    }

    /// Prefixes are refused when parsing, so what is asked for is "no namespace": such elements are among the others.
    fn has_namespace(&self, namespace: &Name) -> bool {
        namespace.as_str().is_empty() && self.element.has_no_namespace()
    }

    fn is_same_type(&self, other: &Self) -> bool {
        let tree = self.tree();
        tree.tag_atom(self.n()) == tree.tag_atom(other.n())
            && tree.namespace(self.n()) == tree.namespace(other.n())
    }

    fn attr_matches(
        &self,
        namespace: &NamespaceConstraint<&Name>,
        name: &Name,
        operation: &AttrSelectorOperation<&Name>,
    ) -> bool {
        match namespace {
            NamespaceConstraint::Specific(_) => self
                .element
                .attribute(name.as_str())
                .is_some_and(|value| operation.eval_str(value)),
            NamespaceConstraint::Any => self.tree().attributes(self.n()).any(|(own, value)| {
                local_name(own, self.element.is_html()) == name.as_str()
                    && operation.eval_str(value)
            }),
        }
    }

    fn match_non_ts_pseudo_class(
        &self,
        class: &PseudoClass,
        _: &mut MatchingContext<Names>,
    ) -> bool {
        self.element.is_in_state(class)
    }

    fn match_pseudo_element(&self, pseudo: &PseudoElement, _: &mut MatchingContext<Names>) -> bool {
        match *pseudo {}
    }

    fn apply_selector_flags(&self, _: ElementSelectorFlags) {}

    fn is_link(&self) -> bool {
        self.element.has_link()
    }

    fn is_html_slot_element(&self) -> bool {
        forms::is_html(self.tree(), self.n(), "slot")
    }

    fn has_id(&self, id: &Name, case: CaseSensitivity) -> bool {
        self.element.has_id(id, case)
    }

    fn has_class(&self, name: &Name, case: CaseSensitivity) -> bool {
        self.element.has_class(name, case)
    }

    fn has_custom_state(&self, _: &Name) -> bool {
        false
    }

    fn imported_part(&self, _: &Name) -> Option<Name> {
        None
    }

    fn is_part(&self, _: &Name) -> bool {
        false
    }

    fn is_empty(&self) -> bool {
        self.element.is_empty()
    }

    fn is_root(&self) -> bool {
        self.element.is_root()
    }

    /// No filter: it would be built by recursion over the page.
    fn add_element_unique_hashes(&self, _: &mut BloomFilter) -> bool {
        false
    }
}
