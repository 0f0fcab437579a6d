//! Order statistics of real numbers: the same whatever their order, and finite where they are.

/// The finite ones of `values`, ascending, with one zero instead of two.
pub(super) fn ascending(values: impl IntoIterator<Item = f64>) -> Vec<f64> {
    let finite = values.into_iter().filter(|value| value.is_finite());
    let mut sorted: Vec<f64> = finite.map(|value| value + 0.0).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted
}

/// The quartile `0..=4` of `ascending` values, linear at the rank `(n-1)q` as numpy's default;
/// `None` of no values.
pub(super) fn quartile(ascending: &[f64], quarters: usize) -> Option<f64> {
    let position = ascending.len().checked_sub(1)? * quarters;
    let below = *ascending.get(position / 4)?;
    let above = ascending.get(position / 4 + 1).copied().unwrap_or(below);
    let share = (position % 4) as f64 / 4.0;
    // A weighted mean, since a difference could overflow; of two equal values exactly that.
    Some(below * (1.0 - share) + above * share)
}

/// The median of `ascending` values.
pub(super) fn median(ascending: &[f64]) -> Option<f64> {
    quartile(ascending, 2)
}

/// How many keys are repetitions of another.
pub(super) fn repetitions<K: Ord>(keys: impl IntoIterator<Item = K>) -> u32 {
    let mut keys: Vec<K> = keys.into_iter().collect();
    let all = keys.len();
    keys.sort_unstable();
    keys.dedup();
    saturated(all - keys.len())
}

/// A count for a row.
pub(super) fn saturated(count: impl TryInto<u32>) -> u32 {
    count.try_into().unwrap_or(u32::MAX)
}
