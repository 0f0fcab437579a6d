//! The file system as the output needs it, behind one trait: files appear whole under their final
//! name or not at all, and never replace one that is there. When bytes must have reached the disk is
//! settled here and nowhere else.
//!
//! [`Disk`] is the real one. [`Failing`] stands before it and fails at a call of choice, so that
//! tests reach every branch that a broken disk would.

mod disk;
mod failing;
mod kind;
#[cfg(feature = "test-hooks")]
mod pretend;
mod private;
mod replacement;

use std::fmt::Debug;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use disk::Disk;
pub use failing::{Failing, Fault};
pub use kind::FileSystem;
#[cfg(feature = "test-hooks")]
pub use pretend::Pretend;
pub use private::{PrivateFile, claim_private, create_private_folder, write_private};
pub use replacement::{Ready, Replacement};

/// A storage that threads share.
pub type SharedStorage = Arc<dyn Storage>;

/// An error in the system's own words, which hold no path; else by its kind.
pub fn in_words(error: &io::Error) -> String {
    match error.raw_os_error() {
        Some(_) if is_full(error.kind()) => format!("{error}: make room there"),
        Some(_) => error.to_string(),
        None => kind_in_words(error.kind()),
    }
}

fn is_full(kind: io::ErrorKind) -> bool {
    matches!(kind, io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

/// A kind of error in words that people know.
pub fn kind_in_words(kind: io::ErrorKind) -> String {
    match kind {
        io::ErrorKind::NotFound => "no such file or folder".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        kind => kind.to_string(),
    }
}

/// What came of giving a file its final name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Commit {
    /// It stands there now.
    Done,
    /// Another file has the name; the temporary file still stands.
    Taken,
}

/// All that is done to the output.
pub trait Storage: Debug + Send + Sync {
    /// Writes a new file, making the folders above it where they are missing. A file left over from
    /// a run that was killed is replaced: its name holds the input's path ID, so it is ours.
    fn write_new(&self, path: &Path, bytes: &[u8]) -> io::Result<()>;

    /// Gives a temporary file its final name unless that is taken, in one step.
    fn commit(&self, temporary: &Path, target: &Path) -> io::Result<Commit>;

    /// Gives a file another name, replacing what has it in one step. Makes the folder where it is
    /// missing.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Gives a file a second name, making the folders above it where they are missing.
    fn link(&self, file: &Path, name: &Path) -> io::Result<()>;

    /// Removes a folder and all in it; one that is not there is no error.
    fn remove_tree(&self, folder: &Path) -> io::Result<()>;

    /// Removes a file; one that is not there is no error.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// Reads a regular file whole. Links are not followed, and nothing is waited for.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;

    /// Opens a new file to be appended to, or one left over, cut to nothing.
    fn create(&self, path: &Path) -> io::Result<File>;

    /// Opens a file of ours to be appended to, readable by its owner alone.
    fn open_append(&self, path: &Path) -> io::Result<File>;

    /// Appends to such a file, in one write where the system lets it be one.
    fn append(&self, file: &mut File, bytes: &[u8]) -> io::Result<()>;

    /// Cuts such a file to a length.
    fn cut(&self, file: &File, length: u64) -> io::Result<()>;

    /// Makes all that was written below a folder safe against a power cut: one call for many files.
    fn sync(&self, folder: &Path) -> io::Result<()>;

    /// Makes one file safe against a power cut.
    fn sync_file(&self, path: &Path) -> io::Result<()>;

    /// Writes a file whole, replacing one that is there in one step.
    fn replace(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let temporary = temporary(path);
        self.write_new(&temporary, bytes)?;
        self.sync_file(&temporary)?;
        self.rename(&temporary, path)
    }
}

/// The name of a file until it is whole and safe.
fn temporary(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    path.with_file_name(name)
}
