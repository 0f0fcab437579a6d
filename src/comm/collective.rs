//! What all ranks do together, made of `send` and `receive` alone. In goes what each rank has, out
//! comes what each is due. Each of these is a call that every rank must make.

use std::fmt::Display;

use super::{Comm, Tag};

/// Another rank has failed, and so this one stops too.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("rank {rank} failed: {message}")]
pub struct RemoteFailure {
    /// The rank that failed; of several the lowest.
    pub rank: usize,
    /// Its error, as text.
    pub message: String,
}

/// Hands rank 0's message to every rank. What the others pass is not looked at.
pub fn broadcast(comm: &dyn Comm, message: Vec<u8>) -> Vec<u8> {
    if comm.rank() > 0 {
        return comm.receive(0, Tag::Broadcast);
    }
    for to in 1..comm.size() {
        comm.send(to, Tag::Broadcast, &message);
    }
    message
}

/// Hands each rank its own of the messages that rank 0 passes, one a rank in rank order; the
/// others pass `None`.
///
/// # Panics
///
/// When rank 0 passes `None` or another number of messages than there are ranks.
pub fn scatter(comm: &dyn Comm, messages: Option<Vec<Vec<u8>>>) -> Vec<u8> {
    if comm.rank() > 0 {
        return comm.receive(0, Tag::Scatter);
    }
    let mut messages = messages.expect("rank 0 has the messages to scatter");
    assert_eq!(messages.len(), comm.size(), "one message a rank");
    for (to, message) in messages.iter().enumerate().skip(1) {
        comm.send(to, Tag::Scatter, message);
    }
    messages.swap_remove(0)
}

/// Brings every rank's message to rank 0, in rank order; the others get `None`.
pub fn gather(comm: &dyn Comm, message: Vec<u8>) -> Option<Vec<Vec<u8>>> {
    if comm.rank() > 0 {
        comm.send(0, Tag::Gather, &message);
        return None;
    }
    let others = (1..comm.size()).map(|from| comm.receive(from, Tag::Gather));
    Some(std::iter::once(message).chain(others).collect())
}

/// Brings every rank's message to every rank, in rank order.
pub fn all_gather(comm: &dyn Comm, message: Vec<u8>) -> Vec<Vec<u8>> {
    match gather(comm, message) {
        Some(messages) => {
            broadcast(comm, join(&messages));
            messages
        }
        None => split(&broadcast(comm, Vec::new())),
    }
}

/// Brings every rank's message to rank 0 merged, by way of other ranks: a rank hands on what it has
/// merged, so that none gets more than one message for each doubling of their number. `merge` must
/// not care about the order. The others get `None`.
pub fn reduce(
    comm: &dyn Comm,
    mut message: Vec<u8>,
    merge: impl Fn(Vec<u8>, Vec<u8>) -> Vec<u8>,
) -> Option<Vec<u8>> {
    let (rank, size) = (comm.rank(), comm.size());
    let mut distance = 1;
    while distance < size {
        if rank % (2 * distance) != 0 {
            comm.send(rank - distance, Tag::Gather, &message);
            return None;
        }
        if rank + distance < size {
            message = merge(message, comm.receive(rank + distance, Tag::Gather));
        }
        distance *= 2;
    }
    Some(message)
}

/// Returns when every rank has come here.
pub fn barrier(comm: &dyn Comm) {
    gather(comm, Vec::new());
    broadcast(comm, Vec::new());
}

/// Whether all ranks have come this far: a rank that succeeded, when another did not, gets a
/// [`RemoteFailure`] in place of its own result. So all go on together or stop together.
///
/// The error may be an `anyhow::Error`, or any that is made from a [`RemoteFailure`].
pub fn agree<T, E>(comm: &dyn Comm, outcome: Result<T, E>) -> Result<T, E>
where
    E: Display + From<RemoteFailure>,
{
    // The alternate form of an `anyhow::Error` names its causes too.
    let report =
        outcome.as_ref().err().map_or_else(Vec::new, |error| join(&[format!("{error:#}")]));
    let first_failure = gather(comm, report)
        .and_then(|reports| reports.into_iter().enumerate().find(|(_, report)| !report.is_empty()));
    let verdict = first_failure
        .map_or_else(Vec::new, |(rank, report)| join(&[&(rank as u64).to_le_bytes(), &report[..]]));
    let verdict = broadcast(comm, verdict);
    let value = outcome?;
    match read_verdict(&verdict) {
        None => Ok(value),
        Some(failure) => Err(failure.into()),
    }
}

/// A verdict is empty, or the rank and its report; a report is empty, or holds the error's text.
/// So a failure without a text is still a failure.
fn read_verdict(verdict: &[u8]) -> Option<RemoteFailure> {
    let parts = split(verdict);
    let [rank, report] = &parts[..] else {
        return None;
    };
    let text = split(report).concat();
    Some(RemoteFailure {
        rank: u64_at_start(rank)?.0 as usize,
        message: String::from_utf8_lossy(&text).into_owned(),
    })
}

