"""Runs one command on some cores and tells what it took, by `timed.py` in a process of its own."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

TIMED = Path(__file__).with_name("timed.py")


@dataclass(frozen=True)
class Timed:
    """Seconds, bytes of resident memory of the largest process, and the exit code, negative for a signal."""

    wall_s: float
    cpu_s: float
    peak_bytes: int
    exit_code: int


def cpus(cores: int) -> str:
    """The first so many that this process may use, as taskset takes them."""
    return ",".join(map(str, sorted(os.sched_getaffinity(0))[:cores]))


def run(command: list[str], work: Path, cores: int | None = None) -> Timed:
    """Runs a command, pinned where `cores` are given. What it says is in `work`/log."""
    report = work / "report.json"
    pinned = [] if cores is None else ["taskset", "-c", cpus(cores)]
    # -S and its kin: without site packages the peak that is handed on is smaller.
    begun = subprocess.Popen([sys.executable, "-I", "-S", TIMED, report, work / "log", *pinned, *command])
    try:
        begun.wait()
    except KeyboardInterrupt:
        begun.wait()  # It has been told as well: folders are removed once nobody writes any more.
        raise
    return Timed(**json.loads(report.read_text()))


def clear(output: Path) -> None:
    """Makes room for an output, and lets the disk come to rest. None of it is timed."""
    for folder in (output, Path(f"{output}.between")):
        shutil.rmtree(folder, ignore_errors=True)
    os.sync()


def last_words(work: Path) -> None:
    """Hands on what a command said last, to standard error: invented files alone may be spoken of like this."""
    for line in (work / "log").read_text(errors="replace").splitlines()[-5:]:
        print(f"    {line[:200]}", file=sys.stderr)
