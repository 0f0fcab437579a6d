//! The re-identification map: the inputs of the written instances in, a list of what stands for what out,
//! encrypted for those who may know. The plain list is never on the disk and in no log.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use dicom::dictionary_std::tags;
use dicom::encoding::text::{SpecificCharacterSet, TextCodec};
use rayon::prelude::*;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::dataset::{DataSet, Tag};
use crate::deident::Deidentifier;
use crate::instance::Identity;
use crate::read::{self, Limits};
use crate::record::InstanceRecord;

pub use age::x25519::Recipient;

/// How an encrypted map begins.
pub const HEAD: &[u8] = b"age-encryption.org/v1\n";
/// The first line of the list.
const COLUMNS: &str = "kind,original,issuer,new\n";
/// Inputs whose headers are held at once.
const CHUNK: usize = 4096;

/// What a row is about; the order of the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Patient,
    PatientName,
    DateShift,
    Study,
    Series,
    Instance,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Patient => "patient",
            Self::PatientName => "patient-name",
            Self::DateShift => "date-shift",
            Self::Study => "study",
            Self::Series => "series",
            Self::Instance => "instance",
        }
    }
}

/// What stands for what.
#[derive(PartialEq, Eq, PartialOrd, Ord, Zeroize, ZeroizeOnDrop)]
struct Row {
    #[zeroize(skip)]
    kind: Kind,
    original: String,
    issuer: String,
    new: String,
}

/// All rows, each once and sorted. Its text form tells no row.
#[derive(Default)]
pub struct Map {
    rows: BTreeSet<Row>,
    /// Instances whose input is gone or is another one now.
    pub missing: u64,
}

impl std::fmt::Debug for Map {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(to, "Map({} rows)", self.rows.len())
    }
}

/// A written instance, and where its input is, where that is still there.
pub type Source<'a> = (Option<PathBuf>, &'a InstanceRecord);

