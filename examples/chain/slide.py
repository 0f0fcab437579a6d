"""A synthetic slide of stained tissue, which of its pixels are red, and the axis of a set of pixels.

All is done in integers, so that a part comes out as the whole does, on every machine.
"""

import math
import struct

import numpy as np

TILE = 256  # pixels
REACH = 4  # a neighbourhood reaches so many pixels to each side
DENSE = 45  # of the 81 pixels of a neighbourhood
GRID = 64  # pixels; one nucleus lies in each square of so many

# Before the pixels of a part: width and height of its slide, then x, y, width and height of the part.
PART = struct.Struct("<6I")
# Of pixels: their number, and the sums of x, y, x*x, x*y and y*y.
MOMENTS = struct.Struct("<6q")


def mix(seed, x, y):
    """A random number of 64 bits for each place: the finaliser of SplitMix64 (Steele, Lea and Flood, 2014)."""
    z = np.uint64(seed) * np.uint64(0x9E3779B97F4A7C15)
    z = z ^ (np.asarray(x).astype(np.uint64) << np.uint64(32)) ^ np.asarray(y).astype(np.uint64)
    for shift, factor in (30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB):
        z = (z ^ (z >> np.uint64(shift))) * np.uint64(factor)
    return z ^ (z >> np.uint64(31))


def picture(seed, x0, y0, width, height):
    """A part of a slide: height x width x 3 bytes of red, green and blue. x0 and y0 are its corner in the slide."""
    seed = np.array([seed], np.uint64)  # numbers in an array go round without a warning
    x = np.arange(x0, x0 + width, dtype=np.int64)[np.newaxis, :]
    y = np.arange(y0, y0 + height, dtype=np.int64)[:, np.newaxis]
    grain = mix(seed, x, y)
    red = np.zeros((height, width), bool)
    blue = np.zeros((height, width), bool)
    slope = 1 + int(seed[0]) % 3
    for row in -1, 0, 1:
        for column in -1, 0, 1:  # nuclei of the squares around reach into this one
            square_x, square_y = x // GRID + column, y // GRID + row
            luck = mix(seed + np.uint64(1), square_x, square_y)
            part = lambda shift, count: ((luck >> np.uint64(shift)) % np.uint64(count)).astype(np.int64)
            away_x = x - square_x * GRID - part(0, GRID)
            away_y = y - square_y * GRID - part(8, GRID)
            inside = away_x**2 + away_y**2 < (8 + part(16, 24)) ** 2
            in_band = abs(square_x - slope * square_y) < 4  # where the red nuclei are
            red |= inside & in_band & (part(32, 4) > 0)
            blue |= inside & ~in_band
    red |= grain % np.uint64(61) == 0  # dust
    colours = np.array([[225, 195, 210], [90, 70, 160], [180, 40, 50]], np.int64)
    pixels = colours[np.where(red, 2, np.where(blue, 1, 0))]
    noise = (grain >> np.uint64(40)).astype(np.int64)[..., np.newaxis] >> np.array([0, 6, 12])
    return (pixels + noise % 25 - 12).astype(np.uint8)


def is_red(pixels):
    """Which pixels of a picture are red: more than 120, and more than twice as much as green and as blue."""
    red, green, blue = np.moveaxis(pixels.astype(np.int64), -1, 0)
    return (red > 120) & (red > 2 * green) & (red > 2 * blue)


def moments(mask, x0, y0):
    """The moments of the pixels that are set; x0 and y0 are the mask's corner in the slide."""
    y, x = (place.astype(np.int64) for place in np.nonzero(mask))
    x, y = x + x0, y + y0
    return [int(n) for n in (x.size, x.sum(), y.sum(), (x * x).sum(), (x * y).sum(), (y * y).sum())]


def line(slide, sums):
    """The line of a slide: its name, the number of pixels, their middle, and the angle of their principal
    axis to x in degrees: half of atan2(2 Cxy, Cxx - Cyy), by their covariances."""
    n, x, y, xx, xy, yy = sums
    if n == 0:
        return f"{slide},0,,,\n"
    across, along = 2 * (n * xy - x * y), (n * xx - x * x) - (n * yy - y * y)
    angle = math.degrees(math.atan2(across, along)) / 2
    return f"{slide},{n},{x / n:.6f},{y / n:.6f},{angle:.6f}\n"
