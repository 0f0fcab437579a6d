//! Whether what earlier tries wrote still stands: their claims in, those that do stand out, and those that
//! do not. All claims of one SOP Instance UID are at one rank, so each rank looks at its own.

use std::collections::BTreeSet;
use std::io;

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use super::claims::{Claim, Earlier};
use super::past::LineId;
use super::settle::{Place, is_counted, located, stands};
use crate::pipeline::measure_written;
use crate::sorting::Sorted;
use crate::stats::Distributions;

/// Files that are looked at together.
const TOGETHER: usize = 256;

/// A content: SOP Instance UID, digest and path.
type Content = [String; 3];

/// Which contents of earlier tries do not stand any more.
#[derive(Debug, Default)]
pub struct Damaged(BTreeSet<Content>);

/// A claim of an earlier try, and what has become of it.
#[derive(Debug)]
pub enum Fate {
    /// It stands.
    Stands(Claim),
    /// Its file is damaged or gone.
    Damaged(Claim, Earlier),
    /// Its input is done anew.
    Stale(Claim),
}

impl Damaged {
    /// Looks at what must stand: of each SOP Instance UID the winner, and all that the totals hold. Where
    /// a content does not stand, others of its UID are looked at again: one of them is the winner now.
    /// Breaks off when it may not go on.
    pub fn find(
        claims: &Sorted,
        place: Place<'_>,
        may_go_on: &(dyn Fn() -> bool + Sync),
    ) -> io::Result<Self> {
        let mut damaged = Self::default();
        // The UIDs of which something was found damaged in the round before; at first all.
        let mut again: Option<BTreeSet<String>> = None;
        while may_go_on() {
            let found = damaged.look(claims, place, again.as_ref(), may_go_on)?;
            if found.is_empty() {
                break;
            }
            again = Some(found.iter().map(|[uid, ..]| uid.clone()).collect());
            damaged.0.extend(found);
        }
        Ok(damaged)
    }

    fn look(
        &self,
        claims: &Sorted,
        place: Place<'_>,
        again: Option<&BTreeSet<String>>,
        may_go_on: &(dyn Fn() -> bool + Sync),
    ) -> io::Result<Vec<Content>> {
        let (mut found, mut batch) = (Vec::new(), Vec::new());
        let (mut uid, mut last) = (String::new(), None);
        let mut look = |batch: &mut Vec<Content>| -> io::Result<()> {
            let is_gone = |content: &Content| {
                if !may_go_on() {
                    return Ok(None);
                }
                let place = stands(place.storage, place.output, content.each_ref().map(|it| &**it));
                Ok(place?.is_none().then(|| content.clone()))
            };
            let gone = batch.par_iter().map(is_gone).filter_map(Result::transpose);
            found.extend(gone.collect::<io::Result<Vec<_>>>()?);
            batch.clear();
            Ok(())
        };
        for item in claims.read()? {
            let claim = Claim::from_item(&item?)?;
            let is_standing = claim.earlier.is_some_and(|earlier| earlier.stands);
            let Some(content) = claim.content().filter(|_| is_standing) else { continue };
            let content = content.map(str::to_owned);
            if again.is_some_and(|again| !again.contains(&content[0])) || self.0.contains(&content)
            {
                continue;
            }
            let is_winner = content[0] != uid;
            uid.clone_from(&content[0]);
            if (is_winner || is_counted(&claim.record)) && last.as_ref() != Some(&content) {
                last = Some(content.clone());
                batch.push(content);
                if batch.len() == TOGETHER {
                    look(&mut batch)?;
                }
            }
        }
        look(&mut batch)?;
        Ok(found)
    }

    /// Goes through the claims of earlier tries; `see` gets the fate of each, and whether it is the first for
    /// its SOP Instance UID.
    pub fn each(
        &self,
        claims: &Sorted,
        mut see: impl FnMut(Fate, bool) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut uid = String::new();
        for item in claims.read()? {
            let claim = Claim::from_item(&item?)?;
            let Some([of, ..]) = claim.content() else { continue };
            let is_first = of != uid;
            of.clone_into(&mut uid);
            see(self.fate(claim), is_first)?;
        }
        Ok(())
    }

    fn fate(&self, claim: Claim) -> Fate {
        let is_damaged = |it: &Claim| {
            it.content().is_some_and(|content| self.0.contains(&content.map(str::to_owned)))
        };
        match claim.earlier {
            Some(earlier) if earlier.stands && is_damaged(&claim) => Fate::Damaged(claim, earlier),
            Some(earlier) if !earlier.stands => Fate::Stale(claim),
            _ => Fate::Stands(claim),
        }
    }

    /// Measures the files again that stand and are counted in lines that are broken.
    pub fn measure_anew(
        &self,
        claims: &Sorted,
        place: Place<'_>,
        broken: &BTreeSet<LineId>,
        mut see: impl FnMut(&Distributions) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut batch = Vec::new();
        let mut measure = |batch: &mut Vec<Claim>| -> io::Result<()> {
            let measured = batch.par_iter().map(|claim| {
                let mut totals = Distributions::default();
                let measurement = measure_written(&located(place, &claim.record)?, place.limits)?;
                if let Some(measurement) = measurement {
                    measurement.add_to(&mut totals);
                }
                Ok(totals)
            });
            let measured: Vec<Distributions> = measured.collect::<io::Result<_>>()?;
            batch.clear();
            measured.iter().try_for_each(&mut see)
        };
        if broken.is_empty() {
            return Ok(());
        }
        for item in claims.read()? {
            let Fate::Stands(claim) = self.fate(Claim::from_item(&item?)?) else {
                continue;
            };
            let line = claim.earlier.map(|earlier| earlier.line);
            if is_counted(&claim.record) && line.is_some_and(|line| broken.contains(&line)) {
                batch.push(claim);
                if batch.len() == TOGETHER {
                    measure(&mut batch)?;
                }
            }
        }
        measure(&mut batch)
    }
}
