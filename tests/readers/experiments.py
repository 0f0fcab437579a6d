"""What `scripts/run_experiments.sh` leaves, read by others: tables, plots and the report of a small study.

    experiments.py RESULTS REPETITIONS PROCESSORS

Every configuration has its repetitions, all wrote the same bytes, numbers are numbers, every plot is there as SVG with
a text alternative and as PNG, and REPORT.md links what is there. The last line has the totals.
"""

import csv
import json
import math
import re
import struct
import sys
import zlib
from pathlib import Path
from xml.etree import ElementTree

PLOTS = ["time_vs_procs", "speedup_vs_procs", "efficiency_vs_procs", "throughput_vs_procs", "karp_flatt",
         "ranks_vs_threads"]
SVG = "{http://www.w3.org/2000/svg}"


def table(results: Path, repetitions: int, processors: int) -> list[str]:
    """What is wrong with experiments.csv."""
    rows = list(csv.DictReader((results / "experiments.csv").open()))
    wrong = []
    if {int(row["ranks"]) * int(row["threads"]) for row in rows} != {p for p in (1, 2, 4, 8, 16) if p <= processors}:
        wrong.append("not all numbers of processors are there")
    for row in rows:
        where = f"{row['mode']} {row['ranks']} x {row['threads']}"
        if int(row["n"]) != repetitions:
            wrong.append(f"{where}: {row['n']} runs")
        if row["identical"] != "true":
            wrong.append(f"{where}: other bytes")
        for name in ["mean_s", "sd_s", "median_s", "min_s", "max_s", "speedup", "efficiency", "files_per_s"]:
            if not math.isfinite(float(row[name])) or float(row[name]) < 0:
                wrong.append(f"{where}: {name} is {row[name]}")
        if not float(row["min_s"]) <= float(row["median_s"]) <= float(row["max_s"]):
            wrong.append(f"{where}: the median is not between the least and the greatest")
    return wrong


def svg(path: Path) -> list[str]:
    """What is wrong with a plot as SVG."""
    root = ElementTree.parse(path).getroot()
    texts = [(root.findtext(f"{SVG}{name}") or "").strip() for name in ["title", "desc"]]
    wrong = [] if root.tag == f"{SVG}svg" and root.get("viewBox") else ["no drawing"]
    if not all(texts):
        wrong.append("no title or no description")
    if len(list(root.iter())) < 20:
        wrong.append("hardly anything is drawn")
    return wrong


def png(path: Path) -> list[str]:
    """What is wrong with a plot as PNG: its checksums, its size, a single colour."""
    data, at, pixels, size = path.read_bytes(), 8, b"", (0, 0)
    if data[:8] != b"\x89PNG\r\n\x1a\n":
        return ["no PNG"]
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at:at + 8])
        chunk = data[at + 8:at + 8 + length]
        if zlib.crc32(kind + chunk) != struct.unpack(">I", data[at + 8 + length:at + 12 + length])[0]:
            return ["a checksum is wrong"]
        if kind == b"IHDR":
            size = struct.unpack(">II", chunk[:8])
        pixels += chunk if kind == b"IDAT" else b""
        at += 12 + length
    drawn = zlib.decompress(pixels)
    wrong = [] if min(size) >= 300 else [f"{size} pixels"]
    return wrong + ([] if len(set(drawn)) > 20 else ["hardly any colour"])


def report(path: Path) -> list[str]:
    """What is wrong with REPORT.md."""
    text = path.read_text()
    links = re.findall(r"\]\(([^)#]+)\)", text)
    wrong = [f"{link} is not there" for link in links if "://" not in link and not (path.parent / link).exists()]
    if re.search(r"\b(NaN|inf)\b", text):
        wrong.append("a number that is none")
    return wrong + ([] if len(links) >= len(PLOTS) else ["hardly any picture"])


def main() -> int:
    results, repetitions, processors = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    checks = {"experiments.csv": lambda: table(results, repetitions, processors),
              "REPORT.md": lambda: report(results / "REPORT.md"),
              "runs.json": lambda: [] if json.loads((results / "runs.json").read_text())["results"] else ["empty"],
              "environment.json": lambda: [] if json.loads((results / "environment.json").read_text()) else ["empty"]}
    for name in PLOTS:
        checks[f"{name}.svg"] = lambda name=name: svg(results / "plots" / f"{name}.svg")
        checks[f"{name}.png"] = lambda name=name: png(results / "plots" / f"{name}.png")
    failed = 0
    for name, check in checks.items():
        try:
            wrong = check()
        except (OSError, ValueError, KeyError, ElementTree.ParseError) as error:
            wrong = [f"cannot be read: {error}"]
        for what in wrong:
            print(f"{name}: {what}")
        failed += bool(wrong)
    print(f"experiments: {len(checks) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
