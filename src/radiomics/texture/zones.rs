//! Zones: linked voxels of one grey level, with 8 neighbours in 2D and 26 in 3D (IBSI manual, sections on the
//! size zone matrix, 9SAK, and the distance zone matrix, VMDZ).

use rayon::prelude::*;

use super::Values;
use super::aggregate::mean;
use super::counts::Counts;
use super::distance::Distances;
use super::emphasis;
use super::region::Region;

/// Features of each of the two families.
pub(super) const N: usize = 16;

/// A zone of a slice, or of the region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Zone {
    level: u16,
    /// Voxels.
    size: u64,
    /// The least distance to the border within the slice and in space.
    in_plane: u16,
    in_space: u16,
}

/// The zones of a slice.
struct Slice {
    zones: Vec<Zone>,
    /// The zone of each voxel of the slice; nothing meant outside the region.
    labels: Vec<u32>,
}

/// What a slice or the region gives: size zone and distance zone matrix, and voxels.
struct Matrices {
    sizes: Counts,
    distances: Counts,
    n_voxels: u64,
}

impl Matrices {
    fn new(region: &Region) -> Self {
        Self { sizes: emphasis::empty(region), distances: emphasis::empty(region), n_voxels: 0 }
    }

    fn add(&mut self, zone: &Zone, distance: u16) {
        let level = usize::from(zone.level);
        self.sizes.add(level, zone.size as usize, 1);
        // A voxel outside the morphological mask counts as one at its border.
        self.distances.add(level, usize::from(distance.max(1)), 1);
        self.n_voxels += zone.size;
    }

    fn clear(&mut self) {
        self.sizes.clear();
        self.distances.clear();
        self.n_voxels = 0;
    }

    fn merge(&mut self, other: &Self) {
        self.sizes.merge(&other.sizes);
        self.distances.merge(&other.distances);
        self.n_voxels += other.n_voxels;
    }

    fn features(&mut self, region: &Region) -> [Values<N>; 2] {
        let n_voxels = self.n_voxels;
        [&mut self.sizes, &mut self.distances].map(|counts| {
            let shared = emphasis::features(counts, region, Some(n_voxels));
            std::array::from_fn(|at| shared[at])
        })
    }
}

/// The features of the size zone matrix and of the distance zone matrix: 2D, 2.5D and 3D.
pub(super) fn measure(region: &Region, distances: &Distances) -> [[Values<N>; 3]; 2] {
    let z: Vec<usize> = region.slices().collect();
    let slices: Vec<Slice> = z.par_iter().map(|&z| label(region, distances, z)).collect();
    let ((each, mut merged), mut whole) =
        rayon::join(|| by_slice(region, &slices), || in_space(region, &slices));
    let (merged, whole) = (merged.features(region), whole.features(region));
    [0, 1].map(|family| {
        [mean(each.iter().map(|values| &values[family])), merged[family], whole[family]]
    })
}

/// The features of each slice, and the matrices of all slices together.
fn by_slice(region: &Region, slices: &[Slice]) -> (Vec<[Values<N>; 2]>, Matrices) {
    let mut all = Matrices::new(region);
    let mut each = Vec::with_capacity(slices.len());
    let mut matrices = Matrices::new(region);
    for slice in slices {
        matrices.clear();
        slice.zones.iter().for_each(|zone| matrices.add(zone, zone.in_plane));
        each.push(matrices.features(region));
        all.merge(&matrices);
    }
    (each, all)
}

/// The matrices of the zones in space: zones of slices, linked from slice to slice.
fn in_space(region: &Region, slices: &[Slice]) -> Matrices {
    let mut zones: Vec<Zone> =
        slices.iter().flat_map(|slice| slice.zones.iter().copied()).collect();
    let mut parents = Parents((0..zones.len() as u32).collect());
    let mut offset = 0;
    for (pair, z) in slices.windows(2).zip(region.slices().skip(1)) {
        let next = offset + pair[0].zones.len() as u32;
        link(region, z, [&pair[0].labels, &pair[1].labels], [offset, next], &mut parents);
        offset = next;
    }
    // A parent stands before its children, so going backwards each zone has all its own before it is given on.
    for at in (0..zones.len()).rev() {
        let parent = parents.0[at] as usize;
        if parent != at {
            let child = zones[at];
            let whole = &mut zones[parent];
            whole.size += child.size;
            whole.in_space = whole.in_space.min(child.in_space);
        }
    }
    let mut matrices = Matrices::new(region);
    for (at, zone) in zones.iter().enumerate() {
        if parents.0[at] as usize == at {
            matrices.add(zone, zone.in_space);
        }
    }
    matrices
}

