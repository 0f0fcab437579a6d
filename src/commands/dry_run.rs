//! `sauva run --dry-run`: files in, what the profile would do to their attributes out, by tag and
//! without values. Nothing is written.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path as FilePath, PathBuf};

use anyhow::{Result, bail};
use rayon::prelude::*;

use super::threads::{all_cores, threads};
use super::{Conclusion, keygen};
use crate::cli::{RunArgs, WorkArgs, redactor};
use crate::config::ConfigError;
use crate::dataset::Tag;
use crate::deident::{Deidentifier, Key, Outcome, Path, Pseudonyms, Rules, keyword};
use crate::read::{Limits, ReadError, read};
use crate::record::ExitStatus;
use crate::redact::Redactor;
use crate::scan::scan;

/// Where there is no key yet: nothing that it makes is shown, and it knows no work of its own.
const ANY_KEY: [u8; 32] = [0; 32];

/// What would become of the files seen so far.
#[derive(Debug, Default)]
struct Tally {
    files: usize,
    /// By attribute and outcome, how often.
    outcomes: BTreeMap<(Path, Outcome), usize>,
    /// By class and message, how many files.
    refused: BTreeMap<(&'static str, String), usize>,
    not_dicom: usize,
}

impl Tally {
    fn add(mut self, other: Self) -> Self {
        self.files += other.files;
        self.not_dicom += other.not_dicom;
        for (key, count) in other.outcomes {
            *self.outcomes.entry(key).or_default() += count;
        }
        for (key, count) in other.refused {
            *self.refused.entry(key).or_default() += count;
        }
        self
    }

    fn refuse(&mut self, class: &'static str, message: String) {
        self.refused.insert((class, message), 1);
    }
}

/// Looks at every file; returns what to tell.
pub fn execute(args: RunArgs) -> Result<Conclusion> {
    let RunArgs { input, rules, pixel_risk, pixel_rules, work, .. } = args;
    let WorkArgs { key_file, threads: wanted, max_depth, .. } = work;
    let profile = rules.resolve()?;
    let redactor = redactor(&profile, pixel_risk, &pixel_rules)?;
    let input = input.canonicalize().map_err(|error| ConfigError::Input(error.kind()))?;
    let key = match keygen::load_existing(key_file.as_deref()) {
        Err(error) if key_file.is_some() => return Err(error),
        known => {
            known.ok().or_else(|| Key::from_bytes(&ANY_KEY)).expect("it is of the right length")
        }
    };
    let (files, others) = files(&input, &key);
    if files.is_empty() {
        bail!("--input: no file to look at");
    }
    let title = format!("profile {}, {}", profile.name, options_of(&profile.options.to_string()));
    let deidentifier = Deidentifier::new(&key, profile);
    let limits = Limits { depth: max_depth.into(), ..Limits::default() };
    let pool = wanted.map_or_else(all_cores, threads)?;
    let look = |path: &PathBuf| look(path, &limits, &redactor, &deidentifier);
    let tally = pool.install(|| files.par_iter().map(look).reduce(Tally::default, Tally::add));
    let status = if tally.refused.is_empty() { ExitStatus::Done } else { ExitStatus::Quarantined };
    Ok(Conclusion { status, text: tell(&title, &tally, others, deidentifier.rules())? })
}

fn options_of(options: &str) -> &str {
    if options.is_empty() { "no options" } else { options }
}

/// The files to look at, and how many other names stand among them.
fn files(input: &FilePath, key: &Key) -> (Vec<PathBuf>, usize) {
    if !input.is_dir() {
        return (vec![input.to_owned()], 0);
    }
    let found = scan(input, &Pseudonyms::new(key), &|| true);
    (found.files.iter().map(|file| input.join(&file.path)).collect(), found.others.len())
}

fn look(
    path: &FilePath,
    limits: &Limits,
    redactor: &Redactor,
    deidentifier: &Deidentifier,
) -> Tally {
    let mut tally = Tally { files: 1, ..Tally::default() };
    let looked = catch_unwind(AssertUnwindSafe(|| {
        let original = match read(path, limits) {
            Ok(original) => original,
            Err(ReadError::NotDicom(_)) => {
                tally.not_dicom = 1;
                return;
            }
            Err(error) => return tally.refuse(error.class(), error.to_string()),
        };
        if let Some(error) = redactor.refuses(&redactor.suspect(&original)) {
            return tally.refuse(error.class(), error.to_string());
        }
        match deidentifier.preview(original) {
            Ok(outcomes) => {
                for outcome in outcomes {
                    *tally.outcomes.entry(outcome).or_default() += 1;
                }
            }
            Err(error) => tally.refuse(error.class(), error.to_string()),
        }
    }));
    if looked.is_err() {
        tally.refuse("panic", "an internal check failed".into());
    }
    tally
}

fn tell(title: &str, tally: &Tally, others: usize, rules: &Rules) -> Result<String> {
    let mut text = String::new();
    writeln!(text, "Nothing is written: {title}\n")?;
    writeln!(text, "  {:<9} {:>8}  {:<34}  attribute, and the rule", "outcome", "count", "tag")?;
    for ((path, outcome), count) in &tally.outcomes {
        let tags = path.iter().map(Tag::to_string).collect::<Vec<_>>().join(" > ");
        let tag = *path.last().expect("a path ends in its attribute");
        let (keyword, reason) = match outcome {
            Outcome::Added => (keyword(tag), "says what was done".into()),
            _ => (keyword(tag), rules.reason(tag)),
        };
        writeln!(text, "  {:<9} {count:>8}  {tags:<34}  {keyword}, {reason}", outcome.name())?;
    }
    let refused: usize = tally.refused.values().sum();
    if refused > 0 {
        writeln!(text, "\n  would be quarantined, before any pixel is looked at:")?;
    }
    for ((class, message), count) in &tally.refused {
        writeln!(text, "  {class:<20} {count:>8}  {message}")?;
    }
    let looked_at = tally.files - refused - tally.not_dicom;
    write!(
        text,
        "\n  {} files: {looked_at} would be de-identified and handed on to the codec, ",
        tally.files
    )?;
    writeln!(text, "{refused} quarantined, {} are not DICOM", tally.not_dicom)?;
    if others > 0 {
        writeln!(text, "  {others} links and special files would not be opened")?;
    }
    Ok(text)
}
