//! A segment on the grid of an image.
//!
//! Frames whose pixels are those of the grid are taken over pixel by pixel: their corners must lie at whole places of
//! the grid within 1 % of the spacing or 1e-3 mm, whichever is more. Otherwise a voxel belongs to the segment where its
//! centre, seen along the normal of the frames, has a pixel of the segment as its nearest one in the nearest frame that
//! is no farther than half of the frames' own distance: Spacing Between Slices (0018,0088), else Slice Thickness
//! (0018,0050), else the least distance of two frames. Of two pixels equally near the one with the higher number counts.

use super::plane::Plane;
use super::reason::{
    DUPLICATE_SLICES, EMPTY_SEGMENT, NO_GEOMETRY, OUTSIDE_IMAGE, Reason, UNEQUAL_SLICES,
};
use super::segmentation::Segmentation;
use crate::contours::Region;
use crate::series::SAME_POSITION_MM;
use crate::volume::{Grid, Triple, Volume, dot};

/// How far a pixel may lie from a voxel that is the same, as a part of the spacing.
const SAME_PLACE: f64 = 0.01;

/// The same in mm.
const SAME_PLACE_MM: f64 = 1e-3;

/// How far direction cosines of two frames may differ.
const COSINE_TOLERANCE: f64 = 1e-4;

/// A frame with the pixels of a segment.
struct SegmentPlane {
    plane: Plane,
    pixels: Vec<bool>,
}

/// The region of a segment on a grid. Pixels that lie outside the grid are left out, which `is_cut` tells where
/// pixels are voxels of the grid.
///
/// # Errors
///
/// `empty-segment` of a segment without pixels, `outside-image`, `duplicate-slices` of two frames at one position,
/// `unequal-slices` of frames of several orientations or spacings, `no-geometry` of a single frame without thickness.
pub fn segment_region(
    segmentation: &Segmentation,
    segment: u16,
    grid: &Grid,
) -> Result<Region, Reason> {
    let planes: Vec<SegmentPlane> = segmentation
        .frames_of(segment)
        .map(|frame| SegmentPlane {
            plane: segmentation.frames[frame].plane,
            pixels: segmentation.pixels(frame, segment),
        })
        .filter(|frame| frame.pixels.contains(&true))
        .collect();
    let Some(first) = planes.first() else {
        return Err(Reason::new(EMPTY_SEGMENT, "no pixel of the segment is set"));
    };
    if !planes.iter().all(|other| is_equal(&other.plane, &first.plane)) {
        let message =
            "the frames of the segment differ in orientation or Pixel Spacing (0028,0030)";
        return Err(Reason::new(UNEQUAL_SLICES, message));
    }
    let normal = first.plane.normal();
    let mut planes = Planes { size: segmentation.size, normal, frames: planes };
    planes.sort()?;
    let places: Option<Vec<_>> = planes.frames.iter().map(|it| planes.same(it, grid)).collect();
    let is_taken_over = places.is_some();
    let (first, mask) = match places {
        Some(places) => planes.taken_over(&places, grid),
        None => planes.resampled(grid)?,
    };
    let outside = || Reason::new(OUTSIDE_IMAGE, "no pixel of the segment lies within the image");
    let region = trimmed(first, &mask).ok_or_else(outside)?;
    let count = |pixels: &[bool]| pixels.iter().filter(|is_set| **is_set).count();
    let pixels: usize = planes.frames.iter().map(|frame| count(&frame.pixels)).sum();
    let is_cut = is_taken_over && pixels > count(region.mask.values());
    Ok(Region { is_cut, ..region })
}

/// The frames of a segment, which are parallel.
struct Planes {
    /// Columns and rows.
    size: [usize; 2],
    normal: Triple,
    /// In ascending order along the normal.
    frames: Vec<SegmentPlane>,
}

impl Planes {
    fn along(&self, position: Triple) -> f64 {
        dot(position, self.normal)
    }

    fn sort(&mut self) -> Result<(), Reason> {
        let normal = self.normal;
        let along = |it: &SegmentPlane| dot(it.plane.position, normal);
        self.frames.sort_by(|a, b| along(a).total_cmp(&along(b)));
        let mut pairs = self.frames.windows(2);
        if pairs.any(|pair| along(&pair[1]) - along(&pair[0]) <= SAME_POSITION_MM) {
            let message =
                "Image Position (Patient) (0020,0032) of two frames of the segment is the same";
            return Err(Reason::new(DUPLICATE_SLICES, message));
        }
        Ok(())
    }

