#!/usr/bin/env python3
"""Follows a page line by line, as a reader does who copies its commands into a shell.

    follow.py [--sauva FILE] [--long] README.md ..

Every fenced block of a shell has a comment before it that says what becomes of it:

    <!-- run -->       run, in a clean copy of the checkout, all of a page in one shell
    <!-- long -->      the same with --long; else its syntax is looked at
    <!-- example -->   has names to be filled in: its syntax is looked at
    <!-- cluster -->   belongs to a cluster: its syntax is looked at

A shell's block is one of `sh`, `bash` or without a language; what a command prints stands in a block of `text`.
The environment is empty but for PATH, a new HOME, and where cargo keeps the crates. `sauva` is the program of
--sauva. A command that fails is told with its line in the page. The last line has the totals, of blocks.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHELLS = {"", "sh", "bash", "shell", "console"}
MARKS = {"run", "long", "example", "cluster"}
FENCE = re.compile(r"^ {0,3}(```+|~~~+)\s*([A-Za-z0-9_+-]*)")
MARK = re.compile(r"^<!-- ([a-z]+) -->$")


@dataclass
class Block:
    """A fenced block of a shell: where its first command stands (from 1), what is in it, how it is marked."""

    line: int
    commands: list[str]
    mark: str | None


def blocks(text: str) -> list[Block]:
    """All blocks of a shell in a page."""
    found, fence, mark = [], None, None
    for number, line in enumerate(text.splitlines(), 1):
        if fence is not None:
            if line.strip() == fence:
                fence = None
            elif inside is not None:
                inside.commands.append(line)
        elif opening := FENCE.match(line):
            fence = opening[1]
            inside = Block(number + 1, [], mark) if opening[2] in SHELLS else None
            if inside:
                found.append(inside)
            mark = None
        elif line.strip():
            known = MARK.match(line.strip())
            mark = known[1] if known else None
    return found


def script(blocks_to_run: list[Block]) -> str:
    """One script of them, in which each command stands on the line that it has in the page."""
    lines = []
    for block in blocks_to_run:
        lines += [""] * (block.line - 1 - len(lines)) + block.commands
    # On the first line, which is a heading in every page.
    assert not lines or not lines[0], "a page begins with a command"
    lines[:1] = ["set -eEuo pipefail; trap 'echo \"$LINENO\" >&3' ERR"]
    return "\n".join(lines) + "\n"


def syntax_fault(block: Block) -> str | None:
    """What bash says of a block that is not run."""
    said = subprocess.run(["bash", "-n"], input="\n".join(block.commands), capture_output=True, text=True)
    return said.stderr.strip() if said.returncode else None


def copy_of_checkout(to: Path) -> None:
    """The files that git knows of, as they are now."""
    files = subprocess.run(["git", "-C", ROOT, "ls-files", "-z"], check=True, capture_output=True).stdout
    pack = subprocess.run(
        ["tar", "-C", ROOT, "--null", "-T", "-", "--ignore-failed-read", "-cf", "-"],
        input=files, check=True, capture_output=True,
    )
    subprocess.run(["tar", "-C", to, "-xf", "-"], input=pack.stdout, check=True)


def environment(home: Path, sauva: Path | None) -> dict[str, str]:
    """What a reader's shell has."""
    bin_folder = home / "bin"
    bin_folder.mkdir()
    if sauva:
        (bin_folder / "sauva").symlink_to(sauva.resolve())
    real_home = Path(os.environ.get("HOME", "/root"))
    kept = {
        "PATH": f"{bin_folder}:{os.environ['PATH']}",
        "HOME": str(home),
        "LC_ALL": "C.UTF-8",
        "CARGO_HOME": os.environ.get("CARGO_HOME", str(real_home / ".cargo")),
        "RUSTUP_HOME": os.environ.get("RUSTUP_HOME", str(real_home / ".rustup")),
    }
    # Containers are root's; the pages tell of these two where they first start MPI.
    if os.geteuid() == 0:
        kept |= {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
    return kept


def run(page: Path, to_run: list[Block], sauva: Path | None) -> tuple[int, str] | None:
    """The line of the first command that failed and what was said last; None where all went well."""
    with tempfile.TemporaryDirectory() as folder:
        home, checkout = Path(folder) / "home", Path(folder) / "checkout"
        home.mkdir()
        checkout.mkdir()
        copy_of_checkout(checkout)
        commands, where = Path(folder) / "commands", Path(folder) / "line"
        commands.write_text(script(to_run))
        with open(Path(folder) / "said", "w+", errors="replace") as said:
            code = subprocess.run(
                ["bash", "-c", 'exec 3>"$1"; source "$2"', "follow", where, commands],
                cwd=checkout, env=environment(home, sauva), stdin=subprocess.DEVNULL, stdout=said, stderr=said,
            ).returncode
            if code == 0:
                return None
            said.seek(0)
            last = "".join(said.readlines()[-20:])
        lines = where.read_text().split()
        return int(lines[0]) if lines else to_run[0].line, f"exit code {code}\n{last}"


def follow(page: Path, sauva: Path | None, long: bool) -> tuple[int, int]:
    """Blocks that passed and that failed."""
    found = blocks(page.read_text())
    faults: dict[int, str] = {}
    for block in found:
        if block.mark not in MARKS:
            faults[block.line] = f"no mark before the block: one of {', '.join(sorted(MARKS))}"
        elif fault := syntax_fault(block):
            faults[block.line] = fault
    to_run = [block for block in found if block.mark == "run" or (long and block.mark == "long")]
    if to_run and not faults and (failure := run(page, to_run, sauva)):
        line, said = failure
        at = max((block for block in to_run if block.line <= line), key=lambda block: block.line, default=to_run[0])
        faults[line] = said
        # Nobody knows of those behind it.
        faults |= {block.line: "not reached" for block in to_run if block.line > at.line}
    for line, fault in sorted(faults.items()):
        print(f"{page}:{line}: {fault}")
    if not found:
        print(f"{page}: no block of a shell")
        return 0, 1
    return len(found) - len(faults), len(faults)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sauva", type=Path, help="the program that the pages call sauva")
    parser.add_argument("--long", action="store_true", help="run what takes minutes as well")
    parser.add_argument("pages", nargs="+", type=Path)
    asked = parser.parse_args()
    totals = [follow(page, asked.sauva, asked.long) for page in asked.pages]
    passed, failed = (sum(column) for column in zip(*totals))
    print(f"follow: {passed} passed, {failed} failed")
    sys.exit(failed != 0)


if __name__ == "__main__":
    main()
