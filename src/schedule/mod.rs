//! Schedules: who does which file. Files in as numbers and sizes, chunks of them for the ranks that ask
//! out. `static` deals the whole list before the work begins, `dynamic` gives to whoever is free.
//!
//! Nothing here talks: rank 0 tells the [`Dispatcher`] what the ranks say, and tells them what it says.

mod dispatcher;
mod waiting;

pub use dispatcher::{Dispatcher, Given};
pub use waiting::Waiting;
