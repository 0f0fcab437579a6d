//! `sauva generate`: options in, a synthetic tree of DICOM files out.

use anyhow::{Context, Error, Result};

use crate::cli::GenerateArgs;
use crate::sample::{
    BURNED_IN, SampleError, SampleOptions, TOKENS, generate, generate_burned_in, generate_planted,
};

/// Writes the tree; returns what to tell.
pub fn execute(args: &GenerateArgs) -> Result<String> {
    if args.planted {
        let report = generate_planted(args.seed, &args.output).context("--output")?;
        return Ok(format!("{} files, {TOKENS} lists what is planted where", report.files));
    }
    if args.burned_in {
        let report = generate_burned_in(args.count, args.seed, &args.output).map_err(|error| {
            let is_output = !matches!(error, SampleError::NoFonts);
            Error::new(error).context(if is_output { "--output" } else { "--burned-in" })
        })?;
        let megabytes = report.bytes as f64 / 1e6;
        return Ok(format!(
            "{} files, {megabytes:.1} MB, {BURNED_IN} lists which text is where",
            report.files
        ));
    }
    let options = SampleOptions { kind: args.kind.into(), count: args.count, seed: args.seed };
    let report = generate(&options, &args.output).context("--output")?;
    Ok(format!("{} files, {:.1} MB", report.files, report.bytes as f64 / 1e6))
}
