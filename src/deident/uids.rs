//! UIDs (PS3.5 section 9): their form, and those that name no instance.

/// The well-known frames of reference (PS3.6 table A-2) name an atlas, not an instance.
pub(super) fn is_well_known_frame(uid: &str) -> bool {
    let atlas = uid.strip_prefix("1.2.840.10008.1.4.1.").and_then(|n| n.parse::<u8>().ok());
    let is_written_so = |n: u8| uid == format!("1.2.840.10008.1.4.1.{n}");
    matches!(uid, "1.2.840.10008.1.4.2.1" | "1.2.840.10008.1.4.2.2")
        || atlas.is_some_and(|n| (1..=18).contains(&n) && is_written_so(n))
}

/// PS3.5 section 9.1: numbers without leading zeros, at most 64 characters.
pub(super) fn is_valid_uid(uid: &str) -> bool {
    let is_number = |component: &str| {
        !component.is_empty()
            && component.bytes().all(|byte| byte.is_ascii_digit())
            && (component == "0" || !component.starts_with('0'))
    };
    uid.len() <= 64 && uid.contains('.') && uid.split('.').all(is_number)
}

/// A UID without its padding.
pub(super) fn trimmed(uid: &str) -> &str {
    uid.trim_matches([' ', '\0'])
}
