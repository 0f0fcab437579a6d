//! Before a codec sees a codestream: its own header must say what the Image Pixel Module says, and
//! it must reach its end. Codecs allocate by that header and some invent pixels past a cut.

use dicom::dictionary_std::uids;

use super::ReadError;
use super::entropy::check_complete;
use super::numbers::{be16, be32, le32};
use crate::image::ImagePixel;

pub(super) fn check(
    stream: &[u8],
    image: &ImagePixel,
    transfer_syntax: &str,
) -> Result<(), ReadError> {
    match transfer_syntax {
        uids::RLE_LOSSLESS => rle(stream, image),
        // Deflated Image Frame (PS3.5 section A.4.13): the decoder stops at the frame's length.
        "1.2.840.10008.1.2.8.1" => Ok(()),
        // Encapsulated Uncompressed (section A.4.11): the length of a frame is checked on decoding.
        "1.2.840.10008.1.2.1.98" => Ok(()),
        uid if uid.starts_with("1.2.840.10008.1.2.4.") => {
            if stream.starts_with(&[0xFF, 0xD8]) {
                jpeg(stream, image)
            } else if stream.starts_with(&[0xFF, 0x4F, 0xFF, 0x51]) {
                jpeg_2000(stream, image)
            } else {
                Err(ReadError::Pixels("not the codestream that the transfer syntax names"))
            }
        }
        _ => Err(ReadError::TransferSyntax),
    }
}

/// The header of a frame as the codestream gives it.
struct Frame {
    rows: u32,
    columns: u32,
    components: u16,
    precision: u16,
}

impl Frame {
    fn agrees_with(&self, image: &ImagePixel) -> Result<(), ReadError> {
        if (self.rows, self.columns) != (image.rows, image.columns) {
            return Err(ReadError::Pixels("the codestream has another size than Rows x Columns"));
        }
        if self.components != image.samples_per_pixel {
            return Err(ReadError::Pixels("the codestream has other components"));
        }
        if self.precision > image.bits_allocated {
            return Err(ReadError::Pixels("the codestream has more bits than Bits Allocated"));
        }
        Ok(())
    }
}

/// JPEG and JPEG-LS: marker segments up to the frame header, and EOI at the end
/// (ITU-T T.81 section B.2, T.87 section C.2).
fn jpeg(stream: &[u8], image: &ImagePixel) -> Result<(), ReadError> {
    let cut = ReadError::Pixels("a codestream is cut off");
    let mut at = 2;
    let (frame, is_jpeg_ls) = loop {
        let segment = stream.get(at..).filter(|rest| rest.len() >= 10).ok_or(cut.clone())?;
        let marker = match segment {
            [0xFF, 0xFF, ..] => {
                at += 1;
                continue;
            }
            [0xFF, marker, ..] => *marker,
            _ => return Err(ReadError::Pixels("a codestream breaks off between markers")),
        };
        // SOF0 to SOF15 without DHT, JPG and DAC; SOF55 of JPEG-LS.
        let is_frame = matches!(marker, 0xC0..=0xCF) && !matches!(marker, 0xC4 | 0xC8 | 0xCC);
        if is_frame || marker == 0xF7 {
            let frame = Frame {
                precision: u16::from(segment[4]),
                rows: u32::from(be16(segment, 5)),
                columns: u32::from(be16(segment, 7)),
                components: u16::from(segment[9]),
            };
            break (frame, marker == 0xF7);
        }
        let length = usize::from(be16(segment, 2));
        if length < 2 || marker == 0xDA {
            return Err(ReadError::Pixels("a codestream has no frame header"));
        }
        at += 2 + length;
    };
    frame.agrees_with(image)?;
    if !reaches_its_end(stream) {
        return Err(cut);
    }
    // JPEG-LS decoders notice a cut themselves; JPEG decoders invent what is missing.
    if is_jpeg_ls { Ok(()) } else { check_complete(stream) }
}

