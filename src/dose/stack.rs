//! What a region's cross-section is between and beyond the planes of its contours.
//!
//! Contours tell the cross-section on their planes only. If each were taken for the whole of its
//! slab, a sphere of 24 mm with contours every 3 mm would come out 0.8 % too large, and its ends
//! flat. So the section of a plane is moved and stretched within its slab such that its centre and
//! its second moments (variances and covariance) follow the parabola through those of three
//! neighbouring planes. Cylinders, cones and ellipsoids in any direction have moments that are such
//! parabolas: their sections come out exactly. (A section's extent r along any direction has a
//! variance in proportion to r^2, which is quadratic along the axis of each of them.)
//!
//! - Where a neighbour has another form (its area and its second moments do not fit: the region
//!   splits, or a piece begins), it has no part in this; towards it the section stays as it is.
//! - Beyond an outer plane the parabola goes on for half a distance, or until the section vanishes
//!   before that. So regions end where their voxels do, and a shape whose true end lies further out
//!   loses what is beyond: contours do not tell where it ends.

use super::moments::{Moments, determinant};
use crate::contours::Planes;

/// Neighbours have the same form if their fullness differs by less than this factor.
const SAME_FORM: f64 = 1.25;
/// A stretched section is no larger than this many times the largest of its neighbours: beyond
/// that the parabola is not to be trusted.
const LARGEST: f64 = 1.5;
/// Steps in which the end of a region is looked for within half a distance.
const STEPS: usize = 64;
/// A section of less than this share of its plane's area (squared: the ratio of determinants) has
/// vanished.
const VANISHED: f64 = 1e-6;
/// The same for a section that grows again behind: the tip of a cone, missed by rounding.
const NEARLY_VANISHED: f64 = 1e-2;

/// The section of a plane and how it changes along the normal.
#[derive(Debug, Clone)]
pub(super) struct Section {
    pub(super) moments: Moments,
    /// Where the section begins and ends along the normal, mm from its plane.
    pub(super) reach: [f64; 2],
    /// The form as a polynomial of the distance from the plane.
    trend: [[f64; 5]; 3],
    /// The polynomial holds between these distances; beyond them the form stays.
    holds: [f64; 2],
    /// The largest area it can have.
    largest: f64,
}

/// A map of a plane's points to where they are at another place along the normal.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stretch {
    from: [f64; 2],
    to: [f64; 2],
    matrix: [[f64; 2]; 2],
    /// The area as a share of the plane's.
    pub(super) share: f64,
}

impl Stretch {
    /// Where a point comes to lie.
    pub(super) fn apply(&self, point: [f64; 2]) -> [f64; 2] {
        let [x, y] = [point[0] - self.from[0], point[1] - self.from[1]];
        [0, 1].map(|row| self.to[row] + self.matrix[row][0] * x + self.matrix[row][1] * y)
    }
}

impl Section {
    /// The map to a distance from the plane, mm.
    pub(super) fn stretch(&self, distance: f64) -> Stretch {
        let from = [self.moments.form[0], self.moments.form[1]];
        let form = self.form(distance);
        let to = [form[0], form[1]];
        let before = determinant(&self.moments.form);
        let after = determinant(&form);
        if after <= 0.0 || form[2] <= 0.0 {
            return Stretch { from, to, matrix: [[0.0; 2]; 2], share: 0.0 };
        }
        let share = (after / before).sqrt();
        if share * self.moments.area > self.largest {
            return Stretch { from, to: from, matrix: [[1.0, 0.0], [0.0, 1.0]], share: 1.0 };
        }
        let matrix = product(root(&form), inverse(root(&self.moments.form)));
        Stretch { from, to, matrix, share }
    }

    /// Centre and second moments at a distance from the plane.
    fn form(&self, distance: f64) -> [f64; 5] {
        let at = distance.clamp(self.holds[0], self.holds[1]);
        std::array::from_fn(|of| {
            self.trend[0][of] + at * (self.trend[1][of] + at * self.trend[2][of])
        })
    }

    /// How far the section goes on in a direction (-1 or 1) before it vanishes, if that is within
    /// this distance.
    fn vanishes(&self, direction: f64, within: f64) -> Option<f64> {
        let whole = determinant(&self.moments.form);
        let mut before = 1.0;
        for step in 1..=STEPS {
            let away = within * step as f64 / STEPS as f64;
            let form = self.form(direction * away);
            let share = determinant(&form) / whole;
            if share < VANISHED || form[2] <= 0.0 {
                return Some(away - within / STEPS as f64 / 2.0);
            }
            if before < NEARLY_VANISHED && share > before {
                return Some(away - within / STEPS as f64);
            }
            before = share;
        }
        None
    }
}

