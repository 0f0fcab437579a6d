//! Numbers about the quality of an image that follow from its values alone: a histogram and its
//! rescale in.
//!
//! The formulae are MRIQC's (Esteban et al., `PLoS` ONE 12(9):e0184661, 2017; `mriqc/qc/anatomical.py`,
//! release 24.0). It has masks of the head; here the foreground F is what is not background, and the
//! background B is air in CT and in other images what lies below Otsu's threshold.

mod otsu;
mod part;

use serde::{Deserialize, Serialize};

use super::decimal::Decimal;
use super::first_order::Ascending;
use super::histogram::{Histogram, SampleFormat};
use super::real::RealHistogram;
use super::rescale::Rescale;

use part::Part;

/// The greatest value of air, HU.
const AIR_HU: i64 = -900;
/// `sqrt((4 - pi) / 2)`, as MRIQC has it: noise of a magnitude image has a Rayleigh distribution where
/// there is no signal (Dietrich et al., J Magn Reson Imaging 26:375-385, 2007, equation A.12).
const DIETRICH_FACTOR: f64 = 0.655_136_4;
/// MRIQC gives no number where the background's spread, or its median energy, is below this.
const LEAST_BACKGROUND: f64 = 1e-3;

/// What tells background from foreground.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Output values are Hounsfield units: at -900 HU and below is air.
    Ct,
    /// Otsu's threshold.
    Other,
}

/// The numbers; what is undefined of an image is `None`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Quality {
    /// Otsu's threshold in output units: values up to it are the one class, values above it the other
    /// (IEEE Trans Syst Man Cybern 9:62-66, 1979). `None` of a constant image.
    pub otsu: Option<f64>,
    /// Of CT, the share of pixels of at most -900 HU.
    pub air_frac: Option<f64>,
    /// Of others, the share of pixels up to Otsu's threshold.
    pub bg_frac: Option<f64>,
    /// The share of pixels of the least stored value that Bits Stored and Pixel Representation allow.
    pub clip_lo: Option<f64>,
    /// The share of pixels of the greatest.
    pub clip_hi: Option<f64>,
    /// `mean(F) / (sd(F) sqrt(n / (n-1)))`, no unit.
    pub snr: Option<f64>,
    /// `0.6551364 mean(F) / sd(B)`, no unit.
    pub snrd: Option<f64>,
    /// `median(F^2) / median(B^2)`, no unit.
    pub fber: Option<f64>,
    /// The entropy focus criterion of Atkinson et al. (IEEE Trans Med Imaging 16:903-910, 1997):
    /// `sum((y/b) ln(y/b)) / (sqrt(n) ln(1/sqrt(n)))`, `b = sqrt(sum y^2)`, no unit: 0 where one pixel
    /// has it all, 1 of a constant image. `None` where a value is negative.
    pub efc: Option<f64>,
}

impl Quality {
    /// The numbers of an image, clipping apart.
    pub fn of(histogram: &Histogram, rescale: &Rescale, kind: Kind) -> Self {
        let image = Ascending::new(histogram, rescale);
        let threshold = otsu::threshold(&image.bins);
        let last = match kind {
            Kind::Ct => image
                .bins
                .partition_point(|&(value, _)| image.rescale.apply(value) <= Decimal::from(AIR_HU)),
            Kind::Other => threshold.map_or(0, |index| index + 1),
        };
        let otsu = threshold.map(|index| image.output(image.bins[index].0));
        let values = image.outputs();
        let parts = image.bins.split_at(last);
        let (background, foreground) = values.split_at(last);
        Self::assemble(
            otsu,
            kind,
            &Part::of(parts.0, &image, background),
            &Part::of(parts.1, &image, foreground),
            &values,
        )
    }

    /// The numbers of real values.
    pub fn of_reals(histogram: &RealHistogram, kind: Kind) -> Self {
        let bins = histogram.bins();
        let threshold = otsu::real_threshold(bins);
        let last = match kind {
            Kind::Ct => bins.partition_point(|&(value, _)| value <= AIR_HU as f64),
            Kind::Other => threshold.map_or(0, |index| index + 1),
        };
        let (background, foreground) = bins.split_at(last);
        let [background, foreground] = [background, foreground].map(Part::of_reals);
        Self::assemble(threshold.map(|index| bins[index].0), kind, &background, &foreground, bins)
    }

    /// With the share of pixels at the ends of the stored range: of the values as they were stored,
    /// before any Modality LUT.
    #[must_use]
    pub fn with_clipping(mut self, stored: &Histogram, format: SampleFormat) -> Self {
        let n = stored.n_pixels() as f64;
        let (low, high) = format.ends();
        let share = |end: i64| {
            let bin = stored.bins().binary_search_by_key(&end, |&(value, _)| value);
            finite(bin.map_or(0, |index| stored.bins()[index].1) as f64 / n)
        };
        (self.clip_lo, self.clip_hi) = (share(low), share(high));
        self
    }

    fn assemble(
        otsu: Option<f64>,
        kind: Kind,
        background: &Part<'_>,
        foreground: &Part<'_>,
        values: &[(f64, u64)],
    ) -> Self {
        let n = background.n + foreground.n;
        let share = finite(background.n as f64 / n as f64);
        let is_split = kind == Kind::Ct || otsu.is_some();
        let unbiased = (foreground.n as f64 / (foreground.n as f64 - 1.0)).sqrt();
        let energies = (foreground.median_energy(), background.median_energy());
        Self {
            otsu,
            air_frac: share.filter(|_| kind == Kind::Ct),
            bg_frac: share.filter(|_| kind == Kind::Other && is_split),
            clip_lo: None,
            clip_hi: None,
            snr: finite(foreground.mean / (foreground.sd * unbiased)).filter(|_| is_split),
            snrd: finite(DIETRICH_FACTOR * foreground.mean / background.sd)
                .filter(|_| background.sd > LEAST_BACKGROUND),
            fber: energies.0.zip(energies.1).and_then(|(foreground, background)| {
                finite(foreground / background).filter(|_| background >= LEAST_BACKGROUND)
            }),
            efc: part::entropy_focus(values, n),
        }
    }
}

/// The number, where it is one.
fn finite(number: f64) -> Option<f64> {
    number.is_finite().then_some(number)
}
