//! Marching cubes (Lorensen and Cline, 1987) between voxels that are inside or outside: the surface within the cube
//! of eight neighbouring voxel centres, for each of the 256 ways in which they can be inside.
//!
//! The surface crosses the edges of the cube at their middles. On a face with two inner corners across each other it
//! keeps the corners apart. Both neighbours of a face so see the same lines on it, and the mesh is closed.
//!
//! The closed lines round a cube lie in no plane, so that it matters how they become triangles. Fewer than four inner
//! corners are given the greatest volume and more the least, which are each other's complement; four corners are given
//! the least area, where several have it the mean of their volumes. This turns and mirrors with the cube, and gives the
//! reference values of the IBSI manual (section 3.1, RNU0 and C0JK).

use std::sync::LazyLock;

/// A point of the surface, in halves of the edges of the cube.
type Point = [i32; 3];

/// The surface within a cube.
#[derive(Debug, Clone, Default)]
pub(super) struct Cube {
    /// The part of the cube that is inside.
    pub(super) volume: f64,
    /// Its triangles, counter-clockwise from outside.
    pub(super) triangles: Vec<[Point; 3]>,
}

impl Cube {
    /// The area of its triangles, where the edges of the cube are so long.
    pub(super) fn area(&self, edges: [f64; 3]) -> f64 {
        self.triangles.iter().map(|triangle| area(triangle, edges)).sum()
    }
}

/// The surfaces for all sets of inner corners, of which the one at x, y, z is the bit `y + 2 z + 4 x`.
pub(super) fn cubes() -> &'static [Cube] {
    static CUBES: LazyLock<Vec<Cube>> = LazyLock::new(|| (0..=255).map(cube).collect());
    &CUBES
}

/// The corners of the faces of the cube, counter-clockwise from outside.
const FACES: [[Point; 4]; 6] = [
    [[0, 0, 0], [0, 0, 2], [0, 2, 2], [0, 2, 0]],
    [[2, 0, 0], [2, 2, 0], [2, 2, 2], [2, 0, 2]],
    [[0, 0, 0], [2, 0, 0], [2, 0, 2], [0, 0, 2]],
    [[0, 2, 0], [0, 2, 2], [2, 2, 2], [2, 2, 0]],
    [[0, 0, 0], [0, 2, 0], [2, 2, 0], [2, 0, 0]],
    [[0, 0, 2], [2, 0, 2], [2, 2, 2], [0, 2, 2]],
];

fn cube(corners: u8) -> Cube {
    let inside = |[x, y, z]: Point| corners >> (y / 2 + z + 2 * x) & 1 == 1;
    let mut lines: Vec<[Point; 2]> = FACES.iter().flat_map(|face| lines(face, &inside)).collect();
    // Gauss: the volume is the integral of z over the area seen from above, of the surface and of the upper face.
    let mut volume = upper_area(&inside);
    let mut triangles = vec![];
    while let Some([first, mut last]) = lines.pop() {
        let mut points = vec![first];
        while last != first {
            points.push(last);
            let Some(next) = lines.iter().position(|[from, _]| *from == last) else { break };
            last = lines.swap_remove(next)[1];
        }
        let best = best(triangulations(&points), corners.count_ones());
        let below = best.iter().flatten().map(below).sum::<i32>();
        volume += f64::from(below) / (BELOW * best.len() as f64);
        triangles.extend(best.into_iter().next().unwrap_or_default());
    }
    Cube { volume, triangles }
}

/// The lines of the surface on a face, each from where a way round the face comes to inner corners to where it leaves
/// them.
fn lines(face: &[Point; 4], inside: &impl Fn(Point) -> bool) -> Vec<[Point; 2]> {
    let middle = |place: usize| {
        let (a, b) = (face[place % 4], face[(place + 1) % 4]);
        std::array::from_fn(|axis| a[axis].midpoint(b[axis]))
    };
    let is = |place: usize| inside(face[place % 4]);
    let begins = (0..4).filter(|&place| !is(place) && is(place + 1));
    begins
        .map(|begin| {
            let end = (begin + 1..begin + 4).find(|&place| is(place) && !is(place + 1));
            [middle(begin), middle(end.unwrap_or(begin))]
        })
        .collect()
}

/// The part of the face of greatest z that is inside.
fn upper_area(inside: &impl Fn(Point) -> bool) -> f64 {
    let corners = FACES[5].map(|corner| u8::from(inside(corner)));
    match corners {
        [0, 1, 0, 1] | [1, 0, 1, 0] => 0.25,
        _ => [0.0, 0.125, 0.5, 0.875, 1.0][usize::from(corners.iter().sum::<u8>())],
    }
}

/// Parts of a cube in which `below` counts.
const BELOW: f64 = 48.0;

/// The integral of z over a triangle seen from above.
fn below([a, b, c]: &[Point; 3]) -> i32 {
    // Twice the area in quarters of a face, and three times the mean of z in halves of an edge.
    let seen = (b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1]);
    seen * (a[2] + b[2] + c[2])
}

