//! How many bytes a coded byte may stand for. Readers take more for an attack, and writers choose no form
//! that readers would refuse.

use dicom::dictionary_std::uids;

/// The most that a deflated data set may inflate to.
pub const MOST_INFLATED: u64 = 1 << 30;

/// The most that a data set of so many deflated bytes may inflate to.
pub fn most_inflated(deflated: u64) -> u64 {
    (deflated * 100).clamp(256 << 20, MOST_INFLATED)
}

/// Whether the frames of an image are decoded from too few bytes: `native` all of them, `coded` the length
/// of each.
pub fn are_frames_inflated(
    transfer_syntax: &str,
    native: u64,
    coded: impl ExactSizeIterator<Item = u64>,
) -> bool {
    if matches!(transfer_syntax, uids::JPEGLS_LOSSLESS | uids::JPEGLS_NEAR_LOSSLESS) {
        // A bit codes up to 32,768 pixels of a run, and the decoder holds a frame once.
        return false;
    }
    let frame = native / (coded.len() as u64).max(1);
    let mut sum = 0;
    let mut inflated = false;
    for length in coded {
        sum += length;
        // Decoders hold a frame whole, JPEG 2000 in eight bytes a sample.
        inflated |= is_beyond(frame, length, 32 << 20, 100);
    }
    inflated || is_beyond(native, sum, 64 << 20, 1000)
}

/// What is small is never too large; what is larger must have a coded byte for each `most`.
fn is_beyond(decoded: u64, coded: u64, free: u64, most: u64) -> bool {
    decoded > free && decoded / most > coded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_images_need_bytes_but_for_runs() {
        let rle = uids::RLE_LOSSLESS;
        let frames =
            |native: u64, coded: &[u64]| are_frames_inflated(rle, native, coded.iter().copied());
        assert!(!frames(32 << 20, &[1]));
        assert!(frames(33 << 20, &[1]));
        assert!(!frames(33 << 20, &[(33 << 20) / 100]));
        // Many frames are counted together.
        assert!(frames(100 << 20, &[1000; 100]));
        assert!(!frames(100 << 20, &[1100; 100]));
        assert!(!are_frames_inflated(uids::JPEGLS_LOSSLESS, 1 << 32, [100].into_iter()));
        assert_eq!(most_inflated(1), 256 << 20);
        assert_eq!(most_inflated(3 << 20), 300 << 20);
        assert_eq!(most_inflated(1 << 40), MOST_INFLATED);
    }
}
