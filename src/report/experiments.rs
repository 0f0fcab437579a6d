//! Experiments with ranks and threads: `experiments.csv` and the plots beside it in, a table and the plots out.

use std::fs;
use std::path::Path;

use askama::Template;

use super::tables::csv_rows;
use crate::html::figure::{Html, compact};
use crate::html::grid::{Grid, GridRow, Head, number, words};
use crate::html::trouble::Trouble;

const FILE: &str = "experiments.csv";

/// Rows of the table, plots, and bytes of a plot that are taken.
const LISTED: usize = 200;
const PLOTS: usize = 24;
const PLOT_BYTES: u64 = 200_000;

/// Elements of a plot.
const ELEMENTS: [&str; 14] = [
    "svg", "title", "desc", "rect", "text", "line", "polyline", "polygon", "path", "circle", "g",
    "ellipse", "tspan", "defs",
];

/// The attributes of these, but for `xmlns`: none asks for anything or holds a script.
const ATTRIBUTES: [&str; 36] = [
    "aria-labelledby",
    "cx",
    "cy",
    "d",
    "dx",
    "dy",
    "fill",
    "fill-opacity",
    "font-family",
    "font-size",
    "font-style",
    "font-weight",
    "height",
    "id",
    "opacity",
    "points",
    "r",
    "role",
    "rx",
    "ry",
    "stroke",
    "stroke-dasharray",
    "stroke-linecap",
    "stroke-linejoin",
    "stroke-opacity",
    "stroke-width",
    "text-anchor",
    "transform",
    "viewBox",
    "width",
    "x",
    "x1",
    "x2",
    "y",
    "y1",
    "y2",
];

/// Columns that are shown, as `experiments.csv` names them; those that are words.
const COLUMNS: [&str; 22] = [
    "dataset",
    "codec",
    "variant",
    "scaling",
    "mode",
    "ranks",
    "threads",
    "n",
    "mean_s",
    "sd_s",
    "ci95_lo",
    "ci95_hi",
    "files_per_s",
    "mb_s",
    "speedup",
    "speedup_sd",
    "efficiency",
    "karp_flatt",
    "load_balance",
    "comm_eff",
    "identical",
    "oversubscribed",
];
const WORDS: [&str; 7] =
    ["dataset", "codec", "variant", "scaling", "mode", "identical", "oversubscribed"];
/// Whether a run gave what one rank gave.
const IDENTICAL: usize = 20;
/// The folder of the plots in that of the results.
const PLOT_FOLDER: &str = "plots";

/// The section as its template takes it.
#[derive(Debug, Template)]
#[template(path = "experiments.html", config = "src/report/askama.toml")]
pub(super) struct Experiments {
    table: Option<Grid>,
    /// Titles and plots.
    plots: Vec<(Html, Html)>,
    /// Whether an experiment gave other results than one rank.
    differs: bool,
}

impl Experiments {
    /// Reads the folder of results.
    pub(super) fn new(folder: &Path, troubles: &mut Vec<Trouble>) -> Self {
        let mut all = Vec::new();
        let mut differs = false;
        let read = csv_rows(&folder.join(FILE), FILE, &COLUMNS, |row| {
            differs |= row[IDENTICAL].eq_ignore_ascii_case("false");
            if all.len() < LISTED {
                all.push(GridRow::new(row.iter().map(|cell| rounded(cell))));
            }
        });
        if let Err(trouble) = read {
            troubles.push(trouble);
        }
        let head =
            |name: &&str| -> Head { if WORDS.contains(name) { words(name) } else { number(name) } };
        let heads = COLUMNS.iter().map(head).collect();
        let caption = "Experiments by dataset, mode, ranks and threads";
        Self {
            table: (!all.is_empty()).then(|| {
                Grid::new("experiments-table", caption, heads).with(all).without_empty().long()
            }),
            plots: plots(folder),
            differs,
        }
    }
}

/// A number to four digits, and any other cell as it is.
fn rounded(cell: &str) -> String {
    match cell.parse::<f64>() {
        Ok(value) if cell.contains('.') => crate::html::numbers::real(value),
        _ => cell.to_owned(),
    }
}

