//! The rules for one audience, made ready: every selector parsed, and filed under the feature an element must have for it to match.

use super::filing::{Bits, bit};
use super::reveal::Profile;
use crate::names;
use crate::selector::{
    Beside, Complex, Feature, Features, Key, Place, Selector, Steps, Traces, Turn, Way,
};
use rustc_hash::FxHashMap;
use std::fmt;
use std::ops::Range;
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

/// What is filed: a selector, or a step of what a `:has()` asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Target {
    Selector(u32),
    Step(u32),
}

/// What a change of a feature can decide about.
#[derive(Clone, Debug)]
pub(super) struct Look {
    pub(super) target: Target,
    pub(super) way: Way,
    pub(super) turn: Turn,
    /// What an element must have besides the feature.
    pub(super) keys: Vec<Key>,
}

/// All rules for one audience, those that always hold included.
#[derive(Debug, Default)]
pub struct Plan {
    selectors: Vec<Filed>,
    pub(super) steps: Steps,
    step_keys: Vec<Vec<Key>>,
    /// What selectors hang on that cannot be traced.
    pub(super) features: Features,
    pub(super) profile: Profile,
    pub(super) traced: Traced,
    files: Files,
    /// Whether no selector is to be traced.
    #[cfg(test)]
    untraced: bool,
}

#[derive(Debug)]
pub(super) struct Filed {
    pub(super) selector: Complex,
    pub(super) level: u8,
    pub(super) label: Arc<str>,
    /// What an element that matches has above it: a bit of each.
    above: Vec<Bits>,
    keys: Vec<Key>,
}

impl Filed {
    /// Whether an element can match with this above it.
    pub(super) fn may_be_below(&self, above: Bits) -> bool {
        self.above.iter().all(|bits| bits & above != 0)
    }
}

/// What selectors hang on that can be traced.
#[derive(Debug, Default)]
pub(super) struct Traced {
    pub(super) classes: FxHashMap<String, Vec<Look>>,
    pub(super) ids: FxHashMap<String, Vec<Look>>,
    pub(super) attributes: FxHashMap<String, Vec<Look>>,
    features: FxHashMap<Feature, Vec<Look>>,
    pub(super) places: Vec<(Target, Place)>,
    pub(super) besides: Vec<(Target, Beside)>,
}

impl Traced {
    /// Of a feature without a name.
    pub(super) fn by(&self, feature: &Feature) -> &[Look] {
        self.features.get(feature).map_or(&[], |looks| looks)
    }

    fn add(&mut self, target: Target, traces: Traces) {
        for trace in traces.features {
            let looks = match trace.feature {
                Feature::Class(class) => self.classes.entry(class).or_default(),
                Feature::Id(id) => self.ids.entry(id).or_default(),
                Feature::Attribute(name) => self.attributes.entry(name).or_default(),
                other => self.features.entry(other).or_default(),
            };
            looks.push(Look {
                target,
                way: trace.way,
                turn: trace.turn,
                keys: trace.keys,
            });
        }
        self.places
            .extend(traces.places.into_iter().map(|place| (target, place)));
        self.besides
            .extend(traces.besides.into_iter().map(|beside| (target, beside)));
    }
}

/// Targets by the feature that an element must have.
#[derive(Debug, Default)]
struct Files {
    lists: Vec<List>,
    ids: FxHashMap<String, u32>,
    classes: FxHashMap<String, u32>,
    attributes: FxHashMap<String, u32>,
    tags: FxHashMap<String, u32>,
    any: List,
}

#[derive(Debug, Default)]
pub(super) struct List {
    pub(super) selectors: Vec<u32>,
    pub(super) steps: Vec<u32>,
}

pub(super) const NO_LIST: u32 = u32::MAX;

impl Files {
    fn add(&mut self, key: &Key, target: Target) {
        let (file, name) = match key {
            Key::Id(id) => (&mut self.ids, id),
            Key::Class(class) => (&mut self.classes, class),
            Key::Attribute(name) => (&mut self.attributes, name),
            Key::Tag(tag) => (&mut self.tags, tag),
            Key::Any => return self.any.add(target),
        };
        let next = self.lists.len() as u32;
        let number = *file.entry(name.clone()).or_insert(next);
        if number == next {
            self.lists.push(List::default());
        }
        self.lists[number as usize].add(target);
    }
}

impl List {
    fn add(&mut self, target: Target) {
        let (numbers, number) = match target {
            Target::Selector(number) => (&mut self.selectors, number),
            Target::Step(number) => (&mut self.steps, number),
        };
        if numbers.last() != Some(&number) {
            numbers.push(number);
        }
    }
}

