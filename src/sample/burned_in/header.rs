//! The header: whom a file is about and what it shows in, the data set without its pixels out.

use dicom::dictionary_std::tags;

use super::super::header::{Identities, code, person_and_place};
use super::super::plan::Slice;
use super::form::{Coding, Form};
use super::kind::Kind;
use super::layout::Scene;
use super::words::Words;
use crate::area::Rectangle;
use crate::dataset::{DataSet, Element, Tag, VR, Value, encode_data_set};

/// Milliseconds between two frames.
const FRAME_TIME: &str = "66.7";

/// What the header says of text in the pixels: the truth, a lie or nothing.
pub(super) type BurnedIn = Option<&'static str>;

/// The data set; it is written in UTF-8, whatever the patient's character set was.
pub(super) fn data_set(
    seed: u64,
    index: u64,
    kind: Kind,
    form: &Form,
    scene: &Scene,
    words: &Words,
    burned_in: BurnedIn,
) -> DataSet {
    let slice = place(index);
    let mut identities = Identities::of(seed, &slice);
    (identities.patient.birth_date, identities.patient.birth_year) = words.dicom_birth();
    (identities.study.date, identities.study.year) = words.dicom_study();
    identities.patient.name = words.dicom_name();
    identities.patient.id.clone_from(&words.id);
    identities.study.accession.clone_from(&words.accession);
    identities.study.institution.clone_from(&words.hospital);
    let mut data_set = person_and_place(&identities, &slice);
    let time = format!("{:02}1430.500000", identities.study.hour);
    let date = &identities.study.date;
    let number = (index + 1).to_string();
    for (tag, vr, text) in [
        (tags::SPECIFIC_CHARACTER_SET, VR::CS, "ISO_IR 192"),
        (tags::SOP_CLASS_UID, VR::UI, kind.sop_class()),
        (tags::SOP_INSTANCE_UID, VR::UI, &identities.instance.uid),
        (tags::MODALITY, VR::CS, kind.modality()),
        (tags::IMAGE_TYPE, VR::CS, image_type(kind)),
        (tags::INSTANCE_NUMBER, VR::IS, &number),
        (tags::CONTENT_DATE, VR::DA, date),
        (tags::CONTENT_TIME, VR::TM, &time),
        (tags::ACQUISITION_DATE, VR::DA, date),
        (tags::ACQUISITION_TIME, VR::TM, &time),
        (tags::MANUFACTURER_MODEL_NAME, VR::LO, "Phantom B"),
        (tags::BODY_PART_EXAMINED, VR::CS, body_part(kind)),
        (tags::STUDY_DESCRIPTION, VR::LO, "Examination"),
        (tags::PATIENT_ORIENTATION, VR::CS, ""),
        (tags::LOSSY_IMAGE_COMPRESSION, VR::CS, "00"),
    ] {
        data_set.put_text(tag, vr, text);
    }
    for tag in [tags::FRAME_OF_REFERENCE_UID, tags::POSITION_REFERENCE_INDICATOR, tags::GANTRY_ID] {
        data_set.remove(tag);
    }
    if let Some(value) = burned_in {
        data_set.put_text(tags::BURNED_IN_ANNOTATION, VR::CS, value);
    }
    if let Coding::JpegBaseline(_) = form.coding {
        data_set.put_text(tags::LOSSY_IMAGE_COMPRESSION, VR::CS, "01");
        data_set.put_text(tags::LOSSY_IMAGE_COMPRESSION_RATIO, VR::DS, "8");
        data_set.put_text(tags::LOSSY_IMAGE_COMPRESSION_METHOD, VR::CS, "ISO_10918_1");
    }
    put_kind(&mut data_set, kind, form);
    put_frames(&mut data_set, kind, scene.frames.len());
    if let Some(area) = scene.region {
        data_set.put_sequence(tags::SEQUENCE_OF_ULTRASOUND_REGIONS, vec![region(area)]);
    }
    data_set
}

/// Each file is about a patient of its own.
fn place(index: u64) -> Slice {
    Slice {
        instance: index,
        patient: index,
        study: index,
        series: index,
        study_of_patient: 0,
        series_of_study: 0,
        position: 0,
        slices: 1,
    }
}

