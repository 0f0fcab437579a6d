#!/usr/bin/env python3
"""The rows of the READMEs that come from the study which is kept: made from its table, or compared with it.

    study.py RESULTS [--write]

RESULTS is a folder of `sauva experiments`. Between the marks `<!-- study: begin -->` and `<!-- study: end -->` of
README.md and README.pt-BR.md stand the numbers of its largest data; --write puts them there. The last line has the totals.
"""

import csv
import sys
from pathlib import Path

BEGIN, END = "<!-- study: begin -->\n", "<!-- study: end -->"
WORDS = {
    "README.md": {
        "head": "| {files} generated CT files, JPEG-LS, every frame verified | s, mean ± sd of {n} | files/s | speed-up | efficiency |",
        "one": "1 rank, 1 thread",
        "ranks": "{p} ranks, 1 thread each",
        "threads": "1 rank, {p} threads",
        "hybrid": "{ranks} ranks, {threads} threads each",
        "over": " (more than the {cores} cores)",
        "foot": "How, and all plots: [results/REPORT.md](results/REPORT.md).",
        "comma": False,
    },
    "README.pt-BR.md": {
        "head": "| {files} arquivos de CT gerados, JPEG-LS, cada quadro verificado | s, média ± desvio de {n} | arquivos/s | speed-up | eficiência |",
        "one": "1 rank, 1 thread",
        "ranks": "{p} ranks de 1 thread",
        "threads": "1 rank, {p} threads",
        "hybrid": "{ranks} ranks de {threads} threads",
        "over": " (mais que os {cores} núcleos)",
        "foot": "O método e todos os gráficos: [results/REPORT.md](results/REPORT.md) (em inglês).",
        "comma": True,
    },
}


def rows(results: Path, words: dict) -> str:
    """The table of one README."""
    table = list(csv.DictReader((results / "experiments.csv").open()))
    most = max(int(row["files"]) for row in table)
    table = [row for row in table if int(row["files"]) == most]
    cores = max(int(row["ranks"]) * int(row["threads"]) for row in table if row["oversubscribed"] == "false")

    # Beyond the cores the largest number of processors says enough.
    largest = max(int(row["ranks"]) * int(row["threads"]) for row in table)

    def is_shown(row: dict) -> bool:
        ranks, threads = int(row["ranks"]), int(row["threads"])
        return row["oversubscribed"] == "false" or ranks * threads == largest and 1 in (ranks, threads)

    def number(text: str, digits: int) -> str:
        shown = f"{float(text):.{digits}f}"
        return shown.replace(".", ",") if words["comma"] else shown

    lines = [words["head"].format(files=most, n=table[0]["n"]), "|---|---|---|---|---|"]
    for row in filter(is_shown, table):
        ranks, threads = int(row["ranks"]), int(row["threads"])
        p = ranks * threads
        kind = "one" if p == 1 else "ranks" if threads == 1 else "threads" if ranks == 1 else "hybrid"
        name = words[kind].format(p=p, ranks=ranks, threads=threads)
        name += words["over"].format(cores=cores) if row["oversubscribed"] == "true" else ""
        cells = [f"{number(row['mean_s'], 2)} ± {number(row['sd_s'], 2)}", number(row["files_per_s"], 0),
                 number(row["speedup"], 2), number(row["efficiency"], 2)]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + f"\n\n{words['foot']}\n"


def main() -> int:
    results, is_written = Path(sys.argv[1]), "--write" in sys.argv[2:]
    failed = 0
    for page, words in WORDS.items():
        text = Path(page).read_text()
        before, rest = text.split(BEGIN)
        after = rest[rest.index(END):]
        anew = before + BEGIN + rows(results, words) + after
        if is_written:
            Path(page).write_text(anew)
        elif anew != text:
            print(f"{page}: not the numbers of {results}: study.py {results} --write")
            failed += 1
    print(f"study: {len(WORDS) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
