//! Codecs of our own: sample slices and parameters in, codestreams out, and back. Nothing of DICOM.

mod error;
mod frame;
pub mod jpeg_lossless;
pub mod jpeg_ls;
mod segments;
#[cfg(test)]
mod textures;

pub use error::CodecError;
