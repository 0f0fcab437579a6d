"""SimpleITK. It applies Rescale Slope and Intercept, turns MONOCHROME1 round and gives 255 for a single
bit that is set: undone here."""

import gdcm
import numpy
import pydicom
import SimpleITK

from samples import Form

PIXELS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")


def read(path, _source):
    header = pydicom.dcmread(path, defer_size=1024)
    if not any(keyword in header for keyword in PIXELS):
        return
    form = Form.of(header)

    def samples():
        image = SimpleITK.ReadImage(path, imageIO="GDCMImageIO")
        array = SimpleITK.GetArrayFromImage(image)
        if form.stored is None:
            return array.tobytes()
        if form.allocated == 1:
            return (array != 0).tobytes()
        slope, intercept = rescale(path)
        # Of some SOP classes it applies neither: whole numbers were not multiplied by a fraction.
        is_scaled = array.dtype.kind == "f" or slope == int(slope)
        if is_scaled and (slope, intercept) != (1, 0):
            array = numpy.rint((array.astype("f8") - intercept) / slope).astype("i8")
        if form.photometric == "MONOCHROME1":
            array = (1 << form.stored) - 1 - array
        return array.astype(f"<{'i' if form.signed else 'u'}{form.allocated // 8}").tobytes()

    yield "SimpleITK", samples


def rescale(path) -> tuple[float, float]:
    reader = gdcm.ImageReader()
    reader.SetFileName(path)
    if not reader.Read():
        return 1, 0
    return reader.GetImage().GetSlope(), reader.GetImage().GetIntercept()
