//! Numbers for people: a number in, its first digits out.

/// A number with three significant digits, or all before the point.
pub fn three_digits(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return format!("{value}");
    }
    let digits = (2 - value.abs().log10().floor() as i32).clamp(0, 9) as usize;
    format!("{value:.digits$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_digits_are_kept() {
        let known =
            [(0.012_34, "0.0123"), (1.5, "1.50"), (12.34, "12.3"), (1234.5, "1234"), (0.0, "0")];
        for (number, text) in known {
            assert_eq!(three_digits(number), text);
        }
        assert_eq!(three_digits(-0.5), "-0.500");
    }
}
