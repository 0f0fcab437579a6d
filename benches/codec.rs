//! The JPEG-LS codec beside CharLS and the JPEG Lossless codec on real CT and MR frames, on one core: `cargo bench --bench codec`.
//! Frames of the files that come with the source are small or few, so those of the larger collection
//! are taken as well where it stands beside the source, and slices of the synthetic sample.

#![expect(missing_docs, reason = "criterion's macro makes a public function")]

use std::hint::black_box;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use charls::{CharLS, FrameInfo};
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use sauva::codec::jpeg_lossless;
use sauva::codec::jpeg_ls::{Frame, Interleave, decode, encode, gives_back};
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
struct Image {
    frame: Frame,
    samples: Vec<u16>,
    bytes: Vec<u8>,
}

/// The frames of a file; none where it is not there or its samples have another width.
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

fn charls_encode(image: &Image) -> Vec<u8> {
    let info = FrameInfo {
        width: image.frame.width,
        height: image.frame.height,
        bits_per_sample: image.frame.bits as i32,
        component_count: 1,
    };
    CharLS::default().encode(info, 0, &image.bytes).expect("it gets smaller")
}

fn charls_decode(stream: &[u8]) -> Vec<u8> {
    CharLS::default().decode(stream).expect("a sound stream")
}

fn ours_encode(image: &Image) -> Vec<u8> {
    encode(&image.samples, image.frame, Interleave::None).expect("an image of 16 bits")
}

fn lossless_encode(image: &Image) -> Vec<u8> {
    jpeg_lossless::encode(&image.samples, image.frame).expect("an image of 16 bits")
}

fn lossless_decode(stream: &[u8], frame: Frame) -> Vec<u16> {
    jpeg_lossless::decode(stream, frame).expect("a sound stream")
}

/// The decoder of the library that reads JPEG of other processes.
fn library_decode(stream: &[u8]) -> Vec<u8> {
    jpeg_decoder::Decoder::new(stream).decode().expect("a sound stream")
}

fn ours_decode(stream: &[u8], frame: Frame) -> Vec<u16> {
    decode(stream, frame).expect("a sound stream")
}

/// What is measured: its name, and the work for one of the images.
type Work<'a> = (&'a str, &'a dyn Fn(usize));

fn compare(group: &mut BenchmarkGroup<'_, WallTime>, images: &[Image]) {
    let bytes: usize = images.iter().map(|image| image.bytes.len()).sum();
    group.throughput(Throughput::BytesDecimal(bytes as u64));
    let ours: Vec<Vec<u8>> = images.iter().map(ours_encode).collect();
    let charls: Vec<Vec<u8>> = images.iter().map(charls_encode).collect();
    let lossless: Vec<Vec<u8>> = images.iter().map(lossless_encode).collect();
    let lengths = [&ours, &charls, &lossless].map(|all| all.iter().map(Vec::len).sum::<usize>());
    #[expect(clippy::print_stdout, reason = "the ratio belongs to the speed")]
    let () = println!(
        "{} frames, {bytes} bytes; ours, CharLS's and JPEG Lossless: {lengths:?}",
        images.len()
    );

    let works: [Work<'_>; 10] = [
        ("encode charls", &|at| drop(black_box(charls_encode(&images[at])))),
        ("encode", &|at| drop(black_box(ours_encode(&images[at])))),
        ("decode charls", &|at| drop(black_box(charls_decode(&charls[at])))),
        ("decode", &|at| drop(black_box(ours_decode(&ours[at], images[at].frame)))),
        ("encode and verify charls", &|at| {
            assert!(charls_decode(&charls_encode(&images[at])) == images[at].bytes);
        }),
        ("encode and verify", &|at| {
            let image = &images[at];
            let stream = ours_encode(image);
            assert!(gives_back(&stream, image.frame, &image.samples) == Ok(true));
        }),
        ("encode lossless", &|at| drop(black_box(lossless_encode(&images[at])))),
        ("decode lossless", &|at| {
            drop(black_box(lossless_decode(&lossless[at], images[at].frame)));
        }),
        ("decode lossless library", &|at| drop(black_box(library_decode(&lossless[at])))),
        ("encode and verify lossless", &|at| {
            let image = &images[at];
            let stream = lossless_encode(image);
            let is_given = jpeg_lossless::gives_back(&stream, image.frame, &image.samples);
            assert!(is_given == Ok(true));
        }),
    ];
    for (name, work) in works {
        group.bench_function(name, |b| b.iter(|| (0..images.len()).for_each(work)));
    }
}

fn codec(criterion: &mut Criterion) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let of = |name: &&str| -> Option<PathBuf> {
        let places = [root.join(SHIPPED).join(name), root.join(LARGE).join(name)];
        places.into_iter().find(|place| place.exists())
    };
    let sets = SETS.map(|(name, files)| {
        (name, files.iter().filter_map(of).flat_map(|file| frames(&file)).collect())
    });
    let synthetic: (&str, Vec<Image>) = ("ct, synthetic", synthetic());
    for (name, images) in sets.into_iter().chain([synthetic]) {
        if !images.is_empty() {
            let mut group = criterion.benchmark_group(name);
            compare(&mut group, &images);
            group.finish();
        }
    }
}

criterion_group!(benches, codec);
criterion_main!(benches);
