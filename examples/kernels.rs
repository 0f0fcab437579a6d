//! Does one piece of the work on a file, for `scripts/bench_check.sh`, which counts its instructions:
//!
//! - `kernels make FOLDER`: writes the synthetic slice that all work on
//! - `kernels list`: the names
//! - `kernels machine`: the instructions beyond the baseline that a program finds here
//! - `kernels run NAME FOLDER`: does it twice: once to fill tables and memory, and once in a function of its own name
#![expect(clippy::print_stdout, reason = "what was asked for goes to the terminal")]

#[path = "../benches/kernels/mod.rs"]
mod kernels;

use std::any::Any;
use std::hint::black_box;
use std::path::Path;
use std::rc::Rc;

use anyhow::Context;
use kernels::{KERNELS, Slice, Work};

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["make", folder] => Slice::make(Path::new(folder)),
        ["list"] => KERNELS.iter().for_each(|kernel| println!("{}", kernel.name)),
        ["machine"] => println!("{}", machine()),
        ["run", name, folder] => return run(name, Path::new(folder)),
        _ => anyhow::bail!("say make FOLDER, list, machine, or run NAME FOLDER"),
    }
    Ok(())
}

fn run(name: &str, folder: &Path) -> anyhow::Result<()> {
    let kernel = KERNELS.iter().find(|kernel| kernel.name == name);
    let kernel = kernel.with_context(|| format!("there is no {name}: see kernels list"))?;
    // What is shared among threads is done by the one that asks, where callgrind counts it.
    let alone = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build()?;
    alone.install(|| {
        let prepare = (kernel.of)(&Rc::new(Slice::open(folder)));
        drop(prepare()());
        drop(counted(black_box(prepare())));
    });
    Ok(())
}

/// By its name callgrind knows when to count.
#[inline(never)]
fn counted(work: Work) -> Box<dyn Any> {
    black_box(work())
}

/// The architecture, and the sets of instructions that hot loops ask for.
fn machine() -> String {
    let mut found = vec![std::env::consts::ARCH];
    #[cfg(target_arch = "x86_64")]
    {
        let sets = [
            ("sse4.1", is_x86_feature_detected!("sse4.1")),
            ("avx2", is_x86_feature_detected!("avx2")),
            ("bmi1", is_x86_feature_detected!("bmi1")),
            ("bmi2", is_x86_feature_detected!("bmi2")),
            ("lzcnt", is_x86_feature_detected!("lzcnt")),
            ("sha", is_x86_feature_detected!("sha")),
            ("avx512f", is_x86_feature_detected!("avx512f")),
        ];
        found.extend(sets.into_iter().filter(|(_, is_there)| *is_there).map(|(name, _)| name));
    }
    found.join(" ")
}
