//! A tree that holds an invented token in every place where an identity may hide: a seed in, files in
//! five encodings out, and the list of what stands where. A de-identifier runs over the tree, then its
//! output is searched: no token may be found.

mod attributes;
mod charsets;
mod codestreams;
mod disguise;
mod documents;
mod header;
mod picture;
mod pixels;
mod private;
mod refused;
mod repeated;
mod scene;
mod token;
mod wire;

use std::io;
use std::path::Path;

use super::{SampleError, SampleReport, new_folder};
pub use scene::{Expected, PlantedFile};
pub use token::PlantedToken;

use scene::Scene;
use token::Planter;
use wire::Wire;

/// The list of tokens beside the files: item, token, place.
pub const TOKENS: &str = "tokens.csv";

/// Writes a planted tree below `output`, which may not exist or must be empty, and the list of its
/// tokens, `tokens.csv`, beside the files.
pub fn generate_planted(seed: u64, output: &Path) -> Result<SampleReport, SampleError> {
    new_folder(output)?;
    let tree = Tree::of(seed);
    let mut report = SampleReport { files: tree.files.len(), bytes: 0 };
    for file in &tree.files {
        let path = output.join(&file.path);
        std::fs::create_dir_all(path.parent().unwrap_or(output))?;
        std::fs::write(path, &file.bytes)?;
        report.bytes += file.bytes.len() as u64;
    }
    write_list(&tree.tokens, &output.join(TOKENS))?;
    Ok(report)
}

fn write_list(tokens: &[PlantedToken], path: &Path) -> io::Result<()> {
    let mut list = csv::Writer::from_path(path)?;
    list.write_record(["item", "token", "place"])?;
    for PlantedToken { token, place, item } in tokens {
        list.write_record([&item.to_string(), token, place])?;
    }
    list.flush()
}

/// Every token that [`generate_planted`] plants with this seed: unique, of 14 capitals and digits, or
/// a UID. Each stands in one place, as these bytes; of some, a second place is named too. None may be
/// found in what a de-identifier writes, whatever the case and also in UTF-16.
///
/// The items are those of the project's list of hiding places; 0 stands for a row of PS3.15 Table
/// E.1-1 that the list does not name.
///
/// ```
/// let tokens = sauva::sample::planted_tokens(1);
/// let of_deflated = tokens.iter().filter(|token| token.place.starts_with("deflated"));
/// assert!(of_deflated.count() > 100);
/// ```
pub fn planted_tokens(seed: u64) -> Vec<PlantedToken> {
    Tree::of(seed).tokens
}

/// The dates of the tree as they are spelled. Digits may stand by chance in a long number: look for
/// these in whole values, not in all bytes.
pub fn planted_dates(seed: u64) -> Vec<PlantedToken> {
    Tree::of(seed).dates
}

/// The files of the tree, and what has to become of each.
pub fn planted_files(seed: u64) -> Vec<PlantedFile> {
    Tree::of(seed).files
}

struct Tree {
    files: Vec<PlantedFile>,
    tokens: Vec<PlantedToken>,
    dates: Vec<PlantedToken>,
}

/// What makes scenes, in the order of the list.
const SCENES: [fn(&mut Planter) -> Vec<Scene>; 7] = [
    header::scenes,
    private::scenes,
    disguise::scenes,
    repeated::scenes,
    charsets::scenes,
    documents::scenes,
    pixels::scenes,
];

impl Tree {
    fn of(seed: u64) -> Self {
        let mut planter = Planter::new(seed);
        let mut files = Vec::new();
        for wire in Wire::ALL {
            planter.turn_to(wire);
            let folder = format!("DOE_{}_1931", planter.word(64, "folder"));
            let mut scenes: Vec<Scene> =
                SCENES.iter().flat_map(|make| make(&mut planter)).collect();
            if wire == Wire::Encapsulated {
                scenes.extend(codestreams::scenes(&mut planter));
            }
            scenes.extend(refused::scenes(&mut planter));
            files.extend(scenes.into_iter().map(|scene| scene.file(wire, &folder)));
        }
        Self { files, tokens: planter.tokens, dates: planter.dates }
    }
}

#[cfg(test)]
mod tests;
