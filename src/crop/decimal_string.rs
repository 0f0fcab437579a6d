//! Numbers as decimal strings.

/// Characters that a decimal string may have (PS3.5 table 6.2-1).
const MOST_CHARACTERS: usize = 16;

/// A number as a decimal string, as exactly as its characters allow: positions to 1e-9 mm and less. `None` of a
/// number that has no place in so many.
pub(super) fn decimal_string(number: f64) -> Option<String> {
    // One zero instead of two.
    let number = number + 0.0;
    let shortest = number.to_string();
    if number.is_finite() && shortest.len() <= MOST_CHARACTERS {
        return Some(shortest);
    }
    let digits = (0..MOST_CHARACTERS).rev();
    let rounded = digits.map(|digits| format!("{number:.digits$}"));
    let rounded = rounded.into_iter().find(|text| text.len() <= MOST_CHARACTERS);
    let rounded = rounded.filter(|_| number.is_finite())?;
    if !rounded.contains('.') {
        return Some(rounded);
    }
    let rounded = rounded.trim_end_matches('0').trim_end_matches('.');
    Some(if rounded == "-0" { "0".to_owned() } else { rounded.to_owned() })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_are_as_short_and_as_exact_as_they_can_be() {
        for (number, text) in [
            (0.0, "0"),
            (-0.0, "0"),
            (-125.5, "-125.5"),
            (6.718_744_000_000_001, "6.718744"),
            (-1.0 / 3.0, "-0.3333333333333"),
            (1e-17, "0"),
            (-1e-17, "0"),
            (1e15, "1000000000000000"),
        ] {
            assert_eq!(decimal_string(number).as_deref(), Some(text), "{number}");
        }
        for number in [1e16, -1e300, f64::NAN, f64::INFINITY] {
            assert_eq!(decimal_string(number), None, "{number}");
        }
    }

    proptest! {
        #[test]
        fn positions_are_exact_to_a_billionth(number in -5000.0..5000.0_f64) {
            let text = decimal_string(number).unwrap();
            prop_assert!(text.len() <= 16);
            prop_assert!((text.parse::<f64>().unwrap() - number).abs() <= 1e-9);
        }
    }
}
