//! Images of every kind through coder and decoder, and through another's decoder; streams of other
//! writers, and damaged ones.

use std::borrow::Cow;

use dicom::dictionary_std::uids;
use dicom::encoding::adapters::{PixelDataObject, RawPixelData};
use dicom::encoding::transfer_syntax::{Codec, TransferSyntaxIndex};
use dicom::transfer_syntax::TransferSyntaxRegistry;
use proptest::prelude::*;

use super::super::textures::{TEXTURES, Texture, image};
use super::*;

fn bytes(samples: &[u16]) -> Vec<u8> {
    samples.iter().map(|sample| *sample as u8).collect()
}

/// One frame, as the other decoder wants to see it.
struct OneFrame<'a>(&'a [u8], Frame);

impl PixelDataObject for OneFrame<'_> {
    fn transfer_syntax_uid(&self) -> &str {
        uids::RLE_LOSSLESS
    }
    fn rows(&self) -> Option<u16> {
        Some(self.1.height as u16)
    }
    fn cols(&self) -> Option<u16> {
        Some(self.1.width as u16)
    }
    fn samples_per_pixel(&self) -> Option<u16> {
        Some(self.1.components as u16)
    }
    fn bits_allocated(&self) -> Option<u16> {
        Some(self.1.bits as u16)
    }
    fn bits_stored(&self) -> Option<u16> {
        Some(self.1.bits as u16)
    }
    fn photometric_interpretation(&self) -> Option<&str> {
        None
    }
    fn number_of_frames(&self) -> Option<u32> {
        Some(1)
    }
    fn number_of_fragments(&self) -> Option<u32> {
        Some(1)
    }
    fn fragment(&self, fragment: usize) -> Option<Cow<'_, [u8]>> {
        (fragment == 0).then_some(Cow::Borrowed(self.0))
    }
    fn offset_table(&self) -> Option<Cow<'_, [u32]>> {
        None
    }
    fn raw_pixel_data(&self) -> Option<RawPixelData> {
        None
    }
}

/// What another's decoder gives, little endian.
fn theirs(stream: &[u8], frame: Frame) -> Vec<u8> {
    let entry = TransferSyntaxRegistry.get(uids::RLE_LOSSLESS).unwrap();
    let Codec::EncapsulatedPixelData(Some(reader), _) = entry.codec() else {
        panic!("the tests have the feature");
    };
    let mut decoded = Vec::new();
    reader.decode_frame(&OneFrame(stream, frame), 0, &mut decoded).expect("the other decodes it");
    decoded
}

fn check_samples<S: Sample + std::fmt::Debug>(samples: &[S], others: &[S], frame: Frame) {
    let stream = encode(samples, frame).unwrap();
    assert!(decode::<S>(&stream, frame).unwrap() == samples, "our own decoder");
    assert_eq!(gives_back(&stream, frame, samples), Ok(true));
    for at in [0, samples.len() / 2, samples.len() - 1] {
        let mut changed = samples.to_vec();
        changed[at] = others[at];
        assert_eq!(gives_back(&stream, frame, &changed), Ok(false), "another image");
    }
    let native: Vec<u8> = samples
        .iter()
        .flat_map(|sample| (*sample).into().to_le_bytes()[..S::BITS as usize / 8].to_vec())
        .collect();
    assert!(theirs(&stream, frame) == native, "another's decoder");
    check_lines(&stream, frame);
}

/// Every line is coded by itself, and every segment begins at an even place (PS3.5 section G.3.1).
fn check_lines(stream: &[u8], frame: Frame) {
    assert_eq!(stream.len() % 2, 0);
    let planes = plane::planes(frame).len();
    for segment in header::segments(stream, planes).unwrap() {
        assert_eq!(segment.len() % 2, 0);
        let length = (frame.width * frame.height) as usize;
        let mut wanted = 0;
        unpack::unpack(segment, length, |at, run| {
            let count = match run {
                unpack::Run::Literal(literal) => literal.len(),
                unpack::Run::Replicate(_, count) => count,
            };
            assert_eq!(at, wanted);
            wanted += count;
            let width = frame.width as usize;
            assert_eq!(at / width, (wanted - 1) / width, "a run goes over the end of a line");
        })
        .unwrap();
    }
}

