//! A study made for the tests of regions: images with known values, a structure set, a segmentation, a plan and
//! doses that refer to each other.

use std::path::Path;

use bytes::Bytes;
use dicom::dictionary_std::{tags, uids};
use sauva::dataset::{DataSet, Element, Tag, VR, Value};

use crate::help::write_file;

pub(crate) const COLUMNS: usize = 48;
pub(crate) const ROWS: usize = 40;
pub(crate) const SLICES: usize = 12;
/// Between columns, rows and slices, mm.
pub(crate) const SPACING: [f64; 3] = [1.25, 1.5, 3.0];
const ORIGIN: [f64; 3] = [-30.0, -20.0, 100.0];
const FRAME_OF_REFERENCE: &str = "1.2.3.9";
const IMAGES: &str = "1.2.3.4.1";
const STRUCTURES: &str = "1.2.3.4.2";
const SEGMENTATION: &str = "1.2.3.4.3";
const PLAN: &str = "1.2.3.4.4";

/// The output value of a voxel, HU.
pub(crate) fn value(x: usize, y: usize, z: usize) -> i64 {
    (100 + 2 * x + 3 * y + 5 * z) as i64
}

/// The dose at a position, Gy: it rises along x.
pub(crate) fn dose_gy(x_mm: f64) -> f64 {
    (x_mm + 40.0) * 0.5
}

/// Columns, rows and slices of the box that region 1 fills: first, and one past the last.
pub(crate) const BOX: [[usize; 2]; 3] = [[10, 20], [8, 16], [3, 9]];
/// Columns and rows of the hole in region 2.
pub(crate) const HOLE: [[usize; 2]; 2] = [[12, 16], [10, 14]];

fn uid(series: &str, number: usize) -> String {
    format!("{series}.{number}")
}

fn common(class: &str, series: &str, instance: &str, modality: &str) -> DataSet {
    let mut data_set = DataSet::new();
    data_set.put_text(tags::SOP_CLASS_UID, VR::UI, class);
    data_set.put_text(tags::SOP_INSTANCE_UID, VR::UI, instance);
    data_set.put_text(tags::STUDY_DATE, VR::DA, "20200102");
    data_set.put_text(tags::MODALITY, VR::CS, modality);
    data_set.put_text(tags::PATIENT_NAME, VR::PN, "Doe^Jane");
    data_set.put_text(tags::PATIENT_ID, VR::LO, "PLAN-1");
    data_set.put_text(tags::STUDY_INSTANCE_UID, VR::UI, "1.2.3.4");
    data_set.put_text(tags::SERIES_INSTANCE_UID, VR::UI, series);
    data_set.put_text(tags::FRAME_OF_REFERENCE_UID, VR::UI, FRAME_OF_REFERENCE);
    data_set
}

fn pixels(data_set: &mut DataSet, [columns, rows]: [usize; 2], bits: u16, bytes: Vec<u8>) {
    data_set.put_u16(tags::SAMPLES_PER_PIXEL, 1);
    data_set.put_text(tags::PHOTOMETRIC_INTERPRETATION, VR::CS, "MONOCHROME2");
    data_set.put_u16(tags::ROWS, rows as u16);
    data_set.put_u16(tags::COLUMNS, columns as u16);
    data_set.put_u16(tags::BITS_ALLOCATED, bits);
    data_set.put_u16(tags::BITS_STORED, bits);
    data_set.put_u16(tags::HIGH_BIT, bits - 1);
    data_set.put_u16(tags::PIXEL_REPRESENTATION, 0);
    let vr = if bits > 8 { VR::OW } else { VR::OB };
    data_set.put(Element { tag: tags::PIXEL_DATA, vr, value: Value::Bytes(Bytes::from(bytes)) });
}

fn place(data_set: &mut DataSet, origin: [f64; 3], spacing: [f64; 2]) {
    let [x, y, z] = origin;
    data_set.put_text(tags::IMAGE_POSITION_PATIENT, VR::DS, &format!("{x}\\{y}\\{z}"));
    data_set.put_text(tags::IMAGE_ORIENTATION_PATIENT, VR::DS, "1\\0\\0\\0\\1\\0");
    let [columns, rows] = spacing;
    data_set.put_text(tags::PIXEL_SPACING, VR::DS, &format!("{rows}\\{columns}"));
}

