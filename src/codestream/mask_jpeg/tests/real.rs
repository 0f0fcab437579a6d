//! JPEGs of real DICOM files, where the larger collection is there.

use std::path::Path;

use super::*;
use crate::image::ImagePixel;
use crate::instance::SourcePixels;
use crate::read::{Limits, parse};

const FILES: [&str; 9] = [
    "objects/sc/burned-in-names/ctbrain1.dcm",
    "objects/sc/burned-in-names/ctbrain2.dcm",
    "objects/sc/image6.dcm",
    "objects/us-multiframe/examples_ybr_color.dcm",
    "syntaxes/encapsulation/IM00001.fragmented_no_bot_jpeg_baseline.50.dcm",
    "objects/xa-multiframe/jpeg8bit.dcm",
    "syntaxes/ct-one-image/CTImage.dcm_JPEGProcess1TransferSyntax_1.2.840.10008.1.2.4.50.dcm",
    "syntaxes/ct-one-image/CTImage.dcm_JPEGProcess2_4TransferSyntax_1.2.840.10008.1.2.4.51.dcm",
    "syntaxes/sc-rgb/SC_rgb_dcmtk_pebpcyps2.dcm",
];

#[test]
fn real_files_are_masked() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/dicom");
    let mut seen = 0;
    for name in FILES {
        let Ok(bytes) = std::fs::read(folder.join(name)) else { continue };
        let original = parse(&bytes.into(), &Limits::default()).unwrap();
        let Some((image, SourcePixels::Encapsulated(frames))) = original.image else {
            panic!("{name} is native")
        };
        for stream in frames.iter().take(3) {
            check_real(stream, &image, name);
            seen += 1;
        }
    }
    assert!(seen > 0 || !folder.exists());
}

fn check_real(stream: &[u8], image: &ImagePixel, name: &str) {
    let components = usize::from(image.samples_per_pixel);
    let is_rgb = image.photometric_interpretation == "RGB";
    let black: &[u16] = if is_rgb { &[0; 3] } else { black(components) };
    let areas = [
        rectangle(0, 0, image.columns, image.rows / 8),
        rectangle(image.columns / 2, image.rows / 2, 33, 17),
        rectangle(image.columns - 3, 0, 3, image.rows),
    ];
    let masked = mask(stream, &areas, black).unwrap_or_else(|error| panic!("{name}: {error}"));
    proves(stream, &masked.stream, &masked.covered, black).unwrap();
    assert!(masked.stream.len() < stream.len(), "{name}: what is black is smaller");
    if image.bits_stored <= 8 {
        compare_samples(stream, &masked, image.columns as usize, components, 2);
    }
    let again = mask(&masked.stream, &areas, black).unwrap();
    assert_eq!(again, masked, "{name}: masked twice");
    assert_eq!(mask(stream, &[], black).unwrap().covered, []);
}
