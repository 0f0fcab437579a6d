//! How loaded the node is, and whether one more program may begin: the settings' limit in, yes or no out.

use std::fs;
use std::time::Duration;

/// How long a refusal stands.
pub(super) const PAUSE: Duration = Duration::from_millis(200);

/// The gate before the slots. After a refusal it stays shut until it is told to look again.
#[derive(Debug)]
pub(super) struct Gate {
    max_load: Option<f64>,
    is_shut: bool,
}

impl Gate {
    pub(super) fn new(max_load: Option<f64>) -> Self {
        Self { max_load, is_shut: false }
    }

    /// Whether one more program may begin.
    pub(super) fn lets_in(&mut self) -> bool {
        let Some(max_load) = self.max_load.filter(|_| !self.is_shut) else {
            return !self.is_shut;
        };
        let loads = fs::read_to_string("/proc/loadavg").unwrap_or_default();
        // A kernel that does not say cannot be too loaded.
        self.is_shut = load(&loads).is_some_and(|load| load >= max_load);
        !self.is_shut
    }

    /// The next who comes in is to look at the load.
    pub(super) fn open(&mut self) {
        self.is_shut = false;
    }

    pub(super) fn is_shut(&self) -> bool {
        self.is_shut
    }
}

/// The larger of the average over a minute and the threads that run or could run now, but for the one that
/// looks (proc(5): "0.20 0.18 0.12 1/80 11206").
fn load(text: &str) -> Option<f64> {
    let mut fields = text.split_whitespace();
    let average: f64 = fields.next()?.parse().ok()?;
    let (runnable, _) = fields.nth(2)?.split_once('/')?;
    let runnable: f64 = runnable.parse().ok()?;
    Some(average.max(runnable - 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_load_is_the_larger_of_then_and_now() {
        assert_eq!(load("0.20 0.18 0.12 1/80 11206\n"), Some(0.2));
        assert_eq!(load("0.20 9.00 9.00 5/80 11206\n"), Some(4.0));
        assert_eq!(load("7.50 0.18 0.12 5/80 11206\n"), Some(7.5));
        assert_eq!(load("nonsense"), None);
    }

    #[test]
    fn a_limit_of_nothing_lets_none_begin_and_no_limit_all() {
        let mut shut = Gate::new(Some(0.0));
        assert!(!shut.lets_in() && shut.is_shut());
        assert!(Gate::new(Some(1e9)).lets_in());
        assert!(Gate::new(None).lets_in());
    }

    #[test]
    fn a_gate_that_is_shut_looks_when_it_is_told_to() {
        let mut gate = Gate::new(Some(0.0));
        assert!(!gate.lets_in());
        gate.max_load = Some(1e9);
        assert!(!gate.lets_in());
        gate.open();
        assert!(gate.lets_in());
    }
}
