//! `dvh.parquet`: a row for each region and dose. `dvh_curves.parquet`: the cumulative dose-volume histogram of each
//! of those.

use std::sync::LazyLock;

use super::regions::{REGION, RegionName, column, real, text, texts};
use crate::dose::{Dvh, VolumeAtDose};
use crate::table::{Cell, Column, Kind, Layout};

const DOSE: [Column; 20] = [
    column("dose_SOPInstanceUID", Kind::Text, "", "the dose"),
    column("dose_type", Kind::Text, "", "Dose Type (3004,0004)"),
    column("dose_summation_type", Kind::Text, "", "Dose Summation Type (3004,000A)"),
    column("volume_cm3", Kind::Real, "cm3", "the volume within the contours"),
    column("share_outside_grid", Kind::Real, "", "its share that no dose is known of, left out"),
    column("d_min", Kind::Real, "Gy", "the least dose"),
    column("d_mean", Kind::Real, "Gy", "the mean dose"),
    column("d_max", Kind::Real, "Gy", "the greatest dose"),
    column("d98", Kind::Real, "Gy", "the dose that 98 % of the volume has at least"),
    column("d95", Kind::Real, "Gy", "the dose that 95 % of the volume has at least"),
    column("d90", Kind::Real, "Gy", "the dose that 90 % of the volume has at least"),
    column("d50", Kind::Real, "Gy", "the dose that half of the volume has at least"),
    column("d10", Kind::Real, "Gy", "the dose that 10 % of the volume has at least"),
    column("d5", Kind::Real, "Gy", "the dose that 5 % of the volume has at least"),
    column("d2", Kind::Real, "Gy", "the dose that 2 % of the volume has at least"),
    column("d2cc", Kind::Real, "Gy", "the dose that 2 cm3 have at least"),
    column("d1cc", Kind::Real, "Gy", "the dose that 1 cm3 has at least"),
    column("d0_1cc", Kind::Real, "Gy", "the dose that 0.1 cm3 have at least"),
    column("hi", Kind::Real, "", "homogeneity: (d2 - d98) / d50"),
    column("remarks", Kind::Texts, "", "what is to be known of the region before it is used"),
];

/// A column of a volume that has a dose at least.
macro_rules! volume_at {
    ($gy:literal) => {
        [
            column(
                concat!("v", $gy, "_cm3"),
                Kind::Real,
                "cm3",
                concat!("the volume that has ", $gy, " Gy at least"),
            ),
            column(
                concat!("v", $gy, "_percent"),
                Kind::Real,
                "%",
                concat!("the share of the volume that has ", $gy, " Gy at least"),
            ),
        ]
    };
}

/// Doses, in Gy, at which the volume is told.
const VOLUMES: [(f64, [Column; 2]); 14] = [
    (5.0, volume_at!("5")),
    (10.0, volume_at!("10")),
    (15.0, volume_at!("15")),
    (20.0, volume_at!("20")),
    (25.0, volume_at!("25")),
    (30.0, volume_at!("30")),
    (35.0, volume_at!("35")),
    (40.0, volume_at!("40")),
    (45.0, volume_at!("45")),
    (50.0, volume_at!("50")),
    (55.0, volume_at!("55")),
    (60.0, volume_at!("60")),
    (65.0, volume_at!("65")),
    (70.0, volume_at!("70")),
];

/// What a region and its dose are called by.
const OF_DOSE: [&str; 6] = [
    "PatientID",
    "StudyInstanceUID",
    "region_SOPInstanceUID",
    "region_number",
    "region_label",
    "region_type",
];

/// The columns of `dvh.parquet`.
static DOSE_COLUMNS: LazyLock<Vec<Column>> = LazyLock::new(|| {
    let region = REGION.into_iter().filter(|column| OF_DOSE.contains(&column.name));
    let volumes = VOLUMES.into_iter().flat_map(|(_, columns)| columns);
    region.chain(DOSE).chain(volumes).collect()
});

/// How `dvh.parquet` is laid out.
pub fn doses_layout() -> Layout {
    let sorted_by = &[
        "PatientID",
        "StudyInstanceUID",
        "region_SOPInstanceUID",
        "region_number",
        "dose_SOPInstanceUID",
    ];
    Layout { columns: &DOSE_COLUMNS, sorted_by, bloom: &[] }
}

/// A dose, as far as a row tells of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DoseName {
    /// SOP Instance UID.
    pub uid: String,
    /// Dose Type (3004,0004).
    pub dose_type: String,
    /// Dose Summation Type (3004,000A).
    pub summation_type: String,
}

/// A row of `dvh.parquet`.
pub fn dose_row(
    name: &RegionName,
    dose: &DoseName,
    dvh: &Dvh,
    remarks: &[String],
) -> Vec<Cell<'static>> {
    let region = REGION.iter().zip(name.cells());
    let region = region.filter(|(column, _)| OF_DOSE.contains(&column.name));
    let mut cells: Vec<Cell<'static>> = region.map(|(_, cell)| cell).collect();
    cells.extend([text(&dose.uid), text(&dose.dose_type), text(&dose.summation_type)]);
    let at_share = |percent| real(dvh.dose_at_share(percent));
    let at_volume = |cm3| real(dvh.dose_at_volume(cm3));
    cells.extend([
        Cell::Real(dvh.volume_cm3),
        Cell::Real(dvh.share_outside_grid),
        Cell::Real(dvh.d_min),
        Cell::Real(dvh.d_mean),
        Cell::Real(dvh.d_max),
        at_share(98.0),
        at_share(95.0),
        at_share(90.0),
        at_share(50.0),
        at_share(10.0),
        at_share(5.0),
        at_share(2.0),
        at_volume(2.0),
        at_volume(1.0),
        at_volume(0.1),
        real(dvh.homogeneity()),
        texts(remarks),
    ]);
    for (gy, _) in VOLUMES {
        let VolumeAtDose { cm3, percent } = dvh.volume_at_dose(gy);
        cells.extend([Cell::Real(cm3), Cell::Real(percent)]);
    }
    cells
}

const CURVE: [Column; 5] = [
    column("region_SOPInstanceUID", Kind::Text, "", "the object that holds the region"),
    column("region_number", Kind::Int64, "", "ROI Number (3006,0022)"),
    column("dose_SOPInstanceUID", Kind::Text, "", "the dose"),
    column("bin", Kind::Int64, "0.01 Gy", "the dose"),
    column("volume_cm3", Kind::Real, "cm3", "the volume that has this dose at least"),
];

/// How `dvh_curves.parquet` is laid out: in the order of `dvh.parquet`.
pub fn curves_layout() -> Layout {
    Layout { columns: &CURVE, sorted_by: &[], bloom: &[] }
}

/// The rows of `dvh_curves.parquet` of a region and a dose, of which `volumes` is the cumulative histogram.
pub fn curve_rows<'a>(
    object_uid: &'a str,
    number: i64,
    dose_uid: &'a str,
    volumes: &'a [f64],
) -> impl Iterator<Item = [Cell<'a>; 5]> {
    volumes.iter().zip(0..).map(move |(volume, bin)| {
        [
            Cell::Text(object_uid.into()),
            Cell::Int(number),
            Cell::Text(dose_uid.into()),
            Cell::Int(bin),
            Cell::Real(*volume),
        ]
    })
}
