//! The grey level run length matrix (IBSI TP0I): how many runs of each length each grey level has.

use std::ops::Range;

use super::Values;
use super::aggregate::Directional;
use super::counts::Counts;
use super::emphasis;
use super::region::Region;

/// Features of the family.
pub(super) const N: usize = 16;

/// The family.
pub(super) struct Glrlm;

impl Directional<N> for Glrlm {
    fn empty(region: &Region) -> Counts {
        emphasis::empty(region)
    }

    fn count(region: &Region, slices: Range<usize>, [dx, dy, dz]: [isize; 3], counts: &mut Counts) {
        let [width, height, _] = region.size();
        // The length so far of the run that each voxel continues: in this slice and in the one before it.
        let mut lengths = vec![0_u32; width * height];
        let mut before = vec![0_u32; if dz == 0 { 0 } else { width * height }];
        for z in slices {
            for y in region.rows() {
                let span = region.span(y, z);
                if span.is_empty() {
                    continue;
                }
                let shifted = |by: isize| {
                    let from = span.start.wrapping_add_signed(by);
                    from..from + span.len()
                };
                let [y_back, y_on] = [-dy, dy].map(|step| y.wrapping_add_signed(step));
                let [z_back, z_on] = [-dz, dz].map(|step| z.wrapping_add_signed(step));
                let levels = &region.row(y, z)[span.clone()];
                let back = &region.row(y_back, z_back)[shifted(-dx)];
                let next = &region.row(y_on, z_on)[shifted(dx)];
                let (done, rest) = lengths.split_at_mut(y * width);
                let here = &mut rest[span.clone()];
                if [dy, dz] == [0, 0] {
                    along(levels, back, here);
                } else {
                    let so_far = if dz == 0 { &*done } else { &*before };
                    onwards(levels, back, &so_far[y_back * width..][shifted(-dx)], here);
                }
                for ((&length, &level), &next) in here.iter().zip(levels).zip(next) {
                    counts.add(usize::from(level), length as usize, u64::from(level != next));
                }
            }
            if dz > 0 {
                std::mem::swap(&mut lengths, &mut before);
            }
        }
    }

    fn features(counts: &mut Counts, region: &Region) -> Values<N> {
        // Every voxel lies in one run of each direction, so the runs tell the voxels (of merged matrices: as
        // often as there are directions).
        let shared = emphasis::features(counts, region, None);
        std::array::from_fn(|at| shared[at])
    }
}

/// The lengths of runs along a row, up to each voxel.
fn along(levels: &[u16], back: &[u16], lengths: &mut [u32]) {
    let mut length = 0;
    for ((here, &level), &last) in lengths.iter_mut().zip(levels).zip(back) {
        length = if level == last { length + 1 } else { 1 };
        *here = length;
    }
}

/// The lengths of runs up to each voxel of a row, from those of the voxels one step back. Voxels outside the
/// region continue nothing: what stands there may be old.
fn onwards(levels: &[u16], back: &[u16], so_far: &[u32], lengths: &mut [u32]) {
    let steps = lengths.iter_mut().zip(levels).zip(back.iter().zip(so_far));
    for ((length, &level), (&last, &so_far)) in steps {
        let continues = level == last && level > 0;
        *length = if continues { so_far + 1 } else { 1 };
    }
}
