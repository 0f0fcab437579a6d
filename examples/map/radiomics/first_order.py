#!/usr/bin/env python3
"""First-order features of one series, by PyRadiomics.

    first_order.py LIST OUTPUT [--above VALUE]

LIST is a text file with the path of an image a line. The region is every pixel that is not padding, or, with --above, those
of them above VALUE (in output units, as HU of CT). OUTPUT/first_order.csv has a column a feature. A series without images (structure
sets, segmentations, dose) leaves nothing.
"""

import argparse
import csv
import logging
from pathlib import Path

import numpy
import pydicom
import SimpleITK
from pydicom.pixels import apply_modality_lut
from radiomics.firstorder import RadiomicsFirstOrder

NO_IMAGES = {"SEG", "RTDOSE"}


def pixels(path: str) -> tuple[numpy.ndarray, numpy.ndarray] | None:
    """Output values of all frames of a file, and which of them are no padding; None of what is no image."""
    image = pydicom.dcmread(path)
    if "PixelData" not in image or image.Modality in NO_IMAGES or image.SamplesPerPixel != 1:
        return None
    stored = image.pixel_array
    padding = image.get("PixelPaddingValue")
    # A range where there is a limit too (PS3.3 C.7.5.1.1.2).
    limit = image.get("PixelPaddingRangeLimit", padding)
    is_used = numpy.ones(stored.shape, bool)
    if padding is not None:
        is_used = (stored < min(padding, limit)) | (stored > max(padding, limit))
    return apply_modality_lut(stored, image).astype(float), is_used


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("list", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--above", type=float, default=-numpy.inf)
    asked = parser.parse_args()
    logging.disable(logging.WARNING)

    images = [found for path in asked.list.read_text().splitlines() if (found := pixels(path))]
    if not images:
        print("no images in this series")
        return
    # First-order features know no neighbours: slices of any size may stand in one row.
    values = numpy.concatenate([image.ravel() for image, _ in images])
    is_used = numpy.concatenate([used.ravel() for _, used in images]) & (values > asked.above)
    if not is_used.any():
        print("no pixel in the region")
        return
    image, mask = (SimpleITK.GetImageFromArray(it.reshape(1, 1, -1)) for it in (values, is_used.astype(numpy.uint8)))
    features = RadiomicsFirstOrder(image, mask, binWidth=25)
    features.enableAllFeatures()
    found = {name: float(value) for name, value in features.execute().items()}
    with open(asked.output / "first_order.csv", "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["images", "pixels", *found])
        writer.writerow([len(images), int(is_used.sum()), *found.values()])
    print(f"{len(images)} images, mean {found['Mean']:.2f}")


if __name__ == "__main__":
    main()
