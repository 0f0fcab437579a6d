//! Dates and times (PS3.5 table 6.2-1: DA, DT, TM): a value field in, the same moved by a number of
//! days out. Whole days, so that times of day, and with them every interval, stay what they are. What
//! cannot be read as a date or a time has no shifted form.

use super::profile::ShiftUnit;
use super::pseudonym::Pseudonyms;
use crate::dataset::VR;

/// By how much the dates of one patient move: always back, so that no date lies in the future.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DateShift {
    days: i64,
}

/// Ten years: past it neither a season nor a birthday says anything.
const MOST_DAYS: u64 = 3650;

impl DateShift {
    /// The shift of a patient, a keyed function of the pseudonym.
    pub(super) fn of(pseudonyms: &Pseudonyms, patient: &str, unit: ShiftUnit) -> Self {
        let random = pseudonyms.date_shift(patient);
        let (step, steps) = match unit {
            ShiftUnit::Days => (1, MOST_DAYS),
            ShiftUnit::Weeks => (7, MOST_DAYS / 7),
        };
        Self { days: -(step * (1 + (random % u128::from(steps)) as i64)) }
    }

    /// Dates that stay.
    pub(super) const NONE: Self = Self { days: 0 };

    /// The number of days, for the operator's map.
    pub(super) fn days(self) -> i64 {
        self.days
    }

    /// A value field moved; `None` where one of its values is no date or time.
    pub(super) fn apply(self, vr: VR, field: &str) -> Option<String> {
        each_value(field, |value| ranged(vr, value, self.days))
    }
}

/// Whether every value of the field is a date or a time, as the standard or as old writers have it.
pub(super) fn is_valid(vr: VR, field: &str) -> bool {
    each_value(field, |value| ranged(vr, value, 0)).is_some()
}

/// The calendar days that a field of VR DA or DT names, as year, month, day.
pub(super) fn days_named(vr: VR, field: &str) -> Vec<(i64, u32, u32)> {
    let mut days = Vec::new();
    for value in field.split('\\').map(str::trim) {
        // A date may be written with signs; both ends of a range are days.
        let is_dated = vr == VR::DA || vr == VR::DT;
        let all: String = value.chars().filter(char::is_ascii_digit).collect();
        let ends = value.split('-').map(|end| end.chars().filter(char::is_ascii_digit).collect());
        for digits in ends.chain([all]) {
            let digits: String = digits;
            if is_dated && let Some(day) = digits.get(..8).and_then(whole_day) {
                days.push(day);
            }
        }
    }
    days
}

fn each_value(field: &str, one: impl Fn(&str) -> Option<String>) -> Option<String> {
    let values = field.split('\\').map(|value| {
        let value = value.trim_matches([' ', '\0']);
        if value.is_empty() { Some(String::new()) } else { one(value) }
    });
    values.collect::<Option<Vec<String>>>().map(|values| values.join("\\"))
}

/// A single value, or a range as queries have it: `a-b`, `a-`, `-b`.
fn ranged(vr: VR, value: &str, days: i64) -> Option<String> {
    if let Some(moved) = single(vr, value, days) {
        return Some(moved);
    }
    value.match_indices('-').find_map(|(at, _)| {
        let end = |text: &str| {
            if text.is_empty() { Some(String::new()) } else { single(vr, text, days) }
        };
        let (from, to) = (value[..at].trim(), value[at + 1..].trim());
        if from.is_empty() && to.is_empty() {
            return None;
        }
        Some(format!("{}-{}", end(from)?, end(to)?))
    })
}

fn single(vr: VR, value: &str, days: i64) -> Option<String> {
    match vr {
        VR::DA => date(value, days),
        VR::TM => time(value).then(|| value.to_owned()),
        VR::DT => date_time(value, days),
        // Timezone Offset From UTC (0008,0201), the one SH among the dates.
        VR::SH => offset(value).then(|| value.to_owned()),
        _ => None,
    }
}

