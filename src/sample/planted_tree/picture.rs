//! A small image: an encoding in, the Image Pixel Module and its pixel data out.

use dicom::dictionary_std::tags;

use super::scene::binary;
use super::wire::Wire;
use crate::codec::jpeg_ls::{Frame, Interleave, encode};
use crate::dataset::{DataSet, Element, Encapsulated, VR, Value};

/// Rows and columns.
pub(super) const SIDE: u16 = 64;
/// Pixels of a frame.
pub(super) const PIXELS: usize = SIDE as usize * SIDE as usize;

/// Puts a gradient with this many bits a sample, native or in JPEG-LS.
pub(super) fn put(data_set: &mut DataSet, wire: Wire, bits: u16) {
    put_module(data_set, bits);
    let (vr, bytes) = gradient(bits);
    if wire == Wire::Encapsulated {
        data_set.put(encapsulated(vec![jpeg_ls(&bytes, bits)]));
    } else {
        data_set.put(binary(tags::PIXEL_DATA, vr, &bytes));
    }
}

/// Puts the Image Pixel Module.
pub(super) fn put_module(data_set: &mut DataSet, bits: u16) {
    data_set.put_u16(tags::SAMPLES_PER_PIXEL, 1);
    data_set.put_text(tags::PHOTOMETRIC_INTERPRETATION, VR::CS, "MONOCHROME2");
    data_set.put_u16(tags::ROWS, SIDE);
    data_set.put_u16(tags::COLUMNS, SIDE);
    data_set.put_u16(tags::BITS_ALLOCATED, if bits > 8 { 16 } else { 8 });
    data_set.put_u16(tags::BITS_STORED, bits);
    data_set.put_u16(tags::HIGH_BIT, bits - 1);
    data_set.put_u16(tags::PIXEL_REPRESENTATION, 0);
    data_set.put_text(tags::BURNED_IN_ANNOTATION, VR::CS, "NO");
    data_set.put_text(tags::IMAGE_TYPE, VR::CS, "ORIGINAL\\PRIMARY\\AXIAL");
}

/// Native pixel data of a frame, with their VR.
pub(super) fn gradient(bits: u16) -> (VR, Vec<u8>) {
    let step = (1_u16 << bits) / (2 * SIDE);
    let pixels = (0..SIDE).flat_map(|row| (0..SIDE).map(move |column| (row + column) * step));
    if bits > 8 {
        (VR::OW, pixels.flat_map(u16::to_le_bytes).collect())
    } else {
        (VR::OB, pixels.map(|pixel| pixel as u8).collect())
    }
}

/// A JPEG-LS codestream of such a frame.
pub(super) fn jpeg_ls(frame: &[u8], bits: u16) -> Vec<u8> {
    let side = u32::from(SIDE);
    let form = Frame { width: side, height: side, components: 1, bits: bits.into() };
    let coded = if bits > 8 {
        let samples: Vec<u16> =
            frame.as_chunks().0.iter().map(|pair| u16::from_le_bytes(*pair)).collect();
        encode(&samples, form, Interleave::None)
    } else {
        encode(frame, form, Interleave::None)
    };
    coded.expect("a gradient of so many bits")
}

/// Pixel data of one fragment a frame, with an empty offset table.
pub(super) fn encapsulated(frames: Vec<Vec<u8>>) -> Element {
    let fragments = frames.into_iter().map(Into::into).collect();
    let pixels = Encapsulated { offset_table: bytes::Bytes::new(), fragments };
    Element { tag: tags::PIXEL_DATA, vr: VR::OB, value: Value::Encapsulated(pixels) }
}
