//! What must not change the values, or not all of them.

use proptest::prelude::*;

use super::super::features;
use super::plain::{Case, agree, cases, fast};
use crate::volume::Volume;

/// The volume with its axes in another order, and those of `flip` turned round.
fn turned<T: Copy>(volume: &Volume<T>, order: [usize; 3], flip: [bool; 3]) -> Volume<T> {
    let old = volume.size();
    let size = order.map(|axis| old[axis]);
    let mut values = Vec::new();
    for z in 0..size[2] {
        for y in 0..size[1] {
            for x in 0..size[0] {
                let mut from = [0; 3];
                for (axis, at) in order.into_iter().zip([x, y, z]) {
                    from[axis] = if flip[axis] { old[axis] - 1 - at } else { at };
                }
                values.push(*volume.at(from));
            }
        }
    }
    Volume::new(size, values).unwrap()
}

fn turn(case: &Case, order: [usize; 3], flip: [bool; 3]) -> Case {
    Case {
        levels: turned(&case.levels, order, flip),
        n_levels: case.n_levels,
        mask: turned(&case.mask, order, flip),
    }
}

/// The values with those that depend on the choice of the slices left out.
fn in_space(values: &[Option<f64>]) -> Vec<Option<f64>> {
    let kept = features().iter().zip(values);
    kept.map(|(feature, value)| value.filter(|_| feature.aggregation.starts_with("3d"))).collect()
}

/// The region with more empty voxels around it.
fn framed(case: &Case, by: [usize; 3]) -> Case {
    fn frame<T: Copy>(volume: &Volume<T>, by: [usize; 3], outside: T) -> Volume<T> {
        let size = volume.size();
        let mut all =
            Volume::filled(std::array::from_fn(|axis| size[axis] + 2 * by[axis]), outside);
        for z in 0..size[2] {
            for y in 0..size[1] {
                for x in 0..size[0] {
                    let place = all.place([x + by[0], y + by[1], z + by[2]]);
                    all.values_mut()[place] = *volume.at([x, y, z]);
                }
            }
        }
        all
    }
    Case {
        levels: frame(&case.levels, by, 0),
        n_levels: case.n_levels,
        mask: frame(&case.mask, by, false),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn axes_do_not_matter_in_3d(case in cases(), flip in any::<[bool; 3]>()) {
        let values = in_space(&fast(&case));
        for order in [[0, 1, 2], [1, 0, 2], [2, 1, 0], [0, 2, 1], [1, 2, 0], [2, 0, 1]] {
            agree(&values, &in_space(&fast(&turn(&case, order, flip))));
        }
    }

    #[test]
    fn turns_within_the_slice_do_not_matter_at_all(case in cases(), flip in any::<[bool; 3]>()) {
        agree(&fast(&case), &fast(&turn(&case, [1, 0, 2], flip)));
    }

    #[test]
    fn empty_surroundings_do_not_matter(case in cases(), by in [0_usize..3, 0_usize..3, 0_usize..3]) {
        prop_assert_eq!(fast(&case), fast(&framed(&case, by)));
    }

    #[test]
    fn values_are_finite(case in cases()) {
        prop_assert!(fast(&case).iter().flatten().all(|value| value.is_finite()));
    }
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    let size = [31, 29, 23];
    let mut state = 7_u64;
    let mut draw = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as u16
    };
    for n_levels in [5, 1500] {
        let levels: Vec<u16> = (0..size.iter().product())
            .map(|_| if draw() % 9 == 0 { 0 } else { draw() % n_levels + 1 })
            .collect();
        let mask = levels.iter().map(|level| *level > 0).collect();
        let case = Case {
            levels: Volume::new(size, levels).unwrap(),
            n_levels,
            mask: Volume::new(size, mask).unwrap(),
        };
        let bits: Vec<Vec<Option<u64>>> = [1, 2, 3, 7]
            .map(|threads| {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
                let values = pool.install(|| fast(&case));
                values.into_iter().map(|value| value.map(f64::to_bits)).collect()
            })
            .to_vec();
        assert!(bits.windows(2).all(|two| two[0] == two[1]));
    }
}