/// The sections of all planes, from the moments of each; `None` for those without an area.
pub(super) fn sections(planes: &Planes, moments: &[Option<Moments>]) -> Vec<Option<Section>> {
    (0..moments.len()).map(|at| moments[at].map(|own| section(planes, moments, at, own))).collect()
}

fn section(planes: &Planes, moments: &[Option<Moments>], at: usize, own: Moments) -> Section {
    let position = planes.planes[at].position;
    let slab = planes.planes[at].slab;
    let distance_to = |other: usize| planes.planes[other].position - position;
    // The next plane on a side, if it goes on there in the same form.
    let next = |from: usize, up: bool| {
        let other = if up { from + 1 } else { from.checked_sub(1)? };
        let like = moments[from]?.fullness() / (*moments.get(other)?)?.fullness();
        let joined = planes.is_joined(from.min(other));
        (joined && (1.0 / SAME_FORM..SAME_FORM).contains(&like)).then_some(other)
    };
    let [down, up] = [next(at, false), next(at, true)];
    let knots: Vec<usize> = match (down, up) {
        (Some(down), Some(up)) => vec![down, up],
        (Some(down), None) => [Some(down), next(down, false)].into_iter().flatten().collect(),
        (None, Some(up)) => [Some(up), next(up, true)].into_iter().flatten().collect(),
        (None, None) => Vec::new(),
    };
    let knot = |&other: &usize| (distance_to(other), moments[other].map_or(own.form, |m| m.form));
    let trend = parabola(own.form, &knots.iter().map(knot).collect::<Vec<_>>());
    // A neighbour of another form stands in the way of going on; nothing or a gap does not.
    let is_end = [at == 0 || !planes.is_joined(at - 1), !planes.is_joined(at)];
    let holds = [
        if down.is_some() || is_end[0] { f64::NEG_INFINITY } else { 0.0 },
        if up.is_some() || is_end[1] { f64::INFINITY } else { 0.0 },
    ];
    let area =
        |plane: Option<usize>| plane.and_then(|plane| moments[plane]).map_or(0.0, |m| m.area);
    let largest = LARGEST * own.area.max(area(down)).max(area(up));
    let reach = slab.map(|end| end - position);
    let mut section = Section { moments: own, reach, trend, holds, largest };
    let half = planes.distance.unwrap_or(0.0) / 2.0;
    if is_end[0] {
        section.reach[0] = section.vanishes(-1.0, half).map_or(reach[0], |away| -away);
    }
    if is_end[1] {
        section.reach[1] = section.vanishes(1.0, half).unwrap_or(reach[1]);
    }
    section
}

/// The polynomial through the form at 0 and at up to two other distances (by Newton's divided
/// differences).
fn parabola(own: [f64; 5], knots: &[(f64, [f64; 5])]) -> [[f64; 5]; 3] {
    let slope = |&(distance, form): &(f64, [f64; 5])| -> [f64; 5] {
        std::array::from_fn(|of| (form[of] - own[of]) / distance)
    };
    match knots {
        [] => [own, [0.0; 5], [0.0; 5]],
        [one] => [own, slope(one), [0.0; 5]],
        [one, two, ..] => {
            let (first, second) = (slope(one), slope(two));
            let bend: [f64; 5] =
                std::array::from_fn(|of| (second[of] - first[of]) / (two.0 - one.0));
            [own, std::array::from_fn(|of| first[of] - one.0 * bend[of]), bend]
        }
    }
}

/// The symmetric square root of the second moments (for two by two, by the Cayley-Hamilton
/// theorem).
fn root(form: &[f64; 5]) -> [[f64; 2]; 2] {
    let [_, _, xx, xy, yy] = *form;
    let product = determinant(form).max(0.0).sqrt();
    let sum = (xx + yy + 2.0 * product).sqrt();
    [[(xx + product) / sum, xy / sum], [xy / sum, (yy + product) / sum]]
}

fn inverse([[a, b], [c, d]]: [[f64; 2]; 2]) -> [[f64; 2]; 2] {
    let whole = a * d - b * c;
    [[d / whole, -b / whole], [-c / whole, a / whole]]
}

fn product(a: [[f64; 2]; 2], b: [[f64; 2]; 2]) -> [[f64; 2]; 2] {
    let cell = |row: usize, column: usize| a[row][0] * b[0][column] + a[row][1] * b[1][column];
    [[cell(0, 0), cell(0, 1)], [cell(1, 0), cell(1, 1)]]
}
