"""What one file costs: large ones by the megabyte, and a small one by the millisecond.

`bigger(...)` and `start_up(...)` run sauva alone, in alternation, and give medians.
"""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from rounds import SAUVA_CODES
from running import Timed, clear, run
from ways import Tools, Way

BIGGER = Path(__file__).with_name("bigger.py")
KINDS = {"ct": "CT, 1,000 frames of 512 x 512", "mg": "tomosynthesis, 10 frames of 2560 x 2048"}
STARTS = 20


@dataclass(frozen=True)
class Bigger:
    """A large file on some cores: medians of its runs."""

    title: str
    cores: int
    size: int
    wall_s: float
    cpu_s: float
    peak_bytes: int


class Failed(Exception):
    """A run of sauva over one file has failed. Names no path."""


def bigger(tools: Tools, way: Way, cores: list[int], rounds: int, work: Path) -> list[Bigger]:
    """Large files, each by itself."""
    made = []
    for kind, title in KINDS.items():
        folder = work / "large"
        folder.mkdir()
        subprocess.run([tools.python, BIGGER, kind, folder / "1.dcm"], check=True)
        runs: dict[int, list[Timed]] = {n: [] for n in cores}
        for number in range(rounds):
            for n in cores if number % 2 == 0 else reversed(cores):
                runs[n].append(whole(way, n, folder, work))
                print(f"  round {number + 1}, cores {n}, {title}: {runs[n][-1].wall_s:.2f} s", file=sys.stderr, flush=True)
        size = (folder / "1.dcm").stat().st_size
        for n, timed in runs.items():
            walls, cpus, peaks = zip(*((it.wall_s, it.cpu_s, it.peak_bytes) for it in timed), strict=True)
            made.append(Bigger(title, n, size, median(walls), median(cpus), max(peaks)))
        shutil.rmtree(folder)
    clear(work / "out")
    return made


def start_up(tools: Tools, way: Way, cores: int, sample: Path, work: Path) -> tuple[float, float]:
    """Median milliseconds of a run over one small file with as many threads, and of `sauva --version`."""
    folder = work / "one"
    folder.mkdir()
    shutil.copy(sample, folder / "1.dcm")
    runs, versions = [], []
    for _ in range(STARTS):
        runs.append(whole(way, cores, folder, work).wall_s)
        versions.append(run([tools.sauva, "--version"], work, cores).wall_s)
    shutil.rmtree(folder)
    clear(work / "out")
    return 1e3 * median(runs), 1e3 * median(versions)


def whole(way: Way, cores: int, folder: Path, work: Path) -> Timed:
    """One run over a folder of one file, which must be written."""
    output = work / "out"
    clear(output)
    timed = run(way.command(cores, str(folder), str(output)), work, cores)
    if timed.exit_code not in SAUVA_CODES or len(list((output / way.instances).rglob("*.dcm"))) != 1:
        raise Failed(f"sauva has not written a single file that it was given: exit code {timed.exit_code}")
    return timed
