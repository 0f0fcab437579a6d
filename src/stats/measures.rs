//! All numbers of an image, or of one of its frames: what was measured in, the columns of the tables out.

use serde::{Deserialize, Serialize};

use super::discrete::Bins;
use super::first_order::FirstOrder;
use super::levels;
use super::quality::Quality;
use crate::table::{Cell, Column, Kind};

/// The numbers of an image or of a frame. What is undefined for it is `None`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Measures {
    /// The first-order statistics.
    pub first_order: FirstOrder,
    /// Of bins of 25 output units: what depends on the width.
    pub binned: Option<Binned>,
    /// What tells of the quality of the image.
    pub quality: Quality,
    /// Noise after Immerkaer, output units.
    pub noise_imk: Option<f64>,
    /// Global noise level of CT after Christianson, HU.
    pub noise_gnl: Option<f64>,
    /// Mean squared Sobel gradient, square output units.
    pub sharpness: Option<f64>,
    /// The difference hash of a frame.
    pub dhash64: Option<u64>,
    /// The sums of the powers 1 to 4 of the stored values, or of what the Modality LUT gives for them.
    pub stored_sums: Option<[i128; 4]>,
    /// [`Flag`]s.
    pub flags: u32,
}

/// Features of the histogram with bins of 25 output units, aligned at multiples of that.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Binned {
    /// Entropy, bits (IBSI TLU2).
    pub entropy: f64,
    /// Uniformity (IBSI BJ5W).
    pub uniformity: f64,
    /// The greatest gradient (IBSI 12CE), pixels a bin.
    pub max_gradient: f64,
    /// The least gradient (IBSI VQB3), pixels a bin.
    pub min_gradient: f64,
}

impl Binned {
    /// The features of bins; `None` of no pixels.
    pub(super) fn of(bins: &Bins) -> Option<Self> {
        let n = bins.counts().iter().map(|(_, count)| count).sum();
        let (min_gradient, max_gradient) = bins.gradients()?;
        Some(Self {
            entropy: levels::entropy(bins.counts(), n),
            uniformity: levels::uniformity(bins.counts(), n),
            max_gradient,
            min_gradient,
        })
    }
}

/// What is to be known of an image before its numbers are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flag {
    /// All pixels are equal.
    Constant = 1,
    /// The numbers are those of the luminance of colours.
    Luminance = 2,
    /// The output values come from a Modality LUT.
    ModalityLut = 4,
    /// Frames have rescales of their own.
    FrameRescale = 8,
    /// The rescale or the Modality LUT cannot be used, or frames have rescales that cannot be brought together: the
    /// numbers are those of stored values.
    StoredValues = 16,
    /// Some float pixels are no finite numbers; they are left out.
    NotFinite = 32,
    /// More than a thousandth of the pixels has the greatest value that can be stored.
    Saturated = 64,
}

impl Flag {
    /// Every flag, with its name in the summary.
    pub const ALL: [(Self, &'static str); 7] = [
        (Self::Constant, "constant"),
        (Self::Luminance, "luminance"),
        (Self::ModalityLut, "modality_lut"),
        (Self::FrameRescale, "frame_rescale"),
        (Self::StoredValues, "stored_values"),
        (Self::NotFinite, "not_finite"),
        (Self::Saturated, "saturated"),
    ];
}

/// A number and the column that it stands in.
#[derive(Debug, Clone, Copy)]
pub struct Measure {
    /// The column.
    pub column: Column,
    /// Its cell.
    pub cell: fn(&Measures) -> Cell<'static>,
}

const fn measure(
    name: &'static str,
    kind: Kind,
    unit: &'static str,
    meaning: &'static str,
    cell: fn(&Measures) -> Cell<'static>,
) -> Measure {
    Measure { column: Column { name, kind, unit, meaning }, cell }
}

/// A real number, null where it is none.
fn real(number: Option<f64>) -> Cell<'static> {
    number.map_or(Cell::Null, Cell::Real)
}

fn stored_sum(measures: &Measures, power: usize) -> Cell<'static> {
    measures.stored_sums.map_or(Cell::Null, |sums| Cell::Decimal(sums[power - 1]))
}

