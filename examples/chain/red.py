"""The second stage: which pixels of a tile are red.

Gives the tile to itself, and the border of it that a neighbour needs to that neighbour: what lies along the upper
edge goes to the three tiles above at once, as a record with three labels.
"""

import numpy as np

from records import give, records
from slide import PART, REACH, TILE, is_red

for labels, body in records():
    width, height, x, y, w, h = PART.unpack_from(body)
    slide, column, row = labels[0].split(b"/")
    column, row = int(column), int(row)
    red = is_red(np.frombuffer(body, np.uint8, offset=PART.size).reshape(h, w, 3))

    def send(tiles, x0, y0, part):
        """Sends a part of the tile, which begins at x0, y0 in it, to those of these tiles that there are."""
        columns, rows = -(-width // TILE), -(-height // TILE)
        there = [(c, r) for c, r in tiles if 0 <= c < columns and 0 <= r < rows]
        if there:
            of_part = PART.pack(width, height, x + x0, y + y0, part.shape[1], part.shape[0])
            names = [b"%s/%d/%d" % (slide, c, r) for c, r in there]
            give(names, of_part + part.astype(np.uint8).tobytes())

    three = column - 1, column, column + 1
    send([(column, row)], 0, 0, red)
    send([(c, row - 1) for c in three], 0, 0, red[:REACH])
    send([(c, row + 1) for c in three], 0, h - REACH, red[h - REACH :])
    send([(column - 1, row)], 0, 0, red[:, :REACH])
    send([(column + 1, row)], w - REACH, 0, red[:, w - REACH :])
