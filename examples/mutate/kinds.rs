//! The ways to damage a file: sound ones in, a damaged one with a word for the damage out. A name that
//! begins with `cut` or `endback` stands for a file that lacks something and must never be written; in
//! one that begins with `prefix` whole elements are missing from an object without pixels, which no
//! reader can tell.

use bytes::Bytes;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use sauva::dataset::{DataSet, Element, Tag, VR, Value, encode_data_set};
use sauva::image::{ImagePixel, SampleType};
use sauva::read::{Limits, parse};

use crate::codestream;
use crate::seed::{PIXEL_DATA, Seed, part10};

/// Numbers that depend on seed and file number alone.
pub(crate) struct Source(ChaCha8Rng);

impl Source {
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        (self.0.next_u64() % bound.max(1) as u64) as usize
    }

    pub(crate) fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }
}

const EXTREMES: [u32; 9] =
    [0, 1, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFF0, 0xFFFF_FFFE, 0xFFFF_FFFF, 0xFFFF, 0x0001_0000];
const EXPLICIT: &str = "1.2.840.10008.1.2.1";
const DEFLATED: &str = "1.2.840.10008.1.2.1.99";
/// The file with this number.
pub(crate) fn mutant(seeds: &[Seed], run: u64, number: usize) -> (String, Vec<u8>) {
    let mut source = Source(ChaCha8Rng::seed_from_u64(run ^ (number as u64) << 20));
    // Those that are large or take long to make come once.
    match number {
        0 => return ("bomb".to_owned(), bomb()),
        1 => return ("crowd-items".to_owned(), crowd(b"", 4_000_000)),
        2 => return ("crowd-elements".to_owned(), crowd(b"\x08\0\x60\0CS\0\0", 2_000_000)),
        3 => return ("crowd-uids".to_owned(), crowd(b"\x08\0\x55\x11UI\x04\x001.2\0", 1_000_000)),
        4 => return ("many-frames".to_owned(), many_frames()),
        _ => {}
    }
    let seed = &seeds[source.below(seeds.len())];
    let (name, file) = match source.below(16) {
        0 | 1 => ("bits", bits(seed, &mut source)),
        2 | 3 => ("bytes", bytes(seed, &mut source)),
        4 | 5 => ("length", length(seed, &mut source)),
        6 | 7 => return cut(seed, &mut source),
        8 => ("splice", splice(seed, &seeds[source.below(seeds.len())], &mut source)),
        9 => ("nested", nested(seed, &mut source)),
        10 => ("declared", declared(seed, &mut source)),
        11 => ("frames", geometry(seed, &mut source)),
        _ => {
            // Few files are compressed: most of these turns go to one of them.
            let compressed: Vec<&Seed> = seeds.iter().filter(|s| s.frames().is_some()).collect();
            let is_any = compressed.is_empty() || source.below(4) == 0;
            let seed = if is_any { seed } else { compressed[source.below(compressed.len())] };
            return codestream::mutant(seed, &mut source);
        }
    };
    (name.to_owned(), file)
}

fn bits(seed: &Seed, source: &mut Source) -> Vec<u8> {
    let mut file = seed.file.clone();
    for _ in 0..=source.below(32) {
        let at = source.below(file.len());
        file[at] ^= 1 << source.below(8);
    }
    file
}

fn bytes(seed: &Seed, source: &mut Source) -> Vec<u8> {
    let mut file = seed.file.clone();
    for _ in 0..=source.below(16) {
        let at = source.below(file.len());
        file[at] = source.one_of(&[0, 0xFF, 0x7F, 0x80, 0x20, 0xFE]);
    }
    file
}

