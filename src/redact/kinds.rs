//! Which kinds of images may show an identity: the attributes of an instance in, how likely it is that its
//! pixels show text out.

use dicom::dictionary_std::{tags, uids};

use crate::dataset::{DataSet, Tag};

/// How likely it is that text stands in the pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Risk {
    /// Devices write none into images of this kind: nobody looks.
    Low,
    /// Some devices do: the detector looks.
    Raised,
    /// Screens, films, labels, and displays of ultrasound devices, which show text as a rule: what the detector
    /// is unsure of is not let through.
    High,
}

/// SOP classes whose images are captured from screens and papers (PS3.3 section A.8), or are film.
const CAPTURES: [&str; 7] = [
    // Hardcopy Grayscale and Color Image Storage, retired.
    "1.2.840.10008.5.1.1.29",
    "1.2.840.10008.5.1.1.30",
    uids::SECONDARY_CAPTURE_IMAGE_STORAGE,
    uids::MULTI_FRAME_SINGLE_BIT_SECONDARY_CAPTURE_IMAGE_STORAGE,
    uids::MULTI_FRAME_GRAYSCALE_BYTE_SECONDARY_CAPTURE_IMAGE_STORAGE,
    uids::MULTI_FRAME_GRAYSCALE_WORD_SECONDARY_CAPTURE_IMAGE_STORAGE,
    uids::MULTI_FRAME_TRUE_COLOR_SECONDARY_CAPTURE_IMAGE_STORAGE,
];

/// SOP classes of devices that store their display, with a banner of patient and examination as a rule.
const DISPLAYS: [&str; 6] = [
    uids::ULTRASOUND_IMAGE_STORAGE,
    uids::ULTRASOUND_MULTI_FRAME_IMAGE_STORAGE,
    // The same, retired.
    "1.2.840.10008.5.1.4.1.1.6",
    "1.2.840.10008.5.1.4.1.1.3",
    uids::VL_ENDOSCOPIC_IMAGE_STORAGE,
    uids::VIDEO_ENDOSCOPIC_IMAGE_STORAGE,
];

/// SOP classes whose samples are labels, doses and maps, or wait for processing: nobody writes text into
/// them, in whatever colours they are shown.
const COMPUTED: [&str; 7] = [
    uids::RT_DOSE_STORAGE,
    uids::SEGMENTATION_STORAGE,
    // Label Map Segmentation, newer than the dictionary.
    "1.2.840.10008.5.1.4.1.1.66.7",
    uids::PARAMETRIC_MAP_STORAGE,
    uids::BREAST_PROJECTION_X_RAY_IMAGE_STORAGE_FOR_PROCESSING,
    uids::DIGITAL_X_RAY_IMAGE_STORAGE_FOR_PROCESSING,
    uids::DIGITAL_MAMMOGRAPHY_X_RAY_IMAGE_STORAGE_FOR_PROCESSING,
];

/// SOP classes of slices that a scanner makes: no device writes text into them, unless their image type says
/// that they are a screen, or a program has painted them.
const SLICES: [&str; 14] = [
    uids::CT_IMAGE_STORAGE,
    uids::ENHANCED_CT_IMAGE_STORAGE,
    uids::LEGACY_CONVERTED_ENHANCED_CT_IMAGE_STORAGE,
    uids::MR_IMAGE_STORAGE,
    uids::ENHANCED_MR_IMAGE_STORAGE,
    uids::ENHANCED_MR_COLOR_IMAGE_STORAGE,
    uids::LEGACY_CONVERTED_ENHANCED_MR_IMAGE_STORAGE,
    uids::POSITRON_EMISSION_TOMOGRAPHY_IMAGE_STORAGE,
    uids::ENHANCED_PET_IMAGE_STORAGE,
    uids::LEGACY_CONVERTED_ENHANCED_PET_IMAGE_STORAGE,
    uids::X_RAY3_D_ANGIOGRAPHIC_IMAGE_STORAGE,
    uids::X_RAY3_D_CRANIOFACIAL_IMAGE_STORAGE,
    uids::BREAST_TOMOSYNTHESIS_IMAGE_STORAGE,
    uids::VL_WHOLE_SLIDE_MICROSCOPY_IMAGE_STORAGE,
];

/// Words in Image Type (0008,0008) by which devices mark screens and reports.
const SCREENS: [&str; 9] =
    ["SCREEN", "CAPTURE", "DOSE", "REPORT", "PROT", "PASTED", "PRINT", "LABEL", "OVERVIEW"];

/// Modalities of papers, films and what has no other name (PS3.3 section C.7.3.1.1.1).
const PAPERS: [&str; 4] = ["DOC", "HC", "SC", "FID"];

