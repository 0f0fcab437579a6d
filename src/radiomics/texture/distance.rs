//! How far each voxel lies from the border of the region, in steps from voxel to voxel along the axes (city-block
//! distance). A voxel at the border has distance 1 (IBSI manual, section on the grey level distance zone matrix,
//! VMDZ: the morphological mask decides, with 4 neighbours in 2D and 6 in 3D).

use rayon::prelude::*;

/// Distances of the voxels of a box: 0 outside the mask.
pub(super) struct Distances {
    /// Within the slice.
    pub(super) in_plane: Vec<u16>,
    /// In space.
    pub(super) in_space: Vec<u16>,
}

impl Distances {
    /// Of a mask whose outermost voxels lie outside the region, so that the edge of the image is a border too.
    pub(super) fn new(mask: &[bool], [width, height, _]: [usize; 3]) -> Self {
        let area = width * height;
        let mut in_plane: Vec<u16> =
            mask.iter().map(|&inside| if inside { u16::MAX } else { 0 }).collect();
        in_plane.par_chunks_mut(area).for_each(|slice| {
            slice.chunks_mut(width).for_each(along);
            sweep(slice, width);
        });
        // City-block distances add up over the axes, so steps between slices come last.
        let mut in_space = in_plane.clone();
        sweep(&mut in_space, area);
        Self { in_plane, in_space }
    }
}

/// Shortens the distances of a row by steps along it.
fn along(row: &mut [u16]) {
    let mut last = 0;
    for distance in row.iter_mut() {
        last = u16::saturating_add(last, 1).min(*distance);
        *distance = last;
    }
    for distance in row.iter_mut().rev() {
        last = u16::saturating_add(last, 1).min(*distance);
        *distance = last;
    }
}

/// Shortens the distances by steps from one line (a row or a slice) of `length` voxels to the next.
fn sweep(distances: &mut [u16], length: usize) {
    let lines = distances.len() / length;
    let step = |to: &mut [u16], from: &[u16]| {
        for (to, from) in to.iter_mut().zip(from) {
            *to = (*to).min(from.saturating_add(1));
        }
    };
    for line in 1..lines {
        let (before, after) = distances.split_at_mut(line * length);
        step(&mut after[..length], &before[(line - 1) * length..]);
    }
    for line in (1..lines).rev() {
        let (before, after) = distances.split_at_mut(line * length);
        step(&mut before[(line - 1) * length..], &after[..length]);
    }
}
