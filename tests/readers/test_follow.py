#!/usr/bin/env python3
"""Tries follow.py and links.py on pages that are made for it: what is wrong must be found, with its line."""

import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
passed = failed = 0


def judged(tool: str, page: str, expected: str, *, ok: bool) -> None:
    """A page, and words that must stand in what is said of it."""
    global passed, failed
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "page.md"
        file.write_text(page)
        run = subprocess.run([sys.executable, HERE / tool, file], capture_output=True, text=True)
    if (run.returncode == 0) == ok and expected in run.stdout:
        passed += 1
    else:
        failed += 1
        print(f"FAILED: {tool}, {expected!r} expected of\n{page}\nfound {run.returncode}:\n{run.stdout}{run.stderr}")


def shell(mark: str, commands: str) -> str:
    return f"# A page\n\n{mark}\n```sh\n{commands}\n```\n"


run, fails = "<!-- run -->", "page.md:"
judged("follow.py", shell(run, "test -e Cargo.toml\ncd src\ntest -e main.rs"), "follow: 1 passed, 0 failed", ok=True)
judged("follow.py", shell(run, "true\nfalse\ntrue"), f"{fails}6: exit code 1", ok=False)
judged("follow.py", shell(run, "true |\n  grep x"), "follow: 0 passed, 1 failed", ok=False)
judged("follow.py", shell("Words.", "true"), f"{fails}5: no mark", ok=False)
judged("follow.py", shell("<!-- cluster -->", "sbatch nowhere"), "follow: 1 passed, 0 failed", ok=True)
judged("follow.py", shell("<!-- cluster -->", "if true"), f"{fails}5: ", ok=False)
judged("follow.py", shell("<!-- long -->", "false"), "follow: 1 passed, 0 failed", ok=True)
judged("follow.py", shell(run, 'test -z "${SLURM_JOB_ID:-}${USER:-}"'), "follow: 1 passed, 0 failed", ok=True)
judged("follow.py", shell(run, "[ ! -e $HOME/.bashrc ]\ncd /") + shell(run, "[ $PWD = / ]"), "2 passed, 0", ok=True)
judged("follow.py", shell(run, "false") + shell(run, "true"), "follow: 0 passed, 2 failed", ok=False)
judged("follow.py", "# A page\n\n```text\nsaid\n```\n", "no block", ok=False)

judged("links.py", "# One\n\n[here](#one) [out](https://example.org/x)\n", "links: 2 passed, 0 failed", ok=True)
judged("links.py", "# One\n\n[gone](other.md)\n", f"{fails}3: other.md", ok=False)
judged("links.py", "# One\n\n[gone](#two)\n", f"{fails}3: #two", ok=False)
judged("links.py", "# One\n\n```text\n[no link](gone.md)\n```\n`[nor](this.md)`\n\n[here](#one)\n", "1 passed, 0", ok=True)
judged("links.py", "# One\n\n![picture](gone.png) <img src=\"gone.svg\">\n", "links: 0 passed, 2 failed", ok=False)
print(f"follow and links, the judge: {passed} passed, {failed} failed")
sys.exit(failed != 0)
