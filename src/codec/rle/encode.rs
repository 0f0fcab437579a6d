//! An image in, a frame out: each byte plane is a segment, packed line by line.

use super::header::{put_offset, reserve};
use super::pack::pack;
use super::plane::planes;
use super::{CodecError, Frame, Sample, is_held};

/// Encodes an image. The samples of a pixel stand side by side; `bits` of the frame are those of `S`,
/// since whole words are coded.
///
/// # Errors
///
/// `Frame` where RLE does not hold such an image, or there are not as many samples.
pub fn encode<S: Sample>(samples: &[S], frame: Frame) -> Result<Vec<u8>, CodecError> {
    if !is_held::<S>(frame) || samples.len() as u64 != frame.samples() {
        return Err(CodecError::Frame);
    }
    let planes = planes(frame);
    let width = frame.width as usize;
    // A guess: half of what comes in.
    let mut stream = Vec::with_capacity(size_of_val(samples) / 2 + 256);
    reserve(planes.len(), &mut stream);
    let mut line = vec![0; width];
    for (segment, plane) in planes.iter().enumerate() {
        put_offset(segment, &mut stream)?;
        for samples in samples.chunks_exact(width * frame.components as usize) {
            plane.split(samples, &mut line);
            pack(&line, &mut stream);
        }
        stream.resize(stream.len().next_multiple_of(2), 0);
    }
    Ok(stream)
}
