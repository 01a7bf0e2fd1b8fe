//! Where the tokens of a style sheet begin and end (CSS Syntax Level 3, section 4), without making values of them.
//!
//! Every byte belongs to exactly one token, in order. Tokens begin and end beside ASCII bytes, so their text can be cut out of the
//! sheet. Decides nothing about what a token means.

use std::ops::Range;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Space,
    Comment,
    /// A quoted string; not closed when a line or the sheet ends before its quote.
    Quoted {
        content: Range<usize>,
        closed: bool,
    },
    /// `url(…)` without quotes; bad when it holds what such an address must not hold.
    Url {
        content: Range<usize>,
        good: bool,
    },
    /// A name and `(`.
    Function,
    Ident,
    AtKeyword,
    /// A hash or a dimension: names that are never a function's.
    OtherName,
    Open(u8),
    Close(u8),
    Semicolon,
    Colon,
    Other,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub kind: Kind,
    pub start: usize,
    pub end: usize,
    /// Of a function, identifier, at-keyword or other name: its name, without `@`, `#`, number or `(`.
    pub name: Range<usize>,
}

pub(super) struct Tokens<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            bytes: text.as_bytes(),
            at: 0,
        }
    }

    /// Where the next token begins.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Goes on at a place between two tokens.
    pub(super) fn skip_to(&mut self, at: usize) {
        self.at = at;
    }

    pub(super) fn peek(&self) -> Option<Token> {
        let start = self.at;
        let (kind, end, name) = self.token(start, self.byte(start)?);
        Some(Token {
            kind,
            start,
            end,
            name,
        })
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.bytes.get(at).copied()
    }

    fn escapes(&self, at: usize) -> bool {
        self.byte(at) == Some(b'\\') && !self.byte(at + 1).is_some_and(is_newline)
    }

    fn starts_name(&self, at: usize) -> bool {
        match self.byte(at) {
            Some(b'-') => match self.byte(at + 1) {
                Some(b'-') => true,
                Some(next) if is_name_start(next) => true,
                _ => self.escapes(at + 1),
            },
            Some(b'\\') => self.escapes(at),
            Some(byte) => is_name_start(byte),
            None => false,
        }
    }

    fn starts_number(&self, at: usize) -> bool {
        let sign = usize::from(matches!(self.byte(at), Some(b'+' | b'-')));
        let dot = usize::from(self.byte(at + sign) == Some(b'.'));
        self.byte(at + sign + dot)
            .is_some_and(|b| b.is_ascii_digit())
    }

    fn after_name(&self, mut at: usize) -> usize {
        loop {
            match self.byte(at) {
                Some(byte) if is_name_byte(byte) => at += 1,
                Some(b'\\') if self.escapes(at) => at = after_escape(self.bytes, at),
                _ => return at,
            }
        }
    }

    fn after_digits(&self, mut at: usize) -> usize {
        while self.byte(at).is_some_and(|b| b.is_ascii_digit()) {
            at += 1;
        }
        at
    }

    fn after_number(&self, at: usize) -> usize {
        let sign = usize::from(matches!(self.byte(at), Some(b'+' | b'-')));
        let mut at = self.after_digits(at + sign);
        if self.byte(at) == Some(b'.') && self.byte(at + 1).is_some_and(|b| b.is_ascii_digit()) {
            at = self.after_digits(at + 1);
        }
        if matches!(self.byte(at), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(self.byte(at + 1), Some(b'+' | b'-')));
            let after = self.after_digits(at + 1 + sign);
            if after > at + 1 + sign {
                return after;
            }
        }
        at
    }

    fn after_spaces(&self, mut at: usize) -> usize {
        while self.byte(at).is_some_and(is_space) {
            at += 1;
        }
        at
    }

    fn comment(&self, start: usize) -> (Kind, usize) {
        let end = memchr::memmem::find(&self.bytes[start + 2..], b"*/");
        (
            Kind::Comment,
            end.map_or(self.bytes.len(), |end| start + 4 + end),
        )
    }

    fn quoted(&self, start: usize, quote: u8) -> (Kind, usize) {
        let mut at = start + 1;
        loop {
            let (end, closed) = match self.byte(at) {
                None => (at, false),
                Some(b'\\') => {
                    at = after_string_escape(self.bytes, at);
                    continue;
                }
                Some(byte) if byte == quote => (at + 1, true),
                Some(byte) if is_newline(byte) => (at, false),
                Some(_) => {
                    at += 1;
                    continue;
                }
            };
            return (
                Kind::Quoted {
                    content: start + 1..at,
                    closed,
                },
                end,
            );
        }
    }

    fn name_like(&self, start: usize) -> (Kind, usize, Range<usize>) {
        let end = self.after_name(start);
        if self.byte(end) != Some(b'(') {
            return (Kind::Ident, end, start..end);
        }
        let inside = self.after_spaces(end + 1);
        if is_name(&self.bytes[start..end], "url")
            && !matches!(self.byte(inside), Some(b'"' | b'\''))
        {
            let (kind, after) = self.unquoted(inside);
            return (kind, after, start..end);
        }
        (Kind::Function, end + 1, start..end)
    }

    fn unquoted(&self, start: usize) -> (Kind, usize) {
        let mut at = start;
        loop {
            match self.byte(at) {
                None => {
                    return (
                        Kind::Url {
                            content: start..at,
                            good: true,
                        },
                        at,
                    );
                }
                Some(b')') => {
                    return (
                        Kind::Url {
                            content: start..at,
                            good: true,
                        },
                        at + 1,
                    );
                }
                Some(byte) if is_space(byte) => {
                    let after = self.after_spaces(at);
                    let end = match self.byte(after) {
                        None => after,
                        Some(b')') => after + 1,
                        Some(_) => return self.bad_url(start, after),
                    };
                    return (
                        Kind::Url {
                            content: start..at,
                            good: true,
                        },
                        end,
                    );
                }
                Some(b'"' | b'\'' | b'(') => return self.bad_url(start, at),
                Some(byte) if is_unprintable(byte) => return self.bad_url(start, at),
                Some(b'\\') if self.escapes(at) => at = after_escape(self.bytes, at),
                Some(b'\\') => return self.bad_url(start, at),
                Some(_) => at += 1,
            }
        }
    }

    fn bad_url(&self, start: usize, mut at: usize) -> (Kind, usize) {
        let end = loop {
            match self.byte(at) {
                None => break at,
                Some(b')') => break at + 1,
                Some(b'\\') if self.escapes(at) => at = after_escape(self.bytes, at),
                Some(_) => at += 1,
            }
        };
        (
            Kind::Url {
                content: start..at,
                good: false,
            },
            end,
        )
    }

    fn numeric(&self, start: usize) -> (Kind, usize, Range<usize>) {
        let unit = self.after_number(start);
        if self.starts_name(unit) {
            let end = self.after_name(unit);
            return (Kind::OtherName, end, unit..end);
        }
        (Kind::Other, unit, unit..unit)
    }

    /// The token at `start`, where there is a byte.
    fn token(&self, start: usize, byte: u8) -> (Kind, usize, Range<usize>) {
        let plain = |(kind, end): (Kind, usize)| (kind, end, end..end);
        let one = |kind: Kind| (kind, start + 1, start + 1..start + 1);
        match byte {
            _ if is_space(byte) => plain((Kind::Space, self.after_spaces(start))),
            b'/' if self.byte(start + 1) == Some(b'*') => plain(self.comment(start)),
            b'"' | b'\'' => plain(self.quoted(start, byte)),
            b'#' if self.is_hash(start + 1) => {
                let end = self.after_name(start + 1);
                (Kind::OtherName, end, start + 1..end)
            }
            b'0'..=b'9' | b'+' | b'-' | b'.' if self.starts_number(start) => self.numeric(start),
            b'-' if self.bytes[start..].starts_with(b"-->") => plain((Kind::Other, start + 3)),
            b'<' if self.bytes[start..].starts_with(b"<!--") => plain((Kind::Other, start + 4)),
            b'@' if self.starts_name(start + 1) => {
                let end = self.after_name(start + 1);
                (Kind::AtKeyword, end, start + 1..end)
            }
            b'(' | b'[' | b'{' => one(Kind::Open(byte)),
            b')' | b']' | b'}' => one(Kind::Close(byte)),
            b';' => one(Kind::Semicolon),
            b':' => one(Kind::Colon),
            _ if self.starts_name(start) => self.name_like(start),
            _ => one(Kind::Other),
        }
    }

    fn is_hash(&self, at: usize) -> bool {
        self.byte(at).is_some_and(is_name_byte) || self.escapes(at)
    }
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        let token = self.peek()?;
        self.at = token.end;
        Some(token)
    }
}

