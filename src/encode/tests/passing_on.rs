//! What came compressed: what is passed on, and what is decoded and coded anew.

use super::*;

/// JPEG 2000 in which every packet is empty: all samples stand at the middle of their range.
fn empty_jpeg_2000(side: u32) -> Bytes {
    let mut stream = b"\xFF\x4F\xFF\x51\0\x29\0\0".to_vec();
    for number in [side, side, 0, 0, side, side, 0, 0] {
        stream.extend(number.to_be_bytes());
    }
    // SIZ: 8 bits; COD: no level of decomposition; QCD; one tile-part of one packet; EOC.
    stream.extend(b"\0\x01\x07\x01\x01\xFF\x52\0\x0C\0\0\0\x01\0\0\x04\x04\0\x01");
    stream.extend(b"\xFF\x5C\0\x04\x40\x40\xFF\x90\0\x0A\0\0\0\0\0\x0F\0\x01\xFF\x93\0\xFF\xD9");
    stream.into()
}

#[test]
fn a_large_empty_jpeg_2000_image_is_decoded() {
    for side in [64, 4200] {
        let mut image = grey(side, side, 8, 8, false);
        let frames = [empty_jpeg_2000(side)];
        let decoded = decode::frames(&frames, &mut image, uids::JPEG2000_LOSSLESS).unwrap();
        assert!(decoded.len() == (side * side) as usize && decoded.iter().all(|byte| *byte == 128));
    }
}

#[test]
fn a_header_of_jpeg_2000_tells_of_a_loss() {
    use crate::codestream::is_irreversible;
    let stream = empty_jpeg_2000(64).to_vec();
    assert!(!is_irreversible(&stream));
    let cod = stream.windows(2).position(|marker| marker == [0xFF, 0x52]).unwrap();
    let mut irreversible = stream.clone();
    irreversible[cod + 13] = 0;
    assert!(is_irreversible(&irreversible));
    assert!(!is_irreversible(&irreversible[..cod + 13]) && !is_irreversible(&[]));
}

fn keep(
    transfer_syntax: &str,
    image: &ImagePixel,
    frame: impl Into<Bytes>,
    embedded_overlay: bool,
) -> Result<Encoded, EncodeError> {
    let source = SourcePixels::Encapsulated(vec![frame.into()]);
    let instance = came_in(transfer_syntax, image, source, embedded_overlay);
    whole(Encoder::by_name("keep", Verify::Full).unwrap(), instance)
}

#[test]
fn what_comes_native_is_kept_native() {
    let image = grey(4, 4, 16, 12, false);
    let native = native(&image, &[7; 16]);
    let encoder = Encoder::by_name("keep", Verify::Full).unwrap();
    let encoded = whole(encoder, deidentified(&image, native.clone(), false)).unwrap();
    assert_eq!(encoded.transfer_syntax, uids::EXPLICIT_VR_LITTLE_ENDIAN);
    assert_eq!(encoded.data_set.bytes(tags::PIXEL_DATA), Some(&native));
    assert_eq!((encoded.kept_native, encoded.decoded), (None, None));
}

#[test]
fn what_is_kept_keeps_its_attributes_and_is_measured_by_its_samples() {
    let mut image = grey(64, 64, 8, 8, false);
    image.photometric_interpretation = "YBR_RCT".into();
    let frame = empty_jpeg_2000(64);
    let encoded = keep(uids::JPEG2000_LOSSLESS, &image, frame.clone(), false).unwrap();
    assert_eq!(encoded.transfer_syntax, uids::JPEG2000_LOSSLESS);
    assert_eq!(encoded.image.as_ref(), Some(&image));
    let photometric = encoded.data_set.text(tags::PHOTOMETRIC_INTERPRETATION);
    assert_eq!(photometric, Some("YBR_RCT"));
    assert_eq!(encoded.decoded.unwrap().photometric_interpretation, "RGB");
    assert_eq!(encoded.samples, Some(Samples::Eight(vec![128; 64 * 64])));
    let element = encoded.data_set.get(tags::PIXEL_DATA).unwrap();
    let Value::Encapsulated(pixels) = &element.value else { panic!("pixels stay coded") };
    assert_eq!(pixels.fragments, [frame]);
    assert_eq!(pixels.offset_table.as_ref(), [0; 4]);
}

#[test]
fn what_cannot_be_kept_is_coded_as_without_keep() {
    let image = grey(64, 64, 8, 8, false);
    // A codestream with a segment that nobody knows.
    let mut unknown = empty_jpeg_2000(64).to_vec();
    unknown.splice(45..45, *b"\xFF\x65\0\x06JANE");
    let encoded = keep(uids::JPEG2000_LOSSLESS, &image, unknown, false).unwrap();
    assert_eq!(encoded.transfer_syntax, uids::JPEGLS_LOSSLESS);
}

#[test]
fn bits_above_bits_stored_are_not_kept() {
    let image = grey(4, 4, 16, 12, false);
    // RLE of two byte planes (PS3.5 section G.2): bit 12 is set in every sample.
    let mut frame = [2_u32, 64, 66].map(u32::to_le_bytes).concat();
    frame.resize(64, 0);
    frame.extend([(-15_i8) as u8, 0x10, (-15_i8) as u8, 1]);
    let encoded = keep(uids::RLE_LOSSLESS, &image, frame.clone(), true).unwrap();
    // It is coded, which would make so small an image larger.
    assert_eq!(encoded.kept_native, Some(KeptNative::WouldGrow));
    assert_eq!(encoded.samples, Some(Samples::Sixteen(vec![1; 16])));
    let refused = keep(uids::RLE_LOSSLESS, &image, frame, false);
    assert_eq!(refused.unwrap_err(), EncodeError::StrayBits);
}

