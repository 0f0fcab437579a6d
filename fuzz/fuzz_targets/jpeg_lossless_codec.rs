//! The JPEG Lossless codec alone. Ahead of the codestream: width and height less one, then components
//! less one in two bits and bits of a sample less one in four.

#![no_main]

use libfuzzer_sys::Corpus;
use sauva::codec::CodecError;
use sauva::codec::jpeg_lossless::{Frame, decode, encode, gives_back};

libfuzzer_sys::fuzz_target!(|data: &[u8]| -> Corpus {
    let Some(([width, height, kind], stream)) = data.split_first_chunk() else {
        return Corpus::Reject;
    };
    let frame = Frame {
        width: u32::from(*width) + 1,
        height: u32::from(*height) + 1,
        components: u32::from(kind & 3) + 1,
        bits: u32::from(kind >> 2 & 15) + 1,
    };
    let Ok(samples) = decode::<u16>(stream, frame) else { return Corpus::Keep };
    assert_eq!(samples.len() as u64, frame.samples());
    // Two codes of one category can be decoded, but not foretold.
    let told = gives_back(stream, frame, &samples);
    assert!(matches!(told, Ok(true) | Err(CodecError::Unsupported)), "{told:?}");
    // No other image comes out.
    let mut other = samples.clone();
    let at = stream.len() % other.len();
    other[at] ^= 1;
    assert_eq!(gives_back(stream, frame, &other).unwrap_or(false), false);
    let wide = Frame { bits: 16, ..frame };
    let again = encode(&samples, wide).expect("an image of this form");
    assert_eq!(gives_back(&again, wide, &samples), Ok(true));
    Corpus::Keep
});
