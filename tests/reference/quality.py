"""Numbers of image quality: SNR, FBER and EFC by the formulae of MRIQC (`mriqc/qc/anatomical.py`: snr,
snr_dietrich, fber, efc), background, clipping.

MRIQC takes masks from a segmentation; here the background is air (CT: y <= -900 HU) or what Otsu's method
puts below its threshold, and the foreground is all else. MRIQC adds 1e-16 to values before their logarithm,
which changes nothing in the digits compared, gives -1 where there is no background, and rounds."""

from math import log, pi, sqrt

import numpy

from images import Image

AIR_HU = -900
# MRIQC takes a background of less energy, or of less spread, for none.
LEAST_BACKGROUND = 1e-3


def background(image: Image) -> numpy.ndarray | None:
    """The pixels that are background: frames, rows, columns. None where Otsu's method finds no two classes."""
    if image.is_ct:
        return image.where(lambda level: level <= AIR_HU) & image.used
    level = otsu(image)
    return None if level is None else (image.index <= level) & image.used


def otsu(image: Image) -> int | None:
    """The last level of the lower class: of all splits that with the greatest variance between the classes
    (Otsu, IEEE Trans. SMC 9:62-66, 1979), the lowest where several have it. In exact integers."""
    counts = [int(count) for count in image.counts]
    sums = [count * value for count, value in zip(counts, image.scaled, strict=True)]
    n, total = sum(counts), sum(sums)
    best, best_num, best_den = None, 0, 1
    n_low = sum_low = 0
    for level, count in enumerate(counts):
        n_low += count
        sum_low += sums[level]
        if count and n_low < n:
            num, den = (sum_low * n - total * n_low) ** 2, n_low * (n - n_low)
            if num * best_den > best_num * den:
                best, best_num, best_den = level, num, den
    return best


def quality(image: Image) -> dict:
    values, air = image.values, background(image)
    found = {"bg_frac": None, "snr": None, "snrd": None, "fber": None, "efc": efc(values)}
    if image.ends:
        stored = image.stored[image.used]
        found["clip_lo"], found["clip_hi"] = ((stored == end).mean() for end in image.ends)
    if air is None:
        return found
    air = air[image.used]
    found["bg_frac"] = air.mean()
    front, back = values[~air], values[air]
    if front.size > 1 and front.std() > 0:
        found["snr"] = front.mean() / (front.std() * sqrt(front.size / (front.size - 1)))
    if front.size and back.size and back.std() > LEAST_BACKGROUND:
        found["snrd"] = front.mean() / (back.std() * sqrt(2 / (4 - pi)))
    if front.size and back.size:
        energy = numpy.median(numpy.abs(back) ** 2)
        if energy >= LEAST_BACKGROUND:
            found["fber"] = numpy.median(numpy.abs(front) ** 2) / energy
    return found


def efc(values: numpy.ndarray) -> float | None:
    """Entropy focus criterion (Atkinson et al., IEEE Trans. Med. Imaging 16:903-910, 1997); of values that
    are not negative and not all zero, of more than one pixel."""
    n, energy = values.size, (values**2).sum()
    if n < 2 or values.min() < 0 or energy == 0:
        return None
    shares = values[values > 0] / sqrt(energy)
    return (shares * numpy.log(shares)).sum() / (sqrt(n) * log(1 / sqrt(n)))
