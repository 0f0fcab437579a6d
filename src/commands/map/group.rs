//! Units of a tree of DICOM files: rank 0 scans, all ranks read heads, and what has one label meets on the rank that
//! owns it, so that no unit is ever split. Rank 0 gets the units, in the order of their labels.

use std::collections::BTreeMap;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Result;
use dicom::dictionary_std::tags;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::messages;
use crate::comm::stream::{Stream, owner};
use crate::comm::{self, Comm, Tag};
use crate::commands::halt::Halt;
use crate::commands::parcel::{decode, encode};
use crate::commands::signals::Signals;
use crate::commands::threads::threads;
use crate::deident::{Key, Pseudonyms};
use crate::manifest::FileList;
use crate::read::{Limits, ReadError, head};
use crate::scan::{Found, Next, Scanner};
use crate::units::{Level, Unit, label, safe_name, safe_path};

/// How long a look at what the scan has found may wait.
const PATIENCE: Duration = Duration::from_millis(50);
/// Threads that scan, and that read heads: as long as one waits for the file system, another may ask it.
const THREADS: usize = 8;
/// Heads that are read between two looks at what other ranks send.
const BATCH: usize = 4096;

/// The input as rank 0 knows it.
#[derive(Debug, Default)]
pub(super) struct Input {
    pub(super) files: FileList,
    pub(super) units: Vec<Unit>,
    /// Paths below the input folder that are in no unit, and why; in their order.
    pub(super) skipped: Vec<(PathBuf, String)>,
}

/// Reasons for which a file belongs to no unit. Of any other a unit may lack a file that belongs to it.
const BELONG_NOWHERE: [&str; 7] = [
    "not-dicom",
    "dicomdir",
    "symbolic-link",
    "special-file",
    "no-series-instance-uid",
    "no-study-instance-uid",
    "no-patient-id",
];

/// Files that cannot be read, and that units may lack.
pub(super) fn missing(skipped: &BTreeMap<String, u64>) -> u64 {
    let missing = skipped.iter().filter(|(why, _)| !BELONG_NOWHERE.contains(&why.as_str()));
    missing.map(|(_, count)| count).sum()
}

/// An instance on its way to the rank that owns its label.
#[derive(Debug, Serialize, Deserialize)]
struct Member {
    /// The number of the file.
    number: u32,
    label: Option<String>,
    /// In place of a label why it has none.
    lacks: Option<String>,
}

/// What an owner hands to rank 0.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Owned {
    labelled: BTreeMap<String, Vec<u32>>,
    alone: Vec<u32>,
    lacking: Vec<(u32, String)>,
}

/// All ranks make the units together; rank 0 gets them.
pub(super) fn units(
    input: &Path,
    level: Level,
    comm: &dyn Comm,
    signals: &Signals,
) -> Result<Option<Input>> {
    let scanned = (comm.rank() == 0).then(|| scan(input, signals)).transpose();
    let mut scanned = comm::agree(comm, scanned)?;
    let shares = scanned.as_ref().map(|scanned| deal(&scanned.files, comm.size()));
    let mine: Vec<(u32, messages::Path)> = decode(&comm::scatter(comm, shares));
    let pool = comm::agree(comm, threads(THREADS))?;
    let mut owned = Owned::default();
    let mut take = |item: Vec<u8>| -> Result<(), std::convert::Infallible> {
        owned.take(decode(&item));
        Ok(())
    };
    let mut stream = Stream::new(comm, Tag::Claims);
    let mut stopped = None;
    for batch in mine.chunks(BATCH) {
        stopped = stopped.or_else(|| signals.seen());
        if stopped.is_some() {
            break;
        }
        let read =
            |(number, path): &(u32, messages::Path)| member(&input.join(&path.0), *number, level);
        let members: Vec<Member> = pool.install(|| batch.par_iter().map(read).collect());
        for member in members {
            // Who has no label is at home anywhere: on rank 0.
            let label = member.label.as_ref();
            let to = label.map_or(0, |label| owner(label.as_bytes(), comm.size()));
            stream.send(to, &encode(&member));
        }
        stream.take(&mut take).unwrap_or_else(|never| match never {});
    }
    stream.finish(&mut take).unwrap_or_else(|never| match never {});
    let stopped = stopped.map_or(Ok(()), |signal| Err(Halt::Asked(signal).into()));
    comm::agree::<_, anyhow::Error>(comm, stopped)?;
    let gathered = comm::gather(comm, encode(&owned));
    Ok(gathered.zip(scanned.take()).map(|(owned, mut input)| {
        let owned: Vec<Owned> = owned.iter().map(|owned| decode(owned)).collect();
        input.make(owned);
        input
    }))
}

