//! Writing, in two steps: an `Encoded` in, a file beside its final name out ([`stage`]); and once many
//! such files are safe on the disk, the final name ([`place`]). So a final name always has a whole file
//! behind it.

use std::io;
use std::path::{Path, PathBuf};

use dicom::dictionary_std::tags;
use sha2::{Digest, Sha256};

use crate::dataset::{Tag, encode_elements, encode_file_meta};
use crate::instance::{Encoded, Identity};
use crate::storage::{Commit, Storage, in_words};

/// Implementation Class UID (0002,0012): a UUID of this program (PS3.5 section B.2).
pub const IMPLEMENTATION_CLASS_UID: &str = "2.25.142747908155619017334589318613048352361";
/// Implementation Version Name (0002,0013), at most 16 characters.
pub const IMPLEMENTATION_VERSION: &str = concat!("SAUVA_", env!("CARGO_PKG_VERSION"));

/// The folder of the instances below the output folder.
pub const INSTANCES: &str = "dicom";
/// The folder of cropped images below the output folder.
pub const CROPPED: &str = "cropped";
/// The folder of the program's own files below the output folder.
pub const STATE: &str = ".sauva";
/// The group of the pixel data and of the tables that belong to their form.
const PIXELS: u16 = 0x7FE0;
/// What a form of the same samples may say in its own way.
const OF_THE_FORM: [Tag; 2] = [tags::PHOTOMETRIC_INTERPRETATION, tags::PLANAR_CONFIGURATION];
/// What a temporary name ends in.
pub const TEMPORARY: &str = "part";

/// A file that stands under its temporary name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staged {
    /// The final path below the output folder.
    pub path: String,
    /// SHA-256 of the file, lowercase hex.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
    /// A digest of the data set but for the pixel data and what describes their form alone.
    pub header_blake3: String,
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
#[error("an instance cannot be written: {}", in_words(.0))]
pub struct WriteError(#[from] io::Error);

/// Writes an instance below `output`, beside its final name. `path_id` keeps temporary names apart.
pub fn stage(
    storage: &dyn Storage,
    output: &Path,
    path_id: &str,
    encoded: &Encoded,
) -> Result<Staged, WriteError> {
    let File { bytes: file, header_blake3 } = serialize(encoded);
    let path = relative_path(&encoded.identity);
    storage.write_new(&temporary_path(output, &path, path_id), &file)?;
    Ok(Staged {
        path,
        sha256: hex(&Sha256::digest(&file)),
        bytes: file.len() as u64,
        header_blake3,
    })
}

/// Gives a staged file its final name. Whoever comes second to a name leaves the first alone.
pub fn place(
    storage: &dyn Storage,
    output: &Path,
    path_id: &str,
    sop_instance_uid: &str,
    staged: &Staged,
) -> io::Result<Place> {
    let target = output.join(&staged.path);
    let temporary = temporary_path(output, &staged.path, path_id);
    match storage.commit(&temporary, &target) {
        Ok(Commit::Done) => Ok(Place::Final),
        Ok(Commit::Taken) if is_intact(storage, &target, &staged.sha256)? => {
            storage.remove(&temporary)?;
            Ok(Place::SameThere)
        }
        Ok(Commit::Taken) => {
            let beside = contested_path(output, sop_instance_uid, &staged.sha256);
            storage.rename(&temporary, &beside)?;
            Ok(Place::Contested)
        }
        // NFS may repeat a rename that has worked and report that the file is gone.
        Err(error) if error.kind() == io::ErrorKind::NotFound && !temporary.exists() => {
            if is_intact(storage, &target, &staged.sha256)? {
                Ok(Place::Final)
            } else {
                Err(error)
            }
        }
        Err(error) => Err(error),
    }
}

/// Whether this file is there and has this digest.
pub fn is_intact(storage: &dyn Storage, path: &Path, sha256: &str) -> io::Result<bool> {
    match storage.read(path) {
        Ok(bytes) => Ok(hex(&Sha256::digest(&bytes)) == sha256),
        // Gone, or something else in its place: a link, a folder, a file that is not to be read.
        Err(error) if is_not_there(error.kind()) => Ok(false),
        Err(error) => Err(error),
    }
}

fn is_not_there(kind: io::ErrorKind) -> bool {
    use io::ErrorKind::{InvalidInput, IsADirectory, NotADirectory, NotFound, PermissionDenied};
    matches!(kind, InvalidInput | IsADirectory | NotADirectory | NotFound | PermissionDenied)
}

/// Where a staged file stands.
pub fn staged_path(output: &Path, path: &str, path_id: &str) -> PathBuf {
    temporary_path(output, path, path_id)
}

/// The name of a file until it is whole and safe.
fn temporary_path(output: &Path, path: &str, path_id: &str) -> PathBuf {
    output.join(path).with_file_name(format!("{path_id}.{TEMPORARY}"))
}

/// The folder of files whose names others have taken.
pub fn contested_folder(output: &Path) -> PathBuf {
    output.join(STATE).join("contested")
}

/// Where a file waits whose name another content has taken.
pub fn contested_path(output: &Path, sop_instance_uid: &str, sha256: &str) -> PathBuf {
    contested_folder(output).join(format!("{sop_instance_uid}.{sha256}.dcm"))
}

/// Hex digits and digits with dots alone: nothing of the input can stand in a name.
fn relative_path(identity: &Identity) -> String {
    let Identity { patient_id, study_uid, series_uid, sop_instance_uid, .. } = identity;
    format!("{INSTANCES}/{patient_id}/{study_uid}/{series_uid}/{sop_instance_uid}.dcm")
}

/// A file to write.
struct File {
    bytes: Vec<u8>,
    header_blake3: String,
}

/// The bytes of an instance as a file (PS3.10 section 7).
pub fn file(encoded: &Encoded) -> Vec<u8> {
    serialize(encoded).bytes
}

fn serialize(encoded: &Encoded) -> File {
    let mut bytes = Vec::with_capacity(encoded.pixel_bytes.encoded as usize + 16 * 1024);
    encode_file_meta(
        &encoded.identity.sop_class_uid,
        &encoded.identity.sop_instance_uid,
        &encoded.transfer_syntax,
        IMPLEMENTATION_CLASS_UID,
        IMPLEMENTATION_VERSION,
        &mut bytes,
    );
    let mut header = blake3::Hasher::new();
    for element in encoded.data_set.iter() {
        let start = bytes.len();
        encode_elements(std::iter::once(element), &mut bytes);
        if element.tag.group() != PIXELS && !OF_THE_FORM.contains(&element.tag) {
            header.update(&bytes[start..]);
        }
        if encoded.deflated.is_some() {
            bytes.truncate(start);
        }
    }
    if let Some(image) = encoded.decoded.as_ref().or(encoded.image.as_ref()) {
        header.update(image.photometric_interpretation.as_bytes());
    }
    bytes.extend_from_slice(encoded.deflated.as_deref().unwrap_or_default());
    File { bytes, header_blake3: header.finalize().to_hex().as_str().to_owned() }
}

/// Bytes as lowercase hex.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("a String takes everything");
        hex
    })
}
