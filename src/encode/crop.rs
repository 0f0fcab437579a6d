//! A part of an instance that this program wrote: decoded, cut out, and coded as if it had come native.

use bytes::Bytes;
use dicom::dictionary_std::{tags, uids};

use super::keep::Came;
use super::{CODECS, EncodeError, Encoder, Goal, decode_pixels};
use crate::area::{Rectangle, Redaction};
use crate::dataset::{DataSet, VR};
use crate::image::{ImagePixel, has_embedded_overlay};
use crate::instance::{Decoded, DecodedPixels, Encoded, Identity, Original, Samples, SourcePixels};

impl Encoder {
    /// Encodes the part of the pixels that lies in a rectangle of the image. The attributes are those of the part
    /// already.
    pub fn encode_part(
        self,
        instance: Original,
        identity: Identity,
        rectangle: Rectangle,
    ) -> Result<Encoded, EncodeError> {
        let came_compressed = matches!(&instance.image, Some((_, SourcePixels::Encapsulated(_))));
        // What came compressed is passed on no more, so it is coded where it cannot be kept.
        let goal = match self.goal {
            Goal::Keep if came_compressed => Goal::Codec(&CODECS[0]),
            goal => goal,
        };
        let transfer_syntax = if came_compressed {
            uids::EXPLICIT_VR_LITTLE_ENDIAN.to_owned()
        } else {
            instance.transfer_syntax.clone()
        };
        let (data_set, pixels) = part(instance, rectangle)?;
        #[expect(clippy::disallowed_methods, reason = "it was de-identified before it was written")]
        let decoded = Decoded::new(data_set, transfer_syntax, identity, Some(pixels));
        Self { goal, ..self }.encode(decoded, Redaction::default())
    }
}

/// The part of an instance as it was read, its samples beside its attributes.
pub fn decode_part(
    instance: Original,
    rectangle: Rectangle,
) -> Result<(DataSet, ImagePixel, Samples), EncodeError> {
    let (data_set, pixels) = part(instance, rectangle)?;
    Ok((data_set, pixels.image, pixels.samples.ok_or(EncodeError::Unsupported)?))
}

fn part(instance: Original, rectangle: Rectangle) -> Result<(DataSet, DecodedPixels), EncodeError> {
    let Original { mut data_set, transfer_syntax, image } = instance;
    let overlay = has_embedded_overlay(&data_set);
    let image = image.ok_or(EncodeError::Unsupported)?;
    let whole = decode_pixels(image, &transfer_syntax, overlay)?;
    let came = Came::of(&whole, &transfer_syntax);
    if came.is_some_and(|came| came.has_lost() || came.is_irreversible()) {
        // Its transfer syntax tells it no more (PS3.3 section C.7.6.1.1.5).
        data_set.put_text(tags::LOSSY_IMAGE_COMPRESSION, VR::CS, "01");
    }
    let native = cut(&whole.native, &whole.image, rectangle).ok_or(EncodeError::Unsupported)?;
    let image = ImagePixel { rows: rectangle.height, columns: rectangle.width, ..whole.image };
    let native = (image, SourcePixels::Native(native));
    let pixels = decode_pixels(native, uids::EXPLICIT_VR_LITTLE_ENDIAN, overlay)?;
    Ok((data_set, pixels))
}

/// The native pixel data of a rectangle, in all frames. `None` where its pixels are no whole bytes of their own, and
/// where it is not all in the image.
fn cut(native: &[u8], image: &ImagePixel, rectangle: Rectangle) -> Option<Bytes> {
    let is_whole = image.samples_per_pixel == 1 && image.bits_allocated.is_multiple_of(8);
    if !is_whole || rectangle.right() > image.columns || rectangle.bottom() > image.rows {
        return None;
    }
    let width = usize::from(image.bits_allocated / 8);
    let row = image.columns as usize * width;
    let [from, length] = [rectangle.x, rectangle.width].map(|columns| columns as usize * width);
    let frames = native.chunks_exact(row * image.rows as usize).take(image.frames as usize);
    let rows = frames.flat_map(|frame| {
        let rows = frame.chunks_exact(row).skip(rectangle.y as usize);
        rows.take(rectangle.height as usize)
    });
    let mut part = Vec::with_capacity(length * (rectangle.height * image.frames) as usize);
    rows.for_each(|row| part.extend_from_slice(&row[from..from + length]));
    Some(part.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::SampleType;

    #[test]
    fn a_rectangle_is_cut_out_of_every_frame() {
        let image = ImagePixel {
            rows: 3,
            columns: 4,
            frames: 2,
            samples_per_pixel: 1,
            bits_allocated: 16,
            bits_stored: 16,
            high_bit: 15,
            sample_type: SampleType::Unsigned,
            planar_configuration: 0,
            photometric_interpretation: "MONOCHROME2".into(),
        };
        let native: Vec<u8> = (0..24_u16).flat_map(u16::to_le_bytes).collect();
        let of = |x, y, width, height| cut(&native, &image, Rectangle { x, y, width, height });
        let words: Vec<u8> =
            [5_u16, 6, 9, 10, 17, 18, 21, 22].iter().flat_map(|it| it.to_le_bytes()).collect();
        assert_eq!(of(1, 1, 2, 2).unwrap(), words);
        assert_eq!(of(0, 0, 4, 3).unwrap(), native);
        assert_eq!((of(3, 0, 2, 1), of(0, 2, 1, 2)), (None, None));
        let colour = ImagePixel { samples_per_pixel: 3, ..image };
        assert_eq!(cut(&native, &colour, Rectangle { x: 0, y: 0, width: 1, height: 1 }), None);
    }
}
