//! A copy of a built-in stage: records in, the filter's records out, its times by state, and how it ended.

use super::ends::{Intake, Outlet, Refused};
use super::filter::{Filter, FilterError, Out};
use super::meter::{Meter, State};
use super::record::Record;
use crate::process;

/// What has become of it.
pub(super) struct Inside {
    pub(super) meter: Meter,
    pub(super) cpu_s: f64,
    pub(super) result: Result<(), FilterError>,
}

/// What a filter gives its records to.
struct Giving<'m, 'a> {
    outlet: &'m mut Outlet<'a>,
    meter: &'m mut Meter,
}

impl Out for Giving<'_, '_> {
    fn give(&mut self, record: Record) -> Result<(), FilterError> {
        self.meter.turn(State::Write);
        let given = self.outlet.give(record, |is_blocked| {
            self.meter.turn(if is_blocked { State::Blocked } else { State::Write });
        });
        self.meter.turn(State::Process);
        given.map_err(|refused: Refused| {
            refused.reason().map_or(FilterError::Stopped, FilterError::Failed)
        })
    }
}

/// Runs it on this thread until its input has ended.
pub(super) fn run(
    mut filter: Box<dyn Filter>,
    mut intake: Option<&mut Intake<'_>>,
    outlet: &mut Outlet<'_>,
) -> Inside {
    let mut meter = Meter::start(State::Process);
    let result = loop {
        let record = match &mut intake {
            Some(intake) => {
                meter.turn(State::Read);
                let record = intake.wait();
                meter.turn(State::Process);
                record
            }
            None => Ok(None),
        };
        let mut out = Giving { outlet, meter: &mut meter };
        match record {
            Err(_) => break Err(FilterError::Stopped),
            Ok(None) => break filter.end(&mut out),
            Ok(Some(record)) => {
                if let Err(error) = filter.take(record, &mut out) {
                    break Err(error);
                }
            }
        }
    };
    Inside { meter, cpu_s: process::own_thread_seconds(), result }
}
