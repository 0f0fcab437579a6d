//! Interpolation to isotropic voxels (IBSI manual section 2.4).

use rayon::prelude::*;

use super::settings::{Interpolation, Method};
use super::unmeasurable::Unmeasurable;
use super::{LARGEST_INTERPOLATED, Part, too_large};
use crate::volume::Volume;

/// A voxel belongs to the interpolated mask from this part of it on (IBSI manual section 2.4, partial volume
/// fraction).
const PARTIAL: f64 = 0.5;

/// What rounding may do to a place, in voxels, or to a part of a voxel.
const ROUNDING: f64 = 1e-9;

/// An image and a mask on a new grid, and the distances of its voxels in mm.
pub(super) type Interpolated = (Volume<f64>, Volume<bool>, [f64; 3]);

/// The image and the mask on the new grid. Its centre is that of the whole image, of which they may be a part, so
/// that voxels lie alike for all regions of an image. Beyond the outermost centres the image continues with its
/// outermost values.
///
/// # Errors
/// Where there would be too many voxels.
pub(super) fn interpolate(
    image: &Volume<f64>,
    mask: &Volume<bool>,
    spacing: [f64; 3],
    part: &Part,
    how: &Interpolation,
) -> Result<Interpolated, Unmeasurable> {
    let mut axes = vec![];
    let mut new_spacing = spacing;
    for axis in 0..3 {
        if !(how.in_plane && axis == 2) {
            new_spacing[axis] = how.spacing_mm;
        }
        let ratio = new_spacing[axis] / spacing[axis];
        axes.push(Axis::new(part.whole[axis], part.first[axis], image.size()[axis], ratio));
    }
    let size: [usize; 3] = std::array::from_fn(|axis| axes[axis].voxels());
    too_large(size, LARGEST_INTERPOLATED)?;
    let axes: Vec<Vec<Place>> = axes.iter().map(Axis::places).collect();
    let nearest = how.method == Method::Nearest;
    let image_rows = |y: &Place, z: &Place| rows(image, y, z);
    let mut values = sampled(size, &axes, nearest, &image_rows);
    if how.round {
        for value in &mut values {
            *value = value.round_ties_even();
        }
    }
    let solid: Vec<f64> = mask.values().iter().map(|&inside| f64::from(u8::from(inside))).collect();
    let solid = Volume::new(mask.size(), solid).expect("as many values as the mask");
    let parts = sampled(size, &axes, false, &|y: &Place, z: &Place| rows(&solid, y, z));
    let inside = parts.iter().map(|part| *part >= PARTIAL - ROUNDING).collect();
    let image = Volume::new(size, values).expect("a value for each voxel");
    let mask = Volume::new(size, inside).expect("a value for each voxel");
    Ok((image, mask, new_spacing))
}

/// The new voxels along an axis, in voxels of the whole image: those that lie within the part of it.
struct Axis {
    /// The place of the first of all new voxels.
    start: f64,
    /// Their distance.
    ratio: f64,
    /// The number of those before the part, and of those up to its end.
    numbers: [f64; 2],
    /// The first and the last voxel of the part.
    part: [usize; 2],
}

impl Axis {
    /// The new voxels, as many as cover the whole image, share its centre.
    fn new(whole: usize, first: usize, part: usize, ratio: f64) -> Self {
        let all = (whole as f64 / ratio - ROUNDING).ceil().max(1.0);
        let start = 0.5 * (whole as f64 - 1.0 - (all - 1.0) * ratio);
        let last = first + part - 1;
        let before = ((first as f64 - 0.5 - start) / ratio - ROUNDING).ceil().clamp(0.0, all);
        let end = ((last as f64 + 0.5 - start) / ratio + ROUNDING).floor() + 1.0;
        Self { start, ratio, numbers: [before, end.clamp(before, all)], part: [first, last] }
    }

    fn voxels(&self) -> usize {
        (self.numbers[1] - self.numbers[0]) as usize
    }

    fn places(&self) -> Vec<Place> {
        let place = |k: usize| self.start + (self.numbers[0] + k as f64) * self.ratio;
        (0..self.voxels()).map(|k| Place::new(place(k), self.part)).collect()
    }
}

/// A place between two voxels of an axis of the part.
struct Place {
    below: usize,
    above: usize,
    /// The way from `below` to `above`, from 0 to below 1.
    part: f64,
}

impl Place {
    /// Of a place in the whole image, so that its rounding does not depend on the part.
    fn new(place: f64, [first, last]: [usize; 2]) -> Self {
        let near = place.round();
        let place = if (place - near).abs() < ROUNDING { near } else { place };
        let place = place.clamp(first as f64, last as f64);
        let below = place.floor();
        let voxel = |at: f64| at as usize - first;
        Self { below: voxel(below), above: voxel(place.ceil()), part: place - below }
    }

    /// The nearer voxel, in the middle the one above.
    fn nearest(&self) -> usize {
        if self.part < 0.5 { self.below } else { self.above }
    }
}

