//! Areas of native pixel data made black: bytes in, bytes out.

use crate::area::{Area, inside};
use crate::image::{ImagePixel, SampleType};

/// The pixel data with the areas black; `None` where this kind of pixel data is not masked. `black` is the
/// stored value of each component.
pub(super) fn masked(
    native: &[u8],
    image: &ImagePixel,
    areas: &[Area],
    black: &[u32],
) -> Option<Vec<u8>> {
    let mut out = native.to_vec();
    let pixels = inside(areas, image.extent(), 0).flatten();
    if image.is_subsampled() {
        return shared_chroma(&mut out, image, pixels, black).then_some(out);
    }
    let components = usize::from(image.samples_per_pixel);
    if black.len() != components {
        return None;
    }
    if image.bits_allocated == 1 {
        for at in pixels {
            let bit = 1 << (at % 8);
            let byte = out.get_mut(at / 8)?;
            *byte = if black[0] & 1 == 1 { *byte | bit } else { *byte & !bit };
        }
        return Some(out);
    }
    let width = usize::from(image.bits_allocated / 8);
    let words: Vec<[u8; 4]> = black.iter().map(|value| word(*value, image)).collect();
    let frame = image.rows as usize * image.columns as usize;
    for at in pixels {
        for (component, word) in words.iter().enumerate() {
            let sample = if image.planar_configuration == 0 {
                at * components + component
            } else {
                (at / frame * components + component) * frame + at % frame
            };
            out.get_mut(sample * width..(sample + 1) * width)?.copy_from_slice(&word[..width]);
        }
    }
    Some(out)
}

/// A stored value as it stands in its word: at its bits, its sign carried on above them.
fn word(value: u32, image: &ImagePixel) -> [u8; 4] {
    let stored = u32::from(image.bits_stored);
    let is_negative = image.sample_type == SampleType::Signed && value >> (stored - 1) & 1 == 1;
    let sign = if is_negative { u32::MAX.checked_shl(stored).unwrap_or(0) } else { 0 };
    let shift = u32::from(image.high_bit) + 1 - stored;
    ((value | sign) << shift).to_le_bytes()
}

/// Two pixels in four bytes: their luminances, then the chrominances that they share.
fn shared_chroma(
    out: &mut [u8],
    image: &ImagePixel,
    pixels: impl Iterator<Item = usize>,
    black: &[u32],
) -> bool {
    let is_422 =
        matches!(image.photometric_interpretation.as_str(), "YBR_FULL_422" | "YBR_PARTIAL_422");
    let &[luminance, blue, red] = black else { return false };
    if !is_422 || image.columns % 2 == 1 {
        return false;
    }
    for at in pixels {
        let Some(pair) = out.get_mut(at / 2 * 4..at / 2 * 4 + 4) else { return false };
        pair[at % 2] = luminance as u8;
        pair[2..].copy_from_slice(&[blue as u8, red as u8]);
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::area::{Frames, Reason, Rectangle};

    fn image(bits_allocated: u16, samples_per_pixel: u16, photometric: &str) -> ImagePixel {
        ImagePixel {
            rows: 2,
            columns: 4,
            frames: 2,
            samples_per_pixel,
            bits_allocated,
            bits_stored: bits_allocated,
            high_bit: bits_allocated - 1,
            sample_type: SampleType::Unsigned,
            planar_configuration: 0,
            photometric_interpretation: photometric.into(),
        }
    }

    fn area(frames: Frames) -> [Area; 1] {
        let rectangle = Rectangle { x: 1, y: 1, width: 2, height: 1 };
        [Area { rectangle, frames, reason: Reason::Text }]
    }

    #[test]
    fn only_the_area_becomes_black_in_its_frames() {
        let found = masked(&[9; 16], &image(8, 1, "MONOCHROME2"), &area(Frames::All), &[0]);
        let frame = [9, 9, 9, 9, 9, 0, 0, 9];
        assert_eq!(found.unwrap(), [frame, frame].concat());
        let second = area(Frames::These(vec![2]));
        let found = masked(&[9; 16], &image(8, 1, "MONOCHROME2"), &second, &[0]);
        assert_eq!(found.unwrap(), [[9; 8], frame].concat());
    }

    #[test]
    fn planes_bits_words_and_shared_chroma_are_known() {
        let planes = ImagePixel { planar_configuration: 1, ..image(8, 3, "YBR_FULL") };
        let found = masked(&[9; 48], &planes, &area(Frames::All), &[0, 128, 127]).unwrap();
        for (plane, black) in found.chunks(8).zip([0, 128, 127, 0, 128, 127]) {
            assert_eq!(plane, [9, 9, 9, 9, 9, black, black, 9]);
        }
        let found = masked(&[0xFF; 2], &image(1, 1, "MONOCHROME2"), &area(Frames::All), &[0]);
        assert_eq!(found.unwrap(), [0b1001_1111; 2]);
        let signed = ImagePixel {
            bits_stored: 12,
            high_bit: 11,
            sample_type: SampleType::Signed,
            ..image(16, 1, "MONOCHROME2")
        };
        let found = masked(&[0; 32], &signed, &area(Frames::All), &[0xFF0]).unwrap();
        assert_eq!(found[8..16], [0, 0, 0xF0, 0xFF, 0xF0, 0xFF, 0, 0]);
        let shared = image(8, 3, "YBR_FULL_422");
        let found = masked(&[9; 32], &shared, &area(Frames::All), &[0, 128, 128]).unwrap();
        assert_eq!(found[8..16], [9, 0, 128, 128, 0, 9, 128, 128]);
        let odd = ImagePixel { columns: 3, ..shared };
        assert_eq!(masked(&[9; 24], &odd, &area(Frames::All), &[0, 128, 128]), None);
    }
}
