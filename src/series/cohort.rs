//! Series against others of their kind: numbers of each series in, the spread of each number in its
//! cohort and the series that stand out of it out.
//!
//! A rank gathers the numbers of its series ([`CohortValues`]), rank 0 merges them and draws the
//! fences ([`CohortSpreads`]), and whoever knows a series asks where it lies ([`CohortSpreads::outliers`]).

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::order::{ascending, quartile};
use crate::stats::Cohort;

/// Fences lie this many interquartile ranges beyond the quartiles (Tukey, Exploratory Data Analysis,
/// 1977).
pub const WHISKER: f64 = 1.5;

/// Of fewer series than this with a number there is no usual one, and no fences.
pub const MIN_SERIES: usize = 8;

/// Fences lie farther out by this share of the larger quartile: series of one protocol differ in the
/// last digits of what was computed, and an interquartile range of 0 would make outliers of them.
const ROUNDING: f64 = 1e-6;

/// The numbers of series by cohort, to be merged. In which order series were added is forgotten when
/// cohorts are made of them.
#[derive(Serialize, Deserialize, Clone, Debug, Default)]
pub struct CohortValues {
    cohorts: BTreeMap<Cohort, Gathered>,
}

#[derive(Serialize, Deserialize, Clone, Debug, Default)]
struct Gathered {
    series: u64,
    /// By metric.
    values: BTreeMap<String, Vec<f64>>,
}

impl CohortValues {
    /// Adds a series with what it has of its metrics, each with its name.
    pub fn add(&mut self, key: &Cohort, metrics: &[(&str, Option<f64>)]) {
        let cohort = self.cohorts.entry(key.clone()).or_default();
        cohort.series += 1;
        for &(metric, value) in metrics {
            let values = cohort.values.entry(metric.to_owned()).or_default();
            values.extend(value.filter(|value| value.is_finite()));
        }
    }

    /// Adds the series of others.
    pub fn merge(&mut self, others: Self) {
        for (key, others) in others.cohorts {
            let cohort = self.cohorts.entry(key).or_default();
            cohort.series += others.series;
            for (metric, values) in others.values {
                cohort.values.entry(metric).or_default().extend(values);
            }
        }
    }

    /// The cohorts of all series, by their keys.
    pub fn into_spreads(self) -> Vec<CohortSpreads> {
        let cohort = |(key, gathered): (Cohort, Gathered)| {
            let values = gathered.values.into_iter();
            let spreads = values.filter_map(|(metric, values)| Spread::of(metric, values));
            CohortSpreads { cohort: key, series: gathered.series, spreads: spreads.collect() }
        };
        self.cohorts.into_iter().map(cohort).collect()
    }
}

/// What is usual among series of one kind.
#[derive(Serialize, Deserialize, Clone, Debug, Default, PartialEq)]
pub struct CohortSpreads {
    /// What they have in common.
    pub cohort: Cohort,
    /// How many they are.
    pub series: u64,
    /// The spread of each metric that any of them has, by name.
    pub spreads: Vec<Spread>,
}

/// The spread of one metric in a cohort, in the metric's unit. Quartiles are exact and linear at the
/// rank `(n-1)q`.
#[derive(Serialize, Deserialize, Clone, Debug, Default, PartialEq)]
pub struct Spread {
    /// The metric's name.
    pub metric: String,
    /// Series that have it.
    pub n: u64,
    /// The least.
    pub min: f64,
    /// The first quartile.
    pub p25: f64,
    /// The median.
    pub median: f64,
    /// The third quartile.
    pub p75: f64,
    /// The greatest.
    pub max: f64,
    /// The lower and the upper fence, [`WHISKER`] interquartile ranges from the quartiles; `None` of
    /// fewer than [`MIN_SERIES`] series, or where they are beyond all numbers.
    pub fences: Option<[f64; 2]>,
}

impl Spread {
    /// `None` of no value.
    fn of(metric: String, values: Vec<f64>) -> Option<Self> {
        let values = ascending(values);
        let [min, p25, median, p75, max] = {
            let at = |quarters| quartile(&values, quarters);
            [at(0)?, at(1)?, at(2)?, at(3)?, at(4)?]
        };
        let reach = WHISKER * (p75 - p25) + ROUNDING * p25.abs().max(p75.abs());
        let fences = [p25 - reach, p75 + reach];
        let has_fences = values.len() >= MIN_SERIES && fences.iter().all(|fence| fence.is_finite());
        let fences = has_fences.then_some(fences);
        Some(Self { metric, n: values.len() as u64, min, p25, median, p75, max, fences })
    }

    fn outlier(&self, value: f64) -> Option<Outlier> {
        let [lower, upper] = self.fences?;
        let side = if value < lower {
            Side::Below
        } else if value > upper {
            Side::Above
        } else {
            return None;
        };
        Some(Outlier { metric: self.metric.clone(), value, side, lower, upper, n: self.n })
    }
}

impl CohortSpreads {
    /// The metrics of a series of this cohort that lie beyond the fences, in the order given.
    pub fn outliers(&self, metrics: &[(&str, Option<f64>)]) -> Vec<Outlier> {
        let outlier = |&(metric, value): &(&str, Option<f64>)| {
            let spread = self.spreads.iter().find(|spread| spread.metric == metric)?;
            spread.outlier(value.filter(|value| value.is_finite())?)
        };
        metrics.iter().filter_map(outlier).collect()
    }
}

/// On which side of the fences a series stands.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// Below the lower one.
    Below,
    /// Above the upper one.
    Above,
}

/// A number of a series that is unusual in its cohort. Displayed it gives the reason, as
/// "`noise_imk_median` 41.2 above 12.5..30.1 of 57 series", with numbers to 6 digits.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct Outlier {
    /// Which number.
    pub metric: String,
    /// What it is.
    pub value: f64,
    /// On which side it stands.
    pub side: Side,
    /// The lower fence.
    pub lower: f64,
    /// The upper fence.
    pub upper: f64,
    /// Series of the cohort that have the metric.
    pub n: u64,
}

impl fmt::Display for Outlier {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = match self.side {
            Side::Below => "below",
            Side::Above => "above",
        };
        let [value, lower, upper] = [self.value, self.lower, self.upper].map(short);
        write!(to, "{} {value} {side} {lower}..{upper} of {} series", self.metric, self.n)
    }
}

/// Why a series stands out, as a cell of a table; `None` where it does not.
pub fn reasons(outliers: &[Outlier]) -> Option<String> {
    let reasons: Vec<String> = outliers.iter().map(Outlier::to_string).collect();
    (!reasons.is_empty()).then(|| reasons.join("; "))
}

/// A number to 6 significant digits, without needless zeros.
fn short(value: f64) -> String {
    let rounded = format!("{value:.5e}").parse().unwrap_or(value);
    if rounded == 0.0 || (1e-4..1e15).contains(&f64::abs(rounded)) {
        rounded.to_string()
    } else {
        format!("{rounded:e}")
    }
}
