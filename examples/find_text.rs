//! Looks for text that was burned into pixels: DICOM files or folders in, a line for each file and for each
//! rectangle out, with the nanoseconds that each pixel took.
//!
//! `cargo run --release --example find_text -- [--pgm FOLDER] [--features] PATH...`
//!
//! With `--pgm` each frame is also written as it was looked at, in grey, rectangles drawn in. With `--features`
//! all lines that are judged are printed instead, with what they are judged by, for
//! `scripts/tables/text_lines.py`. Files whose names end in `.pgm` are read as grey images.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "what was found goes to the terminal"
)]
#![allow(clippy::disallowed_methods, reason = "the speed is what is shown")]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context;
use sauva::area::Rectangle;
use sauva::image::{ImagePixel, SampleType};
use sauva::instance::{Samples, SourcePixels};
use sauva::read::{self, Limits};
use sauva::redact::text::{Certainty, Finder, Found, Gray, Palette};

fn main() -> anyhow::Result<()> {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let pictures = match arguments.iter().position(|argument| argument == "--pgm") {
        Some(at) if at + 1 < arguments.len() => {
            arguments.remove(at);
            Some(PathBuf::from(arguments.remove(at)))
        }
        _ => None,
    };
    let features = arguments.iter().position(|argument| argument == "--features");
    if let Some(at) = features {
        arguments.remove(at);
    }
    let mut paths = Vec::new();
    for argument in &arguments {
        collect(Path::new(argument), &mut paths)?;
    }
    paths.sort();
    let mut all = (Duration::ZERO, 0);
    for path in &paths {
        let looked = match features {
            Some(_) => print_features(path).map(|()| (Duration::ZERO, 0)),
            None => look(path, pictures.as_deref()),
        };
        match looked {
            Ok((time, pixels)) => all = (all.0 + time, all.1 + pixels),
            Err(error) => eprintln!("{}: {error}", path.display()),
        }
    }
    if features.is_some() {
        return Ok(());
    }
    println!("{:.2} ns a pixel of {} in {} files", per_pixel(all.0, all.1), all.1, paths.len());
    Ok(())
}

fn collect(path: &Path, paths: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    if path.is_dir() {
        for entry in fs::read_dir(path)? {
            collect(&entry?.path(), paths)?;
        }
    } else {
        paths.push(path.to_owned());
    }
    Ok(())
}

/// What gives the frames of a file as grey, and how many there are.
type Frames = (u32, Box<dyn Fn(u32) -> Gray>);

fn frames(path: &Path) -> anyhow::Result<Option<Frames>> {
    if path.extension().is_some_and(|extension| extension == "pgm") {
        let gray = read_pgm(&fs::read(path)?).context("no PGM of 8 or 16 bits")?;
        return Ok(Some((1, Box::new(move |_| gray.clone()))));
    }
    let original = read::read(path, &Limits::default())?;
    if let Some((image, SourcePixels::Native(bytes))) = &original.image
        && image.photometric_interpretation == "YBR_FULL_422"
    {
        let (image, bytes) = (image.clone(), bytes.clone());
        return Ok(Some((image.frames, Box::new(move |at| Gray::of_422(&bytes, &image, at)))));
    }
    let palette = Palette::of(&original.data_set);
    let decoded = sauva::encode::decode(original)?;
    Ok(decoded.map(|(_, image, samples)| -> Frames {
        let frames = image.frames;
        (frames, Box::new(move |at| Gray::of(&samples, &image, at, palette.as_ref())))
    }))
}

