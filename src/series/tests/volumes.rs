//! Stacks of slices, whole and not.

use super::super::{Member, SeriesFindings};
use super::{close, geometry, regular, slice};

#[test]
fn a_regular_volume_passes_all_checks() {
    let found = SeriesFindings::of(&regular(20));
    let wanted = SeriesFindings {
        instances: 20,
        frames: 20,
        single_orientation: Some(true),
        orthogonal_orientation: Some(true),
        unique_slice_positions: Some(true),
        consistent_in_plane_row: Some(true),
        consistent_in_plane_col: Some(true),
        consistent_pixel_spacing: Some(true),
        consistent_image_dimensions: Some(true),
        uniform_slice_spacing: Some(true),
        regularly_spaced_3d_volume: Some(true),
        obliquity_degrees: Some(0.0),
        slice_spacing_mean_mm: Some(2.5),
        slice_spacing_sd_mm: Some(0.0),
        slice_spacing_mode_mm: Some(2.5),
        gap_max_mm: Some(2.5),
        slice_thickness_mm: Some(2.5),
        missing_slices: Some(0),
        duplicate_slices: Some(0),
        missing_instance_numbers: Some(0),
        duplicate_instance_numbers: Some(0),
        identical_slices: 0,
        alike_slices: Some(0),
        mean_jumps: Some(0),
        median_noise: Some(20.5),
    };
    assert_eq!(found, wanted);
}

#[test]
fn the_order_in_which_slices_were_taken_does_not_matter() {
    // From the head to the feet: Instance Numbers fall along the normal.
    let reversed: Vec<Member> =
        (0..20).map(|index| slice(20 - index, -100.0 + 2.5 * index as f64)).collect();
    assert_eq!(SeriesFindings::of(&reversed), SeriesFindings::of(&regular(20)));
}

#[test]
fn missing_slices_are_counted_where_they_lack() {
    let mut members = regular(20);
    members.drain(9..12);
    members.remove(3);
    let found = SeriesFindings::of(&members);
    assert_eq!(found.missing_slices, Some(4));
    assert_eq!(found.missing_instance_numbers, Some(4));
    assert_eq!(found.slice_spacing_mode_mm, Some(2.5));
    assert_eq!(found.gap_max_mm, Some(10.0));
    assert_eq!(found.uniform_slice_spacing, Some(false));
    assert_eq!(found.unique_slice_positions, Some(true));
    assert_eq!(found.regularly_spaced_3d_volume, Some(false));
    // 13 of 2.5, one of 5 and one of 10 mm.
    assert!(close(found.slice_spacing_mean_mm, 47.5 / 15.0));
    let squares: f64 = 13.0 * 2.5 * 2.5 + 25.0 + 100.0;
    let mean = 47.5 / 15.0;
    assert!(close(found.slice_spacing_sd_mm, (squares / 15.0 - mean * mean).sqrt()));
}

#[test]
fn a_missing_slice_and_a_missing_number_are_told_apart() {
    let mut members = regular(20);
    members.remove(10);
    for (number, member) in members.iter_mut().enumerate() {
        member.instance_number = Some(number as i64);
    }
    let found = SeriesFindings::of(&members);
    assert_eq!((found.missing_slices, found.missing_instance_numbers), (Some(1), Some(0)));
}

#[test]
fn a_slice_at_the_place_of_another_is_a_duplicate() {
    let mut members = regular(20);
    let mut twin = members[7].clone();
    twin.sop_instance_uid = "2.25.99".to_owned();
    members.push(twin);
    let found = SeriesFindings::of(&members);
    assert_eq!(found.unique_slice_positions, Some(false));
    assert_eq!(found.duplicate_slices, Some(1));
    assert_eq!(found.duplicate_instance_numbers, Some(1));
    assert_eq!(found.identical_slices, 1);
    assert_eq!(found.uniform_slice_spacing, Some(false));
    assert_eq!(found.regularly_spaced_3d_volume, Some(false));
    // A duplicate is no gap.
    assert_eq!((found.slice_spacing_sd_mm, found.missing_slices), (Some(0.0), Some(0)));
}

#[test]
fn all_slices_at_one_place_have_no_spacing() {
    let members: Vec<Member> = (1..=5).map(|number| slice(number, 0.0)).collect();
    let found = SeriesFindings::of(&members);
    assert_eq!(found.duplicate_slices, Some(4));
    assert_eq!(found.uniform_slice_spacing, Some(false));
    assert_eq!((found.slice_spacing_mean_mm, found.missing_slices), (None, None));
}

#[test]
fn a_tilted_gantry_shifts_slices_along_their_columns() {
    // The table moves along z, the image plane is tilted by 15 degrees about x.
    let tilt = 15f64.to_radians();
    let mut members = regular(20);
    for member in &mut members {
        geometry(member).orientation = [1.0, 0.0, 0.0, 0.0, tilt.cos(), -tilt.sin()];
    }
    let found = SeriesFindings::of(&members);
    assert_eq!(found.consistent_in_plane_row, Some(true));
    assert_eq!(found.consistent_in_plane_col, Some(false));
    assert_eq!(found.uniform_slice_spacing, Some(true));
    assert_eq!(found.regularly_spaced_3d_volume, Some(false));
    assert!(close(found.obliquity_degrees, 15.0));
    assert!(close(found.slice_spacing_mean_mm, 2.5 * tilt.cos()));
}

