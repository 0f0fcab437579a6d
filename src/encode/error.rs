//! Why an instance could not be encoded.

/// Why an instance could not be encoded. The messages hold no value of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// There is no decoder for the transfer syntax or for this kind of samples.
    #[error("no decoder for this transfer syntax and these samples")]
    Unsupported,
    /// The decoder refused the codestream.
    #[error("a frame cannot be decoded")]
    Decode,
    /// The decoder gave another number of samples than the geometry.
    #[error("a decoded frame has another length than Rows x Columns")]
    DecodedLength,
    /// The bits outside Bits Stored hold something that no overlay explains.
    #[error("the bits above Bits Stored hold data")]
    StrayBits,
    /// Native pixel data have a length of 32 bits (PS3.5 section 7.1.2).
    #[error("native pixel data of 4 GiB or more cannot be written: choose another codec")]
    TooLong,
    /// An area cannot be made black in this kind of pixels.
    #[error(
        "areas cannot be covered in this kind of pixels, for nobody can say what is black in them: convert \
         it to RGB or MONOCHROME2 before"
    )]
    Unmaskable,
    /// Covering changed what it should not, or left what it should not.
    #[error("covering areas did not leave all else as it came: report this as a fault of sauva")]
    Mask,
    /// The encoder failed.
    #[error("a frame cannot be encoded")]
    Encode,
    /// The encoded frame does not decode to what went in.
    #[error("an encoded frame does not decode to the same samples")]
    Verify,
}

impl EncodeError {
    /// A short name of the kind of error, for `failures.csv`.
    pub fn class(self) -> &'static str {
        match self {
            Self::Unsupported => "no-decoder",
            Self::Decode | Self::DecodedLength => "decode",
            Self::StrayBits => "stray-bits",
            Self::TooLong => "too-long",
            Self::Unmaskable => "unmaskable",
            Self::Mask => "mask",
            Self::Encode => "encode",
            Self::Verify => "verify",
        }
    }
}