/// Links the zones of slice `z` with those of the slice before it.
fn link(region: &Region, z: usize, labels: [&[u32]; 2], offsets: [u32; 2], parents: &mut Parents) {
    let width = region.size()[0];
    for y in region.rows() {
        let row = region.row(y, z);
        // The middle row first: a voxel linked straight below is linked to all others of its level there.
        let below = [y, y - 1, y + 1].map(|y| (region.row(y, z - 1), &labels[0][y * width..]));
        let own = &labels[1][y * width..][..width];
        for x in region.span(y, z) {
            let level = row[x];
            if level == 0 {
                continue;
            }
            let zone = offsets[1] + own[x];
            if row[x - 1] == level {
                // One zone with the voxel on the left, which saw all but the right column below.
                for (levels, labels) in &below {
                    if levels[x + 1] == level {
                        parents.union(zone, offsets[0] + labels[x + 1]);
                    }
                }
                continue;
            }
            for (at, (levels, labels)) in below.iter().enumerate() {
                if levels[x] == level {
                    parents.union(zone, offsets[0] + labels[x]);
                    if at == 0 {
                        break;
                    }
                    continue;
                }
                for x in [x - 1, x + 1] {
                    if levels[x] == level {
                        parents.union(zone, offsets[0] + labels[x]);
                    }
                }
            }
        }
    }
}

/// The zones of slice `z`.
fn label(region: &Region, distances: &Distances, z: usize) -> Slice {
    let [width, height, _] = region.size();
    let mut labels = vec![0_u32; width * height];
    let mut parents = Parents(Vec::new());
    for y in region.rows() {
        let (above, row) = (region.row(y - 1, z), region.row(y, z));
        let (done, rest) = labels.split_at_mut(y * width);
        let (up, here) = (&done[(y - 1) * width..], &mut rest[..width]);
        for x in region.span(y, z) {
            let level = row[x];
            if level == 0 {
                continue;
            }
            // Of the neighbours that were seen, the one above is next to the three others.
            here[x] = if above[x] == level {
                up[x]
            } else {
                let right = (above[x + 1] == level).then(|| up[x + 1]);
                let left = if row[x - 1] == level {
                    Some(here[x - 1])
                } else {
                    (above[x - 1] == level).then(|| up[x - 1])
                };
                match (left, right) {
                    (Some(left), Some(right)) => {
                        parents.union(left, right);
                        left
                    }
                    (Some(one), None) | (None, Some(one)) => one,
                    (None, None) => parents.one_more(),
                }
            };
        }
    }
    let names = parents.names();
    let mut zones =
        vec![Zone { level: 0, size: 0, in_plane: u16::MAX, in_space: u16::MAX }; names.1];
    for y in region.rows() {
        let (row, start) = (region.row(y, z), region.start(y, z));
        for x in region.span(y, z).filter(|&x| row[x] > 0) {
            let label = &mut labels[y * width + x];
            *label = names.0[*label as usize];
            let zone = &mut zones[*label as usize];
            zone.level = row[x];
            zone.size += 1;
            zone.in_plane = zone.in_plane.min(distances.in_plane[start + x]);
            zone.in_space = zone.in_space.min(distances.in_space[start + x]);
        }
    }
    Slice { zones, labels }
}

/// Which provisional zones are one: each names another of its zone that was found before it, or itself
/// (union-find; Tarjan 1975).
struct Parents(Vec<u32>);

impl Parents {
    /// A new zone.
    fn one_more(&mut self) -> u32 {
        let new = self.0.len() as u32;
        self.0.push(new);
        new
    }

    /// The first of its zone, with the way to it halved.
    fn first(&mut self, mut at: u32) -> u32 {
        while self.0[at as usize] != at {
            let next = self.0[self.0[at as usize] as usize];
            self.0[at as usize] = next;
            at = next;
        }
        at
    }

    /// Makes two zones one.
    fn union(&mut self, one: u32, other: u32) {
        if one == other {
            return;
        }
        let (one, other) = (self.first(one), self.first(other));
        self.0[one.max(other) as usize] = one.min(other);
    }

    /// The zone of each provisional one, numbered without gaps, and the number of zones.
    fn names(&self) -> (Vec<u32>, usize) {
        let mut names = Vec::with_capacity(self.0.len());
        let mut zones = 0;
        for (at, &parent) in self.0.iter().enumerate() {
            if parent as usize == at {
                names.push(zones);
                zones += 1;
            } else {
                names.push(names[parent as usize]);
            }
        }
        (names, zones as usize)
    }
}
