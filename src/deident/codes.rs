//! Codes (PS3.3 section 8): which are of published schemes, and which only their makers know.

use dicom::dictionary_std::tags;

use super::words::is_term_of;
use crate::dataset::{DataSet, Tag};

/// Attributes by which a code is known.
pub(super) const NAMES_OF_CODES: [Tag; 5] = [
    tags::CODE_VALUE,
    tags::LONG_CODE_VALUE,
    tags::URN_CODE_VALUE,
    tags::CODING_SCHEME_DESIGNATOR,
    tags::CODING_SCHEME_VERSION,
];

/// Whether an item is a code (PS3.3 section 8).
pub(super) fn is_code(item: &DataSet) -> bool {
    let code_values = [tags::CODE_VALUE, tags::LONG_CODE_VALUE, tags::URN_CODE_VALUE];
    code_values.into_iter().any(|tag| item.get(tag).is_some())
}

/// Whether an item is a code of a scheme that only its makers know (PS3.16 section 8: 99 begins such
/// designators, L was the name for local ones).
pub(super) fn is_local_code(item: &DataSet) -> bool {
    let scheme = item.text(tags::CODING_SCHEME_DESIGNATOR).unwrap_or_default();
    let value = NAMES_OF_CODES[..3].iter().find_map(|tag| item.text(*tag)).unwrap_or_default();
    is_code(item) && !is_standard_code(scheme, value)
}

/// Designators of published schemes (PS3.16 table 8-1).
const PUBLISHED: [&str; 46] = [
    "DCM",
    "SCT",
    "SRT",
    "SNM3",
    "99SDM",
    "LN",
    "UCUM",
    "RADLEX",
    "FMA",
    "UMLS",
    "NCIt",
    "I9",
    "I9C",
    "I10",
    "I10P",
    "ICDO3",
    "ICD10",
    "BI",
    "ACR",
    "MA",
    "MDC",
    "NCDR",
    "NCDR [2.0b]",
    "HPC",
    "IBSI",
    "RXNORM",
    "CD10",
    "UNS",
    "UBERON",
    "BTO",
    "PUBCHEM_CID",
    "CPT4",
    "C4",
    "ISO3166_1",
    "ISO639_1",
    "ISO639_2",
    "RFC3066",
    "RFC5646",
    "SCPECG",
    "NDC",
    "MDNS",
    "UPC",
    "SDM",
    "DC",
    "CDT",
    "NICIP",
];

/// Whether a code looks like one of a scheme that a standard body publishes; others are local.
pub(super) fn is_standard_code(designator: &str, value: &str) -> bool {
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let has_form = match designator {
        // Context group 29 has codes of letters.
        "DCM" => is_digits(value) && value.len() <= 6 || is_term_of(tags::MODALITY, value),
        "SCT" => is_digits(value) && value.len() <= 18,
        "SRT" | "SNM3" | "99SDM" => value.split_once('-').is_some_and(|(axis, number)| {
            axis.len() <= 2
                && number.len() <= 6
                && number.bytes().all(|b| b.is_ascii_alphanumeric())
        }),
        "LN" => value
            .split_once('-')
            .is_some_and(|(number, check)| is_digits(number) && is_digits(check)),
        // Units, such as {ratio} and [hnsf'U].
        "UCUM" => value.len() <= 16 && !value.contains([' ', '^']),
        "RFC3066" | "RFC5646" | "ISO639_1" | "ISO639_2" | "ISO3166_1" => {
            value.len() <= 8 && value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        }
        // Names are written with letters alone.
        _ => {
            value.len() <= 16
                && value.bytes().any(|b| b.is_ascii_digit())
                && value.bytes().all(|b| b.is_ascii_alphanumeric() || b".-_:/+".contains(&b))
        }
    };
    has_form && PUBLISHED.contains(&designator)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_codes_have_the_form_of_their_scheme() {
        for (designator, value) in [
            ("DCM", "121071"),
            ("DCM", "PT"),
            ("SCT", "397898000"),
            ("SRT", "G-C0E3"),
            ("LN", "18782-3"),
            ("UCUM", "[hnsf'U]"),
            ("RFC5646", "en-US"),
            ("SCPECG", "5.10.2-2"),
            ("I10", "C34.1"),
            ("UNS", "12"),
        ] {
            assert!(is_standard_code(designator, value), "{designator} {value}");
        }
        for (designator, value) in [
            ("99SMITH", "1"),
            ("DCM", "KOWALSKI ANNA"),
            ("DCM", "KOWALSKI"),
            ("DCM", ""),
            ("I10", "KOWALSKI ANNA"),
            ("C4", "KOWALSKI"),
            ("UNS", ""),
            ("L", "7"),
        ] {
            assert!(!is_standard_code(designator, value), "{designator} {value}");
        }
    }
}
