//! Whether a contour crosses itself.

use super::ContourFault;

/// Pairs of boxes to look at for each edge before the search is given up. Drawn contours need
/// about ten.
const PAIRS_PER_EDGE: usize = 200;
/// The same for the contour as a whole, so that short ones are always searched to the end.
const PAIRS_MORE: usize = 1_000_000;
/// An end that is closer to the other edge than this share of the shorter one's length touches it
/// and does not cross: so key-holes are no crossings, even when their coordinates are rounded.
const TOUCHES: f64 = 1e-3;

type Point = [f64; 2];
/// The low and the high corner of a box.
type Bounds = [Point; 2];

/// Finds whether edges of the closed polygon cross at inner points of both.
///
/// A binary tree of boxes over the edges in their order is compared with itself: edges that follow
/// each other lie together, so nearly all pairs fall away at once, and long contours take little
/// more time than short ones for each edge. `smallest` is the least area that counts as one, square
/// mm: below it edges cannot be told from touching ones.
pub(super) fn find(polygon: &[Point], smallest: f64) -> Option<ContourFault> {
    let tree = Tree::of(polygon);
    let mut left = PAIRS_MORE.saturating_add(polygon.len().saturating_mul(PAIRS_PER_EDGE));
    let mut pairs = vec![(1, 1)];
    while let Some((a, b)) = pairs.pop() {
        if !overlap(&tree.boxes[a], &tree.boxes[b]) {
            continue;
        }
        left = match left.checked_sub(1) {
            Some(left) => left,
            None => return Some(ContourFault::Tangled),
        };
        if a >= tree.leaves {
            let edges = [tree.edge(polygon, a), tree.edge(polygon, b)];
            if a != b && cross(edges[0], edges[1], smallest) {
                return Some(ContourFault::SelfCrossing);
            }
            continue;
        }
        let (a, b) = (2 * a, 2 * b);
        pairs.extend([(a, b), (a + 1, b + 1), (a, b + 1)]);
        if a != b {
            pairs.push((a + 1, b));
        }
    }
    None
}

/// Boxes round runs of edges: node 1 is the root, those of node `i` are `2 i` and `2 i + 1`.
struct Tree {
    leaves: usize,
    boxes: Vec<Bounds>,
}

impl Tree {
    fn of(polygon: &[Point]) -> Self {
        const NONE: Bounds = [[f64::INFINITY; 2], [f64::NEG_INFINITY; 2]];
        let leaves = polygon.len().max(1).next_power_of_two();
        let mut tree = Self { leaves, boxes: vec![NONE; 2 * leaves] };
        for at in 0..polygon.len() {
            let [a, b] = tree.edge(polygon, leaves + at);
            tree.boxes[leaves + at] = around(&[a, a], &[b, b]);
        }
        for node in (1..leaves).rev() {
            tree.boxes[node] = around(&tree.boxes[2 * node], &tree.boxes[2 * node + 1]);
        }
        tree
    }

    /// The edge of a leaf.
    fn edge(&self, polygon: &[Point], leaf: usize) -> [Point; 2] {
        let at = leaf - self.leaves;
        [polygon[at], polygon[(at + 1) % polygon.len()]]
    }
}

fn around(a: &Bounds, b: &Bounds) -> Bounds {
    [[a[0][0].min(b[0][0]), a[0][1].min(b[0][1])], [a[1][0].max(b[1][0]), a[1][1].max(b[1][1])]]
}

fn overlap(a: &Bounds, b: &Bounds) -> bool {
    (0..2).all(|axis| a[0][axis] <= b[1][axis] && b[0][axis] <= a[1][axis])
}

/// Whether the ends of each edge lie on different sides of the other, and off its line.
fn cross(one: [Point; 2], other: [Point; 2], smallest: f64) -> bool {
    let length = |[start, end]: [Point; 2]| (end[0] - start[0]).hypot(end[1] - start[1]);
    // Twice the area of the triangle of an edge and a point, by its sign.
    let side = |[start, end]: [Point; 2], point: Point| {
        (end[0] - start[0]) * (point[1] - start[1]) - (end[1] - start[1]) * (point[0] - start[0])
    };
    let off = TOUCHES * length(one).min(length(other));
    let parts = |edge: [Point; 2], ends: [Point; 2]| {
        let least = (off * length(edge)).max(smallest * TOUCHES);
        let sides = ends.map(|end| side(edge, end));
        sides[0].abs() > least && sides[1].abs() > least && (sides[0] > 0.0) != (sides[1] > 0.0)
    };
    parts(one, other) && parts(other, one)
}
