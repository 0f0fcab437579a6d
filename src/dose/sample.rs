//! The dose-volume histogram of a region.

use rayon::prelude::*;

use super::frame::{Frame, Row, Strip};
use super::histogram::Histogram;
use super::moments::Moments;
use super::stack::{Section, sections};
use super::{DoseFault, DoseGrid, Dvh};
use crate::contours::Planes;
use crate::contours::edges::bounds;
use crate::contours::scanline::Crossings;

/// Strips across a section, at least; and not fewer than voxels.
const STRIPS: f64 = 48.0;
/// Strips across a section, at most, however fine the grid.
const MOST_STRIPS: f64 = 4096.0;
/// Sub-slices along a region, at least.
const SUB_SLICES: usize = 32;
/// Sub-slices of a plane, at most.
const MOST_SUB_SLICES: usize = 32;
/// Planes whose histograms are added up together: the sums are the same for any number of threads.
const TOGETHER: usize = 8;

/// Finds the dose-volume histogram of a region.
///
/// The region is cut into sub-slices along the normal, whose cross-sections lie between those of
/// the contours (see the module `stack`), and these into strips. Along a strip the borders are
/// exact, and the dose is linear from node to node, so that each piece's volume is spread over a
/// known range of doses, widened by how much dose changes across the strip and the sub-slice. A
/// section has at least 48 strips across, and a region at least 32 sub-slices, so small ones are
/// sampled as finely as large ones. The least and the largest dose are also looked for at the corners of the contours on
/// their planes and at both ends of their slabs.
///
/// What lies outside of the dose grid has no dose: it is left out of the histogram and of all
/// figures, and told of in [`Dvh::share_outside_grid`].
///
/// A plane that is alone is as thick as the planes of doses are apart, unless
/// [`Planes::with_thickness`] tells it.
///
/// # Errors
/// [`DoseFault::Outside`] where nothing lies inside of the grid, [`DoseFault::NoVolume`] where the
/// contours enclose nothing.
pub fn dvh(planes: &Planes, grid: &DoseGrid) -> Result<Dvh, DoseFault> {
    let alone;
    let planes = if planes.distance.is_some() {
        planes
    } else {
        alone = planes.clone().with_thickness(grid.plane_distance());
        &alone
    };
    let frame = &Frame::of(planes, grid);
    let polygons: Vec<Vec<Vec<[f64; 2]>>> =
        planes.planes.par_iter().map(|plane| frame.polygons(plane)).collect();
    let moments: Vec<Option<Moments>> = polygons
        .par_iter()
        .map_init(Crossings::default, |lines, polygons| Moments::of(polygons, lines))
        .collect();
    let sections = sections(planes, &moments);
    let count = planes.planes.len();
    let parts: Vec<Histogram> = (0..count.div_ceil(TOGETHER))
        .into_par_iter()
        .map(|part| {
            let mut sampler = Sampler::new(frame, count);
            for at in part * TOGETHER..((part + 1) * TOGETHER).min(count) {
                if let Some(section) = &sections[at] {
                    sampler.plane(planes, at, section, &polygons[at]);
                }
            }
            sampler.histogram
        })
        .collect();
    let all = parts.iter().fold(Histogram::default(), Histogram::merge);
    let volume = all.inside + all.outside;
    // A region of no volume at all has none outside either; not a number is neither.
    if volume.is_nan() || volume <= 0.0 {
        return Err(DoseFault::NoVolume);
    }
    let Some([d_min, d_max]) = all.range.filter(|_| all.inside > 0.0) else {
        return Err(DoseFault::Outside);
    };
    Ok(Dvh {
        bins: all.volumes(),
        volume_cm3: volume,
        share_outside_grid: all.outside / volume,
        d_min,
        d_mean: (all.volume_dose / all.inside).clamp(d_min, d_max),
        d_max,
    })
}

/// What goes from plane to plane.
struct Sampler<'a> {
    frame: &'a Frame<'a>,
    /// Planes of the region.
    count: usize,
    histogram: Histogram,
    row: Row,
    lines: Crossings,
    stretched: Vec<Vec<[f64; 2]>>,
}

impl<'a> Sampler<'a> {
    fn new(frame: &'a Frame<'a>, count: usize) -> Self {
        Self {
            frame,
            count,
            histogram: Histogram::default(),
            row: Row::default(),
            lines: Crossings::default(),
            stretched: Vec::new(),
        }
    }

