//! A file of the results that is longer than memory should hold: bytes in, piece by piece, the file under its
//! name out, whole or not at all.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::Storage;

/// Bytes that are written at once.
const BUFFER_BYTES: usize = 1 << 20;

/// A file that is being written under a temporary name.
#[derive(Debug)]
pub struct Replacement<'a> {
    storage: &'a dyn Storage,
    path: PathBuf,
    temporary: PathBuf,
    file: File,
    buffer: Vec<u8>,
    digest: Sha256,
}

/// A file that is whole and safe under its temporary name.
#[derive(Debug)]
pub struct Ready<'a> {
    storage: &'a dyn Storage,
    path: PathBuf,
    temporary: PathBuf,
    /// SHA-256 of its bytes.
    pub sha256: [u8; 32],
}

impl<'a> Replacement<'a> {
    /// Begins a file.
    pub fn begin(storage: &'a dyn Storage, path: &Path) -> io::Result<Self> {
        let temporary = super::temporary(path);
        let file = storage.create(&temporary)?;
        let (path, buffer) = (path.to_owned(), Vec::with_capacity(BUFFER_BYTES));
        Ok(Self { storage, path, temporary, file, buffer, digest: Sha256::new() })
    }

    /// Adds bytes.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= BUFFER_BYTES { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.digest.update(&self.buffer);
        self.storage.append(&mut self.file, &self.buffer)?;
        self.buffer.clear();
        Ok(())
    }

    /// All bytes are there: makes them safe.
    pub fn finish(mut self) -> io::Result<Ready<'a>> {
        self.flush()?;
        self.storage.sync_file(&self.temporary)?;
        let Self { storage, path, temporary, digest, .. } = self;
        Ok(Ready { storage, path, temporary, sha256: digest.finalize().into() })
    }
}

impl io::Write for Replacement<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Replacement::write(self, bytes)?;
        Ok(bytes.len())
    }

    /// Nothing is safe before [`Replacement::finish`].
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Ready<'_> {
    /// Gives the file its name, in the place of one that has it.
    pub fn publish(self) -> io::Result<()> {
        self.storage.rename(&self.temporary, &self.path)
    }
}
