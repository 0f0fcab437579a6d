//! Voxels inside of contours.

mod chance;

use super::ContourFault::{Empty, NotParallel, NotPlanar, OutOfRange, Repeated, SelfCrossing};
use super::{Contour, ContourFault, Planes, Region, Remark, rasterise};
use crate::volume::{Grid, Triple, Volume};

const AXES: [Triple; 3] = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];

fn grid(size: [usize; 3], spacing: Triple) -> Grid {
    Grid { size, origin: [0.0; 3], axes: AXES, spacing }
}

fn at(z: f64, points: &[[f64; 2]]) -> Contour {
    Contour { points: points.iter().map(|&[x, y]| [x, y, z]).collect() }
}

fn square(low: [f64; 2], high: [f64; 2]) -> [[f64; 2]; 4] {
    [low, [high[0], low[1]], high, [low[0], high[1]]]
}

fn region(contours: &[Contour], grid: &Grid) -> Region {
    rasterise(&Planes::of(contours).unwrap().0, grid).unwrap()
}

fn count(region: &Region) -> usize {
    region.mask.values().iter().filter(|&&voxel| voxel).count()
}

/// The mask over the whole grid.
fn whole(region: &Region, grid: &Grid) -> Vec<bool> {
    let mut all = Volume::filled(grid.size, false);
    let size = region.mask.size();
    for z in 0..size[2] {
        for y in 0..size[1] {
            for x in 0..size[0] {
                let [a, b, c] = region.first;
                let place = all.place([a + x, b + y, c + z]);
                all.values_mut()[place] = *region.mask.at([x, y, z]);
            }
        }
    }
    all.values().to_vec()
}

#[test]
fn centres_on_a_border_belong_to_what_lies_behind_it() {
    let grid = grid([8, 8, 1], [1.0, 1.0, 2.0]);
    let found = region(&[at(0.0, &square([2.0, 3.0], [5.0, 5.0]))], &grid);
    assert_eq!(found.first, [2, 3, 0]);
    assert_eq!(found.mask.size(), [3, 2, 1]);
    assert_eq!(count(&found), 6);
    assert!(!found.is_cut);
}

#[test]
fn holes_key_holes_and_overlaps_follow_the_even_odd_rule() {
    let grid = grid([12, 12, 1], [1.0; 3]);
    let outer = at(0.0, &square([0.5, 0.5], [10.5, 10.5]));
    let hole = at(0.0, &square([3.5, 3.5], [6.5, 6.5]));
    let ring = region(&[outer.clone(), hole], &grid);
    assert_eq!(count(&ring), 100 - 9);
    let key_hole = at(
        0.0,
        &[
            [0.5, 0.5],
            [10.5, 0.5],
            [10.5, 10.5],
            [0.5, 10.5],
            [0.5, 5.0],
            [3.5, 5.0],
            [3.5, 6.5],
            [6.5, 6.5],
            [6.5, 3.5],
            [3.5, 3.5],
            [3.5, 5.0],
            [0.5, 5.0],
        ],
    );
    let (planes, remarks) = Planes::of(&[key_hole]).unwrap();
    assert_eq!(remarks, []);
    assert_eq!(rasterise(&planes, &grid).unwrap().mask, ring.mask);
    let beside = at(0.0, &square([8.5, 8.5], [11.5, 11.5]));
    assert_eq!(count(&region(&[outer, beside], &grid)), 100 + 9 - 2 * 4);
}

#[test]
fn slices_take_the_nearest_plane_within_half_a_distance() {
    // Planes every 3 mm, at 3, 6, 9; slices every mm: from 1.5, included, to 10.5, left out.
    let grid = grid([6, 6, 15], [1.0; 3]);
    let contours: Vec<Contour> = [9.0, 3.0, 6.0]
        .into_iter()
        .map(|z| at(z, &square([0.5, 0.5], [z / 3.0 + 0.5, 1.5])))
        .collect();
    let found = region(&contours, &grid);
    assert_eq!((found.first[2], found.mask.size()[2]), (2, 9));
    let widths: Vec<usize> =
        (0..9).map(|z| found.mask.slice(z).iter().filter(|&&voxel| voxel).count()).collect();
    assert_eq!(widths, [1, 1, 1, 2, 2, 2, 3, 3, 3]);
    // On the border: the slice at 1.5 belongs to it, the one at 10.5 does not.
    let half = Grid { size: [6, 6, 30], spacing: [1.0, 1.0, 0.5], ..grid };
    let found = region(&contours, &half);
    assert_eq!((found.first[2], found.mask.size()[2]), (3, 18));
}

