//! Contours at random.

use proptest::prelude::*;

use super::super::{Contour, Planes, rasterise};
use super::{at, grid, region, whole};

/// The even-odd rule by the definition: borders on a ray from the centre towards smaller x.
fn holds(contours: &[Vec<[f64; 2]>], [x, y]: [f64; 2]) -> bool {
    let mut odd = false;
    for points in contours {
        for (at, &a) in points.iter().enumerate() {
            let b = points[(at + 1) % points.len()];
            if (a[1] <= y) != (b[1] <= y) {
                let [low, high] = if a[1] < b[1] { [a, b] } else { [b, a] };
                let slope = (high[0] - low[0]) / (high[1] - low[1]);
                odd ^= low[0] + (y - low[1]) * slope <= x;
            }
        }
    }
    odd
}

fn polygon() -> impl Strategy<Value = Vec<[f64; 2]>> {
    // Quarters of a voxel, so that centres on corners and on edges come up.
    let place = || (0_i32..48).prop_map(|place| f64::from(place) / 4.0);
    prop::collection::vec((place(), place()).prop_map(|(x, y)| [x, y]), 3..12)
}

proptest! {
    #[test]
    fn voxels_are_those_of_the_even_odd_rule(polygons in prop::collection::vec(polygon(), 1..4)) {
        let contours: Vec<Contour> = polygons.iter().map(|points| at(0.0, points)).collect();
        let grid = grid([12, 12, 1], [1.0; 3]);
        let Ok((planes, remarks)) = Planes::of(&contours) else { return Ok(()) };
        let used: Vec<Vec<[f64; 2]>> = polygons
            .iter()
            .enumerate()
            .filter(|(number, _)| {
                remarks.iter().all(|remark| remark.contour != *number || remark.fault.is_used())
            })
            .map(|(_, points)| points.clone())
            .collect();
        let found = rasterise(&planes, &grid)
            .map_or(vec![false; 144], |region| whole(&region, &grid));
        for (voxel, &is_in) in found.iter().enumerate() {
            let centre = [(voxel % 12) as f64, (voxel / 12) as f64];
            prop_assert_eq!(is_in, holds(&used, centre), "{:?}", centre);
        }
    }

    #[test]
    fn regions_that_share_a_border_share_no_voxel_and_miss_none(cut in prop::collection::vec(0_i32..40, 2..9)) {
        // A square cut in two along a broken line; each half goes round the other way.
        let line: Vec<[f64; 2]> = cut
            .iter()
            .enumerate()
            .map(|(at, &x)| [1.0 + f64::from(x) / 4.0, at as f64 * 12.0 / (cut.len() - 1) as f64])
            .collect();
        let left: Vec<[f64; 2]> = [[0.0, 12.0], [0.0, 0.0]].into_iter().chain(line.iter().copied()).collect();
        let right: Vec<[f64; 2]> =
            [[12.0, 0.0], [12.0, 12.0]].into_iter().chain(line.iter().rev().copied()).collect();
        let grid = grid([13, 13, 1], [1.0; 3]);
        let [left, right] = [left, right].map(|points| whole(&region(&[at(0.0, &points)], &grid), &grid));
        for (voxel, (a, b)) in left.iter().zip(&right).enumerate() {
            prop_assert_eq!(a ^ b, voxel % 13 < 12 && voxel / 13 < 12);
            prop_assert!(!(a & b));
        }
    }

    #[test]
    fn no_points_at_all_make_it_fail(
        points in prop::collection::vec(prop::array::uniform3(prop::num::f64::ANY), 0..20),
        flat in any::<bool>(),
    ) {
        let points = points.into_iter().map(|[x, y, z]| [x, y, if flat { 1.0 } else { z }]).collect();
        if let Ok((planes, _)) = Planes::of(&[Contour { points }]) {
            let _ = rasterise(&planes, &grid([9, 9, 9], [1.0; 3]));
        }
    }
}
