//! The RLE codec alone. Ahead of the coded frame: width and height less one, then components less one
//! in two bits and a bit for samples of 16 bits.

#![no_main]

use libfuzzer_sys::Corpus;
use sauva::codec::rle::{Frame, Sample, decode, encode, gives_back};

libfuzzer_sys::fuzz_target!(|data: &[u8]| -> Corpus {
    let Some(([width, height, kind], stream)) = data.split_first_chunk() else {
        return Corpus::Reject;
    };
    let (width, height) = (u32::from(*width) + 1, u32::from(*height) + 1);
    let components = u32::from(kind & 3) + 1;
    if kind & 4 == 0 {
        check::<u8>(stream, Frame { width, height, components, bits: 8 });
    } else {
        check::<u16>(stream, Frame { width, height, components, bits: 16 });
    }
    Corpus::Keep
});

fn check<S: Sample>(stream: &[u8], frame: Frame) {
    let Ok(samples) = decode::<S>(stream, frame) else { return };
    assert_eq!(samples.len() as u64, frame.samples());
    assert_eq!(gives_back(stream, frame, &samples), Ok(true));
    let again = encode(&samples, frame).expect("an image of this form");
    assert_eq!(gives_back(&again, frame, &samples), Ok(true));
}
