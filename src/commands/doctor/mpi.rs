//! What the program was built with, who started it, and whether its MPI starts.

use std::process::{Command, Stdio};
use std::time::Duration;

use super::Asked;
use super::finding::Finding;
use crate::comm::{self, launcher};
use crate::stage::Stopwatch;

/// How long MPI may take to start.
const PATIENCE: Duration = Duration::from_secs(60);
const NAP: Duration = Duration::from_millis(20);

/// Features of the build.
pub(super) fn build(_: &Asked<'_>) -> Finding {
    let has = |is_there: bool, what: &str| {
        format!("{} {what}", if is_there { "with" } else { "without" })
    };
    let jpeg_2000 = has(cfg!(feature = "jpeg-2000"), "JPEG 2000");
    let text = format!("{}, {jpeg_2000}", has(cfg!(feature = "mpi"), "MPI"));
    if cfg!(feature = "mpi") {
        Finding::ok("build", text)
    } else {
        let advice = "enough for one machine; for several, build with --features mpi";
        Finding::ok("build", text).advise(advice)
    }
}

/// Whether the ranks are those that a launcher started.
pub(super) fn launcher(asked: &Asked<'_>) -> Finding {
    let topic = "launcher";
    if let Some(refusal) = asked.refusal {
        return Finding::fail(topic, refusal.to_string());
    }
    let size = asked.comm.size();
    match launcher::expected_ranks(|name| std::env::var(name).ok()) {
        Some((_, variable)) => {
            let name = launcher::name_of(variable);
            Finding::ok(topic, format!("{name} started {size} process(es), all joined"))
        }
        None => Finding::ok(topic, "none: one process, with a thread for each core"),
    }
}

/// Which MPI, and that it starts. Under a launcher it has started already.
pub(super) fn library(asked: &Asked<'_>) -> Option<Finding> {
    let library = comm::library_version()?;
    let topic = "MPI";
    if asked.refusal.is_some() {
        // The launcher's line says it.
        return Some(Finding::ok(topic, library));
    }
    let has_started = launcher::expected_ranks(|name| std::env::var(name).ok()).is_some();
    if has_started {
        return Some(Finding::ok(topic, format!("{library}, started")));
    }
    if let Err(why) = starts() {
        let text = format!("{library} does not start: {why}");
        let advice = "a run without mpirun works; for several ranks look at the modules and at LD_LIBRARY_PATH";
        return Some(Finding::warn(topic, text, advice));
    }
    let text = format!("{library}, starts");
    Some(match mpirun() {
        None => Finding::warn(
            topic,
            format!("{text}; no mpirun is on the PATH"),
            "load the module of this MPI",
        ),
        Some(other) if family(&other) != family(&library) => {
            let text = format!("{text}; but the mpirun on the PATH is of {other}");
            Finding::warn(
                topic,
                text,
                "start ranks with the mpirun of the MPI that it was built with",
            )
        }
        Some(_) => Finding::ok(topic, text),
    })
}

/// Starts MPI in a process of its own: one that fails may take its process with it.
fn starts() -> Result<(), String> {
    let cannot = |error: std::io::Error| crate::storage::in_words(&error);
    let program = std::env::current_exe().map_err(cannot)?;
    let mut child = Command::new(program);
    child.args(["doctor", "--start-mpi"]).stdin(Stdio::null());
    let mut child = child.stdout(Stdio::null()).stderr(Stdio::null()).spawn().map_err(cannot)?;
    let started = Stopwatch::start();
    loop {
        match child.try_wait().map_err(cannot)? {
            Some(status) if status.success() => return Ok(()),
            Some(status) => return Err(status.to_string()),
            None if started.elapsed() > PATIENCE => {
                child.kill().and_then(|()| child.wait()).ok();
                return Err(format!("no answer in {} s", PATIENCE.as_secs()));
            }
            None => std::thread::sleep(NAP),
        }
    }
}

/// The MPI of the mpirun that would be found, by its own words.
fn mpirun() -> Option<String> {
    let asked = Command::new("mpirun").arg("--version").stdin(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&asked.stdout).into_owned();
    Some(match family(&text) {
        Some(family) => family.to_owned(),
        None => "an MPI that is not known".to_owned(),
    })
}

/// Which MPI a text speaks of. MPICH's launcher is Hydra, Intel's too.
fn family(text: &str) -> Option<&'static str> {
    let of = |word: &str| text.to_lowercase().contains(word);
    if of("open mpi") || of("openrte") || of("prrte") {
        Some("Open MPI")
    } else if of("intel") {
        Some("Intel MPI")
    } else if of("mpich") || of("hydra") {
        Some("MPICH")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_mpi_is_known_by_its_words() {
        for (text, name) in [
            ("mpirun (Open MPI) 4.1.4", Some("Open MPI")),
            ("Open MPI v5.0.3", Some("Open MPI")),
            ("HYDRA build details:\n    Version: 4.0.2", Some("MPICH")),
            ("MPICH 4.0.2", Some("MPICH")),
            ("Intel(R) MPI Library for Linux* OS, Version 2021.9", Some("Intel MPI")),
            ("jsrun 10", None),
        ] {
            assert_eq!(family(text), name, "{text}");
        }
    }
}
