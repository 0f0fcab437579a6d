//! A tree of images with text burned into their pixels, and of others without: a number of files and a
//! seed in, files and two lists out. `burned_in.csv` says which text is where, `files.csv` what each
//! file is. A cleaner runs over the tree, then its output is compared with the lists.

mod canvas;
mod code;
mod fonts;
mod form;
mod ground;
mod header;
mod kind;
mod layout;
mod marks;
mod palette;
mod pen;
mod store;
mod text;
mod words;

use std::io;
use std::path::Path;

use rayon::prelude::*;

use super::random::{Purpose, Source};
use super::{SampleError, SampleReport, new_folder};
use fonts::Font;
pub(in crate::sample) use fonts::PACKAGES;
use form::Form;
use kind::Kind;
use layout::{Scene, Stage};
use palette::Palette;
use pen::{At, Background, Line, Look, Pen, Style};
use words::Words;

/// The list of lines beside the files: file, frame from 1 or nothing for all, box around the ink, font,
/// size, style, background, text. Clean files have no row.
pub const BURNED_IN: &str = "burned_in.csv";
/// The list of files beside them.
pub const FILES: &str = "files.csv";

/// Every third file has no text.
const PERIOD: u64 = 3;

/// Writes `count` files below `output`, which may not exist or must be empty, and the two lists. Two
/// thirds of the files have text. The same seed and the same fonts make the same bytes.
pub fn generate_burned_in(
    count: usize,
    seed: u64,
    output: &Path,
) -> Result<SampleReport, SampleError> {
    let fonts = fonts::installed()?;
    new_folder(output)?;
    for kind in Kind::ALL {
        std::fs::create_dir_all(output.join(kind.name()))?;
    }
    let files: Vec<BurnedIn> = (0..count as u64)
        .into_par_iter()
        .map(|index| {
            let (file, bytes) = make(seed, index, has_text(index).then_some(&fonts))?;
            std::fs::write(output.join(&file.path), bytes)?;
            Ok(file)
        })
        .collect::<io::Result<_>>()?;
    write_lines(&files, &output.join(BURNED_IN))?;
    write_files(&files, &output.join(FILES))?;
    Ok(SampleReport { files: count, bytes: files.iter().map(|file| file.bytes).sum() })
}

fn has_text(index: u64) -> bool {
    index % PERIOD != PERIOD - 1
}

/// A file as the lists have it.
#[derive(Debug, Clone, PartialEq)]
struct BurnedIn {
    /// Below the folder, with slashes.
    path: String,
    bytes: u64,
    kind: Kind,
    form: Form,
    frames: usize,
    /// Burned In Annotation (0028,0301).
    annotation: header::BurnedIn,
    lines: Vec<Line>,
}

/// Makes a file, with text where there are fonts; its bytes are beside it.
fn make(seed: u64, index: u64, fonts: Option<&Vec<Font>>) -> io::Result<(BurnedIn, Vec<u8>)> {
    let (kind, turn) = turn(index);
    let source = &mut Source::new(seed, Purpose::BurnedIn, index);
    let form = form::form(kind.family(), turn, source);
    let annotation = [None, Some("YES"), Some("NO")][source.below(3) as usize];
    let palette = Palette::new(source.below(2) == 0);
    let words = Words::of(source);
    let mut pen =
        fonts.map(|fonts| Pen::new(Source::new(seed, Purpose::BurnedInText, index), fonts));
    let mut stage = Stage {
        kind,
        seed,
        index,
        source: Source::new(seed, Purpose::BurnedInGround, index),
        is_coloured: form.is_coloured(),
        is_deep: form.allocated == 16,
        words: &words,
    };
    let mut scene = layout::paint(&mut stage, pen.as_mut());
    if let Some(pen) = pen.as_mut().filter(|pen| pen.lines.is_empty()) {
        write_anywhere(pen, &mut scene, &words);
    }
    let mut data_set = header::data_set(seed, index, kind, &form, &scene, &words, annotation);
    let stored: Vec<_> =
        scene.frames.iter().map(|frame| store::store(frame, &form, &palette)).collect();
    let size = (scene.frames[0].width, scene.frames[0].height);
    code::put(&mut data_set, &stored, &form, size)?;
    if form.photometric == "PALETTE COLOR" {
        palette.put(&mut data_set);
    }
    let bytes = header::file(&data_set, form.coding.transfer_syntax());
    let file = BurnedIn {
        path: format!("{}/{index:05}.dcm", kind.name()),
        bytes: bytes.len() as u64,
        kind,
        form,
        frames: stored.len(),
        annotation,
        lines: pen.map(|pen| pen.lines).unwrap_or_default(),
    };
    Ok((file, bytes))
}

/// The kind of a file, and which of its kind it is: of those with text, or of those without.
fn turn(index: u64) -> (Kind, usize) {
    let round = index / PERIOD;
    let among = if has_text(index) { round * (PERIOD - 1) + index % PERIOD } else { round };
    let kinds = Kind::ALL.len() as u64;
    let kind = Kind::ALL[(among % kinds) as usize];
    // Kinds of one family begin at other places of its table.
    (kind, (among / kinds) as usize + 3 * kind as usize)
}

/// A file with text has one line at least.
fn write_anywhere(pen: &mut Pen<'_>, scene: &mut Scene, words: &Words) {
    let whole = scene.frames[0].whole();
    let mut look = Look::new(Background::Content, 12);
    look.style = Style::Outlined;
    let text = words.name(&mut pen.source);
    pen.write(&mut scene.frames, &text, At::Within(whole), look);
}

fn write_lines(files: &[BurnedIn], path: &Path) -> io::Result<()> {
    let mut list = csv::Writer::from_path(path)?;
    list.write_record([
        "file",
        "frame",
        "x",
        "y",
        "width",
        "height",
        "font",
        "size_px",
        "style",
        "background",
        "text",
    ])?;
    for (file, line) in
        files.iter().flat_map(|file| file.lines.iter().map(move |line| (file, line)))
    {
        let frame = line.frame.map(|frame| (frame + 1).to_string());
        let [x, y, width, height] =
            [line.area.x, line.area.y, line.area.width, line.area.height].map(|n| n.to_string());
        list.write_record([
            &file.path,
            &frame.unwrap_or_default(),
            &x,
            &y,
            &width,
            &height,
            &line.font,
            &line.size.to_string(),
            line.style.name(),
            line.background.name(),
            &line.text,
        ])?;
    }
    list.flush()
}

fn write_files(files: &[BurnedIn], path: &Path) -> io::Result<()> {
    let mut list = csv::Writer::from_path(path)?;
    list.write_record([
        "file",
        "kind",
        "transfer_syntax",
        "photometric",
        "bits",
        "frames",
        "has_text",
        "burned_in_annotation",
    ])?;
    for file in files {
        list.write_record([
            file.path.as_str(),
            file.kind.name(),
            file.form.coding.transfer_syntax(),
            code::photometric(&file.form),
            file.form.stored.to_string().as_str(),
            file.frames.to_string().as_str(),
            if file.lines.is_empty() { "no" } else { "yes" },
            file.annotation.unwrap_or_default(),
        ])?;
    }
    list.flush()
}

#[cfg(test)]
mod tests;
