//! Fonts: a folder in, those of its TrueType fonts out that devices' screens look like.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use ab_glyph::FontVec;

use super::super::SampleError;

/// Where Debian's packages put them.
const FOLDER: &str = "/usr/share/fonts/truetype";
/// The packages that have them, as [`SampleError::NoFonts`] names them.
pub(in crate::sample) const PACKAGES: &str = "fonts-dejavu-core, fonts-liberation, fonts-freefont-ttf, \
    fonts-hack, fonts-roboto-unhinted, fonts-terminus";

/// Starts of file names, each with the smallest size in pixels at which the font is read with ease.
const WANTED: [(&str, u32); 18] = [
    ("DejaVuSans.ttf", 8),
    ("DejaVuSans-Bold.ttf", 9),
    ("DejaVuSansMono.ttf", 8),
    ("DejaVuSansMono-Bold.ttf", 9),
    ("DejaVuSerif.ttf", 11),
    ("FreeMonoBold.ttf", 11),
    ("FreeSans.ttf", 10),
    ("FreeSansBold.ttf", 10),
    ("Hack-Bold.ttf", 9),
    ("Hack-Regular.ttf", 8),
    ("LiberationMono-Regular.ttf", 10),
    ("LiberationSans-Bold.ttf", 10),
    ("LiberationSans-Regular.ttf", 9),
    ("LiberationSansNarrow-Regular.ttf", 12),
    ("LiberationSerif-Regular.ttf", 12),
    ("Roboto-Regular.ttf", 9),
    ("RobotoCondensed-Regular.ttf", 11),
    ("TerminusTTF", 12),
];

/// A font.
#[derive(Debug)]
pub(super) struct Font {
    pub(super) name: String,
    pub(super) smallest: u32,
    pub(super) outlines: FontVec,
}

/// The fonts that are installed, always in the same order; at least one.
pub(super) fn installed() -> Result<Vec<Font>, SampleError> {
    let mut files = BTreeMap::new();
    collect(Path::new(FOLDER), 4, &mut files);
    let mut fonts = Vec::new();
    for (start, smallest) in WANTED {
        let found = files.iter().find(|(name, _)| name.starts_with(start));
        let Some((name, path)) = found else { continue };
        let unusable = |_| io::Error::other(format!("{name} is no font"));
        let outlines = FontVec::try_from_vec(std::fs::read(path)?).map_err(unusable)?;
        let name = name.trim_end_matches(".ttf").to_owned();
        fonts.push(Font { name, smallest, outlines });
    }
    if fonts.is_empty() { Err(SampleError::NoFonts) } else { Ok(fonts) }
}

/// The font files below a folder by name. What cannot be read is not there.
fn collect(folder: &Path, depth: u32, files: &mut BTreeMap<String, PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() && depth > 0 {
            collect(&path, depth - 1, files);
        } else if path.extension().is_some_and(|extension| extension == "ttf") {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            files.insert(name, path);
        }
    }
}
