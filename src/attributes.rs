//! The attributes of an instance that stand in the index: a data set as it is written in, cells out. What the
//! profile has removed is not there, and what it has replaced is the replacement.

use std::borrow::Cow;

use dicom::dictionary_std::tags;
use serde::{Deserialize, Deserializer, Serialize};

use crate::dataset::{DataSet, Tag};
use crate::deident::CharacterSet;
use crate::series::Geometry;
use crate::stats::{Cohort, Group, is_ct_image};
use crate::table::{Cell, Column, Kind};

/// The longest text of a cell, in characters: as many as a value of LO may have, with some for lists.
const MOST_CHARACTERS: usize = 256;

/// Where the value of a column comes from.
#[derive(Debug, Clone, Copy)]
enum Source {
    /// The text of an element, in its character set.
    Text(Tag),
    /// The values of an element.
    Texts(Tag),
    /// An integer string.
    Integer(Tag),
    /// The decimal string with this number in an element, counted from 0.
    Real(Tag, usize),
    /// The same of Pixel Measures (0028,9110), where a multi-frame image has it for all frames.
    Measure(Tag, usize),
    /// The same of Pixel Value Transformation (0028,9145).
    Transformation(Tag),
    /// The same of Plane Orientation (0020,9116).
    Orientation,
    /// Rescale Type (0028,1054), Units (0054,1001), Dose Units (3004,0002), or what the modality has.
    Unit,
    /// Where the image stands on the normal of its plane.
    AlongNormal,
}

const fn text(name: &'static str, tag: Tag, meaning: &'static str) -> (Column, Source) {
    (Column { name, kind: Kind::Text, unit: "", meaning }, Source::Text(tag))
}

const fn integer(name: &'static str, tag: Tag, meaning: &'static str) -> (Column, Source) {
    (Column { name, kind: Kind::Int32, unit: "", meaning }, Source::Integer(tag))
}

const fn real(
    name: &'static str,
    source: Source,
    unit: &'static str,
    meaning: &'static str,
) -> (Column, Source) {
    (Column { name, kind: Kind::Real, unit, meaning }, source)
}

