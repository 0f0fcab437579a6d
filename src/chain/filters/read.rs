//! `read`: files in, a record for each out, with its relative path as its label and its bytes as its body.

use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::sync::Arc;

use super::super::{Copy, Filter, FilterError, Out, Record};
use crate::storage::{SharedStorage, in_words};

/// One copy: of `n` copies it reads each `n`th file.
#[derive(Debug)]
pub struct Read {
    storage: SharedStorage,
    root: PathBuf,
    files: Arc<[PathBuf]>,
    copy: Copy,
}

impl Read {
    /// Reads the files of these paths below `root`. All copies are given the same list.
    pub fn new(storage: SharedStorage, root: PathBuf, files: Arc<[PathBuf]>, copy: Copy) -> Self {
        Self { storage, root, files, copy }
    }
}

impl Filter for Read {
    fn take(&mut self, _: Record, _: &mut dyn Out) -> Result<(), FilterError> {
        Err(FilterError::Failed("read takes no records".to_owned()))
    }

    fn end(&mut self, out: &mut dyn Out) -> Result<(), FilterError> {
        let files = self.files.iter().enumerate().skip(self.copy.number).step_by(self.copy.of);
        for (number, path) in files {
            let body = self.storage.read(&self.root.join(path)).map_err(|error| {
                let (number, of) = (number + 1, self.files.len());
                let words = in_words(&error);
                FilterError::Failed(format!(
                    "file {number} of {of} of the input cannot be read: {words}"
                ))
            })?;
            out.give(Record::new(path.as_os_str().as_bytes(), body))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::storage::Disk;

    struct Kept(Vec<Record>);

    impl Out for Kept {
        fn give(&mut self, record: Record) -> Result<(), FilterError> {
            self.0.push(record);
            Ok(())
        }
    }

    #[test]
    fn each_file_is_read_by_one_copy() {
        let folder = tempfile::tempdir().unwrap();
        let files: Arc<[PathBuf]> = (0..5).map(|n| PathBuf::from(format!("{n}.dcm"))).collect();
        for (number, file) in files.iter().enumerate() {
            fs::write(folder.path().join(file), vec![7; number]).unwrap();
        }
        let read = |number| {
            let copy = Copy { number, of: 2 };
            let disk = Arc::new(Disk::below(folder.path()));
            let mut out = Kept(Vec::new());
            let mut filter = Read::new(disk, folder.path().to_owned(), files.clone(), copy);
            filter.end(&mut out).map(|()| out.0)
        };
        let labels = |records: Vec<Record>| {
            let labels =
                records.into_iter().map(|record| (record.labels[0].clone(), record.body.len()));
            labels.collect::<Vec<_>>()
        };
        let expected = |numbers: &[usize]| {
            numbers.iter().map(|n| (format!("{n}.dcm").into_bytes(), *n)).collect::<Vec<_>>()
        };
        assert_eq!(labels(read(0).unwrap()), expected(&[0, 2, 4]));
        assert_eq!(labels(read(1).unwrap()), expected(&[1, 3]));

        fs::remove_file(folder.path().join("3.dcm")).unwrap();
        let said = read(1).unwrap_err().to_string();
        assert_eq!(
            said,
            "file 4 of 5 of the input cannot be read: No such file or directory (os error 2)"
        );
    }
}
