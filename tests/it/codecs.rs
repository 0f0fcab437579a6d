//! The codecs of our own on real files: every one that came in such a transfer syntax decodes to the
//! catalogue's samples.

use std::collections::BTreeMap;
use std::path::Path;

use sauva::encode::{decode, encoder_names};
use sauva::image::{ImagePixel, SampleType};
use sauva::instance::Samples;
use sauva::read::{Limits, parse};
use sha2::{Digest, Sha256};

use crate::help::{Work, large_collection, printed, rows, sample, summary};

/// Samples as the catalogue's digest has them: little endian, signs extended.
fn catalogued(samples: &Samples, image: &ImagePixel) -> Vec<u8> {
    let unused = 16_u32.saturating_sub(image.bits_stored.into());
    match samples {
        Samples::Eight(samples) => samples.clone(),
        Samples::Sixteen(samples) if image.sample_type == SampleType::Signed => {
            let extended = samples.iter().map(|sample| (*sample << unused) as i16 >> unused);
            extended.flat_map(i16::to_le_bytes).collect()
        }
        Samples::Sixteen(samples) => samples.iter().flat_map(|s| s.to_le_bytes()).collect(),
        Samples::ThirtyTwo(samples) => samples.iter().flat_map(|s| s.to_le_bytes()).collect(),
    }
}

const JPEG_LS: [&str; 2] = ["1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.81"];
const JPEG_LOSSLESS: [&str; 2] = ["1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.70"];
const RLE: [&str; 1] = ["1.2.840.10008.1.2.5"];

/// A lossy frame under the name of JPEG Lossless, which decoders give with differences of a step.
const MISNAMED: &str = "objects/op/sample-op.dcm";

/// Decodes all files of a collection that came in these transfer syntaxes; returns how many.
fn check(collection: &Path, syntaxes: &[&str]) -> usize {
    let rows = rows(&collection.join("catalogue.csv"));
    let wanted = rows.iter().filter(|row| {
        syntaxes.contains(&row["transfer_syntax_uid"].as_str())
            && !row["px_sha256"].is_empty()
            && row["file"] != MISNAMED
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
    assert_eq!(check(&sample(), &JPEG_LS), 2);
    assert_eq!(check(&sample(), &JPEG_LOSSLESS), 3);
    assert_eq!(check(&sample(), &RLE), 2);
}

#[test]
fn files_of_the_large_collection_decode_to_the_samples_of_the_catalogue() {
    if let Some(folder) = large_collection() {
        for (syntaxes, least) in [(&JPEG_LS[..], 14), (&JPEG_LOSSLESS, 17), (&RLE, 12)] {
            let checked = check(&folder, syntaxes);
            assert!(checked >= least, "only {checked} files were checked");
        }
    }
}

/// Every form that can be asked for, on all shipped files: the audit decodes what was written, and the
/// digests of the samples are the same in all of them.
#[test]
fn every_form_holds_the_samples_that_came() {
    let work = Work::new();
    let mut digests: BTreeMap<String, String> = BTreeMap::new();
    for codec in encoder_names() {
        // Text in their pixels is another test's affair.
        let more = ["--codec", codec, "--pixel-risk", "accept"];
        let status = work.run(&sample(), codec, &more).status.code();
        assert_eq!(status, Some(2), "{codec}: the malformed ones are not let through");
        let audit = work.verify_with(codec, &sample());
        assert_eq!(audit.status.code(), Some(0), "{codec}: {}", printed(&audit));
        let compression = &summary(&work.path(codec))["compression"];
        assert_eq!(compression["unverified"], 0, "{codec}");
        let rows = rows(&work.path(codec).join("index.csv"));
        // Which file of several under one UID is written follows from the key, how many are does not.
        let images = rows.iter().filter(|row| !row["pixel_blake3"].is_empty()).count();
        assert_eq!(images, 17, "{codec}");
        for row in rows {
            assert_eq!(row["pixel_blake3"], row["pixel_blake3_written"], "{codec}");
            let digest = digests.entry(row["path_id"].clone());
            let known = digest.or_insert_with(|| row["pixel_blake3"].clone());
            assert_eq!(*known, row["pixel_blake3"], "{codec}");
        }
    }
}

#[test]
fn what_was_not_verified_is_told_as_such_and_its_bytes_are_the_same() {
    let work = Work::new();
    let input = sample().join("objects");
    let (full, none) =
        (work.run(&input, "full", &[]), work.run(&input, "none", &["--verify", "none"]));
    assert!(printed(&full).contains("every frame verified"));
    assert!(printed(&none).contains("NOT verified"), "{}", printed(&none));
    let manifest = |name: &str| std::fs::read(work.path(name).join("manifest.sha256")).unwrap();
    assert_eq!(manifest("full"), manifest("none"));
    let unverified = rows(&work.path("none").join("index.csv"))
        .iter()
        .filter(|row| row["pixel_blake3_written"].is_empty() && !row["pixel_blake3"].is_empty())
        .count();
    assert_eq!(summary(&work.path("none"))["compression"]["unverified"], unverified);
    assert!(unverified > 0);
    assert_eq!(work.verify_with("none", &input).status.code(), Some(0));
    // A later try may not mix the two.
    assert_eq!(work.run(&input, "none", &[]).status.code(), Some(1));
}
