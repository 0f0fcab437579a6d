//! A segment to its runs (PS3.5 section G.3.2).

use super::CodecError;

/// What one control byte stands for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Run<'a> {
    /// One byte, so many times.
    Replicate(u8, usize),
    Literal(&'a [u8]),
}

/// Calls `take` with each run and the place in the plane where it belongs, until the plane is full.
/// A run may go on over the end of a line; what goes past the last byte of the plane is passed over, and
/// so is what follows: writers have left more than the one byte of padding there.
pub(super) fn unpack<'a>(
    segment: &'a [u8],
    length: usize,
    mut take: impl FnMut(usize, Run<'a>),
) -> Result<(), CodecError> {
    let (mut rest, mut at) = (segment, 0);
    while at < length {
        let (control, behind) = rest.split_first().ok_or(CodecError::Cut)?;
        rest = behind;
        let most = length - at;
        at += match *control {
            128 => 0,
            literal @ ..128 => {
                let count = (usize::from(literal) + 1).min(most);
                let (bytes, behind) = rest.split_at_checked(count).ok_or(CodecError::Cut)?;
                rest = behind;
                take(at, Run::Literal(bytes));
                count
            }
            replicate => {
                let count = (257 - usize::from(replicate)).min(most);
                let (byte, behind) = rest.split_first().ok_or(CodecError::Cut)?;
                rest = behind;
                take(at, Run::Replicate(*byte, count));
                count
            }
        };
    }
    Ok(())
}
