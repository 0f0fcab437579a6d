//! Decodes the samples of a line (T.87 annex A, read backwards as annex F does).

use super::bit_reader::BitReader;
use super::context::{Contexts, RunContext};
use super::line::Lines;
use super::parameters::Parameters;
use super::predict::{look_above, median};
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
        look_above(above, self.stride, &self.parameters, &mut self.parts);
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
        while at < self.parts.len() {
            let number = self.context_number(at);
            if number == 0 {
                at += self.decode_run(at);
            } else {
                self.decode_regular(at, number);
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
            if pixel.clone().all(|at| self.context_number(at) == 0) {
                at += self.decode_run(at);
            } else {
                for at in pixel {
                    self.decode_regular(at, self.context_number(at));
                }
                at += self.stride;
            }
        }
    }

    /// The number of a sample's context and its sign (section A.3.4).
    #[inline(always)]
    fn context_number(&self, at: usize) -> i32 {
        let gradient = i32::from(self.above[at]) - i32::from(self.current[at]);
        let region = self.regions[(gradient + self.parameters.maxval) as usize];
        i32::from(self.parts[at]) + i32::from(region)
    }

    /// Decodes a sample in the regular mode (sections A.4 to A.6).
    #[inline(always)]
    fn decode_regular(&mut self, at: usize, number: i32) {
        let parameters = &self.parameters;
        let neighbours = [self.current[at], self.above[at + self.stride], self.above[at]];
        let [a, b, c] = neighbours.map(i32::from);
        let sign = number >> 31;
        let signed = |value: i32| (value ^ sign) - sign;
        let context = self.contexts.at(signed(number) as u32);
        let prediction = median(a, b, c) + signed(context.correction());
        let prediction = prediction.clamp(0, parameters.maxval);
        let (limit, qbpp) = (parameters.limit, parameters.qbpp);
        let mapped = self.bits.read_golomb(context.k(), limit, qbpp, parameters.range as u32);
        let error = context.error::<PLAIN>(mapped, parameters);
        let sample = reconstructed::<PLAIN>(prediction, signed(error), parameters);
        self.current[at + self.stride] = sample;
        context.update::<PLAIN>(error, parameters);
    }

    /// Decodes a run and the pixel that ends it (section A.7). Returns how many samples that is.
    #[inline(always)]
    fn decode_run(&mut self, at: usize) -> usize {
        let stride = self.stride;
        let pixels = (self.parts.len() - at) / stride;
        let mut length = 0;
        while length < pixels && self.bits.read(1) == 1 {
            length += self.run_index.segment();
            if length <= pixels {
                self.run_index.lengthen();
            }
        }
        let is_ended = length < pixels;
        if is_ended {
            length += self.bits.read(self.run_index.order()) as usize;
            if length >= pixels {
                self.bits.set_broken();
            }
        }
        let samples = length.min(pixels) * stride;
        for at in at + stride..at + stride + samples {
            self.current[at] = self.current[at - stride];
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
        self.current[at + self.stride] = reconstructed::<PLAIN>(prediction, error, parameters);
    }
}

/// A sample from its prediction and error (code segment A.8 and section A.4.5).
#[inline(always)]
fn reconstructed<const PLAIN: bool>(prediction: i32, error: i32, parameters: &Parameters) -> u16 {
    let maxval = parameters.maxval;
    if PLAIN {
        return ((prediction + error) & maxval) as u16;
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
    value.clamp(0, maxval) as u16
}
