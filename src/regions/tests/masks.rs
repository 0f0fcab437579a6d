//! Segments on grids.

use dicom::dictionary_std::tags;

use super::objects::{Sketch, item, within};
use crate::contours::Region;
use crate::dataset::{DataSet, VR};
use crate::instance::Samples;
use crate::regions::{Segmentation, SegmentationKind, segment_region};
use crate::volume::{Grid, Volume};

const AXIAL: &str = "1\\0\\0\\0\\1\\0";

fn grid(size: [usize; 3]) -> Grid {
    let axes = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
    Grid { size, origin: [10.0, 20.0, 30.0], axes, spacing: [2.0, 3.0, 4.0] }
}

/// Frames of 3 columns and 2 rows on the grid.
fn sketch(frames: Vec<(u16, [f64; 3], Vec<u8>)>) -> Sketch<'static> {
    Sketch { size: [3, 2], orientation: AXIAL, spacing: "3\\2", thickness: "4", frames }
}

/// The voxels of a region.
fn voxels(region: &Region) -> Vec<[usize; 3]> {
    let [width, height, _] = region.mask.size();
    let set = region.mask.values().iter().enumerate().filter(|(_, is_set)| **is_set);
    set.map(|(at, _)| {
        let [x, y, z] = region.first;
        [x + at % width, y + at / width % height, z + at / width / height]
    })
    .collect()
}

#[test]
fn frames_on_the_grid_are_taken_over_in_any_order() {
    let frames = vec![
        (1, [10.0, 20.0, 38.0], vec![0, 0, 1, 0, 0, 0]),
        (2, [10.0, 20.0, 38.0], vec![1; 6]),
        (1, [10.0, 20.0, 30.0], vec![0, 0, 0, 0, 1, 0]),
    ];
    let segmentation = sketch(frames).segmentation();
    let region = segment_region(&segmentation, 1, &grid([3, 2, 3])).unwrap();
    // The frame between them is missing, so it is empty.
    assert_eq!(voxels(&region), [[1, 1, 0], [2, 0, 2]]);
    assert_eq!((region.first, region.mask.size()), ([1, 0, 0], [2, 2, 3]));
    let source = &segmentation.frames[0].sources[0];
    assert_eq!((source.sop_instance_uid.as_str(), &source.frames[..]), ("1.2.7", &[2, 4][..]));
    assert!(segmentation.images.contains("1.2.7"));
}

#[test]
fn a_part_of_the_grid_is_placed_by_its_position() {
    let frames = vec![(1, [12.0, 23.001, 33.999], vec![1, 0, 0, 0, 0, 1])];
    let region = segment_region(&sketch(frames).segmentation(), 1, &grid([3, 5, 3])).unwrap();
    assert_eq!(voxels(&region), [[1, 1, 1]], "the other pixel lies beside the image");
}

#[test]
fn flipped_frames_fall_on_their_voxels() {
    // Rows run to the right of the patient and columns to the front: the normal stays.
    let frames = vec![(1, [14.0, 23.0, 34.0], vec![1, 1, 0, 0, 0, 0])];
    let mut flipped = sketch(frames);
    flipped.orientation = "-1\\0\\0\\0\\-1\\0";
    let region = segment_region(&flipped.segmentation(), 1, &grid([3, 2, 3])).unwrap();
    assert_eq!(voxels(&region), [[1, 1, 1], [2, 1, 1]]);
}

#[test]
fn other_spacing_takes_the_nearest_pixel_within_the_slab() {
    // One pixel of 6 x 6 mm in a slab of 8 mm around z = 34: x from 10 to 16, y from 20 to 26.
    let mut coarse = sketch(vec![(1, [13.0, 23.0, 34.0], vec![1])]);
    coarse.size = [1, 1];
    (coarse.spacing, coarse.thickness) = ("6\\6", "8");
    let region = segment_region(&coarse.segmentation(), 1, &grid([9, 9, 9])).unwrap();
    // Of the voxels at the borders those at the lower ones count: 16, 26 and 38 are the next pixel's.
    let expected: Vec<_> =
        (0..2).flat_map(|z| (0..2).flat_map(move |y| (0..3).map(move |x| [x, y, z]))).collect();
    assert_eq!(voxels(&region), expected);
}

#[test]
fn a_turned_segmentation_is_seen_along_its_normal() {
    // Coronal frames of an axial grid: columns run to the feet, the normal to the back.
    let mut coronal = sketch(vec![(1, [10.0, 23.0, 38.0], vec![1, 0, 0, 0, 0, 0])]);
    (coronal.orientation, coronal.spacing, coronal.thickness) = ("1\\0\\0\\0\\0\\-1", "4\\2", "3");
    let region = segment_region(&coronal.segmentation(), 1, &grid([4, 4, 4])).unwrap();
    assert_eq!(voxels(&region), [[0, 1, 2]]);
}

