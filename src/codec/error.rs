//! Why a codec did not do its work.

/// Why an image was not encoded or a codestream not decoded. The messages hold no value of either.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CodecError {
    /// The form is outside what the codec can hold, or is not that of the samples.
    #[error("an image of a form that the codec does not hold")]
    Frame,
    /// A sample has more bits than the form says.
    #[error("a sample has more bits than its image")]
    Sample,
    /// The codestream says another form than the one that is wanted.
    #[error("a codestream of another form than the image")]
    OtherFrame,
    /// The library has no memory, or refuses the image.
    #[error("a library cannot code the image")]
    Library,
    /// The codestream asks for what is not decoded. Of JPEG-LS and JPEG Lossless that are sub-sampling and a number of
    /// lines that comes later; of JPEG-LS mapping tables, colour transformations and point
    /// transformations; of JPEG Lossless other processes and restart intervals of broken lines.
    #[error("a codestream of a kind that is not supported")]
    Unsupported,
    /// The codestream ends too early.
    #[error("a codestream is cut off")]
    Cut,
    /// The codestream contradicts itself, or holds more than its image.
    #[error("a codestream is damaged")]
    Damaged,
}
