//! Writing: a data set in, the bytes of Explicit VR Little Endian out (PS3.5 section 7.1.2), and the
//! File Meta Information of a Part 10 file (PS3.10 section 7.1).

use super::layout::{
    ITEM, ITEM_DELIMITATION, SEQUENCE_DELIMITATION, UNDEFINED_LENGTH, has_long_length, is_text,
};
use super::{DataSet, Element, Encapsulated, Tag, VR, Value};

/// Appends the data set to `out`. Sequences and items have undefined length, so that one pass is
/// enough and no length can overflow.
pub fn encode_data_set(data_set: &DataSet, out: &mut Vec<u8>) {
    encode_elements(data_set.iter(), out);
}

/// Appends elements to `out`, as they come.
pub fn encode_elements<'a>(elements: impl Iterator<Item = &'a Element>, out: &mut Vec<u8>) {
    for element in elements {
        encode_element(element, out);
    }
}

fn encode_element(element: &Element, out: &mut Vec<u8>) {
    match &element.value {
        Value::Bytes(bytes) => {
            let padding = bytes.len() % 2;
            encode_header(element.tag, element.vr, bytes.len() + padding, out);
            out.extend_from_slice(bytes);
            out.extend(std::iter::repeat_n(padding_byte(element.vr), padding));
        }
        Value::Sequence(items) => {
            encode_long_header(element.tag, VR::SQ, UNDEFINED_LENGTH, out);
            for item in items {
                encode_item_header(ITEM, UNDEFINED_LENGTH, out);
                encode_data_set(item, out);
                encode_item_header(ITEM_DELIMITATION, 0, out);
            }
            encode_item_header(SEQUENCE_DELIMITATION, 0, out);
        }
        Value::Encapsulated(pixels) => {
            encode_long_header(element.tag, VR::OB, UNDEFINED_LENGTH, out);
            encode_fragments(pixels, out);
            encode_item_header(SEQUENCE_DELIMITATION, 0, out);
        }
    }
}

fn encode_fragments(pixels: &Encapsulated, out: &mut Vec<u8>) {
    for fragment in std::iter::once(&pixels.offset_table).chain(&pixels.fragments) {
        let padding = fragment.len() % 2;
        encode_item_header(ITEM, (fragment.len() + padding) as u32, out);
        out.extend_from_slice(fragment);
        out.extend(std::iter::repeat_n(0, padding));
    }
}

fn encode_header(tag: Tag, vr: VR, length: usize, out: &mut Vec<u8>) {
    if has_long_length(vr) {
        encode_long_header(tag, vr, length as u32, out);
    } else if let Ok(length) = u16::try_from(length) {
        encode_tag(tag, out);
        out.extend_from_slice(&vr.to_bytes());
        out.extend_from_slice(&length.to_le_bytes());
    } else {
        // PS3.5 section 6.2.2: a value too long for its VR's length field is written as UN.
        encode_long_header(tag, VR::UN, length as u32, out);
    }
}

fn encode_long_header(tag: Tag, vr: VR, length: u32, out: &mut Vec<u8>) {
    encode_tag(tag, out);
    out.extend_from_slice(&vr.to_bytes());
    out.extend_from_slice(&[0, 0]);
    out.extend_from_slice(&length.to_le_bytes());
}

fn encode_item_header(tag: Tag, length: u32, out: &mut Vec<u8>) {
    encode_tag(tag, out);
    out.extend_from_slice(&length.to_le_bytes());
}

fn encode_tag(tag: Tag, out: &mut Vec<u8>) {
    out.extend_from_slice(&tag.0.to_le_bytes());
    out.extend_from_slice(&tag.1.to_le_bytes());
}

/// Text is padded with a space, all else with a null byte (PS3.5 section 6.2).
fn padding_byte(vr: VR) -> u8 {
    if is_text(vr) { b' ' } else { 0 }
}

/// Appends a zeroed preamble, the prefix and the File Meta Information of one SOP Instance.
pub fn encode_file_meta(
    sop_class: &str,
    sop_instance: &str,
    transfer_syntax: &str,
    implementation_class: &str,
    implementation_version: &str,
    out: &mut Vec<u8>,
) {
    let mut meta = DataSet::new();
    meta.put(Element {
        tag: Tag(0x0002, 0x0001),
        vr: VR::OB,
        value: Value::Bytes(bytes::Bytes::from_static(&[0, 1])),
    });
    meta.put_text(Tag(0x0002, 0x0002), VR::UI, sop_class);
    meta.put_text(Tag(0x0002, 0x0003), VR::UI, sop_instance);
    meta.put_text(Tag(0x0002, 0x0010), VR::UI, transfer_syntax);
    meta.put_text(Tag(0x0002, 0x0012), VR::UI, implementation_class);
    meta.put_text(Tag(0x0002, 0x0013), VR::SH, implementation_version);
    let mut body = Vec::with_capacity(256);
    encode_data_set(&meta, &mut body);
    out.extend_from_slice(&[0; 128]);
    out.extend_from_slice(b"DICM");
    encode_header(Tag(0x0002, 0x0000), VR::UL, 4, out);
    out.extend_from_slice(&(body.len() as u32).to_le_bytes());
    out.extend_from_slice(&body);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_too_long_for_its_vr_is_written_as_un() {
        let mut data_set = DataSet::new();
        data_set.put_text(Tag(0x3006, 0x0050), VR::DS, &"1.5\\".repeat(20_000));
        let mut out = Vec::new();
        encode_data_set(&data_set, &mut out);
        assert_eq!(&out[4..6], b"UN");
        assert_eq!(u32::from_le_bytes(out[8..12].try_into().unwrap()), 80_000);
    }

    #[test]
    fn odd_values_and_fragments_are_padded() {
        let mut data_set = DataSet::new();
        let text = Value::Bytes(bytes::Bytes::from_static(b"abc"));
        data_set.put(Element { tag: Tag(0x8, 0x70), vr: VR::LO, value: text });
        let pixels = Encapsulated {
            fragments: vec![bytes::Bytes::from_static(b"xyz")],
            ..Default::default()
        };
        let value = Value::Encapsulated(pixels);
        data_set.put(Element { tag: Tag(0x7FE0, 0x10), vr: VR::OB, value });
        let mut out = Vec::new();
        encode_data_set(&data_set, &mut out);
        assert_eq!(&out[6..12], b"\x04\0abc ");
        assert!(out.windows(4).any(|bytes| bytes == b"xyz\0"));
    }
}
