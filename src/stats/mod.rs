//! Intensity statistics: samples in, numbers out that depend on the data alone.
//!
//! An image becomes one exact [`Histogram`] of its stored values. Everything is taken from those
//! integers and from the exact decimal [`Rescale`]; sums are merged as integers and exact decimals,
//! and a real number is rounded once, when it is read. So the same images give the same bits,
//! whatever the number of ranks and threads, and whatever the order.
//!
//! Only `image` knows of attributes; all else knows of samples, bins and decimal strings.

mod decimal;
mod distribution;
mod first_order;
mod histogram;
mod image;
mod levels;
mod pixel_digest;
mod rescale;
mod sums;
mod totals;

#[cfg(test)]
mod tests;

pub use decimal::{Decimal, DecimalError};
pub use distribution::Distribution;
pub use first_order::FirstOrder;
pub use histogram::{Histogram, HistogramError, Padding, SampleFormat};
pub use image::{ImageMeasurement, measure_image, measure_samples, modality};
pub use pixel_digest::PixelDigest;
pub use rescale::Rescale;
pub use sums::{Moments, PowerSums};
pub use totals::{Summary, SummaryValues, Totals};

/// What is known of one image: its row of statistics, and its sums for the totals.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Measured {
    /// The first-order statistics.
    pub first_order: FirstOrder,
    /// The exact sums, to be merged into the totals.
    pub sums: PowerSums,
}

/// Measures an image. `None` when no pixel is left after the padding: nothing can then be said of
/// the values, and [`Histogram::n_padding`] tells the rest.
///
/// ```
/// use sauva::stats::{Histogram, Rescale, SampleFormat, measure};
///
/// let format = SampleFormat::new(12, false)?;
/// let histogram = Histogram::from_u16(&[1024, 1024, 1064, 1104], format, None)?;
/// let hounsfield = Rescale::from_ds("1", "-1024")?;
/// let measured = measure(&histogram, &hounsfield).ok_or("empty")?;
/// assert_eq!(measured.first_order.mean, 30.0);
/// assert_eq!(measured.sums.s1.to_string(), "120");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn measure(histogram: &Histogram, rescale: &Rescale) -> Option<Measured> {
    let sums = PowerSums::of(histogram, rescale);
    let first_order = FirstOrder::of(histogram, rescale, &sums)?;
    Some(Measured { first_order, sums })
}
