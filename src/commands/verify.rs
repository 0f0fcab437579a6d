//! `sauva verify`: an output folder in, the exit code and what to tell out. Touches nothing there.

use std::fmt::Write;
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};

use super::lock::live_holder;
use super::output::{SUMMARY, profile_of, settings_of};
use super::threads::all_cores;
use super::{Conclusion, keygen};
use crate::audit::{Audit, Finding, Kind, MadeWith, Origin, audit, key_fingerprint};
use crate::cli::VerifyArgs;
use crate::config::input_folder;
use crate::deident::Rules;
use crate::record::ExitStatus;
use crate::storage::in_words;
use crate::write::STATE;

/// Findings of one kind that are listed.
const LISTED: usize = 20;

/// Checks an output; returns what to tell.
pub fn execute(args: &VerifyArgs) -> Result<Conclusion> {
    let VerifyArgs { output, input, key_file } = args;
    let output = output
        .canonicalize()
        .map_err(|error| anyhow!("OUT: the folder cannot be entered: {}", in_words(&error)))?;
    if let Some(held) = live_holder(&output.join(STATE)) {
        return Err(held.into());
    }
    check_is_finished(&output)?;
    let origin = match input {
        Some(input) => Some(origin(&output, input, key_file.as_deref())?),
        None => None,
    };
    let settings = settings_of(&output)?;
    let rules = Rules::new(settings.profile);
    let with = MadeWith { rules: &rules, crop: settings.crop, crop_images: settings.crop_images };
    let audit = all_cores()?.install(|| audit(&output, with, origin.as_ref()));
    let status = if audit.findings.is_empty() { ExitStatus::Done } else { ExitStatus::Check };
    Ok(Conclusion { status, text: tell(&audit)? })
}

fn check_is_finished(output: &Path) -> Result<()> {
    let state = output.join(STATE);
    if output.join(SUMMARY).exists() {
        return Ok(());
    }
    if state.is_dir() {
        bail!("OUT: the run did not finish: give the same `sauva run` command again to go on");
    }
    bail!("OUT: no output of `sauva run`: give the folder that was its --output");
}

fn origin(output: &Path, input: &Path, key_file: Option<&Path>) -> Result<Origin> {
    let input = input_folder(input)?;
    let key = keygen::load_existing(key_file).context("--input needs the key of that run")?;
    let origin = Origin::new(&input, &key, profile_of(output)?);
    if key_fingerprint(output).is_some_and(|told| told != origin.fingerprint()) {
        bail!("--key-file: not the key that this output was made with: give that one");
    }
    Ok(origin)
}

fn tell(audit: &Audit) -> Result<String> {
    let mut text = String::new();
    for kind in Kind::ALL {
        let found: Vec<&Finding> = audit.findings.iter().filter(|f| f.kind == kind).collect();
        if found.is_empty() {
            continue;
        }
        writeln!(text, "\n{}: {}", kind.title(), found.len())?;
        for Finding { place, what, .. } in found.iter().take(LISTED) {
            writeln!(text, "  {place}: {what}")?;
        }
        if found.len() > LISTED {
            writeln!(text, "  and {} more", found.len() - LISTED)?;
        }
    }
    writeln!(
        text,
        "\n  instances     {:>10}  digests, pixels, statistics, index",
        audit.instances
    )?;
    if audit.cropped > 0 {
        writeln!(text, "  cropped       {:>10}  digests, attributes, pixels", audit.cropped)?;
    }
    match audit.origin {
        Some((inputs, forms)) => {
            writeln!(text, "  inputs        {inputs:>10}  compared with the reports")?;
            writeln!(text, "  leak scan     {forms:>10}  forms of identifying values")?;
        }
        None => writeln!(text, "  leak scan     not done: it needs --input and the key")?,
    }
    if audit.uncompared > 0 {
        writeln!(
            text,
            "  uncompared    {:>10}  covered images whose inputs are JPEG 2000, which is not opened here",
            audit.uncompared
        )?;
    }
    match audit.findings.len() {
        0 => writeln!(text, "\n  all well")?,
        count => writeln!(text, "\n  {count} finding(s): do not hand this output on")?,
    }
    Ok(text)
}
