//! Units of work for programs of others: files that belong together, or the runs of a repetition, in; what each is
//! called and what its command line says out.

mod attempt;
mod grid;
mod level;
mod name;
mod template;

pub use attempt::{Attempt, Ended};
pub use grid::{Grid, GridError};
pub use level::{Level, label};
pub use name::{run_name, safe_name, safe_path};
pub use template::{Gang, Offer, Template, TemplateError, Values, variable_name};

/// A unit: what one start of a program is for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unit {
    /// Where its output goes, below the folder of all: unique, and safe as a path.
    pub name: String,
    /// The numbers of its files, in the order of their paths.
    pub files: Vec<u32>,
    /// What they come to.
    pub bytes: u64,
    /// Changes when a file is added, taken away or written to; 0 where there are none.
    pub content: u64,
}

impl Unit {
    /// What it is known by inside the program's own folder, whatever its number: 32 hexadecimal digits.
    pub fn id(&self) -> String {
        blake3::hash(self.name.as_bytes()).to_hex()[..32].to_owned()
    }
}