fn is_newline(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r' | b'\x0c')
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t') || is_newline(byte)
}

/// A zero byte is read as U+FFFD, which a name may hold.
fn is_name_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80 || byte == 0
}

fn is_name_byte(byte: u8) -> bool {
    is_name_start(byte) || byte.is_ascii_digit() || byte == b'-'
}

fn is_unprintable(byte: u8) -> bool {
    matches!(byte, 1..=8 | 0x0b | 0x0e..=0x1f | 0x7f)
}

/// The place after the escape whose backslash is at `at`.
fn after_escape(bytes: &[u8], at: usize) -> usize {
    let digits = bytes[at + 1..]
        .iter()
        .take(6)
        .take_while(|b| b.is_ascii_hexdigit())
        .count();
    if digits == 0 {
        return (at + 2).min(bytes.len());
    }
    let end = at + 1 + digits;
    match bytes.get(end) {
        Some(b'\r') if bytes.get(end + 1) == Some(&b'\n') => end + 2,
        Some(byte) if is_space(*byte) => end + 1,
        _ => end,
    }
}

/// In a string a backslash before a line's end joins the lines.
fn after_string_escape(bytes: &[u8], at: usize) -> usize {
    match bytes.get(at + 1) {
        Some(b'\r') if bytes.get(at + 2) == Some(&b'\n') => at + 3,
        Some(byte) if is_newline(*byte) => at + 2,
        _ => after_escape(bytes, at),
    }
}

