//! Places in codestreams: comments, application segments, bytes behind the end, offset tables. The
//! streams but those of JPEG-LS are written by hand: an even grey needs no more than zeros.

use dicom::dictionary_std::{tags, uids};

use super::picture::{self, PIXELS, SIDE};
use super::scene::{Scene, binary, instance};
use super::token::Planter;
use crate::dataset::{DataSet, Encapsulated, Tag, VR, Value};

/// The scenes of this file, which all are encapsulated.
pub(super) fn scenes(planter: &mut Planter) -> Vec<Scene> {
    vec![
        scene(planter, "jpeg-ls", uids::JPEGLS_LOSSLESS, jpeg_ls),
        scene(planter, "jpeg-lossless", uids::JPEG_LOSSLESS_SV1, jpeg_lossless),
        scene(planter, "jpeg-baseline", uids::JPEG_BASELINE8_BIT, jpeg_baseline),
        scene(planter, "jpeg-2000", uids::JPEG2000_LOSSLESS, jpeg_2000),
        offset_tables(planter),
    ]
}

type Stream = fn(&mut Planter) -> Vec<u8>;

fn scene(
    planter: &mut Planter,
    name: &'static str,
    transfer_syntax: &'static str,
    stream: Stream,
) -> Scene {
    planter.enter(name);
    let data_set = image(planter, stream);
    Scene { transfer_syntax: Some(transfer_syntax), ..Scene::new(name, data_set) }
}

/// An image of one frame in this codestream.
pub(super) fn image(planter: &mut Planter, stream: Stream) -> DataSet {
    let mut data_set = instance(planter, uids::CT_IMAGE_STORAGE);
    picture::put_module(&mut data_set, 8);
    data_set.put(picture::encapsulated(vec![stream(planter)]));
    data_set
}

/// A marker segment (ITU-T T.81 section B.1.1.4).
fn segment(marker: u8, body: &[u8]) -> Vec<u8> {
    let length = (body.len() + 2) as u16;
    [&[0xFF, marker], &length.to_be_bytes()[..], body].concat()
}

const SOI: [u8; 2] = [0xFF, 0xD8];
const EOI: [u8; 2] = [0xFF, 0xD9];
const COM: u8 = 0xFE;

/// Puts segments behind SOI and bytes behind EOI. The comment is as long as makes the whole even, for
/// the fragment would else be padded and its end no longer be near.
fn planted(planter: &mut Planter, stream: &[u8]) -> Vec<u8> {
    let mut out = SOI.to_vec();
    for (marker, head, place) in [
        (0xE1, &b"Exif\0\0"[..], "APP1, EXIF"),
        (0xED, b"Photoshop 3.0\0", "APP13, IPTC"),
        (0xEB, b"JP\0\x01", "APP11, JUMBF"),
    ] {
        let token = planter.word(52, place);
        out.extend(segment(marker, &[head, token.as_bytes()].concat()));
    }
    let comment = planter.word(52, "COM");
    let padding = if (out.len() + stream.len()).is_multiple_of(2) { "" } else { " " };
    out.extend(segment(COM, format!("{comment}{padding}").as_bytes()));
    out.extend_from_slice(&stream[SOI.len()..]);
    let behind = planter.word(53, "bytes behind EOI");
    out.extend_from_slice(behind.as_bytes());
    out
}

fn jpeg_ls(planter: &mut Planter) -> Vec<u8> {
    let (_, frame) = picture::gradient(8);
    planted(planter, &picture::jpeg_ls(&frame, 8))
}

/// SOF of one component of 8 bits.
fn frame_header(marker: u8) -> Vec<u8> {
    let side = SIDE.to_be_bytes();
    segment(marker, &[8, side[0], side[1], side[0], side[1], 1, 1, 0x11, 0])
}

/// DHT of a table with one code, a single zero bit, for symbol 0.
fn one_code(class: u8) -> Vec<u8> {
    let mut body = vec![class << 4, 1];
    body.resize(1 + 16 + 1, 0);
    segment(0xC4, &body)
}

