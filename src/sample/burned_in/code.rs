//! Coding: stored frames and their form in, the Image Pixel Module and pixel data out.

use std::io;

use dicom::dictionary_std::{tags, uids};
use libjpeg_turbo_rs::{Encoder, PixelFormat, Subsampling};

use super::form::{Coding, Form, Jpeg, Sampling};
use super::store::Stored;
use crate::codec::jpeg_ls::Interleave;
use crate::codec::{CodecError, Frame, jpeg_lossless, jpeg_ls, rle};
use crate::dataset::{DataSet, Element, Encapsulated, VR, Value};

impl Coding {
    pub(super) fn transfer_syntax(self) -> &'static str {
        match self {
            Self::Native => uids::EXPLICIT_VR_LITTLE_ENDIAN,
            Self::JpegLs => uids::JPEGLS_LOSSLESS,
            Self::JpegLossless => uids::JPEG_LOSSLESS_SV1,
            Self::Rle => uids::RLE_LOSSLESS,
            #[cfg(feature = "jpeg-2000")]
            Self::Jpeg2000 => uids::JPEG2000_LOSSLESS,
            Self::JpegBaseline(_) => uids::JPEG_BASELINE8_BIT,
        }
    }
}

/// The photometric interpretation that stands in the file: JPEG 2000 transforms red, green and blue.
pub(super) fn photometric(form: &Form) -> &'static str {
    #[cfg(feature = "jpeg-2000")]
    if form.coding == Coding::Jpeg2000 && form.photometric == "RGB" {
        return "YBR_RCT";
    }
    form.photometric
}

/// Puts the Image Pixel Module (PS3.3 section C.7.6.3) with the pixel data.
pub(super) fn put(
    data_set: &mut DataSet,
    frames: &[Stored],
    form: &Form,
    (width, height): (usize, usize),
) -> io::Result<()> {
    let components = form.components();
    data_set.put_u16(tags::SAMPLES_PER_PIXEL, components as u16);
    data_set.put_text(tags::PHOTOMETRIC_INTERPRETATION, VR::CS, photometric(form));
    if components > 1 {
        data_set.put_u16(tags::PLANAR_CONFIGURATION, form.planar);
    }
    data_set.put_u16(tags::ROWS, height as u16);
    data_set.put_u16(tags::COLUMNS, width as u16);
    data_set.put_u16(tags::BITS_ALLOCATED, form.allocated);
    data_set.put_u16(tags::BITS_STORED, form.stored);
    data_set.put_u16(tags::HIGH_BIT, form.stored - 1);
    data_set.put_u16(tags::PIXEL_REPRESENTATION, form.is_signed.into());
    let size = Frame {
        width: width as u32,
        height: height as u32,
        components: components as u32,
        bits: form.stored.into(),
    };
    let value = if form.coding == Coding::Native {
        Value::Bytes(frames.iter().flat_map(|frame| native(frame, form)).collect())
    } else {
        let coded = frames.iter().map(|frame| coded(frame, form, size).map(Into::into));
        let fragments = coded.collect::<io::Result<_>>()?;
        Value::Encapsulated(Encapsulated { offset_table: bytes::Bytes::new(), fragments })
    };
    let is_bytes = form.coding != Coding::Native || form.allocated == 8;
    let vr = if is_bytes { VR::OB } else { VR::OW };
    data_set.put(Element { tag: tags::PIXEL_DATA, vr, value });
    Ok(())
}

/// With its sign in the bits above.
fn word(sample: u16, form: &Form) -> u16 {
    let unused = 16 - form.stored;
    if form.is_signed {
        ((sample << unused).cast_signed() >> unused).cast_unsigned()
    } else {
        sample
    }
}

fn native(frame: &Stored, form: &Form) -> Vec<u8> {
    match frame {
        Stored::Sixteen(samples) => {
            samples.iter().flat_map(|sample| word(*sample, form).to_le_bytes()).collect()
        }
        Stored::Eight(samples) if form.planar == 1 => {
            let plane = |component| samples.iter().skip(component).step_by(form.components());
            (0..form.components()).flat_map(plane).copied().collect()
        }
        Stored::Eight(samples) => samples.clone(),
    }
}

fn coded(frame: &Stored, form: &Form, size: Frame) -> io::Result<Vec<u8>> {
    match form.coding {
        Coding::Native => Ok(native(frame, form)),
        Coding::JpegLs => match frame {
            Stored::Eight(samples) => jpeg_ls::encode(samples, size, Interleave::Sample),
            Stored::Sixteen(samples) => jpeg_ls::encode(samples, size, Interleave::Sample),
        }
        .map_err(refused),
        Coding::JpegLossless => match frame {
            Stored::Eight(samples) => jpeg_lossless::encode(samples, size),
            Stored::Sixteen(samples) => jpeg_lossless::encode(samples, size),
        }
        .map_err(refused),
        Coding::Rle => {
            let size = Frame { bits: form.allocated.into(), ..size };
            match frame {
                Stored::Eight(samples) => rle::encode(samples, size),
                Stored::Sixteen(samples) => {
                    let words: Vec<u16> =
                        samples.iter().map(|sample| word(*sample, form)).collect();
                    rle::encode(&words, size)
                }
            }
            .map_err(refused)
        }
        #[cfg(feature = "jpeg-2000")]
        Coding::Jpeg2000 => jpeg_2000(frame, form, size).map_err(refused),
        Coding::JpegBaseline(jpeg) => jpeg_baseline(frame, jpeg, size),
    }
}

fn refused(error: CodecError) -> io::Error {
    io::Error::other(error)
}

#[cfg(feature = "jpeg-2000")]
fn jpeg_2000(frame: &Stored, form: &Form, size: Frame) -> Result<Vec<u8>, CodecError> {
    let number = |sample: u16| {
        let word = word(sample, form);
        if form.is_signed { i32::from(word.cast_signed()) } else { i32::from(word) }
    };
    let samples: Vec<i32> = match frame {
        Stored::Eight(samples) => samples.iter().map(|sample| number((*sample).into())).collect(),
        Stored::Sixteen(samples) => samples.iter().map(|sample| number(*sample)).collect(),
    };
    let components = form.components();
    let plane = |component| samples.iter().skip(component).step_by(components).copied().collect();
    let planes: Vec<Vec<i32>> = (0..components).map(plane).collect();
    crate::codec::jpeg_2000::encode(&planes, size, form.is_signed, form.photometric == "RGB")
}

fn jpeg_baseline(frame: &Stored, jpeg: Jpeg, size: Frame) -> io::Result<Vec<u8>> {
    let Stored::Eight(samples) = frame else {
        return Err(io::Error::other("JPEG baseline has samples of 8 bits"));
    };
    let (format, sampling) = match (size.components, jpeg.sampling) {
        (1, _) => (PixelFormat::Grayscale, Subsampling::S444),
        (_, Sampling::None) => (PixelFormat::Rgb, Subsampling::S444),
        (_, Sampling::Across) => (PixelFormat::Rgb, Subsampling::S422),
        (_, Sampling::AcrossAndDown) => (PixelFormat::Rgb, Subsampling::S420),
    };
    Encoder::new(samples, size.width as usize, size.height as usize, format)
        .quality(jpeg.quality)
        .subsampling(sampling)
        .optimize_huffman(jpeg.is_optimised)
        .encode()
        .map_err(io::Error::other)
}
