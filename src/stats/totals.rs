//! Statistics over the images of a group: a series, a cohort, a modality. Images in, summaries out.
//!
//! In two parts, as they reach the totals on two ways: distributions grow with the images, where they are
//! measured, and travel by series; sums are small enough to stand in each image's record, and are added from
//! there. Both merge exactly, in any order.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::distribution::Distribution;
use super::levels;
use super::sums::PowerSums;

/// Series that are like each other: how and with what their images were made.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Cohort {
    /// Modality (0008,0060), or "OTHER".
    pub modality: String,
    /// Manufacturer (0008,0070), empty where absent.
    pub manufacturer: String,
    /// Convolution Kernel (0018,1210), empty where absent.
    pub kernel: String,
}

/// What an image is counted with.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Group {
    /// Study Instance UID (0020,000D), as written.
    pub study_uid: String,
    /// Series Instance UID (0020,000E), as written.
    pub series_uid: String,
    /// The cohort of the image.
    pub cohort: Cohort,
}

/// The distribution of the values of each group of images.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Distributions(BTreeMap<Group, Distribution>);

impl Distributions {
    /// The distribution of a group, to be added to.
    pub fn of(&mut self, group: &Group) -> &mut Distribution {
        if !self.0.contains_key(group) {
            self.0.insert(group.clone(), Distribution::default());
        }
        self.0.get_mut(group).expect("it was put there above")
    }

    /// Adds everything from elsewhere.
    pub fn merge(&mut self, other: &Self) {
        for (group, theirs) in &other.0 {
            self.of(group).merge(theirs);
        }
    }

    /// The groups and their distributions, in the order of the groups.
    pub fn iter(&self) -> impl Iterator<Item = (&Group, &Distribution)> {
        self.0.iter()
    }

    /// Leaves nothing of what the images were made with.
    pub fn forget_cohorts(&mut self) {
        for (mut group, distribution) in std::mem::take(&mut self.0) {
            group.cohort = Cohort::default();
            self.of(&group).merge(&distribution);
        }
    }
}

/// What is known of groups of images, by what tells the groups apart.
///
/// It travels between ranks by serde; the caller chooses the format.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(bound = "K: Ord + Serialize + for<'a> Deserialize<'a>")]
pub struct Totals<K: Ord> {
    groups: BTreeMap<K, GroupTotals>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct GroupTotals {
    distribution: Distribution,
    sums: PowerSums,
}

impl<K: Ord> Default for Totals<K> {
    fn default() -> Self {
        Self { groups: BTreeMap::new() }
    }
}

impl<K: Ord + Clone> Totals<K> {
    /// The distribution of a group, to be added to.
    pub fn distribution(&mut self, group: &K) -> &mut Distribution {
        &mut self.group(group).distribution
    }

    /// Adds the sums of an image.
    pub fn add_sums(&mut self, group: &K, sums: &PowerSums) {
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
    pub fn summaries(&self) -> BTreeMap<K, Summary> {
        let summary = |group: &GroupTotals| Summary::new(&group.distribution, &group.sums);
        self.held().map(|(name, group)| (name.clone(), summary(group))).collect()
    }

    /// How many groups hold an image.
    pub fn len(&self) -> usize {
        self.held().count()
    }

    /// Whether no group holds an image.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn held(&self) -> impl Iterator<Item = (&K, &GroupTotals)> {
        self.groups.iter().filter(|(_, group)| group.distribution.images() > 0 || group.sums.n > 0)
    }

    /// The groups and the distributions of their values, in the order of the groups.
    pub fn distributions(&self) -> impl Iterator<Item = (&K, &Distribution)> {
        self.held().map(|(name, group)| (name, &group.distribution))
    }

    fn group(&mut self, name: &K) -> &mut GroupTotals {
        if !self.groups.contains_key(name) {
            self.groups.insert(name.clone(), GroupTotals::default());
        }
        self.groups.get_mut(name).expect("it was put there above")
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
