//! RLE Lossless (PS3.5 Annex G; transfer syntax 1.2.840.10008.1.2.5). Whole allocated words are coded, as
//! they stand in native pixel data.

use std::borrow::Cow;

use dicom::dictionary_std::uids;

use super::photometric::is_carried;
use super::shared::{form, side_by_side};
use super::{Codec, EncodeError, Frame, FrameSamples};
use crate::codec::CodecError;
use crate::codec::rle;
use crate::image::{ImagePixel, SampleType};
use crate::instance::KeptNative;

pub(super) const CODEC: Codec = Codec {
    name: "rle",
    transfer_syntax: uids::RLE_LOSSLESS,
    encode,
    gives_back,
    unfit,
    describe: side_by_side,
};

fn encode(frame: &Frame<'_>) -> Result<Vec<u8>, EncodeError> {
    let form = form(frame.image, frame.image.bits_allocated);
    let coded = match frame.samples {
        FrameSamples::Eight(samples) => rle::encode(&eight(samples, frame.image), form),
        FrameSamples::Sixteen(samples) => rle::encode(&sixteen(samples, frame.image), form),
    };
    coded.map_err(|_| EncodeError::Encode)
}

/// Whether a coded frame decodes to the samples.
fn gives_back(stream: &[u8], frame: &Frame<'_>) -> Result<bool, EncodeError> {
    let form = form(frame.image, frame.image.bits_allocated);
    match frame.samples {
        FrameSamples::Eight(samples) => rle::gives_back(stream, form, &eight(samples, frame.image)),
        FrameSamples::Sixteen(samples) => {
            rle::gives_back(stream, form, &sixteen(samples, frame.image))
        }
    }
    .map_err(|_| EncodeError::Decode)
}

/// Decodes a frame into native pixel data; the samples of a pixel stand side by side.
pub(super) fn decode(stream: &[u8], image: &ImagePixel) -> Result<Vec<u8>, EncodeError> {
    let form = form(image, image.bits_allocated);
    let native = match image.bits_allocated {
        8 => rle::decode::<u8>(stream, form),
        16 => rle::decode::<u16>(stream, form).map(|samples| super::samples::le(&samples)),
        32 => thirty_two(stream, form),
        _ => return Err(EncodeError::Unsupported),
    };
    native.map_err(|_| EncodeError::Decode)
}

/// A sample of 32 bits is coded as two of 16, the upper half first.
fn thirty_two(stream: &[u8], form: rle::Frame) -> Result<Vec<u8>, CodecError> {
    let halves = rle::Frame { components: form.components * 2, bits: 16, ..form };
    let mut halves = rle::decode::<u16>(stream, halves)?;
    halves.as_chunks_mut::<2>().0.iter_mut().for_each(|pair| pair.reverse());
    Ok(super::samples::le(&halves))
}

/// The allocated words of samples: signs extended, shifted to the high bit. `None` where they are the
/// samples themselves: with no sign to extend, beginning at the lowest bit.
fn word(image: &ImagePixel) -> Option<impl Fn(u16) -> u16> {
    let unused = 16 - u32::from(image.bits_stored);
    let shift = u32::from(image.high_bit + 1 - image.bits_stored);
    let is_signed = image.sample_type == SampleType::Signed;
    let extends = is_signed && image.bits_stored < image.bits_allocated;
    (extends || shift > 0).then_some(move |sample: u16| {
        let extended = if is_signed { (sample << unused) as i16 >> unused } else { sample as i16 };
        extended.cast_unsigned() << shift
    })
}

fn eight<'a>(samples: &'a [u8], image: &ImagePixel) -> Cow<'a, [u8]> {
    word(image).map_or(Cow::Borrowed(samples), |word| {
        samples.iter().map(|sample| word(u16::from(*sample)) as u8).collect()
    })
}

fn sixteen<'a>(samples: &'a [u16], image: &ImagePixel) -> Cow<'a, [u16]> {
    word(image)
        .map_or(Cow::Borrowed(samples), |word| samples.iter().map(|sample| word(*sample)).collect())
}

/// What keeps an image native (PS3.5 section 8.2.2).
fn unfit(image: &ImagePixel) -> Option<KeptNative> {
    let photometric = image.photometric_interpretation.as_str();
    match image.bits_allocated {
        1 => Some(KeptNative::OneBit),
        8 | 16 if !is_carried(photometric) && photometric != "PALETTE COLOR" => {
            Some(KeptNative::Photometric)
        }
        8 | 16 if !matches!(image.samples_per_pixel, 1 | 3) => Some(KeptNative::Photometric),
        8 | 16 => None,
        _ => Some(KeptNative::WideSamples),
    }
}

#[cfg(test)]
mod tests {
    use dicom::dictionary_std::tags;

    use super::*;
    use crate::dataset::Value;
    use crate::encode::tests::{encode, grey};

    /// The words that come out of a coded image, or why it was not coded.
    fn words(image: &ImagePixel, native: &[u8]) -> Result<Vec<u8>, KeptNative> {
        let encoded = encode(image, &native.to_vec().into(), "rle");
        if let Some(reason) = encoded.kept_native {
            return Err(reason);
        }
        let element = encoded.data_set.get(tags::PIXEL_DATA).unwrap();
        let Value::Encapsulated(pixels) = &element.value else { panic!("it is coded") };
        Ok(decode(&pixels.fragments[0], image).unwrap())
    }

    #[test]
    fn words_come_out_as_they_stand_in_native_pixel_data() {
        for allocated in [8, 16] {
            let width = usize::from(allocated / 8);
            for stored in 1..=allocated {
                for high_bit in stored - 1..allocated {
                    for signed in [false, true] {
                        let mut image = grey(64, 64, allocated, stored, signed);
                        image.high_bit = high_bit;
                        // The largest and the smallest value, with its sign in the bits above.
                        let shift = high_bit + 1 - stored;
                        let largest = (1_u32 << stored) - 1;
                        let extended = if signed { u32::MAX } else { largest };
                        let bytes = |word: u32| (word << shift).to_le_bytes()[..width].to_vec();
                        let native =
                            [bytes(largest >> 1).repeat(32 * 64), bytes(extended).repeat(32 * 64)];
                        let native = native.concat();
                        assert_eq!(words(&image, &native), Ok(native), "{image:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn palettes_are_coded_and_wide_or_single_bits_are_not() {
        let mut image = grey(64, 64, 8, 8, false);
        image.photometric_interpretation = "PALETTE COLOR".into();
        assert_eq!(words(&image, &[7; 4096]), Ok(vec![7; 4096]));
        image.photometric_interpretation = "HSV".into();
        assert_eq!(words(&image, &[7; 4096]), Err(KeptNative::Photometric));
        let wide = grey(64, 64, 32, 32, false);
        assert_eq!(words(&wide, &[7; 4 * 4096]), Err(KeptNative::WideSamples));
        let bits = grey(64, 64, 1, 1, false);
        assert_eq!(words(&bits, &[7; 512]), Err(KeptNative::OneBit));
    }
}
