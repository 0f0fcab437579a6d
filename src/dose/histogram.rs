//! Volumes by dose.

use super::BIN_GY;

/// Bins in a Gy.
const PER_GY: f64 = 1.0 / BIN_GY;

/// What is this close to the next bin, in bins, belongs to it: doses of 0.29 Gy lie in bin 29,
/// although 0.29 * 100 is a little less than 29 in floating point.
const ON_EDGE: f64 = 1e-9;

/// Volumes in bins of dose, and their sums.
#[derive(Debug, Clone, Default)]
pub(super) struct Histogram {
    /// Volumes in each bin.
    bins: Vec<f64>,
    /// What is spread evenly over many bins: how much more each bin holds than the one before.
    steps: Vec<f64>,
    /// The volume inside of the dose grid, and its volume times dose.
    pub(super) inside: f64,
    pub(super) volume_dose: f64,
    /// The volume outside of the dose grid.
    pub(super) outside: f64,
    /// The least and the largest dose; `None` where nothing is inside.
    pub(super) range: Option<[f64; 2]>,
}

impl Histogram {
    /// Adds a volume whose doses are spread evenly over `middle - half` to `middle + half`, Gy.
    ///
    /// A dose that is not a number lies outside of the grid.
    pub(super) fn add(&mut self, volume: f64, middle: f64, half: f64) {
        if middle.is_nan() {
            self.outside += volume;
            return;
        }
        self.inside += volume;
        self.volume_dose += volume * middle;
        let low = ((middle - half) * PER_GY + ON_EDGE).max(0.0);
        let high = ((middle + half) * PER_GY + ON_EDGE).max(low);
        let [first, last] = [low as usize, high as usize];
        if self.bins.len() < last + 1 {
            self.bins.resize(last + 1, 0.0);
            self.steps.resize(last + 1, 0.0);
        }
        if first == last {
            self.bins[first] += volume;
            return;
        }
        let each = volume / (high - low);
        self.bins[first] += each * ((first + 1) as f64 - low);
        self.bins[last] += each * (high - last as f64);
        self.steps[first + 1] += each;
        self.steps[last] -= each;
    }

    /// Takes a dose that occurs into the range.
    ///
    /// What is not a finite number is no dose.
    pub(super) fn occurs(&mut self, dose: f64) {
        if dose.is_finite() {
            let [low, high] = self.range.unwrap_or([dose; 2]);
            self.range = Some([low.min(dose), high.max(dose)]);
        }
    }

    /// Adds another one.
    pub(super) fn merge(mut self, other: &Self) -> Self {
        let length = self.bins.len().max(other.bins.len());
        self.bins.resize(length, 0.0);
        self.steps.resize(length, 0.0);
        self.bins.iter_mut().zip(&other.bins).for_each(|(sum, part)| *sum += part);
        self.steps.iter_mut().zip(&other.steps).for_each(|(sum, part)| *sum += part);
        self.inside += other.inside;
        self.volume_dose += other.volume_dose;
        self.outside += other.outside;
        other.range.into_iter().flatten().for_each(|dose| self.occurs(dose));
        self
    }

    /// The volumes in each bin, from 0 Gy to the largest dose. What the even spread put beyond the
    /// doses that occur is counted to the outermost of them.
    pub(super) fn volumes(&self) -> Vec<f64> {
        let Some(range) = self.range else { return Vec::new() };
        let [first, last] = range.map(|dose| (dose * PER_GY + ON_EDGE).max(0.0) as usize);
        let mut volumes = vec![0.0; last + 1];
        let mut spread = 0.0;
        for (bin, (own, step)) in self.bins.iter().zip(&self.steps).enumerate() {
            spread += step;
            // Rounding leaves tiny sums behind, also negative ones.
            volumes[bin.clamp(first, last)] += (own + spread).max(0.0);
        }
        volumes
    }
}
