//! What can be said of a whole line before it is coded. When coding is lossless, all neighbours of a
//! sample are samples of the image, so contexts and predictions (T.87 sections A.3 and A.4) do not
//! wait for each other: these loops have no branches and become vector instructions.
//!
//! The neighbours of a sample `x` are `a` to its left, `b` above, `c` and `d` above to the left and to
//! the right (figure 3).

use std::ops::Range;

use super::parameters::Parameters;

/// The prediction from the edges around a sample (code segment A.5).
#[inline(always)]
pub(super) fn median(a: i32, b: i32, c: i32) -> i32 {
    (a + b - c).max(a.min(b)).min(a.max(b))
}

/// The part of a context's number that the two gradients along the line above make (section A.3.4).
#[inline(always)]
fn part_above(b: i32, c: i32, d: i32, parameters: &Parameters) -> i32 {
    81 * parameters.region(d - b) + 9 * parameters.region(b - c)
}

/// What a lossless encoder has to know of each sample of a line. Where the number of a context is
/// negative, the signs of the error and of the correction change (section A.3.5): the same is said by
/// counting samples from the largest value down.
#[derive(Debug)]
pub(super) struct Predicted {
    /// The number of the context without its sign, 0 to 364; 0 where the neighbours are equal.
    pub(super) context: Vec<u16>,
    /// The sample, counted from the end that the sign says.
    sample: Vec<u16>,
    /// Its prediction by the edges around it, counted in the same way.
    prediction: Vec<u16>,
}

/// The same of one sample.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    pub(super) context: u32,
    pub(super) sample: i32,
    pub(super) prediction: i32,
}

impl Predicted {
    pub(super) fn new(samples: usize) -> Self {
        Self { context: vec![0; samples], sample: vec![0; samples], prediction: vec![0; samples] }
    }

    /// What is known of each of these samples.
    #[inline(always)]
    pub(super) fn steps(&self, samples: Range<usize>) -> impl Iterator<Item = Step> {
        let (context, sample) = (&self.context[samples.clone()], &self.sample[samples.clone()]);
        let all = context.iter().zip(sample).zip(&self.prediction[samples]);
        all.map(|((context, sample), prediction)| Step {
            context: (*context).into(),
            sample: (*sample).into(),
            prediction: (*prediction).into(),
        })
    }

    /// Looks at a line and the one above, as `Lines::both` gives them.
    #[expect(clippy::many_single_char_names, reason = "the standard names neighbours so")]
    #[inline(always)]
    pub(super) fn look(
        &mut self,
        above: &[u16],
        current: &[u16],
        stride: usize,
        parameters: &Parameters,
    ) {
        let samples = self.context.len();
        let (a, x) = (&current[..samples], &current[stride..stride + samples]);
        let (c, b) = (&above[..samples], &above[stride..stride + samples]);
        let d = &above[2 * stride..2 * stride + samples];
        let context = &mut self.context[..samples];
        let (sample, prediction) = (&mut self.sample[..samples], &mut self.prediction[..samples]);
        for at in 0..samples {
            let [a, b, c, d, x] = [a[at], b[at], c[at], d[at], x[at]].map(i32::from);
            let number = part_above(b, c, d, parameters) + parameters.region(c - a);
            let sign = number >> 31;
            // `maxval` is all ones: taken from it, a sample has its bits turned around.
            let turned = sign & parameters.maxval;
            context[at] = ((number ^ sign) - sign) as u16;
            sample[at] = (x ^ turned) as u16;
            prediction[at] = (median(a, b, c) ^ turned) as u16;
        }
    }
}

/// For a decoder: the part of each context's number that the line above makes.
#[inline(always)]
pub(super) fn look_above(above: &[u16], stride: usize, parameters: &Parameters, parts: &mut [i16]) {
    let samples = parts.len();
    let (c, b) = (&above[..samples], &above[stride..stride + samples]);
    let d = &above[2 * stride..2 * stride + samples];
    for at in 0..samples {
        let [b, c, d] = [b[at], c[at], d[at]].map(i32::from);
        parts[at] = part_above(b, c, d, parameters) as i16;
    }
}
