//! Several files under one SOP Instance UID.

use std::path::Path;

use dicom::dictionary_std::{tags, uids};
use sauva::dataset::{DataSet, Element, VR, Value, encode_data_set, encode_file_meta};
use sauva::encode::encoder_names;

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
    copy("objects/mr/MR_small.dcm", &input.join("d"));
    if cfg!(feature = "jpeg-2000") {
        copy("syntaxes/mr-small/MR_small_jp2klossless.dcm", &input.join("d"));
    }
    assert_eq!(work.run(&input, "out", &[]).status.code(), Some(0));
    let outcome = &summary(&work.path("out"))["outcome"];
    assert_eq!((&outcome["written"], &outcome["duplicate"]), (&1.into(), &3.into()));
    let statistics = &summary(&work.path("out"))["statistics"]["MR"];
    assert_eq!(statistics["images"], 1, "a duplicate counts once");
    assert_eq!(statistics["pixels"], 64 * 64);
}

/// Colours in JPEG 2000 have another photometric interpretation, planes another configuration.
#[test]
fn equal_colours_are_a_duplicate_whatever_they_are_called() {
    let work = Work::new();
    let (input, both) = (work.path("input"), work.path("both"));
    std::fs::create_dir(&input).unwrap();
    std::fs::create_dir(&both).unwrap();
    std::fs::write(input.join("a"), colours()).unwrap();
    // With the same key what was de-identified stays as it is.
    for codec in encoder_names() {
        let outputs = work.run_to(&input, codec, &["--codec", codec]);
        std::fs::copy(&outputs["a"], both.join(codec)).unwrap();
    }
    for codec in ["keep", "jpeg-ls", "native"] {
        let out = format!("{codec}-of-all");
        assert_eq!(work.run(&both, &out, &["--codec", codec]).status.code(), Some(0), "{codec}");
        let outcome = &summary(&work.path(&out))["outcome"];
        let others = encoder_names().count() - 1;
        assert_eq!((&outcome["written"], &outcome["duplicate"]), (&1.into(), &others.into()));
    }
}

/// A smooth RGB image.
fn colours() -> Vec<u8> {
    image(64, 3 * 64 * 64, |at| (at / 97 + at % 64) as u8)
}

/// An RGB image, its planes one behind the other.
fn image(side: u16, samples: u32, sample: fn(u32) -> u8) -> Vec<u8> {
    let mut data_set = DataSet::new();
    for (tag, vr, text) in [
        (tags::SOP_CLASS_UID, VR::UI, uids::VL_PHOTOGRAPHIC_IMAGE_STORAGE),
        (tags::SOP_INSTANCE_UID, VR::UI, "1.2.3"),
        (tags::STUDY_INSTANCE_UID, VR::UI, "1.2.3.4"),
        (tags::SERIES_INSTANCE_UID, VR::UI, "1.2.3.5"),
        (tags::MODALITY, VR::CS, "XC"),
        (tags::PATIENT_ID, VR::LO, "1"),
        (tags::PHOTOMETRIC_INTERPRETATION, VR::CS, "RGB"),
    ] {
        data_set.put_text(tag, vr, text);
    }
    for (tag, number) in [
        (tags::SAMPLES_PER_PIXEL, 3),
        (tags::PLANAR_CONFIGURATION, 1),
        (tags::ROWS, side),
        (tags::COLUMNS, side),
        (tags::BITS_ALLOCATED, 8),
        (tags::BITS_STORED, 8),
        (tags::HIGH_BIT, 7),
        (tags::PIXEL_REPRESENTATION, 0),
    ] {
        data_set.put_u16(tag, number);
    }
    let pixels: Vec<u8> = (0..samples).map(sample).collect();
    data_set.put(Element { tag: tags::PIXEL_DATA, vr: VR::OB, value: Value::Bytes(pixels.into()) });
    let mut file = Vec::new();
    let (class, syntax) = (uids::VL_PHOTOGRAPHIC_IMAGE_STORAGE, uids::EXPLICIT_VR_LITTLE_ENDIAN);
    encode_file_meta(class, "1.2.3", syntax, "1.2.3.4", "TEST", &mut file);
    encode_data_set(&data_set, &mut file);
    file
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

/// The one that is counted is measured anew from the output, which must be read then.
#[test]
fn large_blank_copies_do_not_stop_the_run() {
    let work = Work::new();
    let input = work.path("input");
    std::fs::create_dir(&input).unwrap();
    let blank = image(4200, 3 * 4200 * 4200, |_| 0);
    std::fs::write(input.join("a"), &blank).unwrap();
    std::fs::write(input.join("b"), &blank).unwrap();
    assert_eq!(work.run(&input, "out", &[]).status.code(), Some(0));
    let outcome = &summary(&work.path("out"))["outcome"];
    assert_eq!((&outcome["written"], &outcome["duplicate"]), (&1.into(), &1.into()));
    assert_eq!(work.verify_with("out", &input).status.code(), Some(0));
}
