//! Texture of a region: the six families of matrices of the reference manual of the Image Biomarker
//! Standardisation Initiative (IBSI, arXiv:1612.07003), each with all of its aggregations.
//!
//! | module | what it holds |
//! |---|---|
//! | `catalogue` | the 408 columns, in their order |
//! | `region` | the discretised region, cut to its box, levels renumbered |
//! | `counts` | a matrix of counts, dense or as a list |
//! | `aggregate` | directions and slices averaged and merged |
//! | `glcm`, `glrlm` | co-occurrence (LFYI) and run lengths (TP0I) |
//! | `zones`, `distance` | zone sizes (9SAK) and zone distances (VMDZ) |
//! | `ngtdm`, `ngldm` | grey tone differences (IPET) and dependences (REK0) |
//! | `emphasis`, `entropy` | formulae that families share |
//!
//! Slices run along z. Everything counted is a whole number, and real numbers are added in a fixed order, so the
//! values have the same bits for any number of threads.

mod aggregate;
mod catalogue;
mod counts;
mod distance;
mod emphasis;
mod entropy;
mod glcm;
mod glrlm;
mod ngldm;
mod ngtdm;
mod region;
#[cfg(test)]
mod tests;
mod zones;

use crate::radiomics::feature::Feature;
use crate::volume::Volume;

use distance::Distances;
use region::Region;

/// The values of a family's features from one matrix; `None` where one is not defined.
type Values<const N: usize> = [Option<f64>; N];

/// The columns, in the order of [`measure`].
pub fn features() -> &'static [Feature] {
    &catalogue::FEATURES
}

/// The values of [`features`] for one region.
///
/// `levels` holds the discretised grey level of each voxel of the intensity mask, 1 to `n_levels`, and 0 outside
/// it; `n_levels` is the number of grey levels of the discretisation, `N_g` of the manual, whether they occur or
/// not (a level above it raises it). `morphological` is the mask whose border the distance zones are measured
/// from; the edge of the volume is a border too.
///
/// `None` is what the manual does not define: anything of an empty region or of volumes that differ in size;
/// co-occurrences and grey tone differences of voxels without neighbours; correlation and the first measure of
/// information correlation of one grey level alone. Averages are over the slices and directions that define the
/// value. Grey tone coarseness has at most the manual's 10^6; contrast, busyness and strength of one grey level
/// are 0.
pub fn measure(
    levels: &Volume<u16>,
    n_levels: u16,
    morphological: &Volume<bool>,
) -> Vec<Option<f64>> {
    let Some((region, mask)) = Region::new(levels, n_levels, morphological) else {
        return vec![None; features().len()];
    };
    let ((cooccurrences, runs), ((sizes, distances), (tones, dependences))) = rayon::join(
        || {
            rayon::join(
                || aggregate::measure::<{ glcm::N }, glcm::Glcm>(&region),
                || aggregate::measure::<{ glrlm::N }, glrlm::Glrlm>(&region),
            )
        },
        || {
            rayon::join(
                || {
                    let [sizes, distances] =
                        zones::measure(&region, &Distances::new(&mask, region.size()));
                    (sizes, distances)
                },
                || rayon::join(|| ngtdm::measure(&region), || ngldm::measure(&region)),
            )
        },
    );
    let mut values = Vec::with_capacity(features().len());
    values.extend_from_slice(cooccurrences.as_flattened());
    values.extend_from_slice(runs.as_flattened());
    values.extend_from_slice(sizes.as_flattened());
    values.extend_from_slice(distances.as_flattened());
    values.extend_from_slice(tones.as_flattened());
    values.extend_from_slice(dependences.as_flattened());
    for value in &mut values {
        *value = value.filter(|value| value.is_finite());
    }
    values
}
