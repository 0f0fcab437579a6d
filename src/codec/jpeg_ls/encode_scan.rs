//! An image in, a lossless codestream out.

use super::super::cpu::{self, Work};
use super::super::segments::{EOI, put_marker};
use super::encode_line::LineEncoder;
use super::line::Lines;
use super::parameters::Parameters;
use super::run::RunIndex;
use super::segments::{put_header, put_scan_header};
use super::stuffing::Stuffer;
use super::{CodecError, Frame, Interleave, Sample};

/// Encodes an image, lossless. The samples of a pixel stand side by side.
///
/// # Errors
///
/// `Frame` where JPEG-LS does not hold such an image or there are not as many samples, `Sample`
/// where one has more bits than the frame says.
pub fn encode<S: Sample>(
    samples: &[S],
    frame: Frame,
    interleave: Interleave,
) -> Result<Vec<u8>, CodecError> {
    frame.check(samples)?;
    frame.check_bits(samples)?;
    let parameters = Parameters::lossless(frame.bits);
    // A guess: half of what comes in.
    let mut stream = Vec::with_capacity(size_of_val(samples) / 2 + 256);
    put_header(frame, &parameters, &mut stream);
    let components = frame.components;
    match interleave {
        // A single component has nothing to take turns with (T.87 section C.2.3).
        _ if components == 1 => {
            put_scan_header(1..=1, Interleave::None, &mut stream);
            put_scan(samples, frame, &parameters, 1, 1, &mut stream);
        }
        Interleave::None => {
            for component in 1..=components {
                put_scan_header(component..=component, interleave, &mut stream);
                let samples = &samples[component as usize - 1..];
                put_scan(samples, frame, &parameters, 1, 1, &mut stream);
            }
        }
        Interleave::Line => {
            put_scan_header(1..=components, interleave, &mut stream);
            put_scan(samples, frame, &parameters, components as usize, 1, &mut stream);
        }
        Interleave::Sample => {
            put_scan_header(1..=components, interleave, &mut stream);
            put_scan(samples, frame, &parameters, 1, components as usize, &mut stream);
        }
    }
    put_marker(EOI, &mut stream);
    Ok(stream)
}

/// Codes the data of a scan: so many lines of each row, each of `stride` components.
fn put_scan<S: Sample>(
    samples: &[S],
    frame: Frame,
    parameters: &Parameters,
    lines: usize,
    stride: usize,
    stream: &mut Vec<u8>,
) {
    let width = frame.width as usize;
    let scan = Scan {
        samples,
        every: frame.components as usize,
        row: width * frame.components as usize,
        lines: vec![(Lines::new(width, stride), RunIndex::default()); lines],
        encoder: LineEncoder::new(*parameters, width, stride),
        stream,
    };
    // The usual depths have loops of their own.
    match frame.bits {
        8 => cpu::run(OfDepth::<S, 8>(scan)),
        12 => cpu::run(OfDepth::<S, 12>(scan)),
        16 => cpu::run(OfDepth::<S, 16>(scan)),
        _ => cpu::run(OfDepth::<S, 0>(scan)),
    }
}

/// A scan that is written.
struct Scan<'a, S> {
    /// From the first sample of the scan's first component on.
    samples: &'a [S],
    /// Samples from one pixel to the next, and from one row to the next.
    every: usize,
    row: usize,
    /// The lines that a row is made of.
    lines: Vec<(Lines, RunIndex)>,
    encoder: LineEncoder,
    stream: &'a mut Vec<u8>,
}

/// A scan of samples of so many bits; 0 for those that only its parameters tell.
struct OfDepth<'a, S, const BITS: u32>(Scan<'a, S>);

impl<S: Sample, const BITS: u32> Work for OfDepth<'_, S, BITS> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Scan { samples, every, row, mut lines, mut encoder, stream } = self.0;
        let mut stuffer = Stuffer::default();
        for row in samples.chunks(row) {
            for (component, (lines, run_index)) in lines.iter_mut().enumerate() {
                lines.advance();
                lines.load(&row[component..], every);
                stuffer.put(encoder.code::<BITS>(lines, run_index), stream);
            }
        }
        stuffer.finish(encoder.rest(), stream);
    }
}
