//! Our codecs beside others on real CT and MR frames, on one core: `cargo bench --bench codec`. For each
//! pair both speeds stand there and how many times the other's speed ours is; and the sizes.

mod duel;
mod images;
mod libjpeg_turbo;

use std::hint::black_box;

use charls::{CharLS, FrameInfo};
use duel::duel;
use images::Image;
use libjpeg_turbo::LibjpegTurbo;
use sauva::codec::jpeg_lossless;
use sauva::codec::jpeg_ls::{self, Interleave};
use sauva::codec::rle;
use zstd::bulk::Compressor;

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

fn ls_encode(image: &Image) -> Vec<u8> {
    jpeg_ls::encode(&image.samples, image.frame, Interleave::None).expect("an image of 16 bits")
}

fn lossless_encode(image: &Image) -> Vec<u8> {
    jpeg_lossless::encode(&image.samples, image.frame).expect("an image of 16 bits")
}

/// RLE codes whole words.
fn rle_frame(image: &Image) -> rle::Frame {
    rle::Frame { bits: 16, ..image.frame }
}

fn rle_encode(image: &Image) -> Vec<u8> {
    rle::encode(&image.samples, rle_frame(image)).expect("an image of 16 bits")
}

/// How much smaller streams are than samples.
#[expect(clippy::print_stdout, reason = "sizes belong to the speeds")]
fn sizes(name: &str, images: &[Image], all: &[(&str, &[Vec<u8>])]) {
    let length = |streams: &[Vec<u8>]| streams.iter().map(Vec::len).sum::<usize>();
    let bytes: usize = images.iter().map(|image| image.bytes.len()).sum();
    println!("{name}: {} frames, {bytes} bytes; smaller by", images.len());
    for (codec, streams) in all {
        println!("  {codec:26} {:7.4} x", bytes as f64 / length(streams) as f64);
    }
}

fn compare_rle(bytes: usize, images: &[Image], zstd: &mut Compressor<'_>) {
    let each = || images.iter().enumerate();
    duel(
        "RLE, encode",
        bytes,
        ("ours", &mut || each().for_each(|(_, image)| drop(black_box(rle_encode(image))))),
        ("zstd -1      ", &mut || {
            for (_, image) in each() {
                black_box(zstd.compress(&image.bytes).expect("zstd"));
            }
        }),
    );
    duel(
        "RLE, and verify",
        bytes,
        ("ours", &mut || {
            for (_, image) in each() {
                let stream = rle_encode(image);
                let found = rle::gives_back(&stream, rle_frame(image), &image.samples);
                assert!(found == Ok(true));
            }
        }),
        ("zstd -1      ", &mut || {
            for (_, image) in each() {
                let stream = zstd.compress(&image.bytes).expect("zstd");
                let found = zstd::bulk::decompress(&stream, image.bytes.len()).expect("zstd");
                assert!(found == image.bytes);
            }
        }),
    );
}

fn compare(name: &str, images: &[Image]) {
    let bytes: usize = images.iter().map(|image| image.bytes.len()).sum();
    let most = images.iter().map(|image| image.samples.len()).max().unwrap_or_default();
    let mut turbo = LibjpegTurbo::new(most);
    let mut zstd = Compressor::new(1).expect("zstd");

    let ls: Vec<_> = images.iter().map(ls_encode).collect();
    let charls: Vec<_> = images.iter().map(charls_encode).collect();
    let lossless: Vec<_> = images.iter().map(lossless_encode).collect();
    let turbos: Vec<_> =
        images.iter().map(|image| turbo.encode(&image.samples, image.frame).to_vec()).collect();
    let rles: Vec<_> = images.iter().map(rle_encode).collect();
    let zstds: Vec<_> =
        images.iter().map(|image| zstd.compress(&image.bytes).expect("zstd")).collect();
    sizes(
        name,
        images,
        &[
            ("JPEG Lossless", &lossless),
            ("libjpeg-turbo", &turbos),
            ("zstd -1", &zstds),
            ("JPEG-LS", &ls),
            ("CharLS", &charls),
            ("RLE", &rles),
        ],
    );

    compare_rle(bytes, images, &mut zstd);
    let each = || images.iter().enumerate();
    duel(
        "JPEG Lossless, encode",
        bytes,
        ("ours", &mut || each().for_each(|(_, image)| drop(black_box(lossless_encode(image))))),
        ("zstd -1      ", &mut || {
            for (_, image) in each() {
                black_box(zstd.compress(&image.bytes).expect("zstd"));
            }
        }),
    );
    duel(
        "JPEG Lossless, and verify",
        bytes,
        ("ours", &mut || {
            for (_, image) in each() {
                let stream = lossless_encode(image);
                let found = jpeg_lossless::gives_back(&stream, image.frame, &image.samples);
                assert!(found == Ok(true));
            }
        }),
        ("libjpeg-turbo", &mut || {
            each().for_each(|(_, image)| assert!(turbo.gives_back(&image.samples, image.frame)));
        }),
    );
    duel(
        "JPEG Lossless, decode",
        bytes,
        ("ours", &mut || {
            for (at, image) in each() {
                black_box(jpeg_lossless::decode::<u16>(&lossless[at], image.frame)).expect("sound");
            }
        }),
        ("libjpeg-turbo", &mut || {
            for (at, image) in each() {
                black_box(turbo.decode(&lossless[at], image.frame));
            }
        }),
    );
    duel(
        "JPEG-LS, encode",
        bytes,
        ("ours", &mut || each().for_each(|(_, image)| drop(black_box(ls_encode(image))))),
        ("CharLS       ", &mut || {
            each().for_each(|(_, image)| drop(black_box(charls_encode(image))));
        }),
    );
    duel(
        "JPEG-LS, and verify",
        bytes,
        ("ours", &mut || {
            for (_, image) in each() {
                let stream = ls_encode(image);
                let found = jpeg_ls::gives_back(&stream, image.frame, &image.samples);
                assert!(found == Ok(true));
            }
        }),
        ("CharLS       ", &mut || {
            for (_, image) in each() {
                assert!(charls_decode(&charls_encode(image)) == image.bytes);
            }
        }),
    );
    duel(
        "JPEG-LS, decode",
        bytes,
        ("ours", &mut || {
            for (at, image) in each() {
                black_box(jpeg_ls::decode::<u16>(&ls[at], image.frame)).expect("sound");
            }
        }),
        ("CharLS       ", &mut || {
            each().for_each(|(at, _)| drop(black_box(charls_decode(&charls[at]))));
        }),
    );
}

/// Sets whose names hold a word of the command line; all where there is none.
fn main() {
    let wanted: Vec<String> =
        std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    for (name, images) in images::sets() {
        if wanted.is_empty() || wanted.iter().any(|word| name.contains(word.as_str())) {
            compare(name, &images);
        }
    }
}
