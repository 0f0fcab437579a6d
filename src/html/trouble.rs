//! What of an output cannot be read: an error in, a part of a sentence out, which stands where its numbers would.

use std::io;
use std::path::Path;

/// A table that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trouble {
    /// The file below the output folder.
    pub(crate) file: &'static str,
    /// What is wrong with it.
    pub(crate) why: String,
}

impl Trouble {
    pub(crate) fn new(file: &'static str, error: &io::Error) -> Self {
        let why = match error.kind() {
            io::ErrorKind::NotFound => "is not there".to_owned(),
            io::ErrorKind::InvalidData => "is damaged".to_owned(),
            kind => format!("cannot be read ({kind})"),
        };
        Self { file, why }
    }
}

/// How many bytes a file has; what is none might never end.
pub(crate) fn is_file(path: &Path) -> io::Result<u64> {
    let facts = path.metadata()?;
    if facts.is_file() { Ok(facts.len()) } else { Err(io::ErrorKind::InvalidInput.into()) }
}
