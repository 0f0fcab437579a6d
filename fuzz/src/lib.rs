//! What the fuzz targets share: bytes of the fuzzer in, files as the reader meets them out.

use bytes::Bytes;
use libfuzzer_sys::Corpus;
use sauva::dataset::{
    DataSet, Element, Encapsulated, Tag, VR, Value, encode_data_set, encode_file_meta,
};
use sauva::deident::{Deidentifier, Key, Profile, ProfileOption, ShiftUnit};
use sauva::encode;
use sauva::image::{ImagePixel, SampleType};
use sauva::read::{Limits, parse};

/// Limits as small as a fuzzer's inputs are; deep enough to meet the recursion.
pub const LIMITS: Limits = Limits {
    file_bytes: 1 << 20,
    inflated_bytes: 1 << 20,
    pixel_bytes: 1 << 22,
    depth: 32,
    elements: 10_000,
};

/// A Part 10 file of this body.
pub fn part10(transfer_syntax: &str, body: &[u8]) -> Bytes {
    let mut file = Vec::with_capacity(body.len() + 512);
    encode_file_meta("1.2", "1.3", transfer_syntax, "1.4", "FUZZ", &mut file);
    file.extend_from_slice(body);
    file.into()
}

/// Bytes ahead of a codestream: transfer syntax, rows and columns less one, and how the samples are.
const HEADER_LENGTH: usize = 4;

/// A data set with one codestream, whose first four bytes choose its attributes; the transfer syntax.
/// `behind` follows the codestream in its fragment.
///
/// The fourth byte: bit 0 for 16 bits, bit 1 for three samples, bit 2 for signed ones, bit 3 for
/// `YBR_FULL`; the upper half is how many of the allocated bits are not stored.
pub fn coded<'a>(
    transfer_syntaxes: &[&'a str],
    data: &[u8],
    behind: &[u8],
) -> Option<(&'a str, DataSet)> {
    let (header, stream) = data.split_at_checked(HEADER_LENGTH)?;
    let transfer_syntax = transfer_syntaxes[usize::from(header[0]) % transfer_syntaxes.len()];
    let kind = header[3];
    let bits_allocated = if kind & 1 == 0 { 8 } else { 16 };
    let bits_stored = bits_allocated - u16::from(kind >> 4) % bits_allocated;
    let is_color = kind & 2 != 0;
    let image = ImagePixel {
        rows: u32::from(header[1]) + 1,
        columns: u32::from(header[2]) + 1,
        frames: 1,
        samples_per_pixel: if is_color { 3 } else { 1 },
        bits_allocated,
        bits_stored,
        high_bit: bits_stored - 1,
        sample_type: if kind & 4 == 0 { SampleType::Unsigned } else { SampleType::Signed },
        planar_configuration: 0,
        photometric_interpretation: match (is_color, kind & 8 != 0) {
            (false, _) => "MONOCHROME2",
            (true, false) => "RGB",
            (true, true) => "YBR_FULL",
        }
        .to_owned(),
    };
    let mut data_set = DataSet::new();
    image.put_into(&mut data_set);
    let fragments = vec![Bytes::from([stream, behind].concat())];
    let value = Value::Encapsulated(Encapsulated { fragments, ..Default::default() });
    data_set.put(Element { tag: Tag(0x7FE0, 0x0010), vr: VR::OB, value });
    Some((transfer_syntax, data_set))
}

/// Takes one codestream through the reader's checks and the decoder, as the pipeline does.
///
/// What the reader refuses is kept out of the corpus, or it would soon hold little else: the fuzzer
/// sees which lines of the reader are met, and nothing of decoders in C.
pub fn decode_one(transfer_syntaxes: &[&str], data: &[u8]) -> Corpus {
    let Some((transfer_syntax, data_set)) = coded(transfer_syntaxes, data, &[]) else {
        return Corpus::Reject;
    };
    let mut body = Vec::new();
    encode_data_set(&data_set, &mut body);
    let Ok(original) = parse(&part10(transfer_syntax, &body), &LIMITS) else {
        return Corpus::Reject;
    };
    let Ok(decoded) = encode::decode(original) else { return Corpus::Keep };
    let (_, image, samples) = decoded.expect("integers were asked for");
    assert_eq!(Some(samples.len() as u64), image.samples(), "as many samples as the geometry has");
    Corpus::Keep
}

/// The known profiles, each option alone, and all of them that go together.
pub fn deidentifiers() -> Vec<Deidentifier> {
    use ProfileOption::{RetainFullDates, RetainModifiedDates};
    let named = |name| Profile::load(name).expect("it is known by name");
    let with = |options: Vec<ProfileOption>, unit| {
        Profile::basic().with(options, unit).expect("they go together")
    };
    let all_but = |out| ProfileOption::all().filter(|option| *option != out).collect();
    let mut profiles = ["basic", "research", "strict"].map(named).to_vec();
    profiles.extend(ProfileOption::all().map(|option| with(vec![option], None)));
    profiles.push(with(all_but(RetainFullDates), Some(ShiftUnit::Weeks)));
    profiles.push(with(all_but(RetainModifiedDates), None));
    let key = Key::from_bytes(&[7; 32]).expect("32 bytes");
    profiles.into_iter().map(|profile| Deidentifier::new(&key, profile)).collect()
}

/// A mutator for codestreams. The fuzzer sees nothing of decoders in C, and most of what it makes up
/// is stopped by the reader; so three times of four some bytes behind the headers change in place,
/// which keeps lengths and end.
pub fn mutate(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let coded = coded_from(&data[..size]);
    if seed.is_multiple_of(4) || size < coded + 3 {
        return libfuzzer_sys::fuzzer_mutate(data, size, max_size);
    }
    let mut state = seed;
    let mut random = |below: usize| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as usize % below
    };
    for _ in 0..=random(6) {
        // Now and then a byte of the headers too.
        let from = if random(8) == 0 { HEADER_LENGTH } else { coded };
        let at = from + random(size - 2 - from);
        data[at] = match random(4) {
            0 => random(256) as u8,
            1 => data[at] ^ 1 << random(8),
            2 => [0, 0xFF, 0x80, 0x7F][random(4)],
            _ => data[from + random(size - 2 - from)],
        };
    }
    size
}

/// Where the coded data begin: behind the first SOS or SOD, or behind the header of RLE.
fn coded_from(data: &[u8]) -> usize {
    let stream = data.get(HEADER_LENGTH..).unwrap_or_default();
    let marker = stream.windows(2).position(|pair| matches!(pair, [0xFF, 0xDA | 0x93]));
    HEADER_LENGTH + marker.map_or(64, |at| at + 2)
}
