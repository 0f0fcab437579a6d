//! The codes of a line, and how they become bits. Learning and writing are loops of their own: each has
//! few enough variables for the registers, and the second takes four codes at once.

/// A code in the lowest of `bits`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Code {
    bits: u32,
    /// 1 to `LONGEST`.
    length: u32,
}

/// The longest piece of a code, in bits: two fill less than 57.
const LONGEST: u32 = 28;

/// A code of more leading zeros is put down in pieces; with fewer, k up to 16 fits into `LONGEST`.
const MOST_ZEROS: u32 = 12;

/// Codes of one line.
#[derive(Debug)]
pub(super) struct Codes {
    codes: Vec<Code>,
    count: usize,
}

impl Codes {
    /// Room for the codes of so many samples: each has up to three pieces and those of a run.
    pub(super) fn new(samples: usize) -> Self {
        Self { codes: vec![Code::default(); 4 * samples + 4], count: 0 }
    }

    /// Notes a code of 1 to 28 bits.
    #[inline(always)]
    pub(super) fn put(&mut self, bits: u32, length: u32) {
        debug_assert!((1..=LONGEST).contains(&length) && bits >> length == 0);
        self.codes[self.count] = Code { bits, length };
        self.count += 1;
    }

    /// Notes a limited Golomb code (T.87 section A.5.3).
    #[inline(always)]
    pub(super) fn put_golomb(&mut self, number: u32, k: u32, limit: u32, qbpp: u32) {
        let zeros = number >> k;
        let escape = limit - qbpp - 1;
        if zeros < escape.min(MOST_ZEROS) {
            self.put(1 << k | number & !(u32::MAX << k), zeros + 1 + k);
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

    /// The codes that were noted; none is left.
    fn take(&mut self) -> &[Code] {
        let count = std::mem::take(&mut self.count);
        &self.codes[..count]
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
        Self { bytes: vec![0; codes.codes.len() * 4 + 16], rest: Rest::default() }
    }

    /// The bytes that the codes fill, from where the last ones ended.
    #[inline(always)]
    pub(super) fn pack(&mut self, codes: &mut Codes) -> &[u8] {
        let mut writer = Writer { bytes: &mut self.bytes, length: 0, rest: self.rest };
        let (fours, others) = codes.take().as_chunks::<4>();
        for [one, two, three, four] in fours {
            let (first, second) = (joined(*one, *two), joined(*three, *four));
            let length = first.1 + second.1;
            if length <= 2 * LONGEST {
                writer.put(first.0 << second.1 | second.0, length);
            } else {
                writer.put(first.0, first.1);
                writer.put(second.0, second.1);
            }
        }
        for code in others {
            writer.put(code.bits.into(), code.length);
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

/// Two codes one behind the other, and their length.
#[inline(always)]
fn joined(one: Code, two: Code) -> (u64, u32) {
    (u64::from(one.bits) << two.length | u64::from(two.bits), one.length + two.length)
}

/// Writes bits into memory.
struct Writer<'a> {
    bytes: &'a mut [u8],
    /// Whole bytes that were written, and the bits behind them.
    length: usize,
    rest: Rest,
}

impl Writer<'_> {
    /// Appends 1 to 56 bits.
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
        for (code, length) in [(0b101, 3), (0, 28), (0, 28), (0b11, 6)] {
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
