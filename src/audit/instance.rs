//! One instance of an output: its file in, what is wrong with it out. It is read, decoded and
//! measured as the run did; its row of the index is made anew and compared.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use dicom::dictionary_std::{tags, uids};
use sha2::{Digest, Sha256};

use super::Anew;
use super::finding::{Findings, Kind};
use super::manifest::Entry;
use super::pixels::{self, Covered, Inputs, Pixels};
use super::tables::Tables;
use crate::area::Redaction;
use crate::attributes::{self, Attributes, modality};
use crate::codestream::is_jpeg_2000;
use crate::crop::{By, Crop};
use crate::dataset::{DataSet, Tag, Value};
use crate::deident::{Rules, Treatments};
use crate::encode;
use crate::image::SampleType;
use crate::instance::{Original, SourcePixels};
use crate::read::{self, Limits};
use crate::record::{FileRecord, InstanceRecord, Outcome};
use crate::results::index_csv;
use crate::results::{Row, Table};
use crate::stats::{
    Distributions, ImageMeasurement, PixelDigest, body_of_samples, measure_floats, measure_samples,
};
use crate::write::{INSTANCES, hex};

/// How the instances were made, as far as it is known.
#[derive(Debug, Clone, Copy)]
pub(super) struct Made<'a> {
    /// The rules of de-identification.
    pub(super) rules: &'a Rules,
    /// The digest of samples, where the key is there.
    pub(super) digest: Option<&'a PixelDigest>,
    /// The inputs, where they are there.
    pub(super) inputs: Option<&'a Inputs>,
    /// The Parquet tables.
    pub(super) tables: &'a Tables,
    /// What of interest was looked for in images.
    pub(super) crop: Option<By>,
}

/// Checks one instance and adds what it measures to the totals.
pub(super) fn check(
    output: &Path,
    entry: &Entry,
    row: Option<Row<'_>>,
    made: Made<'_>,
    totals: &Mutex<Anew>,
    findings: &Findings,
) {
    let wrong = |kind, what: String| findings.add(kind, entry.path.clone(), what);
    let limits = Limits::default();
    let file = match read::read_whole(&output.join(&entry.path), &limits) {
        Ok(file) => file,
        Err(error) => return wrong(Kind::File, error.to_string()),
    };
    let sha256 = hex(&Sha256::digest(&file));
    let is_changed = sha256 != entry.sha256;
    if is_changed {
        wrong(Kind::File, "another digest than in manifest.sha256: the file was changed".into());
    }
    if file.get(..128).is_none_or(|preamble| preamble.iter().any(|byte| *byte != 0)) {
        wrong(Kind::Profile, "the preamble holds something".into());
    }
    let original = match read::parse(&file, &limits) {
        Ok(original) => original,
        Err(error) => return wrong(Kind::Instance, error.to_string()),
    };
    for tag in residues(&original.data_set, made.rules) {
        wrong(Kind::Profile, format!("{tag} holds what the profile does not leave there"));
    }
    if is_changed && is_jpeg_2000(&original.transfer_syntax) {
        // Whoever changed it may know the decoder's faults, and no worker process stands before it.
        return;
    }
    let mut instance = describe(&original, &file, sha256);
    let covered = match row.map(|row| Covered::new(row, made)).transpose() {
        Ok(covered) => covered,
        Err(what) => return wrong(Kind::Index, what.into()),
    };
    if covered.as_ref().is_some_and(|it| !it.is_claimed_rightly(&original.data_set)) {
        wrong(Kind::Profile, "it says otherwise of text in its pixels than the index".into());
    }
    let native = match &original.image {
        Some((image, SourcePixels::Native(bytes))) => Some((image.clone(), bytes.clone())),
        _ => None,
    };
    let group = attributes::group(&original.data_set);
    let floats = native.as_ref().and_then(|(image, bytes)| {
        let is_float = image.sample_type == SampleType::Float;
        is_float.then(|| measure_floats(&original.data_set, image, bytes, group.clone()))?
    });
    let outside = match encode::decode(original) {
        Err(error) => return wrong(Kind::Instance, error.to_string()),
        Ok(None) => native.and_then(|(image, native)| {
            instance.pixel_blake3 = made.digest.map(|digest| digest.of_bytes(&native));
            take(floats, &mut instance, totals);
            covered.as_ref().map(|covered| covered.check(&Pixels::Shared(&native), &image))
        }),
        Ok(Some((data_set, image, samples))) => {
            instance.pixel_blake3 = made.digest.map(|digest| digest.of_samples(&samples));
            let found = measure_samples(&data_set, &image, &samples, group.clone());
            take(found, &mut instance, totals);
            instance.crop = made.crop.filter(|by| *by == By::Body).and_then(|by| {
                let rectangle = body_of_samples(&data_set, &image, &samples)?;
                Some(Crop { by, rectangle })
            });
            covered.as_ref().map(|covered| covered.check(&Pixels::Samples(&samples), &image))
        }
    };
    match outside.transpose() {
        Ok(digest) => instance.outside_blake3 = digest.flatten(),
        Err(what) => wrong(Kind::Instance, what.into()),
    }
    let Some(row) = row else {
        return;
    };
    if made.crop == Some(By::Regions) {
        // Which regions lie in it only their objects tell.
        let rectangle = made.tables.crop_of(row, By::Regions);
        instance.crop = rectangle.map(|rectangle| Crop { by: By::Regions, rectangle });
    }
    match differences(instance, row, made.tables) {
        Ok(columns) if columns.is_empty() => {}
        Ok(columns) => wrong(Kind::Index, format!("the file says otherwise of {columns}")),
        Err(what) => wrong(Kind::Index, what.into()),
    }
}

