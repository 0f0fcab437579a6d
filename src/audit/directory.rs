//! A DICOMDIR as whoever gets it reads it: its bytes in, what its records refer to out, found by the
//! offsets alone. Only the form that the run writes is understood: all else is a fault.

use std::collections::HashSet;

use bytes::Bytes;
use dicom::dictionary_std::tags;

use crate::dataset::{DataSet, Tag};
use crate::read::{Limits, data_set};
use crate::write::INSTANCES;

/// A record that refers to a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Leaf {
    /// The path that the File ID gives, below the folder of the file-set.
    pub(super) file: String,
    /// Where the run writes the instance that the records name, below the output folder.
    pub(super) instance: String,
    /// What the record says of the file.
    pub(super) sop_class_uid: String,
    /// What the record says of the file.
    pub(super) transfer_syntax: String,
}

/// The level at which records refer to files.
const LEAF: usize = 3;
const LEVELS: [&str; LEAF] = ["PATIENT", "STUDY", "SERIES"];

type Fault = &'static str;

/// What the records refer to, in the order of the tree.
pub(super) fn leaves(file: &Bytes) -> Result<Vec<Leaf>, Fault> {
    let meta_bytes = number(file, 140).ok_or("no File Meta Information")?;
    let start = 144 + meta_bytes as usize;
    // From the first element to the header of the Directory Record Sequence, the last.
    let sequence = (start..file.len().min(start + 256))
        .find(|at| file.get(*at..at + 8) == Some(b"\x04\0\x20\x12SQ\0\0"))
        .ok_or("no Directory Record Sequence where it belongs")?;
    let header = file.slice(start..sequence);
    let header = data_set(&header, &Limits::default()).map_err(|_| "a damaged head")?;
    if header.u16(tags::FILE_SET_CONSISTENCY_FLAG) != Some(0) {
        return Err("a File-set Consistency Flag other than 0");
    }
    let items = sequence + 12;
    let length = number(file, sequence + 8).ok_or("cut off")? as usize;
    if items + length != file.len() {
        return Err("a Directory Record Sequence that does not end with the file");
    }
    let mut walk = Walk { file, seen: HashSet::new(), leaves: Vec::new(), last_root: 0 };
    let first = tags::OFFSET_OF_THE_FIRST_DIRECTORY_RECORD_OF_THE_ROOT_DIRECTORY_ENTITY;
    walk.entity(offset(&header, first)?, 0, &mut Vec::new())?;
    let last = tags::OFFSET_OF_THE_LAST_DIRECTORY_RECORD_OF_THE_ROOT_DIRECTORY_ENTITY;
    if offset(&header, last)? != walk.last_root {
        return Err("an offset of the last root record that leads elsewhere");
    }
    // Every item is a record that the offsets lead to.
    let (mut at, mut count) = (items, 0);
    while at < file.len() {
        at = at + 8 + number(file, at + 4).ok_or("cut off")? as usize;
        count += 1;
    }
    if count != walk.seen.len() {
        return Err("records that no offset leads to");
    }
    Ok(walk.leaves)
}

struct Walk<'a> {
    file: &'a Bytes,
    seen: HashSet<u32>,
    leaves: Vec<Leaf>,
    last_root: u32,
}

impl Walk<'_> {
    /// The records of a directory entity, with the names of those above them.
    fn entity(&mut self, first: u32, level: usize, above: &mut Vec<String>) -> Result<(), Fault> {
        let mut at = first;
        while at != 0 {
            if !self.seen.insert(at) {
                return Err("offsets that lead to a record twice");
            }
            let record = self.record(at)?;
            if record.u16(tags::RECORD_IN_USE_FLAG) != Some(0xFFFF) {
                return Err("a record that is not in use");
            }
            let text = |tag: Tag| record.text(tag).unwrap_or_default().to_owned();
            let lower = offset(&record, tags::OFFSET_OF_REFERENCED_LOWER_LEVEL_DIRECTORY_ENTITY)?;
            let is_type = record.text(tags::DIRECTORY_RECORD_TYPE);
            if level == LEAF {
                if lower != 0 || is_type.is_none_or(|it| it.is_empty() || LEVELS.contains(&it)) {
                    return Err("a record of another level below a series");
                }
                let uid = text(tags::REFERENCED_SOP_INSTANCE_UID_IN_FILE);
                self.leaves.push(Leaf {
                    file: text(tags::REFERENCED_FILE_ID).replace('\\', "/"),
                    instance: format!("{INSTANCES}/{}/{uid}.dcm", above.join("/")),
                    sop_class_uid: text(tags::REFERENCED_SOP_CLASS_UID_IN_FILE),
                    transfer_syntax: text(tags::REFERENCED_TRANSFER_SYNTAX_UID_IN_FILE),
                });
            } else {
                if is_type != Some(LEVELS[level]) {
                    return Err("a record at a level that is not its type's");
                }
                let name =
                    [tags::PATIENT_ID, tags::STUDY_INSTANCE_UID, tags::SERIES_INSTANCE_UID][level];
                above.push(text(name));
                self.entity(lower, level + 1, above)?;
                above.pop();
            }
            if level == 0 {
                self.last_root = at;
            }
            at = offset(&record, tags::OFFSET_OF_THE_NEXT_DIRECTORY_RECORD)?;
        }
        Ok(())
    }

    fn record(&self, at: u32) -> Result<DataSet, Fault> {
        const LEADS_NOWHERE: Fault = "an offset that leads to no record";
        let at = at as usize;
        if self.file.get(at..at + 4) != Some(b"\xFE\xFF\0\xE0") {
            return Err(LEADS_NOWHERE);
        }
        let length = number(self.file, at + 4).ok_or(LEADS_NOWHERE)? as usize;
        if at + 8 + length > self.file.len() {
            return Err(LEADS_NOWHERE);
        }
        let item = self.file.slice(at + 8..at + 8 + length);
        data_set(&item, &Limits::default()).map_err(|_| "a damaged record")
    }
}

fn offset(data_set: &DataSet, tag: Tag) -> Result<u32, Fault> {
    data_set.bytes(tag).and_then(|bytes| number(bytes, 0)).ok_or("a record without its offsets")
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..at + 4)?;
    Some(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
}
