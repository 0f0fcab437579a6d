"""What each example of examples/map must come to, computed in another way.

A check is given a `Bench` (where to run) and yields one sentence for each thing that is wrong. `EXAMPLES` names them, with what each
needs beside sauva.
"""

import csv
import io
import json
import math
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import map_science
from map_bench import EXAMPLES_DIR, ROOT, Bench, alone, table
from map_kills import failures, memory, pi

def box_muller(bench: Bench) -> Iterator[str]:
    output = bench.run("box_muller")
    program = EXAMPLES_DIR / "box_muller" / "normal.py"
    if output.joined != b"".join(alone(sys.executable, program, str(seed), "20000") for seed in range(5)):
        yield "output.txt is not what five runs by hand print"
    x = [float(line) for line in output.joined.split()]
    n, mean = len(x), sum(x) / len(x)
    moments = [sum((one - mean) ** power for one in x) / len(x) for power in (2, 3, 4)]
    # Five standard errors of each, of a normal distribution.
    told = {
        "mean": (mean, 1 / n),
        "variance": (moments[0] - 1, 2 / n),
        "skewness": (moments[1] / moments[0] ** 1.5, 6 / n),
        "kurtosis": (moments[2] / moments[0] ** 2 - 3, 24 / n),
    }
    for name, (off, variance) in told.items():
        if n != 100_000 or abs(off) > 5 * math.sqrt(variance):
            yield f"{name} of {n} numbers is off by {off}"


def trapezoid(bench: Bench) -> Iterator[str]:
    output = bench.run("trapezoid")
    rows = [line.split(",") for line in output.joined.decode().splitlines()]
    grid = [row["n"] for row in table(EXAMPLES_DIR / "trapezoid" / "grid.csv")]
    if [row[0] for row in rows] != grid or [run["param_n"] for run in output.runs] != grid or len(grid) != 1000:
        yield "output.txt and runs.csv do not have the 1,000 rows of the grid in order"
    yield from map_science.trapezoid([(int(n), abs(float(error))) for n, _, error in rows])
    for rank in range(0, 1000, 37):
        if alone(EXAMPLES_DIR / "trapezoid" / "trapezoid", grid[rank]) != output.log(output.runs[rank]["unit"]):
            yield f"rank {rank} printed something else than the program by hand"


def knn(bench: Bench) -> Iterator[str]:
    output = bench.run("knn")
    found = {int(run["param_k"]): int(table(output.unit(run["unit"]) / "score.csv")[0]["right"]) for run in output.runs}
    expected = map_science.nearest_neighbours(sorted(found))
    if found != expected:
        yield f"numpy tells {expected}, the runs {found}"
    best = max(expected, key=lambda k: (expected[k], -k))
    if f"k {best}, right {expected[best]}" not in bench.said():
        yield f"the best k is {best}, and run.sh does not say so"


def vital_signs(bench: Bench) -> Iterator[str]:
    output = bench.run("vital_signs")
    scores = [table(output.unit(run["unit"]) / "score.csv")[0] for run in output.runs]
    if len(scores) != len(table(EXAMPLES_DIR / "vital_signs" / "grid.csv")):
        yield f"{len(scores)} runs"
    for run, score in zip(output.runs, scores):
        if not float(score["auc"]) > float(score["auc_heart_rate"]) + 0.05:
            yield f"{run['unit']}: the forest is hardly better than the heart rate: {score}"
    one = output.runs[5]
    by_hand = bench.folder / "by_hand"
    by_hand.mkdir()
    alone(sys.executable, EXAMPLES_DIR / "vital_signs" / "forest.py", one["param_seed"], one["param_longest_gap"], by_hand)
    for name in ("score.csv", "hourly.csv"):
        if (by_hand / name).read_bytes() != (output.unit(one["unit"]) / name).read_bytes():
            yield f"{name} of {one['unit']} is not that of the program by hand"
    yield from map_science.hourly(EXAMPLES_DIR / "vital_signs", one, by_hand / "hourly.csv")


