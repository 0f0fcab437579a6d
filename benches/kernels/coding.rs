//! The codecs: samples to codestreams, back, and compared.

use std::rc::Rc;

use sauva::area::Redaction;
use sauva::codec::{Frame, jpeg_lossless, jpeg_ls, rle};
use sauva::encode::{Encoder, Verify};

use super::{Prepare, Slice, each};

/// The whole stage without verification: the codestream, and the data set around it.
pub(super) fn encode(slice: &Rc<Slice>, codec: &str) -> Prepare {
    let encoder = Encoder::by_name(codec, Verify::None).expect("a codec");
    let ready = Rc::clone(slice);
    let encode = move |instance| {
        encoder.encode(instance, Redaction::default()).expect("pixels that can be coded")
    };
    each(move || ready.decoded(), encode)
}

fn frame(slice: &Slice) -> (Frame, Vec<u16>) {
    let (image, samples) = slice.samples();
    let bits = image.bits_stored.into();
    (Frame { width: image.columns, height: image.rows, components: 1, bits }, samples)
}

fn jpeg_ls(samples: &[u16], frame: Frame) -> Vec<u8> {
    jpeg_ls::encode(samples, frame, jpeg_ls::Interleave::None).expect("an image of 16 bits")
}

fn jpeg_lossless(samples: &[u16], frame: Frame) -> Vec<u8> {
    jpeg_lossless::encode(samples, frame).expect("an image of 16 bits")
}

pub(super) fn decode_jpeg_ls(slice: &Rc<Slice>) -> Prepare {
    let (frame, samples) = frame(slice);
    let stream = jpeg_ls(&samples, frame);
    each(|| (), move |()| jpeg_ls::decode::<u16>(&stream, frame).expect("a sound stream"))
}

pub(super) fn decode_jpeg_lossless(slice: &Rc<Slice>) -> Prepare {
    let (frame, samples) = frame(slice);
    let stream = jpeg_lossless(&samples, frame);
    each(|| (), move |()| jpeg_lossless::decode::<u16>(&stream, frame).expect("a sound stream"))
}

pub(super) fn verify_jpeg_ls(slice: &Rc<Slice>) -> Prepare {
    let (frame, samples) = frame(slice);
    let stream = jpeg_ls(&samples, frame);
    each(|| (), move |()| assert!(jpeg_ls::gives_back(&stream, frame, &samples) == Ok(true)))
}

pub(super) fn verify_jpeg_lossless(slice: &Rc<Slice>) -> Prepare {
    let (frame, samples) = frame(slice);
    let stream = jpeg_lossless(&samples, frame);
    each(|| (), move |()| assert!(jpeg_lossless::gives_back(&stream, frame, &samples) == Ok(true)))
}

pub(super) fn verify_rle(slice: &Rc<Slice>) -> Prepare {
    let (frame, samples) = frame(slice);
    // RLE codes whole words.
    let frame = Frame { bits: 16, ..frame };
    let stream = rle::encode(&samples, frame).expect("an image of 16 bits");
    each(|| (), move |()| assert!(rle::gives_back(&stream, frame, &samples) == Ok(true)))
}