fn check(frame: Frame, texture: Texture, seed: u64) {
    let samples = image(frame, texture, seed);
    let others: Vec<u16> = samples.iter().map(|sample| sample ^ 1).collect();
    if frame.bits == 8 {
        check_samples(&bytes(&samples), &bytes(&others), frame);
    } else {
        check_samples(&samples, &others, frame);
    }
}

#[test]
fn every_texture_and_number_of_components_survives() {
    for bits in [8, 16] {
        for components in 1..=7 {
            for texture in TEXTURES {
                for (width, height) in [(1, 1), (1, 7), (7, 1), (2, 2), (33, 17), (70, 70)] {
                    let frame = Frame { width, height, components, bits };
                    check(frame, texture, u64::from(bits));
                }
            }
        }
    }
}

prop_compose! {
    fn frames()(
        width in 1_u32..=200,
        height in 1_u32..=40,
        components in prop_oneof![Just(1_u32), Just(3)],
        bits in prop_oneof![Just(8_u32), Just(16)],
    ) -> Frame {
        Frame { width, height, components, bits }
    }
}

/// A segment of runs of any lengths that go over the ends of lines, with padding in between.
fn written(plane: &[u8], runs: &[u8]) -> Vec<u8> {
    let mut segment = Vec::new();
    let (mut rest, mut runs) = (plane, runs.iter().cycle());
    while !rest.is_empty() {
        let length = usize::from(*runs.next().unwrap()) % 128 + 1;
        let length = length.min(rest.len());
        let (some, behind) = rest.split_at(length);
        if length > 1 && some.iter().all(|byte| *byte == some[0]) {
            segment.extend([(257 - length) as u8, some[0]]);
        } else {
            segment.push((length - 1) as u8);
            segment.extend(some);
            // Stands for nothing.
            segment.push(128);
        }
        rest = behind;
    }
    segment
}

/// A frame of these segments.
fn framed(segments: &[Vec<u8>]) -> Vec<u8> {
    let mut stream = Vec::new();
    header::reserve(segments.len(), &mut stream);
    for (at, segment) in segments.iter().enumerate() {
        header::put_offset(at, &mut stream).unwrap();
        stream.extend(segment);
    }
    stream
}

