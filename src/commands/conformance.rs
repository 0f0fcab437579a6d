//! `sauva conformance`: a profile in, its conformance statement out.

use anyhow::Result;

use crate::cli::ConformanceArgs;
use crate::deident::conformance_statement;

/// Returns the statement.
pub fn execute(args: ConformanceArgs) -> Result<String> {
    Ok(conformance_statement(args.rules.resolve()?))
}