/// The length of one element becomes extreme; where no VR is seen, any four bytes do.
fn length(seed: &Seed, source: &mut Source) -> Vec<u8> {
    let mut file = seed.file.clone();
    let is_vr = |pair: &[u8]| VR::from_binary([pair[0], pair[1]]).is_some();
    let headers: Vec<usize> =
        (132..file.len() - 8).filter(|at| is_vr(&file[*at..*at + 2])).take(4000).collect();
    let extreme = source.one_of(&EXTREMES);
    let at = if headers.is_empty() || source.below(4) == 0 {
        source.below(file.len() - 4)
    } else {
        headers[source.below(headers.len())] + source.one_of(&[2, 4])
    };
    let width = source.one_of(&[2, 4]);
    file[at..at + width].copy_from_slice(&extreme.to_le_bytes()[..width]);
    file
}

/// The file up to a multiple of 64 bytes, or to any place.
fn cut(seed: &Seed, source: &mut Source) -> (String, Vec<u8>) {
    let at = source.below(seed.end);
    let at = if source.below(2) == 0 { at / 64 * 64 } else { at };
    let file = seed.file[..at].to_vec();
    let is_prefix = seed.image.is_none()
        && parse(&Bytes::copy_from_slice(&file), &Limits::default()).is_ok_and(|cut| {
            cut.data_set.iter().all(|element| seed.data_set.get(element.tag) == Some(element))
        });
    (if is_prefix { "prefix" } else { "cut" }.to_owned(), file)
}

/// A block of one file in the middle of another, in place of as much or of nothing.
fn splice(seed: &Seed, other: &Seed, source: &mut Source) -> Vec<u8> {
    let from = source.below(other.file.len());
    let length = source.below(4096).min(other.file.len() - from);
    let at = source.below(seed.file.len());
    let until = if source.below(2) == 0 { at } else { (at + length).min(seed.file.len()) };
    [&seed.file[..at], &other.file[from..from + length], &seed.file[until..]].concat()
}

/// Sequences in sequences behind the elements of a file, up to 10,000 levels, open or closed, in each
/// form that a sequence has.
fn nested(seed: &Seed, source: &mut Source) -> Vec<u8> {
    let levels = source.one_of(&[31, 32, 33, 100, 1000, 10_000]);
    let explicit = b"\x08\0\x40\x11SQ\0\0\xFF\xFF\xFF\xFF\xFE\xFF\0\xE0\xFF\xFF\xFF\xFF";
    let unknown = b"\x08\0\x40\x11UN\0\0\xFF\xFF\xFF\xFF\xFE\xFF\0\xE0\xFF\xFF\xFF\xFF";
    let implicit = b"\x08\0\x40\x11\xFF\xFF\xFF\xFF\xFE\xFF\0\xE0\xFF\xFF\xFF\xFF";
    let close = b"\xFE\xFF\x0D\xE0\0\0\0\0\xFE\xFF\xDD\xE0\0\0\0\0";
    let mut body = Vec::new();
    encode_data_set(&seed.data_set, &mut body);
    match source.below(3) {
        0 => body.extend(explicit.repeat(levels)),
        1 => body.extend([&unknown[..], &implicit.repeat(levels - 1)].concat()),
        _ => return part10("1.2.840.10008.1.2", &implicit.repeat(levels)),
    }
    if source.below(2) == 0 {
        body.extend(close.repeat(levels));
    }
    part10(EXPLICIT, &body)
}

/// An element of 1 kB that says that it has 4 GiB, in every VR with a long length, and in all of
/// implicit VR.
fn declared(seed: &Seed, source: &mut Source) -> Vec<u8> {
    let vr = source
        .one_of(&["OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"]);
    let length = source.one_of(&EXTREMES).to_le_bytes();
    let mut body = Vec::new();
    encode_data_set(&seed.data_set, &mut body);
    let tag = source.one_of(&[b"\xFE\x7F\x10\0", b"\xE0\x7F\x10\0", b"\x08\0\x40\x11"]);
    if source.below(4) == 0 {
        body = [&tag[..], &length, &[0x41; 1024]].concat();
        return part10("1.2.840.10008.1.2", &body);
    }
    body.extend([&tag[..], vr.as_bytes(), &[0, 0], &length, &[0x41; 1024]].concat());
    part10(EXPLICIT, &body)
}