/// A binary PGM without comments.
fn read_pgm(file: &[u8]) -> Option<Gray> {
    let mut parts = file.splitn(4, u8::is_ascii_whitespace);
    let mut number = || str::from_utf8(parts.next()?).ok()?.parse().ok();
    let _magic: Option<u32> = number();
    let (columns, rows): (u32, u32) = (number()?, number()?);
    let rest = parts.next()?;
    let (most, samples) = rest.split_at(rest.iter().position(u8::is_ascii_whitespace)?);
    let bits_stored = if most == b"255" { 8 } else { 16 };
    let samples = match bits_stored {
        8 => Samples::Eight(samples[1..].to_vec()),
        _ => Samples::Sixteen(
            samples[1..].as_chunks().0.iter().map(|two| u16::from_be_bytes(*two)).collect(),
        ),
    };
    let image = ImagePixel {
        rows,
        columns,
        frames: 1,
        samples_per_pixel: 1,
        bits_allocated: bits_stored,
        bits_stored,
        high_bit: bits_stored - 1,
        sample_type: SampleType::Unsigned,
        planar_configuration: 0,
        photometric_interpretation: "MONOCHROME2".to_owned(),
    };
    Some(Gray::of(&samples, &image, 0, None))
}

fn print_features(path: &Path) -> anyhow::Result<()> {
    let Some((frames, frame)) = frames(path)? else { return Ok(()) };
    println!("file\t{}", path.display());
    let mut finder = Finder::default();
    for at in 0..frames {
        for candidate in finder.candidates(&frame(at)) {
            let Rectangle { x, y, width, height } = candidate.letters;
            print!("line\t{at}\t{x}\t{y}\t{width}\t{height}");
            for feature in candidate.features {
                print!("\t{feature}");
            }
            println!();
        }
    }
    Ok(())
}

/// Looks at all frames of a file; returns the time and the pixels.
fn look(path: &Path, pictures: Option<&Path>) -> anyhow::Result<(Duration, u64)> {
    let Some((frames, frame)) = frames(path)? else { return Ok((Duration::ZERO, 0)) };
    let mut finder = Finder::default();
    let (mut time, mut pixels) = (Duration::ZERO, 0);
    let mut lines = Vec::new();
    for at in 0..frames {
        let start = Instant::now();
        let gray = frame(at);
        let found = finder.find(&gray);
        time += start.elapsed();
        pixels += gray.samples().len() as u64;
        if let Some(folder) = pictures {
            let name = path.to_string_lossy().replace('/', "_");
            fs::create_dir_all(folder)?;
            fs::write(folder.join(format!("{name}.{at}.pgm")), picture(&gray, &found))?;
        }
        lines.extend(found.into_iter().map(|found| (at, found)));
    }
    let texts = lines.iter().filter(|(_, found)| found.certainty == Certainty::Text).count();
    println!(
        "{}: {texts} text, {} doubtful, {frames} frames, {:.2} ns a pixel",
        path.display(),
        lines.len() - texts,
        per_pixel(time, pixels)
    );
    for (at, Found { rectangle, certainty }) in lines {
        println!("  frame {at}: {certainty:?} {rectangle:?}");
    }
    Ok((time, pixels))
}

fn per_pixel(time: Duration, pixels: u64) -> f64 {
    time.as_nanos() as f64 / pixels.max(1) as f64
}

/// The grey image as PGM, with the rectangles drawn in: white for text, grey for what is doubtful.
fn picture(gray: &Gray, found: &[Found]) -> Vec<u8> {
    let columns = gray.columns() as usize;
    let mut samples = gray.samples().to_vec();
    for Found { rectangle, certainty } in found {
        let value = if *certainty == Certainty::Text { 255 } else { 128 };
        let (left, right) = (rectangle.x as usize, rectangle.right() as usize - 1);
        let (top, bottom) = (rectangle.y as usize, rectangle.bottom() as usize - 1);
        for x in left..=right {
            (samples[top * columns + x], samples[bottom * columns + x]) = (value, value);
        }
        for y in top..=bottom {
            (samples[y * columns + left], samples[y * columns + right]) = (value, value);
        }
    }
    let mut file = format!("P5\n{} {}\n255\n", gray.columns(), gray.rows()).into_bytes();
    file.append(&mut samples);
    file
}
