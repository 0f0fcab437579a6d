//! Which copy runs on which rank. In go the chain and the cores of each rank, out comes the rank of
//! each copy of each stage; every rank finds the same.

use super::spec::{Chain, Copies};

/// The rank of each copy, by stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Layout(Vec<Vec<usize>>);

impl Layout {
    /// Copies that are a number are dealt to the ranks in turn, and a stage goes on where the one
    /// before has stopped, so that short stages do not all sit on rank 0.
    pub(super) fn new(chain: &Chain, cores: &[usize]) -> Self {
        let ranks = cores.len();
        let mut next = 0;
        let stages = chain.stages.iter().map(|stage| match stage.copies {
            Copies::Ranks => (0..ranks).collect(),
            Copies::Cores => by_cores(cores),
            Copies::Number(number) => {
                let first = next;
                next = (first + number) % ranks;
                (first..first + number).map(|copy| copy % ranks).collect()
            }
        });
        Self(stages.collect())
    }

    /// The number of stages.
    pub(super) fn stages(&self) -> usize {
        self.0.len()
    }

    /// How many copies a stage has.
    pub(super) fn copies(&self, stage: usize) -> usize {
        self.0[stage].len()
    }

    /// The rank of a copy.
    pub(super) fn rank(&self, stage: usize, copy: usize) -> usize {
        self.0[stage][copy]
    }

    /// The copies of a stage that a rank has, in ascending order.
    pub(super) fn copies_on(&self, stage: usize, rank: usize) -> impl Iterator<Item = usize> {
        let copies = self.0[stage].iter().enumerate();
        copies.filter_map(move |(copy, its)| (*its == rank).then_some(copy))
    }

    /// The ranks that have copies of a stage, in ascending order.
    pub(super) fn ranks(&self, stage: usize) -> Vec<usize> {
        let mut ranks = self.0[stage].clone();
        ranks.sort_unstable();
        ranks.dedup();
        ranks
    }
}

/// A copy for each core, rank by rank in turn, so that neighbours are on different ranks. A rank
/// that tells of no core has one.
fn by_cores(cores: &[usize]) -> Vec<usize> {
    let most = cores.iter().copied().max().unwrap_or(1).max(1);
    let turns = (0..most).flat_map(|turn| {
        let with_more = move |rank: &usize| cores[*rank].max(1) > turn;
        (0..cores.len()).filter(with_more)
    });
    turns.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(copies: [&str; 3], cores: &[usize]) -> Vec<Vec<usize>> {
        let [read, a, write] = copies;
        let text = format!(
            "chain = \"read > a > write\"
            stage.read.copies = {read}
            stage.a = {{ command = [\"a\"], copies = {a} }}
            stage.write.copies = {write}"
        );
        Layout::new(&Chain::parse(&text, &[]).unwrap(), cores).0
    }

    #[test]
    fn short_stages_do_not_all_sit_on_rank_0() {
        assert_eq!(layout(["1", "1", "1"], &[2; 3]), [[0], [1], [2]]);
        assert_eq!(layout(["1", "3", "1"], &[2; 3]), [vec![0], vec![1, 2, 0], vec![1]]);
        assert_eq!(layout(["1", "2", "1"], &[2]), [vec![0], vec![0, 0], vec![0]]);
    }

    #[test]
    fn ranks_and_cores_are_filled() {
        let stages = layout(["\"ranks\"", "\"cores\"", "2"], &[2, 0, 3]);
        assert_eq!(stages, [vec![0, 1, 2], vec![0, 1, 2, 0, 2, 2], vec![0, 1]]);
    }
}
