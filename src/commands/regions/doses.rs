//! A dose in the structure sets that it was planned for.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::object::{is_structure_set, read};
use super::structures::{planes, texts};
use super::task::Task;
use super::work::{OfRegion, Outcome, Worker, gather};
use crate::dose::{DoseGrid, Dvh, dvh};
use crate::encode;
use crate::regions::{DoseObject, Reason, StructureRoi, StructureSet, Summation};
use crate::results::{DoseName, RegionName, dose_row};
use crate::table::Cell;

/// A row of a region and a dose with their curve.
pub(super) type DoseRow = (Vec<u8>, Vec<Cell<'static>>, OwnCurve);

/// The cumulative histogram of a region and a dose.
pub(super) struct OwnCurve {
    object_uid: String,
    number: i64,
    dose_uid: String,
    volumes: Vec<f64>,
}

/// The same as ranks hand it on.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::commands) struct Curve<'a> {
    pub(in crate::commands) object_uid: &'a str,
    pub(in crate::commands) number: i64,
    pub(in crate::commands) dose_uid: &'a str,
    pub(in crate::commands) volumes: Vec<f64>,
}

impl OwnCurve {
    pub(super) fn as_parcel(&self) -> Curve<'_> {
        let Self { object_uid, number, dose_uid, volumes } = self;
        Curve { object_uid, number: *number, dose_uid, volumes: volumes.clone() }
    }
}

impl Worker<'_> {
    /// Measures a dose in the structure sets that it was planned for.
    pub(super) fn dose(&self, task: &Task) -> Result<Outcome, Reason> {
        let original = read(&task.object, self.folder, &self.limits).map_err(Reason::unreadable)?;
        let decoded = encode::decode(original).map_err(Reason::unreadable)?;
        let (data_set, image, samples) = decoded.ok_or_else(Reason::no_pixels)?;
        let dose = DoseObject::of(&data_set, &image, &samples, Summation::WholePlans)?;
        let grid = dose.planes.grid()?;
        let mut sets: Vec<_> = task.found.iter().filter(|it| is_structure_set(it)).collect();
        sets.dedup_by_key(|set| &set.sop_instance_uid);
        if sets.is_empty() {
            return Err(Reason::missing_reference());
        }
        let mut all = Vec::new();
        for set in sets {
            let original = read(set, self.folder, &self.limits).map_err(Reason::unreadable)?;
            let structures = StructureSet::of(&original.data_set)?;
            let name = RegionName {
                patient_id: set.patient_id.clone(),
                study_uid: task.object.study_uid.clone(),
                object_uid: set.sop_instance_uid.clone(),
                kind: "RTSTRUCT".into(),
                ..RegionName::default()
            };
            let measure = |roi: &StructureRoi| {
                let name = RegionName {
                    number: roi.number,
                    label: roi.name.clone(),
                    type_name: roi.interpreted_type.clone(),
                    ..name.clone()
                };
                let row = dose_of(roi, (&dose, &grid), &name, &task.object.sop_instance_uid);
                // What is doubtful of its contours is told where it is measured on its images.
                OfRegion { number: roi.number, found: vec![row], doubts: Vec::new() }
            };
            all.extend(structures.rois.par_iter().map(measure).collect::<Vec<_>>());
        }
        let (doses, told, _) = gather(all);
        Ok(Outcome { doses, told, ..Outcome::default() })
    }
}

/// The row of an ROI and a dose.
fn dose_of(
    roi: &StructureRoi,
    (dose, grid): (&DoseObject, &DoseGrid),
    name: &RegionName,
    dose_uid: &str,
) -> Result<DoseRow, Reason> {
    let frames = [&roi.frame_of_reference, &dose.frame_of_reference];
    if let Some(reason) = Reason::of_frames_of_reference(frames[0], frames[1]) {
        return Err(reason);
    }
    let (planes, remarks) = planes(roi)?;
    let histogram: Dvh = dvh(&planes, grid).map_err(Reason::of_dose)?;
    let volumes = histogram.cumulative();
    let of = DoseName {
        uid: dose_uid.to_owned(),
        dose_type: if dose.is_effective { "EFFECTIVE" } else { "PHYSICAL" }.to_owned(),
        summation_type: dose.summation.to_owned(),
    };
    let mut remarks = texts(&remarks);
    if planes.distance.is_none() {
        remarks.push("a single plane, taken as thick as planes of doses are apart".to_owned());
    }
    let row = dose_row(name, &of, &histogram, &remarks);
    let curve = OwnCurve {
        object_uid: name.object_uid.clone(),
        number: name.number,
        dose_uid: dose_uid.to_owned(),
        volumes,
    };
    Ok((name.key(dose_uid), row, curve))
}
