//! Pseudonyms: keyed, stateless functions from an identifier to its stand-in, so that ranks agree
//! with no message and a second run over new data stays consistent. HMAC-SHA-256 (FIPS 198-1) with a
//! domain tag for each kind. A pseudonym is 96 bits of it and 32 bits by which the key knows it again: it
//! is its own pseudonym, so that what was de-identified stays what it is.

use hmac::{Hmac, Mac};
use sha2::Sha256;
use unicode_normalization::UnicodeNormalization;

use super::key::Key;

/// The pseudonym functions of one key.
#[derive(Clone)]
pub struct Pseudonyms {
    keyed: Hmac<Sha256>,
}

impl std::fmt::Debug for Pseudonyms {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.write_str("Pseudonyms(..)")
    }
}

impl Pseudonyms {
    /// The functions of this key.
    pub fn new(key: &Key) -> Self {
        let keyed = Hmac::new_from_slice(key.as_bytes()).expect("HMAC takes a key of any length");
        Self { keyed }
    }

    /// A new UID for a UID: `2.25.` and 128 bits in decimal (PS3.5 section B.2). All UIDs share one
    /// space, so that a reference resolves whatever attribute it stands in.
    pub fn uid(&self, uid: &str) -> String {
        if self.is_own_uid(uid) {
            return uid.to_owned();
        }
        format!("2.25.{}", self.marked("uid", &[uid.as_bytes()]))
    }

    /// A UID for what is made of something that has one: of the same in the same way always the same. It is of no
    /// UID's own space, and this key made it.
    pub fn derived_uid(&self, uid: &str, way: &[u8]) -> String {
        let number = self.keyed("derived-uid", &[uid.as_bytes(), way]) >> 32;
        format!("2.25.{}", number << 32 | self.mark("uid", number))
    }

    /// Whether a UID is one that this key made.
    pub fn is_own_uid(&self, uid: &str) -> bool {
        let number = uid.strip_prefix("2.25.").and_then(|number| number.parse().ok());
        number.is_some_and(|number: u128| {
            uid.len() == 5 + number.to_string().len() && self.has_mark("uid", number)
        })
    }

    /// A pseudonym for a patient: 32 lowercase hex digits. Case, padding and NUL do not count.
    pub fn patient(&self, patient_id: &[u8], issuer: &[u8]) -> String {
        let (id, issuer) = (normalised(patient_id), normalised(issuer));
        match self.own_patient(patient_id) {
            Some(pseudonym) => pseudonym,
            None => format!("{:032x}", self.marked("patient", &[&id, &issuer])),
        }
    }

    /// The Patient ID as a pseudonym, where it is one that this key made.
    pub fn own_patient(&self, patient_id: &[u8]) -> Option<String> {
        let id = String::from_utf8(normalised(patient_id)).ok().filter(|id| id.len() == 32)?;
        let number = u128::from_str_radix(&id, 16).ok().filter(|_| !id.starts_with('+'))?;
        let is_own = self.has_mark("patient", number) || self.has_mark("patient-of-study", number);
        is_own.then(|| id.to_ascii_lowercase())
    }

    /// A pseudonym where no Patient ID is given: one patient a study.
    pub fn patient_of_study(&self, study_uid: &str) -> String {
        format!("{:032x}", self.marked("patient-of-study", &[study_uid.as_bytes()]))
    }

    /// A random number for a patient's date shift, from the patient's pseudonym.
    pub(super) fn date_shift(&self, pseudonym: &str) -> u128 {
        self.keyed("date-shift", &[pseudonym.as_bytes()])
    }

    /// The name under which reports speak of an input file.
    pub fn path_id(&self, relative_path: &[u8]) -> String {
        format!("{:032x}", self.keyed("path", &[relative_path]))
    }

    /// Tells keys apart without telling the key.
    pub fn fingerprint(&self) -> String {
        format!("{:032x}", self.keyed("fingerprint", &[]))
    }

    /// A key for digests of pixels, which tells nothing of this one.
    pub fn pixel_key(&self) -> [u8; 32] {
        self.digest("pixels", &[])
    }

    /// 96 bits of the keyed function, and its mark.
    fn marked(&self, domain: &str, parts: &[&[u8]]) -> u128 {
        let number = self.keyed(domain, parts) >> 32;
        number << 32 | self.mark(domain, number)
    }

    fn has_mark(&self, domain: &str, number: u128) -> bool {
        number & 0xFFFF_FFFF == self.mark(domain, number >> 32)
    }

