//! Private attributes (PS3.5 section 7.8): the patient once more, where no dictionary looks.

use crate::dataset::{DataSet, Element, Tag, VR, Value};
use crate::sample::identity::{Patient, Study};

/// The private creators; (0009,0010) and (0029,0010).
pub(in crate::sample) const CREATORS: [&str; 2] = ["QUIXSOFT ARCHIVE 2.1", "VELMORIA CT HEADER"];

/// Adds the private groups.
pub(super) fn put(data_set: &mut DataSet, patient: &Patient, study: &Study) {
    data_set.put_text(Tag(0x0009, 0x0010), VR::LO, CREATORS[0]);
    data_set.put_text(Tag(0x0009, 0x1001), VR::LO, &patient.private_note);
    data_set.put_sequence(Tag(0x0009, 0x1002), vec![person(patient), visit(patient, study)]);
    data_set.put_text(Tag(0x0009, 0x1003), VR::UI, &study.uid);
    data_set.put_text(Tag(0x0029, 0x0010), VR::LO, CREATORS[1]);
    data_set.put_text(Tag(0x0029, 0x1008), VR::CS, "IMAGE NUM 4");
    data_set.put(blob(Tag(0x0029, 0x1010), patient, study));
    data_set.put_text(Tag(0x0029, 0x1011), VR::PN, &study.performing);
}

/// An item that holds public and private attributes.
pub(super) fn person(patient: &Patient) -> DataSet {
    let mut item = DataSet::new();
    item.put_text(Tag(0x0009, 0x0010), VR::LO, CREATORS[0]);
    item.put_text(Tag(0x0009, 0x1011), VR::PN, &patient.name);
    item.put_text(Tag(0x0009, 0x1012), VR::LO, &patient.id);
    item.put_text(Tag(0x0010, 0x1040), VR::LO, &patient.address);
    item
}

fn visit(patient: &Patient, study: &Study) -> DataSet {
    let mut item = DataSet::new();
    item.put_text(Tag(0x0008, 0x0080), VR::LO, &study.institution);
    item.put_text(Tag(0x0009, 0x0010), VR::LO, CREATORS[0]);
    item.put_sequence(Tag(0x0009, 0x1020), vec![person(patient)]);
    item
}

/// Binary with text inside, as the headers of some makers are.
fn blob(tag: Tag, patient: &Patient, study: &Study) -> Element {
    let mut bytes = b"SV10\x04\x03\x02\x01".to_vec();
    for text in [&patient.name, &patient.id, &study.station, &study.serial] {
        bytes.extend_from_slice(&(text.len() as u32).to_le_bytes());
        bytes.extend_from_slice(text.as_bytes());
        bytes.push(0);
    }
    bytes.resize(bytes.len().next_multiple_of(16), 0);
    Element { tag, vr: VR::OB, value: Value::Bytes(bytes.into()) }
}
