//! JPEG 2000 without loss (ITU-T T.800; transfer syntax 1.2.840.10008.1.2.4.90).

use dicom::dictionary_std::uids;

use super::shared::{form, precision, side_by_side};
use super::{Codec, EncodeError, Frame, FrameSamples, decode, samples, scrub};
use crate::codec::jpeg_2000;
use crate::image::{ImagePixel, SampleType};
use crate::instance::{KeptNative, Samples};

pub(super) const CODEC: Codec = Codec {
    name: "jpeg-2000",
    transfer_syntax: uids::JPEG2000_LOSSLESS,
    encode,
    gives_back,
    unfit,
    describe,
};

fn encode(frame: &Frame<'_>) -> Result<Vec<u8>, EncodeError> {
    let image = frame.image;
    let is_signed = image.sample_type == SampleType::Signed;
    let unused = 32 - u32::from(image.bits_stored);
    let number = |sample: u32| {
        // A sample is masked to Bits Stored: the sign is its highest bit.
        if is_signed { (sample << unused) as i32 >> unused } else { sample as i32 }
    };
    let components = usize::from(image.samples_per_pixel);
    let planes: Vec<Vec<i32>> = (0..components)
        .map(|component| match frame.samples {
            FrameSamples::Eight(samples) => samples[component..]
                .iter()
                .step_by(components)
                .map(|s| number((*s).into()))
                .collect(),
            FrameSamples::Sixteen(samples) => samples[component..]
                .iter()
                .step_by(components)
                .map(|s| number((*s).into()))
                .collect(),
        })
        .collect();
    let form = form(image, precision(image));
    let stream = jpeg_2000::encode(&planes, form, is_signed, transforms(image))
        .map_err(|_| EncodeError::Encode)?;
    // The encoder names itself in a comment.
    scrub::scrub(&stream, &describe(image.clone()), CODEC.transfer_syntax)
        .map_err(|_| EncodeError::Encode)
}

/// Whether a codestream decodes to the samples of the frame.
fn gives_back(stream: &[u8], frame: &Frame<'_>) -> Result<bool, EncodeError> {
    let image = ImagePixel { frames: 1, planar_configuration: 0, ..frame.image.clone() };
    let length = image.native_length().unwrap_or_default() as usize;
    let native = decode::frame(stream, &image, CODEC.transfer_syntax, length)?;
    if native.len() != length {
        return Ok(false);
    }
    let canonical = samples::canonical(&native.into(), &image, false)?;
    Ok(match (canonical, frame.samples) {
        (Some((Samples::Eight(found), _)), FrameSamples::Eight(wanted)) => found == wanted,
        (Some((Samples::Sixteen(found), _)), FrameSamples::Sixteen(wanted)) => found == wanted,
        _ => false,
    })
}

/// Whether colours go through the reversible component transformation (T.800 section G.2).
fn transforms(image: &ImagePixel) -> bool {
    image.photometric_interpretation == "RGB"
}

/// Transformed colours have a name of their own (PS3.5 section 8.2.4).
fn describe(image: ImagePixel) -> ImagePixel {
    let mut image = side_by_side(image);
    if transforms(&image) {
        "YBR_RCT".clone_into(&mut image.photometric_interpretation);
    }
    image
}

/// PS3.5 section 8.2.4 has other colours too, which validators refuse.
fn is_carried(image: &ImagePixel) -> bool {
    let photometric = image.photometric_interpretation.as_str();
    matches!(
        (photometric, image.samples_per_pixel),
        ("MONOCHROME1" | "MONOCHROME2", 1) | ("RGB", 3)
    )
}

/// What keeps an image native.
fn unfit(image: &ImagePixel) -> Option<KeptNative> {
    let stored_from_lowest_bit = image.high_bit + 1 == image.bits_stored;
    match image.bits_allocated {
        8 | 16 if image.bits_stored == 1 => Some(KeptNative::OneBit),
        8 | 16 if image.photometric_interpretation == "PALETTE COLOR" => Some(KeptNative::Palette),
        8 | 16 if !is_carried(image) => Some(KeptNative::Photometric),
        8 | 16 if !stored_from_lowest_bit => Some(KeptNative::HighBit),
        8 | 16 => None,
        1 => Some(KeptNative::OneBit),
        _ => Some(KeptNative::WideSamples),
    }
}