const ATTRIBUTES: [(Column, Source); 30] = [
    text("Manufacturer", tags::MANUFACTURER, "Manufacturer (0008,0070)"),
    text(
        "ManufacturerModelName",
        tags::MANUFACTURER_MODEL_NAME,
        "its name of the model (0008,1090)",
    ),
    text("BodyPartExamined", tags::BODY_PART_EXAMINED, "Body Part Examined (0018,0015)"),
    text("StudyDescription", tags::STUDY_DESCRIPTION, "Study Description (0008,1030)"),
    text("SeriesDescription", tags::SERIES_DESCRIPTION, "Series Description (0008,103E)"),
    (
        Column {
            name: "ImageType",
            kind: Kind::Texts,
            unit: "",
            meaning: "Image Type (0008,0008)",
        },
        Source::Texts(tags::IMAGE_TYPE),
    ),
    text("ConvolutionKernel", tags::CONVOLUTION_KERNEL, "Convolution Kernel (0018,1210)"),
    text("FrameOfReferenceUID", tags::FRAME_OF_REFERENCE_UID, "Frame of Reference UID (0020,0052)"),
    text("StudyDate", tags::STUDY_DATE, "Study Date (0008,0020), as it was shifted"),
    text("PatientSex", tags::PATIENT_SEX, "Patient's Sex (0010,0040)"),
    text("PatientAge", tags::PATIENT_AGE, "Patient's Age (0010,1010)"),
    (
        Column {
            name: "unit",
            kind: Kind::Text,
            unit: "",
            meaning: "of output values: Rescale Type (0028,1054), Units (0054,1001), Dose Units (3004,0002), or HU of CT",
        },
        Source::Unit,
    ),
    integer("SeriesNumber", tags::SERIES_NUMBER, "Series Number (0020,0011)"),
    integer("InstanceNumber", tags::INSTANCE_NUMBER, "Instance Number (0020,0013)"),
    real(
        "PixelSpacing_row_mm",
        Source::Measure(tags::PIXEL_SPACING, 0),
        "mm",
        "Pixel Spacing (0028,0030) between rows",
    ),
    real(
        "PixelSpacing_col_mm",
        Source::Measure(tags::PIXEL_SPACING, 1),
        "mm",
        "Pixel Spacing (0028,0030) between columns",
    ),
    real(
        "SliceThickness_mm",
        Source::Measure(tags::SLICE_THICKNESS, 0),
        "mm",
        "Slice Thickness (0018,0050)",
    ),
    (
        Column {
            name: "ImageOrientationPatient",
            kind: Kind::Text,
            unit: "",
            meaning: "Image Orientation (Patient) (0020,0037)",
        },
        Source::Orientation,
    ),
    real(
        "ImagePositionPatient_x_mm",
        Source::Real(tags::IMAGE_POSITION_PATIENT, 0),
        "mm",
        "Image Position (Patient) (0020,0032), to the left",
    ),
    real(
        "ImagePositionPatient_y_mm",
        Source::Real(tags::IMAGE_POSITION_PATIENT, 1),
        "mm",
        "Image Position (Patient) (0020,0032), to the back",
    ),
    real(
        "ImagePositionPatient_z_mm",
        Source::Real(tags::IMAGE_POSITION_PATIENT, 2),
        "mm",
        "Image Position (Patient) (0020,0032), to the head",
    ),
    real(
        "pos_normal_mm",
        Source::AlongNormal,
        "mm",
        "the position along the normal of the image plane",
    ),
    real("KVP", Source::Real(tags::KVP, 0), "kV", "KVP (0018,0060)"),
    real("Exposure", Source::Real(tags::EXPOSURE, 0), "mAs", "Exposure (0018,1152)"),
    real("EchoTime", Source::Real(tags::ECHO_TIME, 0), "ms", "Echo Time (0018,0081)"),
    real(
        "RepetitionTime",
        Source::Real(tags::REPETITION_TIME, 0),
        "ms",
        "Repetition Time (0018,0080)",
    ),
    real(
        "MagneticFieldStrength",
        Source::Real(tags::MAGNETIC_FIELD_STRENGTH, 0),
        "T",
        "Magnetic Field Strength (0018,0087)",
    ),
    real(
        "RescaleSlope",
        Source::Transformation(tags::RESCALE_SLOPE),
        "",
        "Rescale Slope (0028,1053)",
    ),
    real(
        "RescaleIntercept",
        Source::Transformation(tags::RESCALE_INTERCEPT),
        "",
        "Rescale Intercept (0028,1052)",
    ),
    real(
        "SpacingBetweenSlices_mm",
        Source::Measure(tags::SPACING_BETWEEN_SLICES, 0),
        "mm",
        "Spacing Between Slices (0018,0088)",
    ),
];

/// The columns of [`Attributes`], in their order.
pub const COLUMNS: [Column; ATTRIBUTES.len()] = {
    let mut columns = [ATTRIBUTES[0].0; ATTRIBUTES.len()];
    let mut at = 1;
    while at < columns.len() {
        columns[at] = ATTRIBUTES[at].0;
        at += 1;
    }
    columns
};

/// The attributes of an instance as it is written, in the order of [`COLUMNS`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attributes(#[serde(deserialize_with = "owned")] pub Vec<Cell<'static>>);

fn owned<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Cell<'static>>, D::Error> {
    let cells = Vec::<Cell<'de>>::deserialize(from)?;
    Ok(cells.into_iter().map(Cell::into_owned).collect())
}

impl Default for Attributes {
    fn default() -> Self {
        Self(vec![Cell::Null; COLUMNS.len()])
    }
}

impl Attributes {
    /// Reads them.
    pub fn of(data_set: &DataSet) -> Self {
        let reader = Reader::new(data_set);
        Self(ATTRIBUTES.iter().map(|(_, source)| reader.cell(*source)).collect())
    }

    /// The text of a column, empty where it is absent.
    pub fn text(&self, name: &str) -> &str {
        match self.get(name) {
            Some(Cell::Text(text)) => text,
            _ => "",
        }
    }

    /// The texts of a column.
    pub fn texts(&self, name: &str) -> &[Cow<'static, str>] {
        match self.get(name) {
            Some(Cell::Texts(texts)) => texts,
            _ => &[],
        }
    }

