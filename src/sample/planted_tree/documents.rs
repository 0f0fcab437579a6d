//! Objects that are no images: structured reports, presentation states, structure sets, documents.

use dicom::dictionary_std::{tags, uids};

use super::scene::{Scene, binary, code, instance, item};
use super::token::Planter;
use crate::dataset::{DataSet, Tag, VR};

/// The scenes of this file.
pub(super) fn scenes(planter: &mut Planter) -> Vec<Scene> {
    vec![report(planter), presentation(planter), structures(planter)]
}

/// A content item with this value type and value.
fn content(concept: DataSet, value_type: &str, tag: Tag, vr: VR, value: &str) -> DataSet {
    let mut content = item(&[
        (tags::RELATIONSHIP_TYPE, VR::CS, "CONTAINS"),
        (tags::VALUE_TYPE, VR::CS, value_type),
        (tag, vr, value),
    ]);
    content.put_sequence(tags::CONCEPT_NAME_CODE_SEQUENCE, vec![concept]);
    content
}

fn report(planter: &mut Planter) -> Scene {
    planter.enter("report");
    let mut data_set = instance(planter, uids::BASIC_TEXT_SR_STORAGE);
    data_set.put_text(tags::VALUE_TYPE, VR::CS, "CONTAINER");
    data_set.put_text(tags::COMPLETION_FLAG, VR::CS, "COMPLETE");
    data_set.put_text(tags::VERIFICATION_FLAG, VR::CS, "VERIFIED");
    let title = code("18748-4", "LN", "Diagnostic Imaging Report");
    data_set.put_sequence(tags::CONCEPT_NAME_CODE_SEQUENCE, vec![title]);
    let mut items = Vec::new();
    for (concept, scheme, meaning, kind, place) in [
        ("121071", "DCM", "Finding", "TEXT", "Text Value of a finding"),
        ("121106", "DCM", "Comment", "TEXT", "Text Value of a comment"),
        ("121008", "DCM", "Person Observer Name", "PNAME", "Person Name of an observer"),
        ("121029", "DCM", "Subject Name", "PNAME", "Person Name of the subject"),
        ("121018", "DCM", "Procedure Study Instance UID", "UIDREF", "UID of a study"),
        ("121017", "DCM", "Device Observer Physical Location", "TEXT", "Text Value of a location"),
    ] {
        let concept = code(concept, scheme, meaning);
        items.push(match kind {
            "TEXT" => {
                let token = planter.word(22, place);
                let text = format!("seen with Dr {token}");
                content(concept, kind, tags::TEXT_VALUE, VR::UT, &text)
            }
            "PNAME" => content(concept, kind, tags::PERSON_NAME, VR::PN, &planter.word(22, place)),
            _ => content(concept, kind, tags::UID, VR::UI, &planter.uid(22, place)),
        });
    }
    for (value, scheme) in [("121008", "99SDM"), ("J-0016E", "SRT"), ("J-0016E", "SNM3")] {
        let place = format!("Person Name of an observer with the retired code ({value}, {scheme})");
        let token = planter.word(23, &place);
        let concept = code(value, scheme, "Observer Name");
        items.push(content(concept, "PNAME", tags::PERSON_NAME, VR::PN, &token));
    }
    let token = planter.word(22, "Code Meaning of a private code");
    let mut coded =
        content(code("1", "99ONE", "Role"), "CODE", tags::OBSERVATION_UID, VR::UI, "1.2");
    coded.put_sequence(tags::CONCEPT_CODE_SEQUENCE, vec![code("2", "99ONE", &token)]);
    items.push(coded);
    let token = planter.word(22, "Text Value, 3 deep");
    let mut inner =
        content(code("121071", "DCM", "Finding"), "TEXT", tags::TEXT_VALUE, VR::UT, &token);
    for _ in 0..2 {
        let mut outer = item(&[
            (tags::RELATIONSHIP_TYPE, VR::CS, "CONTAINS"),
            (tags::VALUE_TYPE, VR::CS, "CONTAINER"),
        ]);
        outer.put_sequence(tags::CONTENT_SEQUENCE, vec![inner]);
        inner = outer;
    }
    items.push(inner);
    data_set.put_sequence(tags::CONTENT_SEQUENCE, items);
    let observer = planter.word(22, "Verifying Observer Name");
    let organisation = planter.word(22, "Verifying Organization");
    let verifying = item(&[
        (tags::VERIFYING_OBSERVER_NAME, VR::PN, &observer),
        (tags::VERIFYING_ORGANIZATION, VR::LO, &organisation),
    ]);
    data_set.put_sequence(tags::VERIFYING_OBSERVER_SEQUENCE, vec![verifying]);
    Scene::new("report", data_set)
}

