"""dciodvfy of dicom3tools: no error that it does not report of the input."""

import re
import subprocess


def errors(path: str) -> set[str]:
    """Errors, without the values in them."""
    told = subprocess.run(
        ["dciodvfy", "-filename", path],
        capture_output=True, text=True, errors="replace", check=False,
    )  # fmt: skip
    lines = (told.stderr + told.stdout).splitlines()
    # Values stand in <..> as well, but behind other words than Element and Module.
    value = r"(?<!Element=)(?<!Module=)<[^>]*>|\S+\.dcm|UID \S+"
    return {re.sub(value, "", line).strip() for line in lines if line.startswith("Error")}


def read(path, source):
    def compared():
        after = errors(path)
        before = errors(source) if after else set()
        # Of an input that it cannot read, such as a deflated one, it says nothing to compare with.
        if after - before and "Error - Dicom dataset read failed" not in before:
            raise ValueError(str(sorted(after - before)))

    yield "dciodvfy", compared
