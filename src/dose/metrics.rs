//! A dose-volume histogram and the figures read off it.

use super::BIN_GY;

/// A dose-volume histogram.
///
/// All doses and shares are those of the part of the region inside of the dose grid.
#[derive(Debug, Clone, PartialEq)]
pub struct Dvh {
    /// The differential histogram: the volume, cm3, that receives a dose from `i * 0.01` Gy,
    /// included, to `(i + 1) * 0.01` Gy, left out. The last bin holds the largest dose.
    pub bins: Vec<f64>,
    /// The volume of the whole region, cm3.
    pub volume_cm3: f64,
    /// The share of the region's volume outside of the dose grid, 0 to 1.
    pub share_outside_grid: f64,
    /// The least dose, Gy.
    pub d_min: f64,
    /// The mean dose, Gy.
    pub d_mean: f64,
    /// The largest dose, Gy.
    pub d_max: f64,
}

/// The volume that receives at least some dose.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VolumeAtDose {
    /// In cm3.
    pub cm3: f64,
    /// In percent of the volume inside of the dose grid.
    pub percent: f64,
}

impl Dvh {
    /// The volume inside of the dose grid, cm3.
    pub fn inside_cm3(&self) -> f64 {
        self.bins.iter().sum()
    }

    /// The cumulative histogram: the volume, cm3, that receives at least `i * 0.01` Gy; one more
    /// value than bins, the last one 0.
    pub fn cumulative(&self) -> Vec<f64> {
        let mut curve = vec![0.0; self.bins.len() + 1];
        for (bin, volume) in self.bins.iter().enumerate().rev() {
            curve[bin] = curve[bin + 1] + volume;
        }
        curve
    }

    /// The least dose in the `percent` of the volume that receives most: D98 for 98. `None` unless
    /// it is from 0 to 100. Doses within a bin are taken as spread evenly.
    pub fn dose_at_share(&self, percent: f64) -> Option<f64> {
        (0.0..=100.0).contains(&percent).then(|| self.dose_of(percent / 100.0 * self.inside_cm3()))
    }

    /// The least dose in the volume, cm3, that receives most: D1cc for 1.0. `None` where the region
    /// has less inside of the dose grid.
    pub fn dose_at_volume(&self, cm3: f64) -> Option<f64> {
        (0.0..=self.inside_cm3()).contains(&cm3).then(|| self.dose_of(cm3))
    }

    /// The volume that receives at least this dose, Gy: `V20Gy` for 20.0.
    pub fn volume_at_dose(&self, gy: f64) -> VolumeAtDose {
        let place = (gy / BIN_GY).max(0.0);
        let bin = place as usize;
        let whole = self.inside_cm3();
        let cm3 = if gy <= self.d_min {
            whole
        } else if gy > self.d_max || bin >= self.bins.len() {
            0.0
        } else {
            let above: f64 = self.bins[bin + 1..].iter().rev().sum();
            above + self.bins[bin] * (1.0 - place.fract())
        };
        VolumeAtDose { cm3, percent: 100.0 * cm3 / whole }
    }

    /// The homogeneity index (D2 - D98) / D50 (ICRU report 83, section 3.7.1). `None` where D50 is 0.
    pub fn homogeneity(&self) -> Option<f64> {
        let [d2, d50, d98] =
            [2.0, 50.0, 98.0].map(|percent| self.dose_of(percent / 100.0 * self.inside_cm3()));
        (d50 > 0.0).then(|| (d2 - d98) / d50)
    }

    /// The dose that this volume receives at least.
    fn dose_of(&self, cm3: f64) -> f64 {
        let mut above = 0.0;
        for (bin, &volume) in self.bins.iter().enumerate().rev() {
            if volume > 0.0 && above + volume >= cm3 {
                let share = ((cm3 - above) / volume).clamp(0.0, 1.0);
                // The outermost bins are filled as far as doses occur.
                let low = (bin as f64 * BIN_GY).max(self.d_min);
                let high = ((bin + 1) as f64 * BIN_GY).min(self.d_max).max(low);
                return high - share * (high - low);
            }
            above += volume;
        }
        self.d_min
    }
}
