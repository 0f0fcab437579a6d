//! Codecs of our own: sample slices and parameters in, codestreams out, and back. Nothing of DICOM.

pub mod jpeg_ls;
