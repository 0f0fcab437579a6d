//! A codestream in, an image out; or the word that this image would come out.

use super::super::cpu::{self, Work};
use super::super::segments::behind_restart;
use super::bit_reader::BitReader;
use super::header::{Header, ScanHeader};
use super::predict::Predictor;
use super::stuffing::unstuffed;
use super::target::{Compared, Filled, Lines, Place, Target};
use super::{CodecError, Frame, Sample};

/// Decodes an image. The samples of a pixel stand side by side. `wanted` is the form that the caller
/// knows; memory is bounded by it and by the length of the stream.
///
/// # Errors
///
/// `Frame` where the wanted form is none of JPEG Lossless or has more bits than `S`, `OtherFrame` where
/// the stream has another, and the others for what `CodecError` says of them.
pub fn decode<S: Sample>(stream: &[u8], wanted: Frame) -> Result<Vec<S>, CodecError> {
    wanted.check_type::<S>()?;
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
/// As `decode`; where another sample than the right one stands before, no error is told.
pub fn gives_back<S: Sample>(
    stream: &[u8],
    frame: Frame,
    samples: &[S],
) -> Result<bool, CodecError> {
    frame.check(samples)?;
    let mut header = Header::read(stream, frame)?;
    // Readers may cut samples to the bits that the stream says.
    let fits = header.frame().check_bits(samples).is_ok();
    Ok(fits && take_scans(&mut header, &mut Compared(samples))?)
}

/// Takes all scans of a stream; returns whether no sample differed.
fn take_scans(header: &mut Header<'_>, target: &mut impl Target) -> Result<bool, CodecError> {
    let frame = header.frame();
    let mut is_scanned = vec![false; frame.components as usize];
    while is_scanned.contains(&false) {
        let scan = &header.next_scan()?;
        for component in &scan.components {
            if std::mem::replace(&mut is_scanned[*component], true) {
                return Err(CodecError::Damaged);
            }
        }
        let stream = header.segments.rest();
        let Some(rest) = cpu::run(Scan { header: scan, frame, stream, target })? else {
            return Ok(false);
        };
        header.segments.go_on_at(rest);
    }
    header.end()?;
    Ok(true)
}

/// A scan that is read.
struct Scan<'s, 'a, T> {
    header: &'s ScanHeader,
    frame: Frame,
    stream: &'a [u8],
    target: &'s mut T,
}

impl<'a, T: Target> Work for Scan<'_, 'a, T> {
    /// The stream behind the scan, or `None` where a sample differed.
    type Output = Result<Option<&'a [u8]>, CodecError>;

    #[inline(always)]
    fn run(self) -> Self::Output {
        let Self { header: scan, frame, mut stream, target } = self;
        let tables = tables_of::<T>(scan)?;
        let (width, height) = (frame.width as usize, frame.height as usize);
        let interval = match scan.restart_interval {
            0 => height,
            // Whole lines (T.81 section H.1.1).
            pixels if pixels % width == 0 => pixels / width,
            _ => return Err(CodecError::Unsupported),
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
                let place = Place { row, frame, scan, predictor };
                if !target.take(place, &tables, &mut lines, &mut bits)? {
                    return Ok(None);
                }
                if bits.is_overrun(data.bits) {
                    return Err(CodecError::Cut);
                }
                if bits.is_broken() {
                    return Err(CodecError::Damaged);
                }
                predictor = scan.predictor;
            }
            // Bytes behind the last sample mean nothing: some writers leave some there.
        }
        Ok(Some(stream))
    }
}

/// The Huffman tables of a scan: one that all its components share, or one for each.
fn tables_of<T: Target>(scan: &ScanHeader) -> Result<Vec<T::Table>, CodecError> {
    let are_alike = scan.tables.windows(2).all(|pair| pair[0] == pair[1]);
    let count = if are_alike { 1 } else { scan.tables.len() };
    scan.tables[..count].iter().map(T::table).collect()
}
