//! Codes the samples of a line, lossless (T.87 sections A.4 to A.7).

use super::bit_writer::BitWriter;
use super::context::{Contexts, RunContext};
use super::line::Lines;
use super::parameters::Parameters;
use super::predict::Predicted;
use super::run::RunIndex;

/// The state of a scan that is written.
#[derive(Debug)]
pub(super) struct LineEncoder {
    parameters: Parameters,
    /// Samples side by side in a line, of as many components.
    stride: usize,
    contexts: Contexts,
    run_contexts: [RunContext; 2],
    predicted: Predicted,
    bits: BitWriter,
}

impl LineEncoder {
    /// For lines of so many pixels of `stride` samples. The parameters are those of
    /// `Parameters::lossless`.
    pub(super) fn new(parameters: Parameters, width: usize, stride: usize) -> Self {
        let samples = width * stride;
        // A run interruption sample follows the bits of its run.
        let longest = parameters.limit as usize + 16;
        Self {
            parameters,
            stride,
            contexts: Contexts::new(&parameters),
            run_contexts: [0, 1].map(|kind| RunContext::new(kind, &parameters)),
            predicted: Predicted::new(samples),
            bits: BitWriter::new(samples * longest),
        }
    }

    /// The bits that were written.
    pub(super) fn bits(&mut self) -> &mut BitWriter {
        &mut self.bits
    }

    /// Codes the current line.
    #[inline(always)]
    pub(super) fn code(&mut self, lines: &mut Lines, run_index: &mut RunIndex) {
        let (above, current) = lines.both();
        self.predicted.look(above, current, self.stride, &self.parameters);
        if self.stride == 1 {
            self.code_grey(above, current, run_index);
        } else {
            self.code_pixels(above, current, run_index);
        }
    }

    #[inline(always)]
    fn code_grey(&mut self, above: &[u16], current: &[u16], run_index: &mut RunIndex) {
        let samples = self.predicted.context.len();
        let mut at = 0;
        while at < samples {
            if self.predicted.context[at] == 0 {
                at += self.code_run(above, current, at, run_index);
            } else {
                self.code_regular(at);
                at += 1;
            }
        }
    }

    /// Pixels of several samples: a run begins where all their contexts are 0.
    #[inline(always)]
    fn code_pixels(&mut self, above: &[u16], current: &[u16], run_index: &mut RunIndex) {
        let samples = self.predicted.context.len();
        let mut at = 0;
        while at < samples {
            let contexts = &self.predicted.context[at..at + self.stride];
            if contexts.iter().all(|context| *context == 0) {
                at += self.code_run(above, current, at, run_index);
            } else {
                (at..at + self.stride).for_each(|at| self.code_regular(at));
                at += self.stride;
            }
        }
    }

    /// Codes a sample in the regular mode (sections A.4.2 to A.6).
    #[inline(always)]
    fn code_regular(&mut self, at: usize) {
        let parameters = &self.parameters;
        let context = self.contexts.at(u32::from(self.predicted.context[at]));
        let largest = self.predicted.largest[at];
        // The prediction is corrected and clamped: so is the error, from the other side.
        let error = self.predicted.error[at] - context.correction();
        let error = error.max(largest - parameters.maxval).min(largest);
        let error = wrapped(error, parameters);
        let (number, k) = (context.mapped(error), context.k());
        context.update::<true>(error, parameters);
        self.bits.put_golomb(number, k, parameters.limit, parameters.qbpp);
    }

    /// Codes a run and the pixel that ends it (section A.7). Returns how many samples that is.
    fn code_run(
        &mut self,
        above: &[u16],
        current: &[u16],
        at: usize,
        run_index: &mut RunIndex,
    ) -> usize {
        let stride = self.stride;
        let samples = self.predicted.context.len();
        let length = run_length(&current[at..samples + stride], stride);
        let mut left = length / stride;
        while left >= run_index.segment() {
            self.bits.put(1, 1);
            left -= run_index.segment();
            run_index.lengthen();
        }
        if at + length == samples {
            if left > 0 {
                self.bits.put(1, 1);
            }
            return length;
        }
        self.bits.put(left as u64, 1 + run_index.order());
        for at in at + length..at + length + stride {
            let [a, b, x] = [current[at], above[at + stride], current[at + stride]].map(i32::from);
            self.code_interruption(a, b, x, run_index.order());
        }
        run_index.shorten();
        length + stride
    }

    /// Codes a sample that ends a run (section A.7.2).
    fn code_interruption(&mut self, a: i32, b: i32, x: i32, order: u32) {
        let parameters = &self.parameters;
        // Of several components, all are coded as if the neighbours differed.
        let is_level = a == b && self.stride == 1;
        let error = wrapped(if b < a { b - x } else { x - b }, parameters);
        let context = &mut self.run_contexts[usize::from(is_level)];
        let k = context.k();
        let number = context.mapped(error, k);
        context.update(error, number, parameters);
        self.bits.put_golomb(number, k, parameters.limit - order - 1, parameters.qbpp);
    }
}

/// An error modulo the range, which is a power of two (code segment A.9).
#[inline(always)]
fn wrapped(error: i32, parameters: &Parameters) -> i32 {
    let unused = parameters.range.leading_zeros() + 1;
    (error << unused) >> unused
}

/// How many samples, whole pixels of them, equal the pixel at the start; the line goes on from there.
#[inline(always)]
fn run_length(line: &[u16], stride: usize) -> usize {
    let (behind, line) = (&line[stride..], line);
    let equal = |from: usize| behind[from..].iter().zip(&line[from..]).take_while(|(x, a)| x == a);
    let length = equal(0).count();
    length - length % stride
}
