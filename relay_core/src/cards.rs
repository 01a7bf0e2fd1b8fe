//! Numbers of payment cards in texts: digits of an issuer's range and length whose check digit is right.
//!
//! A net below the masks, for what no rule has named. Nothing here keeps or gives back a number: only where one stands.

/// Fewest and most digits of a card number (ISO/IEC 7812).
pub const SHORTEST: usize = 12;
/// See [`SHORTEST`].
pub const LONGEST: usize = 19;
/// Digits of a number being typed that may be seen: as many as rules for cards let be shown of a whole one (first six, last four).
const SHOWN: usize = 10;
/// Separators that may stand between two digits of one number.
const GAP: usize = 3;
/// Digits in a group from which on groups may differ in length: 4-6-5.
const LONG_GROUP: usize = 3;

/// First digits as a range, and the lengths that cards of that range have.
const ISSUERS: &[(&str, &str, &[usize])] = &[
    ("4", "4", &[13, 16, 19]),
    ("51", "55", &[16]),
    ("2221", "2720", &[16]),
    ("34", "34", &[15]),
    ("37", "37", &[15]),
    ("300", "305", &[14, 16, 17, 18, 19]),
    ("3095", "3095", &[14, 16, 17, 18, 19]),
    ("36", "36", &[14, 15, 16, 17, 18, 19]),
    ("38", "39", &[14, 16, 17, 18, 19]),
    ("3528", "3589", &[16, 17, 18, 19]),
    ("6011", "6011", &[16, 17, 18, 19]),
    ("644", "649", &[16, 17, 18, 19]),
    ("65", "65", &[16, 17, 18, 19]),
    ("60", "60", &[16]),
    ("62", "62", &[16, 17, 18, 19]),
    ("81", "82", &[16]),
    ("2200", "2204", &[16, 17, 18, 19]),
    ("5018", "5018", &[12, 13, 14, 15, 16, 17, 18, 19]),
    ("5020", "5020", &[12, 13, 14, 15, 16, 17, 18, 19]),
    ("5038", "5038", &[12, 13, 14, 15, 16, 17, 18, 19]),
    ("5893", "5893", &[12, 13, 14, 15, 16, 17, 18, 19]),
    ("6304", "6304", &[12, 13, 14, 15, 16, 17, 18, 19]),
    ("6759", "6759", &[12, 13, 14, 15, 16, 17, 18, 19]),
    ("6761", "6763", &[12, 13, 14, 15, 16, 17, 18, 19]),
];

/// Whether a text holds a card number.
#[must_use]
pub fn has_card(text: &str) -> bool {
    if !may_hold(text, SHORTEST) {
        return false;
    }
    let mut scan = Scan::default();
    scan.text(0, text);
    !scan.finish().is_empty()
}

/// Whether a value is one card number being typed, with more of its digits in it than may be shown.
#[must_use]
pub fn is_beginning(value: &str) -> bool {
    if !may_hold(value, SHOWN + 1) {
        return false;
    }
    let digits: Option<Vec<u8>> = value
        .chars()
        .filter(|c| !is_separator(*c))
        .map(digit)
        .collect();
    digits.is_some_and(|digits| {
        let longest = lengths(&digits).flatten().max();
        digits.len() > SHOWN && longest.is_some_and(|longest| digits.len() < *longest)
    })
}

/// Whether a text has digits at all, so many of them at least; other digits than ASCII's count as enough.
pub(crate) fn may_hold(text: &str, digits: usize) -> bool {
    if text.len() < digits {
        return false;
    }
    ascii_digits(text.as_bytes()) >= digits
        || (!text.is_ascii() && text.chars().filter(|c| digit(*c).is_some()).count() >= digits)
}

/// Counted in bytes, as far as these can count: this looks at every text of every page, and so goes by many bytes at once.
fn ascii_digits(bytes: &[u8]) -> usize {
    let chunks = bytes.chunks(u8::MAX as usize);
    let counts = chunks.map(|chunk| {
        chunk
            .iter()
            .fold(0_u8, |count, b| count + u8::from(b.is_ascii_digit()))
    });
    counts.map(usize::from).sum()
}

