//! Schedules: who does which file. `static` deals the whole list before the work begins.

mod fixed;

pub use fixed::deal;
