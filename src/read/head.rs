//! The head of a file: its elements up to a tag, without the pixels behind them. For files that were
//! read whole before, in a run or by the audit.

use std::io::{Read, Seek};
use std::path::Path;

use bytes::Bytes;

use super::part10::Encoding;
use super::{Limits, ReadError, file, part10, walk};
use crate::dataset::{DataSet, Tag};

/// What is read first; where it is too little, so many times as much.
const FIRST_BYTES: u64 = 16 << 10;
const GROWTH: u64 = 16;

/// The elements of a file up to the tag `last`. What stands out of order behind it is not seen, except
/// in a file so short that it is read to its end.
pub fn head(path: &Path, last: Tag, limits: &Limits) -> Result<DataSet, ReadError> {
    let (mut file, meta) = file::open(path)?;
    if meta.len() > limits.file_bytes {
        return Err(ReadError::OverLimit("the file's bytes"));
    }
    let mut wanted = FIRST_BYTES;
    loop {
        file.rewind().map_err(file::unreadable)?;
        let mut bytes = Vec::with_capacity(wanted.min(meta.len()) as usize);
        (&mut file).take(wanted).read_to_end(&mut bytes).map_err(file::unreadable)?;
        let is_whole = (bytes.len() as u64) < wanted || bytes.len() as u64 >= meta.len();
        let bytes = Bytes::from(bytes);
        let body = part10::open(&bytes, limits);
        if is_whole {
            let body = body?;
            return walk::walk(&body.bytes, body.encoding, limits);
        }
        // Cut off as they are, the bytes may look damaged.
        let read = body.and_then(|body| walk::walk_to(&body.bytes, body.encoding, limits, last));
        if let Ok(Some(data_set)) = read {
            return Ok(data_set);
        }
        wanted = wanted.saturating_mul(GROWTH);
    }
}

/// A data set of Explicit VR Little Endian that is in memory, with nothing before it.
pub fn data_set(bytes: &Bytes, limits: &Limits) -> Result<DataSet, ReadError> {
    walk::walk(bytes, Encoding::ExplicitLittle, limits)
}

#[cfg(test)]
mod tests {
    use dicom::dictionary_std::{tags, uids};

    use super::*;
    use crate::dataset::{VR, Value, encode_data_set, encode_file_meta};

    #[test]
    fn a_head_is_read_without_what_follows_it() {
        let mut data_set = DataSet::new();
        data_set.put_text(tags::MODALITY, VR::CS, "CT");
        // Longer than what is read first.
        data_set.put_text(tags::PATIENT_COMMENTS, VR::LT, &"long ".repeat(6000));
        data_set.put_text(tags::STUDY_ID, VR::SH, "7");
        let pixels = Value::Bytes(vec![7; 1 << 20].into());
        data_set.put(crate::dataset::Element { tag: tags::PIXEL_DATA, vr: VR::OW, value: pixels });
        let mut bytes = Vec::new();
        let syntax = uids::EXPLICIT_VR_LITTLE_ENDIAN;
        encode_file_meta(uids::CT_IMAGE_STORAGE, "1.2", syntax, "1.2.3", "TEST", &mut bytes);
        encode_data_set(&data_set, &mut bytes);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, &bytes).unwrap();
        let read = |last| head(&path, last, &Limits::default()).unwrap();
        assert_eq!(read(tags::MODALITY).len(), 1);
        let read = read(tags::STUDY_ID);
        assert_eq!((read.len(), read.text(tags::STUDY_ID)), (3, Some("7")));
    }

    #[test]
    fn a_file_that_ends_before_the_tag_is_read_whole() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("data_sample/dicom/objects/mr/MR_small.dcm");
        let whole = head(&path, Tag(0xFFFF, 0xFFFF), &Limits::default()).unwrap();
        assert!(whole.get(tags::PIXEL_DATA).is_some());
        let some = head(&path, tags::SERIES_INSTANCE_UID, &Limits::default()).unwrap();
        assert_eq!(some.text(tags::PATIENT_ID), whole.text(tags::PATIENT_ID));
    }
}
