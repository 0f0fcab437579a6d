//! The DICOMDIR (PS3.10 section 8.6, PS3.3 annex F): records in the order of their tree in, the bytes of
//! the file with all offsets out. Offsets count from the first byte of the file, preamble included.

use bytes::Bytes;
use dicom::dictionary_std::{tags, uids};

use super::MediaError;
use crate::dataset::layout::ITEM;
use crate::dataset::{DataSet, Element, Tag, VR, Value, encode_data_set, encode_file_meta};
use crate::write::{IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION};

/// The levels of the tree: patient, study, series, instance.
pub(super) const LEVELS: usize = 4;
/// File-set ID (0004,1130).
const FILE_SET_ID: &str = "SAUVA";

/// Where the value of Offset of the Next Directory Record (0004,1400) stands in an item: behind the
/// item's header and the element's, as it comes first.
const NEXT: usize = 8 + 8;
/// The same for Offset of Referenced Lower-Level Directory Entity (0004,1420), behind (0004,1400) and
/// (0004,1410).
const LOWER: usize = 8 + 12 + 10 + 8;
/// Where the length of an item or a sequence stands before its content.
const LENGTH: usize = 4;

/// A DICOMDIR in the making.
#[derive(Debug)]
pub(super) struct Directory {
    bytes: Vec<u8>,
    /// Where the offsets of the first and the last root record stand.
    roots: [usize; 2],
    /// Where the items of the sequence begin.
    items: usize,
    /// The record at each level that the next one follows.
    last: [Option<u32>; LEVELS],
}

impl Directory {
    pub(super) fn new(sop_instance_uid: &str) -> Self {
        let mut bytes = Vec::new();
        encode_file_meta(
            uids::MEDIA_STORAGE_DIRECTORY_STORAGE,
            sop_instance_uid,
            uids::EXPLICIT_VR_LITTLE_ENDIAN,
            IMPLEMENTATION_CLASS_UID,
            IMPLEMENTATION_VERSION,
            &mut bytes,
        );
        let mut put = |element| {
            encode_data_set(&DataSet::from_iter([element]), &mut bytes);
            bytes.len() - 4
        };
        put(Element::text(tags::FILE_SET_ID, VR::CS, FILE_SET_ID));
        let first =
            put(offset(tags::OFFSET_OF_THE_FIRST_DIRECTORY_RECORD_OF_THE_ROOT_DIRECTORY_ENTITY));
        let last =
            put(offset(tags::OFFSET_OF_THE_LAST_DIRECTORY_RECORD_OF_THE_ROOT_DIRECTORY_ENTITY));
        put(number(tags::FILE_SET_CONSISTENCY_FLAG, 0));
        let sequence = tags::DIRECTORY_RECORD_SEQUENCE;
        put(Element { tag: sequence, vr: VR::OB, value: Value::Bytes(Bytes::new()) });
        // A sequence with a length has the same header as bytes without any.
        let items = bytes.len();
        bytes[items - 8..items - 6].copy_from_slice(b"SQ");
        Self { bytes, roots: [first, last], items, last: [None; LEVELS] }
    }

    /// The item of a record, with offsets that lead nowhere yet.
    pub(super) fn item(record_type: &str, mut record: DataSet) -> Result<Vec<u8>, MediaError> {
        record.put(offset(tags::OFFSET_OF_THE_NEXT_DIRECTORY_RECORD));
        record.put(number(tags::RECORD_IN_USE_FLAG, 0xFFFF));
        record.put(offset(tags::OFFSET_OF_REFERENCED_LOWER_LEVEL_DIRECTORY_ENTITY));
        record.put_text(tags::DIRECTORY_RECORD_TYPE, VR::CS, record_type);
        let mut item = Vec::with_capacity(512);
        item.extend_from_slice(&ITEM.0.to_le_bytes());
        item.extend_from_slice(&ITEM.1.to_le_bytes());
        item.extend_from_slice(&[0; 4]);
        let content = item.len();
        encode_data_set(&record, &mut item);
        put_length(&mut item, content)?;
        Ok(item)
    }

    /// Adds the next record at a level, below the last one of the level above.
    pub(super) fn push(&mut self, level: usize, item: &[u8]) -> Result<(), MediaError> {
        let start = u32::try_from(self.bytes.len()).map_err(|_| MediaError::TooMany)?;
        self.bytes.extend_from_slice(item);
        if let Some(brother) = self.last[level] {
            self.put_u32(brother as usize + NEXT, start);
        } else if let Some(parent) = level.checked_sub(1).and_then(|above| self.last[above]) {
            self.put_u32(parent as usize + LOWER, start);
        } else {
            self.put_u32(self.roots[0], start);
        }
        if level == 0 {
            self.put_u32(self.roots[1], start);
        }
        self.last[level] = Some(start);
        self.last[level + 1..].fill(None);
        Ok(())
    }

