//! `write`: records in, a file for each out, named by its first label; see [`super::settle`] for those of one name.

use std::path::PathBuf;

use super::super::{Copy, Filter, FilterError, Out, Record};
use super::doubles;
use super::name::file_name;
use super::{FILES, PARTS};
use crate::storage::{Commit, SharedStorage, in_words};

/// One copy.
#[derive(Debug)]
pub struct Write {
    storage: SharedStorage,
    staging: PathBuf,
    copy: Copy,
    records: u64,
}

impl Write {
    /// Writes below `staging`, which was empty when the first copy was made.
    pub fn new(storage: SharedStorage, staging: PathBuf, copy: Copy) -> Self {
        Self { storage, staging, copy, records: 0 }
    }
}

impl Filter for Write {
    fn take(&mut self, record: Record, _: &mut dyn Out) -> Result<(), FilterError> {
        self.records += 1;
        let number = self.records;
        let failed =
            |what: &str| FilterError::Failed(format!("record {number} of this copy {what}"));
        let Some(label) = record.labels.first() else {
            return Err(failed("has no label, and write names its file by the first"));
        };
        let Some(name) = file_name(label) else {
            return Err(failed("has a label that is too long for the name of a file"));
        };
        let part = self.staging.join(PARTS).join(self.copy.number.to_string());
        let target = self.staging.join(FILES).join(&name);
        let written = self.storage.write_new(&part, &record.body).and_then(|()| {
            let folder = target.parent().unwrap_or(&self.staging);
            std::fs::create_dir_all(folder)?;
            match self.storage.commit(&part, &target)? {
                Commit::Done => Ok(()),
                Commit::Taken => {
                    doubles::keep(&*self.storage, &self.staging, (&part, &name), &record.body)
                }
            }
        });
        match written {
            Ok(()) => Ok(()),
            Err(error) => Err(failed(&format!("cannot be written: {}", in_words(&error)))),
        }
    }

    fn end(&mut self, _: &mut dyn Out) -> Result<(), FilterError> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::Arc;

    use rustix::io::Errno;

    use super::*;
    use crate::storage::{Disk, Failing, Fault};

    struct Nobody;

    impl Out for Nobody {
        fn give(&mut self, _: Record) -> Result<(), FilterError> {
            Err(FilterError::Failed("write gives nothing on".to_owned()))
        }
    }

    #[test]
    fn each_record_becomes_a_file_below_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let disk = Arc::new(Disk::below(folder.path()));
        let write =
            |number| Write::new(disk.clone(), folder.path().to_owned(), Copy { number, of: 2 });
        let (mut first, mut second) = (write(0), write(1));
        first.take(Record::new("a/b", "one"), &mut Nobody).unwrap();
        second.take(Record::new("../c", "two"), &mut Nobody).unwrap();
        let mut said = |record| second.take(record, &mut Nobody).unwrap_err().to_string();
        assert!(said(Record::default()).contains("has no label"));
        assert!(
            said(Record::new("a/b/c", "x")).contains("record 3 of this copy cannot be written")
        );
        let files = folder.path().join(FILES);
        assert_eq!(fs::read(files.join("a/b")).unwrap(), b"one");
        assert_eq!(fs::read(files.join("%2E%2E/c")).unwrap(), b"two");
    }

    #[test]
    fn a_full_disk_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let disk = Arc::new(Disk::below(folder.path()));
        let full = Failing::new(disk, Fault::Before(Errno::NOSPC), 1, false);
        let copy = Copy { number: 0, of: 1 };
        let mut write = Write::new(Arc::new(full), folder.path().to_owned(), copy);
        let said = write.take(Record::new("a", "x"), &mut Nobody).unwrap_err().to_string();
        assert!(said.contains("No space left on device"), "{said}");
    }
}