/// Whether a number may go on beyond this end of a text.
pub(crate) fn is_open(mut inwards: impl Iterator<Item = char>) -> bool {
    inwards
        .find(|c| !is_separator(*c))
        .is_none_or(|c| digit(c).is_some())
}

fn digit(c: char) -> Option<u8> {
    // Full-width and Arabic-Indic digits are typed on some keyboards.
    let zeros = ['0', '\u{ff10}', '\u{660}', '\u{6f0}', '\u{966}'];
    let zero = zeros
        .iter()
        .find(|zero| (**zero..=char::from_u32(**zero as u32 + 9).unwrap_or(**zero)).contains(&c))?;
    Some((c as u32 - *zero as u32) as u8)
}

fn is_separator(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '-' | '.' | '_' | '/' | '\u{ad}' | '\u{b7}' | '\u{200b}'..='\u{200d}' | '\u{2010}'..='\u{2015}' | '\u{2060}' | '\u{2212}' | '\u{feff}')
}

#[derive(Clone, Copy)]
struct Digit {
    value: u8,
    /// The text it stands in, and where: its first byte and the one behind it.
    piece: usize,
    bytes: (usize, usize),
    /// What stands before it is no digit, or another text.
    starts: bool,
    /// A letter stands right before or behind it.
    glued: bool,
}

/// Where a number stands: the first and last of the texts, the first byte in the one and the byte behind the last in the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) first: usize,
    pub(crate) start: usize,
    pub(crate) last: usize,
    pub(crate) end: usize,
}

/// Looks through texts that stand beside one another, as if they were one.
#[derive(Default)]
pub(crate) struct Scan {
    digits: Vec<Digit>,
    gap: usize,
    after_letter: bool,
    hits: Vec<Place>,
}

impl Scan {
    /// The next text, under a number of the caller's.
    pub(crate) fn text(&mut self, piece: usize, text: &str) {
        for (at, c) in text.char_indices() {
            if let Some(value) = digit(c) {
                let starts = self.gap > 0 || self.digits.last().is_none_or(|d| d.piece != piece);
                self.digits.push(Digit {
                    value,
                    piece,
                    bytes: (at, at + c.len_utf8()),
                    starts,
                    glued: self.after_letter,
                });
                self.after_letter = false;
                self.gap = 0;
            } else if is_separator(c) && self.gap < GAP {
                self.gap += 1;
                self.after_letter = false;
            } else {
                self.letter(c);
                self.end_run();
            }
        }
    }

    fn letter(&mut self, c: char) {
        self.after_letter = c.is_alphabetic();
        if let Some(last) = self.digits.last_mut().filter(|_| self.gap == 0) {
            last.glued |= self.after_letter;
        }
    }

    /// The numbers found.
    pub(crate) fn finish(mut self) -> Vec<Place> {
        self.end_run();
        self.hits
    }

    fn end_run(&mut self) {
        let mut start = 0;
        while start + SHORTEST <= self.digits.len() {
            match self.card_at(start) {
                Some(end) => {
                    let (first, last) = (self.digits[start], self.digits[end - 1]);
                    self.hits.push(Place {
                        first: first.piece,
                        start: first.bytes.0,
                        last: last.piece,
                        end: last.bytes.1,
                    });
                    start = end;
                }
                None => start += 1,
            }
        }
        self.digits.clear();
        self.gap = 0;
    }

    /// Where a number that starts here ends.
    fn card_at(&self, start: usize) -> Option<usize> {
        let digits = &self.digits[start..];
        if !digits[0].starts {
            return None;
        }
        let most = digits.len().min(LONGEST);
        let values: Vec<u8> = digits[..most].iter().map(|digit| digit.value).collect();
        let ends = |length: usize| digits.get(length).is_none_or(|next| next.starts);
        let fits = |length: &&usize| {
            **length <= most
                && ends(**length)
                && !is_inside_word(&digits[..**length])
                && has_right_check_digit(&values[..**length])
                && is_grouped(&digits[..**length])
        };
        let length = lengths(&values).flatten().filter(fits).max();
        length.map(|length| start + length)
    }
}

