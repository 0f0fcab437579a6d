//! `sauva generate`: options in, a synthetic tree of DICOM files out.

use anyhow::{Context, Result};

use crate::cli::GenerateArgs;
use crate::sample::{SampleOptions, TOKENS, generate, generate_planted};

/// Writes the tree; returns what to tell.
pub fn execute(args: &GenerateArgs) -> Result<String> {
    if args.planted {
        let report = generate_planted(args.seed, &args.output).context("--output")?;
        return Ok(format!("{} files, {TOKENS} lists what is planted where", report.files));
    }
    let options = SampleOptions { kind: args.kind.into(), count: args.count, seed: args.seed };
    let report = generate(&options, &args.output).context("--output")?;
    Ok(format!("{} files, {:.1} MB", report.files, report.bytes as f64 / 1e6))
}
