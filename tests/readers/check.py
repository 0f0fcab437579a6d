#!/usr/bin/env python3
"""Opens what sauva wrote with other people's readers.

    check.py INPUT OUTPUT PRIVATE_LOG CATALOGUE

Every reader of `readers/` reads every written instance, and the samples that it gives equal the
catalogue's px_sha256 of the input. What a reader does not support stands in `unsupported.py`. Prints
each difference, what each reader made of the files, and the totals.
"""

import collections
import csv
import json
import pathlib
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pydicom

from samples import Form
from unsupported import Case, reason

# The slowest first.
READERS = ("with_dcmtk", "with_pydicom", "with_dciodvfy", "with_simpleitk", "with_gdcm")
# These look at the elements alone.
STRUCTURE = ("pydicom", "dcmdump", "dciodvfy")
# What nearly no library supports is not shown to be right, but for samples above the lowest bit: PS3.5
# section 8.1.1 has none any more, and only DCMTK leaves such words as they are.
FEWEST_LIBRARIES = 2
PROCESSES = 2
TIMEOUT_S = 120
# Decoders of these may differ by a step.
LOSSY = ("1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51", "1.2.840.10008.1.2.4.91")


@dataclass(frozen=True)
class Answer:
    """What a reader made of a file: the digest of the samples, or why it refuses."""

    reader: str
    digest: str | None
    refusal: str | None


class Worker:
    """A reader's process, started anew where a file ends it."""

    def __init__(self, module: str):
        self.module, self.process = module, None

    def start(self) -> None:
        worker = pathlib.Path(__file__).with_name("worker.py")
        command = [sys.executable, worker, self.module]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)
        if self.process.stdout.readline() == "":
            raise SystemExit(f"{self.module} cannot be started")

    def answers(self, case: Case) -> list[Answer]:
        if self.process is None:
            self.start()
        self.process.stdin.write(json.dumps([str(case.target), str(case.source)]) + "\n")
        self.process.stdin.flush()
        clock = threading.Timer(TIMEOUT_S, self.process.kill)
        clock.start()
        answers = list(self.answers_of_file())
        clock.cancel()
        return answers

    def answers_of_file(self):
        name = self.module
        for line in self.process.stdout:
            told = json.loads(line)
            if told is None:
                return
            if isinstance(told, str):
                name = told
            else:
                yield Answer(name, *told)
        code = self.process.wait()
        self.process = None
        yield Answer(name, None, f"ended with {code}")

    def end(self) -> None:
        if self.process is not None:
            self.process.stdin.close()
            self.process.wait()


def read_all(module: str, cases: list[Case]) -> list[tuple[Case, Answer]]:
    worker = Worker(module)
    answers = [(case, answer) for case in cases for answer in worker.answers(case)]
    worker.end()
    return answers


def verdict(case: Case, answer: Answer) -> tuple[str, str]:
    """What became of a file in a reader, and why it is no success."""
    refuses = answer.refusal is not None
    if not refuses and (answer.reader in STRUCTURE or case.wanted is None):
        return "read", ""
    if not refuses and answer.digest == case.wanted:
        return "equal", ""
    why = reason(answer.reader, case, refuses)
    return ("not supported", why) if why else ("failed", answer.refusal or "other samples")


def library(reader: str) -> str:
    """Whose code it is: SimpleITK reads by GDCM, all tools named dcm.. are DCMTK's."""
    if reader == "SimpleITK" or reader.endswith("gdcm"):
        return "GDCM"
    return "DCMTK" if reader.startswith("dcm") else reader


def written(root, output, private_log, catalogue) -> list[Case]:
    base = catalogue.parent.resolve()
    with catalogue.open(newline="") as rows:
        wanted = {row["file"]: row for row in csv.DictReader(rows)}
    with (output / "index.csv").open(newline="") as rows:
        index = {row["path_id"]: row for row in csv.DictReader(rows)}
    cases = []
    with private_log.open(newline="") as rows:
        for row in csv.DictReader(rows):
            if row["outcome"] == "written":
                source = (root / row["path"]).resolve()
                target = output / index[row["path_id"]]["path"]
                cases.append(case(source, target, wanted[str(source.relative_to(base))]))
    return cases


def case(source: pathlib.Path, target: pathlib.Path, row: dict) -> Case:
    header = pydicom.dcmread(target, stop_before_pixels=True)
    is_settled = row["px_agree"] in ("one", "yes") and row["transfer_syntax_uid"] not in LOSSY
    return Case(
        name=row["file"],
        source=source,
        target=target,
        syntax=header.file_meta.TransferSyntaxUID,
        sop_class=header.SOPClassUID,
        form=Form.of(header) if "Rows" in header and "BitsAllocated" in header else None,
        wanted=(is_settled and row["px_sha256"]) or None,
    )


def main() -> int:
    cases = written(*map(pathlib.Path, sys.argv[1:]))
    with ThreadPoolExecutor(PROCESSES) as pool:
        answers = pool.map(lambda module: read_all(module, cases), READERS)
        answers = [pair for of_reader in answers for pair in of_reader]
    counts = collections.defaultdict(collections.Counter)
    unsupported, equal = collections.Counter(), collections.defaultdict(set)
    failures = []
    for case, answer in answers:
        state, why = verdict(case, answer)
        counts[answer.reader][state] += 1
        if state == "equal":
            equal[case.name].add(library(answer.reader))
        elif state == "not supported":
            unsupported[f"{answer.reader}: {why}"] += 1
        elif state == "failed":
            failures.append((case.name, f"{answer.reader}: {why}"))
    for case in cases:
        libraries = sorted(equal[case.name])
        is_shown = len(libraries) >= FEWEST_LIBRARIES
        if case.wanted and not is_shown and not case.form.is_shifted:
            failures.append((case.name, f"the samples come out of {libraries} alone"))
    for name, why in sorted(failures):
        print(f"{name}: {why}")
    for name in sorted(counts):
        print(f"{name}: " + ", ".join(f"{n} {state}" for state, n in sorted(counts[name].items())))
    for why in sorted(unsupported):
        print(f"not supported {unsupported[why]} times: {why}")
    failed = {name for name, _ in failures}
    print(f"readers: {len(cases) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
