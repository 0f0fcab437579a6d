//! Looks for text that was burned into pixels: DICOM files or folders in, a line for each file and for each
//! rectangle out, with the nanoseconds that each pixel took.
//!
//! `cargo run --release --example find_text -- [--pgm FOLDER] PATH...`
//!
//! With `--pgm` each frame is also written as it was looked at, in grey, rectangles drawn in.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "what was found goes to the terminal"
)]
#![allow(clippy::disallowed_methods, reason = "the speed is what is shown")]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sauva::image::ImagePixel;
use sauva::instance::SourcePixels;
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
    let mut paths = Vec::new();
    for argument in &arguments {
        collect(Path::new(argument), &mut paths)?;
    }
    paths.sort();
    let mut all = (Duration::ZERO, 0);
    for path in &paths {
        match look(path, pictures.as_deref()) {
            Ok((time, pixels)) => all = (all.0 + time, all.1 + pixels),
            Err(error) => eprintln!("{}: {error}", path.display()),
        }
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

/// Looks at all frames of a file; returns the time and the pixels.
fn look(path: &Path, pictures: Option<&Path>) -> anyhow::Result<(Duration, u64)> {
    let original = read::read(path, &Limits::default())?;
    let native = match &original.image {
        Some((image, SourcePixels::Native(bytes)))
            if image.photometric_interpretation == "YBR_FULL_422" =>
        {
            Some((image.clone(), bytes.clone()))
        }
        _ => None,
    };
    let palette = Palette::of(&original.data_set);
    let frame: Box<dyn Fn(u32) -> Gray>;
    let image: ImagePixel;
    if let Some((native_image, bytes)) = native {
        image = native_image.clone();
        frame = Box::new(move |at| Gray::of_422(&bytes, &native_image, at));
    } else {
        let Some((_, decoded, samples)) = sauva::encode::decode(original)? else {
            return Ok((Duration::ZERO, 0));
        };
        image = decoded.clone();
        frame = Box::new(move |at| Gray::of(&samples, &decoded, at, palette.as_ref()));
    }
    let mut finder = Finder::default();
    let mut time = Duration::ZERO;
    let mut lines = Vec::new();
    for at in 0..image.frames {
        let start = Instant::now();
        let gray = frame(at);
        let found = finder.find(&gray);
        time += start.elapsed();
        if let Some(folder) = pictures {
            let name = path.to_string_lossy().replace('/', "_");
            fs::create_dir_all(folder)?;
            fs::write(folder.join(format!("{name}.{at}.pgm")), picture(&gray, &found))?;
        }
        lines.extend(found.into_iter().map(|found| (at, found)));
    }
    let pixels = u64::from(image.columns) * u64::from(image.rows) * u64::from(image.frames);
    let texts = lines.iter().filter(|(_, found)| found.certainty == Certainty::Text).count();
    println!(
        "{}: {texts} text, {} doubtful, {} x {} x {}, {:.2} ns a pixel",
        path.display(),
        lines.len() - texts,
        image.columns,
        image.rows,
        image.frames,
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
