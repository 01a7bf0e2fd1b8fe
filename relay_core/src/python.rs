//! The core for Python: bytes and numbers cross, never trees. Extracts, calls, maps errors; decides nothing.
//!
//! A panic poisons the replica it happened in: that one session ends, with an error of kind `panic`, and no other.

mod websocket;

use std::cell::RefCell;
use std::collections::HashMap;
use std::panic::{self, AssertUnwindSafe, PanicHookInfo, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use pyo3::create_exception;
use pyo3::exceptions::{PyException, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::error::{Misuse, Refused};
use crate::frame::Frame;
use crate::inspect;
use crate::limits::Limits;
use crate::mask::{self, Rule};
use crate::meter;
use crate::node_id::ViewId;
use crate::replica;
use crate::selector::Selector;

create_exception!(
    relay._core,
    CoreError,
    PyException,
    "The core cannot do this; `kind` says why."
);
create_exception!(
    relay._core,
    FrameRefused,
    CoreError,
    "A frame that changed nothing, with its kind and detail."
);
create_exception!(
    relay._core,
    SelectorError,
    CoreError,
    "A rule that cannot be honoured, with the place of the fault."
);

fn core_error(py: Python<'_>, kind: &str, message: String) -> PyErr {
    with_fields(py, CoreError::new_err(message), &[("kind", kind)])
}

fn with_fields(py: Python<'_>, error: PyErr, fields: &[(&str, &str)]) -> PyErr {
    for (name, value) in fields {
        if let Err(failed) = error.value(py).setattr(*name, *value) {
            return failed;
        }
    }
    error
}

fn refused(py: Python<'_>, refused: Refused) -> PyErr {
    let detail = refused.to_string();
    let error = FrameRefused::new_err(format!("{}: {detail}", refused.kind()));
    with_fields(py, error, &[("kind", refused.kind()), ("detail", &detail)])
}

fn misuse(py: Python<'_>, misuse: Misuse) -> PyErr {
    core_error(py, "misuse", misuse.to_string())
}

fn selector_error(py: Python<'_>, rule: usize, column: u32, message: &str) -> PyErr {
    let error = SelectorError::new_err(message.to_owned());
    let error = with_fields(py, error, &[("kind", "selector"), ("message", message)]);
    let value = error.value(py);
    let set = value.setattr("rule", rule);
    match set.and_then(|()| value.setattr("column", column)) {
        Ok(()) => error,
        Err(failed) => failed,
    }
}

/// Rules made ready for an audience.
#[pyclass(frozen, module = "relay._core")]
struct Plan {
    inner: Arc<mask::Plan>,
}

#[pymethods]
impl Plan {
    #[new]
    #[pyo3(signature = (rules, pages = Vec::new(), shown = None))]
    fn new(
        py: Python<'_>,
        rules: Vec<(String, u32, String)>,
        pages: Vec<(String, String)>,
        shown: Option<Vec<String>>,
    ) -> PyResult<Self> {
        let rules: Vec<Rule> = rules
            .into_iter()
            .map(|(selector, action, label)| Rule {
                selector,
                action,
                label,
            })
            .collect();
        let plan = caught(py, || mask::Plan::compile(&rules))?;
        let mut plan =
            plan.map_err(|error| selector_error(py, error.rule, error.column, &error.message))?;
        for (pattern, label) in &pages {
            plan.mask_page(pattern, label);
        }
        if let Some(shown) = shown {
            let parsed: Result<Vec<_>, _> =
                shown.iter().map(|text| Selector::parse(text)).collect();
            let parsed =
                parsed.map_err(|fault| selector_error(py, 0, fault.column, &fault.message))?;
            plan.make_private(&parsed);
        }
        Ok(Self {
            inner: Arc::new(plan),
        })
    }
}

/// Selectors of rules whose masked elements are counted, shared by sessions.
#[pyclass(frozen, module = "relay._core")]
struct Rules {
    inner: Arc<[Selector]>,
}

#[pymethods]
impl Rules {
    #[new]
    fn new(py: Python<'_>, selectors: Vec<String>) -> PyResult<Self> {
        let parsed: Result<Vec<_>, _> =
            selectors.iter().map(|text| Selector::parse(text)).collect();
        let parsed = parsed.map_err(|fault| selector_error(py, 0, fault.column, &fault.message))?;
        Ok(Self {
            inner: parsed.into(),
        })
    }
}

/// What applying a frame did.
#[pyclass(frozen, get_all, module = "relay._core")]
struct Applied {
    epoch: u64,
    sequence: u64,
    version: u64,
    operations: usize,
    alarms: u32,
    cards: u32,
    pending: bool,
    drifted: Vec<(u32, u32)>,
}

/// One session's page.
#[pyclass(frozen, module = "relay._core")]
struct Replica {
    /// `None` after a panic.
    inner: Mutex<Option<replica::Replica>>,
}

impl Replica {
    /// Runs with the interpreter released; a panic leaves the replica unusable.
    fn run<T: Send>(
        &self,
        py: Python<'_>,
        call: impl FnOnce(&mut replica::Replica) -> T + Send,
    ) -> PyResult<T> {
        let result = py.detach(|| {
            let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
            let mut replica = inner.take().ok_or_else(String::new)?;
            let result = catch_unwind(AssertUnwindSafe(|| call(&mut replica)));
            if let Ok(value) = result {
                *inner = Some(replica);
                return Ok(value);
            }
            let place = PLACE.take();
            // What is left of it may panic once more.
            let _ = catch_unwind(AssertUnwindSafe(|| drop(replica)));
            Err(place)
        });
        result.map_err(|place| panicked(py, &place))
    }

    /// For what takes no time.
    fn look<T>(&self, py: Python<'_>, call: impl FnOnce(&replica::Replica) -> T) -> PyResult<T> {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let replica = inner.as_ref().ok_or_else(|| panicked(py, ""))?;
        let result = catch_unwind(AssertUnwindSafe(|| call(replica)));
        result.map_err(|_| panicked(py, &PLACE.take()))
    }
}

thread_local! {
    /// Where this thread panicked last.
    static PLACE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Notes where a panic was, in place of printing it: the message of a panic can hold text of the page (security requirements 8).
fn note_place(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map(ToString::to_string);
    PLACE.set(place.unwrap_or_default());
}

/// `place`: where; empty when it was in an earlier call.
fn panicked(py: Python<'_>, place: &str) -> PyErr {
    let message = if place.is_empty() {
        "the core panicked before; this replica is lost".to_owned()
    } else {
        format!("the core panicked at {place}; this replica is lost")
    };
    core_error(py, "panic", message)
}

fn caught<T>(py: Python<'_>, call: impl FnOnce() -> T) -> PyResult<T> {
    let result = catch_unwind(AssertUnwindSafe(call)).map_err(|_| PLACE.take());
    result.map_err(|place| core_error(py, "panic", format!("the core panicked at {place}")))
}

#[pymethods]
impl Replica {
    #[new]
    #[pyo3(signature = (*, asset_key, asset_prefix, limits = None))]
    fn new(
        asset_key: &[u8],
        asset_prefix: &str,
        limits: Option<HashMap<String, usize>>,
    ) -> PyResult<Self> {
        let mut own = Limits::default();
        for (name, number) in limits.unwrap_or_default() {
            if !own.set(&name, number) {
                return Err(PyValueError::new_err(format!("no limit {name:?}")));
            }
        }
        Ok(Self {
            inner: Mutex::new(Some(replica::Replica::new(own, asset_key, asset_prefix))),
        })
    }

    #[getter]
    fn version(&self, py: Python<'_>) -> PyResult<u64> {
        self.look(py, replica::Replica::version)
    }

    #[getter]
    fn epoch(&self, py: Python<'_>) -> PyResult<u64> {
        self.look(py, replica::Replica::epoch)
    }

    #[getter]
    fn sequence(&self, py: Python<'_>) -> PyResult<u64> {
        self.look(py, replica::Replica::sequence)
    }

    fn apply(&self, py: Python<'_>, frame: &[u8]) -> PyResult<Applied> {
        let start = Instant::now();
        let change = self.run(py, |replica| replica.apply(frame))?;
        meter::APPLY_NANOSECONDS.observe_since(start);
        meter::FRAME_BYTES.observe(frame.len() as u64);
        let change = change.map_err(|error| refused(py, error))?;
        meter::FRAME_OPERATIONS.observe(change.operations as u64);
        Ok(Applied {
            epoch: change.epoch,
            sequence: change.sequence,
            version: change.version,
            operations: change.operations,
            alarms: change.alarms,
            cards: change.cards,
            pending: change.is_pending,
            drifted: change
                .drifted
                .into_iter()
                .map(|(id, scope)| (id.0, scope))
                .collect(),
        })
    }

    fn show(&self, py: Python<'_>) -> PyResult<()> {
        self.run(py, replica::Replica::show)
    }

    fn add_audience(&self, py: Python<'_>, plan: &Plan) -> PyResult<u32> {
        let plan = Arc::clone(&plan.inner);
        let number = self.run(py, |replica| replica.add_audience(plan))?;
        number.map_err(|error| misuse(py, error))
    }

    fn set_plan(&self, py: Python<'_>, audience: u32, plan: &Plan) -> PyResult<u64> {
        let plan = Arc::clone(&plan.inner);
        let version = self.run(py, |replica| replica.set_plan(audience, plan))?;
        version.map_err(|error| misuse(py, error))
    }

    fn drop_audience(&self, py: Python<'_>, audience: u32) -> PyResult<()> {
        self.run(py, |replica| replica.drop_audience(audience))
    }

    fn delta<'py>(
        &self,
        py: Python<'py>,
        audience: u32,
        since: u64,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let start = Instant::now();
        let frame = self.run(py, |replica| replica.delta(audience, since))?;
        meter::DELTA_NANOSECONDS.observe_since(start);
        let frame = frame.map_err(|error| misuse(py, error))?;
        meter::DELTA_BYTES.observe(frame.len() as u64);
        Ok(PyBytes::new(py, &frame))
    }

    fn doubt<'py>(&self, py: Python<'py>, audience: u32) -> PyResult<Bound<'py, PyBytes>> {
        let frame = self.run(py, |replica| replica.doubt(audience))?;
        let frame = frame.map_err(|error| misuse(py, error))?;
        Ok(PyBytes::new(py, &frame))
    }

    #[allow(clippy::needless_pass_by_value)] // extracted from a list
    fn mend<'py>(
        &self,
        py: Python<'py>,
        audience: u32,
        spots: Vec<(u32, u32)>,
    ) -> PyResult<Option<(Bound<'py, PyBytes>, Vec<u32>)>> {
        let spots: Vec<_> = spots
            .into_iter()
            .map(|(view, scope)| (ViewId(view), scope))
            .collect();
        let repair = self.run(py, |replica| replica.mend(audience, &spots))?;
        let repair = repair.map_err(|error| misuse(py, error))?;
        Ok(repair.map(|repair| {
            let nodes = repair.nodes.into_iter().map(|view| view.0).collect();
            (PyBytes::new(py, &repair.frame), nodes)
        }))
    }

    fn release(&self, py: Python<'_>, oldest: u64) -> PyResult<()> {
        self.run(py, |replica| replica.release(oldest))
    }

    fn html(&self, py: Python<'_>, audience: u32) -> PyResult<String> {
        let html = self.run(py, |replica| replica.html(audience))?;
        html.map_err(|error| misuse(py, error))
    }

    fn select(&self, py: Python<'_>, selector: &str) -> PyResult<Vec<u32>> {
        let selector = parsed(py, selector)?;
        self.run(py, |replica| {
            let tree = replica.tree();
            let matched = selector.matched(tree);
            matched.into_iter().map(|n| tree.id(n).0).collect()
        })
    }

    /// For each node that is masked for an audience: the visitor's number of it, and the level.
    fn levels(&self, py: Python<'_>, audience: u32) -> PyResult<HashMap<u32, u32>> {
        let levels = self.run(py, |replica| {
            replica.project(audience, |projector| {
                let page = projector.tree.root().into_iter();
                let nodes = page.flat_map(|page| projector.tree.walk(page));
                let levels = nodes.map(|n| (projector.tree.id(n).0, projector.marks.level(n)));
                levels.filter(|(_, level)| *level > 0).collect()
            })
        })?;
        levels.map_err(|error| misuse(py, error))
    }

    /// The visitor has gone to another page: the next epoch is not the same page, sent once more.
    fn next_view(&self, py: Python<'_>) -> PyResult<()> {
        self.run(py, replica::Replica::next_view)
    }

    /// Counts what these rules mask from here on.
    fn watch(&self, py: Python<'_>, rules: &Rules) -> PyResult<()> {
        let rules = Arc::clone(&rules.inner);
        self.run(py, |replica| replica.watch(rules))
    }

    /// Of each page since the last call: its address, masked elements by rule, and those that no rule matches here.
    fn tally(&self, py: Python<'_>) -> PyResult<Vec<(String, Vec<u32>, u32)>> {
        let pages = self.run(py, replica::Replica::tally)?;
        let row = |page: crate::tally::PageTally| (page.address, page.rules, page.untold);
        Ok(pages.into_iter().map(row).collect())
    }

    fn asset(&self, py: Python<'_>, id: &str) -> PyResult<Option<String>> {
        self.look(py, |replica| replica.asset(id).map(str::to_owned))
    }

    fn stats(&self, py: Python<'_>) -> PyResult<HashMap<&'static str, u64>> {
        self.look(py, |replica| {
            let counts = replica.counts();
            HashMap::from([
                ("nodes", replica.nodes() as u64),
                ("documents", replica.tree().documents().len() as u64),
                ("bytes", replica.held() as u64),
                ("frames", counts.frames),
                ("refused", counts.refused),
                ("operations", counts.operations),
                ("alarms", counts.alarms),
                ("cards", counts.cards),
                ("drifts", counts.drifts),
                ("repairs", counts.repairs),
                ("audiences", replica.audiences() as u64),
                ("version", replica.version()),
            ])
        })
    }
}

