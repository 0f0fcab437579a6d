//! The codes of a line, and how they become bits. Learning and writing are loops of their own: each has
//! few enough variables for the registers, and what only writing asks for is found for many at once.

/// What is noted of a code: its number and k in the lowest five bits; or, with the highest bit set, its
/// bits and their length.
type Note = u32;
const AS_BITS: Note = 1 << 31;

/// The longest piece of a code that is noted by its bits: two and two Golomb codes fill less than 57.
const LONGEST: u32 = 26;

/// A code of more leading zeros is noted in pieces; with fewer, k up to 16 fits into 28 bits.
const MOST_ZEROS: u32 = 12;

/// Codes of one line.
#[derive(Debug)]
pub(super) struct Codes {
    notes: Vec<Note>,
    count: usize,
    /// The bits of each code, and how many: 1 to 28.
    bits: Vec<u32>,
    lengths: Vec<u32>,
}

impl Codes {
    /// Room for the codes of so many samples: each has up to three pieces and those of a run.
    pub(super) fn new(samples: usize) -> Self {
        let none = vec![0; 4 * samples + 4];
        Self { notes: none.clone(), count: 0, bits: none.clone(), lengths: none }
    }

    /// Notes a code of 1 to 26 bits.
    #[inline(always)]
    pub(super) fn put(&mut self, bits: u32, length: u32) {
        debug_assert!((1..=LONGEST).contains(&length) && bits >> length == 0);
        self.note(AS_BITS | bits << 5 | length);
    }

    #[inline(always)]
    fn note(&mut self, note: Note) {
        self.notes[self.count] = note;
        self.count += 1;
    }

    /// Notes a limited Golomb code (T.87 section A.5.3).
    #[inline(always)]
    pub(super) fn put_golomb(&mut self, number: u32, k: u32, limit: u32, qbpp: u32) {
        let zeros = number >> k;
        let escape = limit - qbpp - 1;
        if zeros < escape.min(MOST_ZEROS) {
            self.note(number << 5 | k);
            return;
        }
        let (zeros, last, length) = if zeros < escape {
            (zeros, 1 << k | number & !(u32::MAX << k), 1 + k)
        } else {
            (escape, 1 << qbpp | (number - 1), 1 + qbpp)
        };
        if zeros > LONGEST {
            self.put(0, zeros - LONGEST);
        }
        self.put(0, zeros.min(LONGEST));
        self.put(last, length);
    }

    /// The codes that were noted, as bits and their lengths; none is left.
    #[inline(always)]
    fn take(&mut self) -> (&[u32], &[u32]) {
        let count = std::mem::take(&mut self.count);
        let (bits, lengths) = (&mut self.bits[..count], &mut self.lengths[..count]);
        for ((note, bits), length) in self.notes[..count].iter().zip(&mut *bits).zip(&mut *lengths)
        {
            let (number, k) = ((note & !AS_BITS) >> 5, note % 32);
            let is_golomb = note & AS_BITS == 0;
            *bits = if is_golomb { 1 << k | number & ((1 << k) - 1) } else { number };
            *length = if is_golomb { (number >> k) + 1 + k } else { k };
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
            let (first, second) = (joined(*one, *two, *l2), joined(*three, *four, *l4));
            let (first_length, second_length) = (l1 + l2, l3 + l4);
            if first_length + second_length <= MOST {
                writer.put(first << second_length | second, first_length + second_length);
            } else {
                writer.put(first, first_length);
                writer.put(second, second_length);
            }
        }
        for (bits, length) in others.iter().zip(lengths) {
            writer.put((*bits).into(), *length);
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
const MOST: u32 = 56;

/// Two codes one behind the other, of which the second has this length.
#[inline(always)]
fn joined(one: u32, two: u32, length: u32) -> u64 {
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
        let mut codes = Codes::new(4);
        let mut bits = Bits::new(&codes);
        for (code, length) in [(0b101, 3), (0, 26), (0, 26), (0b11, 10)] {
            codes.put(code, length);
        }
        assert_eq!(bits.pack(&mut codes), [0b1010_0000, 0, 0, 0, 0, 0, 0, 1]);
        assert_eq!(bits.rest(), Rest { bits: 1 << 63, count: 1 });
        codes.put(0b101_0101, 7);
        assert_eq!(bits.pack(&mut codes), [0b1101_0101]);
        assert_eq!(bits.rest(), Rest::default());
    }

    #[test]
    fn golomb_codes_are_those_of_section_a_5_3() {
        let mut codes = Codes::new(3);
        let mut bits = Bits::new(&codes);
        codes.put_golomb(5, 1, 32, 8); // 00 1 1
        codes.put_golomb(0, 0, 32, 8); // 1
        codes.put_golomb(200, 0, 32, 8); // 23 zeros, 1, 199 in 8 bits
        assert_eq!(bits.pack(&mut codes), [0b0011_1000, 0, 0, 0b0000_1110]);
        assert_eq!(bits.rest(), Rest { bits: 0b0_0111 << 59, count: 5 });
        codes.put_golomb(40_000, 0, 64, 16); // 47 zeros, 1, 39,999 in 16 bits
        assert_eq!(bits.pack(&mut codes), [0b0011_1000, 0, 0, 0, 0, 0, 0b0000_1100, 0b1110_0001]);
        assert_eq!(bits.rest(), Rest { bits: 0b1_1111 << 59, count: 5 });
    }
}
