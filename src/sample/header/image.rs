//! The modules of PS3.3 sections C.7.6, C.8.2 and C.12: image, plane, pixel, CT, SOP Common.

use dicom::dictionary_std::{tags, uids};

use super::{reference, rows};
use crate::dataset::{DataSet, VR};
use crate::sample::identity::{Instance, Series, Study};
use crate::sample::plan::SIDE;
use crate::sample::plan::Slice;

/// Distance of two slices, in tenths of a millimetre.
const SPACING_TENTHS: i64 = 25;

/// General Image and SOP Common Modules.
pub(super) fn put_image(
    data_set: &mut DataSet,
    study: &Study,
    series: &Series,
    instance: &Instance,
    slice: &Slice,
) {
    let second = slice.position;
    let (minute, second) = (20 + second / 60, second % 60);
    let time = format!("{:02}{minute:02}{second:02}.125000", study.hour);
    rows(
        data_set,
        &[
            (tags::IMAGE_TYPE, VR::CS, "ORIGINAL\\PRIMARY\\AXIAL"),
            (tags::INSTANCE_CREATION_DATE, VR::DA, &study.date),
            (tags::INSTANCE_CREATION_TIME, VR::TM, &time),
            (tags::INSTANCE_CREATOR_UID, VR::UI, &study.creator_uid),
            (tags::SOP_CLASS_UID, VR::UI, uids::CT_IMAGE_STORAGE),
            (tags::SOP_INSTANCE_UID, VR::UI, &instance.uid),
            (tags::ACQUISITION_DATE, VR::DA, &study.date),
            (tags::ACQUISITION_TIME, VR::TM, &time),
            (tags::ACQUISITION_DATE_TIME, VR::DT, &format!("{}{time}", study.date)),
            (tags::CONTENT_DATE, VR::DA, &study.date),
            (tags::CONTENT_TIME, VR::TM, &time),
            (tags::TIMEZONE_OFFSET_FROM_UTC, VR::SH, "-0300"),
            (tags::INSTANCE_NUMBER, VR::IS, &(slice.position + 1).to_string()),
            (tags::ACQUISITION_NUMBER, VR::IS, "1"),
            (tags::IRRADIATION_EVENT_UID, VR::UI, &series.irradiation_uid),
            (tags::IMAGE_COMMENTS, VR::LT, &instance.comments),
            (tags::BURNED_IN_ANNOTATION, VR::CS, "NO"),
            (tags::LOSSY_IMAGE_COMPRESSION, VR::CS, "00"),
        ],
    );
    let localizer = reference(uids::CT_IMAGE_STORAGE, &series.localizer_uid);
    data_set.put_sequence(tags::REFERENCED_IMAGE_SEQUENCE, vec![localizer]);
}

/// Image Plane Module: 360 mm across, head first, supine, towards the feet.
pub(super) fn put_plane(data_set: &mut DataSet, slice: &Slice) {
    let tenths = -1200 - SPACING_TENTHS * slice.position as i64;
    let location = format!("{}.{}", tenths / 10, tenths.abs() % 10);
    rows(
        data_set,
        &[
            (tags::PIXEL_SPACING, VR::DS, "0.703125\\0.703125"),
            (tags::IMAGE_ORIENTATION_PATIENT, VR::DS, "1\\0\\0\\0\\1\\0"),
            (tags::IMAGE_POSITION_PATIENT, VR::DS, &format!("-180\\-180\\{location}")),
            (tags::SLICE_THICKNESS, VR::DS, "2.5"),
            (tags::SLICE_LOCATION, VR::DS, &location),
        ],
    );
}

/// Image Pixel and VOI LUT Modules; the pixels themselves come later.
pub(super) fn put_pixel(data_set: &mut DataSet) {
    data_set.put_u16(tags::SAMPLES_PER_PIXEL, 1);
    data_set.put_text(tags::PHOTOMETRIC_INTERPRETATION, VR::CS, "MONOCHROME2");
    data_set.put_u16(tags::ROWS, SIDE as u16);
    data_set.put_u16(tags::COLUMNS, SIDE as u16);
    data_set.put_u16(tags::BITS_ALLOCATED, 16);
    data_set.put_u16(tags::BITS_STORED, 12);
    data_set.put_u16(tags::HIGH_BIT, 11);
    data_set.put_u16(tags::PIXEL_REPRESENTATION, 0);
    data_set.put_text(tags::WINDOW_CENTER, VR::DS, "40");
    data_set.put_text(tags::WINDOW_WIDTH, VR::DS, "400");
}

/// CT Image Module.
pub(super) fn put_ct(data_set: &mut DataSet) {
    rows(
        data_set,
        &[
            (tags::RESCALE_INTERCEPT, VR::DS, "-1024"),
            (tags::RESCALE_SLOPE, VR::DS, "1"),
            (tags::RESCALE_TYPE, VR::LO, "HU"),
            (tags::KVP, VR::DS, "120"),
            (tags::SCAN_OPTIONS, VR::CS, "HELICAL"),
            (tags::DATA_COLLECTION_DIAMETER, VR::DS, "500"),
            (tags::RECONSTRUCTION_DIAMETER, VR::DS, "360"),
            (tags::DISTANCE_SOURCE_TO_DETECTOR, VR::DS, "1040"),
            (tags::DISTANCE_SOURCE_TO_PATIENT, VR::DS, "570"),
            (tags::GANTRY_DETECTOR_TILT, VR::DS, "0"),
            (tags::TABLE_HEIGHT, VR::DS, "155"),
            (tags::ROTATION_DIRECTION, VR::CS, "CW"),
            (tags::EXPOSURE_TIME, VR::IS, "500"),
            (tags::X_RAY_TUBE_CURRENT, VR::IS, "220"),
            (tags::EXPOSURE, VR::IS, "110"),
            (tags::FILTER_TYPE, VR::SH, "FLAT"),
            (tags::CONVOLUTION_KERNEL, VR::SH, "STANDARD"),
        ],
    );
}
