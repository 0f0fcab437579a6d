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
    bits: BitReader,
}

impl<const PLAIN: bool> LineDecoder<PLAIN> {
    /// For lines of so many pixels of `stride` samples.
    pub(super) fn new(
        parameters: Parameters,
        width: usize,
        stride: usize,
        bits: BitReader,
    ) -> Self {
        let gradients = -parameters.maxval..=parameters.maxval;
        Self {
            parameters,
            stride,
            contexts: Contexts::new(&parameters),
            run_contexts: [0, 1].map(|kind| RunContext::new(kind, &parameters)),
            parts: vec![0; width * stride],
            regions: gradients.map(|gradient| parameters.region(gradient) as i8).collect(),
            bits,
        }
    }

    /// The bits that are read.
    pub(super) fn bits(&self) -> &BitReader {
        &self.bits
    }

    /// Forgets what was learnt and goes on in other bits, as behind a restart marker.
    pub(super) fn restart(&mut self, bits: BitReader) {
        self.contexts = Contexts::new(&self.parameters);
        self.run_contexts = [0, 1].map(|kind| RunContext::new(kind, &self.parameters));
        self.bits = bits;
    }

    /// Decodes the current line.
    #[inline(always)]
    pub(super) fn decode(&mut self, lines: &mut Lines, run_index: &mut RunIndex) {
        let (above, current) = lines.both();
        look_above(above, self.stride, &self.parameters, &mut self.parts);
        if self.stride == 1 {
            self.decode_grey(above, current, run_index);
        } else {
            self.decode_pixels(above, current, run_index);
        }
    }

    #[inline(always)]
    fn decode_grey(&mut self, above: &[u16], current: &mut [u16], run_index: &mut RunIndex) {
        let mut at = 0;
        while at < self.parts.len() {
            let number = self.context_number(above, current, at);
            if number == 0 {
                at += self.decode_run(above, current, at, run_index);
            } else {
                self.decode_regular(above, current, at, number);
                at += 1;
            }
        }
    }

    /// Pixels of several samples: a run begins where all their contexts are 0.
    #[inline(always)]
    fn decode_pixels(&mut self, above: &[u16], current: &mut [u16], run_index: &mut RunIndex) {
        let mut at = 0;
        while at < self.parts.len() {
            let pixel = at..at + self.stride;
            // Each sample's neighbours are of its own component: those of the pixel are all known.
            if pixel.clone().all(|at| self.context_number(above, current, at) == 0) {
                at += self.decode_run(above, current, at, run_index);
            } else {
                for at in pixel {
                    let number = self.context_number(above, current, at);
                    self.decode_regular(above, current, at, number);
                }
                at += self.stride;
            }
        }
    }

    /// The number of a sample's context and its sign (section A.3.4).
    #[inline(always)]
    fn context_number(&self, above: &[u16], current: &[u16], at: usize) -> i32 {
        let gradient = i32::from(above[at]) - i32::from(current[at]);
        let region = self.regions[(gradient + self.parameters.maxval) as usize];
        i32::from(self.parts[at]) + i32::from(region)
    }

    /// Decodes a sample in the regular mode (sections A.4 to A.6).
    #[inline(always)]
    fn decode_regular(&mut self, above: &[u16], current: &mut [u16], at: usize, number: i32) {
        let parameters = &self.parameters;
        let sign = number >> 31;
        let signed = |value: i32| (value ^ sign) - sign;
        let context = self.contexts.at(signed(number) as u32);
        let [a, b, c] = [current[at], above[at + self.stride], above[at]].map(i32::from);
        let prediction = median(a, b, c) + signed(context.correction());
        let prediction = prediction.clamp(0, parameters.maxval);
        let most = parameters.range as u32;
        let mapped =
            self.bits.read_golomb(context.k(), parameters.limit, parameters.qbpp, most);
        let error = context.error(mapped);
        let sample = reconstructed::<PLAIN>(prediction, signed(error), parameters);
        current[at + self.stride] = sample;
        context.update::<PLAIN>(error, parameters);
    }

    /// Decodes a run and the pixel that ends it (section A.7). Returns how many samples that is.
    fn decode_run(
        &mut self,
        above: &[u16],
        current: &mut [u16],
        at: usize,
        run_index: &mut RunIndex,
    ) -> usize {
        let stride = self.stride;
        let pixels = (self.parts.len() - at) / stride;
        let mut length = 0;
        while length < pixels && self.bits.read(1) == 1 {
            length += run_index.segment();
            if length <= pixels {
                run_index.lengthen();
            }
        }
        let is_ended = length < pixels;
        if is_ended {
            length += self.bits.read(run_index.order()) as usize;
            if length >= pixels {
                self.bits.set_broken();
            }
        }
        let length = length.min(pixels);
        let samples = length * stride;
        for at in at + stride..at + stride + samples {
            current[at] = current[at - stride];
        }
        if !is_ended || length == pixels {
            return samples;
        }
        for at in at + samples..at + samples + stride {
            let [a, b] = [current[at], above[at + stride]].map(i32::from);
            current[at + stride] = self.decode_interruption(a, b, run_index.order());
        }
        run_index.shorten();
        samples + stride
    }

    /// Decodes a sample that ends a run (section A.7.2).
    fn decode_interruption(&mut self, a: i32, b: i32, order: u32) -> u16 {
        let parameters = &self.parameters;
        // Of several components, all are coded as if the neighbours differed.
        let is_level = (a - b).abs() <= parameters.near && self.stride == 1;
        let context = &mut self.run_contexts[usize::from(is_level)];
        let (k, most) = (context.k(), parameters.range as u32);
        let limit = parameters.limit - order - 1;
        let mapped = self.bits.read_golomb(k, limit, parameters.qbpp, most);
        let error = context.error(mapped, k);
        context.update(error, mapped, parameters);
        match is_level {
            true => reconstructed::<PLAIN>(a, error, parameters),
            false if b < a => reconstructed::<PLAIN>(b, -error, parameters),
            false => reconstructed::<PLAIN>(b, error, parameters),
        }
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
