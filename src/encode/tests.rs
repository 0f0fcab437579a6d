//! Random images of every depth, sign and shape: what is coded decodes to the same samples.

use dicom::dictionary_std::uids;
use proptest::prelude::*;

use super::*;
use crate::instance::Identity;

mod masking;
mod passing_on;
mod smallest;

fn deidentified(image: &ImagePixel, native: Bytes, embedded_overlay: bool) -> Deidentified {
    let source = SourcePixels::Native(native);
    came_in(uids::EXPLICIT_VR_LITTLE_ENDIAN, image, source, embedded_overlay)
}

fn came_in(
    transfer_syntax: &str,
    image: &ImagePixel,
    source: SourcePixels,
    embedded_overlay: bool,
) -> Deidentified {
    let mut data_set = DataSet::new();
    data_set.put_text(tags::PHOTOMETRIC_INTERPRETATION, VR::CS, &image.photometric_interpretation);
    let identity = Identity {
        patient_id: "p".into(),
        study_uid: "1".into(),
        series_uid: "2".into(),
        sop_instance_uid: "3".into(),
        sop_class_uid: "4".into(),
    };
    let original = Original {
        data_set,
        transfer_syntax: transfer_syntax.into(),
        image: Some((image.clone(), source)),
    };
    #[expect(clippy::disallowed_methods, reason = "nothing in this data set identifies")]
    Deidentified::new(original, identity, embedded_overlay)
}

pub(super) fn grey(
    rows: u32,
    columns: u32,
    allocated: u16,
    stored: u16,
    signed: bool,
) -> ImagePixel {
    ImagePixel {
        rows,
        columns,
        frames: 1,
        samples_per_pixel: 1,
        bits_allocated: allocated,
        bits_stored: stored,
        high_bit: stored - 1,
        sample_type: if signed { SampleType::Signed } else { SampleType::Unsigned },
        planar_configuration: 0,
        photometric_interpretation: "MONOCHROME2".into(),
    }
}

/// Native bytes of samples: signed ones carry their sign into the unused bits.
fn native(image: &ImagePixel, samples: &[u32]) -> Bytes {
    let stored = u32::from(image.bits_stored);
    let width = usize::from(image.bits_allocated / 8);
    let bytes = samples.iter().flat_map(|sample| {
        let sample = sample & (u32::MAX >> (32 - stored));
        let extends = image.sample_type == SampleType::Signed && sample >> (stored - 1) == 1;
        let word = if extends { sample | (u32::MAX << (stored - 1)) } else { sample };
        word.to_le_bytes()[..width].to_vec()
    });
    bytes.collect::<Vec<u8>>().into()
}

/// Decodes and encodes.
fn whole(encoder: Encoder, instance: Deidentified) -> Result<Encoded, EncodeError> {
    encoder.encode(decoded(instance)?, Redaction::default())
}

pub(super) fn encode(image: &ImagePixel, native: &Bytes, codec: &str) -> Encoded {
    let encoder = Encoder::by_name(codec, Verify::Full).unwrap();
    whole(encoder, deidentified(image, native.clone(), false)).unwrap()
}

/// Decodes what each codec wrote, as an input that came so, and compares it with the samples.
fn check_round_trip(image: &ImagePixel, native: &Bytes) {
    for codec in CODECS {
        check_codec(image, native, codec);
    }
}

fn check_codec(image: &ImagePixel, native: &Bytes, codec: &Codec) {
    let encoded = encode(image, native, codec.name);
    let samples = encoded.samples.as_ref().unwrap();
    let element = encoded.data_set.get(tags::PIXEL_DATA).unwrap();
    match &element.value {
        Value::Encapsulated(pixels) => {
            assert_eq!(encoded.transfer_syntax, codec.transfer_syntax);
            let photometric = encoded.data_set.text(tags::PHOTOMETRIC_INTERPRETATION);
            let described = (codec.describe)(image.clone()).photometric_interpretation;
            assert_eq!(photometric, Some(described.as_str()));
            let mut image = encoded.image.clone().unwrap();
            let decoded =
                decode::frames(&pixels.fragments, &mut image, &encoded.transfer_syntax).unwrap();
            let (found, _) = samples::canonical(&decoded, &image, false).unwrap().unwrap();
            assert!(found == *samples, "{} gives other samples", codec.name);
            assert_eq!(pixels.fragments.len(), image.frames as usize);
        }
        Value::Bytes(bytes) => {
            assert!(encoded.kept_native.is_some());
            assert_eq!(bytes, native);
        }
        Value::Sequence(_) => panic!("pixels are no sequence"),
    }
}

