//! The work on one object: what it refers to in, rows of what was measured out, and reasons for what was not.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use rayon::prelude::*;

use super::cut_out::{CutOut, cut_out};
use super::doses::DoseRow;
use super::images::{SeriesVolume, is_remade, volumes};
use super::object::{is_structure_set, read};
use super::structures::{drawn_on, planes, texts};
use super::task::Task;
use crate::area::Rectangle;
use crate::contours::{ContourFault, Region, Remark, rasterise};
use crate::crop::RegionBox;
use crate::encode;
use crate::radiomics::{self, Settings};
use crate::read::Limits;
use crate::regions::{
    ImageVolume, Reason, Segmentation, StructureRoi, StructureSet, segment_region,
};
use crate::results::{Extent, RegionName, region_row};
use crate::table::Cell;

/// A row with its key.
pub(super) type Row = (Vec<u8>, Vec<Cell<'static>>);

/// What came of a task.
#[derive(Default)]
pub(super) struct Outcome {
    /// Rows of `regions.parquet`.
    pub(super) rows: Vec<Row>,
    /// Rows of `dvh.parquet`.
    pub(super) doses: Vec<DoseRow>,
    /// What is to be told.
    pub(super) told: Vec<Told>,
    /// Regions of which something was measured.
    pub(super) regions: u64,
    /// Where they lie, by Series Instance UID.
    pub(super) boxes: Vec<(String, RegionBox)>,
}

/// A reason, with the number of the region where it is one region's affair.
pub(super) struct Told {
    pub(super) number: Option<i64>,
    pub(super) reason: Reason,
    /// Whether it stood in the way; else the region was measured all the same.
    pub(super) is_unmeasured: bool,
}

/// What came of one region.
pub(super) struct OfRegion<T> {
    pub(super) number: i64,
    pub(super) found: Vec<Result<T, Reason>>,
    /// What is doubtful of it.
    pub(super) doubts: Vec<Reason>,
}

/// Voxels of the boxes of regions that are measured at once, or one region: each takes some 20 bytes a voxel.
const VOXELS_AT_ONCE: usize = 1 << 26;

/// A region on the images of a series, to be measured.
struct Found<'a> {
    name: RegionName,
    image: &'a SeriesVolume,
    region: Region,
    remarks: Vec<String>,
}

/// A region on the images of a series.
struct OnImages {
    /// One for each way to measure it.
    rows: Vec<Result<Row, Reason>>,
    place: (String, RegionBox),
}

/// The remark of a region whose images are known by their series alone.
const REMADE: &str = "the images of its series have other SOP Instance UIDs than it names";

/// The remark of a region that is not whole.
const CUT: &str = "the region reaches beyond the image";

impl Outcome {
    /// Of an object that holds regions.
    fn of(found: Vec<OfRegion<OnImages>>) -> Self {
        let mut boxes = Vec::new();
        let mut rows_of = |found: Result<OnImages, Reason>| match found {
            Ok(OnImages { rows, place }) => {
                boxes.push(place);
                rows
            }
            Err(reason) => vec![Err(reason)],
        };
        let found = found.into_iter().map(|OfRegion { number, found, doubts }| {
            let found = found.into_iter().flat_map(&mut rows_of).collect();
            OfRegion { number, found, doubts }
        });
        let found = found.collect();
        let (rows, told, regions) = gather(found);
        Self { rows, told, regions, boxes, ..Self::default() }
    }

    fn unmeasured(reason: Reason) -> Self {
        let told = Told { number: None, reason, is_unmeasured: true };
        Self { told: vec![told], ..Self::default() }
    }
}

/// The rows of all regions, what is to be told of them, and how many were measured.
pub(super) fn gather<T>(all: Vec<OfRegion<T>>) -> (Vec<T>, Vec<Told>, u64) {
    let (mut rows, mut told, mut regions) = (Vec::new(), Vec::new(), 0);
    for OfRegion { number, found, doubts } in all {
        let number = Some(number);
        let doubts = doubts.into_iter();
        told.extend(doubts.map(|reason| Told { number, reason, is_unmeasured: false }));
        regions += u64::from(found.iter().any(Result::is_ok));
        for found in found {
            match found {
                Ok(row) => rows.push(row),
                Err(reason) => told.push(Told { number, reason, is_unmeasured: true }),
            }
        }
    }
    (rows, told, regions)
}

