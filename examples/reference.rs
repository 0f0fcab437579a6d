//! The reference pages of the guide, made from the code: `reference [FOLDER]` (docs/src/reference).

#![expect(clippy::unwrap_used, reason = "a helper of the documentation: what fails ends it")]

use std::path::PathBuf;

fn main() {
    let folder = std::env::args_os().nth(1).map_or("docs/src/reference".into(), PathBuf::from);
    std::fs::create_dir_all(&folder).unwrap();
    for (name, page) in sauva::reference::pages().unwrap() {
        std::fs::write(folder.join(name), page).unwrap();
    }
}
