//! The file-set of a run (PS3.10 section 8): the written instances in, `media/` out, with the instances
//! as hard links under File IDs and a DICOMDIR of what they say of themselves. Numbers follow from the
//! sorted new identifiers, so that nothing depends on ranks, threads or interruptions.

mod class;
mod directory;
mod keys;
mod record;

use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use dicom::dictionary_std::tags;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::dataset::{DataSet, VR};
use crate::read::{self, Limits, ReadError};
use crate::record::{FileRecord, InstanceRecord, Outcome};
use crate::storage::{Storage, in_words};
use crate::write::STATE;
use directory::{Directory, LEVELS};

/// The folder of the file-set below the output folder.
pub const MEDIA: &str = "media";
/// The File ID of the directory of a file-set (PS3.10 section 8.6).
pub const DICOMDIR: &str = "DICOMDIR";
/// The first component of all other File IDs.
const FIRST: &str = "DICOM";
/// The letters with which the others begin: patient, study, series (E), instance.
const LETTERS: [char; LEVELS] = ['P', 'S', 'E', 'I'];
/// As many digits as a component of 8 characters leaves.
const MOST: u32 = 9_999_999;
/// Private Record UID (0004,1432): a UUID of this program (PS3.5 section B.2).
const PRIVATE_RECORD_UID: &str = "2.25.268857228105025774780639865410991995751";
/// Instances whose records are held at once.
const CHUNK: usize = 1024;

/// Why there is no file-set.
#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    /// Hard links do not work here.
    #[error(
        "an instance cannot be hard-linked into media, and is never copied there: {}", in_words(.0)
    )]
    Link(io::Error),
    /// The storage failed otherwise.
    #[error("the file-set in media cannot be read or written: {}", in_words(.0))]
    Storage(#[from] io::Error),
    /// A file that was written is gone or damaged.
    #[error("a written instance cannot be read for the DICOMDIR: {0}")]
    Read(ReadError),
    /// Offsets have 32 bits, components of a File ID 8 characters.
    #[error("more than one DICOMDIR can list: split the input")]
    TooMany,
}

/// A written instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Member<'a> {
    /// Patient pseudonym, and the new UIDs of study, series and instance.
    pub identity: [&'a str; LEVELS],
    /// Its path below the output folder.
    pub path: &'a str,
    /// SHA-256 of the file, lowercase hex.
    pub sha256: &'a str,
    /// SOP Class UID.
    pub sop_class_uid: &'a str,
    /// Transfer Syntax UID.
    pub transfer_syntax: &'a str,
    /// Whether it has pixels.
    pub is_image: bool,
}

impl<'a> Member<'a> {
    fn new(instance: &'a InstanceRecord) -> Self {
        let InstanceRecord { patient_id, study_uid, series_uid, sop_instance_uid, .. } = instance;
        Self {
            identity: [patient_id, study_uid, series_uid, sop_instance_uid],
            path: &instance.path,
            sha256: &instance.sha256,
            sop_class_uid: &instance.sop_class_uid,
            transfer_syntax: &instance.transfer_syntax,
            is_image: instance.image.is_some(),
        }
    }
}

/// What a run has written, as members of a file-set.
pub fn members(records: &[FileRecord]) -> Vec<Member<'_>> {
    let written = records.iter().filter(|record| record.outcome == Outcome::Written);
    written.filter_map(|record| record.instance.as_deref()).map(Member::new).collect()
}

/// The members of a file-set with their numbers.
#[derive(Debug)]
pub struct FileSet<'a> {
    members: Vec<(Member<'a>, [u32; LEVELS])>,
}

