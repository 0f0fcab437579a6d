//! Decimal numbers: what is read, what is printed, and arithmetic against `i128` and `f64`.

use super::*;

#[test]
fn decimal_strings_are_read_as_the_standard_has_them() {
    let table = [
        ("1", "1"),
        (" +1.500 ", "1.5"),
        ("-.5", "-0.5"),
        ("5.", "5"),
        ("1e3", "1000"),
        ("-1.25E-2", "-0.0125"),
        ("0.000E+7", "0"),
        ("1.23456789E-30", "123456789E-38"),
        ("1E+100", "1E100"),
    ];
    for (text, expected) in table {
        assert_eq!(Decimal::from_ds(text).unwrap().to_string(), expected, "{text}");
    }
}

#[test]
fn anything_else_is_refused() {
    let malformed =
        ["", " ", ".", "-", "1 2", "1,5", "0x1", "1E", "E1", "1E1.0", "--1", "1.2.3", "NaN", "1\0"];
    for text in malformed {
        assert_eq!(Decimal::from_ds(text), Err(DecimalError::Malformed), "{text:?}");
    }
    assert_eq!(Decimal::from_ds(&"1".repeat(65)), Err(DecimalError::TooLong));
    assert_eq!(Decimal::from_ds("1E101"), Err(DecimalError::Exponent));
    assert_eq!(Decimal::from_ds("1E-99999999999"), Err(DecimalError::Exponent));
}

#[test]
fn equal_numbers_are_equal_however_written() {
    let numbers = ["100", "1E2", "1.00E2", "0.1E3"].map(|text| Decimal::from_ds(text).unwrap());
    assert!(numbers.windows(2).all(|pair| pair[0] == pair[1]));
    assert_eq!(Decimal::from_ds("-0.0").unwrap(), Decimal::default());
}

#[test]
fn conversion_to_f64_rounds_to_nearest_even() {
    let tie = Decimal::new((1i64 << 53) + 1, 0);
    assert_eq!(tie.to_f64(), 2f64.powi(53));
    let above = &tie + &Decimal::new(1, -300);
    assert_eq!(above.to_f64(), 2f64.powi(53) + 2.0);
    assert_eq!(Decimal::new(-1, 400).to_f64(), f64::NEG_INFINITY);
    assert_eq!(Decimal::new(1, -400).to_f64(), 0.0);
}

proptest! {
    #[test]
    fn arithmetic_agrees_with_integers(
        (a, i) in (any::<i32>(), 0u32..6), (b, j) in (any::<i32>(), 0u32..6),
    ) {
        // Numbers of `places` decimals, times 10^6, are integers.
        let decimal = |digits: i32, places: u32| Decimal::new(digits, -(places as i32));
        let scaled = |digits: i32, places: u32| i128::from(digits) * 10i128.pow(6 - places);
        let (x, y) = (decimal(a, i), decimal(b, j));
        let (sx, sy) = (scaled(a, i), scaled(b, j));
        prop_assert_eq!(&x + &y, Decimal::new(sx + sy, -6));
        prop_assert_eq!(&x - &y, Decimal::new(sx - sy, -6));
        prop_assert_eq!(&x * &y, Decimal::new(sx * sy, -12));
        prop_assert_eq!(x.cmp(&y), sx.cmp(&sy));
        prop_assert_eq!(x.pow(3), &(&x * &x) * &x);
    }

    #[test]
    fn printing_and_reading_give_the_number_back(digits: i128, exponent in -200i32..200) {
        let number = Decimal::new(digits, exponent);
        prop_assert_eq!(&number.to_string().parse::<Decimal>().unwrap(), &number);
        let json = serde_json::to_string(&number).unwrap();
        prop_assert_eq!(json, format!("\"{number}\""));
    }

    #[test]
    fn conversion_agrees_with_the_parser(digits: i128, exponent in -300i32..260) {
        let expected: f64 = format!("{digits}E{exponent}").parse().unwrap();
        prop_assert_eq!(Decimal::new(digits, exponent).to_f64().to_bits(), expected.to_bits());
    }
}
