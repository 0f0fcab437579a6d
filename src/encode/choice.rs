//! Choosing: samples and what came in, the form to write out.

use bytes::Bytes;

use super::codec::{self, CODECS, Codec};
use super::form::Coded;
use super::keep::Came;
use super::{EncodeError, Encoder, Goal, Verify};
use crate::image::ImagePixel;
use crate::instance::{KeptNative, Samples};
use crate::stage::{Stage, StageClock};

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
        let stays = |came: &Came| match self.goal {
            Goal::Native => false,
            Goal::Keep => true,
            Goal::Codec(_) | Goal::Smallest | Goal::Deflate => came.is_lossy(),
        };
        if let Some(form) = came.filter(|came| stays(came)).and_then(|came| came.pass_on(native)) {
            return Ok(Chosen::PassedOn(form));
        }
        let codecs = match (self.goal, came) {
            (Goal::Native | Goal::Deflate, _) | (Goal::Keep, None) => {
                return Ok(Chosen::Native(None));
            }
            (Goal::Codec(codec), _) => std::slice::from_ref(codec),
            (Goal::Smallest, _) => CODECS,
            // What cannot be passed on.
            (Goal::Keep, Some(_)) => &CODECS[..1],
        };
        let mut coded = self.compress(codecs, samples, image)?;
        let mut passed_on = None;
        let size =
            |coded: &Result<Coded, _>| coded.as_ref().map_or(native.len() as u64, Coded::size);
        // What came without a loss, and is smaller as it came.
        if let Some(came) = came.filter(|came| !stays(came) && came.size() < size(&coded)) {
            if came.may_stay() {
                passed_on = came.pass_on(native).filter(|form| form.size() < size(&coded));
            } else if let Some(codec) = came.coded_anew() {
                let anew = self.compress(codec, samples, image)?;
                coded = if size(&anew) < size(&coded) { anew } else { coded };
            }
        }
        Ok(match (passed_on, coded) {
            (Some(form), _) => Chosen::PassedOn(form),
            (None, Ok(form)) => Chosen::Coded(form),
            (None, Err(reason)) => Chosen::Native(Some(reason)),
        })
    }

    /// The smallest form that the codecs give, verified; or why there is none. Of several codecs one that
    /// fails costs its own form alone.
    fn compress(
        self,
        codecs: &'static [Codec],
        samples: &Samples,
        image: &ImagePixel,
    ) -> Result<Result<Coded, KeptNative>, EncodeError> {
        let Some(frames) = codec::frames(image, samples) else {
            return Ok(Err(KeptNative::WideSamples));
        };
        let mut forms: Vec<(&Codec, Coded)> = Vec::new();
        let mut reason = None;
        let mut failure = None;
        for codec in codecs {
            if let Some(unfit) = (codec.unfit)(image) {
                reason = reason.or(Some(unfit));
                continue;
            }
            match codec.code(&frames) {
                Ok(frames) => forms.push((codec, Coded::by(codec, frames, image))),
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        forms.sort_by_key(|(_, form)| form.size());
        for (codec, form) in forms {
            if form.size() >= image.native_length().unwrap_or(u64::MAX) {
                return Ok(Err(KeptNative::WouldGrow));
            }
            if form.is_refused() {
                reason = reason.or(Some(KeptNative::TooSmall));
                continue;
            }
            let verified = match self.verify {
                Verify::Full => {
                    StageClock::time(Stage::Verify, || codec.verify(&form.frames, &frames))
                }
                Verify::None => Ok(()),
            };
            match verified {
                Ok(()) => return Ok(Ok(form)),
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        match failure {
            Some(error) => Err(error),
            None => Ok(Err(reason.unwrap_or(KeptNative::WouldGrow))),
        }
    }
}
