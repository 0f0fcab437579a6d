//! Decoding what came compressed: codestreams in, native pixel data out. The read stage has compared
//! each codestream's header with the attributes.

use std::borrow::Cow;
use std::io::Read;

use bytes::Bytes;
use dicom::dictionary_std::uids;
use dicom::encoding::adapters::{PixelDataObject, RawPixelData};
use dicom::encoding::transfer_syntax::{Codec, TransferSyntaxIndex};
use dicom::transfer_syntax::TransferSyntaxRegistry;
use jpeg_decoder::{ColorTransform, PixelFormat, UnsupportedFeature};
use rayon::prelude::*;

use super::{EncodeError, jpeg_lossless, jpeg_ls, photometric, rle};
use crate::image::ImagePixel;
use crate::stage::StageClock;

/// Decodes all frames and sets what decoding changes in the Image Pixel Module.
pub(super) fn frames(
    frames: &[Bytes],
    image: &mut ImagePixel,
    transfer_syntax: &str,
) -> Result<Bytes, EncodeError> {
    let photometric = photometric::decoded(&image.photometric_interpretation, transfer_syntax)
        .ok_or(EncodeError::Unsupported)?;
    let native = if image.bits_allocated == 1 {
        single_bits(frames, image, transfer_syntax)?
    } else {
        let length = image.samples_per_frame() * u64::from(image.bits_allocated / 8);
        each(frames, image, transfer_syntax, length as usize)?
    };
    image.photometric_interpretation = photometric.to_owned();
    image.planar_configuration = 0;
    Ok(native.into())
}

fn each(
    frames: &[Bytes],
    image: &ImagePixel,
    transfer_syntax: &str,
    length: usize,
) -> Result<Vec<u8>, EncodeError> {
    let decode = |stream: &Bytes| {
        let frame = frame(stream, image, transfer_syntax, length)?;
        if frame.len() == length { Ok(frame) } else { Err(EncodeError::DecodedLength) }
    };
    match frames {
        [one] => decode(one),
        many => {
            let helped = StageClock::helped();
            let frames = many.par_iter().map(|stream| helped.help(|| decode(stream)));
            Ok(frames.collect::<Result<Vec<Vec<u8>>, _>>()?.concat())
        }
    }
}

/// Samples of one bit. Native frames share bytes, the first sample in the lowest bit (PS3.5 section
/// 8.1.1).
fn single_bits(
    frames: &[Bytes],
    image: &ImagePixel,
    transfer_syntax: &str,
) -> Result<Vec<u8>, EncodeError> {
    let helped = StageClock::helped();
    let samples = |stream: &Bytes| helped.help(|| samples_of_bits(stream, image, transfer_syntax));
    let frames: Result<Vec<Vec<u8>>, _> = frames.par_iter().map(samples).collect();
    let packed = |eight: &[u8]| eight.iter().rev().fold(0, |byte, bit| byte << 1 | bit);
    Ok(frames?.concat().chunks(8).map(packed).collect())
}

/// The samples of a frame of single bits, a byte each.
pub(super) fn samples_of_bits(
    stream: &[u8],
    image: &ImagePixel,
    transfer_syntax: &str,
) -> Result<Vec<u8>, EncodeError> {
    let count = image.samples_per_frame() as usize;
    let unpacked = |bytes: &[u8]| (0..count).map(|at| bytes[at / 8] >> (at % 8) & 1).collect();
    let length = count.div_ceil(8);
    let samples = match transfer_syntax {
        // What lies in each frame is the native form of it.
        DEFLATED_IMAGE_FRAME | ENCAPSULATED_UNCOMPRESSED => {
            let bytes = frame(stream, image, transfer_syntax, length)?;
            if bytes.len() != length {
                return Err(EncodeError::DecodedLength);
            }
            unpacked(&bytes)
        }
        // JPEG 2000 codes them as samples.
        _ => frame(
            stream,
            &ImagePixel { bits_allocated: 8, ..image.clone() },
            transfer_syntax,
            count,
        )?,
    };
    if samples.len() != count {
        return Err(EncodeError::DecodedLength);
    }
    if samples.iter().any(|sample| *sample > 1) {
        return Err(EncodeError::Decode);
    }
    Ok(samples)
}

