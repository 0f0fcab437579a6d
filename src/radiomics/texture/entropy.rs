//! Entropies of counts, in bits.

use std::sync::LazyLock;

/// `n log2 n`, which is 0 for 0.
pub(super) fn n_log2_n(n: u64) -> f64 {
    // Most counts are small, and the logarithm is the dearest step of a matrix' features.
    static TABLE: LazyLock<Vec<f64>> = LazyLock::new(|| (0..4096).map(direct).collect());
    TABLE.get(n as usize).copied().unwrap_or_else(|| direct(n))
}

/// The entropy of counts that add up to `total`, from the sum of their `n log2 n`:
/// `-sum p log2 p` with `p = n / total`.
pub(super) fn entropy(sum: f64, total: f64) -> f64 {
    (libm::log2(total) - sum / total).max(0.0)
}

fn direct(n: u64) -> f64 {
    if n == 0 { 0.0 } else { n as f64 * libm::log2(n as f64) }
}
