//! Intensity statistics: samples in, numbers out that depend on the data alone.
//!
//! An image becomes one exact [`Histogram`] of its stored values. Everything is taken from those
//! integers and from the exact decimal [`Rescale`]; sums are merged as integers and exact decimals,
//! and a real number is rounded once, when it is read. So the same images give the same bits,
//! whatever the number of ranks and threads, and whatever the order.
//!
//! Only `image` knows of attributes; all else knows of samples, bins and decimal strings.

mod body;
mod decimal;
mod discrete;
mod distribution;
mod first_order;
mod histogram;
mod image;
mod levels;
mod measures;
mod pixel_digest;
mod quality;
mod real;
mod rescale;
mod sums;
mod texture;
mod totals;
mod whole;

#[cfg(test)]
mod tests;

pub use decimal::{Decimal, DecimalError};
pub use discrete::{Bins, HistogramFeatures};
pub use distribution::Distribution;
pub use first_order::FirstOrder;
pub use histogram::{Histogram, HistogramError, Padding, SampleFormat};
pub use image::{
    FrameValues, ImageMeasurement, OutputValues, body_of, body_of_samples, is_ct_image,
    measure_floats, measure_image, measure_samples, padding, real_padding, shows_hounsfield_units,
};
pub use measures::{Binned, Flag, MEASURES, Measure, Measures};
pub use pixel_digest::PixelDigest;
pub use quality::{Kind as ImageKind, Quality};
pub use real::{RealHistogram, RealPadding};
pub use rescale::Rescale;
pub use sums::{Moments, PowerSums};
pub use texture::{
    Frame, FrameSamples, RealFrame, RealSamples, RealTexture, SoftTissue, Texture, dhash64,
};
pub use totals::{Cohort, Distributions, Group, Summary, SummaryValues, Totals};
pub use whole::whole;

/// What is known of one image: its numbers, and its sums for the totals.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Measured {
    /// The numbers.
    pub measures: Measures,
    /// The exact sums, to be merged into the totals.
    pub sums: PowerSums,
}

/// Images of more different values have no numbers of bins and of foreground and background.
const MOST_LISTED: usize = 1 << 20;

/// Measures an image by its values. `None` when no pixel is left after the padding: nothing can then be said of
/// the values, and [`Histogram::n_padding`] tells the rest.
///
/// ```
/// use sauva::stats::{Histogram, ImageKind, Rescale, SampleFormat, measure};
///
/// let format = SampleFormat::new(12, false)?;
/// let histogram = Histogram::from_u16(&[1024, 1024, 1064, 1104], format, None)?;
/// let hounsfield = Rescale::from_ds("1", "-1024")?;
/// let measured = measure(&histogram, &hounsfield, ImageKind::Ct).ok_or("empty")?;
/// assert_eq!(measured.measures.first_order.mean, 30.0);
/// assert_eq!(measured.sums.s1.to_string(), "120");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn measure(histogram: &Histogram, rescale: &Rescale, kind: ImageKind) -> Option<Measured> {
    let (first_order, sums) = first_order(histogram, rescale)?;
    // Of more different values, which only samples of 32 bits have, lists of them all would take the memory of files.
    let is_listed = histogram.bins().len() <= MOST_LISTED;
    let bins = || Bins::of(histogram, rescale, &Bins::DEFAULT_WIDTH.into());
    let measures = Measures {
        binned: is_listed.then(bins).flatten().and_then(|bins| Binned::of(&bins)),
        quality: if is_listed { Quality::of(histogram, rescale, kind) } else { Quality::default() },
        stored_sums: sums::of_stored(histogram),
        flags: if first_order.n_distinct == 1 { Flag::Constant as u32 } else { 0 },
        first_order,
        ..Measures::default()
    };
    Some(Measured { measures, sums })
}

/// The first-order statistics of an image alone, and its sums.
pub fn first_order(histogram: &Histogram, rescale: &Rescale) -> Option<(FirstOrder, PowerSums)> {
    let sums = PowerSums::of(histogram, rescale);
    Some((FirstOrder::of(histogram, rescale, &sums)?, sums))
}

/// Measures float pixels by their values. `None` when no pixel is left.
pub fn measure_reals(histogram: &RealHistogram) -> Option<Measured> {
    let sums = PowerSums::of_reals(histogram);
    let first_order = FirstOrder::of_reals(histogram, &sums)?;
    let bins = Bins::of_reals(histogram, &Bins::DEFAULT_WIDTH.into());
    let mut flags = if first_order.n_distinct == 1 { Flag::Constant as u32 } else { 0 };
    if histogram.n_not_finite() > 0 {
        flags |= Flag::NotFinite as u32;
    }
    let measures = Measures {
        binned: bins.and_then(|bins| Binned::of(&bins)),
        quality: Quality::of_reals(histogram, ImageKind::Other),
        flags,
        first_order,
        ..Measures::default()
    };
    Some(Measured { measures, sums })
}