/// Takes over what was measured of an instance.
fn take(found: Option<ImageMeasurement>, instance: &mut InstanceRecord, totals: &Mutex<Anew>) {
    let Some(found) = found else { return };
    let mut distributions = Distributions::default();
    found.add_to(&mut distributions);
    let mut totals = totals.lock().unwrap_or_else(PoisonError::into_inner);
    let Anew { modalities, cohorts } = &mut *totals;
    for (group, distribution) in distributions.iter() {
        let cohort = &group.cohort;
        modalities.distribution(&cohort.modality).merge(distribution);
        cohorts.distribution(cohort).merge(distribution);
        if let Some(measured) = &found.measured {
            modalities.add_sums(&cohort.modality, &measured.sums);
            cohorts.add_sums(cohort, &measured.sums);
        }
    }
    (instance.measured, instance.frames) = (found.measured, found.frames);
}

/// Attributes, at every depth, whose values the profile would have replaced.
fn residues(data_set: &DataSet, rules: &Rules) -> Vec<Tag> {
    let mut found = Vec::new();
    for element in data_set.iter() {
        if rules.is_stand_in(element) == Some(false) {
            found.push(element.tag);
        } else if let Value::Sequence(items) = &element.value {
            found.extend(items.iter().flat_map(|item| residues(item, rules)));
        }
    }
    found
}

/// The record that the run would have made of this file, but for its measurement.
fn describe(original: &Original, file: &Bytes, sha256: String) -> InstanceRecord {
    let data_set = &original.data_set;
    let text = |tag: Tag| data_set.text(tag).unwrap_or_default().to_owned();
    let (patient_id, study_uid) = (text(tags::PATIENT_ID), text(tags::STUDY_INSTANCE_UID));
    let series_uid = text(tags::SERIES_INSTANCE_UID);
    let sop_instance_uid = text(tags::SOP_INSTANCE_UID);
    let pixels = original.image.as_ref();
    let encoded = pixels.map(|(_, pixels)| match pixels {
        SourcePixels::Native(bytes) => bytes.len() as u64,
        SourcePixels::Encapsulated(frames) => frames.iter().map(|frame| frame.len() as u64).sum(),
    });
    InstanceRecord {
        path: format!("{INSTANCES}/{patient_id}/{study_uid}/{series_uid}/{sop_instance_uid}.dcm"),
        in_place: false,
        sha256,
        bytes_out: file.len() as u64,
        patient_id,
        study_uid,
        series_uid,
        sop_instance_uid,
        sop_class_uid: text(tags::SOP_CLASS_UID),
        modality: modality(data_set),
        attributes: Attributes::of(data_set),
        source_transfer_syntax: String::new(),
        transfer_syntax: original.transfer_syntax.clone(),
        passed_on: false,
        kept_native: None,
        pixel_bytes_native: pixels.and_then(|(image, _)| image.native_length()).unwrap_or(0),
        pixel_bytes_encoded: encoded.unwrap_or(0),
        image: pixels.map(|(image, _)| image.clone()),
        crop: None,
        contested: false,
        counted: false,
        measured: None,
        frames: Vec::new(),
        pixel_blake3: None,
        pixel_blake3_written: None,
        treatments: Treatments::default(),
        redaction: Redaction::default(),
        uncovered_blake3: None,
        outside_blake3: None,
        header_blake3: String::new(),
    }
}

/// The columns in which the row is not the one that this instance gives. What only the run knew is
/// taken from the row.
fn differences(
    mut instance: InstanceRecord,
    row: Row<'_>,
    tables: &Tables,
) -> Result<String, &'static str> {
    row.cell("source_transfer_syntax").clone_into(&mut instance.source_transfer_syntax);
    let kept_native = match row.cell("kept_native") {
        "" => serde_json::Value::Null,
        reason => reason.into(),
    };
    instance.kept_native =
        serde_json::from_value(kept_native).map_err(|_| "kept_native holds no known reason")?;
    if instance.transfer_syntax == uids::DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN {
        // Nobody can say which part of a deflated data set is that of the pixels.
        let encoded = row.cell("pixel_bytes_encoded").parse();
        instance.pixel_bytes_encoded =
            encoded.map_err(|_| "pixel_bytes_encoded holds no number")?;
    }
    instance.passed_on = row.cell("passed_on") == "true";
    let told = |column: &str| Some(row.cell(column).to_owned()).filter(|cell| !cell.is_empty());
    // Without the key nobody can make the digest anew.
    instance.pixel_blake3 = instance.pixel_blake3.or_else(|| told("pixel_blake3"));
    instance.outside_blake3 = instance.outside_blake3.or_else(|| told("outside_blake3"));
    instance.redaction = pixels::told(row)?;
    instance.pixel_blake3_written =
        told("pixel_blake3_written").and_then(|_| instance.pixel_blake3.clone());
    let size_bytes = row.cell("bytes_in").parse().map_err(|_| "bytes_in holds no number")?;
    let record = FileRecord {
        path_id: row.path_id().to_owned(),
        size_bytes,
        modified_ns: 0,
        outcome: Outcome::Written,
        failure: None,
        instance: Some(Box::new(instance)),
    };
    let in_table = record.instance.as_deref().and_then(|it| tables.difference(&record, it));
    let anew = index_csv(&[record]).map_err(|_| "no row can be made of it")?;
    let anew = Table::parse(&anew, &anew).map_err(|_| "no row can be made of it")?;
    let anew = anew.rows().next().ok_or("no row can be made of it")?;
    let differing = row.cells().zip(anew.cells()).filter(|(told, found)| told.1 != found.1);
    let differing = differing.map(|((column, _), _)| column);
    Ok(differing.chain(in_table).collect::<Vec<_>>().join(", "))
}
