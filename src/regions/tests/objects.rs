//! Small objects for the tests.

use dicom::dictionary_std::tags;

use crate::dataset::{DataSet, Tag, VR};
use crate::image::{ImagePixel, SampleType};
use crate::instance::Samples;
use crate::regions::Segmentation;

/// A data set, or an item, of texts.
pub(super) fn item(texts: &[(Tag, &str)]) -> DataSet {
    let mut item = DataSet::new();
    for (tag, text) in texts {
        item.put_text(*tag, VR::LO, text);
    }
    item
}

/// An item with one sequence of one item.
pub(super) fn within(sequence: Tag, inner: DataSet) -> DataSet {
    let mut outer = DataSet::new();
    outer.put_sequence(sequence, vec![inner]);
    outer
}

/// Grey pixels.
pub(super) fn image([columns, rows, frames]: [u32; 3], bits: u16) -> ImagePixel {
    ImagePixel {
        rows,
        columns,
        frames,
        samples_per_pixel: 1,
        bits_allocated: bits,
        bits_stored: bits,
        high_bit: bits - 1,
        sample_type: SampleType::Unsigned,
        planar_configuration: 0,
        photometric_interpretation: "MONOCHROME2".into(),
    }
}

/// Three numbers as a decimal string.
pub(super) fn triple([x, y, z]: [f64; 3]) -> String {
    format!("{x}\\{y}\\{z}")
}

/// A binary segmentation: what it has in common, and the segment, position and pixels of each frame.
pub(super) struct Sketch<'a> {
    pub(super) size: [u32; 2],
    pub(super) orientation: &'a str,
    pub(super) spacing: &'a str,
    pub(super) thickness: &'a str,
    pub(super) frames: Vec<(u16, [f64; 3], Vec<u8>)>,
}

impl Sketch<'_> {
    pub(super) fn data_set(&self) -> DataSet {
        let measures =
            item(&[(tags::PIXEL_SPACING, self.spacing), (tags::SLICE_THICKNESS, self.thickness)]);
        let mut shared = within(tags::PIXEL_MEASURES_SEQUENCE, measures);
        let orientation = item(&[(tags::IMAGE_ORIENTATION_PATIENT, self.orientation)]);
        shared.put_sequence(tags::PLANE_ORIENTATION_SEQUENCE, vec![orientation]);
        let frame = |(segment, position, _): &(u16, [f64; 3], Vec<u8>)| {
            let position = item(&[(tags::IMAGE_POSITION_PATIENT, &triple(*position))]);
            let mut frame = within(tags::PLANE_POSITION_SEQUENCE, position);
            let mut identification = DataSet::new();
            identification.put_u16(tags::REFERENCED_SEGMENT_NUMBER, *segment);
            frame.put_sequence(tags::SEGMENT_IDENTIFICATION_SEQUENCE, vec![identification]);
            let mut source = item(&[
                (tags::REFERENCED_SOP_INSTANCE_UID, "1.2.7"),
                (tags::REFERENCED_FRAME_NUMBER, "2\\4"),
            ]);
            source = within(tags::SOURCE_IMAGE_SEQUENCE, source);
            frame.put_sequence(tags::DERIVATION_IMAGE_SEQUENCE, vec![source]);
            frame
        };
        let mut data_set = item(&[(tags::SEGMENTATION_TYPE, "BINARY")]);
        data_set.put_sequence(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE, vec![shared]);
        let frames = self.frames.iter().map(frame).collect();
        data_set.put_sequence(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE, frames);
        let segment = |number| {
            let mut segment = item(&[(tags::SEGMENT_LABEL, "part")]);
            segment.put_u16(tags::SEGMENT_NUMBER, number);
            segment
        };
        data_set.put_sequence(tags::SEGMENT_SEQUENCE, [1, 2].map(segment).into());
        data_set
    }

    pub(super) fn image(&self) -> ImagePixel {
        image([self.size[0], self.size[1], self.frames.len() as u32], 8)
    }

    pub(super) fn samples(&self) -> Samples {
        Samples::Eight(self.frames.iter().flat_map(|(.., pixels)| pixels.clone()).collect())
    }

    pub(super) fn segmentation(&self) -> Segmentation {
        Segmentation::of(&self.data_set(), &self.image(), self.samples()).unwrap()
    }
}
