//! The file around a data set: preamble, File Meta Information and data set in one of several
//! layouts, as different writers leave them.

use dicom::dictionary_std::uids;

use super::header::Identities;
use crate::dataset::layout::{
    ITEM, ITEM_DELIMITATION, SEQUENCE_DELIMITATION, UNDEFINED_LENGTH, has_long_length,
};
use crate::dataset::{DataSet, Element, Tag, VR, Value, encode_data_set};

/// How a data set is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout {
    /// Whether the value representations are written.
    pub(super) explicit: bool,
    /// Whether sequences and items say their lengths or end at a delimiter.
    pub(super) defined: bool,
}

impl Layout {
    /// Implicit VR for every third file; lengths change from one to the next of each kind.
    pub(super) fn of(instance: u64) -> Self {
        Self { explicit: !instance.is_multiple_of(3), defined: instance % 6 < 2 }
    }

    pub(super) fn transfer_syntax(self) -> &'static str {
        if self.explicit {
            uids::EXPLICIT_VR_LITTLE_ENDIAN
        } else {
            uids::IMPLICIT_VR_LITTLE_ENDIAN
        }
    }
}

/// Appends preamble, prefix and File Meta Information, which name people and places too.
pub(super) fn encode_meta(identities: &Identities, layout: Layout, out: &mut Vec<u8>) {
    let Identities { patient, study, instance, .. } = identities;
    let mut meta = DataSet::new();
    meta.put(binary(Tag(0x0002, 0x0001), &[0, 1]));
    meta.put_text(Tag(0x0002, 0x0002), VR::UI, uids::CT_IMAGE_STORAGE);
    meta.put_text(Tag(0x0002, 0x0003), VR::UI, &instance.uid);
    meta.put_text(Tag(0x0002, 0x0010), VR::UI, layout.transfer_syntax());
    meta.put_text(Tag(0x0002, 0x0012), VR::UI, &study.creator_uid);
    meta.put_text(Tag(0x0002, 0x0013), VR::SH, "SYNTHETIC 1.0");
    meta.put_text(Tag(0x0002, 0x0016), VR::AE, &study.ae_title);
    meta.put_text(Tag(0x0002, 0x0100), VR::UI, &study.device_uid);
    meta.put(binary(Tag(0x0002, 0x0102), patient.private_note.as_bytes()));
    let mut body = Vec::with_capacity(512);
    encode_data_set(&meta, &mut body);
    out.extend_from_slice(&preamble(&format!("{} {}", patient.id, patient.name)));
    out.extend_from_slice(b"DICM\x02\0\0\0UL\x04\0");
    out.extend_from_slice(&(body.len() as u32).to_le_bytes());
    out.extend_from_slice(&body);
}

fn preamble(text: &str) -> [u8; 128] {
    let mut preamble = [0; 128];
    let length = text.len().min(preamble.len());
    preamble[..length].copy_from_slice(&text.as_bytes()[..length]);
    preamble
}

fn binary(tag: Tag, bytes: &[u8]) -> Element {
    let mut bytes = bytes.to_vec();
    bytes.resize(bytes.len().next_multiple_of(2), 0);
    Element { tag, vr: VR::OB, value: Value::Bytes(bytes.into()) }
}

/// Appends the data set. Its values are of even length already, and none is encapsulated.
pub(super) fn encode(data_set: &DataSet, layout: Layout, out: &mut Vec<u8>) {
    for element in data_set.iter() {
        match &element.value {
            Value::Bytes(bytes) => {
                element_header(element, layout, bytes.len() as u32, out);
                out.extend_from_slice(bytes);
            }
            Value::Sequence(items) => encode_sequence(element, items, layout, out),
            Value::Encapsulated(_) => {}
        }
    }
}

fn encode_sequence(element: &Element, items: &[DataSet], layout: Layout, out: &mut Vec<u8>) {
    // Implicit VR shows that a private element is a sequence by its undefined length alone.
    let defined = layout.defined && (layout.explicit || element.tag.0.is_multiple_of(2));
    if defined {
        let mut body = Vec::new();
        for item in items {
            encode_item(item, layout, &mut body);
        }
        element_header(element, layout, body.len() as u32, out);
        out.extend_from_slice(&body);
    } else {
        element_header(element, layout, UNDEFINED_LENGTH, out);
        for item in items {
            encode_item(item, layout, out);
        }
        tag_and_length(SEQUENCE_DELIMITATION, 0, out);
    }
}

fn encode_item(item: &DataSet, layout: Layout, out: &mut Vec<u8>) {
    if layout.defined {
        let mut body = Vec::new();
        encode(item, layout, &mut body);
        tag_and_length(ITEM, body.len() as u32, out);
        out.extend_from_slice(&body);
    } else {
        tag_and_length(ITEM, UNDEFINED_LENGTH, out);
        encode(item, layout, out);
        tag_and_length(ITEM_DELIMITATION, 0, out);
    }
}

/// Tag, VR and length (PS3.5 section 7.1). Short values are the only ones with a 16-bit length.
fn element_header(element: &Element, layout: Layout, length: u32, out: &mut Vec<u8>) {
    if !layout.explicit {
        return tag_and_length(element.tag, length, out);
    }
    put_tag(element.tag, out);
    out.extend_from_slice(&element.vr.to_bytes());
    if has_long_length(element.vr) {
        out.extend_from_slice(&[0, 0]);
        out.extend_from_slice(&length.to_le_bytes());
    } else {
        out.extend_from_slice(&(length as u16).to_le_bytes());
    }
}

fn tag_and_length(tag: Tag, length: u32, out: &mut Vec<u8>) {
    put_tag(tag, out);
    out.extend_from_slice(&length.to_le_bytes());
}

fn put_tag(tag: Tag, out: &mut Vec<u8>) {
    out.extend_from_slice(&tag.0.to_le_bytes());
    out.extend_from_slice(&tag.1.to_le_bytes());
}
