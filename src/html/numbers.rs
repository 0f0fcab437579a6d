//! Numbers in, what people read out. Groups of three digits stand apart by a narrow space, which does not break.

use serde_json::Value;

use crate::plot::short;

/// Narrow no-break space.
const GAP: char = '\u{202f}';

/// A count.
pub(crate) fn count(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::with_capacity(digits.len() * 2);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(GAP);
        }
        text.push(digit);
    }
    text
}

/// A count and what is counted, of which `one` is the word for one and `many` that for others.
pub(crate) fn counted(value: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(value), if value == 1 { one } else { many })
}

/// A number to four significant digits.
pub(crate) fn real(value: f64) -> String {
    if !value.is_finite() {
        return String::new();
    }
    let size = value.abs();
    if size != 0.0 && !(1e-4..1e9).contains(&size) {
        return format!("{value:.3e}");
    }
    if size >= 1000.0 {
        let sign = if value < 0.0 { "-" } else { "" };
        return format!("{sign}{}", count(size.round() as u64));
    }
    let whole = if size < 1.0 { 0 } else { size.log10() as usize + 1 };
    let text = format!("{value:.*}", 4_usize.saturating_sub(whole.max(1)).max(1));
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// A number that may be absent.
pub(crate) fn maybe(value: Option<f64>) -> String {
    value.map_or_else(String::new, real)
}

/// Seconds, megabytes and the like, of which a thousandth is nothing.
pub(crate) fn amount(value: f64) -> String {
    if value.abs() < 5e-4 { "0".to_owned() } else { real(value) }
}

/// Millions of bytes.
pub(crate) fn megabytes(bytes: u64) -> String {
    amount(bytes as f64 / 1e6)
}

/// Bytes in the unit that suits them.
pub(crate) fn bytes(bytes: u64) -> String {
    let size = bytes as f64;
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} kB", real(size / 1e3)),
        1_000_000..1_000_000_000 => format!("{} MB", real(size / 1e6)),
        1_000_000_000..1_000_000_000_000 => format!("{} GB", real(size / 1e9)),
        _ => format!("{} TB", real(size / 1e12)),
    }
}

/// Seconds, minutes and hours.
pub(crate) fn duration(seconds: f64) -> String {
    if !seconds.is_finite() || seconds < 0.0 {
        return String::new();
    }
    let whole = seconds.round() as u64;
    match whole {
        0..120 => format!("{} s", short(seconds)),
        120..7200 => format!("{} min {} s", whole / 60, whole % 60),
        _ => format!("{} h {} min", count(whole / 3600), whole % 3600 / 60),
    }
}

/// A share as a percentage.
pub(crate) fn percent(share: f64) -> String {
    if share.is_finite() { format!("{:.1}", share * 100.0) } else { String::new() }
}

/// Seconds since 1970 as a date and a time in UTC. The days of a date are counted in eras of 400 years that begin in
/// March (Hinnant, "chrono-Compatible Low-Level Date Algorithms").
pub(crate) fn date(unix_s: u64) -> String {
    let (days, seconds) = (unix_s / 86_400 + 719_468, unix_s % 86_400);
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = year + era * 400 + u64::from(month <= 2);
    let (hour, minute) = (seconds / 3600, seconds % 3600 / 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02} UTC")
}

/// A value of an option as it is typed.
pub(crate) fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(plain).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_grouped() {
        let of = [
            (0, "0"),
            (999, "999"),
            (1000, "1\u{202f}000"),
            (1_234_567, "1\u{202f}234\u{202f}567"),
        ];
        for (value, text) in of {
            assert_eq!(count(value), text);
        }
    }

    #[test]
    fn reals_have_four_digits() {
        let of = [
            (0.0, "0"),
            (-0.000_000_01, "-1.000e-8"),
            (0.12345, "0.123"),
            (1.5, "1.5"),
            (12.345, "12.35"),
            (-999.96, "-1000"),
            (1234.5, "1\u{202f}235"),
            (-1024.0, "-1\u{202f}024"),
            (f64::NAN, ""),
        ];
        for (value, text) in of {
            assert_eq!(real(value), text);
        }
    }

    #[test]
    fn dates_are_those_of_the_calendar() {
        assert_eq!(date(0), "1970-01-01 00:00 UTC");
        assert_eq!(date(951_782_400), "2000-02-29 00:00 UTC");
        assert_eq!(date(1_795_339_876), "2026-11-22 09:31 UTC");
    }

    #[test]
    fn times_and_sizes_have_units() {
        assert_eq!(duration(5.918), "5.92 s");
        assert_eq!(duration(3723.0), "62 min 3 s");
        assert_eq!(duration(90_000.0), "25 h 0 min");
        assert_eq!((bytes(999), bytes(104_425_733)), ("999 B".into(), "104.4 MB".into()));
    }
}