#[test]
fn an_oblique_stack_along_its_normal_is_a_volume() {
    let (sin, cos) = 30f64.to_radians().sin_cos();
    let mut members = regular(20);
    for (index, member) in members.iter_mut().enumerate() {
        let along = 3.0 * index as f64;
        let place = geometry(member);
        place.orientation = [1.0, 0.0, 0.0, 0.0, cos, sin];
        place.position_mm = [-100.0, -sin * along, cos * along];
    }
    let found = SeriesFindings::of(&members);
    assert_eq!(found.regularly_spaced_3d_volume, Some(true));
    assert!(close(found.obliquity_degrees, 30.0));
    assert!(close(found.slice_spacing_mode_mm, 3.0));
}

#[test]
fn of_two_spacings_none_is_the_usual_one() {
    let fine = (0..10).map(|index| slice(index, index as f64));
    let coarse = (10..20).map(|index| slice(index, 9.0 + 3.0 * (index - 9) as f64));
    // 9 gaps of 1 mm, 10 of 3 mm: most are of 3 mm, and 1 mm is no multiple.
    let members: Vec<Member> = fine.clone().chain(coarse.clone()).collect();
    let found = SeriesFindings::of(&members);
    assert_eq!((found.slice_spacing_mode_mm, found.missing_slices), (Some(3.0), Some(0)));
    // 9 of each.
    let members: Vec<Member> = fine.chain(coarse.take(9)).collect();
    let found = SeriesFindings::of(&members);
    assert_eq!((found.slice_spacing_mode_mm, found.missing_slices), (None, None));
    assert_eq!(found.duplicate_slices, Some(0));
}

#[test]
fn a_localizer_keeps_a_series_from_being_judged() {
    let mut members = regular(20);
    let mut localizer = slice(21, 0.0);
    geometry(&mut localizer).orientation = [1.0, 0.0, 0.0, 0.0, 0.0, -1.0];
    // Where Image Type does not say so, its orientation does.
    members.push(localizer.clone());
    let found = SeriesFindings::of(&members);
    assert_eq!(found.single_orientation, Some(false));
    assert_eq!(found.unique_slice_positions, None);
    assert_eq!(found.missing_slices, None);
    assert_eq!(found.regularly_spaced_3d_volume, Some(false));
    localizer.is_localizer = true;
    *members.last_mut().unwrap() = localizer;
    let found = SeriesFindings::of(&members);
    assert_eq!(found.single_orientation, None);
    assert_eq!(found.regularly_spaced_3d_volume, None);
    assert_eq!(found.consistent_image_dimensions, Some(true));
}

#[test]
fn of_a_single_slice_nothing_is_compared() {
    let found = SeriesFindings::of(&regular(1));
    let wanted = SeriesFindings {
        instances: 1,
        frames: 1,
        orthogonal_orientation: Some(true),
        obliquity_degrees: Some(0.0),
        slice_thickness_mm: Some(2.5),
        missing_instance_numbers: Some(0),
        duplicate_instance_numbers: Some(0),
        median_noise: Some(11.0),
        ..SeriesFindings::default()
    };
    assert_eq!(found, wanted);
    assert_eq!(SeriesFindings::of(&[]), SeriesFindings::default());
}

#[test]
fn multi_frame_instances_and_missing_attributes_are_not_guessed_at() {
    let with = |change: fn(&mut Member)| {
        let mut members = regular(20);
        change(&mut members[10]);
        SeriesFindings::of(&members)
    };
    for found in [with(|m| m.frames = 30), with(|m| m.geometry = None)] {
        assert_eq!(found.single_orientation, None);
        assert_eq!(found.duplicate_slices, None);
        assert_eq!(found.regularly_spaced_3d_volume, None);
        assert_eq!(found.missing_instance_numbers, Some(0));
    }
    assert_eq!(with(|m| m.frames = 30).mean_jumps, None);
    // By Instance Number.
    assert_eq!(with(|m| m.geometry = None).mean_jumps, Some(0));
    assert_eq!(with(|m| m.instance_number = None).missing_instance_numbers, None);
    assert_eq!(with(|m| m.slice_thickness_mm = None).slice_thickness_mm, None);
    assert_eq!(with(|m| m.slice_thickness_mm = Some(5.0)).slice_thickness_mm, None);
}

#[test]
fn a_slice_with_another_mean_is_two_jumps() {
    let mut members = regular(20);
    for (index, member) in members.iter_mut().enumerate() {
        // Steps of 1, 2 and 3 in turn.
        member.mean = Some(2.0 * index as f64 - if index % 3 == 1 { 1.0 } else { 0.0 });
    }
    assert_eq!(SeriesFindings::of(&members).mean_jumps, Some(0));
    members[10].mean = Some(1000.0);
    assert_eq!(SeriesFindings::of(&members).mean_jumps, Some(2));
    members[19].mean = None;
    assert_eq!(SeriesFindings::of(&members).mean_jumps, Some(2));
    assert_eq!(SeriesFindings::of(&members[..8]).mean_jumps, Some(0));
    assert_eq!(SeriesFindings::of(&members[..7]).mean_jumps, None);
}

#[test]
fn neighbours_that_look_alike_are_candidates() {
    let mut members = regular(6);
    // The fifth has 0; as many bits as allowed, then one more.
    members[5].dhash64 = Some(0b1111);
    assert_eq!(SeriesFindings::of(&members).alike_slices, Some(1));
    members[5].dhash64 = Some(0b11111);
    assert_eq!(SeriesFindings::of(&members).alike_slices, Some(0));
    members[5].dhash64 = members[4].dhash64;
    members[5].pixel_digest = members[4].pixel_digest;
    let found = SeriesFindings::of(&members);
    assert_eq!((found.alike_slices, found.identical_slices), (Some(0), 1));
}
