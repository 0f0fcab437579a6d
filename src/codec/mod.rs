//! Codecs of our own: sample slices and parameters in, codestreams out, and back. Nothing of DICOM.

mod frame;
#[cfg(feature = "jpeg-2000")]
pub mod jpeg_2000;
pub mod jpeg_lossless;
pub mod jpeg_ls;
pub mod rle;
