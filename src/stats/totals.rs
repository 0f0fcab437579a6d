//! Statistics over all images of a group, such as a modality: images in, summaries out.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::distribution::Distribution;
use super::histogram::Histogram;
use super::levels;
use super::rescale::Rescale;
use super::sums::PowerSums;

/// What is known of each group of images, by the group's name.
///
/// In two parts, as they reach the totals on two ways: distributions grow with the images, where
/// they are measured; sums are small enough to stand in each image's record, and may be added from
/// there. Both merge exactly, in any order.
///
/// It travels between ranks by serde; the caller chooses the format.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Totals {
    groups: BTreeMap<String, GroupTotals>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct GroupTotals {
    distribution: Distribution,
    sums: PowerSums,
}

impl Totals {
    /// Adds an image to the group's distribution.
    pub fn add_image(&mut self, group: &str, histogram: &Histogram, rescale: &Rescale) {
        self.group(group).distribution.add(histogram, rescale);
    }

    /// Takes an image back from the group's distribution, as when it failed later on.
    pub fn subtract_image(&mut self, group: &str, histogram: &Histogram, rescale: &Rescale) {
        self.group(group).distribution.subtract(histogram, rescale);
    }

    /// Adds the sums of an image that stays.
    pub fn add_sums(&mut self, group: &str, sums: &PowerSums) {
        self.group(group).sums.merge(sums);
    }

    /// Adds everything from another rank or thread.
    pub fn merge(&mut self, other: &Self) {
        for (name, theirs) in &other.groups {
            let ours = self.group(name);
            ours.distribution.merge(&theirs.distribution);
            ours.sums.merge(&theirs.sums);
        }
    }

    /// The summary of each group that holds an image.
    pub fn summaries(&self) -> BTreeMap<String, Summary> {
        let summary = |group: &GroupTotals| Summary::new(&group.distribution, &group.sums);
        self.groups
            .iter()
            .filter(|(_, group)| group.distribution.images() > 0 || group.sums.n > 0)
            .map(|(name, group)| (name.clone(), summary(group)))
            .collect()
    }

    fn group(&mut self, name: &str) -> &mut GroupTotals {
        self.groups.entry(name.to_owned()).or_default()
    }
}

/// The statistics of a group of images, as they stand in the summary.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Images.
    pub images: u64,
    /// Pixels, padding left out.
    pub pixels: u64,
    /// Pixels left out as padding.
    pub padding: u64,
    /// What can be said when there are pixels.
    #[serde(flatten)]
    pub values: Option<SummaryValues>,
    /// The exact sums, from which anyone may merge on.
    pub exact: PowerSums,
}

/// The part of a [`Summary`] that needs pixels. Codes as in [`FirstOrder`](super::FirstOrder), over
/// all pixels of all images of the group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SummaryValues {
    /// The least value (IBSI 1GSF), from the exact sums.
    pub min: f64,
    /// The greatest value (IBSI 84IY), from the exact sums.
    pub max: f64,
    /// `sum y / n` (IBSI Q4LE), from the exact sums.
    pub mean: f64,
    /// `sqrt(sum (y - mean)^2 / n)`, from the exact sums.
    pub sd: f64,
    /// `m3 / m2^(3/2)` (IBSI KE2A), from the exact sums.
    pub skew: f64,
    /// `m4 / m2^2 - 3` (IBSI IPH6), from the exact sums.
    pub kurt: f64,
    /// `-sum p log2 p`, bits (IBSI TLU2), of values rounded to 17 significant bits.
    pub entropy: f64,
    /// `sum p^2` (IBSI BJ5W), of values rounded to 17 significant bits.
    pub uniformity: f64,
    /// The 50th percentile (IBSI Y12H); like the other percentiles, of values rounded to 17
    /// significant bits.
    pub median: f64,
    /// The 1st percentile.
    pub p01: f64,
    /// The 5th percentile.
    pub p05: f64,
    /// The 10th percentile (IBSI QG58).
    pub p10: f64,
    /// The 25th percentile.
    pub p25: f64,
    /// The 75th percentile.
    pub p75: f64,
    /// The 90th percentile (IBSI 8DWT).
    pub p90: f64,
    /// The 95th percentile.
    pub p95: f64,
    /// The 99th percentile.
    pub p99: f64,
}

impl Summary {
    /// The summary of the images in `distribution`, whose merged sums are `sums`.
    pub fn new(distribution: &Distribution, sums: &PowerSums) -> Self {
        Self {
            images: distribution.images(),
            pixels: sums.n,
            padding: distribution.padding(),
            values: SummaryValues::new(distribution, sums),
            exact: sums.clone(),
        }
    }
}

impl SummaryValues {
    fn new(distribution: &Distribution, sums: &PowerSums) -> Option<Self> {
        let moments = sums.moments()?;
        let bins = distribution.bins();
        let n = bins.iter().map(|&(_, count)| count).sum();
        if n == 0 {
            return None;
        }
        let [p01, p05, p10, p25, median, p75, p90, p95, p99] =
            levels::percentiles(&bins, n).map(|quantile| quantile.value(|value| value));
        Some(Self {
            min: sums.min.as_ref()?.to_f64(),
            max: sums.max.as_ref()?.to_f64(),
            mean: moments.mean,
            sd: moments.sd,
            skew: moments.skew,
            kurt: moments.kurt,
            entropy: levels::entropy(&bins, n),
            uniformity: levels::uniformity(&bins, n),
            median,
            p01,
            p05,
            p10,
            p25,
            p75,
            p90,
            p95,
            p99,
        })
    }
}
