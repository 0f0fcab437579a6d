//! A codestream in, an image out; or the word that this image would come out.

use super::super::cpu::{self, Work};
use super::super::segments::behind_restart;
use super::bit_reader::BitReader;
use super::check_line::LineChecker;
use super::decode_line::LineDecoder;
use super::header::{Header, ScanHeader};
use super::line::Lines;
use super::parameters::Parameters;
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
    let mut samples = vec![S::default(); wanted.samples() as usize];
    take_scans(stream, wanted, |scan| decode_scan(scan, &mut samples))?;
    Ok(samples)
}

fn decode_scan<'a, S: Sample>(scan: &Scan<'a>, samples: &mut [S]) -> Taken<'a> {
    let (parameters, width, stride) = (scan.header.parameters, scan.width(), scan.stride());
    if parameters.is_plain() {
        let lines = LineDecoder::<true>::new(parameters, width, stride);
        cpu::run(Read { scan, taker: Decoding { lines, samples } })
    } else {
        let lines = LineDecoder::<false>::new(parameters, width, stride);
        cpu::run(Read { scan, taker: Decoding { lines, samples } })
    }
}

/// Whether a codestream decodes to these samples. Faster than to decode and compare, where it does.
///
/// # Errors
///
/// As `decode`.
pub fn gives_back<S: Sample>(
    stream: &[u8],
    frame: Frame,
    samples: &[S],
) -> Result<bool, CodecError> {
    frame.check(samples)?;
    let checked = take_scans(stream, frame, |scan| {
        // What we write is always plain.
        let is_plain = scan.header.parameters.is_plain();
        if is_plain { check_scan(scan, samples) } else { Ok((scan.stream, false)) }
    });
    match checked {
        Ok(true) => Ok(true),
        _ => Ok(decode::<S>(stream, frame)? == samples),
    }
}

fn check_scan<'a, S: Sample>(scan: &Scan<'a>, samples: &[S]) -> Taken<'a> {
    // The usual depths have loops of their own.
    let bits = scan.frame.bits;
    let is_usual = scan.header.parameters == Parameters::lossless(bits);
    match bits {
        8 if is_usual => cpu::run(Read { scan, taker: Checking::<S, 8>::new(scan, samples) }),
        12 if is_usual => cpu::run(Read { scan, taker: Checking::<S, 12>::new(scan, samples) }),
        16 if is_usual => cpu::run(Read { scan, taker: Checking::<S, 16>::new(scan, samples) }),
        _ => cpu::run(Read { scan, taker: Checking::<S, 0>::new(scan, samples) }),
    }
}

/// What is done with the lines of a scan.
trait Taker {
    /// Takes a line, whose first sample stands at `at` in the image and the next `every` samples on. Returns
    /// the bits that are left.
    fn take<'b>(
        &mut self,
        place: Place,
        lines: &mut Lines,
        run_index: &mut RunIndex,
        bits: BitReader<'b>,
    ) -> BitReader<'b>;
    /// Forgets what was learnt, as behind a restart marker.
    fn restart(&mut self);
    /// Whether a sample was another than it must be.
    fn differs(&self) -> bool;
}

/// Where the samples of a line stand in the image: the first, and how far it is from one to the next.
#[derive(Debug, Clone, Copy)]
struct Place {
    at: usize,
    every: usize,
}

/// Decodes into an image.
struct Decoding<'s, S, const PLAIN: bool> {
    lines: LineDecoder<PLAIN>,
    samples: &'s mut [S],
}

impl<S: Sample, const PLAIN: bool> Taker for Decoding<'_, S, PLAIN> {
    #[inline(always)]
    fn take<'b>(
        &mut self,
        place: Place,
        lines: &mut Lines,
        run_index: &mut RunIndex,
        bits: BitReader<'b>,
    ) -> BitReader<'b> {
        let bits = self.lines.decode(lines, run_index, bits);
        lines.store(&mut self.samples[place.at..], place.every);
        bits
    }

    fn restart(&mut self) {
        self.lines.restart();
    }

    fn differs(&self) -> bool {
        false
    }
}

