//! An RT Dose (PS3.3 section A.18): its data set and samples in, doses on their grid out. Tissue Heterogeneity
//! Correction and other ways in which a dose was computed are not looked at.

use dicom::dictionary_std::tags;

use super::elements::{numbers, references, term};
use super::frames::Frames;
use super::plane::Plane;
use super::reason::{
    DOSE_TYPE, DUPLICATE_SLICES, NO_GEOMETRY, PARTIAL_DOSE, PIXEL_DATA, RELATIVE_DOSE, Reason,
    WRONG_OBJECT,
};
use crate::dataset::DataSet;
use crate::dose::DoseGrid;
use crate::image::{ImagePixel, SampleType};
use crate::instance::Samples;
use crate::series::SAME_POSITION_MM;
use crate::stats::{OutputValues, SampleFormat};
use crate::volume::{Triple, Volume};

/// Doses at the points of a grid, whose planes need not be equally far apart.
#[derive(Debug, Clone, PartialEq)]
pub struct DosePlanes {
    /// Points along x, y and z.
    pub size: [usize; 3],
    /// The first point of the lowest plane, mm.
    pub origin: Triple,
    /// Unit vectors along a row, down a column and from plane to plane, at right angles.
    pub axes: [Triple; 3],
    /// Distances between points along a row and down a column, mm.
    pub spacing_in_plane: [f64; 2],
    /// Where each plane lies along the third axis, mm from the origin: ascending, the first one 0.
    pub offsets: Vec<f64>,
    /// Gy.
    pub doses: Volume<f32>,
}

impl DosePlanes {
    /// A grid that gives the dose between its points too.
    ///
    /// # Errors
    ///
    /// `dose-grid` where doses are negative or beyond all treatment, or the points are no grid.
    pub fn grid(&self) -> Result<DoseGrid, Reason> {
        let Self { origin, axes, spacing_in_plane, offsets, doses, .. } = self;
        DoseGrid::new(*origin, *axes, *spacing_in_plane, offsets.clone(), doses.clone())
            .map_err(Reason::of_dose)
    }
}

/// An RT Dose.
#[derive(Debug, Clone, PartialEq)]
pub struct DoseObject {
    /// The doses.
    pub planes: DosePlanes,
    /// Whether they are effective doses, with a factor for the kind of radiation: Dose Type (3004,0004) is EFFECTIVE,
    /// not PHYSICAL.
    pub is_effective: bool,
    /// Dose Summation Type (3004,000A), a defined term.
    pub summation: &'static str,
    /// Frame of Reference UID (0020,0052), empty where it is absent.
    pub frame_of_reference: String,
    /// The plans of Referenced RT Plan Sequence (300C,0002), by SOP Instance UID.
    pub plans: Vec<String>,
    /// The structure sets of Referenced Structure Set Sequence (300C,0060), by SOP Instance UID.
    pub structure_sets: Vec<String>,
}

/// Which doses are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Summation {
    /// Those of whole plans: Dose Summation Type PLAN, `MULTI_PLAN` or `PLAN_OVERVIEW`.
    WholePlans,
    /// Those of fractions, beams and records of treatment too, which are parts of a plan.
    All,
}

/// Defined terms of Dose Summation Type (PS3.3 section C.8.8.3): those of whole plans first.
const SUMMATION_TYPES: [&str; 11] = [
    "PLAN",
    "MULTI_PLAN",
    "PLAN_OVERVIEW",
    "FRACTION",
    "BEAM",
    "BRACHY",
    "FRACTION_SESSION",
    "BEAM_SESSION",
    "BRACHY_SESSION",
    "CONTROL_POINT",
    "RECORD",
];

/// How many of them are whole plans.
const WHOLE_PLANS: usize = 3;

/// How far the first offset may lie from Image Position (Patient) and be that, mm.
const SAME_OFFSET_MM: f64 = 0.01;

impl DoseObject {
    /// Reads it.
    ///
    /// # Errors
    ///
    /// `wrong-object`, `relative-dose`, `dose-type`, `partial-dose`, `pixel-data`, `duplicate-slices`, and
    /// `no-geometry` where the planes cannot be placed.
    pub fn of(
        data_set: &DataSet,
        image: &ImagePixel,
        samples: &Samples,
        taken: Summation,
    ) -> Result<Self, Reason> {
        let (is_effective, summation) = dose_type(data_set, taken)?;
        Ok(Self {
            planes: dose_planes(data_set, image, samples)?,
            is_effective,
            summation,
            frame_of_reference: term(data_set, tags::FRAME_OF_REFERENCE_UID),
            plans: references(data_set, tags::REFERENCED_RT_PLAN_SEQUENCE).collect(),
            structure_sets: references(data_set, tags::REFERENCED_STRUCTURE_SET_SEQUENCE).collect(),
        })
    }
}

/// The structure sets that an RT Plan refers to, by SOP Instance UID: Referenced Structure Set Sequence (300C,0060).
pub fn plan_references(plan: &DataSet) -> Vec<String> {
    references(plan, tags::REFERENCED_STRUCTURE_SET_SEQUENCE).collect()
}

