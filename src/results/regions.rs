//! `regions.parquet`: a row for each region and each way to measure it, with every feature.

use std::borrow::Cow;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::radiomics::{self, Measured, Settings};
use crate::table::{Cell, Column, Kind, Layout};

pub(super) const fn column(
    name: &'static str,
    kind: Kind,
    unit: &'static str,
    meaning: &'static str,
) -> Column {
    Column { name, kind, unit, meaning }
}

pub(super) const REGION: [Column; 9] = [
    column("PatientID", Kind::Text, "", "the pseudonym of the patient"),
    column("StudyInstanceUID", Kind::Text, "", "Study Instance UID (0020,000D) of the images"),
    column("SeriesInstanceUID", Kind::Text, "", "Series Instance UID (0020,000E) of the images"),
    column("Modality", Kind::Text, "", "Modality (0008,0060) of the images"),
    column("region_SOPInstanceUID", Kind::Text, "", "the object that holds the region"),
    column("region_kind", Kind::Text, "", "RTSTRUCT or SEG"),
    column(
        "region_number",
        Kind::Int64,
        "",
        "ROI Number (3006,0022) or Segment Number (0062,0004)",
    ),
    column("region_label", Kind::Text, "", "ROI Name (3006,0026) or Segment Label (0062,0005)"),
    column("region_type", Kind::Text, "", "RT ROI Interpreted Type or Segmented Property Type"),
];

const MEASURED: [Column; 21] = [
    column("unit", Kind::Text, "", "the unit of the images' values"),
    column("discretisation", Kind::Text, "", "how values became grey levels"),
    column("interpolation", Kind::Text, "", "how voxels were made equal"),
    column("resegmentation", Kind::Text, "", "which values stayed in the intensity mask"),
    column("software", Kind::Text, "", "who measured"),
    column("n_voxels", Kind::UInt64, "", "voxels of the intensity mask as measured"),
    column("n_voxels_morphological", Kind::UInt64, "", "voxels of the morphological mask"),
    column("n_padding", Kind::UInt64, "", "voxels of the region that are padding in the images"),
    column("n_levels", Kind::UInt32, "", "grey levels, those that do not occur counted"),
    column("voxel_x_mm", Kind::Real, "mm", "distance of voxels along rows as measured"),
    column("voxel_y_mm", Kind::Real, "mm", "distance of voxels along columns as measured"),
    column("voxel_z_mm", Kind::Real, "mm", "distance of slices as measured"),
    column("n_voxels_image", Kind::UInt64, "", "voxels of the region on the grid of the images"),
    column("volume_mm3", Kind::Real, "mm3", "their volume"),
    column("box_x", Kind::UInt32, "", "first column of the bounding box, from 0"),
    column("box_y", Kind::UInt32, "", "first row of the bounding box, from 0"),
    column("box_z", Kind::UInt32, "", "first slice of the bounding box, from 0, along the normal"),
    column("box_columns", Kind::UInt32, "", "columns of the bounding box"),
    column("box_rows", Kind::UInt32, "", "rows of the bounding box"),
    column("box_slices", Kind::UInt32, "", "slices of the bounding box"),
    column("remarks", Kind::Texts, "", "what is to be known of the region before it is used"),
];

/// The columns of `regions.parquet`.
static REGION_COLUMNS: LazyLock<Vec<Column>> = LazyLock::new(|| {
    let features = radiomics::features().iter().map(|feature| Column {
        name: feature.name,
        kind: Kind::Real,
        unit: feature.unit,
        meaning: feature.meaning,
    });
    REGION.into_iter().chain(MEASURED).chain(features).collect()
});

/// How `regions.parquet` is laid out.
pub fn regions_layout() -> Layout {
    let sorted_by = &[
        "PatientID",
        "StudyInstanceUID",
        "SeriesInstanceUID",
        "region_SOPInstanceUID",
        "region_number",
    ];
    Layout { columns: &REGION_COLUMNS, sorted_by, bloom: &[] }
}

/// What was done about regions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegionCounts {
    /// Objects that hold regions: RT structure sets and segmentations.
    pub objects: u64,
    /// Regions of which something was measured.
    pub regions: u64,
    /// Rows of `regions.parquet`.
    pub rows: u64,
    /// Doses.
    pub doses: u64,
    /// Rows of `dvh.parquet`.
    pub histograms: u64,
    /// Reasons in `failures.csv` why something was not measured.
    pub unmeasured: u64,
    /// Faults in `failures.csv` of what was measured all the same.
    pub doubtful: u64,
}