fn image_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Screen | Kind::DoseScreen | Kind::Film => "DERIVED\\SECONDARY",
        Kind::CtCapture | Kind::MrCapture => "DERIVED\\SECONDARY\\OTHER",
        Kind::Angiography | Kind::Fluoroscopy => "ORIGINAL\\PRIMARY\\SINGLE PLANE",
        Kind::DigitalRadiography | Kind::Mammography => "ORIGINAL\\PRIMARY\\",
        _ => "ORIGINAL\\PRIMARY",
    }
}

fn body_part(kind: Kind) -> &'static str {
    match kind {
        Kind::MrCapture => "HEAD",
        Kind::Mammography => "BREAST",
        Kind::UltrasoundBanner | Kind::UltrasoundCine | Kind::UltrasoundPlain => "ABDOMEN",
        _ => "CHEST",
    }
}

/// What the modules of the kind want (PS3.3 section C.8).
fn put_kind(data_set: &mut DataSet, kind: Kind, form: &Form) {
    let rows: &[(Tag, VR, &str)] = match kind {
        Kind::Screen | Kind::DoseScreen | Kind::CtCapture | Kind::MrCapture => {
            &[(tags::CONVERSION_TYPE, VR::CS, "WSD")]
        }
        Kind::Film => &[(tags::CONVERSION_TYPE, VR::CS, "DF")],
        Kind::Angiography | Kind::Fluoroscopy => &[
            (tags::PIXEL_INTENSITY_RELATIONSHIP, VR::CS, "LIN"),
            (tags::KVP, VR::DS, "75"),
            (tags::EXPOSURE_TIME, VR::IS, "12"),
            (tags::X_RAY_TUBE_CURRENT, VR::IS, "310"),
            (tags::POSITIONER_PRIMARY_ANGLE, VR::DS, "0"),
            (tags::POSITIONER_SECONDARY_ANGLE, VR::DS, "0"),
            (tags::RADIATION_SETTING, VR::CS, "GR"),
            (tags::POSITIONER_MOTION, VR::CS, "STATIC"),
        ],
        Kind::ComputedRadiography => &[
            (tags::VIEW_POSITION, VR::CS, "PA"),
            (tags::KVP, VR::DS, "110"),
            (tags::PLATE_TYPE, VR::SH, "STANDARD"),
        ],
        Kind::DigitalRadiography | Kind::Mammography => &[
            (tags::PRESENTATION_INTENT_TYPE, VR::CS, "FOR PRESENTATION"),
            (tags::PIXEL_INTENSITY_RELATIONSHIP, VR::CS, "LOG"),
            (tags::PATIENT_ORIENTATION, VR::CS, "L\\F"),
            (tags::IMAGE_LATERALITY, VR::CS, if kind == Kind::Mammography { "L" } else { "U" }),
            (tags::IMAGER_PIXEL_SPACING, VR::DS, "0.15\\0.15"),
            (tags::POSITIONER_TYPE, VR::CS, "NONE"),
            (tags::DETECTOR_TYPE, VR::CS, "DIRECT"),
            (tags::RESCALE_INTERCEPT, VR::DS, "0"),
            (tags::RESCALE_SLOPE, VR::DS, "1"),
            (tags::RESCALE_TYPE, VR::LO, "US"),
        ],
        Kind::UltrasoundBanner | Kind::UltrasoundCine | Kind::UltrasoundPlain => {
            &[(tags::TRANSDUCER_TYPE, VR::CS, "SECTOR_PHASED")]
        }
    };
    for (tag, vr, text) in rows {
        data_set.put_text(*tag, *vr, text);
    }
    if matches!(kind, Kind::DigitalRadiography | Kind::Mammography) {
        put_anatomy(data_set, kind);
        let sign = if form.photometric == "MONOCHROME1" { "INVERSE" } else { "IDENTITY" };
        data_set.put_text(tags::PRESENTATION_LUT_SHAPE, VR::CS, sign);
    }
    if form.allocated == 16 {
        let range = 1_u32 << form.stored;
        let middle = if form.is_signed { 0 } else { range / 2 };
        data_set.put_text(tags::WINDOW_CENTER, VR::DS, &middle.to_string());
        data_set.put_text(tags::WINDOW_WIDTH, VR::DS, &range.to_string());
    }
}

