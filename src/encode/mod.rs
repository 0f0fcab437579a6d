//! Encoding: a `Deidentified` in, an `Encoded` out. Pixels are decoded where they came compressed,
//! coded losslessly in the chosen codec, decoded again and compared before anything is written; or
//! they are passed on as they came compressed, scrubbed of what is no part of the image.

mod decode;
mod encapsulate;
mod jpeg_lossless;
mod jpeg_ls;
mod keep;
mod photometric;
mod rle;
mod samples;
mod scrub;

use bytes::Bytes;
use dicom::dictionary_std::{tags, uids};
use rayon::prelude::*;

use crate::dataset::{DataSet, Element, Tag, VR, Value};
use crate::image::{ImagePixel, SampleType};
use crate::instance::{
    Deidentified, Encoded, KeptNative, Original, PixelBytes, Samples, SourcePixels,
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
    /// The encoder failed for another reason than growth.
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
            Self::Encode => "encode",
            Self::Verify => "verify",
        }
    }
}

/// A way to code frames: its name on the command line, its transfer syntax, its two functions.
#[derive(Debug)]
pub struct Codec {
    /// The name on the command line.
    pub name: &'static str,
    /// The transfer syntax UID that it writes.
    pub transfer_syntax: &'static str,
    /// Codes one frame.
    encode: fn(&Frame<'_>) -> Result<FrameOutcome, EncodeError>,
    /// Decodes what was coded and says whether the samples of the frame come out.
    gives_back: fn(&[u8], &Frame<'_>) -> Result<bool, EncodeError>,
    /// What the codec cannot hold.
    unfit: fn(&ImagePixel) -> Option<KeptNative>,
}

/// One row for each codec.
pub static CODECS: [Codec; 3] = [jpeg_ls::CODEC, jpeg_lossless::CODEC, rle::CODEC];

/// One frame as a codec sees it.
#[derive(Debug)]
struct Frame<'a> {
    image: &'a ImagePixel,
    samples: FrameSamples<'a>,
}

/// The samples of one frame, masked to Bits Stored, those of a pixel side by side.
#[derive(Debug, Clone, Copy)]
enum FrameSamples<'a> {
    /// Of up to 8 bits allocated.
    Eight(&'a [u8]),
    /// Of 16 bits allocated.
    Sixteen(&'a [u16]),
}

impl FrameSamples<'_> {
    fn bytes(self) -> usize {
        match self {
            Self::Eight(samples) => size_of_val(samples),
            Self::Sixteen(samples) => size_of_val(samples),
        }
    }
}

/// What came of coding a frame.
enum FrameOutcome {
    Coded(Vec<u8>),
    /// The coded form would be no smaller than the native one.
    WouldGrow,
}

/// Encodes instances with one codec, passes on what came compressed, or writes everything native.
#[derive(Debug, Clone, Copy)]
pub struct Encoder {
    codec: Option<&'static Codec>,
    /// What came compressed is passed on where it can be, and what came native stays so.
    keeps: bool,
}

/// The names that an encoder may have on the command line, the default first.
pub fn encoder_names() -> impl Iterator<Item = &'static str> {
    CODECS.iter().map(|codec| codec.name).chain([keep::NAME, NATIVE])
}

/// The name of the encoder that writes everything native.
const NATIVE: &str = "native";

impl Encoder {
    /// The encoder with this name on the command line: a codec's, `keep` or `native`.
    pub fn by_name(name: &str) -> Option<Self> {
        let codec = match name {
            NATIVE => None,
            keep::NAME => CODECS.first(),
            name => Some(CODECS.iter().find(|codec| codec.name == name)?),
        };
        Some(Self { codec, keeps: name == keep::NAME })
    }

