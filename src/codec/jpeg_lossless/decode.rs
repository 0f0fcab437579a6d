//! A codestream in, an image out; or the word that this image would come out.

use super::bit_reader::BitReader;
use super::header::{Header, ScanHeader, behind_restart};
use super::lookup::Lookup;
use super::predict::Predictor;
use super::stuffing::unstuffed;
use super::target::{Compared, Filled, Lines, Target};
use super::{Frame, JpegLosslessError, Sample};

/// Decodes an image. The samples of a pixel stand side by side. `wanted` is the form that the caller
/// knows; memory is bounded by it and by the length of the stream.
///
/// # Errors
///
/// `Frame` where the wanted form is none of JPEG Lossless or has more bits than `S`, `OtherFrame` where
/// the stream has another, and the others for what `JpegLosslessError` says of them.
pub fn decode<S: Sample>(stream: &[u8], wanted: Frame) -> Result<Vec<S>, JpegLosslessError> {
    if !wanted.is_sound() || wanted.bits > S::BITS {
        return Err(JpegLosslessError::Frame);
    }
    let mut header = Header::read(stream, wanted)?;
    let mut samples = vec![S::default(); wanted.samples() as usize];
    take_scans(&mut header, &mut Filled(&mut samples))?;
    Ok(samples)
}

/// Whether a codestream decodes to these samples. Faster than to decode and compare: as long as all
/// samples before were the right ones, the neighbours that predict are those of the image.
///
/// # Errors
///
/// As `decode`; where another sample than the right one stands before, a later error is not told.
pub fn gives_back<S: Sample>(
    stream: &[u8],
    frame: Frame,
    samples: &[S],
) -> Result<bool, JpegLosslessError> {
    if !frame.is_sound() || frame.bits > S::BITS || samples.len() as u64 != frame.samples() {
        return Err(JpegLosslessError::Frame);
    }
    let mut header = Header::read(stream, frame)?;
    take_scans(&mut header, &mut Compared(samples))
}

/// Takes all scans of a stream; returns whether no sample differed.
fn take_scans(
    header: &mut Header<'_>,
    target: &mut impl Target,
) -> Result<bool, JpegLosslessError> {
    let frame = header.frame();
    let mut is_scanned = vec![false; frame.components as usize];
    while is_scanned.contains(&false) {
        let scan = header.next_scan()?;
        for component in &scan.components {
            if std::mem::replace(&mut is_scanned[*component], true) {
                return Err(JpegLosslessError::Damaged);
            }
        }
        let Some(rest) = take_scan(&scan, frame, header.rest(), target)? else {
            return Ok(false);
        };
        header.go_on_at(rest);
    }
    header.end()?;
    Ok(true)
}

/// Takes the data of a scan; returns the stream behind them, or `None` where a sample differed.
fn take_scan<'a>(
    scan: &ScanHeader,
    frame: Frame,
    mut stream: &'a [u8],
    target: &mut impl Target,
) -> Result<Option<&'a [u8]>, JpegLosslessError> {
    let tables = Tables::new(scan)?;
    let (width, height) = (frame.width as usize, frame.height as usize);
    let interval = match scan.restart_interval {
        0 => height,
        // Whole lines (T.81 section H.1.1).
        pixels if pixels % width == 0 => pixels / width,
        _ => return Err(JpegLosslessError::Unsupported),
    };
    let middle = 1 << (frame.bits - scan.point_transform - 1);
    let mut lines = Lines::new(width, scan);
    for (number, start) in (0..height).step_by(interval).enumerate() {
        if let Some(restart) = number.checked_sub(1) {
            stream = behind_restart(stream, restart)?;
        }
        let data = unstuffed(stream)?;
        stream = data.rest;
        let mut bits = BitReader::new(&data.bytes);
        // The first line is predicted from the left, its first pixel by the middle of the range
        // (section H.1.2.1).
        lines.above.fill(middle);
        let mut predictor = Predictor::Left;
        for row in start..height.min(start + interval) {
            bits = tables.read(bits, &mut lines.differences);
            if bits.is_overrun(data.bits) {
                return Err(JpegLosslessError::Cut);
            }
            if bits.is_broken() {
                return Err(JpegLosslessError::Damaged);
            }
            if !target.take(row, frame, scan, predictor, &mut lines)? {
                return Ok(None);
            }
            predictor = scan.predictor;
        }
        // Bytes behind the last sample mean nothing: some writers leave some there.
    }
    Ok(Some(stream))
}

/// The Huffman tables of a scan.
enum Tables {
    /// One that all its components share.
    Shared(Lookup),
    /// One for each component.
    Own(Vec<Lookup>),
}

impl Tables {
    fn new(scan: &ScanHeader) -> Result<Self, JpegLosslessError> {
        if let [first, others @ ..] = &scan.tables[..]
            && others.iter().all(|other| other == first)
        {
            return Lookup::new(first).map(Self::Shared);
        }
        scan.tables.iter().map(Lookup::new).collect::<Result<_, _>>().map(Self::Own)
    }

    /// Reads the differences of a line.
    fn read<'a>(&self, mut bits: BitReader<'a>, differences: &mut [u16]) -> BitReader<'a> {
        match self {
            Self::Shared(table) => return bits.read_all(table, differences),
            Self::Own(tables) => {
                for pixel in differences.chunks_exact_mut(tables.len()) {
                    for (difference, table) in pixel.iter_mut().zip(tables) {
                        *difference = bits.read(table);
                    }
                }
            }
        }
        bits
    }
}