/// Each part with its length before it.
fn join(parts: &[impl AsRef<[u8]>]) -> Vec<u8> {
    let bytes = parts.iter().map(|part| part.as_ref().len() + size_of::<u64>()).sum();
    let mut joined = Vec::with_capacity(bytes);
    for part in parts {
        joined.extend_from_slice(&(part.as_ref().len() as u64).to_le_bytes());
        joined.extend_from_slice(part.as_ref());
    }
    joined
}

/// The parts that [`join`] joined.
pub(super) fn split(mut joined: &[u8]) -> Vec<Vec<u8>> {
    let mut parts = Vec::new();
    while let Some((bytes, rest)) = u64_at_start(joined) {
        let (part, rest) = rest.split_at(bytes as usize);
        parts.push(part.to_vec());
        joined = rest;
    }
    parts
}

fn u64_at_start(bytes: &[u8]) -> Option<(u64, &[u8])> {
    bytes.split_first_chunk().map(|(number, rest)| (u64::from_le_bytes(*number), rest))
}

#[cfg(test)]
mod tests {
    use super::super::{Solo, team};
    use super::*;

    const SIZES: [usize; 4] = [1, 2, 3, 5];

    /// A message of the rank's own, of this many bytes.
    fn message(rank: usize, bytes: usize) -> Vec<u8> {
        (0..bytes).map(|at| (at + 31 * rank) as u8).collect()
    }

    fn every_team(check: impl Fn(&dyn Comm) + Sync) {
        check(&Solo::default());
        for size in SIZES {
            team::run(size, &check);
        }
    }

    #[test]
    fn messages_of_any_length_reach_every_rank() {
        every_team(|comm| {
            for bytes in [0, 1, 100, 5_000_000] {
                let ranks = || (0..comm.size()).map(|rank| message(rank, bytes));
                let own = || message(comm.rank(), bytes);

                assert_eq!(broadcast(comm, own()), message(0, bytes));
                let shares = (comm.rank() == 0).then(|| ranks().collect());
                assert_eq!(scatter(comm, shares), own());
                let gathered = (comm.rank() == 0).then(|| ranks().collect::<Vec<_>>());
                assert_eq!(gather(comm, own()), gathered);
                assert_eq!(all_gather(comm, own()), ranks().collect::<Vec<_>>());
                barrier(comm);
            }
        });
    }

    #[test]
    fn lengths_may_differ_and_some_be_empty() {
        every_team(|comm| {
            let expected: Vec<_> = (0..comm.size()).map(|rank| message(rank, rank % 3)).collect();
            assert_eq!(all_gather(comm, message(comm.rank(), comm.rank() % 3)), expected);
        });
    }

    #[test]
    fn nobody_passes_a_barrier_before_all_have_come() {
        let arrived = std::sync::atomic::AtomicUsize::new(0);
        team::run(5, |comm| {
            arrived.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            barrier(comm);
            assert_eq!(arrived.load(std::sync::atomic::Ordering::SeqCst), 5);
        });
    }

    #[test]
    fn every_rank_is_merged_once() {
        for size in [1, 2, 3, 4, 5, 8, 13] {
            let merged = team::run(size, |comm| {
                reduce(comm, vec![comm.rank() as u8], |a, b| [a, b].concat())
            });
            let mut all = merged[0].clone().unwrap();
            all.sort_unstable();
            assert_eq!(all, (0..size as u8).collect::<Vec<_>>());
            assert!(merged[1..].iter().all(Option::is_none));
        }
    }

    #[test]
    fn all_agree_when_all_succeed() {
        every_team(|comm| {
            let outcome = agree::<_, anyhow::Error>(comm, Ok(comm.rank()));
            assert_eq!(outcome.unwrap(), comm.rank());
        });
    }

    #[test]
    fn one_failure_stops_every_rank() {
        for size in SIZES {
            let culprit = size - 1;
            let errors = team::run(size, |comm| {
                let own = if comm.rank() == culprit {
                    Err(anyhow::anyhow!("disk full").context("failed to open the journal"))
                } else {
                    Ok(())
                };
                let error = agree(comm, own).unwrap_err();
                barrier(comm); // still in step
                format!("{error:#}")
            });
            for (rank, error) in errors.into_iter().enumerate() {
                let own = "failed to open the journal: disk full";
                let remote = format!("rank {culprit} failed: {own}");
                assert_eq!(error, if rank == culprit { own } else { &remote });
            }
        }
    }

    #[test]
    fn of_several_failures_the_lowest_rank_is_named_and_each_keeps_its_own() {
        let errors = team::run(5, |comm| {
            let own = match comm.rank() {
                rank @ (2 | 4) => Err(anyhow::anyhow!("number {rank}")),
                _ => Ok(()),
            };
            agree(comm, own).unwrap_err().to_string()
        });
        let remote = "rank 2 failed: number 2";
        assert_eq!(errors, [remote, remote, "number 2", remote, "number 4"]);
    }

    #[test]
    fn a_failure_without_a_text_is_a_failure() {
        let failed = team::run(2, |comm| {
            let own = if comm.rank() == 0 { Err(anyhow::anyhow!("")) } else { Ok(()) };
            agree(comm, own).is_err()
        });
        assert_eq!(failed, [true, true]);
    }
}