/// All ways to part a closed line into triangles.
fn triangulations(points: &[Point]) -> Vec<Vec<[Point; 3]>> {
    let [first, .., last] = points else { return vec![vec![]] };
    if points.len() < 3 {
        return vec![vec![]];
    }
    let mut ways = vec![];
    for middle in 1..points.len() - 1 {
        let after = triangulations(&points[middle..]);
        for before in triangulations(&points[..=middle]) {
            for after in &after {
                let mut way = before.clone();
                way.extend(after);
                way.push([*first, points[middle], *last]);
                ways.push(way);
            }
        }
    }
    ways
}

/// Of ways those that are chosen for so many inner corners.
fn best(ways: Vec<Vec<[Point; 3]>>, corners: u32) -> Vec<Vec<[Point; 3]>> {
    let volume = |way: &Vec<[Point; 3]>| way.iter().map(below).sum::<i32>();
    let extreme = match corners {
        0..4 => ways.iter().map(volume).max(),
        4 => None,
        _ => ways.iter().map(volume).min(),
    };
    let total = |way: &Vec<[Point; 3]>| way.iter().map(|t| area(t, [1.0; 3])).sum::<f64>();
    let ways = ways.into_iter().filter(|way| extreme.is_none_or(|e| volume(way) == e));
    let ways: Vec<_> = ways.map(|way| (total(&way), way)).collect();
    let least = ways.iter().map(|(area, _)| *area).fold(f64::INFINITY, f64::min);
    ways.into_iter().filter(|(area, _)| *area < least + 1e-9).map(|(_, way)| way).collect()
}

fn area([a, b, c]: &[Point; 3], edges: [f64; 3]) -> f64 {
    let side = |to: &Point| std::array::from_fn(|i| f64::from(to[i] - a[i]) * edges[i] / 2.0);
    let normal = crate::volume::cross(side(b), side(c));
    0.5 * crate::volume::dot(normal, normal).sqrt()
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "what is exact is compared exactly")]
mod tests {
    use super::*;

    #[test]
    fn a_corner_is_cut_off_at_the_middles_of_its_edges() {
        let cubes = cubes();
        for corner in 0..8 {
            let cube = &cubes[1 << corner];
            assert_eq!(cube.triangles.len(), 1);
            assert!((cube.volume - 1.0 / 48.0).abs() < 1e-15);
            assert!((cubes[255 - (1 << corner)].volume - 47.0 / 48.0).abs() < 1e-15);
            let area = cube.area([1.0; 3]);
            assert!((area - 3.0_f64.sqrt() / 8.0).abs() < 1e-15, "{area}");
        }
        assert_eq!((cubes[0].volume, cubes[255].volume), (0.0, 1.0));
    }

    #[test]
    fn half_a_cube_is_cut_by_a_plane() {
        let cubes = cubes();
        for half in [0b1111_0000, 0b0000_1111, 0b0101_0101, 0b1100_1100, 0b0011_0011] {
            assert_eq!(cubes[half].volume, 0.5, "{half:b}");
            assert!((cubes[half].area([2.0, 2.0, 2.0]) - 4.0).abs() < 1e-14);
        }
        // Edges of a cube are their own lengths: the half of smaller z.
        let area = cubes[0b0011_0011].area([2.0, 3.0, 5.0]);
        assert!((area - 6.0).abs() < 1e-14);
    }

    #[test]
    fn turned_and_mirrored_corners_have_the_same_area_and_volume() {
        let cubes = cubes();
        let same = |a: &Cube, b: &Cube| {
            (a.volume - b.volume).abs() < 1e-14
                && (a.area([1.0; 3]) - b.area([1.0; 3])).abs() < 1e-14
        };
        for corners in 0..256_usize {
            let moved = |to: &dyn Fn(usize) -> usize| {
                (0..8).filter(|bit| corners >> bit & 1 == 1).map(|bit| 1 << to(bit)).sum::<usize>()
            };
            assert!(same(&cubes[corners], &cubes[moved(&|bit| bit ^ 1)]), "{corners:b}");
            assert!(same(&cubes[corners], &cubes[moved(&|bit| bit ^ 4)]), "{corners:b}");
            assert!(
                same(&cubes[corners], &cubes[moved(&|bit| (bit << 1 | bit >> 2) & 7)]),
                "{corners:b}"
            );
        }
    }

    #[test]
    fn faces_show_the_same_lines_from_both_sides() {
        // The lines on the face of greatest x of a cube are those on the face of least x of its neighbour, reversed.
        for face in 0..16_u8 {
            let here = |[x, y, z]: Point| x == 2 && face >> (y / 2 + z) & 1 == 1;
            let there = |[x, y, z]: Point| x == 0 && face >> (y / 2 + z) & 1 == 1;
            let mut ours = lines(&FACES[1], &here);
            let flat = |[_, y, z]: Point| [0, y, z];
            for [a, b] in &mut ours {
                (*a, *b) = (flat(*b), flat(*a));
            }
            let mut theirs = lines(&FACES[0], &there);
            ours.sort_unstable();
            theirs.sort_unstable();
            assert_eq!(ours, theirs);
        }
    }
}
