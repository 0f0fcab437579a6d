//! What the pages of a run are made of: tables, plots and a verdict in, HTML out that asks for nothing from anywhere, is
//! whole without its script, and is as readable on a dark screen as on a light one.

pub(crate) mod figure;
pub(crate) mod grid;
pub(crate) mod numbers;
pub(crate) mod page;
pub(crate) mod trouble;
pub(crate) mod verdict;

/// What a page starts with, and no other file.
pub(crate) const START: &str = "<!doctype html>\n<!-- A report of Sauva. -->\n";