/// Between letters, as in hashes and keys, digits are no number.
fn is_inside_word(digits: &[Digit]) -> bool {
    digits[0].glued && digits[digits.len() - 1].glued
}

/// Groups of one length, the last may be shorter; or of any lengths that are not as short as those of dates and times.
fn is_grouped(digits: &[Digit]) -> bool {
    let mut groups = Vec::new();
    for (at, digit) in digits.iter().enumerate() {
        match groups.last_mut() {
            Some(length) if !digit.starts && at > 0 => *length += 1,
            _ => groups.push(1),
        }
    }
    let (first, last) = (groups[0], groups[groups.len() - 1]);
    let even = groups[..groups.len() - 1]
        .iter()
        .all(|length| *length == first);
    (even && last <= first) || groups.iter().all(|length| *length >= LONG_GROUP)
}

fn lengths(digits: &[u8]) -> impl Iterator<Item = &'static [usize]> {
    let issuers = ISSUERS.iter().filter(|(from, to, _)| {
        let is_within = |first: &[u8]| {
            let text = |bound: &'static str| bound.bytes().map(|b| b - b'0');
            first.iter().copied().ge(text(from)) && first.iter().copied().le(text(to))
        };
        digits.get(..from.len()).is_some_and(is_within)
    });
    issuers.map(|(.., lengths)| *lengths)
}

/// ISO/IEC 7812-1, annex B (Luhn).
fn has_right_check_digit(digits: &[u8]) -> bool {
    let doubled = |value: u8| {
        if value < 5 { 2 * value } else { 2 * value - 9 }
    };
    let from_the_end = digits.iter().rev().enumerate();
    let sum: u32 = from_the_end
        .map(|(at, value)| u32::from(if at % 2 == 1 { doubled(*value) } else { *value }))
        .sum();
    // Nothing but zeros has a right check digit too.
    sum.is_multiple_of(10) && sum > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_cards_of_all_issuers_however_they_are_written() {
        for card in [
            "4111111111111111",
            "4111 1111 1111 1111",
            "4111-1111-1111-1111",
            "4111\u{a0}1111\u{2009}1111\u{2013}1111",
            "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
            "５５５５ ５５５５ ５５５５ ４４４４",
            "card: 5555.5555.5555.4444, thanks",
            "2223003122003222",
            "3782 822463 10005",
            "378282246310005",
            "6011111111111117",
            "30569309025904",
            "3530111333300000",
            "6200000000000005",
            "6304000000000000",
            "4222222222222",
            "12 4111 1111 1111 1111 737",
            "Visa4111111111111111",
        ] {
            assert!(has_card(card), "{card}");
        }
    }

    #[test]
    fn leaves_other_numbers_alone() {
        for other in [
            "4111111111111112",
            "41111111111111111",
            "94111111111111111",
            "1234567890123456",
            "0000000000000000",
            "2024-11-25 10.30.00 4539",
            "+49 151 23456789",
            "4111 1111 1111",
            "4111 1111 x 1111 1111",
            "4111 1111     1111 1111",
            "41 11 1111 1111 11 1111",
            "a4111111111111111f",
        ] {
            assert!(!has_card(other), "{other}");
        }
    }

    #[test]
    fn a_number_being_typed_is_one_from_its_eleventh_digit_on() {
        assert!(!is_beginning("4111 1111 11"));
        assert!(is_beginning("4111 1111 111"));
        assert!(is_beginning("4111 1111 1111 111"));
        assert!(!is_beginning("+44 7911 123456"));
        assert!(!is_beginning("1 512 555 0147 99"));
        assert!(!is_beginning("order 41111111111"));
    }

    #[test]
    fn finds_numbers_across_texts() {
        let mut scan = Scan::default();
        for (piece, text) in ["No. ", "4111", " 1111 ", "1111", "1111", " 12/27"]
            .iter()
            .enumerate()
        {
            scan.text(piece, text);
        }
        let place = Place {
            first: 1,
            start: 0,
            last: 4,
            end: 4,
        };
        assert_eq!(scan.finish(), [place]);
    }
}
