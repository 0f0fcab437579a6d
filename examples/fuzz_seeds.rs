//! Real files in, first inputs for the fuzzers out: `fuzz_seeds OUT FOLDER...` writes a folder below OUT
//! for each target of `fuzz/`, whose `src/lib.rs` says what the bytes ahead of a codestream mean.

#![expect(clippy::unwrap_used, reason = "a helper of the tests: what fails ends it")]

use std::path::{Path, PathBuf};

use bytes::Bytes;
use sauva::codec::jpeg_lossless;
use sauva::codec::jpeg_ls::{self, Interleave};
use sauva::codec::rle;
use sauva::image::{ImagePixel, SampleType};
use sauva::instance::SourcePixels;
use sauva::ledger::{Announced, Line, Recount, framed};
use sauva::read::{Limits, parse};
use sauva::stats::Distributions;
use sauva::write::hex;
use sha2::{Digest, Sha256};

/// Larger inputs make a fuzzer slow and find no more.
const LARGEST_BYTES: usize = 64 << 10;
/// Sides of an image, which the fuzzers give in one byte.
const LARGEST_SIDE: u32 = 256;

fn main() {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let out = arguments.next().unwrap();
    handmade(&out);
    for folder in arguments {
        for path in files(&folder) {
            seeds_of(&out, &std::fs::read(path).unwrap());
        }
    }
}