/// Rows, columns, frames, samples and bits that the pixels do not have.
fn geometry(seed: &Seed, source: &mut Source) -> Vec<u8> {
    let mut file = seed.file.clone();
    let number: u16 = source.one_of(&[0, 1, 12, 24, 32, 64, 0x7FFF, 0x8000, 0xFFFF]);
    let element = source.one_of(&[0x02, 0x06, 0x10, 0x11, 0x00, 0x01, 0x03]);
    let high = u8::from(matches!(element, 0x00 | 0x01 | 0x03));
    let short = [0x28, 0, element, high, b'U', b'S', 2, 0];
    if let Some(at) = file.windows(8).position(|bytes| bytes == short) {
        file[at + 8..at + 10].copy_from_slice(&number.to_le_bytes());
    }
    if source.below(2) == 0 {
        let frames =
            source.one_of(&["2147483648", "4294967295", "1000000000", "0 ", "-1", "65536 "]);
        let old = file.windows(6).position(|bytes| bytes == b"\x28\0\x08\0IS");
        let rows = file.windows(6).position(|bytes| bytes == b"\x28\0\x10\0US");
        let element =
            [b"\x28\0\x08\0IS", &(frames.len() as u16).to_le_bytes()[..], frames.as_bytes()]
                .concat();
        match (old, rows) {
            (Some(at), _) => {
                let length = usize::from(u16::from_le_bytes([file[at + 6], file[at + 7]]));
                file.splice(at..(at + 8 + length).min(at + 64), element);
            }
            (None, Some(at)) => {
                file.splice(at..at, element);
            }
            (None, None) => {}
        }
    }
    file
}

/// 1.5 MB that inflate to 1.5 GiB.
fn bomb() -> Vec<u8> {
    use std::io::Write;
    let mut deflating = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    deflating.write_all(b"\x08\0\x60\0CS\x02\0CT\xE0\x7F\x10\0OB\0\0\0\0\0\x60").unwrap();
    let zeros = vec![0; 1 << 20];
    for _ in 0..1536 {
        deflating.write_all(&zeros).unwrap();
    }
    part10(DEFLATED, &deflating.finish().unwrap())
}

/// A megabyte of frames that are one pixel each.
fn many_frames() -> Vec<u8> {
    let frames = 1 << 20;
    let mut data_set = DataSet::new();
    data_set.put_text(Tag(0x0008, 0x0016), VR::UI, "1.2.840.10008.5.1.4.1.1.7.2");
    for tag in [Tag(0x0008, 0x0018), Tag(0x0020, 0x000D), Tag(0x0020, 0x000E)] {
        data_set.put_text(tag, VR::UI, "1.2.3");
    }
    let image = ImagePixel {
        rows: 1,
        columns: 1,
        frames,
        samples_per_pixel: 1,
        bits_allocated: 8,
        bits_stored: 8,
        high_bit: 7,
        sample_type: SampleType::Unsigned,
        planar_configuration: 0,
        photometric_interpretation: "MONOCHROME2".to_owned(),
    };
    image.put_into(&mut data_set);
    let value = Value::Bytes(vec![1; frames as usize].into());
    data_set.put(Element { tag: PIXEL_DATA, vr: VR::OB, value });
    let mut body = Vec::new();
    encode_data_set(&data_set, &mut body);
    part10(EXPLICIT, &body)
}

/// As many items and elements as the limits let through.
fn crowd(element: &[u8], count: usize) -> Vec<u8> {
    let item = [b"\xFE\xFF\0\xE0", &(element.len() as u32).to_le_bytes()[..], element].concat();
    let sequence = b"\x08\0\x40\x11SQ\0\0\xFF\xFF\xFF\xFF";
    let end = b"\xFE\xFF\xDD\xE0\0\0\0\0";
    part10(EXPLICIT, &[&sequence[..], &item.repeat(count), end].concat())
}
