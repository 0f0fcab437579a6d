//! Damage to codestreams: headers that ask for more than there is, streams that end too early.

use bytes::Bytes;
use sauva::image::ImagePixel;

use crate::kinds::Source;
use crate::seed::Seed;

/// A file whose first frame is damaged; one without codestreams loses a byte of its pixels' values.
pub(crate) fn mutant(seed: &Seed, source: &mut Source) -> (String, Vec<u8>) {
    let Some(frames) = seed.frames() else {
        let mut file = seed.file.clone();
        let at = seed.end - 1 - source.below(seed.end / 2);
        file[at] = !file[at];
        return ("values".to_owned(), file);
    };
    let mut stream = frames[0].to_vec();
    let name = if seed.transfer_syntax == "1.2.840.10008.1.2.5" {
        rle(&mut stream, source)
    } else if stream.starts_with(&[0xFF]) {
        match source.below(5) {
            4 => return ("agreed".to_owned(), agreed(seed, frames, source)),
            0 => sizes(&mut stream, source),
            1 => headers(&mut stream, source),
            2 => coded(&mut stream, source),
            _ => return (end_back(&mut stream, source).to_owned(), rebuilt(seed, frames, stream)),
        }
    } else {
        coded(&mut stream, source)
    };
    (name.to_owned(), rebuilt(seed, frames, stream))
}

fn rebuilt(seed: &Seed, frames: &[Bytes], first: Vec<u8>) -> Vec<u8> {
    seed.with_image(|_| {}, rebuilt_frames(frames, first))
}

fn rebuilt_frames(frames: &[Bytes], first: Vec<u8>) -> Vec<Bytes> {
    let rest = frames[1..].iter().cloned();
    std::iter::once(Bytes::from(first)).chain(rest).collect()
}

/// A size that attributes and frame header agree on, and that the coded data do not fill.
fn agreed(seed: &Seed, frames: &[Bytes], source: &mut Source) -> Vec<u8> {
    let side = source.one_of(&[1, 1024, 4096, 5000, 8192, 65_535]);
    let mut stream = frames[0].to_vec();
    if stream[1] == 0x4F {
        for at in [8, 12, 24, 28] {
            stream[at..at + 4].copy_from_slice(&u32::to_be_bytes(side));
        }
    } else {
        let is_frame =
            |pair: &[u8]| pair[0] == 0xFF && matches!(pair[1], 0xC0 | 0xC1 | 0xC3 | 0xF7);
        if let Some(at) = stream.windows(2).position(is_frame) {
            stream[at + 5..at + 7].copy_from_slice(&(side as u16).to_be_bytes());
            stream[at + 7..at + 9].copy_from_slice(&(side as u16).to_be_bytes());
        }
    }
    let sides = |image: &mut ImagePixel| (image.rows, image.columns) = (side, side);
    seed.with_image(sides, rebuilt_frames(frames, stream))
}

/// Sizes, tiles and components of 65,535 in the frame header.
fn sizes(stream: &mut [u8], source: &mut Source) -> &'static str {
    let size: u32 = source.one_of(&[0, 1, 0x7FFF, 0xFFFF, 0x4000]);
    if stream[1] == 0x4F {
        let at = source.one_of(&[8, 12, 16, 20, 24, 28, 32, 36]);
        stream[at..at + 4].copy_from_slice(&size.to_be_bytes());
        if source.below(3) == 0 {
            stream[40..42].copy_from_slice(&0x4000_u16.to_be_bytes());
        }
        return "siz";
    }
    let is_frame = |pair: &[u8]| pair[0] == 0xFF && matches!(pair[1], 0xC0 | 0xC1 | 0xC3 | 0xF7);
    if let Some(at) = stream.windows(2).position(is_frame) {
        let field = at + source.one_of(&[5, 7]);
        stream[field..field + 2].copy_from_slice(&(size as u16).to_be_bytes());
        if source.below(3) == 0 {
            stream[at + 9] = 255;
        }
    }
    "sof"
}

/// Bytes of the headers, but for sizes.
fn headers(stream: &mut [u8], source: &mut Source) -> &'static str {
    let end = coded_from(stream);
    let start = if stream[1] == 0x4F { 42 } else { 2 };
    for _ in 0..=source.below(3) {
        let at = start + source.below(end.saturating_sub(start));
        stream[at] = source.one_of(&[0, 1, 2, 0x11, 0x7F, 0x80, 0xFE, 0xFF]);
    }
    "headers"
}

/// Bytes of the coded data; the end marker stays.
fn coded(stream: &mut [u8], source: &mut Source) -> &'static str {
    let start = coded_from(stream).min(stream.len() - 1);
    for _ in 0..=source.below(16) {
        let at = start + source.below(stream.len().saturating_sub(start + 2));
        stream[at] = source.one_of(&[0, 0xFF, 0x55, 0x80, 0x91]);
    }
    "coded"
}

/// A cut inside the coded data with the end marker put back.
fn end_back(stream: &mut Vec<u8>, source: &mut Source) -> &'static str {
    let start = coded_from(stream);
    let end = stream.windows(2).rposition(|pair| pair == [0xFF, 0xD9]).unwrap_or(stream.len());
    // A few bytes before the end may be no more than padding of the last codes.
    stream.truncate(start + source.below(end.saturating_sub(start + 16)));
    stream.extend([0xFF, 0xD9]);
    "endback"
}

/// Number and offsets of the segments, or the segments cut.
fn rle(stream: &mut Vec<u8>, source: &mut Source) -> &'static str {
    match source.below(3) {
        0 => {
            let at = 4 * source.below(16);
            let number = source.one_of(&[0, 1, 15, 16, 63, 64, 0xFFFF, 0x7FFF_FFFF, 0xFFFF_FFFF]);
            stream[at..at + 4].copy_from_slice(&u32::to_le_bytes(number));
            "rle-header"
        }
        1 => {
            // Two bytes may be no more than the padding of the last segment.
            stream.truncate(source.below(stream.len() - 2));
            "cut-rle"
        }
        _ => coded(stream, source),
    }
}

/// Where the coded data begin: behind SOS or SOD, or behind the header of RLE.
fn coded_from(stream: &[u8]) -> usize {
    let marker = stream.windows(2).position(|pair| matches!(pair, [0xFF, 0xDA | 0x93]));
    marker.map_or(64, |at| at + 2).min(stream.len())
}
