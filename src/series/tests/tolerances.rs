//! How far numbers may differ, and what is the same in spite of how it is written.

use super::super::{Member, SeriesFindings};
use super::{close, geometry, regular, slice};

#[test]
fn tolerances_are_those_of_idc() {
    let with = |change: fn(&mut Member)| {
        let mut members = regular(20);
        change(&mut members[10]);
        SeriesFindings::of(&members)
    };
    // 1 % of 2.5 mm
    assert_eq!(with(|m| geometry(m).position_mm[2] += 0.024).uniform_slice_spacing, Some(true));
    assert_eq!(with(|m| geometry(m).position_mm[2] += 0.026).uniform_slice_spacing, Some(false));
    assert_eq!(with(|m| geometry(m).position_mm[0] += 0.09).consistent_in_plane_row, Some(true));
    assert_eq!(with(|m| geometry(m).position_mm[0] += 0.11).consistent_in_plane_row, Some(false));
    assert_eq!(with(|m| geometry(m).position_mm[1] -= 0.11).consistent_in_plane_col, Some(false));
    assert_eq!(with(|m| geometry(m).spacing_mm[1] += 1e-9).consistent_pixel_spacing, Some(false));
    assert_eq!(with(|m| m.rows = 256).consistent_image_dimensions, Some(false));
    let turned = with(|m| geometry(m).orientation[0] = 0.995);
    assert_eq!(turned.single_orientation, Some(false));
    assert_eq!(turned.orthogonal_orientation, Some(true));
    assert_eq!(with(|m| geometry(m).orientation[0] = 0.98).orthogonal_orientation, Some(false));
}

/// Slices whose gaps are these, mm.
fn with_gaps(gaps: &[f64]) -> SeriesFindings {
    let mut place = 0.0;
    let mut members = vec![slice(0, place)];
    for (number, gap) in (1..).zip(gaps) {
        place += gap;
        members.push(slice(number, place));
    }
    SeriesFindings::of(&members)
}

#[test]
fn our_own_tolerances_are_as_told() {
    // 0.0001 mm are one place.
    assert_eq!(with_gaps(&[1.0, 0.000_09, 1.0]).duplicate_slices, Some(1));
    assert_eq!(with_gaps(&[1.0, 0.000_11, 1.0]).duplicate_slices, Some(0));
    // 2 % are one interval; of several that hold as many, the least.
    assert!(close(with_gaps(&[1.0, 1.0, 1.019, 1.019]).slice_spacing_mode_mm, 1.0095));
    assert_eq!(with_gaps(&[1.0, 1.0, 1.021, 1.021]).slice_spacing_mode_mm, None);
    let spread = [1.0, 1.0095, 1.019, 1.0285, 1.038];
    assert!(close(with_gaps(&spread).slice_spacing_mode_mm, 1.0095));
    // A fifth of the interval.
    assert_eq!(with_gaps(&[1.0, 1.0, 1.79, 1.0]).missing_slices, Some(0));
    assert_eq!(with_gaps(&[1.0, 1.0, 1.81, 1.0]).missing_slices, Some(1));
    assert_eq!(with_gaps(&[1.0, 1.0, 3.19, 1.0]).missing_slices, Some(2));
    assert_eq!(with_gaps(&[1.0, 1.0, 3.21, 1.0]).missing_slices, Some(0));
}

#[test]
fn a_step_jumps_beyond_five_median_absolute_deviations() {
    let with_step = |step: f64| {
        let mut members = regular(20);
        let mut mean = 0.0;
        for (index, member) in members.iter_mut().enumerate() {
            // Steps of 1, 2 and 3 in turn: the median is 2, the deviation 1.
            mean += if index == 10 { step } else { 1.0 + (index % 3) as f64 };
            member.mean = Some(mean);
        }
        SeriesFindings::of(&members).mean_jumps
    };
    assert_eq!((with_step(6.9), with_step(7.1)), (Some(0), Some(1)));
    assert_eq!((with_step(-2.9), with_step(-3.1)), (Some(0), Some(1)));
}

#[test]
fn zeros_of_either_sign_are_one_orientation() {
    let mut members = regular(20);
    geometry(&mut members[4]).orientation = [1.0, -0.0, 0.0, -0.0, 1.0, -0.0];
    assert_eq!(SeriesFindings::of(&members).regularly_spaced_3d_volume, Some(true));
}

#[test]
fn distances_are_millimetres_whatever_the_length_of_the_cosines() {
    let mut members = regular(20);
    for member in &mut members {
        geometry(member).orientation = [1.005, 0.0, 0.0, 0.0, 1.0, 0.0];
    }
    assert!(close(SeriesFindings::of(&members).slice_spacing_mode_mm, 2.5));
}