def radiomics(bench: Bench) -> Iterator[str]:
    output = bench.run("radiomics")
    # `sauva stats` measures the same originals.
    measured = bench.folder / "measured"
    stats = [bench.sauva, "stats", bench.data, measured, "--key-file", key(bench)]
    code = subprocess.run(stats, capture_output=True, check=False).returncode
    if code not in (0, 2):
        raise AssertionError(f"sauva stats ended with {code}")
    question = "SELECT SeriesInstanceUID, images, n_pixels, mean, sd, min, max FROM series WHERE Modality NOT IN ('SEG', 'RTDOSE')"
    answer = alone(bench.sauva, "query", measured, "--format", "csv", question).decode()
    expected = {row["SeriesInstanceUID"]: row for row in csv.DictReader(io.StringIO(answer)) if int(row["images"] or 0) > 0}
    found = {row["unit"]: row for row in table(output.folder / "first_order.csv")}
    yield from map_science.first_order(found, expected)


def key(bench: Bench) -> Path:
    file = bench.folder / "key"
    alone(bench.sauva, "keygen", file)
    return file


def dcm2niix(bench: Bench) -> Iterator[str]:
    yield from map_science.volumes(bench.run("dcm2niix"), bench.data)


def gang(bench: Bench) -> Iterator[str]:
    output = bench.run("gang", COPIES="2")
    lines = [table(file)[0] for file in (output.folder / "units").rglob("line.csv")]
    expected = map_science.line(copies=2)
    if len(lines) != 1 or any(abs(float(lines[0][name]) - expected[name]) > 1e-6 for name in expected):
        yield f"the copies find {lines}, least squares {expected}"
    if [line.split(b":")[0] for line in output.joined.splitlines()] != [b"copy 0 of 2", b"copy 1 of 2"]:
        yield "output.txt does not have a line from each copy, in order"


CHAIN = [
    "stage", "copy", "mpi_rank", "host", "program", "policy", "records_in", "records_out", "bytes_in", "bytes_out", "read_s",
    "process_s", "write_s", "blocked_s", "cpu_s", "peak_memory_bytes", "exit_status", "ended",
]  # fmt: skip


def chain(bench: Bench) -> Iterator[str]:
    """Red tissue of slides by five stages, against one program that does it all; with other numbers of copies too."""
    folder = ROOT / "examples" / "chain"
    expected = alone(sys.executable, folder / "sequential.py", "1000", "800", "1", "2", "3")
    text = (folder / "chain.toml").read_text().replace('"python3"', json.dumps(sys.executable))
    for stage in ("tiles", "red", "density", "axis"):
        text = text.replace(f'"{stage}.py"', json.dumps(str(folder / f"{stage}.py")))
    for copies in ("1", "3", '"ranks"'):
        out = f"chain-{copies.strip(chr(34))}"
        file = bench.folder / f"{out}.toml"
        file.write_text(re.sub(r"(?m)^copies = .*", f"copies = {copies}", text))
        bench.run_map("--chain", str(file), out=out, expect=0)
        made = bench.folder / out
        if (made / "collected").read_bytes() != expected:
            yield f"copies = {copies}: not what the sequential program finds"
        rows = table(made / "chain.csv")
        if list(rows[0]) != CHAIN or any((row["ended"], row["exit_status"]) != ("exited", "0") for row in rows):
            yield f"copies = {copies}: chain.csv has other columns, or a copy that did not end well"
        stages = ["tiles", "red", "density", "axis", "collect"]
        told = {
            name: [sum(int(row[key]) for row in rows if row["stage"] == name) for key in ("records_in", "records_out")]
            for name in stages
        }
        # A record is lost nowhere; the borders of a tile go to several, where they are wanted.
        if any(told[one][1] != told[next][0] for one, next in pairwise(stages) if next != "density"):
            yield f"copies = {copies}: records in and out are {told}"
        if [one["name"] for one in json.loads((made / "summary.json").read_text())["chain"]["stages"]] != stages:
            yield "summary.json names other stages"


# Each with the modules of Python and the programs that it needs.
EXAMPLES = {
    failures: ([], []),
    memory: ([], []),
    box_muller: ([], []),
    trapezoid: (["numpy"], ["cc"]),
    pi: ([], ["cc"]),
    gang: (["numpy"], []),
    chain: (["numpy"], []),
    knn: (["numpy", "sklearn"], []),
    vital_signs: (["numpy", "pandas", "sklearn"], []),
    radiomics: (["numpy", "pydicom", "SimpleITK", "radiomics"], []),
    dcm2niix: (["numpy", "pydicom"], ["dcm2niix"]),
}