/// The four rows about a place in y and z, each with its weight.
fn rows<'a>(volume: &'a Volume<f64>, y: &Place, z: &Place) -> [(&'a [f64], f64); 4] {
    let row = |y: usize, z: usize| {
        let start = volume.place([0, y, z]);
        &volume.values()[start..start + volume.size()[0]]
    };
    [
        (row(y.below, z.below), (1.0 - y.part) * (1.0 - z.part)),
        (row(y.above, z.below), y.part * (1.0 - z.part)),
        (row(y.below, z.above), (1.0 - y.part) * z.part),
        (row(y.above, z.above), y.part * z.part),
    ]
}

/// The values at all new voxels.
fn sampled<'a>(
    size: [usize; 3],
    axes: &[Vec<Place>],
    nearest: bool,
    rows: &(impl Fn(&Place, &Place) -> [(&'a [f64], f64); 4] + Sync),
) -> Vec<f64> {
    let mut values = vec![0.0; size.iter().product()];
    let slice = (size[0] * size[1]).max(1);
    values.par_chunks_mut(slice).zip(&axes[2]).for_each(|(slice, z)| {
        let mut blended = vec![];
        for (new, y) in slice.chunks_mut(size[0].max(1)).zip(&axes[1]) {
            let around = rows(y, z);
            if nearest {
                let row = around[usize::from(y.part >= 0.5) + 2 * usize::from(z.part >= 0.5)].0;
                new.iter_mut().zip(&axes[0]).for_each(|(new, x)| *new = row[x.nearest()]);
                continue;
            }
            blended.clear();
            blended.resize(around[0].0.len(), 0.0);
            // A row of no weight is left out, lest an infinite value of it counts.
            for (row, weight) in around.into_iter().filter(|(_, weight)| *weight > 0.0) {
                blended.iter_mut().zip(row).for_each(|(blended, value)| *blended += value * weight);
            }
            for (new, x) in new.iter_mut().zip(&axes[0]) {
                let (below, above) = (blended[x.below], blended[x.above]);
                *new = if x.part > 0.0 { below * (1.0 - x.part) + above * x.part } else { below };
            }
        }
    });
    values
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "what is exact is compared exactly")]
mod tests {
    use super::*;

    fn ramp(size: [usize; 3]) -> Volume<f64> {
        let mut values = vec![];
        for z in 0..size[2] {
            for y in 0..size[1] {
                values.extend((0..size[0]).map(|x| x as f64 + 10.0 * y as f64 - 3.0 * z as f64));
            }
        }
        Volume::new(size, values).unwrap()
    }

    fn interpolated(image: &Volume<f64>, part: &Part, how: &str) -> Interpolated {
        let mask = Volume::filled(image.size(), true);
        interpolate(image, &mask, [1.0, 1.0, 2.0], part, &how.parse().unwrap()).unwrap()
    }

    #[test]
    fn grids_share_their_centre() {
        let image = ramp([4, 4, 4]);
        let (image, _, spacing) = interpolated(&image, &Part::all([4; 3]), "trilinear:3");
        assert_eq!((image.size(), spacing), ([2, 2, 3], [3.0; 3]));
        // x at 0 and 3, z at 0, 1.5 and 3.
        assert_eq!(image.values()[..4], [0.0, 3.0, 30.0, 33.0]);
        assert_eq!(*image.at([1, 1, 1]), 33.0 - 4.5);
    }

    #[test]
    fn a_part_lies_on_the_grid_of_the_whole() {
        let all = ramp([23, 17, 19]);
        for how in ["trilinear:0.7", "nearest:0.7", "trilinear:1.3:in-plane"] {
            let (whole, ..) = interpolated(&all, &Part::all(all.size()), how);
            let (first, size) = ([5, 3, 4], [9, 8, 10]);
            let part = Part { first, whole: all.size() };
            let (part, ..) = interpolated(&all.part(first, size), &part, how);
            // The inner voxels of the part are voxels of the whole.
            let inner = *part.at([3, 3, 3]);
            let place = whole.values().iter().position(|v| (v - inner).abs() < 1e-12);
            assert!(place.is_some(), "{how}");
        }
    }

    #[test]
    fn half_a_voxel_belongs_to_the_mask() {
        let image = ramp([4, 1, 1]);
        let mask = Volume::new([4, 1, 1], vec![false, true, true, false]).unwrap();
        let how = "trilinear:0.5".parse().unwrap();
        let part = Part::all([4, 1, 1]);
        let (image, mask, _) = interpolate(&image, &mask, [1.0; 3], &part, &how).unwrap();
        // Places -0.25, 0.25, 0.75 and so on.
        assert_eq!(image.size(), [8, 2, 2]);
        assert_eq!(&image.values()[..3], &[0.0, 0.25, 0.75]);
        let row = &mask.values()[..8];
        assert_eq!(row, [false, false, true, true, true, true, false, false]);
        let even = "trilinear:1".parse().unwrap();
        let mask = Volume::new([3, 2, 1], vec![true, true, false, false, false, true]).unwrap();
        let image = ramp([3, 2, 1]);
        let part = Part::all([3, 2, 1]);
        let (_, same, _) = interpolate(&image, &mask, [1.0; 3], &part, &even).unwrap();
        assert_eq!(same, mask);
        // Between two rows of which one is inside lies just a half.
        let two = "trilinear:2:in-plane".parse().unwrap();
        let mask = Volume::new([2, 2, 1], vec![true, true, false, false]).unwrap();
        let part = Part::all([2, 2, 1]);
        let (image, half, _) = interpolate(&ramp([2, 2, 1]), &mask, [1.0; 3], &part, &two).unwrap();
        assert_eq!((half.values(), image.values()), (&[true][..], &[5.5][..]));
    }

    #[test]
    fn too_many_voxels_are_refused() {
        let image = ramp([4, 4, 4]);
        let mask = Volume::filled([4; 3], true);
        let how = "trilinear:0.000001".parse().unwrap();
        let refused = interpolate(&image, &mask, [1.0; 3], &Part::all([4; 3]), &how);
        assert!(matches!(refused, Err(Unmeasurable::TooLarge(_))));
    }

    #[test]
    fn rounding_and_the_nearest_voxel_keep_whole_numbers() {
        for how in ["nearest:0.7", "trilinear:0.7:round"] {
            let (image, ..) = interpolated(&ramp([6, 5, 4]), &Part::all([6, 5, 4]), how);
            assert!(image.values().iter().all(|v| v.fract() == 0.0), "{how}");
        }
    }
}