    /// The voxel of the first pixel, where the pixels of a frame are voxels of a slice of the grid. It may lie outside.
    fn same(&self, frame: &SegmentPlane, grid: &Grid) -> Option<[i64; 3]> {
        let [columns, rows] = self.size.map(|size| size as f64 - 1.0);
        let place = |corner: [f64; 2]| grid.place(frame.plane.at([corner[0], corner[1], 0.0]));
        let first = place([0.0, 0.0]).map(f64::round);
        let corners = [[0.0, 0.0], [columns, 0.0], [0.0, rows], [columns, rows]];
        let is_same = |corner: [f64; 2]| {
            let expected = [first[0] + corner[0], first[1] + corner[1], first[2]];
            let places = place(corner).into_iter().zip(expected).zip(grid.spacing);
            places.into_iter().all(|((place, expected), spacing)| {
                (place - expected).abs() <= SAME_PLACE.max(SAME_PLACE_MM / spacing)
            })
        };
        corners.into_iter().all(is_same).then(|| first.map(|place| place as i64))
    }

    /// The pixels of frames that are voxels of the grid, by the voxel of the first pixel of each.
    fn taken_over(&self, places: &[[i64; 3]], grid: &Grid) -> ([usize; 3], Volume<bool>) {
        let [columns, rows] = self.size;
        let ends = |axis: usize, length: usize| {
            let starts = places.iter().map(|place| place[axis]);
            let low = starts.clone().min().unwrap_or(0);
            within([low, starts.max().unwrap_or(0) + length as i64], grid.size[axis])
        };
        let box_of = GridBox::of([ends(0, columns), ends(1, rows), ends(2, 1)]);
        let mut mask = Volume::filled(box_of.size, false);
        for (frame, place) in self.frames.iter().zip(places) {
            for (row, pixels) in frame.pixels.chunks_exact(columns).enumerate() {
                let run = pixels.iter().enumerate().filter(|(_, is_set)| **is_set);
                for (column, _) in run {
                    let voxel = [place[0] + column as i64, place[1] + row as i64, place[2]];
                    if let Some(voxel) = box_of.inner(voxel) {
                        let at = mask.place(voxel);
                        mask.values_mut()[at] = true;
                    }
                }
            }
        }
        (box_of.first, mask)
    }

    /// The voxels whose centres have a pixel of the segment as their nearest one.
    fn resampled(&self, grid: &Grid) -> Result<([usize; 3], Volume<bool>), Reason> {
        let slab = self.slab()?;
        let reach = self.reach(slab, grid);
        let box_of = GridBox::of(std::array::from_fn(|axis| within(reach[axis], grid.size[axis])));
        let heights: Vec<f64> =
            self.frames.iter().map(|frame| self.along(frame.plane.position)).collect();
        let mut mask = Volume::filled(box_of.size, false);
        let [width, height, depth] = box_of.size;
        let mut voxels = mask.values_mut().iter_mut();
        for z in 0..depth {
            for y in 0..height {
                for (x, voxel) in (0..width).zip(&mut voxels) {
                    let offsets = [x, y, z];
                    let place: Triple =
                        std::array::from_fn(|axis| (box_of.first[axis] + offsets[axis]) as f64);
                    *voxel = self.contains(grid.position(place), &heights, slab);
                }
            }
        }
        Ok((box_of.first, mask))
    }

    fn contains(&self, position: Triple, heights: &[f64], slab: f64) -> bool {
        let height = self.along(position);
        let above = heights.partition_point(|it| *it <= height);
        let distance = |number: usize| (heights[number] - height).abs();
        let nearest = match above {
            0 => 0,
            _ if above == heights.len() => above - 1,
            _ if distance(above) <= distance(above - 1) => above,
            _ => above - 1,
        };
        let SegmentPlane { plane, pixels } = &self.frames[nearest];
        let [along, down, over] = plane.place(position);
        // As between pixels, of two slabs that meet the higher one has the border.
        if !(-slab / 2.0..slab / 2.0).contains(&over) {
            return false;
        }
        let pixel = |place: f64, size: usize| {
            let pixel = (place + 0.5).floor();
            (pixel >= 0.0 && pixel < size as f64).then_some(pixel as usize)
        };
        match (pixel(along, self.size[0]), pixel(down, self.size[1])) {
            (Some(column), Some(row)) => pixels[row * self.size[0] + column],
            _ => false,
        }
    }

