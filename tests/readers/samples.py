"""Native pixel data to the samples that the catalogues have the digests of."""

from dataclasses import dataclass

import numpy


@dataclass(frozen=True)
class Form:
    """The Image Pixel Module; Bits Stored is None where the samples are floats."""

    rows: int
    columns: int
    frames: int
    samples: int
    allocated: int
    stored: int | None
    high_bit: int | None
    signed: bool = False
    planar: int = 0
    photometric: str = "MONOCHROME2"

    @classmethod
    def of(cls, data_set) -> "Form":
        """The form of a data set of pydicom's."""
        return cls(
            rows=data_set.Rows,
            columns=data_set.Columns,
            frames=int(data_set.get("NumberOfFrames") or 1),
            samples=data_set.SamplesPerPixel,
            allocated=data_set.BitsAllocated,
            stored=data_set.get("BitsStored"),
            high_bit=data_set.get("HighBit"),
            signed=data_set.get("PixelRepresentation") == 1,
            planar=data_set.get("PlanarConfiguration") or 0,
            photometric=data_set.PhotometricInterpretation,
        )

    @property
    def is_shifted(self) -> bool:
        """Whether the samples do not begin at the lowest bit."""
        return self.stored is not None and self.high_bit + 1 != self.stored

    def count(self) -> int:
        return self.frames * self.rows * self.columns * self.samples


def extended(words: numpy.ndarray, form: Form) -> numpy.ndarray:
    """Words whose bits above Bits Stored are zero or the sign."""
    if form.stored == form.allocated or form.is_shifted:
        return words
    unused = words.dtype.itemsize * 8 - form.stored
    kind = "i" if form.signed else "u"
    return (words << unused).view(f"<{kind}{words.dtype.itemsize}") >> unused


def canonical(native: bytes, form: Form) -> bytes:
    """All samples, little endian, those of a pixel side by side, one byte for a single bit, signs
    extended; of shared chroma each pixel gets its own."""
    if form.stored is None:
        return native[: form.count() * form.allocated // 8]
    if form.allocated == 1:
        bits = numpy.unpackbits(numpy.frombuffer(native, "u1"), bitorder="little")
        return bits[: form.count()].tobytes()
    width = form.allocated // 8
    if form.photometric == "YBR_FULL_422":
        y1, y2, cb, cr = numpy.frombuffer(native, "u1", form.count() * 2 // 3).reshape(-1, 4).T
        return numpy.stack([y1, cb, cr, y2, cb, cr], axis=1).tobytes()
    words = extended(numpy.frombuffer(native, f"<u{width}", form.count()), form)
    if form.samples > 1 and form.planar == 1:
        words = words.reshape(form.frames, form.samples, -1).transpose(0, 2, 1)
    return words.tobytes()
