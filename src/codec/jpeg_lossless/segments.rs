//! The marker segments that are not of every JPEG (T.81 section B.2), and those of what is encoded.

use super::super::segments::{SOS, put_frame_header, put_segment};
use super::Frame;
use super::huffman::Table;

/// Start of a lossless frame with Huffman codes: SOF3.
pub(super) const SOF3: u8 = 0xC3;
/// Define Huffman tables.
pub(super) const DHT: u8 = 0xC4;
/// Define quantisation tables, which mean nothing here.
pub(super) const DQT: u8 = 0xDB;

/// What stands ahead of the data: a frame of one scan with predictor 1 and one table, number 0.
pub(super) fn put_header(frame: Frame, table: &Table, stream: &mut Vec<u8>) {
    put_frame_header(SOF3, frame, stream);
    let number = 0;
    let content = [&[number][..], &table.counts, &table.symbols].concat();
    put_segment(DHT, &content, stream);

    let mut content = vec![frame.components as u8];
    content.extend((1..=frame.components as u8).flat_map(|component| [component, number]));
    let (predictor, transform) = (1, 0);
    content.extend([predictor, 0, transform]);
    put_segment(SOS, &content, stream);
}
