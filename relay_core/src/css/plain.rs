//! Statements of a sheet in which nothing can have to be rewritten: most of them, found without making tokens of their bytes.
//!
//! Says no to whatever is not as plain as it gets. What it lets pass is what the tokens would have let pass (`tests::plain`).

use super::ADDRESS_FUNCTIONS;
use super::prelude::is_renamed;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Plain,
    /// Ends a statement.
    End,
    Quote,
    Open,
    Close,
    Slash,
    /// The rare letter of `-moz-binding`.
    Zed,
    /// Not looked into: escapes, at-rules, square brackets, what is not ASCII.
    Stop,
}

static CLASSES: [Class; 256] = {
    let mut classes = [Class::Plain; 256];
    let mut byte = 0x80;
    while byte < 256 {
        classes[byte] = Class::Stop;
        byte += 1;
    }
    let stops = b"\0\\@<[]";
    let mut at = 0;
    while at < stops.len() {
        classes[stops[at] as usize] = Class::Stop;
        at += 1;
    }
    classes[b';' as usize] = Class::End;
    classes[b'{' as usize] = Class::End;
    classes[b'}' as usize] = Class::End;
    classes[b'"' as usize] = Class::Quote;
    classes[b'\'' as usize] = Class::Quote;
    classes[b'(' as usize] = Class::Open;
    classes[b')' as usize] = Class::Close;
    classes[b'/' as usize] = Class::Slash;
    classes[b'z' as usize] = Class::Zed;
    classes[b'Z' as usize] = Class::Zed;
    classes
};

/// Where the statement that begins at a place ends, before its `;`, `{` or `}`, if it is plain.
pub(super) fn end(text: &str, start: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let spaces = bytes[start..]
        .iter()
        .take_while(|b| b.is_ascii_whitespace());
    let first = start + spaces.count();
    let mut at = first;
    let mut depth = 0_usize;
    loop {
        let byte = *bytes.get(at)?;
        match CLASSES[usize::from(byte)] {
            Class::Stop => return None,
            Class::End => break,
            Class::Quote => at = after_string(bytes, at, byte)?,
            Class::Open if names_address(&bytes[first..at]) => return None,
            Class::Open => depth += 1,
            Class::Close => depth = depth.checked_sub(1)?,
            Class::Slash if bytes.get(at + 1) == Some(&b'*') => return None,
            Class::Zed if is_binding(&bytes[first..], at - first) => return None,
            Class::Plain | Class::Slash | Class::Zed => {}
        }
        at += 1;
    }
    let name = name_at(&bytes[first..at]);
    let is_own = ["behavior", "color-scheme"];
    let is_known = is_own
        .iter()
        .any(|own| name.eq_ignore_ascii_case(own.as_bytes()));
    let is_plain = depth == 0 && !is_known && (bytes[at] != b'{' || is_selector(&text[first..at]));
    is_plain.then_some(at)
}

/// The place of the quote that ends a string, if nothing in it is escaped.
fn after_string(bytes: &[u8], start: usize, quote: u8) -> Option<usize> {
    let inside = bytes.get(start + 1..)?;
    let end = memchr::memchr3(quote, b'\\', b'\n', inside)?;
    let is_line = |b: &u8| matches!(b, b'\r' | b'\x0c');
    (inside[end] == quote && !inside[..end].iter().any(is_line)).then_some(start + 1 + end)
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

fn name_at(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().position(|b| !is_name_byte(*b));
    &bytes[..end.unwrap_or(bytes.len())]
}

/// Whether the bracket after this opens a function with addresses, or what some browser could take for one.
fn names_address(before: &[u8]) -> bool {
    let start = before.iter().rposition(|b| !is_name_byte(*b));
    let (mark, name) = start.map_or((None, before), |at| (Some(before[at]), &before[at + 1..]));
    let is_number = |name: &[u8]| name.first().is_some_and(u8::is_ascii_digit);
    if mark == Some(b'#') || is_number(name) || is_number(name.strip_prefix(b"-").unwrap_or(name)) {
        return true;
    }
    let mut functions = ADDRESS_FUNCTIONS.iter().chain(&["expression"]);
    functions.any(|function| name.eq_ignore_ascii_case(function.as_bytes()))
}

/// Whether the letter at a place is that of `-moz-binding`.
fn is_binding(bytes: &[u8], zed: usize) -> bool {
    let start = zed.checked_sub(3).map(|start| &bytes[start..]);
    let name = start.and_then(|rest| rest.get(..b"-moz-binding".len()));
    name.is_some_and(|name| name.eq_ignore_ascii_case(b"-moz-binding"))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    Gap,
    Colon,
    Colons,
    Within,
}

/// Whether none of the names of a selector is another one at the viewer.
fn is_selector(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut before = Before::Gap;
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let name = name_at(&bytes[at..]);
        if !name.is_empty() {
            let name = &text[at..at + name.len()];
            let of_class = before == Before::Colon;
            if (of_class || before == Before::Gap) && is_renamed(name, of_class) {
                return false;
            }
            before = Before::Within;
            at += name.len();
            continue;
        }
        before = match byte {
            b':' if before == Before::Colon => Before::Colons,
            b':' => Before::Colon,
            b'.' | b'#' | b'|' | b')' | b'"' | b'\'' => Before::Within,
            _ => Before::Gap,
        };
        at += 1;
    }
    true
}
