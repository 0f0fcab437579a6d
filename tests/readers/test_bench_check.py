#!/usr/bin/env python3
"""Tries scripts/bench_check.py on figures that are made for it: what is slower must be found, and nothing else."""

import subprocess
import sys
import tempfile
from pathlib import Path

TOOL = Path(__file__).resolve().parents[2] / "scripts" / "bench_check.py"
HEAD = "# compiler: rustc 1.90.0, x86_64-unknown-linux-gnu\n# processor: x86_64 avx2\n"
OTHER = HEAD.replace("1.90.0", "1.91.0")
passed = failed = 0


def of(figures: dict[str, int], head: str = HEAD) -> str:
    return head + "kernel,instructions\n" + "".join(f"{name},{figure}\n" for name, figure in figures.items())


def judged(kept: str | None, now: str, *options: str, code: int, says: str, leaves: str | None = None) -> None:
    """Both tables, words that must be said, and what KEPT holds thereafter: what it held, if nothing else is given."""
    global passed, failed
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / "kept.csv", Path(folder) / "now.csv"]
        for file, content in zip(files, (kept, now)):
            if content is not None:
                file.write_text(content)
        run = subprocess.run([sys.executable, TOOL, *files, *options], capture_output=True, text=True)
        left = files[0].read_text() if files[0].exists() else None
    said = run.stdout + run.stderr
    if run.returncode == code and says in said and left == (kept if leaves is None else leaves):
        passed += 1
    else:
        failed += 1
        print(f"FAILED: {code}, {says!r} expected of {kept!r} and {now!r} {options}\nfound {run.returncode}:\n{said}{left}")


same = {"read": 1000, "write": 2_000_000}
kept = of(same)
judged(kept, kept, code=0, says="bench_check: 2 passed, 0 failed")
# The bound itself, and one above it, for a figure small and large.
judged(kept, of(same | {"read": 1050}), code=0, says="+5.00%")
judged(kept, of(same | {"read": 1051}), code=1, says="FAILED: read needs 5.1% more")
judged(kept, of(same | {"write": 2_100_001}), code=1, says="bench_check: 1 passed, 1 failed")
judged(kept, of({"read": 1100, "write": 2_200_000}), code=1, says="bench_check: 0 passed, 2 failed")
# What is quicker is told, and hides nothing.
judged(kept, of(same | {"read": 950}), code=0, says="-5.00%")
judged(kept, of(same | {"read": 949}), code=0, says="read needs 5.1% fewer instructions: keep")
judged(kept, of({"read": 500, "write": 4_000_000}), code=1, says="FAILED: write needs 100.0% more")
# One that is new or gone.
judged(kept, of(same | {"new": 7}), code=1, says="FAILED: new has no kept figure")
judged(kept, of({"read": 1000}), code=1, says="FAILED: write is kept and was not counted")
judged(kept, of({"read": 1000}), "--part", code=0, says="bench_check: 1 passed, 0 failed")
judged(kept, of({"read": 2000}), "--part", code=1, says="FAILED: read")
judged(None, kept, code=1, says="FAILED: read has no kept figure")
# Another compiler.
judged(kept, of({"read": 9000, "write": 1}, OTHER), code=0, says="Nothing is judged")
judged(kept, of(same, OTHER), code=0, says="kept for compiler: rustc 1.90.0")
judged(kept, of(same, OTHER), "--strict", code=1, says="this is  compiler: rustc 1.91.0")
judged(kept, of(same, HEAD.split("\n")[0] + "\n"), "--strict", code=1, says="kept for processor: x86_64 avx2")
# Kept anew.
new = of({"read": 3000, "later": 5}, OTHER)
judged(kept, new, "--keep", code=0, says="2 figures", leaves=new)
judged(None, new, "--keep", code=0, says="2 figures", leaves=new)
judged(kept, of({"read": 3000}), "--keep", "--part", code=0, says="2 figures", leaves=of(same | {"read": 3000}))
judged(kept, of({"read": 3000}, OTHER), "--keep", "--part", code=1, says="keep all, without --only")
judged(None, of({"read": 3000}), "--keep", "--part", code=1, says="keep all, without --only")
# No tables.
judged(kept, of({}), code=1, says="nothing was counted")
judged("read,1000\n", kept, code=1, says="is no table of kernel,instructions")
judged(kept, kept + "read,1000\n", code=1, says="the row 'read,1000'")
judged(kept, kept + "quick,0\n", code=1, says="the row 'quick,0'")
judged(kept, kept + "quick,-5\n", code=1, says="the row 'quick,-5'")
judged(kept, kept, "--kepp", code=1, says="say KEPT NOW")
print(f"instructions, the judge: {passed} passed, {failed} failed")
sys.exit(failed != 0)