/// JPEG lossless, first-order prediction: every difference is 0 and takes one bit.
fn jpeg_lossless(planter: &mut Planter) -> Vec<u8> {
    let scan = segment(0xDA, &[1, 1, 0x00, 1, 0, 0]);
    let data = vec![0; PIXELS / 8];
    let stream = [&SOI[..], &frame_header(0xC3), &one_code(0), &scan, &data, &EOI].concat();
    planted(planter, &stream)
}

/// JPEG baseline: each block has a DC difference of 0 and no AC, a bit for each.
fn jpeg_baseline(planter: &mut Planter) -> Vec<u8> {
    let mut quantization = vec![1; 65];
    quantization[0] = 0;
    let scan = segment(0xDA, &[1, 1, 0x00, 0, 63, 0]);
    let data = vec![0; PIXELS / 64 * 2 / 8];
    let (dc, ac) = (one_code(0), one_code(1));
    let tables = [segment(0xDB, &quantization), frame_header(0xC0), dc, ac].concat();
    planted(planter, &[&SOI[..], &tables, &scan, &data, &EOI].concat())
}

/// JPEG 2000 (ITU-T T.800): one tile, no decomposition, one empty packet.
fn jpeg_2000(planter: &mut Planter) -> Vec<u8> {
    let mut stream = grey_2000(planter);
    let behind = planter.word(53, "bytes behind EOC");
    stream.extend_from_slice(behind.as_bytes());
    stream
}

/// Such a stream with a comment, of even length.
pub(super) fn grey_2000(planter: &mut Planter) -> Vec<u8> {
    let side = u32::from(SIDE).to_be_bytes();
    let zero = [0; 4];
    let size = [&[0, 0][..], &side, &side, &zero, &zero, &side, &side, &zero, &zero];
    let size = [&size.concat()[..], &[0, 1, 7, 1, 1]].concat();
    let comment = planter.word(54, "COM");
    let comment = format!("\0\u{1}{comment}");
    let part = [0x00, 0x00, 0, 0, 0, 15, 0, 1];
    let stream = [
        &[0xFF, 0x4F][..],
        &segment(0x51, &size),
        &segment(0x52, &[0, 0, 0, 1, 0, 0, 4, 4, 0, 1]),
        &segment(0x5C, &[0x40, 0x40]),
        &segment(0x64, comment.as_bytes()),
        &segment(0x90, &part),
        &[0xFF, 0x93, 0x00],
        &EOI,
    ]
    .concat();
    if stream.len().is_multiple_of(2) {
        return stream;
    }
    // A byte more in the comment.
    let at = stream.windows(2).position(|pair| pair == [0xFF, 0x90]).unwrap_or(2);
    let mut even = stream[..at].to_vec();
    even.push(b' ');
    even.extend_from_slice(&stream[at..]);
    let length_at = at - comment.len() - 1;
    even[length_at] += 1;
    even
}

/// RLE (PS3.5 annex G): runs of one value, and what stands behind the last.
pub(super) fn rle(behind: &str) -> Vec<u8> {
    let mut frame = vec![0; 64];
    frame[0] = 1;
    frame[4] = 64;
    for _ in 0..PIXELS / 128 {
        frame.extend([0x81, 7]);
    }
    frame.extend_from_slice(behind.as_bytes());
    frame
}

/// Offset tables that hold words instead of offsets.
fn offset_tables(planter: &mut Planter) -> Scene {
    planter.enter("offset-tables");
    let mut data_set = instance(planter, uids::CT_IMAGE_STORAGE);
    picture::put_module(&mut data_set, 8);
    let (_, frame) = picture::gradient(8);
    let basic = planter.word(56, "Basic Offset Table");
    let pixels = Encapsulated {
        offset_table: format!("{basic}\0\0").into_bytes().into(),
        fragments: vec![picture::jpeg_ls(&frame, 8).into()],
    };
    let mut element = picture::encapsulated(Vec::new());
    element.value = Value::Encapsulated(pixels);
    data_set.put(element);
    for (tag, place) in [
        (tags::EXTENDED_OFFSET_TABLE, "Extended Offset Table"),
        (Tag(0x7FE0, 0x0002), "Extended Offset Table Lengths"),
    ] {
        let token = planter.word(56, place);
        data_set.put(binary(tag, VR::OV, format!("{token}\0\0").as_bytes()));
    }
    Scene::new("offset-tables", data_set)
}
