//! The built-in stages of every chain: `read` makes records of files, `write` and `collect` make
//! files of records.
//!
//! What they make stands in a staging folder, below [`FILES`] and under [`COLLECTED`], until all of
//! the chain has ended well; then whoever runs the chain gives it its place by one renaming.

mod collect;
mod doubles;
mod name;
mod read;
mod write;

pub use collect::Collect;
pub use doubles::settle;
pub use read::Read;
pub use write::Write;

/// In the staging folder: the folder of what `write` has made.
pub const FILES: &str = "files";
/// In the staging folder: the file of `collect`.
pub const COLLECTED: &str = "collected";
/// In the staging folder: files whose names others have.
const DOUBLES: &str = "doubles";
/// In the staging folder: files that are not whole.
const PARTS: &str = "parts";
