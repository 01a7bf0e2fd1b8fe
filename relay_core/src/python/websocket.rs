//! The WebSocket reader for Python.

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PyString};

use super::caught;
use crate::websocket::{Fault, Message, Reader};

/// A control frame that came: close, ping or pong.
#[pyclass(frozen, get_all, module = "relay._core")]
pub(super) struct ControlFrame {
    opcode: u8,
    payload: Py<PyBytes>,
}

/// Nothing more can be read: `too_large`, `utf8`, or the rule of the protocol that was broken.
#[pyclass(frozen, get_all, module = "relay._core")]
pub(super) struct WireFault {
    kind: &'static str,
    reason: &'static str,
}

impl From<Fault> for WireFault {
    fn from(fault: Fault) -> Self {
        let (kind, reason) = match fault {
            Fault::Protocol(reason) => ("protocol", reason),
            Fault::Utf8 => ("utf8", "text is not UTF-8"),
            Fault::TooLarge => ("too_large", "too large"),
        };
        Self { kind, reason }
    }
}

/// The reading side of one WebSocket connection.
#[pyclass(module = "relay._core")]
pub(super) struct WebSocketReader {
    inner: Reader,
}

#[pymethods]
impl WebSocketReader {
    #[new]
    fn new(limit: usize) -> Self {
        Self {
            inner: Reader::new(limit),
        }
    }

    fn allow(&mut self, limit: usize) {
        self.inner.limit = limit;
    }

    fn feed<'py>(&mut self, py: Python<'py>, data: &[u8]) -> PyResult<Bound<'py, PyList>> {
        let mut messages = Vec::new();
        let reader = &mut self.inner;
        let fed = caught(py, || {
            reader.feed(data, &mut |message| messages.push(message))
        })?;
        let list = PyList::empty(py);
        for message in messages {
            match message {
                Message::Binary(data) => list.append(PyBytes::new(py, &data))?,
                Message::Text(text) => list.append(PyString::new(py, &text))?,
                Message::Control(opcode, payload) => list.append(ControlFrame {
                    opcode,
                    payload: PyBytes::new(py, &payload).unbind(),
                })?,
            }
        }
        if let Err(fault) = fed {
            list.append(WireFault::from(fault))?;
        }
        Ok(list)
    }
}
