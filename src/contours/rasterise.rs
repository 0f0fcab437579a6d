//! The voxels of a grid inside of a region.

use rayon::prelude::*;

use super::edges::bounds;
use super::oblique;
use super::scanline::inside;
use super::{ContourFault, Planes};
use crate::volume::{Grid, Triple, Volume, dot};

/// Places are rounded to this part of a voxel (2^-20). So what lies on a voxel's centre, but for
/// the rounding of decimal coordinates and of the change of axes, lies on it exactly, and the rule
/// for borders holds.
const ROUNDED: f64 = 1_048_576.0;
/// How far the points of a plane may lie apart along an axis of the grid, in voxels, for the grid
/// to count as parallel to the plane.
const PARALLEL: f64 = 0.1;

/// The voxels of a region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region {
    /// The first voxel of the box, among those of the grid, along x, y and z.
    pub first: [usize; 3],
    /// Which voxels of the box belong to the region. The box is the smallest one that holds them.
    pub mask: Volume<bool>,
    /// Whether the region reaches beyond the grid, by the places of its points and its slabs; the
    /// outermost voxels end half a distance beyond their centres.
    pub is_cut: bool,
}

/// Finds the voxels of a grid whose centres are inside of a region.
///
/// Where an axis of the grid is at right angles to the planes (also if the planes are oblique,
/// coronal or sagittal), each slice along that axis takes the plane in whose slab it lies: from
/// half-way to the plane before, included, to half-way to the plane behind, left out (see
/// [`Planes`]). In the slice a centre on a border belongs to what lies behind the border along the
/// grid's first axis, and on a border parallel to that axis to what lies behind along the second
/// one. Regions that share a border so share no voxel and miss none.
///
/// Where no axis is at right angles to the planes (coronal contours on an axial image), each centre
/// is tested by itself against the plane in whose slab it lies, by the same rules along the axes of
/// the plane.
///
/// Slices and lines are worked on in parallel; the voxels do not depend on it.
///
/// # Errors
/// [`ContourFault::NoVoxel`] where no centre is inside and [`ContourFault::Grid`] for a grid that
/// cannot be one.
pub fn rasterise(planes: &Planes, grid: &Grid) -> Result<Region, ContourFault> {
    check(grid)?;
    let alone;
    let planes = if planes.distance.is_some() {
        planes
    } else {
        alone = planes.clone().with_thickness(distance_along(grid, planes.normal));
        &alone
    };
    let places: Vec<Vec<Vec<Triple>>> = planes
        .planes
        .par_iter()
        .map(|plane| plane.outlines.iter().map(|outline| place(outline, grid)).collect())
        .collect();
    let found = match (0..3).find(|&axis| places.iter().all(|plane| is_level(plane, axis))) {
        Some(axis) => parallel(planes, &places, grid, axis),
        None => oblique::test(planes, grid),
    };
    let region = found.and_then(tight).ok_or(ContourFault::NoVoxel)?;
    Ok(Region { is_cut: reaches_beyond(planes, grid), ..region })
}

/// Whether the numbers of a grid can be worked with.
fn check(grid: &Grid) -> Result<(), ContourFault> {
    let count = grid.size.iter().try_fold(1_usize, |all, &size| all.checked_mul(size));
    let good = count.is_some_and(|count| count > 0)
        && grid.spacing.iter().all(|&spacing| (1e-6..1e6).contains(&spacing))
        && grid.axes.iter().all(|&axis| (dot(axis, axis) - 1.0).abs() < 1e-3)
        && grid.origin.iter().all(|place| place.abs() < 1e9);
    if good { Ok(()) } else { Err(ContourFault::Grid) }
}

/// The places of points among the voxels, rounded.
fn place(outline: &[Triple], grid: &Grid) -> Vec<Triple> {
    let rounded = |place: f64| (place * ROUNDED).round() / ROUNDED;
    outline.iter().map(|&point| grid.place(point).map(rounded)).collect()
}

/// Whether all points of a plane have the same place along an axis.
fn is_level(plane: &[Vec<Triple>], axis: usize) -> bool {
    let range = plane.iter().flatten().fold([f64::INFINITY, f64::NEG_INFINITY], |range, point| {
        [range[0].min(point[axis]), range[1].max(point[axis])]
    });
    range[1] - range[0] <= PARALLEL
}

/// The distance of voxels along a direction, mm: the thickness of a plane that is alone.
fn distance_along(grid: &Grid, direction: Triple) -> f64 {
    (0..3)
        .map(|axis| (dot(grid.axes[axis], direction) * grid.spacing[axis]).powi(2))
        .sum::<f64>()
        .sqrt()
}

