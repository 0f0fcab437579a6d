//! `--codec keep`: what comes compressed stays in its transfer syntax, with every sample, and without
//! anything else that its codestreams carried.

use std::path::Path;

use dicom::core::value::PixelFragmentSequence;
use dicom::core::{DataElement, VR};
use dicom::dictionary_std::{tags, uids};
use dicom::object::open_file;
use sauva::encode::decode;
use sauva::instance::Samples;
use sauva::read::{Limits, read};

use crate::help::{Work, large_collection, printed, rows, sample, summary, tree};

const WORD: &[u8] = b"DOE^JANE";

/// None of a deflated report.
fn samples(path: &Path) -> Option<Samples> {
    Some(decode(read(path, &Limits::default()).unwrap()).unwrap()?.2)
}

/// Every coded instance of a folder is in the transfer syntax that it came in; returns how many.
fn check_folder(folder: &Path) -> usize {
    let work = Work::new();
    let log = work.path("private.csv");
    // Text in their pixels is another test's affair.
    let accepted = ["--codec", "keep", "--pixel-risk", "accept"];
    let more = [&accepted[..], &["--private-log", log.to_str().unwrap()]].concat();
    let run = work.run(folder, "out", &more);
    assert!(matches!(run.status.code(), Some(0 | 2)), "{}", printed(&run));
    assert_eq!(summary(&work.path("out"))["run"]["options"]["codec"], "keep");
    let paths = rows(&log);
    let mut kept = 0;
    for row in rows(&work.path("out").join("index.csv")) {
        let (from, to) = (&row["source_transfer_syntax"], &row["transfer_syntax"]);
        let path = &paths.iter().find(|entry| entry["path_id"] == row["path_id"]).unwrap()["path"];
        let is_native = [
            uids::EXPLICIT_VR_LITTLE_ENDIAN,
            uids::IMPLICIT_VR_LITTLE_ENDIAN,
            "1.2.840.10008.1.2.2",
        ]
        .contains(&from.as_str());
        if is_native {
            assert_eq!(to, uids::EXPLICIT_VR_LITTLE_ENDIAN, "{path}");
        } else {
            assert_eq!(to, from, "{path}");
            let output = work.path("out").join(&row["path"]);
            assert!(samples(&folder.join(path)) == samples(&output), "samples of {path}");
            kept += 1;
        }
    }
    kept
}

#[test]
fn what_comes_compressed_stays_so_with_every_sample() {
    let kept = check_folder(&sample().join("syntaxes"));
    assert!(kept >= 4, "only {kept} instances were passed on");
    if let Some(folder) = large_collection() {
        // Of one instance in several transfer syntaxes one wins, by its digest and so by the key.
        let kept = check_folder(&folder.join("syntaxes"));
        assert!(kept >= 6, "only {kept} instances were passed on");
        let kept = check_folder(&folder.join("objects"));
        assert!(kept >= 10, "only {kept} instances were passed on");
    }
}

#[test]
fn the_output_passes_its_own_examination() {
    let work = Work::new();
    let folder = sample().join("syntaxes");
    assert_eq!(work.run(&folder, "out", &["--codec", "keep"]).status.code(), Some(2));
    let verified = work.verify_with("out", &folder);
    assert_eq!(verified.status.code(), Some(0), "{}", printed(&verified));
}

fn segment(marker: u8, content: &[u8]) -> Vec<u8> {
    let length = (content.len() as u16 + 2).to_be_bytes();
    [&[0xFF, marker], &length[..], content].concat()
}

fn with(stream: &[u8], at: usize, planted: &[u8]) -> Vec<u8> {
    [&stream[..at], planted, &stream[at..]].concat()
}

fn last_marker(stream: &[u8]) -> usize {
    stream.windows(2).rposition(|pair| pair == [0xFF, 0xD9]).unwrap()
}

/// A frame of JPEG or JPEG-LS with words in places where no sample is.
fn planted_jpeg(stream: &[u8]) -> Vec<Vec<u8>> {
    let end = last_marker(stream);
    vec![
        with(stream, 2, &segment(0xFE, WORD)),
        with(stream, 2, &segment(0xE1, &[b"Exif\0\0", WORD].concat())),
        with(stream, 2, &segment(0xEB, &[b"JP", WORD].concat())),
        with(stream, 2, &segment(0xE0, &[b"JFIF\0", WORD].concat())),
        with(stream, 2, &[0xFF; 7]),
        [&stream[..end + 2], WORD].concat(),
        [&stream[..end + 2], &WORD.repeat(9), &[0xFF, 0xD9]].concat(),
    ]
}

/// The same before EOI, where a JPEG-LS decoder would notice, and in a table that no scan uses.
fn planted_jpeg_lossless(stream: &[u8]) -> Vec<Vec<u8>> {
    // Eight codes of four bits.
    let unused = [&[0x13, 0, 0, 0, 8], &[0; 12][..], WORD].concat();
    let mut planted = planted_jpeg(stream);
    planted.push(with(stream, last_marker(stream), WORD));
    planted.push(with(stream, 2, &segment(0xC4, &unused)));
    planted
}

