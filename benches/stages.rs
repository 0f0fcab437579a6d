//! The stages one by one on a synthetic CT slice of 512 x 512, on one core: `cargo bench`.

#![expect(missing_docs, reason = "criterion's macro makes a public function")]

use std::hint::black_box;

use bytes::Bytes;
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use sauva::area::Redaction;
use sauva::deident::{Deidentifier, Key, Profile};
use sauva::encode::{Encoder, Verify, decoded};
use sauva::read::{Limits, parse};
use sauva::sample::{Kind, SampleOptions, generate};
use sauva::stats::{Group, measure_image};

/// One file of the sample, as bytes.
fn slice() -> Bytes {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let options = SampleOptions { kind: Kind::Ct, count: 1, seed: 1 };
    generate(&options, &folder.path().join("sample")).expect("a sample");
    let mut path = folder.path().join("sample");
    while path.is_dir() {
        let mut entries = path.read_dir().expect("a folder");
        path = entries.next().expect("an entry").expect("an entry").path();
    }
    std::fs::read(path).expect("a file").into()
}

fn stages(criterion: &mut Criterion) {
    let file = slice();
    let limits = Limits::default();
    let deidentifier =
        Deidentifier::new(&Key::from_bytes(&[1; 32]).expect("32 bytes"), Profile::basic());
    let encoder = Encoder::by_name("jpeg-ls", Verify::Full).expect("a codec");
    let encode = |instance| encoder.encode(decoded(instance)?, Redaction::default());
    let original = || parse(&file, &limits).expect("a sound file");
    let deidentified = || deidentifier.apply(original()).expect("a sound instance");

    let mut group = criterion.benchmark_group("stages");
    group.throughput(Throughput::Bytes(file.len() as u64));
    group.bench_function("read", |b| b.iter(|| parse(black_box(&file), &limits)));
    group.bench_function("deidentify", |b| {
        b.iter_batched(original, |original| deidentifier.apply(original), BatchSize::SmallInput);
    });
    group.bench_function("encode and verify", |b| {
        b.iter_batched(deidentified, encode, BatchSize::SmallInput);
    });
    let encoded = encode(deidentified()).expect("an encoded instance");
    group.bench_function("measure", |b| {
        b.iter(|| measure_image(black_box(&encoded), Group::default()));
    });
    group.finish();
}

criterion_group!(benches, stages);
criterion_main!(benches);
