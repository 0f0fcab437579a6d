//! The JPEG-LS codec on real files: every one that came in JPEG-LS decodes to the catalogue's samples.

use std::path::Path;

use sauva::encode::decode;
use sauva::image::{ImagePixel, SampleType};
use sauva::instance::Samples;
use sauva::read::{Limits, parse};
use sha2::{Digest, Sha256};

use crate::help::{large_collection, rows, sample};

/// Samples as the catalogue's digest has them: little endian, signs extended.
fn catalogued(samples: &Samples, image: &ImagePixel) -> Vec<u8> {
    let unused = 16 - u32::from(image.bits_stored);
    match samples {
        Samples::Eight(samples) => samples.clone(),
        Samples::Sixteen(samples) if image.sample_type == SampleType::Signed => {
            let extended = samples.iter().map(|sample| (*sample << unused) as i16 >> unused);
            extended.flat_map(i16::to_le_bytes).collect()
        }
        Samples::Sixteen(samples) => samples.iter().flat_map(|s| s.to_le_bytes()).collect(),
        Samples::ThirtyTwo(_) => panic!("JPEG-LS has no samples of 32 bits"),
    }
}

/// Decodes all files of a collection that came in JPEG-LS; returns how many.
fn check(collection: &Path) -> usize {
    let jpeg_ls = ["1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.81"];
    let rows = rows(&collection.join("catalogue.csv"));
    let wanted = rows.iter().filter(|row| {
        jpeg_ls.contains(&row["transfer_syntax_uid"].as_str()) && !row["px_sha256"].is_empty()
    });
    let mut checked = 0;
    for row in wanted {
        let name = &row["file"];
        let file = std::fs::read(collection.join(name)).unwrap().into();
        let Ok(original) = parse(&file, &Limits::default()) else {
            // What is wrong with these has nothing to do with their pixels.
            assert!(name.starts_with("malformed/"), "{name} is refused");
            continue;
        };
        let (_, image, samples) = decode(original).unwrap().unwrap();
        let found = format!("{:x}", Sha256::digest(catalogued(&samples, &image)));
        assert_eq!(found, row["px_sha256"], "samples of {name}");
        checked += 1;
    }
    checked
}

#[test]
fn shipped_files_decode_to_the_samples_of_the_catalogue() {
    assert_eq!(check(&sample()), 2);
}

#[test]
fn files_of_the_large_collection_decode_to_the_samples_of_the_catalogue() {
    if let Some(folder) = large_collection() {
        let checked = check(&folder);
        assert!(checked >= 14, "only {checked} files were checked");
    }
}
