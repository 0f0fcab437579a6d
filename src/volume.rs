//! Volumes: values at the voxels of a box, and where the voxels lie in the patient.

use serde::{Deserialize, Serialize};

/// Three numbers of the patient coordinate system (PS3.3 section C.7.6.2.1.1), in mm, or along the axes of a
/// grid.
pub type Triple = [f64; 3];

/// Values at the voxels of a box: x (along a row) runs fastest, then y (down a column), then z (from slice to
/// slice).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Volume<T> {
    size: [usize; 3],
    values: Vec<T>,
}

impl<T> Volume<T> {
    /// A volume of this size; `None` where the values are more or fewer.
    pub fn new(size: [usize; 3], values: Vec<T>) -> Option<Self> {
        (size.iter().product::<usize>() == values.len()).then_some(Self { size, values })
    }

    /// Voxels along x, y and z.
    pub fn size(&self) -> [usize; 3] {
        self.size
    }

    /// The values, x fastest.
    pub fn values(&self) -> &[T] {
        &self.values
    }

    /// The values, to be changed.
    pub fn values_mut(&mut self) -> &mut [T] {
        &mut self.values
    }

    /// Where the voxel stands among the values.
    pub fn place(&self, [x, y, z]: [usize; 3]) -> usize {
        (z * self.size[1] + y) * self.size[0] + x
    }

    /// The value of a voxel.
    pub fn at(&self, voxel: [usize; 3]) -> &T {
        &self.values[self.place(voxel)]
    }

    /// The values of a slice.
    pub fn slice(&self, z: usize) -> &[T] {
        let length = self.size[0] * self.size[1];
        &self.values[z * length..][..length]
    }
}

impl<T: Clone> Volume<T> {
    /// A volume of one value.
    pub fn filled(size: [usize; 3], value: T) -> Self {
        Self { size, values: vec![value; size.iter().product()] }
    }

    /// The part of it that begins at `first`.
    #[must_use]
    pub fn part(&self, first: [usize; 3], size: [usize; 3]) -> Self {
        let mut values = Vec::with_capacity(size.iter().product());
        for z in 0..size[2] {
            for y in 0..size[1] {
                let start = self.place([first[0], first[1] + y, first[2] + z]);
                values.extend_from_slice(&self.values[start..start + size[0]]);
            }
        }
        Self { size, values }
    }
}

/// Where the voxels of a volume lie: their centres, in the patient coordinate system.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Grid {
    /// Voxels along x, y and z.
    pub size: [usize; 3],
    /// The centre of the first voxel, mm.
    pub origin: Triple,
    /// Unit vectors along x, y and z, at right angles.
    pub axes: [Triple; 3],
    /// Distances between centres along x, y and z, mm.
    pub spacing: Triple,
}

impl Grid {
    /// The position of a place among the voxels, whose centres are at whole numbers.
    pub fn position(&self, place: Triple) -> Triple {
        let step = |axis: usize, of: usize| place[axis] * self.spacing[axis] * self.axes[axis][of];
        std::array::from_fn(|of| self.origin[of] + step(0, of) + step(1, of) + step(2, of))
    }

    /// The place among the voxels of a position.
    pub fn place(&self, position: Triple) -> Triple {
        let from = sub(position, self.origin);
        std::array::from_fn(|axis| dot(from, self.axes[axis]) / self.spacing[axis])
    }

    /// The volume of a voxel, cubic mm.
    pub fn voxel_mm3(&self) -> f64 {
        self.spacing.iter().product()
    }
}

/// The scalar product.
pub fn dot(a: Triple, b: Triple) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

/// The difference of two positions.
pub fn sub(a: Triple, b: Triple) -> Triple {
    std::array::from_fn(|axis| a[axis] - b[axis])
}

/// The vector product.
pub fn cross(a: Triple, b: Triple) -> Triple {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_volume_holds_the_voxels_of_its_box() {
        let all = Volume::new([4, 3, 2], (0..24).collect()).unwrap();
        let part = all.part([1, 1, 0], [2, 2, 2]);
        assert_eq!(part.values(), [5, 6, 9, 10, 17, 18, 21, 22]);
        assert_eq!(part.at([1, 0, 1]), all.at([2, 1, 1]));
        assert_eq!(Volume::new([4, 3, 2], vec![0; 23]), None);
    }

    #[test]
    fn places_and_positions_are_each_others_inverse_on_oblique_grids() {
        let (sin, cos) = 0.3_f64.sin_cos();
        let axes = [[cos, sin, 0.0], [-sin, cos, 0.0], [0.0, 0.0, 1.0]];
        let grid =
            Grid { size: [9, 9, 9], origin: [-3.0, 8.0, 100.0], axes, spacing: [0.5, 0.7, 3.0] };
        let place = [2.0, 5.5, 7.25];
        let back = grid.place(grid.position(place));
        assert!(place.iter().zip(back).all(|(a, b)| (a - b).abs() < 1e-12), "{back:?}");
        assert!((dot(cross(axes[0], axes[1]), axes[2]) - 1.0).abs() < 1e-15);
    }
}
