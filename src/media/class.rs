//! Which type of directory record refers to an instance (PS3.3 section F.4), by its SOP class.

use super::keys::PRIVATE;

/// SOP classes, by what stands behind [`STORAGE`] in their UIDs; one that ends in a dot is a family.
/// The first that fits counts. All others are images, where they have pixels.
pub(super) const CLASSES: &[(&str, &str)] = &[
    ("4.2", "SPECTROSCOPY"),
    // Waveform presentation states are no waveforms.
    ("9.100.", PRIVATE),
    ("9.", "WAVEFORM"),
    ("11.", "PRESENTATION"),
    ("30", "IMAGE"),
    ("66", "RAW DATA"),
    ("66.1", "REGISTRATION"),
    ("66.2", "FIDUCIAL"),
    ("66.3", "REGISTRATION"),
    ("66.5", "SURFACE"),
    ("66.6", "TRACT"),
    ("67", "VALUE MAP"),
    ("68.", "SURFACE SCAN"),
    ("77.1.5.3", "STEREOMETRIC"),
    ("78.6", "SR DOCUMENT"),
    ("78.", "MEASUREMENT"),
    ("79.1", "SR DOCUMENT"),
    ("80.1", "MEASUREMENT"),
    ("88.59", "KEY OBJECT DOC"),
    ("88.", "SR DOCUMENT"),
    ("90.1", "ASSESSMENT"),
    ("91.1", "ANNOTATION"),
    ("104.", "ENCAP DOC"),
    ("131", "PRESENTATION"),
    ("481.1", "IMAGE"),
    ("481.2", "RT DOSE"),
    ("481.3", "RT STRUCTURE SET"),
    ("481.4", "RT TREAT RECORD"),
    ("481.5", "RT PLAN"),
    ("481.6", "RT TREAT RECORD"),
    ("481.7", "RT TREAT RECORD"),
    ("481.8", "RT PLAN"),
    ("481.9", "RT TREAT RECORD"),
    // Enhanced RT images.
    ("481.23", "IMAGE"),
    ("481.24", "IMAGE"),
    // The second generation of radiotherapy objects.
    ("481.", "RADIOTHERAPY"),
];

/// The root of the storage SOP classes.
const STORAGE: &str = "1.2.840.10008.5.1.4.1.1.";
/// RT Beams Delivery Instruction, and that of brachytherapy.
const PLANS: [&str; 3] =
    ["1.2.840.10008.5.1.4.34.1", "1.2.840.10008.5.1.4.34.7", "1.2.840.10008.5.1.4.34.10"];

/// The type of the record that refers to an instance.
pub(super) fn record_type(sop_class_uid: &str, is_image: bool) -> &'static str {
    if PLANS.contains(&sop_class_uid) {
        return "PLAN";
    }
    let fits =
        |class: &str, end: &str| end == class || (class.ends_with('.') && end.starts_with(class));
    let end = sop_class_uid.strip_prefix(STORAGE);
    let listed = end.and_then(|end| CLASSES.iter().find(|(class, _)| fits(class, end)));
    match listed {
        Some((_, record_type)) => record_type,
        None if is_image => "IMAGE",
        None => PRIVATE,
    }
}

#[cfg(test)]
mod tests {
    use dicom::dictionary_std::uids;

    use super::*;

    #[test]
    fn the_class_tells_the_type() {
        for (class, is_image, expected) in [
            (uids::CT_IMAGE_STORAGE, true, "IMAGE"),
            (uids::SEGMENTATION_STORAGE, true, "IMAGE"),
            (uids::PARAMETRIC_MAP_STORAGE, true, "IMAGE"),
            (uids::RT_IMAGE_STORAGE, true, "IMAGE"),
            (uids::RT_DOSE_STORAGE, true, "RT DOSE"),
            (uids::RT_STRUCTURE_SET_STORAGE, false, "RT STRUCTURE SET"),
            (uids::RT_ION_PLAN_STORAGE, false, "RT PLAN"),
            (uids::COMPREHENSIVE3_DSR_STORAGE, false, "SR DOCUMENT"),
            (uids::KEY_OBJECT_SELECTION_DOCUMENT_STORAGE, false, "KEY OBJECT DOC"),
            (uids::GRAYSCALE_SOFTCOPY_PRESENTATION_STATE_STORAGE, false, "PRESENTATION"),
            (uids::REAL_WORLD_VALUE_MAPPING_STORAGE, false, "VALUE MAP"),
            (uids::RAW_DATA_STORAGE, false, "RAW DATA"),
            (uids::SPATIAL_REGISTRATION_STORAGE, false, "REGISTRATION"),
            (uids::TWELVE_LEAD_ECG_WAVEFORM_STORAGE, false, "WAVEFORM"),
            (uids::ENCAPSULATED_PDF_STORAGE, false, "ENCAP DOC"),
            ("1.2.3.4", true, "IMAGE"),
            ("1.2.3.4", false, PRIVATE),
        ] {
            assert_eq!(record_type(class, is_image), expected, "{class}");
        }
    }
}
