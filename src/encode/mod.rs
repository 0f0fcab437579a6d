//! Encoding: a `Deidentified` in, an `Encoded` out. Pixels that came native or losslessly compressed are
//! coded in the chosen codec, decoded again and compared before anything is written. Pixels that came
//! with a loss, or in a smaller lossless form, are passed on as they came, scrubbed of what is no part of
//! the image.

mod codec;
mod decode;
mod deflate;
mod encapsulate;
mod form;
#[cfg(feature = "jpeg-2000")]
mod jpeg_2000;
mod jpeg_lossless;
mod jpeg_ls;
mod keep;
mod photometric;
mod rle;
mod samples;
mod scrub;

use bytes::Bytes;
use clap::ValueEnum;
use dicom::dictionary_std::{tags, uids};
use serde::{Deserialize, Serialize};

pub use codec::{CODECS, Codec};
use codec::{Frame, FrameSamples};
use form::Coded;
use keep::Came;

use crate::dataset::{DataSet, Element, Tag, VR, Value};
use crate::image::{ImagePixel, SampleType};
use crate::instance::{
    Deidentified, Encoded, Identity, KeptNative, Original, PixelBytes, Samples, SourcePixels,
};

/// Why an instance could not be encoded. The messages hold no value of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// There is no decoder for the transfer syntax or for this kind of samples.
    #[error("no decoder for this transfer syntax and these samples")]
    Unsupported,
    /// The decoder refused the codestream.
    #[error("a frame cannot be decoded")]
    Decode,
    /// The decoder gave another number of samples than the geometry.
    #[error("a decoded frame has another length than Rows x Columns")]
    DecodedLength,
    /// The bits outside Bits Stored hold something that no overlay explains.
    #[error("the bits above Bits Stored hold data")]
    StrayBits,
    /// Native pixel data have a length of 32 bits (PS3.5 section 7.1.2).
    #[error("native pixel data of 4 GiB or more cannot be written: choose another codec")]
    TooLong,
    /// The encoder failed.
    #[error("a frame cannot be encoded")]
    Encode,
    /// The encoded frame does not decode to what went in.
    #[error("an encoded frame does not decode to the same samples")]
    Verify,
}

impl EncodeError {
    /// A short name of the kind of error, for `failures.csv`.
    pub fn class(self) -> &'static str {
        match self {
            Self::Unsupported => "no-decoder",
            Self::Decode | Self::DecodedLength => "decode",
            Self::StrayBits => "stray-bits",
            Self::TooLong => "too-long",
            Self::Encode => "encode",
            Self::Verify => "verify",
        }
    }
}

/// Whether what was coded is decoded again and compared.
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

const SMALLEST: &str = "smallest";
const NATIVE: &str = "native";

/// The names that an encoder may have on the command line, the default first.
pub fn encoder_names() -> impl Iterator<Item = &'static str> {
    CODECS.iter().map(|codec| codec.name).chain([deflate::NAME, SMALLEST, keep::NAME, NATIVE])
}

/// The form that was chosen for pixels.
enum Chosen {
    /// As they came compressed.
    PassedOn(Coded),
    /// Coded by us.
    Coded(Coded),
    /// Native; the reason where a codec was asked for.
    Native(Option<KeptNative>),
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

    /// Encodes one instance.
    pub fn encode(self, instance: Deidentified) -> Result<Encoded, EncodeError> {
        let (original, identity, embedded_overlay) = instance.into_parts();
        let came_deflated = original.transfer_syntax == uids::DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN;
        let mut encoded = self.encode_pixels(original, identity, embedded_overlay)?;
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
        original: Original,
        identity: Identity,
        embedded_overlay: bool,
    ) -> Result<Encoded, EncodeError> {
        let Original { data_set, transfer_syntax, image } = original;
        let mut encoded = Encoded {
            data_set,
            transfer_syntax: uids::EXPLICIT_VR_LITTLE_ENDIAN.to_owned(),
            identity,
            image: None,
            samples: None,
            decoded: None,
            kept_native: None,
            pixel_bytes: PixelBytes::default(),
            is_verified: true,
            deflated: None,
        };
        let Some((mut image, source)) = image else {
            return Ok(encoded);
        };
        let came = Came::of(&source, &image, &transfer_syntax);
        let native = native_of(source, &mut image, &transfer_syntax)?;
        let Some((samples, cleared)) = samples::canonical(&native, &image, embedded_overlay)?
        else {
            // Float pixels and native chroma sub-sampling are passed on as they are.
            let is_float = image.sample_type == SampleType::Float;
            let reason = if is_float { KeptNative::FloatPixels } else { KeptNative::Photometric };
            encoded.kept_native = self.asks_for_coding().then_some(reason);
            encoded.put_native(native, image)?;
            return Ok(encoded);
        };
        // An overlay can be cleared in samples alone.
        let came = came.filter(|_| cleared.is_none());
        match self.choose(&samples, &image, came.as_ref(), &native)? {
            Chosen::PassedOn(form) => {
                encoded.put_coded(form);
                encoded.decoded = Some(image);
            }
            Chosen::Coded(form) => {
                encoded.put_coded(form);
                encoded.decoded = Some(image);
                encoded.is_verified = self.verify == Verify::Full;
            }
            Chosen::Native(reason) => {
                encoded.kept_native = reason;
                encoded.put_native(cleared.unwrap_or(native), image)?;
            }
        }
        encoded.samples = Some(samples);
        Ok(encoded)
    }

