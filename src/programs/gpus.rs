//! Which GPUs are whose: each program gets as many as the settings say, none is shared by more than they allow.

use super::Settings;

/// The GPUs of a rank, and how many programs have each.
#[derive(Debug)]
pub(super) struct Gpus {
    each: Vec<(String, usize)>,
    per_task: usize,
    share: usize,
}

impl Gpus {
    pub(super) fn new(settings: &Settings) -> Self {
        Self {
            each: settings.gpus.iter().map(|name| (name.clone(), 0)).collect(),
            per_task: settings.gpus_per_task,
            share: settings.gpu_share.max(1),
        }
    }

    /// Whether one more program can have its GPUs.
    pub(super) fn suffice(&self) -> bool {
        self.each.iter().filter(|(_, users)| *users < self.share).count() >= self.per_task
    }

    /// The GPUs of one more program: those that the fewest others have.
    pub(super) fn take(&mut self) -> Vec<String> {
        let mut order: Vec<usize> = (0..self.each.len()).collect();
        order.sort_by_key(|gpu| self.each[*gpu].1);
        order.truncate(self.per_task);
        order.sort_unstable();
        let take = |gpu: usize| {
            self.each[gpu].1 += 1;
            self.each[gpu].0.clone()
        };
        order.into_iter().map(take).collect()
    }

    /// A program has ended.
    pub(super) fn give_back(&mut self, gpus: &[String]) {
        let whose = self.each.iter_mut().filter(|(name, _)| gpus.contains(name));
        whose.for_each(|(_, users)| *users = users.saturating_sub(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_used_are_taken_and_none_beyond_its_share() {
        let names = ["0", "1", "2"].map(str::to_owned).to_vec();
        let settings =
            Settings { gpus: names, gpus_per_task: 2, gpu_share: 2, ..Settings::default() };
        let mut gpus = Gpus::new(&settings);
        let first = gpus.take();
        assert_eq!(first, ["0", "1"]);
        assert_eq!(gpus.take(), ["0", "2"]);
        assert_eq!(gpus.take(), ["1", "2"]);
        assert!(!gpus.suffice());
        gpus.give_back(&first);
        assert!(gpus.suffice());
        assert_eq!(gpus.take(), ["0", "1"]);
        assert!(!gpus.suffice());
    }

    #[test]
    fn who_wants_none_gets_none() {
        let mut gpus = Gpus::new(&Settings::default());
        assert!(gpus.suffice());
        assert!(gpus.take().is_empty());
    }
}
