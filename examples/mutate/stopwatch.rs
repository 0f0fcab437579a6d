//! A damaged file through the stages: paths in, how long the slowest took out, and those of which came
//! something that cannot be read again.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use sauva::dataset::encode_data_set;
use sauva::deident::{Deidentifier, Key, Profile};
use sauva::encode::{Encoder, Verify, decoded};
use sauva::instance::Encoded;
use sauva::read::{Limits, parse, read};
use sauva::redact::{PixelRisk, Redactor};
use sauva::stage::Stopwatch;

use crate::seed::part10;

/// What a damaged file may take.
const LIMIT_S: f64 = 2.0;

pub(crate) fn time(files: &[PathBuf]) -> ExitCode {
    // Panics are counted by the run; here they would only fill the screen.
    std::panic::set_hook(Box::new(|_| {}));
    let deidentifier = Deidentifier::new(&Key::from_bytes(&[7; 32]).unwrap(), Profile::basic());
    let encoder = Encoder::by_name("jpeg-ls", Verify::Full).unwrap();
    let redactor = Redactor { cleans: true, risk: PixelRisk::Accept, ..Redactor::default() };
    let mut times: Vec<(f64, &Path)> = Vec::with_capacity(files.len());
    let mut unreadable = 0;
    for file in files {
        let stopwatch = Stopwatch::start();
        let encoded = catch_unwind(AssertUnwindSafe(|| {
            let original = read(file, &Limits::default()).ok()?;
            let suspicion = redactor.suspect(&original);
            let instance = decoded(deidentifier.apply(original).ok()?).ok()?;
            let redaction = redactor.find(suspicion, &instance).ok()?;
            encoder.encode(instance, redaction).ok()
        }));
        times.push((stopwatch.seconds(), file));
        if let Ok(Some(encoded)) = encoded
            && let Err(error) = read_again(&encoded)
        {
            unreadable += 1;
            println!("{}: what is written cannot be read: {error}", file.display());
        }
    }
    times.sort_by(|a, b| b.0.total_cmp(&a.0));
    let slow = times.iter().filter(|(seconds, _)| *seconds > LIMIT_S).count();
    for (seconds, file) in times.iter().take(5.max(slow)) {
        println!("{seconds:8.3} s  {}", file.file_name().unwrap().display());
    }
    println!("slow: {slow}");
    println!("unreadable: {unreadable}");
    if slow + unreadable == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn read_again(encoded: &Encoded) -> Result<(), String> {
    let mut body = Vec::new();
    encode_data_set(&encoded.data_set, &mut body);
    let file = part10(&encoded.transfer_syntax, &body);
    parse(&file.into(), &Limits::default()).map(drop).map_err(|error| error.to_string())
}
