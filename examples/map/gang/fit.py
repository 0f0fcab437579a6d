#!/usr/bin/env python3
"""Copies of one program that work on one result: a straight line fitted by gradient descent, each copy on its part of the data.

    fit.py MASTER_ADDR MASTER_PORT WORLD_SIZE RANK OUTPUT

Copy 0 listens at the address; the others connect, send their gradients and get back the mean of all, step by step, as
frameworks for training do with these four words. OUTPUT/line.csv, of copy 0, has the line.
"""

import csv
import json
import socket
import sys
import time
from pathlib import Path

import numpy

STEPS, RATE = 2000, 0.5
address, port, size, rank = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
output = Path(sys.argv[5])


def part(rank: int) -> tuple[numpy.ndarray, numpy.ndarray]:
    """The data of one copy: x with a column of ones, and y."""
    random = numpy.random.default_rng(rank)
    x = random.random(1000)
    return numpy.stack([x, numpy.ones_like(x)], axis=1), 3 * x - 1 + random.normal(0, 0.1, len(x))


def peers() -> list:
    """The open connections: all others of copy 0, that to copy 0 of the others."""
    if rank == 0:
        with socket.create_server(("", port)) as server:
            return [server.accept()[0].makefile("rw") for _ in range(size - 1)]
    # Copy 0 may not listen yet.
    for _ in range(600):
        try:
            return [socket.create_connection((address, port)).makefile("rw")]
        except ConnectionRefusedError:
            time.sleep(0.1)
    sys.exit("fit.py: copy 0 does not answer")


def send(peer, vector: numpy.ndarray) -> None:
    print(json.dumps(vector.tolist()), file=peer, flush=True)


def receive(peer) -> numpy.ndarray:
    line = peer.readline()
    if not line:
        sys.exit("fit.py: another copy has ended")
    return numpy.array(json.loads(line))


def mean_of_all(vector: numpy.ndarray, connected: list) -> numpy.ndarray:
    """The mean of the copies' vectors, the same on all."""
    if rank != 0:
        send(connected[0], vector)
        return receive(connected[0])
    total = vector + sum(receive(peer) for peer in connected)
    for peer in connected:
        send(peer, total / size)
    return total / size


x, y = part(rank)
connected = peers()
line = numpy.zeros(2)
for _ in range(STEPS):
    line -= RATE * mean_of_all(x.T @ (x @ line - y) / len(y), connected)
print(f"copy {rank} of {size}: slope {line[0]:.6f}, intercept {line[1]:.6f}")
if rank == 0:
    with open(output / "line.csv", "w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([["slope", "intercept"], line.tolist()])
