//! Moran's I and Geary's C: whether near voxels have like intensities (IBSI manual section 3.1, N365 and NPT7).
//!
//! Both are sums over all pairs of voxels with the inverse of their distance as weight. Such a sum is a convolution
//! with the inverse distance, and so a product in the space of frequencies, exact up to rounding: with the transforms
//! M of the mask, X of the intensities less their mean, Q of the squares of these, and K of the inverse distance (real,
//! as it is even), the sums are those of K |M|^2, K |X|^2 and K Re(M conj Q).
//!
//! Transforms go along x first. What follows needs one plane of frequencies of x at a time.

use rayon::prelude::*;

use super::fourier::{Complex, LANES, Plan};
use super::kernel::Kernel;
use crate::radiomics::discretise::range;
use crate::radiomics::region::Region;

/// The most voxels of a box whose pairs are summed; the rest would take minutes and gigabytes.
const MOST: usize = 1 << 25;

/// What is held at a time of the planes of frequencies, bytes.
const HELD: usize = 1 << 28;

/// Fours of lines that are transformed together, so that they stay in the cache.
const WIDTH: usize = 4;

/// The mask, the intensities and their squares.
const FIELDS: usize = 3;

/// Moran's I and Geary's C of the intensity mask. `None` of a single voxel, of a constant, and where the box of the
/// region has more than 2^25 voxels.
pub(super) fn moran_and_geary(region: &Region, mean: f64) -> [Option<f64>; 2] {
    let n = region.values.len() as f64;
    let squares: f64 = region.values.iter().map(|v| (v - mean).powi(2)).sum();
    let (min, max) = range(&region.values);
    if max <= min || region.intensity.values().len() > MOST {
        return [None, None];
    }
    let [weights, products, with_squares] = pairs(region, mean);
    // The squared difference of a pair is both squares less twice the product.
    let differences = 2.0 * (with_squares - products);
    let moran = n / weights * products / squares;
    let geary = (n - 1.0) / (2.0 * weights) * differences / squares;
    [Some(moran), Some(geary)]
}

/// The sums over all ordered pairs of voxels of the weight, of weight times both intensities, and of weight times the
/// square of the one. Intensities are less the mean.
fn pairs(region: &Region, mean: f64) -> [f64; 3] {
    let fields = Fields::new(region, mean);
    let plans = region.intensity.size().map(|n| Plan::at_least(2 * n - 1));
    let kernel = Kernel::new(region.intensity.size(), region.spacing, &plans);
    let frequencies = plans[0].length() / 2 + 1;
    let held = (HELD / (fields.slices() * fields.fours * size_of::<Complex>()).max(1)).max(1);
    let mut sums = [0.0; 3];
    for first in (0..frequencies).step_by(held) {
        let end = (first + held).min(frequencies);
        let planes = fields.along_x(&plans[0], first, end);
        // Planes are summed in their order, whichever was ready first.
        let of: Vec<[f64; 3]> = (first..end)
            .into_par_iter()
            .map(|k| {
                let mirrored = k > 0 && 2 * k != plans[0].length();
                let factor = if mirrored { 2.0 } else { 1.0 };
                let plane =
                    Plane { fields: &fields, planes: &planes, at: k - first, of: end - first };
                plane.sums(&plans, &kernel.plane(k, &plans)).map(|sum| sum * factor)
            })
            .collect();
        for plane in of {
            (0..3).for_each(|i| sums[i] += plane[i]);
        }
    }
    let points: f64 = plans.iter().map(|plan| plan.length() as f64).product();
    sums.map(|sum| sum / points)
}

/// The fields in the box of a region, each slice of each field after the other.
struct Fields {
    size: [usize; 3],
    values: Vec<f64>,
    /// Fours of lines in a slice.
    fours: usize,
}

impl Fields {
    fn new(region: &Region, mean: f64) -> Self {
        let size = region.intensity.size();
        let n = region.intensity.values().len();
        let mut values = vec![0.0; FIELDS * n];
        let (mask, rest) = values.split_at_mut(n);
        let (centred, squares) = rest.split_at_mut(n);
        let places = region.intensity.values().iter().enumerate().filter(|(_, inside)| **inside);
        for ((place, _), value) in places.zip(&region.values) {
            mask[place] = 1.0;
            centred[place] = value - mean;
            squares[place] = (value - mean).powi(2);
        }
        Self { size, values, fours: size[1].div_ceil(LANES) }
    }

