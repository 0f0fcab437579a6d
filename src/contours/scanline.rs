//! The places of a plane grid that are inside of polygons, line by line.

use super::edges::rising;

/// Which centres are inside of the polygons by the even-odd rule, x fastest.
///
/// The centres are at whole numbers, from `first` on, `size` of them along x and y. A centre on a
/// border belongs to what lies behind it along x, and on a level border to what lies behind it
/// along y: regions that share a border share no centre there, and miss none.
pub(super) fn inside(polygons: &[Vec<[f64; 2]>], first: [usize; 2], size: [usize; 2]) -> Vec<bool> {
    let mut flags = vec![false; size[0] * size[1]];
    let [left, low] = first.map(|place| place as f64);
    for edge in polygons.iter().flat_map(|polygon| rising(polygon)) {
        // Casts from floating point to unsigned numbers stop at 0 and at the largest.
        let from = (edge.low[1] - low).ceil() as usize;
        let until = ((edge.high[1] - low).ceil() as usize).min(size[1]);
        for y in from..until {
            // All centres from here on have one border more before them.
            let x = (edge.x_at(low + y as f64) - left).ceil() as usize;
            if x < size[0] {
                flags[y * size[0] + x] ^= true;
            }
        }
    }
    for line in flags.chunks_exact_mut(size[0].max(1)) {
        let mut odd = false;
        for flag in line {
            odd ^= *flag;
            *flag = odd;
        }
    }
    flags
}

/// Where borders cross lines.
#[derive(Debug, Default)]
pub(crate) struct Crossings {
    /// Where each line's crossings begin, and at last where they end.
    starts: Vec<usize>,
    places: Vec<f64>,
}

/// Crossings in all, at most, unless edges are more: so tangled contours take no huge memory.
const MOST_CROSSINGS: f64 = 4e6;

impl Crossings {
    /// How many lines may be laid through polygons of this extent along y, if not all that are
    /// wanted.
    pub(crate) fn most_lines(polygons: &[Vec<[f64; 2]>], extent: f64) -> f64 {
        let edges = polygons.iter().flat_map(|polygon| rising(polygon));
        let climbed: f64 = edges.map(|edge| edge.high[1] - edge.low[1]).sum();
        (MOST_CROSSINGS * extent / climbed.max(f64::MIN_POSITIVE)).floor().max(1.0)
    }

    /// Finds the crossings with the lines at the middle of strips: strip `i` goes from
    /// `low + i * height` to `low + (i + 1) * height`.
    pub(crate) fn find(&mut self, polygons: &[Vec<[f64; 2]>], low: f64, height: f64, count: usize) {
        let strip = |y: f64| (((y - low) / height - 0.5).ceil() as usize).min(count);
        self.starts.clear();
        self.starts.resize(count + 2, 0);
        for edge in polygons.iter().flat_map(|polygon| rising(polygon)) {
            let [from, until] = [strip(edge.low[1]), strip(edge.high[1])];
            self.starts[from + 2..until + 2].iter_mut().for_each(|number| *number += 1);
        }
        for line in 2..count + 2 {
            self.starts[line] += self.starts[line - 1];
        }
        self.places.clear();
        self.places.resize(self.starts[count + 1], 0.0);
        for edge in polygons.iter().flat_map(|polygon| rising(polygon)) {
            for line in strip(edge.low[1])..strip(edge.high[1]) {
                let next = &mut self.starts[line + 1];
                self.places[*next] = edge.x_at(low + (line as f64 + 0.5) * height);
                *next += 1;
            }
        }
        for line in 0..count {
            let [start, end] = [self.starts[line], self.starts[line + 1]];
            self.places[start..end].sort_unstable_by(f64::total_cmp);
        }
    }

    /// Each line's crossings in order: between the first and the second, the third and the fourth
    /// and so on it is inside.
    pub(crate) fn lines(&self) -> impl Iterator<Item = &[f64]> {
        let count = self.starts.len().saturating_sub(2);
        (0..count).map(|line| &self.places[self.starts[line]..self.starts[line + 1]])
    }
}
