"""An instance's pixels, decoded by pydicom: what they are worth, and which are padding."""

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy
import pydicom
from pydicom.pixels import pixel_array

# Of these damaged streams are passed on as they came, of which each decoder makes something else.
JPEG_LOSSLESS = ("1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.70")
# Decoders of these may differ by a step.
# CT Image Storage, Enhanced CT and Legacy Converted Enhanced CT: their output values are Hounsfield units.
CT_IMAGES = {
    "1.2.840.10008.5.1.4.1.1.2",
    "1.2.840.10008.5.1.4.1.1.2.1",
    "1.2.840.10008.5.1.4.1.1.2.2",
}
LOSSY = ("1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51", "1.2.840.10008.1.2.4.91")


class NotMeasured(Exception):
    """Why an instance has no intensities to compare."""


@dataclass
class Image:
    """Pixels by level: `levels` are the exact values that occur, ascending, `index` has each pixel's."""

    levels: list[Fraction]  # output units
    index: numpy.ndarray  # frames, rows, columns
    used: numpy.ndarray  # frames, rows, columns; False is padding
    ends: tuple[int, int] | None  # of what can be stored, of integers alone
    stored: numpy.ndarray  # frames, rows, columns
    transforms: list  # of each frame a function from a stored value to an exact output value
    is_ct: bool

    @classmethod
    def read(cls, path) -> "Image":
        return cls.of(pydicom.dcmread(path))

    @classmethod
    def of(cls, data) -> "Image":
        if not {"PixelData", "FloatPixelData", "DoubleFloatPixelData"} & set(data.dir()):
            raise NotMeasured("no image")
        if data.file_meta.TransferSyntaxUID in LOSSY:
            raise NotMeasured("lossy: decoders differ")
        if data.PhotometricInterpretation == "PALETTE COLOR":
            raise NotMeasured("palette: indices are no intensities")
        pixels = decoded(data)
        rows, columns, samples = data.Rows, data.Columns, data.SamplesPerPixel
        pixels = pixels.reshape(-1, rows, columns, samples)
        stored = pixels[..., 0] if samples == 1 else luminance(pixels, data.PhotometricInterpretation)
        used = numpy.isfinite(stored)
        stored = numpy.where(used, stored, 0)
        if samples == 1 and "PixelPaddingValue" in data and "PixelData" in data:
            first = signed(data.PixelPaddingValue, data)
            last = signed(data.get("PixelPaddingRangeLimit", first), data)
            used = (stored < min(first, last)) | (stored > max(first, last))
        return cls.from_stored(
            stored, used, transforms(data, len(stored)), stored_ends(data), samples == 1 and data.SOPClassUID in CT_IMAGES
        )

    @classmethod
    def from_stored(cls, stored, used, transforms, ends=None, is_ct=False) -> "Image":
        exact, index = [], numpy.zeros(stored.shape, int)
        for frame, transform in enumerate(transforms):
            values, where = numpy.unique(stored[frame], return_inverse=True)
            index[frame] = where.reshape(stored[frame].shape) + len(exact)
            exact += [transform(value.item()) for value in values]
        order = sorted(set(exact))
        rank = {value: at for at, value in enumerate(order)}
        index = numpy.array([rank[value] for value in exact])[index]
        return cls(order, index, used, ends, stored, transforms, is_ct)

    def frame(self, number: int) -> "Image":
        """One of the frames, from 0, as an image."""
        one = slice(number, number + 1)
        return self.from_stored(self.stored[one], self.used[one], self.transforms[one], self.ends, self.is_ct)

    @property
    def grid(self) -> tuple[numpy.ndarray, float | None]:
        """What neighbours are compared in, and its output units: stored values, or what a Modality LUT makes
        of them. No unit where it is no constant."""
        slopes = {getattr(transform, "slope", None) for transform in self.transforms}
        if slopes == {None}:
            return self.floats, 1.0
        return self.stored, abs(float(slopes.pop())) if len(slopes) == 1 else None

    @property
    def padding(self) -> int:
        """Pixels that are padding; floats that are no numbers are not."""
        return int((~self.used).sum()) if self.ends else 0

    @property
    def floats(self) -> numpy.ndarray:
        """The output values, padding as it is: frames, rows, columns."""
        return numpy.array([float(level) for level in self.levels])[self.index]

    @property
    def values(self) -> numpy.ndarray:
        """The output values that are measured."""
        return self.floats[self.used]

    @property
    def scaled(self) -> numpy.ndarray:
        """The levels as integers, on a common scale, exactly."""
        scale = math.lcm(*(level.denominator for level in self.levels))
        return numpy.array([int(level * scale) for level in self.levels], object)

    @property
    def counts(self) -> numpy.ndarray:
        """How often each level occurs outside the padding."""
        return numpy.bincount(self.index[self.used], minlength=len(self.levels))

    def where(self, wanted) -> numpy.ndarray:
        """The pixels whose exact value is as `wanted`, padding as well."""
        return numpy.array([wanted(level) for level in self.levels])[self.index]

    def bins(self, width: int) -> numpy.ndarray:
        """floor(y / width) of the pixels that are measured."""
        return numpy.array([level // width for level in self.levels], float)[self.index][self.used]


def decoded(data) -> numpy.ndarray:
    try:
        if data.file_meta.TransferSyntaxUID not in JPEG_LOSSLESS:
            return pixel_array(data, raw=True)
        pixels, other = (pixel_array(data, raw=True, decoding_plugin=name) for name in ("gdcm", "pylibjpeg"))
    except (NotImplementedError, RuntimeError, ValueError, AttributeError) as error:
        raise NotMeasured(f"pydicom does not decode: {type(error).__name__}") from error
    if not numpy.array_equal(pixels, other):
        raise NotMeasured("damaged: decoders differ")
    return pixels


def signed(word: int, data) -> int:
    """Pixel Padding Value has the pixels' representation, whatever its VR says."""
    return (word + 2**15) % 2**16 - 2**15 if data.PixelRepresentation == 1 else word % 2**16


def stored_ends(data) -> tuple[int, int] | None:
    if "PixelData" not in data:
        return None
    bits = data.BitsStored
    return (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if data.PixelRepresentation else (0, 2**bits - 1)


def luminance(pixels: numpy.ndarray, photometric: str) -> numpy.ndarray:
    """Of RGB by ITU-R BT.601, rounded to an integer; of YBR the first component."""
    if photometric != "RGB":
        return pixels[..., 0]
    red, green, blue = (pixels[..., at].astype(int) for at in range(3))
    return (299 * red + 587 * green + 114 * blue + 500) // 1000


class Linear:
    """Slope and intercept, as the decimals that they are."""

    def __init__(self, slope=1, intercept=0):
        self.slope, self.intercept = Fraction(text(slope)), Fraction(text(intercept))

    @classmethod
    def of(cls, item) -> "Linear":
        return cls(item.RescaleSlope, item.get("RescaleIntercept", 0))

    def __call__(self, value) -> Fraction:
        return self.slope * Fraction(value) + self.intercept


def text(number) -> str:
    """A decimal string as it was written."""
    return str(getattr(number, "original_string", number)).strip()


def transforms(data, frames: int) -> list:
    """Of each frame what its stored values become."""
    luts = data.get("ModalityLUTSequence")
    if luts:
        entries, first, _ = luts[0].LUTDescriptor
        words = luts[0].LUTData
        words = numpy.frombuffer(words, "<u2") if isinstance(words, bytes) else words
        table = [Fraction(int(value)) for value in words]
        return [lambda value: table[min(max(value - first, 0), len(table) - 1)]] * frames
    if "DoseGridScaling" in data:
        return [Linear(data.DoseGridScaling)] * frames
    if "RescaleSlope" in data:
        return [Linear.of(data)] * frames
    groups = [data.get("SharedFunctionalGroupsSequence"), data.get("PerFrameFunctionalGroupsSequence")]
    for found in (list(sequence or []) for sequence in groups):
        items = [item for group in found for item in group.get("PixelValueTransformationSequence", [])[:1]]
        if items and len(items) == len(found) and len(found) in (1, frames):
            found = [Linear.of(item) for item in items]
            return found if len(found) == frames else found * frames
    return [Linear()] * frames
