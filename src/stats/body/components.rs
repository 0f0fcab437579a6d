//! What hangs together in a mask: pixels that share an edge are of one part. Found by the runs of its rows, of which
//! those that overlap in neighbouring rows are joined.

use super::mask::Mask;

/// Set pixels of a row from `first` to before `end`.
#[derive(Debug, Clone, Copy)]
struct Run {
    row: usize,
    first: usize,
    end: usize,
}

/// The parts of a mask, by numbers.
pub(super) struct Components {
    columns: usize,
    rows: usize,
    runs: Vec<Run>,
    /// The part of each run.
    parts: Vec<usize>,
    /// Pixels of each part.
    sizes: Vec<u64>,
}

impl Components {
    pub(super) fn of(mask: &Mask) -> Self {
        let mut runs: Vec<Run> = Vec::new();
        // For each run one of its part that came before it, or itself.
        let mut above: Vec<usize> = Vec::new();
        let mut before = 0..0;
        for row in 0..mask.rows() {
            let start = runs.len();
            each_run(mask.row(row), |first, end| runs.push(Run { row, first, end }));
            above.extend(start..runs.len());
            let mut upper = before.start;
            for at in start..runs.len() {
                let run = runs[at];
                while upper < before.end && runs[upper].end <= run.first {
                    upper += 1;
                }
                let touching = (upper..before.end).take_while(|other| runs[*other].first < run.end);
                touching.for_each(|other| join(&mut above, at, other));
            }
            before = start..runs.len();
        }
        let (mut parts, mut sizes) = (Vec::with_capacity(runs.len()), Vec::new());
        for (at, run) in runs.iter().enumerate() {
            let root = root(&mut above, at);
            let part = if root == at { sizes.len() } else { parts[root] };
            if root == at {
                sizes.push(0);
            }
            sizes[part] += (run.end - run.first) as u64;
            parts.push(part);
        }
        Self { columns: mask.columns(), rows: mask.rows(), runs, parts, sizes }
    }

    /// Pixels of the largest part, 0 where there is none.
    pub(super) fn largest(&self) -> u64 {
        self.sizes.iter().copied().max().unwrap_or(0)
    }

    /// Pixels of a part.
    pub(super) fn size(&self, part: usize) -> u64 {
        self.sizes[part]
    }

    /// Whether each part has a pixel in a mask of the same size.
    pub(super) fn touched_by(&self, mask: &Mask) -> Vec<bool> {
        let mut touched = vec![false; self.sizes.len()];
        let mut line = Mask::empty(self.columns, 1);
        for (run, part) in self.runs.iter().zip(&self.parts) {
            if !touched[*part] {
                line.set(0, run.first, run.end);
                let both = line.row(0).iter().zip(mask.row(run.row));
                touched[*part] = both.into_iter().any(|(run, mask)| run & mask != 0);
                line = Mask::empty(self.columns, 1);
            }
        }
        touched
    }

    /// The pixels of these parts.
    pub(super) fn mask(&self, is_wanted: impl Fn(usize) -> bool) -> Mask {
        let mut mask = Mask::empty(self.columns, self.rows);
        for (run, part) in self.runs.iter().zip(&self.parts) {
            if is_wanted(*part) {
                mask.set(run.row, run.first, run.end);
            }
        }
        mask
    }
}

/// The first run of a part.
fn root(above: &mut [usize], mut at: usize) -> usize {
    while above[at] != at {
        // Half of the way is enough to keep ways short.
        above[at] = above[above[at]];
        at = above[at];
    }
    at
}

/// Makes one part of those of two runs; its root is the earlier one.
fn join(above: &mut [usize], one: usize, other: usize) {
    let (one, other) = (root(above, one), root(above, other));
    above[one.max(other)] = one.min(other);
}

/// The runs of set bits in the words of a row.
fn each_run(words: &[u64], mut see: impl FnMut(usize, usize)) {
    let mut open = None;
    for (at, word) in words.iter().enumerate() {
        let mut from = 0;
        while from < 64 {
            let rest = word >> from;
            // The next bit that ends a run, or begins one.
            let same = match open {
                Some(_) => rest.trailing_ones(),
                None => rest.trailing_zeros(),
            };
            from += same.min(64 - from);
            if from < 64 {
                open = match open {
                    Some(first) => {
                        see(first, at * 64 + from as usize);
                        None
                    }
                    None => Some(at * 64 + from as usize),
                };
            }
        }
    }
    if let Some(first) = open {
        see(first, words.len() * 64);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Parts by filling, pixel by pixel.
    fn filled(set: &[bool], columns: usize) -> Vec<u64> {
        let mut left = set.to_vec();
        let mut sizes = Vec::new();
        for start in 0..set.len() {
            let (mut open, mut size) = (vec![start], 0);
            while let Some(at) = open.pop() {
                if !std::mem::replace(&mut left[at], false) {
                    continue;
                }
                size += 1;
                open.extend((at % columns > 0).then(|| at - 1));
                open.extend((at % columns + 1 < columns).then_some(at + 1));
                open.extend(at.checked_sub(columns));
                open.extend(Some(at + columns).filter(|at| *at < set.len()));
            }
            sizes.extend((size > 0).then_some(size));
        }
        sizes
    }

    proptest! {
        #[test]
        fn parts_are_those_that_filling_finds(
            columns in 1..140_usize,
            rows in 1..14_usize,
            seed in prop::collection::vec(0..9_u8, 2000),
        ) {
            let set: Vec<bool> = seed[..columns * rows].iter().map(|it| *it > 3).collect();
            let mask = Mask::of(&set, columns, |it| it);
            let parts = Components::of(&mask);
            // Both number parts by their first pixel.
            prop_assert_eq!(&parts.sizes, &filled(&set, columns));
            prop_assert_eq!(parts.mask(|_| true), mask.clone());
            prop_assert!(parts.touched_by(&mask).iter().all(|it| *it));
            let one = parts.sizes.len() / 2;
            let touched = parts.touched_by(&parts.mask(|part| part == one));
            prop_assert_eq!(touched.iter().position(|it| *it), (one < touched.len()).then_some(one));
            prop_assert!(touched.iter().filter(|it| **it).count() <= 1);
        }
    }
}
