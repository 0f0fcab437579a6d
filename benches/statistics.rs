//! The statistics of one frame of 512 x 512, on one core: `cargo bench --bench statistics`.

#![expect(missing_docs, reason = "criterion's macro makes a public function")]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sauva::stats::{
    Bins, Decimal, Frame, FrameSamples, Histogram, HistogramFeatures, ImageKind, Quality,
    RealHistogram, Rescale, SampleFormat, SoftTissue, Texture, dhash64, first_order, measure_reals,
};

const SIDE: usize = 512;

/// Random bits, the same in every run (xorshift).
struct Random(u64);

impl Random {
    fn bits(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// Nearly normal: mean 0, standard deviation 1.
    fn normal(&mut self) -> f64 {
        let uniform = |random: &mut Self| (random.bits() >> 11) as f64 / (1u64 << 53) as f64;
        (0..12).map(|_| uniform(self)).sum::<f64>() - 6.0
    }
}

/// A chest in CT: body, lungs, spine and air, each with its noise; stored with an intercept of -1024.
fn chest() -> Vec<u16> {
    let mut random = Random(43);
    let half = SIDE as f64 / 2.0;
    let place = |k: usize| (k as f64 - half) / half;
    let ellipse = |x: f64, y: f64, a: f64, b: f64| x * x / a + y * y / b < 1.0;
    (0..SIDE * SIDE)
        .map(|k| {
            let (x, y) = (place(k % SIDE), place(k / SIDE));
            let (mut hu, mut sd) = (-1000.0, 4.0);
            if ellipse(x, y, 0.8, 0.5) {
                (hu, sd) = (40.0, 18.0);
            }
            if ellipse(x - 0.35, y, 0.08, 0.15) || ellipse(x + 0.35, y, 0.08, 0.15) {
                (hu, sd) = (-820.0, 18.0);
            }
            if ellipse(x, y - 0.4, 0.01, 0.01) {
                (hu, sd) = (600.0, 18.0);
            }
            (hu + 1024.0 + sd * random.normal()).round().clamp(0.0, 4095.0) as u16
        })
        .collect()
}

fn first_orders(criterion: &mut Criterion) {
    let hounsfield = Rescale::from_ds("1", "-1024").expect("numbers");
    let mut random = Random(7);
    let noise: Vec<u16> = (0..SIDE * SIDE).map(|_| random.bits() as u16).collect();
    let frames =
        [("chest", 12, chest()), ("constant", 12, vec![1024; SIDE * SIDE]), ("noise", 16, noise)];
    let mut group = criterion.benchmark_group("first order");
    group.throughput(Throughput::Bytes((SIDE * SIDE * 2) as u64));
    for (name, bits, samples) in frames {
        let format = SampleFormat::new(bits, false).expect("a format");
        let histogram = Histogram::from_u16(&samples, format, None).expect("a histogram");
        group.bench_function(format!("{name}: histogram"), |b| {
            b.iter(|| Histogram::from_u16(black_box(&samples), format, None));
        });
        group.bench_function(format!("{name}: of the histogram"), |b| {
            b.iter(|| first_order(black_box(&histogram), &hounsfield));
        });
        group.bench_function(format!("{name}: both"), |b| {
            b.iter(|| {
                let histogram = Histogram::from_u16(black_box(&samples), format, None);
                first_order(&histogram.expect("a histogram"), &hounsfield)
            });
        });
    }
    group.finish();
}

fn from_the_histogram(criterion: &mut Criterion) {
    let samples = chest();
    let format = SampleFormat::new(12, false).expect("a format");
    let histogram = Histogram::from_u16(&samples, format, None).expect("a histogram");
    let hounsfield = Rescale::from_ds("1", "-1024").expect("numbers");
    let stored = Rescale::default();
    let width = Decimal::from(Bins::DEFAULT_WIDTH);
    let mut group = criterion.benchmark_group("from the histogram");
    group.bench_function("features of bins", |b| {
        b.iter(|| {
            let bins = Bins::of(black_box(&histogram), &hounsfield, &width)?;
            HistogramFeatures::of(&bins)
        });
    });
    group.bench_function("quality of CT", |b| {
        b.iter(|| Quality::of(black_box(&histogram), &hounsfield, ImageKind::Ct));
    });
    group.bench_function("quality of others", |b| {
        b.iter(|| Quality::of(black_box(&histogram), &stored, ImageKind::Other));
    });
    group.finish();
}

fn texture(criterion: &mut Criterion) {
    let samples = chest();
    let frame = Frame {
        samples: FrameSamples::Sixteen(&samples),
        rows: SIDE,
        columns: SIDE,
        format: SampleFormat::new(12, false).expect("a format"),
        padding: None,
    };
    // -60 to 140 HU.
    let tissue = SoftTissue { low: 964, high: 1164, unit: 1.0 };
    let mut group = criterion.benchmark_group("texture");
    group.throughput(Throughput::Bytes((SIDE * SIDE * 2) as u64));
    group.bench_function("noise and sharpness", |b| {
        b.iter(|| Texture::of(black_box(&frame), None));
    });
    group.bench_function("with the global noise level", |b| {
        b.iter(|| Texture::of(black_box(&frame), Some(&tissue)));
    });
    group.bench_function("hash", |b| b.iter(|| dhash64(black_box(&frame))));
    group.finish();
}

fn reals(criterion: &mut Criterion) {
    let mut random = Random(5);
    let samples: Vec<f32> = (0..SIDE * SIDE).map(|_| random.normal() as f32).collect();
    let histogram = RealHistogram::from_f32(&samples, None);
    let mut group = criterion.benchmark_group("reals");
    group.sample_size(20);
    group.bench_function("histogram", |b| {
        b.iter(|| RealHistogram::from_f32(black_box(&samples), None));
    });
    group.bench_function("of the histogram", |b| b.iter(|| measure_reals(black_box(&histogram))));
    group.finish();
}

criterion_group!(benches, first_orders, from_the_histogram, texture, reals);
criterion_main!(benches);
