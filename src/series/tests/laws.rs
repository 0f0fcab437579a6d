//! What holds for any members: the order does not matter, nothing panics, all numbers are finite.

use proptest::prelude::*;

use super::super::{Geometry, Member, SeriesFindings};
use super::{AXIAL, regular};

/// Numbers that files have been seen to hold, and worse.
fn hostile() -> impl Strategy<Value = f64> {
    prop_oneof![
        3 => -300.0..300.0f64,
        3 => (-40..40i32).prop_map(|step| f64::from(step) * 0.5),
        1 => prop::sample::select(vec![
            0.0, -0.0, 1.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300, -1e300, 1e9, -1e9, 5e-324,
            f64::MAX, f64::MIN,
        ]),
    ]
}

fn any_geometry() -> impl Strategy<Value = Geometry> {
    let orientation = prop_oneof![
        8 => Just(AXIAL),
        1 => Just([-0.0, 1.0, 0.0, 0.0, -0.0, -1.0]),
        1 => Just([0.0; 6]),
        2 => prop::array::uniform6(hostile()),
    ];
    let position = prop_oneof![
        4 => hostile().prop_map(|z| [-0.0, 0.0, z]),
        1 => prop::array::uniform3(hostile()),
    ];
    let spacing = prop_oneof![8 => Just([0.5, 0.5]), 1 => prop::array::uniform2(hostile())];
    (orientation, position, spacing).prop_map(|(orientation, position_mm, spacing_mm)| Geometry {
        orientation,
        position_mm,
        spacing_mm,
    })
}

prop_compose! {
    fn any_member()(
        // Few, so that some are equal.
        uid in 0..40u8,
        instance_number in prop::option::weighted(0.95, prop_oneof![9 => 0..30i64, 1 => any::<i64>()]),
        frames in prop_oneof![20 => Just(1u32), 1 => any::<u32>()],
        rows in prop_oneof![9 => Just(512u32), 1 => any::<u32>()],
        is_localizer in prop::bool::weighted(0.01),
        geometry in prop::option::weighted(0.98, any_geometry()),
        slice_thickness_mm in prop::option::weighted(0.9, hostile()),
        mean in prop::option::weighted(0.9, hostile()),
        noise in prop::option::weighted(0.9, hostile()),
        pixel_digest in prop::option::of(0..20u64),
        dhash64 in prop::option::of(0..64u64),
    ) -> Member {
        Member {
            sop_instance_uid: format!("2.25.{uid}"),
            instance_number, rows, columns: 512, frames, is_localizer, geometry, slice_thickness_mm,
            mean, noise, pixel_digest, dhash64,
        }
    }
}

/// Members that may be a stack: what one of them lacks keeps others from being looked at.
fn any_series() -> impl Strategy<Value = Vec<Member>> {
    let clean =
        (1..30i64, prop::collection::vec(any_member(), 0..3)).prop_map(|(slices, others)| {
            let mut members = regular(slices);
            members.extend(others);
            members
        });
    prop_oneof![prop::collection::vec(any_member(), 0..30), clean]
}

fn shuffled() -> impl Strategy<Value = (Vec<Member>, Vec<Member>)> {
    any_series().prop_flat_map(|members| (Just(members.clone()), Just(members).prop_shuffle()))
}

/// As bits, since a NaN would not equal itself, and 0 equals -0.
fn bits(findings: &SeriesFindings) -> Vec<u8> {
    postcard::to_stdvec(findings).unwrap()
}

proptest! {
    #[test]
    fn the_order_of_members_does_not_matter((members, others) in shuffled()) {
        prop_assert_eq!(bits(&SeriesFindings::of(&members)), bits(&SeriesFindings::of(&others)));
    }

    #[test]
    fn what_is_found_is_finite(members in any_series()) {
        let found = serde_json::to_string(&SeriesFindings::of(&members)).unwrap();
        // What is not finite becomes null in JSON.
        let back: SeriesFindings = serde_json::from_str(&found).unwrap();
        prop_assert_eq!(back, SeriesFindings::of(&members));
    }

    #[test]
    fn a_volume_lacks_and_repeats_nothing(members in any_series()) {
        let found = SeriesFindings::of(&members);
        if found.regularly_spaced_3d_volume == Some(true) {
            prop_assert_eq!(found.duplicate_slices, Some(0));
            prop_assert_eq!(found.missing_slices, Some(0));
            prop_assert!(found.slice_spacing_mean_mm.is_some());
        }
    }

    #[test]
    fn slices_that_are_taken_out_are_missing(
        slices in 12..60i64,
        taken in prop::collection::btree_set(1..11usize, 1..4),
    ) {
        let mut members = regular(slices);
        for &index in taken.iter().rev() {
            members.remove(index);
        }
        // A majority of the gaps must be whole.
        let wanted = u32::try_from(taken.len()).ok();
        prop_assert_eq!(SeriesFindings::of(&members).missing_slices, wanted);
    }
}
