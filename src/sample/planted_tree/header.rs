//! Places of the header: preamble, File Meta Information, every row of the table, sequences.

use dicom::dictionary_std::{tags, uids};

use super::scene::{Scene, binary, code, instance, item};
use super::token::Planter;
use super::{attributes, picture};
use crate::dataset::{DataSet, Element, Tag, VR};

/// The scenes of this file.
pub(super) fn scenes(planter: &mut Planter) -> Vec<Scene> {
    vec![header(planter), nested(planter), history(planter)]
}

/// A CT image with a token in every row of the table, and around the data set.
fn header(planter: &mut Planter) -> Scene {
    planter.enter("header");
    let mut data_set = instance(planter, uids::CT_IMAGE_STORAGE);
    picture::put(&mut data_set, planter.wire, 12);
    attributes::put_all(planter, &mut data_set);
    let name = planter.word(38, "Patient's Name");
    data_set.put_text(tags::PATIENT_NAME, VR::PN, &format!("{name}^Jane"));
    let id = planter.word(30, "Patient ID, with padding and NUL");
    data_set.put(binary(tags::PATIENT_ID, VR::LO, format!(" {id}\0").as_bytes()));
    put_group_4(planter, &mut data_set);
    let title = planter.word(20, "Document Title");
    data_set.put_text(tags::DOCUMENT_TITLE, VR::ST, &format!("Letter of {title}"));
    for (tag, place) in [
        (Tag(0x0008, 0x010E), "Coding Scheme URL"),
        (Tag(0x0028, 0x7FE0), "Pixel Data Provider URL"),
        (Tag(0x0040, 0xE010), "Retrieve URI"),
    ] {
        let token = planter.word(19, place);
        data_set.put_text(tag, VR::UR, &format!("http://{token}.example/chart"));
    }
    let preamble = format!("{} 1931", planter.word(1, "preamble"));
    let meta = meta(planter);
    let file_name = Some(format!("{}.dcm", planter.word(64, "file name")));
    Scene { preamble, meta, file_name, ..Scene::new("header", data_set) }
}

fn meta(planter: &mut Planter) -> Vec<Element> {
    let mut meta = Vec::new();
    for (element, vr, item, place) in [
        (0x0013, VR::SH, 5, "Implementation Version Name"),
        (0x0016, VR::AE, 2, "Source Application Entity Title"),
        (0x0017, VR::AE, 2, "Sending Application Entity Title"),
        (0x0018, VR::AE, 2, "Receiving Application Entity Title"),
        (0x0026, VR::UR, 3, "Source Presentation Address"),
        (0x0027, VR::UR, 3, "Sending Presentation Address"),
        (0x0028, VR::UR, 3, "Receiving Presentation Address"),
    ] {
        let token = planter.word(item, place);
        meta.push(Element::text(Tag(0x0002, element), vr, &token));
    }
    let creator = planter.uid(4, "Private Information Creator UID");
    meta.push(Element::text(Tag(0x0002, 0x0100), VR::UI, &creator));
    let information = planter.word(4, "Private Information");
    meta.push(binary(Tag(0x0002, 0x0102), VR::OB, information.as_bytes()));
    meta
}

/// Directory attributes, which have no place in an image.
fn put_group_4(planter: &mut Planter, data_set: &mut DataSet) {
    for (element, place) in [
        (0x1130, "File-set ID"),
        (0x1141, "File-set Descriptor File ID"),
        (0x1500, "Referenced File ID"),
    ] {
        let token = planter.word(6, place);
        data_set.put_text(Tag(0x0004, element), VR::CS, &token);
    }
}

