//! The ledger: what every file became, settled once all records are in.

mod settle;

pub use settle::settle;