impl Map {
    /// Reads the headers of the inputs again, on the threads of the current pool.
    pub fn collect(sources: &[Source<'_>], deidentifier: &Deidentifier, limits: &Limits) -> Self {
        let mut map = Self::default();
        for chunk in sources.chunks(CHUNK) {
            let found: Vec<Option<Vec<Row>>> = chunk
                .par_iter()
                .map(|(path, instance)| rows(path.as_deref()?, instance, deidentifier, limits))
                .collect();
            for rows in found {
                match rows {
                    Some(rows) => map.rows.extend(rows),
                    None => map.missing += 1,
                }
            }
        }
        map
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Writes the list, encrypted for the recipients.
    pub fn seal(self, recipients: &[Recipient], to: impl Write) -> io::Result<()> {
        let recipients = recipients.iter().map(|recipient| recipient as &dyn age::Recipient);
        let encryptor =
            age::Encryptor::with_recipients(recipients).map_err(|_| io::ErrorKind::InvalidInput)?;
        let mut sealed = encryptor.wrap_output(to)?;
        sealed.write_all(COLUMNS.as_bytes())?;
        for row in self.rows {
            let mut line = Zeroizing::new(String::with_capacity(512));
            let Row { kind, original, issuer, new } = &row;
            line.push_str(kind.name());
            for cell in [original, issuer, new] {
                line.push(',');
                put_cell(cell, &mut line);
            }
            line.push('\n');
            sealed.write_all(line.as_bytes())?;
        }
        sealed.finish().map(drop)
    }
}

/// A cell of a CSV file (RFC 4180).
fn put_cell(cell: &str, line: &mut String) {
    if cell.contains(['"', ',', '\r', '\n']) {
        write!(line, "\"{}\"", &*Zeroizing::new(cell.replace('"', "\"\"")))
            .expect("a String takes everything");
    } else {
        line.push_str(cell);
    }
}

/// The rows of one instance; `None` where its input does not give it any more.
fn rows(
    path: &Path,
    instance: &InstanceRecord,
    deidentifier: &Deidentifier,
    limits: &Limits,
) -> Option<Vec<Row>> {
    let is_its = |data_set: &DataSet| {
        deidentifier.identity(data_set).ok().filter(|identity| is_of(identity, instance))
    };
    // Elements out of order may stand anywhere: then the whole file is read.
    let head = |last: Tag| read::head(path, last, limits).ok();
    let found = head(tags::LONGITUDINAL_TEMPORAL_INFORMATION_MODIFIED)
        .filter(|data_set| data_set.get(tags::PATIENT_NAME).is_some())
        .and_then(|data_set| Some((is_its(&data_set)?, data_set)));
    let (identity, data_set) = match found {
        Some(found) => found,
        None => head(Tag(0xFFFF, 0xFFFF)).and_then(|it| Some((is_its(&it)?, it)))?,
    };
    let text = |tag| text(&data_set, tag);
    let row = |kind, original: Tag, issuer: &str, new: &str| Row {
        kind,
        original: text(original),
        issuer: issuer.to_owned(),
        new: new.to_owned(),
    };
    let issuer = Zeroizing::new(text(tags::ISSUER_OF_PATIENT_ID));
    let patient = &identity.patient_id;
    let mut rows = vec![
        row(Kind::Patient, tags::PATIENT_ID, &issuer, patient),
        row(Kind::Study, tags::STUDY_INSTANCE_UID, "", &identity.study_uid),
        row(Kind::Series, tags::SERIES_INSTANCE_UID, "", &identity.series_uid),
        row(Kind::Instance, tags::SOP_INSTANCE_UID, "", &identity.sop_instance_uid),
    ];
    let name = row(Kind::PatientName, tags::PATIENT_NAME, "", patient);
    if !name.original.is_empty() {
        rows.push(name);
    }
    if let Some(days) = deidentifier.date_shift_days(&data_set, &identity) {
        rows.push(row(Kind::DateShift, tags::PATIENT_ID, &issuer, &days.to_string()));
    }
    Some(rows)
}

fn is_of(identity: &Identity, instance: &InstanceRecord) -> bool {
    identity.patient_id == instance.patient_id
        && identity.study_uid == instance.study_uid
        && identity.series_uid == instance.series_uid
        && identity.sop_instance_uid == instance.sop_instance_uid
}

/// A value in the characters of its data set; where they are not what it declares, as far as they can
/// be read.
fn text(data_set: &DataSet, tag: Tag) -> String {
    let bytes: &[u8] = data_set.bytes(tag).map_or(&[], |bytes| bytes);
    let declared = data_set.text(tags::SPECIFIC_CHARACTER_SET).unwrap_or_default();
    let mut codes = declared.split('\\').map(str::trim).filter(|code| !code.is_empty());
    // Behind an escape stands what the last of them declares.
    let code = if bytes.contains(&0x1B) { codes.next_back() } else { codes.next() };
    let is_plain = bytes.iter().all(|byte| byte.is_ascii() && *byte != 0x1B);
    let charset = code.filter(|_| !is_plain).and_then(SpecificCharacterSet::from_code);
    let decoded = charset.and_then(|charset| charset.decode(bytes).ok());
    let decoded =
        Zeroizing::new(decoded.unwrap_or_else(|| String::from_utf8_lossy(bytes).into_owned()));
    decoded.trim_matches([' ', '\0']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::VR;

    #[test]
    fn a_name_is_told_in_its_own_characters() {
        let mut data_set = DataSet::new();
        data_set.put_text(tags::SPECIFIC_CHARACTER_SET, VR::CS, "ISO_IR 100");
        let value = crate::dataset::Value::Bytes(b"M\xFCller^J\xF6rg ".to_vec().into());
        data_set.put(crate::dataset::Element { tag: tags::PATIENT_NAME, vr: VR::PN, value });
        assert_eq!(text(&data_set, tags::PATIENT_NAME), "Müller^Jörg");
    }

    #[test]
    fn cells_are_quoted_and_rows_are_sorted() {
        let row = |kind, original: &str| Row {
            kind,
            original: original.into(),
            issuer: String::new(),
            new: "x".into(),
        };
        let mut map = Map::default();
        map.rows.extend([
            row(Kind::Study, "1.2"),
            row(Kind::Patient, "A,\"B\""),
            row(Kind::Patient, "A"),
            row(Kind::Study, "1.2"),
        ]);
        assert_eq!(format!("{map:?}"), "Map(3 rows)");
        let identity = age::x25519::Identity::generate();
        let mut sealed = Vec::new();
        map.seal(&[identity.to_public()], &mut sealed).unwrap();
        assert!(sealed.starts_with(HEAD));
        let plain = age::decrypt(&identity, &sealed).unwrap();
        let expected = "kind,original,issuer,new\n\
            patient,A,,x\npatient,\"A,\"\"B\"\"\",,x\nstudy,1.2,,x\n";
        assert_eq!(String::from_utf8(plain).unwrap(), expected);
    }
}
