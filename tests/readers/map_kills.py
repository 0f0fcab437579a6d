"""What `sauva map` makes of programs that fail, are killed, or are told to stop.

Checks as those of map_examples.py: each is given a `Bench` and yields one sentence for each thing that is wrong.
"""

import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import map_output
from map_bench import PATIENCE_S, Bench
from map_output import Output


def programs(out: Path) -> dict[str, int]:
    """The copies of `pi` that this output has in work: their number of the run, and process ID."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue  # it has ended
        if words[0].endswith("/pi/pi") and any(str(out) in word for word in words):
            found[words[1]] = int(folder.name)
    return found


def until(is_so, begun: subprocess.Popen) -> None:
    """Waits until something is so, while the run goes on."""
    for _ in range(PATIENCE_S * 50):
        if is_so():
            return
        assert begun.poll() is None, "the run has ended before it could be disturbed"
        time.sleep(0.02)
    raise AssertionError("waited in vain")


def pi(bench: Bench) -> Iterator[str]:
    samples = 1_000_000_000
    undisturbed = bench.run("pi", out="undisturbed", SAMPLES=str(samples))
    results = {run["unit"]: (undisturbed.unit(run["unit"]) / "pi.csv").read_bytes() for run in undisturbed.runs}
    inside = sum(int(text.split(b",")[-2]) for text in results.values())
    n = 4 * samples
    # The number of points inside is binomial.
    if abs(4 * inside / n - math.pi) > 5 * math.sqrt(math.pi * (4 - math.pi) / n) or len(results) != 4:
        yield f"{inside} of {n} points lie in the circle"

    killed, out = bench.folder / "killed", "killed"
    begun = bench.start("pi", out=out, SAMPLES=str(samples))
    until(lambda: programs(killed) and any(killed.rglob("state")), begun)
    rank, process = next(iter(programs(killed).items()))
    until(lambda: has_saved(process), begun)
    os.kill(process, signal.SIGKILL)
    output = bench.ended(begun, 0, out)
    yield from same_results("killed", output, results)
    ends = [one["ended"] for one in output.attempts if one["rank"] == rank]
    if ends != ["signal", "exited"]:
        yield f"the attempts of the run that was killed ended {ends}"
    if b"goes on after" not in output.log(output.runs[int(rank)]["unit"], "err"):
        yield "the run that was killed began from the start"

    stopped, out = bench.folder / "stopped", "stopped"
    begun = bench.start("pi", out=out, SAMPLES=str(samples))
    until(lambda: any(stopped.rglob("state")), begun)
    # mpirun hands this one on to its ranks.
    os.kill(begun.pid, signal.SIGUSR1)
    halted = bench.ended(begun, 75, out)
    if halted.states()["open"] == 0:
        yield "nothing is open in a run that was stopped"
    yield from (f"stopped: {fault}" for fault in map_output.faults(halted))
    output = bench.run("pi", out=out, SAMPLES=str(samples))
    yield from same_results("stopped", output, results)
    if not any(b"goes on after" in output.log(run["unit"], "err") for run in output.runs):
        yield "after a stop all runs began from the start"


def has_saved(process: int) -> bool:
    """Whether the checkpoint folder of a copy of `pi` has a checkpoint."""
    words = Path(f"/proc/{process}/cmdline").read_bytes().decode().split("\0")
    return (Path(words[3]) / "state").exists()


def same_results(what: str, output: Output, results: dict[str, bytes]) -> Iterator[str]:
    yield from (f"{what}: {fault}" for fault in map_output.faults(output))
    if {run["unit"]: (output.unit(run["unit"]) / "pi.csv").read_bytes() for run in output.runs} != results:
        yield f"{what}: the results are others than those of a run that nobody disturbed"


# What each run of it does, by its rank.
FAULTY = """case $SAUVA_RANK in
  0) echo fine; echo kept >"$SAUVA_OUTPUT/file" ;;
  1) echo half >"$SAUVA_OUTPUT/file"; echo "no luck" >&2; exit 3 ;;
  2) [ -e "$SAUVA_CHECKPOINT/seen" ] || { touch "$SAUVA_CHECKPOINT/seen"; exit 4; } ;;
  3) sleep 1000 ;;
  4) kill -KILL $$ ;;
  5) [ "$SAUVA_ATTEMPT" = 2 ] ;;
esac"""
FAULTY_WORDS = ["--repetitions", "6", "--attempts", "2", "--timeout", "2", "--", "sh", "-c", FAULTY]


def failures(bench: Bench) -> Iterator[str]:
    """Not an example: programs that fail in every way."""
    output = bench.map(*FAULTY_WORDS, expect=2)
    expected = {
        "0": ["exited 0"], "1": ["exited 3", "exited 3"], "2": ["exited 4", "exited 0"], "3": ["time-limit ", "time-limit "],
        "4": ["signal 9", "signal 9"], "5": ["exited 1", "exited 0"],
    }  # fmt: skip
    for rank, ends in expected.items():
        found = [f"{one['ended']} {one['exit_status']}" for one in output.attempts if one["rank"] == rank]
        if found != ends:
            yield f"rank {rank} ended {found}, not {ends}"
    if [run["state"] for run in output.runs] != ["done", "failed", "done", "failed", "failed", "done"]:
        yield f"states {[run['state'] for run in output.runs]}"
    if [path.name for path in (output.folder / "units").rglob("*") if path.is_file()] != ["file"]:
        yield "what a failed unit left stands in units/"
    # What is done stays; what failed is tried again only when asked for.
    again = bench.map(*FAULTY_WORDS, expect=2)
    if again.runs != output.runs or len(again.attempts) != len(output.attempts):
        yield "the same command once more did something"
    retried = bench.map("--retry", *FAULTY_WORDS, expect=2)
    if len(retried.attempts) <= len(output.attempts) or retried.states() != output.states():
        yield "--retry did not try the failed ones again"
    yield from (f"retried: {fault}" for fault in map_output.faults(retried))


# Writes to all of the 600 MB that it takes.
GREEDY = "import time, sys; block = b'x' * (600 << 20) if sys.argv[1] == '0' else b''; time.sleep(60 * bool(block))"


def memory(bench: Bench) -> Iterator[str]:
    """Not an example: a program that takes more memory than it may, and one that does not."""
    words = ["--repetitions", "2", "--attempts", "1", "--memory", "300M", "--slots", "2", "--"]
    output = bench.map(*words, sys.executable, "-c", GREEDY, "{rank}", expect=2)
    if [run["ended"] for run in output.runs] != ["out-of-memory", "exited"]:
        yield f"the greedy one and the other ended {[run['ended'] for run in output.runs]}"
    if sum(node["halvings"] for node in output.summary["nodes"]) != 1:
        yield "its node has not been told to run fewer at once"
    if not int(output.runs[0]["peak_memory_bytes"]) > 300e6 > int(output.runs[1]["peak_memory_bytes"]):
        yield "the peaks of memory are not on both sides of the limit"
