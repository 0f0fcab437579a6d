//! A contact sheet of the images whose pixels were looked at: the reports and instances of an output in, one
//! page of HTML out on which a person sees in minutes whether anything is left. It asks for nothing from
//! anywhere.

mod page;
mod picture;
mod series;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Component, Path, PathBuf};

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::area::{self, Area};
use crate::codestream::is_jpeg_2000;
use crate::encode;
use crate::read::{self, Limits};
use crate::results::{Row, Table, is_of_pixels};
use crate::write::hex;
use page::{Card, Page, Shown};
use picture::picture;
use series::{Series, by_risk};

/// The images as they came, for a page that only its owner may see.
#[derive(Debug)]
pub struct Before {
    /// The files of the input by their path IDs.
    pub files: BTreeMap<String, PathBuf>,
    /// The new Series Instance UID of each file that was not let through, as far as it has one.
    pub series: BTreeMap<String, String>,
}

/// How a sheet is made.
#[derive(Debug, Clone, Copy)]
pub struct SheetOptions {
    /// The longer side of a picture in pixels.
    pub side: u32,
    /// Pictures of a series, at most.
    pub pictures: usize,
}

/// A contact sheet.
#[derive(Debug)]
pub struct Sheet {
    /// The page.
    pub html: String,
    /// Series on it.
    pub series: usize,
    /// Pictures on it.
    pub pictures: usize,
    /// Instances of these series.
    pub instances: usize,
    /// Inputs that were not let through for their pixels.
    pub quarantined: usize,
    /// Instances of which there is a picture as they came.
    pub befores: usize,
    /// Pictures that could not be made.
    pub failed: usize,
}

/// The tables of an output that a sheet is made of.
#[derive(Debug)]
pub struct Tables<'a> {
    /// `index.csv`.
    pub index: &'a [u8],
    /// `failures.csv`.
    pub failures: &'a [u8],
}

/// Makes the sheet of an output.
pub fn sheet(
    output: &Path,
    tables: &Tables<'_>,
    before: Option<&Before>,
    options: SheetOptions,
) -> anyhow::Result<Sheet> {
    let unreadable = |name: &str, what| anyhow::anyhow!("{name}: {what}");
    let index = Table::parse(tables.index, &crate::results::index_csv(&[])?)
        .map_err(|what| unreadable("index.csv", what))?;
    let failures = Table::parse(tables.failures, &crate::results::failures_csv(&[])?)
        .map_err(|what| unreadable("failures.csv", what))?;
    let written = by_risk(index.rows());
    let refused: Vec<(&str, &str)> = failures
        .rows()
        .map(|row| (row.cell("path_id"), row.cell("class")))
        .filter(|(_, class)| is_of_pixels(class))
        .collect();
    let of_written = written.par_iter().map(|series| card(output, series, before, options));
    let of_refused = refused_cards(&refused, before, options);
    let cards: Vec<Card> = of_refused.into_iter().chain(of_written.collect::<Vec<_>>()).collect();
    let shown = || cards.iter().flat_map(|card| &card.pictures);
    let instances = written.iter().map(|series| series.instances).sum();
    let (series, pictures) = (cards.len(), shown().count());
    let failed = shown().filter(|shown| shown.after.is_none() && shown.before.is_none()).count();
    let befores = shown().filter(|shown| shown.before.is_some()).count();
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, class) in &refused {
        *reasons.entry(class).or_default() += 1;
    }
    let page = Page::new(cards, &reasons, before.is_some(), instances);
    Ok(Sheet {
        html: page.html()?,
        series,
        pictures,
        instances,
        quarantined: refused.len(),
        befores,
        failed,
    })
}

/// A series that was written.
fn card(
    output: &Path,
    series: &Series<'_>,
    before: Option<&Before>,
    options: SheetOptions,
) -> Card {
    let shown = series.picks(options.pictures).into_iter().map(|row| {
        let areas = area::parse_cell(row.cell("covered_areas")).unwrap_or_default();
        let file = output.join(row.cell("path"));
        // What somebody else wrote into the index leads nowhere.
        let mut parts = Path::new(row.cell("path")).components();
        let is_below = parts.all(|part| matches!(part, Component::Normal(_)));
        let is_whole =
            is_below && (!is_jpeg_2000(row.cell("transfer_syntax")) || is_as_written(&file, row));
        let after = is_whole.then(|| drawn(&file, options.side, &areas)).flatten();
        let before = before
            .and_then(|before| before.files.get(row.cell("path_id")))
            .and_then(|path| drawn_input(path, options.side, &areas));
        Shown::new(row.cell("path"), after, before, &areas)
    });
    Card::of_series(series, shown.collect())
}

/// Series that were not let through: pictures of them exist only as they came.
fn refused_cards(
    refused: &[(&str, &str)],
    before: Option<&Before>,
    options: SheetOptions,
) -> Vec<Card> {
    let Some(before) = before else {
        return Vec::new();
    };
    let mut by_series: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for (path_id, class) in refused {
        let series = before.series.get(*path_id).map_or("unknown series", String::as_str);
        by_series.entry((series, class)).or_default().push(path_id);
    }
    by_series
        .into_par_iter()
        .map(|((series, class), path_ids)| {
            let shown = path_ids.iter().take(options.pictures).map(|path_id| {
                let path = before.files.get(*path_id);
                let drawn = path.and_then(|path| drawn_input(path, options.side, &[]));
                Shown::new(path_id, None, drawn, &[])
            });
            Card::refused(series, class, path_ids.len(), shown.collect())
        })
        .collect()
}

/// Whether a file of the output is the one that the run wrote: whoever changed it may know the faults of
/// the decoder of JPEG 2000, and no worker process stands before it here.
fn is_as_written(path: &Path, row: Row<'_>) -> bool {
    let file = read::read_whole(path, &Limits::default());
    file.is_ok_and(|file| hex(&Sha256::digest(&file)) == row.cell("sha256"))
}

/// The picture of an input as it came. JPEG 2000 is not opened: see [`is_as_written`].
fn drawn_input(path: &Path, side: u32, areas: &[Area]) -> Option<picture::Picture> {
    let transfer_syntax = read::read(path, &Limits::default()).ok()?.transfer_syntax;
    (!is_jpeg_2000(&transfer_syntax)).then(|| drawn(path, side, areas)).flatten()
}

/// The picture of a file; `None` where none can be made.
fn drawn(path: &Path, side: u32, areas: &[Area]) -> Option<picture::Picture> {
    let draw = || {
        let original = read::read(path, &Limits::default()).ok()?;
        let image = original.image?;
        let pixels = encode::decode_pixels(image, &original.transfer_syntax, true).ok()?;
        picture(&pixels, &original.data_set, side, areas)
    };
    // A file that the decoders cannot take costs its picture.
    catch_unwind(AssertUnwindSafe(draw)).ok().flatten()
}