    /// Adds the section of a plane.
    fn plane(&mut self, planes: &Planes, at: usize, section: &Section, polygons: &[Vec<[f64; 2]>]) {
        let plane = &planes.planes[at];
        let [begin, end] = section.reach;
        for distance in [begin, 0.0, end] {
            let stretch = section.stretch(distance);
            let level = self.frame.level(plane, distance);
            for &point in polygons.iter().flatten() {
                if let Some(dose) = self.frame.at(stretch.apply(point), level) {
                    self.histogram.occurs(dose);
                }
            }
        }
        let by_dose = ((end - begin) / self.frame.level_mm * 2.0).ceil() as usize;
        let by_region = SUB_SLICES.div_ceil(self.count);
        let count = by_dose.max(by_region).clamp(2, MOST_SUB_SLICES);
        let thickness = (end - begin) / count as f64;
        for sub_slice in 0..count {
            let low = begin + sub_slice as f64 * thickness;
            let middle = low + thickness / 2.0;
            let stretch = section.stretch(middle);
            // Simpson's rule over the sub-slice: exact where areas change by a parabola.
            let [first, last] = [low, low + thickness].map(|at| section.stretch(at).share);
            let share = (first + 4.0 * stretch.share + last) / 6.0;
            let cm3 = share * section.moments.area * self.frame.unit_mm2 * thickness / 1000.0;
            self.stretched.clear();
            self.stretched.extend(polygons.iter().map(|polygon| {
                polygon.iter().map(|&point| stretch.apply(point)).collect::<Vec<_>>()
            }));
            self.sub_slice([self.frame.level(plane, middle), thickness], cm3);
        }
    }

    /// Adds a sub-slice of this volume: the polygons in `stretched`.
    fn sub_slice(&mut self, level: [f64; 2], cm3: f64) {
        let Some([[left, low], [right, high]]) = bounds(&self.stretched) else { return };
        let extent = high - low;
        // Strips end where the section does, so that none is filled in part at its ends.
        let most = MOST_STRIPS.min(Crossings::most_lines(&self.stretched, extent));
        let count = extent.max(STRIPS).min(most).ceil();
        let height = extent / count;
        let mut lines = std::mem::take(&mut self.lines);
        lines.find(&self.stretched, low, height, count as usize);
        let length: f64 =
            lines.lines().flat_map(|line| line.chunks_exact(2)).map(|p| p[1] - p[0]).sum();
        if length > 0.0 {
            for (strip, line) in lines.lines().enumerate() {
                let y = low + (strip as f64 + 0.5) * height;
                self.line(Strip { y: [y, height], level }, line, cm3 / length);
            }
        } else {
            // Too small for any strip: all of it at its middle.
            let middle = [f64::midpoint(left, right), f64::midpoint(low, high)];
            match self.frame.at(middle, level[0]) {
                Some(dose) => {
                    self.histogram.occurs(dose);
                    self.histogram.add(cm3, dose, 0.0);
                }
                None => self.histogram.outside += cm3,
            }
        }
        self.lines = lines;
    }

    /// Adds the stretches between pairs of crossings; `each` is the volume of a unit of length.
    fn line(&mut self, strip: Strip, crossings: &[f64], each: f64) {
        let [first, last] = self.frame.reach[0];
        let (Some(&left), Some(&right)) = (crossings.first(), crossings.last()) else { return };
        let range = [left.max(first), right.min(last)];
        let is_inside = range[0] < range[1] && self.frame.fill(strip, range, &mut self.row);
        for pair in crossings.chunks_exact(2) {
            let [from, to] = [pair[0].max(first), pair[1].min(last)];
            if is_inside && from < to {
                self.histogram.outside += each * ((pair[1] - pair[0]) - (to - from)).max(0.0);
                self.stretch_of_line([from, to], each);
            } else {
                self.histogram.outside += each * (pair[1] - pair[0]);
            }
        }
    }

    /// Adds a stretch of a line: a part of a piece between nodes, whole ones, and a part again.
    fn stretch_of_line(&mut self, [from, to]: [f64; 2], each: f64) {
        let [first, last] = [from.floor(), to.floor()];
        let [begin, end] = [first, last].map(|node| self.row.piece(node));
        if begin == end {
            self.part(begin, [from - first, to - first], each);
            return;
        }
        self.part(begin, [from - first, 1.0], each);
        let whole = begin + 1..end;
        for &[middle, half] in &self.row.pieces()[whole.clone()] {
            self.histogram.add(each, middle, half);
        }
        let [least, most] = self.row.range(begin + 1..end + 1);
        self.histogram.occurs(least);
        self.histogram.occurs(most);
        self.part(end, [0.0, to - last], each);
    }

    /// Adds a part of a piece between nodes.
    fn part(&mut self, piece: usize, part: [f64; 2], each: f64) {
        let ([low, high], [middle, half]) = self.row.part(piece, part);
        self.histogram.add(each * (part[1] - part[0]), middle, half);
        self.histogram.occurs(low);
        self.histogram.occurs(high);
    }
}