impl<'a> FileSet<'a> {
    /// Sorts and numbers the members.
    pub fn new(mut members: Vec<Member<'a>>) -> Result<Self, MediaError> {
        members.sort_unstable();
        let mut numbered: Vec<(Member<'a>, [u32; LEVELS])> = Vec::with_capacity(members.len());
        for member in members {
            let numbers = match numbered.last() {
                None => [1; LEVELS],
                Some((before, numbers)) => {
                    let is_same = |(a, b): &(&&str, &&str)| a == b;
                    let pairs = before.identity.iter().zip(member.identity.iter());
                    // Two instances of one identity are told apart by the last number.
                    let level = pairs.take_while(is_same).count().min(LEVELS - 1);
                    let mut numbers = *numbers;
                    numbers[level] += 1;
                    numbers[level + 1..].fill(1);
                    numbers
                }
            };
            if numbers.iter().any(|number| *number > MOST) {
                return Err(MediaError::TooMany);
            }
            numbered.push((member, numbers));
        }
        Ok(Self { members: numbered })
    }

    /// The members with their paths below the folder of the file-set.
    pub fn files(&self) -> impl ParallelIterator<Item = (String, Member<'a>)> {
        let name = |(member, numbers): &(Member<'a>, _)| (file_id(numbers).join("/"), *member);
        self.members.par_iter().map(name)
    }

    /// The DICOMDIR, from the headers of the files as they stand in the output.
    pub fn directory(&self, output: &Path, limits: &Limits) -> Result<Vec<u8>, MediaError> {
        let mut directory = Directory::new(&self.uid());
        for chunk in self.members.chunks(CHUNK) {
            let records: Result<Vec<_>, MediaError> = chunk
                .par_iter()
                .map(|(member, numbers)| records(output, member, *numbers, limits))
                .collect();
            for (level, item) in records?.into_iter().flatten() {
                directory.push(level, &item)?;
            }
        }
        directory.finish()
    }

    /// The same files give the same UID.
    fn uid(&self) -> String {
        let mut hash = Sha256::new();
        for (member, _) in &self.members {
            hash.update(member.path);
            hash.update(member.sha256);
        }
        let hash = hash.finalize();
        let number = hash[..16].iter().fold(0_u128, |n, byte| n << 8 | u128::from(*byte));
        format!("2.25.{number}")
    }

    /// Whether the file-set stands below the output with this DICOMDIR, all of it and nothing else.
    fn stands(&self, output: &Path, directory: &[u8], storage: &dyn Storage) -> bool {
        let media = output.join(MEDIA);
        let is_link = |(path, member): (String, Member<'_>)| {
            let of = |path: &Path| std::fs::symlink_metadata(path).ok();
            let (link, twin) = (of(&media.join(path)), of(&output.join(member.path)));
            let place = |meta: std::fs::Metadata| (meta.dev(), meta.ino());
            link.is_some_and(|link| twin.is_some_and(|twin| place(link) == place(twin)))
        };
        storage.read(&media.join(DICOMDIR)).is_ok_and(|there| there == directory)
            && count_files(&media).is_ok_and(|count| count == self.members.len() + 1)
            && self.files().all(is_link)
    }

    /// Makes the file-set below the output, unless it stands there. It appears whole or not at all.
    pub fn make(
        &self,
        output: &Path,
        limits: &Limits,
        storage: &dyn Storage,
    ) -> Result<(), MediaError> {
        let directory = self.directory(output, limits)?;
        let media = output.join(MEDIA);
        let [draft, old] = ["media.part", "media.old"].map(|name| output.join(STATE).join(name));
        // What a try left that died here.
        storage.remove_tree(&draft)?;
        storage.remove_tree(&old)?;
        if self.stands(output, &directory, storage) {
            return Ok(());
        }
        self.files().try_for_each(|(path, member)| {
            let linked = storage.link(&output.join(member.path), &draft.join(path));
            linked.map_err(MediaError::Link)
        })?;
        storage.write_new(&draft.join(DICOMDIR), &directory)?;
        storage.sync(output)?;
        if std::fs::symlink_metadata(&media).is_ok() {
            storage.rename(&media, &old)?;
        }
        storage.rename(&draft, &media)?;
        storage.remove_tree(&old)?;
        Ok(())
    }
}

/// The components of a File ID.
fn file_id(numbers: &[u32; LEVELS]) -> [String; LEVELS + 1] {
    let mut components = [const { String::new() }; LEVELS + 1];
    FIRST.clone_into(&mut components[0]);
    for ((component, letter), number) in components[1..].iter_mut().zip(LETTERS).zip(numbers) {
        *component = format!("{letter}{number:07}");
    }
    components
}

/// The level of a record, and its item. No data set, which would hold on to the header it is from.
type Record = (usize, Vec<u8>);

/// The records that a member gives: its own, and before it those of the levels of which it is the first.
fn records(
    output: &Path,
    member: &Member<'_>,
    numbers: [u32; LEVELS],
    limits: &Limits,
) -> Result<Vec<Record>, MediaError> {
    let record_type = class::record_type(member.sop_class_uid, member.is_image);
    let instance = read::head(&output.join(member.path), keys::last_tag(record_type), limits)
        .map_err(MediaError::Read)?;
    let is_first = |level: usize| numbers[level + 1..].iter().all(|number| *number == 1);
    let above = [("PATIENT", keys::PATIENT), ("STUDY", keys::STUDY), ("SERIES", keys::SERIES)];
    let leaf = (LEVELS - 1, (record_type, keys::keys(record_type)));
    let mut records = Vec::with_capacity(1);
    for (level, (name, wanted)) in above.into_iter().enumerate().chain([leaf]) {
        if !is_first(level) {
            continue;
        }
        let mut record = DataSet::new();
        record::put_keys(&mut record, wanted, &instance, numbers[level]);
        if let Some(charset) = instance.get(tags::SPECIFIC_CHARACTER_SET)
            && record::is_extended(&record)
        {
            record.put(charset.clone());
        }
        if level + 1 == LEVELS {
            put_reference(&mut record, member, &numbers);
        }
        if name == keys::PRIVATE {
            record.put_text(tags::PRIVATE_RECORD_UID, VR::UI, PRIVATE_RECORD_UID);
        }
        records.push((level, Directory::item(name, record)?));
    }
    Ok(records)
}

/// Which file the record is of.
fn put_reference(record: &mut DataSet, member: &Member<'_>, numbers: &[u32; LEVELS]) {
    record.put_text(tags::REFERENCED_FILE_ID, VR::CS, &file_id(numbers).join("\\"));
    for (tag, uid) in [
        (tags::REFERENCED_SOP_CLASS_UID_IN_FILE, member.sop_class_uid),
        (tags::REFERENCED_SOP_INSTANCE_UID_IN_FILE, member.identity[LEVELS - 1]),
        (tags::REFERENCED_TRANSFER_SYNTAX_UID_IN_FILE, member.transfer_syntax),
    ] {
        record.put_text(tag, VR::UI, uid);
    }
}

/// Everything below a folder that is no folder.
fn count_files(folder: &Path) -> io::Result<usize> {
    let mut folders = vec![folder.to_owned()];
    let mut count = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                folders.push(entry.path());
            } else {
                count += 1;
            }
        }
    }
    Ok(count)
}
