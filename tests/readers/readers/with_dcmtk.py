"""DCMTK: dcmdump, and the tool that decompresses the transfer syntax."""

import subprocess
import tempfile

import pydicom

from samples import Form, canonical

TOOLS = {
    "1.2.840.10008.1.2.1": ("dcmconv",),
    "1.2.840.10008.1.2.1.99": ("dcmconv", "--write-xfer-little"),
    "1.2.840.10008.1.2.4.50": ("dcmdjpeg", "--conv-never"),
    "1.2.840.10008.1.2.4.51": ("dcmdjpeg", "--conv-never"),
    "1.2.840.10008.1.2.4.57": ("dcmdjpeg", "--conv-never"),
    "1.2.840.10008.1.2.4.70": ("dcmdjpeg", "--conv-never"),
    "1.2.840.10008.1.2.4.80": ("dcmdjpls",),
    "1.2.840.10008.1.2.4.81": ("dcmdjpls",),
    "1.2.840.10008.1.2.5": ("dcmdrle",),
}
FLOATS = ("FloatPixelData", "DoubleFloatPixelData")


def run(*command: str) -> None:
    told = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    if told.returncode != 0:
        lines = told.stderr.splitlines() or [f"exit code {told.returncode}"]
        raise ValueError(lines[-1])


def read(path, _source):
    yield "dcmdump", lambda: run("dcmdump", "--quiet", path)
    header = pydicom.dcmread(path, defer_size=1024)
    floats = [keyword for keyword in FLOATS if keyword in header]
    if not floats and "PixelData" not in header:
        return
    tool = TOOLS.get(header.file_meta.TransferSyntaxUID)

    def samples():
        if tool is None:
            raise ValueError("no tool for the transfer syntax")
        with tempfile.NamedTemporaryFile() as decoded:
            run(*tool, path, decoded.name)
            data_set = pydicom.dcmread(decoded.name)
            return canonical(data_set[(floats or ["PixelData"])[0]].value, Form.of(data_set))

    yield (tool or ["dcmtk"])[0], samples
