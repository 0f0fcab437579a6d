//! Whatever the attributes hold, nothing panics.

use bytes::Bytes;
use dicom::dictionary_std::tags;
use proptest::prelude::*;

use super::objects::image;
use crate::dataset::{DataSet, Element, Tag, VR, Value};
use crate::image::{ImagePixel, SampleType};
use crate::instance::Samples;
use crate::regions::{
    DoseObject, ImageInstance, ImageVolume, Pixels, Segmentation, StructureSet, Summation,
    plan_references, segment_region,
};
use crate::volume::Grid;

const SEQUENCES: [Tag; 24] = [
    tags::STRUCTURE_SET_ROI_SEQUENCE,
    tags::ROI_CONTOUR_SEQUENCE,
    tags::CONTOUR_SEQUENCE,
    tags::CONTOUR_IMAGE_SEQUENCE,
    tags::RTROI_OBSERVATIONS_SEQUENCE,
    tags::REFERENCED_FRAME_OF_REFERENCE_SEQUENCE,
    tags::RT_REFERENCED_STUDY_SEQUENCE,
    tags::RT_REFERENCED_SERIES_SEQUENCE,
    tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE,
    tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE,
    tags::PLANE_POSITION_SEQUENCE,
    tags::PLANE_ORIENTATION_SEQUENCE,
    tags::PIXEL_MEASURES_SEQUENCE,
    tags::PIXEL_VALUE_TRANSFORMATION_SEQUENCE,
    tags::MODALITY_LUT_SEQUENCE,
    tags::SEGMENT_SEQUENCE,
    tags::SEGMENT_IDENTIFICATION_SEQUENCE,
    tags::SEGMENTED_PROPERTY_TYPE_CODE_SEQUENCE,
    tags::DERIVATION_IMAGE_SEQUENCE,
    tags::SOURCE_IMAGE_SEQUENCE,
    tags::REFERENCED_SERIES_SEQUENCE,
    tags::REFERENCED_INSTANCE_SEQUENCE,
    tags::REFERENCED_STRUCTURE_SET_SEQUENCE,
    tags::REFERENCED_RT_PLAN_SEQUENCE,
];

const VALUES: [Tag; 31] = [
    tags::ROI_NUMBER,
    tags::ROI_NAME,
    tags::REFERENCED_ROI_NUMBER,
    tags::CONTOUR_GEOMETRIC_TYPE,
    tags::NUMBER_OF_CONTOUR_POINTS,
    tags::CONTOUR_DATA,
    Tag(0x3006, 0x0045),
    tags::REFERENCED_SOP_INSTANCE_UID,
    tags::REFERENCED_FRAME_NUMBER,
    tags::SERIES_INSTANCE_UID,
    tags::SPECIFIC_CHARACTER_SET,
    tags::IMAGE_POSITION_PATIENT,
    tags::IMAGE_ORIENTATION_PATIENT,
    tags::PIXEL_SPACING,
    tags::SLICE_THICKNESS,
    tags::SPACING_BETWEEN_SLICES,
    tags::SEGMENTATION_TYPE,
    tags::MAXIMUM_FRACTIONAL_VALUE,
    tags::SEGMENT_NUMBER,
    tags::REFERENCED_SEGMENT_NUMBER,
    tags::PIXEL_PADDING_VALUE,
    tags::PIXEL_PADDING_RANGE_LIMIT,
    tags::FLOAT_PIXEL_PADDING_VALUE,
    tags::RESCALE_SLOPE,
    tags::RESCALE_INTERCEPT,
    tags::DOSE_UNITS,
    tags::DOSE_TYPE,
    tags::DOSE_SUMMATION_TYPE,
    tags::DOSE_GRID_SCALING,
    tags::GRID_FRAME_OFFSET_VECTOR,
    tags::LUT_DESCRIPTOR,
];

/// Values that get far, among those that do not.
const TEXTS: [&str; 26] = [
    "",
    "1",
    "1",
    "2",
    "-1",
    "0",
    "1\\1",
    "0.001\\1000000",
    "0\\0\\0",
    "0\\0\\1",
    "1\\2\\-999999999",
    "1e9\\1e9\\1e9",
    "1\\0\\0\\0\\1\\0",
    "1\\0\\0\\0\\1\\0",
    "0.6\\0.8\\0\\0.8\\-0.6\\0",
    "0\\1",
    "0\\-5",
    "nan\\inf\\1",
    "CLOSED_PLANAR",
    "POINT",
    "BINARY",
    "FRACTIONAL",
    "LABELMAP",
    "GY",
    "PHYSICAL",
    "PLAN",
];

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        8 => prop::sample::select(TEXTS.as_slice()).prop_map(|text| text.as_bytes().to_vec()),
        2 => prop::sample::select([[1_u8, 0], [0, 0], [255, 255]].as_slice()).prop_map(Vec::from),
        1 => prop::collection::vec(any::<u8>(), 0..24),
    ]
}

fn element(tag: Tag, value: Value) -> Element {
    Element { tag, vr: VR::UN, value }
}

