//! How much smaller pixels became: `index.parquet` in, the ratio by modality and kernel and by transfer syntax out.

use std::collections::BTreeMap;

use askama::Template;

use super::Source;
use super::tables::{Row, rows};
use crate::html::figure::Figure;
use crate::html::grid::{Grid, GridRow, number, words};
use crate::html::numbers::{count, counted, megabytes, real};
use crate::html::trouble::Trouble;
use crate::plot::{Bar, Bars};

const FILE: &str = "index.parquet";

const COLUMNS: [&str; 11] = [
    "Modality",
    "ConvolutionKernel",
    "source_transfer_syntax",
    "TransferSyntaxUID",
    "Rows",
    "Columns",
    "NumberOfFrames",
    "SamplesPerPixel",
    "BitsAllocated",
    "ratio",
    "bytes_out",
];

/// Groups that are counted apart; kernels beyond are counted together.
const MOST_GROUPS: usize = 1_000;
/// Groups that are drawn, and that stand in the tables.
const DRAWN: usize = 16;
const LISTED: usize = 100;

/// Pixel data of a group of instances.
#[derive(Debug, Clone, Copy, Default)]
struct Pixels {
    instances: u64,
    /// Bytes as native data and as written.
    native: f64,
    written: f64,
    /// Bytes of the files.
    files_bytes: u64,
}

impl Pixels {
    fn add(&mut self, native: f64, ratio: f64, file_bytes: u64) {
        self.instances += 1;
        self.native += native;
        self.written += native / ratio;
        self.files_bytes += file_bytes;
    }

    fn ratio(&self) -> f64 {
        if self.written > 0.0 { self.native / self.written } else { 0.0 }
    }
}

type Groups = BTreeMap<[String; 2], Pixels>;

/// The section as its template takes it.
#[derive(Debug, Template)]
#[template(path = "compression.html", config = "src/report/askama.toml")]
pub(super) struct Compression {
    ratios: Option<Figure>,
    syntaxes: Option<Grid>,
    kept_native: Option<Grid>,
    told: String,
}

impl Compression {
    pub(super) fn new(
        source: &mut Source<'_>,
        troubles: &mut Vec<Trouble>,
    ) -> anyhow::Result<Self> {
        let (mut kinds, mut syntaxes) = (Groups::new(), Groups::new());
        let each = |row: &Row<'_>| {
            let of = |at: usize| row.number(at);
            let samples = [of(4), of(5), Some(of(6).unwrap_or(1.0).max(1.0)), of(7), of(8)];
            let native = samples.into_iter().product::<Option<f64>>().map(|bits| bits / 8.0);
            let ratio = row.number(9).filter(|ratio| *ratio > 0.0);
            let (Some(native), Some(ratio)) = (native, ratio) else { return };
            let [modality, kernel, from, to] = [0, 1, 2, 3].map(|at| row.text(at));
            group(&mut kinds, [modality, kernel]).add(native, ratio, row.natural(10));
            group(&mut syntaxes, [syntax(from), syntax(to)]).add(native, ratio, row.natural(10));
        };
        match rows(source.output, FILE, &COLUMNS, each) {
            Ok(rows) => source.seen.instances = Some(rows),
            Err(trouble) => troubles.push(trouble),
        }
        let summary = source.summary;
        let compression = &summary.compression;
        let told = if compression.bytes_out == 0 {
            "No pixels were written.".to_owned()
        } else if summary.names_patients {
            "Nothing was written: these are the images as they lie in the input.".to_owned()
        } else {
            format!(
                "{} MB of native pixel data became {} MB, {} times smaller. {} checked to give back what came.",
                megabytes(compression.bytes_in),
                megabytes(compression.bytes_out),
                real(compression.ratio),
                counted(compression.verified, "instance was", "instances were"),
            )
        };
        let kept = &compression.kept_native;
        let kept_native = (!kept.is_empty()).then(|| {
            let heads = ["Reason", "Instances"];
            Grid::of_counts("kept-native", "Instances whose pixels stayed native", heads, kept)
        });
        Ok(Self {
            ratios: if kinds.is_empty() { None } else { Some(ratios(&kinds)?) },
            syntaxes: (!syntaxes.is_empty()).then(|| table(&syntaxes)),
            kept_native,
            told,
        })
    }
}

/// The group of a key; of too many kernels they are counted together.
fn group<'a>(groups: &'a mut Groups, [first, second]: [&str; 2]) -> &'a mut Pixels {
    let key = [first.to_owned(), second.to_owned()];
    let is_full = groups.len() >= MOST_GROUPS && !groups.contains_key(&key);
    let key = if is_full { [String::new(), "others".to_owned()] } else { key };
    groups.entry(key).or_default()
}

