//! Regions that are tiny, partly outside, alone on a plane, or turned; doses that are none.

use super::super::{DoseFault, DoseGrid, dvh};
use super::{circle, contour, linear, planes, rectangle};
use crate::contours::{Contour, Planes};
use crate::volume::Volume;

const AXES: [[f64; 3]; 3] = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];

fn near(found: f64, truth: f64, off: f64) {
    assert!((found - truth).abs() <= off, "{found} is not {truth}");
}

#[test]
fn a_constant_dose_lies_in_one_bin_and_is_every_figure() {
    let region = planes(2.0, 1.0, |z| (z.abs() < 12.0).then(|| circle(12.0, [0.0; 2])));
    let found = dvh(&region, &linear(7.25, [0.0; 3], 2.0)).unwrap();
    assert_eq!(found.bins.len(), 726);
    near(found.bins[725], found.volume_cm3, 1e-9);
    for dose in [found.d_min, found.d_mean, found.d_max] {
        near(dose, 7.25, 1e-12);
    }
    for percent in [0.0, 2.0, 50.0, 98.0, 100.0] {
        assert_eq!(found.dose_at_share(percent), Some(7.25));
    }
    assert_eq!(found.homogeneity(), Some(0.0));
    near(found.volume_at_dose(7.25).percent, 100.0, 1e-9);
    near(found.volume_at_dose(7.26).cm3, 0.0, 0.0);
    assert_eq!(found.dose_at_share(101.0), None);
    assert_eq!(found.dose_at_share(f64::NAN), None);
    assert_eq!(found.dose_at_volume(found.volume_cm3 * 1.01), None);
    near(found.cumulative()[0], found.volume_cm3, 1e-9);
}

#[test]
fn what_lies_outside_of_the_grid_is_left_out_and_told_of() {
    // The grid begins half a voxel before its first centre, at x = -24.7.
    let square = |x: f64| {
        let points: Vec<[f64; 2]> =
            rectangle([5.0, 5.0]).into_iter().map(|[a, b]| [a + x, b]).collect();
        planes(2.0, 1.0, |z| (z.abs() < 8.0).then(|| points.clone()))
    };
    let grid = linear(5.0, [0.0, 0.0, 0.1], 2.0);
    let found = dvh(&square(-24.7), &grid).unwrap();
    near(found.share_outside_grid, 0.5, 1e-9);
    near(found.volume_cm3, 1.6, 1e-9);
    near(found.inside_cm3(), 0.8, 1e-9);
    near(found.d_mean, 5.0, 1e-6);
    near(found.d_min, 4.2, 1e-6);
    assert_eq!(dvh(&square(-30.0), &grid), Err(DoseFault::Outside));
    assert_eq!(dvh(&square(500_000.0), &grid), Err(DoseFault::Outside));
    near(dvh(&square(0.0), &grid).unwrap().share_outside_grid, 0.0, 0.0);
}

#[test]
fn tiny_regions_keep_their_volume_and_dose() {
    let small = Contour { points: vec![[3.0, 3.0, 1.0], [3.2, 3.0, 1.0], [3.2, 3.2, 1.0]] };
    let grid = linear(20.0, [1.0, 0.0, 0.0], 3.0);
    let (region, _) = Planes::of(&[small]).unwrap();
    let found = dvh(&region, &grid).unwrap();
    near(found.volume_cm3, 0.02 * 3.0 / 1000.0, 1e-8);
    near(found.d_mean, 23.0 + 0.4 / 3.0, 1e-3);
    near(found.d_min, 23.0, 1e-5);
    near(found.d_max, 23.2, 1e-5);
    let thin = dvh(&region.with_thickness(0.5), &grid).unwrap();
    near(thin.volume_cm3, 0.02 * 0.5 / 1000.0, 1e-8);
}

#[test]
fn holes_are_left_out() {
    let contours: Vec<Contour> = (0..5)
        .flat_map(|plane| {
            let z = f64::from(plane) * 2.0 - 4.0;
            [contour(&rectangle([10.0, 10.0]), z), contour(&rectangle([5.0, 5.0]), z)]
        })
        .collect();
    let (region, _) = Planes::of(&contours).unwrap();
    let found = dvh(&region, &linear(20.0, [0.0, 1.0, 0.0], 2.0)).unwrap();
    near(found.volume_cm3, 3.0, 1e-3);
    // Beyond 5 mm from the middle lies a quarter of the square, which is a third of the ring.
    near(found.volume_at_dose(25.0).cm3, 1.0, 0.005);
}

