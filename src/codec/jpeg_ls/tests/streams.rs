//! Streams of others, damaged streams, and the example of the standard.

use charls::CharLS;
use proptest::prelude::*;

use super::super::super::segments::{EOI, SOS};
use super::super::super::textures::{TEXTURES, Texture, image};
use super::super::*;
use super::{INTERLEAVES, charls_bytes, charls_decode, charls_encode, frames, written_interleave};

proptest! {
    #[test]
    fn damaged_streams_never_panic(
        frame in frames(),
        texture in 0..TEXTURES.len(),
        interleave in 0..INTERLEAVES.len(),
        near in 0_i32..=1,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in any::<Option<prop::sample::Index>>(),
        seed in any::<u64>(),
    ) {
        let samples = image(frame, TEXTURES[texture], seed);
        let interleave = written_interleave(frame, INTERLEAVES[interleave]);
        if let Some(mut stream) = charls_encode(&samples, frame, interleave, near) {
            for (at, byte) in changes {
                let at = at.index(stream.len());
                stream[at] = byte;
            }
            if let Some(cut) = cut {
                stream.truncate(cut.index(stream.len()));
            }
            let found = decode::<u16>(&stream, frame);
            let is_equal = found.as_ref().is_ok_and(|found| *found == samples);
            prop_assert_eq!(gives_back(&stream, frame, &samples).unwrap_or(false), is_equal);
            prop_assert!(found.is_ok_and(|found| found.len() == samples.len()) || !is_equal);
        }
    }

    #[test]
    fn any_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let frame = Frame { width: 9, height: 5, components: 1, bits: 8 };
        let mut stream = encode(&[0_u8; 45], frame, Interleave::None).unwrap();
        let data = stream.len() - 2 - 4;
        stream.splice(data.., bytes.iter().copied().chain([0xFF, EOI]));
        let _ = decode::<u8>(&stream, frame);
        let _ = decode::<u8>(&bytes, frame);
    }
}

#[test]
fn samples_beyond_those_of_a_stream_differ_from_them() {
    let frame = Frame { width: 5, height: 4, components: 1, bits: 8 };
    let stream = encode(&[9_u8; 20], frame, Interleave::None).unwrap();
    let frame = Frame { bits: 16, ..frame };
    assert_eq!(gives_back(&stream, frame, &[9_u16; 20]), Ok(true));
    for at in 0..20 {
        let mut samples = [9_u16; 20];
        samples[at] = 40_000;
        assert!(!gives_back(&stream, frame, &samples).unwrap_or(false));
    }
}

/// Puts segments ahead of the frame header.
fn with_segments(stream: &[u8], segments: &[u8]) -> Vec<u8> {
    [&stream[..2], segments, &stream[2..]].concat()
}

#[test]
fn what_is_not_supported_is_refused() {
    let frame = Frame { width: 4, height: 4, components: 3, bits: 8 };
    let stream = encode(&[7_u8; 48], frame, Interleave::Sample).unwrap();
    let of = |segments: &[u8]| decode::<u8>(&with_segments(&stream, segments), frame);
    assert!(of(b"\xFF\xFE\0\x04hi\xFF\xE8\0\x07mrfx\0").is_ok());
    // A colour transformation; a mapping table; a larger frame; defined lines.
    for segment in [
        &b"\xFF\xE8\0\x07mrfx\x01"[..],
        b"\xFF\xF8\0\x06\x02\x01\x01\0",
        b"\xFF\xF8\0\x08\x04\x02\0\x04\0\x04",
        b"\xFF\xDC\0\x04\0\x04",
    ] {
        assert_eq!(of(segment), Err(CodecError::Unsupported), "{segment:?}");
    }
    let other = Frame { height: 5, ..frame };
    assert_eq!(decode::<u8>(&stream, other), Err(CodecError::OtherFrame));
    assert_eq!(decode::<u8>(&stream, Frame { width: 0, ..frame }), Err(CodecError::Frame));
}

#[test]
fn a_stream_is_decoded_to_its_last_bit() {
    let frame = Frame { width: 30, height: 20, components: 1, bits: 8 };
    let samples = image(frame, Texture::Noise, 5);
    let stream = encode(&samples, frame, Interleave::None).unwrap();
    let end = stream.len() - 2;
    for cut in 2..end {
        assert!(decode::<u16>(&stream[..cut], frame).is_err());
        let closed = [&stream[..cut], &stream[end..]].concat();
        assert!(decode::<u16>(&closed, frame).is_err(), "cut at {cut}");
    }
    for more in [&b"\0"[..], b"\x12\x34"] {
        let longer = [&stream[..end], more, &stream[end..]].concat();
        assert_eq!(decode::<u16>(&longer, frame), Err(CodecError::Damaged));
    }
    let padded = [&stream[..], b"\0"].concat();
    assert!(decode::<u16>(&padded, frame).unwrap() == samples);
}

