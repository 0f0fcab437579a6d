//! What can be said of a whole line before it is coded. When coding is lossless, all neighbours of a
//! sample are samples of the image, so contexts and predictions (T.87 sections A.3 and A.4) do not
//! wait for each other: these loops have no branches and become vector instructions of 16-bit lanes.
//!
//! The neighbours of a sample `x` are `a` to its left, `b` above, `c` and `d` above to the left and to
//! the right (figure 3).

use std::ops::Range;

use super::super::cpu::seldom;
use super::codes::Note;
use super::context::Contexts;
use super::parameters::Parameters;

/// The prediction from the edges around a sample (code segment A.5): `a + b - c`, or the neighbour
/// that is nearest to it.
#[inline(always)]
fn median(a: u16, b: u16, c: u16) -> u16 {
    let between = c.clamp(a.min(b), a.max(b));
    a.wrapping_add(b).wrapping_sub(between)
}

/// Where the regions of a gradient begin: NEAR + 1, T1, T2 and T3.
#[derive(Debug, Clone, Copy)]
pub(super) struct Regions([u16; 4]);

impl Regions {
    pub(super) fn new(parameters: &Parameters) -> Self {
        let [t1, t2, t3] = parameters.thresholds;
        Self([parameters.near + 1, t1, t2, t3].map(|start| start as u16))
    }

    /// Q of the gradient `x - y`: -4 to 4 (code segment A.4).
    #[inline(always)]
    fn of(self, x: u16, y: u16) -> i16 {
        let gradient = x.abs_diff(y);
        let [one, two, three, four] = self.0.map(|start| i16::from(gradient >= start));
        let (region, sign) = (one + two + three + four, -i16::from(x < y));
        (region ^ sign) - sign
    }

    /// The part of a context's number that the two gradients along the line above make (section
    /// A.3.4).
    #[inline(always)]
    fn part_above(self, b: u16, c: u16, d: u16) -> i16 {
        81 * self.of(d, b) + 9 * self.of(b, c)
    }
}

/// The most samples that are looked at at once: with arrays of one size side by side, one pointer finds
/// all that is known of a sample.
const BLOCK: usize = 1024;

/// What a lossless encoder, or who checks what it wrote, has to know of each of some samples of a line. Where the
/// number of a context is negative, the signs of the error and of the correction change (section A.3.5): the same
/// is said by counting samples from the largest value down.
#[derive(Debug)]
pub(super) struct Predicted {
    /// The number of the context without its sign, 0 to 364; 0 where the neighbours are equal.
    context: [u16; BLOCK],
    /// The sample, counted from the end that the sign says.
    sample: [u16; BLOCK],
    /// Its prediction by the edges around it, counted in the same way.
    prediction: [u16; BLOCK],
}

/// The same of one sample.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    pub(super) context: u32,
    pub(super) sample: i32,
    pub(super) prediction: i32,
}

impl Step {
    /// Learns from the sample, in the regular mode of a plain scan; what is noted of its code.
    #[inline(always)]
    pub(super) fn learn(self, contexts: &mut Contexts, parameters: &Parameters) -> Note {
        let context = contexts.at(self.context);
        context.learn(self.error(context.correction(), parameters), parameters)
    }

    /// The error of the prediction once it is corrected (sections A.4.2 to A.4.4).
    #[inline(always)]
    fn error(self, correction: i32, parameters: &Parameters) -> i32 {
        let corrected = self.prediction + correction;
        // The next sample may wait for the correction that is learnt of this: so few steps lead there.
        let mut error = self.sample - self.prediction - correction;
        if !(0..=parameters.maxval).contains(&corrected) {
            seldom();
            error = self.sample - corrected.clamp(0, parameters.maxval);
        }
        parameters.wrapped(error)
    }
}

impl Predicted {
    pub(super) fn new() -> Box<Self> {
        Box::new(Self { context: [0; _], sample: [0; _], prediction: [0; _] })
    }

    /// What is known of each of these samples, counted from the first that was looked at.
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

    /// Looks at samples of a line and at the line above, both as `Lines::both` gives them, from the first
    /// of the samples on. Returns how many: of whole pixels all that are there, or that have room here.
    /// `maxval` has all bits set.
    #[expect(clippy::many_single_char_names, reason = "the standard names neighbours so")]
    #[inline(always)]
    pub(super) fn look(
        &mut self,
        above: &[u16],
        current: &[u16],
        stride: usize,
        regions: Regions,
        maxval: u16,
    ) -> usize {
        let samples = (BLOCK - BLOCK % stride).min(current.len() - 2 * stride);
        let (a, x) = (&current[..samples], &current[stride..stride + samples]);
        let (c, b) = (&above[..samples], &above[stride..stride + samples]);
        let d = &above[2 * stride..2 * stride + samples];
        let context = &mut self.context[..samples];
        let (sample, prediction) = (&mut self.sample[..samples], &mut self.prediction[..samples]);
        for at in 0..samples {
            let [a, b, c, d, x] = [a[at], b[at], c[at], d[at], x[at]];
            let number = regions.part_above(b, c, d) + regions.of(c, a);
            let sign = number >> 15;
            // Taken from `maxval`, a sample has its bits turned around.
            let turned = sign as u16 & maxval;
            context[at] = number.unsigned_abs();
            sample[at] = x ^ turned;
            prediction[at] = median(a, b, c) ^ turned;
        }
        samples
    }
}

/// For a decoder: the part of each context's number that the line above makes.
#[inline(always)]
pub(super) fn look_above(above: &[u16], stride: usize, regions: Regions, parts: &mut [i16]) {
    let samples = parts.len();
    let (c, b) = (&above[..samples], &above[stride..stride + samples]);
    let d = &above[2 * stride..2 * stride + samples];
    for at in 0..samples {
        parts[at] = regions.part_above(b[at], c[at], d[at]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_that_of_code_segment_a_5() {
        assert_eq!(median(10, 20, 30), 10);
        assert_eq!(median(10, 20, 5), 20);
        assert_eq!(median(10, 20, 14), 16);
        assert_eq!(median(65535, 65535, 0), 65535);
    }

    #[test]
    fn regions_are_those_of_the_parameters() {
        let parameters =
            Parameters::new(8, 2, super::super::parameters::Preset::default()).unwrap();
        let regions = Regions::new(&parameters);
        for x in 0..=255 {
            let gradient = i32::from(x) - 100;
            assert_eq!(i32::from(regions.of(x, 100)), parameters.region(gradient));
        }
    }
}
