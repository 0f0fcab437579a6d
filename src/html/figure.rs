//! A plot of the page with what it shows as a table: a chart in, HTML out.

use std::fmt;

use askama::Template;

use super::grid::Grid;
use crate::plot::{Chart, PlotError, svg_element};

/// HTML that a template or the plots have made.
#[derive(Debug, Clone, Default)]
pub(crate) struct Html(pub(crate) String);

impl fmt::Display for Html {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(&self.0)
    }
}

impl askama::filters::HtmlSafe for Html {}

/// A plot.
#[derive(Debug, Template)]
#[template(path = "figure.html", config = "src/html/askama.toml")]
pub(crate) struct Figure {
    name: String,
    svg: Html,
    /// What stands below it.
    note: String,
    data: Grid,
}

impl askama::filters::HtmlSafe for Figure {}

impl Figure {
    /// Draws a chart. The table has what it shows; its id is that of the plot too.
    pub(crate) fn new(
        chart: &impl Chart,
        note: impl Into<String>,
        data: Grid,
    ) -> Result<Self, PlotError> {
        let svg = Html(compact(&svg_element(chart, &format!("{}-plot", data.id))?));
        Ok(Self { name: chart.title(), svg, note: note.into(), data })
    }
}

/// What the library writes for each shape and every browser takes for granted, left out: a third of a page.
pub(crate) fn compact(svg: &str) -> String {
    svg.replace(" opacity=\"1\"", "")
        .replace(" stroke=\"none\"", "")
        .replace(" font-family=\"sans-serif\"", "")
}
