#!/usr/bin/env python3
"""Compares counted instructions with those that are kept, for bench_check.sh.

    bench_check.py KEPT NOW [--keep] [--strict] [--part]

Both are tables `kernel,instructions` under lines `# what: value`, which say what the figures hold for. Prints both with
the change, and says what to do. Exit code 1 where one has grown by over 5 % or has no kept figure, or a kept one was not
counted, but with --part. Where the heads differ nothing is judged: 0, with --strict 1. With --keep the new figures are
written to KEPT.
"""

import sys
from pathlib import Path

# Whole numbers, so that the bound itself is let through whatever the figure.
TOLERANCE_PERCENT = 5
COLUMNS = "kernel,instructions"


def fail(sentence: str) -> None:
    sys.exit(f"bench_check: {sentence}")


def table(path: Path) -> tuple[list[str], dict[str, int]]:
    """The lines of the head, and the figures by name."""
    lines = path.read_text().splitlines()
    head = [line for line in lines if line.startswith("#")]
    rows = lines[len(head) :]
    if not rows or rows[0] != COLUMNS or lines[: len(head)] != head:
        fail(f"{path} is no table of {COLUMNS} under lines that begin with #")
    figures = {}
    for row in rows[1:]:
        name, _, figure = row.partition(",")
        if not name or name in figures or not figure.isdecimal() or int(figure) == 0:
            fail(f"{path}: the row '{row}' is no name and its number of instructions, once")
        figures[name] = int(figure)
    return head, figures


def text(head: list[str], figures: dict[str, int]) -> str:
    return "\n".join([*head, COLUMNS, *(f"{name},{figure}" for name, figure in figures.items())]) + "\n"


def show(kept: dict[str, int], now: dict[str, int]) -> None:
    print(f"{'kernel':24} {'kept':>15} {'now':>15} {'change':>9}")
    for name in [*now, *(name for name in kept if name not in now)]:
        cells = [f"{figures[name]:,}" if name in figures else "-" for figures in (kept, now)]
        change = f"{now[name] / kept[name] - 1:+.2%}" if name in kept and name in now else "-"
        print(f"{name:24} {cells[0]:>15} {cells[1]:>15} {change:>9}")


def keep(path: Path, head: list[str], now: dict[str, int], is_part: bool) -> None:
    if is_part and path.exists():
        kept_head, kept = table(path)
        if kept_head != head:
            fail("figures of two compilers, processors or systems do not stand in one table: keep all, without --only")
        now = kept | now
    elif is_part:
        fail(f"{path} is not there yet: keep all, without --only")
    path.write_text(text(head, now))
    print(f"kept in {path}: {len(now)} figures")


def judge(kept: dict[str, int], now: dict[str, int], is_part: bool) -> int:
    """Says what is wrong and what is better; the exit code."""
    wrong = [f"{name} has no kept figure: --keep writes one" for name in now if name not in kept]
    if not is_part:
        wrong += [f"{name} is kept and was not counted: --keep forgets it" for name in kept if name not in now]
    right = 0
    for name in (name for name in now if name in kept):
        change = abs(now[name] / kept[name] - 1)
        if now[name] * 100 > kept[name] * (100 + TOLERANCE_PERCENT):
            wrong.append(f"{name} needs {change:.1%} more instructions: make it as quick again, or say why and --keep")
            continue
        right += 1
        if now[name] * 100 < kept[name] * (100 - TOLERANCE_PERCENT):
            print(f"{name} needs {change:.1%} fewer instructions: keep the new figure by --keep")
    for sentence in wrong:
        print(f"FAILED: {sentence}")
    print(f"bench_check: {right} passed, {len(wrong)} failed")
    return 1 if wrong else 0


def main() -> int:
    options = {word for word in sys.argv[1:] if word.startswith("--")}
    paths = [Path(word) for word in sys.argv[1:] if not word.startswith("--")]
    if len(paths) != 2 or options - {"--keep", "--strict", "--part"}:
        fail("say KEPT NOW [--keep] [--strict] [--part]")
    is_part = "--part" in options
    head, now = table(paths[1])
    if not now:
        fail("nothing was counted")
    kept_head, kept = table(paths[0]) if paths[0].exists() else (head, {})
    if is_part:
        kept = {name: figure for name, figure in kept.items() if name in now}
    show(kept, now)
    if "--keep" in options:
        keep(paths[0], head, now, is_part)
        return 0
    if kept_head != head:
        for line in [line for line in kept_head if line not in head]:
            print(f"kept for {line[2:]}")
        for line in [line for line in head if line not in kept_head]:
            print(f"this is  {line[2:]}")
        print("Nothing is judged: figures of another compiler, profile, processor or system are no judge of this one.")
        return 1 if "--strict" in options else 0
    return judge(kept, now, is_part)


sys.exit(main())
