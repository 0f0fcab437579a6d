//! Character sets (PS3.3 section C.12.1.1.2): a token beside letters of each, also of sets that the
//! data set does not declare.

use dicom::dictionary_std::{tags, uids};

use super::picture;
use super::scene::{Scene, binary, instance};
use super::token::Planter;
use crate::dataset::VR;

/// A scene, its Specific Character Set, and letters in it.
const CHARSETS: [(&str, &str, &[u8]); 7] = [
    ("latin-1", "ISO_IR 100", b"M\xFCller"),
    ("utf-8", "ISO_IR 192", "Müller".as_bytes()),
    ("cyrillic", "ISO_IR 144", b"\xBB\xEE\xDA\x63\x65\xDC\xD1\xE3\xE0\xD3"),
    ("japanese", "\\ISO 2022 IR 87", b"\x1B$B;3ED\x1B(B"),
    ("chinese", "GB18030", b"\xCD\xF5\xD0\xA1\xB6\xAB"),
    ("undeclared", "ISO_IR 192", b"M\xFCller"),
    ("unknown", "ISO_IR 999", b"M\xFC\x1Bller"),
];

/// The scenes of this file.
pub(super) fn scenes(planter: &mut Planter) -> Vec<Scene> {
    CHARSETS.iter().map(|(name, charset, letters)| scene(planter, name, charset, letters)).collect()
}

fn scene(planter: &mut Planter, name: &'static str, charset: &str, letters: &[u8]) -> Scene {
    planter.enter(name);
    let mut data_set = instance(planter, uids::CT_IMAGE_STORAGE);
    picture::put(&mut data_set, planter.wire, 12);
    data_set.put_text(tags::SPECIFIC_CHARACTER_SET, VR::CS, charset);
    for (tag, vr, place) in [
        (tags::PATIENT_NAME, VR::PN, "Patient's Name"),
        (tags::PATIENT_COMMENTS, VR::LT, "Patient Comments"),
        (tags::INSTITUTION_NAME, VR::LO, "Institution Name"),
    ] {
        let token = planter.word(39, place);
        let value = [letters, b"^", token.as_bytes(), b"^", letters].concat();
        data_set.put(binary(tag, vr, &value));
    }
    let token =
        planter.word(39, "Referring Physician's Name, and in Scan Options beside such letters");
    data_set.put(binary(tags::REFERRING_PHYSICIAN_NAME, VR::PN, token.as_bytes()));
    data_set.put(binary(tags::SCAN_OPTIONS, VR::CS, &[token.as_bytes(), letters].concat()));
    Scene::new(name, data_set)
}
