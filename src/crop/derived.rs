//! A derived image: a written instance and the part of it that is wanted in, an instance ready to be written out.

use std::panic::{AssertUnwindSafe, catch_unwind};

use dicom::dictionary_std::tags;

use super::data_set;
use crate::area::Rectangle;
use crate::dataset::{DataSet, encode_data_set};
use crate::encode::{self, EncodeError, Encoder};
use crate::image::{ImagePixel, PIXEL_TAGS, SampleType};
use crate::instance::{Encoded, Identity, Original, Samples};

/// What is to be made of a source.
#[derive(Debug, Clone, Copy)]
pub struct Target<'a> {
    /// The part that is kept.
    pub rectangle: Rectangle,
    /// The new Series Instance UID.
    pub series_uid: &'a str,
    /// The new SOP Instance UID.
    pub sop_instance_uid: &'a str,
}

/// Why there is no cropped image of an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CropError {
    /// It has no pixels, or pixels of a kind that nobody looks for a body or for regions in.
    #[error("its pixels are no integers of one sample each")]
    Kind,
    /// The part does not lie in it.
    #[error("the part does not lie in the image")]
    Outside,
    /// It has a position, and none can be told of another pixel.
    #[error("its position cannot be moved, since its orientation or spacing is not told")]
    Position,
    /// It has attributes that count pixels and are not moved.
    #[error("it has attributes that tell of pixels by their columns and rows")]
    PixelCoordinates,
    /// Its pixels cannot be decoded or coded.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// The program failed at it.
    #[error("the program failed at this image, and only at this image")]
    Panic,
}

impl CropError {
    /// A short name of the kind of error, for reports.
    pub fn class(self) -> &'static str {
        match self {
            Self::Kind => "no-integers",
            Self::Outside => "outside",
            Self::Position => "position",
            Self::PixelCoordinates => "pixel-coordinates",
            Self::Encode(error) => error.class(),
            Self::Panic => "panic",
        }
    }
}

/// The derived image of a part of an instance that this program wrote, coded and verified as instances are.
pub fn derived(
    source: Original,
    target: &Target<'_>,
    encoder: Encoder,
) -> Result<Encoded, CropError> {
    let make = || {
        let (part, identity) = part(source, target)?;
        Ok(encoder.encode_part(part, identity, target.rectangle)?)
    };
    catch_unwind(AssertUnwindSafe(make)).unwrap_or(Err(CropError::Panic))
}

/// Whether an image is the one that [`derived`] makes of a source, in whatever form its pixels are coded. Both are as
/// they were read.
pub fn is_as_derived(
    source: Original,
    target: &Target<'_>,
    found: Original,
) -> Result<bool, CropError> {
    let (part, _) = part(source, target)?;
    let (data_set, image, samples) = encode::decode_part(part, target.rectangle)?;
    let found = encode::decode(found)?.ok_or(CropError::Kind)?;
    Ok(comparable(data_set, image, samples) == comparable(found.0, found.1, found.2))
}

/// Whether there is a cropped image of a source.
pub fn can_be_derived(source: Original, target: &Target<'_>) -> bool {
    part(source, target).is_ok_and(|(part, _)| encode::decode_part(part, target.rectangle).is_ok())
}

/// All that must be the same, whatever the codec.
fn comparable(
    mut data_set: DataSet,
    image: ImagePixel,
    samples: Samples,
) -> (Vec<u8>, ImagePixel, Samples) {
    for tag in PIXEL_TAGS.into_iter().chain([tags::PLANAR_CONFIGURATION]) {
        data_set.remove(tag);
    }
    image.put_into(&mut data_set);
    let mut bytes = Vec::new();
    encode_data_set(&data_set, &mut bytes);
    (bytes, image, samples)
}

/// A source with the attributes of its part, and its new identity; the pixels are still all of them.
fn part(mut source: Original, target: &Target<'_>) -> Result<(Original, Identity), CropError> {
    let Some((image, _)) = &source.image else { return Err(CropError::Kind) };
    let is_wanted = image.samples_per_pixel == 1
        && image.sample_type != SampleType::Float
        && image.bits_allocated >= 8;
    if !is_wanted {
        return Err(CropError::Kind);
    }
    let whole = Rectangle { x: 0, y: 0, width: image.columns, height: image.rows };
    let Rectangle { x, y, width, height } = target.rectangle;
    let is_sound = width > 0 && height > 0;
    let ends = (x.checked_add(width), y.checked_add(height));
    let is_inside = ends.0.is_some_and(|end| end <= whole.width)
        && ends.1.is_some_and(|end| end <= whole.height);
    if !(is_sound && is_inside) {
        return Err(CropError::Outside);
    }
    data_set::crop(&mut source.data_set, target)?;
    let text = |tag| source.data_set.text(tag).unwrap_or_default().to_owned();
    let identity = Identity {
        patient_id: text(tags::PATIENT_ID),
        study_uid: text(tags::STUDY_INSTANCE_UID),
        series_uid: target.series_uid.to_owned(),
        sop_instance_uid: target.sop_instance_uid.to_owned(),
        sop_class_uid: text(tags::SOP_CLASS_UID),
    };
    Ok((source, identity))
}
