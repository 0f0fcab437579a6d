//! The codes of a line, and how they become bits. Learning and writing are loops of their own: each has
//! few enough variables for the registers, and what only writing asks for is found for many at once.

/// A code: these bits, and in front of them as many zeros as it is longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Code {
    pub(super) bits: u32,
    pub(super) length: u32,
}

impl Code {
    /// A limited Golomb code (T.87 section A.5.3). No branch depends on the number.
    #[inline(always)]
    pub(super) fn golomb(number: u32, k: u32, limit: u32, qbpp: u32) -> Self {
        let zeros = number >> k;
        let is_long = zeros >= limit - qbpp - 1;
        let long = 1 << qbpp | number.wrapping_sub(1);
        let usual = 1 << k | number & ((1 << k) - 1);
        Self {
            bits: if is_long { long } else { usual },
            length: if is_long { limit } else { zeros + 1 + k },
        }
    }
}

/// What is noted of a code: the error of a sample of the regular mode and what its context says of the code; or
/// the code itself.
///
/// Of an error: the error, whether it changes places where k is 0, a bit 0, another, and k in five bits. Of a
/// code: its bits, its length less 1 in six bits, a bit 1 and six of no meaning.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Note(u32);

/// The bit that says which.
const IS_CODE: u32 = 1 << 6;

/// The sign of eight bits.
const IS_SWAPPED: u32 = 1 << 7;

impl Note {
    /// Of an error of up to 24 bits. It changes places where k is 0 and `balance`, -128 to 127, is negative.
    #[inline(always)]
    pub(super) fn error(error: i32, balance: i32, k: u32) -> Self {
        debug_assert!((-128..128).contains(&balance));
        Self((error << 8) as u32 | balance as u32 & IS_SWAPPED | k)
    }

    #[inline(always)]
    fn code_itself(code: Code) -> Self {
        debug_assert!(code.bits >> 19 == 0 && (1..=64).contains(&code.length));
        Self(code.bits << 13 | (code.length - 1) << 7 | IS_CODE)
    }

    #[inline(always)]
    fn k(self) -> u32 {
        self.0 & 31
    }

    /// The non-negative number of an error: errors change places with those of the other sign where k is 0
    /// (section A.5.2).
    #[inline(always)]
    pub(super) fn number(self) -> u32 {
        let swap = -((self.0 >> 7 & u32::from(self.k() == 0)) as i32);
        let error = (self.0 as i32 >> 8) ^ swap;
        ((error << 1) ^ (error >> 31)) as u32
    }

    /// The code, where codes of errors have this limit.
    #[inline(always)]
    pub(super) fn code(self, limit: u32, qbpp: u32) -> Code {
        let Self(note) = self;
        let of_error = Code::golomb(self.number(), self.k(), limit, qbpp);
        let is_code = note & IS_CODE != 0;
        Code {
            bits: if is_code { note >> 13 } else { of_error.bits },
            length: if is_code { (note >> 7 & 63) + 1 } else { of_error.length },
        }
    }
}

/// Codes of one line.
#[derive(Debug)]
pub(super) struct Codes {
    notes: Vec<Note>,
    count: usize,
    limit: u32,
    qbpp: u32,
    /// The bits of each code and its length.
    bits: Vec<u32>,
    lengths: Vec<u32>,
}

impl Codes {
    /// Room for the codes of so many samples: each has up to one of its own and one of a run.
    pub(super) fn new(samples: usize, limit: u32, qbpp: u32) -> Self {
        let none = vec![0; 2 * samples + 2];
        let notes = vec![Note::default(); none.len()];
        Self { notes, count: 0, limit, qbpp, bits: none.clone(), lengths: none }
    }

    /// Notes a code.
    #[inline(always)]
    pub(super) fn put(&mut self, code: Code) {
        self.notes[self.count] = Note::code_itself(code);
        self.count += 1;
    }

    /// Notes errors as far as there are any: `error` tells of each item what is noted of it. Returns how many.
    #[inline(always)]
    pub(super) fn put_errors<T>(
        &mut self,
        items: impl Iterator<Item = T>,
        mut error: impl FnMut(T) -> Option<Note>,
    ) -> usize {
        let mut count = 0;
        for (item, place) in items.zip(&mut self.notes[self.count..]) {
            let Some(note) = error(item) else { break };
            *place = note;
            count += 1;
        }
        self.count += count;
        count
    }

    /// The codes that were noted, as bits and their lengths; none is left.
    #[inline(always)]
    pub(super) fn take(&mut self) -> (&[u32], &[u32]) {
        let count = std::mem::take(&mut self.count);
        let (bits, lengths) = (&mut self.bits[..count], &mut self.lengths[..count]);
        for ((note, bits), length) in self.notes[..count].iter().zip(&mut *bits).zip(&mut *lengths)
        {
            let code = note.code(self.limit, self.qbpp);
            (*bits, *length) = (code.bits, code.length);
        }
        (bits, lengths)
    }
}

/// Bits that do not fill a byte: from the highest down, and how many, at most 7.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Rest {
    pub(super) bits: u64,
    pub(super) count: u32,
}

/// The bits of a line, without the stuffed ones: those come in a last pass (`stuffing`).
#[derive(Debug)]
pub(super) struct Bits {
    bytes: Vec<u8>,
    rest: Rest,
}

