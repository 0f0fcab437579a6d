//! Decoding and encoding: a `Deidentified` in, a `Decoded` out; and that in, an `Encoded` out. Pixels that came
//! native or losslessly compressed are coded in the chosen codec, and checked to come back before anything is
//! written. Pixels that came with a loss, or in a smaller lossless form, are passed on as they came, scrubbed of
//! what is no part of the image.

mod choice;
mod codec;
mod crop;
mod decode;
mod deflate;
mod encapsulate;
mod error;
mod form;
#[cfg(feature = "jpeg-2000")]
mod jpeg_2000;
mod jpeg_lossless;
mod jpeg_ls;
mod keep;
mod mask;
mod photometric;
mod rle;
mod samples;
mod scrub;
mod shared;

use bytes::Bytes;
use clap::ValueEnum;
use dicom::dictionary_std::{tags, uids};
use serde::{Deserialize, Serialize};

use choice::Chosen;
pub use codec::{CODECS, Codec};
use codec::{Frame, FrameSamples};
pub use crop::decode_part;
pub use error::EncodeError;
use form::Coded;
use keep::Came;

use crate::area::Redaction;
use crate::dataset::{DataSet, Element, Tag, VR, Value};
use crate::image::{ImagePixel, SampleType, has_embedded_overlay};
use crate::instance::{
    Decoded, DecodedPixels, Deidentified, Encoded, KeptNative, Original, PixelBytes, Samples,
    SourcePixels,
};

/// Whether what was coded is checked to give its samples back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Verify {
    /// Every frame.
    #[default]
    Full,
    /// No frame.
    None,
}

impl Verify {
    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::None => "none",
        }
    }
}

/// Writes the pixels of instances in the form that was asked for.
#[derive(Debug, Clone, Copy)]
pub struct Encoder {
    goal: Goal,
    verify: Verify,
}

/// What was asked for.
#[derive(Debug, Clone, Copy)]
enum Goal {
    /// This codec.
    Codec(&'static Codec),
    /// Of all codecs the one that makes the instance smallest.
    Smallest,
    /// The whole data set deflated.
    Deflate,
    /// What came compressed is passed on where it can be, and what came native stays so.
    Keep,
    /// Everything native.
    Native,
}

/// From so many bytes of pixel data on it matters how often memory holds them.
const LARGE: usize = 4 << 20;

const SMALLEST: &str = "smallest";
const NATIVE: &str = "native";

/// The names that an encoder may have on the command line, the default first.
pub fn encoder_names() -> impl Iterator<Item = &'static str> {
    CODECS.iter().map(|codec| codec.name).chain([deflate::NAME, SMALLEST, keep::NAME, NATIVE])
}

impl Encoder {
    /// The encoder with this name on the command line: a codec's, `deflate`, `smallest`, `keep` or
    /// `native`.
    pub fn by_name(name: &str, verify: Verify) -> Option<Self> {
        let goal = match name {
            SMALLEST => Goal::Smallest,
            deflate::NAME => Goal::Deflate,
            keep::NAME => Goal::Keep,
            NATIVE => Goal::Native,
            name => Goal::Codec(CODECS.iter().find(|codec| codec.name == name)?),
        };
        Some(Self { goal, verify })
    }

    /// Encodes one instance, its areas made black.
    pub fn encode(self, instance: Decoded, redaction: Redaction) -> Result<Encoded, EncodeError> {
        let came_deflated = instance.transfer_syntax() == uids::DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN;
        let mut encoded = self.encode_pixels(instance, redaction)?;
        let is_native = encoded.transfer_syntax == uids::EXPLICIT_VR_LITTLE_ENDIAN;
        let deflates = match self.goal {
            Goal::Deflate | Goal::Smallest => is_native,
            Goal::Keep => is_native && came_deflated,
            Goal::Codec(_) | Goal::Native => false,
        };
        if deflates {
            deflate::deflate(&mut encoded, self.verify)?;
        }
        Ok(encoded)
    }

