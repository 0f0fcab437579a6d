//! A sound file to damage: a path in, its bytes and what the reader made of them out.

use std::path::PathBuf;

use bytes::Bytes;
use sauva::dataset::{
    DataSet, Element, Encapsulated, Tag, VR, Value, encode_data_set, encode_file_meta,
};
use sauva::image::ImagePixel;
use sauva::instance::SourcePixels;
use sauva::read::{Limits, parse};

/// Larger ones would make a run slow and meet no other code.
const LARGEST_BYTES: usize = 256 << 10;
pub(crate) const PIXEL_DATA: Tag = Tag(0x7FE0, 0x0010);
const TRAILING_PADDING: Tag = Tag(0xFFFC, 0xFFFC);

pub(crate) struct Seed {
    pub(crate) file: Vec<u8>,
    /// Where the last byte that means something has been.
    pub(crate) end: usize,
    pub(crate) data_set: DataSet,
    pub(crate) transfer_syntax: String,
    pub(crate) image: Option<(ImagePixel, SourcePixels)>,
}

impl Seed {
    /// The file, where it is small enough and sound.
    pub(crate) fn load(path: PathBuf) -> Option<Self> {
        let file = std::fs::read(path).unwrap();
        if file.len() > LARGEST_BYTES {
            return None;
        }
        let original = parse(&Bytes::copy_from_slice(&file), &Limits::default()).ok()?;
        let padding = match original.data_set.get(TRAILING_PADDING).map(|element| &element.value) {
            Some(Value::Bytes(bytes)) => bytes.len() + 12,
            _ => 0,
        };
        // What may stand behind a deflated stream: a null byte, or the trailer of gzip.
        let is_deflated = file.windows(22).any(|bytes| bytes == b"1.2.840.10008.1.2.1.99");
        let end = file.len() - padding - if is_deflated { 9 } else { 0 };
        let sauva::instance::Original { data_set, transfer_syntax, image } = original;
        Some(Self { file, end, data_set, transfer_syntax, image })
    }

    /// The file anew, with these fragments and with other attributes of the image.
    pub(crate) fn with_image(
        &self,
        change: impl Fn(&mut ImagePixel),
        fragments: Vec<Bytes>,
    ) -> Vec<u8> {
        let value = Value::Encapsulated(Encapsulated { fragments, ..Default::default() });
        let mut data_set = self.data_set.clone();
        data_set.remove(TRAILING_PADDING);
        if let Some((mut image, _)) = self.image.clone() {
            change(&mut image);
            image.put_into(&mut data_set);
        }
        data_set.put(Element { tag: PIXEL_DATA, vr: VR::OB, value });
        let mut body = Vec::new();
        encode_data_set(&data_set, &mut body);
        part10(&self.transfer_syntax, &body)
    }

    /// The frames, where they are encapsulated.
    pub(crate) fn frames(&self) -> Option<&[Bytes]> {
        match &self.image {
            Some((_, SourcePixels::Encapsulated(frames))) => Some(frames),
            _ => None,
        }
    }
}

pub(crate) fn part10(transfer_syntax: &str, body: &[u8]) -> Vec<u8> {
    let mut file = Vec::with_capacity(body.len() + 512);
    encode_file_meta("1.2", "1.3", transfer_syntax, "1.4", "MUTANT", &mut file);
    file.extend_from_slice(body);
    file
}
