//! The encodings of a data set: a data set in, its bytes in each of five transfer syntaxes out. Beside
//! what the standard wants, a sequence may be written as UN, and values in VRs that are not theirs.

use std::io::Write;

use dicom::dictionary_std::uids;
use flate2::Compression;
use flate2::write::DeflateEncoder;

use crate::dataset::layout::{
    ITEM, ITEM_DELIMITATION, SEQUENCE_DELIMITATION, UNDEFINED_LENGTH, has_long_length, is_text,
};
use crate::dataset::{DataSet, Element, Encapsulated, Tag, VR, Value};

/// An encoding in which every scene is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wire {
    ImplicitLittle,
    ExplicitLittle,
    ExplicitBig,
    Deflated,
    Encapsulated,
}

/// Explicit VR Big Endian, retired.
const EXPLICIT_BIG: &str = "1.2.840.10008.1.2.2";

impl Wire {
    pub(super) const ALL: [Self; 5] = [
        Self::ImplicitLittle,
        Self::ExplicitLittle,
        Self::ExplicitBig,
        Self::Deflated,
        Self::Encapsulated,
    ];

    /// The name of its folder.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::ImplicitLittle => "implicit-little",
            Self::ExplicitLittle => "explicit-little",
            Self::ExplicitBig => "explicit-big",
            Self::Deflated => "deflated",
            Self::Encapsulated => "encapsulated",
        }
    }

    /// The transfer syntax; of encapsulated pixel data that of the usual codestream.
    pub(super) fn transfer_syntax(self) -> &'static str {
        match self {
            Self::ImplicitLittle => uids::IMPLICIT_VR_LITTLE_ENDIAN,
            Self::ExplicitLittle => uids::EXPLICIT_VR_LITTLE_ENDIAN,
            Self::ExplicitBig => EXPLICIT_BIG,
            Self::Deflated => uids::DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN,
            Self::Encapsulated => uids::JPEGLS_LOSSLESS,
        }
    }

    /// The bytes of a data set, and of what somebody appended to it.
    pub(super) fn encode(self, data_set: &DataSet, tail: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        match self {
            Self::ImplicitLittle => encode(data_set, Layout::Implicit, &mut out),
            Self::ExplicitBig => encode(data_set, Layout::Big, &mut out),
            _ => encode(data_set, Layout::Little, &mut out),
        }
        if self == Self::Deflated {
            out = deflated(&out);
        }
        out.extend_from_slice(tail);
        out
    }
}

/// Padded to even length (PS3.5 section A.5).
fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    let written = encoder.write_all(bytes).and_then(|()| encoder.finish());
    let mut out = written.expect("a vector takes every byte");
    out.resize(out.len().next_multiple_of(2), 0);
    out
}

/// The bytes of an item's content in Implicit VR Little Endian, which UN holds.
pub(super) fn implicit(data_set: &DataSet) -> Vec<u8> {
    let mut out = Vec::new();
    encode(data_set, Layout::Implicit, &mut out);
    out
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layout {
    Implicit,
    Little,
    Big,
}

fn encode(data_set: &DataSet, layout: Layout, out: &mut Vec<u8>) {
    for element in data_set.iter() {
        match &element.value {
            Value::Bytes(bytes) => bytes_element(element, bytes, layout, out),
            Value::Sequence(items) => {
                header(element.tag, element.vr, UNDEFINED_LENGTH, layout, out);
                // UN of undefined length is implicit little endian inside (PS3.5 section 6.2.2).
                let inner = if element.vr == VR::UN { Layout::Implicit } else { layout };
                for item in items {
                    item_header(ITEM, UNDEFINED_LENGTH, inner, out);
                    encode(item, inner, out);
                    item_header(ITEM_DELIMITATION, 0, inner, out);
                }
                item_header(SEQUENCE_DELIMITATION, 0, inner, out);
            }
            Value::Encapsulated(pixels) => {
                header(element.tag, VR::OB, UNDEFINED_LENGTH, layout, out);
                fragments(pixels, layout, out);
                item_header(SEQUENCE_DELIMITATION, 0, layout, out);
            }
        }
    }
}

fn bytes_element(element: &Element, bytes: &[u8], layout: Layout, out: &mut Vec<u8>) {
    let mut bytes = bytes.to_vec();
    if bytes.len() % 2 == 1 {
        bytes.push(if is_text(element.vr) { b' ' } else { 0 });
    }
    if layout == Layout::Big {
        bytes.chunks_exact_mut(word(element.vr)).for_each(<[u8]>::reverse);
    }
    header(element.tag, element.vr, bytes.len() as u32, layout, out);
    out.extend_from_slice(&bytes);
}

/// Bytes that big endian turns round together (PS3.5 section 7.3).
fn word(vr: VR) -> usize {
    match vr {
        VR::AT | VR::OW | VR::SS | VR::US => 2,
        VR::FL | VR::OF | VR::OL | VR::SL | VR::UL => 4,
        VR::FD | VR::OD | VR::OV | VR::SV | VR::UV => 8,
        _ => 1,
    }
}

fn fragments(pixels: &Encapsulated, layout: Layout, out: &mut Vec<u8>) {
    for fragment in std::iter::once(&pixels.offset_table).chain(&pixels.fragments) {
        let padding = fragment.len() % 2;
        item_header(ITEM, (fragment.len() + padding) as u32, layout, out);
        out.extend_from_slice(fragment);
        out.extend(std::iter::repeat_n(0, padding));
    }
}

fn header(tag: Tag, vr: VR, length: u32, layout: Layout, out: &mut Vec<u8>) {
    if layout == Layout::Implicit {
        return item_header(tag, length, layout, out);
    }
    put_tag(tag, layout, out);
    out.extend_from_slice(&vr.to_bytes());
    if has_long_length(vr) {
        out.extend_from_slice(&[0, 0]);
        put_u32(length, layout, out);
    } else {
        put_u16(length as u16, layout, out);
    }
}

fn item_header(tag: Tag, length: u32, layout: Layout, out: &mut Vec<u8>) {
    put_tag(tag, layout, out);
    put_u32(length, layout, out);
}

fn put_tag(tag: Tag, layout: Layout, out: &mut Vec<u8>) {
    put_u16(tag.0, layout, out);
    put_u16(tag.1, layout, out);
}

fn put_u16(number: u16, layout: Layout, out: &mut Vec<u8>) {
    let big = layout == Layout::Big;
    out.extend_from_slice(&if big { number.to_be_bytes() } else { number.to_le_bytes() });
}

fn put_u32(number: u32, layout: Layout, out: &mut Vec<u8>) {
    let big = layout == Layout::Big;
    out.extend_from_slice(&if big { number.to_be_bytes() } else { number.to_le_bytes() });
}