#[test]
fn nothing_is_filled_in_where_planes_are_missing() {
    let contours: Vec<Contour> =
        [0.0, 2.0, 4.0, 10.0, 12.0].map(|z| at(z, &square([0.5, 0.5], [2.5, 2.5]))).to_vec();
    let (planes, remarks) = Planes::of(&contours).unwrap();
    assert_eq!(remarks, [Remark { contour: 3, fault: ContourFault::Gap }]);
    let grid = grid([4, 4, 14], [1.0; 3]);
    let found = whole(&rasterise(&planes, &grid).unwrap(), &grid);
    let filled: Vec<usize> = (0..14).filter(|z| found[z * 16 + 5]).collect();
    assert_eq!(filled, [0, 1, 2, 3, 4, 9, 10, 11, 12]);
}

#[test]
fn contours_that_cannot_be_used_are_told_of_and_the_rest_goes_on() {
    let good = at(0.0, &square([0.5, 0.5], [2.5, 2.5]));
    let bad = |points: &[Triple]| Contour { points: points.to_vec() };
    let contours = [
        good.clone(),
        bad(&[]),
        bad(&[[0.0; 3], [1.0, 1.0, 0.0]]),
        bad(&[[0.0; 3], [1.0, 1.0, 0.0], [3.0, 3.0, 0.0]]),
        bad(&[[0.0; 3], [f64::NAN, 1.0, 0.0], [3.0, 0.0, 0.0]]),
        bad(&[[0.0; 3], [1e300, 1.0, 0.0], [3.0, 0.0, 0.0]]),
        bad(&[[0.0; 3], [1.0, 0.0, 0.0], [1.0, 1.0, 1.0], [0.0, 1.0, 0.0]]),
        bad(&[[0.0; 3], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]),
        good,
        at(1.0, &[[0.0, 0.0], [2.0, 2.0], [2.0, 0.0], [0.0, 2.0]]),
    ];
    let (planes, remarks) = Planes::of(&contours).unwrap();
    let faults: Vec<(usize, ContourFault)> = remarks.iter().map(|r| (r.contour, r.fault)).collect();

    let expected = [
        Empty,
        Empty,
        Empty,
        OutOfRange,
        OutOfRange,
        NotPlanar,
        NotParallel,
        Repeated,
        SelfCrossing,
    ];
    assert_eq!(faults, (1..10).zip(expected).collect::<Vec<_>>());
    assert_eq!(planes.planes.len(), 2);
    assert_eq!(Planes::of(&[]).unwrap_err(), ContourFault::NoContour);
    assert_eq!(Planes::of(&contours[4..5]).unwrap_err(), ContourFault::OutOfRange);
}

#[test]
fn regions_and_grids_without_voxels_are_errors() {
    let far = at(0.0, &square([100.5, 0.5], [102.5, 2.5]));
    let planes = Planes::of(&[far]).unwrap().0;
    let good = grid([4, 4, 1], [1.0; 3]);
    assert_eq!(rasterise(&planes, &good), Err(ContourFault::NoVoxel));
    for bad in [
        Grid { size: [0, 4, 4], ..good },
        Grid { size: [usize::MAX; 3], ..good },
        Grid { spacing: [0.0, 1.0, 1.0], ..good },
        Grid { spacing: [f64::NAN; 3], ..good },
        Grid { axes: [[f64::NAN; 3]; 3], ..good },
        Grid { origin: [f64::INFINITY; 3], ..good },
    ] {
        assert_eq!(rasterise(&planes, &bad), Err(ContourFault::Grid));
    }
    let cut = at(0.0, &square([1.5, 0.5], [102.5, 2.5]));
    assert!(region(&[cut], &good).is_cut);
}

