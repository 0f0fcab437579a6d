"""Reads what `sauva map` leaves, and says what in it does not agree with itself.

`Output(folder)` reads the tables and summary.json; `faults(output)` gives one sentence for each thing that is wrong.
"""

import csv
import json
import stat
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path
from urllib.parse import quote

RUNS = [
    "rank", "unit", "state", "attempts", "host", "mpi_rank", "slot", "start_unix_s", "wall_s", "cpu_s", "peak_memory_bytes",
    "exit_status", "ended", "files", "bytes", "output",
]  # fmt: skip
ATTEMPTS = [
    "rank", "unit", "attempt", "mpi_rank", "host", "slot", "gpus", "start_unix_s", "wall_s", "cpu_s", "peak_memory_bytes",
    "exit_status", "ended",
]  # fmt: skip
FAILURES = ["rank", "unit", "attempts", "ended", "exit_status", "stderr_tail"]
SKIPPED = ["path", "reason"]
ENDS = {"exited", "signal", "time-limit", "out-of-memory", "cannot-start", "lost", "interrupted"}
# Clocks are read by two processes, and durations are printed with so many digits.
CLOCK_S = 0.05


class Output:
    """An output folder of `sauva map`, with its tables as lists of rows."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.headings: dict[str, list[str]] = {}
        self.runs = self._table("runs.csv")
        self.attempts = self._table("attempts.csv")
        self.failures = self._table("failures.csv")
        self.summary = json.loads((folder / "summary.json").read_text())
        self.skipped = self._table("skipped.csv") if self.summary["inputs"] else []
        self.joined = (folder / "output.txt").read_bytes()

    def _table(self, name: str) -> list[dict[str, str]]:
        with open(self.folder / name, newline="", encoding="utf-8", errors="strict") as file:
            reader = csv.DictReader(file)
            rows = list(reader)
            self.headings[name] = list(reader.fieldnames or [])
        return rows

    def unit(self, name: str) -> Path:
        """The folder of what a unit has left."""
        return self.folder / "units" / name

    def log_file(self, name: str, kind: str) -> Path:
        """Where standard output (`out`) or error (`err`) of a unit's last attempt stands; a path is one name there."""
        name = quote(name, safe="").replace("~", "%7E") if "/" in name else name
        return self.folder / "logs" / f"{name}.{kind}"

    def log(self, name: str, kind: str = "out") -> bytes:
        """What stands there; empty where the program said nothing."""
        file = self.log_file(name, kind)
        return file.read_bytes() if file.exists() else b""

    def states(self) -> Counter:
        return Counter(run["state"] for run in self.runs)


def faults(output: Output) -> list[str]:
    """What is wrong; empty of an output as it should be."""
    checks = [headings, ranks, states, attempts, slots, units, logs, failures, inputs, summary, rights]
    return [f"{check.__name__}: {fault}" for check in checks for fault in check(output)]


def headings(output: Output) -> list[str]:
    parameters = [f"param_{name}" for name in output.summary["run"]["parameters"]]
    expected = {"runs.csv": RUNS + parameters, "attempts.csv": ATTEMPTS, "failures.csv": FAILURES, "skipped.csv": SKIPPED}
    return [f"{name} has the columns {found}" for name, found in output.headings.items() if found != expected[name]]


def ranks(output: Output) -> list[str]:
    found = [int(run["rank"]) for run in output.runs]
    wrong = [] if found == list(range(len(found))) else ["runs.csv is not 0, 1, 2, .. by rank"]
    names = [run["unit"] for run in output.runs]
    return wrong + ([] if len(set(names)) == len(names) else ["two units have one name"])


def states(output: Output) -> list[str]:
    wrong = []
    for run in output.runs:
        is_good = (run["ended"], run["exit_status"]) == ("exited", "0")
        if run["state"] not in ("done", "failed", "open"):
            wrong.append(f"rank {run['rank']}: no state {run['state']}")
        elif (run["state"] == "done") != is_good:
            wrong.append(f"rank {run['rank']}: {run['state']}, and ended {run['ended']} {run['exit_status']}")
    return wrong


def attempts(output: Output) -> list[str]:
    """Every unit's attempts are numbered from 1, its row of runs.csv is that of the last."""
    wrong = []
    of = defaultdict(list)
    for attempt in output.attempts:
        of[attempt["rank"]].append(attempt)
        if attempt["ended"] not in ENDS:
            wrong.append(f"rank {attempt['rank']}: no end {attempt['ended']}")
        # Of a signal it is its number.
        if (attempt["ended"] in ("exited", "signal")) != (attempt["exit_status"] != ""):
            wrong.append(f"rank {attempt['rank']}: ended {attempt['ended']} with status {attempt['exit_status']!r}")
    key = [(int(attempt["rank"]), int(attempt["attempt"])) for attempt in output.attempts]
    if key != sorted(set(key)):
        wrong.append("attempts.csv is not in order of rank and attempt")
    for run in output.runs:
        last = of[run["rank"]][-1] if of[run["rank"]] else None
        if [int(one["attempt"]) for one in of[run["rank"]]] != list(range(1, int(run["attempts"]) + 1)):
            wrong.append(f"rank {run['rank']}: {run['attempts']} attempts, and other rows of attempts.csv")
        elif run["state"] != "open" and any(run[name] != last[name] for name in ATTEMPTS if name in RUNS):
            wrong.append(f"rank {run['rank']}: its row is not that of its last attempt")
    return wrong