proptest! {
    #[test]
    fn random_images_survive(
        frame in frames(),
        texture in 0..TEXTURES.len(),
        seed in any::<u64>(),
    ) {
        check(frame, TEXTURES[texture], seed);
    }

    #[test]
    fn runs_over_the_ends_of_lines_are_decoded(
        frame in frames(),
        texture in 0..TEXTURES.len(),
        runs in prop::collection::vec(any::<u8>(), 1..20),
        behind in prop::collection::vec(any::<u8>(), 0..5),
        seed in any::<u64>(),
    ) {
        let frame = Frame { bits: 16, ..frame };
        let samples = image(frame, TEXTURES[texture], seed);
        let segments: Vec<Vec<u8>> = plane::planes(frame).iter().map(|plane| {
            let mut bytes = vec![0; (frame.width * frame.height) as usize];
            plane.split(&samples, &mut bytes);
            let mut segment = written(&bytes, &runs);
            segment.extend(&behind);
            segment
        }).collect();
        let stream = framed(&segments);
        prop_assert!(decode::<u16>(&stream, frame).unwrap() == samples);
        prop_assert_eq!(gives_back(&stream, frame, &samples), Ok(true));
    }

    #[test]
    fn damaged_streams_are_refused_or_decoded(
        frame in frames(),
        texture in 0..TEXTURES.len(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        in_header in any::<bool>(),
        seed in any::<u64>(),
    ) {
        let frame = Frame { bits: 8, ..frame };
        let samples = bytes(&image(frame, TEXTURES[texture], seed));
        let mut stream = encode(&samples, frame).unwrap();
        for (at, byte) in changes {
            let at = at.index(if in_header { 4 * 5 } else { stream.len() });
            stream[at] = byte;
        }
        if let Ok(found) = decode::<u8>(&stream, frame) {
            prop_assert_eq!(gives_back(&stream, frame, &found), Ok(true));
        }
    }

    #[test]
    fn noise_is_refused_or_decoded(
        frame in frames(),
        data in prop::collection::vec(any::<u8>(), 0..600),
    ) {
        let frame = Frame { bits: 8, ..frame };
        let third = data.len() / 3;
        let segments: Vec<Vec<u8>> = (0..frame.components as usize)
            .map(|at| data[at * third..].iter().take(third).copied().collect())
            .collect();
        let stream = framed(&segments);
        let samples = bytes(&image(frame, Texture::Noise, 2));
        let found = decode::<u8>(&stream, frame);
        let compared = gives_back(&stream, frame, &samples);
        prop_assert_eq!(found.map(|found| found == samples), compared);
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let frame = Frame { width: 2, height: 1, components: 1, bits: 16 };
    assert_eq!(encode(&[1_u16], frame), Err(CodecError::Frame));
    assert_eq!(encode(&[1_u8, 2], frame), Err(CodecError::Frame));
    assert_eq!(encode(&[1_u16, 2], Frame { bits: 12, ..frame }), Err(CodecError::Frame));
    let stream = encode(&[1_u16, 1023], frame).unwrap();
    assert_eq!(decode::<u8>(&stream, frame), Err(CodecError::Frame));
    let narrow = Frame { bits: 8, ..frame };
    assert_eq!(decode::<u8>(&stream, narrow), Err(CodecError::OtherFrame));
    assert_eq!(gives_back(&stream, frame, &[1_u16]), Err(CodecError::Frame));
}

#[test]
fn a_cut_stream_is_refused_wherever_it_is_cut() {
    let frame = Frame { width: 20, height: 9, components: 3, bits: 8 };
    let samples = bytes(&image(frame, Texture::Noise, 3));
    let stream = encode(&samples, frame).unwrap();
    // The last byte may be padding.
    for length in 0..stream.len() - 1 {
        assert_eq!(decode::<u8>(&stream[..length], frame), Err(CodecError::Cut), "at {length}");
        assert_eq!(gives_back(&stream[..length], frame, &samples), Err(CodecError::Cut));
    }
}

#[test]
fn a_segment_with_too_few_bytes_is_refused_and_one_with_more_is_decoded() {
    let frame = Frame { width: 3, height: 1, components: 1, bits: 8 };
    let of = |segment: &[u8]| decode::<u8>(&framed(&[segment.to_vec()]), frame);
    assert_eq!(of(b"\xFFa"), Err(CodecError::Cut));
    assert_eq!(of(b"\x01ab"), Err(CodecError::Cut));
    assert_eq!(of(b"\x02ab"), Err(CodecError::Cut));
    assert_eq!(of(b"\x02abc"), Ok(b"abc".to_vec()));
    assert_eq!(of(b"\x03abcd"), Ok(b"abc".to_vec()));
    assert_eq!(of(b"\x81a\0"), Ok(b"aaa".to_vec()));
    assert_eq!(of(b"\x80\x80\0a\xFFb\0\0\0"), Ok(b"abb".to_vec()));
}

#[test]
fn offsets_that_contradict_each_other_are_refused() {
    let frame = Frame { width: 2, height: 1, components: 1, bits: 16 };
    let stream = encode(&[1_u16, 1023], frame).unwrap();
    let with = |at: usize, offset: u32| {
        let mut stream = stream.clone();
        stream[at..at + 4].copy_from_slice(&offset.to_le_bytes());
        decode::<u16>(&stream, frame)
    };
    assert_eq!(with(0, 1), Err(CodecError::OtherFrame));
    assert_eq!(with(0, u32::MAX), Err(CodecError::OtherFrame));
    assert_eq!(with(4, 63), Err(CodecError::Damaged));
    assert_eq!(with(8, 64), Err(CodecError::Cut), "a segment without a byte");
    assert_eq!(with(8, 63), Err(CodecError::Damaged));
    assert_eq!(with(8, u32::MAX), Err(CodecError::Cut));
}