impl RegionCounts {
    /// Adds what another rank has done.
    pub fn merge(&mut self, other: &Self) {
        let Self { objects, regions, rows, doses, histograms, unmeasured, doubtful } = other;
        self.objects += objects;
        self.regions += regions;
        self.rows += rows;
        self.doses += doses;
        self.histograms += histograms;
        self.unmeasured += unmeasured;
        self.doubtful += doubtful;
    }
}

/// A region, whatever is measured of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RegionName {
    /// The pseudonym of the patient.
    pub patient_id: String,
    /// Study Instance UID of the images, or of the dose.
    pub study_uid: String,
    /// Series Instance UID of the images.
    pub series_uid: String,
    /// Modality of the images.
    pub modality: String,
    /// SOP Instance UID of the object that holds the region.
    pub object_uid: String,
    /// RTSTRUCT or SEG.
    pub kind: String,
    /// ROI Number or Segment Number.
    pub number: i64,
    /// ROI Name or Segment Label.
    pub label: String,
    /// RT ROI Interpreted Type or Segmented Property Type.
    pub type_name: String,
}

impl RegionName {
    pub(super) fn cells(&self) -> [Cell<'static>; 9] {
        [
            text(&self.patient_id),
            text(&self.study_uid),
            text(&self.series_uid),
            text(&self.modality),
            text(&self.object_uid),
            text(&self.kind),
            Cell::Int(self.number),
            text(&self.label),
            text(&self.type_name),
        ]
    }

    /// The order of the rows: patient, study, series, object, number; then as `rest` says.
    pub fn key(&self, rest: &str) -> Vec<u8> {
        let number = format!("{:016x}", self.number.cast_unsigned() ^ (1 << 63));
        let parts = [&self.patient_id, &self.study_uid, &self.series_uid, &self.object_uid];
        let parts = parts.map(String::as_str);
        [&parts.join("\0"), "\0", &number, "\0", rest].concat().into_bytes()
    }
}

/// Where a region lies on the grid of its images.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Extent {
    /// Voxels of the region.
    pub n_voxels: u64,
    /// Of these, such as are padding in the images.
    pub n_padding: u64,
    /// The volume of the voxels, cubic mm.
    pub volume_mm3: f64,
    /// The first voxel of the bounding box: column, row and slice.
    pub first: [usize; 3],
    /// Columns, rows and slices of the bounding box.
    pub size: [usize; 3],
}

/// What was not done.
const NONE: &str = "none";

/// Which values stayed in the intensity mask: a range, a multiple of the standard deviation, or both.
fn resegmentation(settings: &Settings) -> String {
    let range = settings.resegment.map(|[low, high]| format!("{low}:{high}"));
    let outliers = settings.outliers_sigma.map(|sigma| format!("{sigma}sigma"));
    let parts: Vec<String> = range.into_iter().chain(outliers).collect();
    if parts.is_empty() { NONE.to_owned() } else { parts.join(",") }
}

/// A row of `regions.parquet`.
pub fn region_row(
    name: &RegionName,
    unit: &str,
    extent: &Extent,
    settings: &Settings,
    measured: &Measured,
    remarks: &[String],
) -> Vec<Cell<'static>> {
    let mut cells = Vec::with_capacity(REGION_COLUMNS.len());
    cells.extend(name.cells());
    let natural = |number: usize| Cell::Natural(number as u64);
    cells.extend([
        text(unit),
        text(&settings.discretisation.to_string()),
        text(&settings.interpolation.map_or(NONE.into(), |it| it.to_string())),
        text(&resegmentation(settings)),
        text(concat!("sauva ", env!("CARGO_PKG_VERSION"))),
        Cell::Natural(measured.n_voxels),
        Cell::Natural(measured.n_voxels_morphological),
        Cell::Natural(extent.n_padding),
        Cell::Natural(measured.n_levels.into()),
        Cell::Real(measured.spacing_mm[0]),
        Cell::Real(measured.spacing_mm[1]),
        Cell::Real(measured.spacing_mm[2]),
        Cell::Natural(extent.n_voxels),
        Cell::Real(extent.volume_mm3),
    ]);
    cells.extend(extent.first.map(natural));
    cells.extend(extent.size.map(natural));
    cells.push(texts(remarks));
    cells.extend(measured.values.iter().map(|value| real(*value)));
    cells
}

pub(super) fn text(text: &str) -> Cell<'static> {
    if text.is_empty() { Cell::Null } else { Cell::Text(Cow::Owned(text.to_owned())) }
}

pub(super) fn texts(texts: &[String]) -> Cell<'static> {
    if texts.is_empty() {
        return Cell::Null;
    }
    Cell::Texts(texts.iter().map(|text| Cow::Owned(text.clone())).collect())
}

pub(super) fn real(number: Option<f64>) -> Cell<'static> {
    number.map_or(Cell::Null, Cell::Real)
}
