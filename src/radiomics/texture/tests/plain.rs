//! The families once more, slow and plain: every voxel asks every neighbour. The fast code must agree.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::super::{features, measure};
use super::plain_formulae::{Matrix, cooccurrence, emphasis, tone_difference};
use crate::volume::Volume;

type Voxel = [i64; 3];

/// A region as the tests make them.
#[derive(Debug, Clone)]
pub(super) struct Case {
    pub(super) levels: Volume<u16>,
    pub(super) n_levels: u16,
    pub(super) mask: Volume<bool>,
}

impl Case {
    fn level(&self, voxel: Voxel) -> usize {
        place(voxel, self.levels.size()).map_or(0, |voxel| usize::from(*self.levels.at(voxel)))
    }

    fn voxels(&self) -> Vec<Voxel> {
        let all = box_of([0; 3], self.levels.size().map(|length| length as i64 - 1));
        all.into_iter().filter(|&voxel| self.level(voxel) > 0).collect()
    }

    /// Steps to the nearest voxel outside the mask.
    fn distance(&self, voxel: Voxel, flat: bool) -> usize {
        let inside = |at: Voxel| place(at, self.mask.size()).is_some_and(|at| *self.mask.at(at));
        let around = box_of([-1; 3], self.mask.size().map(|length| length as i64));
        let outside = around.into_iter().filter(|&at| !inside(at) && (!flat || at[2] == voxel[2]));
        let steps = outside.map(|at| (0..3).map(|axis| at[axis].abs_diff(voxel[axis])).sum());
        steps.min().map_or(1, |steps: u64| (steps as usize).max(1))
    }
}

fn place(voxel: Voxel, size: [usize; 3]) -> Option<[usize; 3]> {
    let inside = (0..3).all(|axis| (0..size[axis] as i64).contains(&voxel[axis]));
    inside.then(|| voxel.map(|at| at as usize))
}

fn box_of(low: Voxel, high: Voxel) -> Vec<Voxel> {
    let mut all = Vec::new();
    for z in low[2]..=high[2] {
        for y in low[1]..=high[1] {
            all.extend((low[0]..=high[0]).map(|x| [x, y, z]));
        }
    }
    all
}

fn plus(a: Voxel, b: Voxel, times: i64) -> Voxel {
    std::array::from_fn(|axis| a[axis] + times * b[axis])
}

/// One direction of each opposite two.
fn directions(flat: bool) -> Vec<Voxel> {
    let reach = i64::from(!flat);
    let all = box_of([-1, -1, -reach], [1, 1, reach]);
    all.into_iter().filter(|d| (d[2], d[1], d[0]) > (0, 0, 0)).collect()
}

fn around(voxel: Voxel, flat: bool) -> Vec<Voxel> {
    let reach = i64::from(!flat);
    let all = box_of([-1, -1, -reach], [1, 1, reach]);
    all.into_iter().filter(|d| *d != [0; 3]).map(|d| plus(voxel, d, 1)).collect()
}

fn mean(values: &[Vec<Option<f64>>], n: usize) -> Vec<Option<f64>> {
    let of = |at: usize| -> Vec<f64> { values.iter().filter_map(|values| values[at]).collect() };
    (0..n)
        .map(|at| {
            let some = of(at);
            (!some.is_empty()).then(|| some.iter().sum::<f64>() / some.len() as f64)
        })
        .collect()
}

fn merged(matrices: impl Iterator<Item = Matrix>) -> Matrix {
    let mut sum = Matrix::new();
    matrices.flatten().for_each(|(key, n)| *sum.entry(key).or_default() += n);
    sum
}

fn pairs(case: &Case, some: &[Voxel], direction: Voxel) -> Matrix {
    let mut matrix = Matrix::new();
    for &voxel in some {
        let (i, j) = (case.level(voxel), case.level(plus(voxel, direction, 1)));
        if j > 0 {
            *matrix.entry((i, j)).or_default() += 1.0;
            *matrix.entry((j, i)).or_default() += 1.0;
        }
    }
    matrix
}

fn runs(case: &Case, some: &[Voxel], direction: Voxel) -> Matrix {
    let mut matrix = Matrix::new();
    for &voxel in some {
        let level = case.level(voxel);
        if case.level(plus(voxel, direction, -1)) == level {
            continue;
        }
        let length = (1..10_000).find(|&n| case.level(plus(voxel, direction, n)) != level).unwrap();
        *matrix.entry((level, length as usize)).or_default() += 1.0;
    }
    let voxels: f64 = matrix.iter().map(|((_, length), n)| *length as f64 * n).sum();
    assert!((voxels - some.len() as f64).abs() < 1e-9, "runs hold every voxel once");
    matrix
}

