//! A region made ready to be measured: its two masks in the box that bounds it.

use super::settings::Settings;
use super::unmeasurable::Unmeasurable;
use crate::volume::Volume;

/// A region in the smallest box of voxels that holds it.
#[derive(Debug)]
pub(super) struct Region {
    /// The first voxel of the box in the image.
    pub(super) first: [usize; 3],
    /// The distances of voxels, mm.
    pub(super) spacing: [f64; 3],
    /// The mask of what has shape (IBSI manual section 2.6).
    pub(super) morphological: Volume<bool>,
    /// The mask of what has intensity: that of shape without the voxels that resegmentation took.
    pub(super) intensity: Volume<bool>,
    /// The intensities of the intensity mask, in the order of its voxels.
    pub(super) values: Vec<f64>,
}

impl Region {
    /// Of an image and a mask; `None` where the mask is empty.
    ///
    /// # Errors
    /// Where an intensity is not finite, or resegmentation leaves none.
    pub(super) fn new(
        image: &Volume<f64>,
        mask: &Volume<bool>,
        spacing: [f64; 3],
        settings: &Settings,
    ) -> Result<Option<Self>, Unmeasurable> {
        let Some((first, size)) = bounds(mask) else { return Ok(None) };
        let morphological = mask.part(first, size);
        let image = image.part(first, size);
        let voxels = || morphological.values().iter().zip(image.values());
        let mut values: Vec<f64> =
            voxels().filter(|(inside, _)| **inside).map(|(_, v)| *v).collect();
        if let Some(value) = values.iter().find(|v| !v.is_finite()) {
            return Err(Unmeasurable::NotFinite(*value));
        }
        let [from, to] = kept(&values, settings);
        let stays = |v: f64| v >= from && v <= to;
        let inside = voxels().map(|(&inside, &v)| inside && stays(v)).collect();
        let intensity = Volume::new(size, inside).expect("as many voxels as the box");
        values.retain(|v| stays(*v));
        if values.is_empty() {
            return Err(Unmeasurable::EmptyAfterResegmentation);
        }
        Ok(Some(Self { first, spacing, morphological, intensity, values }))
    }

    /// The volume of a voxel, mm3.
    pub(super) fn voxel(&self) -> f64 {
        self.spacing.iter().product()
    }
}

/// The range of the intensities that stay (IBSI manual section 2.5): those of the given range that are no outliers.
/// Mean and standard deviation are those of the whole region, so that it does not matter which comes first.
fn kept(values: &[f64], settings: &Settings) -> [f64; 2] {
    let [mut from, mut to] = settings.resegment.unwrap_or([f64::NEG_INFINITY, f64::INFINITY]);
    if let Some(sigma) = settings.outliers_sigma {
        let n = values.len() as f64;
        let rough = values.iter().sum::<f64>() / n;
        let mean = rough + values.iter().map(|v| v - rough).sum::<f64>() / n;
        let deviation = (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n).sqrt();
        // Of a constant rounding leaves a deviation, or a mean beside it: nothing of it is an outlier.
        let least = 1e-12 * mean.abs();
        from = from.max(mean - (sigma * deviation).max(least));
        to = to.min(mean + (sigma * deviation).max(least));
    }
    [from, to]
}

/// The first voxel and the size of the smallest box that holds the mask.
fn bounds(mask: &Volume<bool>) -> Option<([usize; 3], [usize; 3])> {
    let (mut first, mut last) = ([usize::MAX; 3], [0; 3]);
    let [nx, ny, nz] = mask.size();
    for z in 0..nz {
        for y in 0..ny {
            let start = mask.place([0, y, z]);
            let row = &mask.values()[start..start + nx];
            let Some(from) = row.iter().position(|inside| *inside) else { continue };
            let to = row.iter().rposition(|inside| *inside).unwrap_or(from);
            first = [first[0].min(from), first[1].min(y), first[2].min(z)];
            last = [last[0].max(to), last[1].max(y), last[2].max(z)];
        }
    }
    (first[0] < usize::MAX)
        .then(|| (first, std::array::from_fn(|axis| last[axis] - first[axis] + 1)))
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "what is exact is compared exactly")]
mod tests {
    use super::*;

    fn line(values: &[f64], settings: &str) -> Result<Option<Region>, Unmeasurable> {
        let image = Volume::new([values.len(), 1, 1], values.to_vec()).unwrap();
        let mask = Volume::filled(image.size(), true);
        Region::new(&image, &mask, [1.0; 3], &settings.parse().unwrap())
    }

    #[test]
    fn the_box_is_the_smallest() {
        let mut mask = Volume::filled([6, 7, 8], false);
        for voxel in [[2, 5, 3], [4, 1, 3], [3, 3, 6]] {
            let place = mask.place(voxel);
            mask.values_mut()[place] = true;
        }
        assert_eq!(bounds(&mask), Some(([2, 1, 3], [3, 5, 4])));
        assert_eq!(bounds(&Volume::filled([6, 7, 8], false)), None);
    }

    #[test]
    fn resegmentation_takes_voxels_only_from_the_intensity_mask() {
        let region = line(&[-5.0, 0.0, 10.0, 10.5], "resegment=0:10").unwrap().unwrap();
        assert_eq!(region.intensity.values(), [false, true, true, false]);
        assert_eq!(region.morphological.values(), [true; 4]);
        assert_eq!(region.values, [0.0, 10.0]);
        let none = line(&[1.0, 2.0], "resegment=3:4");
        assert_eq!(none.unwrap_err(), Unmeasurable::EmptyAfterResegmentation);
    }

    #[test]
    fn outliers_are_those_of_the_whole_region() {
        let mut values = vec![0.0; 99];
        values.push(100.0);
        // Mean 1, standard deviation 9.95.
        let region = line(&values, "outliers=3").unwrap().unwrap();
        assert_eq!(region.values.len(), 99);
        let region = line(&values, "outliers=10").unwrap().unwrap();
        assert_eq!(region.values.len(), 100);
        let region = line(&[0.1; 9], "outliers=3").unwrap().unwrap();
        assert_eq!(region.values.len(), 9);
        assert_eq!(
            line(&[f64::NAN], "").unwrap_err().to_string(),
            "an intensity of the region is NaN"
        );
    }
}
