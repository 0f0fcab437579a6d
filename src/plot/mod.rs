//! Plots: a [`Chart`] in, an SVG or a PNG out. One drawing makes both, so that they show the same.
//!
//! An SVG takes its ink from the page around it (`currentColor`), so that it is as readable on a dark page as on a
//! light one, and carries its text alternative. Letters are of one small font that comes with the program: neither
//! the machine that draws nor the one that shows needs any.

mod bars;
mod boxes;
mod cells;
mod curves;
mod gantt;
mod histogram;
pub mod lines;
mod strips;
mod style;
mod ticks;

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::register_font;

pub use bars::{Bar, Bars};
pub use boxes::{BoxRow, Boxes};
pub use cells::Cells;
pub use curves::Curves;
pub use gantt::{Gantt, GanttRow};
pub use histogram::Histogram;
pub use strips::{Strip, Strips};
pub use style::{INK, Marker, OKABE_ITO, dash, faint, font};
pub use ticks::{short, ticks};

/// Why a plot cannot be drawn.
#[derive(Debug, thiserror::Error)]
pub enum PlotError {
    /// What the library says.
    #[error("a plot cannot be drawn: {0}")]
    Drawing(String),
    /// The font that comes with the program is damaged.
    #[error("a plot cannot be drawn: its font is damaged")]
    Font,
    /// What the encoder says.
    #[error("a plot cannot be written as PNG: {0}")]
    Png(#[from] png::EncodingError),
}

impl<E: std::error::Error + Send + Sync> From<DrawingAreaErrorKind<E>> for PlotError {
    fn from(error: DrawingAreaErrorKind<E>) -> Self {
        Self::Drawing(error.to_string())
    }
}

/// What is drawn on.
pub type Paper<'a, DB> = DrawingArea<DB, Shift>;

/// Something that can be drawn.
pub trait Chart {
    /// Width and height in pixels.
    fn size(&self) -> (u32, u32);

    /// What the plot is, in a few words.
    fn title(&self) -> String;

    /// What the plot shows, for who cannot see it: axes, units, and what the values come to.
    fn description(&self) -> String;

    /// Draws it. The paper has no ground and no title.
    fn draw<DB: DrawingBackend>(&self, paper: &DrawingArea<DB, Shift>) -> Result<(), PlotError>;
}

/// The plot as an element of a page: `id` begins the names of its parts and is unique on the page.
pub fn svg_element(chart: &impl Chart, id: &str) -> Result<String, PlotError> {
    let drawn = drawn_svg(chart)?;
    let inside = drawn.find("<svg").and_then(|at| Some(at + drawn[at..].find('>')? + 1));
    let inside = inside.ok_or_else(|| PlotError::Drawing("no element was drawn".to_owned()))?;
    let (width, height) = chart.size();
    let head = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" role=\"img\" \
         aria-labelledby=\"{id}-title {id}-desc\">\n<title id=\"{id}-title\">{}</title>\n\
         <desc id=\"{id}-desc\">{}</desc>",
        escaped(&chart.title()),
        escaped(&chart.description()),
    );
    Ok(head + &drawn[inside..].replace(INK_IN_SVG, "currentColor"))
}

/// The plot as a file of its own, black on white.
pub fn svg_file(chart: &impl Chart) -> Result<String, PlotError> {
    let (width, height) = chart.size();
    let ground = format!("<rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>");
    let element = svg_element(chart, "plot")?.replacen("</desc>", &format!("</desc>\n{ground}"), 1);
    Ok(format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{element}"))
}

/// The plot as a PNG, black on white.
pub fn png(chart: &impl Chart) -> Result<Vec<u8>, PlotError> {
    ready()?;
    let (width, height) = chart.size();
    let mut pixels = vec![0; width as usize * height as usize * 3];
    {
        let paper = BitMapBackend::with_buffer(&mut pixels, (width, height)).into_drawing_area();
        paper.fill(&WHITE)?;
        chart.draw(&paper)?;
        paper.present()?;
    }
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::High);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&pixels)?;
    writer.finish()?;
    Ok(file)
}

/// [`INK`] as the library writes it.
const INK_IN_SVG: &str = "#010203";

/// What the library makes of a chart.
fn drawn_svg(chart: &impl Chart) -> Result<String, PlotError> {
    ready()?;
    let mut drawn = String::new();
    {
        let paper = SVGBackend::with_string(&mut drawn, chart.size()).into_drawing_area();
        chart.draw(&paper)?;
        paper.present()?;
    }
    Ok(drawn)
}

/// `DejaVu` Sans: ASCII and a few signs of it, without hints.
static SANS: &[u8] = include_bytes!("sans.ttf");

/// Makes the font known to the library.
fn ready() -> Result<(), PlotError> {
    register_font("sans-serif", FontStyle::Normal, SANS).map_err(|_| PlotError::Font)
}

/// Text inside of an element.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