/// The unit of output values, which the column `unit` tells.
const OUTPUT: &str = "output";

/// Every number, in the order of the tables.
pub static MEASURES: [Measure; 52] = [
    measure("n_pixels", Kind::UInt64, "", "pixels measured", |m| {
        Cell::Natural(m.first_order.n_pixels)
    }),
    measure("n_padding", Kind::UInt64, "", "pixels left out as padding", |m| {
        Cell::Natural(m.first_order.n_padding)
    }),
    measure("n_distinct", Kind::UInt32, "", "different values", |m| {
        Cell::Natural(m.first_order.n_distinct.into())
    }),
    measure("min", Kind::Real, OUTPUT, "the least value (IBSI 1GSF)", |m| {
        Cell::Real(m.first_order.min)
    }),
    measure("max", Kind::Real, OUTPUT, "the greatest value (84IY)", |m| {
        Cell::Real(m.first_order.max)
    }),
    measure("mean", Kind::Real, OUTPUT, "mean (Q4LE)", |m| Cell::Real(m.first_order.mean)),
    measure("var", Kind::Real, OUTPUT, "population variance, square units (ECT3)", |m| {
        Cell::Real(m.first_order.var)
    }),
    measure("sd", Kind::Real, OUTPUT, "square root of var", |m| Cell::Real(m.first_order.sd)),
    measure("skew", Kind::Real, "", "skewness (KE2A)", |m| Cell::Real(m.first_order.skew)),
    measure("kurt", Kind::Real, "", "excess kurtosis (IPH6)", |m| Cell::Real(m.first_order.kurt)),
    measure("cov", Kind::Real, "", "sd / mean (7TET)", |m| real(m.first_order.cov)),
    measure("median", Kind::Real, OUTPUT, "median (Y12H)", |m| Cell::Real(m.first_order.median)),
    measure("mode", Kind::Real, OUTPUT, "the most frequent value", |m| {
        Cell::Real(m.first_order.mode)
    }),
    measure("p01", Kind::Real, OUTPUT, "1st percentile", |m| Cell::Real(m.first_order.p01)),
    measure("p05", Kind::Real, OUTPUT, "5th percentile", |m| Cell::Real(m.first_order.p05)),
    measure("p10", Kind::Real, OUTPUT, "10th percentile (QG58)", |m| Cell::Real(m.first_order.p10)),
    measure("p25", Kind::Real, OUTPUT, "25th percentile", |m| Cell::Real(m.first_order.p25)),
    measure("p75", Kind::Real, OUTPUT, "75th percentile", |m| Cell::Real(m.first_order.p75)),
    measure("p90", Kind::Real, OUTPUT, "90th percentile (8DWT)", |m| Cell::Real(m.first_order.p90)),
    measure("p95", Kind::Real, OUTPUT, "95th percentile", |m| Cell::Real(m.first_order.p95)),
    measure("p99", Kind::Real, OUTPUT, "99th percentile", |m| Cell::Real(m.first_order.p99)),
    measure("iqr", Kind::Real, OUTPUT, "p75 - p25 (SALO)", |m| Cell::Real(m.first_order.iqr)),
    measure("range", Kind::Real, OUTPUT, "max - min (2OJQ)", |m| Cell::Real(m.first_order.range)),
    measure("mad", Kind::Real, OUTPUT, "mean absolute deviation from the mean (4FUA)", |m| {
        Cell::Real(m.first_order.mad)
    }),
    measure("rmad", Kind::Real, OUTPUT, "the same of the pixels from p10 to p90 (1128)", |m| {
        real(m.first_order.rmad)
    }),
    measure("medad", Kind::Real, OUTPUT, "mean absolute deviation from the median (N72L)", |m| {
        Cell::Real(m.first_order.medad)
    }),
    measure("qcod", Kind::Real, "", "(p75 - p25) / (p75 + p25) (9S40)", |m| {
        real(m.first_order.qcod)
    }),
    measure("energy", Kind::Real, OUTPUT, "sum of squares, square units (N8CA)", |m| {
        Cell::Real(m.first_order.energy)
    }),
    measure("rms", Kind::Real, OUTPUT, "root mean square (5ZWQ)", |m| {
        Cell::Real(m.first_order.rms)
    }),
    measure("entropy", Kind::Real, "bit", "entropy of the values, bits (TLU2)", |m| {
        Cell::Real(m.first_order.entropy)
    }),
    measure("uniformity", Kind::Real, "", "uniformity of the values (BJ5W)", |m| {
        Cell::Real(m.first_order.uniformity)
    }),
    measure("entropy_25", Kind::Real, "bit", "entropy of bins of 25 output units (TLU2)", |m| {
        real(m.binned.map(|binned| binned.entropy))
    }),
    measure("uniformity_25", Kind::Real, "", "uniformity of bins of 25 output units (BJ5W)", |m| {
        real(m.binned.map(|binned| binned.uniformity))
    }),
    measure(
        "max_gradient_25",
        Kind::Real,
        "pixel",
        "greatest gradient of that histogram (12CE)",
        |m| real(m.binned.map(|binned| binned.max_gradient)),
    ),
    measure(
        "min_gradient_25",
        Kind::Real,
        "pixel",
        "least gradient of that histogram (VQB3)",
        |m| real(m.binned.map(|binned| binned.min_gradient)),
    ),
    measure("noise_imk", Kind::Real, OUTPUT, "noise after Immerkaer (1996)", |m| real(m.noise_imk)),
    measure(
        "noise_gnl",
        Kind::Real,
        "HU",
        "global noise level after Christianson (2015), CT",
        |m| real(m.noise_gnl),
    ),
    measure("sharpness", Kind::Real, OUTPUT, "mean squared Sobel gradient, square units", |m| {
        real(m.sharpness)
    }),
    measure("air_frac", Kind::Real, "", "share of pixels at or below -900 HU, CT", |m| {
        real(m.quality.air_frac)
    }),
    measure(
        "bg_frac",
        Kind::Real,
        "",
        "share of pixels below Otsu's threshold, others than CT",
        |m| real(m.quality.bg_frac),
    ),
    measure(
        "clip_lo",
        Kind::Real,
        "",
        "share of pixels at the least value that can be stored",
        |m| real(m.quality.clip_lo),
    ),
    measure(
        "clip_hi",
        Kind::Real,
        "",
        "share of pixels at the greatest value that can be stored",
        |m| real(m.quality.clip_hi),
    ),
    measure(
        "snr",
        Kind::Real,
        "",
        "signal to noise ratio of the foreground, as MRIQC has it",
        |m| real(m.quality.snr),
    ),
    measure("snrd", Kind::Real, "", "signal to noise ratio after Dietrich, as MRIQC has it", |m| {
        real(m.quality.snrd)
    }),
    measure(
        "fber",
        Kind::Real,
        "",
        "foreground to background energy ratio, as MRIQC has it",
        |m| real(m.quality.fber),
    ),
    measure("efc", Kind::Real, "", "entropy focus criterion, as MRIQC has it", |m| {
        real(m.quality.efc)
    }),
    measure(
        "dhash64",
        Kind::UInt64,
        "",
        "difference hash: near duplicates differ in 4 bits at most",
        |m| m.dhash64.map_or(Cell::Null, Cell::Natural),
    ),
    measure(
        "s1",
        Kind::Decimal38,
        "",
        "sum of the stored values, or of those of the Modality LUT, to the power 1",
        |m| stored_sum(m, 1),
    ),
    measure(
        "s2",
        Kind::Decimal38,
        "",
        "sum of the stored values, or of those of the Modality LUT, to the power 2",
        |m| stored_sum(m, 2),
    ),
    measure(
        "s3",
        Kind::Decimal38,
        "",
        "sum of the stored values, or of those of the Modality LUT, to the power 3",
        |m| stored_sum(m, 3),
    ),
    measure(
        "s4",
        Kind::Decimal38,
        "",
        "sum of the stored values, or of those of the Modality LUT, to the power 4",
        |m| stored_sum(m, 4),
    ),
    measure(
        "flags",
        Kind::UInt32,
        "",
        "bits: 1 constant, 2 luminance, 4 Modality LUT, 8 rescale by frame, 16 stored values, 32 not finite, 64 saturated",
        |m| Cell::Natural(m.flags.into()),
    ),
];