    /// The integer of a column.
    pub fn integer(&self, name: &str) -> Option<i64> {
        match self.get(name) {
            Some(Cell::Int(number)) => Some(*number),
            _ => None,
        }
    }

    /// The real number of a column.
    pub fn real(&self, name: &str) -> Option<f64> {
        match self.get(name) {
            Some(Cell::Real(number)) => Some(*number),
            _ => None,
        }
    }

    /// Where the image stands, if that is told.
    pub fn geometry(&self) -> Option<Geometry> {
        let spacing = [self.real("PixelSpacing_row_mm")?, self.real("PixelSpacing_col_mm")?];
        let position = [
            self.real("ImagePositionPatient_x_mm")?,
            self.real("ImagePositionPatient_y_mm")?,
            self.real("ImagePositionPatient_z_mm")?,
        ];
        let orientation = orientation(self.text("ImageOrientationPatient"))?;
        Some(Geometry { orientation, position_mm: position, spacing_mm: spacing })
    }

    fn get(&self, name: &str) -> Option<&Cell<'static>> {
        self.0.get(COLUMNS.iter().position(|column| column.name == name)?)
    }
}

/// What an image is counted with.
pub fn group(data_set: &DataSet) -> Group {
    let reader = Reader::new(data_set);
    let text = |tag: Tag| reader.text(tag).unwrap_or_default();
    Group {
        study_uid: text(tags::STUDY_INSTANCE_UID),
        series_uid: text(tags::SERIES_INSTANCE_UID),
        cohort: Cohort {
            modality: modality(data_set),
            manufacturer: text(tags::MANUFACTURER),
            kernel: text(tags::CONVOLUTION_KERNEL),
        },
    }
}

/// Defined terms of Modality (PS3.3 section C.7.3.1.1.1), retired ones included.
const MODALITIES: &str = "ANN AR ASMT AS AU BDUS BI BMD CD CF CP CR CS CT CTPROTOCOL CFM DD DF DG \
    DM DMS DOC DS DSA DX EC ECG EEG EMG EOG EPS ES FA FID FS GM HC HD IO IOL IVOCT IVUS KER KO LEN \
    LP LS M3D MA MG MR MS NM OAM OCT OP OPM OPR OPT OPTBSV OPTENF OPV OSS OT PA PLAN POS PR PT PX \
    REG RESP RF RG RTDOSE RTIMAGE RTINTENT RTPLAN RTRAD RTRECORD RTSEGANN RTSTRUCT RWV SC SEG SM \
    SMR SR SRF ST STAIN TEXTUREMAP TG US VA VF VIDD XA XAPROTOCOL XC";

/// Modality (0008,0060) where it is a defined term, else "OTHER": it is a key of reports, and free
/// text must not come to stand there.
pub fn modality(data_set: &DataSet) -> String {
    let found = data_set.text(tags::MODALITY).unwrap_or_default();
    let term = MODALITIES.split_whitespace().find(|term| *term == found);
    term.unwrap_or("OTHER").to_owned()
}

/// The text of an element in its character set, without the blanks around it; empty where it is absent.
pub fn text_of(data_set: &DataSet, tag: Tag) -> String {
    Reader::new(data_set).text(tag).unwrap_or_default()
}

struct Reader<'a> {
    data_set: &'a DataSet,
    characters: CharacterSet,
}

impl<'a> Reader<'a> {
    fn new(data_set: &'a DataSet) -> Self {
        let characters = CharacterSet::declared(data_set).unwrap_or_default();
        Self { data_set, characters }
    }

