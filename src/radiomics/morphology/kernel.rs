//! The inverse of the distance of voxels, in the space of frequencies.

use rayon::prelude::*;

use super::fourier::{Complex, LANES, Plan};

/// The transform along x of the inverse distance. It is even along all axes, so that its transforms are real and one
/// octant of them tells the rest.
pub(super) struct Kernel {
    size: [usize; 3],
    /// For each step along z and each frequency of x, the values for each step along y.
    values: Vec<f64>,
    frequencies: usize,
}

impl Kernel {
    /// For voxels of a box; 0 for no distance. Beyond the steps within the box it is 0.
    pub(super) fn new(size: [usize; 3], spacing: [f64; 3], plans: &[Plan; 3]) -> Self {
        let frequencies = plans[0].length() / 2 + 1;
        let [nx, ny, _] = size;
        let mut values = vec![0.0; size[2] * frequencies * ny];
        values.par_chunks_mut(frequencies * ny).enumerate().for_each(|(z, slice)| {
            let mut steps = vec![0.0; nx * ny];
            for (x, steps) in steps.chunks_exact_mut(ny).enumerate() {
                for (y, value) in steps.iter_mut().enumerate() {
                    let along = |axis: usize, n: usize| (n as f64 * spacing[axis]).powi(2);
                    let squared = along(0, x) + along(1, y) + along(2, z);
                    *value = if squared > 0.0 { 1.0 / squared.sqrt() } else { 0.0 };
                }
            }
            even(&plans[0], &steps, slice, ny);
        });
        Self { size, values, frequencies }
    }

    /// The transform at a frequency of x: for each frequency of y those of z, in fours of which the last is filled up
    /// with 0.
    pub(super) fn plane(&self, frequency: usize, plans: &[Plan; 3]) -> Vec<[f64; LANES]> {
        let [_, ny, nz] = self.size;
        let mut steps = vec![0.0; nz * ny];
        for (z, steps) in steps.chunks_exact_mut(ny).enumerate() {
            steps.copy_from_slice(&self.values[(z * self.frequencies + frequency) * ny..][..ny]);
        }
        let [half_y, half_z] = [1, 2].map(|axis| plans[axis].length() / 2 + 1);
        let mut along_z = vec![0.0; half_z * ny];
        even(&plans[2], &steps, &mut along_z, ny);
        let mut turned = vec![0.0; ny * half_z];
        for (y, turned) in turned.chunks_exact_mut(half_z).enumerate() {
            turned.iter_mut().enumerate().for_each(|(k, value)| *value = along_z[k * ny + y]);
        }
        let mut octant = vec![0.0; half_y * half_z];
        even(&plans[1], &turned, &mut octant, half_z);
        let [height, depth] = [1, 2].map(|axis| plans[axis].length());
        let mut plane = Vec::with_capacity(height * depth.div_ceil(LANES));
        for y in 0..height {
            let row = &octant[y.min(height - y) * half_z..][..half_z];
            for first in (0..depth).step_by(LANES) {
                let at = |z: usize| if z < depth { row[z.min(depth - z)] } else { 0.0 };
                plane.push(std::array::from_fn(|lane| at(first + lane)));
            }
        }
        plane
    }
}

/// The transforms of `width` even lines, given by their values at the steps from 0, those of one step together; so
/// are the frequencies from 0 to the middle. Two lines are transformed as the real and the imaginary part of one.
fn even(plan: &Plan, steps: &[f64], frequencies: &mut [f64], width: usize) {
    let length = plan.length();
    let (mut lines, mut room) = (vec![], vec![]);
    for first in (0..width).step_by(2 * LANES) {
        let here = (width - first).min(2 * LANES);
        lines.clear();
        lines.resize(length, Complex::default());
        for (step, values) in steps.chunks_exact(width).enumerate() {
            let mut number = Complex::default();
            for (lane, value) in values[first..first + here].iter().enumerate() {
                let part = if lane < LANES { &mut number.re } else { &mut number.im };
                part[lane % LANES] = *value;
            }
            lines[step] = number;
            lines[(length - step) % length] = number;
        }
        plan.transform(&mut lines, &mut room, 1);
        for (values, number) in frequencies.chunks_exact_mut(width).zip(&lines) {
            for (lane, value) in values[first..first + here].iter_mut().enumerate() {
                let part = if lane < LANES { &number.re } else { &number.im };
                *value = part[lane % LANES];
            }
        }
    }
}
