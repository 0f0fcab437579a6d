//! The commands, one file each.

mod conclude;
pub mod generate;
mod halt;
pub mod keygen;
mod machine;
mod output;
mod parcel;
mod progress;
pub mod run;
pub mod verify;

pub use conclude::Conclusion;
pub use halt::Halt;
