//! The part of an image that a region needs to be measured.

use crate::contours::Region;
use crate::radiomics::{self, Part, Settings};
use crate::regions::ImageVolume;
use crate::volume::Volume;

/// The part of an image that a region needs.
pub(super) struct CutOut {
    pub(super) image: Volume<f64>,
    /// The voxels of the region that are no padding.
    pub(super) mask: Volume<bool>,
    pub(super) part: Part,
    /// Voxels of the region that are padding.
    pub(super) n_padding: u64,
}

/// Cuts out what a region and the settings need, as far as the image goes.
pub(super) fn cut_out(volume: &ImageVolume, region: &Region, settings: &Settings) -> CutOut {
    let margin = radiomics::margin(volume.grid.spacing, settings);
    let (mut first, mut size) = ([0; 3], [0; 3]);
    for axis in 0..3 {
        let end = region.first[axis] + region.mask.size()[axis] + margin[axis];
        first[axis] = region.first[axis].saturating_sub(margin[axis]);
        size[axis] = end.min(volume.grid.size[axis]) - first[axis];
    }
    let part = volume.part(first, size);
    let mut mask = Volume::filled(size, false);
    let mut n_padding = 0;
    let [columns, rows, slices] = region.mask.size();
    for z in 0..slices {
        for y in 0..rows {
            for x in 0..columns {
                if !region.mask.at([x, y, z]) {
                    continue;
                }
                let voxel = [x, y, z];
                let place: [usize; 3] =
                    std::array::from_fn(|axis| voxel[axis] + region.first[axis] - first[axis]);
                let at = mask.place(place);
                let is_padding = part.is_padding.values()[at];
                n_padding += u64::from(is_padding);
                mask.values_mut()[at] = !is_padding;
            }
        }
    }
    let place = Part { first, whole: volume.grid.size };
    CutOut { image: part.values, mask, part: place, n_padding }
}
