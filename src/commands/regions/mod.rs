//! Regions: when all instances stand under their names, each structure set and each segmentation is measured on
//! the images that it refers to, and each dose in the structures that it was planned for. What they refer to is
//! found by the exchange, whatever rank owns it; the objects are then shared by what they cost.

mod cut_out;
mod doses;
mod exchange;
mod holding;
mod images;
mod object;
mod share;
mod structures;
mod task;
mod work;

use std::io;

use anyhow::Result;
use rayon::prelude::*;

pub(super) use self::doses::Curve;
use self::exchange::Exchange;
use self::holding::Holding;
use self::object::Object;
use self::share::share;
use self::task::Task;
use self::work::{Outcome, Told, Worker};
use super::halt::Halt;
use super::parcel::{decode, encode};
use super::row::Row;
use super::signals::Signals;
use super::threads::threads;
use crate::comm::stream::{Stream, owner};
use crate::comm::{self, Comm, Tag};
use crate::config::{RegionsConfig, RunConfig};
use crate::crop::{By, RegionBox, RegionBoxes};
use crate::results::{RegionCounts, unmeasured_row};
use crate::sorting::{Item, Scratch, Sorted, Sorter};

/// What a rank has measured of regions, as sorted items.
pub(super) struct RegionParts {
    /// Rows of `regions.parquet`.
    pub(super) rows: Sorted,
    /// Rows of `dvh.parquet`.
    pub(super) doses: Sorted,
    /// Each a [`Curve`].
    pub(super) curves: Sorted,
    /// Lines of `failures.csv`.
    pub(super) unmeasured: Sorted,
}

impl RegionParts {
    /// Of a run that measures none.
    pub(super) fn empty(scratch: &dyn Fn(&str) -> Scratch) -> Self {
        let none = || Sorter::new(scratch("none")).finish();
        Self { rows: none(), doses: none(), curves: none(), unmeasured: none() }
    }
}

/// What a rank has measured.
pub(super) struct Measured {
    pub(super) parts: RegionParts,
    pub(super) counts: RegionCounts,
    /// Where the regions of series lie, where images are cropped to them: on rank 0 of all, on the others of the
    /// series that they own.
    pub(super) boxes: RegionBoxes,
}

/// Takes a region into the box of its series.
fn add_box(boxes: &mut RegionBoxes, series: &str, place: &RegionBox) {
    let all = boxes.entry(series.to_owned()).or_default();
    all.slices.extend(place.slices.iter().cloned());
    all.rectangle = match (all.rectangle, place.rectangle) {
        (Some(one), Some(other)) => Some(one.around(other)),
        (one, other) => one.or(other),
    };
}

/// What regions are measured with.
pub(super) struct Regions<'a> {
    pub(super) comm: &'a dyn Comm,
    pub(super) config: &'a RunConfig,
    pub(super) asked: &'a RegionsConfig,
    /// The ranks that can work, which own the series.
    pub(super) able: Vec<usize>,
    pub(super) threads: usize,
    pub(super) signals: &'a Signals,
}

