//! Contours put on the planes they were drawn on.

use super::flat::{FLAT_MM, SMALLEST_MM2, area_vector, depth, normal, reach};
use super::{Contour, ContourFault, Remark, crossing};
use crate::volume::{Triple, cross, dot};

/// Contours nearer to each other than this lie on the same plane, mm.
const SAME_PLANE_MM: f64 = 0.05;
/// Planes further apart than this many usual distances have a gap between them.
const GAP: f64 = 1.5;
/// What is this close to the border between two planes is on it, mm: far above rounding, far below
/// any distance between slices.
const ON_BORDER_MM: f64 = 1e-6;

/// The contours of one plane.
#[derive(Debug, Clone, PartialEq)]
pub struct Plane {
    /// Where the plane lies along the normal, mm from the origin of the patient coordinates.
    pub position: f64,
    /// Where the slab of this plane begins and ends along the normal, mm: the region's cross-section
    /// is that of the plane from the first, included, to the second, left out.
    pub slab: [f64; 2],
    /// The contours, mm, patient coordinates.
    pub outlines: Vec<Vec<Triple>>,
    /// The contours along the axes of the plane, mm.
    pub polygons: Vec<Vec<[f64; 2]>>,
}

impl Plane {
    /// The height of the slab, mm.
    pub fn thickness(&self) -> f64 {
        self.slab[1] - self.slab[0]
    }
}

/// The contours of a region, on parallel planes.
///
/// The slab of a plane reaches half-way to its neighbours. The outer planes, and those at a gap,
/// reach half the usual distance outwards, which is the lower median of the distances between
/// neighbours. A gap is a distance of more than 1.5 usual ones: nothing is filled in there.
#[derive(Debug, Clone, PartialEq)]
pub struct Planes {
    /// The unit normal of the planes, its largest component positive.
    pub normal: Triple,
    /// Two unit vectors in the planes, at right angles, and with the normal right-handed.
    pub axes: [Triple; 2],
    /// The usual distance between neighbours, mm; `None` for a single plane, until
    /// [`with_thickness`](Self::with_thickness) tells it.
    pub distance: Option<f64>,
    /// The planes in order along the normal; at least one.
    pub planes: Vec<Plane>,
}

impl Planes {
    /// Puts contours on their planes.
    ///
    /// Beside the planes come remarks in the order of the contours: those that were left out and
    /// why, those that are used although they cross themselves, and those before whose plane there
    /// is a gap. Planarity is held to 0.1 mm.
    ///
    /// # Errors
    /// [`ContourFault::NoContour`] where none were given, and the first one's fault where all were
    /// left out.
    pub fn of(contours: &[Contour]) -> Result<(Self, Vec<Remark>), ContourFault> {
        let mut remarks = Vec::new();
        let mut largest: Option<(f64, Triple)> = None;
        let mut good = Vec::new();
        for (number, contour) in contours.iter().enumerate() {
            match normal(contour) {
                Ok(normal) => {
                    let area = area_vector(&contour.points);
                    let area = dot(area, area).sqrt();
                    if largest.is_none_or(|(before, _)| area > before) {
                        largest = Some((area, normal));
                    }
                    good.push(number);
                }
                Err(fault) => remarks.push(Remark { contour: number, fault }),
            }
        }
        let Some((_, normal)) = largest else {
            return Err(remarks.first().map_or(ContourFault::NoContour, |remark| remark.fault));
        };
        let mut sorted = Vec::new();
        for number in good {
            let points = &contours[number].points;
            if depth(points, normal) > FLAT_MM {
                remarks.push(Remark { contour: number, fault: ContourFault::NotParallel });
            } else {
                let (low, high) = reach(points, normal);
                sorted.push((f64::midpoint(low, high), number));
            }
        }
        sorted.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let axes = axes(normal);
        let mut all = Self { normal, axes, distance: None, planes: Vec::new() };
        let mut firsts = Vec::new();
        for (position, number) in sorted {
            all.put(position, &contours[number], number, &mut firsts, &mut remarks);
        }
        let positions: Vec<f64> = all.planes.iter().map(|plane| plane.position).collect();
        all.distance = usual_distance(&positions);
        for gap in all.set_slabs() {
            remarks.push(Remark { contour: firsts[gap], fault: ContourFault::Gap });
        }
        remarks.sort_by_key(|remark| remark.contour);
        Ok((all, remarks))
    }

    /// The same planes, with this thickness for a plane that is alone and so has no distance to
    /// another: the distance between the slices that it was drawn on, mm. Several planes stay as
    /// they are, as they do for a distance that is not positive.
    #[must_use]
    pub fn with_thickness(mut self, distance: f64) -> Self {
        if self.distance.is_none() && distance.is_finite() && distance > 0.0 {
            self.distance = Some(distance);
            self.set_slabs();
        }
        self
    }