/// Decodes one frame; `length` is that of the native frame in bytes.
pub(super) fn frame(
    stream: &[u8],
    image: &ImagePixel,
    transfer_syntax: &str,
    length: usize,
) -> Result<Vec<u8>, EncodeError> {
    match transfer_syntax {
        DEFLATED_IMAGE_FRAME => inflate(stream, length),
        // A frame of odd length is padded to an even one.
        ENCAPSULATED_UNCOMPRESSED if stream.len() == length.next_multiple_of(2) => {
            Ok(stream[..length].to_vec())
        }
        uids::JPEG_BASELINE8_BIT | uids::JPEG_EXTENDED12_BIT => jpeg(stream, image),
        uids::JPEG_LOSSLESS | uids::JPEG_LOSSLESS_SV1 => {
            match jpeg_lossless::decode(stream, image) {
                // Another process under the name of this one is decoded all the same. What our decoder does
                // not support of this one, others decode wrongly.
                Err(EncodeError::Unsupported) if !is_lossless(stream) => jpeg(stream, image),
                decoded => decoded,
            }
        }
        uids::JPEGLS_LOSSLESS | uids::JPEGLS_NEAR_LOSSLESS => jpeg_ls::decode(stream, image),
        uids::RLE_LOSSLESS => rle::decode(stream, image),
        _ => registered(stream, image, transfer_syntax),
    }
}

/// Encapsulated Uncompressed Explicit VR Little Endian (PS3.5 section A.4.11).
pub(super) const ENCAPSULATED_UNCOMPRESSED: &str = "1.2.840.10008.1.2.1.98";
/// Deflated Image Frame Compression (PS3.5 section A.4.13).
pub(super) const DEFLATED_IMAGE_FRAME: &str = "1.2.840.10008.1.2.8.1";

/// A deflated frame of known length; a byte more is enough to see that it is longer.
fn inflate(stream: &[u8], length: usize) -> Result<Vec<u8>, EncodeError> {
    let mut frame = Vec::with_capacity(length + 1);
    let mut inflating = flate2::read::DeflateDecoder::new(stream).take(length as u64 + 2);
    inflating.read_to_end(&mut frame).map_err(|_| EncodeError::Decode)?;
    if frame.len() == length + 1 && length % 2 == 1 {
        // A frame of odd length is padded before it is deflated.
        frame.pop();
    }
    Ok(frame)
}

/// Whether the frame header is that of the lossless process with Huffman codes, SOF3 (ITU-T T.81 table
/// B.1).
fn is_lossless(stream: &[u8]) -> bool {
    const SOF3: u8 = 0xC3;
    let mut rest = stream.get(2..).unwrap_or_default();
    while let [0xFF, marker, following @ ..] = rest {
        rest = match (*marker, following) {
            (0xFF, _) => &rest[1..],
            // DHT, JPG and DAC stand among the markers of frames.
            (..0xC0 | 0xC4 | 0xC8 | 0xCC | 0xD0.., [a, b, ..]) => {
                let length = usize::from(u16::from_be_bytes([*a, *b])).max(2);
                following.get(length..).unwrap_or_default()
            }
            _ => return *marker == SOF3,
        };
    }
    false
}

/// JPEG with no colour conversion, whatever markers of other standards the stream carries: what the
/// components mean stands in Photometric Interpretation.
fn jpeg(stream: &[u8], image: &ImagePixel) -> Result<Vec<u8>, EncodeError> {
    let mut decoder = jpeg_decoder::Decoder::new(stream);
    if image.samples_per_pixel == 3 {
        // "RGB" lets three components through as they are, side by side.
        decoder.set_color_transform(ColorTransform::RGB);
    }
    let samples = match decoder.decode() {
        // Samples of 12 bits.
        Err(jpeg_decoder::Error::Unsupported(UnsupportedFeature::SamplePrecision(12))) => {
            return jpeg_of_12_bits(stream, image);
        }
        decoded => decoded.map_err(|_| EncodeError::Decode)?,
    };
    match decoder.info().map(|info| info.pixel_format) {
        Some(PixelFormat::L8 | PixelFormat::RGB24) => Ok(widened(samples, image)),
        Some(PixelFormat::L16) if image.bits_allocated == 16 => {
            let native = |pair: &[u8]| u16::from_ne_bytes([pair[0], pair[1]]).to_le_bytes();
            Ok(samples.chunks_exact(2).flat_map(native).collect())
        }
        _ => Err(EncodeError::Unsupported),
    }
}

