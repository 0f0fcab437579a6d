//! The digest of an image's samples: the proof that what is written holds what came, and the mark by which
//! equal images are found. Keyed, so that whoever has an original cannot look for it among the outputs.

use std::ops::Range;

use crate::instance::Samples;

/// Digests under one key: BLAKE3, keyed (its specification, section 2.3), of the little-endian samples of
/// all frames, those of a pixel side by side, masked to Bits Stored, in one, two or four bytes each; of
/// float pixels and of chroma that pixels share, of the native pixel data.
#[derive(Clone)]
pub struct PixelDigest {
    key: [u8; blake3::KEY_LEN],
}

impl std::fmt::Debug for PixelDigest {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.write_str("PixelDigest(..)")
    }
}

impl PixelDigest {
    /// The digests under this key.
    pub fn new(key: [u8; blake3::KEY_LEN]) -> Self {
        Self { key }
    }

    /// The digest of samples, lowercase hex.
    pub fn of_samples(&self, samples: &Samples) -> String {
        match samples {
            Samples::Eight(samples) => self.of_bytes(samples),
            Samples::Sixteen(samples) => self.of_words(samples, u16::to_le_bytes),
            Samples::ThirtyTwo(samples) => self.of_words(samples, u32::to_le_bytes),
        }
    }

    /// The digest of native pixel data, lowercase hex.
    pub fn of_bytes(&self, bytes: &[u8]) -> String {
        blake3::keyed_hash(&self.key, bytes).to_hex().as_str().to_owned()
    }

    /// The digest of the samples of these pixels, lowercase hex: that of [`Self::of_samples`] had the image no
    /// others.
    pub fn of_pixels(
        &self,
        samples: &Samples,
        components: usize,
        pixels: impl Iterator<Item = Range<usize>>,
    ) -> String {
        let mut hasher = blake3::Hasher::new_keyed(&self.key);
        for range in pixels {
            let range = range.start * components..range.end * components;
            match samples {
                Samples::Eight(samples) => {
                    hasher.update(&samples[range]);
                }
                Samples::Sixteen(samples) => words(&mut hasher, &samples[range], u16::to_le_bytes),
                Samples::ThirtyTwo(samples) => {
                    words(&mut hasher, &samples[range], u32::to_le_bytes);
                }
            }
        }
        hasher.finalize().to_hex().as_str().to_owned()
    }

    /// The same of native pixel data in which two pixels share four bytes.
    pub fn of_shared(&self, native: &[u8], pixels: impl Iterator<Item = Range<usize>>) -> String {
        let mut hasher = blake3::Hasher::new_keyed(&self.key);
        for range in pixels {
            hasher.update(native.get(range.start * 2..range.end * 2).unwrap_or_default());
        }
        hasher.finalize().to_hex().as_str().to_owned()
    }

    fn of_words<T: Copy, const N: usize>(&self, words: &[T], bytes: fn(T) -> [u8; N]) -> String {
        let mut hasher = blake3::Hasher::new_keyed(&self.key);
        self::words(&mut hasher, words, bytes);
        hasher.finalize().to_hex().as_str().to_owned()
    }
}

fn words<T: Copy, const N: usize>(
    hasher: &mut blake3::Hasher,
    words: &[T],
    bytes: fn(T) -> [u8; N],
) {
    // Long enough for all lanes of the hash, short enough for the first cache.
    const BYTES: usize = 16 << 10;
    let mut buffer = [0; BYTES];
    for words in words.chunks(BYTES / N) {
        let filled = &mut buffer[..words.len() * N];
        for (to, word) in filled.as_chunks_mut().0.iter_mut().zip(words) {
            *to = bytes(*word);
        }
        hasher.update(filled);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_digested_as_their_little_endian_bytes() {
        let digest = PixelDigest::new([7; 32]);
        let words: Vec<u16> = (0..20_000).collect();
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        let wanted = blake3::keyed_hash(&[7; 32], &bytes).to_hex();
        assert_eq!(digest.of_samples(&Samples::Sixteen(words.clone())), wanted.as_str());
        assert_eq!(digest.of_bytes(&bytes), wanted.as_str());
        assert_ne!(PixelDigest::new([8; 32]).of_bytes(&bytes), wanted.as_str());
        let first =
            digest.of_pixels(&Samples::Sixteen(words.clone()), 2, [0..10, 12..20].into_iter());
        let bytes_of_them = [&bytes[..40], &bytes[48..80]].concat();
        assert_eq!(first, digest.of_bytes(&bytes_of_them));
        assert_eq!(first, digest.of_shared(&bytes[..], [0..20, 24..40].into_iter()));
        let long = Samples::ThirtyTwo(vec![0x0403_0201]);
        assert_eq!(digest.of_samples(&long), digest.of_bytes(&[1, 2, 3, 4]));
    }
}