/// A name, address or string with its escapes resolved.
pub(super) fn unescaped(text: &str) -> std::borrow::Cow<'_, str> {
    if memchr::memchr(b'\\', text.as_bytes()).is_none() {
        return text.into();
    }
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(found) = memchr::memchr(b'\\', &bytes[at..]) {
        out.push_str(&text[at..at + found]);
        let start = at + found;
        at = after_string_escape(bytes, start);
        match bytes.get(start + 1) {
            None => {}
            Some(byte) if is_newline(*byte) => {}
            Some(byte) if byte.is_ascii_hexdigit() => out.push(hex_escape(&text[start + 1..at])),
            Some(_) => {
                let escaped = text[start + 1..].chars().next().unwrap_or_default();
                out.push(escaped);
                at = start + 1 + escaped.len_utf8();
            }
        }
    }
    out.push_str(&text[at..]);
    out.into()
}

fn hex_escape(digits: &str) -> char {
    let code = u32::from_str_radix(digits.trim_end(), 16).unwrap_or(0);
    char::from_u32(code)
        .filter(|c| *c != '\0')
        .unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// Whether an escaped name is, in any case, this one in lower case.
fn is_name(name: &[u8], expected: &str) -> bool {
    if memchr::memchr(b'\\', name).is_none() {
        return name.eq_ignore_ascii_case(expected.as_bytes());
    }
    std::str::from_utf8(name).is_ok_and(|name| unescaped(name).eq_ignore_ascii_case(expected))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<(Kind, &str)> {
        Tokens::new(text)
            .map(|t| (t.kind, &text[t.start..t.end]))
            .collect()
    }

    #[test]
    fn tokens_cover_every_byte_of_anything() {
        let alphabet = [
            "a", "-", "\\", "\n", "\r", "\"", "'", "(", ")", "/*", "*/", "url(", "1", ".", "e",
            "#", "@", "é", "\0", " ", "<!--", "-->", "u", "\\75 ", "{", "}",
        ];
        let mut seed = 0x2545_f491_4f6c_dd1d_u64;
        for _ in 0..20_000 {
            let mut text = String::new();
            for _ in 0..12 {
                seed ^= seed << 13;
                seed ^= seed >> 7;
                seed ^= seed << 17;
                text.push_str(alphabet[(seed % alphabet.len() as u64) as usize]);
            }
            let mut at = 0;
            for token in Tokens::new(&text) {
                assert_eq!(token.start, at, "{text:?}");
                assert!(token.end > at, "{text:?}");
                assert!(text.get(token.start..token.end).is_some(), "{text:?}");
                assert!(text.get(token.name.clone()).is_some(), "{text:?}");
                if let Kind::Url { content, .. } | Kind::Quoted { content, .. } = token.kind {
                    unescaped(text.get(content).expect("a text"));
                }
                at = token.end;
            }
            assert_eq!(at, text.len(), "{text:?}");
        }
    }

    #[test]
    fn names_functions_and_addresses() {
        assert_eq!(kinds("a-b"), [(Kind::Ident, "a-b")]);
        assert_eq!(kinds("u\\72 l('x')")[0], (Kind::Function, "u\\72 l("));
        assert_eq!(
            kinds("\\75 rl(x)"),
            [(
                Kind::Url {
                    content: 7..8,
                    good: true
                },
                "\\75 rl(x)"
            )]
        );
        assert_eq!(
            kinds("URL(  a\\)b  )"),
            [(
                Kind::Url {
                    content: 6..10,
                    good: true
                },
                "URL(  a\\)b  )"
            )]
        );
        assert_eq!(
            kinds("url(a b)"),
            [(
                Kind::Url {
                    content: 4..7,
                    good: false
                },
                "url(a b)"
            )]
        );
        assert_eq!(
            kinds("url(a"),
            [(
                Kind::Url {
                    content: 4..5,
                    good: true
                },
                "url(a"
            )]
        );
        assert_eq!(kinds("1url(")[0], (Kind::OtherName, "1url"));
        assert_eq!(kinds("1e3url(")[0], (Kind::OtherName, "1e3url"));
        assert_eq!(kinds("-.5e+2px"), [(Kind::OtherName, "-.5e+2px")]);
        assert_eq!(kinds("@\\69mport")[0], (Kind::AtKeyword, "@\\69mport"));
        assert_eq!(kinds("-->url(x)").len(), 2);
        assert_eq!(kinds("<!--url(x)").len(), 2);
        assert_eq!(
            kinds("'a\\\nb'"),
            [(
                Kind::Quoted {
                    content: 1..5,
                    closed: true
                },
                "'a\\\nb'"
            )]
        );
        assert_eq!(
            kinds("'a\nb")[0],
            (
                Kind::Quoted {
                    content: 1..2,
                    closed: false
                },
                "'a"
            )
        );
        assert_eq!(kinds("/* x").len(), 1);
    }

    #[test]
    fn escapes() {
        for (text, plain) in [
            ("\\75 rl", "url"),
            ("\\000075rl", "url"),
            ("u\\rl", "url"),
            ("a\\\nb", "ab"),
            ("a\\\r\nb", "ab"),
            ("\\0 ", "\u{fffd}"),
            ("\\d800 ", "\u{fffd}"),
            ("\\110000 ", "\u{fffd}"),
            ("\\é", "é"),
            ("x\\", "x"),
        ] {
            assert_eq!(unescaped(text), plain, "{text:?}");
        }
    }
}