/// The text of an attribute, whatever its character set: what is not ASCII is left out.
fn words(data_set: &DataSet, tag: Tag) -> String {
    let bytes = data_set.bytes(tag).map_or(&[][..], |bytes| &bytes[..]);
    let ascii = bytes.iter().filter(|byte| byte.is_ascii() && **byte != 0);
    let text: String = ascii.map(|byte| char::from(byte.to_ascii_uppercase())).collect();
    text.trim().to_owned()
}

/// How likely it is that an instance shows text.
pub(super) fn risk(data_set: &DataSet) -> Risk {
    let class = words(data_set, tags::SOP_CLASS_UID);
    let image_type = words(data_set, tags::IMAGE_TYPE);
    let modality = words(data_set, tags::MODALITY);
    // How an image came to be digital (PS3.3 section C.8.6.1).
    let conversion = words(data_set, tags::CONVERSION_TYPE);
    let is_screen = SCREENS.iter().any(|word| image_type.contains(word));
    let is_of_paper = ["DF", "SD", "SI", "DV"].contains(&conversion.as_str());
    let has_label = words(data_set, tags::SPECIMEN_LABEL_IN_IMAGE) == "YES";
    if CAPTURES.contains(&class.as_str())
        || DISPLAYS.contains(&class.as_str())
        || is_screen
        || is_of_paper
        || has_label
        || PAPERS.contains(&modality.as_str())
    {
        return Risk::High;
    }
    let is_slide = class == uids::VL_WHOLE_SLIDE_MICROSCOPY_IMAGE_STORAGE;
    // Colours of a scanner's slice are painted by a program, which may have written beside them; a slice of 8
    // bits that is no original was windowed by one.
    let is_painted = data_set.u16(tags::SAMPLES_PER_PIXEL).is_some_and(|samples| samples > 1)
        || words(data_set, tags::PHOTOMETRIC_INTERPRETATION) == "PALETTE COLOR";
    let is_windowed =
        data_set.u16(tags::BITS_ALLOCATED) == Some(8) && image_type.contains("SECONDARY");
    let is_made_by_program = is_painted || is_windowed || !conversion.is_empty();
    let is_slice = SLICES.contains(&class.as_str()) && (is_slide || !is_made_by_program);
    if is_slice || COMPUTED.contains(&class.as_str()) { Risk::Low } else { Risk::Raised }
}

/// Words for the head in Body Part Examined and descriptions, in the languages that they were met in; without
/// the letters that are not ASCII too.
const HEADS: [&str; 20] = [
    "HEAD", "BRAIN", "SKULL", "FACE", "FACIAL", "CRANI", "NEURO", "ORBIT", "SINUS", "KOPF",
    "SCHADEL", "SCHAEDEL", "SCHDEL", "TETE", "CABEZA", "CABECA", "CEREBR", "CRANE", "MAXIL",
    "DENTAL",
];

/// SOP classes of volumes from whose slices a face can be rendered.
const VOLUMES: [&str; 12] = [
    uids::POSITRON_EMISSION_TOMOGRAPHY_IMAGE_STORAGE,
    uids::ENHANCED_PET_IMAGE_STORAGE,
    uids::LEGACY_CONVERTED_ENHANCED_PET_IMAGE_STORAGE,
    uids::X_RAY3_D_ANGIOGRAPHIC_IMAGE_STORAGE,
    uids::CT_IMAGE_STORAGE,
    uids::ENHANCED_CT_IMAGE_STORAGE,
    uids::LEGACY_CONVERTED_ENHANCED_CT_IMAGE_STORAGE,
    uids::MR_IMAGE_STORAGE,
    uids::ENHANCED_MR_IMAGE_STORAGE,
    uids::ENHANCED_MR_COLOR_IMAGE_STORAGE,
    uids::LEGACY_CONVERTED_ENHANCED_MR_IMAGE_STORAGE,
    uids::X_RAY3_D_CRANIOFACIAL_IMAGE_STORAGE,
];

