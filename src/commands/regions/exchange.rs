//! Which instances an object refers to: the UIDs that objects name in, on whatever rank; what their owners hold
//! under them out, on the ranks that asked. A series is asked for at the rank that owns it, an instance, whose series
//! nobody names, at every rank.

use std::collections::HashMap;
use std::io;

use anyhow::Result;
use serde::{Deserialize, Serialize};

use super::holding::Holding;
use crate::comm::stream::{Stream, owner};
use crate::comm::{self, Comm, Tag};
use crate::commands::halt::Halt;
use crate::commands::parcel::{decode, encode};
use crate::commands::row::Row;
use crate::sorting::Sorted;

/// Rows between two looks for messages.
const PACE: usize = 64;

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum Wanted {
    /// All instances of a series, by its Series Instance UID.
    Series(String),
    /// An instance, by its SOP Instance UID.
    Instance(String),
}

/// Who asks for something: a rank, and the number that it has given the question.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Asker {
    rank: usize,
    question: usize,
}

/// Finds what other ranks hold.
pub(super) struct Exchange<'a> {
    pub(super) comm: &'a dyn Comm,
    /// The ranks that own series.
    pub(super) able: &'a [usize],
    /// The rows of the series that this rank owns.
    pub(super) index: &'a Sorted,
}

impl Exchange<'_> {
    /// Asks all questions of all ranks at once; every rank comes by here. The answers to each question are in
    /// the order of their paths.
    pub(super) fn ask(&self, questions: &[Vec<Wanted>]) -> Result<Vec<Vec<Holding>>> {
        let asked = self.hand_out(questions).map_err(|error| cannot(&error));
        let (series, instances) = comm::agree::<_, anyhow::Error>(self.comm, asked)?;
        let answers = self.answer(&series, &instances, questions.len());
        comm::agree(self.comm, answers.map_err(|error| cannot(&error)))
    }

    fn hand_out(&self, questions: &[Vec<Wanted>]) -> io::Result<(Askers, Askers)> {
        let mut stream = Stream::new(self.comm, Tag::Regions);
        for (question, wanted) in questions.iter().enumerate() {
            let asker = Asker { rank: self.comm.rank(), question };
            for wanted in wanted {
                let item = encode(&(wanted, asker));
                match wanted {
                    Wanted::Series(uid) => {
                        let at = owner(uid.as_bytes(), self.able.len());
                        stream.send(self.able[at], &item);
                    }
                    Wanted::Instance(_) => {
                        (0..self.comm.size()).for_each(|rank| stream.send(rank, &item));
                    }
                }
            }
        }
        let (mut series, mut instances) = (Askers::new(), Askers::new());
        stream.finish(|item| {
            let (wanted, asker): (Wanted, Asker) = decode(&item);
            let (askers, uid) = match wanted {
                Wanted::Series(uid) => (&mut series, uid),
                Wanted::Instance(uid) => (&mut instances, uid),
            };
            askers.entry(uid).or_default().push(asker);
            Ok::<_, io::Error>(())
        })?;
        Ok((series, instances))
    }

    fn answer(
        &self,
        series: &Askers,
        instances: &Askers,
        questions: usize,
    ) -> io::Result<Vec<Vec<Holding>>> {
        let mut answers: Vec<Vec<Holding>> = vec![Vec::new(); questions];
        let mut take = |item: Vec<u8>| {
            let (question, holding): (usize, Holding) = decode(&item);
            answers[question].push(holding);
            Ok::<_, io::Error>(())
        };
        let mut stream = Stream::new(self.comm, Tag::Regions);
        let mut look = || -> io::Result<()> {
            for (number, item) in self.index.read()?.enumerate() {
                let item = item?;
                let row = Row::of(&item.value)?;
                if number % PACE == 0 {
                    stream.take(&mut take)?;
                }
                let of_series = series.get(row.series_uid).into_iter().flatten();
                let of_instance = instances.get(row.sop_instance_uid).into_iter().flatten();
                let mut holding = None;
                for asker in of_series.chain(of_instance) {
                    let holding = holding.get_or_insert_with(|| Holding::of(&row));
                    stream.send(asker.rank, &encode(&(asker.question, &*holding)));
                }
            }
            Ok(())
        };
        let looked = if series.is_empty() && instances.is_empty() { Ok(()) } else { look() };
        let taken = stream.finish(&mut take);
        looked.and(taken)?;
        for holdings in &mut answers {
            holdings.sort();
            holdings.dedup();
        }
        Ok(answers)
    }
}

/// Who asks, by UID.
type Askers = HashMap<String, Vec<Asker>>;

fn cannot(error: &io::Error) -> anyhow::Error {
    Halt::storage("the results", error).into()
}