/// Compares with an image.
struct Checking<'s, S, const BITS: u32> {
    lines: LineChecker<BITS>,
    samples: &'s [S],
}

impl<'s, S, const BITS: u32> Checking<'s, S, BITS> {
    fn new(scan: &Scan<'_>, samples: &'s [S]) -> Self {
        let lines = LineChecker::new(scan.header.parameters, scan.width(), scan.stride());
        Self { lines, samples }
    }
}

impl<S: Sample, const BITS: u32> Taker for Checking<'_, S, BITS> {
    #[inline(always)]
    fn take<'b>(
        &mut self,
        place: Place,
        lines: &mut Lines,
        run_index: &mut RunIndex,
        bits: BitReader<'b>,
    ) -> BitReader<'b> {
        lines.load(&self.samples[place.at..], place.every);
        self.lines.check(lines, run_index, bits)
    }

    fn restart(&mut self) {
        self.lines.restart();
    }

    fn differs(&self) -> bool {
        self.lines.differs()
    }
}

/// Takes all scans of a stream by `take`; returns whether no sample differed.
fn take_scans<'a>(
    stream: &'a [u8],
    frame: Frame,
    mut take: impl FnMut(&Scan<'a>) -> Taken<'a>,
) -> Result<bool, CodecError> {
    let mut header = Header::read(stream, frame)?;
    let frame = header.frame();
    let mut next_component = 0;
    while next_component < frame.components as usize {
        let scan = header.next_scan()?;
        // Each component has one scan, and they come in their order.
        if scan.first != next_component {
            return Err(CodecError::Damaged);
        }
        next_component += scan.count;
        let stream = header.segments.rest();
        let (rest, is_equal) = take(&Scan { header: scan, frame, stream })?;
        if !is_equal {
            return Ok(false);
        }
        header.segments.go_on_at(rest);
    }
    header.end()?;
    Ok(true)
}

/// The stream behind a scan, and whether no sample differed.
type Taken<'a> = Result<(&'a [u8], bool), CodecError>;

/// A scan that is read.
struct Scan<'a> {
    header: ScanHeader,
    frame: Frame,
    stream: &'a [u8],
}

impl Scan<'_> {
    fn width(&self) -> usize {
        self.frame.width as usize
    }

    /// How many lines a row is made of.
    fn lines(&self) -> usize {
        if self.header.interleave == Interleave::Sample { 1 } else { self.header.count }
    }

    /// The components of each line.
    fn stride(&self) -> usize {
        self.header.count / self.lines()
    }
}

/// The work on the coded data of a scan.
struct Read<'s, 'a, T> {
    scan: &'s Scan<'a>,
    taker: T,
}

impl<'a, T: Taker> Work for Read<'_, 'a, T> {
    type Output = Taken<'a>;

    #[inline(always)]
    fn run(self) -> Self::Output {
        let Self { scan, mut taker } = self;
        let (width, every) = (scan.width(), scan.frame.components as usize);
        let height = scan.frame.height as usize;
        let interval = match scan.header.restart_interval {
            0 => height,
            interval => interval as usize,
        };
        let fresh = vec![(Lines::new(width, scan.stride()), RunIndex::default()); scan.lines()];
        let mut stream = scan.stream;
        for (number, start) in (0..height).step_by(interval).enumerate() {
            if let Some(restart) = number.checked_sub(1) {
                stream = behind_restart(stream, restart)?;
                taker.restart();
            }
            let data = unstuffed(stream)?;
            stream = data.rest;
            let mut bits = BitReader::new(&data.bytes);
            let mut lines = fresh.clone();
            for row in start..height.min(start.saturating_add(interval)) {
                for (component, (lines, run_index)) in lines.iter_mut().enumerate() {
                    let at = row * width * every + scan.header.first + component;
                    lines.advance();
                    bits = taker.take(Place { at, every }, lines, run_index, bits);
                }
                if taker.differs() {
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
