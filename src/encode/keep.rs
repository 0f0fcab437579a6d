//! Passing on: pixels that came compressed stay in their transfer syntax. Each codestream is scrubbed,
//! and decodes to the samples of the one that came.

use bytes::Bytes;
use rayon::prelude::*;

use super::{decode, scrub};
use crate::codestream;
use crate::image::ImagePixel;

/// The name on the command line.
pub(super) const NAME: &str = "keep";

/// The frames to write, or `None` where one of them cannot be passed on. `native` is what the frames
/// that came decode to.
pub(super) fn frames(
    frames: &[Bytes],
    image: &ImagePixel,
    transfer_syntax: &str,
    native: &[u8],
) -> Option<Vec<Vec<u8>>> {
    let length = native.len() / frames.len().max(1);
    let pass_on = |(stream, native): (&Bytes, &[u8])| {
        let kept = scrub::scrub(stream, image, transfer_syntax).ok()?;
        let is_untouched = stream.strip_prefix(&kept[..]).is_some_and(|padding| padding.len() < 2);
        // Whoever reads the output checks and decodes it as this run does its input.
        let is_equal = || {
            codestream::check(&kept, image, transfer_syntax).is_ok()
                && decode::frame(&kept, image, transfer_syntax, length)
                    .is_ok_and(|found| found == native)
        };
        (is_untouched || is_equal()).then_some(kept)
    };
    match frames {
        [one] => pass_on((one, native)).map(|kept| vec![kept]),
        many if length > 0 => {
            many.par_iter().zip(native.par_chunks_exact(length)).map(pass_on).collect()
        }
        _ => None,
    }
}
