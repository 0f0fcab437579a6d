//! The commands, one file each.

mod conclude;
mod conduct;
pub mod conformance;
pub mod dry_run;
mod extras;
pub mod generate;
mod halt;
pub mod keygen;
mod last_words;
mod lock;
mod machine;
mod map;
mod output;
mod parcel;
mod plan;
mod prepare;
mod progress;
pub mod review;
pub mod run;
mod signals;
mod threads;
pub mod verify;

pub use conclude::Conclusion;
pub use halt::Halt;