    fn encode_pixels(
        self,
        instance: Decoded,
        redaction: Redaction,
    ) -> Result<Encoded, EncodeError> {
        let transfer_syntax = instance.transfer_syntax().to_owned();
        let Decoded { data_set, identity, pixels, .. } = instance;
        let mut encoded = Encoded {
            data_set,
            transfer_syntax: uids::EXPLICIT_VR_LITTLE_ENDIAN.to_owned(),
            identity,
            image: None,
            redaction,
            samples: None,
            decoded: None,
            kept_native: None,
            pixel_bytes: PixelBytes::default(),
            is_verified: true,
            is_passed_on: false,
            deflated: None,
        };
        let Some(mut pixels) = pixels else {
            return Ok(encoded);
        };
        let came = Came::of(&pixels, &transfer_syntax);
        if came.as_ref().is_some_and(Came::has_lost) {
            // Its transfer syntax tells it no more where it is decoded (PS3.3 section C.7.6.1.1.5).
            encoded.data_set.put_text(tags::LOSSY_IMAGE_COMPRESSION, VR::CS, "01");
        }
        if !encoded.redaction.areas.is_empty() {
            let areas = &encoded.redaction.areas;
            let masked = self.mask(pixels, &transfer_syntax, areas, &encoded.data_set)?;
            pixels = masked.pixels;
            encoded.redaction.areas = masked.areas;
            if came.as_ref().is_some_and(Came::is_irreversible) {
                encoded.data_set.put_text(tags::LOSSY_IMAGE_COMPRESSION, VR::CS, "01");
            }
            // They were those of the pixels that came.
            encoded.data_set.remove(tags::SMALLEST_IMAGE_PIXEL_VALUE);
            encoded.data_set.remove(tags::LARGEST_IMAGE_PIXEL_VALUE);
        }
        let came_compressed = came.is_some();
        let came = Came::of(&pixels, &transfer_syntax);
        let DecodedPixels { image, native, samples, without_overlay, .. } = pixels;
        let Some(samples) = samples else {
            // Float pixels and native chroma sub-sampling are passed on as they are.
            let is_float = image.sample_type == SampleType::Float;
            let reason = if is_float { KeptNative::FloatPixels } else { KeptNative::Photometric };
            encoded.kept_native = self.asks_for_coding().then_some(reason);
            encoded.put_native(native, image)?;
            return Ok(encoded);
        };
        let came = came.map(|came| came.with_overlay(without_overlay.is_some()));
        // What was decoded to be covered cannot be kept as it came.
        let goal = match self.goal {
            Goal::Keep if came_compressed && came.is_none() => Goal::Codec(&CODECS[0]),
            goal => goal,
        };
        match (Self { goal, ..self }).choose(&samples, &image, came.as_ref(), &native)? {
            Chosen::PassedOn(form) => {
                encoded.is_passed_on = true;
                encoded.put_coded(form);
                encoded.decoded = Some(image);
            }
            Chosen::Coded(form) => {
                if native.len() >= LARGE {
                    // Of the file nothing else is wanted: it need not be held while the other is written.
                    encoded.data_set.detach(native.len() / 8);
                }
                encoded.put_coded(form);
                encoded.decoded = Some(image);
                encoded.is_verified = self.verify == Verify::Full;
            }
            Chosen::Native(reason) => {
                encoded.kept_native = reason;
                encoded.put_native(without_overlay.unwrap_or(native), image)?;
            }
        }
        encoded.samples = Some(samples);
        Ok(encoded)
    }

    fn asks_for_coding(self) -> bool {
        matches!(self.goal, Goal::Codec(_) | Goal::Smallest)
    }
}

