//! Writing: an `Encoded` in, a file under its new UIDs out. The name comes into being with the whole
//! file behind it. Whoever comes second to a name leaves the first alone.

use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::dataset::{encode_data_set, encode_file_meta};
use crate::instance::{Encoded, Identity};
use crate::storage::{self, Commit};

/// Implementation Class UID (0002,0012): a UUID of this program (PS3.5 section B.2).
pub const IMPLEMENTATION_CLASS_UID: &str = "2.25.142747908155619017334589318613048352361";
/// Implementation Version Name (0002,0013), at most 16 characters.
pub const IMPLEMENTATION_VERSION: &str = concat!("SAUVA_", env!("CARGO_PKG_VERSION"));

/// The folder of the instances below the output folder.
pub const INSTANCES: &str = "dicom";
/// The folder of the program's own files below the output folder.
pub const STATE: &str = ".sauva";

/// A file as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Path below the output folder.
    pub path: String,
    /// SHA-256 of the file, lowercase hex.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
    /// Whether it stands under its final name, or another file came first.
    pub place: Place,
}

/// Where a written file ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Under its final name.
    Final,
    /// A file with the same bytes was there.
    SameThere,
    /// A file with other bytes was there; this one waits beside until the end of the run.
    Contested,
}

/// The storage failed: nothing to do with the file, so the run stops.
#[derive(Debug, thiserror::Error)]
#[error("an instance cannot be written: {}", .0.kind())]
pub struct WriteError(#[from] io::Error);

/// Writes an instance below `output`. `path_id` keeps temporary names of ranks apart.
pub fn write(output: &Path, path_id: &str, encoded: &Encoded) -> Result<Written, WriteError> {
    let file = serialize(encoded);
    let sha256 = hex(&Sha256::digest(&file));
    let path = relative_path(&encoded.identity);
    let target = output.join(&path);
    let temporary = target.with_file_name(format!("{path_id}.part"));
    storage::write_new(&temporary, &file)?;
    let place = match storage::commit(&temporary, &target)? {
        Commit::Done => Place::Final,
        Commit::Taken if std::fs::read(&target)? == file => {
            std::fs::remove_file(&temporary)?;
            Place::SameThere
        }
        Commit::Taken => {
            let beside = contested_path(output, &encoded.identity.sop_instance_uid, &sha256);
            std::fs::create_dir_all(beside.parent().unwrap_or(output))?;
            std::fs::rename(&temporary, beside)?;
            Place::Contested
        }
    };
    Ok(Written { path, sha256, bytes: file.len() as u64, place })
}

/// Where a file waits whose name another content has taken.
pub fn contested_path(output: &Path, sop_instance_uid: &str, sha256: &str) -> PathBuf {
    output.join(STATE).join("contested").join(format!("{sop_instance_uid}.{sha256}.dcm"))
}

/// Hex digits and digits with dots alone: nothing of the input can stand in a name.
fn relative_path(identity: &Identity) -> String {
    let Identity { patient_id, study_uid, series_uid, sop_instance_uid, .. } = identity;
    format!("{INSTANCES}/{patient_id}/{study_uid}/{series_uid}/{sop_instance_uid}.dcm")
}

fn serialize(encoded: &Encoded) -> Vec<u8> {
    let mut file = Vec::with_capacity(encoded.pixel_bytes.encoded as usize + 16 * 1024);
    encode_file_meta(
        &encoded.identity.sop_class_uid,
        &encoded.identity.sop_instance_uid,
        &encoded.transfer_syntax,
        IMPLEMENTATION_CLASS_UID,
        IMPLEMENTATION_VERSION,
        &mut file,
    );
    encode_data_set(&encoded.data_set, &mut file);
    file
}

/// Bytes as lowercase hex.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("a String takes everything");
        hex
    })
}
