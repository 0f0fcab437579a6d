//! De-identifies, losslessly compresses and measures trees of DICOM files on a cluster.
//!
//! `ARCHITECTURE.md` shows the house: a module imports only from the floors below it.

pub mod dataset;
pub mod image;
pub mod instance;
pub mod manifest;
pub mod read;
