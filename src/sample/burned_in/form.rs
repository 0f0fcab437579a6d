//! The forms of pixels: a family of devices and a turn in, photometric interpretation, bits and
//! codestream out.

use super::super::random::Source;

/// How samples are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    Native,
    JpegLs,
    JpegLossless,
    Rle,
    #[cfg(feature = "jpeg-2000")]
    Jpeg2000,
    JpegBaseline(Jpeg),
}

/// What an encoder of JPEG baseline is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Jpeg {
    pub(super) quality: u8,
    pub(super) sampling: Sampling,
    /// Whether the Huffman tables are made for the image.
    pub(super) is_optimised: bool,
}

/// How many pixels share a sample of chroma.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sampling {
    None,
    Across,
    AcrossAndDown,
}

/// What a stored sample means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Form {
    /// Photometric Interpretation (0028,0004) before it is coded.
    pub(super) photometric: &'static str,
    pub(super) allocated: u16,
    pub(super) stored: u16,
    pub(super) is_signed: bool,
    pub(super) planar: u16,
    pub(super) coding: Coding,
}

impl Form {
    /// Whether frames are painted in colour.
    pub(super) fn is_coloured(&self) -> bool {
        !self.photometric.starts_with("MONOCHROME")
    }

    /// Samples per Pixel (0028,0002).
    pub(super) fn components(&self) -> usize {
        if self.is_coloured() && self.photometric != "PALETTE COLOR" { 3 } else { 1 }
    }
}

/// What the devices of one kind write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    /// Ultrasound and screens: 8 bits, in colour or not.
    Display,
    /// Fluoroscopy: 8 to 12 bits of grey.
    Video,
    /// Radiographs: 10 to 16 bits, white bone or black.
    Radiograph,
    /// Cross-sections: 8, 12 and 16 bits, signed too.
    Slice,
}

/// Photometric interpretation, bits allocated, bits stored, signed, planar configuration.
type Pixels = (&'static str, u16, u16, bool, u16);

const GREY_8: Pixels = ("MONOCHROME2", 8, 8, false, 0);
const RGB: Pixels = ("RGB", 8, 8, false, 0);
const JPEG_COLOUR: Pixels = ("YBR_FULL_422", 8, 8, false, 0);

const DISPLAY: [Pixels; 10] = [
    GREY_8,
    RGB,
    JPEG_COLOUR,
    ("YBR_FULL", 8, 8, false, 0),
    ("PALETTE COLOR", 8, 8, false, 0),
    ("RGB", 8, 8, false, 1),
    JPEG_COLOUR,
    ("MONOCHROME1", 8, 8, false, 0),
    RGB,
    ("YBR_FULL", 8, 8, false, 1),
];
const VIDEO: [Pixels; 5] = [
    GREY_8,
    ("MONOCHROME2", 16, 10, false, 0),
    GREY_8,
    ("MONOCHROME2", 16, 12, false, 0),
    ("MONOCHROME1", 8, 8, false, 0),
];
const RADIOGRAPH: [Pixels; 6] = [
    ("MONOCHROME1", 16, 12, false, 0),
    ("MONOCHROME2", 16, 12, false, 0),
    ("MONOCHROME1", 16, 10, false, 0),
    ("MONOCHROME2", 16, 14, false, 0),
    ("MONOCHROME2", 16, 16, false, 0),
    ("MONOCHROME2", 16, 10, false, 0),
];
const SLICE: [Pixels; 6] = [
    ("MONOCHROME2", 16, 12, false, 0),
    ("MONOCHROME2", 16, 16, true, 0),
    GREY_8,
    ("MONOCHROME2", 16, 12, true, 0),
    ("MONOCHROME2", 16, 16, false, 0),
    ("MONOCHROME1", 8, 8, false, 0),
];

/// The lossless codings of the crate, the commonest first.
const LOSSLESS: &[Coding] = &[
    Coding::Native,
    Coding::JpegLossless,
    Coding::JpegLs,
    Coding::Rle,
    #[cfg(feature = "jpeg-2000")]
    Coding::Jpeg2000,
];

/// The form of a kind's file number `turn`.
pub(super) fn form(family: Family, turn: usize, source: &mut Source) -> Form {
    let table: &[Pixels] = match family {
        Family::Display => &DISPLAY,
        Family::Video => &VIDEO,
        Family::Radiograph => &RADIOGRAPH,
        Family::Slice => &SLICE,
    };
    let (photometric, allocated, stored, is_signed, planar) = table[turn % table.len()];
    let choices: &[Coding] = match photometric {
        _ if planar == 1 => &[Coding::Native],
        // What the standard lets these codestreams hold without a doubt.
        "YBR_FULL" | "PALETTE COLOR" => &[Coding::Native, Coding::Rle],
        // A sign that is not the highest bit allocated is lost in JPEG-LS and JPEG.
        _ if is_signed && stored < allocated => &[Coding::Native, Coding::Rle],
        _ => LOSSLESS,
    };
    let coding = source.below(choices.len() as u32) as usize;
    let lossy = allocated == 8 && photometric.starts_with("MONO") && source.below(3) == 0;
    let coding = if lossy || photometric == "YBR_FULL_422" {
        Coding::JpegBaseline(jpeg(source))
    } else {
        choices[coding]
    };
    Form { photometric, allocated, stored, is_signed, planar, coding }
}

fn jpeg(source: &mut Source) -> Jpeg {
    let sampling = match source.below(3) {
        0 => Sampling::None,
        1 => Sampling::Across,
        _ => Sampling::AcrossAndDown,
    };
    let quality = 75 + source.below(21) as u8;
    Jpeg { quality, sampling, is_optimised: source.below(2) == 0 }
}