fn planted_jpeg_2000(stream: &[u8]) -> Vec<Vec<u8>> {
    let comment = segment(0x64, &[&[0, 1], WORD].concat());
    let header = 4 + usize::from(u16::from_be_bytes([stream[4], stream[5]]));
    let part = stream.windows(4).position(|four| four == [0xFF, 0x90, 0, 10]).unwrap();
    let mut in_part = with(stream, part + 12, &comment);
    let length: &mut [u8; 4] = in_part[part + 6..].first_chunk_mut().unwrap();
    *length = (u32::from_be_bytes(*length) + comment.len() as u32).to_be_bytes();
    let unit = |kind: &[u8; 4], content: &[u8]| {
        [&(content.len() as u32 + 8).to_be_bytes(), &kind[..], content].concat()
    };
    let opening = [unit(b"jP  ", b"\r\n\x87\n"), unit(b"ftyp", b"jp2 \0\0\0\0jp2 ")].concat();
    let boxes = [unit(b"uuid", &WORD.repeat(4)), unit(b"xml ", WORD)].concat();
    vec![
        with(stream, header, &comment),
        in_part,
        [&stream[..last_marker(stream) + 2], WORD].concat(),
        [&opening[..], &boxes, &unit(b"jp2c", stream), &boxes].concat(),
    ]
}

fn planted_rle(stream: &[u8]) -> Vec<Vec<u8>> {
    let mut in_header = stream.to_vec();
    in_header[52..60].copy_from_slice(WORD);
    let mut before = with(stream, 64, WORD);
    for offset in before[4..64].chunks_exact_mut(4).filter(|offset| **offset != [0; 4]) {
        offset[0] += WORD.len() as u8;
    }
    vec![in_header, before, [stream, WORD].concat()]
}

/// Frame by frame the same words, beside the file as it is: one instance comes out, once.
fn check_planted(folder: &Path, name: &str, plant: fn(&[u8]) -> Vec<Vec<u8>>) {
    let work = Work::new();
    let input = work.path("input");
    std::fs::create_dir(&input).unwrap();
    let source = folder.join(name);
    std::fs::copy(&source, input.join("0.dcm")).unwrap();
    let mut object = open_file(&source).unwrap();
    let element = object.element(tags::PIXEL_DATA).unwrap();
    let frames = element.value().fragments().unwrap().to_vec();
    let variants = plant(&frames[0]).len();
    for variant in 0..variants {
        let planted = frames.iter().map(|frame| plant(frame).swap_remove(variant));
        let even = planted.map(|mut frame| {
            frame.resize(frame.len().next_multiple_of(2), 0);
            frame
        });
        let pixels = PixelFragmentSequence::new_fragments(even.collect::<Vec<_>>());
        object.put(DataElement::new(tags::PIXEL_DATA, VR::OB, pixels));
        object.write_to_file(input.join(format!("{}.dcm", variant + 1))).unwrap();
    }
    let run = work.run(&input, "out", &["--codec", "keep"]);
    let outcome = &summary(&work.path("out"))["outcome"];
    let failures = std::fs::read_to_string(work.path("out/failures.csv")).unwrap();
    assert_eq!(outcome["written"], 1, "{name}: {}", printed(&run));
    assert_eq!(outcome["duplicate"], variants, "{name}: {failures}");
    for (path, bytes) in tree(&work.path("out")) {
        assert!(
            !bytes.windows(WORD.len()).any(|window| window == WORD),
            "{name}: {}",
            path.display()
        );
    }
    let row = rows(&work.path("out").join("index.csv")).swap_remove(0);
    assert_eq!(row["transfer_syntax"], row["source_transfer_syntax"], "{name}");
    let output = work.path("out").join(&row["path"]);
    assert!(samples(&output) == samples(&source), "samples of {name}");
}

#[test]
fn words_in_codestreams_go_and_samples_stay() {
    type Plant = fn(&[u8]) -> Vec<Vec<u8>>;
    let cases: [(&str, Plant); 7] = [
        ("jpeg-lossless-predictors/jpeg_lossless_sel2.dcm", planted_jpeg_lossless),
        ("sc-rgb/SC_rgb_jpeg_gdcm.dcm", planted_jpeg_lossless),
        ("mr-small/MR_small_jpeg_ls_lossless.dcm", planted_jpeg),
        ("enhanced-mr/emri_small_jpeg_ls_lossless.dcm", planted_jpeg),
        ("mr-small/MR_small_jp2klossless.dcm", planted_jpeg_2000),
        ("sc-rgb/SC_rgb_gdcm_KY.dcm", planted_jpeg_2000),
        ("mr-small/MR_small_RLE.dcm", planted_rle),
    ];
    for (name, plant) in cases {
        check_planted(&sample().join("syntaxes"), name, plant);
    }
    if let Some(folder) = large_collection() {
        let folder = folder.join("syntaxes/sc-rgb");
        check_planted(&folder, "SC_rgb_dcmtk_pebpcr.dcm", planted_jpeg);
        check_planted(&folder, "SC_rgb_dcmtk_pebpcyps2.dcm", planted_jpeg);
    }
}
