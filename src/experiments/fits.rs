//! Laws of scaling: measured points in, their parameters by least squares out, with all parameters at least 0.

use serde::Serialize;

/// What was measured with some number of processors.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Processors.
    pub p: f64,
    /// Mean time in seconds.
    pub time_s: f64,
}

/// Why there is no fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoFit {
    /// A law is never fitted on fewer points than it has parameters, and one.
    #[error("{have} of the {want} points that a fit wants")]
    Points {
        /// That are there.
        have: usize,
        /// That there must be.
        want: usize,
    },
    /// Without a base there is no speed-up.
    #[error("there is no time of one processor")]
    Base,
}

/// Amdahl's law, T = a + b / p (Amdahl, AFIPS 1967).
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Amdahl {
    /// Time that no processor takes off, seconds.
    pub a_s: f64,
    /// Time that is shared, seconds.
    pub b_s: f64,
    /// The serial part, a / (a + b).
    pub serial_fraction: f64,
    /// Coefficient of determination of the times; none where they do not vary.
    pub r2: Option<f64>,
    /// Points that it was fitted on.
    pub points: usize,
}

impl Amdahl {
    /// The time that it tells, seconds.
    pub fn time_s(&self, p: f64) -> f64 {
        self.a_s + self.b_s / p
    }

    /// The speed-up that no number of processors passes; none without a serial part.
    pub fn limit(&self) -> Option<f64> {
        (self.serial_fraction > 0.0).then(|| 1.0 / self.serial_fraction)
    }
}

/// The universal scalability law, C = p / (1 + A (p - 1) + B p (p - 1)) (Gunther, Guerrilla Capacity Planning,
/// 2007).
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Usl {
    /// A: what is done one after the other.
    pub contention: f64,
    /// B: what each pair of processors costs.
    pub coherency: f64,
    /// Coefficient of determination of the speed-ups.
    pub r2: Option<f64>,
    /// Points that it was fitted on, without the base.
    pub points: usize,
}

impl Usl {
    /// The speed-up that it tells.
    pub fn speedup(&self, p: f64) -> f64 {
        p / (1.0 + self.contention * (p - 1.0) + self.coherency * p * (p - 1.0))
    }

    /// Where the speed-up is greatest, sqrt((1 - A) / B); none where it grows for ever.
    pub fn peak(&self) -> Option<f64> {
        (self.coherency > 0.0).then(|| ((1.0 - self.contention).max(0.0) / self.coherency).sqrt())
    }
}

/// Gustafson's law for data that grow with the processors, S = p - f (p - 1) (Gustafson, CACM 31(5), 1988).
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Gustafson {
    /// f, of the time with p processors.
    pub serial_fraction: f64,
    /// Coefficient of determination of the scaled speed-ups.
    pub r2: Option<f64>,
    /// Points that it was fitted on, without the base.
    pub points: usize,
}

impl Gustafson {
    /// The scaled speed-up that it tells.
    pub fn speedup(&self, p: f64) -> f64 {
        p - self.serial_fraction * (p - 1.0)
    }
}

/// Fits Amdahl's law to times.
pub fn amdahl(points: &[Point]) -> Result<Amdahl, NoFit> {
    enough(points.len(), 3)?;
    let rows: Vec<[f64; 3]> = points.iter().map(|at| [1.0, 1.0 / at.p, at.time_s]).collect();
    let [a_s, b_s] = least_squares(&rows);
    let law = Amdahl { a_s, b_s, serial_fraction: 0.0, r2: None, points: points.len() };
    let serial_fraction = if a_s + b_s > 0.0 { a_s / (a_s + b_s) } else { 0.0 };
    let r2 = determination(points.iter().map(|at| (at.time_s, law.time_s(at.p))));
    Ok(Amdahl { serial_fraction, r2, ..law })
}

/// Fits the universal scalability law. It is linear as p / C - 1 = A (p - 1) + B p (p - 1), which holds at the
/// base whatever A and B are: the base is no point.
pub fn usl(points: &[Point]) -> Result<Usl, NoFit> {
    let (base_s, others) = without_base(points)?;
    enough(others.len(), 3)?;
    let row = |at: &Point| [at.p - 1.0, at.p * (at.p - 1.0), at.p * at.time_s / base_s - 1.0];
    let [contention, coherency] = least_squares(&others.iter().map(row).collect::<Vec<_>>());
    let law = Usl { contention, coherency, r2: None, points: others.len() };
    let r2 = determination(others.iter().map(|at| (base_s / at.time_s, law.speedup(at.p))));
    Ok(Usl { r2, ..law })
}

/// Fits Gustafson's law. The base holds whatever f is: it is no point.
pub fn gustafson(points: &[Point]) -> Result<Gustafson, NoFit> {
    let (base_s, others) = without_base(points)?;
    enough(others.len(), 2)?;
    let scaled = |at: &Point| at.p * base_s / at.time_s;
    let products: f64 = others.iter().map(|at| (at.p - 1.0) * (at.p - scaled(at))).sum();
    let squares: f64 = others.iter().map(|at| (at.p - 1.0).powi(2)).sum();
    let serial_fraction = (products / squares).max(0.0);
    let law = Gustafson { serial_fraction, r2: None, points: others.len() };
    let r2 = determination(others.iter().map(|at| (scaled(at), law.speedup(at.p))));
    Ok(Gustafson { r2, ..law })
}

