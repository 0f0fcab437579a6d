//! Otsu's threshold: ascending bins in, the last of the lower class out.

use std::cmp::Ordering;

use num_bigint::BigUint;

/// What is added to a share of itself is beyond the rounding of a [`Split`]'s `f64`.
const BEYOND_ROUNDING: f64 = 1e-12;

/// The index of the last bin of the lower class: the split with the greatest variance between the
/// classes, of several the lowest. Exact. `None` of fewer than two bins.
pub(super) fn threshold(bins: &[(i64, u64)]) -> Option<usize> {
    // Distances from the first are not negative, and as small as may be.
    let first = bins.first()?.0;
    let of = |&(value, count): &(i64, u64)| {
        (u128::from(count), u128::from(count) * u128::from(value.abs_diff(first)))
    };
    let (n, sum) =
        bins.iter().map(of).fold((0, 0), |(n, sum), (count, product)| (n + count, sum + product));
    let (mut below, mut sum_below) = (0, 0);
    let mut best: Option<(usize, Split)> = None;
    for (index, bin) in bins.split_last()?.1.iter().enumerate() {
        let (count, product) = of(bin);
        below += count;
        sum_below += product;
        // The mean of the lower class is not above that of all.
        let split = Split::new(below * sum - n * sum_below, below * (n - below));
        if best.is_none_or(|(_, best)| split.compare(&best).is_gt()) {
            best = Some((index, split));
        }
    }
    best.map(|(index, _)| index)
}

/// With `N` pixels of sum `S` up to a split, the variance between the classes times `n^3` is
/// `(N sum - n S)^2 / (N (n - N))`.
#[derive(Clone, Copy)]
struct Split {
    difference: u128,
    product: u128,
    /// The fraction, rounded.
    about: f64,
}

impl Split {
    fn new(difference: u128, product: u128) -> Self {
        let rounded = difference as f64;
        Self { difference, product, about: rounded * rounded / product as f64 }
    }

    /// Compares exactly: by the rounded fractions where that is beyond doubt, else by products.
    fn compare(&self, other: &Self) -> Ordering {
        if (self.about - other.about).abs() > BEYOND_ROUNDING * self.about.max(other.about) {
            return self.about.total_cmp(&other.about);
        }
        let product = |a: &Self, b: &Self| BigUint::from(a.difference).pow(2) * b.product;
        product(self, other).cmp(&product(other, self))
    }
}

/// As [`threshold`], of real values: in `f64`, in ascending order.
pub(super) fn real_threshold(bins: &[(f64, u64)]) -> Option<usize> {
    let first = bins.first()?.0;
    let total = bins.iter().fold((0.0, 0.0), |(n, sum), &(value, count)| {
        (n + count as f64, sum + count as f64 * (value - first))
    });
    let (mut below, mut sum_below) = (0.0, 0.0);
    let mut best: Option<(usize, f64)> = None;
    for (index, &(value, count)) in bins.split_last()?.1.iter().enumerate() {
        below += count as f64;
        sum_below += count as f64 * (value - first);
        let difference = sum_below / below - (total.1 - sum_below) / (total.0 - below);
        let variance = below * (total.0 - below) * (difference * difference);
        if best.is_none_or(|(_, best)| variance > best) {
            best = Some((index, variance));
        }
    }
    best.map(|(index, _)| index)
}
