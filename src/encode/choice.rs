//! Choosing: samples and what came in, the form to write out.

use bytes::Bytes;

use super::codec::{self, CODECS, Codec};
use super::form::Coded;
use super::keep::Came;
use super::{EncodeError, Encoder, Goal, Verify};
use crate::image::ImagePixel;
use crate::instance::{KeptNative, Samples};

/// The form that was chosen for pixels.
pub(super) enum Chosen {
    /// As they came compressed.
    PassedOn(Coded),
    /// Coded by us.
    Coded(Coded),
    /// Native; the reason where a codec was asked for.
    Native(Option<KeptNative>),
}

impl Encoder {
    /// Chooses the form to write. `image` is that of the samples, `native` what the frames that came
    /// decode to.
    pub(super) fn choose(
        self,
        samples: &Samples,
        image: &ImagePixel,
        came: Option<&Came>,
        native: &Bytes,
    ) -> Result<Chosen, EncodeError> {
        let codecs = match (self.goal, came) {
            (Goal::Native, _) | (Goal::Keep, None) => return Ok(Chosen::Native(None)),
            (Goal::Deflate, _) => &[],
            (Goal::Codec(codec), _) => std::slice::from_ref(codec),
            (Goal::Smallest, _) => CODECS,
            // What cannot be passed on.
            (Goal::Keep, Some(_)) => &CODECS[..1],
        };
        let stays = |came: &&Came| came.is_lossy() || matches!(self.goal, Goal::Keep);
        if let Some(form) = came.filter(stays).and_then(|came| came.pass_on(native)) {
            return Ok(Chosen::PassedOn(form));
        }
        if matches!(self.goal, Goal::Deflate) {
            return Ok(Chosen::Native(None));
        }
        let coded = self.compress(codecs, samples, image)?;
        let least = coded.as_ref().map_or(native.len() as u64, Coded::size);
        let smaller = came
            .filter(|came| came.is_widely_read() && came.size() < least)
            .and_then(|came| came.pass_on(native))
            .filter(|form| form.size() < least);
        Ok(match (smaller, coded) {
            (Some(form), _) => Chosen::PassedOn(form),
            (None, Ok(form)) => Chosen::Coded(form),
            (None, Err(reason)) => Chosen::Native(Some(reason)),
        })
    }

    /// The smallest form that the codecs give, verified; or why there is none.
    fn compress(
        self,
        codecs: &'static [Codec],
        samples: &Samples,
        image: &ImagePixel,
    ) -> Result<Result<Coded, KeptNative>, EncodeError> {
        let Some(frames) = codec::frames(image, samples) else {
            return Ok(Err(KeptNative::WideSamples));
        };
        let mut best: Option<(&Codec, Coded)> = None;
        let mut reason = None;
        for codec in codecs {
            if let Some(unfit) = (codec.unfit)(image) {
                reason = reason.or(Some(unfit));
                continue;
            }
            let frames = match codec.code(&frames) {
                // Of several, those that can are enough.
                Err(_) if codecs.len() > 1 => continue,
                frames => frames?,
            };
            let form = Coded {
                frames,
                transfer_syntax: codec.transfer_syntax.to_owned(),
                image: (codec.describe)(image.clone()),
            };
            if best.as_ref().is_none_or(|(_, best)| form.size() < best.size()) {
                best = Some((codec, form));
            }
        }
        let Some((codec, form)) = best else {
            return Ok(Err(reason.unwrap_or(KeptNative::WouldGrow)));
        };
        if form.size() >= image.native_length().unwrap_or(u64::MAX) {
            return Ok(Err(KeptNative::WouldGrow));
        }
        if self.verify == Verify::Full {
            codec.verify(&form.frames, &frames)?;
        }
        Ok(Ok(form))
    }
}
