//! Symbols that a Huffman table lacks: a table and symbols in, the table with longer codes for them out,
//! such that no code that was there changes (ITU-T T.81 annex C); and the codes of a table by symbol.

use std::collections::{BTreeMap, BTreeSet};

use super::NO_ROOM;
use crate::codestream::CodestreamError;

/// The symbols to append, by the number of the table.
pub(super) type Additions = BTreeMap<usize, BTreeSet<u8>>;

/// A table as it stands in a DHT segment behind class and identifier.
pub(super) fn appended(
    lengths: &[u8; 16],
    symbols: &[u8],
    more: &BTreeSet<u8>,
) -> Result<([u8; 16], Vec<u8>), CodestreamError> {
    let mut lengths = *lengths;
    let longest = lengths.iter().rposition(|count| *count > 0).map_or(0, |at| at + 1);
    let used: u32 = (1_u32..).zip(&lengths).map(|(n, count)| u32::from(*count) << (16 - n)).sum();
    let free = (1_u32 << 16).checked_sub(used).ok_or(NO_ROOM)?;
    for length in longest.max(1)..=16 {
        // The code of nothing but ones stays out (section C.2).
        let room = free >> (16 - length);
        let count = usize::from(lengths[length - 1]) + more.len();
        if room as usize > more.len() && count <= 255 && symbols.len() + more.len() <= 256 {
            lengths[length - 1] = count as u8;
            return Ok((lengths, symbols.iter().chain(more).copied().collect()));
        }
    }
    Err(NO_ROOM)
}

/// Codes and their lengths, by symbol (section C.2).
pub(super) struct Codes([Option<(u16, u8)>; 256]);

impl Codes {
    /// Those of a table that asks for no more codes than there are.
    pub(super) fn new(lengths: &[u8; 16], symbols: &[u8]) -> Self {
        let mut codes = [None; 256];
        let mut symbols = symbols.iter();
        let mut next = 0_u32;
        for (length, count) in (1..).zip(lengths) {
            for symbol in symbols.by_ref().take(usize::from(*count)) {
                codes[usize::from(*symbol)].get_or_insert((next as u16, length));
                next += 1;
            }
            next <<= 1;
        }
        Self(codes)
    }

    pub(super) fn of(&self, symbol: u8) -> Option<(u16, u8)> {
        self.0[usize::from(symbol)]
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_full_table_has_no_room_and_one_with_its_last_code_free_has() {
        let more = BTreeSet::from([7]);
        let mut lengths = [0; 16];
        lengths[0] = 2;
        assert_eq!(appended(&lengths, &[0, 1], &more), Err(NO_ROOM));
        lengths[0] = 1;
        let (lengths, symbols) = appended(&lengths, &[0], &more).unwrap();
        assert_eq!((lengths[0], lengths[1], symbols), (1, 1, vec![0, 7]));
        assert_eq!(Codes::new(&lengths, &[0, 7]).of(7), Some((0b10, 2)));
    }

    #[test]
    fn of_codes_of_16_bits_the_last_is_never_used() {
        let mut lengths = [1; 16];
        let symbols: Vec<u8> = (0..16).collect();
        assert_eq!(appended(&lengths, &symbols, &BTreeSet::from([16])), Err(NO_ROOM));
        lengths[15] = 0;
        assert!(appended(&lengths, &symbols[..15], &BTreeSet::from([16])).is_ok());
        assert_eq!(appended(&lengths, &symbols[..15], &BTreeSet::from([16, 17])), Err(NO_ROOM));
    }

    proptest! {
        #[test]
        fn codes_that_were_there_do_not_change_and_none_begins_another(
            lengths in proptest::array::uniform16(0_u8..4),
            more in proptest::collection::btree_set(100_u8..140, 1..20),
        ) {
            let symbols: Vec<u8> =
                (0..lengths.iter().map(|n| usize::from(*n)).sum::<usize>() as u8).collect();
            if let Ok((longer, all)) = appended(&lengths, &symbols, &more) {
                let (before, after) = (Codes::new(&lengths, &symbols), Codes::new(&longer, &all));
                for symbol in &symbols {
                    prop_assert_eq!(before.of(*symbol), after.of(*symbol));
                }
                let padded = |(code, length): (u16, u8)| u32::from(code) << (16 - length);
                let codes: Vec<_> = all.iter().map(|symbol| after.of(*symbol).unwrap()).collect();
                for pair in codes.windows(2) {
                    prop_assert!(padded(pair[0]) + (1 << (16 - pair[0].1)) <= padded(pair[1]));
                }
                let last = codes[codes.len() - 1];
                prop_assert!(padded(last) + (1 << (16 - last.1)) < 1 << 16);
            }
        }
    }
}
