//! Regions and doses on one core: `RAYON_NUM_THREADS=1 cargo bench --bench regions`. What others
//! take for the same: `tests/reference/speed_regions.py`.

#![expect(missing_docs, reason = "criterion's macro makes a public function")]

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use sauva::contours::{Contour, Planes, rasterise};
use sauva::dose::{DoseGrid, dvh};
use sauva::radiomics::{Discretisation, Settings, measure};
use sauva::volume::{Grid, Volume};

const SIDE: usize = 80;
/// Of the ball, in voxels: 195,000 lie in it.
const RADIUS: f64 = 36.0;

fn is_inside(x: usize, y: usize, z: usize) -> bool {
    let from = |at: usize| (at as f64 - 39.5).powi(2);
    from(x) + from(y) + from(z) <= RADIUS * RADIUS
}

/// Smooth waves with noise, and a ball.
fn ball() -> (Volume<f64>, Volume<bool>) {
    let mut state = 43_u64;
    let mut noise = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % 41) as f64 - 20.0
    };
    let (mut image, mut mask) = (Vec::new(), Vec::new());
    for z in 0..SIDE {
        for y in 0..SIDE {
            for x in 0..SIDE {
                let wave = |at: usize, length: f64| (at as f64 / length).sin();
                let smooth = wave(x, 9.0) + wave(y, 7.0) + wave(z, 11.0);
                image.push((100.0 * smooth + noise()).round());
                mask.push(is_inside(x, y, z));
            }
        }
    }
    let whole = "a value for each voxel";
    let size = [SIDE; 3];
    (Volume::new(size, image).expect(whole), Volume::new(size, mask).expect(whole))
}

fn features(criterion: &mut Criterion) {
    let (image, mask) = ball();
    let discretisation = Discretisation::FixedBinNumber(64);
    let settings = Settings { discretisation, ..Settings::default() };
    let mut group = criterion.benchmark_group("regions");
    group.sample_size(10).measurement_time(Duration::from_secs(5));
    group.bench_function("all features of 195,000 voxels, 64 levels", |bencher| {
        bencher.iter(|| measure(black_box(&image), &mask, [1.0; 3], &settings));
    });
    group.finish();
}

/// Circles of this radius on so many planes, 3 mm apart.
fn cylinder(radius_mm: f64, planes: usize, points: usize) -> Planes {
    let contour = |plane: usize| Contour {
        points: (0..points)
            .map(|point| {
                let angle = std::f64::consts::TAU * point as f64 / points as f64;
                let (sin, cos) = angle.sin_cos();
                [radius_mm * cos, radius_mm * sin, 3.0 * plane as f64]
            })
            .collect(),
    };
    let contours: Vec<Contour> = (0..planes).map(contour).collect();
    Planes::of(&contours).expect("circles enclose a volume").0
}

const AXES: [[f64; 3]; 3] = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];

fn contours(criterion: &mut Criterion) {
    let planes = cylinder(150.0, 150, 2000);
    let grid = Grid {
        size: [512, 512, 150],
        origin: [-256.0, -256.0, 0.0],
        axes: AXES,
        spacing: [1.0, 1.0, 3.0],
    };
    let mut group = criterion.benchmark_group("contours");
    group.sample_size(20);
    group.bench_function("150 contours of 2,000 points to 10,600,000 voxels", |bencher| {
        bencher.iter(|| rasterise(black_box(&planes), &grid));
    });
    group.finish();
}

fn doses(criterion: &mut Criterion) {
    let size = [160, 160, 60];
    let doses = (0..size[2] * size[1]).flat_map(|_| (0..size[0]).map(|x| x as f32 * 0.4)).collect();
    let doses = Volume::new(size, doses).expect("a dose for each voxel");
    let offsets = (0..size[2]).map(|plane| 3.0 * plane as f64).collect();
    let grid = DoseGrid::new([-200.0, -200.0, 0.0], AXES, [2.5, 2.5], offsets, doses)
        .expect("a grid of doses");
    let mut group = criterion.benchmark_group("doses");
    group.sample_size(20);
    for (name, radius_mm) in [("2,100 cm3", 75.0), ("10 cm3", 5.2)] {
        let planes = cylinder(radius_mm, 40, 400);
        group.bench_function(format!("histogram of {name}"), |bencher| {
            bencher.iter(|| dvh(black_box(&planes), &grid));
        });
    }
    group.finish();
}

criterion_group!(benches, features, contours, doses);
criterion_main!(benches);