/// Names deep in sequences that are kept.
fn nested(planter: &mut Planter) -> Scene {
    planter.enter("nested");
    let mut data_set = instance(planter, uids::ENHANCED_CT_IMAGE_STORAGE);
    picture::put(&mut data_set, planter.wire, 12);
    let name = planter.word(9, "Patient's Name in shared functional groups, 3 deep");
    let mut measures = item(&[(tags::PIXEL_SPACING, VR::DS, "1\\1")]);
    let inner = item(&[(tags::PATIENT_NAME, VR::PN, &name)]);
    measures.put_sequence(tags::REFERENCED_IMAGE_SEQUENCE, vec![inner]);
    put_path(
        &mut data_set,
        &[tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE],
        Tag(0x28, 0x9110),
        measures,
    );
    let comment = planter.word(9, "Frame Comments in per-frame functional groups");
    let content = item(&[(tags::FRAME_COMMENTS, VR::LT, &comment)]);
    let groups = [tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE];
    put_path(&mut data_set, &groups, tags::FRAME_CONTENT_SEQUENCE, content);
    let person = planter.word(9, "Person Name in a protocol context, 4 deep");
    let mut context = item(&[(tags::VALUE_TYPE, VR::CS, "PNAME")]);
    context.put_text(tags::PERSON_NAME, VR::PN, &person);
    let path = [tags::PERFORMED_PROTOCOL_CODE_SEQUENCE, tags::PROTOCOL_CONTEXT_SEQUENCE];
    put_path(&mut data_set, &path, tags::CONTENT_ITEM_MODIFIER_SEQUENCE, context);
    let text = planter.word(12, "Text Value of an acquisition context");
    let mut context =
        item(&[(tags::VALUE_TYPE, VR::CS, "TEXT"), (tags::TEXT_VALUE, VR::UT, &text)]);
    context.put_sequence(tags::CONCEPT_NAME_CODE_SEQUENCE, vec![code("1", "99ONE", "Comment")]);
    data_set.put_sequence(tags::ACQUISITION_CONTEXT_SEQUENCE, vec![context]);
    let text = planter.word(12, "Text Value of a specimen preparation step");
    let step = item(&[(tags::VALUE_TYPE, VR::CS, "TEXT"), (tags::TEXT_VALUE, VR::UT, &text)]);
    let path = [tags::SPECIMEN_DESCRIPTION_SEQUENCE, tags::SPECIMEN_PREPARATION_SEQUENCE];
    put_path(&mut data_set, &path, tags::SPECIMEN_PREPARATION_STEP_CONTENT_ITEM_SEQUENCE, step);
    put_new(planter, &mut data_set);
    Scene::new("nested", data_set)
}

/// What the editions from 2025 on have in sequences.
fn put_new(planter: &mut Planter, data_set: &mut DataSet) {
    let name = planter.word(75, "Name to Use in (0010,0011)");
    let inner = item(&[(Tag(0x0010, 0x0012), VR::LT, &name)]);
    data_set.put_sequence(Tag(0x0010, 0x0011), vec![inner]);
    for (outer, inner, place) in [
        (Tag(0x0010, 0x0014), Tag(0x0010, 0x0015), "Pronoun Code Sequence in (0010,0014)"),
        (Tag(0x0010, 0x0041), Tag(0x0010, 0x0044), "Gender Identity Code Sequence in (0010,0041)"),
        (Tag(0x0010, 0x0043), Tag(0x0010, 0x0046), "Sex Parameters Code Sequence in (0010,0043)"),
    ] {
        let token = planter.word(75, place);
        put_path(data_set, &[outer], inner, code("1", "99ONE", &token));
    }
}

/// Puts an item into a sequence, that into an item of the next outer one, and so on.
fn put_path(data_set: &mut DataSet, path: &[Tag], tag: Tag, mut innermost: DataSet) {
    let mut inner = tag;
    for outer in path.iter().rev() {
        let mut around = DataSet::new();
        around.put_sequence(inner, vec![innermost]);
        (innermost, inner) = (around, *outer);
    }
    data_set.put_sequence(inner, vec![innermost]);
}

/// What was there before: original attributes, signatures, encrypted content, padding.
fn history(planter: &mut Planter) -> Scene {
    planter.enter("history");
    let mut data_set = instance(planter, uids::CT_IMAGE_STORAGE);
    picture::put(&mut data_set, planter.wire, 12);
    let (name, id) = (planter.word(43, "old name"), planter.word(43, "old Patient ID"));
    let source = planter.word(43, "Source of Previous Values");
    let modified = item(&[(tags::PATIENT_NAME, VR::PN, &name), (tags::PATIENT_ID, VR::LO, &id)]);
    let mut original = item(&[(tags::SOURCE_OF_PREVIOUS_VALUES, VR::LO, &source)]);
    original.put_sequence(tags::MODIFIED_ATTRIBUTES_SEQUENCE, vec![modified]);
    data_set.put_sequence(tags::ORIGINAL_ATTRIBUTES_SEQUENCE, vec![original]);
    let mut signature = DataSet::new();
    for (tag, place) in [
        (tags::CERTIFICATE_OF_SIGNER, "Certificate of Signer"),
        (tags::SIGNATURE, "Signature"),
        (tags::CERTIFIED_TIMESTAMP, "Certified Timestamp"),
    ] {
        signature.put(binary(tag, VR::OB, planter.word(44, place).as_bytes()));
    }
    data_set.put_sequence(Tag(0xFFFA, 0xFFFA), vec![signature]);
    let token = planter.word(44, "Encrypted Content");
    let encrypted = binary(Tag(0x0400, 0x0520), VR::OB, token.as_bytes());
    data_set.put_sequence(Tag(0x0400, 0x0500), vec![[encrypted].into_iter().collect()]);
    let token = planter.word(45, "Data Set Trailing Padding");
    data_set.put(binary(Tag(0xFFFC, 0xFFFC), VR::OB, token.as_bytes()));
    Scene::new("history", data_set)
}
