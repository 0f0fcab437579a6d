"""The first stage: makes slides tile by tile. Each copy makes its share of the tiles.

A record is a tile: labeled `slide/column/row`, its part of the slide before its pixels.
"""

import argparse
import itertools
import os

import numpy as np

from records import give
from slide import PART, REACH, TILE, picture

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--width", type=int, required=True, help="of a slide, in pixels")
parser.add_argument("--height", type=int, required=True)
parser.add_argument("--raw", help="a file of width x height x 3 bytes in place of synthetic slides")
parser.add_argument("seeds", type=int, nargs="*", help="a synthetic slide for each")
options = parser.parse_args()
width, height = options.width, options.height
if any(0 < size % TILE < REACH or size < REACH for size in (width, height)):
    parser.error(f"the last tile of a row or column must have {REACH} pixels at least")

if options.raw:
    whole = np.memmap(options.raw, np.uint8, "r", shape=(height, width, 3))
    slides = ["raw"]
else:
    slides = options.seeds

copy, copies = int(os.environ["SAUVA_COPY"]), int(os.environ["SAUVA_COPIES"])
tiles = itertools.product(slides, range(0, height, TILE), range(0, width, TILE))
for slide, y, x in itertools.islice(tiles, copy, None, copies):
    w, h = min(TILE, width - x), min(TILE, height - y)
    pixels = whole[y : y + h, x : x + w] if options.raw else picture(slide, x, y, w, h)
    label = f"{slide}/{x // TILE}/{y // TILE}".encode()
    give([label], PART.pack(width, height, x, y, w, h) + pixels.tobytes())