/// Those with most native bytes first.
fn by_size(groups: &Groups) -> Vec<(&[String; 2], &Pixels)> {
    let mut groups: Vec<_> = groups.iter().collect();
    groups.sort_by(|(_, a), (_, b)| b.native.total_cmp(&a.native));
    groups
}

fn ratios(kinds: &Groups) -> anyhow::Result<Figure> {
    let name = |[modality, kernel]: &[String; 2]| {
        let kernel = kernel.chars().take(24).collect::<String>();
        format!("{modality} {kernel}").trim().to_owned()
    };
    let sorted = by_size(kinds);
    let drawn = sorted.iter().take(DRAWN);
    let chart = Bars {
        title: "Compression by modality and kernel".to_owned(),
        axis: "native over written bytes of pixel data".to_owned(),
        parts: Vec::new(),
        rows: drawn.map(|(key, it)| Bar { label: name(key), values: vec![it.ratio()] }).collect(),
        end: None,
    };
    let heads = vec![
        words("Modality"),
        words("Kernel"),
        number("Instances"),
        number("Native, MB"),
        number("Written, MB"),
        number("Ratio"),
    ];
    let data = Grid::new("ratios", "Pixel data by modality and kernel", heads);
    let data = data.with(sorted.iter().take(LISTED).map(|(key, pixels)| row(key, pixels)));
    let caption = match sorted.len().saturating_sub(DRAWN) {
        0 => "Pixel data alone, without headers; 1 is no gain.".to_owned(),
        more => format!(
            "Pixel data alone; the {DRAWN} largest groups, {more} smaller ones are not drawn."
        ),
    };
    Ok(Figure::new(&chart, caption, data.long())?)
}

fn row([first, second]: &[String; 2], pixels: &Pixels) -> GridRow {
    GridRow::new([
        first.clone(),
        second.clone(),
        count(pixels.instances),
        real(pixels.native / 1e6),
        real(pixels.written / 1e6),
        real(pixels.ratio()),
    ])
}

fn table(syntaxes: &Groups) -> Grid {
    let heads = vec![
        words("As it came"),
        words("As written"),
        number("Instances"),
        number("Native, MB"),
        number("Written, MB"),
        number("Ratio"),
    ];
    let sorted = by_size(syntaxes);
    Grid::new("syntaxes", "Pixel data by transfer syntax", heads)
        .with(sorted.iter().take(LISTED).map(|(key, pixels)| row(key, pixels)))
}

/// A transfer syntax by its name (PS3.6 Table A-1), in few words.
fn syntax(uid: &str) -> &str {
    match uid {
        "1.2.840.10008.1.2" => "Implicit VR Little Endian",
        "1.2.840.10008.1.2.1" => "Explicit VR Little Endian",
        "1.2.840.10008.1.2.1.99" => "Deflated Explicit VR",
        "1.2.840.10008.1.2.2" => "Explicit VR Big Endian",
        "1.2.840.10008.1.2.4.50" => "JPEG Baseline",
        "1.2.840.10008.1.2.4.51" => "JPEG Extended",
        "1.2.840.10008.1.2.4.57" => "JPEG Lossless (14)",
        "1.2.840.10008.1.2.4.70" => "JPEG Lossless SV1",
        "1.2.840.10008.1.2.4.80" => "JPEG-LS Lossless",
        "1.2.840.10008.1.2.4.81" => "JPEG-LS Near-Lossless",
        "1.2.840.10008.1.2.4.90" => "JPEG 2000 Lossless",
        "1.2.840.10008.1.2.4.91" => "JPEG 2000",
        "1.2.840.10008.1.2.4.201" => "HTJ2K Lossless",
        "1.2.840.10008.1.2.4.202" => "HTJ2K Lossless RPCL",
        "1.2.840.10008.1.2.4.203" => "HTJ2K",
        "1.2.840.10008.1.2.5" => "RLE Lossless",
        "1.2.840.10008.1.2.8.1" => "Deflated Image Frame",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_those_of_sums() {
        let mut pixels = Pixels::default();
        pixels.add(100.0, 2.0, 60);
        pixels.add(300.0, 6.0, 60);
        assert!((pixels.ratio() - 4.0).abs() < 1e-12);
        assert!(Pixels::default().ratio() == 0.0);
    }

    #[test]
    fn too_many_kernels_are_counted_together() {
        let mut groups = Groups::new();
        for n in 0..MOST_GROUPS + 10 {
            group(&mut groups, ["CT", &n.to_string()]).add(1.0, 1.0, 1);
        }
        assert_eq!(groups.len(), MOST_GROUPS + 1);
        assert_eq!(groups.values().map(|it| it.instances).sum::<u64>() as usize, MOST_GROUPS + 10);
    }
}