    /// Encodes one instance.
    pub fn encode(mut self, instance: Deidentified) -> Result<Encoded, EncodeError> {
        let (Original { data_set, transfer_syntax, image }, identity, embedded_overlay) =
            instance.into_parts();
        let mut encoded = Encoded {
            data_set,
            transfer_syntax: uids::EXPLICIT_VR_LITTLE_ENDIAN.to_owned(),
            identity,
            image: None,
            samples: None,
            decoded: None,
            kept_native: None,
            pixel_bytes: PixelBytes::default(),
        };
        let Some((mut image, source)) = image else {
            return Ok(encoded);
        };
        let came = match &source {
            SourcePixels::Encapsulated(frames) if self.keeps => {
                Some((frames.clone(), image.clone()))
            }
            SourcePixels::Native(_) if self.keeps => {
                self.codec = None;
                None
            }
            _ => None,
        };
        let native = native_of(source, &mut image, &transfer_syntax)?;
        let Some((samples, cleared)) = samples::canonical(&native, &image, embedded_overlay)?
        else {
            // Float pixels and native chroma sub-sampling are passed on as they are.
            encoded.kept_native = self.codec.map(|_| {
                let is_float = image.sample_type == SampleType::Float;
                if is_float { KeptNative::FloatPixels } else { KeptNative::Photometric }
            });
            encoded.put_native(native, image);
            return Ok(encoded);
        };
        // An overlay can be cleared in samples alone.
        let came = came.filter(|_| cleared.is_none());
        if let Some((frames, came)) = came
            && let Some(kept) = keep::frames(&frames, &came, &transfer_syntax, &native)
        {
            let native_length = came.native_length().unwrap_or_default();
            encoded.put_frames(kept, &transfer_syntax, native_length, came);
            encoded.decoded = Some(image);
            encoded.samples = Some(samples);
            return Ok(encoded);
        }
        let native = cleared.unwrap_or(native);
        match self.compress(&samples, &mut image)? {
            Compression::Done(frames, transfer_syntax) => {
                encoded.put_frames(frames, transfer_syntax, native.len() as u64, image);
            }
            Compression::Kept(reason) => {
                encoded.kept_native = reason;
                encoded.put_native(native, image);
            }
        }
        encoded.samples = Some(samples);
        Ok(encoded)
    }

    fn compress(
        self,
        samples: &Samples,
        image: &mut ImagePixel,
    ) -> Result<Compression, EncodeError> {
        let Some(codec) = self.codec else {
            return Ok(Compression::Kept(None));
        };
        if let Some(reason) = (codec.unfit)(image) {
            return Ok(Compression::Kept(Some(reason)));
        }
        let length = samples.len() / image.frames as usize;
        let frames: Vec<FrameSamples<'_>> = match samples {
            Samples::Eight(all) => all.chunks_exact(length).map(FrameSamples::Eight).collect(),
            Samples::Sixteen(all) => all.chunks_exact(length).map(FrameSamples::Sixteen).collect(),
            Samples::ThirtyTwo(_) => {
                return Ok(Compression::Kept(Some(KeptNative::WideSamples)));
            }
        };
        let code = |samples: &FrameSamples<'_>| {
            code_and_verify(codec, &Frame { image, samples: *samples })
        };
        let coded: Result<Vec<FrameOutcome>, EncodeError> = match frames.as_slice() {
            [one] => code(one).map(|outcome| vec![outcome]),
            many => many.par_iter().map(code).collect(),
        };
        let mut kept = Vec::with_capacity(frames.len());
        for outcome in coded? {
            match outcome {
                FrameOutcome::Coded(frame) => kept.push(frame),
                FrameOutcome::WouldGrow => {
                    return Ok(Compression::Kept(Some(KeptNative::WouldGrow)));
                }
            }
        }
        image.planar_configuration = 0;
        Ok(Compression::Done(kept, codec.transfer_syntax))
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

enum Compression {
    /// The frames and their transfer syntax.
    Done(Vec<Vec<u8>>, &'static str),
    Kept(Option<KeptNative>),
}

fn code_and_verify(codec: &Codec, frame: &Frame<'_>) -> Result<FrameOutcome, EncodeError> {
    let FrameOutcome::Coded(coded) = (codec.encode)(frame)? else {
        return Ok(FrameOutcome::WouldGrow);
    };
    if coded.len() + encapsulate::ITEM_OVERHEAD >= frame.samples.bytes() {
        return Ok(FrameOutcome::WouldGrow);
    }
    if (codec.gives_back)(&coded, frame)? {
        Ok(FrameOutcome::Coded(coded))
    } else {
        Err(EncodeError::Verify)
    }
}

impl Encoded {
    fn put_frames(
        &mut self,
        frames: Vec<Vec<u8>>,
        transfer_syntax: &str,
        native_length: u64,
        image: ImagePixel,
    ) {
        let pixels = encapsulate::encapsulate(frames);
        let encoded = pixels.fragments.iter().map(|fragment| fragment.len() as u64).sum();
        self.pixel_bytes = PixelBytes { native: native_length, encoded };
        transfer_syntax.clone_into(&mut self.transfer_syntax);
        self.put_pixels(tags::PIXEL_DATA, VR::OB, Value::Encapsulated(pixels), image);
    }

    fn put_native(&mut self, native: Bytes, image: ImagePixel) {
        let length = native.len() as u64;
        self.pixel_bytes = PixelBytes { native: length, encoded: length };
        let (tag, vr) = match (image.sample_type, image.bits_allocated) {
            (SampleType::Float, 32) => (tags::FLOAT_PIXEL_DATA, VR::OF),
            (SampleType::Float, _) => (tags::DOUBLE_FLOAT_PIXEL_DATA, VR::OD),
            (_, 1 | 8) => (tags::PIXEL_DATA, VR::OB),
            _ => (tags::PIXEL_DATA, VR::OW),
        };
        self.put_pixels(tag, vr, Value::Bytes(native), image);
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
