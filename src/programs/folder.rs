//! The folder of an attempt: made before a program begins, looked at and tidied when it has ended.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// How much of the standard error is told.
const TAIL_BYTES: u64 = 2_000;

/// Makes the folder with an empty `output`, and opens `stdout` and `stderr`.
pub(super) fn make(folder: &Path) -> io::Result<(File, File)> {
    let output = folder.join("output");
    match fs::create_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => fs::create_dir_all(folder)?,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        made => made?,
    }
    match fs::create_dir(&output) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            if fs::read_dir(&output)?.next().is_some() {
                return Err(io::ErrorKind::DirectoryNotEmpty.into());
            }
        }
        made => made?,
    }
    Ok((File::create(folder.join("stdout"))?, File::create(folder.join("stderr"))?))
}

/// What a program has left in its folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Left {
    pub(super) output_is_empty: bool,
    pub(super) stdout_bytes: u64,
    pub(super) stderr_bytes: u64,
    pub(super) stderr_tail: Vec<u8>,
}

/// Looks at what is there and removes what is empty.
pub(super) fn tidy(folder: &Path, wants_tail: bool) -> Left {
    let (stdout, stderr) = (folder.join("stdout"), folder.join("stderr"));
    let stdout_bytes = kept_bytes(&stdout);
    let stderr_bytes = kept_bytes(&stderr);
    // A folder that is not empty cannot be removed.
    let removed = fs::remove_dir(folder.join("output"));
    // A link that a program has put there is something.
    let output_is_empty = removed.is_ok() || fs::symlink_metadata(folder.join("output")).is_err();
    let wants_tail = wants_tail && stderr_bytes > 0;
    let stderr_tail =
        if wants_tail { tail(&stderr, stderr_bytes).unwrap_or_default() } else { Vec::new() };
    Left { output_is_empty, stdout_bytes, stderr_bytes, stderr_tail }
}

/// The length of a file, which is removed if it has none.
fn kept_bytes(file: &Path) -> u64 {
    let bytes = fs::symlink_metadata(file).map_or(0, |it| it.len());
    if bytes == 0 {
        fs::remove_file(file).ok();
    }
    bytes
}

fn tail(file: &Path, bytes: u64) -> io::Result<Vec<u8>> {
    let mut file = File::open(file)?;
    file.seek(SeekFrom::Start(bytes.saturating_sub(TAIL_BYTES)))?;
    let mut tail = Vec::new();
    file.take(TAIL_BYTES).read_to_end(&mut tail)?;
    Ok(tail)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn what_is_empty_goes_and_what_is_not_stays() {
        let base = tempfile::tempdir().unwrap();
        let folder = base.path().join("a/b");
        let (mut stdout, mut stderr) = make(&folder).unwrap();
        stdout.write_all(b"five\n").unwrap();
        stderr.write_all(&vec![b'e'; 5000]).unwrap();
        fs::write(folder.join("output/x"), "x").unwrap();
        let left = tidy(&folder, true);
        assert_eq!((left.output_is_empty, left.stdout_bytes, left.stderr_bytes), (false, 5, 5000));
        assert_eq!(left.stderr_tail, vec![b'e'; 2000]);
        assert!(make(&folder).is_err());

        let empty = base.path().join("c");
        make(&empty).unwrap();
        let left = tidy(&empty, true);
        assert_eq!(left, Left { output_is_empty: true, ..Left::default() });
        assert_eq!(fs::read_dir(&empty).unwrap().count(), 0);
    }
}