/// The six aggregations of a family with directions.
fn directional(
    case: &Case,
    n: usize,
    count: impl Fn(&[Voxel], Voxel) -> Matrix,
    of: impl Fn(&Matrix) -> Vec<Option<f64>>,
) -> Vec<Option<f64>> {
    let all = case.voxels();
    let (flat, space) = (directions(true), directions(false));
    let (mut each, mut by_slice) = (Vec::new(), Vec::new());
    for slice in slices(&all) {
        let matrices: Vec<Matrix> = flat.iter().map(|&d| count(&slice, d)).collect();
        each.extend(matrices.iter().map(&of));
        by_slice.push(of(&merged(matrices.into_iter())));
    }
    let over = |ways: &[Voxel]| -> (Vec<Option<f64>>, Vec<Option<f64>>) {
        let matrices: Vec<Matrix> = ways.iter().map(|&d| count(&all, d)).collect();
        let values: Vec<_> = matrices.iter().map(&of).collect();
        (mean(&values, n), of(&merged(matrices.into_iter())))
    };
    let (plane, volume) = (over(&flat), over(&space));
    [mean(&each, n), mean(&by_slice, n), plane.0, plane.1, volume.0, volume.1].concat()
}

fn slices(all: &[Voxel]) -> Vec<Vec<Voxel>> {
    all.chunk_by(|a, b| a[2] == b[2]).map(<[Voxel]>::to_vec).collect()
}

/// The zones of some voxels.
fn zones(case: &Case, some: &[Voxel], flat: bool) -> Vec<Vec<Voxel>> {
    let mut left = some.to_vec();
    let mut zones = Vec::new();
    while let Some(seed) = left.pop() {
        let (mut zone, mut at) = (vec![seed], 0);
        while at < zone.len() {
            let (near, level) = (around(zone[at], flat), case.level(seed));
            let (linked, rest): (Vec<_>, Vec<_>) =
                left.into_iter().partition(|v| near.contains(v) && case.level(*v) == level);
            zone.extend(linked);
            left = rest;
            at += 1;
        }
        zones.push(zone);
    }
    assert_eq!(zones.iter().map(Vec::len).sum::<usize>(), some.len());
    zones
}

/// The three aggregations of a family without directions.
fn undirected<M: Clone>(
    case: &Case,
    n: usize,
    count: impl Fn(&[Voxel], bool) -> M,
    merge: impl Fn(Vec<M>) -> M,
    of: impl Fn(&M, usize) -> Vec<Option<f64>>,
) -> Vec<Option<f64>> {
    let all = case.voxels();
    let slices = slices(&all);
    let matrices: Vec<M> = slices.iter().map(|slice| count(slice, true)).collect();
    let each: Vec<_> = matrices.iter().zip(&slices).map(|(m, slice)| of(m, slice.len())).collect();
    let (plane, space) = (merge(matrices), count(&all, false));
    [mean(&each, n), of(&plane, all.len()), of(&space, all.len())].concat()
}

/// All 408 values.
fn plain(case: &Case) -> Vec<Option<f64>> {
    let n_levels = f64::from(case.n_levels);
    let shared =
        |n: usize| move |m: &Matrix, voxels: usize| emphasis(m, voxels as f64)[..n].to_vec();
    let together = |matrices: Vec<Matrix>| merged(matrices.into_iter());
    let tally = |keys: Vec<(usize, usize)>| {
        let mut matrix = Matrix::new();
        for key in keys {
            *matrix.entry(key).or_default() += 1.0;
        }
        matrix
    };
    let sizes = |some: &[Voxel], flat| {
        let zones = zones(case, some, flat);
        tally(zones.iter().map(|zone| (case.level(zone[0]), zone.len())).collect())
    };
    let distances = |some: &[Voxel], flat| {
        let zones = zones(case, some, flat);
        let nearest = |zone: &Vec<Voxel>| zone.iter().map(|&v| case.distance(v, flat)).min();
        tally(zones.iter().map(|z| (case.level(z[0]), nearest(z).unwrap())).collect())
    };
    let dependences = |some: &[Voxel], flat| {
        let equal = |&v: &Voxel| {
            let level = case.level(v);
            (level, 1 + around(v, flat).iter().filter(|n| case.level(**n) == level).count())
        };
        tally(some.iter().map(equal).collect())
    };
    let tones = |some: &[Voxel], flat: bool| {
        let mut rows = BTreeMap::<usize, (f64, f64)>::new();
        for &voxel in some {
            let near: Vec<f64> = around(voxel, flat)
                .iter()
                .map(|v| case.level(*v) as f64)
                .filter(|level| *level > 0.0)
                .collect();
            if !near.is_empty() {
                let mean = near.iter().sum::<f64>() / near.len() as f64;
                let row = rows.entry(case.level(voxel)).or_default();
                *row = (row.0 + 1.0, row.1 + (case.level(voxel) as f64 - mean).abs());
            }
        }
        rows
    };
    let join = |tables: Vec<BTreeMap<usize, (f64, f64)>>| {
        let mut sum = BTreeMap::<usize, (f64, f64)>::new();
        for (key, (n, s)) in tables.into_iter().flatten() {
            let row = sum.entry(key).or_default();
            *row = (row.0 + n, row.1 + s);
        }
        sum
    };
    let run_values = |m: &Matrix| {
        let voxels: f64 = m.iter().map(|((_, length), n)| *length as f64 * n).sum();
        emphasis(m, voxels)[..16].to_vec()
    };
    [
        directional(case, 25, |some, d| pairs(case, some, d), |m| cooccurrence(m, n_levels)),
        directional(case, 16, |some, d| runs(case, some, d), run_values),
        undirected(case, 16, sizes, together, shared(16)),
        undirected(case, 16, distances, together, shared(16)),
        undirected(case, 5, tones, join, |rows, _| tone_difference(rows)),
        undirected(case, 17, dependences, together, shared(17)),
    ]
    .concat()
}

