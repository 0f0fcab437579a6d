//! Doses.

use dicom::dictionary_std::tags;

use super::objects::{image, item};
use crate::dataset::{DataSet, Tag, VR};
use crate::instance::Samples;
use crate::regions::{DoseObject, Reason, Summation, plan_references};

fn dose(changes: &[(Tag, &str)]) -> DataSet {
    let mut data_set = item(&[
        (tags::DOSE_UNITS, "GY"),
        (tags::DOSE_TYPE, "PHYSICAL"),
        (tags::DOSE_SUMMATION_TYPE, "PLAN"),
        (tags::DOSE_GRID_SCALING, "0.5"),
        (tags::IMAGE_POSITION_PATIENT, "1\\2\\-30"),
        (tags::IMAGE_ORIENTATION_PATIENT, "1\\0\\0\\0\\1\\0"),
        (tags::PIXEL_SPACING, "3\\2.5"),
        (tags::GRID_FRAME_OFFSET_VECTOR, "0\\2\\6"),
    ]);
    for (tag, text) in changes {
        data_set.put_text(*tag, VR::LO, text);
    }
    data_set
}

fn read(changes: &[(Tag, &str)]) -> Result<DoseObject, Reason> {
    let samples = Samples::ThirtyTwo(vec![0, 1, 2, 3, 4, u32::MAX]);
    DoseObject::of(&dose(changes), &image([2, 1, 3], 32), &samples, Summation::WholePlans)
}

fn class(changes: &[(Tag, &str)]) -> &'static str {
    read(changes).unwrap_err().class
}

#[test]
fn doses_are_stored_values_times_their_scaling() {
    let dose = read(&[]).unwrap();
    let planes = &dose.planes;
    assert_eq!(planes.doses.values(), [0.0, 0.5, 1.0, 1.5, 2.0, 2_147_483_648.0]);
    assert_eq!((planes.size, planes.origin), ([2, 1, 3], [1.0, 2.0, -30.0]));
    assert_eq!(planes.spacing_in_plane, [2.5, 3.0]);
    assert_eq!((&planes.offsets[..], planes.axes[2]), (&[0.0, 2.0, 6.0][..], [0.0, 0.0, 1.0]));
    assert_eq!((dose.summation, dose.is_effective), ("PLAN", false));
}

#[test]
fn offsets_may_be_positions_and_may_descend() {
    let vector = tags::GRID_FRAME_OFFSET_VECTOR;
    let relative = read(&[]).unwrap().planes;
    assert_eq!(read(&[(vector, "-30\\-28\\-24")]).unwrap().planes, relative);
    let descending = read(&[(vector, "0\\-2\\-6")]).unwrap().planes;
    assert_eq!((descending.origin[2], &descending.offsets[..]), (-36.0, &[0.0, 4.0, 6.0][..]));
    assert_eq!(descending.doses.slice(0), [2.0, 2_147_483_648.0]);
    assert_eq!(descending.doses.slice(2), [0.0, 0.5]);
    // The normal points to the feet: relative offsets run along it, positions do not.
    let prone = (tags::IMAGE_ORIENTATION_PATIENT, "1\\0\\0\\0\\-1\\0");
    let along = read(&[prone]).unwrap().planes;
    assert_eq!((along.axes[2], along.origin[2]), ([0.0, 0.0, -1.0], -30.0));
    let positions = read(&[prone, (vector, "-30\\-28\\-24")]).unwrap().planes;
    assert_eq!((positions.origin[2], &positions.offsets[..]), (-24.0, &[0.0, 4.0, 6.0][..]));
    assert_eq!(positions.doses.slice(2), [0.0, 0.5]);
}

#[test]
fn planes_that_cannot_be_placed_are_a_reason() {
    let vector = tags::GRID_FRAME_OFFSET_VECTOR;
    for bad in ["", "0\\2", "5\\7\\9", "0\\x\\2"] {
        assert_eq!(class(&[(vector, bad)]), "no-geometry", "{bad}");
    }
    assert_eq!(class(&[(vector, "0\\2\\2")]), "duplicate-slices");
    let coronal = (tags::IMAGE_ORIENTATION_PATIENT, "1\\0\\0\\0\\0\\-1");
    assert_eq!(class(&[coronal, (vector, "-30\\-28\\-24")]), "no-geometry");
    assert!(read(&[coronal]).is_ok());
    let mut single = dose(&[]);
    single.remove(vector);
    let samples = Samples::Sixteen(vec![3, 4]);
    let single =
        DoseObject::of(&single, &image([2, 1, 1], 16), &samples, Summation::WholePlans).unwrap();
    assert_eq!(single.planes.offsets, [0.0]);
}

#[test]
fn what_is_no_dose_of_a_plan_is_a_reason() {
    assert_eq!(class(&[(tags::DOSE_UNITS, "RELATIVE")]), "relative-dose");
    assert_eq!(class(&[(tags::DOSE_TYPE, "ERROR")]), "dose-type");
    assert_eq!(class(&[(tags::DOSE_SUMMATION_TYPE, "BEAM")]), "partial-dose");
    assert_eq!(class(&[(tags::DOSE_SUMMATION_TYPE, "SMITH")]), "partial-dose");
    assert_eq!(class(&[(tags::DOSE_GRID_SCALING, "")]), "pixel-data");
    assert_eq!(class(&[(tags::DOSE_GRID_SCALING, "x")]), "pixel-data");
    assert_eq!(class(&[(tags::DOSE_GRID_SCALING, "1E99")]), "pixel-data");
    assert!(read(&[(tags::DOSE_TYPE, "EFFECTIVE")]).unwrap().is_effective);
    let beam = dose(&[(tags::DOSE_SUMMATION_TYPE, "BEAM")]);
    let samples = Samples::ThirtyTwo(vec![0; 6]);
    let beam = DoseObject::of(&beam, &image([2, 1, 3], 32), &samples, Summation::All).unwrap();
    assert_eq!(beam.summation, "BEAM");
    let short = Samples::ThirtyTwo(vec![0; 5]);
    let short = DoseObject::of(&dose(&[]), &image([2, 1, 3], 32), &short, Summation::All);
    assert_eq!(short.unwrap_err().class, "pixel-data");
}

#[test]
fn a_plan_names_its_structure_set() {
    let mut plan = DataSet::new();
    let reference = item(&[(tags::REFERENCED_SOP_INSTANCE_UID, "1.2.3")]);
    plan.put_sequence(tags::REFERENCED_STRUCTURE_SET_SEQUENCE, vec![reference, DataSet::new()]);
    assert_eq!(plan_references(&plan), ["1.2.3"]);
    assert!(plan_references(&DataSet::new()).is_empty());
}
