//! Stages for tests: they give, pass on and take down numbered records.

use std::sync::Mutex;
use std::time::Duration;

use super::*;

/// Gives numbered records, each of one or two labels, and now and then a long one.
pub(super) struct Source {
    pub(super) copy: Copy,
    pub(super) records: u32,
}

/// Hands on what comes, in one piece or in two, now and then after a nap.
pub(super) struct Middle {
    pub(super) naps: bool,
    pub(super) doubles: bool,
    pub(super) held: Vec<Record>,
}

/// Takes down what comes.
pub(super) struct Sink<'a> {
    pub(super) copy: usize,
    pub(super) naps: bool,
    pub(super) taken: &'a Mutex<Vec<(usize, Record)>>,
}

pub(super) fn labels(number: u32) -> Vec<Vec<u8>> {
    let label = |number: u32| format!("label {}", number % 11).into_bytes();
    if number.is_multiple_of(3) {
        vec![label(number), label(number + 1)]
    } else {
        vec![label(number)]
    }
}

pub(super) fn body(number: u32) -> Vec<u8> {
    let mut body = number.to_le_bytes().to_vec();
    // Longer than what goes with others in one message, and than many a window.
    body.resize(if number % 17 == 5 { 70_000 } else { 4 + number as usize % 50 }, number as u8);
    body
}

pub(super) fn number(record: &Record) -> u32 {
    u32::from_le_bytes(record.body[..4].try_into().unwrap())
}

impl Filter for Source {
    fn take(&mut self, _: Record, _: &mut dyn Out) -> Result<(), FilterError> {
        unreachable!("a source has no input")
    }

    fn end(&mut self, out: &mut dyn Out) -> Result<(), FilterError> {
        for number in (self.copy.number as u32..self.records).step_by(self.copy.of) {
            out.give(Record { labels: labels(number), body: body(number).into() })?;
        }
        Ok(())
    }
}

impl Filter for Middle {
    fn take(&mut self, record: Record, out: &mut dyn Out) -> Result<(), FilterError> {
        if self.naps && number(&record).is_multiple_of(13) {
            std::thread::sleep(Duration::from_millis(1));
        }
        if self.doubles && number(&record).is_multiple_of(2) {
            self.held.push(record.clone());
        }
        out.give(record)
    }

    fn end(&mut self, out: &mut dyn Out) -> Result<(), FilterError> {
        self.held.drain(..).try_for_each(|record| out.give(record))
    }
}

impl Filter for Sink<'_> {
    fn take(&mut self, record: Record, _: &mut dyn Out) -> Result<(), FilterError> {
        if self.naps && number(&record).is_multiple_of(7) {
            std::thread::sleep(Duration::from_millis(1));
        }
        self.taken.lock().unwrap().push((self.copy, record));
        Ok(())
    }

    fn end(&mut self, _: &mut dyn Out) -> Result<(), FilterError> {
        Ok(())
    }
}
