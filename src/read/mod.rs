//! Reading: a path in, an `Original` out. Everything that a file claims about lengths, depth and
//! geometry is checked against the bytes that are there before any library sees them.

mod complete;
mod cursor;
mod dictionary;
mod file;
mod frames;
mod head;
mod part10;
mod walk;

use std::path::Path;

use bytes::Bytes;
use dicom::dictionary_std::{tags, uids};

use crate::codestream::{self, CodestreamError};
use crate::dataset::{DataSet, Tag, Value};
use crate::expansion;
use crate::image::{ImagePixel, ImagePixelError, PIXEL_TAGS};
use crate::instance::{Original, SourcePixels};
pub use head::{data_set, head};
use part10::Encoding;
use serde::{Deserialize, Serialize};

/// Bounds on what one file may ask for.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Limits {
    /// Largest file that is read.
    pub file_bytes: u64,
    /// Largest data set that a deflated file may inflate to. Past 256 MiB it must also have a deflated
    /// byte for every 100.
    pub inflated_bytes: u64,
    /// Largest native pixel data, as the geometry gives them. The stages hold up to four copies, so
    /// this is what bounds the memory for a file.
    pub pixel_bytes: u64,
    /// Deepest nesting of sequences, [`DEEPEST`] at most.
    pub depth: usize,
    /// Most elements, items and fragments in all levels together.
    pub elements: usize,
}

/// No limit on the depth goes beyond: the walk, the profile and the writer recurse.
pub const DEEPEST: usize = 1000;

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: 4 << 30,
            inflated_bytes: expansion::MOST_INFLATED,
            // A native value field has a 32-bit length, and the largest means "undefined".
            pixel_bytes: 0xFFFF_FFFE,
            depth: 32,
            elements: 4_000_000,
        }
    }
}

