//! Which rank does which object: the costs that each rank knows of in, the same plan on all ranks out.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Deals tasks, given as their costs by the ranks that know of them, to `able` ranks: the costliest first, each to
/// the rank that has least (longest processing time first; Graham 1969: at most 4/3 of the best plan). Gives the rank
/// of each task.
pub(super) fn share(costs: &[Vec<u64>], able: &[usize]) -> Vec<Vec<usize>> {
    let mut order: Vec<(u64, usize, usize)> = Vec::new();
    for (rank, costs) in costs.iter().enumerate() {
        order.extend(costs.iter().enumerate().map(|(task, cost)| (*cost, rank, task)));
    }
    order.sort_by_key(|(cost, rank, task)| (Reverse(*cost), *rank, *task));
    let mut loads: BinaryHeap<Reverse<(u64, usize)>> =
        able.iter().map(|rank| Reverse((0, *rank))).collect();
    let mut plan: Vec<Vec<usize>> = costs.iter().map(|costs| vec![0; costs.len()]).collect();
    for (cost, rank, task) in order {
        let Some(Reverse((load, to))) = loads.pop() else { break };
        plan[rank][task] = to;
        loads.push(Reverse((load.saturating_add(cost), to)));
    }
    plan
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_costliest_come_first_and_go_to_who_has_least() {
        // 9 to rank 0; 4, 4 and 2 to rank 2 until it has more; then 1 to rank 0.
        let plan = share(&[vec![2, 9], vec![], vec![4, 4, 1]], &[0, 2]);
        assert_eq!(plan, [vec![2, 0], vec![], vec![2, 2, 0]]);
    }
}
