//! The lossless mode of libjpeg-turbo, through its C interface: grey images of 9 to 16 bits with
//! predictor 1. What it works with is made once and used again, as its manual advises.

#![expect(unsafe_code, reason = "a library in C to compare with")]

use std::ffi::c_int;
use std::ptr::from_mut;

use sauva::codec::jpeg_lossless::Frame;
use turbojpeg_sys::{
    TJINIT_TJINIT_COMPRESS, TJINIT_TJINIT_DECOMPRESS, TJPARAM_TJPARAM_LOSSLESS,
    TJPARAM_TJPARAM_LOSSLESSPSV, TJPARAM_TJPARAM_NOREALLOC, TJPARAM_TJPARAM_PRECISION,
    TJPARAM_TJPARAM_SUBSAMP, TJPF_TJPF_GRAY, TJSAMP_TJSAMP_GRAY, tj3Compress12, tj3Compress16,
    tj3Decompress12, tj3Decompress16, tj3DecompressHeader, tj3Destroy, tj3Init, tj3Set, tjhandle,
};

/// Up to here samples are signed 16-bit numbers to the library.
const MOST_OF_12: u32 = 12;

/// Encoder and decoder, and the memory that they write to.
pub(crate) struct LibjpegTurbo {
    encoder: tjhandle,
    decoder: tjhandle,
    stream: Vec<u8>,
    samples: Vec<u16>,
}

impl LibjpegTurbo {
    /// For images of up to so many samples.
    pub(crate) fn new(samples: usize) -> Self {
        // SAFETY: it takes a number, and gives null or a handle that `drop` destroys.
        let [encoder, decoder] = [TJINIT_TJINIT_COMPRESS, TJINIT_TJINIT_DECOMPRESS]
            .map(|kind| unsafe { tj3Init(kind as c_int) });
        assert!(!encoder.is_null() && !decoder.is_null(), "memory");
        for (parameter, value) in [
            (TJPARAM_TJPARAM_NOREALLOC, 1),
            (TJPARAM_TJPARAM_SUBSAMP, TJSAMP_TJSAMP_GRAY as c_int),
            (TJPARAM_TJPARAM_LOSSLESS, 1),
            (TJPARAM_TJPARAM_LOSSLESSPSV, 1),
        ] {
            set(encoder, parameter as c_int, value);
        }
        Self { encoder, decoder, stream: vec![0; 4 * samples + 4096], samples: vec![0; samples] }
    }

    pub(crate) fn encode(&mut self, samples: &[u16], frame: Frame) -> &[u8] {
        assert_eq!((samples.len() as u64, frame.components), (frame.samples(), 1));
        set(self.encoder, TJPARAM_TJPARAM_PRECISION as c_int, frame.bits as c_int);
        let (width, height) = (frame.width as c_int, frame.height as c_int);
        let (mut stream, mut length) = (self.stream.as_mut_ptr(), self.stream.len() as _);
        let (pointer, length_pointer) = (from_mut(&mut stream), from_mut(&mut length));
        let (encoder, from, grey) = (self.encoder, samples.as_ptr(), TJPF_TJPF_GRAY as c_int);
        // SAFETY: there are width x height samples, and as many bytes to write to as `length` says;
        // the library was told not to allocate others.
        let result = unsafe {
            if frame.bits <= MOST_OF_12 {
                let from = from.cast();
                tj3Compress12(encoder, from, width, 0, height, grey, pointer, length_pointer)
            } else {
                tj3Compress16(encoder, from, width, 0, height, grey, pointer, length_pointer)
            }
        };
        assert_eq!(result, 0, "libjpeg-turbo encodes it");
        &self.stream[..length as usize]
    }

    pub(crate) fn decode(&mut self, stream: &[u8], frame: Frame) -> &[u16] {
        Self::decode_to(self.decoder, stream, frame, &mut self.samples)
    }

    /// Encodes and decodes; returns whether the samples came back.
    pub(crate) fn gives_back(&mut self, samples: &[u16], frame: Frame) -> bool {
        let length = self.encode(samples, frame).len();
        let stream = &self.stream[..length];
        Self::decode_to(self.decoder, stream, frame, &mut self.samples) == samples
    }

    fn decode_to<'s>(
        decoder: tjhandle,
        stream: &[u8],
        frame: Frame,
        samples: &'s mut [u16],
    ) -> &'s [u16] {
        let samples = &mut samples[..frame.samples() as usize];
        let (from, length) = (stream.as_ptr(), stream.len() as _);
        let (to, grey) = (samples.as_mut_ptr(), TJPF_TJPF_GRAY as c_int);
        // SAFETY: `stream` has `length` bytes, and is of an image with as many samples as `samples`
        // has room for.
        let result = unsafe {
            tj3DecompressHeader(decoder, from, length);
            if frame.bits <= MOST_OF_12 {
                tj3Decompress12(decoder, from, length, to.cast(), 0, grey)
            } else {
                tj3Decompress16(decoder, from, length, to, 0, grey)
            }
        };
        assert_eq!(result, 0, "libjpeg-turbo decodes it");
        samples
    }
}

impl Drop for LibjpegTurbo {
    fn drop(&mut self) {
        // SAFETY: both came from `tj3Init`, and nobody else has them.
        unsafe {
            tj3Destroy(self.encoder);
            tj3Destroy(self.decoder);
        }
    }
}

fn set(handle: tjhandle, parameter: c_int, value: c_int) {
    // SAFETY: the handle came from `tj3Init`.
    assert_eq!(unsafe { tj3Set(handle, parameter, value) }, 0, "a parameter that it knows");
}
