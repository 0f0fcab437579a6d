//! Words looked for in short texts. An automaton over the words of a few files costs more to make than all
//! their searches; sorted words and a filter over their first bytes cost little.

/// The words, ready to be looked for. Case is the caller's affair.
#[derive(Debug, Default)]
pub(super) struct Needles {
    /// In ascending order.
    words: Vec<String>,
    /// For each word the longest other one that it begins with.
    beginnings: Vec<Option<usize>>,
    /// A bit for the hash of the first bytes of each word.
    filter: Vec<u64>,
}

/// So many bytes of a word are hashed; shorter words are not looked for.
const HASHED: usize = 3;
const FILTER_BITS: usize = 1 << 12;

impl Needles {
    pub(super) fn new(mut words: Vec<String>) -> Self {
        words.retain(|word| word.len() >= HASHED);
        if words.is_empty() {
            return Self::default();
        }
        words.sort_unstable();
        words.dedup();
        let mut filter = vec![0; FILTER_BITS / 64];
        let mut beginnings: Vec<Option<usize>> = Vec::with_capacity(words.len());
        for (at, word) in words.iter().enumerate() {
            let bit = hash(word.as_bytes());
            filter[bit / 64] |= 1 << (bit % 64);
            let mut candidate = at.checked_sub(1);
            while let Some(before) = candidate
                && !word.starts_with(&words[before])
            {
                candidate = beginnings[before];
            }
            beginnings.push(candidate);
        }
        Self { words, beginnings, filter }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.words.len()
    }

    /// Whether a word may begin at the start of these bytes.
    fn may_begin(&self, bytes: &[u8]) -> bool {
        let bit = hash(bytes);
        self.filter[bit / 64] >> (bit % 64) & 1 == 1
    }

    /// Tells where words stand in the text, overlapping ones too, by ascending start: begin and end.
    pub(super) fn find(&self, text: &str, mut tell: impl FnMut((usize, usize))) {
        if self.words.is_empty() {
            return;
        }
        for (start, bytes) in text.as_bytes().windows(HASHED).enumerate() {
            if !self.may_begin(bytes) {
                continue;
            }
            let rest = &text.as_bytes()[start..];
            // All words that the rest begins with are in the chain of the greatest that is no greater.
            let mut candidate =
                self.words.partition_point(|word| word.as_bytes() <= rest).checked_sub(1);
            while let Some(at) = candidate {
                if rest.starts_with(self.words[at].as_bytes()) {
                    tell((start, start + self.words[at].len()));
                }
                candidate = self.beginnings[at];
            }
        }
    }

    /// Whether this is one of the words.
    pub(super) fn has(&self, word: &str) -> bool {
        self.words.binary_search_by(|known| known.as_str().cmp(word)).is_ok()
    }
}

/// Of the first bytes; 12 bits, as many as the filter has.
fn hash(bytes: &[u8]) -> usize {
    let number = u32::from(bytes[0]) << 16 | u32::from(bytes[1]) << 8 | u32::from(bytes[2]);
    (number.wrapping_mul(0x9E37_79B1) >> 20) as usize
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn find(needles: &Needles, text: &str) -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        needles.find(text, |hit| found.push(hit));
        found
    }

    #[test]
    fn words_within_words_are_all_found() {
        let needles = Needles::new(["doe", "doerte", "janedoe", "erte"].map(String::from).into());
        assert_eq!(find(&needles, "janedoerte"), [(0, 7), (4, 10), (4, 7), (6, 10)]);
        assert_eq!(find(&needles, "do"), []);
        assert_eq!(find(&Needles::default(), "doe"), []);
    }

    proptest! {
        #[test]
        fn the_same_is_found_as_by_looking_everywhere(
            words in prop::collection::vec("[abé]{1,5}", 0..12),
            text in "[abé]{0,40}",
        ) {
            let needles = Needles::new(words.clone());
            let mut found = find(&needles, &text);
            found.sort_unstable();
            let mut expected: Vec<(usize, usize)> = words
                .iter()
                .filter(|word| word.len() >= HASHED)
                .flat_map(|word| {
                    let starts = (0..text.len()).filter(|at| text.as_bytes()[*at..].starts_with(word.as_bytes()));
                    starts.map(|at| (at, at + word.len())).collect::<Vec<_>>()
                })
                .collect();
            expected.sort_unstable();
            expected.dedup();
            prop_assert_eq!(found, expected);
        }
    }
}