    fn cell(&self, source: Source) -> Cell<'static> {
        let real = |number: Option<f64>| number.map_or(Cell::Null, Cell::Real);
        match source {
            Source::Text(tag) => self.text(tag).map_or(Cell::Null, |it| Cell::Text(it.into())),
            Source::Texts(tag) => self.text(tag).map_or(Cell::Null, |values| {
                Cell::Texts(values.split('\\').map(|it| it.trim().to_owned().into()).collect())
            }),
            Source::Integer(tag) => {
                let number = self.data_set.text(tag).and_then(|it| it.parse::<i32>().ok());
                number.map_or(Cell::Null, |number| Cell::Int(number.into()))
            }
            Source::Real(tag, at) => real(number(self.data_set, tag, at)),
            Source::Measure(tag, at) => real(
                number(self.data_set, tag, at)
                    .or_else(|| number(self.shared(tags::PIXEL_MEASURES_SEQUENCE)?, tag, at)),
            ),
            Source::Transformation(tag) => real(number(self.data_set, tag, 0).or_else(|| {
                number(self.shared(tags::PIXEL_VALUE_TRANSFORMATION_SEQUENCE)?, tag, 0)
            })),
            Source::Orientation => {
                let tag = tags::IMAGE_ORIENTATION_PATIENT;
                let shared = || self.shared(tags::PLANE_ORIENTATION_SEQUENCE)?.text(tag);
                let text = self.data_set.text(tag).or_else(shared);
                let text = text.filter(|text| orientation(text).is_some());
                text.map_or(Cell::Null, |text| Cell::Text(text.to_owned().into()))
            }
            Source::Unit => self.unit().map_or(Cell::Null, |unit| Cell::Text(unit.into())),
            Source::AlongNormal => real(self.along_normal()),
        }
    }

    /// The text of an element without the blanks around it and what cannot be shown; `None` where it is empty.
    fn text(&self, tag: Tag) -> Option<String> {
        let text = self.characters.decode(self.data_set.bytes(tag)?);
        let text = text.trim_matches([' ', '\0']);
        let shown = |c: char| if c.is_control() { ' ' } else { c };
        let text: String = text.chars().take(MOST_CHARACTERS).map(shown).collect();
        (!text.is_empty()).then_some(text)
    }

    /// The item of a functional group that all frames share.
    fn shared(&self, tag: Tag) -> Option<&'a DataSet> {
        let groups = self.data_set.sequence(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE)?;
        groups.first()?.sequence(tag)?.first()
    }

    /// PS3.3 section C.11.1.1.2: without a type the output values of CT are Hounsfield units.
    fn unit(&self) -> Option<String> {
        let told = [tags::RESCALE_TYPE, tags::UNITS, tags::DOSE_UNITS];
        let told = told.into_iter().find_map(|tag| self.text(tag));
        told.or_else(|| is_ct_image(self.data_set).then(|| "HU".to_owned()))
    }

    fn along_normal(&self) -> Option<f64> {
        let at = |at| number(self.data_set, tags::IMAGE_POSITION_PATIENT, at);
        let position = [at(0)?, at(1)?, at(2)?];
        let cosines = orientation(self.data_set.text(tags::IMAGE_ORIENTATION_PATIENT)?)?;
        let [row_x, row_y, row_z, column_x, column_y, column_z] = cosines;
        let normal = [
            row_y * column_z - row_z * column_y,
            row_z * column_x - row_x * column_z,
            row_x * column_y - row_y * column_x,
        ];
        let dot = |a: [f64; 3], b: [f64; 3]| a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
        let along = dot(normal, position) / dot(normal, normal).sqrt();
        along.is_finite().then_some(along)
    }
}

/// A value of a decimal string.
fn number(data_set: &DataSet, tag: Tag, at: usize) -> Option<f64> {
    let value = data_set.text(tag)?.split('\\').nth(at)?;
    value.trim().parse().ok().filter(|number: &f64| number.is_finite())
}

