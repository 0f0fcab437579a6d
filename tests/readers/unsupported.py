"""What other people's readers are known not to support, each with its reason."""

import pathlib
from dataclasses import dataclass

from samples import Form


@dataclass(frozen=True)
class Case:
    """A written instance: its name in the catalogue, and the digest that its samples should have."""

    name: str
    source: pathlib.Path
    target: pathlib.Path
    syntax: str
    sop_class: str
    form: Form | None
    wanted: str | None


NATIVE = "1.2.840.10008.1.2.1"
DEFLATED = "1.2.840.10008.1.2.1.99"
JPEG_2000 = ("1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.91")
JPEG_EXTENDED = "1.2.840.10008.1.2.4.51"
RLE = "1.2.840.10008.1.2.5"
JPEG_LS = "1.2.840.10008.1.2.4.80"

LABEL_MAP = "1.2.840.10008.5.1.4.1.1.66.7"
ULTRASOUND = ("1.2.840.10008.5.1.4.1.1.3.1", "1.2.840.10008.5.1.4.1.1.6.1")

GDCM = ("gdcm", "SimpleITK")
PYDICOM = ("pydicom native", "pydicom pydicom", "pydicom pylibjpeg")


def is_narrow_byte(case: Case) -> bool:
    return case.form.allocated == 8 and case.form.stored < 8


# Readers, whether they refuse the file or give other samples, which files, why.
UNSUPPORTED = [
    (
        ("SimpleITK",), "refuses",
        is_narrow_byte,
        "GDCM asserts that 8 bits allocated are 8 stored, of native files too",
    ),
    (
        ("gdcm", "pydicom gdcm"), "refuses",
        lambda case: case.syntax != JPEG_LS and is_narrow_byte(case),
        "GDCM asserts that 8 bits allocated are 8 stored, of native files too",
    ),
    (
        ("pydicom gdcm",), "refuses",
        lambda case: case.syntax == JPEG_LS and case.form.stored in (6, 7),
        "pydicom does not let GDCM decode JPEG-LS of 6 or 7 bits",
    ),
    (
        GDCM, "differs",
        lambda case: case.syntax == RLE and case.form.allocated > 8 and case.form.samples == 3,
        "GDCM mixes up the bytes of RLE of 16 or 32 bits and three samples, others' files too",
    ),
    (
        (*PYDICOM, *GDCM), "differs",
        lambda case: case.form.is_shifted,
        "the lowest bits are taken, whatever High Bit says",
    ),
    (
        GDCM, "refuses",
        lambda case: case.form.stored is None,
        "GDCM does not read Float and Double Float Pixel Data",
    ),
    (
        GDCM, "refuses",
        lambda case: case.sop_class == LABEL_MAP,
        "GDCM does not know the SOP class",
    ),
    (
        GDCM, "refuses",
        lambda case: case.name.endswith("seg_image_sm_dots_tiled_full.dcm"),
        "GDCM asserts an image orientation, of the published file too",
    ),
    (
        ("dciodvfy",), "refuses",
        lambda case: case.syntax == NATIVE
        and case.sop_class in ULTRASOUND
        and case.form.photometric == "YBR_FULL",
        "lossy JPEG of shared chroma decodes to what the ultrasound IOD does not list",
    ),
    (
        ("pydicom gdcm",), "refuses",
        lambda case: case.syntax == JPEG_EXTENDED,
        "pydicom does not let GDCM decode JPEG Extended",
    ),
    (
        ("SimpleITK",), "refuses",
        lambda case: case.syntax in JPEG_2000 and case.form.allocated == 1,
        "GDCM asserts more bits of JPEG 2000, of the published file too",
    ),
    (
        ("dcmtk",), "refuses",
        lambda case: case.syntax in JPEG_2000,
        "DCMTK has no decoder for JPEG 2000",
    ),
    (
        ("SimpleITK",), "differs",
        lambda case: case.form.photometric == "PALETTE COLOR",
        "ITK gives the colours of a palette, not the samples",
    ),
    (
        ("SimpleITK",), "differs",
        lambda case: case.form.photometric.startswith("YBR"),
        "ITK converts to RGB",
    ),
    (
        ("SimpleITK",), "differs",
        lambda case: case.form.allocated == 1 and case.form.columns % 8 != 0,
        "ITK misreads single bits in lines that end within a byte, of native files",
    ),
]  # fmt: skip


def reason(reader: str, case: Case, refuses: bool) -> str | None:
    """Why a reader need not read this; None where it must."""
    if reader == "dciodvfy" and case.syntax == DEFLATED:
        return "dciodvfy does not inflate"
    kind = "refuses" if refuses else "differs"
    for readers, how, applies, why in UNSUPPORTED:
        if reader in readers and how == kind and case.form and applies(case):
            return why
    return None
