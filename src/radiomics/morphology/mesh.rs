//! The surface of a mask: volume and area of its mesh, and those points of it of which the outermost are.

use super::cubes::cubes;
use crate::volume::Volume;

/// The volume (mm3) and the area (mm2) of the mesh of a mask. All beyond the mask is outside.
///
/// Cubes of the same corners have the same surface, so it is enough to count them.
pub(super) fn volume_and_area(mask: &Volume<bool>, spacing: [f64; 3]) -> (f64, f64) {
    let counts = count_cubes(mask);
    let (mut volume, mut area) = (0.0, 0.0);
    for (cube, count) in cubes().iter().zip(counts).filter(|(_, count)| *count > 0) {
        volume += cube.volume * count as f64;
        area += cube.area(spacing) * count as f64;
    }
    (volume * spacing.iter().product::<f64>(), area)
}

/// How many cubes there are of each set of inner corners.
fn count_cubes(mask: &Volume<bool>) -> [u64; 256] {
    let [nx, ny, nz] = mask.size();
    let mut counts = [0; 256];
    // Bits of the voxels at (y, z), (y + 1, z), (y, z + 1) and (y + 1, z + 1) for each x of a row.
    let mut columns = vec![0_u8; nx];
    for z in 0..=nz {
        for y in 0..=ny {
            columns.fill(0);
            for (bit, (dy, dz)) in [(1, 1), (0, 1), (1, 0), (0, 0)].into_iter().enumerate() {
                let (Some(y), Some(z)) = (y.checked_sub(dy), z.checked_sub(dz)) else { continue };
                if y < ny && z < nz {
                    let row = &mask.values()[mask.place([0, y, z])..][..nx];
                    columns
                        .iter_mut()
                        .zip(row)
                        .for_each(|(c, &inside)| *c |= u8::from(inside) << bit);
                }
            }
            let mut before = 0;
            for &column in &columns {
                counts[usize::from(before | column << 4)] += 1;
                before = column;
            }
            counts[usize::from(before)] += 1;
        }
    }
    counts
}

/// Points of the mesh, in halves of the distances of voxels: of each of its planes across z those from which the
/// convex hull of the plane cannot be told without.
pub(super) fn outer_points(mask: &Volume<bool>) -> Vec<[i64; 3]> {
    let [nx, ny, nz] = mask.size();
    let outside = vec![false; nx];
    // A row of the mask, where there is none of it outside.
    let row =
        |y: Option<usize>, z: Option<usize>| match (y.filter(|y| *y < ny), z.filter(|z| *z < nz)) {
            (Some(y), Some(z)) => &mask.values()[mask.place([0, y, z])..][..nx],
            _ => &outside[..],
        };
    let mut points = vec![];
    for z in 0..nz {
        // Points between x neighbours lie in the rows, points between y neighbours between them.
        let mut lines = vec![];
        for y in 0..=ny {
            let here = row(y.checked_sub(1), Some(z));
            let next = row(Some(y), Some(z));
            let ends = differences(here, next);
            lines.extend(ends.map(|(from, to)| (2 * y as i64 - 1, 2 * from, 2 * to)));
            let ends = differences(next, &outside);
            lines.extend(ends.map(|(from, to)| (2 * y as i64, 2 * from - 1, 2 * to + 1)));
        }
        points.extend(hull_of_lines(&lines).into_iter().map(|(y, x)| [x, y, 2 * z as i64]));
    }
    for z in 0..=nz {
        let mut lines = vec![];
        for y in 0..ny {
            let below = row(Some(y), z.checked_sub(1));
            let above = row(Some(y), Some(z));
            let ends = differences(below, above);
            lines.extend(ends.map(|(from, to)| (2 * y as i64, 2 * from, 2 * to)));
        }
        points.extend(hull_of_lines(&lines).into_iter().map(|(y, x)| [x, y, 2 * z as i64 - 1]));
    }
    points
}

/// The first and the last place at which two rows differ.
fn differences(a: &[bool], b: &[bool]) -> Option<(i64, i64)> {
    let differ = |place: &usize| a[*place] != b[*place];
    let first = (0..a.len()).find(differ)?;
    Some((first as i64, (0..a.len()).rfind(differ).unwrap_or(first) as i64))
}

