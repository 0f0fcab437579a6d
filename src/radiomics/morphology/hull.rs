//! The convex hull of points on a lattice: Quickhull (Barber, Dobkin and Huhdanpaa, 1996) in whole numbers, so that
//! no rounding can mislead it.

use crate::volume::{cross, dot};

/// Coordinates may be at most this far from each other: the sums of products stay within 63 bits.
pub(super) const FARTHEST: i64 = 1 << 20;

type Point = [i64; 3];

/// The triangles of the hull, counter-clockwise from outside, as places among the points.
#[derive(Debug)]
pub(super) struct Hull {
    triangles: Vec<[usize; 3]>,
}

struct Face {
    corners: [usize; 3],
    /// The faces beyond the edges from each corner to the next.
    beyond: [usize; 3],
    normal: Point,
    /// The product of the normal and a corner.
    offset: i64,
    /// Points above it that are not yet in the hull.
    above: Vec<usize>,
    alive: bool,
}

impl Hull {
    /// The hull of points; `None` where they lie in a plane, or too far from each other.
    pub(super) fn new(points: &[Point]) -> Option<Self> {
        let far = |axis: usize| {
            let along = || points.iter().map(|p| p[axis]);
            along().max().zip(along().min()).is_none_or(|(max, min)| max - min >= FARTHEST)
        };
        if (0..3).any(far) {
            return None;
        }
        let mut faces = first_faces(points)?;
        let mut begins = vec![usize::MAX; points.len()];
        let mut waiting: Vec<usize> = (0..4).collect();
        while let Some(face) = waiting.pop() {
            if faces[face].alive && !faces[face].above.is_empty() {
                let made = raise(points, &mut faces, face, &mut begins);
                waiting.extend(made..faces.len());
            }
        }
        let triangles = faces.iter().filter(|face| face.alive).map(|face| face.corners).collect();
        Some(Self { triangles })
    }

    /// The volume and the area, where the lattice has these distances.
    pub(super) fn volume_and_area(&self, points: &[Point], spacing: [f64; 3]) -> (f64, f64) {
        let (mut sixfold, mut area) = (0_i128, 0.0);
        for corners in &self.triangles {
            let [a, b, c] = corners.map(|corner| difference(points[corner], points[0]));
            sixfold += i128::from(product(a, normal(b, c)));
            let side = |to: Point| {
                let side = difference(to, a);
                std::array::from_fn(|axis| side[axis] as f64 * spacing[axis])
            };
            let normal = cross(side(b), side(c));
            area += 0.5 * dot(normal, normal).sqrt();
        }
        (sixfold as f64 / 6.0 * spacing.iter().product::<f64>(), area)
    }

    /// The points at its corners, in ascending order.
    pub(super) fn corners(&self) -> Vec<usize> {
        let mut corners: Vec<usize> = self.triangles.iter().flatten().copied().collect();
        corners.sort_unstable();
        corners.dedup();
        corners
    }
}

fn difference(a: Point, b: Point) -> Point {
    std::array::from_fn(|axis| a[axis] - b[axis])
}

