//! Axes: a range in, round places along it and their labels out.

/// Round places from `low` to `high`, at most about `most` of them: multiples of 1, 2 or 5 times a power of ten.
pub fn ticks(low: f64, high: f64, most: usize) -> Vec<f64> {
    let span = high - low;
    if !(span.is_finite() && span > 0.0) || most == 0 {
        return vec![low];
    }
    let rough = span / most as f64;
    let power = 10_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().find(|it| it * power >= rough).unwrap_or(10.0);
    let step = step * power;
    let first = (low / step).ceil();
    let count = ((high / step).floor() - first).clamp(0.0, 100.0) as usize;
    (0..=count).map(|n| (first + n as f64) * step).collect()
}

/// A number in few letters: three significant digits, `k`, `M` and `G` for powers of 1000.
pub fn short(value: f64) -> String {
    let size = value.abs();
    let (scaled, unit) = match size {
        1e9.. => (value / 1e9, "G"),
        1e6.. => (value / 1e6, "M"),
        1e4.. => (value / 1e3, "k"),
        _ => (value, ""),
    };
    let size = scaled.abs();
    let digits = match size {
        100.0.. => 0,
        10.0.. => 1,
        1.0.. => 2,
        0.1.. => 3,
        0.01.. => 4,
        0.001.. => 5,
        _ if size == 0.0 => 0,
        _ => return format!("{scaled:.1e}"),
    };
    let text = format!("{scaled:.digits$}");
    let text =
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    format!("{text}{unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_within() {
        assert_eq!(ticks(0.0, 10.0, 5), [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]);
        assert_eq!(ticks(-1000.0, 400.0, 3), [-1000.0, -500.0, 0.0]);
        assert_eq!(ticks(3.0, 3.0, 5), [3.0]);
        assert_eq!(ticks(f64::NAN, 3.0, 5).len(), 1);
    }

    #[test]
    fn numbers_are_short() {
        let of = [(0.0, "0"), (1234.0, "1234"), (12_345.0, "12.3k"), (0.25, "0.25"), (2e6, "2M")];
        for (value, text) in of {
            assert_eq!(short(value), text);
        }
        assert_eq!(short(-1024.0), "-1024");
        assert_eq!(short(1.5e-7), "1.5e-7");
    }
}