fn slice(z: usize) -> DataSet {
    let mut image = common(uids::CT_IMAGE_STORAGE, IMAGES, &uid(IMAGES, z), "CT");
    image.put_text(tags::INSTANCE_NUMBER, VR::IS, &(z + 1).to_string());
    image.put_text(tags::IMAGE_TYPE, VR::CS, "ORIGINAL\\PRIMARY\\AXIAL");
    image.put_text(tags::RESCALE_SLOPE, VR::DS, "1");
    image.put_text(tags::RESCALE_INTERCEPT, VR::DS, "-1024");
    image.put_text(tags::RESCALE_TYPE, VR::LO, "HU");
    place(
        &mut image,
        [ORIGIN[0], ORIGIN[1], ORIGIN[2] + SPACING[2] * z as f64],
        [SPACING[0], SPACING[1]],
    );
    let all = (0..ROWS).flat_map(|y| (0..COLUMNS).map(move |x| value(x, y, z) + 1024));
    let bytes = all.flat_map(|stored| (stored as u16).to_le_bytes()).collect();
    pixels(&mut image, [COLUMNS, ROWS], 16, bytes);
    image
}

fn reference(class: &str, instance: &str) -> DataSet {
    let mut item = DataSet::new();
    item.put_text(tags::REFERENCED_SOP_CLASS_UID, VR::UI, class);
    item.put_text(tags::REFERENCED_SOP_INSTANCE_UID, VR::UI, instance);
    item
}

/// The position of a place among the voxels, mm.
fn at(place: f64, axis: usize) -> f64 {
    ORIGIN[axis] + place * SPACING[axis]
}

/// A contour of corners in columns and rows, on a slice; it refers to that slice's image.
fn contour(corners: &[[f64; 2]], z: usize, image: &str) -> DataSet {
    let mut item = DataSet::new();
    let corner = |[x, y]: &[f64; 2]| format!("{}\\{}\\{}", at(*x, 0), at(*y, 1), at(z as f64, 2));
    let points: Vec<String> = corners.iter().map(corner).collect();
    item.put_sequence(tags::CONTOUR_IMAGE_SEQUENCE, vec![reference(uids::CT_IMAGE_STORAGE, image)]);
    item.put_text(tags::CONTOUR_GEOMETRIC_TYPE, VR::CS, "CLOSED_PLANAR");
    item.put_text(tags::NUMBER_OF_CONTOUR_POINTS, VR::IS, &corners.len().to_string());
    item.put_text(tags::CONTOUR_DATA, VR::DS, &points.join("\\"));
    item
}

/// The corners of a rectangle that holds these voxels whole.
fn rectangle([columns, rows]: [[usize; 2]; 2]) -> [[f64; 2]; 4] {
    let edge = |place: usize| place as f64 - 0.5;
    let ([left, right], [top, bottom]) = (columns.map(edge), rows.map(edge));
    [[left, top], [right, top], [right, bottom], [left, bottom]]
}

/// The regions of the structure set: number, name, frame of reference, contours.
fn regions() -> Vec<(&'static str, &'static str, &'static str, Vec<DataSet>)> {
    let slices = || BOX[2][0]..BOX[2][1];
    let outer = rectangle([BOX[0], BOX[1]]);
    let inner = rectangle(HOLE);
    let bow_tie = [outer[0], outer[2], outer[1], outer[3]];
    let on = |corners: &[[f64; 2]], z: usize| contour(corners, z, &uid(IMAGES, z));
    vec![
        ("1", "Box", FRAME_OF_REFERENCE, slices().map(|z| on(&outer, z)).collect()),
        (
            "2",
            "Ring",
            FRAME_OF_REFERENCE,
            slices().flat_map(|z| [on(&outer, z), on(&inner, z)]).collect(),
        ),
        ("3", "Nothing", FRAME_OF_REFERENCE, Vec::new()),
        ("4", "Elsewhere", "1.2.3.10", slices().map(|z| on(&outer, z)).collect()),
        ("5", "Lost", FRAME_OF_REFERENCE, vec![contour(&outer, 5, "1.2.3.4.99.1")]),
        ("6", "Bow tie", FRAME_OF_REFERENCE, slices().map(|z| on(&bow_tie, z)).collect()),
    ]
}

