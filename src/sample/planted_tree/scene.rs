//! A scene: a data set with its planted tokens in, a Part 10 file out.

use std::path::PathBuf;

use dicom::dictionary_std::tags;

use super::token::Planter;
use super::wire::Wire;
use crate::dataset::{DataSet, Element, Tag, VR, Value, encode_data_set};

/// What has to become of a planted file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// A de-identified form of it is written.
    Written,
    /// It is not let through; the class of the reason, as in `failures.csv`.
    Refused(&'static str),
    /// Either is right.
    Either,
}

/// A file of a planted tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlantedFile {
    /// Where it stands below the folder.
    pub path: PathBuf,
    /// What it holds.
    pub bytes: Vec<u8>,
    /// What has to become of it.
    pub expected: Expected,
}

/// A file before it is written.
#[derive(Debug)]
pub(super) struct Scene {
    pub(super) name: &'static str,
    pub(super) data_set: DataSet,
    /// At the start of the preamble.
    pub(super) preamble: String,
    /// Of group 0002, beside what must be there.
    pub(super) meta: Vec<Element>,
    /// Behind the data set.
    pub(super) tail: Vec<u8>,
    /// Where it is not that of the encoding.
    pub(super) transfer_syntax: Option<&'static str>,
    /// Without preamble and File Meta Information.
    pub(super) bare: bool,
    /// The file name, where it is not that of the scene.
    pub(super) file_name: Option<String>,
    pub(super) expected: Expected,
}

impl Scene {
    pub(super) fn new(name: &'static str, data_set: DataSet) -> Self {
        Self {
            name,
            data_set,
            preamble: String::new(),
            meta: Vec::new(),
            tail: Vec::new(),
            transfer_syntax: None,
            bare: false,
            file_name: None,
            expected: Expected::Written,
        }
    }

    pub(super) fn refused(name: &'static str, data_set: DataSet, class: &'static str) -> Self {
        Self { expected: Expected::Refused(class), ..Self::new(name, data_set) }
    }

    /// The file, in a folder of the encoding.
    pub(super) fn file(self, wire: Wire, folder: &str) -> PlantedFile {
        let name = self.file_name.clone().unwrap_or_else(|| format!("{}.dcm", self.name));
        let mut bytes = Vec::new();
        if !self.bare {
            self.encode_meta(wire, &mut bytes);
        }
        bytes.extend(wire.encode(&self.data_set, &self.tail));
        let path = [wire.name(), folder, &name].iter().collect();
        PlantedFile { path, bytes, expected: self.expected }
    }

    fn encode_meta(&self, wire: Wire, out: &mut Vec<u8>) {
        let transfer_syntax = self.transfer_syntax.unwrap_or(wire.transfer_syntax());
        let mut meta = DataSet::new();
        meta.put(binary(Tag(0x0002, 0x0001), VR::OB, &[0, 1]));
        let uid = |tag| self.data_set.text(tag).unwrap_or_default();
        meta.put_text(Tag(0x0002, 0x0002), VR::UI, uid(tags::SOP_CLASS_UID));
        meta.put_text(Tag(0x0002, 0x0003), VR::UI, uid(tags::SOP_INSTANCE_UID));
        meta.put_text(Tag(0x0002, 0x0010), VR::UI, transfer_syntax);
        meta.put_text(Tag(0x0002, 0x0012), VR::UI, "2.25.1");
        for element in &self.meta {
            meta.put(element.clone());
        }
        let mut body = Vec::new();
        encode_data_set(&meta, &mut body);
        let mut preamble = self.preamble.clone().into_bytes();
        preamble.resize(128, 0);
        out.extend_from_slice(&preamble);
        out.extend_from_slice(b"DICM\x02\0\0\0UL\x04\0");
        out.extend_from_slice(&(body.len() as u32).to_le_bytes());
        out.extend_from_slice(&body);
    }
}

/// An element of bytes as they are.
pub(super) fn binary(tag: Tag, vr: VR, bytes: &[u8]) -> Element {
    Element { tag, vr, value: Value::Bytes(bytes.to_vec().into()) }
}

/// A sequence of one item that is written as UN.
pub(super) fn unknown_sequence(tag: Tag, item: DataSet) -> Element {
    Element { tag, vr: VR::UN, value: Value::Sequence(vec![item]) }
}

/// An item that holds these texts.
pub(super) fn item(texts: &[(Tag, VR, &str)]) -> DataSet {
    let mut item = DataSet::new();
    for (tag, vr, text) in texts {
        item.put_text(*tag, *vr, text);
    }
    item
}

/// An item of the Code Sequence Macro (PS3.3 table 8.8-1).
pub(super) fn code(value: &str, scheme: &str, meaning: &str) -> DataSet {
    item(&[
        (tags::CODE_VALUE, VR::SH, value),
        (tags::CODING_SCHEME_DESIGNATOR, VR::SH, scheme),
        (tags::CODE_MEANING, VR::LO, meaning),
    ])
}

/// What every instance has in the planter's study; the scene adds the rest.
pub(super) fn instance(planter: &mut Planter, sop_class: &str) -> DataSet {
    let (sop_instance, series) = (planter.plain_uid(), planter.plain_uid());
    item(&[
        (tags::SPECIFIC_CHARACTER_SET, VR::CS, "ISO_IR 192"),
        (tags::SOP_CLASS_UID, VR::UI, sop_class),
        (tags::SOP_INSTANCE_UID, VR::UI, &sop_instance),
        (tags::STUDY_INSTANCE_UID, VR::UI, &planter.study),
        (tags::SERIES_INSTANCE_UID, VR::UI, &series),
        (tags::MODALITY, VR::CS, "OT"),
        (tags::PATIENT_ID, VR::LO, "ONE"),
        (tags::PATIENT_NAME, VR::PN, "Nobody"),
        (tags::STUDY_DATE, VR::DA, "20200202"),
        (tags::INSTANCE_NUMBER, VR::IS, "1"),
    ])
}
