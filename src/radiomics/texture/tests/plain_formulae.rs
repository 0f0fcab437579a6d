//! The manual's formulae written out, slowly, on matrices in trees: what the fast ones are compared with.

use std::collections::BTreeMap;

/// Entries of a matrix.
pub(super) type Matrix = BTreeMap<(usize, usize), f64>;

fn entropy(shares: impl Iterator<Item = f64>) -> f64 {
    shares.map(|p| if p > 0.0 { -p * p.log2() } else { 0.0 }).sum()
}

/// Features of a co-occurrence matrix with both orders of every pair.
pub(super) fn cooccurrence(matrix: &Matrix, n_levels: f64) -> Vec<Option<f64>> {
    let total: f64 = matrix.values().sum();
    if total == 0.0 {
        return vec![None; 25];
    }
    let share = |i, j| matrix.get(&(i, j)).copied().unwrap_or(0.0) / total;
    let highest = matrix.keys().map(|key| key.0).max().unwrap();
    let mut of_level = vec![0.0; highest + 1];
    let mut of_difference = vec![0.0; highest + 1];
    let mut of_sum = vec![0.0; 2 * highest + 1];
    for (&(i, j), n) in matrix {
        assert!((share(i, j) - share(j, i)).abs() < 1e-15, "symmetric");
        of_level[i] += n / total;
        of_difference[i.abs_diff(j)] += n / total;
        of_sum[i + j] += n / total;
    }
    assert!((of_level.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    let sum = |f: &dyn Fn(f64, f64) -> f64| -> f64 {
        matrix.iter().map(|(&(i, j), n)| f(i as f64, j as f64) * n / total).sum()
    };
    let mean_of = |p: &[f64]| -> f64 { p.iter().enumerate().map(|(k, p)| k as f64 * p).sum() };
    let variance_of = |p: &[f64]| -> f64 {
        let mean = mean_of(p);
        p.iter().enumerate().map(|(k, p)| (k as f64 - mean).powi(2) * p).sum()
    };
    let mean = mean_of(&of_level);
    let variance = variance_of(&of_level);
    let joint = entropy(matrix.values().map(|n| n / total));
    let marginal = entropy(of_level.iter().copied());
    let (mut first, mut second) = (0.0, 0.0);
    for (&(i, j), n) in matrix {
        first -= n / total * (of_level[i] * of_level[j]).log2();
    }
    for p in &of_level {
        for q in of_level.iter().filter(|q| p * **q > 0.0) {
            second -= p * q * (p * q).log2();
        }
    }
    let centred = |power| sum(&|i, j| (i + j - 2.0 * mean).powi(power));
    let several = of_level.iter().filter(|p| **p > 0.0).count() > 1;
    vec![
        Some(matrix.values().copied().fold(0.0, f64::max) / total),
        Some(mean),
        Some(sum(&|i, _| (i - mean).powi(2))),
        Some(joint),
        Some(mean_of(&of_difference)),
        Some(variance_of(&of_difference)),
        Some(entropy(of_difference.iter().copied())),
        Some(mean_of(&of_sum)),
        Some(variance_of(&of_sum)),
        Some(entropy(of_sum.iter().copied())),
        Some(matrix.values().map(|n| (n / total).powi(2)).sum()),
        Some(sum(&|i, j| (i - j).powi(2))),
        Some(sum(&|i, j| (i - j).abs())),
        Some(sum(&|i, j| 1.0 / (1.0 + (i - j).abs()))),
        Some(sum(&|i, j| 1.0 / (1.0 + (i - j).abs() / n_levels))),
        Some(sum(&|i, j| 1.0 / (1.0 + (i - j).powi(2)))),
        Some(sum(&|i, j| 1.0 / (1.0 + (i - j).powi(2) / n_levels.powi(2)))),
        Some(2.0 * sum(&|i, j| if i < j { 1.0 / (i - j).powi(2) } else { 0.0 })),
        several.then(|| sum(&|i, j| (i - mean) * (j - mean)) / variance),
        Some(sum(&|i, j| i * j)),
        Some(centred(2)),
        Some(centred(3)),
        Some(centred(4)),
        several.then(|| (joint - first) / marginal),
        Some((1.0 - (-2.0 * (second - joint)).exp()).max(0.0).sqrt()),
    ]
}

/// The features of a matrix of grey levels against whole numbers, the energy last.
pub(super) fn emphasis(matrix: &Matrix, n_voxels: f64) -> Vec<Option<f64>> {
    let n: f64 = matrix.values().sum();
    if n == 0.0 {
        return vec![None; 17];
    }
    let sum = |f: &dyn Fn(f64, f64) -> f64| -> f64 {
        matrix.iter().map(|(&(i, j), n)| f(i as f64, j as f64) * n).sum()
    };
    let squares = |of: &dyn Fn(&(usize, usize)) -> usize| -> f64 {
        let mut sums = BTreeMap::<usize, f64>::new();
        for (key, n) in matrix {
            *sums.entry(of(key)).or_default() += n;
        }
        sums.values().map(|n| n * n).sum()
    };
    let (levels, numbers) = (squares(&|key| key.0), squares(&|key| key.1));
    let (level, number) = (sum(&|i, _| i) / n, sum(&|_, j| j) / n);
    [
        sum(&|_, j| 1.0 / (j * j)) / n,
        sum(&|_, j| j * j) / n,
        sum(&|i, _| 1.0 / (i * i)) / n,
        sum(&|i, _| i * i) / n,
        sum(&|i, j| 1.0 / (i * i * j * j)) / n,
        sum(&|i, j| i * i / (j * j)) / n,
        sum(&|i, j| j * j / (i * i)) / n,
        sum(&|i, j| i * i * j * j) / n,
        levels / n,
        levels / (n * n),
        numbers / n,
        numbers / (n * n),
        n / n_voxels,
        sum(&|i, _| (i - level).powi(2)) / n,
        sum(&|_, j| (j - number).powi(2)) / n,
        entropy(matrix.values().map(|count| count / n)),
        matrix.values().map(|count| (count / n).powi(2)).sum(),
    ]
    .map(Some)
    .to_vec()
}

/// The features of grey tone differences: of each grey level its voxels `n_i` and its sum `s_i`.
pub(super) fn tone_difference(rows: &BTreeMap<usize, (f64, f64)>) -> Vec<Option<f64>> {
    let n: f64 = rows.values().map(|row| row.0).sum();
    if n == 0.0 {
        return vec![None; 5];
    }
    let rows: Vec<[f64; 3]> =
        rows.iter().map(|(&i, &(count, sum))| [i as f64, count / n, sum]).collect();
    let pairs = |f: &dyn Fn(&[f64; 3], &[f64; 3]) -> f64| -> f64 {
        rows.iter().flat_map(|a| rows.iter().map(move |b| f(a, b))).sum()
    };
    let weighted: f64 = rows.iter().map(|[_, p, s]| p * s).sum();
    let total: f64 = rows.iter().map(|[_, _, s]| s).sum();
    let present = rows.len() as f64;
    let spread = pairs(&|[i, p, _], [j, q, _]| p * q * (i - j).powi(2));
    let busy = pairs(&|[i, p, _], [j, q, _]| (i * p - j * q).abs());
    let strength = pairs(&|[i, p, _], [j, q, _]| (p + q) * (i - j).powi(2));
    vec![
        Some(if weighted > 0.0 { (1.0 / weighted).min(1e6) } else { 1e6 }),
        Some(if present > 1.0 { spread / (present * (present - 1.0)) * total / n } else { 0.0 }),
        Some(if busy > 0.0 { weighted / busy } else { 0.0 }),
        Some(pairs(&|[i, p, s], [j, q, t]| (i - j).abs() * (p * s + q * t) / (p + q)) / n),
        Some(if total > 0.0 { strength / total } else { 0.0 }),
    ]
}
