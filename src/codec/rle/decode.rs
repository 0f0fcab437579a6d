//! A frame in, an image out; or the word that this image would come out.

use super::header::segments;
use super::plane::planes;
use super::unpack::{Run, unpack};
use super::{CodecError, Frame, Sample, is_held};

/// Decodes an image. The samples of a pixel stand side by side. `wanted` is the form that the caller
/// knows, and bounds the memory.
///
/// # Errors
///
/// `Frame` where RLE does not hold the wanted form or its `bits` are not those of `S`, and the others
/// for what `CodecError` says of them.
pub fn decode<S: Sample>(stream: &[u8], wanted: Frame) -> Result<Vec<S>, CodecError> {
    if !is_held::<S>(wanted) {
        return Err(CodecError::Frame);
    }
    let planes = planes(wanted);
    let segments = segments(stream, planes.len())?;
    let mut samples = vec![S::default(); wanted.samples() as usize];
    let mut bytes = vec![0; pixels(wanted)];
    for (plane, segment) in planes.iter().zip(segments) {
        unpack(segment, bytes.len(), |at, run| match run {
            Run::Literal(literal) => bytes[at..at + literal.len()].copy_from_slice(literal),
            Run::Replicate(byte, count) => bytes[at..at + count].fill(byte),
        })?;
        plane.merge(&bytes, &mut samples);
    }
    Ok(samples)
}

/// Whether a frame decodes to these samples: its runs are compared with the planes of the image.
///
/// # Errors
///
/// As `decode`.
pub fn gives_back<S: Sample>(
    stream: &[u8],
    frame: Frame,
    samples: &[S],
) -> Result<bool, CodecError> {
    if !is_held::<S>(frame) || samples.len() as u64 != frame.samples() {
        return Err(CodecError::Frame);
    }
    let planes = planes(frame);
    let segments = segments(stream, planes.len())?;
    let mut bytes = vec![0; pixels(frame)];
    let mut is_same = true;
    for (plane, segment) in planes.iter().zip(segments) {
        plane.split(samples, &mut bytes);
        unpack(segment, bytes.len(), |at, run| {
            is_same &= match run {
                Run::Literal(literal) => bytes[at..at + literal.len()] == *literal,
                // No early end, so that eight and more are compared at once.
                Run::Replicate(byte, count) => {
                    bytes[at..at + count].iter().fold(0, |all, found| all | (found ^ byte)) == 0
                }
            };
        })?;
    }
    Ok(is_same)
}

fn pixels(frame: Frame) -> usize {
    frame.width as usize * frame.height as usize
}