    /// The plane in whose slab a place along the normal lies.
    pub fn at(&self, place: f64) -> Option<usize> {
        let place = place + ON_BORDER_MM;
        let next = self.planes.partition_point(|plane| plane.slab[0] <= place);
        let plane = next.checked_sub(1)?;
        (place < self.planes[plane].slab[1]).then_some(plane)
    }

    /// Whether the slab of a plane touches that of the next one: no gap is between them.
    pub fn is_joined(&self, plane: usize) -> bool {
        self.planes
            .get(plane + 1)
            .is_some_and(|next| next.slab[0].total_cmp(&self.planes[plane].slab[1]).is_eq())
    }

    /// Adds a contour to the last plane, or to a new one behind it.
    fn put(
        &mut self,
        position: f64,
        contour: &Contour,
        number: usize,
        firsts: &mut Vec<usize>,
        remarks: &mut Vec<Remark>,
    ) {
        let points = &contour.points;
        let flat: Vec<[f64; 2]> =
            points.iter().map(|&point| self.axes.map(|axis| dot(point, axis))).collect();
        let [from, _] = self.planes.last().map_or([f64::NEG_INFINITY; 2], |last| last.slab);
        if position - from > SAME_PLANE_MM {
            self.planes.push(Plane {
                position,
                slab: [position; 2],
                outlines: Vec::new(),
                polygons: Vec::new(),
            });
            firsts.push(number);
        }
        let plane = self.planes.last_mut().expect("a plane was added where there was none");
        if plane.outlines.iter().any(|other| is_copy(other, points)) {
            remarks.push(Remark { contour: number, fault: ContourFault::Repeated });
            return;
        }
        if let Some(fault) = crossing::find(&flat, SMALLEST_MM2) {
            remarks.push(Remark { contour: number, fault });
        }
        plane.outlines.push(points.clone());
        plane.polygons.push(flat);
    }

    /// Sets where the slabs begin and end; gives the planes before which there is a gap.
    fn set_slabs(&mut self) -> Vec<usize> {
        let half = self.distance.unwrap_or(0.0) / 2.0;
        let mut gaps = Vec::new();
        for at in 0..self.planes.len() {
            let position = self.planes[at].position;
            self.planes[at].slab = [position - half, position + half];
            let Some(before) = at.checked_sub(1) else { continue };
            let distance = position - self.planes[before].position;
            if distance > GAP * 2.0 * half {
                gaps.push(at);
            } else {
                let border = f64::midpoint(self.planes[before].position, position);
                self.planes[before].slab[1] = border;
                self.planes[at].slab[0] = border;
            }
        }
        gaps
    }
}

/// Two axes in a plane. Those of axial, coronal and sagittal planes are axes of the patient.
fn axes(normal: Triple) -> [Triple; 2] {
    let helper = if normal[0].abs() > 0.9 { [0.0, 1.0, 0.0] } else { [1.0, 0.0, 0.0] };
    let along = dot(helper, normal);
    let first: Triple = std::array::from_fn(|of| helper[of] - along * normal[of]);
    let length = dot(first, first).sqrt();
    let first = first.map(|component| component / length);
    [first, cross(normal, first)]
}

/// The lower median of the distances between neighbours.
fn usual_distance(positions: &[f64]) -> Option<f64> {
    let mut distances: Vec<f64> = positions.windows(2).map(|pair| pair[1] - pair[0]).collect();
    distances.sort_by(f64::total_cmp);
    distances.get(distances.len().checked_sub(1)? / 2).copied()
}

/// Whether two contours have the same corners in the same order, from wherever and whichever way round.
fn is_copy(one: &[Triple], other: &[Triple]) -> bool {
    let (one, other) = (corners(one), corners(other));
    if one.len() != other.len() || one.is_empty() {
        return one == other;
    }
    let count = other.len();
    (0..count).filter(|start| other[*start] == one[0]).any(|start| {
        let ahead = |at: usize| other[(start + at) % count];
        let back = |at: usize| other[(start + count - at) % count];
        (0..count).all(|at| one[at] == ahead(at)) || (0..count).all(|at| one[at] == back(at))
    })
}

/// The points of a contour, as bits, without those that repeat the one before, the first being behind the last.
fn corners(points: &[Triple]) -> Vec<[u64; 3]> {
    // 0 and -0 are one place.
    let mut corners: Vec<_> =
        points.iter().map(|point| point.map(|place| (place + 0.0).to_bits())).collect();
    corners.dedup();
    while corners.len() > 1 && corners.first() == corners.last() {
        corners.pop();
    }
    corners
}
