//! The stages one by one on a synthetic CT slice of 512 x 512, on one core, and the whole way of the file:
//! `RAYON_NUM_THREADS=1 cargo bench --bench stages`. Their instructions are counted by `scripts/bench_check.sh`.

#![expect(missing_docs, reason = "criterion's macro makes a public function")]

mod kernels;

use std::rc::Rc;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use kernels::{KERNELS, Slice};

fn stages(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    Slice::make(folder.path());
    let slice = Rc::new(Slice::open(folder.path()));
    let mut group = criterion.benchmark_group("stages");
    group.throughput(Throughput::Bytes(slice.file.len() as u64));
    for kernel in KERNELS {
        let prepare = (kernel.of)(&slice);
        group.bench_function(kernel.name, |bencher| {
            bencher.iter_batched(&prepare, |work| work(), BatchSize::SmallInput);
        });
    }
    group.finish();
}

criterion_group!(benches, stages);
criterion_main!(benches);
