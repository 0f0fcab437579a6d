//! JPEG 2000 without loss (ITU-T T.800) by OpenJPEG: the reversible 5-3 wavelet, one tile, one layer.
//! Its interface is that of C and there is no safe one to its encoder, hence `unsafe` here: each pointer
//! is made, used and freed in this file, and OpenJPEG sees no bytes of a file, only samples.

#![expect(unsafe_code, reason = "OpenJPEG's encoder has an interface of C alone")]

use std::ffi::c_void;
use std::ptr::NonNull;

use openjpeg_sys as opj;

use super::{CodecError, Frame};

/// Codes an image. `planes` holds the samples of each component as numbers, which are signed where
/// `is_signed`. Three components go through the reversible component transformation where
/// `transforms`.
pub fn encode(
    planes: &[Vec<i32>],
    frame: Frame,
    is_signed: bool,
    transforms: bool,
) -> Result<Vec<u8>, CodecError> {
    let pixels = frame.width as usize * frame.height as usize;
    let fits = planes.len() == frame.components as usize
        && planes.iter().all(|plane| plane.len() == pixels)
        && frame.is_sound();
    if !fits {
        return Err(CodecError::Frame);
    }
    let image = Image::new(planes, frame, is_signed)?;
    let codec = Codec::new()?;
    let mut parameters = parameters(frame, transforms);
    let mut out = Vec::new();
    let stream = Stream::new(&mut out)?;
    let (coding, source, sink) = (codec.0.as_ptr(), image.0.as_ptr(), stream.0.as_ptr());
    // SAFETY: the three are alive, `parameters` too, and they know of no other thread.
    let is_done = unsafe {
        opj::opj_setup_encoder(coding, &raw mut parameters, source) != 0
            && opj::opj_start_compress(coding, source, sink) != 0
            && opj::opj_encode(coding, sink) != 0
            && opj::opj_end_compress(coding, sink) != 0
    };
    drop(stream);
    is_done.then_some(out).ok_or(CodecError::Library)
}

fn parameters(frame: Frame, transforms: bool) -> opj::opj_cparameters {
    // SAFETY: plain numbers and pointers that may be null.
    let mut parameters: opj::opj_cparameters = unsafe { std::mem::zeroed() };
    // SAFETY: it fills the structure and keeps no pointer to it.
    unsafe { opj::opj_set_default_encoder_parameters(&raw mut parameters) };
    // A rate of 0 is no limit: without loss.
    parameters.tcp_numlayers = 1;
    parameters.tcp_rates[0] = 0.0;
    parameters.cp_disto_alloc = 1;
    parameters.tcp_mct = transforms.into();
    // A level halves the image; a side of nothing cannot be coded.
    let levels = frame.width.min(frame.height).ilog2().min(5);
    parameters.numresolution = levels as i32 + 1;
    parameters
}

/// An image of OpenJPEG's, with a copy of the samples.
struct Image(NonNull<opj::opj_image_t>);

impl Image {
    fn new(planes: &[Vec<i32>], frame: Frame, is_signed: bool) -> Result<Self, CodecError> {
        let component = opj::opj_image_cmptparm_t {
            dx: 1,
            dy: 1,
            w: frame.width,
            h: frame.height,
            x0: 0,
            y0: 0,
            prec: frame.bits,
            bpp: frame.bits,
            sgnd: is_signed.into(),
        };
        let mut components = vec![component; planes.len()];
        let space = opj::OPJ_COLOR_SPACE::OPJ_CLRSPC_UNSPECIFIED;
        // SAFETY: as many components as there are, read and not kept.
        let image = unsafe {
            opj::opj_image_create(components.len() as u32, components.as_mut_ptr(), space)
        };
        let image = Self(NonNull::new(image).ok_or(CodecError::Library)?);
        // SAFETY: the image lives, has `planes.len()` components, and each has w * h samples, which
        // `encode` has compared with the length of its plane.
        unsafe {
            let made = image.0.as_ptr();
            ((*made).x1, (*made).y1) = (frame.width, frame.height);
            for (at, plane) in planes.iter().enumerate() {
                let component = &*(*made).comps.add(at);
                std::ptr::copy_nonoverlapping(plane.as_ptr(), component.data, plane.len());
            }
        }
        Ok(image)
    }
}

impl Drop for Image {
    fn drop(&mut self) {
        // SAFETY: made by `opj_image_create`, freed once.
        unsafe { opj::opj_image_destroy(self.0.as_ptr()) }
    }
}

/// An encoder for codestreams, without the boxes of a file.
struct Codec(NonNull<opj::opj_codec_t>);

impl Codec {
    fn new() -> Result<Self, CodecError> {
        // SAFETY: no argument but a number.
        let codec = unsafe { opj::opj_create_compress(opj::OPJ_CODEC_FORMAT::OPJ_CODEC_J2K) };
        NonNull::new(codec).map(Self).ok_or(CodecError::Library)
    }
}

impl Drop for Codec {
    fn drop(&mut self) {
        // SAFETY: made by `opj_create_compress`, freed once.
        unsafe { opj::opj_destroy_codec(self.0.as_ptr()) }
    }
}

/// A stream that appends to a vector, which it borrows until it is dropped.
struct Stream<'a>(NonNull<opj::opj_stream_t>, std::marker::PhantomData<&'a mut Vec<u8>>);

impl<'a> Stream<'a> {
    fn new(out: &'a mut Vec<u8>) -> Result<Self, CodecError> {
        const IS_OUTPUT: i32 = 0;
        // SAFETY: no argument but a number.
        let stream = unsafe { opj::opj_stream_default_create(IS_OUTPUT) };
        let stream = NonNull::new(stream).ok_or(CodecError::Library)?;
        // SAFETY: the stream lives; the vector outlives it, and is not touched but by `append`.
        unsafe {
            opj::opj_stream_set_user_data(stream.as_ptr(), (&raw mut *out).cast(), None);
            opj::opj_stream_set_write_function(stream.as_ptr(), Some(append));
        }
        Ok(Self(stream, std::marker::PhantomData))
    }
}

impl Drop for Stream<'_> {
    fn drop(&mut self) {
        // SAFETY: made by `opj_stream_default_create`, freed once.
        unsafe { opj::opj_stream_destroy(self.0.as_ptr()) }
    }
}

/// Takes what OpenJPEG has written.
extern "C" fn append(bytes: *mut c_void, count: usize, out: *mut c_void) -> usize {
    // SAFETY: OpenJPEG hands over `count` bytes and the vector that `Stream::new` named.
    unsafe {
        let out = &mut *out.cast::<Vec<u8>>();
        out.extend_from_slice(std::slice::from_raw_parts(bytes.cast_const().cast(), count));
    }
    count
}
