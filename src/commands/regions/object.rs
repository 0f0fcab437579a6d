//! An object that holds regions or a dose, and what it refers to.

use std::path::Path;

use dicom::dictionary_std::uids;

use super::exchange::Wanted;
use super::holding::Holding;
use crate::instance::Original;
use crate::read::{self, Limits, ReadError};
use crate::regions::{
    dose_references, plan_references, segmentation_references, structure_references,
};

/// An object, with what it refers to.
pub(super) struct Object {
    pub(super) holding: Holding,
    refers: Refers,
}

/// What an object refers to, by UIDs.
enum Refers {
    /// A series, or the instances where no series is named.
    Images { series: Vec<String>, instances: Vec<String> },
    /// A plan and structure sets, of a dose.
    Plans { plans: Vec<String>, structure_sets: Vec<String> },
}

impl Object {
    /// Whether an instance is such an object, by its class.
    pub(super) fn is_one(holding: &Holding) -> bool {
        is_structure_set(holding) || is_segmentation(holding) || is_dose(holding)
    }

    /// Reads what it refers to. One that cannot be read refers to nothing, which is told when it is measured.
    pub(super) fn read(holding: Holding, folder: &Path, limits: &Limits) -> Self {
        let original = read(&holding, folder, limits);
        let data_set = original.as_ref().ok().map(|original| &original.data_set);
        let refers = if is_dose(&holding) {
            let (plans, structure_sets) = data_set.map(dose_references).unwrap_or_default();
            Refers::Plans { plans, structure_sets }
        } else {
            let of = if is_structure_set(&holding) {
                structure_references
            } else {
                segmentation_references
            };
            let (instances, series) = data_set.map(of).unwrap_or_default();
            Refers::Images { series, instances: instances.into_iter().collect() }
        };
        Self { holding, refers }
    }

    pub(super) fn is_dose(&self) -> bool {
        matches!(self.refers, Refers::Plans { .. })
    }

    /// What it refers to.
    pub(super) fn wanted(&self) -> Vec<Wanted> {
        match &self.refers {
            Refers::Images { series, instances } if series.is_empty() => {
                instances.iter().cloned().map(Wanted::Instance).collect()
            }
            Refers::Images { series, .. } => series.iter().cloned().map(Wanted::Series).collect(),
            Refers::Plans { plans, structure_sets } => {
                plans.iter().chain(structure_sets).cloned().map(Wanted::Instance).collect()
            }
        }
    }

    /// The structure sets that the plans refer to which were found.
    pub(super) fn wanted_by_plans(
        &self,
        found: &[Holding],
        folder: &Path,
        limits: &Limits,
    ) -> Vec<Wanted> {
        if !self.is_dose() {
            return Vec::new();
        }
        let others = found.iter().filter(|holding| !is_structure_set(holding));
        let plans = others.filter_map(|plan| read(plan, folder, limits).ok());
        let sets = plans.flat_map(|plan| plan_references(&plan.data_set));
        sets.map(Wanted::Instance).collect()
    }
}

/// Reads an instance where it stands.
pub(super) fn read(
    holding: &Holding,
    folder: &Path,
    limits: &Limits,
) -> Result<Original, ReadError> {
    read::read(&folder.join(&holding.path), limits)
}

/// RT Structure Set Storage.
pub(super) fn is_structure_set(holding: &Holding) -> bool {
    holding.sop_class_uid == uids::RT_STRUCTURE_SET_STORAGE
}

fn is_segmentation(holding: &Holding) -> bool {
    /// Label Map Segmentation Storage, of edition 2024c.
    const LABEL_MAP: &str = "1.2.840.10008.5.1.4.1.1.66.7";
    [uids::SEGMENTATION_STORAGE, LABEL_MAP].contains(&&*holding.sop_class_uid)
}

fn is_dose(holding: &Holding) -> bool {
    holding.sop_class_uid == uids::RT_DOSE_STORAGE
}
