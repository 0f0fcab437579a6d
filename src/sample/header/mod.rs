//! The header: seed and place of a file in, the data set of a CT image without its pixels out.

mod image;
mod patient;
pub(super) mod private;
mod series;

use dicom::dictionary_std::tags;

use super::identity::{Instance, Patient, Series, Study};
use super::plan::Slice;
use crate::dataset::{DataSet, Tag, VR};

/// Everything that a file says of whom and what it shows.
#[derive(Debug)]
pub(super) struct Identities {
    pub(super) patient: Patient,
    pub(super) study: Study,
    pub(super) series: Series,
    pub(super) instance: Instance,
}

impl Identities {
    pub(super) fn of(seed: u64, slice: &Slice) -> Self {
        Self {
            patient: Patient::of(seed, slice),
            study: Study::of(seed, slice),
            series: Series::of(seed, slice),
            instance: Instance::of(seed, slice),
        }
    }
}

/// The data set of a CT Image Storage instance (PS3.3 section A.3), pixels aside.
pub(super) fn data_set(identities: &Identities, slice: &Slice) -> DataSet {
    let Identities { patient, study, series, instance } = identities;
    let mut data_set = person_and_place(identities, slice);
    data_set.put_text(tags::SPECIFIC_CHARACTER_SET, VR::CS, patient.charset.term());
    image::put_image(&mut data_set, study, series, instance, slice);
    image::put_plane(&mut data_set, slice);
    image::put_pixel(&mut data_set);
    image::put_ct(&mut data_set);
    patient.charset.encode(data_set)
}

/// What a data set says of patient, study, series and device, in UTF-8.
pub(super) fn person_and_place(identities: &Identities, slice: &Slice) -> DataSet {
    let Identities { patient, study, series, .. } = identities;
    let mut data_set = DataSet::new();
    patient::put_patient(&mut data_set, patient, study);
    patient::put_study(&mut data_set, study);
    series::put_series(&mut data_set, study, series, slice.series_of_study + 1);
    series::put_equipment(&mut data_set, study);
    series::put_request(&mut data_set, patient, study);
    series::put_history(&mut data_set, patient, study);
    private::put(&mut data_set, patient, study);
    data_set
}

/// Puts one text value a row.
fn rows(data_set: &mut DataSet, rows: &[(Tag, VR, &str)]) {
    for (tag, vr, text) in rows {
        data_set.put_text(*tag, *vr, text);
    }
}

/// An item of the Code Sequence Macro (PS3.3 table 8.8-1).
pub(super) fn code(value: &str, scheme: &str, meaning: &str) -> DataSet {
    let mut item = DataSet::new();
    item.put_text(tags::CODE_VALUE, VR::SH, value);
    item.put_text(tags::CODING_SCHEME_DESIGNATOR, VR::SH, scheme);
    item.put_text(tags::CODE_MEANING, VR::LO, meaning);
    item
}

/// An item of the SOP Instance Reference Macro (PS3.3 table 10-11).
fn reference(sop_class: &str, sop_instance: &str) -> DataSet {
    let mut item = DataSet::new();
    item.put_text(tags::REFERENCED_SOP_CLASS_UID, VR::UI, sop_class);
    item.put_text(tags::REFERENCED_SOP_INSTANCE_UID, VR::UI, sop_instance);
    item
}