/// A smooth image, and its frame as this codec writes it.
fn coded(codec: &str) -> (ImagePixel, Bytes, Encoded) {
    let image = grey(32, 32, 16, 12, false);
    let native = native(&image, &(0..32 * 32).map(|n| n * n % 900).collect::<Vec<u32>>());
    let encoded = encode(&image, &native, codec);
    (image, native, encoded)
}

fn fragments(encoded: &Encoded) -> &[Bytes] {
    match &encoded.data_set.get(tags::PIXEL_DATA).unwrap().value {
        Value::Encapsulated(pixels) => &pixels.fragments,
        _ => &[],
    }
}

/// Encodes frames that came in a transfer syntax.
fn anew(codec: &str, transfer_syntax: &str, image: &ImagePixel, frames: &[Bytes]) -> Encoded {
    let source = SourcePixels::Encapsulated(frames.to_vec());
    let instance = came_in(transfer_syntax, image, source, false);
    whole(Encoder::by_name(codec, Verify::Full).unwrap(), instance).unwrap()
}

#[test]
fn what_came_with_a_loss_is_passed_on_and_never_coded_again() {
    let image = grey(64, 64, 8, 8, false);
    let frame = [empty_jpeg_2000(64)];
    for codec in ["jpeg-ls", "jpeg-lossless", "smallest", "keep"] {
        let encoded = anew(codec, uids::JPEG2000, &image, &frame);
        assert_eq!(encoded.transfer_syntax, uids::JPEG2000, "{codec}");
        assert_eq!(fragments(&encoded), frame);
        assert!(encoded.is_verified);
    }
    let native = anew("native", uids::JPEG2000, &image, &frame);
    assert_eq!(native.data_set.bytes(tags::PIXEL_DATA).unwrap().as_ref(), [128; 64 * 64]);
}

#[test]
fn of_two_forms_without_a_loss_the_smaller_one_is_written() {
    let (image, native, small) = coded("jpeg-ls");
    let (_, _, large) = coded("jpeg-lossless");
    assert!(small.pixel_bytes.encoded < large.pixel_bytes.encoded);
    let from_small = anew("jpeg-lossless", uids::JPEGLS_LOSSLESS, &image, fragments(&small));
    assert_eq!(from_small.transfer_syntax, uids::JPEGLS_LOSSLESS);
    assert_eq!(fragments(&from_small), fragments(&small));
    let from_large = anew("jpeg-ls", uids::JPEG_LOSSLESS_SV1, &image, fragments(&large));
    assert_eq!(from_large.transfer_syntax, uids::JPEGLS_LOSSLESS);
    assert_eq!(fragments(&from_large), fragments(&small));
    let in_native = anew("native", uids::JPEGLS_LOSSLESS, &image, fragments(&small));
    assert_eq!(in_native.data_set.bytes(tags::PIXEL_DATA), Some(&native));
}

#[test]
fn frames_without_a_codec_are_kept_without_what_follows_them() {
    let image = grey(3, 3, 8, 8, false);
    let samples: Vec<u8> = (1..=9).collect();
    let fragment = |encoded: &Encoded| fragments(encoded)[0].clone();
    let uncompressed = [&samples[..], b"J"].concat();
    let encoded = keep("1.2.840.10008.1.2.1.98", &image, uncompressed, false).unwrap();
    assert_eq!(encoded.transfer_syntax, "1.2.840.10008.1.2.1.98");
    assert_eq!(fragment(&encoded).as_ref(), [&samples[..], &[0]].concat());
    let stream = deflate::deflated(&samples).unwrap();
    let deflated = [&stream[..], b"JANE"].concat();
    let encoded = keep("1.2.840.10008.1.2.8.1", &image, deflated, false).unwrap();
    assert_eq!(encoded.transfer_syntax, "1.2.840.10008.1.2.8.1");
    assert_eq!(fragment(&encoded).as_ref(), stream);
}

/// Of JPEG Lossless the library behind our decoder gives wrong samples where ours gives none.
#[test]
fn lossless_jpeg_that_is_not_supported_is_no_image() {
    let (image, _, encoded) = coded("jpeg-lossless");
    let stream = fragments(&encoded)[0].to_vec();
    let decode = |stream: Vec<u8>| {
        let syntax = uids::JPEG_LOSSLESS_SV1;
        decode::frames(&[stream.into()], &mut image.clone(), syntax).map(|bytes| bytes.len())
    };
    assert_eq!(decode(stream.clone()), Ok(32 * 32 * 2));
    // A restart interval of three samples (DRI), which ends within lines.
    let broken = [&stream[..2], b"\xFF\xDD\0\x04\0\x03", &stream[2..]].concat();
    assert_eq!(decode(broken), Err(EncodeError::Unsupported));
}

#[test]
fn a_loss_is_told_where_the_transfer_syntax_was_the_only_sign() {
    let (image, _, encoded) = coded("jpeg-ls");
    for (codec, syntax, told) in [
        ("jpeg-ls", uids::JPEGLS_NEAR_LOSSLESS, Some("01")),
        ("native", uids::JPEGLS_NEAR_LOSSLESS, Some("01")),
        ("native", uids::JPEGLS_LOSSLESS, None),
    ] {
        let found = anew(codec, syntax, &image, fragments(&encoded));
        assert_eq!(found.data_set.text(tags::LOSSY_IMAGE_COMPRESSION), told, "{codec} {syntax}");
    }
}