#[test]
fn a_ball_keeps_its_volume_on_an_oblique_grid() {
    let (sin, cos) = 0.4_f64.sin_cos();
    let axes = [[cos, sin, 0.0], [-sin, cos, 0.0], [0.0, 0.0, 1.0]];
    let turned = Grid { size: [80, 80, 40], origin: [5.0, -20.0, -20.0], axes, spacing: [1.0; 3] };
    let centre = [20.0, 20.0, 0.0];
    let is_inside =
        |x: f64, y: f64, z: f64| (x - 20.0).powi(2) + (y - 20.0).powi(2) + z * z < 225.0;
    let frames = (-20..=20).map(|z| {
        let pixels = (0..40 * 40).map(|at| is_inside((at % 40).into(), (at / 40).into(), z.into()));
        (1, [0.0, 0.0, f64::from(z)], pixels.map(u8::from).collect())
    });
    let ball = Sketch {
        size: [40, 40],
        orientation: AXIAL,
        spacing: "1\\1",
        thickness: "1",
        frames: frames.collect(),
    };
    let region = segment_region(&ball.segmentation(), 1, &turned).unwrap();
    let voxels = voxels(&region);
    let exact = 4.0 / 3.0 * std::f64::consts::PI * 15.0_f64.powi(3);
    assert!((voxels.len() as f64 / exact - 1.0).abs() < 0.01, "{} {exact}", voxels.len());
    let positions = voxels.iter().map(|voxel| turned.position(voxel.map(|it| it as f64)));
    let mean = positions.fold([0.0; 3], |sum, it| std::array::from_fn(|axis| sum[axis] + it[axis]));
    let mean = mean.map(|sum| sum / voxels.len() as f64);
    assert!(mean.iter().zip(centre).all(|(a, b)| (a - b).abs() < 0.05), "{mean:?}");
}

#[test]
fn what_is_no_region_has_its_reason() {
    let class = |frames, segment| {
        let segmentation = sketch(frames).segmentation();
        segment_region(&segmentation, segment, &grid([3, 2, 3])).unwrap_err().class
    };
    let at = |z| (1, [10.0, 20.0, z], vec![1; 6]);
    assert_eq!(class(vec![at(30.0)], 2), "empty-segment");
    assert_eq!(class(vec![(1, [10.0, 20.0, 30.0], vec![0; 6])], 1), "empty-segment");
    assert_eq!(class(vec![at(30.0), at(30.0)], 1), "duplicate-slices");
    assert_eq!(class(vec![at(90.0)], 1), "outside-image");
    assert_eq!(class(vec![at(91.3)], 1), "outside-image");
}

/// A segmentation of one frame of three pixels.
fn one_frame(kind: &str, samples: Samples, more: &DataSet) -> Segmentation {
    let sketch = Sketch { size: [3, 1], frames: vec![(1, [0.0; 3], vec![0; 3])], ..sketch(vec![]) };
    let mut data_set = sketch.data_set();
    data_set.put_text(tags::SEGMENTATION_TYPE, VR::CS, kind);
    for element in more.iter() {
        data_set.put(element.clone());
    }
    Segmentation::of(&data_set, &sketch.image(), samples).unwrap()
}

#[test]
fn half_of_a_fraction_is_of_the_segment() {
    let mut maximum = DataSet::new();
    maximum.put_u16(tags::MAXIMUM_FRACTIONAL_VALUE, 255);
    let fractional = one_frame("FRACTIONAL", Samples::Eight(vec![127, 128, 255]), &maximum);
    assert_eq!(fractional.kind, SegmentationKind::Fractional { maximum: 255 });
    assert_eq!(fractional.pixels(0, 1), [false, true, true]);
}

#[test]
fn a_label_map_has_all_segments_in_a_frame_but_the_background() {
    let mut code = item(&[(tags::CODE_VALUE, "125040"), (tags::CODING_SCHEME_DESIGNATOR, "DCM")]);
    code = within(tags::SEGMENTED_PROPERTY_TYPE_CODE_SEQUENCE, code);
    code.put_u16(tags::SEGMENT_NUMBER, 0);
    let mut liver = DataSet::new();
    liver.put_u16(tags::SEGMENT_NUMBER, 300);
    let mut more = DataSet::new();
    more.put_sequence(tags::SEGMENT_SEQUENCE, vec![code, liver]);
    more.put_u16(tags::PIXEL_PADDING_VALUE, 5);
    let map = one_frame("LABELMAP", Samples::Sixteen(vec![300, 0, 5]), &more);
    assert_eq!(map.segments.iter().map(|it| it.number).collect::<Vec<_>>(), [300]);
    assert_eq!(map.pixels(0, 300), [true, false, false]);
    assert_eq!(map.pixels(0, 5), [false; 3], "padding is of no segment");
    assert_eq!(map.frames_of(300).collect::<Vec<_>>(), [0]);
}

#[test]
fn what_is_no_segmentation_has_its_reason() {
    let class = |change: fn(&mut DataSet)| {
        let sketch = sketch(vec![(1, [0.0; 3], vec![1; 6])]);
        let mut data_set = sketch.data_set();
        change(&mut data_set);
        Segmentation::of(&data_set, &sketch.image(), sketch.samples()).unwrap_err().class
    };
    assert_eq!(class(|it| drop(it.remove(tags::SEGMENT_SEQUENCE))), "wrong-object");
    assert_eq!(class(|it| it.put_text(tags::SEGMENTATION_TYPE, VR::CS, "X")), "segmentation-type");
    let tiled = |it: &mut DataSet| {
        it.put_text(tags::DIMENSION_ORGANIZATION_TYPE, VR::CS, "TILED_FULL");
    };
    assert_eq!(class(tiled), "tiled-segmentation");
    assert_eq!(class(|it| drop(it.remove(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE))), "no-geometry");
    let mut sketch = sketch(vec![(1, [0.0; 3], vec![1; 5])]);
    let short = Segmentation::of(&sketch.data_set(), &sketch.image(), sketch.samples());
    assert_eq!(short.unwrap_err().class, "pixel-data");
    sketch.frames.clear();
    let mask = Volume::filled([1, 1, 1], true);
    assert_eq!(voxels(&Region { first: [4, 5, 6], mask, is_cut: false }), [[4, 5, 6]]);
}