    /// The bytes of the file.
    pub(super) fn finish(mut self) -> Result<Vec<u8>, MediaError> {
        put_length(&mut self.bytes, self.items)?;
        Ok(self.bytes)
    }

    fn put_u32(&mut self, at: usize, number: u32) {
        self.bytes[at..at + 4].copy_from_slice(&number.to_le_bytes());
    }
}

/// Puts the length of what stands behind `content` before it.
fn put_length(bytes: &mut [u8], content: usize) -> Result<(), MediaError> {
    let length = u32::try_from(bytes.len() - content).ok();
    // The largest means "undefined".
    let length = length.filter(|length| *length < u32::MAX).ok_or(MediaError::TooMany)?;
    bytes[content - LENGTH..content].copy_from_slice(&length.to_le_bytes());
    Ok(())
}

/// An offset that leads nowhere yet.
fn offset(tag: Tag) -> Element {
    Element { tag, vr: VR::UL, value: Value::Bytes(Bytes::from_static(&[0; 4])) }
}

fn number(tag: Tag, number: u16) -> Element {
    let value = Value::Bytes(Bytes::copy_from_slice(&number.to_le_bytes()));
    Element { tag, vr: VR::US, value }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names of records in the order of a walk by offsets alone, indented by level.
    fn walk(bytes: &[u8], at: u32, level: usize, into: &mut Vec<String>) {
        let u32_at = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
        let mut at = at as usize;
        while at != 0 {
            assert_eq!(bytes[at..at + 4], [0xFE, 0xFF, 0x00, 0xE0]);
            let item = &bytes[at + 8..at + 8 + u32_at(at + 4) as usize];
            let item = Bytes::copy_from_slice(item);
            let record = crate::read::data_set(&item, &crate::read::Limits::default()).unwrap();
            let offset =
                |tag| u32::from_le_bytes(record.bytes(tag).unwrap().as_ref().try_into().unwrap());
            assert_eq!(record.u16(tags::RECORD_IN_USE_FLAG), Some(0xFFFF));
            into.push(" ".repeat(level) + record.text(tags::PATIENT_ID).unwrap());
            let lower = offset(tags::OFFSET_OF_REFERENCED_LOWER_LEVEL_DIRECTORY_ENTITY);
            walk(bytes, lower, level + 1, into);
            at = offset(tags::OFFSET_OF_THE_NEXT_DIRECTORY_RECORD) as usize;
        }
    }

    #[test]
    fn a_walk_by_the_offsets_meets_every_record_in_its_place() {
        let tree = ["a", " b", "  c", "   d", "   e", "  f", "   g", "h", " i", "  j", " k"];
        let mut directory = Directory::new("1.2.3");
        for name in tree {
            let mut record = DataSet::new();
            record.put_text(tags::PATIENT_ID, VR::LO, name.trim());
            let level = name.len() - name.trim().len();
            directory.push(level, &Directory::item("TEST", record).unwrap()).unwrap();
        }
        let bytes = directory.finish().unwrap();
        let original = crate::read::parse(&bytes.clone().into(), &crate::read::Limits::default());
        assert!(matches!(original, Err(crate::read::ReadError::Dicomdir)), "{original:?}");
        let start = 144 + u32::from_le_bytes(bytes[140..144].try_into().unwrap()) as usize;
        let header = Bytes::copy_from_slice(&bytes[start..]);
        let header = crate::read::data_set(&header, &crate::read::Limits::default()).unwrap();
        let offset =
            |tag| u32::from_le_bytes(header.bytes(tag).unwrap().as_ref().try_into().unwrap());
        let mut found = Vec::new();
        let first = tags::OFFSET_OF_THE_FIRST_DIRECTORY_RECORD_OF_THE_ROOT_DIRECTORY_ENTITY;
        walk(&bytes, offset(first), 0, &mut found);
        assert_eq!(found, tree);
        let mut found = Vec::new();
        let last = tags::OFFSET_OF_THE_LAST_DIRECTORY_RECORD_OF_THE_ROOT_DIRECTORY_ENTITY;
        walk(&bytes, offset(last), 0, &mut found);
        assert_eq!(found, ["h", " i", "  j", " k"]);
        assert_eq!(header.sequence(tags::DIRECTORY_RECORD_SEQUENCE).unwrap().len(), tree.len());
    }

    #[test]
    fn a_directory_of_nothing_has_no_first_record() {
        let bytes = Directory::new("1.2.3").finish().unwrap();
        assert_eq!(bytes[bytes.len() - 4..], [0; 4]);
    }
}