fn structure_set() -> DataSet {
    let class = uids::RT_STRUCTURE_SET_STORAGE;
    let mut set = common(class, STRUCTURES, &uid(STRUCTURES, 1), "RTSTRUCT");
    set.put_text(tags::STRUCTURE_SET_LABEL, VR::SH, "PLAN");
    let images = (0..SLICES).map(|z| reference(uids::CT_IMAGE_STORAGE, &uid(IMAGES, z))).collect();
    let mut series = DataSet::new();
    series.put_text(tags::SERIES_INSTANCE_UID, VR::UI, IMAGES);
    series.put_sequence(tags::CONTOUR_IMAGE_SEQUENCE, images);
    let mut study = reference("1.2.840.10008.3.1.2.3.1", "1.2.3.4");
    study.put_sequence(tags::RT_REFERENCED_SERIES_SEQUENCE, vec![series]);
    let mut frame = DataSet::new();
    frame.put_text(tags::FRAME_OF_REFERENCE_UID, VR::UI, FRAME_OF_REFERENCE);
    frame.put_sequence(tags::RT_REFERENCED_STUDY_SEQUENCE, vec![study]);
    set.put_sequence(tags::REFERENCED_FRAME_OF_REFERENCE_SEQUENCE, vec![frame]);
    let (mut named, mut drawn, mut observed) = (Vec::new(), Vec::new(), Vec::new());
    for (number, name, frame, contours) in regions() {
        let mut item = DataSet::new();
        item.put_text(tags::ROI_NUMBER, VR::IS, number);
        item.put_text(tags::REFERENCED_FRAME_OF_REFERENCE_UID, VR::UI, frame);
        item.put_text(tags::ROI_NAME, VR::LO, name);
        item.put_text(tags::ROI_GENERATION_ALGORITHM, VR::CS, "MANUAL");
        named.push(item);
        let mut item = DataSet::new();
        if !contours.is_empty() {
            item.put_sequence(tags::CONTOUR_SEQUENCE, contours);
        }
        item.put_text(tags::REFERENCED_ROI_NUMBER, VR::IS, number);
        drawn.push(item);
        let mut item = DataSet::new();
        item.put_text(tags::OBSERVATION_NUMBER, VR::IS, number);
        item.put_text(tags::REFERENCED_ROI_NUMBER, VR::IS, number);
        item.put_text(tags::RTROI_INTERPRETED_TYPE, VR::CS, "ORGAN");
        observed.push(item);
    }
    set.put_sequence(tags::STRUCTURE_SET_ROI_SEQUENCE, named);
    set.put_sequence(tags::ROI_CONTOUR_SEQUENCE, drawn);
    set.put_sequence(tags::RTROI_OBSERVATIONS_SEQUENCE, observed);
    set
}

fn code(value: &str, scheme: &str, meaning: &str) -> DataSet {
    let mut item = DataSet::new();
    item.put_text(tags::CODE_VALUE, VR::SH, value);
    item.put_text(tags::CODING_SCHEME_DESIGNATOR, VR::SH, scheme);
    item.put_text(tags::CODE_MEANING, VR::LO, meaning);
    item
}

/// Segment 1 is the box of region 1.
fn segmentation() -> DataSet {
    let class = uids::SEGMENTATION_STORAGE;
    let mut seg = common(class, SEGMENTATION, &uid(SEGMENTATION, 1), "SEG");
    seg.put_text(tags::IMAGE_TYPE, VR::CS, "DERIVED\\PRIMARY");
    seg.put_text(tags::SEGMENTATION_TYPE, VR::CS, "BINARY");
    let images = (0..SLICES).map(|z| reference(uids::CT_IMAGE_STORAGE, &uid(IMAGES, z))).collect();
    let mut series = DataSet::new();
    series.put_text(tags::SERIES_INSTANCE_UID, VR::UI, IMAGES);
    series.put_sequence(tags::REFERENCED_INSTANCE_SEQUENCE, images);
    seg.put_sequence(tags::REFERENCED_SERIES_SEQUENCE, vec![series]);
    let mut segment = DataSet::new();
    segment.put_u16(tags::SEGMENT_NUMBER, 1);
    segment.put_text(tags::SEGMENT_LABEL, VR::LO, "Liver");
    segment.put_text(tags::SEGMENT_ALGORITHM_TYPE, VR::CS, "MANUAL");
    let category = code("123037004", "SCT", "Anatomical Structure");
    segment.put_sequence(tags::SEGMENTED_PROPERTY_CATEGORY_CODE_SEQUENCE, vec![category]);
    let kind = code("10200004", "SCT", "Liver");
    segment.put_sequence(tags::SEGMENTED_PROPERTY_TYPE_CODE_SEQUENCE, vec![kind]);
    seg.put_sequence(tags::SEGMENT_SEQUENCE, vec![segment]);
    let one = |tag: Tag, group: DataSet| {
        let mut item = DataSet::new();
        item.put_sequence(tag, vec![group]);
        item
    };
    let mut measures = DataSet::new();
    measures.put_text(tags::SLICE_THICKNESS, VR::DS, &SPACING[2].to_string());
    measures.put_text(tags::PIXEL_SPACING, VR::DS, &format!("{}\\{}", SPACING[1], SPACING[0]));
    let mut orientation = DataSet::new();
    orientation.put_text(tags::IMAGE_ORIENTATION_PATIENT, VR::DS, "1\\0\\0\\0\\1\\0");
    let mut shared = one(tags::PIXEL_MEASURES_SEQUENCE, measures);
    shared.put_sequence(tags::PLANE_ORIENTATION_SEQUENCE, vec![orientation]);
    seg.put_sequence(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE, vec![shared]);
    let slices = BOX[2][0]..BOX[2][1];
    let frame = |z: usize| {
        let mut position = DataSet::new();
        let text = format!("{}\\{}\\{}", ORIGIN[0], ORIGIN[1], at(z as f64, 2));
        position.put_text(tags::IMAGE_POSITION_PATIENT, VR::DS, &text);
        let mut identification = DataSet::new();
        identification.put_u16(tags::REFERENCED_SEGMENT_NUMBER, 1);
        let mut item = one(tags::PLANE_POSITION_SEQUENCE, position);
        item.put_sequence(tags::SEGMENT_IDENTIFICATION_SEQUENCE, vec![identification]);
        item
    };
    let frames: Vec<DataSet> = slices.clone().map(frame).collect();
    seg.put_text(tags::NUMBER_OF_FRAMES, VR::IS, &frames.len().to_string());
    seg.put_sequence(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE, frames);
    let is_in = |[first, end]: [usize; 2], at: usize| (first..end).contains(&at);
    let bits: Vec<bool> = slices
        .flat_map(|_| (0..ROWS).flat_map(|y| (0..COLUMNS).map(move |x| (x, y))))
        .map(|(x, y)| is_in(BOX[0], x) && is_in(BOX[1], y))
        .collect();
    let byte = |bits: &[bool]| bits.iter().rev().fold(0, |byte, bit| byte << 1 | u8::from(*bit));
    pixels(&mut seg, [COLUMNS, ROWS], 1, bits.chunks(8).map(byte).collect());
    seg
}

