//! What others may see of a run while it works.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::help::{Work, sample, sauva};

fn of_process(pid: &str, what: &str) -> String {
    let text = std::fs::read(Path::new("/proc").join(pid).join(what)).unwrap_or_default();
    String::from_utf8_lossy(&text).replace('\0', "\n")
}

#[test]
fn a_worker_process_tells_nothing_and_dies_with_its_rank() {
    let work = Work::new();
    let input = work.path("DOE_JANE");
    std::fs::create_dir(&input).unwrap();
    std::fs::copy(sample().join("objects/ct/CT_small.dcm"), input.join("poison-hang")).unwrap();
    let mut command = sauva(&["run", "--quiet", "--memory", "1G"]);
    command.arg("--input").arg(&input).arg("--output").arg(work.path("out"));
    command.arg("--key-file").arg(work.path("key")).env("PMIX_RANK", "0").env("SECRET", "JANE");
    let mut rank = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let in_flight = work.path("out/.sauva/journal/rank-00000.in-flight");
    for _ in 0..1000 {
        if std::fs::read_to_string(&in_flight).is_ok_and(|text| text.contains('+')) {
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    std::thread::sleep(Duration::from_millis(200));
    let children = format!("task/{0}/children", rank.id());
    let worker = of_process(&rank.id().to_string(), &children).trim().to_owned();
    assert!(!worker.is_empty() && !worker.contains(' '), "one worker: {worker}");
    assert!(of_process(&worker, "cmdline").ends_with("\nworker\n"));
    let environment = of_process(&worker, "environ");
    for word in ["JANE", "PMIX", "key"] {
        assert!(!environment.contains(word), "{word}");
    }
    for pid in [&worker, &rank.id().to_string()] {
        let limits = of_process(pid, "limits");
        let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
        assert_eq!(core.split_whitespace().nth(4), Some("0"), "{core}");
    }
    let limits = of_process(&worker, "limits");
    let space = limits.lines().find(|line| line.starts_with("Max address space")).unwrap();
    assert_ne!(space.split_whitespace().nth(3), Some("unlimited"), "{space}");
    for (path, mode) in [(".sauva", 0o700), (".sauva/journal", 0o700)] {
        let meta = std::fs::metadata(work.path("out").join(path)).unwrap();
        assert_eq!(meta.permissions().mode() & 0o777, mode, "{path}");
    }
    let mode = std::fs::metadata(&in_flight).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    kill_process(Pid::from_child(&rank), Signal::KILL).unwrap();
    rank.wait().unwrap();
    for _ in 0..500 {
        if of_process(&worker, "stat").is_empty() {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("the worker lives on");
}