fn data_set() -> impl Strategy<Value = DataSet> {
    let value = (prop::sample::select(VALUES.as_slice()), bytes())
        .prop_map(|(tag, bytes)| element(tag, Value::Bytes(Bytes::from(bytes))))
        .boxed();
    let leaf = prop::collection::vec(value.clone(), 0..10).prop_map(DataSet::from_iter);
    leaf.prop_recursive(4, 60, 6, move |inner| {
        let sequence =
            (prop::sample::select(SEQUENCES.as_slice()), prop::collection::vec(inner, 0..3))
                .prop_map(|(tag, items)| element(tag, Value::Sequence(items)));
        prop::collection::vec(prop_oneof![2 => sequence, 3 => value.clone()], 0..16)
            .prop_map(DataSet::from_iter)
    })
}

/// An object that would be read, but for what is put over it.
fn changed(mut whole: DataSet, change: &DataSet) -> DataSet {
    for element in change.iter() {
        whole.put(element.clone());
    }
    whole
}

fn pixels() -> impl Strategy<Value = (ImagePixel, Samples)> {
    let sizes = [0_u32..4, 0..4, 0..4];
    let samples = (0_usize..3, prop::collection::vec(any::<u16>(), 0..28), any::<bool>());
    (sizes, samples).prop_map(|(size, (width, samples, is_exact))| {
        let mut image = image(size, [8, 16, 32][width]);
        let exact = image.samples().unwrap_or(0) as usize;
        let mut samples = samples;
        if is_exact {
            samples.resize(exact, 1);
        }
        if size[0] == 3 {
            image.sample_type = SampleType::Signed;
        }
        let samples = match width {
            0 => Samples::Eight(samples.iter().map(|it| *it as u8).collect()),
            1 => Samples::Sixteen(samples),
            _ => Samples::ThirtyTwo(samples.iter().map(|it| u32::from(*it)).collect()),
        };
        (image, samples)
    })
}

/// Attributes with which an image, a segmentation or a dose of one frame is read.
fn whole() -> DataSet {
    let mut segment = DataSet::new();
    segment.put_u16(tags::SEGMENT_NUMBER, 1);
    let mut identification = DataSet::new();
    identification.put_u16(tags::REFERENCED_SEGMENT_NUMBER, 1);
    let mut shared = DataSet::new();
    shared.put_sequence(tags::SEGMENT_IDENTIFICATION_SEQUENCE, vec![identification]);
    let mut whole = super::objects::item(&[
        (tags::IMAGE_POSITION_PATIENT, "0\\0\\0"),
        (tags::IMAGE_ORIENTATION_PATIENT, "1\\0\\0\\0\\1\\0"),
        (tags::PIXEL_SPACING, "1\\1"),
        (tags::SLICE_THICKNESS, "1"),
        (tags::SEGMENTATION_TYPE, "BINARY"),
        (tags::DOSE_UNITS, "GY"),
        (tags::DOSE_TYPE, "PHYSICAL"),
        (tags::DOSE_SUMMATION_TYPE, "PLAN"),
        (tags::DOSE_GRID_SCALING, "0.01"),
    ]);
    whole.put_sequence(tags::SEGMENT_SEQUENCE, vec![segment]);
    whole.put_sequence(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE, vec![shared]);
    whole
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_structure_set_is_read_without_harm(data_set in data_set()) {
        if let Ok(set) = StructureSet::of(&data_set) {
            set.rois.iter().for_each(|roi| drop(roi.closed().map(|it| it.len())));
        }
        drop(plan_references(&data_set));
    }

    #[test]
    fn any_segmentation_is_read_without_harm(
        change in data_set(),
        (image, samples) in pixels(),
        origin in prop::sample::select([0.0, 0.5, -1e9].as_slice()),
        spacing in prop::sample::select([1.0, 0.4, 1e6].as_slice()),
    ) {
        let data_set = changed(whole(), &change);
        if let Ok(segmentation) = Segmentation::of(&data_set, &image, samples) {
            let axes = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
            let grid = Grid { size: [5; 3], origin: [origin; 3], axes, spacing: [spacing; 3] };
            for segment in &segmentation.segments {
                if let Ok(region) = segment_region(&segmentation, segment.number, &grid) {
                    prop_assert!(region.mask.values().contains(&true));
                    let size = region.mask.size();
                    prop_assert!((0..3).all(|axis| region.first[axis] + size[axis] <= 5));
                }
            }
        }
    }

    #[test]
    fn any_image_is_read_without_harm(
        changes in prop::collection::vec(data_set(), 0..3),
        (image, samples) in pixels(),
    ) {
        let instances = changes.iter().map(|change| ImageInstance {
            data_set: changed(whole(), change),
            image: image.clone(),
            pixels: Pixels::Integers(samples.clone()),
        });
        if let Ok(volume) = ImageVolume::of(instances.collect()) {
            let voxels = volume.grid.size.iter().product::<usize>();
            prop_assert_eq!(volume.whole().values.values().len(), voxels);
        }
    }

    #[test]
    fn any_dose_is_read_without_harm(change in data_set(), (image, samples) in pixels()) {
        let data_set = changed(whole(), &change);
        if let Ok(dose) = DoseObject::of(&data_set, &image, &samples, Summation::All) {
            prop_assert_eq!(dose.planes.offsets.len(), dose.planes.size[2]);
            prop_assert!(dose.planes.doses.values().iter().all(|dose| dose.is_finite()));
        }
    }
}
