//! Names of units: any text in, a name that every file system takes out. Different texts have different names.

use std::fmt::Write;

/// Longer names end in a digest: file systems take 255 bytes, and an extension follows.
const LONGEST: usize = 200;
/// What stays of the beginning of a longer one.
const KEPT: usize = 160;

/// A text as one name: letters, digits, `.`, `_` and `-` stay, every other byte is `%` and two hexadecimal digits
/// (RFC 3986, section 2.1), and so is a point or a hyphen at the beginning.
pub fn safe_name(text: &[u8]) -> String {
    let mut name = String::with_capacity(text.len());
    for (at, byte) in text.iter().enumerate() {
        let stays = byte.is_ascii_alphanumeric() || *byte == b'_';
        // A name that begins with them would be hidden, or taken for an option.
        if stays || (matches!(byte, b'.' | b'-') && at > 0) {
            name.push(char::from(*byte));
        } else {
            write!(name, "%{byte:02X}").expect("a text takes what is written");
        }
    }
    if name.is_empty() {
        // No other text gives it: a `%` is always followed by two digits.
        return "%".to_owned();
    }
    if name.len() > LONGEST {
        let digest = blake3::hash(text).to_hex();
        name.truncate(KEPT);
        name.push('~');
        name.push_str(&digest[..32]);
    }
    name
}

/// A relative path as a path of safe names.
pub fn safe_path(path: &[u8]) -> String {
    let names = path.split(|byte| *byte == b'/').map(safe_name);
    names.collect::<Vec<_>>().join("/")
}

/// The name of a run of a repetition among so many: its number, from 0, in at least six digits.
pub fn run_name(number: u64, runs: u64) -> String {
    let digits = runs.saturating_sub(1).to_string().len().max(6);
    format!("{number:0digits$}")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_safe_stays_and_all_else_is_written_by_its_bytes() {
        assert_eq!(safe_name(b"1.2.840.10008"), "1.2.840.10008");
        assert_eq!(safe_name("Müller^Eva/..".as_bytes()), "M%C3%BCller%5EEva%2F..");
        assert_eq!((safe_name(b".."), safe_name(b"-x-")), ("%2E.".into(), "%2Dx-".into()));
        assert_eq!(safe_name(b""), "%");
        assert_eq!(safe_path(b"a b/../.c"), "a%20b/%2E./%2Ec");
        assert_eq!(
            (run_name(17, 1200), run_name(5, 20_000_000)),
            ("000017".into(), "00000005".into())
        );
    }

    #[test]
    fn long_names_are_cut_and_stay_different() {
        let names: HashSet<String> =
            (0..100_u8).map(|last| safe_name(&[vec![b'x'; 300], vec![last]].concat())).collect();
        assert_eq!(names.len(), 100);
        assert!(names.iter().all(|name| name.len() <= LONGEST));
    }

    proptest! {
        #[test]
        fn names_are_plain_and_different(one: Vec<u8>, other: Vec<u8>) {
            let name = safe_name(&one);
            prop_assert!(!name.is_empty() && !name.starts_with('.') && !name.contains('/') && name.is_ascii());
            prop_assert_eq!(name == safe_name(&other), one == other);
        }
    }
}
