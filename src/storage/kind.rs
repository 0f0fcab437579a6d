//! Which file system a folder is on: a path in, its number and what is known of it out.

use std::io;
use std::path::Path;

use rustix::fs::statfs;

/// A kind of file system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileSystem {
    /// Its magic number.
    pub number: u64,
    /// Its name, where it is known.
    pub name: Option<&'static str>,
    /// Whether nodes share it; false where it is not known.
    pub is_shared: bool,
    /// Whether `syncfs` writes everything back and reports what failed (Linux 5.8 and later, syncfs(2)). On any other,
    /// such as NFS and Lustre, a quota or a lost server may show only in the `fsync` of the file itself.
    pub reports_at_syncfs: bool,
}

/// Number, name, whether nodes share it, whether it reports at `syncfs` (statfs(2), linux/magic.h; Lustre, GPFS and
/// `BeeGFS` by their own sources).
const KNOWN: [(u64, &str, bool, bool); 18] = [
    (0xEF53, "ext2/3/4", false, true),
    (0x5846_5342, "XFS", false, true),
    (0x9123_683E, "Btrfs", false, true),
    (0xF2F5_2010, "F2FS", false, true),
    (0x0102_1994, "tmpfs", false, true),
    (0x794C_7630, "overlay", false, true),
    (0x2FC1_2FC1, "ZFS", false, false),
    (0x8584_58F6, "ramfs", false, false),
    (0x6969, "NFS", true, false),
    (0x0BD0_0BD0, "Lustre", true, false),
    (0x4750_4653, "GPFS", true, false),
    (0x1983_0326, "BeeGFS", true, false),
    (0x00C3_6400, "CephFS", true, false),
    (0x0102_1997, "9P", true, false),
    (0xFF53_4D42, "CIFS", true, false),
    (0xFE53_4D42, "SMB2", true, false),
    (0x5346_414F, "AFS", true, false),
    (0x6573_5546, "FUSE", true, false),
];

impl FileSystem {
    /// That of a folder that is there.
    pub fn of(folder: &Path) -> io::Result<Self> {
        Ok(Self::numbered(statfs(folder)?.f_type as u64 & 0xFFFF_FFFF))
    }

    fn numbered(number: u64) -> Self {
        let known = KNOWN.iter().find(|(known, ..)| *known == number);
        let (name, is_shared, reports_at_syncfs) =
            known.map_or((None, false, false), |it| (Some(it.1), it.2, it.3));
        Self { number, name, is_shared, reports_at_syncfs }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_is_not_trusted() {
        let unknown = FileSystem::numbered(7);
        assert!(unknown.name.is_none() && !unknown.reports_at_syncfs);
    }

    #[test]
    fn none_that_nodes_share_is_trusted_to_report() {
        assert!(KNOWN.iter().all(|(_, _, is_shared, reports)| !(*is_shared && *reports)));
    }

    #[test]
    fn each_number_stands_once() {
        let numbers: std::collections::BTreeSet<u64> = KNOWN.iter().map(|it| it.0).collect();
        assert_eq!(numbers.len(), KNOWN.len());
    }
}
