"""The comparison as Markdown: blocks of measurements in, tables out."""

from collections.abc import Iterator
from dataclasses import dataclass

from figures import best_peer, cpu, median_of, of, outside_kernels, ratio, wall
from rounds import Block
from singles import Bigger
from ways import Way

MB = 1e6
GENERATED = "generated"
CODECS = {"sauva-jpeg-ls": "jpeg-ls", "sauva-jpeg-lossless": "jpeg-lossless", "sauva-native": "native"}


@dataclass(frozen=True)
class Place:
    """A storage, with all that was measured there: blocks by name of the files, large files, and milliseconds of short runs."""

    storage: str
    blocks: dict[str, Block]
    bigger: list[Bigger]
    start_ms: tuple[float, float] | None


def number(value: float | None, digits: int = 2) -> str:
    return "" if value is None else f"{value:,.{digits}f}"


def plural(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' * (count != 1)}"


def times(value: float | None) -> str:
    """A ratio, with three figures."""
    return "" if value is None else f"{value:.3g}"


def table(head: list[str], rows: list[list[str]]) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "|---" * len(head) + "|"
    for row in rows:
        yield "| " + " | ".join(row) + " |"
    yield ""


def cores_of(block: Block) -> list[int]:
    return sorted({it.cores for it in block.measurements} | {cores for _, cores in block.faults})


def ways_of(block: Block, ways: list[Way], cores: int) -> list[Way]:
    """Those that were tried."""
    return [way for way in ways if of(block, way.key, cores) or (way.key, cores) in block.faults]


def costs(block: Block, ways: list[Way], cores: int) -> Iterator[str]:
    """A row a way: medians."""
    inputs, rows = block.inputs, []
    for way in ways_of(block, ways, cores):
        runs = of(block, way.key, cores)
        # A fault of one round is told even where other rounds went well.
        fault = block.faults.get((way.key, cores))
        name = way.title if fault is None else f"{way.title}: **failed**, {fault}"
        if not runs:
            rows.append([name, *[""] * 8])
            continue
        seconds, busy = median_of(block, way.key, cores, wall), median_of(block, way.key, cores, cpu)
        size = median_of(block, way.key, cores, lambda it: it.written_bytes)
        rows.append([
            name, number(seconds), number(inputs.files / seconds, 0), number(inputs.size / MB / seconds, 0), number(busy),
            number(inputs.files / busy, 0), number(peak_mb(block, way.key, cores), 0), number(inputs.size / size),
            str(runs[-1].written),
        ])  # fmt: skip
    yield from table(["way", "s", "files/s", "MB/s", "CPU s", "files per CPU s", "peak MB", "in/out", "written"], rows)


def ratios(block: Block, ways: list[Way], cores: int) -> Iterator[str]:
    """A row a baseline: how many times as much sauva does in a CPU second, and in a second."""
    tried = ways_of(block, ways, cores)
    ours = [way for way in tried if way.is_sauva and of(block, way.key, cores)]
    others = [way for way in tried if not way.is_sauva and of(block, way.key, cores)]
    if not ours or not others:
        return
    rows = [
        [other.title, *(
            times(ratio(block, (other.key, cores, cost), (way.key, cores, cost))) for way in ours for cost in (cpu, wall)
        )]
        for other in others
    ]  # fmt: skip
    head = ["sauva over", *(f"{way.title.removeprefix('sauva, ')}: {what}" for way in ours for what in ("per CPU s", "per s"))]
    yield from table(head, rows)


def key_figures(places: list[Place], ways: list[Way]) -> Iterator[str]:
    """What a reader wants to know first: a row a figure and kind of files, a column a storage and number of cores."""
    columns: list[str] = []
    rows: dict[tuple[str, str], dict[str, str]] = {}
    for place in places:
        for name, block in place.blocks.items():
            for figure, cores, value in figures_of(block, ways):
                column = f"{place.storage}, {plural(cores, 'core')}"
                if column not in columns:
                    columns.append(column)
                if value:
                    rows.setdefault((figure, name), {})[column] = value
    cells = [[figure, name, *(row.get(column, "") for column in columns)] for (figure, name), row in sorted(rows.items())]
    yield from table(["figure", "files", *columns], cells)


def figures_of(block: Block, ways: list[Way]) -> Iterator[tuple[str, int, str]]:
    """Name, cores and value of each; no value where a way that it needs has not been measured."""
    every = cores_of(block)
    for cores in every:
        for key in ("sauva-jpeg-ls", "sauva-jpeg-lossless"):
            best = best_peer(block, ways, key, cores)
            if best is not None:
                name = f"{CODECS[key]}: files per CPU s over the best other way to JPEG-LS"
                yield name, cores, f"{number(best[1])} ({best[0].title})"
        for what, cost in (("CPU s", cpu), ("s", wall)):
            value = ratio(block, ("copy", cores, cost), ("sauva-native", cores, cost))
            yield f"native: files per {what} over `cp -r`", cores, number(value)
        for key in ("sauva-jpeg-ls", "sauva-native"):
            value = ratio(block, (key, cores, outside_kernels), ("copy", cores, cpu))
            # Less than nothing: the threads have waited for a core within these stages.
            told = "machine busy" if value is not None and value < 0 else number(value)
            yield f"{CODECS[key]}: CPU s outside encode, verify and measure over those of `cp -r`", cores, told
        value = peak_mb(block, "sauva-jpeg-ls", cores)
        yield "jpeg-ls: peak of a process, MB", cores, number(value, 0)
    for key, name in CODECS.items():
        if len(every) > 1:
            value = ratio(block, (key, every[-1], wall), (key, every[0], wall))
            yield f"{name}: s on {every[-1]} cores over s on {every[0]}", every[-1], number(value, 3)


def peak_mb(block: Block, way: str, cores: int) -> float | None:
    return max((it.timed.peak_bytes / MB for it in of(block, way, cores)), default=None)


def large_files(places: list[Place]) -> Iterator[str]:
    """Large files beside the small ones of the same storage and cores."""
    rows = []
    for place in places:
        for it in place.bigger:
            small = place.blocks[GENERATED]
            beside = {cost: median_of(small, "sauva-jpeg-ls", it.cores, cost) for cost in (wall, cpu)}
            rows.append([
                it.title, place.storage, str(it.cores), number(it.size / MB, 0), number(it.size / MB / it.wall_s, 1),
                rate(small, beside[wall]), number(it.size / MB / it.cpu_s, 1), rate(small, beside[cpu]),
                number(it.peak_bytes / it.size),
            ])  # fmt: skip
    head = ["one file", "storage", "cores", "MB", "MB/s", "small files, MB/s", "MB per CPU s", "small files, MB per CPU s", "peak/size"]
    if rows:
        yield "## Large files, sauva, jpeg-ls\n"
        yield from table(head, rows)


def rate(block: Block, seconds: float | None) -> str:
    return "" if seconds is None else number(block.inputs.size / MB / seconds, 1)


def starts(places: list[Place]) -> Iterator[str]:
    rows = [[place.storage, *(number(ms, 1) for ms in place.start_ms)] for place in places if place.start_ms is not None]
    if rows:
        yield "## A run over one small file, without MPI\n"
        yield from table(["storage", "`sauva run`, ms", "`sauva --version`, ms"], rows)
