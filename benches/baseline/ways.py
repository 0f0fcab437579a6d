"""What is compared: each way to take a folder of DICOM files to another one, as a command.

`all_ways(tools)` gives them in the order of the tables.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
# PS3.15 Table E.1-1, as sauva has it.
TABLE = HERE.parents[1] / "src" / "deident" / "tables" / "ps3.15-2026d-e1-1.csv"

NATIVE = ("1.2.840.10008.1.2", "1.2.840.10008.1.2.1")
JPEG_LOSSLESS = ("1.2.840.10008.1.2.4.70",)
JPEG_LS = ("1.2.840.10008.1.2.4.80",)


@dataclass(frozen=True)
class Tools:
    """Where the programs are. `launcher` is what stands before `-n RANKS`."""

    sauva: str
    launcher: list[str]
    key: str
    python: str
    certificate: str
    crates: str


@dataclass(frozen=True)
class Way:
    """One way. `command(cores, input, output)` makes OUTPUT, which must not be there."""

    key: str
    title: str
    command: Callable[[int, str, str], list[str]]
    # What its files may be written in.
    syntaxes: tuple[str, ...]
    deidentifies: bool = True
    # Where below OUTPUT the instances stand.
    instances: str = "."
    least_cores: int = 1

    @property
    def is_sauva(self) -> bool:
        return self.key.startswith("sauva")

    @property
    def is_peer(self) -> bool:
        """Whether it does what sauva does by default: de-identifies, and writes JPEG-LS."""
        return not self.is_sauva and self.deidentifies and self.syntaxes == JPEG_LS


def all_ways(tools: Tools) -> list[Way]:
    """Every way, those that a machine cannot go among them."""
    return [
        Way("copy", "`cp -r`", lambda _, i, o: ["cp", "-r", i, o], NATIVE, deidentifies=False),
        Way("copy-sync", "`cp -r` and `sync -f`", copy_and_sync, NATIVE, deidentifies=False),
        sauva(tools, "sauva-jpeg-ls", "sauva, jpeg-ls", "jpeg-ls", JPEG_LS),
        sauva(tools, "sauva-jpeg-lossless", "sauva, jpeg-lossless", "jpeg-lossless", JPEG_LOSSLESS),
        sauva(tools, "sauva-native", "sauva, native", "native", NATIVE),
        sauva(tools, "sauva-ranks", "sauva, jpeg-ls, a rank a core", "jpeg-ls", JPEG_LS, ranks=True),
        Way("classical", "mpi4py, pydicom, numpy, pyjpegls", lambda *at: classical(tools, *at), JPEG_LS),
        Way("anonymizer", "dicom-anonymizer, pydicom, pyjpegls", lambda *at: anonymizer(tools, *at), JPEG_LS),
        Way("dcmtk", "dcmcjpls, dcmodify", lambda *at: script("dcmtk.sh", *at), JPEG_LS),
        Way("gdcm", "gdcmanon, gdcmconv", lambda *at: script("gdcm.sh", *at, tools.certificate), JPEG_LS),
        Way("rust", "dcmanon, dicom-transcode", lambda *at: script("rust.sh", *at, tools.crates), JPEG_LS),
    ]


def sauva(tools: Tools, key: str, title: str, codec: str, syntaxes: tuple[str, ...], *, ranks: bool = False) -> Way:
    def command(cores: int, source: str, output: str) -> list[str]:
        threads = 1 if ranks else cores
        before = [*tools.launcher, "-n", str(cores)] if ranks else []
        return [
            *before, tools.sauva, "run", "--quiet", "--codec", codec, "--threads", str(threads), "--input", source,
            "--output", output, "--key-file", tools.key,
        ]  # fmt: skip

    return Way(key, title, command, syntaxes, instances="dicom", least_cores=2 if ranks else 1)


def copy_and_sync(_cores: int, source: str, output: str) -> list[str]:
    return ["sh", "-c", 'cp -r "$1" "$2" && sync -f "$2"', "copy", source, output]


def classical(tools: Tools, cores: int, source: str, output: str) -> list[str]:
    alone = [tools.python, str(HERE / "classical.py"), str(TABLE), tools.key, source, output]
    return alone if cores == 1 else [*tools.launcher, "-n", str(cores), *alone]


def anonymizer(tools: Tools, cores: int, source: str, output: str) -> list[str]:
    return [tools.python, str(HERE / "anonymizer.py"), str(cores), source, output]


def script(name: str, cores: int, source: str, output: str, *more: str) -> list[str]:
    return ["bash", str(HERE / name), str(cores), source, output, *more]
