//! Counts of numbered bins in, the steepest rise and the steepest fall out.

/// The gradient with the number that first has it.
pub(super) struct Gradients {
    pub(super) max: (f64, u64),
    pub(super) min: (f64, u64),
}

/// The gradients of bins from the number 1 on, ascending, of which one at least occurs. Only bins that
/// occur, and their neighbours, have a gradient that is not 0.
pub(super) fn gradients(bins: &[(i64, u64)]) -> Gradients {
    let last = bins.last().map_or(1, |&(number, _)| number);
    let mut found = Found::default();
    let at = |number: i64| {
        let index = bins.binary_search_by_key(&number, |&(number, _)| number);
        index.map_or(0, |index| bins[index].1 as i64)
    };
    let mut next = 1;
    for &(number, _) in bins {
        for near in (number - 1).max(next)..=(number + 1).min(last) {
            if near > next {
                // Bins far from any that occurs: their counts, and their neighbours', are all 0.
                found.see(next, 0);
            }
            found.see(near, doubled_gradient(near, last, at));
            next = near + 1;
        }
    }
    let half = |(doubled, number): (i64, i64)| (doubled as f64 / 2.0, number as u64);
    Gradients { max: half(found.max), min: half(found.min) }
}

/// Twice the gradient, an integer: `h(g+1) - h(g-1)`, and `2 (h(g+1) - h(g))` at an end.
fn doubled_gradient(number: i64, last: i64, at: impl Fn(i64) -> i64) -> i64 {
    match (number == 1, number == last) {
        (true, true) => 0,
        (true, false) => 2 * (at(2) - at(1)),
        (false, true) => 2 * (at(last) - at(last - 1)),
        (false, false) => at(number + 1) - at(number - 1),
    }
}

struct Found {
    max: (i64, i64),
    min: (i64, i64),
}

impl Default for Found {
    fn default() -> Self {
        Self { max: (i64::MIN, 0), min: (i64::MAX, 0) }
    }
}

impl Found {
    fn see(&mut self, number: i64, doubled: i64) {
        if doubled > self.max.0 {
            self.max = (doubled, number);
        }
        if doubled < self.min.0 {
            self.min = (doubled, number);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gradients_see_the_empty_bins() {
        // 5 0 0 0 4 0 9: differences -5, -2.5, 0, 2, 0, 2.5, 9
        let g = gradients(&[(1, 5), (5, 4), (7, 9)]);
        assert_eq!((g.max, g.min), ((9.0, 7), (-5.0, 1)));
        // 1 2 3 .. 3 3: nothing falls, and 0 is first where all is flat.
        let g = gradients(&[(1, 3), (2, 3), (3, 3)]);
        assert_eq!((g.max, g.min), ((0.0, 1), (0.0, 1)));
        // 1 3 0 0 0 0 3: the least is at 3; one far bin has a gradient of 0, which is neither.
        let g = gradients(&[(1, 1), (2, 3), (7, 3)]);
        assert_eq!((g.max, g.min), ((3.0, 7), (-1.5, 3)));
        let g = gradients(&[(1, 8)]);
        assert_eq!((g.max, g.min), ((0.0, 1), (0.0, 1)));
    }

    #[test]
    fn gradients_are_those_of_all_bins() {
        // Every pattern of four counts over nine bins whose ends occur.
        for pattern in 0..4u32.pow(7) {
            let counts: Vec<i64> = std::iter::once(2)
                .chain((0..7).map(|k| i64::from(pattern / 4u32.pow(k) % 4)))
                .chain([1])
                .collect();
            let bins: Vec<(i64, u64)> =
                (1..).zip(&counts).filter(|&(_, &c)| c > 0).map(|(g, &c)| (g, c as u64)).collect();
            let dense: Vec<f64> = (0..9)
                .map(|g| match g {
                    0 => (counts[1] - counts[0]) as f64,
                    8 => (counts[8] - counts[7]) as f64,
                    _ => (counts[g + 1] - counts[g - 1]) as f64 / 2.0,
                })
                .collect();
            let first = |wanted: f64| {
                dense.iter().position(|g| g.to_bits() == wanted.to_bits()).unwrap() as u64 + 1
            };
            let max = dense.iter().copied().fold(f64::MIN, f64::max);
            let min = dense.iter().copied().fold(f64::MAX, f64::min);
            let g = gradients(&bins);
            assert_eq!((g.max, g.min), ((max, first(max)), (min, first(min))), "{counts:?}");
        }
    }
}
