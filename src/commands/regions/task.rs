//! One object to be measured, with all that it refers to, as ranks hand it on.

use serde::{Deserialize, Serialize};

use super::holding::Holding;
use super::object::Object;

/// An object and what was found of what it refers to.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Task {
    pub(super) object: Holding,
    /// Whether it is a dose and refers to structure sets; else it holds regions and refers to images.
    pub(super) is_dose: bool,
    /// In the order of their paths.
    pub(super) found: Vec<Holding>,
}

impl Task {
    pub(super) fn of(object: &Object, mut found: Vec<Holding>) -> Self {
        found.sort();
        found.dedup();
        Self { object: object.holding.clone(), is_dose: object.is_dose(), found }
    }

    /// About how long it takes, in bytes: an object of many regions is large itself.
    pub(super) fn cost(&self) -> u64 {
        let found: u64 = self.found.iter().map(|holding| holding.bytes).sum();
        found.saturating_add(self.object.bytes.saturating_mul(16))
    }
}