/// Each interval is coded as an image of its own (T.87 section C.2.5): so two make one stream.
#[test]
fn restart_intervals_start_anew() {
    let half = Frame { width: 20, height: 10, components: 1, bits: 8 };
    let whole = Frame { height: 20, ..half };
    let samples = image(whole, Texture::Gradient, 3);
    let streams: Vec<Vec<u8>> = samples
        .chunks(200)
        .map(|samples| encode(samples, half, Interleave::None).unwrap())
        .collect();
    let data = |stream: &[u8]| stream[25..stream.len() - 2].to_vec();
    let mut stream = streams[0][..25].to_vec();
    stream[8] = 20;
    let stream =
        [stream, data(&streams[0]), b"\xFF\xD0".to_vec(), data(&streams[1]), vec![0xFF, EOI]];
    let stream = with_segments(&stream.concat(), b"\xFF\xDD\0\x04\0\x0A");
    assert!(decode::<u16>(&stream, whole).unwrap() == samples);
    let charls = charls_decode(&stream);
    assert!(charls == charls_bytes(&samples, whole, Interleave::None));
    assert_eq!(gives_back(&stream, whole, &samples), Ok(true));
    for at in [0, 199, 200, 399] {
        let mut others = samples.clone();
        others[at] ^= 1;
        assert_eq!(gives_back(&stream, whole, &others), Ok(false), "sample {at}");
    }
}

/// A decoder takes the code of large numbers for small ones too, whoever may write so.
#[test]
fn a_small_number_in_a_long_code_is_read() {
    let frame = Frame { width: 2, height: 2, components: 1, bits: 8 };
    let samples = [0_u8, 0, 50, 60];
    let stream = encode(&samples, frame, Interleave::None).unwrap();
    let scan = stream.windows(2).position(|pair| pair == [0xFF, SOS]).unwrap() + 10;
    let data = &stream[scan..stream.len() - 2];
    assert!(!data.contains(&0xFF), "nothing is stuffed");
    let bits = data.iter().map(|byte| format!("{byte:08b}")).collect::<Vec<_>>().concat();
    // The last sample: prediction 50, error -10 by its sign, number 19; k is 2 in a fresh context.
    let before = bits.trim_end_matches('0').strip_suffix("0000111").unwrap();
    let long = format!("{before}{}1{:08b}", "0".repeat(23), 19 - 1);
    let long: Vec<u8> = long
        .as_bytes()
        .chunks(8)
        .map(|bits| {
            u8::from_str_radix(&format!("{:0<8}", str::from_utf8(bits).unwrap()), 2).unwrap()
        })
        .collect();
    let stream = [&stream[..scan], &long, &[0xFF, EOI]].concat();
    assert_eq!(decode::<u8>(&stream, frame).unwrap(), samples);
    assert_eq!(gives_back(&stream, frame, &samples), Ok(true));
    assert_eq!(gives_back(&stream, frame, &[0_u8, 0, 50, 61]), Ok(false));
}

/// The parameters that an LSE segment gives are used, and a smaller MAXVAL bounds the samples.
#[test]
fn preset_parameters_of_others_are_used() {
    let frame = Frame { width: 40, height: 30, components: 1, bits: 12 };
    let samples = image(frame, Texture::Gradient, 3);
    let stream = encode(&samples, frame, Interleave::None).unwrap();
    // MAXVAL 4095, T1 to T3 and RESET: those of the defaults, then others.
    let defaults = b"\xFF\xF8\0\x0D\x01\x0F\xFF\0\x12\0\x43\x01\x14\0\x40";
    assert!(decode::<u16>(&with_segments(&stream, defaults), frame).unwrap() == samples);
    assert_eq!(gives_back(&with_segments(&stream, defaults), frame, &samples), Ok(true));
    for segment in [
        &b"\xFF\xF8\0\x0D\x01\x0F\xA0\0\x12\0\x43\x01\x14\0\x40"[..],
        b"\xFF\xF8\0\x0D\x01\0\0\0\x05\0\x06\0\x07\0\0",
        b"\xFF\xF8\0\x0D\x01\0\0\0\0\0\0\0\0\0\x08",
    ] {
        let stream = with_segments(&stream, segment);
        let ours = decode::<u16>(&stream, frame);
        let theirs = CharLS::default().decode(&stream);
        // With other parameters these data are damaged or another image, to both.
        if let (Ok(ours), Ok(theirs)) = (ours, theirs) {
            assert!(theirs == charls_bytes(&ours, frame, Interleave::None));
            assert_eq!(gives_back(&stream, frame, &ours), Ok(true));
        }
    }
}

/// The example of T.87 section H.3: 4 x 4 samples of 8 bits.
#[test]
fn the_example_of_annex_h_is_coded_as_it_stands_there() {
    let frame = Frame { width: 4, height: 4, components: 1, bits: 8 };
    let samples = [0_u8, 0, 90, 74, 68, 50, 43, 205, 64, 145, 145, 145, 100, 145, 145, 145];
    let stream = encode(&samples, frame, Interleave::None).unwrap();
    let data = [
        0xC0, 0x00, 0x00, 0x6C, 0x80, 0x20, 0x8E, 0x01, 0xC0, 0x00, 0x00, 0x57, 0x40, 0x00, 0x00,
        0x6E, 0xE6, 0x00, 0x00, 0x01, 0xBC, 0x18, 0x00, 0x00, 0x05, 0xD8, 0x00, 0x00, 0x91, 0x60,
    ];
    let scan = stream.windows(2).position(|pair| pair == [0xFF, SOS]).unwrap() + 10;
    assert_eq!(stream[scan..stream.len() - 2], data);
}