/// Raises `SelectorError` when a selector cannot be honoured.
#[pyfunction]
fn check_selector(py: Python<'_>, selector: &str) -> PyResult<()> {
    parsed(py, selector).map(drop)
}

fn parsed(py: Python<'_>, selector: &str) -> PyResult<Selector> {
    let parsed = caught(py, || Selector::parse(selector))?;
    parsed.map_err(|fault| selector_error(py, 0, fault.column, &fault.message))
}

/// What of a selector list visitors' browsers can apply, and what only the relay.
#[pyfunction]
fn split_selector(py: Python<'_>, selector: &str) -> PyResult<(String, String)> {
    let parsed = parsed(py, selector)?;
    let source = caught(py, || parsed.source(selector))?;
    Ok((source.browser, source.relay))
}

/// A frame as JSON, in the form of the test vectors.
#[pyfunction]
fn inspect_frame(py: Python<'_>, frame: &[u8]) -> PyResult<String> {
    let read = caught(py, || {
        Frame::decode(frame, &Limits::default()).map(|frame| inspect::json(&frame))
    })?;
    read.map_err(|error| refused(py, error))
}

/// What the core has done since the process began, by meter: the count of each bucket, and the sum.
#[pyfunction]
fn meters() -> HashMap<&'static str, (Vec<u64>, u64)> {
    let all = meter::ALL.iter();
    all.map(|(name, histogram)| (*name, histogram.read()))
        .collect()
}

/// `relay._core`.
#[pymodule]
fn _core(py: Python<'_>, module: &Bound<'_, PyModule>) -> PyResult<()> {
    panic::set_hook(Box::new(note_place));
    module.add_class::<Plan>()?;
    module.add_class::<Rules>()?;
    module.add_class::<Applied>()?;
    module.add_class::<Replica>()?;
    module.add_class::<websocket::WebSocketReader>()?;
    module.add_class::<websocket::ControlFrame>()?;
    module.add_class::<websocket::WireFault>()?;
    module.add("CoreError", py.get_type::<CoreError>())?;
    module.add("FrameRefused", py.get_type::<FrameRefused>())?;
    module.add("SelectorError", py.get_type::<SelectorError>())?;
    module.add_function(wrap_pyfunction!(check_selector, module)?)?;
    module.add_function(wrap_pyfunction!(meters, module)?)?;
    module.add_function(wrap_pyfunction!(split_selector, module)?)?;
    module.add_function(wrap_pyfunction!(inspect_frame, module)?)
}