/// Why a file was not read. The messages name tags and rules, never a value or a path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The bytes are not a DICOM file.
    #[error("not a DICOM file: {0}")]
    NotDicom(&'static str),
    /// A DICOMDIR describes files; it is no image or document itself.
    #[error("a DICOMDIR, which lists other files and holds identities: not carried over")]
    Dicomdir,
    /// The operating system refused.
    #[error("the file cannot be read: {0}")]
    Unreadable(std::io::ErrorKind),
    /// Not a regular file when it was opened.
    #[error("no regular file when it was opened")]
    NotRegular,
    /// The file was written to while it was read.
    #[error("the file changed while it was read")]
    Changed,
    /// A bound of [`Limits`] is passed.
    #[error("{0} pass the limit")]
    OverLimit(&'static str),
    /// The structure contradicts itself or ends too early.
    #[error("damaged: {0}")]
    Damaged(&'static str),
    /// The structure is damaged at a tag.
    #[error("damaged at {1}: {0}")]
    DamagedAt(&'static str, Tag),
    /// The Image Pixel Module cannot be used.
    #[error("the Image Pixel Module cannot be used: {0}")]
    ImagePixel(#[from] ImagePixelError),
    /// The pixel data contradict the Image Pixel Module.
    #[error("the pixel data contradict the attributes: {0}")]
    Pixels(&'static str),
    /// No decoder for the transfer syntax.
    #[error("the transfer syntax is not supported")]
    TransferSyntax,
}

impl From<CodestreamError> for ReadError {
    fn from(error: CodestreamError) -> Self {
        match error {
            CodestreamError::Unsound(why) | CodestreamError::Unsupported(why) => Self::Pixels(why),
            CodestreamError::TransferSyntax => Self::TransferSyntax,
        }
    }
}

impl ReadError {
    /// A short name of the kind of error, for `failures.csv`.
    pub fn class(&self) -> &'static str {
        match self {
            Self::NotDicom(_) => "not-dicom",
            Self::Dicomdir => "dicomdir",
            Self::Unreadable(_) => "unreadable",
            Self::NotRegular => "not-regular",
            Self::Changed => "changed",
            Self::OverLimit(_) => "over-limit",
            Self::Damaged(_) | Self::DamagedAt(..) => "damaged",
            Self::ImagePixel(_) => "image-pixel-module",
            Self::Pixels(_) => "pixel-data",
            Self::TransferSyntax => "transfer-syntax",
        }
    }
}

/// Reads a file. The path must not be a link; it is opened without waiting and without following.
pub fn read(path: &Path, limits: &Limits) -> Result<Original, ReadError> {
    parse(&read_whole(path, limits)?, limits)
}

/// The bytes of a file, for [`parse`].
pub fn read_whole(path: &Path, limits: &Limits) -> Result<Bytes, ReadError> {
    file::read_whole(path, limits.file_bytes)
}

/// Asks the operating system to read a file soon. Nothing depends on it, but a storage that hangs may hold whoever
/// asks.
pub fn ahead(path: &Path) {
    file::ahead(path);
}

/// Reads a file that is in memory already.
pub fn parse(file: &Bytes, limits: &Limits) -> Result<Original, ReadError> {
    parse_with_body(file, limits).map(|(original, _)| original)
}

/// The same, with the bytes of the data set, of which the values are slices: a part of the file, or where that
/// is deflated what it inflates to.
pub fn parse_with_body(file: &Bytes, limits: &Limits) -> Result<(Original, Bytes), ReadError> {
    let body = part10::open(file, limits)?;
    let mut data_set = walk::walk(&body.bytes, body.encoding, limits)?;
    let sop_class = data_set.text(tags::SOP_CLASS_UID);
    if sop_class == Some(uids::MEDIA_STORAGE_DIRECTORY_STORAGE) || is_directory(&data_set) {
        return Err(ReadError::Dicomdir);
    }
    complete::check(&data_set)?;
    let image = match ImagePixel::of(&data_set)? {
        Some(image) => {
            let pixels = take_pixels(&mut data_set, &image, &body.transfer_syntax, limits)?;
            if body.encoding == Encoding::ExplicitBig && image.bits_allocated > 16 {
                // PS3.5 swaps 16-bit words and says nothing of their order; readers disagree.
                return Err(ReadError::Pixels("big endian samples of more than 16 bits"));
            }
            Some((image, pixels))
        }
        None => None,
    };
    let original = Original { data_set, transfer_syntax: body.transfer_syntax, image };
    Ok((original, body.bytes))
}

/// Directory Record Sequence (0004,1220): a DICOMDIR whatever its SOP class says.
fn is_directory(data_set: &DataSet) -> bool {
    data_set.get(tags::DIRECTORY_RECORD_SEQUENCE).is_some()
}

fn take_pixels(
    data_set: &mut DataSet,
    image: &ImagePixel,
    transfer_syntax: &str,
    limits: &Limits,
) -> Result<SourcePixels, ReadError> {
    let native_length = image.native_length().ok_or(ReadError::OverLimit("the pixel data"))?;
    if native_length > limits.pixel_bytes {
        return Err(ReadError::OverLimit("the pixel data"));
    }
    let mut elements = PIXEL_TAGS.into_iter().filter_map(|tag| data_set.remove(tag));
    let element = elements.next().ok_or(ReadError::Damaged("no pixel data element"))?;
    if elements.next().is_some() {
        return Err(ReadError::Pixels("two kinds of pixel data in one data set"));
    }
    let extended_offsets = data_set.remove(tags::EXTENDED_OFFSET_TABLE);
    // Of the form that came; the form that is written has its own.
    data_set.remove(tags::EXTENDED_OFFSET_TABLE_LENGTHS);
    match element.value {
        Value::Bytes(bytes) => native(&bytes, image, native_length).map(SourcePixels::Native),
        Value::Encapsulated(pixels) => {
            let extended = extended_offsets.and_then(|element| match element.value {
                Value::Bytes(bytes) => Some(bytes),
                Value::Sequence(_) | Value::Encapsulated(_) => None,
            });
            let is_rle = transfer_syntax == uids::RLE_LOSSLESS;
            let frames = frames::split(&pixels, extended.as_ref(), image.frames, is_rle)?;
            let unwrapped: Result<_, _> = frames.iter().map(codestream::unwrapped).collect();
            let frames: Vec<Bytes> = unwrapped?;
            let lengths = frames.iter().map(|frame| frame.len() as u64);
            if expansion::are_frames_inflated(transfer_syntax, native_length, lengths) {
                return Err(ReadError::OverLimit("the pixels that so few bytes decode to"));
            }
            for frame in &frames {
                codestream::check(frame, image, transfer_syntax)?;
            }
            Ok(SourcePixels::Encapsulated(frames))
        }
        Value::Sequence(_) => Err(ReadError::Pixels("a sequence where pixels belong")),
    }
}

/// Native pixel data hold what the geometry says, plus padding. Some writers leave a few bytes
/// more, which are cut; where a whole frame or more is over, the geometry itself is in doubt.
fn native(bytes: &Bytes, image: &ImagePixel, expected: u64) -> Result<Bytes, ReadError> {
    let excess = (bytes.len() as u64)
        .checked_sub(expected)
        .ok_or(ReadError::Pixels("fewer bytes than Rows x Columns x Frames need"))?;
    let frame = expected / u64::from(image.frames);
    if excess > 1 && (image.is_subsampled() || excess >= frame.max(1)) {
        return Err(ReadError::Pixels("more bytes than Rows x Columns x Frames need"));
    }
    Ok(bytes.slice(..expected as usize))
}

#[cfg(test)]
mod tests;
