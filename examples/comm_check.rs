//! Checks `comm` under a real launcher; `scripts` run it as `mpirun -n N comm_check [MODE]`.
//!
//! - no mode: all collectives and crossing messages up to 64 MB; each rank prints `ok rank/size`
//! - `huge`: each rank sends 2.5 GB to the next, at once
//! - `idle`: how much of a core a rank uses that waits 3 s; fails from 5 %
//! - `latency`: the time of a request and its answer
//! - `bandwidth`: a broadcast of 256 MB
//! - `panic`, `error`: rank 1 panics, or leaves, while the others wait; the job must end with exit
//!   code 70
#![expect(clippy::print_stdout, reason = "an example reports by printing")]
#![expect(clippy::disallowed_methods, reason = "it measures the waiting itself")]

use std::time::{Duration, Instant};

use sauva::comm::{self, Comm, Patience, Tag};

fn main() -> anyhow::Result<()> {
    comm::abort_on_panic(70);
    let comm = comm::connect()?;
    match std::env::args().nth(1).as_deref() {
        None => all(&*comm),
        Some("huge") => cross(&*comm, 2_500_000_000),
        Some("bandwidth") => bandwidth(&*comm, 256_000_000),
        Some("idle") => idle(&*comm, Duration::from_secs(3))?,
        Some("latency") => latency(&*comm),
        Some("panic") => fail(&*comm, || panic!("rank 1 panics, as it was asked to"))?,
        Some("error") => fail(&*comm, || anyhow::bail!("rank 1 fails, as it was asked to"))?,
        Some(other) => anyhow::bail!("there is no mode {other}"),
    }
    let (rank, size) = (comm.rank(), comm.size());
    comm.finish();
    println!("ok {rank}/{size} {}", comm::library_version().unwrap_or_default());
    Ok(())
}

fn message(rank: usize, bytes: usize) -> Vec<u8> {
    (0..bytes).map(|at| (at % 251 + rank) as u8).collect()
}

fn all(comm: &dyn Comm) {
    // Around the length of a head, too.
    for bytes in [0, 1, 65_535, 65_536, 65_537, 64_000_000] {
        let started = Instant::now();
        collectives(comm, bytes);
        cross(comm, bytes);
        if comm.rank() == 0 {
            println!("{bytes} bytes: {:.3} s", started.elapsed().as_secs_f64());
        }
    }
    serve(comm, 200);
    let own = if comm.rank() == 1 { Err(anyhow::anyhow!("disk full")) } else { Ok(()) };
    let error = comm::agree(comm, own).err().map(|error| error.to_string());
    let expected = match (comm.size(), comm.rank()) {
        (1, _) => None,
        (_, 1) => Some("disk full"),
        _ => Some("rank 1 failed: disk full"),
    };
    assert_eq!(error.as_deref(), expected);
}

fn collectives(comm: &dyn Comm, bytes: usize) {
    let own = || message(comm.rank(), bytes);
    let every = || (0..comm.size()).map(|rank| message(rank, bytes)).collect::<Vec<_>>();
    let on_root = || (comm.rank() == 0).then(every);
    assert!(comm::broadcast(comm, own()) == message(0, bytes));
    assert!(comm::scatter(comm, on_root()) == own());
    assert!(comm::gather(comm, own()) == on_root());
    assert!(comm::all_gather(comm, own()) == every());
    comm::barrier(comm);
}

/// Every rank sends to the next before it receives from the one before.
fn cross(comm: &dyn Comm, bytes: usize) {
    let (rank, size) = (comm.rank(), comm.size());
    comm.send((rank + 1) % size, Tag::Report, &message(rank, bytes));
    let before = (rank + size - 1) % size;
    assert!(comm.receive(before, Tag::Report) == message(before, bytes));
}

/// Rank 0 answers whoever asks; each of the others asks `times` times.
fn serve(comm: &dyn Comm, times: usize) {
    if comm.rank() > 0 {
        for time in 0..times {
            comm.send(0, Tag::Report, &[time as u8]);
            assert_eq!(comm.receive(0, Tag::Order), [time as u8; 3]);
        }
        return;
    }
    let mut left = times * (comm.size() - 1);
    let mut patience = Patience::new();
    while left > 0 {
        if let Some((from, asked)) = comm.try_receive(Tag::Report) {
            comm.send(from, Tag::Order, &[asked[0]; 3]);
            left -= 1;
            patience = Patience::new();
        } else {
            patience.pause();
        }
    }
}

fn latency(comm: &dyn Comm) {
    const TIMES: usize = 20_000;
    let started = Instant::now();
    serve(comm, TIMES);
    println!(
        "rank {}: {:.1} us",
        comm.rank(),
        started.elapsed().as_secs_f64() * 1e6 / TIMES as f64
    );
}

fn bandwidth(comm: &dyn Comm, bytes: usize) {
    let own = vec![comm.rank() as u8; bytes];
    comm::barrier(comm);
    let started = Instant::now();
    comm::broadcast(comm, own);
    let (rank, rate) = (comm.rank(), bytes as f64 / 1e6 / started.elapsed().as_secs_f64());
    println!("rank {rank}: {rate:.0} MB/s");
}

fn idle(comm: &dyn Comm, pause: Duration) -> anyhow::Result<()> {
    comm::barrier(comm);
    let before_s = cpu_s()?;
    if comm.rank() == 0 {
        std::thread::sleep(pause);
    }
    comm::barrier(comm);
    let share = (cpu_s()? - before_s) / pause.as_secs_f64();
    println!("rank {}: {:.1} % of a core", comm.rank(), 100.0 * share);
    anyhow::ensure!(share < 0.05, "a waiting rank uses {:.1} % of a core", 100.0 * share);
    Ok(())
}

/// User and system time of this process and all its threads so far.
fn cpu_s() -> anyhow::Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let fields = stat.rsplit(") ").next().unwrap_or_default().split(' ').skip(11).take(2);
    let ticks: f64 = fields.filter_map(|ticks| ticks.parse::<f64>().ok()).sum();
    Ok(ticks / 100.0)
}

fn fail(comm: &dyn Comm, how: impl Fn() -> anyhow::Result<()>) -> anyhow::Result<()> {
    if comm.rank() == 1 {
        how()?;
    }
    comm::barrier(comm);
    Ok(())
}