#[test]
fn turned_grids_give_the_same_voxels_as_straight_ones() {
    // A grid and its contours, turned together about an oblique axis.
    let straight = grid([20, 18, 9], [1.0, 1.25, 2.0]);
    let points: Vec<[f64; 2]> = (0..40)
        .map(|i| f64::from(i) * 0.157)
        .map(|a| [9.1 + 7.3 * a.cos(), 10.2 + (6.0 + (3.0 * a).sin()) * a.sin()])
        .collect();
    let contours: Vec<Contour> = (1..7).map(|z| at(f64::from(z) * 2.0 + 0.3, &points)).collect();
    let expected = region(&contours, &straight);
    let (sin, cos) = 0.4_f64.sin_cos();
    let turn = |[x, y, z]: Triple| {
        let [x, y] = [x * cos - y * sin, x * sin + y * cos];
        [x, y * cos - z * sin, y * sin + z * cos]
    };
    let turned: Vec<Contour> = contours
        .iter()
        .map(|contour| Contour { points: contour.points.iter().map(|&p| turn(p)).collect() })
        .collect();
    assert_eq!(region(&turned, &Grid { axes: AXES.map(turn), ..straight }), expected);
    // The grid's slices along another of its axes: the planes lie along its first or second.
    for order in [[2, 0, 1], [1, 2, 0], [0, 2, 1]] {
        let axes = order.map(|axis| AXES[axis]);
        let size = order.map(|axis| straight.size[axis]);
        let spacing = order.map(|axis| straight.spacing[axis]);
        let other = region(&contours, &Grid { size, axes, spacing, ..straight });
        assert_eq!(count(&other), count(&expected));
        assert_eq!(other.first, order.map(|axis| expected.first[axis]));
    }
}

#[test]
fn grids_at_any_angle_are_tested_centre_by_centre() {
    // A box of 20 x 20 x 20 mm drawn in coronal planes, on a grid that is turned by 30 degrees.
    let contours: Vec<Contour> = (0..10)
        .map(|plane| {
            let y = f64::from(plane) * 2.0 + 1.0;
            let points = square([0.0, 0.0], [20.0, 20.0]);
            Contour { points: points.iter().map(|&[x, z]| [x, y, z]).collect() }
        })
        .collect();
    let (sin, cos) = 0.52_f64.sin_cos();
    let axes = [[cos, sin, 0.0], [-sin, cos, 0.0], [0.0, 0.0, 1.0]];
    let grid = Grid { size: [90, 90, 60], origin: [10.0, -20.0, -2.0], axes, spacing: [0.5; 3] };
    let found = region(&contours, &grid);
    let volume = count(&found) as f64 * grid.voxel_mm3();
    assert!((volume / 8000.0 - 1.0).abs() < 0.03 && !found.is_cut, "{volume}");
    for z in 0..found.mask.size()[2] {
        for y in 0..found.mask.size()[1] {
            for x in 0..found.mask.size()[0] {
                let [a, b, c] = found.first;
                let p = grid.position([(a + x) as f64, (b + y) as f64, (c + z) as f64]);
                let near = p.iter().any(|v| v.abs() < 1e-5 || (v - 20.0).abs() < 1e-5);
                let inside = p.iter().all(|v| (0.0..20.0).contains(v));
                assert!(near || *found.mask.at([x, y, z]) == inside, "{p:?}");
            }
        }
    }
}

#[test]
fn long_contours_are_searched_for_crossings_at_once() {
    let corners = 100_000;
    let mut points: Vec<[f64; 2]> = (0..corners)
        .map(|i| f64::from(i) / f64::from(corners) * std::f64::consts::TAU)
        .map(|a| [200.0 * a.cos() * (1.0 + 0.2 * (40.0 * a).sin()), 200.0 * a.sin()])
        .collect();
    let remarks = |points: &[[f64; 2]]| Planes::of(&[at(0.0, points)]).unwrap().1;
    assert_eq!(remarks(&points), []);
    points.swap(30_000, 70_000);
    assert_eq!(remarks(&points), [Remark { contour: 0, fault: ContourFault::SelfCrossing }]);
}

#[test]
fn a_copy_is_one_wherever_it_begins_and_whichever_way_it_runs() {
    let corners = [[0.0, 0.0, 5.0], [10.0, 0.0, 5.0], [10.0, 8.0, 5.0], [0.0, 8.0, 5.0]];
    let turned = [2, 3, 0, 1].map(|at: usize| corners[at]).to_vec();
    let back = [1, 0, 3, 2].map(|at: usize| corners[at]).to_vec();
    let closed = [0, 1, 1, 2, 3, 0].map(|at: usize| corners[at]).to_vec();
    let other = [0, 2, 1, 3].map(|at: usize| corners[at]).to_vec();
    let of = |points: Vec<[f64; 3]>| {
        let contours = [Contour { points: corners.to_vec() }, Contour { points }];
        Planes::of(&contours).unwrap().1.iter().map(|remark| remark.fault).collect::<Vec<_>>()
    };
    for copy in [turned, back, closed] {
        assert_eq!(of(copy), [Repeated]);
    }
    assert!(!of(other).contains(&Repeated));
}
