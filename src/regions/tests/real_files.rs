//! Real files, compared with what pydicom 3.0.2 and numpy make of them. Where the collection is not there, nothing is
//! looked at.

use std::path::{Path, PathBuf};

use crate::dataset::DataSet;
use crate::encode::decode_pixels;
use crate::image::{ImagePixel, has_embedded_overlay};
use crate::instance::Samples;
use crate::read::{Limits, read};
use crate::regions::{
    DoseObject, ImageInstance, ImageVolume, Pixels, Reason, Segmentation, StructureSet, Summation,
    segment_region,
};

fn folder() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    folder.join("dicom/catalogue.csv").exists().then_some(folder)
}

fn instance(path: &Path) -> ImageInstance {
    let original = read(path, &Limits::default()).unwrap();
    let overlay = has_embedded_overlay(&original.data_set);
    let syntax = original.transfer_syntax;
    let decoded = decode_pixels(original.image.unwrap(), &syntax, overlay).unwrap();
    let (image, pixels) = Pixels::of(decoded).unwrap();
    ImageInstance { data_set: original.data_set, image, pixels }
}

fn integers(path: &Path) -> (DataSet, ImagePixel, Samples) {
    let ImageInstance { data_set, image, pixels } = instance(path);
    let Pixels::Integers(samples) = pixels else { panic!("no integers") };
    (data_set, image, samples)
}

fn volume(series: &Path) -> Result<ImageVolume, Reason> {
    let files = std::fs::read_dir(series).unwrap().map(|file| file.unwrap().path());
    ImageVolume::of(files.map(|path| instance(&path)).collect())
}

fn is_near(found: f64, expected: f64) -> bool {
    (found - expected).abs() <= 1e-9 * expected.abs().max(1.0)
}

#[test]
fn volumes_are_those_of_numpy() {
    let Some(folder) = folder() else { return };
    // Folder, size, origin, spacing, sum, least and greatest value, padding, unit.
    #[rustfmt::skip]
    let series = [
        ("STS_025/petct-mr/series-ct", [149, 138, 47], [-125.000_064, 39.062_352, 364.85],
            [0.976_562, 0.976_562, 3.27], -490_312_644.0, [-1000.0, 1554.0], 0, "HU"),
        ("STS_025/petct-mr/series-pet", [37, 34, 47], [-123.046_88, 41.015_62, 364.829_994],
            [3.906_25, 3.906_25, 3.27], 16_876.706_848, [0.0, 6.375_882_149], 0, "GML"),
        ("STS_025/petct-mr/series-mr-t1", [75, 55, 25], [-87.8907, 78.124_83, 397.550_72],
            [0.976_562, 0.976_562, 3.269_96], 30_517_388.0, [0.0, 1750.0], 0, ""),
        ("dcmqi-liver/ct/series-ct", [512, 512, 3], [-235.199_997, -226.800_003, -128.690_002],
            [0.810_547, 0.810_547, 1.0], -750_951_030.0, [-3024.0, 1381.0], 167_316, "HU"),
    ];
    for (name, size, origin, spacing, sum, ends, padding, unit) in series {
        let volume = volume(&folder.join("dicom/studies").join(name)).unwrap();
        let near = |found: [f64; 3], expected: [f64; 3]| {
            found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6)
        };
        let grid = &volume.grid;
        assert_eq!((grid.size, volume.unit.as_str()), (size, unit), "{name}");
        assert!(near(grid.origin, origin) && near(grid.spacing, spacing), "{name} {grid:?}");
        let whole = volume.whole();
        let values = whole.values.values();
        assert!(is_near(values.iter().sum(), sum), "{name} {}", values.iter().sum::<f64>());
        let least = values.iter().copied().fold(f64::MAX, f64::min);
        let greatest = values.iter().copied().fold(f64::MIN, f64::max);
        assert!(is_near(least, ends[0]) && is_near(greatest, ends[1]), "{name} {greatest}");
        let found = whole.is_padding.values().iter().filter(|it| **it).count();
        assert_eq!(found, padding, "{name}");
    }
    let uneven = volume(&folder.join("dicom/studies/pcir-dicomdir/77654033/CT2"));
    assert_eq!(uneven.unwrap_err().class, "uneven-slices");
}

/// What a segment has on the grid of its images.
struct Expected {
    voxels: usize,
    /// The places of its voxels among those of the volume, added up.
    places: usize,
    first: [usize; 3],
    last: [usize; 3],
    mean: f64,
}