/// The region where the planes are at right angles to an axis of the grid.
fn parallel(
    planes: &Planes,
    places: &[Vec<Vec<Triple>>],
    grid: &Grid,
    axis: usize,
) -> Option<Region> {
    let [a, b] = [[1, 2], [0, 2], [0, 1]][axis];
    let flat: Vec<Vec<Vec<[f64; 2]>>> = places
        .iter()
        .map(|plane| {
            plane.iter().map(|outline| outline.iter().map(|p| [p[a], p[b]]).collect()).collect()
        })
        .collect();
    let [low, high] = bounds(flat.iter().flatten())?;
    let box_a = clip([low[0], high[0]], grid.size[a])?;
    let box_b = clip([low[1], high[1]], grid.size[b])?;
    // Along the normal a slice lies where its centre does beside the region.
    let mut beside = places[0][0][0];
    beside[axis] = 0.0;
    let start = dot(grid.position(beside), planes.normal);
    let step = dot(grid.axes[axis], planes.normal).signum() * grid.spacing[axis];
    let slices: Vec<Option<usize>> =
        (0..grid.size[axis]).map(|slice| planes.at(start + slice as f64 * step)).collect();
    let first_slice = slices.iter().position(Option::is_some)?;
    let end_slice = slices.iter().rposition(Option::is_some)? + 1;
    let used: Vec<bool> = {
        let mut used = vec![false; flat.len()];
        slices.iter().flatten().for_each(|&plane| used[plane] = true);
        used
    };
    let rasters: Vec<Vec<bool>> = flat
        .par_iter()
        .zip(used)
        .map(|(polygons, used)| {
            let first = [box_a[0], box_b[0]];
            let size = [box_a[1], box_b[1]];
            if used { inside(polygons, first, size) } else { Vec::new() }
        })
        .collect();
    let mut first = [0; 3];
    let mut size = [0; 3];
    [first[a], first[b], first[axis]] = [box_a[0], box_b[0], first_slice];
    [size[a], size[b], size[axis]] = [box_a[1], box_b[1], end_slice - first_slice];
    let mut mask = Volume::filled(size, false);
    let raster = |slice: usize| Some(&rasters[slices[first_slice + slice]?]);
    mask.values_mut().par_chunks_mut(size[0] * size[1]).enumerate().for_each(|(z, slice)| {
        if axis == 2 {
            if let Some(raster) = raster(z) {
                slice.copy_from_slice(raster);
            }
            return;
        }
        for (y, line) in slice.chunks_exact_mut(size[0]).enumerate() {
            if axis == 1 {
                if let Some(raster) = raster(y) {
                    line.copy_from_slice(&raster[z * size[0]..][..size[0]]);
                }
                continue;
            }
            for (x, voxel) in line.iter_mut().enumerate() {
                *voxel = raster(x).is_some_and(|raster| raster[z * size[1] + y]);
            }
        }
    });
    Some(Region { first, mask, is_cut: false })
}

/// The whole numbers between two places that are voxels: the first one, and how many.
pub(super) fn clip([low, high]: [f64; 2], size: usize) -> Option<[usize; 2]> {
    // Casts from floating point to unsigned numbers stop at 0 and at the largest.
    let first = low.ceil() as usize;
    let end = if high < 0.0 { 0 } else { (high.floor() as usize).saturating_add(1).min(size) };
    (first < end).then(|| [first, end - first])
}

/// The smallest box that holds all voxels; `None` where there are none.
fn tight(region: Region) -> Option<Region> {
    let mask = &region.mask;
    let size = mask.size();
    let mut low = size;
    let mut end = [0; 3];
    for z in 0..size[2] {
        for (y, line) in mask.slice(z).chunks_exact(size[0]).enumerate() {
            let Some(left) = line.iter().position(|&is_in| is_in) else { continue };
            let right = line.iter().rposition(|&is_in| is_in).unwrap_or(left);
            for (axis, range) in [[left, right], [y, y], [z, z]].into_iter().enumerate() {
                low[axis] = low[axis].min(range[0]);
                end[axis] = end[axis].max(range[1] + 1);
            }
        }
    }
    if end[0] == 0 {
        return None;
    }
    let inner: [usize; 3] = std::array::from_fn(|axis| end[axis] - low[axis]);
    if inner == size {
        return Some(region);
    }
    let first = std::array::from_fn(|axis| region.first[axis] + low[axis]);
    Some(Region { first, mask: mask.part(low, inner), is_cut: region.is_cut })
}

/// Whether a point at the beginning or the end of a slab lies outside of the grid's voxels.
fn reaches_beyond(planes: &Planes, grid: &Grid) -> bool {
    planes.planes.par_iter().any(|plane| {
        plane.slab.iter().any(|end| {
            let shift = end - plane.position;
            plane.outlines.iter().flatten().any(|point| {
                let moved = std::array::from_fn(|of| point[of] + shift * planes.normal[of]);
                let place = grid.place(moved);
                (0..3).any(|axis| {
                    let end = grid.size[axis] as f64 - 0.5 + PARALLEL;
                    !(-0.5 - PARALLEL..=end).contains(&place[axis])
                })
            })
        })
    })
}
