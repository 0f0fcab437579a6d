//! Checks that a line would come out of the coded data, where it was coded lossless.
//!
//! As long as all samples before were the right ones, a decoder's neighbours are those of the image. So contexts
//! and predictions are found for many samples at once, as an encoder finds them, and the code that a decoder
//! must meet for a sample to come out is known before it is read. No two codes begin alike: where the bits
//! are that code's, a decoder reads it and nothing else. A decoder also takes a small number by the code of large
//! ones, which no encoder writes: what differs here may still be right.

use std::ops::Range;

use super::bit_reader::BitReader;
use super::codes::Codes;
use super::context::{Contexts, RunContext};
use super::line::Lines;
use super::parameters::Parameters;
use super::predict::{Predicted, Regions};
use super::run::RunIndex;

/// The state of a scan that is checked. `BITS` is 0 or those of a sample: then the parameters are
/// constants of the loop.
#[derive(Debug)]
pub(super) struct LineChecker<const BITS: u32> {
    parameters: Parameters,
    /// Samples side by side in a line, of as many components.
    stride: usize,
    contexts: Contexts,
    run_contexts: [RunContext; 2],
    predicted: Box<Predicted>,
    codes: Codes,
    /// The bits in which something was other than it must be.
    differences: u64,
}

impl<const BITS: u32> LineChecker<BITS> {
    /// For lines of pixels of `stride` samples. `Parameters::is_plain` holds, and where `BITS` is not 0 the
    /// parameters are those of `Parameters::lossless`.
    pub(super) fn new(parameters: Parameters, width: usize, stride: usize) -> Self {
        Self {
            parameters,
            stride,
            contexts: Contexts::new(&parameters),
            run_contexts: [0, 1].map(|kind| RunContext::new(kind, &parameters)),
            predicted: Predicted::new(),
            codes: Codes::new(width * stride, parameters.limit, parameters.qbpp),
            differences: 0,
        }
    }

    /// Whether a sample was another than it must be.
    pub(super) fn differs(&self) -> bool {
        self.differences != 0
    }

    /// Forgets what was learnt, as behind a restart marker.
    pub(super) fn restart(&mut self) {
        self.contexts = Contexts::new(&self.parameters);
        self.run_contexts = [0, 1].map(|kind| RunContext::new(kind, &self.parameters));
    }

    /// Checks the current line; returns the bits that are left.
    #[inline(always)]
    pub(super) fn check<'b>(
        &mut self,
        lines: &mut Lines,
        run_index: &mut RunIndex,
        bits: BitReader<'b>,
    ) -> BitReader<'b> {
        let (above, current) = lines.both();
        let parameters = if BITS == 0 { self.parameters } else { Parameters::lossless(BITS) };
        let (regions, maxval) = (Regions::new(&parameters), parameters.maxval as u16);
        let samples = current.len() - 2 * self.stride;
        let predicted = &mut *self.predicted;
        // A sample of more bits than the stream's does not come out of it.
        let all = current[self.stride..][..samples].iter().fold(0, |all, sample| all | sample);
        let mut line = Line {
            parameters,
            stride: self.stride,
            above,
            current,
            contexts: &mut self.contexts,
            run_contexts: &mut self.run_contexts,
            run_index: *run_index,
            codes: &mut self.codes,
            bits,
            differences: self.differences | u64::from(all & !maxval),
        };
        let mut at = 0;
        while at < samples {
            let (above, current) = (&line.above[at..], &line.current[at..]);
            let count = predicted.look(above, current, self.stride, regions, maxval);
            at = if self.stride == 1 {
                line.check_grey(predicted, at..at + count)
            } else {
                line.check_pixels(predicted, at..at + count)
            };
        }
        *run_index = line.run_index;
        self.differences = line.differences;
        line.bits
    }
}

/// A line that is checked. All is inlined into one loop, so that what changes with each sample stays in
/// registers.
struct Line<'a, 'b> {
    parameters: Parameters,
    stride: usize,
    above: &'a [u16],
    current: &'a [u16],
    contexts: &'a mut Contexts,
    run_contexts: &'a mut [RunContext; 2],
    run_index: RunIndex,
    codes: &'a mut Codes,
    bits: BitReader<'b>,
    differences: u64,
}

impl Line<'_, '_> {
    /// Checks samples of which is known what is predicted. Returns where it goes on: a run may end behind
    /// them.
    #[inline(always)]
    fn check_grey(&mut self, predicted: &Predicted, samples: Range<usize>) -> usize {
        let Range { start, end } = samples;
        let mut at = start;
        while at < end {
            let Self { codes, contexts, parameters, .. } = self;
            at += codes.put_errors(predicted.steps(at - start..end - start), |step| {
                (step.context != 0).then(|| step.learn(contexts, parameters))
            });
            self.pass_codes();
            if at < end {
                at += self.check_run(at);
            }
        }
        at
    }

    /// Pixels of several samples: a run begins where all their contexts are 0.
    #[inline(always)]
    fn check_pixels(&mut self, predicted: &Predicted, samples: Range<usize>) -> usize {
        let Range { start, end } = samples;
        let mut at = start;
        while at < end {
            let pixel = at - start..at - start + self.stride;
            if predicted.steps(pixel.clone()).all(|step| step.context == 0) {
                self.pass_codes();
                at += self.check_run(at);
            } else {
                let Self { codes, contexts, parameters, .. } = self;
                at += codes.put_errors(predicted.steps(pixel), |step| {
                    Some(step.learn(contexts, parameters))
                });
            }
        }
        self.pass_codes();
        at
    }

    /// Goes behind the codes of samples of the regular mode, as far as they were noted.
    #[inline(always)]
    fn pass_codes(&mut self) {
        self.differences |= self.bits.pass(self.codes);
    }

    /// Reads a run and the pixel that ends it (section A.7). Returns how many samples that is.
    #[inline(always)]
    fn check_run(&mut self, at: usize) -> usize {
        let stride = self.stride;
        let pixels = (self.current.len() - at) / stride - 2;
        let length = self.run_index.read(&mut self.bits, pixels);
        let samples = length.min(pixels) * stride;
        let run = &self.current[at..at + samples + stride];
        let differences = run.iter().zip(&run[stride..]).fold(0, |all, (a, x)| all | (a ^ x));
        self.differences |= u64::from(differences);
        if length >= pixels {
            return samples;
        }
        for at in at + samples..at + samples + stride {
            self.check_interruption(at);
        }
        self.run_index.shorten();
        samples + stride
    }

    /// Reads a sample that ends a run (section A.7.2).
    #[inline(always)]
    fn check_interruption(&mut self, at: usize) {
        let (parameters, stride) = (&self.parameters, self.stride);
        let neighbours = [self.current[at], self.above[at + stride], self.current[at + stride]];
        let [a, b, x] = neighbours.map(i32::from);
        // Of several components, all are coded as if the neighbours differed.
        let is_level = a == b && stride == 1;
        let context = &mut self.run_contexts[usize::from(is_level)];
        let (k, limit) = (context.k(), parameters.limit - self.run_index.order() - 1);
        let mapped = self.bits.read_golomb(k, limit, parameters.qbpp, parameters.range as u32);
        let error = context.error(mapped, k);
        context.update(error, mapped, parameters);
        let sample = if b < a { b - error } else { b + error };
        let sample = sample & parameters.maxval;
        self.differences |= u64::from((sample ^ x) as u32);
    }
}