impl Regions<'_> {
    /// Measures; `index` are the rows of the series that this rank owns. Every rank comes by here.
    pub(super) fn measure(
        &self,
        index: &Sorted,
        scratch: &dyn Fn(&str) -> Scratch,
    ) -> Result<Measured> {
        let comm = self.comm;
        let objects = comm::agree(comm, self.objects(index))?;
        let tasks = self.resolve(&objects, index)?;
        let tasks = comm::agree(comm, self.deal(tasks))?;
        let measured = self.work(&tasks, scratch);
        let measured = comm::agree(comm, measured)?;
        let boxes = if self.config.crop == Some(By::Regions) {
            self.share_boxes(&measured.boxes)
        } else {
            RegionBoxes::new()
        };
        Ok(Measured { boxes, ..measured })
    }

    /// Where the regions of all series lie: on rank 0 of all, on the others of those that they own.
    fn share_boxes(&self, mine: &RegionBoxes) -> RegionBoxes {
        let mut stream = Stream::new(self.comm, Tag::Regions);
        for place in mine {
            let item = encode(&place);
            let owner = self.able[owner(place.0.as_bytes(), self.able.len())];
            stream.send(0, &item);
            if owner != 0 {
                stream.send(owner, &item);
            }
        }
        let mut all = RegionBoxes::new();
        let taken = stream.finish(|item| {
            let (series, place): (String, RegionBox) = decode(&item);
            add_box(&mut all, &series, &place);
            Ok::<_, std::convert::Infallible>(())
        });
        let Ok(()) = taken;
        all
    }

    /// The objects that hold regions or doses among the instances that this rank owns, with what they refer to.
    fn objects(&self, index: &Sorted) -> Result<Vec<Object>> {
        let find = || -> io::Result<Vec<Holding>> {
            let mut found = Vec::new();
            for item in index.read()? {
                let item = item?;
                let holding = Holding::of(&Row::of(&item.value)?);
                found.extend(Object::is_one(&holding).then_some(holding));
            }
            Ok(found)
        };
        let found = find().map_err(|error| Halt::storage("the results", &error))?;
        let folder = self.config.instances();
        let limits = self.config.limits();
        let pool = threads(self.threads)?;
        Ok(pool.install(|| {
            let read = |holding| Object::read(holding, folder, &limits);
            found.into_par_iter().map(read).collect()
        }))
    }

    /// Finds what the objects refer to: first what they name, then the structure sets that plans name.
    fn resolve(&self, objects: &[Object], index: &Sorted) -> Result<Vec<Task>> {
        let exchange = Exchange { comm: self.comm, able: &self.able, index };
        let questions: Vec<_> = objects.iter().map(Object::wanted).collect();
        let found = exchange.ask(&questions)?;
        let (folder, limits) = (self.config.instances(), self.config.limits());
        let questions: Vec<_> = objects
            .iter()
            .zip(&found)
            .map(|(object, found)| object.wanted_by_plans(found, folder, &limits))
            .collect();
        let more = exchange.ask(&questions)?;
        let all = found.into_iter().zip(more).map(|(mut found, more)| {
            found.extend(more);
            found
        });
        Ok(objects.iter().zip(all).map(|(object, found)| Task::of(object, found)).collect())
    }

    /// Hands each task to the rank that is to do it; gives those of this rank, in the order of their objects.
    fn deal(&self, tasks: Vec<Task>) -> Result<Vec<Task>> {
        let costs: Vec<u64> = tasks.iter().map(Task::cost).collect();
        let costs: Vec<Vec<u64>> =
            comm::all_gather(self.comm, encode(&costs)).iter().map(|it| decode(it)).collect();
        let plan = share(&costs, &self.able);
        let mut stream = Stream::new(self.comm, Tag::Regions);
        for (task, to) in tasks.into_iter().zip(&plan[self.comm.rank()]) {
            stream.send(*to, &encode(&task));
        }
        let mut mine: Vec<Task> = Vec::new();
        let taken = stream.finish(|item| {
            mine.push(decode(&item));
            Ok::<_, io::Error>(())
        });
        taken.map_err(|error| Halt::storage("the results", &error))?;
        mine.sort_by(|a, b| a.object.cmp(&b.object));
        Ok(mine)
    }

    fn work(&self, tasks: &[Task], scratch: &dyn Fn(&str) -> Scratch) -> Result<Measured> {
        let pool = threads(self.threads)?;
        let signals = self.signals;
        let worker = Worker {
            folder: self.config.instances(),
            limits: self.config.limits(),
            settings: &self.asked.settings,
            stops: &|| signals.seen().is_some(),
        };
        let mut books = Books::new(scratch);
        for (number, task) in tasks.iter().enumerate() {
            if let Some(signal) = self.signals.seen() {
                return Err(Halt::Asked(signal).into());
            }
            tracing::debug!(path_id = task.object.path_id, number, of = tasks.len(), "regions");
            let outcome = pool.install(|| worker.measure(task));
            if let Some(signal) = self.signals.seen() {
                return Err(Halt::Asked(signal).into());
            }
            let entered = books.enter(task, &outcome);
            entered.map_err(|error| Halt::storage("the results", &error))?;
        }
        Ok(books.close())
    }
}

/// What is measured, sorted.
struct Books {
    rows: Sorter,
    doses: Sorter,
    curves: Sorter,
    unmeasured: Sorter,
    counts: RegionCounts,
    boxes: RegionBoxes,
}

impl Books {
    fn new(scratch: &dyn Fn(&str) -> Scratch) -> Self {
        Self {
            rows: Sorter::new(scratch("regions")),
            doses: Sorter::new(scratch("doses")),
            curves: Sorter::new(scratch("curves")),
            unmeasured: Sorter::new(scratch("unmeasured")),
            counts: RegionCounts::default(),
            boxes: RegionBoxes::new(),
        }
    }

    fn enter(&mut self, task: &Task, outcome: &Outcome) -> io::Result<()> {
        let Outcome { rows, doses, told, regions, boxes } = outcome;
        for (series, place) in boxes {
            add_box(&mut self.boxes, series, place);
        }
        let unmeasured = told.iter().filter(|told| told.is_unmeasured).count();
        self.counts.merge(&RegionCounts {
            objects: u64::from(!task.is_dose),
            regions: *regions,
            rows: rows.len() as u64,
            doses: u64::from(task.is_dose),
            histograms: doses.len() as u64,
            unmeasured: unmeasured as u64,
            doubtful: (told.len() - unmeasured) as u64,
        });
        for (key, cells) in rows {
            self.rows.add(&Item { key: key.clone(), value: encode(cells) })?;
        }
        for (key, cells, curve) in doses {
            self.doses.add(&Item { key: key.clone(), value: encode(cells) })?;
            self.curves.add(&Item { key: key.clone(), value: encode(&curve.as_parcel()) })?;
        }
        for (place, Told { number, reason, .. }) in told.iter().enumerate() {
            let path_id = &task.object.path_id;
            let message = match number {
                Some(number) => format!("region {number}: {}", reason.message),
                None => reason.message.clone(),
            };
            let line = unmeasured_row(path_id, reason.class, &message);
            let value = line.map_err(io::Error::other)?;
            self.unmeasured
                .add(&Item { key: format!("{path_id} {place:08}").into_bytes(), value })?;
        }
        Ok(())
    }

    fn close(self) -> Measured {
        let Self { rows, doses, curves, unmeasured, counts, boxes } = self;
        let parts = RegionParts {
            rows: rows.finish(),
            doses: doses.finish(),
            curves: curves.finish(),
            unmeasured: unmeasured.finish(),
        };
        Measured { parts, counts, boxes }
    }
}
