//! What is written for a difference: the code of its category and the bits behind it as one.

use super::difference::{CATEGORIES, category, extra, extra_bits};
use super::huffman::Table;

/// The bits of a difference, and how many: 1 to 31.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Code {
    pub(super) bits: u32,
    pub(super) length: u32,
}

/// Differences whose codes are ready lie between this and its negative: nearly all of most images.
const NEAR: u16 = 512;

/// All codes of a scan.
#[derive(Debug)]
pub(super) struct Codes {
    /// The code of each category, without the bits behind it.
    categories: [Code; CATEGORIES],
    /// The codes of the differences from `-NEAR` on.
    near: [Code; 2 * NEAR as usize],
}

impl Codes {
    /// The codes of a table. Nothing may be asked for that has no code there.
    pub(super) fn new(table: &Table) -> Self {
        let none = Code::default();
        let mut codes = Self { categories: [none; CATEGORIES], near: [none; _] };
        for (symbol, code, length) in table.codes().unwrap_or_default() {
            codes.categories[usize::from(symbol)] = Code { bits: code.into(), length };
        }
        codes.near = std::array::from_fn(|at| codes.made((at as u16).wrapping_sub(NEAR)));
        codes
    }

    /// The code of a difference.
    #[inline]
    pub(super) fn of(&self, difference: u16) -> Code {
        match self.near.get(usize::from(difference.wrapping_add(NEAR))) {
            Some(code) => *code,
            None => self.made(difference),
        }
    }

    #[inline]
    fn made(&self, difference: u16) -> Code {
        let category = category(difference);
        let Code { bits, length } = self.categories[category as usize];
        let count = extra_bits(category);
        Code { bits: bits << count | extra(difference, category), length: length + count }
    }
}
