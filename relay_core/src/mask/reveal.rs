//! The private profile: all is masked but what a rule shows, and whole pages by their address.
//!
//! Whether an element is shown is looked at once, when it comes: nothing that was masked is bared by what happens to it later.
//! What is in a shown element is shown too; what leaves it for a place that is not becomes masked and stays so.

use super::Plan;
use crate::selector::{Complex, Pass, Selector};
use crate::tree::{Kind, Slot, Touch, Tree};

/// What a plan says beside its rules: pages, and whether all is private.
#[derive(Debug, Default)]
pub(super) struct Profile {
    is_private: bool,
    shown: Vec<Complex>,
    pages: Vec<(String, String)>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct State {
    /// The visitor's number of the node this is about: slots are used again.
    id: u32,
    /// A rule shows the element itself.
    own: bool,
    shown: bool,
    bare: bool,
}

/// What of a page is masked for want of a rule that shows it.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct Reveal {
    nodes: Vec<State>,
}

impl Plan {
    /// Masks everything that none of these selectors, or what is around it, shows.
    pub fn make_private(&mut self, shown: &[Selector]) {
        self.profile.is_private = true;
        let complex = shown.iter().flat_map(Selector::complex).cloned();
        self.profile.shown.extend(complex);
    }

    /// Masks documents whose address, without query and fragment, fits a pattern: `*` stands for any characters.
    pub fn mask_page(&mut self, pattern: &str, label: &str) {
        self.profile.pages.push((pattern.into(), label.into()));
    }

    /// The label of the first page mask that an address falls under.
    pub(super) fn page(&self, address: &str) -> Option<&str> {
        let end = address.find(['?', '#']).unwrap_or(address.len());
        let mut pages = self.profile.pages.iter();
        let found = pages.find(|(pattern, _)| fits(pattern.as_bytes(), &address.as_bytes()[..end]));
        found.map(|(_, label)| label.as_str())
    }
}

impl Reveal {
    /// Whether a node is masked because nothing shows it.
    pub(super) fn is_bare(&self, n: Slot) -> bool {
        self.nodes.get(n.0 as usize).is_some_and(|state| state.bare)
    }

    /// Forgets everything and looks at the page anew.
    pub(super) fn rebuild(&mut self, plan: &Plan, tree: &Tree) {
        self.nodes.clear();
        self.review(plan, tree);
    }

    /// Goes over to another plan: what it makes private is masked from here on.
    pub(super) fn review(&mut self, plan: &Plan, tree: &Tree) {
        if let Some(page) = tree.root().filter(|_| self.matters(plan)) {
            self.judge_below(plan, tree, page);
        }
    }

    /// Follows a change.
    pub(super) fn update(&mut self, plan: &Plan, tree: &Tree, touches: &[Touch]) {
        if !self.matters(plan) {
            return;
        }
        for touch in touches {
            if let Touch::Document(n) | Touch::Inserted(n) | Touch::Moved(n) = *touch {
                self.judge_below(plan, tree, n);
            }
        }
    }

    /// What was bare stays so as another node. Says whether that makes a difference.
    pub(super) fn carry(&mut self, was: &Self, old: Slot, n: Slot) -> bool {
        let bares = was.is_bare(old) && !self.is_bare(n);
        if bares {
            let least = n.0 as usize + 1;
            self.nodes
                .resize(self.nodes.len().max(least), State::default());
            self.nodes[n.0 as usize].bare = true;
        }
        bares
    }

    fn matters(&self, plan: &Plan) -> bool {
        plan.profile.is_private || !self.nodes.is_empty()
    }

    fn judge_below(&mut self, plan: &Plan, tree: &Tree, top: Slot) {
        self.nodes
            .resize(tree.slots().max(self.nodes.len()), State::default());
        let mut pass = Pass::new(tree);
        for n in tree.walk(top) {
            self.judge(plan, tree, n, &mut pass);
        }
    }

    fn judge<'a>(&mut self, plan: &'a Plan, tree: &Tree, n: Slot, pass: &mut Pass<'a>) {
        let above = tree.composed_parent(n);
        let above = above.map_or(State::default(), |above| self.nodes[above.0 as usize]);
        let mut state = self.nodes[n.0 as usize];
        if state.id == tree.id(n).0 {
            state.shown &= state.own || above.shown;
        } else {
            let own = is_sheet(tree, n) || is_shown(plan, tree, n, pass);
            state = State {
                id: tree.id(n).0,
                own,
                shown: own || above.shown,
                bare: !plan.profile.is_private && above.bare && !own,
            };
        }
        // A document has no text of its own but its title, which is an element's.
        let holds_text = tree.kind(n) != Kind::Document;
        state.bare |= plan.profile.is_private && !state.shown && holds_text;
        self.nodes[n.0 as usize] = state;
    }
}

fn is_shown<'a>(plan: &'a Plan, tree: &Tree, n: Slot, pass: &mut Pass<'a>) -> bool {
    if tree.kind(n) != Kind::Element {
        return false;
    }
    let quirks = tree.document(tree.owner_document(n)).quirks == crate::names::quirks::QUIRKS;
    let mut shown = plan.profile.shown.iter();
    shown.any(|selector| pass.matches(selector, n, quirks))
}

/// Without its sheets a page has no layout.
fn is_sheet(tree: &Tree, n: Slot) -> bool {
    tree.kind(n) == Kind::Element && matches!(tree.tag(n), "style" | "link")
}

/// Whether a text fits a pattern in which `*` stands for any characters: the last star is the only one to go back to.
fn fits(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        if pattern.get(p) == Some(&b'*') {
            star = Some((p + 1, t));
            p += 1;
        } else if pattern.get(p) == Some(&text[t]) {
            (p, t) = (p + 1, t + 1);
        } else if let Some((after, from)) = star {
            star = Some((after, from + 1));
            (p, t) = (after, from + 1);
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|b| *b == b'*')
}

#[cfg(test)]
mod tests {
    use super::{Plan, fits};

    #[test]
    fn patterns_of_addresses() {
        let fits = |pattern: &str, text: &str| fits(pattern.as_bytes(), text.as_bytes());
        assert!(fits(
            "https://a.example/account",
            "https://a.example/account"
        ));
        assert!(!fits(
            "https://a.example/account",
            "https://a.example/accounts"
        ));
        assert!(fits(
            "https://a.example/account/*",
            "https://a.example/account/"
        ));
        assert!(fits(
            "https://*.example/*/edit",
            "https://a.b.example/x/y/edit"
        ));
        assert!(!fits("https://*.example/*/edit", "https://a.example/edit"));
        assert!(fits("*", ""));
        assert!(fits("a**b*", "ab") && !fits("a*b", "ba"));
    }

    #[test]
    fn query_and_fragment_do_not_count() {
        let mut plan = Plan::default();
        plan.mask_page("https://a.example/me", "Me");
        assert_eq!(plan.page("https://a.example/me?x=1"), Some("Me"));
        assert_eq!(plan.page("https://a.example/me#/y"), Some("Me"));
        assert_eq!(plan.page("https://a.example/me/x"), None);
    }
}