/// `YYYYMMDD`, or as ACR-NEMA had it `YYYY.MM.DD`, or with hyphens or slashes.
fn date(value: &str, days: i64) -> Option<String> {
    let bytes = value.as_bytes();
    let digits = match bytes.len() {
        8 => value.to_owned(),
        10 if matches!(bytes[4], b'.' | b'-' | b'/') && bytes[7] == bytes[4] => {
            format!("{}{}{}", value.get(..4)?, value.get(5..7)?, value.get(8..)?)
        }
        _ => return None,
    };
    let moved = moved(whole_day(&digits)?, days)?;
    // A date that does not move stays as it is written.
    if days == 0 { Some(value.to_owned()) } else { Some(format_day(moved)) }
}

/// `YYYY[MM[DD[HH[MM[SS[.F]]]]]][&ZZXX]`. Of a year or a month alone, the middle is moved.
fn date_time(value: &str, days: i64) -> Option<String> {
    let (moment, zone) = match value.rfind(['+', '-']) {
        Some(at) if offset(&value[at..]) => value.split_at(at),
        _ => (value, ""),
    };
    let moment = moment.trim_end();
    let digits = moment.bytes().take_while(u8::is_ascii_digit).count();
    let (whole, fraction) = moment.split_at(digits);
    let day = match whole.len() {
        4 => format_day(moved(whole_day(&format!("{whole}0701"))?, days)?)[..4].to_owned(),
        6 => format_day(moved(whole_day(&format!("{whole}15"))?, days)?)[..6].to_owned(),
        8 | 10 | 12 | 14 => format_day(moved(whole_day(&whole[..8])?, days)?),
        _ => return None,
    };
    let clock = whole.get(8..).unwrap_or("");
    let is_clock =
        if clock.is_empty() { fraction.is_empty() } else { time(&[clock, fraction].concat()) };
    is_clock.then(|| format!("{day}{clock}{fraction}{zone}"))
}

/// `HH[MM[SS[.F]]]`, or as ACR-NEMA had it `HH:MM[:SS[.F]]`.
fn time(value: &str) -> bool {
    let (clock, fraction) = match value.split_once('.') {
        Some((clock, fraction)) => (clock, Some(fraction)),
        None => (value, None),
    };
    let digits = if clock.contains(':') {
        let parts: Vec<&str> = clock.split(':').collect();
        if parts.len() > 3 || parts.iter().any(|part| part.len() != 2) {
            return false;
        }
        parts.concat()
    } else {
        clock.to_owned()
    };
    let is_fraction = fraction.is_none_or(|fraction| {
        digits.len() == 6 && (1..=6).contains(&fraction.len()) && is_digits(fraction)
    });
    let below = |at: usize, limit: u8| {
        digits.get(at..at + 2).is_none_or(|part| part.parse().is_ok_and(|n: u8| n < limit))
    };
    // The 60th second is a leap second.
    matches!(digits.len(), 2 | 4 | 6)
        && is_digits(&digits)
        && is_fraction
        && below(0, 24)
        && below(2, 60)
        && below(4, 61)
}

/// `+HHMM` or `-HHMM`.
fn offset(value: &str) -> bool {
    let signed = value.strip_prefix(['+', '-']);
    signed.is_some_and(|digits| {
        digits.len() == 4 && is_digits(digits) && &digits[..2] <= "14" && &digits[2..] < "60"
    })
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn whole_day(digits: &str) -> Option<(i64, u32, u32)> {
    if digits.len() != 8 || !is_digits(digits) {
        return None;
    }
    let (year, month) = (digits[..4].parse().ok()?, digits[4..6].parse().ok()?);
    let day = digits[6..].parse().ok()?;
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        2 => 28 + u32::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    (year > 0 && (1..=length).contains(&day)).then_some((year, month, day))
}

fn format_day((year, month, day): (i64, u32, u32)) -> String {
    format!("{year:04}{month:02}{day:02}")
}

fn moved(day: (i64, u32, u32), days: i64) -> Option<(i64, u32, u32)> {
    let moved = from_number(number(day) + days);
    (1..=9999).contains(&moved.0).then_some(moved)
}

/// Days since 0000-03-01 in the Gregorian calendar, counted in eras of 400 years that begin in
/// March, so that the leap day is the last of its year.
fn number((year, month, day): (i64, u32, u32)) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let month = i64::from((month + 9) % 12);
    let day_of_year = (153 * month + 2) / 5 + i64::from(day) - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year
}