/// The plots of the results by name.
fn plots(folder: &Path) -> Vec<(Html, Html)> {
    let folder = fs::read_dir(folder.join(PLOT_FOLDER));
    let entries = folder.into_iter().flatten().flatten().map(|entry| entry.path());
    let is_plot = |path: &std::path::PathBuf| {
        let is_small = path.metadata().is_ok_and(|it| it.is_file() && it.len() <= PLOT_BYTES);
        is_small && path.extension().is_some_and(|extension| extension == "svg")
    };
    let mut files: Vec<_> = entries.filter(is_plot).collect();
    files.sort();
    let plots = files.iter().take(PLOTS).enumerate();
    plots.filter_map(|(n, path)| element(&fs::read_to_string(path).ok()?, n)).collect()
}

/// Whether what follows a `<` is the tag of an element that a plot has, with the attributes that a plot has.
fn is_plain(part: &str) -> bool {
    let Some((tag, _)) = part.split_once('>') else { return false };
    let tag = tag.trim_start_matches('/').trim_end_matches('/');
    let mut words = tag.splitn(2, |c: char| c.is_ascii_whitespace());
    let is_element = words.next().is_some_and(|name| ELEMENTS.contains(&name));
    let attributes = words.next().unwrap_or_default();
    // What stands before each value: values hold no quotes, and what is between them is names.
    let mut pieces = attributes.split('"');
    is_element
        && std::iter::from_fn(|| Some((pieces.next()?, pieces.next()))).all(|(name, value)| {
            match (name.trim().strip_suffix('='), value) {
                (Some("xmlns"), Some(value)) => value == "http://www.w3.org/2000/svg",
                (Some(name), Some(value)) => {
                    // A parenthesis may be that of an address.
                    let is_turned = name == "transform" || !value.contains('(');
                    ATTRIBUTES.contains(&name)
                        && is_turned
                        && !value.contains([':', '&', ';', '\\'])
                }
                _ => name.trim().is_empty() && value.is_none(),
            }
        })
}

/// The element of a plot that `plot::svg_file` has written, with names of its own; `None` of any other file, which
/// might hold a script or ask for something.
fn element(file: &str, n: usize) -> Option<(Html, Html)> {
    let svg = &file[file.find("<svg ")?..];
    let is_ours = svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=")
        && svg.contains("<title id=\"plot-title\">")
        && svg.contains("<desc id=\"plot-desc\">")
        && svg.trim_end().ends_with("</svg>");
    let is_plain = svg.split('<').skip(1).all(is_plain);
    if !(is_ours && is_plain) {
        return None;
    }
    let ground = svg.find("<rect").and_then(|at| Some((at, at + svg[at..].find("/>")? + 2)));
    let svg = match ground {
        // The page has a ground of its own.
        Some((from, to)) if svg[from..to].contains("fill=\"#fff\"") => {
            format!("{}{}", &svg[..from], &svg[to..])
        }
        _ => svg.to_owned(),
    };
    let title = svg.split_once("<title id=\"plot-title\">")?.1.split_once('<')?.0.to_owned();
    let svg = compact(&svg)
        .replace("plot-title", &format!("experiment-{n}-title"))
        .replace("plot-desc", &format!("experiment-{n}-desc"));
    Some((Html(title), Html(svg)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::{Bars, svg_file};

    #[test]
    fn all_columns_are_those_of_the_table() {
        let header = crate::experiments::experiments_header().unwrap();
        let header = String::from_utf8(header).unwrap();
        for column in COLUMNS {
            assert!(header.trim_end().split(',').any(|name| name == column), "{column}");
        }
    }

    #[test]
    fn only_plots_of_ours_are_taken() {
        let ours = svg_file(&Bars { title: "t".into(), ..Bars::default() }).unwrap();
        let (title, Html(taken)) = element(&ours, 3).unwrap();
        assert_eq!(title.0, "t");
        assert!(
            taken.contains("experiment-3-title") && !taken.contains("fill=\"#fff\""),
            "{taken}"
        );
        let hostile = [
            ours.replace("</svg>", "<script>alert(1)</script></svg>"),
            ours.replace("</svg>", "<image href=\"http://x/\"/></svg>"),
            ours.replace("</svg>", "<rect onload=\"x\"/></svg>"),
            "<svg></svg>".to_owned(),
            String::new(),
        ];
        assert!(hostile.iter().all(|file| element(file, 0).is_none()));
    }
}
