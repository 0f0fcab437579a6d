"""The third stage: which red pixels lie in a dense neighbourhood.

A tile is worked on when it has come itself and a border from each of its neighbours, in whatever order. Gives
the moments of its dense pixels, labeled with the slide.
"""

import numpy as np

from records import give, records
from slide import DENSE, MOMENTS, PART, REACH, TILE, moments

SIDE = 2 * REACH + 1
waiting = {}  # by label: red pixels of the tile and around it, and the parts that are still to come

for (label,), body in records():
    width, height, x, y, w, h = PART.unpack_from(body)
    part = np.frombuffer(body, np.uint8, offset=PART.size).reshape(h, w)
    slide, column, row = label.split(b"/")
    left, top = int(column) * TILE, int(row) * TILE
    size_x, size_y = min(TILE, width - left), min(TILE, height - top)
    if label not in waiting:
        around = np.zeros((size_y + 2 * REACH, size_x + 2 * REACH), np.int64)
        across = 1 + (left > 0) + (left + size_x < width)
        down = 1 + (top > 0) + (top + size_y < height)
        waiting[label] = [around, across * down]
    around = waiting[label][0]

    # Where the part lies in `around`, which begins REACH before the tile; what lies outside is not needed.
    to_x, to_y = x - left + REACH, y - top + REACH
    x0, x1 = max(to_x, 0), min(to_x + w, around.shape[1])
    y0, y1 = max(to_y, 0), min(to_y + h, around.shape[0])
    around[y0:y1, x0:x1] = part[y0 - to_y : y1 - to_y, x0 - to_x : x1 - to_x]

    waiting[label][1] -= 1
    if waiting[label][1] == 0:
        del waiting[label]
        # Sums over neighbourhoods, as differences of sums from the corner on.
        sums = np.pad(around, ((1, 0), (1, 0))).cumsum(0).cumsum(1)
        rows = sums[SIDE:] - sums[:-SIDE]
        count = rows[:, SIDE:] - rows[:, :-SIDE]
        red = around[REACH:-REACH, REACH:-REACH] > 0
        give([slide], MOMENTS.pack(*moments(red & (count >= DENSE), left, top)))

if waiting:
    raise SystemExit(f"{len(waiting)} tiles lack some of their neighbours")
