//! Numbers as bytes: LEB128 in its shortest form, zigzag for signed ones. Nothing here knows frames.

use crate::error::Refused;

/// Highest number on the wire: what JavaScript counts exactly.
pub const MAX_LONG: u64 = (1 << 53) - 1;

/// Takes numbers and bytes off a slice.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Reads from the first of these bytes.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    /// How many bytes are left.
    #[must_use]
    pub fn left(&self) -> usize {
        self.bytes.len()
    }

    /// All that is left.
    #[must_use]
    pub fn rest(self) -> &'a [u8] {
        self.bytes
    }

    /// Refuses bytes that are left over.
    pub fn end(&self) -> Result<(), Refused> {
        if self.bytes.is_empty() {
            return Ok(());
        }
        Err(Refused::Trailing)
    }

    /// The next byte.
    pub fn byte(&mut self) -> Result<u8, Refused> {
        let (&byte, rest) = self.bytes.split_first().ok_or(Refused::Truncated)?;
        self.bytes = rest;
        Ok(byte)
    }

    /// The next `length` bytes.
    pub fn take(&mut self, length: usize) -> Result<&'a [u8], Refused> {
        let (taken, rest) = self
            .bytes
            .split_at_checked(length)
            .ok_or(Refused::Truncated)?;
        self.bytes = rest;
        Ok(taken)
    }

    /// A uint up to 2^53-1.
    pub fn long(&mut self) -> Result<u64, Refused> {
        let mut number = 0;
        let mut shift = 0;
        loop {
            let byte = self.byte()?;
            if byte == 0 && shift > 0 {
                return Err(Refused::Overlong);
            }
            number |= u64::from(byte & 0x7f) << shift;
            if number > MAX_LONG {
                return Err(Refused::Number);
            }
            if byte < 0x80 {
                return Ok(number);
            }
            shift += 7;
            if shift > 49 {
                return Err(Refused::Number);
            }
        }
    }

    /// A uint up to 2^32-1.
    pub fn uint(&mut self) -> Result<u32, Refused> {
        // One byte is by far the commonest.
        if let Some((&byte, rest)) = self.bytes.split_first()
            && byte < 0x80
        {
            self.bytes = rest;
            return Ok(u32::from(byte));
        }
        u32::try_from(self.long()?).map_err(|_| Refused::Number)
    }

    /// A signed number of 32 bits.
    pub fn int(&mut self) -> Result<i32, Refused> {
        let number = self.uint()?;
        Ok((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
    }

    /// A count of things of at least `least` bytes each, which must still be there.
    pub fn count(&mut self, least: usize) -> Result<usize, Refused> {
        let count = self.uint()? as usize;
        if count > self.left() / least {
            return Err(Refused::Truncated);
        }
        Ok(count)
    }
}

/// Puts numbers and bytes one after the other.
#[derive(Debug, Default)]
pub struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// What has been written.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What has been written.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Forgets what has been written and keeps the room for it.
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
    }

    /// How many bytes there is room for.
    pub(crate) fn room(&self) -> usize {
        self.bytes.capacity()
    }

    /// One byte.
    pub fn byte(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    /// Bytes as they are.
    pub fn put(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// A uint up to 2^53-1.
    pub fn long(&mut self, number: u64) {
        let mut left = number;
        while left >= 0x80 {
            self.bytes.push((left & 0x7f) as u8 | 0x80);
            left >>= 7;
        }
        self.bytes.push(left as u8);
    }

    /// A uint up to 2^32-1.
    pub fn uint(&mut self, number: u32) {
        // One byte is by far the commonest.
        if number < 0x80 {
            return self.bytes.push(number as u8);
        }
        self.long(u64::from(number));
    }

    /// A length or count.
    pub fn length(&mut self, length: usize) {
        self.long(length as u64);
    }

    /// A signed number of 32 bits.
    pub fn int(&mut self, number: i32) {
        self.uint(((number << 1) ^ (number >> 31)).cast_unsigned());
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_LONG, Reader, Writer};
    use crate::error::Refused;

    fn long(bytes: &[u8]) -> Result<u64, Refused> {
        Reader::new(bytes).long()
    }

    #[test]
    fn longs_come_back() {
        for number in [0, 1, 127, 128, 16383, 16384, u64::from(u32::MAX), MAX_LONG] {
            let mut writer = Writer::default();
            writer.long(number);
            assert_eq!(long(writer.bytes()), Ok(number));
        }
    }

    #[test]
    fn ints_come_back() {
        for number in [0, -1, 1, 63, -64, 64, i32::MAX, i32::MIN] {
            let mut writer = Writer::default();
            writer.int(number);
            assert_eq!(Reader::new(writer.bytes()).int(), Ok(number));
        }
    }

    #[test]
    fn refuses_long_forms_and_large_numbers() {
        assert_eq!(long(&[0x80, 0x00]), Err(Refused::Overlong));
        assert_eq!(
            long(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x10]),
            Err(Refused::Number)
        );
        assert_eq!(long(&[0xff; 12]), Err(Refused::Number));
        assert_eq!(long(&[0x80; 3]), Err(Refused::Truncated));
        assert_eq!(
            Reader::new(&[0x80, 0x80, 0x80, 0x80, 0x10]).uint(),
            Err(Refused::Number)
        );
    }

    #[test]
    fn counts_are_held_against_what_is_left() {
        assert_eq!(Reader::new(&[3, 0, 0]).count(1), Err(Refused::Truncated));
        assert_eq!(Reader::new(&[2, 0, 0]).count(1), Ok(2));
        assert_eq!(Reader::new(&[2, 0, 0, 0]).count(2), Err(Refused::Truncated));
    }
}
