//! Clean Pixel Data (PS3.15 section E.3.1): where an image may show an identity.

pub mod rules;
pub mod text;