fn enough(have: usize, want: usize) -> Result<(), NoFit> {
    if have < want { Err(NoFit::Points { have, want }) } else { Ok(()) }
}

/// The time of one processor, and the points of more.
fn without_base(points: &[Point]) -> Result<(f64, Vec<Point>), NoFit> {
    let base = points.iter().find(|at| at.p <= 1.0).ok_or(NoFit::Base)?;
    Ok((base.time_s, points.iter().copied().filter(|at| at.p > 1.0).collect()))
}

/// The x, y >= 0 with the least sum of (u x + v y - w)^2 over rows of u, v and w. With two unknowns the least lies
/// inside, or on one of the two borders.
fn least_squares(rows: &[[f64; 3]]) -> [f64; 2] {
    let sum = |of: &dyn Fn(&[f64; 3]) -> f64| rows.iter().map(of).sum::<f64>();
    let (uu, uv, vv) = (sum(&|[u, _, _]| u * u), sum(&|[u, v, _]| u * v), sum(&|[_, v, _]| v * v));
    let (uw, vw) = (sum(&|[u, _, w]| u * w), sum(&|[_, v, w]| v * w));
    let determinant = uu * vv - uv * uv;
    let inside = [(uw * vv - vw * uv) / determinant, (vw * uu - uw * uv) / determinant];
    if inside.iter().all(|value| value.is_finite() && *value >= 0.0) {
        return inside;
    }
    let border =
        |product: f64, square: f64| if square > 0.0 { (product / square).max(0.0) } else { 0.0 };
    let borders = [[border(uw, uu), 0.0], [0.0, border(vw, vv)]];
    let error = |[x, y]: &[f64; 2]| sum(&|[u, v, w]| (u * x + v * y - w).powi(2));
    if error(&borders[0]) <= error(&borders[1]) { borders[0] } else { borders[1] }
}

/// 1 - (squares that are left) / (squares around the mean), of pairs measured and told.
fn determination(pairs: impl Iterator<Item = (f64, f64)> + Clone) -> Option<f64> {
    let n = pairs.clone().count() as f64;
    let mean = pairs.clone().map(|(measured, _)| measured).sum::<f64>() / n;
    let all: f64 = pairs.clone().map(|(measured, _)| (measured - mean).powi(2)).sum();
    let left: f64 = pairs.map(|(measured, told)| (measured - told).powi(2)).sum();
    (all > 0.0).then(|| 1.0 - left / all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(time_s: impl Fn(f64) -> f64, processors: &[f64]) -> Vec<Point> {
        processors.iter().map(|&p| Point { p, time_s: time_s(p) }).collect()
    }

    fn near(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-9
    }

    #[test]
    fn amdahl_gives_its_own_fraction_back() {
        let law = amdahl(&points(|p| 0.5 + 9.5 / p, &[1.0, 2.0, 4.0, 8.0])).unwrap();
        assert!(near(law.a_s, 0.5) && near(law.b_s, 9.5) && near(law.serial_fraction, 0.05));
        assert!(near(law.r2.unwrap(), 1.0) && near(law.limit().unwrap(), 20.0));
    }

    #[test]
    fn usl_gives_its_own_parameters_back() {
        let law = Usl { contention: 0.03, coherency: 0.002, r2: None, points: 0 };
        let found = usl(&points(|p| 7.0 / law.speedup(p), &[1.0, 2.0, 4.0, 8.0, 16.0])).unwrap();
        assert!(near(found.contention, 0.03) && near(found.coherency, 0.002));
        assert!(near(found.r2.unwrap(), 1.0) && found.points == 4);
        assert!(near(found.peak().unwrap(), (0.97_f64 / 0.002).sqrt()));
    }

    #[test]
    fn gustafson_gives_its_own_fraction_back() {
        let scaled = |p: f64| p - 0.1 * (p - 1.0);
        let found = gustafson(&points(|p| 2.0 * p / scaled(p), &[1.0, 2.0, 4.0])).unwrap();
        assert!(near(found.serial_fraction, 0.1) && near(found.r2.unwrap(), 1.0));
    }

    #[test]
    fn no_parameter_is_below_zero() {
        // Faster than ideal: a would be negative.
        let law = amdahl(&points(|p| -0.5 + 9.5 / p, &[1.0, 2.0, 4.0])).unwrap();
        assert!(near(law.a_s, 0.0) && law.b_s > 0.0 && law.r2.unwrap() < 1.0);
        // Slower with each processor: b would be negative, and the best is a constant.
        let law = amdahl(&points(|p| 10.0 - 5.0 / p, &[1.0, 2.0, 4.0])).unwrap();
        assert!(near(law.b_s, 0.0) && near(law.serial_fraction, 1.0));
        let law = usl(&points(|p| 8.0 / (p * p), &[1.0, 2.0, 4.0, 8.0])).unwrap();
        assert!(near(law.contention, 0.0) && near(law.coherency, 0.0));
    }

    #[test]
    fn too_few_points_are_told() {
        let two = points(|p| 1.0 / p, &[1.0, 2.0]);
        assert_eq!(amdahl(&two), Err(NoFit::Points { have: 2, want: 3 }));
        assert_eq!(usl(&two), Err(NoFit::Points { have: 1, want: 3 }));
        assert_eq!(gustafson(&two), Err(NoFit::Points { have: 1, want: 2 }));
        assert_eq!(usl(&two[1..]), Err(NoFit::Base));
    }
}
