//! Where the slices of a series lie: the geometry of its members in, the checks of a volume out.
//!
//! The checks are those of the `volume_geometry_index` of NCI Imaging Data Commons (IDC), by their
//! names: `scripts/sql/volume_geometry_index.sql` of ImagingDataCommons/idc-index-data. It considers
//! single-frame CT, MR and PET series without localizers and projections; here any single-frame images
//! with the three attributes count. Our choices where it is silent, or differs on purpose:
//!
//! - Numbers are compared, not strings: `1` and `1.0` are one orientation.
//! - The normal has unit length, so that distances are millimetres.
//! - Without one orientation, or one whose axes are orthogonal, nothing is said of positions.
//! - Positions are equal within [`super::SAME_POSITION_MM`].
//! - Of a single image nothing is said but its orientation. If one member has no geometry, of none.

use super::findings::SeriesFindings;
use super::member::{Geometry, Member};
use super::order::{ascending, saturated};
use super::spacing::Spacing;

/// How far the length of the cross product of row and column may lie from 1 (`orientationTolerance`
/// of IDC).
pub const ORIENTATION_TOLERANCE: f64 = 0.01;

/// How far positions may lie apart along rows or columns, mm (`inPlaneTolerance` of IDC).
pub const IN_PLANE_TOLERANCE_MM: f64 = 0.1;

/// The slices of a series that may be a volume.
#[derive(Debug)]
pub(super) struct Stack {
    geometries: Vec<Geometry>,
    axes: Option<Axes>,
}

/// The directions that all slices of a stack share.
#[derive(Debug)]
struct Axes {
    row: [f64; 3],
    column: [f64; 3],
    /// Of unit length.
    normal: [f64; 3],
}

impl Stack {
    /// The stack of single-frame images that all say where they lie; `None` of other series.
    pub(super) fn of(members: &[Member]) -> Option<Self> {
        let geometry = |member: &Member| {
            let is_slice = member.frames == 1 && !member.is_localizer;
            member.geometry.as_ref().filter(|_| is_slice)?.usable()
        };
        let geometries: Vec<Geometry> = members.iter().map(geometry).collect::<Option<_>>()?;
        let first = *geometries.first()?;
        let is_single = geometries.iter().all(|other| same(&other.orientation, &first.orientation));
        let axes = is_single.then(|| Axes::of(&first)).flatten();
        Some(Self { geometries, axes })
    }

    /// Where each member lies along the normal, mm, in their order.
    pub(super) fn positions(&self) -> Option<Vec<f64>> {
        let axes = self.axes.as_ref()?;
        Some(self.along(axes.normal).collect())
    }

    /// Writes down what is found.
    pub(super) fn describe(&self, findings: &mut SeriesFindings) {
        let is_orthogonal = self.geometries.iter().all(|geometry| Axes::of(geometry).is_some());
        findings.orthogonal_orientation = Some(is_orthogonal);
        findings.obliquity_degrees = self.axes.as_ref().map(Axes::obliquity_degrees);
        let [first, others @ ..] = self.geometries.as_slice() else { return };
        if others.is_empty() {
            return;
        }
        let all_share = |is_shared: &dyn Fn(&Geometry) -> bool| Some(others.iter().all(is_shared));
        findings.single_orientation =
            all_share(&|other| same(&other.orientation, &first.orientation));
        findings.consistent_pixel_spacing =
            all_share(&|other| same(&other.spacing_mm, &first.spacing_mm));
        if let Some(axes) = &self.axes {
            findings.consistent_in_plane_row = Some(self.is_constant_along(axes.row));
            findings.consistent_in_plane_col = Some(self.is_constant_along(axes.column));
            if let Some(spacing) = Spacing::of(&ascending(self.along(axes.normal))) {
                describe_spacing(&spacing, findings);
            }
        }
        findings.regularly_spaced_3d_volume = all(&[
            findings.single_orientation,
            findings.orthogonal_orientation,
            findings.unique_slice_positions,
            findings.consistent_in_plane_row,
            findings.consistent_in_plane_col,
            findings.consistent_pixel_spacing,
            findings.consistent_image_dimensions,
            findings.uniform_slice_spacing,
        ]);
    }

    fn along(&self, direction: [f64; 3]) -> impl Iterator<Item = f64> {
        self.geometries.iter().map(move |geometry| dot(geometry.position_mm, direction))
    }

    fn is_constant_along(&self, direction: [f64; 3]) -> bool {
        let places = ascending(self.along(direction));
        match places.as_slice() {
            [first, .., last] => last - first < IN_PLANE_TOLERANCE_MM,
            _ => true,
        }
    }
}

fn describe_spacing(spacing: &Spacing, findings: &mut SeriesFindings) {
    findings.unique_slice_positions = Some(spacing.duplicates == 0);
    findings.uniform_slice_spacing = Some(spacing.is_uniform);
    findings.slice_spacing_mean_mm = spacing.mean;
    findings.slice_spacing_sd_mm = spacing.sd;
    findings.slice_spacing_mode_mm = spacing.mode;
    findings.gap_max_mm = spacing.max;
    findings.duplicate_slices = Some(saturated(spacing.duplicates));
    // A float to an integer saturates.
    findings.missing_slices = spacing.missing.map(|slices| slices as u32);
}

impl Axes {
    /// The axes of an image; `None` where row and column are not orthogonal and of unit length.
    fn of(geometry: &Geometry) -> Option<Self> {
        let (row, column) = (geometry.row(), geometry.column());
        let normal = cross(row, column);
        let length = dot(normal, normal).sqrt();
        let is_orthogonal = (length - 1.0).abs() <= ORIENTATION_TOLERANCE;
        is_orthogonal.then(|| Self { row, column, normal: normal.map(|part| part / length) })
    }

    /// The angle from the normal to the nearest axis of the patient, degrees: 0 of an axial, sagittal
    /// or coronal stack. IDC takes the arc cosine and rounds it; the arc tangent is exact for small ones.
    fn obliquity_degrees(&self) -> f64 {
        let [least, middle, most] = sorted(self.normal.map(f64::abs));
        libm::atan2((least * least + middle * middle).sqrt(), most) * (180.0 / std::f64::consts::PI)
    }
}

/// Whether numbers are equal. Equal ones have equal bits: none is NaN, and there is one zero.
fn same(some: &[f64], others: &[f64]) -> bool {
    let bits = |number: &f64| number.to_bits();
    some.iter().map(bits).eq(others.iter().map(bits))
}

/// As `AND` of SQL: false where one is false, else unknown where one is unknown.
fn all(checks: &[Option<bool>]) -> Option<bool> {
    if checks.contains(&Some(false)) {
        return Some(false);
    }
    (!checks.contains(&None)).then_some(true)
}

fn sorted(mut parts: [f64; 3]) -> [f64; 3] {
    parts.sort_unstable_by(f64::total_cmp);
    parts
}

fn dot([ax, ay, az]: [f64; 3], [bx, by, bz]: [f64; 3]) -> f64 {
    ax * bx + ay * by + az * bz
}

fn cross([ax, ay, az]: [f64; 3], [bx, by, bz]: [f64; 3]) -> [f64; 3] {
    [ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx]
}