/// The corners of the convex hull of lines along x, each with its y and its least and greatest x, in the order of
/// y; as y and x. By the monotone chain (Andrew, 1979).
fn hull_of_lines(lines: &[(i64, i64, i64)]) -> Vec<(i64, i64)> {
    let side = |sign: i64, x: &dyn Fn(&(i64, i64, i64)) -> i64| {
        let mut chain: Vec<(i64, i64)> = vec![];
        for line in lines {
            let next = (line.0, x(line));
            while let [.., a, b] = chain[..] {
                let turn = (b.0 - a.0) * (next.1 - a.1) - (b.1 - a.1) * (next.0 - a.0);
                if turn * sign > 0 {
                    break;
                }
                chain.pop();
            }
            chain.push(next);
        }
        chain
    };
    let mut corners = side(1, &|line| line.1);
    corners.extend(side(-1, &|line| line.2));
    corners.sort_unstable();
    corners.dedup();
    corners
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "what is exact is compared exactly")]
mod tests {
    use super::*;

    fn ball(n: usize, radius: f64) -> Volume<bool> {
        let centre = (n as f64 - 1.0) / 2.0;
        let inside = |place: usize| {
            let voxel = [place % n, place / n % n, place / n / n];
            voxel.iter().map(|v| (*v as f64 - centre).powi(2)).sum::<f64>() <= radius * radius
        };
        Volume::new([n; 3], (0..n * n * n).map(inside).collect()).unwrap()
    }

    #[test]
    fn a_voxel_is_an_octahedron() {
        let (volume, area) = volume_and_area(&Volume::filled([1; 3], true), [2.0, 3.0, 4.0]);
        // Half axes 1, 1.5 and 2: 4/3 abc, and eight faces.
        assert!((volume - 4.0).abs() < 1e-12);
        let face = ((1.5_f64 * 2.0).powi(2) + 2.0_f64.powi(2) + 1.5_f64.powi(2)).sqrt() / 2.0;
        assert!((area - 8.0 * face).abs() < 1e-12);
    }

    #[test]
    fn a_box_lacks_its_edges_and_corners() {
        // The mesh goes through the middles between voxels: a box of n voxels whose edges are cut off.
        let (volume, area) = volume_and_area(&Volume::filled([4, 5, 6], true), [1.0; 3]);
        let (edges, corners) = (4.0 * (3.0 + 4.0 + 5.0), 8.0);
        assert!(
            (volume - (120.0 - edges / 8.0 - corners * (1.0 / 8.0 - 1.0 / 48.0))).abs() < 1e-12
        );
        let faces = 2.0 * (3.0 * 4.0 + 3.0 * 5.0 + 4.0 * 5.0);
        let cut = edges * 0.5_f64.sqrt() + corners * 3.0_f64.sqrt() / 8.0;
        assert!((area - faces - cut).abs() < 1e-12);
    }

    #[test]
    fn the_mesh_of_a_ball_nears_that_of_the_sphere() {
        for (n, radius) in [(41, 19.5), (81, 39.5)] {
            let (volume, area) = volume_and_area(&ball(n, radius), [1.0; 3]);
            let pi = std::f64::consts::PI;
            assert!((volume / (4.0 / 3.0 * pi * radius.powi(3)) - 1.0).abs() < 0.005, "{volume}");
            // Steps make the surface of voxels larger than that of the sphere, however small they are.
            let ratio = area / (4.0 * pi * radius * radius);
            assert!((1.05..1.11).contains(&ratio), "{ratio}");
        }
    }

    #[test]
    fn outer_points_are_points_of_the_mesh_and_hold_all_extremes() {
        let points = outer_points(&Volume::filled([1; 3], true));
        assert_eq!(points.len(), 6);
        let mask = ball(9, 4.2);
        let points = outer_points(&mask);
        let inside =
            |v: [i64; 3]| v.iter().all(|v| (0..9).contains(v)) && *mask.at(v.map(|v| v as usize));
        for point in &points {
            let [below, above] =
                [0, 1].map(|up| point.map(|p| p.div_euclid(2) + up * p.rem_euclid(2)));
            assert_ne!(inside(below), inside(above), "{point:?}");
        }
        for axis in 0..3 {
            assert_eq!(points.iter().map(|p| p[axis]).max(), Some(17));
            assert_eq!(points.iter().map(|p| p[axis]).min(), Some(-1));
        }
    }
}