/// Whether doses are effective ones, and what they are the sum of.
fn dose_type(data_set: &DataSet, taken: Summation) -> Result<(bool, &'static str), Reason> {
    match data_set.text(tags::DOSE_UNITS) {
        Some("GY") => {}
        Some(_) => {
            let message = "Dose Units (3004,0002) is not GY";
            return Err(Reason::new(RELATIVE_DOSE, message));
        }
        None => return Err(Reason::new(WRONG_OBJECT, "Dose Units (3004,0002) is absent")),
    }
    let is_effective = match data_set.text(tags::DOSE_TYPE) {
        Some("PHYSICAL") => false,
        Some("EFFECTIVE") => true,
        _ => {
            let message = "Dose Type (3004,0004) is neither PHYSICAL nor EFFECTIVE";
            return Err(Reason::new(DOSE_TYPE, message));
        }
    };
    let summation = data_set.text(tags::DOSE_SUMMATION_TYPE).unwrap_or_default();
    let terms = match taken {
        Summation::WholePlans => &SUMMATION_TYPES[..WHOLE_PLANS],
        Summation::All => &SUMMATION_TYPES[..],
    };
    let summation = terms.iter().find(|term| **term == summation).ok_or_else(|| {
        let message = "Dose Summation Type (3004,000A) is not that of a whole plan";
        Reason::new(PARTIAL_DOSE, message)
    })?;
    Ok((is_effective, summation))
}

fn dose_planes(
    data_set: &DataSet,
    image: &ImagePixel,
    samples: &Samples,
) -> Result<DosePlanes, Reason> {
    let plane = Frames::of(data_set, image.frames)?.plane(0)?;
    let offsets = offsets(data_set, image.frames as usize, &plane)?;
    let mut order: Vec<usize> = (0..offsets.len()).collect();
    order.sort_by(|a, b| offsets[*a].total_cmp(&offsets[*b]));
    let ascending: Vec<f64> = order.iter().map(|frame| offsets[*frame]).collect();
    if ascending.windows(2).any(|pair| pair[1] - pair[0] <= SAME_POSITION_MM) {
        let message = "Grid Frame Offset Vector (3004,000C) holds an offset twice";
        return Err(Reason::new(DUPLICATE_SLICES, message));
    }
    let lowest = ascending[0];
    let size = [image.columns as usize, image.rows as usize, order.len()];
    let doses = doses(data_set, image, samples, &order)?;
    let [row, column] = plane.axes;
    let mismatch = || Reason::new(PIXEL_DATA, MISMATCH);
    Ok(DosePlanes {
        size,
        origin: plane.at([0.0, 0.0, lowest]),
        axes: [row, column, plane.normal()],
        spacing_in_plane: plane.spacing,
        offsets: ascending.into_iter().map(|offset| offset - lowest).collect(),
        doses: Volume::new(size, doses).ok_or_else(mismatch)?,
    })
}

const MISMATCH: &str = "the pixels are not those that Rows, Columns and Number of Frames say";

/// Stored values times Dose Grid Scaling (3004,000E), the planes in this order.
fn doses(
    data_set: &DataSet,
    image: &ImagePixel,
    samples: &Samples,
    order: &[usize],
) -> Result<Vec<f32>, Reason> {
    let unusable = || Reason::new(PIXEL_DATA, "Dose Grid Scaling (3004,000E) cannot be used");
    if data_set.text(tags::DOSE_GRID_SCALING).is_none_or(str::is_empty) {
        return Err(unusable());
    }
    let values = OutputValues::of(data_set, image).ok_or_else(unusable)?;
    let values = values.frame(0).ok_or_else(unusable)?;
    let is_signed = image.sample_type == SampleType::Signed;
    let format = SampleFormat::new(image.bits_stored.into(), is_signed);
    let length = image.samples_per_frame() as usize;
    let (Ok(format), true) = (format, samples.len() == length * order.len()) else {
        return Err(Reason::new(PIXEL_DATA, MISMATCH));
    };
    let dose = |sample: u32| values.output(format.value(sample)) as f32;
    let mut doses = Vec::with_capacity(samples.len());
    for frame in order {
        let range = frame * length..(frame + 1) * length;
        match samples {
            Samples::Eight(all) => doses.extend(all[range].iter().map(|it| dose((*it).into()))),
            Samples::Sixteen(all) => doses.extend(all[range].iter().map(|it| dose((*it).into()))),
            Samples::ThirtyTwo(all) => doses.extend(all[range].iter().map(|it| dose(*it))),
        }
    }
    if doses.iter().any(|dose| !dose.is_finite()) {
        return Err(unusable());
    }
    Ok(doses)
}

/// Where the planes lie along the normal of the first one, mm from it: Grid Frame Offset Vector (3004,000C), PS3.3
/// section C.8.8.3.2. Where its first value is 0, its values are distances from the first plane, positive along the
/// vector product of row and column. Where it is the third value of Image Position (Patient), they are patient z; the
/// standard has that for planes of constant z, of which either normal is taken here.
fn offsets(data_set: &DataSet, frames: usize, plane: &Plane) -> Result<Vec<f64>, Reason> {
    let bad = |what: &str| {
        let message = format!("Grid Frame Offset Vector (3004,000C) {what}");
        Err(Reason::new(NO_GEOMETRY, message))
    };
    let is_told = data_set.bytes(tags::GRID_FRAME_OFFSET_VECTOR).is_some_and(|it| !it.is_empty());
    let Some(offsets) = numbers(data_set, tags::GRID_FRAME_OFFSET_VECTOR) else {
        return match (is_told, frames) {
            (false, 1) => Ok(vec![0.0]),
            _ => bad("is absent or holds what is no number"),
        };
    };
    let first = match offsets.first() {
        Some(first) if offsets.len() == frames => *first,
        _ => return bad("has not one value a frame"),
    };
    let [.., z] = plane.position;
    let along_z = plane.normal()[2];
    if first == 0.0 {
        Ok(offsets)
    } else if (first - z).abs() > SAME_OFFSET_MM {
        bad("begins neither with 0 nor with the position of the first plane")
    } else if along_z.abs() < 1.0 - 1e-6 {
        bad("holds positions of planes that are not of constant z")
    } else {
        Ok(offsets.iter().map(|offset| (offset - first) * along_z.signum()).collect())
    }
}
