"""Numbers of a block of measurements: medians of each way, and medians of the ratios of pairs, which are of the same round."""

from collections.abc import Callable
from statistics import median

from rounds import Block, Measurement
from ways import Way

Cost = Callable[[Measurement], float]


def wall(it: Measurement) -> float:
    return it.timed.wall_s


def cpu(it: Measurement) -> float:
    return it.timed.cpu_s


def outside_kernels(it: Measurement) -> float:
    """Processor time but for encoding, verifying and measuring."""
    return it.timed.cpu_s - (it.kernels_s or 0.0)


def of(block: Block, way: str, cores: int) -> list[Measurement]:
    """The runs of a way on so many cores, by round."""
    return [it for it in block.measurements if (it.way, it.cores) == (way, cores)]


def median_of(block: Block, way: str, cores: int, cost: Cost) -> float | None:
    costs = [cost(it) for it in of(block, way, cores)]
    return median(costs) if costs else None


def ratio(block: Block, above: tuple[str, int, Cost], below: tuple[str, int, Cost]) -> float | None:
    """Median over the rounds of one cost over another, each of a way on some cores; none where no round has both."""
    (way, cores, cost), (other, other_cores, other_cost) = above, below
    others = {it.round: other_cost(it) for it in of(block, other, other_cores)}
    ratios = [cost(it) / others[it.round] for it in of(block, way, cores) if others.get(it.round)]
    return median(ratios) if ratios else None


def best_peer(block: Block, ways: list[Way], sauva: str, cores: int) -> tuple[Way, float] | None:
    """The way of others to the same end that takes the least processor time, and that time over sauva's."""
    peers = [(way, ratio(block, (way.key, cores, cpu), (sauva, cores, cpu))) for way in ways if way.is_peer]
    known = [(way, times) for way, times in peers if times is not None]
    return min(known, key=lambda peer: peer[1]) if known else None