/// JPEG Extended of 12 bits, grey: colour would be converted.
fn jpeg_of_12_bits(stream: &[u8], image: &ImagePixel) -> Result<Vec<u8>, EncodeError> {
    if (image.samples_per_pixel, image.bits_allocated) != (1, 16) {
        return Err(EncodeError::Unsupported);
    }
    let samples = libjpeg_turbo_rs::decompress_12bit(stream).map_err(|_| EncodeError::Decode)?.data;
    Ok(samples.into_iter().flat_map(i16::to_le_bytes).collect())
}

/// Decoders give one byte a sample for up to 8 bits; Bits Allocated may want two.
fn widened(samples: Vec<u8>, image: &ImagePixel) -> Vec<u8> {
    if image.bits_allocated == 16 && samples.len() as u64 == image.samples_per_frame() {
        samples.into_iter().flat_map(|sample| [sample, 0]).collect()
    } else {
        samples
    }
}

/// Every other transfer syntax that the library's registry can decode.
fn registered(
    stream: &[u8],
    image: &ImagePixel,
    transfer_syntax: &str,
) -> Result<Vec<u8>, EncodeError> {
    let entry = TransferSyntaxRegistry.get(transfer_syntax).ok_or(EncodeError::Unsupported)?;
    let Codec::EncapsulatedPixelData(Some(reader), _) = entry.codec() else {
        return Err(EncodeError::Unsupported);
    };
    if !matches!(image.bits_allocated, 8 | 16) {
        return Err(EncodeError::Unsupported);
    }
    let mut decoded = Vec::new();
    let stream = &padded(stream, image);
    let source = OneFrame { stream, image, transfer_syntax };
    reader.decode_frame(&source, 0, &mut decoded).map_err(|_| EncodeError::Decode)?;
    Ok(decoded)
}

/// The library refuses a frame of 16 MiB or more that is coded in less than a 64th, as empty images
/// are. What a stream may ask for is bounded by the reader; bytes behind the end marker of JPEG 2000 mean
/// nothing, so they make up the difference.
fn padded<'a>(stream: &'a [u8], image: &ImagePixel) -> Cow<'a, [u8]> {
    let least = image.samples_per_frame() as usize * usize::from(image.bits_allocated / 8) / 64;
    if least < (16 << 20) / 64 || stream.len() >= least {
        return Cow::Borrowed(stream);
    }
    let mut padded = stream.to_vec();
    padded.resize(least, 0);
    Cow::Owned(padded)
}

/// One frame, as the library's decoders want to see it.
struct OneFrame<'a> {
    stream: &'a [u8],
    image: &'a ImagePixel,
    transfer_syntax: &'a str,
}

impl PixelDataObject for OneFrame<'_> {
    fn transfer_syntax_uid(&self) -> &str {
        self.transfer_syntax
    }

    fn rows(&self) -> Option<u16> {
        self.image.rows.try_into().ok()
    }

    fn cols(&self) -> Option<u16> {
        self.image.columns.try_into().ok()
    }

    fn samples_per_pixel(&self) -> Option<u16> {
        Some(self.image.samples_per_pixel)
    }

    fn bits_allocated(&self) -> Option<u16> {
        Some(self.image.bits_allocated)
    }

    fn bits_stored(&self) -> Option<u16> {
        Some(self.image.bits_stored)
    }

    fn photometric_interpretation(&self) -> Option<&str> {
        Some(&self.image.photometric_interpretation)
    }

    fn number_of_frames(&self) -> Option<u32> {
        Some(1)
    }

    fn number_of_fragments(&self) -> Option<u32> {
        Some(1)
    }

    fn fragment(&self, fragment: usize) -> Option<Cow<'_, [u8]>> {
        (fragment == 0).then_some(Cow::Borrowed(self.stream))
    }

    fn offset_table(&self) -> Option<Cow<'_, [u32]>> {
        Some(Cow::Borrowed(&[]))
    }

    fn raw_pixel_data(&self) -> Option<RawPixelData> {
        Some(RawPixelData {
            fragments: [self.stream.to_vec()].into_iter().collect(),
            offset_table: [].into_iter().collect(),
        })
    }
}
