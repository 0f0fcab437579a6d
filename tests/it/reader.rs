//! The reader beside dicom-rs: of every file that both accept, the same elements with the same values.

use std::path::Path;

use bytes::Bytes;
use dicom::core::header::Header;
use dicom::object::ReadError as LibraryError;
use dicom::object::{InMemDicomObject, OpenFileOptions};
use sauva::dataset::{DataSet, Tag, VR, Value};
use sauva::read::{Limits, parse, read};

use crate::help::{large_collection, sample};

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

/// Compares element by element; pixel data apart, whose form is our own.
fn compare(ours: &DataSet, theirs: &InMemDicomObject, name: &str) -> usize {
    let is_pixels = |tag: Tag| tag.0 == 0x7FE0;
    let our_tags: Vec<Tag> = ours.iter().map(|e| e.tag).filter(|t| !is_pixels(*t)).collect();
    let their_tags: Vec<Tag> = theirs.iter().map(Header::tag).filter(|t| !is_pixels(*t)).collect();
    assert_eq!(our_tags, their_tags, "{name}");
    let mut compared = 0;
    for element in ours.iter().filter(|element| !is_pixels(element.tag)) {
        let their = theirs.element(element.tag).unwrap();
        match &element.value {
            Value::Sequence(items) => {
                let Some(their_items) = their.items() else {
                    continue;
                };
                assert_eq!(items.len(), their_items.len(), "{name} {}", element.tag);
                for (item, their_item) in items.iter().zip(their_items) {
                    compared += compare(item, their_item, name);
                }
            }
            Value::Bytes(bytes)
                if matches!(
                    element.vr,
                    VR::US | VR::SS | VR::UL | VR::CS | VR::DS | VR::IS | VR::UI
                ) =>
            {
                let Ok(their_bytes) = their.to_bytes() else {
                    continue;
                };
                let trim = |bytes: &[u8]| -> Vec<u8> {
                    let text = bytes.iter().rev().skip_while(|b| matches!(b, 0 | b' '));
                    text.copied().collect()
                };
                assert_eq!(trim(bytes), trim(&their_bytes), "{name} {}", element.tag);
                compared += 1;
            }
            Value::Bytes(_) | Value::Encapsulated(_) => {}
        }
    }
    compared
}

#[test]
fn elements_are_those_that_dicom_rs_reads() {
    let mut compared = 0;
    // dicom-rs asks for megabytes where a damaged file says so, so only sound files are compared.
    let folder = large_collection().unwrap_or_else(sample);
    for path in
        files(&folder).into_iter().filter(|path| !path.starts_with(folder.join("malformed")))
    {
        let Ok(ours) = read(&path, &Limits::default()) else {
            continue;
        };
        let theirs: Result<_, LibraryError> = OpenFileOptions::new().open_file(&path);
        let Ok(theirs) = theirs else { continue };
        compared += compare(&ours.data_set, &theirs, &path.display().to_string());
    }
    let expected = if large_collection().is_some() { 10_000 } else { 1_500 };
    assert!(compared > expected, "only {compared} values were compared");
}

#[test]
fn no_cut_of_a_real_file_is_taken_for_whole() {
    for name in [
        "objects/mr/MR_small.dcm",
        "syntaxes/mr-small/MR_small_RLE.dcm",
        "syntaxes/mr-small/MR_small_jpeg_ls_lossless.dcm",
        "syntaxes/mr-small/MR_small_implicit.dcm",
        "syntaxes/mr-small/MR_small_jp2klossless.dcm",
        "syntaxes/deflated/report_dfl",
    ] {
        let whole = Bytes::from(std::fs::read(sample().join(name)).unwrap());
        let end = whole.len() - trailing_padding(name);
        let wanted = parse(&whole, &Limits::default()).unwrap().data_set;
        for length in (0..end).step_by(16) {
            let cut = parse(&whole.slice(..length), &Limits::default());
            // A cut between two elements leaves a shorter data set: it must then lack the pixels.
            if let Ok(cut) = cut {
                assert!(
                    cut.image.is_none() && cut.data_set.len() <= wanted.len(),
                    "{name} {length}"
                );
            }
        }
    }
}

/// Bytes behind the last value that mean nothing: trailing padding, a checksum behind the stream.
fn trailing_padding(name: &str) -> usize {
    match name {
        "objects/mr/MR_small.dcm" | "syntaxes/mr-small/MR_small_implicit.dcm" => 150,
        "syntaxes/deflated/report_dfl" => 10,
        _ => 0,
    }
}

#[test]
fn no_damaged_file_makes_the_reader_panic() {
    let seeds = [
        "objects/mr/MR_small.dcm",
        "syntaxes/mr-small/MR_small_RLE.dcm",
        "syntaxes/mr-small/MR_small_jpeg_ls_lossless.dcm",
        "objects/sr/test-SR.dcm",
        "syntaxes/deflated/image_dfl.dcm",
        "syntaxes/mr-small/MR_small_bigendian.dcm",
    ];
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    };
    for name in seeds {
        let seed = std::fs::read(sample().join(name)).unwrap();
        for _ in 0..500 {
            let mut file = seed.clone();
            for _ in 0..=random(8) {
                let at = random(file.len());
                file[at] = [0, 0xFF, 0x7F, random(256) as u8][random(4)];
            }
            file.truncate(file.len() - random(32));
            // Refused or accepted: what counts is that it comes back.
            let _ = parse(&file.into(), &Limits::default());
        }
    }
}

#[test]
fn a_cut_jpeg_stream_with_its_end_put_back_is_noticed() {
    for name in [
        "syntaxes/jpeg-lossless-predictors/jpeg_lossless_sel1.dcm",
        "syntaxes/sc-rgb/SC_rgb_jpeg_gdcm.dcm",
    ] {
        let whole = std::fs::read(sample().join(name)).unwrap();
        assert!(parse(&whole.clone().into(), &Limits::default()).is_ok(), "{name}");
        let starts = whole.windows(3).position(|bytes| bytes == [0xFF, 0xD8, 0xFF]).unwrap();
        let ends = whole.windows(2).rposition(|bytes| bytes == [0xFF, 0xD9]).unwrap();
        let scan = starts
            + whole[starts..ends].windows(2).rposition(|bytes| bytes == [0xFF, 0xDA]).unwrap();
        for share in [1, 30, 50, 80, 95, 99] {
            // The scan from the cut on becomes padding in front of the end marker.
            let cut = scan + 20 + (ends - scan - 20) * share / 100;
            let mut file = whole.clone();
            file[cut..cut + 2].copy_from_slice(&[0xFF, 0xD9]);
            for byte in &mut file[cut + 2..ends - 12] {
                *byte = 0;
            }
            assert!(parse(&file.into(), &Limits::default()).is_err(), "{name} cut at {share} %");
        }
    }
}
