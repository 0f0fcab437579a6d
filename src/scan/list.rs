//! `--manifest`: a list of files in, each path below the input folder out, with its size where the list gives
//! one. Lines of text are read here, rows of Parquet by [`rows`]. Neither is ever held whole.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::rows;

/// Bytes of a line at most: twice what the system takes for a path, since the list may repeat the input's.
const LINE_BYTES: usize = 8192;
/// Stands at both ends of a Parquet file.
const PARQUET: &[u8; 4] = b"PAR1";
const BOM: &[u8] = b"\xEF\xBB\xBF";

/// Why a list is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    /// The operating system refused.
    #[error("--manifest: the list cannot be read: {}", crate::storage::kind_in_words(*.0))]
    Unreadable(io::ErrorKind),
    /// What cannot be read twice.
    #[error(
        "--manifest: the list is no regular file, and a run that goes on reads it again: save it"
    )]
    NotAFile,
    /// An entry is at fault.
    #[error("--manifest: {0}: {1}")]
    At(Place, Fault),
    /// Two entries are one file.
    #[error("--manifest: {0} and {1} name the same file: leave one of them out")]
    Repeated(Place, Place),
    /// A Parquet file that is no list.
    #[error("--manifest: the Parquet file {0}")]
    Parquet(&'static str),
    /// No threads to read it with.
    #[error("--manifest: the threads that read the list cannot be started: {0}")]
    Threads(io::ErrorKind),
}

/// Where something stands in a list, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In text.
    Line(u64),
    /// In Parquet, over all row groups.
    Row(u64),
}

impl fmt::Display for Place {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(number) => write!(to, "line {number}"),
            Self::Row(number) => write!(to, "row {number}"),
        }
    }
}

/// What is wrong with an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// It leads out of the input folder.
    #[error("an absolute path outside the input folder: give paths below it")]
    Outside,
    /// It may lead out of the input folder.
    #[error("a path with `..` in it: give it without")]
    Upwards,
    /// No path holds a NUL.
    #[error("a NUL byte, which no path holds: text must not be UTF-16, nor Parquet damaged")]
    Nul,
    /// No path is so long.
    #[error("longer than a path can be")]
    TooLong,
    /// Nothing that would be a path.
    #[error("no path")]
    NoPath,
    /// What stands where a size belongs is none.
    #[error(
        "no size in bytes: the last TAB of a line stands before the size, and one that belongs to \
         a name needs a size behind it"
    )]
    Size,
}

/// An entry of a list.
pub(super) struct Entry<'a> {
    pub(super) place: Place,
    /// As it stands there.
    pub(super) path: &'a [u8],
    pub(super) size_bytes: Option<u64>,
}

/// Takes an entry, and says whether to go on.
pub(super) type Visit<'a> = dyn FnMut(Entry<'_>) -> Result<bool, ListError> + 'a;

/// A list that can be read any number of times.
pub(super) struct List {
    path: PathBuf,
    is_parquet: bool,
    /// The names of the folders that lead to the input.
    root: Vec<Vec<u8>>,
}

impl List {
    pub(super) fn open(path: &Path, root: &Path) -> Result<Self, ListError> {
        let meta = fs::metadata(path).map_err(|error| ListError::Unreadable(error.kind()))?;
        if !meta.is_file() {
            return Err(ListError::NotAFile);
        }
        let root = root.canonicalize().unwrap_or_else(|_| root.to_owned());
        let root = names(root.as_os_str().as_bytes()).map(<[u8]>::to_vec).collect();
        let mut list = Self { path: path.to_owned(), is_parquet: false, root };
        list.is_parquet = is_parquet(&list.file()?).map_err(|error| unreadable(&error))?;
        Ok(list)
    }

    fn file(&self) -> Result<File, ListError> {
        File::open(&self.path).map_err(|error| unreadable(&error))
    }

    /// Reads the list from its start.
    pub(super) fn each(&self, visit: &mut Visit<'_>) -> Result<(), ListError> {
        let file = self.file()?;
        if self.is_parquet { rows::each(file, visit) } else { lines(BufReader::new(file), visit) }
    }

    /// Puts a listed path as a scan would have it into `into`: below the input, without `.` and doubled `/`.
    /// It is empty for the input folder itself.
    pub(super) fn below(&self, listed: &[u8], into: &mut Vec<u8>) -> Result<(), Fault> {
        into.clear();
        if listed.is_empty() {
            return Err(Fault::NoPath);
        }
        if listed.contains(&0) {
            return Err(Fault::Nul);
        }
        if listed.len() > LINE_BYTES {
            return Err(Fault::TooLong);
        }
        let mut names = names(listed);
        if listed.starts_with(b"/") && !self.root.iter().all(|name| names.next() == Some(name)) {
            return Err(Fault::Outside);
        }
        for name in names {
            if name == b".." {
                return Err(Fault::Upwards);
            }
            if !into.is_empty() {
                into.push(b'/');
            }
            into.extend_from_slice(name);
        }
        Ok(())
    }
}

fn names(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    path.split(|byte| *byte == b'/').filter(|name| !matches!(*name, b"" | b"."))
}

pub(super) fn unreadable(error: &io::Error) -> ListError {
    ListError::Unreadable(error.kind())
}

fn is_parquet(mut file: &File) -> io::Result<bool> {
    let length = file.metadata()?.len();
    // No shorter file has a footer; a text may begin with the name of a folder `PAR1`.
    if length < 12 {
        return Ok(false);
    }
    let (mut head, mut tail) = ([0; 4], [0; 4]);
    file.read_exact(&mut head)?;
    file.seek(SeekFrom::End(-4))?;
    file.read_exact(&mut tail)?;
    Ok(&head == PARQUET && &tail == PARQUET)
}

/// Lines of a path, and behind a TAB its size.
fn lines(mut text: impl BufRead, visit: &mut Visit<'_>) -> Result<(), ListError> {
    let mut line = Vec::new();
    for number in 1.. {
        let place = Place::Line(number);
        line.clear();
        let most = LINE_BYTES as u64 + 64;
        let length = (&mut text).take(most).read_until(b'\n', &mut line);
        if length.map_err(|error| unreadable(&error))? == 0 {
            break;
        }
        let is_whole = line.len() < most as usize || line.ends_with(b"\n");
        let content = line.strip_suffix(b"\n").unwrap_or(&line);
        let content = content.strip_suffix(b"\r").unwrap_or(content);
        let content = content.strip_prefix(BOM).filter(|_| number == 1).unwrap_or(content);
        if !is_whole {
            return Err(ListError::At(place, Fault::TooLong));
        }
        if content.is_empty() {
            continue;
        }
        let (path, size_bytes) = split(content).map_err(|fault| ListError::At(place, fault))?;
        if !visit(Entry { place, path, size_bytes })? {
            break;
        }
    }
    Ok(())
}

fn split(line: &[u8]) -> Result<(&[u8], Option<u64>), Fault> {
    let Some(tab) = line.iter().rposition(|byte| *byte == b'\t') else {
        return Ok((line, None));
    };
    let (path, size) = (&line[..tab], &line[tab + 1..]);
    if size.is_empty() {
        return Ok((path, None));
    }
    let digits = std::str::from_utf8(size).ok().filter(|_| size.iter().all(u8::is_ascii_digit));
    let size = digits.and_then(|digits| digits.parse().ok()).ok_or(Fault::Size)?;
    Ok((path, Some(size)))
}
