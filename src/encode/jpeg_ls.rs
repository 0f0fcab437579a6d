//! JPEG-LS lossless (ITU-T T.87; transfer syntax 1.2.840.10008.1.2.4.80) through CharLS.

use charls::{CharLS, FrameInfo, InterleaveMode};
use dicom::dictionary_std::uids;

use super::photometric::is_carried;
use super::{Codec, EncodeError, Frame, FrameOutcome};
use crate::image::{ImagePixel, SampleType};
use crate::instance::KeptNative;

pub(super) const CODEC: Codec = Codec {
    name: "jpeg-ls",
    transfer_syntax: uids::JPEGLS_LOSSLESS,
    encode,
    decode: |stream, frame| decode(stream, frame.image),
    unfit,
};

/// `charls_jpegls_errc_destination_buffer_too_small`: CharLS estimates the destination as native
/// size plus a header, so this says that the frame does not get smaller.
const DESTINATION_TOO_SMALL: i32 = 3;

fn encode(frame: &Frame<'_>) -> Result<FrameOutcome, EncodeError> {
    let image = frame.image;
    let mut encoder = CharLS::default();
    if image.samples_per_pixel > 1 {
        encoder.set_interleave_mode(InterleaveMode::Sample).map_err(|_| EncodeError::Encode)?;
    }
    let info = FrameInfo {
        width: image.columns,
        height: image.rows,
        bits_per_sample: i32::from(precision(image)),
        component_count: i32::from(image.samples_per_pixel),
    };
    match encoder.encode(info, 0, frame.samples) {
        Ok(coded) => Ok(FrameOutcome::Coded(coded)),
        Err(charls::Error::JpegLsError { code }) if code == DESTINATION_TOO_SMALL => {
            Ok(FrameOutcome::WouldGrow)
        }
        Err(_) => Err(EncodeError::Encode),
    }
}

/// Bits a sample in the codestream. Readers expect two bytes a sample where Bits Allocated is 16,
/// and decoders give two bytes from 9 bits on; DCMTK refuses less than 8 bits.
fn precision(image: &ImagePixel) -> u16 {
    image.bits_stored.max(if image.bits_allocated == 16 { 9 } else { 8 })
}

/// Decodes a frame; the samples of a pixel stand side by side in the result.
pub(super) fn decode(stream: &[u8], image: &ImagePixel) -> Result<Vec<u8>, EncodeError> {
    let decoded = CharLS::default().decode(stream).map_err(|_| EncodeError::Decode)?;
    let components = usize::from(image.samples_per_pixel);
    if components > 1 && is_one_component_a_scan(stream) {
        let width = decoded.len() / image.samples_per_frame() as usize;
        return Ok(super::samples::interleaved(&decoded, components, width.max(1)));
    }
    Ok(decoded)
}

/// Whether the first scan header (SOS, ITU-T T.87 section C.2.3) names one component: then CharLS
/// gives the components one after the other.
fn is_one_component_a_scan(stream: &[u8]) -> bool {
    let mut at = 2;
    while let Some([0xFF, marker, high, low, components, ..]) = stream.get(at..) {
        if *marker == 0xDA {
            return *components == 1;
        }
        at += 2 + usize::from(u16::from_be_bytes([*high, *low]));
    }
    false
}

fn unfit(image: &ImagePixel) -> Option<KeptNative> {
    let stored_from_lowest_bit = image.high_bit + 1 == image.bits_stored;
    // Coded with more bits than are stored, a sign would be lost.
    let signed_and_narrow =
        image.sample_type == SampleType::Signed && image.bits_stored < precision(image);
    match image.bits_allocated {
        1 => Some(KeptNative::OneBit),
        8 | 16 if image.bits_stored == 1 => Some(KeptNative::OneBit),
        8 | 16 if image.photometric_interpretation == "PALETTE COLOR" => Some(KeptNative::Palette),
        8 | 16 if !is_carried(&image.photometric_interpretation) => Some(KeptNative::Photometric),
        8 | 16 if !matches!(image.samples_per_pixel, 1 | 3) => Some(KeptNative::Photometric),
        8 | 16 if !stored_from_lowest_bit => Some(KeptNative::HighBit),
        8 | 16 if signed_and_narrow => Some(KeptNative::NarrowSigned),
        8 | 16 => None,
        _ => Some(KeptNative::WideSamples),
    }
}
