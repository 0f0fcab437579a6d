"""The comparison: every way once a round, on each number of cores, in an order that turns from round to round.

`measure(ways, inputs, cores, rounds, work)` gives a `Measurement` for each run that has come to its end with a sound output, and a
sentence for each that has not.
"""

import csv
import sys
from dataclasses import dataclass
from pathlib import Path

from outputs import Fault, Inputs, check
from running import Timed, clear, last_words, run
from ways import Way

# What the codecs and statistics take, by the clock of the threads (columns of metrics.csv).
KERNELS = ("encode_s", "verify_s", "stats_s")
# Done; and done with some inputs quarantined.
SAUVA_CODES = (0, 2)


@dataclass(frozen=True)
class Measurement:
    """One run of a way."""

    way: str
    cores: int
    round: int
    timed: Timed
    written: int
    written_bytes: int
    # Seconds of threads in `KERNELS`; none but for sauva.
    kernels_s: float | None


@dataclass
class Block:
    """All that was measured on one folder of files in one place."""

    inputs: Inputs
    measurements: list[Measurement]
    # By way and cores.
    faults: dict[tuple[str, int], str]


def order(entries: list, turn: int) -> list:
    """The same entries, begun at another one in each round."""
    turn %= max(1, len(entries))
    return entries[turn:] + entries[:turn]


def measure(ways: list[Way], inputs: Inputs, cores: list[int], rounds: int, work: Path, *, invented: bool) -> Block:
    """Runs them all; the last words of a way that fails are told where the files are `invented`."""
    entries = [(way, n) for n in cores for way in ways if n >= way.least_cores]
    block = Block(inputs, [], {})
    for number in range(rounds):
        # A third of the way on: who comes first and who comes after whom changes even in few rounds.
        for way, n in order(entries, number * max(1, len(entries) // 3)):
            output = work / "out"
            clear(output)
            timed = run(way.command(n, str(inputs.folder), str(output)), work, n)
            print(f"  round {number + 1}, cores {n}, {way.title}: {timed.wall_s:.2f} s", file=sys.stderr, flush=True)
            try:
                if timed.exit_code not in (SAUVA_CODES if way.is_sauva else (0,)):
                    raise Fault(f"exit code {timed.exit_code}")
                written, size = check(way, output, inputs)
            except Fault as fault:
                block.faults[way.key, n] = str(fault)
                print(f"  {way.title} has failed: {fault}", file=sys.stderr)
                if invented:
                    last_words(work)
                continue
            kernels = kernel_seconds(output) if way.is_sauva else None
            block.measurements.append(Measurement(way.key, n, number, timed, written, size, kernels))
        clear(work / "out")
    return block


def kernel_seconds(output: Path) -> float:
    with open(output / "metrics.csv", newline="") as file:
        whole = next(row for row in csv.DictReader(file) if row["scope"] == "all")
    return sum(float(whole[column]) for column in KERNELS)
