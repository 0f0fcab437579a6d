//! The axes of a mask by principal component analysis, and the ellipsoid that they span.

use crate::volume::Volume;

/// Where the voxels of a mask lie on average, and the eigenvalues of the covariance of their places.
#[derive(Debug, Clone, Copy)]
pub(super) struct Axes {
    /// The mean of the voxels, mm from the first.
    pub(super) centre: [f64; 3],
    /// The variances along the principal axes in descending order, mm2; `None` of a single voxel.
    pub(super) variances: Option<[f64; 3]>,
}

impl Axes {
    /// Of a mask that is not empty. The covariance is that of a sample, with one voxel less in the denominator.
    pub(super) fn new(mask: &Volume<bool>, spacing: [f64; 3]) -> Self {
        let [nx, ny, nz] = mask.size();
        let (mut n, mut sums, mut squares) = (0_i128, [0_i128; 3], [[0_i128; 3]; 3]);
        for z in 0..nz {
            for y in 0..ny {
                let row = &mask.values()[mask.place([0, y, z])..][..nx];
                let (mut count, mut along, mut squared) = (0_u64, 0_u64, 0_u64);
                for (x, &inside) in (0_u64..).zip(row) {
                    let inside = u64::from(inside);
                    count += inside;
                    along += inside * x;
                    squared += inside * x * x;
                }
                let (count, along, squared) =
                    (i128::from(count), i128::from(along), i128::from(squared));
                let (y, z) = (y as i128, z as i128);
                n += count;
                let here = [along, count * y, count * z];
                (0..3).for_each(|axis| sums[axis] += here[axis]);
                let products = [[squared, along * y, along * z], [0, count * y * y, count * y * z]];
                squares[0] = std::array::from_fn(|axis| squares[0][axis] + products[0][axis]);
                squares[1] = std::array::from_fn(|axis| squares[1][axis] + products[1][axis]);
                squares[2][2] += count * z * z;
            }
        }
        let covariance = |a: usize, b: usize| {
            let (a, b) = (a.min(b), a.max(b));
            let exact = n * squares[a][b] - sums[a] * sums[b];
            exact as f64 / (n * (n - 1)) as f64 * spacing[a] * spacing[b]
        };
        let matrix = || std::array::from_fn(|a| std::array::from_fn(|b| covariance(a, b)));
        Self {
            centre: std::array::from_fn(|axis| sums[axis] as f64 / n as f64 * spacing[axis]),
            variances: (n > 1).then(|| eigenvalues(matrix())),
        }
    }
}

/// The eigenvalues of a symmetric matrix in descending order, by the cyclic method of Jacobi; none below 0, as it is a
/// covariance.
fn eigenvalues(mut m: [[f64; 3]; 3]) -> [f64; 3] {
    for _ in 0..32 {
        for (p, q) in [(0, 1), (0, 2), (1, 2)] {
            if m[p][q] == 0.0 {
                continue;
            }
            let theta = (m[q][q] - m[p][p]) / (2.0 * m[p][q]);
            let tangent = theta.signum() / (theta.abs() + (theta * theta + 1.0).sqrt());
            let cosine = 1.0 / (tangent * tangent + 1.0).sqrt();
            let sine = tangent * cosine;
            let rest = 3 - p - q;
            let (with_p, with_q) = (m[rest][p], m[rest][q]);
            m[p][p] -= tangent * m[p][q];
            m[q][q] += tangent * m[p][q];
            (m[p][q], m[q][p]) = (0.0, 0.0);
            let (new_p, new_q) = (cosine * with_p - sine * with_q, sine * with_p + cosine * with_q);
            (m[rest][p], m[p][rest]) = (new_p, new_p);
            (m[rest][q], m[q][rest]) = (new_q, new_q);
        }
    }
    let mut values = [0, 1, 2].map(|axis| m[axis][axis]);
    values.sort_unstable_by(|a, b| b.total_cmp(a));
    // What is left of a direction without extent is rounding.
    let least = 1e-13 * values[0];
    values.map(|value| if value > least { value } else { 0.0 })
}

