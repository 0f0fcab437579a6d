//! JPEG Lossless with predictor 1 (ITU-T T.81, process 14; transfer syntax 1.2.840.10008.1.2.4.70).

use dicom::dictionary_std::uids;

use super::jpeg_ls;
use super::shared::{decode_error, form, precision, side_by_side};
use super::{Codec, EncodeError, Frame, FrameSamples};
use crate::codec::jpeg_lossless;
use crate::image::ImagePixel;
use crate::instance::KeptNative;

pub(super) const CODEC: Codec = Codec {
    name: "jpeg-lossless",
    transfer_syntax: uids::JPEG_LOSSLESS_SV1,
    encode,
    gives_back,
    unfit,
    describe: side_by_side,
};

/// The most rows or columns that libjpeg decodes, which most readers are made with.
const LONGEST_SIDE: u32 = 65_500;

/// What keeps an image native: what JPEG-LS cannot hold, as readers take the samples of both alike, and
/// what few readers would decode.
fn unfit(image: &ImagePixel) -> Option<KeptNative> {
    let is_long = image.rows.max(image.columns) > LONGEST_SIDE;
    jpeg_ls::unfit(image).or(is_long.then_some(KeptNative::LongSides))
}

fn encode(frame: &Frame<'_>) -> Result<Vec<u8>, EncodeError> {
    let form = form(frame.image, precision(frame.image));
    let coded = match frame.samples {
        FrameSamples::Eight(samples) => jpeg_lossless::encode(samples, form),
        FrameSamples::Sixteen(samples) => jpeg_lossless::encode(samples, form),
    };
    coded.map_err(|_| EncodeError::Encode)
}

/// Whether a codestream decodes to the samples of the frame.
fn gives_back(stream: &[u8], frame: &Frame<'_>) -> Result<bool, EncodeError> {
    let form = form(frame.image, precision(frame.image));
    match frame.samples {
        FrameSamples::Eight(samples) => jpeg_lossless::gives_back(stream, form, samples),
        FrameSamples::Sixteen(samples) => jpeg_lossless::gives_back(stream, form, samples),
    }
    .map_err(decode_error)
}

/// Decodes a frame into native pixel data; the samples of a pixel stand side by side.
pub(super) fn decode(stream: &[u8], image: &ImagePixel) -> Result<Vec<u8>, EncodeError> {
    let form = form(image, image.bits_allocated);
    let native = match image.bits_allocated {
        8 => jpeg_lossless::decode::<u8>(stream, form),
        16 => {
            jpeg_lossless::decode::<u16>(stream, form).map(|samples| super::samples::le(&samples))
        }
        _ => return Err(EncodeError::Unsupported),
    };
    native.map_err(decode_error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encode::tests::{encode, grey};

    #[test]
    fn what_libjpeg_would_refuse_stays_native() {
        for (columns, wanted) in [(65_500, None), (65_501, Some(KeptNative::LongSides))] {
            for (rows, columns) in [(1, columns), (columns, 1)] {
                let native = vec![0; (rows * columns) as usize];
                let image = grey(rows, columns, 8, 8, false);
                assert_eq!(encode(&image, &native.into(), "jpeg-lossless").kept_native, wanted);
            }
        }
    }
}