const fn expected(
    voxels: usize,
    places: usize,
    first: [usize; 3],
    last: [usize; 3],
    mean: f64,
) -> Expected {
    Expected { voxels, places, first, last, mean }
}

#[test]
fn segments_are_those_of_numpy() {
    let Some(folder) = folder() else { return };
    let liver =
        || vec![expected(107_098, 40_923_841_406, [79, 145, 0], [350, 366, 2], 37.328_932_379_7)];
    let overlaps = vec![
        expected(9602, 3_616_084_398, [129, 171, 1], [269, 267, 1], 53.394_917_725_5),
        expected(11_888, 4_656_673_791, [200, 197, 1], [348, 312, 1], -21.802_574_024_2),
        expected(10_743, 6_891_594_937, [156, 206, 0], [354, 282, 2], 11.005_398_864_4),
        expected(6693, 1_218_394_139, [274, 313, 0], [372, 396, 0], -446.349_768_415),
        expected(4713, 883_857_411, [122, 330, 0], [210, 399, 0], -506.182_474_008),
    ];
    let dicom = folder.join("dicom");
    let volume = volume(&dicom.join("studies/dcmqi-liver/ct/series-ct")).unwrap();
    let files = [
        ("studies/dcmqi-liver/ct/seg/liver.dcm", liver()),
        ("syntaxes/big-endian/liver_expb.dcm", liver()),
        ("syntaxes/deflated/liver_deflate.dcm", liver()),
        ("syntaxes/one-bit/liver_j2k.dcm", liver()),
        ("studies/dcmqi-liver/ct/seg/partial_overlaps.dcm", overlaps),
    ];
    for (name, expected) in files {
        let (data_set, image, samples) = integers(&dicom.join(name));
        let segmentation = Segmentation::of(&data_set, &image, samples).unwrap();
        assert_eq!(segmentation.segments.len(), expected.len(), "{name}");
        assert_eq!(segmentation.images.len(), 3, "{name}");
        let uids = volume.slices.iter().map(|slice| &slice.sop_instance_uid);
        assert!(segmentation.images.iter().eq(uids.collect::<std::collections::BTreeSet<_>>()));
        assert_eq!(segmentation.frame_of_reference, volume.frame_of_reference);
        for (segment, expected) in segmentation.segments.iter().zip(expected) {
            let region = segment_region(&segmentation, segment.number, &volume.grid).unwrap();
            let size = region.mask.size();
            assert_eq!(region.first, expected.first, "{name}");
            let last: [usize; 3] = std::array::from_fn(|axis| region.first[axis] + size[axis] - 1);
            assert_eq!(last, expected.last, "{name}");
            let part = volume.part(region.first, size);
            let (mut voxels, mut places, mut sum) = (0, 0, 0.0);
            for (at, _) in region.mask.values().iter().enumerate().filter(|(_, it)| **it) {
                let within = [at % size[0], at / size[0] % size[1], at / size[0] / size[1]];
                let voxel: [usize; 3] =
                    std::array::from_fn(|axis| region.first[axis] + within[axis]);
                voxels += 1;
                places += (voxel[2] * 512 + voxel[1]) * 512 + voxel[0];
                sum += part.values.values()[at];
            }
            assert_eq!((voxels, places), (expected.voxels, expected.places), "{name}");
            assert!(is_near(sum / voxels as f64, expected.mean), "{name} {}", sum / voxels as f64);
        }
    }
}

#[test]
fn frames_have_the_pixels_of_their_segments() {
    let Some(folder) = folder() else { return };
    let of = |name: &str| {
        let (data_set, image, samples) = integers(&folder.join("dicom/objects/seg").join(name));
        let segmentation = Segmentation::of(&data_set, &image, samples)?;
        let segment = segmentation.segments[0].number;
        let count = |frame| segmentation.pixels(frame, segment).iter().filter(|it| **it).count();
        Ok::<Vec<usize>, Reason>(segmentation.frames_of(segment).map(count).collect())
    };
    assert_eq!(of("liver_nonbyte_aligned.dcm").unwrap(), [36_233, 35_645, 35_220]);
    assert_eq!(of("seg_image_ct_binary.dcm").unwrap(), [127, 256, 255]);
    assert_eq!(of("seg_image_ct_true_fractional.dcm").unwrap(), [127, 256, 255]);
    assert_eq!(of("sparse-labelmap-ppv5.dcm").unwrap(), [315, 315]);
    for tiled in
        ["seg_image_sm_control_labelmap_palette_color.dcm", "seg_image_sm_dots_tiled_full.dcm"]
    {
        assert_eq!(of(tiled).unwrap_err().class, "tiled-segmentation");
    }
}