/// The area of an ellipsoid with these half axes in descending order, by the manual's series of Legendre polynomials
/// up to degree 20 (IBSI manual section 3.1, RDD2). `None` where the longest is 0.
///
/// The manual takes its two eccentricities from b and c by a, with which its reference values agree. The area proper
/// has those from c by a and c by b; the series is some percent below it for long ellipsoids.
pub(super) fn ellipsoid_area([a, b, c]: [f64; 3]) -> Option<f64> {
    const DEGREE: i32 = 20;
    let beside = |of: f64| (1.0 - (of / a).powi(2)).max(0.0);
    let (alpha, beta) = (beside(b), beside(c));
    // (alpha beta)^n P_n((alpha^2 + beta^2) / (2 alpha beta)) by the recurrence of the polynomials; the product does
    // not divide by 0 where two axes are equal. `alpha` and `beta` are squared here.
    let (middle, product) = (f64::midpoint(alpha, beta), alpha * beta);
    let (mut before, mut term, mut sum) = (0.0, 1.0, 0.0);
    for n in 0..=DEGREE {
        let degree = f64::from(n);
        sum += term / (1.0 - 4.0 * degree * degree);
        let next =
            ((2.0 * degree + 1.0) * middle * term - degree * product * before) / (degree + 1.0);
        (before, term) = (term, next);
    }
    (a > 0.0).then_some(4.0 * std::f64::consts::PI * a * b * sum)
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "what is exact is compared exactly")]
mod tests {
    use super::*;

    #[test]
    fn eigenvalues_are_those_of_a_known_matrix() {
        // Eigenvalues 6, 3 and 1 about the axes (1, 1, 0), (1, -1, 0) and z.
        let values = eigenvalues([[4.5, 1.5, 0.0], [1.5, 4.5, 0.0], [0.0, 0.0, 1.0]]);
        assert!(
            values.iter().zip([6.0, 3.0, 1.0]).all(|(a, b)| (a - b).abs() < 1e-14),
            "{values:?}"
        );
        let values = eigenvalues([[2.0, -1.0, 0.5], [-1.0, 3.0, 0.25], [0.5, 0.25, 4.0]]);
        let [a, b, c] = values;
        assert!((a + b + c - 9.0).abs() < 1e-13);
        // The determinant.
        assert!((a * b * c - (2.0 * 11.9375 - 4.125 - 0.875)).abs() < 1e-12, "{values:?}");
    }

    #[test]
    fn a_box_has_the_variances_of_its_sides() {
        let axes = Axes::new(&Volume::filled([4, 5, 1], true), [1.0, 2.0, 3.0]);
        assert_eq!(axes.centre, [1.5, 4.0, 0.0]);
        let expected = [4.0 * 2.0 * 20.0 / 19.0, 1.25 * 20.0 / 19.0, 0.0];
        let variances = axes.variances.unwrap();
        assert!(variances.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12));
        assert!(Axes::new(&Volume::filled([1; 3], true), [1.0; 3]).variances.is_none());
    }

    #[test]
    fn the_area_of_an_ellipsoid_is_that_of_the_series() {
        let pi = std::f64::consts::PI;
        assert!((ellipsoid_area([2.0; 3]).unwrap() - 16.0 * pi).abs() < 1e-12);
        // With two like axes the series is one of powers of the eccentricity e, whose sum is
        // 1/2 + (1 - e^2) / (4 e) ln((1 + e) / (1 - e)).
        let e = (1.0_f64 - 0.64 * 0.64).sqrt();
        let sum = 0.5 + 0.64 * 0.64 / (4.0 * e) * ((1.0 + e) / (1.0 - e)).ln();
        assert!((ellipsoid_area([1.0, 0.64, 0.64]).unwrap() - 4.0 * pi * 0.64 * sum).abs() < 1e-5);
        assert_eq!(ellipsoid_area([0.0; 3]), None);
    }
}
