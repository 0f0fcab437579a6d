//! What needs only levels and how often each occurs: order statistics, entropy, uniformity.
//!
//! Shared by the statistics of one image, over stored integers, and those of a group, over `f64`.

use std::ops::AddAssign;
use std::sync::LazyLock;

/// The percentiles that are reported, ascending. The fifth is the median.
pub(super) const PERCENTS: [u64; 9] = [1, 5, 10, 25, 50, 75, 90, 95, 99];

/// A percentile, between two neighbouring levels: `hundredths` of the way up.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Quantile<K> {
    /// The level of rank `floor((n-1)q)`.
    pub(super) below: K,
    /// The level of the rank after it.
    pub(super) above: K,
    /// The rank's fraction, exactly.
    pub(super) hundredths: u64,
}

impl<K: Copy> Quantile<K> {
    /// The interpolated value, of levels mapped to output values.
    pub(super) fn value(&self, output: impl Fn(K) -> f64) -> f64 {
        let below = output(self.below);
        if self.hundredths == 0 {
            return below;
        }
        below + (output(self.above) - below) * (self.hundredths as f64 / 100.0)
    }
}

/// The percentiles [`PERCENTS`] of ascending `bins`, which hold `n > 0` pixels: linear at the rank
/// `(n-1)q`. That is rule 7 of Hyndman and Fan, numpy's default and the one the IBSI values follow;
/// the rank is taken in integers, so that it is exact.
pub(super) fn percentiles<K: Copy>(bins: &[(K, u64)], n: u64) -> [Quantile<K>; 9] {
    let mut index = 0;
    let mut through = bins[0].1;
    PERCENTS.map(|percent| {
        let position = u128::from(n - 1) * u128::from(percent);
        let rank = (position / 100) as u64;
        while through <= rank {
            index += 1;
            through += bins[index].1;
        }
        let below = bins[index].0;
        let last_of_level = rank + 1 == through && index + 1 < bins.len();
        let above = if last_of_level { bins[index + 1].0 } else { below };
        Quantile { below, above, hundredths: (position % 100) as u64 }
    })
}

/// Entropy in bits, `-sum p log2 p` (IBSI TLU2), as `log2 n - (sum c log2 c) / n`. Exactly 0 when
/// all pixels are equal.
pub(super) fn entropy<K>(bins: &[(K, u64)], n: u64) -> f64 {
    if bins.len() < 2 {
        return 0.0;
    }
    // Four sums, always the same, that do not wait for each other.
    let mut sums = [0.0; 4];
    let (groups, rest) = bins.as_chunks::<4>();
    for group in groups {
        for (sum, &(_, count)) in sums.iter_mut().zip(group) {
            *sum += count_log2_count(count);
        }
    }
    for (sum, &(_, count)) in sums.iter_mut().zip(rest) {
        *sum += count_log2_count(count);
    }
    let weighted = (sums[0] + sums[1]) + (sums[2] + sums[3]);
    (libm::log2(n as f64) - weighted / n as f64).max(0.0)
}

/// Uniformity, `sum p^2` (IBSI BJ5W).
pub(super) fn uniformity<K>(bins: &[(K, u64)], n: u64) -> f64 {
    let squares: u128 = if n < 1 << 32 {
        // Their sum is at most n^2.
        bins.iter().map(|&(_, count)| count * count).sum::<u64>().into()
    } else {
        bins.iter().map(|&(_, count)| u128::from(count).pow(2)).sum()
    };
    squares as f64 / u128::from(n).pow(2) as f64
}

/// Makes `bins` ascending, with one entry a key, and drops what adds up to nothing. Quick on bins
/// that consist of a few ascending runs: the standard library's stable sort merges those.
pub(super) fn settle<K, C>(bins: &mut Vec<(K, C)>)
where
    K: Ord + Copy,
    C: AddAssign + Copy + Default + PartialEq,
{
    bins.sort_by_key(|&(key, _)| key);
    bins.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        if same {
            kept.1 += next.1;
        }
        same
    });
    bins.retain(|&(_, count)| count != C::default());
}

/// Most counts are small, and the logarithm is the dearest step of a histogram's statistics.
fn count_log2_count(count: u64) -> f64 {
    static TABLE: LazyLock<Vec<f64>> = LazyLock::new(|| (0..4096).map(x_log2_x).collect());
    TABLE.get(count as usize).copied().unwrap_or_else(|| x_log2_x(count))
}

fn x_log2_x(x: u64) -> f64 {
    if x == 0 { 0.0 } else { x as f64 * libm::log2(x as f64) }
}
