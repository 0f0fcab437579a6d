//! Words for people at a terminal of 80 columns: times, numbers, bytes and sentences in, text out.

/// Columns of a terminal.
pub(super) const COLUMNS: usize = 80;

/// The text in lines of at most 80 columns, all behind so many spaces but the first, which stands behind what
/// was written already. Longer words stand alone.
pub(super) fn wrapped(text: &str, indent: usize) -> String {
    let (mut lines, mut column) = (String::new(), indent);
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if column > indent && column + 1 + length > COLUMNS {
            lines.push('\n');
            lines.extend(std::iter::repeat_n(' ', indent));
            column = indent;
        }
        if column > indent {
            lines.push(' ');
            column += 1;
        }
        lines += word;
        column += length;
    }
    lines
}

/// A time in the two units that matter: `45 s`, `3 min 20 s`, `1 h 02 min`, `2 d 5 h`.
pub(super) fn in_words(seconds: f64) -> String {
    let seconds = seconds.max(0.0).round() as u64;
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{minutes} min {:02} s", seconds % 60),
        3600..86_400 => format!("{hours} h {:02} min", minutes % 60),
        _ if days < 100 => format!("{days} d {} h", hours % 24),
        _ => "over 100 d".to_owned(),
    }
}

/// A whole number with its thousands apart: `1,234,567`.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// So many of something: `1 slice`, `2 slices`.
pub(super) fn counted(number: u64, noun: &str) -> String {
    format!("{} {noun}{}", grouped(number), if number == 1 { "" } else { "s" })
}

/// Bytes in MB, from 10 GB on in GB, from 10 TB on in TB (powers of 1000).
pub(super) fn megabytes(bytes: f64) -> String {
    match bytes {
        1e13.. => format!("{:.1} TB", bytes / 1e12),
        1e10.. => format!("{:.1} GB", bytes / 1e9),
        _ => format!("{:.1} MB", bytes / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_filled_and_never_too_long() {
        assert_eq!(wrapped("", 4), "");
        assert_eq!(wrapped(" a  b ", 4), "a b");
        let text = wrapped(&"abcd ".repeat(40), 10);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 3);
        assert_eq!(lines[0].len(), 69, "ten columns stand before it");
        assert_eq!(lines[1], format!("{}{}", " ".repeat(10), "abcd ".repeat(14).trim_end()));
        assert_eq!(wrapped(&"x".repeat(99), 0).len(), 99);
    }

    #[test]
    fn times_and_numbers_are_easy_to_read() {
        let cases = [
            (0.2, "0 s"),
            (59.4, "59 s"),
            (59.6, "1 min 00 s"),
            (200.0, "3 min 20 s"),
            (3725.0, "1 h 02 min"),
            (190_800.0, "2 d 5 h"),
            (1e12, "over 100 d"),
            (f64::INFINITY, "over 100 d"),
        ];
        for (seconds, words) in cases {
            assert_eq!(in_words(seconds), words);
        }
        assert_eq!(
            [0, 999, 1000, 1_234_567].map(grouped),
            ["0", "999", "1,000", "1,234,567"].map(str::to_owned)
        );
        assert_eq!(
            [1.5e6, 9_999e6, 12e9, 12e12].map(megabytes),
            ["1.5 MB", "9999.0 MB", "12.0 GB", "12.0 TB"].map(str::to_owned)
        );
    }
}
