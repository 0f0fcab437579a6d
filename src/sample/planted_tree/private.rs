//! Private attributes (PS3.5 section 7.8): creators, blocks, sequences, tags that are known as safe.

use dicom::dictionary_std::{tags, uids};

use super::picture;
use super::scene::{Scene, instance, item, unknown_sequence};
use super::token::Planter;
use crate::dataset::{DataSet, Tag, VR};

/// The scenes of this file.
pub(super) fn scenes(planter: &mut Planter) -> Vec<Scene> {
    planter.enter("private");
    let mut data_set = instance(planter, uids::MR_IMAGE_STORAGE);
    picture::put(&mut data_set, planter.wire, 12);
    put_blocks(planter, &mut data_set);
    put_safe(planter, &mut data_set);
    put_sequences(planter, &mut data_set);
    vec![Scene::new("private", data_set)]
}

fn put_blocks(planter: &mut Planter, data_set: &mut DataSet) {
    let token = planter.word(11, "private attribute without a creator");
    data_set.put_text(Tag(0x0021, 0x1001), VR::LO, &token);
    let token = planter.word(12, "a creator's name");
    data_set.put_text(Tag(0x0023, 0x0010), VR::LO, &token);
    let token = planter.word(12, "an attribute of such a creator");
    data_set.put_text(Tag(0x0023, 0x1001), VR::PN, &token);
    let creator = planter.word(12, "Private Creator Reference");
    let mut characteristics =
        item(&[(Tag(0x0008, 0x0302), VR::LO, &creator), (Tag(0x0008, 0x0303), VR::CS, "SAFE")]);
    characteristics.put_u16(Tag(0x0008, 0x0301), 0x0023);
    data_set.put_sequence(Tag(0x0008, 0x0300), vec![characteristics]);
    data_set.put_text(Tag(0x0025, 0x0010), VR::LO, "FIRST MAKER");
    data_set.put_text(Tag(0x0025, 0x0011), VR::LO, "SECOND MAKER");
    for (element, place) in [(0x1001, "the first of two creators"), (0x1101, "the second")] {
        let token = planter.word(13, place);
        data_set.put_text(Tag(0x0025, element), VR::LO, &token);
    }
}

/// Attributes of PS3.15 table E.3.10-1, which hold numbers, with text; and another creator's attribute
/// under the number of a safe one.
fn put_safe(planter: &mut Planter, data_set: &mut DataSet) {
    data_set.put_text(Tag(0x0019, 0x0010), VR::LO, "SIEMENS MR HEADER");
    let token = planter.word(14, "SIEMENS MR HEADER (0019,xx0C), a number");
    data_set.put_text(Tag(0x0019, 0x100C), VR::IS, &token);
    let token = planter.word(14, "SIEMENS MR HEADER (0019,xx0D), a code");
    data_set.put_text(Tag(0x0019, 0x100D), VR::CS, &token);
    data_set.put_text(Tag(0x0019, 0x0011), VR::LO, "GEMS_ACQU_01");
    let token = planter.word(14, "GEMS_ACQU_01 (0019,xx23), a number");
    data_set.put_text(Tag(0x0019, 0x1123), VR::DS, &token);
    data_set.put_text(Tag(0x0019, 0x0012), VR::LO, "SOMEBODY ELSE");
    let token = planter.word(13, "another creator's (0019,xx0C)");
    data_set.put_text(Tag(0x0019, 0x120C), VR::LO, &token);
    data_set.put_text(Tag(0x2001, 0x0010), VR::LO, "Philips Imaging DD 001");
    let token = planter.word(14, "Philips Imaging DD 001 (2001,xx03), a number, as SH");
    data_set.put_text(Tag(0x2001, 0x1003), VR::SH, &token);
    let token = planter.word(14, "Philips Imaging DD 001 (2001,xx04), a code, as text");
    data_set.put_text(Tag(0x2001, 0x1004), VR::LT, &format!("for Dr {token}"));
}

fn put_sequences(planter: &mut Planter, data_set: &mut DataSet) {
    let name = planter.word(10, "Patient's Name in a private sequence");
    let inner = item(&[(tags::PATIENT_NAME, VR::PN, &name)]);
    data_set.put_text(Tag(0x0027, 0x0010), VR::LO, "FIRST MAKER");
    data_set.put_sequence(Tag(0x0027, 0x1001), vec![inner]);
    let name = planter.word(15, "private sequence as UN of undefined length");
    let note = planter.word(15, "private attribute in such a sequence");
    let inner = item(&[
        (tags::PATIENT_NAME, VR::PN, &name),
        (Tag(0x0027, 0x0010), VR::LO, "FIRST MAKER"),
        (Tag(0x0027, 0x1010), VR::LO, &note),
    ]);
    data_set.put(unknown_sequence(Tag(0x0027, 0x1002), inner));
    let token = planter.word(10, "private attribute in an item of a public sequence");
    let inner = item(&[
        (tags::REFERENCED_SOP_CLASS_UID, VR::UI, uids::MR_IMAGE_STORAGE),
        (tags::REFERENCED_SOP_INSTANCE_UID, VR::UI, &planter.plain_uid()),
        (Tag(0x0009, 0x0010), VR::LO, "FIRST MAKER"),
        (Tag(0x0009, 0x1001), VR::LO, &token),
    ]);
    data_set.put_sequence(tags::REFERENCED_IMAGE_SEQUENCE, vec![inner]);
}
