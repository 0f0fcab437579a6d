//! What stands for a difference in a stream: the code of its category and the bits behind it as one. As
//! no code begins another, a decoder finds a difference where its bits stand, and nowhere else: so the
//! same table codes and compares.

use super::super::cpu::seldom;
use super::CodecError;
use super::difference::{CATEGORIES, category, extra, extra_bits, from_extra};
use super::huffman::Table;

/// The bits of a difference, and how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Code {
    pub(super) bits: u64,
    /// 1 to 31; of several codes up to `Code::MOST`.
    pub(super) length: u32,
}

impl Code {
    /// The most bits of several codes as one.
    pub(super) const MOST: u32 = 56;
}

/// A code that is ready, or `NONE`, which is longer than any.
#[derive(Debug, Clone, Copy)]
struct Ready {
    bits: u32,
    length: u32,
}

const NONE: Ready = Ready { bits: 0, length: Code::MOST + 1 };

/// Differences whose codes are ready have this category or a smaller one: nearly all of most images.
const READY_CATEGORY: u32 = 11;
const NEAR: usize = 1 << READY_CATEGORY;

/// All codes of a scan.
#[derive(Debug)]
pub(super) struct Codes {
    /// The code of each category, without the bits behind it.
    categories: [Option<Code>; CATEGORIES],
    /// The codes of the differences from `-NEAR` on.
    ready: Box<[Ready; 2 * NEAR]>,
}

impl Codes {
    /// # Errors
    ///
    /// `Damaged` where there are more codes than their lengths have room for.
    #[inline(always)]
    pub(super) fn new(table: &Table) -> Result<Self, CodecError> {
        // Which of two codes of a category stands there cannot be foretold.
        if table.has_twins() {
            return Err(CodecError::Unsupported);
        }
        let ready = vec![NONE; 2 * NEAR].try_into().map_err(|_| CodecError::Damaged)?;
        let mut codes = Self { categories: [None; _], ready };
        for (symbol, code, length) in table.codes().ok_or(CodecError::Damaged)? {
            let Some(of_symbol) = codes.categories.get_mut(usize::from(symbol)) else { continue };
            *of_symbol = Some(Code { bits: code.into(), length });
            let category = u32::from(symbol);
            let length = length + extra_bits(category);
            if category > READY_CATEGORY {
                continue;
            }
            // Within each half of a category, differences and the bits behind the code count up alike.
            let half = (1 << category) / 2;
            for (extra, count) in [(0, half), (half, (1 << category) - half)] {
                let first = usize::from(from_extra(category, extra).wrapping_add(NEAR as u16));
                let bits = u32::from(code) << category | extra;
                let ready = codes.ready[first..first + count as usize].iter_mut();
                for (ready, bits) in ready.zip(bits..) {
                    *ready = Ready { bits, length };
                }
            }
        }
        Ok(codes)
    }

    /// The codes of four differences as one, where all are ready and not too long.
    #[inline(always)]
    pub(super) fn joined(&self, [one, two, three, four]: [u16; 4]) -> Option<Code> {
        let place = |difference: u16| usize::from(difference.wrapping_add(NEAR as u16));
        let (one, two, three, four) = (place(one), place(two), place(three), place(four));
        let ready = |place: usize| self.ready[place % (2 * NEAR)];
        let is_far = (one | two | three | four) >= 2 * NEAR;
        let (one, two, three, four) = (ready(one), ready(two), ready(three), ready(four));
        let both = |one: Ready, two: Ready| {
            (
                u64::from(one.bits).wrapping_shl(two.length) | u64::from(two.bits),
                one.length + two.length,
            )
        };
        let (first, second) = (both(one, two), both(three, four));
        let length = first.1 + second.1;
        if is_far || length > Code::MOST {
            seldom();
            return None;
        }
        Some(Code { bits: first.0 << second.1 | second.0, length })
    }

    /// The code of a difference; none where its category has none.
    #[inline(always)]
    pub(super) fn of(&self, difference: u16) -> Option<Code> {
        let category = category(difference);
        let Code { bits, length } = self.categories[category as usize]?;
        let count = extra_bits(category);
        let extra = u64::from(extra(difference, category));
        Some(Code { bits: bits << count | extra, length: length + count })
    }
}

#[cfg(test)]
mod tests {
    use super::super::bit_reader::BitReader;
    use super::super::lookup::Lookup;
    use super::*;

    /// Tables with short and with long codes for what occurs most.
    fn tables() -> [Table; 3] {
        let frequencies: [fn(usize) -> u64; 3] = [
            |category| 1 << (category % 7),
            |category| 1 << category,
            |category| 1 << (16 - category),
        ];
        frequencies.map(|frequency| Table::best(&std::array::from_fn(frequency)))
    }

    #[test]
    fn each_code_is_read_as_its_difference() {
        for table in tables() {
            let (codes, lookup) = (Codes::new(&table).unwrap(), Lookup::new(&table).unwrap());
            for difference in 0..=u16::MAX {
                let Code { bits, length } = codes.of(difference).unwrap();
                let window = bits << (64 - length);
                let bytes = [window.to_be_bytes(), [0; 8]].concat();
                let (reader, found) = BitReader::new(&bytes).read(&lookup);
                assert_eq!(found, difference);
                let length = length as usize;
                assert!(!reader.is_overrun(length) && reader.is_overrun(length - 1));
            }
        }
    }

    #[test]
    fn four_codes_are_those_of_each() {
        let mut joined = 0;
        for table in tables() {
            let codes = Codes::new(&table).unwrap();
            for difference in 0..=u16::MAX {
                let four = [difference, 3, difference.wrapping_mul(5), 0];
                if let Some(found) = codes.joined(four) {
                    let each = four.map(|difference| codes.of(difference).unwrap());
                    let both = |one: Code, two: Code| Code {
                        bits: one.bits << two.length | two.bits,
                        length: one.length + two.length,
                    };
                    assert_eq!(each.into_iter().reduce(both), Some(found));
                    joined += 1;
                }
            }
        }
        assert!(joined > 1000, "{joined}");
    }

    #[test]
    fn a_category_without_a_code_has_none() {
        let without_0 = Table { counts: [1; 16], symbols: (1..=16).collect() };
        let codes = Codes::new(&without_0).unwrap();
        assert_eq!((codes.of(0), codes.joined([1, 1, 0, 1])), (None, None));
        let without_16 = Table { counts: [1; 16], symbols: (0..=15).collect() };
        assert_eq!(Codes::new(&without_16).unwrap().of(0x8000), None);
    }
}
