//! De-identifies, losslessly compresses and measures trees of DICOM files on a cluster.
//!
//! `ARCHITECTURE.md` shows the house: a module imports only from the floors below it.

pub mod area;
pub mod attributes;
pub mod audit;
pub mod chain;
pub mod cli;
pub mod codec;
mod codestream;
pub mod comm;
pub mod commands;
pub mod config;
pub mod contours;
pub mod crew;
pub mod crop;
pub mod dataset;
pub mod deident;
pub mod dose;
pub mod encode;
pub mod expansion;
pub mod experiments;
mod html;
pub mod image;
pub mod instance;
pub mod ledger;
pub mod manifest;
pub mod map_report;
pub mod media;
pub mod memory;
mod numbers;
pub mod palette;
pub mod pipeline;
pub mod plot;
pub mod process;
pub mod programs;
pub mod query;
pub mod radiomics;
pub mod read;
pub mod record;
pub mod redact;
pub mod reference;
pub mod regions;
pub mod reidentification;
pub mod report;
pub mod results;
pub mod review;
pub mod sample;
pub mod scan;
pub mod schedule;
pub mod series;
pub mod sorting;
pub mod stage;
pub mod stats;
pub mod storage;
pub mod table;
pub mod terminal;
pub mod trace;
pub mod units;
pub mod volume;
pub mod write;

#[global_allocator]
static ALLOCATOR: memory::Allocator = memory::Allocator;
