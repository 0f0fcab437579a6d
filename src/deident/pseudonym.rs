//! Pseudonyms: keyed, stateless functions from an identifier to its stand-in, so that ranks agree
//! with no message and a second run over new data stays consistent. HMAC-SHA-256 (FIPS 198-1) with a
//! domain tag for each kind; 128 bits of the output are used.

use hmac::{Hmac, Mac};
use sha2::Sha256;

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
        format!("2.25.{}", self.keyed("uid", &[uid.as_bytes()]))
    }

    /// A pseudonym for a patient: 32 lowercase hex digits. Case, padding and NUL do not count.
    pub fn patient(&self, patient_id: &[u8], issuer: &[u8]) -> String {
        let (id, issuer) = (normalised(patient_id), normalised(issuer));
        format!("{:032x}", self.keyed("patient", &[&id, &issuer]))
    }

    /// A pseudonym where no Patient ID is given: one patient a study.
    pub fn patient_of_study(&self, study_uid: &str) -> String {
        format!("{:032x}", self.keyed("patient-of-study", &[study_uid.as_bytes()]))
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

    /// The first 128 bits of HMAC(key, domain, lengths and parts): no two inputs share an encoding.
    fn keyed(&self, domain: &str, parts: &[&[u8]]) -> u128 {
        let mut mac = self.keyed.clone();
        mac.update(domain.as_bytes());
        mac.update(&[0]);
        for part in parts {
            mac.update(&(part.len() as u64).to_le_bytes());
            mac.update(part);
        }
        let digest = mac.finalize().into_bytes();
        digest[..16].iter().fold(0, |number, byte| number << 8 | u128::from(*byte))
    }
}

/// One rule for identifiers: cut at NUL, trim, fold ASCII case.
pub(super) fn normalised(identifier: &[u8]) -> Vec<u8> {
    let cut = identifier.split(|byte| *byte == 0).next().unwrap_or_default();
    cut.trim_ascii().to_ascii_uppercase()
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
    fn the_first_128_bits_of_hmac_sha256_are_used() {
        // Computed with Python's hmac module over b"uid\0" + length + b"1.2.3", key 32 x 01.
        let expected = "2.25.67915129818683405419518131457156496387";
        assert_eq!(pseudonyms(1).uid("1.2.3"), expected);
    }

    #[test]
    fn padding_and_case_of_a_patient_id_do_not_count_but_the_issuer_does() {
        let p = pseudonyms(1);
        assert_eq!(p.patient(b"Mrn7 ", b""), p.patient(b"MRN7\0", b""));
        assert_ne!(p.patient(b"MRN7", b""), p.patient(b"MRN7", b"A"));
        assert_ne!(p.patient(b"AB", b"C"), p.patient(b"A", b"BC"));
    }
}