proptest! {
    #[test]
    fn grey_images_survive(
        rows in 1_u32..40,
        columns in 1_u32..40,
        wide in any::<bool>(),
        depth in 2_u16..=16,
        signed in any::<bool>(),
        smooth in any::<bool>(),
        seed in any::<u64>(),
    ) {
        let stored = if wide { depth } else { depth.min(8) };
        let image = grey(rows, columns, if wide { 16 } else { 8 }, stored, signed);
        let samples: Vec<u32> = (0..rows * columns)
            .map(|n| if smooth { n / 3 } else { (u64::from(n) ^ seed).wrapping_mul(seed | 1) as u32 >> 8 })
            .collect();
        check_round_trip(&image, &native(&image, &samples));
    }

    #[test]
    fn colour_images_survive_in_both_planar_configurations(
        rows in 1_u32..20,
        columns in 1_u32..20,
        planar in 0_u16..2,
        frames in 1_u32..4,
        photometric in prop_oneof![Just("RGB"), Just("YBR_FULL")],
    ) {
        let mut image = grey(rows, columns, 8, 8, false);
        image.samples_per_pixel = 3;
        image.frames = frames;
        image.planar_configuration = planar;
        image.photometric_interpretation = photometric.into();
        let count = image.samples().unwrap() as u32;
        let samples: Vec<u32> = (0..count).map(|n| (n / 7) % 256).collect();
        check_round_trip(&image, &native(&image, &samples));
    }
}

#[test]
fn planes_become_pixels() {
    let mut image = grey(1, 2, 8, 8, false);
    image.samples_per_pixel = 3;
    image.planar_configuration = 1;
    let planes = Bytes::from_static(&[1, 2, 10, 20, 100, 200]);
    let (samples, _) = samples::canonical(&planes, &image, false).unwrap().unwrap();
    assert_eq!(samples, Samples::Eight(vec![1, 10, 100, 2, 20, 200]));
}

#[test]
fn extremes_constants_and_single_pixels_survive() {
    for (rows, columns) in [(1, 1), (1, 70), (70, 1), (33, 65)] {
        let image = grey(rows, columns, 16, 16, false);
        let count = rows * columns;
        let board: Vec<u32> = (0..count).map(|n| if n % 2 == 0 { 0 } else { 0xFFFF }).collect();
        check_round_trip(&image, &native(&image, &board));
        check_round_trip(&image, &native(&image, &vec![0x1234; count as usize]));
    }
}

#[test]
fn noise_that_would_grow_stays_native_and_says_so() {
    let image = grey(64, 64, 16, 16, false);
    let mut state = 1_u64;
    let noise: Vec<u32> = (0..64 * 64)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 40) as u32 & 0xFFFF
        })
        .collect();
    let encoded = encode(&image, &native(&image, &noise), "jpeg-ls");
    assert_eq!(encoded.kept_native, Some(KeptNative::WouldGrow));
    assert_eq!(encoded.transfer_syntax, uids::EXPLICIT_VR_LITTLE_ENDIAN);
}

#[test]
fn what_the_codec_cannot_hold_stays_native_and_says_why() {
    type Change = fn(&mut ImagePixel);
    let cases: [(Change, KeptNative); 5] = [
        (|i| (i.bits_allocated, i.bits_stored, i.high_bit) = (1, 1, 0), KeptNative::OneBit),
        (|i| (i.bits_allocated, i.bits_stored, i.high_bit) = (32, 32, 31), KeptNative::WideSamples),
        (|i| i.photometric_interpretation = "PALETTE COLOR".into(), KeptNative::Palette),
        (|i| i.photometric_interpretation = "HSV".into(), KeptNative::Photometric),
        (|i| (i.bits_stored, i.high_bit) = (12, 15), KeptNative::HighBit),
    ];
    for (change, reason) in cases {
        let mut image = grey(8, 8, 16, 16, false);
        change(&mut image);
        let zeros = Bytes::from(vec![0; image.native_length().unwrap() as usize]);
        let encoded = encode(&image, &zeros, "jpeg-ls");
        assert_eq!(encoded.kept_native, Some(reason));
        assert_eq!(encoded.data_set.bytes(tags::PIXEL_DATA), Some(&zeros));
    }
}

#[test]
fn bits_above_bits_stored_are_cleared_for_an_overlay_and_refused_without_one() {
    let image = grey(4, 4, 16, 12, false);
    let mut bytes = vec![0_u8; 32];
    bytes[1] = 0x10; // bit 12 of the first sample
    let native = Bytes::from(bytes);
    let encoder = Encoder::by_name("native", Verify::Full).unwrap();
    let refused = whole(encoder, deidentified(&image, native.clone(), false));
    assert_eq!(refused.unwrap_err(), EncodeError::StrayBits);
    let encoded = whole(encoder, deidentified(&image, native, true)).unwrap();
    assert_eq!(encoded.data_set.bytes(tags::PIXEL_DATA).unwrap().as_ref(), [0; 32]);
}

#[test]
fn single_bits_unpack_from_the_lowest() {
    let image =
        ImagePixel { bits_allocated: 1, bits_stored: 1, high_bit: 0, ..grey(3, 3, 8, 8, false) };
    let packed = Bytes::from_static(&[0b0000_0101, 0b1]);
    let (samples, _) = samples::canonical(&packed, &image, false).unwrap().unwrap();
    assert_eq!(samples, Samples::Eight(vec![1, 0, 1, 0, 0, 0, 0, 0, 1]));
}
