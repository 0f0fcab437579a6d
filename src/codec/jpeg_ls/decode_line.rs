//! Decodes the samples of a line (T.87 annex A, read backwards as annex F does).

use super::super::cpu::seldom;
use super::bit_reader::BitReader;
use super::context::{Contexts, RunContext};
use super::line::Lines;
use super::parameters::Parameters;
use super::predict::{Regions, look_above};
use super::run::RunIndex;

/// The state of a scan that is read. `PLAIN` says `Parameters::is_plain`.
#[derive(Debug)]
pub(super) struct LineDecoder<const PLAIN: bool> {
    parameters: Parameters,
    /// Samples side by side in a line, of as many components.
    stride: usize,
    contexts: Contexts,
    run_contexts: [RunContext; 2],
    /// What the line above adds to the numbers of the contexts.
    parts: Vec<i16>,
    /// The region of each gradient from -`maxval` to `maxval`.
    regions: Vec<i8>,
}

impl<const PLAIN: bool> LineDecoder<PLAIN> {
    /// For lines of so many pixels of `stride` samples.
    pub(super) fn new(parameters: Parameters, width: usize, stride: usize) -> Self {
        let gradients = -parameters.maxval..=parameters.maxval;
        Self {
            parameters,
            stride,
            contexts: Contexts::new(&parameters),
            run_contexts: [0, 1].map(|kind| RunContext::new(kind, &parameters)),
            parts: vec![0; width * stride],
            regions: gradients.map(|gradient| parameters.region(gradient) as i8).collect(),
        }
    }

    /// Forgets what was learnt, as behind a restart marker.
    pub(super) fn restart(&mut self) {
        self.contexts = Contexts::new(&self.parameters);
        self.run_contexts = [0, 1].map(|kind| RunContext::new(kind, &self.parameters));
    }

    /// Decodes the current line; returns the bits that are left.
    #[inline(always)]
    pub(super) fn decode<'b>(
        &mut self,
        lines: &mut Lines,
        run_index: &mut RunIndex,
        bits: BitReader<'b>,
    ) -> BitReader<'b> {
        let (above, current) = lines.both();
        look_above(above, self.stride, Regions::new(&self.parameters), &mut self.parts);
        let mut line = Line::<PLAIN> {
            parameters: self.parameters,
            stride: self.stride,
            above,
            current,
            parts: &self.parts,
            regions: &self.regions,
            contexts: &mut self.contexts,
            run_contexts: &mut self.run_contexts,
            run_index: *run_index,
            bits,
        };
        if self.stride == 1 {
            line.decode_grey();
        } else {
            line.decode_pixels();
        }
        *run_index = line.run_index;
        line.bits
    }
}

/// A line that is decoded. All is inlined into one loop, so that what changes with each sample stays
/// in registers.
struct Line<'a, 'b, const PLAIN: bool> {
    parameters: Parameters,
    stride: usize,
    above: &'a [u16],
    current: &'a mut [u16],
    parts: &'a [i16],
    regions: &'a [i8],
    contexts: &'a mut Contexts,
    run_contexts: &'a mut [RunContext; 2],
    run_index: RunIndex,
    bits: BitReader<'b>,
}

impl<const PLAIN: bool> Line<'_, '_, PLAIN> {
    #[inline(always)]
    fn decode_grey(&mut self) {
        let mut at = 0;
        // All that follows waits for the last sample: it is handed on, not looked up.
        let mut left = self.current[0];
        while at < self.parts.len() {
            let number = self.context_number(at, left);
            if number == 0 {
                at += self.decode_run(at);
                left = self.current[at];
            } else {
                left = self.decode_regular(at, left, number);
                at += 1;
            }
        }
    }

    /// Pixels of several samples: a run begins where all their contexts are 0.
    #[inline(always)]
    fn decode_pixels(&mut self) {
        let mut at = 0;
        while at < self.parts.len() {
            let pixel = at..at + self.stride;
            // Each sample's neighbours are of its own component: those of the pixel are all known.
            if pixel.clone().all(|at| self.context_number(at, self.current[at]) == 0) {
                at += self.decode_run(at);
            } else {
                for at in pixel {
                    let left = self.current[at];
                    self.decode_regular(at, left, self.context_number(at, left));
                }
                at += self.stride;
            }
        }
    }

    /// The number of a sample's context and its sign (section A.3.4).
    #[inline(always)]
    fn context_number(&self, at: usize, left: u16) -> i32 {
        let gradient = i32::from(self.above[at]) - i32::from(left);
        let region = self.regions[(gradient + self.parameters.maxval) as usize];
        i32::from(self.parts[at]) + i32::from(region)
    }

