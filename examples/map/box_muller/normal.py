#!/usr/bin/env python3
"""Prints normal random numbers, one a line, made by the Box-Muller transform.

    normal.py SEED COUNT

Two uniform numbers u, v give two independent normal ones: sqrt(-2 ln u) cos(2 pi v) and sqrt(-2 ln u) sin(2 pi v).
(G. E. P. Box, M. E. Muller, Ann. Math. Statist. 29, 1958.) The same seed prints the same numbers.
"""

import math
import random
import sys

seed, count = int(sys.argv[1]), int(sys.argv[2])
uniform = random.Random(seed)
for _ in range(count // 2):
    # random() may give 0, which has no logarithm; it never gives 1.
    radius = math.sqrt(-2 * math.log(1 - uniform.random()))
    angle = 2 * math.pi * uniform.random()
    print(radius * math.cos(angle))
    print(radius * math.sin(angle))
