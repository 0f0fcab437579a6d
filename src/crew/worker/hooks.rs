//! Faults for the tests, compiled with the feature `test-hooks` alone: a file whose name says so makes
//! the thread that takes it misbehave, as a codec might at a hostile file.

use std::hint::{black_box, spin_loop};
use std::time::Duration;

use rustix::process::{Signal, getpid, kill_process};

use crate::manifest::FileEntry;

/// Does what the file's name asks for, if it asks for anything.
pub(in crate::crew) fn misbehave(entry: &FileEntry) {
    let name = entry.path.file_name().unwrap_or_default().to_string_lossy();
    match name.strip_prefix("poison-").and_then(|rest| rest.split('.').next()) {
        Some("abort") => std::process::abort(),
        // The runtime takes the first for a stack overflow that it wants to tell of.
        Some("segfault") => loop {
            signal(Signal::SEGV);
            std::thread::sleep(Duration::from_millis(1));
        },
        Some("overflow") => drop(recurse(0)),
        Some("loop") => loop {
            spin_loop();
        },
        Some("hang") => std::thread::sleep(Duration::from_secs(3600)),
        Some("memory") => eat(),
        Some("killed") => signal(Signal::KILL),
        Some("slow") => std::thread::sleep(Duration::from_millis(500)),
        _ => {}
    }
}

fn signal(signal: Signal) {
    kill_process(getpid(), signal).expect("a process may signal itself");
}

fn recurse(depth: u64) -> u64 {
    let frame = [depth; 64];
    if depth == u64::MAX { 0 } else { recurse(depth + 1) + black_box(frame)[7] }
}

fn eat() {
    let mut eaten: Vec<Vec<u8>> = Vec::new();
    loop {
        eaten.push(black_box(vec![1; 16 << 20]));
    }
}