/// An instance with its pixels decoded.
pub fn decoded(instance: Deidentified) -> Result<Decoded, EncodeError> {
    let (original, identity, embedded_overlay) = instance.into_parts();
    let Original { data_set, transfer_syntax, image } = original;
    let pixels = image.map(|image| decode_pixels(image, &transfer_syntax, embedded_overlay));
    let pixels = pixels.transpose()?;
    #[expect(clippy::disallowed_methods, reason = "it was de-identified")]
    Ok(Decoded::new(data_set, transfer_syntax, identity, pixels))
}

/// The samples of an instance as it was read, beside its attributes; `None` where it has none that
/// are integers of their own.
pub fn decode(original: Original) -> Result<Option<(DataSet, ImagePixel, Samples)>, EncodeError> {
    let (data_set, pixels) = decode_whole(original)?;
    Ok(pixels.and_then(|pixels| Some((data_set, pixels.image, pixels.samples?))))
}

/// The pixels of an instance as it was read, beside its attributes.
pub fn decode_whole(original: Original) -> Result<(DataSet, Option<DecodedPixels>), EncodeError> {
    let Original { data_set, transfer_syntax, image } = original;
    let overlay = has_embedded_overlay(&data_set);
    let pixels = image.map(|image| decode_pixels(image, &transfer_syntax, overlay)).transpose()?;
    Ok((data_set, pixels))
}

/// Decodes pixels as they were read; `embedded_overlay` says that their unused bits hold one.
pub fn decode_pixels(
    (source_image, source): (ImagePixel, SourcePixels),
    transfer_syntax: &str,
    embedded_overlay: bool,
) -> Result<DecodedPixels, EncodeError> {
    let mut image = source_image.clone();
    let native = match &source {
        SourcePixels::Native(bytes) => bytes.clone(),
        SourcePixels::Encapsulated(frames) => decode::frames(frames, &mut image, transfer_syntax)?,
    };
    let (samples, without_overlay) = samples::canonical(&native, &image, embedded_overlay)?.unzip();
    let without_overlay = without_overlay.flatten();
    Ok(DecodedPixels { source, source_image, image, native, samples, without_overlay })
}

impl Encoded {
    fn put_coded(&mut self, form: Coded) {
        let Coded { frames, transfer_syntax, image } = form;
        let (pixels, extended) = encapsulate::encapsulate(frames);
        let encoded = pixels.fragments.iter().map(|fragment| fragment.len() as u64).sum();
        let native = image.native_length().unwrap_or_default();
        self.pixel_bytes = PixelBytes { native, encoded };
        self.transfer_syntax = transfer_syntax;
        for element in extended {
            self.data_set.put(element);
        }
        self.put_pixels(tags::PIXEL_DATA, VR::OB, Value::Encapsulated(pixels), image);
    }

    fn put_native(&mut self, native: Bytes, image: ImagePixel) -> Result<(), EncodeError> {
        if native.len() >= u32::MAX as usize {
            return Err(EncodeError::TooLong);
        }
        let length = native.len() as u64;
        self.pixel_bytes = PixelBytes { native: length, encoded: length };
        let (tag, vr) = match (image.sample_type, image.bits_allocated) {
            (SampleType::Float, 32) => (tags::FLOAT_PIXEL_DATA, VR::OF),
            (SampleType::Float, _) => (tags::DOUBLE_FLOAT_PIXEL_DATA, VR::OD),
            (_, 1 | 8) => (tags::PIXEL_DATA, VR::OB),
            _ => (tags::PIXEL_DATA, VR::OW),
        };
        self.put_pixels(tag, vr, Value::Bytes(native), image);
        Ok(())
    }

    /// Puts the pixel data and the Image Pixel Module as it was used, whatever form its attributes
    /// came in.
    fn put_pixels(&mut self, tag: Tag, vr: VR, value: Value, image: ImagePixel) {
        self.data_set.put(Element { tag, vr, value });
        image.put_into(&mut self.data_set);
        self.image = Some(image);
    }
}

#[cfg(test)]
mod tests;
