//! What is coded: frames of real CT and MR files, and of the synthetic sample. Those that come with the
//! source are small or few, so those of the larger collection are taken as well where it stands beside
//! the source.

use std::path::{Path, PathBuf};

use bytes::Bytes;
use sauva::codec::jpeg_ls::Frame;
use sauva::instance::Samples;
use sauva::read::{Limits, parse};
use sauva::sample::{Kind, SampleOptions, generate};

/// Where the files stand, below the folder of the source.
const SHIPPED: &str = "data_sample/dicom";
const LARGE: &str = "../shared/data/dicom";

/// Each set: its name, and its files below the folders.
const SETS: [(&str, &[&str]); 4] = [
    ("ct, shipped", &["malformed/693_J2KI.dcm"]),
    ("mr, shipped", &["objects/mr-enhanced/emri_small.dcm"]),
    (
        "ct",
        &[
            "studies/CRLM-CT-1004/portal-venous-ct/series-ct/1-01.dcm",
            "studies/CRLM-CT-1004/portal-venous-ct/series-ct/1-20.dcm",
            "studies/CRLM-CT-1004/portal-venous-ct/series-ct/1-40.dcm",
            "studies/dcmqi-liver/ct/series-ct/02.dcm",
            "objects/ct/GH342.dcm",
            "objects/ct-enhanced/eCT_Supplemental.dcm",
        ],
    ),
    (
        "mr",
        &[
            "objects/overlay-lut/MR-SIEMENS-DICOM-WithOverlays.dcm",
            "objects/mr-enhanced/mr_brucker.dcm",
            "studies/CMB-CRC-MSB-06489/mr-2/series-adc/1-02.dcm",
            "studies/CMB-CRC-MSB-06489/mr-2/series-adc/1-20.dcm",
            "studies/vendors-mr/generic-anat/IM-0001-0002-0001.dcm",
        ],
    ),
];

/// A frame of 16 bits allocated, as samples and as bytes.
pub(crate) struct Image {
    pub(crate) frame: Frame,
    pub(crate) samples: Vec<u16>,
    pub(crate) bytes: Vec<u8>,
}

/// All sets that are there.
pub(crate) fn sets() -> Vec<(&'static str, Vec<Image>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let of = |name: &&str| -> Option<PathBuf> {
        let places = [root.join(SHIPPED).join(name), root.join(LARGE).join(name)];
        places.into_iter().find(|place| place.exists())
    };
    let real = SETS.map(|(name, files)| {
        (name, files.iter().filter_map(of).flat_map(|file| frames(&file)).collect())
    });
    let sets = real.into_iter().chain([("ct, synthetic", synthetic())]);
    sets.filter(|(_, images): &(_, Vec<_>)| !images.is_empty()).collect()
}

/// The frames of a file; none where its samples have another width.
fn frames(file: &Path) -> Vec<Image> {
    let Ok(bytes) = std::fs::read(file) else { return Vec::new() };
    let original = parse(&Bytes::from(bytes), &Limits::default());
    let decoded = original.ok().and_then(|original| sauva::encode::decode(original).ok()?);
    let Some((_, image, Samples::Sixteen(samples))) = decoded else { return Vec::new() };
    let frame = Frame {
        width: image.columns,
        height: image.rows,
        components: image.samples_per_pixel.into(),
        bits: image.bits_stored.max(9).into(),
    };
    let frames = samples.chunks(frame.samples() as usize).map(|samples| Image {
        frame,
        samples: samples.to_vec(),
        bytes: samples.iter().flat_map(|sample| sample.to_le_bytes()).collect(),
    });
    frames.collect()
}

/// A synthetic CT slice.
fn synthetic() -> Vec<Image> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let options = SampleOptions { kind: Kind::Ct, count: 1, seed: 1 };
    generate(&options, &folder.path().join("sample")).expect("a sample");
    let mut path = folder.path().join("sample");
    while path.is_dir() {
        let mut entries = path.read_dir().expect("a folder");
        path = entries.next().expect("an entry").expect("an entry").path();
    }
    frames(&path)
}
