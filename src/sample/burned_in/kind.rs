//! The kinds of files: which device, which SOP class, how large, in which family of pixels.

use dicom::dictionary_std::uids;

use super::super::random::Source;
use super::form::Family;

/// What a file imitates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    UltrasoundBanner,
    UltrasoundCine,
    UltrasoundPlain,
    Screen,
    DoseScreen,
    Film,
    Angiography,
    Fluoroscopy,
    ComputedRadiography,
    DigitalRadiography,
    Mammography,
    CtCapture,
    MrCapture,
}

impl Kind {
    pub(super) const ALL: [Self; 13] = [
        Self::UltrasoundBanner,
        Self::ComputedRadiography,
        Self::Screen,
        Self::CtCapture,
        Self::UltrasoundCine,
        Self::DigitalRadiography,
        Self::DoseScreen,
        Self::Angiography,
        Self::UltrasoundPlain,
        Self::MrCapture,
        Self::Film,
        Self::Mammography,
        Self::Fluoroscopy,
    ];

    /// The name of its folder.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::UltrasoundBanner => "us-banner",
            Self::UltrasoundCine => "us-cine",
            Self::UltrasoundPlain => "us-plain",
            Self::Screen => "sc-screen",
            Self::DoseScreen => "ct-dose",
            Self::Film => "sc-film",
            Self::Angiography => "xa",
            Self::Fluoroscopy => "rf",
            Self::ComputedRadiography => "cr",
            Self::DigitalRadiography => "dx",
            Self::Mammography => "mg",
            Self::CtCapture => "sc-ct",
            Self::MrCapture => "sc-mr",
        }
    }

    pub(super) fn sop_class(self) -> &'static str {
        match self {
            Self::UltrasoundBanner | Self::UltrasoundPlain => uids::ULTRASOUND_IMAGE_STORAGE,
            Self::UltrasoundCine => uids::ULTRASOUND_MULTI_FRAME_IMAGE_STORAGE,
            Self::Angiography => uids::X_RAY_ANGIOGRAPHIC_IMAGE_STORAGE,
            Self::Fluoroscopy => uids::X_RAY_RADIOFLUOROSCOPIC_IMAGE_STORAGE,
            Self::ComputedRadiography => uids::COMPUTED_RADIOGRAPHY_IMAGE_STORAGE,
            Self::DigitalRadiography => uids::DIGITAL_X_RAY_IMAGE_STORAGE_FOR_PRESENTATION,
            Self::Mammography => uids::DIGITAL_MAMMOGRAPHY_X_RAY_IMAGE_STORAGE_FOR_PRESENTATION,
            Self::Screen | Self::DoseScreen | Self::Film | Self::CtCapture | Self::MrCapture => {
                uids::SECONDARY_CAPTURE_IMAGE_STORAGE
            }
        }
    }

    /// Modality (0008,0060).
    pub(super) fn modality(self) -> &'static str {
        match self {
            Self::UltrasoundBanner | Self::UltrasoundCine | Self::UltrasoundPlain => "US",
            Self::Screen | Self::Film => "OT",
            Self::DoseScreen | Self::CtCapture => "CT",
            Self::MrCapture => "MR",
            Self::Angiography => "XA",
            Self::Fluoroscopy => "RF",
            Self::ComputedRadiography => "CR",
            Self::DigitalRadiography => "DX",
            Self::Mammography => "MG",
        }
    }

    pub(super) fn family(self) -> Family {
        match self {
            Self::UltrasoundBanner
            | Self::UltrasoundCine
            | Self::UltrasoundPlain
            | Self::Screen
            | Self::DoseScreen => Family::Display,
            Self::Angiography | Self::Fluoroscopy => Family::Video,
            Self::ComputedRadiography
            | Self::DigitalRadiography
            | Self::Mammography
            | Self::Film => Family::Radiograph,
            Self::CtCapture | Self::MrCapture => Family::Slice,
        }
    }

    /// Width and height.
    pub(super) fn size(self, source: &mut Source) -> (usize, usize) {
        let sizes: &[(usize, usize)] = match self {
            Self::UltrasoundBanner | Self::UltrasoundPlain => {
                &[(640, 480), (800, 600), (1024, 768), (636, 422)]
            }
            Self::UltrasoundCine => &[(400, 300), (640, 480)],
            Self::Screen => &[(640, 480), (800, 600), (1024, 768), (512, 512)],
            Self::DoseScreen => &[(512, 512), (640, 512), (512, 512)],
            Self::Film => &[(700, 860), (512, 620), (1000, 820)],
            Self::Angiography => &[(512, 512), (512, 512), (768, 768)],
            Self::Fluoroscopy => &[(512, 512), (640, 640), (400, 400)],
            Self::ComputedRadiography => &[(720, 880), (880, 720), (600, 760), (1000, 1000)],
            Self::DigitalRadiography => &[(900, 900), (760, 940), (600, 720), (1024, 768)],
            Self::Mammography => &[(600, 760), (768, 1000)],
            Self::CtCapture => &[(512, 512), (512, 512), (640, 512), (768, 768)],
            Self::MrCapture => &[(256, 256), (512, 512), (384, 384), (320, 320)],
        };
        // A few radiographs have the size that they come in.
        let is_large = matches!(self, Self::ComputedRadiography | Self::DigitalRadiography)
            && source.below(8) == 0;
        if is_large { (2048, 1780) } else { sizes[source.below(sizes.len() as u32) as usize] }
    }

    pub(super) fn frames(self, source: &mut Source) -> usize {
        match self {
            Self::UltrasoundCine => 3 + source.below(4) as usize,
            Self::Angiography | Self::Fluoroscopy if source.below(2) == 0 => {
                2 + source.below(4) as usize
            }
            _ => 1,
        }
    }
}
