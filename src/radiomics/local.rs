//! Local intensity (IBSI manual section 3.2, family 9ST6): means over spheres of 1 cm3 about voxels of a region.

use rayon::prelude::*;

use super::feature::{Family, Feature};
use super::region::Region;
use crate::volume::Volume;

const FAMILY: Family = Family("local intensity");

/// The features, in the order of `measure`.
pub(super) const FEATURES: [Feature; 2] = [
    FAMILY.feature(
        "loc_peak_loc",
        "VJGA",
        "intensity",
        "mean within 1 cm3 about the greatest intensity",
    ),
    FAMILY.feature(
        "loc_peak_glob",
        "0F91",
        "intensity",
        "greatest mean within 1 cm3 about any voxel",
    ),
];

/// The radius of a sphere of 1 cm3, mm: the cube root of 3 / (4 pi) cm3.
pub(super) const RADIUS: f64 = 6.203_504_908_994;

/// A row of the sphere: its place beside that of the centre, and how far it reaches to both sides of it.
struct Row {
    y: isize,
    z: isize,
    reach: usize,
}

/// The features of a region. The spheres hold the voxels of the image whose centres lie within, be they in the
/// region or not; beyond the image there are none.
pub(super) fn measure(image: &Volume<f64>, region: &Region) -> [Option<f64>; FEATURES.len()] {
    let size = image.size();
    let sphere = sphere(size, region.spacing);
    let sums = Sums::new(image, reach(size[0], RADIUS, region.spacing[0]));
    let [_, height, depth] = region.intensity.size();
    let rows: Vec<[usize; 2]> = (0..depth).flat_map(|z| (0..height).map(move |y| [y, z])).collect();
    let greatest = region.values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let peaks = |&[y, z]: &[usize; 2]| row_peaks(image, region, &sphere, &sums, [y, z], greatest);
    let lowest = [f64::NEG_INFINITY; 2];
    // A greatest value is the same in whichever order it is looked for.
    let peaks =
        rows.par_iter().map(peaks).reduce(|| lowest, |a, b| [a[0].max(b[0]), a[1].max(b[1])]);
    peaks.map(|peak| peak.is_finite().then_some(peak))
}

/// How many voxels of a row of `n` lie within a distance to one side.
fn reach(n: usize, distance: f64, spacing: f64) -> usize {
    ((distance / spacing).floor() as usize).min(n - 1)
}

fn sphere(size: [usize; 3], spacing: [f64; 3]) -> Vec<Row> {
    let [ry, rz] = [1, 2].map(|axis| reach(size[axis], RADIUS, spacing[axis]) as isize);
    let mut rows = vec![];
    for z in -rz..=rz {
        for y in -ry..=ry {
            let aside = (y as f64 * spacing[1]).powi(2) + (z as f64 * spacing[2]).powi(2);
            if aside <= RADIUS * RADIUS {
                let half = (RADIUS * RADIUS - aside).sqrt();
                rows.push(Row { y, z, reach: reach(size[0], half, spacing[0]) });
            }
        }
    }
    rows
}

/// The sums of each row of an image from its begin, continued on both sides by as many values as a sphere reaches.
struct Sums {
    values: Vec<f64>,
    width: usize,
    reach: usize,
}

impl Sums {
    fn new(image: &Volume<f64>, reach: usize) -> Self {
        let nx = image.size()[0];
        let width = nx + 2 * reach + 1;
        let mut values = vec![0.0; width * (image.values().len() / nx)];
        for (sums, row) in values.chunks_exact_mut(width).zip(image.values().chunks_exact(nx)) {
            let mut sum = 0.0;
            for (place, value) in row.iter().enumerate() {
                sum += value;
                sums[reach + 1 + place] = sum;
            }
            sums[reach + 1 + nx..].fill(sum);
        }
        Self { values, width, reach }
    }

    /// Adds to each of `totals` the sum of the values up to `to` voxels on both sides of the voxel, the first of
    /// which is at `x` of the row.
    fn add(&self, totals: &mut [f64], row: usize, x: usize, to: usize) {
        let start = row * self.width + x + self.reach;
        let before = &self.values[start - to..][..totals.len()];
        let after = &self.values[start + to + 1..][..totals.len()];
        for ((total, after), before) in totals.iter_mut().zip(after).zip(before) {
            *total += after - before;
        }
    }
}