/// Whether a face could be recognised in what the instance shows, or be made of the series (PS3.15 section
/// E.3.2): slices of the head, and photographs.
pub(super) fn may_show_face(data_set: &DataSet) -> bool {
    let class = words(data_set, tags::SOP_CLASS_UID);
    let is_photograph =
        [uids::VL_PHOTOGRAPHIC_IMAGE_STORAGE, uids::VIDEO_PHOTOGRAPHIC_IMAGE_STORAGE]
            .contains(&class.as_str());
    if is_photograph || words(data_set, tags::RECOGNIZABLE_VISUAL_FEATURES) == "YES" {
        return true;
    }
    if !VOLUMES.contains(&class.as_str()) || words(data_set, tags::IMAGE_TYPE).contains("LOCALIZER")
    {
        return false;
    }
    let region = data_set
        .sequence(tags::ANATOMIC_REGION_SEQUENCE)
        .and_then(|items| Some(words(items.first()?, tags::CODE_MEANING)));
    let told = [
        tags::BODY_PART_EXAMINED,
        tags::STUDY_DESCRIPTION,
        tags::SERIES_DESCRIPTION,
        tags::PROTOCOL_NAME,
    ];
    let told = told.into_iter().map(|tag| words(data_set, tag)).chain(region);
    told.into_iter().any(|words| HEADS.iter().any(|head| words.contains(head)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::VR;

    fn instance(class: &str, image_type: &str) -> DataSet {
        let mut data_set = DataSet::new();
        data_set.put_text(tags::SOP_CLASS_UID, VR::UI, class);
        data_set.put_text(tags::IMAGE_TYPE, VR::CS, image_type);
        data_set
    }

    #[test]
    fn screens_are_told_from_slices_and_from_what_devices_may_write_on() {
        let of = |class, image_type| risk(&instance(class, image_type));
        assert_eq!(of(uids::CT_IMAGE_STORAGE, "ORIGINAL\\PRIMARY\\AXIAL"), Risk::Low);
        assert_eq!(of(uids::CT_IMAGE_STORAGE, "DERIVED\\SECONDARY\\SCREEN SAVE"), Risk::High);
        assert_eq!(of(uids::SECONDARY_CAPTURE_IMAGE_STORAGE, ""), Risk::High);
        assert_eq!(of(uids::ULTRASOUND_IMAGE_STORAGE, "ORIGINAL\\PRIMARY"), Risk::High);
        assert_eq!(of(uids::COMPUTED_RADIOGRAPHY_IMAGE_STORAGE, "ORIGINAL\\PRIMARY"), Risk::Raised);
        assert_eq!(
            of(uids::VL_WHOLE_SLIDE_MICROSCOPY_IMAGE_STORAGE, "ORIGINAL\\PRIMARY\\VOLUME\\NONE"),
            Risk::Low
        );
        assert_eq!(
            of(uids::VL_WHOLE_SLIDE_MICROSCOPY_IMAGE_STORAGE, "ORIGINAL\\PRIMARY\\LABEL\\NONE"),
            Risk::High
        );
        assert_eq!(of("1.2.3", ""), Risk::Raised);
        assert_eq!(
            of(uids::CT_IMAGE_STORAGE, "DERIVED\\SECONDARY\\OTHER\\CT_SOM5 PROT"),
            Risk::High
        );
        assert_eq!(of(uids::MR_IMAGE_STORAGE, "DERIVED\\SECONDARY\\MPR"), Risk::Low);
        let mut map = instance(uids::PARAMETRIC_MAP_STORAGE, "DERIVED\\PRIMARY");
        map.put_text(tags::MODALITY, VR::CS, "OT");
        map.put_text(tags::PHOTOMETRIC_INTERPRETATION, VR::CS, "PALETTE COLOR");
        assert_eq!(risk(&map), Risk::Low);
        let mut slide = instance(uids::VL_WHOLE_SLIDE_MICROSCOPY_IMAGE_STORAGE, "THUMBNAIL");
        slide.put_text(tags::SPECIMEN_LABEL_IN_IMAGE, VR::CS, "YES");
        assert_eq!(risk(&slide), Risk::High);
        let mut saved = instance(uids::CT_IMAGE_STORAGE, "DERIVED\\SECONDARY");
        saved.put_text(tags::CONVERSION_TYPE, VR::CS, "WSD");
        assert_eq!(risk(&saved), Risk::Raised);
        let mut painted = instance(uids::MR_IMAGE_STORAGE, "DERIVED\\SECONDARY");
        painted.put_u16(tags::SAMPLES_PER_PIXEL, 3);
        assert_eq!(risk(&painted), Risk::Raised);
        let mut painted = instance(uids::CT_IMAGE_STORAGE, "ORIGINAL\\PRIMARY");
        painted.put_text(tags::PHOTOMETRIC_INTERPRETATION, VR::CS, "PALETTE COLOR");
        assert_eq!(risk(&painted), Risk::Raised);
    }

    #[test]
    fn heads_are_known_by_what_is_said_of_them() {
        let mut head = instance(uids::MR_IMAGE_STORAGE, "ORIGINAL\\PRIMARY");
        assert!(!may_show_face(&head));
        head.put_text(tags::STUDY_DESCRIPTION, VR::LO, "MRT Sch\u{e4}del, Kopf nativ");
        assert!(may_show_face(&head));
        head.put_text(tags::IMAGE_TYPE, VR::CS, "ORIGINAL\\PRIMARY\\LOCALIZER");
        assert!(!may_show_face(&head));
        assert!(may_show_face(&instance(uids::VL_PHOTOGRAPHIC_IMAGE_STORAGE, "")));
        let mut chest = instance(uids::CT_IMAGE_STORAGE, "ORIGINAL\\PRIMARY");
        chest.put_text(tags::BODY_PART_EXAMINED, VR::CS, "CHEST");
        assert!(!may_show_face(&chest));
    }
}
