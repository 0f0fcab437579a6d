//! Marker segments: their markers, and those of what is encoded (T.81 section B.2).

use super::Frame;
use super::huffman::Table;

/// Start of a lossless frame with Huffman codes: SOF3.
pub(super) const SOF3: u8 = 0xC3;
/// Define Huffman tables.
pub(super) const DHT: u8 = 0xC4;
/// The first of the eight restart markers.
pub(super) const RST: u8 = 0xD0;
/// Start of image.
pub(super) const SOI: u8 = 0xD8;
/// End of image.
pub(super) const EOI: u8 = 0xD9;
/// Start of scan.
pub(super) const SOS: u8 = 0xDA;
/// Define restart interval.
pub(super) const DRI: u8 = 0xDD;
/// The first of the sixteen application segments.
pub(super) const APP: u8 = 0xE0;
/// Comment.
pub(super) const COM: u8 = 0xFE;
/// Define quantisation tables, which mean nothing here.
pub(super) const DQT: u8 = 0xDB;

/// A marker with nothing behind it.
pub(super) fn put_marker(marker: u8, stream: &mut Vec<u8>) {
    stream.extend([0xFF, marker]);
}

fn put_segment(marker: u8, content: &[u8], stream: &mut Vec<u8>) {
    put_marker(marker, stream);
    stream.extend((content.len() as u16 + 2).to_be_bytes());
    stream.extend(content);
}

/// What stands ahead of the data: a frame of one scan with predictor 1 and one table, number 0.
pub(super) fn put_header(frame: Frame, table: &Table, stream: &mut Vec<u8>) {
    put_marker(SOI, stream);
    let components = 1..=frame.components as u8;
    let [h1, h2] = (frame.height as u16).to_be_bytes();
    let [w1, w2] = (frame.width as u16).to_be_bytes();
    let mut content = vec![frame.bits as u8, h1, h2, w1, w2, frame.components as u8];
    content.extend(components.clone().flat_map(|component| [component, 0x11, 0]));
    put_segment(SOF3, &content, stream);

    let number = 0;
    let content = [&[number][..], &table.counts, &table.symbols].concat();
    put_segment(DHT, &content, stream);

    let mut content = vec![frame.components as u8];
    content.extend(components.flat_map(|component| [component, number]));
    let (predictor, transform) = (1, 0);
    content.extend([predictor, 0, transform]);
    put_segment(SOS, &content, stream);
}