impl Plan {
    /// Makes rules ready. What is masked without rules is part of every plan.
    ///
    /// # Errors
    /// The first rule whose selector or action cannot be honoured.
    pub fn compile(rules: &[Rule]) -> Result<Self, SelectorError> {
        Self::default().with(rules)
    }

    /// A plan that finds all anew whenever something changes, and keeps nothing for `:has()`.
    #[cfg(test)]
    pub(super) fn compile_untraced(rules: &[Rule]) -> Result<Self, SelectorError> {
        let plan = Self {
            untraced: true,
            ..Self::default()
        };
        plan.with(rules)
    }

    fn with(mut self, rules: &[Rule]) -> Result<Self, SelectorError> {
        let plan = &mut self;
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
        Ok(self)
    }

    fn add(&mut self, selector: &Selector, level: u8, label: &str) {
        let label: Arc<str> = label.into();
        for complex in selector.complex() {
            let target = Target::Selector(self.selectors.len() as u32);
            let selector = self.trace(complex, target);
            let keys = Key::of(&selector);
            for key in &keys {
                self.files.add(key, target);
            }
            self.selectors.push(Filed {
                above: Key::above(&selector)
                    .iter()
                    .map(|keys| keys.iter().fold(0, |bits, key| bits | bit(key)))
                    .collect(),
                selector,
                level,
                label: Arc::clone(&label),
                keys,
            });
        }
    }

    /// Files what a selector hangs on. One that can be traced gets the numbers of its relative selectors.
    fn trace(&mut self, complex: &Complex, target: Target) -> Complex {
        let mut numbered = complex.clone();
        let first = self.steps.mark();
        numbered.file_relatives(&mut self.steps);
        let steps = first.1..self.steps.len();
        let traced = self.trace_all(&numbered, target, steps.clone());
        let Some(all) = traced else {
            self.steps.cut(first);
            self.features.add(complex);
            return complex.clone();
        };
        for (target, traces) in all {
            self.traced.add(target, traces);
        }
        for step in steps {
            let keys = self.steps.keys(step);
            for key in &keys {
                self.files.add(key, Target::Step(step as u32));
            }
            self.step_keys.push(keys);
        }
        numbered
    }

    /// What a selector and its steps hang on, if all of that can be traced.
    fn trace_all(
        &self,
        selector: &Complex,
        target: Target,
        steps: Range<usize>,
    ) -> Option<Vec<(Target, Traces)>> {
        #[cfg(test)]
        if self.untraced {
            return None;
        }
        let mut places = self.traced.places.len();
        let own = Traces::of(selector, places)?;
        places += own.places.len();
        let mut all = vec![(target, own)];
        for step in steps {
            let of_step = self.steps.trace(step, places)?;
            places += of_step.places.len();
            all.push((Target::Step(step as u32), of_step));
        }
        Some(all)
    }

    /// Whether a selector hangs on what the other controls of a form are.
    pub(super) fn asks_for_groups(&self) -> bool {
        self.features.form || !self.traced.by(&Feature::Group).is_empty()
    }

    pub(super) fn filed(&self, number: u32) -> &Filed {
        &self.selectors[number as usize]
    }

    pub(super) fn selectors(&self) -> impl Iterator<Item = Target> {
        (0..self.selectors.len() as u32).map(Target::Selector)
    }

    pub(super) fn steps(&self) -> impl Iterator<Item = Target> {
        (0..self.step_keys.len() as u32).map(Target::Step)
    }

    pub(super) fn keys(&self, target: Target) -> &[Key] {
        match target {
            Target::Selector(number) => &self.selectors[number as usize].keys,
            Target::Step(number) => &self.step_keys[number as usize],
        }
    }

    pub(super) fn list(&self, number: u32) -> &List {
        &self.files.lists[number as usize]
    }

    /// Targets that may match an element of any kind.
    pub(super) fn any(&self) -> &List {
        &self.files.any
    }

    pub(super) fn tag(&self, name: &str) -> u32 {
        number(&self.files.tags, name)
    }

    pub(super) fn attribute(&self, name: &str) -> u32 {
        number(&self.files.attributes, name)
    }

    /// The list of a class in lower case.
    pub(super) fn class(&self, name: &str) -> u32 {
        number(&self.files.classes, name)
    }

    /// The list of an id in lower case.
    pub(super) fn id(&self, name: &str) -> u32 {
        number(&self.files.ids, name)
    }
}

fn number(file: &FxHashMap<String, u32>, name: &str) -> u32 {
    file.get(name).copied().unwrap_or(NO_LIST)
}
