//! The rules for one audience, made ready: every selector parsed, and filed under the feature an element must have for it to match.

use crate::names;
use crate::selector::{Complex, Features, Key, Pass, Selector};
use crate::tree::{Kind, Slot, Tree};
use rustc_hash::FxHashMap;
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

/// What is masked, how far, and what is written on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// A selector list.
    pub selector: String,
    /// The level, of `names::mask`, from `text` up.
    pub action: u32,
    /// Shown in place of what is masked with `block`.
    pub label: String,
}

/// A rule that cannot be honoured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SelectorError {
    /// Its index among the rules.
    pub rule: usize,
    /// Where in its selector, in characters from 1.
    pub column: u32,
    /// Why.
    pub message: String,
}

impl fmt::Display for SelectorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "rule {}, column {}: {}",
            self.rule + 1,
            self.column,
            self.message
        )
    }
}

impl std::error::Error for SelectorError {}

/// All rules for one audience, those that always hold included.
#[derive(Debug, Default)]
pub struct Plan {
    selectors: Vec<Filed>,
    pub(super) features: Features,
    ids: FxHashMap<String, Vec<u32>>,
    classes: FxHashMap<String, Vec<u32>>,
    attributes: FxHashMap<String, Vec<u32>>,
    tags: FxHashMap<String, Vec<u32>>,
    any: Vec<u32>,
}

#[derive(Debug)]
struct Filed {
    selector: Complex,
    level: u8,
    label: Arc<str>,
}

/// Looks for rules that hold for elements of one tree, as long as it stays the same.
pub(super) struct Search<'a> {
    plan: &'a Plan,
    tree: &'a Tree,
    pass: Pass<'a>,
}

/// The best rule found for one element so far.
struct Best {
    n: Slot,
    quirks: bool,
    level: u8,
    rule: Option<u32>,
}

impl Plan {
    /// Makes rules ready. What is masked without rules is part of every plan.
    ///
    /// # Errors
    /// The first rule whose selector or action cannot be honoured.
    pub fn compile(rules: &[Rule]) -> Result<Self, SelectorError> {
        let mut plan = Self::default();
        let fault = |rule, column, message: String| SelectorError {
            rule,
            column,
            message,
        };
        if rules.len() > names::limit::SELECTORS {
            return Err(fault(
                names::limit::SELECTORS,
                1,
                "there are too many rules".into(),
            ));
        }
        for (index, rule) in rules.iter().enumerate() {
            if !(names::mask::TEXT..=names::mask::BLOCK).contains(&rule.action) {
                return Err(fault(
                    index,
                    1,
                    "the action is none of text, hide and block".into(),
                ));
            }
            let selector = Selector::parse(&rule.selector);
            let selector = selector.map_err(|error| fault(index, error.column, error.message))?;
            plan.add(&selector, rule.action as u8, &rule.label);
        }
        for builtin in names::BUILTIN_SELECTORS {
            let selector = Selector::parse(builtin);
            let selector =
                selector.map_err(|error| fault(rules.len(), error.column, error.message))?;
            plan.add(&selector, names::mask::TEXT as u8, "");
        }
        Ok(plan)
    }

    fn add(&mut self, selector: &Selector, level: u8, label: &str) {
        let label: Arc<str> = label.into();
        for complex in selector.complex() {
            self.features.add(complex);
            let number = self.selectors.len() as u32;
            match Key::of(complex) {
                Key::Id(id) => self.ids.entry(id).or_default().push(number),
                Key::Class(class) => self.classes.entry(class).or_default().push(number),
                Key::Attribute(name) => self.attributes.entry(name).or_default().push(number),
                Key::Tag(tag) => self.tags.entry(tag).or_default().push(number),
                Key::Any => self.any.push(number),
            }
            self.selectors.push(Filed {
                selector: complex.clone(),
                level,
                label: Arc::clone(&label),
            });
        }
    }

    pub(super) fn search<'a>(&'a self, tree: &'a Tree) -> Search<'a> {
        Search {
            plan: self,
            tree,
            pass: Pass::new(tree),
        }
    }
}

impl<'a> Search<'a> {
    /// The highest level above `above` that a rule gives a node, and the label of the first rule that gives it.
    pub(super) fn best(&mut self, n: Slot, quirks: bool, above: u8) -> Option<(u8, &'a Arc<str>)> {
        if self.tree.kind(n) != Kind::Element || u32::from(above) == names::mask::BLOCK {
            return None;
        }
        let mut best = Best {
            n,
            quirks,
            level: above,
            rule: None,
        };
        self.run(&mut best);
        let plan = self.plan;
        let filed = &plan.selectors[best.rule? as usize];
        Some((filed.level, &filed.label))
    }

    fn run(&mut self, best: &mut Best) {
        let (plan, tree) = (self.plan, self.tree);
        self.try_all(&plan.any, best);
        self.try_tag(tree.tag(best.n), best);
        for (name, value) in tree.attributes(best.n) {
            self.try_filed(&plan.attributes, name, best);
            match name {
                "id" if !plan.ids.is_empty() => self.try_filed(&plan.ids, &lower(value), best),
                "class" if !plan.classes.is_empty() => {
                    for class in lower(value).split_ascii_whitespace() {
                        self.try_filed(&plan.classes, class, best);
                    }
                }
                _ => {}
            }
        }
    }

    /// Selectors name tags without their prefix.
    fn try_tag(&mut self, tag: &str, best: &mut Best) {
        let local = tag.rsplit(':').next().unwrap_or(tag);
        self.try_filed(&self.plan.tags, tag, best);
        if local.len() < tag.len() {
            self.try_filed(&self.plan.tags, local, best);
        }
    }

    fn try_filed(&mut self, file: &'a FxHashMap<String, Vec<u32>>, key: &str, best: &mut Best) {
        if let Some(numbers) = file.get(key) {
            self.try_all(numbers, best);
        }
    }

    fn try_all(&mut self, numbers: &'a [u32], best: &mut Best) {
        let plan = self.plan;
        for number in numbers {
            let filed = &plan.selectors[*number as usize];
            let better = filed.level > best.level
                || (filed.level == best.level && best.rule.is_some_and(|rule| *number < rule));
            if better && self.pass.matches(&filed.selector, best.n, best.quirks) {
                best.level = filed.level;
                best.rule = Some(*number);
            }
        }
    }
}

fn lower(text: &str) -> Cow<'_, str> {
    if text.bytes().any(|b| b.is_ascii_uppercase()) {
        text.to_ascii_lowercase().into()
    } else {
        text.into()
    }
}