    /// Decodes a sample in the regular mode (sections A.4 to A.6).
    #[inline(always)]
    fn decode_regular(&mut self, at: usize, left: u16, number: i32) -> u16 {
        let parameters = &self.parameters;
        let [a, b, c] = [left, self.above[at + self.stride], self.above[at]].map(i32::from);
        let sign = number >> 31;
        let context = self.contexts.at(((number ^ sign) - sign) as u32);
        let (limit, qbpp) = (parameters.limit, parameters.qbpp);
        let mapped = self.bits.read_golomb(context.k(), limit, qbpp, parameters.range as u32);
        let error = context.error::<PLAIN>(mapped, parameters);
        let prediction = Turned::new(median(a, b, c), sign, parameters);
        let sample = prediction.sample::<PLAIN>(context.correction(), error, parameters);
        context.update::<PLAIN>(error, parameters);
        self.give(at, sample);
        sample
    }

    /// Decodes a run and the pixel that ends it (section A.7). Returns how many samples that is.
    #[inline(always)]
    fn decode_run(&mut self, at: usize) -> usize {
        let stride = self.stride;
        let pixels = (self.parts.len() - at) / stride;
        let length = self.run_index.read(&mut self.bits, pixels);
        let samples = length.min(pixels) * stride;
        for at in at..at + samples {
            self.give(at, self.current[at]);
        }
        if length >= pixels {
            return samples;
        }
        for at in at + samples..at + samples + stride {
            self.decode_interruption(at);
        }
        self.run_index.shorten();
        samples + stride
    }

    /// Decodes a sample that ends a run (section A.7.2).
    #[inline(always)]
    fn decode_interruption(&mut self, at: usize) {
        let parameters = &self.parameters;
        let [a, b] = [self.current[at], self.above[at + self.stride]].map(i32::from);
        // Of several components, all are coded as if the neighbours differed.
        let is_level = (a - b).abs() <= parameters.near && self.stride == 1;
        let context = &mut self.run_contexts[usize::from(is_level)];
        let (k, limit) = (context.k(), parameters.limit - self.run_index.order() - 1);
        let mapped = self.bits.read_golomb(k, limit, parameters.qbpp, parameters.range as u32);
        let error = context.error(mapped, k);
        context.update(error, mapped, parameters);
        let (prediction, error) = match is_level {
            true => (a, error),
            false if b < a => (b, -error),
            false => (b, error),
        };
        let sample = reconstructed::<PLAIN>(prediction, error, parameters);
        self.give(at, sample as u16);
    }

    #[inline(always)]
    fn give(&mut self, at: usize, sample: u16) {
        self.current[at + self.stride] = sample;
    }
}

/// The prediction from the edges around a sample (code segment A.5).
#[inline(always)]
fn median(a: i32, b: i32, c: i32) -> i32 {
    (a + b - c).max(a.min(b)).min(a.max(b))
}

/// A prediction, counted from the largest value down where the number of the context is negative:
/// then the signs of the correction and of the error need no change (sections A.3.5 and A.4.2).
struct Turned {
    prediction: i32,
    /// All ones where it is counted so.
    sign: i32,
}

impl Turned {
    #[inline(always)]
    fn new(prediction: i32, sign: i32, parameters: &Parameters) -> Self {
        Self { prediction: turned(prediction, sign, parameters), sign }
    }

    #[inline(always)]
    fn sample<const PLAIN: bool>(
        self,
        correction: i32,
        error: i32,
        parameters: &Parameters,
    ) -> u16 {
        let corrected = self.prediction + correction;
        let mut prediction = corrected;
        if !(0..=parameters.maxval).contains(&corrected) {
            seldom();
            prediction = corrected.clamp(0, parameters.maxval);
        }
        let sample = reconstructed::<PLAIN>(prediction, error, parameters);
        turned(sample, self.sign, parameters) as u16
    }
}

/// A value counted from the other end where `sign` is all ones.
#[inline(always)]
fn turned(value: i32, sign: i32, parameters: &Parameters) -> i32 {
    (value ^ sign) + (sign & (parameters.maxval + 1))
}

/// A sample from its prediction and error (code segment A.8 and section A.4.5).
#[inline(always)]
fn reconstructed<const PLAIN: bool>(prediction: i32, error: i32, parameters: &Parameters) -> i32 {
    let maxval = parameters.maxval;
    if PLAIN {
        return (prediction + error) & maxval;
    }
    let step = 2 * parameters.near + 1;
    let value = prediction + error * step;
    let value = if value < -parameters.near {
        value + parameters.range * step
    } else if value > maxval + parameters.near {
        value - parameters.range * step
    } else {
        value
    };
    value.clamp(0, maxval)
}