/// The direction cosines of the first row and the first column.
fn orientation(text: &str) -> Option<[f64; 6]> {
    let cosines = text.split('\\').map(|value| value.trim().parse::<f64>().ok());
    let cosines: Option<Vec<f64>> = cosines.collect();
    cosines?.try_into().ok().filter(|cosines: &[f64; 6]| cosines.iter().all(|it| it.is_finite()))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use dicom::dictionary_std::uids;

    use super::*;
    use crate::dataset::{Element, VR, Value};

    fn data_set(texts: &[(Tag, VR, &str)]) -> DataSet {
        let mut data_set = DataSet::new();
        for (tag, vr, text) in texts {
            data_set.put_text(*tag, *vr, text);
        }
        data_set
    }

    #[test]
    fn each_column_has_a_name_of_its_own() {
        let names: std::collections::BTreeSet<_> =
            COLUMNS.iter().map(|column| column.name).collect();
        assert_eq!(names.len(), COLUMNS.len());
        assert_eq!(Attributes::of(&DataSet::new()), Attributes::default());
    }

    #[test]
    fn numbers_that_are_none_are_null() {
        let told = data_set(&[
            (tags::KVP, VR::DS, "120 "),
            (tags::ECHO_TIME, VR::DS, "1e999"),
            (tags::REPETITION_TIME, VR::DS, "NaN"),
            (tags::INSTANCE_NUMBER, VR::IS, "-7"),
            (tags::SERIES_NUMBER, VR::IS, "99999999999"),
            (tags::PIXEL_SPACING, VR::DS, "0.5\\0.75"),
            (tags::IMAGE_ORIENTATION_PATIENT, VR::DS, "1\\0\\0\\0\\x\\0"),
        ]);
        let told = Attributes::of(&told);
        assert_eq!((told.real("KVP"), told.real("EchoTime")), (Some(120.0), None));
        assert_eq!(told.real("RepetitionTime"), None);
        assert_eq!(
            (told.integer("InstanceNumber"), told.integer("SeriesNumber")),
            (Some(-7), None)
        );
        let spacing = ["PixelSpacing_row_mm", "PixelSpacing_col_mm"].map(|name| told.real(name));
        assert_eq!(spacing, [Some(0.5), Some(0.75)]);
        assert_eq!(told.text("ImageOrientationPatient"), "");
        assert_eq!(told.geometry(), None);
    }

    #[test]
    fn text_is_decoded_and_shown_on_one_line() {
        let mut told = data_set(&[(tags::SPECIFIC_CHARACTER_SET, VR::CS, "ISO_IR 100")]);
        let value = Value::Bytes(Bytes::from_static(b"M\xFCnchen\tMR \0"));
        told.put(Element { tag: tags::MANUFACTURER, vr: VR::LO, value });
        told.put_text(tags::IMAGE_TYPE, VR::CS, "ORIGINAL\\PRIMARY \\AXIAL");
        let long = "x".repeat(1000);
        told.put_text(tags::SERIES_DESCRIPTION, VR::LO, &long);
        let attributes = Attributes::of(&told);
        assert_eq!(attributes.text("Manufacturer"), "M\u{fc}nchen MR");
        assert_eq!(attributes.texts("ImageType"), ["ORIGINAL", "PRIMARY", "AXIAL"]);
        assert_eq!(attributes.text("SeriesDescription").len(), MOST_CHARACTERS);
        assert_eq!(group(&told).cohort.manufacturer, "M\u{fc}nchen MR");
    }

    #[test]
    fn what_all_frames_share_is_read_from_their_groups() {
        let item = data_set(&[
            (tags::PIXEL_SPACING, VR::DS, "2\\3"),
            (tags::SLICE_THICKNESS, VR::DS, "5"),
        ]);
        let mut groups = DataSet::new();
        groups.put_sequence(tags::PIXEL_MEASURES_SEQUENCE, vec![item]);
        let mut told = data_set(&[(tags::SOP_CLASS_UID, VR::UI, uids::ENHANCED_CT_IMAGE_STORAGE)]);
        told.put_sequence(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE, vec![groups]);
        let attributes = Attributes::of(&told);
        assert_eq!(attributes.real("PixelSpacing_col_mm"), Some(3.0));
        assert_eq!(attributes.real("SliceThickness_mm"), Some(5.0));
        assert_eq!(attributes.text("unit"), "HU", "of CT, where nothing else is said");
    }

    #[test]
    fn the_place_along_the_normal_is_that_of_the_plane() {
        // Rows to the back, columns to the head: the normal points to the left.
        let told = data_set(&[
            (tags::IMAGE_ORIENTATION_PATIENT, VR::DS, "0\\1\\0\\0\\0\\1"),
            (tags::IMAGE_POSITION_PATIENT, VR::DS, "12.5\\-3\\99"),
        ]);
        assert_eq!(Attributes::of(&told).real("pos_normal_mm"), Some(12.5));
    }
}
