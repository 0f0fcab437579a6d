//! A Segmentation or Label Map Segmentation (PS3.3 sections A.51 and C.8.20): its data set and samples in, its segments
//! and the pixels of each in each frame out.

use std::collections::BTreeSet;

use dicom::dictionary_std::tags;

use super::elements::term;
use super::frames::Frames;
use super::reason::{PIXEL_DATA, Reason, SEGMENTATION_TYPE, TILED_SEGMENTATION, WRONG_OBJECT};
use super::segment::{Segment, SegmentFrame, frame, references_of, segments};
use crate::dataset::DataSet;
use crate::image::{ImagePixel, SampleType};
use crate::instance::Samples;
use crate::stats::{Padding, padding};

/// A segmentation.
#[derive(Debug)]
pub struct Segmentation {
    /// What its samples mean.
    pub kind: SegmentationKind,
    /// Its segments in their order, without a background.
    pub segments: Vec<Segment>,
    /// Its frames in their order.
    pub frames: Vec<SegmentFrame>,
    /// Columns and rows of a frame.
    pub size: [usize; 2],
    /// Frame of Reference UID (0020,0052), empty where it is absent.
    pub frame_of_reference: String,
    /// All images that it refers to, by SOP Instance UID.
    pub images: BTreeSet<String>,
    /// Series Instance UID (0020,000E) of Referenced Series Sequence (0008,1115), each once.
    pub series: Vec<String>,
    samples: Samples,
}

/// Segmentation Type (0062,0001).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SegmentationKind {
    /// BINARY: 1 of the segment, 0 of nothing.
    Binary,
    /// FRACTIONAL, of probability or occupancy alike: of the segment where the sample is at least half of Maximum
    /// Fractional Value (0062,000E).
    Fractional {
        /// Maximum Fractional Value, above 0.
        maximum: u16,
    },
    /// LABELMAP: the number of the segment, of none where the sample is Pixel Padding Value (0028,0120).
    LabelMap {
        /// The value of no segment.
        padding: Option<Padding>,
    },
}

impl Segmentation {
    /// Reads it.
    ///
    /// # Errors
    ///
    /// `wrong-object`, `tiled-segmentation`, `segmentation-type`, `repeated-number`, `missing-reference`, `pixel-data`
    /// and those of planes: what one frame lacks may be of any segment.
    pub fn of(data_set: &DataSet, image: &ImagePixel, samples: Samples) -> Result<Self, Reason> {
        if data_set.sequence(tags::SEGMENT_SEQUENCE).is_none() {
            return Err(Reason::new(WRONG_OBJECT, "Segment Sequence (0062,0002) is absent"));
        }
        if is_tiled(data_set) {
            let message = "Total Pixel Matrix Columns (0048,0006) is that of a slide, which is no volume in mm";
            return Err(Reason::new(TILED_SEGMENTATION, message));
        }
        let kind = SegmentationKind::of(data_set, image)?;
        if image.samples() != Some(samples.len() as u64) {
            let message = "the pixels are not those that Rows, Columns and Number of Frames say";
            return Err(Reason::new(PIXEL_DATA, message));
        }
        let is_label_map = matches!(kind, SegmentationKind::LabelMap { .. });
        let groups = Frames::of(data_set, image.frames)?;
        let frames = 0..image.frames as usize;
        let frames: Result<Vec<_>, _> =
            frames.map(|number| frame(&groups, number, is_label_map)).collect();
        let frames = frames?;
        let (images, series) = references_of(data_set, &frames);
        Ok(Self {
            kind,
            segments: segments(data_set)?,
            frames,
            size: [image.columns as usize, image.rows as usize],
            frame_of_reference: term(data_set, tags::FRAME_OF_REFERENCE_UID),
            images,
            series,
            samples,
        })
    }

    /// The frames that may hold pixels of a segment, by their numbers from 0.
    pub fn frames_of(&self, segment: u16) -> impl Iterator<Item = usize> {
        let frames = self.frames.iter().enumerate();
        let of_segment = move |frame: &SegmentFrame| frame.segment.is_none_or(|it| it == segment);
        frames.filter(move |(_, frame)| of_segment(frame)).map(|(number, _)| number)
    }

    /// Which pixels of a frame are of a segment, row by row. The frame must be one of its [`Self::frames_of`].
    pub fn pixels(&self, frame: usize, segment: u16) -> Vec<bool> {
        let length = self.size[0] * self.size[1];
        let range = frame * length..(frame + 1) * length;
        match &self.samples {
            Samples::Eight(samples) => self.kind.pixels(&samples[range], segment),
            Samples::Sixteen(samples) => self.kind.pixels(&samples[range], segment),
            Samples::ThirtyTwo(samples) => self.kind.pixels(&samples[range], segment),
        }
    }
}

impl SegmentationKind {
    fn of(data_set: &DataSet, image: &ImagePixel) -> Result<Self, Reason> {
        let bad = |message| Err(Reason::new(SEGMENTATION_TYPE, message));
        if image.samples_per_pixel != 1 || image.sample_type != SampleType::Unsigned {
            return bad(
                "Samples per Pixel (0028,0002) or Pixel Representation (0028,0103) is not that of a segmentation",
            );
        }
        match data_set.text(tags::SEGMENTATION_TYPE) {
            Some("BINARY") => Ok(Self::Binary),
            Some("FRACTIONAL") => match data_set.u16(tags::MAXIMUM_FRACTIONAL_VALUE) {
                Some(maximum @ 1..) => Ok(Self::Fractional { maximum }),
                _ => bad("Maximum Fractional Value (0062,000E) is absent or 0"),
            },
            Some("LABELMAP") => Ok(Self::LabelMap { padding: padding(data_set, image) }),
            _ => bad("Segmentation Type (0062,0001) is no defined term"),
        }
    }

    fn pixels<T: Copy + Into<u32>>(self, samples: &[T], segment: u16) -> Vec<bool> {
        let samples = samples.iter().map(|sample| (*sample).into());
        match self {
            Self::Binary => samples.map(|sample| sample != 0).collect(),
            Self::Fractional { maximum } => {
                samples.map(|sample| 2 * u64::from(sample) >= maximum.into()).collect()
            }
            Self::LabelMap { padding } => {
                let is_none = padding.is_some_and(|padding| padding.contains(segment.into()));
                samples.map(|sample| sample == u32::from(segment) && !is_none).collect()
            }
        }
    }
}

/// Whether the frames are tiles of a slide (PS3.3 section C.7.6.17.3).
fn is_tiled(data_set: &DataSet) -> bool {
    let is_there = |tag| data_set.get(tag).is_some();
    let organisation = data_set.text(tags::DIMENSION_ORGANIZATION_TYPE).unwrap_or_default();
    [tags::TOTAL_PIXEL_MATRIX_COLUMNS, tags::TOTAL_PIXEL_MATRIX_ROWS].into_iter().any(is_there)
        || organisation.starts_with("TILED")
}