fn plan() -> DataSet {
    let mut plan = common(uids::RT_PLAN_STORAGE, PLAN, &uid(PLAN, 1), "RTPLAN");
    plan.put_text(tags::RT_PLAN_LABEL, VR::SH, "PLAN");
    plan.put_text(tags::RT_PLAN_GEOMETRY, VR::CS, "PATIENT");
    let set = reference(uids::RT_STRUCTURE_SET_STORAGE, &uid(STRUCTURES, 1));
    plan.put_sequence(tags::REFERENCED_STRUCTURE_SET_SEQUENCE, vec![set]);
    plan
}

/// A dose on a grid of its own, in these units and of this plan.
fn dose(number: usize, units: &str, plan: &str) -> DataSet {
    const SIZE: [usize; 3] = [30, 30, 20];
    let mut dose = common(uids::RT_DOSE_STORAGE, "1.2.3.4.5", &uid("1.2.3.4.5", number), "RTDOSE");
    place(&mut dose, [-41.0, -31.0, 95.0], [3.0, 3.0]);
    dose.put_text(tags::NUMBER_OF_FRAMES, VR::IS, &SIZE[2].to_string());
    let offsets: Vec<String> = (0..SIZE[2]).map(|z| (2.5 * z as f64).to_string()).collect();
    dose.put_text(tags::GRID_FRAME_OFFSET_VECTOR, VR::DS, &offsets.join("\\"));
    dose.put_text(tags::DOSE_UNITS, VR::CS, units);
    dose.put_text(tags::DOSE_TYPE, VR::CS, "PHYSICAL");
    dose.put_text(tags::DOSE_SUMMATION_TYPE, VR::CS, "PLAN");
    dose.put_text(tags::DOSE_GRID_SCALING, VR::DS, "0.0005");
    let plan = reference(uids::RT_PLAN_STORAGE, plan);
    dose.put_sequence(tags::REFERENCED_RT_PLAN_SEQUENCE, vec![plan]);
    let stored = |x: usize| (dose_gy(-41.0 + 3.0 * x as f64) / 0.0005).round().max(0.0) as u32;
    let all = (0..SIZE[2] * SIZE[1]).flat_map(|_| (0..SIZE[0]).map(stored));
    let bytes = all.flat_map(u32::to_le_bytes).collect();
    pixels(&mut dose, [SIZE[0], SIZE[1]], 32, bytes);
    dose
}

/// Writes the study; each object is in a folder of its own.
pub(crate) fn write(input: &Path) {
    for z in 0..SLICES {
        write_file(&input.join(format!("images/{z}.dcm")), &slice(z));
    }
    write_file(&input.join("structures/1.dcm"), &structure_set());
    write_file(&input.join("segmentation/1.dcm"), &segmentation());
    write_file(&input.join("plan/1.dcm"), &plan());
    write_file(&input.join("dose/1.dcm"), &dose(1, "GY", &uid(PLAN, 1)));
    write_file(&input.join("dose/2.dcm"), &dose(2, "RELATIVE", &uid(PLAN, 1)));
    write_file(&input.join("dose/3.dcm"), &dose(3, "GY", "1.2.3.4.98.1"));
}