#[test]
fn coronal_contours_are_worth_the_same_as_axial_ones() {
    let turned = |points: &[[f64; 2]], y: f64| Contour {
        points: points.iter().map(|&[a, b]| [a, y, b]).collect(),
    };
    let contours: Vec<Contour> =
        (0..12).map(|plane| turned(&rectangle([9.0, 7.0]), f64::from(plane) - 5.5)).collect();
    let (region, remarks) = Planes::of(&contours).unwrap();
    assert_eq!(remarks, []);
    let found = dvh(&region, &linear(20.0, [0.0, 0.0, 1.0], 2.0)).unwrap();
    near(found.volume_cm3, 18.0 * 14.0 * 12.0 / 1000.0, 0.002);
    near(found.d_mean, 20.0, 0.01);
    near(found.dose_at_share(95.0).unwrap(), 13.7, 0.05);
    near(found.d_min, 13.0, 0.01);
    near(found.d_max, 27.0, 0.01);
}

#[test]
fn uneven_planes_of_doses_lie_where_their_offsets_say() {
    let offsets = vec![0.0, 1.0, 4.0, 10.0, 11.0];
    let doses: Vec<f32> =
        offsets.iter().flat_map(|&offset: &f64| vec![offset as f32 + 1.0; 400]).collect();
    let doses = Volume::new([20, 20, 5], doses).unwrap();
    let grid = DoseGrid::new([-9.5, -9.5, -5.0], AXES, [1.0; 2], offsets, doses).unwrap();
    assert_eq!(grid.at([0.0, 0.0, 2.5]), Some(8.5));
    assert_eq!(grid.at([0.0, 0.0, 6.6]), None);
    let region = planes(1.0, 0.5, |z| (z.abs() < 4.0).then(|| rectangle([5.0, 5.0])));
    let found = dvh(&region, &grid).unwrap();
    near(found.d_mean, 6.0, 1e-6);
    near(found.dose_at_share(75.0).unwrap(), 4.0, 0.01);
}

#[test]
fn doses_and_grids_that_are_none_are_refused() {
    let make = |doses: Vec<f32>, spacing: f64, offsets: Vec<f64>| {
        let size = [doses.len(), 1, 1];
        DoseGrid::new([0.0; 3], AXES, [spacing; 2], offsets, Volume::new(size, doses).unwrap())
            .map(|_| ())
    };
    assert_eq!(make(vec![1.0], 1.0, vec![0.0]), Ok(()));
    assert_eq!(make(vec![f32::NAN], 1.0, vec![0.0]), Err(DoseFault::NotFinite));
    assert_eq!(make(vec![f32::INFINITY], 1.0, vec![0.0]), Err(DoseFault::NotFinite));
    assert_eq!(make(vec![-0.1], 1.0, vec![0.0]), Err(DoseFault::Negative));
    assert_eq!(make(vec![10_001.0], 1.0, vec![0.0]), Err(DoseFault::TooHigh));
    assert_eq!(make(vec![], 1.0, vec![0.0]), Err(DoseFault::Grid));
    assert_eq!(make(vec![1.0], f64::NAN, vec![0.0]), Err(DoseFault::Grid));
    assert_eq!(make(vec![1.0], 1.0, vec![]), Err(DoseFault::Grid));
    assert_eq!(make(vec![1.0], 1.0, vec![f64::NAN]), Err(DoseFault::Grid));
}

#[test]
fn the_histogram_is_the_same_to_the_bit_for_any_number_of_threads() {
    let region = planes(1.0, 0.3, |z| (z.abs() < 12.0).then(|| circle(12.0 - z.abs(), [z, 1.0])));
    let grid = linear(20.0, [0.3, 0.5, 0.7], 2.0);
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| dvh(&region, &grid).unwrap())
    };
    let one = with(1);
    for threads in [2, 5] {
        let other = with(threads);
        assert!(one.bins.iter().zip(&other.bins).all(|(a, b)| a.to_bits() == b.to_bits()));
        assert_eq!(one, other);
    }
}