fn from_number(number: i64) -> (i64, u32, u32) {
    let (era, day_of_era) = (number.div_euclid(146_097), number.rem_euclid(146_097));
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = (day_of_year - (153 * month + 2) / 5 + 1) as u32;
    let month = ((month + 2) % 12 + 1) as u32;
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn back(days: i64, vr: VR, field: &str) -> Option<String> {
        DateShift { days: -days }.apply(vr, field)
    }

    #[test]
    fn dates_move_over_months_and_leap_days() {
        assert_eq!(back(1, VR::DA, "20240301").unwrap(), "20240229");
        assert_eq!(back(1, VR::DA, "20230301").unwrap(), "20230228");
        assert_eq!(back(366, VR::DA, "20010101").unwrap(), "20000101");
        assert_eq!(back(1, VR::DA, "19000301").unwrap(), "19000228");
    }

    #[test]
    fn old_and_partial_and_ranged_dates_move_too() {
        assert_eq!(back(1, VR::DA, "2019.07.04").unwrap(), "20190703");
        assert_eq!(back(1, VR::DA, "2019-07-04").unwrap(), "20190703");
        assert_eq!(back(3, VR::DA, "20190704-20190708").unwrap(), "20190701-20190705");
        assert_eq!(back(3, VR::DA, "-20190704").unwrap(), "-20190701");
        assert_eq!(back(3, VR::DA, r"20190704\\20190705").unwrap(), r"20190701\\20190702");
        assert_eq!(back(365, VR::DT, "2019").unwrap(), "2018");
        assert_eq!(back(31, VR::DT, "201907").unwrap(), "201906");
        assert_eq!(back(3, VR::DT, "20190704235959.5+0100").unwrap(), "20190701235959.5+0100");
        assert_eq!(back(3, VR::DT, "20190704-0500").unwrap(), "20190701-0500");
        assert_eq!(back(3, VR::DT, "20190704-20190708").unwrap(), "20190701-20190705");
        assert_eq!(back(3, VR::TM, "235959.123").unwrap(), "235959.123");
        assert_eq!(back(3, VR::TM, "23:59:59").unwrap(), "23:59:59");
        assert_eq!(back(3, VR::SH, "-0330").unwrap(), "-0330");
        assert_eq!(back(3, VR::DA, "").unwrap(), "");
    }

    #[test]
    fn what_is_no_date_has_no_shifted_form() {
        for (vr, field) in [
            (VR::DA, "July 4, 2019"),
            (VR::DA, "20190732"),
            (VR::DA, "20190230"),
            (VR::DA, "00000101"),
            (VR::DA, "1907"),
            (VR::DA, "-"),
            (VR::DA, r"20190704\DOE"),
            (VR::DA, "２０１９0704"),
            (VR::TM, "2460"),
            (VR::TM, "noon"),
            (VR::TM, "1230.5"),
            (VR::DT, "20190704DOE"),
            (VR::DT, "20190704120000.5+9999"),
            (VR::SH, "EST"),
        ] {
            assert_eq!(back(1, vr, field), None, "{field}");
            assert!(!is_valid(vr, field), "{field}");
        }
    }

    proptest! {
        #[test]
        fn intervals_are_kept(a in 200_000_i64..800_000, b in 200_000_i64..800_000, by in 1_i64..3650) {
            let date = |n: i64| format_day(from_number(n));
            let read = |text: &str| number(whole_day(text).unwrap());
            let (moved_a, moved_b) =
                (back(by, VR::DA, &date(a)).unwrap(), back(by, VR::DA, &date(b)).unwrap());
            prop_assert_eq!(read(&moved_a) - read(&moved_b), a - b);
            prop_assert_eq!(read(&date(a)), a);
        }

        #[test]
        fn any_text_is_taken(text in ".{0,30}") {
            for vr in [VR::DA, VR::DT, VR::TM, VR::SH] {
                let _ = back(400, vr, &text);
            }
        }
    }
}
