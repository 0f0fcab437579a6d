#!/usr/bin/env python3
"""Measures all ways on folders that are ready, and prints the tables. Started by benches/pipeline.sh.

    compare.py --sauva .. --launcher .. --key .. --certificate .. --crates .. --rounds N --cores N.. --works FOLDER..
               [--ways KEY..] [--skipped SENTENCE..] [--results FILE]

A folder of --works, one a storage, holds `generated`, and `studies` where there are any; what is made goes there as well.
"""

import argparse
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

from machine import heading, storage
from outputs import Inputs
from rounds import measure
from running import clear
from singles import Failed, bigger, start_up
from tables import GENERATED, Place, cores_of, costs, key_figures, large_files, plural, ratios, starts
from ways import Tools, Way, all_ways

NOTES = """\
How to read this: every way was run once a round, on each number of cores in turn, in an order that turns from round to round;
inputs are in the page cache, outputs are removed and the disk is at rest before each run, neither timed. Figures are medians of the
rounds, ratios are medians of the ratios within a round; peaks are the greatest of the rounds, of the largest process of a way, and
never below that of the small Python process that measures. CPU seconds are those of all processes of a way, as user and in the
kernel. `in/out` is the size of the input over that of the written instances. A way counts where it has written as many files as
there were, where its first and its last file have the transfer syntax that was asked for and samples of an input, and where neither
has a Patient ID of the input; sauva's must agree with its own accounts.

Sauva does more than the others: it verifies every coded frame, measures (as the classical program does, in part), looks for text
in pixels, guards itself by a worker process, and makes its files safe on the disk, with a journal, before it says that they are done. The others leave that to the
kernel, but for `sync -f`. gdcmanon keeps what it removes in the file, encrypted, and refuses files that say that they are
de-identified, as those of public studies do. dcmodify edits what it is told, one level of rules for all, and draws UIDs file by
file. The stages' seconds of sauva are by the clock, and what else runs on a core meanwhile counts with them: CPU time outside of
some of them is a lower bound on one core, and means nothing on a machine that has other things to do.
"""


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    for name in ("sauva", "launcher", "key", "certificate", "crates"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--rounds", type=int, required=True)
    parser.add_argument("--cores", type=int, nargs="+", required=True)
    parser.add_argument("--works", type=Path, nargs="+", required=True)
    parser.add_argument("--ways", nargs="*", default=[])
    parser.add_argument("--skipped", nargs="*", default=[])
    parser.add_argument("--results", type=Path)
    return parser.parse_args()


def survey(options: argparse.Namespace, tools: Tools, ways: list[Way], work: Path, name: str) -> Place:
    """All measurements on one storage."""
    blocks = {}
    for folder, files in (("generated", GENERATED), ("studies", "real studies")):
        if (work / folder).is_dir():
            print(f"{name}, {files}", file=sys.stderr)
            inputs = Inputs.of(work / folder)
            blocks[files] = measure(ways, inputs, options.cores, options.rounds, work, invented=files == GENERATED)
    default = next((way for way in ways if way.key == "sauva-jpeg-ls"), None)
    if default is None:
        return Place(name, blocks, [], None)
    sample = next(path for path in sorted((work / "generated").rglob("*")) if path.is_file())
    short = start_up(tools, default, max(options.cores), sample, work)
    return Place(name, blocks, bigger(tools, default, options.cores, options.rounds, work), short)


def page(options: argparse.Namespace, tools: Tools, ways: list[Way], places: list[Place]) -> Iterator[str]:
    yield "# The whole of it, beside others\n"
    yield from heading(tools, ways, [place.storage for place in places], options.cores)
    yield NOTES
    for sentence in options.skipped:
        yield f"- {sentence}"
    yield "\n## Key figures\n"
    yield from key_figures(places, ways)
    for place in places:
        for name, block in place.blocks.items():
            for cores in cores_of(block):
                size = f"{block.inputs.files:,} files, {name}, {block.inputs.size / 1e6:,.0f} MB"
                yield f"## {size}, {place.storage}, {plural(cores, 'core')}, {plural(options.rounds, 'round')}\n"
                yield from costs(block, ways, cores)
                yield from ratios(block, ways, cores)
    yield from large_files(places)
    yield from starts(places)


def main() -> None:
    warnings.simplefilter("ignore")  # Those of pydicom name paths and values.
    options = arguments()
    tools = Tools(options.sauva, options.launcher.split(), options.key, sys.executable, options.certificate, options.crates)
    ways = [way for way in all_ways(tools) if way.key in options.ways]
    names = [storage(work) for work in options.works]
    # Two folders may be on file systems of one type.
    names = [f"{name} ({place + 1})" if names.count(name) > 1 else name for place, name in enumerate(names)]
    try:
        places = [survey(options, tools, ways, work, name) for work, name in zip(options.works, names, strict=True)]
    except Failed as failed:
        raise SystemExit(f"compare.py: {failed}") from failed
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    finally:
        for work in options.works:
            clear(work / "out")
    text = "\n".join(page(options, tools, ways, places)).rstrip() + "\n"
    print(text, end="")
    if options.results:
        options.results.write_text(text)
    if any(block.faults for place in places for block in place.blocks.values()):
        print("compare.py: some ways have failed, as the tables say", file=sys.stderr)


if __name__ == "__main__":
    main()
