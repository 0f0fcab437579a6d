//! A label as the name of a file. In go any bytes, out comes a relative path that leads nowhere else,
//! another for each label.

use std::fmt::Write;
use std::path::PathBuf;

/// File systems of Linux allow no longer one (pathconf(3), `NAME_MAX`).
const LONGEST_NAME_BYTES: usize = 255;

/// A safe relative path stays as it is. Bytes that are no text, control characters and `%` become `%` and two
/// hexadecimal digits; so do the dots of `.` and `..`, and all slashes where a part between two is
/// empty. None where a part is too long.
pub(super) fn file_name(label: &[u8]) -> Option<PathBuf> {
    let parts: Vec<&[u8]> = label.split(|byte| *byte == b'/').collect();
    let encoded: Vec<String> = if parts.iter().any(|part| part.is_empty()) {
        // The empty label would have no name at all.
        vec![if label.is_empty() { "%".to_owned() } else { encode(label) }]
    } else {
        parts.into_iter().map(encode).collect()
    };
    let fits = encoded.iter().all(|part| part.len() <= LONGEST_NAME_BYTES);
    fits.then(|| encoded.iter().collect())
}

fn encode(part: &[u8]) -> String {
    let mut encoded = String::with_capacity(part.len());
    let is_dots = matches!(part, b"." | b"..");
    for chunk in part.utf8_chunks() {
        for c in chunk.valid().chars() {
            if c.is_control() || matches!(c, '%' | '/') || is_dots {
                c.encode_utf8(&mut [0; 4]).bytes().for_each(|byte| escape(byte, &mut encoded));
            } else {
                encoded.push(c);
            }
        }
        chunk.invalid().iter().for_each(|byte| escape(*byte, &mut encoded));
    }
    encoded
}

fn escape(byte: u8, into: &mut String) {
    write!(into, "%{byte:02X}").expect("a String takes all that is written");
}

#[cfg(test)]
mod tests {
    use std::path::{Component, Path};

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn safe_paths_stay_and_others_lead_nowhere() {
        let name = |label: &[u8]| file_name(label).unwrap().to_str().unwrap().to_owned();
        for safe in ["a", "a/b.dcm", "São Paulo/..x", "a b"] {
            assert_eq!(name(safe.as_bytes()), safe);
        }
        assert_eq!(name(b"../../etc/passwd"), "%2E%2E/%2E%2E/etc/passwd");
        assert_eq!(name(b"/etc/passwd"), "%2Fetc%2Fpasswd");
        assert_eq!(name(b"a//b"), "a%2F%2Fb");
        assert_eq!(name(b"a/./b"), "a/%2E/b");
        assert_eq!(name(b"50%\n\xff"), "50%25%0A%FF");
        assert_eq!(name(b""), "%");
        assert_eq!(file_name(&[b'a'; 256]), None);
    }

    /// The label of a name.
    fn decoded(name: &Path) -> Vec<u8> {
        let text = name.to_str().unwrap();
        let mut parts = text.split('%');
        let mut label = parts.next().unwrap().as_bytes().to_vec();
        for part in parts.filter(|part| !part.is_empty()) {
            label.push(u8::from_str_radix(&part[..2], 16).unwrap());
            label.extend_from_slice(&part.as_bytes()[2..]);
        }
        label
    }

    proptest! {
        #[test]
        fn no_two_labels_have_one_name_and_no_name_leads_out(
            label in prop::collection::vec(prop_oneof![
                Just(b'/'), Just(b'.'), Just(b'%'), Just(0), any::<u8>()
            ], 0..30)
        ) {
            let name = file_name(&label).unwrap();
            prop_assert!(name.components().all(|part| matches!(part, Component::Normal(_))));
            prop_assert!(!name.as_os_str().is_empty());
            prop_assert_eq!(decoded(&name), label);
        }
    }
}
