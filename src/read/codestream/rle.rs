//! RLE (PS3.5 annex G): header and segments walked, nothing unpacked.

use crate::image::ImagePixel;
use crate::read::ReadError;
use crate::read::numbers::le32;

/// RLE: a segment a byte plane, each of which must unpack to Rows x Columns bytes
/// (PS3.5 sections G.3 to G.5).
pub(super) fn check(stream: &[u8], image: &ImagePixel) -> Result<(), ReadError> {
    let header = stream.get(..64).ok_or(ReadError::Pixels("an RLE header is cut off"))?;
    let segments =
        usize::from(image.samples_per_pixel) * usize::from(image.bits_allocated.div_ceil(8));
    if le32(header, 0) as usize != segments || segments > 15 {
        return Err(ReadError::Pixels("RLE segments do not match the samples"));
    }
    let mut bounds: Vec<usize> = (1..=segments).map(|n| le32(header, 4 * n) as usize).collect();
    bounds.push(stream.len());
    if bounds[0] < 64 || !bounds.is_sorted_by(|a, b| a < b) {
        return Err(ReadError::Pixels("RLE offsets are out of order"));
    }
    let plane = u64::from(image.rows) * u64::from(image.columns);
    let pixels = if image.bits_allocated == 1 { plane.div_ceil(8) } else { plane };
    let complete = bounds.windows(2).all(|pair| unpacks_to(&stream[pair[0]..pair[1]], pixels));
    if complete { Ok(()) } else { Err(ReadError::Pixels("an RLE segment is cut off")) }
}

fn unpacks_to(segment: &[u8], wanted: u64) -> bool {
    let (mut at, mut unpacked) = (0, 0);
    while unpacked < wanted {
        let Some(control) = segment.get(at) else {
            return false;
        };
        at += 1;
        match *control as i8 {
            -128 => {}
            run @ ..0 => {
                at += 1;
                unpacked += 1 + u64::from(run.unsigned_abs());
            }
            literal => {
                at += literal as usize + 1;
                unpacked += literal as u64 + 1;
            }
        }
        if at > segment.len() {
            return false;
        }
    }
    true
}