    fn asks_for_coding(self) -> bool {
        matches!(self.goal, Goal::Codec(_) | Goal::Smallest)
    }

    /// Chooses the form to write. `image` is that of the samples, `native` what the frames that came
    /// decode to.
    fn choose(
        self,
        samples: &Samples,
        image: &ImagePixel,
        came: Option<&Came>,
        native: &Bytes,
    ) -> Result<Chosen, EncodeError> {
        let codecs = match (self.goal, came) {
            (Goal::Native, _) | (Goal::Keep, None) => return Ok(Chosen::Native(None)),
            (Goal::Deflate, _) => &[],
            (Goal::Codec(codec), _) => std::slice::from_ref(codec),
            (Goal::Smallest, _) => CODECS,
            // What cannot be passed on.
            (Goal::Keep, Some(_)) => &CODECS[..1],
        };
        let stays = |came: &&Came| came.is_lossy() || matches!(self.goal, Goal::Keep);
        if let Some(form) = came.filter(stays).and_then(|came| came.pass_on(native)) {
            return Ok(Chosen::PassedOn(form));
        }
        if matches!(self.goal, Goal::Deflate) {
            return Ok(Chosen::Native(None));
        }
        let coded = self.compress(codecs, samples, image)?;
        let least = coded.as_ref().map_or(native.len() as u64, Coded::size);
        let smaller = came
            .filter(|came| !came.is_lossy() && came.size() < least)
            .and_then(|came| came.pass_on(native))
            .filter(|form| form.size() < least);
        Ok(match (smaller, coded) {
            (Some(form), _) => Chosen::PassedOn(form),
            (None, Ok(form)) => Chosen::Coded(form),
            (None, Err(reason)) => Chosen::Native(Some(reason)),
        })
    }

    /// The smallest form that the codecs give, verified; or why there is none.
    fn compress(
        self,
        codecs: &'static [Codec],
        samples: &Samples,
        image: &ImagePixel,
    ) -> Result<Result<Coded, KeptNative>, EncodeError> {
        let Some(frames) = codec::frames(image, samples) else {
            return Ok(Err(KeptNative::WideSamples));
        };
        let mut best: Option<(&Codec, Coded)> = None;
        let mut reason = None;
        for codec in codecs {
            if let Some(unfit) = (codec.unfit)(image) {
                reason = reason.or(Some(unfit));
                continue;
            }
            let form = Coded {
                frames: codec.code(&frames)?,
                transfer_syntax: codec.transfer_syntax.to_owned(),
                image: (codec.describe)(image.clone()),
            };
            if best.as_ref().is_none_or(|(_, best)| form.size() < best.size()) {
                best = Some((codec, form));
            }
        }
        let Some((codec, form)) = best else {
            return Ok(Err(reason.unwrap_or(KeptNative::WouldGrow)));
        };
        if form.size() >= image.native_length().unwrap_or(u64::MAX) {
            return Ok(Err(KeptNative::WouldGrow));
        }
        if self.verify == Verify::Full {
            codec.verify(&form.frames, &frames)?;
        }
        Ok(Ok(form))
    }
}

/// The samples of an instance as it was read, beside its attributes; `None` where it has none that
/// are integers of their own.
pub fn decode(original: Original) -> Result<Option<(DataSet, ImagePixel, Samples)>, EncodeError> {
    let Original { data_set, transfer_syntax, image } = original;
    let Some((mut image, source)) = image else {
        return Ok(None);
    };
    let native = native_of(source, &mut image, &transfer_syntax)?;
    let canonical = samples::canonical(&native, &image, false)?;
    Ok(canonical.map(|(samples, _)| (data_set, image, samples)))
}

fn native_of(
    source: SourcePixels,
    image: &mut ImagePixel,
    transfer_syntax: &str,
) -> Result<Bytes, EncodeError> {
    match source {
        SourcePixels::Native(bytes) => Ok(bytes),
        SourcePixels::Encapsulated(frames) => decode::frames(&frames, image, transfer_syntax),
    }
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