    /// 32 bits that only the key can tell of 96 bits.
    fn mark(&self, domain: &str, number: u128) -> u128 {
        let number = &number.to_be_bytes()[4..];
        self.keyed(&format!("{domain}-check"), &[number]) >> 96
    }

    /// The first 128 bits of the digest.
    fn keyed(&self, domain: &str, parts: &[&[u8]]) -> u128 {
        let digest = self.digest(domain, parts);
        digest[..16].iter().fold(0, |number, byte| number << 8 | u128::from(*byte))
    }

    /// HMAC(key, domain, lengths and parts): no two inputs share an encoding.
    fn digest(&self, domain: &str, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = self.keyed.clone();
        mac.update(domain.as_bytes());
        mac.update(&[0]);
        for part in parts {
            mac.update(&(part.len() as u64).to_le_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

/// One rule for identifiers: cut at NUL, trim, one width and one composition of letters (NFKC), upper
/// case.
pub(super) fn normalised(identifier: &[u8]) -> Vec<u8> {
    let cut = identifier.split(|byte| *byte == 0).next().unwrap_or_default().trim_ascii();
    match std::str::from_utf8(cut) {
        Ok(text) if !text.is_ascii() => {
            text.to_uppercase().nfkc().collect::<String>().trim().to_owned().into_bytes()
        }
        _ => cut.to_ascii_uppercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pseudonyms(seed: u8) -> Pseudonyms {
        Pseudonyms::new(&Key::from_bytes(&[seed; 32]).unwrap())
    }

    #[test]
    fn a_uid_maps_to_one_valid_uid_and_another_key_maps_elsewhere() {
        let uid = pseudonyms(1).uid("1.2.3");
        assert_eq!(uid, pseudonyms(1).uid("1.2.3"));
        assert_ne!(uid, pseudonyms(2).uid("1.2.3"));
        assert_ne!(uid, pseudonyms(1).uid("1.2.4"));
        assert!(uid.starts_with("2.25.") && uid.len() <= 64);
    }

    #[test]
    fn hmac_sha256_and_its_mark_are_used() {
        // Computed with Python's hmac module, key 32 x 01: 12 bytes over b"uid\0" + length + b"1.2.3",
        // 4 bytes over b"uid-check\0" + length + those.
        let expected = "2.25.67915129818683405419518131455768056909";
        assert_eq!(pseudonyms(1).uid("1.2.3"), expected);
    }

    #[test]
    fn a_pseudonym_is_its_own_under_its_key() {
        let (p, other) = (pseudonyms(1), pseudonyms(2));
        let uid = p.uid("1.2.3");
        assert_eq!(p.uid(&uid), uid);
        assert_ne!(other.uid(&uid), uid);
        assert!(!p.is_own_uid("2.25.7") && !p.is_own_uid(&uid.replace("2.25.", "2.25.0")));
        let patient = p.patient(b"MRN7", b"A");
        assert_eq!(p.patient(patient.to_uppercase().as_bytes(), b""), patient);
        assert_ne!(other.patient(patient.as_bytes(), b""), patient);
        let of_study = p.patient_of_study("1.2.3");
        assert_eq!(p.patient(of_study.as_bytes(), b"B"), of_study);
    }

    #[test]
    fn what_is_derived_has_a_uid_of_its_own_that_the_key_knows() {
        let (p, other) = (pseudonyms(1), pseudonyms(2));
        let uid = p.derived_uid("1.2.3", b"way");
        assert_eq!(uid, p.derived_uid("1.2.3", b"way"));
        assert!(p.is_own_uid(&uid) && p.uid(&uid) == uid);
        for it in [p.uid("1.2.3"), p.derived_uid("1.2.3", b"w"), p.derived_uid("1.2.4", b"way")] {
            assert_ne!(it, uid);
        }
        assert_ne!(other.derived_uid("1.2.3", b"way"), uid);
    }

    #[test]
    fn padding_and_case_of_a_patient_id_do_not_count_but_the_issuer_does() {
        let p = pseudonyms(1);
        assert_eq!(p.patient(b"Mrn7 ", b""), p.patient(b"MRN7\0", b""));
        assert_eq!(p.patient("m\u{FC}1".as_bytes(), b""), p.patient("MU\u{308}1".as_bytes(), b""));
        assert_ne!(
            p.patient(b"M\xFC1", b""),
            p.patient(b"M\xF61", b""),
            "bytes that nobody can read"
        );
        assert_ne!(p.patient(b"MRN7", b""), p.patient(b"MRN7", b"A"));
        assert_ne!(p.patient(b"AB", b"C"), p.patient(b"A", b"BC"));
    }
}