/// JPEG 2000: the SIZ segment follows SOC (ITU-T T.800 section A.5.1); EOC at the end.
fn jpeg_2000(stream: &[u8], image: &ImagePixel) -> Result<(), ReadError> {
    let cut = ReadError::Pixels("a codestream is cut off");
    let siz = stream.get(4..43).ok_or(cut.clone())?;
    let (width, height) = (be32(siz, 4), be32(siz, 8));
    let (x_offset, y_offset) = (be32(siz, 12), be32(siz, 16));
    let (tile_width, tile_height) = (be32(siz, 20), be32(siz, 24));
    let frame = Frame {
        rows: height.checked_sub(y_offset).ok_or(cut.clone())?,
        columns: width.checked_sub(x_offset).ok_or(cut.clone())?,
        components: be16(siz, 36),
        precision: u16::from(siz[38] & 0x7F) + 1,
    };
    frame.agrees_with(image)?;
    let is_signed = siz[38] & 0x80 != 0;
    if is_signed != (image.sample_type == crate::image::SampleType::Signed) {
        return Err(ReadError::Pixels("the codestream's sign contradicts Pixel Representation"));
    }
    if frame.precision < image.bits_stored && is_signed {
        return Err(ReadError::Pixels("the codestream has fewer bits than Bits Stored"));
    }
    let tiles = (tile_width > 0 && tile_height > 0)
        .then(|| u64::from(width.div_ceil(tile_width)) * u64::from(height.div_ceil(tile_height)));
    if tiles.is_none_or(|tiles| tiles > 65_535) {
        return Err(ReadError::Pixels("a codestream has impossible tiles"));
    }
    if reaches_its_end(stream) { Ok(()) } else { Err(cut) }
}

/// EOI and EOC are both FF D9. Some writers pad the fragment behind it with more than one byte.
fn reaches_its_end(stream: &[u8]) -> bool {
    const PADDING: usize = 16;
    let tail = &stream[stream.len().saturating_sub(PADDING)..];
    tail.windows(2).any(|pair| pair == [0xFF, 0xD9])
}

/// RLE: a segment a byte plane, each of which must unpack to Rows x Columns bytes
/// (PS3.5 sections G.3 to G.5).
fn rle(stream: &[u8], image: &ImagePixel) -> Result<(), ReadError> {
    let header = stream.get(..64).ok_or(ReadError::Pixels("an RLE header is cut off"))?;
    let segments =
        usize::from(image.samples_per_pixel) * usize::from(image.bits_allocated.div_ceil(8));
    if le32(header, 0) as usize != segments || segments > 15 {
        return Err(ReadError::Pixels("RLE segments do not match the samples"));
    }
    let mut bounds: Vec<usize> = (1..=segments).map(|n| le32(header, 4 * n) as usize).collect();
    bounds.push(stream.len());
    if bounds[0] < 64 || !bounds.is_sorted_by(|a, b| a < b) {
        return Err(ReadError::Pixels("RLE offsets are out of order"));
    }
    let plane = u64::from(image.rows) * u64::from(image.columns);
    let pixels = if image.bits_allocated == 1 { plane.div_ceil(8) } else { plane };
    let complete = bounds.windows(2).all(|pair| unpacks_to(&stream[pair[0]..pair[1]], pixels));
    if complete { Ok(()) } else { Err(ReadError::Pixels("an RLE segment is cut off")) }
}

fn unpacks_to(segment: &[u8], wanted: u64) -> bool {
    let (mut at, mut unpacked) = (0, 0);
    while unpacked < wanted {
        let Some(control) = segment.get(at) else {
            return false;
        };
        at += 1;
        match *control as i8 {
            -128 => {}
            run @ ..0 => {
                at += 1;
                unpacked += 1 + u64::from(run.unsigned_abs());
            }
            literal => {
                at += literal as usize + 1;
                unpacked += literal as u64 + 1;
            }
        }
        if at > segment.len() {
            return false;
        }
    }
    true
}
