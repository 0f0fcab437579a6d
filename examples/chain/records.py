"""Records on standard input and output, as the stages of a chain exchange them: labels and a body."""

import struct
import sys


def records():
    """The records that come, one by one, until there are no more."""
    read = sys.stdin.buffer.read
    while head := read(12):
        count, length = struct.unpack("<IQ", head)
        labels = [read(struct.unpack("<H", read(2))[0]) for _ in range(count)]
        yield labels, read(length)


def give(labels, body):
    """Sends a record on."""
    head = struct.pack("<IQ", len(labels), len(body))
    block = b"".join(struct.pack("<H", len(label)) + label for label in labels)
    sys.stdout.buffer.write(head + block + body)