    /// How thick a frame is, mm.
    fn slab(&self) -> Result<f64, Reason> {
        let plane = &self.frames[0].plane;
        let heights = self.frames.iter().map(|frame| self.along(frame.plane.position));
        let gaps = heights.clone().zip(heights.skip(1)).map(|(low, high)| high - low);
        let least = gaps.min_by(f64::total_cmp);
        plane.between.or(plane.thickness).or(least).ok_or_else(|| {
            let message = "Spacing Between Slices (0018,0088) and Slice Thickness (0018,0050) of the only frame are absent";
            Reason::new(NO_GEOMETRY, message)
        })
    }

    /// Along each axis of the grid, from which voxel to which one the slabs of the frames may reach.
    fn reach(&self, slab: f64, grid: &Grid) -> [[i64; 2]; 3] {
        let mut reach = [[i64::MAX, i64::MIN]; 3];
        let [columns, rows] = self.size.map(|size| size as f64 - 0.5);
        for frame in &self.frames {
            for corner in 0..8 {
                let pick = |bit: u32, low: f64, high: f64| {
                    if corner >> bit & 1 == 0 { low } else { high }
                };
                let place =
                    [pick(0, -0.5, columns), pick(1, -0.5, rows), pick(2, -slab, slab) / 2.0];
                let place = grid.place(frame.plane.at(place));
                for (reach, place) in reach.iter_mut().zip(place) {
                    reach[0] = reach[0].min(place.floor() as i64);
                    reach[1] = reach[1].max((place.ceil() as i64).saturating_add(1));
                }
            }
        }
        reach
    }
}

/// A box of a grid.
struct GridBox {
    first: [usize; 3],
    size: [usize; 3],
}

impl GridBox {
    /// From the first voxel to that behind the last one, along each axis.
    fn of(ends: [[usize; 2]; 3]) -> Self {
        Self { first: ends.map(|[first, _]| first), size: ends.map(|[first, end]| end - first) }
    }

    /// The voxel within the box of one of the grid, where it has that.
    fn inner(&self, voxel: [i64; 3]) -> Option<[usize; 3]> {
        let mut inner = [0; 3];
        for axis in 0..3 {
            let at = usize::try_from(voxel[axis] - self.first[axis] as i64).ok()?;
            inner[axis] = Some(at).filter(|at| *at < self.size[axis])?;
        }
        Some(inner)
    }
}

/// The part of a range that lies among so many voxels.
fn within([low, end]: [i64; 2], size: usize) -> [usize; 2] {
    let low = low.clamp(0, size as i64);
    [low as usize, end.clamp(low, size as i64) as usize]
}

fn is_equal(one: &Plane, other: &Plane) -> bool {
    let mut cosines = one.axes.as_flattened().iter().zip(other.axes.as_flattened());
    cosines.all(|(a, b)| (a - b).abs() <= COSINE_TOLERANCE)
        && one.spacing.iter().zip(other.spacing).all(|(a, b)| (a - b).abs() <= 1e-4 * b)
}

/// The least box that holds all voxels of the region; `None` where it has none.
fn trimmed(first: [usize; 3], mask: &Volume<bool>) -> Option<Region> {
    let [width, height, _] = mask.size();
    let mut ends = [[usize::MAX, 0]; 3];
    for (at, _) in mask.values().iter().enumerate().filter(|(_, is_set)| **is_set) {
        let voxel = [at % width, at / width % height, at / width / height];
        for (ends, place) in ends.iter_mut().zip(voxel) {
            *ends = [ends[0].min(place), ends[1].max(place + 1)];
        }
    }
    if ends[0][1] == 0 {
        return None;
    }
    let inner = GridBox::of(ends);
    let first = std::array::from_fn(|axis| first[axis] + inner.first[axis]);
    Some(Region { first, mask: mask.part(inner.first, inner.size), is_cut: false })
}