def slots(output: Output) -> list[str]:
    """A slot does one thing at a time."""
    wrong = []
    of = defaultdict(list)
    for one in output.attempts:
        if one["start_unix_s"] and one["wall_s"] and one["ended"] != "lost":
            start = float(one["start_unix_s"])
            of[one["host"], one["mpi_rank"], one["slot"]].append((start, start + float(one["wall_s"])))
    for slot, spans in of.items():
        spans.sort()
        wrong += [f"two attempts at once in slot {slot}" for one, next in pairwise(spans) if next[0] < one[1] - CLOCK_S]
    return wrong


def units(output: Output) -> list[str]:
    """The folders that runs.csv names are there and not empty, and no others."""
    wrong = []
    named = [output.folder / run["output"] for run in output.runs if run["output"]]
    for run in output.runs:
        if run["output"]:
            if run["state"] != "done" or run["output"] != f"units/{run['unit']}":
                wrong.append(f"rank {run['rank']}: {run['state']} with the output {run['output']}")
            if not any((output.folder / run["output"]).iterdir()):
                wrong.append(f"rank {run['rank']}: its output is empty")
    folder = output.folder / "units"
    strays = [path for path in folder.rglob("*") if path.is_file() and not any(one in path.parents for one in named)]
    return wrong + [f"{len(strays)} files below units/ are of no unit"] * bool(strays)


def logs(output: Output) -> list[str]:
    """output.txt is the standard outputs of units that are done, in order; no log is empty."""
    wrong = []
    parts = [output.log(run["unit"]) for run in output.runs if run["state"] == "done"]
    # A last line without an end gets one.
    parts = [part + b"\n" if part and not part.endswith(b"\n") else part for part in parts]
    if b"".join(parts) != output.joined:
        wrong.append("output.txt is not the outputs of logs/ joined in order of rank")
    files = [path for path in (output.folder / "logs").rglob("*") if path.is_file()]
    known = {output.log_file(run["unit"], kind) for run in output.runs for kind in ("out", "err")}
    wrong += ["a log is empty"] * any(path.stat().st_size == 0 for path in files)
    return wrong + [f"{len(set(files) - known)} logs are of no unit"] * bool(set(files) - known)


def failures(output: Output) -> list[str]:
    """Exactly the failed units, with the tail of what they said."""
    wrong = []
    failed = {run["rank"]: run for run in output.runs if run["state"] == "failed"}
    if [row["rank"] for row in output.failures] != list(failed):
        wrong.append("failures.csv does not have the failed units in order")
    for row in output.failures:
        run = failed.get(row["rank"], row)
        if any(row[name] != run[name] for name in ("unit", "attempts", "ended", "exit_status")):
            wrong.append(f"rank {row['rank']}: failures.csv and runs.csv do not agree")
        said = output.log(run["unit"], "err")[-2000:].decode(errors="replace")
        if row["stderr_tail"] not in (said, said.rstrip("\n")):
            wrong.append(f"rank {row['rank']}: not the tail of its standard error")
    return wrong


def inputs(output: Output) -> list[str]:
    """All files of the input are in a unit or skipped."""
    told = output.summary["inputs"]
    files, in_bytes = (sum(int(run[name] or 0) for run in output.runs) for name in ("files", "bytes"))
    if told is None:
        return ["inputs where there are none"] if output.skipped or files or in_bytes else []
    wrong = [] if files == told["in_units"] else [f"{told['in_units']} files in units, runs.csv has {files}"]
    if told["files"] != told["in_units"] + sum(told["skipped"].values()):
        wrong.append("files in units and skipped are not all files")
    if Counter(row["reason"] for row in output.skipped) != Counter(told["skipped"]):
        wrong.append("skipped.csv and summary.json do not agree")
    return wrong


def summary(output: Output) -> list[str]:
    told = output.summary
    wrong = [] if told["schema"] == "sauva-map/1" else [f"schema {told['schema']}"]
    states = output.states()
    counted = {"total": len(output.runs)} | {state: states[state] for state in ("done", "failed", "open")}
    if told["units"] != counted:
        wrong.append(f"units are {counted}, not {told['units']}")
    ends = Counter(f"{one['ended']} {one['exit_status']}".strip() for one in output.attempts)
    if told["attempts"]["all"] != len(output.attempts) or Counter(told["attempts"]["by_end"]) != ends:
        wrong.append("attempts.csv has others")
    of = told["performance"]
    if of["work_s"] > 0 and abs(of["efficiency"] - of["busy_s"] / (told["run"]["slots"] * of["work_s"])) > 0.001:
        wrong.append("efficiency is not busy_s / (slots * work_s)")
    if told["run"]["tries"] == 1:
        busy = sum(float(one["wall_s"] or 0) for one in output.attempts)
        if abs(of["busy_s"] - busy) > 0.001 * max(1, len(output.attempts)):
            wrong.append(f"busy_s is {of['busy_s']}, attempts.csv has {busy:.3f}")
        if sum(node["attempts"] for node in told["nodes"]) != len(output.attempts):
            wrong.append("the attempts of nodes are not all")
    if told["run"]["nodes"] != len({node["host"] for node in told["nodes"]}):
        wrong.append("nodes are counted otherwise than listed")
    return wrong


def rights(output: Output) -> list[str]:
    """It may name patients: nobody else may enter."""
    mode = stat.S_IMODE(output.folder.stat().st_mode)
    wrong = [] if mode == 0o700 else [f"mode {mode:o}"]
    page = output.folder / "report.html"
    return wrong + ([] if page.exists() and page.stat().st_size else ["report.html is empty or not there"])
