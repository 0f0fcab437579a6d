"""What a comparison was made with: the machine, the storage and the versions of the tools, as lines of Markdown.

No host is named, and no path.
"""

import os
import platform
import subprocess
from importlib import metadata
from pathlib import Path

from ways import Tools, Way

PACKAGES = ("mpi4py", "pydicom", "numpy", "pyjpegls", "dicom-anonymizer")


def processor() -> str:
    """The model's name, as Linux has it."""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() in ("model name", "Model"):
            return value.strip()
    return platform.machine()


def storage(folder: Path) -> str:
    """The type of the file system that a folder is on."""
    asked = subprocess.run(["stat", "-f", "-c", "%T", folder], capture_output=True, text=True, check=True).stdout.strip()
    # What stat says of every file system of this family.
    return "ext4" if asked == "ext2/ext3" else asked


def first_line(*command: str) -> str | None:
    """The first line that a program says of itself; none where it is not there."""
    try:
        asked = subprocess.run(command, capture_output=True, text=True, errors="replace")
    except OSError:
        return None
    words = (asked.stdout or asked.stderr).strip()
    return words.splitlines()[0].removeprefix("$").partition("$")[0].strip() if words else None


def versions(tools: Tools, ways: list[Way]) -> list[str]:
    """A phrase for each tool that is measured or measures."""
    keys = {way.key for way in ways}
    asked = [
        first_line(tools.sauva, "--version"), first_line("cp", "--version"), first_line(tools.launcher[0], "--version"),
        f"Python {platform.python_version()}", *(f"{name} {metadata.version(name)}" for name in PACKAGES),
    ]  # fmt: skip
    if "dcmtk" in keys:
        asked.append(first_line("dcmcjpls", "--version"))
    if "gdcm" in keys:
        asked.append(first_line("gdcmconv", "--version"))
    if "rust" in keys:
        asked += [first_line(f"{tools.crates}/{name}", "--version") for name in ("dcmanon", "dicom-transcode")]
    return [" ".join(words.split()) for words in asked if words]


def heading(tools: Tools, ways: list[Way], storages: list[str], cores: list[int]) -> list[str]:
    """Two paragraphs."""
    usable = len(os.sched_getaffinity(0))
    return [
        f"{processor()}, {usable} cores usable, measured on {' and '.join(map(str, cores))}; {', '.join(storages)}; "
        f"Linux {platform.release()}.",
        "",
        f"{'; '.join(versions(tools, ways))}.",
        "",
    ]
