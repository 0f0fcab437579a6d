//! A codestream in, an image out.

use super::bit_reader::BitReader;
use super::cpu::{self, Work};
use super::decode_line::LineDecoder;
use super::header::{Header, ScanHeader, behind_restart};
use super::line::Lines;
use super::run::RunIndex;
use super::stuffing::unstuffed;
use super::{Frame, Interleave, JpegLsError, Sample};

/// Decodes an image. The samples of a pixel stand side by side. `wanted` is the form that the caller
/// knows; memory is bounded by it and by the length of the stream.
///
/// # Errors
///
/// `Frame` where the wanted form is none of JPEG-LS or has more bits than `S`, `OtherFrame` where the
/// stream has another, and the others for what `JpegLsError` says of them.
pub fn decode<S: Sample>(stream: &[u8], wanted: Frame) -> Result<Vec<S>, JpegLsError> {
    if !wanted.is_sound() || wanted.bits > S::BITS {
        return Err(JpegLsError::Frame);
    }
    let mut header = Header::read(stream, wanted)?;
    let frame = header.frame();
    let mut samples = vec![S::default(); frame.samples() as usize];
    let mut next_component = 0;
    while next_component < frame.components as usize {
        let scan = header.next_scan()?;
        // Each component has one scan, and they come in their order.
        if scan.first != next_component {
            return Err(JpegLsError::Damaged);
        }
        next_component += scan.count;
        let rest = take_scan(&scan, frame, header.rest(), &mut samples[scan.first..])?;
        header.go_on_at(rest);
    }
    header.end()?;
    Ok(samples)
}

/// Decodes the data of a scan into samples; returns the stream behind them.
fn take_scan<'a, S: Sample>(
    scan: &ScanHeader,
    frame: Frame,
    stream: &'a [u8],
    samples: &mut [S],
) -> Result<&'a [u8], JpegLsError> {
    if scan.parameters.is_plain() {
        cpu::run(Scan::<S, true>::new(scan, frame, stream, samples))
    } else {
        cpu::run(Scan::<S, false>::new(scan, frame, stream, samples))
    }
}

/// A scan that is read.
struct Scan<'s, 'a, S, const PLAIN: bool> {
    header: &'s ScanHeader,
    frame: Frame,
    stream: &'a [u8],
    samples: &'s mut [S],
    /// Lines that a row is made of, and the components of each.
    lines: usize,
    stride: usize,
}

impl<'s, 'a, S: Sample, const PLAIN: bool> Scan<'s, 'a, S, PLAIN> {
    fn new(
        header: &'s ScanHeader,
        frame: Frame,
        stream: &'a [u8],
        samples: &'s mut [S],
    ) -> Self {
        let (lines, stride) = match header.interleave {
            Interleave::Sample => (1, header.count),
            Interleave::None | Interleave::Line => (header.count, 1),
        };
        Self { header, frame, stream, samples, lines, stride }
    }
}

impl<'a, S: Sample, const PLAIN: bool> Work for Scan<'_, 'a, S, PLAIN> {
    type Output = Result<&'a [u8], JpegLsError>;

    #[inline(always)]
    fn run(self) -> Self::Output {
        let (width, every) = (self.frame.width as usize, self.frame.components as usize);
        let parameters = self.header.parameters;
        let interval = match self.header.restart_interval {
            0 => self.frame.height as usize,
            lines => lines.min(self.frame.height) as usize,
        };
        let fresh = vec![(Lines::new(width, self.stride), RunIndex::default()); self.lines];
        let mut stream = self.stream;
        let mut decoder = LineDecoder::<PLAIN>::new(parameters, width, self.stride);
        for (number, rows) in self.samples.chunks_mut(interval * width * every).enumerate() {
            if let Some(restart) = number.checked_sub(1) {
                stream = behind_restart(stream, restart as u32)?;
                decoder.restart();
            }
            let data = unstuffed(stream)?;
            stream = data.rest;
            let mut bits = BitReader::new(&data.bytes);
            let mut lines = fresh.clone();
            for row in rows.chunks_mut(width * every) {
                for (component, (lines, run_index)) in lines.iter_mut().enumerate() {
                    lines.advance();
                    bits = decoder.decode(lines, run_index, bits);
                    lines.store(&mut row[component..], every);
                }
                if bits.is_overrun(data.bits) {
                    return Err(JpegLsError::Cut);
                }
                if bits.is_broken() {
                    return Err(JpegLsError::Damaged);
                }
            }
            if !bits.is_at_end(data.bits) {
                return Err(JpegLsError::Damaged);
            }
        }
        Ok(stream)
    }
}
