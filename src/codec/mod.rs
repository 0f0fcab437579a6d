//! Codecs: sample slices and parameters in, codestreams out, and back. Nothing of DICOM. All are our own
//! but JPEG 2000.

pub(crate) mod cpu;
mod error;
mod frame;
#[cfg(feature = "jpeg-2000")]
pub mod jpeg_2000;
pub mod jpeg_lossless;
pub mod jpeg_ls;
pub mod rle;
mod segments;
#[cfg(test)]
mod textures;

pub use error::CodecError;
pub use frame::Frame;
