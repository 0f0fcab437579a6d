//! What decoding does to Photometric Interpretation (PS3.3 section C.7.6.3.1.2, PS3.5 section 8.2):
//! the transfer syntax and the attribute as it stands in, the true attribute of the samples out.

use dicom::dictionary_std::uids;

/// The interpretation of the decoded samples; `None` where it is not known.
pub(super) fn decoded(photometric: &str, transfer_syntax: &str) -> Option<&'static str> {
    let is_jpeg = matches!(
        transfer_syntax,
        uids::JPEG_BASELINE8_BIT
            | uids::JPEG_EXTENDED12_BIT
            | uids::JPEG_LOSSLESS
            | uids::JPEG_LOSSLESS_SV1
    );
    Some(match photometric {
        "MONOCHROME1" => "MONOCHROME1",
        "MONOCHROME2" => "MONOCHROME2",
        "PALETTE COLOR" => "PALETTE COLOR",
        "RGB" => "RGB",
        "YBR_FULL" => "YBR_FULL",
        // The decoder gives every pixel its own chroma samples and converts no colour.
        "YBR_FULL_422" if is_jpeg => "YBR_FULL",
        // The decoder undoes the multiple component transformation of JPEG 2000.
        "YBR_ICT" | "YBR_RCT" if !is_jpeg => "RGB",
        _ => return None,
    })
}

/// Whether a coded frame may carry this interpretation sample by sample (PS3.5 section 8.2.3).
pub(super) fn is_carried(photometric: &str) -> bool {
    matches!(photometric, "MONOCHROME1" | "MONOCHROME2" | "RGB" | "YBR_FULL")
}
