//! A codestream in, an image out; or the word that this image would come out.

use super::super::cpu::{self, Work};
use super::super::segments::behind_restart;
use super::bit_reader::BitReader;
use super::decode_line::LineDecoder;
use super::header::{Header, ScanHeader};
use super::line::Lines;
use super::run::RunIndex;
use super::stuffing::unstuffed;
use super::{CodecError, Frame, Interleave, Sample};

/// Decodes an image. The samples of a pixel stand side by side. `wanted` is the form that the caller
/// knows; memory is bounded by it and by the length of the stream.
///
/// # Errors
///
/// `Frame` where the wanted form is none of JPEG-LS or has more bits than `S`, `OtherFrame` where the
/// stream has another, and the others for what `CodecError` says of them.
pub fn decode<S: Sample>(stream: &[u8], wanted: Frame) -> Result<Vec<S>, CodecError> {
    wanted.check_type::<S>()?;
    let mut header = Header::read(stream, wanted)?;
    let mut samples = vec![S::default(); wanted.samples() as usize];
    take_scans::<_, false>(&mut header, &mut Filled(&mut samples))?;
    Ok(samples)
}

/// Whether a codestream decodes to these samples. Faster than to decode and compare.
///
/// # Errors
///
/// As `decode`; where another sample than the right one stands before, a later error may be told.
pub fn gives_back<S: Sample>(
    stream: &[u8],
    frame: Frame,
    samples: &[S],
) -> Result<bool, CodecError> {
    frame.check(samples)?;
    let mut header = Header::read(stream, frame)?;
    take_scans::<_, true>(&mut header, &mut Compared(samples))
}

/// Where the samples of an image are.
trait Target {
    /// Gets a line, the first of its samples at `at` and the next `every` samples on.
    fn load(&self, at: usize, every: usize, lines: &mut Lines);
    /// Puts a line.
    fn store(&mut self, at: usize, every: usize, lines: &Lines);
}

/// An image that is filled.
struct Filled<'s, S>(&'s mut [S]);

impl<S: Sample> Target for Filled<'_, S> {
    fn load(&self, _: usize, _: usize, _: &mut Lines) {}

    fn store(&mut self, at: usize, every: usize, lines: &Lines) {
        lines.store(&mut self.0[at..], every);
    }
}

/// An image that is compared with.
struct Compared<'s, S>(&'s [S]);

impl<S: Sample> Target for Compared<'_, S> {
    fn load(&self, at: usize, every: usize, lines: &mut Lines) {
        lines.load(&self.0[at..], every);
    }

    fn store(&mut self, _: usize, _: usize, _: &Lines) {}
}

/// Takes all scans of a stream; returns whether no sample differed.
fn take_scans<T: Target, const CHECKS: bool>(
    header: &mut Header<'_>,
    target: &mut T,
) -> Result<bool, CodecError> {
    let frame = header.frame();
    let mut next_component = 0;
    while next_component < frame.components as usize {
        let scan = &header.next_scan()?;
        // Each component has one scan, and they come in their order.
        if scan.first != next_component {
            return Err(CodecError::Damaged);
        }
        next_component += scan.count;
        let stream = header.segments.rest();
        let (rest, is_equal) = if scan.parameters.is_plain() {
            cpu::run(Scan::<T, true, CHECKS> { header: scan, frame, stream, target })?
        } else {
            cpu::run(Scan::<T, false, CHECKS> { header: scan, frame, stream, target })?
        };
        if !is_equal {
            return Ok(false);
        }
        header.segments.go_on_at(rest);
    }
    header.end()?;
    Ok(true)
}

/// A scan that is read. `PLAIN` and `CHECKS` are those of `LineDecoder`.
struct Scan<'s, 'a, T, const PLAIN: bool, const CHECKS: bool> {
    header: &'s ScanHeader,
    frame: Frame,
    stream: &'a [u8],
    target: &'s mut T,
}

impl<'a, T: Target, const PLAIN: bool, const CHECKS: bool> Work for Scan<'_, 'a, T, PLAIN, CHECKS> {
    /// The stream behind the scan, and whether no sample differed.
    type Output = Result<(&'a [u8], bool), CodecError>;

    #[inline(always)]
    fn run(self) -> Self::Output {
        let ScanHeader { first, count, interleave, parameters, restart_interval } = *self.header;
        let (width, every) = (self.frame.width as usize, self.frame.components as usize);
        let height = self.frame.height as usize;
        // How many lines a row is made of, and the components of each.
        let (lines, stride) = match interleave {
            Interleave::Sample => (1, count),
            Interleave::None | Interleave::Line => (count, 1),
        };
        let interval = if restart_interval == 0 { height } else { restart_interval as usize };
        let fresh = vec![(Lines::new(width, stride), RunIndex::default()); lines];
        let mut stream = self.stream;
        let mut decoder = LineDecoder::<PLAIN, CHECKS>::new(parameters, width, stride);
        for (number, start) in (0..height).step_by(interval).enumerate() {
            if let Some(restart) = number.checked_sub(1) {
                stream = behind_restart(stream, restart)?;
                decoder.restart();
            }
            let data = unstuffed(stream)?;
            stream = data.rest;
            let mut bits = BitReader::new(&data.bytes);
            let mut lines = fresh.clone();
            for row in start..height.min(start.saturating_add(interval)) {
                for (component, (lines, run_index)) in lines.iter_mut().enumerate() {
                    let at = row * width * every + first + component;
                    lines.advance();
                    self.target.load(at, every, lines);
                    bits = decoder.decode(lines, run_index, bits);
                    self.target.store(at, every, lines);
                }
                if decoder.differs() {
                    return Ok((stream, false));
                }
                if bits.is_overrun(data.bits) {
                    return Err(CodecError::Cut);
                }
                if bits.is_broken() {
                    return Err(CodecError::Damaged);
                }
            }
            if !bits.is_at_end(data.bits) {
                return Err(CodecError::Damaged);
            }
        }
        Ok((stream, true))
    }
}
