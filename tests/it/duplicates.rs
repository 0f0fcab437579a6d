//! Several files under one SOP Instance UID.

use std::path::Path;

use crate::help::{Work, rows, sample, summary};

fn copy(from: &str, to: &Path) {
    std::fs::copy(sample().join(from), to).unwrap();
}

#[test]
fn equal_content_is_a_duplicate_whatever_its_transfer_syntax() {
    let work = Work::new();
    let input = work.path("input");
    std::fs::create_dir(&input).unwrap();
    copy("objects/mr/MR_small.dcm", &input.join("a"));
    copy("objects/mr/MR_small.dcm", &input.join("b"));
    copy("syntaxes/mr-small/MR_small_RLE.dcm", &input.join("c"));
    copy("syntaxes/mr-small/MR_small_jp2klossless.dcm", &input.join("d"));
    assert_eq!(work.run(&input, "out", &[]).status.code(), Some(0));
    let outcome = &summary(&work.path("out"))["outcome"];
    assert_eq!((&outcome["written"], &outcome["duplicate"]), (&1.into(), &3.into()));
    let statistics = &summary(&work.path("out"))["statistics"]["MR"];
    assert_eq!(statistics["images"], 1, "a duplicate counts once");
    assert_eq!(statistics["pixels"], 64 * 64);
}

#[test]
fn the_same_uid_in_another_series_is_a_conflict_too() {
    let work = Work::new();
    let input = work.path("input");
    std::fs::create_dir(&input).unwrap();
    copy("objects/mr/MR_small.dcm", &input.join("a"));
    let mut image = std::fs::read(sample().join("objects/mr/MR_small.dcm")).unwrap();
    // Series Instance UID (0020,000E): its last digit changes, its length does not.
    let at = image.windows(6).position(|bytes| bytes == b"\x20\0\x0E\0UI").unwrap();
    let length = usize::from(u16::from_le_bytes([image[at + 6], image[at + 7]]));
    let digits = &mut image[at + 8..at + 8 + length];
    let last = digits.iter().rposition(u8::is_ascii_digit).unwrap();
    digits[last] = if digits[last] == b'1' { b'2' } else { b'1' };
    std::fs::write(input.join("b"), image).unwrap();
    assert_eq!(work.run(&input, "out", &[]).status.code(), Some(2));
    let summary = summary(&work.path("out"));
    assert_eq!(summary["outcome"]["written"], 1);
    assert_eq!(summary["statistics"]["MR"]["images"], 1);
    let files = crate::help::tree(&work.path("out/dicom"));
    assert_eq!(files.len(), 1, "the file that lost is taken away");
}

#[test]
fn other_content_is_quarantined_and_the_one_that_stays_does_not_depend_on_order() {
    let work = Work::new();
    let mut image = std::fs::read(sample().join("objects/mr/MR_small.dcm")).unwrap();
    let mut kept = Vec::new();
    for (name, first) in [("one", true), ("two", false)] {
        let input = work.path(name);
        std::fs::create_dir(&input).unwrap();
        // Another pixel under the same UID; which name comes first in the list changes.
        let at = image.len() - 1000;
        image[at] ^= u8::from(first);
        let (changed, plain) = if first { ("a", "b") } else { ("b", "a") };
        std::fs::write(input.join(changed), &image).unwrap();
        copy("objects/mr/MR_small.dcm", &input.join(plain));
        let out = format!("{name}-out");
        assert_eq!(work.run(&input, &out, &["--threads", "1"]).status.code(), Some(2));
        let failures = rows(&work.path(&out).join("failures.csv"));
        assert_eq!(failures.len(), 1);
        assert_eq!(failures[0]["class"], "uid-conflict");
        let summary = summary(&work.path(&out));
        kept.push((summary["digests"]["manifest"].clone(), summary["statistics"].clone()));
        assert!(!work.path(&out).join(".sauva/contested").exists());
        // The statistics are those of the file that stays.
        let index = rows(&work.path(&out).join("index.csv"));
        let mean: f64 = index[0]["mean"].parse().unwrap();
        let told = summary["statistics"]["MR"]["mean"].as_f64().unwrap();
        assert!((mean - told).abs() < 1e-9 * mean.abs());
        let median = summary["statistics"]["MR"]["median"].to_string();
        assert_eq!(index[0]["median"], median);
    }
    assert_eq!(kept[0], kept[1]);
}

/// Changes a byte of the value of the first element that is written so.
fn change(file: &mut [u8], element: [u8; 6], to: u8) {
    let at = file.windows(6).position(|bytes| bytes == element).unwrap();
    let length = usize::from(u16::from_le_bytes([file[at + 6], file[at + 7]]));
    let value = &mut file[at + 8..at + 8 + length];
    let last = value.iter().rposition(u8::is_ascii_alphanumeric).unwrap();
    assert_ne!(value[last], to);
    value[last] = to;
}

#[test]
fn a_study_with_several_patient_ids_is_told() {
    let work = Work::new();
    let input = work.path("input");
    std::fs::create_dir(&input).unwrap();
    copy("objects/mr/MR_small.dcm", &input.join("a"));
    let mut other = std::fs::read(sample().join("objects/mr/MR_small.dcm")).unwrap();
    change(&mut other, *b"\x08\0\x18\0UI", b'4');
    change(&mut other, *b"\x10\0\x20\0LO", b'x');
    std::fs::write(input.join("b"), other).unwrap();
    let run = work.run(&input, "out", &[]);
    assert_eq!(run.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&run.stdout).contains("mixed studies"));
    let summary = summary(&work.path("out"));
    let mixed = summary["mixed_studies"].as_object().unwrap();
    assert_eq!(mixed.len(), 1);
    assert!(mixed.values().all(|patients| patients.as_array().unwrap().len() == 2));
}
