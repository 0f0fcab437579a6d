"""Where examples of `sauva map` are run: the program, the words before it, the data, and an empty folder."""

import csv
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from map_output import Output

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES_DIR = ROOT / "examples" / "map"
# Longer than any example takes on a slow machine.
PATIENCE_S = 900


@dataclass
class Bench:
    """Where an example is run: the program, the words before it, the DICOM folder, and an empty folder."""

    sauva: Path
    launcher: str
    data: Path
    folder: Path

    def environment(self) -> dict[str, str]:
        return os.environ | {
            "SAUVA": str(self.sauva), "LAUNCHER": self.launcher, "PYTHON": sys.executable, "IN": str(self.data),
        }  # fmt: skip

    def start(self, name: str, *options: str, out: str = "out", **variables: str) -> subprocess.Popen:
        """Starts an example's run.sh; what it says goes to a file."""
        command = ["bash", EXAMPLES_DIR / name / "run.sh", self.folder / out, *options]
        with open(self.folder / f"{out}.said", "ab") as said:
            return subprocess.Popen(command, env=self.environment() | variables, stdout=said, stderr=said, stdin=subprocess.DEVNULL)

    def run(self, name: str, *options: str, expect: int = 0, out: str = "out", **variables: str) -> Output:
        """Runs it to its end."""
        return self.ended(self.start(name, *options, out=out, **variables), expect, out)

    def map(self, *words: str, expect: int = 0, out: str = "out") -> Output:
        """Runs `sauva map` with words of its own."""
        self.run_map(*words, expect=expect, out=out)
        return Output(self.folder / out)

    def run_map(self, *words: str, expect: int, out: str) -> None:
        """The same where what it leaves is not that of units, as of a chain."""
        command = [*self.launcher.split(), self.sauva, "map", "--output", self.folder / out, *words]
        with open(self.folder / f"{out}.said", "ab") as said:
            begun = subprocess.Popen(command, stdout=said, stderr=said, stdin=subprocess.DEVNULL)
        self.end(begun, expect, out)

    def ended(self, begun: subprocess.Popen, expect: int, out: str = "out") -> Output:
        """Waits for an example's end, which must have this exit code."""
        self.end(begun, expect, out)
        return Output(self.folder / out)

    def end(self, begun: subprocess.Popen, expect: int, out: str) -> None:
        code = begun.wait(PATIENCE_S)
        if code != expect:
            last = self.said(out).splitlines()[-20:]
            raise AssertionError("\n".join([f"exit code {code}, not {expect}", *last]))

    def said(self, out: str = "out") -> str:
        return (self.folder / f"{out}.said").read_text(errors="replace")


def alone(*command: str | Path) -> bytes:
    """What a program prints when it is run by itself."""
    return subprocess.run(command, check=True, capture_output=True).stdout


def table(file: Path) -> list[dict[str, str]]:
    with open(file, newline="") as opened:
        return list(csv.DictReader(opened))
