//! Real files that others made: every one is accounted for, and no sample changes.

use std::collections::BTreeMap;
use std::path::Path;

use dicom::object::open_file;
use dicom::pixeldata::PixelDecoder;
use sha2::{Digest, Sha256};

use crate::help::{Work, large_collection, rows, sample, summary};

type Row = BTreeMap<String, String>;

/// Runs on a folder and returns what became of each file, by its path below the folder.
fn outcomes(
    work: &Work,
    input: &Path,
    codec: &str,
    code: i32,
) -> BTreeMap<String, (Row, Option<Row>)> {
    let log = work.path("private.csv");
    let run = work.run(input, "out", &["--private-log", log.to_str().unwrap(), "--codec", codec]);
    assert_eq!(run.status.code(), Some(code), "{}", String::from_utf8_lossy(&run.stderr));
    let by_id = |name: &str| -> BTreeMap<String, Row> {
        let rows = rows(&work.path("out").join(name));
        rows.into_iter().map(|row| (row["path_id"].clone(), row)).collect()
    };
    let (index, failures) = (by_id("index.csv"), by_id("failures.csv"));
    let listed = rows(&log);
    assert_eq!(listed.len(), index.len() + failures.len(), "each input stands in one list");
    listed
        .into_iter()
        .map(|row| {
            let written = index.get(&row["path_id"]).cloned();
            let failure = failures.get(&row["path_id"]).cloned();
            assert!(written.is_some() != failure.is_some());
            (row["path"].clone(), (failure.unwrap_or(row), written))
        })
        .collect()
}

fn catalogue(folder: &Path) -> BTreeMap<String, Row> {
    rows(&folder.join("catalogue.csv")).into_iter().map(|row| (row["file"].clone(), row)).collect()
}

/// Compares the samples of what was written, as dicom-rs decodes them, with the catalogue's digest.
fn check_samples(output: &Path, written: &Row, wanted: &Row, name: &str) -> bool {
    // Decoders of lossy JPEG may differ by a step; dicom-rs does not extend the sign of JPEG-LS
    // samples below 16 bits; float and palette samples are compared by tests/readers.
    let lossy = ["1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.91"];
    let is_narrow_signed = wanted["pixel_repr"] == "1" && wanted["bits_stored"] != "16";
    if wanted["px_sha256"].is_empty()
        || lossy.contains(&wanted["transfer_syntax_uid"].as_str())
        || !["one", "yes"].contains(&wanted["px_agree"].as_str())
        || is_narrow_signed
        || !matches!(written["bits_allocated"].as_str(), "8" | "16")
    {
        return false;
    }
    let object = open_file(output.join(&written["path"])).unwrap();
    let decoded = object.decode_pixel_data().unwrap();
    let numbers = ["rows", "columns", "frames", "samples_per_pixel"];
    let samples: usize =
        numbers.iter().map(|name| written[*name].parse::<usize>().unwrap()).product();
    // dicom-rs gives the padding byte of an odd length along.
    let length = samples * written["bits_allocated"].parse::<usize>().unwrap() / 8;
    let found = format!("{:x}", Sha256::digest(&decoded.data()[..length]));
    assert_eq!(found, wanted["px_sha256"], "samples of {name}");
    true
}

fn check_folder(input: &Path, catalogue_folder: &Path, codec: &str, code: i32) -> (Work, usize) {
    let work = Work::new();
    let catalogue = catalogue(catalogue_folder);
    let below = input.strip_prefix(catalogue_folder).unwrap();
    let mut compared = 0;
    for (path, (_, written)) in outcomes(&work, input, codec, code) {
        let name = below.join(&path).to_str().unwrap().to_owned();
        if let (Some(written), Some(wanted)) = (written, catalogue.get(&name)) {
            compared += usize::from(check_samples(&work.path("out"), &written, wanted, &name));
        }
    }
    (work, compared)
}

#[test]
fn samples_of_the_shipped_files_do_not_change() {
    for codec in ["jpeg-ls", "jpeg-lossless", "rle"] {
        let (work, compared) = check_folder(&sample(), &sample(), codec, 2);
        assert!(compared >= 12, "only {compared} files were compared");
        check_outcome(&work);
    }
}

fn check_outcome(work: &Work) {
    let outcome = &summary(&work.path("out"))["outcome"];
    let total: u64 = ["written", "duplicate", "quarantined", "not_dicom"]
        .iter()
        .map(|state| outcome[state].as_u64().unwrap())
        .sum();
    assert_eq!(total, 42, "41 files and their catalogue");
}

#[test]
fn samples_of_the_large_collection_do_not_change() {
    let Some(folder) = large_collection() else {
        return;
    };
    for codec in ["jpeg-ls", "jpeg-lossless", "rle"] {
        let (work, compared) = check_folder(&folder.join("studies"), &folder, codec, 0);
        assert!(compared >= 260, "only {compared} files were compared");
        let outcome = &summary(&work.path("out"))["outcome"];
        // 284 names: a DICOMDIR, and 4 images that come in 4 transfer syntaxes each.
        assert_eq!(outcome["written"], 271);
        assert_eq!(outcome["duplicate"], 12);
        assert_eq!(outcome["not_dicom"], 1);
        assert_eq!(outcome["quarantined"], 0);
    }
}

#[test]
fn every_malformed_file_has_its_reason() {
    let folder = large_collection().unwrap_or_else(sample).join("malformed");
    let work = Work::new();
    let outcomes = outcomes(&work, &folder, "jpeg-ls", 2);
    let wanted = [
        ("MR_truncated.dcm", "damaged"),
        ("rtplan_truncated.dcm", "damaged"),
        ("badVR.dcm", "image-pixel-module"),
        ("meta_missing_tsyntax.dcm", "damaged"),
        ("empty_charset_LEI.dcm", "no-identity"),
        ("not-dicom/zipMR.gz", "not-dicom"),
    ];
    for (name, class) in wanted {
        assert_eq!(outcomes[name].0["class"], class, "{name}");
    }
    for (name, (row, written)) in &outcomes {
        let told = written.is_some() || (!row["class"].is_empty() && !row["message"].is_empty());
        assert!(told, "{name} ended without a reason");
    }
}