fn normal(a: Point, b: Point) -> Point {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

fn product(a: Point, b: Point) -> i64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn plane(points: &[Point], corners: [usize; 3]) -> (Point, i64) {
    let [a, b, c] = corners.map(|corner| points[corner]);
    let normal = normal(difference(b, a), difference(c, a));
    (normal, product(normal, a))
}

fn face(points: &[Point], corners: [usize; 3], beyond: [usize; 3]) -> Face {
    let (normal, offset) = plane(points, corners);
    Face { corners, beyond, normal, offset, above: vec![], alive: true }
}

impl Face {
    /// How far a point lies above the face, in units that differ from face to face.
    fn height(&self, point: Point) -> i64 {
        product(self.normal, point) - self.offset
    }
}

/// A tetrahedron of four of the points, all other points above one of its faces.
fn first_faces(points: &[Point]) -> Option<Vec<Face>> {
    let all = 0..points.len();
    let a = all.clone().min_by_key(|&p| points[p])?;
    let distance = |p: usize| {
        let way = difference(points[p], points[a]);
        product(way, way)
    };
    let b = all.clone().max_by_key(|&p| (distance(p), p)).filter(|&b| distance(b) > 0)?;
    let along = difference(points[b], points[a]);
    let aside = |p: usize| {
        let across = normal(along, difference(points[p], points[a])).map(i128::from);
        across.iter().map(|n| n * n).sum::<i128>()
    };
    let mut c = all.clone().max_by_key(|&p| (aside(p), p)).filter(|&c| aside(c) > 0)?;
    let (across, offset) = plane(points, [a, b, c]);
    let height = |p: usize| product(across, points[p]) - offset;
    let d = all.clone().max_by_key(|&p| (height(p).abs(), p)).filter(|&d| height(d) != 0)?;
    let mut b = b;
    if height(d) > 0 {
        // The fourth corner is to be below the first face.
        (b, c) = (c, b);
    }
    let mut faces = vec![
        face(points, [a, b, c], [1, 2, 3]),
        face(points, [b, a, d], [0, 3, 2]),
        face(points, [c, b, d], [0, 1, 3]),
        face(points, [a, c, d], [0, 2, 1]),
    ];
    share(points, &mut faces, 0, all);
    Some(faces)
}

/// Gives each point to the first face, from `from` on, that it is above.
fn share(points: &[Point], faces: &mut [Face], from: usize, of: impl IntoIterator<Item = usize>) {
    for point in of {
        let place = points[point];
        if let Some(face) = faces[from..].iter_mut().find(|face| face.height(place) > 0) {
            face.above.push(point);
        }
    }
}

/// Takes the highest point above a face into the hull; returns the first of the new faces. `begins` is room for a
/// face for each point.
fn raise(points: &[Point], faces: &mut Vec<Face>, from: usize, begins: &mut [usize]) -> usize {
    let highest = faces[from].above.iter().copied();
    let top = highest.max_by_key(|&p| (faces[from].height(points[p]), p));
    let top = top.expect("the caller saw a point above the face");
    // All faces that the point is above go; what is left of their edges goes round the hole.
    let (mut seen, mut round) = (vec![from], vec![]);
    faces[from].alive = false;
    let mut next = 0;
    while next < seen.len() {
        let (corners, beyond) = (faces[seen[next]].corners, faces[seen[next]].beyond);
        for edge in 0..3 {
            let other = beyond[edge];
            if !faces[other].alive {
                continue;
            }
            if faces[other].height(points[top]) > 0 {
                faces[other].alive = false;
                seen.push(other);
            } else {
                round.push((corners[edge], corners[(edge + 1) % 3], other));
            }
        }
        next += 1;
    }
    // What is above a face may have been found before the face beyond it went.
    let made = faces.len();
    for (place, &(a, b, other)) in round.iter().enumerate() {
        begins[a] = made + place;
        faces.push(face(points, [a, b, top], [other, 0, 0]));
        let edge = (0..3).find(|&edge| faces[other].corners[edge] == b);
        faces[other].beyond[edge.expect("neighbours share an edge")] = made + place;
    }
    for place in made..faces.len() {
        let next = begins[faces[place].corners[1]];
        faces[place].beyond[1] = next;
        faces[next].beyond[2] = place;
    }
    let left: Vec<usize> =
        seen.iter().flat_map(|&face| std::mem::take(&mut faces[face].above)).collect();
    share(points, faces, made, left.into_iter().filter(|&point| point != top));
    made
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "what is exact is compared exactly")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The volume and the area of the hull from its planes: all triples of points that have no point above them.
    fn by_definition(points: &[Point]) -> (f64, f64) {
        let mut planes: Vec<(Vec<usize>, Point)> = vec![];
        let n = points.len();
        for a in 0..n {
            for b in a + 1..n {
                for c in b + 1..n {
                    for corners in [[a, b, c], [a, c, b]] {
                        let (normal, offset) = plane(points, corners);
                        let height = |p: &Point| product(normal, *p) - offset;
                        if normal != [0; 3] && points.iter().all(|p| height(p) <= 0) {
                            let on = (0..n).filter(|&p| height(&points[p]) == 0).collect();
                            if !planes.iter().any(|(known, _)| *known == on) {
                                planes.push((on, normal));
                            }
                        }
                    }
                }
            }
        }
        let (mut volume, mut area) = (0.0, 0.0);
        for (on, normal) in planes {
            // Round the polygon: by the angle about its middle.
            let length = (product(normal, normal) as f64).sqrt();
            let unit = normal.map(|n| n as f64 / length);
            let flat = |p: usize| points[p].map(|c| c as f64);
            let mut middle = [0.0; 3];
            for &p in &on {
                (0..3).for_each(|axis| middle[axis] += flat(p)[axis] / on.len() as f64);
            }
            let along = if unit[0].abs() < 0.9 { [1.0, 0.0, 0.0] } else { [0.0, 1.0, 0.0] };
            let u = cross(unit, along);
            let v = cross(unit, u);
            let way = |p: usize| crate::volume::sub(flat(p), middle);
            let plane: Vec<[f64; 2]> =
                on.iter().map(|&p| [dot(way(p), u), dot(way(p), v)]).collect();
            let scale = dot(u, u);
            let polygon = polygon_area(plane) / scale;
            area += polygon;
            volume += polygon * dot(unit, middle) / 3.0;
        }
        (volume, area)
    }

    fn polygon_area(mut points: Vec<[f64; 2]>) -> f64 {
        points.sort_by(|a, b| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])));
        let chain = |points: &mut dyn Iterator<Item = [f64; 2]>| {
            let mut chain: Vec<[f64; 2]> = vec![];
            for p in points {
                while let [.., a, b] = chain[..] {
                    if (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0]) > 0.0 {
                        break;
                    }
                    chain.pop();
                }
                chain.push(p);
            }
            chain.pop();
            chain
        };
        let mut all = chain(&mut points.iter().copied());
        all.extend(chain(&mut points.iter().rev().copied()));
        let next = all.iter().cycle().skip(1);
        all.iter().zip(next).map(|(a, b)| a[0] * b[1] - a[1] * b[0]).sum::<f64>() / 2.0
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]
        #[test]
        fn hulls_are_those_of_the_definition(
            points in proptest::collection::vec([-4_i64..5, -4_i64..5, -3_i64..4], 4..16)
        ) {
            let hull = Hull::new(&points);
            let (volume, area) = by_definition(&points);
            let flat = |p: &Point| {
                let [a, b, c] = [1, 2, 3].map(|p| difference(points[p], points[0]));
                let d = difference(*p, points[0]);
                [(a, b), (a, c), (b, c)].iter().all(|(a, b)| product(d, normal(*a, *b)) == 0)
            };
            let Some(hull) = hull else {
                prop_assert!(points.iter().all(flat));
                return Ok(());
            };
            let (found, found_area) = hull.volume_and_area(&points, [1.0; 3]);
            prop_assert!((found - volume).abs() < 1e-6 * volume.max(1.0), "{found} {volume}");
            prop_assert!((found_area - area).abs() < 1e-6 * area.max(1.0), "{found_area} {area}");
        }
    }

    #[test]
    fn a_lattice_of_many_points_in_its_faces_is_a_box() {
        let points: Vec<Point> = (0..216).map(|p| [p % 6, p / 6 % 6 * 2, p / 36 * 3]).collect();
        let hull = Hull::new(&points).unwrap();
        let (volume, area) = hull.volume_and_area(&points, [1.0, 0.5, 2.0]);
        assert!((volume - 5.0 * 5.0 * 30.0).abs() < 1e-9);
        assert!((area - 2.0 * (25.0 + 150.0 + 150.0)).abs() < 1e-9);
    }

    #[test]
    fn flat_and_far_points_have_no_hull() {
        assert!(Hull::new(&[]).is_none());
        assert!(Hull::new(&[[0, 0, 0], [1, 0, 0], [0, 1, 0], [5, 5, 0]]).is_none());
        assert!(Hull::new(&[[0, 0, 0], [FARTHEST, 0, 0], [0, 1, 0], [0, 0, 1]]).is_none());
        assert!(Hull::new(&[[7, 7, 7]; 9]).is_none());
    }
}