#[test]
fn contours_are_those_that_were_drawn() {
    let Some(folder) = folder() else { return };
    let sts = |modality: &str| format!("dicom/studies/STS_025/petct-mr/rtstruct-{modality}/RS.dcm");
    // Of each ROI its name, the numbers of contours and of points, and all coordinates added up.
    #[rustfmt::skip]
    let files = [
        (sts("ct"), vec![("GTV_Mass_CT", 15, 4808, 2_359_817.5)]),
        (sts("pet"), vec![("GTV_Mass_PET", 15, 4808, 2_359_910.15)]),
        (sts("mr-t1"), vec![("GTV_Mass_MR_T1", 15, 4808, 2_359_817.5)]),
        ("dvh/dicom/rtss.dcm".into(), vec![
            ("BODY", 141, 51_846, -11_911_076.3), ("Areola", 0, 0, 0.0),
            ("Borders", 2, 88, -22_136.97), ("Breast", 48, 9062, -2_285_762.31),
            ("Heart", 33, 4732, -1_524_024.45), ("Lt Lung", 165, 19_956, -4_182_909.3),
            ("Nodes", 4, 64, -6300.4), ("Scar", 6, 162, -32_313.38),
            ("Tumor Bed", 18, 616, -130_539.86), ("Tumor Bed Block", 24, 1632, -343_303.99),
        ]),
    ];
    for (name, expected) in files {
        let original = read(&folder.join(&name), &Limits::default()).unwrap();
        let set = StructureSet::of(&original.data_set).unwrap();
        assert_eq!(set.rois.len(), expected.len(), "{name}");
        for (roi, (label, contours, points, sum)) in set.rois.iter().zip(expected) {
            assert_eq!(roi.name, label, "{name}");
            assert!(!roi.frame_of_reference.is_empty(), "{name}");
            if contours == 0 {
                assert_eq!(roi.closed().unwrap_err().class, "empty-contour");
                continue;
            }
            let closed = roi.closed().unwrap();
            let all = || closed.iter().flat_map(|contour| &contour.points);
            assert_eq!((closed.len(), all().count()), (contours, points), "{name} {label}");
            let found: f64 = all().flatten().sum();
            assert!((found - sum).abs() <= 1e-8 * sum.abs(), "{name} {label} {found}");
        }
        assert_eq!(set.series.len(), 1, "{name}");
        assert!(!set.images.is_empty(), "{name}");
    }
}

#[test]
fn doses_are_those_of_numpy() {
    let Some(folder) = folder() else { return };
    let (data_set, image, samples) = integers(&folder.join("dvh/dicom/rtdose.dcm"));
    let dose = DoseObject::of(&data_set, &image, &samples, Summation::WholePlans).unwrap();
    assert_eq!((dose.summation, dose.is_effective), ("PLAN", false));
    let planes = &dose.planes;
    assert_eq!(
        (planes.size, planes.origin),
        ([194, 129, 98], [-228.654_191_5, -419.244_477_6, -122.4407])
    );
    assert_eq!((planes.spacing_in_plane, planes.offsets[97]), ([2.5, 2.5], 291.0));
    let doses = planes.doses.values();
    let greatest = doses.iter().copied().fold(0.0, f32::max);
    assert!((greatest - 14.680_764).abs() < 1e-6, "{greatest}");
    let mean = doses.iter().copied().map(f64::from).sum::<f64>() / doses.len() as f64;
    assert!((mean - 0.152_041_666_11).abs() < 1e-8, "{mean}");
    let structures = read(&folder.join("dvh/dicom/rtss.dcm"), &Limits::default()).unwrap();
    let structures = StructureSet::of(&structures.data_set).unwrap();
    assert_eq!(dose.structure_sets, std::slice::from_ref(&structures.sop_instance_uid));
    assert_eq!(dose.frame_of_reference, structures.rois[0].frame_of_reference);
    let plan = read(&folder.join("dvh/dicom/rtplan.dcm"), &Limits::default()).unwrap();
    assert_eq!(crate::regions::plan_references(&plan.data_set), dose.structure_sets);
    for relative in ["objects/rt/rtdose.dcm", "syntaxes/rt-rle/rtdose_rle.dcm"] {
        let (data_set, image, samples) = integers(&folder.join("dicom").join(relative));
        let dose = DoseObject::of(&data_set, &image, &samples, Summation::All);
        assert_eq!(dose.unwrap_err().class, "relative-dose");
    }
}