/// Measures objects.
pub(super) struct Worker<'a> {
    /// Where the paths of instances begin.
    pub(super) folder: &'a Path,
    pub(super) limits: Limits,
    pub(super) settings: &'a [Settings],
    /// Whether somebody asks to stop: regions that are not begun are left then.
    pub(super) stops: &'a (dyn Fn() -> bool + Sync),
}

impl Worker<'_> {
    /// Measures an object on the threads of the current pool. A panic costs that object alone.
    pub(super) fn measure(&self, task: &Task) -> Outcome {
        let measure = || if task.is_dose { self.dose(task) } else { self.regions(task) };
        match catch_unwind(AssertUnwindSafe(measure)) {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(reason)) => Outcome::unmeasured(reason),
            Err(_) => Outcome::unmeasured(Reason::panicked()),
        }
    }

    fn regions(&self, task: &Task) -> Result<Outcome, Reason> {
        let original = read(&task.object, self.folder, &self.limits).map_err(Reason::unreadable)?;
        if task.found.is_empty() {
            return Err(Reason::missing_reference());
        }
        if is_structure_set(&task.object) {
            let set = StructureSet::of(&original.data_set)?;
            let images = self.images(task, &set.images)?;
            let remade = is_remade(&task.found, &set.images);
            let find = |roi| find_roi(task, roi, &images, remade);
            return Ok(self.measure_all(set.rois.par_iter().map(find).collect()));
        }
        let decoded = encode::decode(original).map_err(Reason::unreadable)?;
        let (data_set, image, samples) = decoded.ok_or_else(Reason::no_pixels)?;
        let segmentation = Segmentation::of(&data_set, &image, samples)?;
        let images = self.images(task, &segmentation.images)?;
        let numbers = 0..segmentation.segments.len();
        let find = |at| find_segment(task, &segmentation, at, &images);
        Ok(self.measure_all(numbers.into_par_iter().map(find).collect()))
    }

    /// Measures regions, as many at once as memory allows.
    fn measure_all(&self, mut found: Vec<OfRegion<Found<'_>>>) -> Outcome {
        let mut measured = Vec::with_capacity(found.len());
        while !found.is_empty() {
            let mut voxels = 0;
            let at_once = found.iter().take_while(|of_region| {
                let is_first = voxels == 0;
                let regions = of_region.found.iter().flatten();
                voxels += regions.map(|it| it.region.mask.values().len()).sum::<usize>();
                is_first || voxels <= VOXELS_AT_ONCE
            });
            let rest = found.split_off(at_once.count());
            let measure = |of_region: OfRegion<Found<'_>>| {
                let OfRegion { number, found, doubts } = of_region;
                let found = found.into_iter().map(|it| Ok(self.on_images(it?))).collect();
                OfRegion { number, found, doubts }
            };
            measured.par_extend(found.into_par_iter().map(measure));
            found = rest;
        }
        Outcome::of(measured)
    }

    fn images(
        &self,
        task: &Task,
        referenced: &BTreeSet<String>,
    ) -> Result<Vec<SeriesVolume>, Reason> {
        let (volumes, reasons) = volumes(&task.found, referenced, self.folder, &self.limits);
        if volumes.is_empty() {
            return Err(reasons.into_iter().next().unwrap_or_else(Reason::missing_reference));
        }
        Ok(volumes)
    }

    fn on_images(&self, found: Found<'_>) -> OnImages {
        let Found { name, image, region, mut remarks } = found;
        let volume = &image.volume;
        remarks.extend(region.is_cut.then(|| CUT.to_owned()));
        let [first, size] = [region.first, region.mask.size()];
        let slices = &volume.slices[first[2]..first[2] + size[2]];
        let rectangle = Rectangle {
            x: first[0] as u32,
            y: first[1] as u32,
            width: size[0] as u32,
            height: size[1] as u32,
        };
        let place = RegionBox {
            rectangle: Some(rectangle),
            slices: slices.iter().map(|slice| slice.sop_instance_uid.clone()).collect(),
        };
        let rows = self.settings.iter().enumerate().map(|(number, settings)| {
            if (self.stops)() {
                return Err(Reason::stopped());
            }
            let key = name.key(&format!("{number:04}"));
            Ok((key, row(&name, volume, &region, settings, &remarks)?))
        });
        OnImages { rows: rows.collect(), place: (name.series_uid, place) }
    }
}

