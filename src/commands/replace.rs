//! Files that go where the user says: new ones, and in the place of what the same command has made before. Anything else
//! may be a key or an original.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use anyhow::{Result, anyhow, bail};

use crate::storage::kind_in_words;

/// Whether a file may be put there: nothing is, or a file that starts so.
pub(super) fn may_replace(path: &Path, option: &str, start: &str) -> Result<()> {
    let unreadable = |error: io::Error| {
        anyhow!("{option}: cannot be looked at: {}", kind_in_words(error.kind()))
    };
    match path.symlink_metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(unreadable(error)),
        // What is no file might never end.
        Ok(facts) if facts.is_file() => {}
        Ok(_) => bail!("{option}: something that is no file stands there: choose another name"),
    }
    let mut found = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(start.len() as u64).read_to_end(&mut found).map_err(unreadable)?;
    if found != start.as_bytes() {
        bail!("{option}: another file stands there, which is not replaced: choose another name");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_ours_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("page");
        assert!(may_replace(&path, "--to", "ours").is_ok());
        for (text, may) in [("ours, and more", true), ("our", false), ("", false), ("key", false)] {
            std::fs::write(&path, text).unwrap();
            assert_eq!(may_replace(&path, "--to", "ours").is_ok(), may, "{text}");
        }
        assert!(may_replace(folder.path(), "--to", "ours").is_err());
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        assert!(may_replace(&link, "--to", "key").is_err());
    }
}