    fn slices(&self) -> usize {
        FIELDS * self.size[2]
    }

    fn slice(&self, slice: usize) -> &[f64] {
        let n = self.size[0] * self.size[1];
        &self.values[slice * n..][..n]
    }

    /// The transforms along x at the frequencies from `first` to before `end`: of each slice, for each frequency its
    /// lines in fours. Two slices are transformed as the real and the imaginary part of one.
    fn along_x(&self, plan: &Plan, first: usize, end: usize) -> Vec<Complex> {
        let slice = (end - first) * self.fours;
        let mut planes = vec![Complex::default(); self.slices() * slice];
        planes.par_chunks_mut(2 * slice).enumerate().for_each(|(pair, planes)| {
            let (a, b) = planes.split_at_mut(slice);
            let even = self.slice(2 * pair);
            let odd = if b.is_empty() { None } else { Some(self.slice(2 * pair + 1)) };
            let (mut lines, mut room) = (vec![], vec![]);
            for four in (0..self.fours).step_by(WIDTH) {
                let width = WIDTH.min(self.fours - four);
                self.load(&mut lines, plan.length(), [Some(even), odd], four, width);
                plan.transform(&mut lines, &mut room, width);
                for k in first..end {
                    let mirrored = (plan.length() - k) % plan.length();
                    for at in 0..width {
                        let (up, down) = (lines[k * width + at], lines[mirrored * width + at]);
                        let place = (k - first) * self.fours + four + at;
                        let half = |a: f64, b: f64| 0.5 * (a + b);
                        a[place] = Complex {
                            re: std::array::from_fn(|i| half(up.re[i], down.re[i])),
                            im: std::array::from_fn(|i| half(up.im[i], -down.im[i])),
                        };
                        if let Some(b) = b.get_mut(place) {
                            *b = Complex {
                                re: std::array::from_fn(|i| half(up.im[i], down.im[i])),
                                im: std::array::from_fn(|i| half(-up.re[i], down.re[i])),
                            };
                        }
                    }
                }
            }
        });
        planes
    }

    fn load(
        &self,
        lines: &mut Vec<Complex>,
        length: usize,
        slices: [Option<&[f64]>; 2],
        four: usize,
        width: usize,
    ) {
        let [nx, ny, _] = self.size;
        lines.clear();
        lines.resize(length * width, Complex::default());
        for at in 0..width {
            for lane in 0..LANES {
                let y = (four + at) * LANES + lane;
                if y >= ny {
                    continue;
                }
                for (part, slice) in slices.iter().enumerate() {
                    let Some(slice) = slice else { continue };
                    for (x, value) in slice[y * nx..][..nx].iter().enumerate() {
                        let number = &mut lines[x * width + at];
                        if part == 0 {
                            number.re[lane] = *value;
                        } else {
                            number.im[lane] = *value;
                        }
                    }
                }
            }
        }
    }
}

/// A frequency of x: what is left to transform are z and y.
struct Plane<'a> {
    fields: &'a Fields,
    planes: &'a [Complex],
    at: usize,
    of: usize,
}