/// What no small real file has: frames of 16 x 16 bytes, deflated and as they are.
fn handmade(out: &Path) {
    use std::io::Write;
    let frame: Vec<u8> = (0..=255).collect();
    let mut deflating = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    deflating.write_all(&frame).unwrap();
    put(out, "deflate", &[&[0, 15, 15, 0], &deflating.finish().unwrap()[..]].concat());
    put(out, "deflate", &[&[1, 15, 15, 0], &frame[..]].concat());
    for interleave in [Interleave::None, Interleave::Line, Interleave::Sample] {
        let form = jpeg_ls::Frame { width: 9, height: 5, components: 3, bits: 8 };
        let stream = jpeg_ls::encode(&frame[..135], form, interleave).unwrap();
        put(out, "jpeg_ls_codec", &[&[8, 4, 7 << 2 | 2], &stream[..]].concat());
    }
    let form = jpeg_lossless::Frame { width: 9, height: 5, components: 3, bits: 8 };
    let stream = jpeg_lossless::encode(&frame[..135], form).unwrap();
    put(out, "jpeg_lossless_codec", &[&[8, 4, 7 << 2 | 2], &stream[..]].concat());
    for (bits, width) in [(8, 9), (16, 3)] {
        let form = rle::Frame { width, height: 5, components: 3, bits };
        let stream = match bits {
            8 => rle::encode(&frame[..135], form),
            _ => rle::encode(&[256_u16, 256, 7].repeat(15), form),
        };
        let kind = u8::from(bits == 16) << 2 | 2;
        put(out, "rle_codec", &[&[width as u8 - 1, 4, kind], &stream.unwrap()[..]].concat());
    }
    let path_id = "0123456789abcdef".repeat(2);
    let file = Announced { path_id: path_id.clone(), size_bytes: 7, modified_ns: 9 };
    let recount = Recount {
        path_id: path_id.clone(),
        of_session: 1,
        counted: true,
        totals: Distributions::default(),
    };
    for line in [
        Line::Struck { session: 1, try_name: "try".into(), files: vec![file] },
        Line::Recounted { session: 1, recounts: vec![recount] },
        Line::Done { session: 1, records: Vec::new(), totals: Distributions::default() },
    ] {
        let message = postcard::to_stdvec(&line).unwrap();
        put(out, "journal", framed(&message).as_bytes());
        put(out, "journal", &message);
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

fn seeds_of(out: &Path, file: &[u8]) {
    if file.len() <= LARGEST_BYTES {
        put(out, "part10", file);
        put(out, "deidentify", file);
        // The first bytes of the preamble choose profile and encoder.
        if file.get(128..132) == Some(b"DICM") {
            let digest = Sha256::digest(file);
            put(out, "deidentify", &[&digest[..2], &file[2..]].concat());
        }
    }
    let Ok(original) = parse(&Bytes::copy_from_slice(file), &Limits::default()) else { return };
    let syntax = original.transfer_syntax.as_str();
    // The data set begins behind the File Meta Information, whose first element says how long it is.
    let body = file.get(140..144).map(|length| {
        let length = u32::from_le_bytes(length.try_into().unwrap()) as usize;
        file.get(144 + length..).unwrap_or_default()
    });
    let choice = ["1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2"];
    if let (Some(body), Some(choice)) = (body, choice.iter().position(|uid| *uid == syntax))
        && body.len() <= LARGEST_BYTES
    {
        put(out, "data_set", &[&[choice as u8], body].concat());
    }
    let Some((image, SourcePixels::Encapsulated(frames))) = &original.image else { return };
    let Some((target, choice)) = decoder(syntax) else { return };
    if image.rows > LARGEST_SIDE || image.columns > LARGEST_SIDE {
        return;
    }
    for frame in frames.iter().take(2).filter(|frame| frame.len() <= LARGEST_BYTES) {
        put(out, target, &[&header(image, choice)[..], frame].concat());
        if let Some(choice) = KEPT.iter().position(|kept| *kept == syntax) {
            put(out, "keep", &[&header(image, choice as u8)[..], frame].concat());
        }
        let codec = match syntax {
            "1.2.840.10008.1.2.4.80" | "1.2.840.10008.1.2.4.81" => Some("jpeg_ls_codec"),
            "1.2.840.10008.1.2.4.57" | "1.2.840.10008.1.2.4.70" => Some("jpeg_lossless_codec"),
            "1.2.840.10008.1.2.5" => Some("rle_codec"),
            _ => None,
        };
        if let Some(codec) = codec {
            let [_, rows, columns, _] = header(image, choice);
            let bits = match codec {
                "rle_codec" => u8::from(image.bits_allocated == 16),
                _ => image.bits_allocated as u8 - 1,
            };
            let kind = bits << 2 | (image.samples_per_pixel as u8 - 1);
            put(out, codec, &[&[columns, rows, kind], &frame[..]].concat());
        }
    }
}

/// What may be passed on as it came, in the order of the target `keep`.
const KEPT: [&str; 12] = [
    "1.2.840.10008.1.2.4.50",
    "1.2.840.10008.1.2.4.51",
    "1.2.840.10008.1.2.4.57",
    "1.2.840.10008.1.2.4.70",
    "1.2.840.10008.1.2.4.80",
    "1.2.840.10008.1.2.4.81",
    "1.2.840.10008.1.2.4.90",
    "1.2.840.10008.1.2.4.91",
    "1.2.840.10008.1.2.4.201",
    "1.2.840.10008.1.2.4.202",
    "1.2.840.10008.1.2.4.203",
    "1.2.840.10008.1.2.5",
];

/// The target that takes frames of this transfer syntax, and the syntax's place in its list.
fn decoder(transfer_syntax: &str) -> Option<(&'static str, u8)> {
    Some(match transfer_syntax {
        "1.2.840.10008.1.2.4.80" => ("jpeg_ls", 0),
        "1.2.840.10008.1.2.4.81" => ("jpeg_ls", 1),
        "1.2.840.10008.1.2.4.50" => ("jpeg", 0),
        "1.2.840.10008.1.2.4.51" => ("jpeg", 1),
        "1.2.840.10008.1.2.4.57" => ("jpeg", 2),
        "1.2.840.10008.1.2.4.70" => ("jpeg", 3),
        "1.2.840.10008.1.2.4.90" => ("jpeg_2000", 0),
        "1.2.840.10008.1.2.4.91" => ("jpeg_2000", 1),
        "1.2.840.10008.1.2.4.201" => ("jpeg_2000", 2),
        "1.2.840.10008.1.2.5" => ("rle", 0),
        "1.2.840.10008.1.2.8.1" => ("deflate", 0),
        "1.2.840.10008.1.2.1.98" => ("deflate", 1),
        _ => return None,
    })
}

fn header(image: &ImagePixel, choice: u8) -> [u8; 4] {
    let kind = u8::from(image.bits_allocated == 16)
        | u8::from(image.samples_per_pixel == 3) << 1
        | u8::from(image.sample_type == SampleType::Signed) << 2
        | u8::from(image.photometric_interpretation.starts_with("YBR")) << 3
        | ((image.bits_allocated - image.bits_stored) as u8) << 4;
    [choice, (image.rows - 1) as u8, (image.columns - 1) as u8, kind]
}

fn put(out: &Path, target: &str, seed: &[u8]) {
    let folder = out.join(target);
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(&hex(&Sha256::digest(seed))[..16]), seed).unwrap();
}