/// Every regular file below a folder; all else is skipped.
pub(super) fn scan(input: &Path, signals: &Signals) -> Result<Input> {
    // Path IDs are not used here: any key will do.
    let key = Key::from_bytes(&[0; 32]).expect("a key has 32 bytes");
    let scanner = Scanner::tree(input, THREADS, &Pseudonyms::new(&key))
        .map_err(|error| Halt::storage("the input", &error))?;
    let mut found = Input::default();
    loop {
        if let Some(signal) = signals.seen() {
            return Err(Halt::Asked(signal).into());
        }
        match scanner.next(PATIENCE) {
            Next::Found(Found::Files(files)) => found.files.add(&files),
            Next::Found(Found::Others(others)) => {
                let others = others.into_iter();
                found.skipped.extend(others.map(|it| (it.path, it.kind.class().to_owned())));
            }
            Next::Found(Found::Failed(error)) => return Err(Halt::Input(error.to_string()).into()),
            Next::Nothing => {}
            Next::Ended => return Ok(found),
        }
    }
}

/// Each rank's share of the files whose heads are to be read: the paths are dealt in turn.
fn deal(files: &FileList, ranks: usize) -> Vec<Vec<u8>> {
    let mut shares: Vec<Vec<(u32, messages::Path)>> = vec![Vec::new(); ranks];
    for number in 0..files.len() as u32 {
        shares[number as usize % ranks].push((number, messages::Path(files.path(number))));
    }
    shares.iter().map(encode).collect()
}

fn member(path: &Path, number: u32, level: Level) -> Member {
    let head = head(path, tags::SERIES_INSTANCE_UID, &Limits::default());
    let (label, lacks) = match head.as_ref().map(|head| label(head, level)) {
        Ok(Ok(label)) => (label, None),
        Ok(Err(lacks)) => (None, Some(lacks.to_owned())),
        Err(error) => (None, Some(ReadError::class(error).to_owned())),
    };
    Member { number, label, lacks }
}

impl Owned {
    fn take(&mut self, member: Member) {
        match (member.label, member.lacks) {
            (_, Some(lacks)) => self.lacking.push((member.number, lacks)),
            (Some(label), None) => self.labelled.entry(label).or_default().push(member.number),
            (None, None) => self.alone.push(member.number),
        }
    }
}

impl Input {
    fn make(&mut self, owned: Vec<Owned>) {
        let mut labelled: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        let mut alone = Vec::new();
        for part in owned {
            // No label is owned twice.
            labelled.extend(part.labelled);
            alone.extend(part.alone);
            let lacking = part.lacking.into_iter();
            self.skipped.extend(lacking.map(|(number, why)| (self.files.path(number), why)));
        }
        self.skipped.sort();
        alone.sort_by(|a, b| self.files.cmp_paths(*a, *b));
        let named = labelled.into_iter().map(|(label, mut files)| {
            files.sort_by(|a, b| self.files.cmp_paths(*a, *b));
            (safe_name(label.as_bytes()), files)
        });
        let named: Vec<_> = named.collect();
        let alone = alone.into_iter().map(|number| {
            (safe_path(self.files.path(number).as_os_str().as_bytes()), vec![number])
        });
        let alone: Vec<_> = alone.collect();
        self.units =
            named.into_iter().chain(alone).map(|(name, files)| self.unit(name, files)).collect();
    }

    fn unit(&self, name: String, files: Vec<u32>) -> Unit {
        let mut content = blake3::Hasher::new();
        let mut bytes = 0;
        for number in &files {
            let path = self.files.path(*number);
            let size_bytes = self.files.size_bytes(*number);
            bytes += size_bytes;
            content.update(&(path.as_os_str().len() as u64).to_le_bytes());
            content.update(path.as_os_str().as_bytes());
            content.update(&size_bytes.to_le_bytes());
            content.update(&self.files.modified_ns(*number).to_le_bytes());
        }
        let digest = content.finalize();
        let (start, _) = digest.as_bytes().split_first_chunk().expect("a digest has 32 bytes");
        Unit { name, files, bytes, content: u64::from_le_bytes(*start) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::comm::team;

    fn of_samples(level: Level, ranks: usize) -> Input {
        let input = Path::new(env!("CARGO_MANIFEST_DIR")).join("data_sample/dicom");
        let made = team::run(ranks, |comm| {
            let signals = Signals::watch().unwrap();
            units(&input, level, comm, &signals).unwrap()
        });
        made.into_iter().flatten().next().unwrap()
    }

    #[test]
    fn units_do_not_depend_on_the_ranks_and_hold_every_file_once() {
        for level in [Level::Instance, Level::Series, Level::Study, Level::Patient] {
            let one = of_samples(level, 1);
            let three = of_samples(level, 3);
            assert_eq!(one.skipped, three.skipped);
            let seen = |input: &Input| -> Vec<(String, Vec<PathBuf>)> {
                let files =
                    |unit: &Unit| unit.files.iter().map(|it| input.files.path(*it)).collect();
                input.units.iter().map(|unit| (unit.name.clone(), files(unit))).collect()
            };
            assert_eq!(seen(&one), seen(&three), "{level:?}");
            assert!(!one.units.is_empty());
            let in_units: usize = one.units.iter().map(|unit| unit.files.len()).sum();
            assert_eq!(in_units + one.skipped.len(), one.files.len(), "{level:?}");
        }
        let counts = [Level::Patient, Level::Study, Level::Series, Level::Instance];
        let counts = counts.map(|level| of_samples(level, 2).units.len());
        assert!(counts.is_sorted(), "{counts:?}");
    }
}