/// The local and the global peak of a row of the region.
fn row_peaks(
    image: &Volume<f64>,
    region: &Region,
    sphere: &[Row],
    sums: &Sums,
    [y, z]: [usize; 2],
    greatest: f64,
) -> [f64; 2] {
    let start = region.intensity.place([0, y, z]);
    let inside = &region.intensity.values()[start..][..region.intensity.size()[0]];
    let mut peaks = [f64::NEG_INFINITY; 2];
    let Some(first) = inside.iter().position(|inside| *inside) else { return peaks };
    let end = inside.iter().rposition(|inside| *inside).unwrap_or(first) + 1;
    let [nx, ny, nz] = image.size();
    let (x, y, z) = (region.first[0] + first, region.first[1] + y, region.first[2] + z);
    let mut totals = vec![0.0; end - first];
    let mut voxels = vec![0_usize; end - first];
    let mut all = 0;
    for row in sphere {
        let (Some(y), Some(z)) = (y.checked_add_signed(row.y), z.checked_add_signed(row.z)) else {
            continue;
        };
        if y >= ny || z >= nz {
            continue;
        }
        sums.add(&mut totals, z * ny + y, x, row.reach);
        all += 2 * row.reach + 1;
        // Only near the ends of the rows of the image does a sphere hold fewer voxels.
        for (at, lost) in voxels.iter_mut().enumerate().take(row.reach.saturating_sub(x)) {
            *lost += row.reach - (x + at);
        }
        let last = (nx - 1).saturating_sub(row.reach);
        for (at, lost) in voxels.iter_mut().enumerate().skip((last + 1).saturating_sub(x)) {
            *lost += (x + at + row.reach).saturating_sub(nx - 1);
        }
    }
    let intensities = &image.values()[image.place([x, y, z])..];
    for (at, inside) in inside[first..end].iter().enumerate() {
        if *inside {
            let mean = totals[at] / (all - voxels[at]) as f64;
            // A value that is not finite spoils the peak, not only the spheres that hold it.
            let mean = if mean.is_finite() { mean } else { f64::INFINITY };
            peaks[1] = peaks[1].max(mean);
            if intensities[at] >= greatest {
                peaks[0] = peaks[0].max(mean);
            }
        }
    }
    peaks
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "what is exact is compared exactly")]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::radiomics::settings::Settings;

    /// The definition, voxel by voxel.
    fn by_definition(image: &Volume<f64>, mask: &Volume<bool>, spacing: [f64; 3]) -> [f64; 2] {
        let [nx, ny, nz] = image.size();
        let all: Vec<[usize; 3]> = (0..nz)
            .flat_map(|z| (0..ny).flat_map(move |y| (0..nx).map(move |x| [x, y, z])))
            .collect();
        let inside = || all.iter().filter(|voxel| *mask.at(**voxel));
        let greatest = inside().map(|v| *image.at(*v)).fold(f64::MIN, f64::max);
        let mut peaks = [f64::MIN; 2];
        for centre in inside() {
            let distance = |v: &[usize; 3]| {
                (0..3).map(|a| ((v[a] as f64 - centre[a] as f64) * spacing[a]).powi(2)).sum::<f64>()
            };
            let near: Vec<f64> = all
                .iter()
                .filter(|v| distance(v) <= RADIUS * RADIUS)
                .map(|v| *image.at(*v))
                .collect();
            let mean = near.iter().sum::<f64>() / near.len() as f64;
            peaks[1] = peaks[1].max(mean);
            if *image.at(*centre) >= greatest {
                peaks[0] = peaks[0].max(mean);
            }
        }
        peaks
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn peaks_are_those_of_the_definition(
            size in [1_usize..9, 1_usize..9, 1_usize..7],
            spacing in [0.8_f64..9.0, 0.8_f64..9.0, 0.8_f64..9.0],
            seed in proptest::collection::vec((0_u8..200, 0_u8..3), 8 * 8 * 6),
        ) {
            let n = size.iter().product();
            let values = seed.iter().map(|(v, _)| f64::from(*v) * 0.37).take(n).collect();
            let image = Volume::new(size, values).unwrap();
            let mut mask: Vec<bool> = seed.iter().map(|(_, m)| *m == 0).take(n).collect();
            mask[n / 2] = true;
            let mask = Volume::new(size, mask).unwrap();
            let region = Region::new(&image, &mask, spacing, &Settings::default()).unwrap().unwrap();
            let expected = by_definition(&image, &mask, spacing);
            for (value, expected) in measure(&image, &region).into_iter().zip(expected) {
                prop_assert!((value.unwrap() - expected).abs() < 1e-11);
            }
        }
    }

    #[test]
    fn the_sphere_has_one_cubic_centimetre() {
        assert!((RADIUS.powi(3) * 4.0 / 3.0 * std::f64::consts::PI - 1000.0).abs() < 1e-9);
    }
}
