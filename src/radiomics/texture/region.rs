//! The region as the texture families read it: cut to its bounding box, with a border of one voxel that
//! belongs to nothing, and with grey levels renumbered to those that occur.

use std::ops::Range;

use crate::volume::Volume;

/// The four directions within a slice, of which the opposite ones count the same (IBSI manual, section on
/// the grey level co-occurrence matrix: 8 neighbours in 2D).
pub(super) const IN_PLANE: [[isize; 3]; 4] = [[1, 0, 0], [-1, 1, 0], [0, 1, 0], [1, 1, 0]];

/// The nine directions from a slice to the next one; with those within a slice they make the 13 of 26
/// neighbours in 3D.
pub(super) const ACROSS: [[isize; 3]; 9] = [
    [-1, -1, 1],
    [0, -1, 1],
    [1, -1, 1],
    [-1, 0, 1],
    [0, 0, 1],
    [1, 0, 1],
    [-1, 1, 1],
    [0, 1, 1],
    [1, 1, 1],
];

/// Discretised grey levels of a region.
#[derive(Debug)]
pub(super) struct Region {
    /// Voxels along x, y and z, the border included.
    size: [usize; 3],
    /// 0 outside the region, else the place of the grey level in `grey`.
    levels: Vec<u16>,
    /// Of each row, where its first voxel of the region stands and where its last one ends.
    spans: Vec<(usize, usize)>,
    /// The grey levels that occur, ascending from place 1; place 0 stands for outside.
    grey: Vec<u16>,
    /// The number of grey levels of the discretisation, whether they occur or not.
    n_levels: u16,
}

impl Region {
    /// The region and, on the same box, its morphological mask. `None` where no voxel has a level, or where
    /// the volumes differ in size.
    pub(super) fn new(
        levels: &Volume<u16>,
        n_levels: u16,
        morphological: &Volume<bool>,
    ) -> Option<(Self, Vec<bool>)> {
        if levels.size() != morphological.size() {
            return None;
        }
        let (first, inner) = bounding_box(levels, morphological)?;
        let mut occurs = vec![false; usize::from(u16::MAX) + 1];
        levels.values().iter().for_each(|&level| occurs[usize::from(level)] = true);
        occurs[0] = true;
        let grey: Vec<u16> = (0..=u16::MAX).filter(|&level| occurs[usize::from(level)]).collect();
        let highest = grey.last().copied().filter(|&level| level > 0)?;
        let mut place = vec![0; usize::from(highest) + 1];
        for (at, &level) in grey.iter().enumerate() {
            place[usize::from(level)] = at as u16;
        }
        let mut region = Self {
            size: inner.map(|length| length + 2),
            levels: bordered(levels, first, inner, 0),
            spans: Vec::new(),
            grey,
            // A level above the stated number of levels would make weights meaningless.
            n_levels: n_levels.max(highest),
        };
        region.levels.iter_mut().for_each(|level| *level = place[usize::from(*level)]);
        region.spans = region.levels.chunks(region.size[0]).map(span).collect();
        Some((region, bordered(morphological, first, inner, false)))
    }

    /// Voxels along x, y and z, the border included.
    pub(super) fn size(&self) -> [usize; 3] {
        self.size
    }

    /// The slices within the border.
    pub(super) fn slices(&self) -> Range<usize> {
        1..self.size[2] - 1
    }

    /// The rows of a slice within the border.
    pub(super) fn rows(&self) -> Range<usize> {
        1..self.size[1] - 1
    }

    /// The levels of a row, the border included.
    pub(super) fn row(&self, y: usize, z: usize) -> &[u16] {
        let start = self.start(y, z);
        &self.levels[start..start + self.size[0]]
    }

    /// The part of a row from its first voxel of the region to its last; never touches the border.
    pub(super) fn span(&self, y: usize, z: usize) -> Range<usize> {
        let (first, end) = self.spans[z * self.size[1] + y];
        first..end
    }

    /// Where a row begins among all voxels, the border included.
    pub(super) fn start(&self, y: usize, z: usize) -> usize {
        (z * self.size[1] + y) * self.size[0]
    }

    /// The grey level of each place.
    pub(super) fn grey(&self) -> &[u16] {
        &self.grey
    }

    /// The number of grey levels that occur.
    pub(super) fn n_occurring(&self) -> usize {
        self.grey.len() - 1
    }

    /// The number of grey levels of the discretisation, `N_g` of the manual.
    pub(super) fn n_levels(&self) -> f64 {
        f64::from(self.n_levels)
    }
}

/// Where the box around every voxel of the two volumes begins, and its size.
fn bounding_box(
    levels: &Volume<u16>,
    morphological: &Volume<bool>,
) -> Option<([usize; 3], [usize; 3])> {
    let [width, height, _] = levels.size();
    if levels.values().is_empty() {
        return None;
    }
    let (mut low, mut high) = ([usize::MAX; 3], [0; 3]);
    let rows = levels.values().chunks(width).zip(morphological.values().chunks(width));
    for (number, (row, mask)) in rows.enumerate() {
        let inside = |x: &usize| row[*x] > 0 || mask[*x];
        let Some(first) = (0..width).find(inside) else { continue };
        let last = (first..width).rev().find(inside).unwrap_or(first);
        let (y, z) = (number % height, number / height);
        low = [low[0].min(first), low[1].min(y), low[2].min(z)];
        high = [high[0].max(last), high[1].max(y), high[2].max(z)];
    }
    (low[0] != usize::MAX).then(|| (low, std::array::from_fn(|axis| high[axis] - low[axis] + 1)))
}

/// The box with one voxel of `outside` around it.
fn bordered<T: Copy>(
    volume: &Volume<T>,
    first: [usize; 3],
    inner: [usize; 3],
    outside: T,
) -> Vec<T> {
    let [width, height, depth] = inner.map(|length| length + 2);
    let mut values = vec![outside; width * height * depth];
    for z in 0..inner[2] {
        for y in 0..inner[1] {
            let from = volume.place([first[0], first[1] + y, first[2] + z]);
            let to = ((z + 1) * height + y + 1) * width + 1;
            values[to..to + inner[0]].copy_from_slice(&volume.values()[from..from + inner[0]]);
        }
    }
    values
}

/// Where the first voxel of the region stands in a row and where the last one ends.
fn span(row: &[u16]) -> (usize, usize) {
    let first = row.iter().position(|&level| level > 0);
    let last = row.iter().rposition(|&level| level > 0);
    first.zip(last).map_or((1, 1), |(first, last)| (first, last + 1))
}
