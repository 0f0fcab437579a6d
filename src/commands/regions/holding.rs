//! An instance of the output, as far as the measuring of regions needs to know of it.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::commands::row::Row;
use crate::results::instances_layout;
use crate::table::Cell;

/// An instance and where it stands. Sorted by its path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Holding {
    /// Below the folder of the instances.
    pub(super) path: String,
    pub(super) path_id: String,
    pub(super) patient_id: String,
    pub(super) study_uid: String,
    pub(super) series_uid: String,
    pub(super) sop_instance_uid: String,
    pub(super) sop_class_uid: String,
    pub(super) modality: String,
    /// Size of the file.
    pub(super) bytes: u64,
}

impl Holding {
    /// What a row tells.
    pub(super) fn of(row: &Row<'_>) -> Self {
        static PLACES: LazyLock<[Option<usize>; 3]> = LazyLock::new(|| {
            ["SOPClassUID", "Modality", "bytes_out"].map(|it| instances_layout().position(it))
        });
        let [class, modality, bytes] = PLACES.map(|place| row.cells.get(place?));
        let text = |cell: Option<&Cell<'_>>| match cell {
            Some(Cell::Text(text)) => text.to_string(),
            _ => String::new(),
        };
        Self {
            path: row.path.to_owned(),
            path_id: row.path_id.to_owned(),
            patient_id: row.patient_id.to_owned(),
            study_uid: row.study_uid.to_owned(),
            series_uid: row.series_uid.to_owned(),
            sop_instance_uid: row.sop_instance_uid.to_owned(),
            sop_class_uid: text(class),
            modality: text(modality),
            bytes: if let Some(Cell::Natural(bytes)) = bytes { *bytes } else { 0 },
        }
    }
}
