"""The whole chain in one process, slide by slide and in the plainest way: what the chain must come to.

    python3 sequential.py WIDTH HEIGHT SEED..
"""

import sys

import numpy as np

from slide import DENSE, REACH, is_red, line, moments, picture

width, height = int(sys.argv[1]), int(sys.argv[2])
for slide in sorted(sys.argv[3:]):
    red = is_red(picture(int(slide), 0, 0, width, height))
    around = np.pad(red.astype(np.int64), REACH)
    count = np.zeros((height, width), np.int64)
    for y in range(2 * REACH + 1):
        for x in range(2 * REACH + 1):
            count += around[y : y + height, x : x + width]
    print(line(slide, moments(red & (count >= DENSE), 0, 0)), end="")
