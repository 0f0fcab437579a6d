"""Noise, sharpness and the difference hash by scipy.ndimage. Neighbourhoods with a padding pixel are left out."""

from math import pi, sqrt

import numpy
import scipy.ndimage

from images import Image

LAPLACIANS = numpy.outer([1, -2, 1], [1, -2, 1])
# The noise level of CT, after Christianson et al., AJR 205:W93-W99, 2015.
SOFT_TISSUE_HU = (-60, 140)
SIDE = 7
SPREAD_BIN_HU = 0.5


def inside(frame: numpy.ndarray, margin: int) -> numpy.ndarray:
    rows, columns = frame.shape
    return frame[margin : max(rows - margin, margin), margin : max(columns - margin, margin)]


def spatial(image: Image) -> dict:
    """Of all frames together; None where no neighbourhood is left."""
    noise, gradient, spreads = [], [], []
    grid, unit = image.grid
    for frame, used in zip(grid, image.used, strict=True):
        frame = frame.astype(float)
        whole = inside(scipy.ndimage.minimum_filter(used, 3, mode="constant"), 1)
        noise.append(numpy.abs(inside(scipy.ndimage.convolve(frame, LAPLACIANS), 1))[whole])
        across, down = scipy.ndimage.sobel(frame, 1), scipy.ndimage.sobel(frame, 0)
        gradient.append(inside(across**2 + down**2, 1)[whole])
    found = {"noise_imk": None, "sharpness": None, "noise_gnl": None}
    noise, gradient = numpy.concatenate(noise), numpy.concatenate(gradient)
    if noise.size and unit is not None:
        found["noise_imk"] = sqrt(pi / 2) / 6 * noise.mean() * unit
        found["sharpness"] = gradient.mean() * unit**2
    if image.is_ct and unit:
        low, high = SOFT_TISSUE_HU
        tissue = image.where(lambda level: low <= level <= high) & image.used
        for frame, soft in zip(grid, tissue, strict=True):
            spreads.append(soft_spreads(frame, soft) * unit)
        spreads = numpy.concatenate(spreads)
        if spreads.size:
            counts = numpy.bincount((spreads / SPREAD_BIN_HU).astype(int))
            found["noise_gnl"] = (counts.argmax() + 0.5) * SPREAD_BIN_HU
    if len(grid) == 1:
        found["dhash64"] = dhash64(grid[0])
    return found


def soft_spreads(frame: numpy.ndarray, soft: numpy.ndarray) -> numpy.ndarray:
    """Standard deviations of 7 x 7 pixels of soft tissue alone, in stored units; from exact sums."""
    if min(frame.shape) < SIDE:
        return numpy.zeros(0)
    window = numpy.ones((SIDE, SIDE), int)
    frame = numpy.where(soft, frame.astype(int), 0)
    s0, s1, s2 = (
        inside(scipy.ndimage.convolve(part, window, mode="constant"), SIDE // 2)
        for part in (soft.astype(int), frame, frame**2)
    )
    n = SIDE * SIDE
    return numpy.sqrt((n * s2 - s1**2)[s0 == n]) / n


def dhash64(frame: numpy.ndarray) -> int:
    """Whether each of 9 x 8 box means is above the next in its row, first box first; 0 of fewer pixels."""
    rows, columns = frame.shape
    if rows == 0 or columns == 0:
        return 0
    down = [frame[k * rows // 8 : (k + 1) * rows // 8] for k in range(8)]
    bits = 0
    for band in down:
        # Of integers as Python's, exactly.
        boxes = [band[:, k * columns // 9 : (k + 1) * columns // 9].astype(object) for k in range(9)]
        for left, right in zip(boxes, boxes[1:], strict=False):
            above = left.sum() * right.size > right.sum() * left.size
            bits = bits << 1 | above
    return bits
