//! Codes the samples of a line, lossless (T.87 sections A.4 to A.7).

use std::ops::Range;

use super::codes::{Bits, Code, Codes, Rest};
use super::context::{Contexts, RunContext};
use super::line::Lines;
use super::parameters::Parameters;
use super::predict::{Predicted, Regions};
use super::run::RunIndex;

/// A whole segment of a run, or what is left of the line.
const ONE: Code = Code { bits: 1, length: 1 };

/// The state of a scan that is written.
#[derive(Debug)]
pub(super) struct LineEncoder {
    parameters: Parameters,
    /// Samples side by side in a line, of as many components.
    stride: usize,
    contexts: Contexts,
    run_contexts: [RunContext; 2],
    predicted: Box<Predicted>,
    codes: Codes,
    bits: Bits,
}

impl LineEncoder {
    /// For lines of so many pixels of `stride` samples. The parameters are those of
    /// `Parameters::lossless`.
    pub(super) fn new(parameters: Parameters, width: usize, stride: usize) -> Self {
        let samples = width * stride;
        let codes = Codes::new(samples, parameters.limit, parameters.qbpp);
        Self {
            parameters,
            stride,
            contexts: Contexts::new(&parameters),
            run_contexts: [0, 1].map(|kind| RunContext::new(kind, &parameters)),
            predicted: Predicted::new(),
            bits: Bits::new(&codes),
            codes,
        }
    }

    /// Codes the current line. Returns the bytes that it fills. `BITS` is 0 or those of a sample: then
    /// the parameters are constants of the loop.
    #[inline(always)]
    pub(super) fn code<const BITS: u32>(
        &mut self,
        lines: &mut Lines,
        run_index: &mut RunIndex,
    ) -> &[u8] {
        let (above, current) = lines.both();
        let parameters = if BITS == 0 { self.parameters } else { Parameters::lossless(BITS) };
        let (regions, maxval) = (Regions::new(&parameters), parameters.maxval as u16);
        let samples = current.len() - 2 * self.stride;
        let predicted = &mut *self.predicted;
        let mut line = Line {
            parameters,
            stride: self.stride,
            above,
            current,
            contexts: &mut self.contexts,
            run_contexts: &mut self.run_contexts,
            run_index: *run_index,
            codes: &mut self.codes,
        };
        let mut at = 0;
        while at < samples {
            let (above, current) = (&line.above[at..], &line.current[at..]);
            let count = predicted.look(above, current, self.stride, regions, maxval);
            at = if self.stride == 1 {
                line.code_grey(predicted, at..at + count)
            } else {
                line.code_pixels(predicted, at..at + count)
            };
        }
        *run_index = line.run_index;
        self.bits.pack(&mut self.codes)
    }

    /// The bits behind the last whole byte.
    pub(super) fn rest(&self) -> Rest {
        self.bits.rest()
    }
}

/// A line that is coded. All is inlined into one loop, so that what changes with each sample stays in
/// registers.
struct Line<'a> {
    parameters: Parameters,
    stride: usize,
    above: &'a [u16],
    current: &'a [u16],
    contexts: &'a mut Contexts,
    run_contexts: &'a mut [RunContext; 2],
    run_index: RunIndex,
    codes: &'a mut Codes,
}

impl Line<'_> {
    /// Codes samples of which is known what is predicted. Returns where it goes on: a run may end behind
    /// them.
    #[inline(always)]
    fn code_grey(&mut self, predicted: &Predicted, samples: Range<usize>) -> usize {
        let Range { start, end } = samples;
        let mut at = start;
        while at < end {
            let Self { codes, contexts, parameters, .. } = self;
            at += codes.put_errors(predicted.steps(at - start..end - start), |step| {
                (step.context != 0).then(|| step.learn(contexts, parameters))
            });
            if at < end {
                at += self.code_run(at);
            }
        }
        at
    }

    /// Pixels of several samples: a run begins where all their contexts are 0.
    #[inline(always)]
    fn code_pixels(&mut self, predicted: &Predicted, samples: Range<usize>) -> usize {
        let Range { start, end } = samples;
        let mut at = start;
        while at < end {
            let pixel = at - start..at - start + self.stride;
            if predicted.steps(pixel.clone()).all(|step| step.context == 0) {
                at += self.code_run(at);
            } else {
                let Self { codes, contexts, parameters, .. } = self;
                at += codes.put_errors(predicted.steps(pixel), |step| {
                    Some(step.learn(contexts, parameters))
                });
            }
        }
        at
    }

    /// Codes a run and the pixel that ends it (section A.7). Returns how many samples that is.
    #[inline(always)]
    fn code_run(&mut self, at: usize) -> usize {
        let stride = self.stride;
        let samples = self.current.len() - 2 * stride;
        let length = run_length(&self.current[at..samples + stride], stride);
        let mut left = length / stride;
        while left >= self.run_index.segment() {
            self.codes.put(ONE);
            left -= self.run_index.segment();
            self.run_index.lengthen();
        }
        if at + length == samples {
            if left > 0 {
                self.codes.put(ONE);
            }
            return length;
        }
        self.codes.put(Code { bits: left as u32, length: 1 + self.run_index.order() });
        for at in at + length..at + length + stride {
            self.code_interruption(at);
        }
        self.run_index.shorten();
        length + stride
    }

    /// Codes a sample that ends a run (section A.7.2).
    #[inline(always)]
    fn code_interruption(&mut self, at: usize) {
        let (parameters, stride) = (&self.parameters, self.stride);
        let neighbours = [self.current[at], self.above[at + stride], self.current[at + stride]];
        let [a, b, x] = neighbours.map(i32::from);
        // Of several components, all are coded as if the neighbours differed.
        let is_level = a == b && stride == 1;
        let error = parameters.wrapped(if b < a { b - x } else { x - b });
        let context = &mut self.run_contexts[usize::from(is_level)];
        let k = context.k();
        let number = context.mapped(error, k);
        context.update(error, number, parameters);
        let limit = parameters.limit - self.run_index.order() - 1;
        self.codes.put(Code::golomb(number, k, limit, parameters.qbpp));
    }
}

/// How many samples, whole pixels of them, equal the pixel at the start; the line goes on from there.
#[inline(always)]
fn run_length(line: &[u16], stride: usize) -> usize {
    let equal = line[stride..].iter().zip(line).take_while(|(x, a)| x == a);
    let length = equal.count();
    length - length % stride
}