impl Bits {
    /// Room for the bits of so many codes.
    pub(super) fn new(codes: &Codes) -> Self {
        Self { bytes: vec![0; codes.notes.len() * 4 + 16], rest: Rest::default() }
    }

    /// The bytes that the codes fill, from where the last ones ended.
    #[inline(always)]
    pub(super) fn pack(&mut self, codes: &mut Codes) -> &[u8] {
        let mut writer = Writer { bytes: &mut self.bytes, length: 0, rest: self.rest };
        let (bits, lengths) = codes.take();
        let ((fours, others), (four_lengths, lengths)) = (bits.as_chunks(), lengths.as_chunks());
        for ([one, two, three, four], [l1, l2, l3, l4]) in fours.iter().zip(four_lengths) {
            let length = l1 + l2 + l3 + l4;
            if length <= MOST {
                let (first, second) = (joined(*one, *two, *l2), joined(*three, *four, *l4));
                writer.put(first << (l3 + l4) | second, length);
            } else {
                for (bits, length) in [(*one, *l1), (*two, *l2), (*three, *l3), (*four, *l4)] {
                    writer.put_long(bits, length);
                }
            }
        }
        for (bits, length) in others.iter().zip(lengths) {
            writer.put_long(*bits, *length);
        }
        self.rest = writer.rest;
        let length = writer.length;
        &self.bytes[..length]
    }

    /// The bits behind the last whole byte.
    pub(super) fn rest(&self) -> Rest {
        self.rest
    }
}

/// Bits that are written at once.
pub(super) const MOST: u32 = 56;

/// Two codes one behind the other, of which the second has this length.
#[inline(always)]
pub(super) fn joined(one: u32, two: u32, length: u32) -> u64 {
    u64::from(one) << length | u64::from(two)
}

/// Writes bits into memory.
struct Writer<'a> {
    bytes: &'a mut [u8],
    /// Whole bytes that were written, and the bits behind them.
    length: usize,
    rest: Rest,
}

impl Writer<'_> {
    /// Appends 1 to 64 bits, of which the last 32 may be others than 0.
    #[inline(always)]
    fn put_long(&mut self, bits: u32, length: u32) {
        if length > MOST {
            self.put(0, length - 32);
        }
        self.put(bits.into(), if length > MOST { 32 } else { length });
    }

    /// Appends 1 to `MOST` bits.
    #[inline(always)]
    fn put(&mut self, bits: u64, length: u32) {
        let count = self.rest.count + length;
        let bits = self.rest.bits | bits << (64 - count);
        // Eight bytes are written and as many kept as are whole: no branch depends on the length.
        self.bytes[self.length..self.length + 8].copy_from_slice(&bits.to_be_bytes());
        let whole = count >> 3;
        self.length += whole as usize;
        self.rest = Rest { bits: bits << (whole * 8), count: count & 7 };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_stand_one_behind_the_other() {
        let mut codes = Codes::new(4, 32, 8);
        let mut bits = Bits::new(&codes);
        for (bits, length) in [(0b101, 3), (0b11, 62)] {
            codes.put(Code { bits, length });
        }
        assert_eq!(bits.pack(&mut codes), [0b1010_0000, 0, 0, 0, 0, 0, 0, 1]);
        assert_eq!(bits.rest(), Rest { bits: 1 << 63, count: 1 });
        codes.put(Code { bits: 0b101_0101, length: 7 });
        assert_eq!(bits.pack(&mut codes), [0b1101_0101]);
        assert_eq!(bits.rest(), Rest::default());
    }

    #[test]
    fn golomb_codes_are_those_of_section_a_5_3() {
        let mut codes = Codes::new(3, 32, 8);
        let mut bits = Bits::new(&codes);
        codes.put(Code::golomb(5, 1, 32, 8)); // 00 1 1
        codes.put(Code::golomb(0, 0, 32, 8)); // 1
        codes.put(Code::golomb(200, 0, 32, 8)); // 23 zeros, 1, 199 in 8 bits
        assert_eq!(bits.pack(&mut codes), [0b0011_1000, 0, 0, 0b0000_1110]);
        assert_eq!(bits.rest(), Rest { bits: 0b0_0111 << 59, count: 5 });
        codes.put(Code::golomb(40_000, 0, 64, 16)); // 47 zeros, 1, 39,999 in 16 bits
        assert_eq!(bits.pack(&mut codes), [0b0011_1000, 0, 0, 0, 0, 0, 0b0000_1100, 0b1110_0001]);
        assert_eq!(bits.rest(), Rest { bits: 0b1_1111 << 59, count: 5 });
    }

    #[test]
    fn errors_are_noted_with_all_that_their_code_is_made_of() {
        let (limit, qbpp) = (64, 16);
        for error in [-32_768, -200, -2, -1, 0, 1, 2, 77, 32_767] {
            for k in [0, 1, 7, 16] {
                for balance in [-128, -1, 0, 127] {
                    let swapped = if balance < 0 && k == 0 { -error - 1 } else { error };
                    let number = if swapped < 0 { -2 * swapped - 1 } else { 2 * swapped };
                    let wanted = Code::golomb(number as u32, k, limit, qbpp);
                    assert_eq!(Note::error(error, balance, k).code(limit, qbpp), wanted);
                }
            }
        }
        for (bits, length) in [(1, 1), (0x1_FFFF, 17), (0x1_0000, 64), (0, 16)] {
            let code = Code { bits, length };
            assert_eq!(Note::code_itself(code).code(limit, qbpp), code);
        }
    }
}