/// An ROI on the images that it was drawn on.
fn find_roi<'a>(
    task: &Task,
    roi: &StructureRoi,
    images: &'a [SeriesVolume],
    is_remade: bool,
) -> OfRegion<Found<'a>> {
    let number = roi.number;
    let drawn = planes(roi).and_then(|it| Ok((it, drawn_on(roi, images, is_remade)?)));
    let ((planes, remarks), images) = match drawn {
        Ok(drawn) => drawn,
        Err(reason) => return OfRegion { number, found: vec![Err(reason)], doubts: Vec::new() },
    };
    let told = |remark: &&Remark| remark.fault != ContourFault::Gap;
    let doubts: Vec<Reason> =
        remarks.iter().filter(told).map(|it| Reason::of_contour(it.fault)).collect();
    let mut texts = texts(&remarks);
    texts.extend(is_remade.then(|| REMADE.to_owned()));
    let doubts = once(doubts);
    let find = |image: &'a SeriesVolume| {
        let region = rasterise(&planes, &image.volume.grid).map_err(Reason::of_contour)?;
        let name = RegionName {
            kind: "RTSTRUCT".into(),
            number,
            label: roi.name.clone(),
            type_name: roi.interpreted_type.clone(),
            ..name(task, image)
        };
        let mut remarks = texts.clone();
        remarks.extend(of_another(task, image));
        Ok(Found { name, image, region, remarks })
    };
    OfRegion { number, found: images.into_iter().map(find).collect(), doubts }
}

/// A segment on the images that the segmentation refers to.
fn find_segment<'a>(
    task: &Task,
    segmentation: &Segmentation,
    at: usize,
    images: &'a [SeriesVolume],
) -> OfRegion<Found<'a>> {
    let segment = &segmentation.segments[at];
    let number = segment.number.into();
    let find = |image: &'a SeriesVolume| {
        let frames = [&*segmentation.frame_of_reference, &*image.volume.frame_of_reference];
        if let Some(reason) = Reason::of_frames_of_reference(frames[0], frames[1]) {
            return Err(reason);
        }
        let region = segment_region(segmentation, segment.number, &image.volume.grid)?;
        let name = RegionName {
            kind: "SEG".into(),
            number,
            label: segment.label.clone(),
            type_name: segment.property_type.clone(),
            ..name(task, image)
        };
        let remarks = of_another(task, image).into_iter().collect();
        Ok(Found { name, image, region, remarks })
    };
    OfRegion { number, found: images.iter().map(find).collect(), doubts: Vec::new() }
}

/// Each reason once: several contours may have the same fault.
fn once(reasons: Vec<Reason>) -> Vec<Reason> {
    let mut all: Vec<Reason> = Vec::new();
    for reason in reasons {
        if !all.contains(&reason) {
            all.push(reason);
        }
    }
    all
}

/// The remark of a region whose images have another Patient ID (0010,0020) than its object.
fn of_another(task: &Task, image: &SeriesVolume) -> Option<String> {
    let differs = task.object.patient_id != image.holding.patient_id;
    differs.then(|| "its object has another Patient ID than the images".to_owned())
}

/// The row of a region on the images of a series, measured in one way.
fn row(
    name: &RegionName,
    volume: &ImageVolume,
    region: &Region,
    settings: &Settings,
    remarks: &[String],
) -> Result<Vec<Cell<'static>>, Reason> {
    let CutOut { image, mask, part, n_padding } = cut_out(volume, region, settings);
    let spacing = volume.grid.spacing;
    let measured = radiomics::measure_part(&image, &mask, spacing, part, settings);
    let measured = measured.map_err(|why| Reason::unmeasurable(&why))?;
    let n_voxels = region.mask.values().iter().filter(|it| **it).count() as u64;
    let extent = Extent {
        n_voxels,
        n_padding,
        volume_mm3: n_voxels as f64 * volume.grid.voxel_mm3(),
        first: region.first,
        size: region.mask.size(),
    };
    Ok(region_row(name, &volume.unit, &extent, settings, &measured, remarks))
}

fn name(task: &Task, image: &SeriesVolume) -> RegionName {
    RegionName {
        patient_id: image.holding.patient_id.clone(),
        study_uid: image.holding.study_uid.clone(),
        series_uid: image.holding.series_uid.clone(),
        modality: image.holding.modality.clone(),
        object_uid: task.object.sop_instance_uid.clone(),
        ..RegionName::default()
    }
}