impl Plane<'_> {
    fn sums(&self, plans: &[Plan; 3], kernel: &[[f64; LANES]]) -> [f64; 3] {
        let (mut lines, mut room) = (vec![], vec![]);
        let (depth, height) = (plans[2].length().div_ceil(LANES), self.fields.size[1]);
        let turned: [Vec<Complex>; FIELDS] =
            std::array::from_fn(|field| self.along_z(field, &plans[2], &mut lines, &mut room));
        let mut along_y: [Vec<Complex>; FIELDS] = Default::default();
        let mut sums = [[0.0; LANES]; 3];
        for four in (0..depth).step_by(WIDTH) {
            let width = WIDTH.min(depth - four);
            for (turned, lines) in turned.iter().zip(&mut along_y) {
                lines.clear();
                lines.resize(plans[1].length() * width, Complex::default());
                for y in 0..height {
                    lines[y * width..][..width]
                        .copy_from_slice(&turned[y * depth + four..][..width]);
                }
                plans[1].transform(lines, &mut room, width);
            }
            let [mask, centred, squares] = &along_y;
            for k in 0..plans[1].length() {
                for at in 0..width {
                    let place = k * width + at;
                    let (m, x, q) = (mask[place], centred[place], squares[place]);
                    let weight = kernel[k * depth + four + at];
                    for i in 0..LANES {
                        sums[0][i] += weight[i] * (m.re[i] * m.re[i] + m.im[i] * m.im[i]);
                        sums[1][i] += weight[i] * (x.re[i] * x.re[i] + x.im[i] * x.im[i]);
                        sums[2][i] += weight[i] * (m.re[i] * q.re[i] + m.im[i] * q.im[i]);
                    }
                }
            }
        }
        sums.map(|lanes| (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]))
    }

    /// The transform of a field along z, turned: for each y the frequencies of z in fours.
    fn along_z(
        &self,
        field: usize,
        plan: &Plan,
        lines: &mut Vec<Complex>,
        room: &mut Vec<Complex>,
    ) -> Vec<Complex> {
        let [_, height, slices] = self.fields.size;
        let (fours, depth) = (self.fields.fours, plan.length().div_ceil(LANES));
        let mut turned = vec![Complex::default(); fours * LANES * depth];
        for four in (0..fours).step_by(WIDTH) {
            let width = WIDTH.min(fours - four);
            lines.clear();
            lines.resize(plan.length() * width, Complex::default());
            for z in 0..slices {
                let slice = (field * slices + z) * self.of + self.at;
                let from = &self.planes[slice * fours + four..][..width];
                lines[z * width..][..width].copy_from_slice(from);
            }
            plan.transform(lines, room, width);
            for (k, numbers) in lines.chunks_exact(width).enumerate() {
                for (at, number) in numbers.iter().enumerate() {
                    for lane in 0..LANES {
                        let y = (four + at) * LANES + lane;
                        let to = &mut turned[y * depth + k / LANES];
                        to.re[k % LANES] = number.re[lane];
                        to.im[k % LANES] = number.im[lane];
                    }
                }
            }
        }
        turned.truncate(height * depth);
        turned
    }
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "what is exact is compared exactly")]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::radiomics::settings::Settings;
    use crate::volume::Volume;

    /// The definition, pair by pair.
    fn by_definition(region: &Region, mean: f64) -> [f64; 2] {
        let [nx, ny, _] = region.intensity.size();
        let places = region.intensity.values().iter().enumerate().filter(|(_, inside)| **inside);
        let places: Vec<[f64; 3]> = places
            .map(|(place, _)| [place % nx, place / nx % ny, place / nx / ny])
            .map(|voxel| std::array::from_fn(|axis| voxel[axis] as f64 * region.spacing[axis]))
            .collect();
        let (mut weights, mut products, mut differences) = (0.0, 0.0, 0.0);
        for (a, p) in region.values.iter().zip(&places) {
            for (b, q) in region.values.iter().zip(&places) {
                let way = crate::volume::sub(*p, *q);
                let distance = crate::volume::dot(way, way).sqrt();
                if distance > 0.0 {
                    weights += 1.0 / distance;
                    products += (a - mean) * (b - mean) / distance;
                    differences += (a - b).powi(2) / distance;
                }
            }
        }
        let n = region.values.len() as f64;
        let squares: f64 = region.values.iter().map(|v| (v - mean).powi(2)).sum();
        [n / weights * products / squares, (n - 1.0) / (2.0 * weights) * differences / squares]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn they_are_those_of_the_definition(
            size in [1_usize..8, 1_usize..10, 1_usize..6],
            spacing in [0.4_f64..4.0, 0.4_f64..4.0, 0.4_f64..4.0],
            seed in proptest::collection::vec((0_u16..2000, any::<bool>()), 7 * 9 * 5),
        ) {
            let n = size.iter().product();
            let values = seed.iter().map(|(v, _)| f64::from(*v) * 0.7 - 300.0).take(n).collect();
            let image = Volume::new(size, values).unwrap();
            let mut mask: Vec<bool> = seed.iter().map(|(_, m)| *m).take(n).collect();
            mask[0] = true;
            let mask = Volume::new(size, mask).unwrap();
            let region = Region::new(&image, &mask, spacing, &Settings::default()).unwrap().unwrap();
            let mean = region.values.iter().sum::<f64>() / region.values.len() as f64;
            let found = moran_and_geary(&region, mean);
            if range(&region.values).0 >= range(&region.values).1 {
                prop_assert_eq!(found, [None, None]);
                return Ok(());
            }
            for (found, expected) in found.into_iter().zip(by_definition(&region, mean)) {
                let found = found.unwrap();
                prop_assert!((found - expected).abs() < 1e-11 * expected.abs().max(0.1), "{found} {expected}");
            }
        }
    }
}
