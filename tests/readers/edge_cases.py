#!/usr/bin/env python3
"""Makes DICOM files of the forms of images that collections of real files lack.

    edge_cases.py OUT

All native, small and the same each time; catalogue.csv has the digest of the samples of each, in the
columns that check.py looks at. The form of the image is the name of the file.
"""

import csv
import hashlib
import pathlib
import sys

import numpy
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

from samples import Form, canonical

ROOT = "1.2.826.0.1.3680043.10.1"
SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
SINGLE_BIT = "1.2.840.10008.5.1.4.1.1.7.1"
BYTE, WORD, COLOUR = (f"1.2.840.10008.5.1.4.1.1.7.{n}" for n in (2, 3, 4))
SEGMENTATION = "1.2.840.10008.5.1.4.1.1.66.4"
PARAMETRIC_MAP = "1.2.840.10008.5.1.4.1.1.30"
RT_DOSE = "1.2.840.10008.5.1.4.1.1.481.2"
FLOATS = {32: ("FloatPixelData", "<f4"), 64: ("DoubleFloatPixelData", "<f8")}


def samples(form: Form, noisy: bool, seed: int) -> numpy.ndarray:
    """Frames x rows x columns x samples: blocks of random values, the smallest and the largest of all
    among them, so that every codec finds something to save; of noisy ones a part is noise."""
    random = numpy.random.default_rng(seed)
    low = -(1 << form.stored - 1) if form.signed else 0
    high = low + (1 << form.stored) - 1
    shape = (form.frames, form.rows, form.columns, form.samples)
    rows, columns = (side // 8 + 1 for side in shape[1:3])
    blocks = random.integers(low, high, (shape[0], rows, columns, shape[3]), endpoint=True)
    blocks[0, 0, 0] = low
    blocks[0, -1, -1] = high
    image = blocks.repeat(8, axis=1).repeat(8, axis=2)[:, : shape[1], : shape[2]]
    image[0, 0, 0] = low
    image[-1, -1, -1] = high
    if noisy:
        part = image[:, ::8, : shape[2] // 2]
        part[...] = random.integers(low, high, part.shape, endpoint=True)
    return image


def native(image: numpy.ndarray, form: Form) -> bytes:
    """Pixel data as PS3.5 section 8.1 has them."""
    if form.planar == 1:
        image = image.transpose(0, 3, 1, 2)
    if form.allocated == 1:
        return numpy.packbits(image.astype("u1").ravel(), bitorder="little").tobytes()
    words = (image << (form.high_bit + 1 - form.stored)).astype(f"<i{form.allocated // 8}")
    if form.photometric == "YBR_FULL_422":
        # Y, Y, Cb, Cr of each two pixels.
        pairs = words.reshape(-1, 2, 3)
        words = numpy.stack([pairs[:, 0, 0], pairs[:, 1, 0], pairs[:, 0, 1], pairs[:, 0, 2]], 1)
    return words.tobytes()


def forms():
    """Name, form, SOP class, and whether it is noisy."""
    for allocated in (8, 16):
        for stored in range(1, allocated + 1):
            for signed in (False, True):
                sign = "signed" if signed else "unsigned"
                form = Form(64, 64, 1, 1, allocated, stored, stored - 1, signed)
                yield f"grey-{stored}-of-{allocated}-{sign}", form, SECONDARY_CAPTURE, stored % 2 == 0
        form = Form(64, 64, 1, 1, allocated, allocated, allocated - 1, photometric="MONOCHROME1")
        yield f"monochrome1-{allocated}", form, SECONDARY_CAPTURE, True
        form = Form(64, 64, 1, 1, allocated, allocated, allocated - 1, photometric="PALETTE COLOR")
        yield f"palette-{allocated}", form, SECONDARY_CAPTURE, False
    yield "grey-12-of-16-high-bit-15", Form(64, 64, 1, 1, 16, 12, 15), SECONDARY_CAPTURE, False
    for rows, columns in [(1, 1), (1, 2), (2, 1), (3, 5), (7, 7), (33, 31), (1, 4097), (4097, 1)]:
        for allocated in (8, 16):
            form = Form(rows, columns, 1, 1, allocated, allocated, allocated - 1)
            yield f"size-{rows}-by-{columns}-{allocated}", form, SECONDARY_CAPTURE, False
    yield "size-1-by-65535-16", Form(1, 65_535, 1, 1, 16, 16, 15), SECONDARY_CAPTURE, False
    yield "size-65535-by-1-8", Form(65_535, 1, 1, 1, 8, 8, 7), SECONDARY_CAPTURE, False
    for photometric in ("RGB", "YBR_FULL"):
        for planar in (0, 1):
            for frames in (1, 3):
                name = f"{photometric.lower()}-planar-{planar}-frames-{frames}"
                form = Form(33, 35, frames, 3, 8, 8, 7, False, planar, photometric)
                yield name, form, COLOUR if frames > 1 else SECONDARY_CAPTURE, frames > 1
    for stored in (12, 16):
        form = Form(40, 33, 1, 3, 16, stored, stored - 1, False, 0, "RGB")
        yield f"rgb-{stored}-of-16", form, SECONDARY_CAPTURE, False
    form = Form(40, 34, 1, 3, 8, 8, 7, False, 0, "YBR_FULL_422")
    yield "ybr_full_422", form, SECONDARY_CAPTURE, False
    yield "frames-3000-8", Form(16, 16, 3000, 1, 8, 8, 7), BYTE, False
    yield "frames-2000-16", Form(24, 16, 2000, 1, 16, 12, 11), WORD, True
    yield "frames-5-odd", Form(37, 35, 5, 1, 8, 8, 7), BYTE, True
    for columns in (32, 35):
        yield f"one-bit-{columns}", Form(33, columns, 5, 1, 1, 1, 0), SEGMENTATION, False
    yield "one-bit-capture", Form(40, 48, 2, 1, 1, 1, 0), SINGLE_BIT, True
    yield "dose-32", Form(20, 24, 4, 1, 32, 32, 31), RT_DOSE, False
    for allocated in FLOATS:
        form = Form(20, 24, 3, 1, allocated, None, None)
        yield f"float-{allocated}", form, PARAMETRIC_MAP, False


def data_set(name: str, form: Form, sop_class: str, number: int) -> FileDataset:
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made = FileDataset(name, Dataset(), file_meta=meta, preamble=bytes(128))
    made.SOPClassUID = meta.MediaStorageSOPClassUID = sop_class
    made.SOPInstanceUID = meta.MediaStorageSOPInstanceUID = f"{ROOT}.{number}"
    made.StudyInstanceUID, made.SeriesInstanceUID = f"{ROOT}.1000", f"{ROOT}.1001.{number}"
    made.PatientName, made.PatientID = "Edge^Case", "EDGE"
    made.PatientBirthDate, made.PatientSex = "", "O"
    made.StudyDate, made.StudyTime, made.StudyID, made.AccessionNumber = "20200101", "120000", "1", ""
    made.ReferringPhysicianName = ""
    made.Modality = {SEGMENTATION: "SEG", RT_DOSE: "RTDOSE"}.get(sop_class, "OT")
    made.ConversionType, made.BurnedInAnnotation = "SYN", "NO"
    made.SeriesNumber, made.InstanceNumber = 1, number
    made.ImageType = ["DERIVED", "PRIMARY"]
    made.Rows, made.Columns, made.BitsAllocated = form.rows, form.columns, form.allocated
    made.SamplesPerPixel, made.PhotometricInterpretation = form.samples, form.photometric
    if form.stored:
        made.BitsStored, made.HighBit = form.stored, form.high_bit
        made.PixelRepresentation = int(form.signed)
    if form.samples > 1:
        made.PlanarConfiguration = form.planar
    if form.frames > 1:
        made.NumberOfFrames = form.frames
    if form.photometric == "PALETTE COLOR":
        for colour in ("Red", "Green", "Blue"):
            setattr(made, f"{colour}PaletteColorLookupTableDescriptor", [256, 0, 16])
            table = numpy.arange(0, 65_536, 256, dtype="<u2").tobytes()
            setattr(made, f"{colour}PaletteColorLookupTableData", table)
    return made


def main() -> None:
    out = pathlib.Path(sys.argv[1])
    out.mkdir(parents=True)
    rows = []
    for number, (name, form, sop_class, noisy) in enumerate(forms(), 1):
        made = data_set(name, form, sop_class, number)
        if form.stored:
            image = samples(form, noisy, number)
            pixels = native(image, form)
            made.PixelData = pixels + bytes(len(pixels) % 2)
            made["PixelData"].VR = "OB" if form.allocated <= 8 else "OW"
        else:
            keyword, kind = FLOATS[form.allocated]
            shape = (form.frames, form.rows, form.columns)
            pixels = numpy.random.default_rng(number).normal(size=shape).astype(kind).tobytes()
            setattr(made, keyword, pixels)
        made.save_as(out / f"{name}.dcm", enforce_file_format=True)
        digest = hashlib.sha256(canonical(pixels, form)).hexdigest()
        rows.append([f"{name}.dcm", ExplicitVRLittleEndian, digest, "one"])
    with open(out / "catalogue.csv", "w", newline="") as catalogue:
        writer = csv.writer(catalogue)
        writer.writerow(["file", "transfer_syntax_uid", "px_sha256", "px_agree"])
        writer.writerows(rows)


if __name__ == "__main__":
    main()