fn presentation(planter: &mut Planter) -> Scene {
    planter.enter("presentation");
    let class = uids::GRAYSCALE_SOFTCOPY_PRESENTATION_STATE_STORAGE;
    let mut data_set = instance(planter, class);
    for (tag, vr, place) in [
        (tags::CONTENT_LABEL, VR::CS, "Content Label"),
        (tags::CONTENT_DESCRIPTION, VR::LO, "Content Description"),
        (tags::CONTENT_CREATOR_NAME, VR::PN, "Content Creator's Name"),
    ] {
        let token = planter.word(24, place);
        data_set.put_text(tag, vr, &token);
    }
    let layer = planter.word(24, "Graphic Layer");
    let text = planter.word(24, "Unformatted Text Value");
    let mut annotation = item(&[(tags::GRAPHIC_LAYER, VR::CS, &layer)]);
    let text = item(&[(tags::UNFORMATTED_TEXT_VALUE, VR::ST, &format!("Dr {text}: here"))]);
    annotation.put_sequence(tags::TEXT_OBJECT_SEQUENCE, vec![text]);
    data_set.put_sequence(tags::GRAPHIC_ANNOTATION_SEQUENCE, vec![annotation]);
    let description = planter.word(24, "Graphic Layer Description");
    let layers = item(&[
        (tags::GRAPHIC_LAYER, VR::CS, &layer),
        (tags::GRAPHIC_LAYER_DESCRIPTION, VR::LO, &description),
    ]);
    data_set.put_sequence(tags::GRAPHIC_LAYER_SEQUENCE, vec![layers]);
    let area = item(&[(tags::PRESENTATION_SIZE_MODE, VR::CS, "SCALE TO FIT")]);
    data_set.put_sequence(tags::DISPLAYED_AREA_SELECTION_SEQUENCE, vec![area]);
    Scene::new("presentation", data_set)
}

/// A structure set, whose retired references name the study.
fn structures(planter: &mut Planter) -> Scene {
    planter.enter("structures");
    let mut data_set = instance(planter, uids::RT_STRUCTURE_SET_STORAGE);
    let label = planter.word(34, "Structure Set Label");
    data_set.put_text(tags::STRUCTURE_SET_LABEL, VR::SH, &label);
    let (frame, study) = (planter.uid(34, "frame of reference"), planter.study.clone());
    let mut reference = item(&[(tags::FRAME_OF_REFERENCE_UID, VR::UI, &frame)]);
    let of_study = item(&[
        (tags::REFERENCED_SOP_CLASS_UID, VR::UI, "1.2.840.10008.3.1.2.3.1"),
        (tags::REFERENCED_SOP_INSTANCE_UID, VR::UI, &study),
    ]);
    reference.put_sequence(tags::RT_REFERENCED_STUDY_SEQUENCE, vec![of_study]);
    data_set.put_sequence(tags::REFERENCED_FRAME_OF_REFERENCE_SEQUENCE, vec![reference]);
    let name = planter.word(34, "ROI Name");
    let structure = item(&[(tags::ROI_NUMBER, VR::IS, "1"), (tags::ROI_NAME, VR::LO, &name)]);
    data_set.put_sequence(tags::STRUCTURE_SET_ROI_SEQUENCE, vec![structure]);
    let interpreter = planter.word(34, "ROI Interpreter");
    let observation = item(&[(tags::ROI_INTERPRETER, VR::PN, &interpreter)]);
    data_set.put_sequence(tags::RTROI_OBSERVATIONS_SEQUENCE, vec![observation]);
    Scene::new("structures", data_set)
}

/// An encapsulated document of this class.
pub(super) fn document(planter: &mut Planter, class: &str, bytes: &str) -> DataSet {
    let mut data_set = instance(planter, class);
    data_set.put_text(tags::MIME_TYPE_OF_ENCAPSULATED_DOCUMENT, VR::LO, "application/pdf");
    data_set.put(binary(tags::ENCAPSULATED_DOCUMENT, VR::OB, bytes.as_bytes()));
    data_set
}
