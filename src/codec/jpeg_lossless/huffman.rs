//! The best Huffman table for what is coded (T.81 section K.2): how often each category occurs in, the
//! lengths of the codes out.

use super::difference::CATEGORIES;

/// A Huffman table as a DHT segment has it (section B.2.4.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Table {
    /// How many codes there are of each length, from 1 bit on (BITS).
    pub(super) counts: [u8; 16],
    /// The categories, those of shorter codes first (HUFFVAL).
    pub(super) symbols: Vec<u8>,
}

/// The categories, and one that is never coded: its code would consist of ones, which none may.
const NODES: usize = CATEGORIES + 1;

/// The longest code that the algorithm may give before it is shortened.
const LONGEST: usize = NODES;

impl Table {
    /// The best table where categories occur so often. Those that never occur get no code.
    pub(super) fn best(frequencies: &[u64; CATEGORIES]) -> Self {
        let sizes = code_sizes(frequencies);
        let mut counts = [0_u8; LONGEST + 1];
        for size in sizes.iter().filter(|size| **size > 0) {
            counts[*size] += 1;
        }
        limit_to_16(&mut counts);
        // The code of ones is the last of the longest (Figure K.3).
        if let Some(longest) = counts.iter_mut().rfind(|count| **count > 0) {
            *longest -= 1;
        }
        let mut symbols: Vec<u8> = (0..CATEGORIES as u8).collect();
        symbols.retain(|symbol| sizes[usize::from(*symbol)] > 0);
        symbols.sort_by_key(|symbol| sizes[usize::from(*symbol)]);
        let mut table = Self { counts: [0; 16], symbols };
        table.counts.copy_from_slice(&counts[1..=16]);
        table
    }

    /// Whether a category has two codes.
    pub(super) fn has_twins(&self) -> bool {
        let mut is_seen = [false; 256];
        let mut symbols = self.symbols.iter();
        symbols.any(|symbol| std::mem::replace(&mut is_seen[usize::from(*symbol)], true))
    }

    /// The codes in the order of their symbols: symbol, code and its length (section C.2). `None` where
    /// there are more codes than their lengths have room for.
    pub(super) fn codes(&self) -> Option<Vec<(u8, u16, u32)>> {
        let mut codes = Vec::with_capacity(self.symbols.len());
        let mut symbols = self.symbols.iter();
        let mut code = 0_u32;
        for (count, length) in self.counts.iter().zip(1..) {
            for symbol in symbols.by_ref().take(usize::from(*count)) {
                if code >> length != 0 {
                    return None;
                }
                codes.push((*symbol, code as u16, length));
                code += 1;
            }
            code <<= 1;
        }
        Some(codes)
    }
}

/// The lengths of the codes without a limit (Figure K.1); 0 for what never occurs.
fn code_sizes(frequencies: &[u64; CATEGORIES]) -> [usize; NODES] {
    let mut weights = [1; NODES];
    weights[..CATEGORIES].copy_from_slice(frequencies);
    // The tree that each node is in, and the trees that are left, each named by one of its nodes.
    let mut tree_of: [usize; NODES] = std::array::from_fn(|node| node);
    let mut trees: Vec<usize> = (0..NODES).filter(|node| weights[*node] > 0).collect();
    let mut sizes = [0; NODES];
    while trees.len() > 1 {
        // The lightest two become one; of equal ones those of larger symbols.
        trees.sort_by_key(|tree| std::cmp::Reverse((weights[*tree], std::cmp::Reverse(*tree))));
        let (Some(one), Some(other)) = (trees.pop(), trees.pop()) else { break };
        for node in 0..NODES {
            if tree_of[node] == one || tree_of[node] == other {
                tree_of[node] = one;
                sizes[node] += 1;
            }
        }
        weights[one] += weights[other];
        trees.push(one);
    }
    sizes
}

/// Shortens the codes of more than 16 bits (Figure K.3): a pair of them gives its prefix to one, and
/// the other goes beside a shorter code, which becomes longer by a bit.
fn limit_to_16(counts: &mut [u8; LONGEST + 1]) {
    for length in (17..=LONGEST).rev() {
        while counts[length] > 0 {
            let Some(shorter) = (1..length - 1).rfind(|shorter| counts[*shorter] > 0) else {
                break;
            };
            counts[length] -= 2;
            counts[length - 1] += 1;
            counts[shorter + 1] += 2;
            counts[shorter] -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Codes that are no prefixes of each other, and none of ones.
    fn check(table: &Table) {
        let codes = table.codes().unwrap();
        assert_eq!(codes.len(), table.symbols.len());
        for (at, (symbol, code, length)) in codes.iter().enumerate() {
            assert!(*length <= 16 && usize::from(*symbol) < CATEGORIES);
            assert!(u32::from(*code) + 1 < 1 << length, "no code consists of ones");
            for (_, other, longer) in &codes[at + 1..] {
                assert!(other >> (longer - length) != *code, "a prefix of another");
            }
        }
    }

    #[test]
    fn frequent_categories_have_short_codes() {
        let mut frequencies = [0; CATEGORIES];
        (frequencies[3], frequencies[4], frequencies[0]) = (100, 10, 1);
        let table = Table::best(&frequencies);
        check(&table);
        assert_eq!(table.symbols, [3, 4, 0]);
        assert_eq!(table.counts[..3], [1, 1, 1]);
    }

    #[test]
    fn a_single_category_has_a_code_of_one_bit() {
        let mut frequencies = [0; CATEGORIES];
        frequencies[5] = 7;
        assert_eq!(Table::best(&frequencies).codes(), Some(vec![(5, 0, 1)]));
    }

    #[test]
    fn no_code_is_longer_than_16_bits() {
        // Each as frequent as all before together: the deepest tree that there is.
        let deepest: [u64; CATEGORIES] = std::array::from_fn(|n| 1 << n);
        let mut reversed = deepest;
        reversed.reverse();
        let equal = [1; CATEGORIES];
        for frequencies in [deepest, reversed, equal] {
            let table = Table::best(&frequencies);
            check(&table);
            assert_eq!(table.symbols.len(), CATEGORIES);
        }
    }

    #[test]
    fn twins_are_seen() {
        let table = |symbols: &[u8]| Table { counts: [1; 16], symbols: symbols.to_vec() };
        assert!(table(&[3, 4, 0, 3]).has_twins() && !table(&[3, 4, 0, 16]).has_twins());
    }

    #[test]
    fn too_many_codes_are_none() {
        let mut counts = [0; 16];
        counts[0] = 3;
        assert_eq!(Table { counts, symbols: vec![0, 1, 2] }.codes(), None);
    }
}