/// Fails where two lists of values differ by more than rounding.
pub(super) fn agree(one: &[Option<f64>], other: &[Option<f64>]) {
    assert_eq!([one.len(), other.len()], [408; 2]);
    for (at, ((feature, a), b)) in features().iter().zip(one).zip(other).enumerate() {
        match (a, b) {
            (None, None) => {}
            (Some(a), Some(b)) => {
                // A square root of nearly nothing keeps half the digits only.
                let loose = if feature.name.starts_with("cm_info_corr2") { 1e-6 } else { 1e-9 };
                // Third powers of either sign may cancel: the fourth powers tell how large they were.
                let shade = feature.name.starts_with("cm_clust_shade");
                let powers = if shade { one[at + 1].unwrap().powf(0.75) } else { 1.0 };
                let near = (a - b).abs() <= loose * a.abs().max(b.abs()).max(powers).max(1.0);
                assert!(near, "{}: {a} and {b}", feature.name);
            }
            _ => panic!("{}: {a:?} and {b:?}", feature.name),
        }
    }
}

/// The values of a case.
pub(super) fn fast(case: &Case) -> Vec<Option<f64>> {
    measure(&case.levels, case.n_levels, &case.mask)
}

/// Random regions: of few levels, of scattered ones and of thousands, full, holed and sparse; the morphological
/// mask holds the region and more.
pub(super) fn cases() -> impl Strategy<Value = Case> {
    let size = [1_usize..7, 1_usize..6, 1_usize..5];
    (size, 1_u16..6, 0_u32..4, prop::sample::select(vec![1_u16, 3, 700])).prop_flat_map(
        |(size, kinds, holes, step)| {
            let voxels = size.iter().product::<usize>();
            prop::collection::vec((0..kinds, 0_u32..4, any::<bool>()), voxels).prop_map(
                move |drawn| {
                    let levels: Vec<u16> = drawn
                        .iter()
                        .map(|(kind, hole, _)| if *hole < holes { 0 } else { kind * step + 1 })
                        .collect();
                    let mask = drawn
                        .iter()
                        .zip(&levels)
                        .map(|((_, _, more), l)| *more || *l > 0)
                        .collect();
                    Case {
                        levels: Volume::new(size, levels).unwrap(),
                        n_levels: kinds * step,
                        mask: Volume::new(size, mask).unwrap(),
                    }
                },
            )
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn fast_and_plain_agree(case in cases()) {
        let case = Case { n_levels: case.n_levels.max(*case.levels.values().iter().max().unwrap()), ..case };
        agree(&fast(&case), &plain(&case));
    }
}

#[test]
fn fast_and_plain_agree_on_more_levels_than_the_arrays_hold() {
    // 1200 voxels of 1200 levels, with some repeated: every matrix is a list.
    let size = [40, 30, 1];
    let levels: Vec<u16> =
        (0..1200_u32).map(|at| 1 + (at * 7919 % 1201).max(at % 90) as u16).collect();
    let many = Case {
        levels: Volume::new(size, levels).unwrap(),
        n_levels: 5000,
        mask: Volume::filled(size, true),
    };
    agree(&fast(&many), &plain(&many));
    let long = Case {
        levels: Volume::new([1, 60, 2], (0..120).map(|at| 1 + at / 50).collect()).unwrap(),
        n_levels: 3,
        mask: Volume::filled([1, 60, 2], true),
    };
    agree(&fast(&long), &plain(&long));
}
