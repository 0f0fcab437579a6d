//! Radiomics: the features of regions of images, as the Image Biomarker Standardisation Initiative defines them (IBSI
//! manual, arXiv:1612.07003).

mod discretise;
mod distribution;
pub mod feature;
mod histogram;
mod intensity_volume;
mod interpolate;
mod local;
mod morphology;
mod region;
pub mod settings;
mod statistics;
pub mod texture;
mod unmeasurable;

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "what is exact is compared exactly")]
mod tests;

use std::sync::LazyLock;

pub use self::feature::Feature;
pub use self::settings::{BadSetting, Discretisation, Interpolation, Method, Settings};
pub use self::unmeasurable::Unmeasurable;

use self::distribution::Distribution;
use self::region::Region;
use crate::volume::Volume;

/// The most voxels of a volume, and of one that is interpolated: a spacing that was mistyped is not to take the memory
/// of the node.
const LARGEST: usize = 1 << 27;
const LARGEST_INTERPOLATED: usize = 1 << 26;

/// The most voxels along an axis: beyond it products of places leave the 64 bits in which the convex hull is found.
const LONGEST: usize = 1 << 18;

/// All features in the order of the columns.
pub fn features() -> &'static [Feature] {
    static ALL: LazyLock<Vec<Feature>> = LazyLock::new(|| {
        let mut all = morphology::FEATURES.to_vec();
        all.extend(local::FEATURES);
        all.extend(statistics::FEATURES);
        all.extend(intensity_volume::FEATURES);
        all.extend(histogram::FEATURES);
        all.extend(texture::features());
        all
    });
    &ALL
}

/// The features of a region.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// A value for each of the [`features`]; `None` where it is not defined. Never infinite or not a number.
    pub values: Vec<Option<f64>>,
    /// Voxels of the intensity mask, after interpolation and resegmentation.
    pub n_voxels: u64,
    /// Voxels of the morphological mask, after interpolation.
    pub n_voxels_morphological: u64,
    /// The highest grey level.
    pub n_levels: u32,
    /// The distances of voxels after interpolation, mm.
    pub spacing_mm: [f64; 3],
}

/// Where a part of an image lies in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// The first voxel of the part, along x, y and z.
    pub first: [usize; 3],
    /// Voxels of the whole image.
    pub whole: [usize; 3],
}

impl Part {
    /// All of an image.
    pub fn all(size: [usize; 3]) -> Self {
        Self { first: [0; 3], whole: size }
    }
}

/// The voxels along x, y and z that a part of an image must have beyond the region on all sides, as far as the image
/// goes, so that no feature changes with its size: those in reach of a sphere of 1 cm3, and one more for interpolation.
pub fn margin(spacing: [f64; 3], settings: &Settings) -> [usize; 3] {
    std::array::from_fn(|axis| {
        let new = settings.interpolation.map_or(0.0, |i| i.spacing_mm);
        // Interpolated voxels of the region lie up to one voxel beyond it.
        ((local::RADIUS + new) / spacing[axis]).ceil() as usize + 2
    })
}

/// The features of a region of an image, with voxels of `spacing` (mm).
///
/// # Errors
/// Why the region has none.
pub fn measure(
    image: &Volume<f64>,
    mask: &Volume<bool>,
    spacing: [f64; 3],
    settings: &Settings,
) -> Result<Measured, Unmeasurable> {
    measure_part(image, mask, spacing, Part::all(image.size()), settings)
}

/// The features of a region of which only a part of the image is at hand. They are those of the whole image if the part
/// has at least the [`margin`].
///
/// # Errors
/// Why the region has none.
pub fn measure_part(
    image: &Volume<f64>,
    mask: &Volume<bool>,
    spacing: [f64; 3],
    part: Part,
    settings: &Settings,
) -> Result<Measured, Unmeasurable> {
    settings.check()?;
    check(image, mask, spacing, &part)?;
    if !mask.values().contains(&true) {
        return Err(Unmeasurable::Empty);
    }
    let interpolated = match &settings.interpolation {
        Some(how) => Some(interpolate::interpolate(image, mask, spacing, &part, how)?),
        None => None,
    };
    let (image, mask, spacing) =
        interpolated.as_ref().map_or((image, mask, spacing), |(i, m, s)| (i, m, *s));
    let region = Region::new(image, mask, spacing, settings)?;
    let region = region.ok_or(Unmeasurable::EmptyAfterInterpolation)?;
    measure_region(image, &region, settings)
}

fn check(
    image: &Volume<f64>,
    mask: &Volume<bool>,
    spacing: [f64; 3],
    part: &Part,
) -> Result<(), Unmeasurable> {
    let size = image.size();
    if size != mask.size() {
        return Err(Unmeasurable::SizesDiffer { image: size, mask: mask.size() });
    }
    let outside = |axis: usize| {
        part.first[axis].checked_add(size[axis]).is_none_or(|end| end > part.whole[axis])
    };
    if (0..3).any(outside) {
        return Err(Unmeasurable::OutsideImage);
    }
    if !spacing.iter().all(|s| s.is_finite() && *s > 0.0) {
        return Err(Unmeasurable::BadSpacing(spacing));
    }
    too_large(size, LARGEST)
}

fn too_large(size: [usize; 3], most: usize) -> Result<(), Unmeasurable> {
    let voxels = size.iter().try_fold(1_usize, |all, n| all.checked_mul(*n));
    let fits = voxels.is_some_and(|n| n <= most) && size.iter().all(|n| *n <= LONGEST);
    fits.then_some(()).ok_or(Unmeasurable::TooLarge(size))
}

fn measure_region(
    image: &Volume<f64>,
    region: &Region,
    settings: &Settings,
) -> Result<Measured, Unmeasurable> {
    let levels = discretise::levels(&region.values, settings)?;
    let n_levels = levels.iter().copied().max().unwrap_or(0);
    let mut counts = vec![0; usize::from(n_levels)];
    for level in &levels {
        counts[usize::from(*level) - 1] += 1;
    }
    let textures = || {
        let mut places = Volume::filled(region.intensity.size(), 0_u16);
        let inside = places.values_mut().iter_mut().zip(region.intensity.values());
        let inside = inside.filter(|(_, inside)| **inside).map(|(place, _)| place);
        inside.zip(&levels).for_each(|(place, level)| *place = *level);
        texture::measure(&places, n_levels, &region.morphological)
    };
    let rest = || -> Result<Vec<Option<f64>>, Unmeasurable> {
        let distribution = Distribution::new(region.values.clone());
        let distribution = distribution.ok_or(Unmeasurable::EmptyAfterResegmentation)?;
        let mut values = morphology::measure(region, &distribution).to_vec();
        values.extend(local::measure(image, region));
        values.extend(statistics::measure(&distribution));
        values.extend(intensity_volume::measure(&distribution, settings));
        values.extend(histogram::measure(&counts));
        Ok(values)
    };
    let (values, textures) = rayon::join(rest, textures);
    let mut values = values?;
    values.extend(textures);
    let values = values.into_iter().map(|value| value.filter(|v| v.is_finite())).collect();
    let voxels = region.morphological.values().iter().filter(|inside| **inside).count();
    Ok(Measured {
        values,
        n_voxels: region.values.len() as u64,
        n_voxels_morphological: voxels as u64,
        n_levels: u32::from(n_levels),
        spacing_mm: region.spacing,
    })
}