/// What digital radiographs say of the part of the body (PS3.3 sections C.8.11.1 and C.8.11.7).
fn put_anatomy(data_set: &mut DataSet, kind: Kind) {
    let mut region = code("51185008", "SCT", "Chest");
    if kind == Kind::Mammography {
        region = code("76752008", "SCT", "Breast");
        let mut view = code("399162004", "SCT", "cranio-caudal");
        view.put_sequence(tags::VIEW_MODIFIER_CODE_SEQUENCE, Vec::new());
        data_set.put_sequence(tags::VIEW_CODE_SEQUENCE, vec![view]);
        data_set.put_text(tags::ORGAN_EXPOSED, VR::CS, "BREAST");
    }
    data_set.put_sequence(tags::ANATOMIC_REGION_SEQUENCE, vec![region]);
    data_set.put_sequence(tags::ACQUISITION_CONTEXT_SEQUENCE, Vec::new());
    let sign = Value::Bytes(1_i16.to_le_bytes().to_vec().into());
    let tag = tags::PIXEL_INTENSITY_RELATIONSHIP_SIGN;
    data_set.put(Element { tag, vr: VR::SS, value: sign });
}

fn put_frames(data_set: &mut DataSet, kind: Kind, frames: usize) {
    let is_multiple =
        matches!(kind, Kind::UltrasoundCine | Kind::Angiography | Kind::Fluoroscopy) && frames > 1;
    if !is_multiple {
        return;
    }
    data_set.put_text(tags::NUMBER_OF_FRAMES, VR::IS, &frames.to_string());
    data_set.put_text(tags::FRAME_TIME, VR::DS, FRAME_TIME);
    let Tag(group, element) = tags::FRAME_TIME;
    let pointer = [group.to_le_bytes(), element.to_le_bytes()].concat();
    let value = Value::Bytes(pointer.into());
    data_set.put(Element { tag: tags::FRAME_INCREMENT_POINTER, vr: VR::AT, value });
}

/// An item of Sequence of Ultrasound Regions (PS3.3 section C.8.5.5): tissue in two dimensions.
fn region(area: Rectangle) -> DataSet {
    let mut item = DataSet::new();
    item.put_u16(tags::REGION_SPATIAL_FORMAT, 1);
    item.put_u16(tags::REGION_DATA_TYPE, 1);
    item.put_u16(tags::PHYSICAL_UNITS_X_DIRECTION, 3);
    item.put_u16(tags::PHYSICAL_UNITS_Y_DIRECTION, 3);
    for (tag, number) in [
        (tags::REGION_FLAGS, 0),
        (tags::REGION_LOCATION_MIN_X0, area.x),
        (tags::REGION_LOCATION_MIN_Y0, area.y),
        (tags::REGION_LOCATION_MAX_X1, area.right() - 1),
        (tags::REGION_LOCATION_MAX_Y1, area.bottom() - 1),
    ] {
        let value = Value::Bytes(number.to_le_bytes().to_vec().into());
        item.put(Element { tag, vr: VR::UL, value });
    }
    for tag in [tags::PHYSICAL_DELTA_X, tags::PHYSICAL_DELTA_Y] {
        let value = Value::Bytes(0.025_f64.to_le_bytes().to_vec().into());
        item.put(Element { tag, vr: VR::FD, value });
    }
    item
}

/// The file: preamble, File Meta Information, data set.
pub(super) fn file(data_set: &DataSet, transfer_syntax: &str) -> Vec<u8> {
    let mut meta = DataSet::new();
    let version = Value::Bytes(vec![0, 1].into());
    meta.put(Element { tag: Tag(0x0002, 0x0001), vr: VR::OB, value: version });
    let uid = |tag| data_set.text(tag).unwrap_or_default();
    meta.put_text(Tag(0x0002, 0x0002), VR::UI, uid(tags::SOP_CLASS_UID));
    meta.put_text(Tag(0x0002, 0x0003), VR::UI, uid(tags::SOP_INSTANCE_UID));
    meta.put_text(Tag(0x0002, 0x0010), VR::UI, transfer_syntax);
    meta.put_text(Tag(0x0002, 0x0012), VR::UI, "2.25.1");
    meta.put_text(Tag(0x0002, 0x0013), VR::SH, "SYNTHETIC 1.0");
    let mut body = Vec::with_capacity(256);
    encode_data_set(&meta, &mut body);
    let mut out = vec![0; 128];
    out.extend_from_slice(b"DICM\x02\0\0\0UL\x04\0");
    out.extend_from_slice(&(body.len() as u32).to_le_bytes());
    out.extend_from_slice(&body);
    encode_data_set(data_set, &mut out);
    out
}
