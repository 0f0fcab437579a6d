//! Where the pixels of a frame lie (PS3.3 sections C.7.6.2 and C.7.6.16.2.1 to C.7.6.16.2.4).

use super::reason::{NO_GEOMETRY, Reason, SHEARED};
use crate::volume::{Triple, cross, dot, sub};

/// How far the length of a direction may lie from 1: cosines come with few digits.
const LENGTH_TOLERANCE: f64 = 0.01;

/// How far the scalar product of the directions of rows and columns may lie from 0: half a voxel on 500.
const ANGLE_TOLERANCE: f64 = 1e-3;

/// The least and the largest distance between pixels that is taken, mm.
const SPACINGS_MM: [f64; 2] = [1e-6, 1e6];

/// The plane of a frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plane {
    /// Image Position (Patient) (0020,0032): the centre of the first pixel, mm.
    pub position: Triple,
    /// Image Orientation (Patient) (0020,0037): unit vectors along a row and down a column, at right angles.
    pub axes: [Triple; 2],
    /// Pixel Spacing (0028,0030), mm: between columns, which is along a row, then between rows. The attribute has
    /// them the other way round.
    pub spacing: [f64; 2],
    /// Slice Thickness (0018,0050), mm.
    pub thickness: Option<f64>,
    /// Spacing Between Slices (0018,0088), mm.
    pub between: Option<f64>,
}

impl Plane {
    /// From the values of the attributes: the direction cosines of row and column, the spacing between rows and
    /// between columns.
    ///
    /// # Errors
    ///
    /// `no-geometry` of directions without length or spacings that are none, `sheared` where rows and columns do not
    /// stand at right angles.
    pub(super) fn new(
        position: Triple,
        orientation: [f64; 6],
        spacing: [f64; 2],
    ) -> Result<Self, Reason> {
        let [row_x, row_y, row_z, column_x, column_y, column_z] = orientation;
        let unusable = |attribute: &str| {
            Reason::new(NO_GEOMETRY, format!("{attribute} holds what cannot be used"))
        };
        let direction = |cosines| {
            unit(cosines).ok_or_else(|| unusable("Image Orientation (Patient) (0020,0037)"))
        };
        let row = direction([row_x, row_y, row_z])?;
        let column = direction([column_x, column_y, column_z])?;
        let slant = dot(row, column);
        if slant.abs() > ANGLE_TOLERANCE {
            let message = "Image Orientation (Patient) (0020,0037) holds no right angle";
            return Err(Reason::new(SHEARED, message));
        }
        let upright: Triple = std::array::from_fn(|axis| column[axis] - slant * row[axis]);
        let column = direction(upright)?;
        if !spacing.iter().all(|it| (SPACINGS_MM[0]..=SPACINGS_MM[1]).contains(it)) {
            return Err(unusable("Pixel Spacing (0028,0030)"));
        }
        let [between_rows, between_columns] = spacing;
        let (axes, spacing) = ([row, column], [between_columns, between_rows]);
        Ok(Self { position, axes, spacing, thickness: None, between: None })
    }

    /// With Slice Thickness and Spacing Between Slices, where they can be used.
    pub(super) fn with_slices(mut self, thickness: Option<f64>, between: Option<f64>) -> Self {
        let usable =
            |it: Option<f64>| it.filter(|it| (SPACINGS_MM[0]..=SPACINGS_MM[1]).contains(it));
        self.thickness = usable(thickness);
        // Some write it with the sign of the direction.
        self.between = usable(between.map(f64::abs));
        self
    }

    /// The unit vector at right angles to rows and columns.
    pub fn normal(&self) -> Triple {
        cross(self.axes[0], self.axes[1])
    }

    /// The place of a position in the plane: along a row and down a column in pixels, whose centres are at whole
    /// numbers, and above the plane in mm.
    pub fn place(&self, position: Triple) -> Triple {
        let from = sub(position, self.position);
        let along = |axis: usize| dot(from, self.axes[axis]) / self.spacing[axis];
        [along(0), along(1), dot(from, self.normal())]
    }

    /// The position of a place in the plane: the inverse of [`Plane::place`].
    pub fn at(&self, [along, down, above]: Triple) -> Triple {
        let normal = self.normal();
        std::array::from_fn(|of| {
            self.position[of]
                + along * self.spacing[0] * self.axes[0][of]
                + down * self.spacing[1] * self.axes[1][of]
                + above * normal[of]
        })
    }
}

/// A direction made as long as 1; `None` where it was far from that.
fn unit(direction: Triple) -> Option<Triple> {
    let length = dot(direction, direction).sqrt();
    ((length - 1.0).abs() <= LENGTH_TOLERANCE).then(|| direction.map(|part| part / length))
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "these numbers are exact")]
mod tests {
    use super::*;

    const AXIAL: [f64; 6] = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0];

    #[test]
    fn spacing_is_that_of_columns_first() {
        let plane = Plane::new([1.0, 2.0, 3.0], AXIAL, [0.5, 0.75]).unwrap();
        assert_eq!(plane.spacing, [0.75, 0.5]);
        assert_eq!(plane.normal(), [0.0, 0.0, 1.0]);
        assert_eq!(plane.place([2.5, 3.0, 5.0]), [2.0, 2.0, 2.0]);
        assert_eq!(plane.at([2.0, 2.0, 2.0]), [2.5, 3.0, 5.0]);
    }

    #[test]
    fn cosines_of_few_digits_make_right_angles() {
        let plane = Plane::new([0.0; 3], [0.707, 0.707, 0.0, 0.0, 0.0, -1.0], [1.0; 2]).unwrap();
        let [row, column] = plane.axes;
        assert!((dot(row, row) - 1.0).abs() < 1e-15 && dot(row, column).abs() < 1e-15);
        let slanted = Plane::new([0.0; 3], [1.0, 0.0, 0.0, 0.0008, 0.9999, 0.0], [1.0; 2]).unwrap();
        assert!(dot(slanted.axes[0], slanted.axes[1]).abs() < 1e-15);
    }

    #[test]
    fn what_is_no_plane_is_a_reason() {
        let class =
            |orientation, spacing| Plane::new([0.0; 3], orientation, spacing).unwrap_err().class;
        assert_eq!(class([1.0, 0.0, 0.0, 0.1, 0.995, 0.0], [1.0; 2]), SHEARED);
        assert_eq!(class([1.0, 0.0, 0.0, 1.0, 0.0, 0.0], [1.0; 2]), SHEARED);
        assert_eq!(class([0.0; 6], [1.0; 2]), NO_GEOMETRY);
        assert_eq!(class(AXIAL, [0.0, 1.0]), NO_GEOMETRY);
        assert_eq!(class(AXIAL, [-1.0, 1.0]), NO_GEOMETRY);
    }
}
