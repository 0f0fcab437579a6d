"""pydicom, with each of its plugins for the transfer syntax."""

import gdcm  # noqa: F401 (pydicom passes over a plugin that is not there)
import jpeg_ls  # noqa: F401
import libjpeg  # noqa: F401
import numpy
import openjpeg  # noqa: F401
import pydicom
import rle  # noqa: F401
from pydicom.pixels import get_decoder

FLOATS = ("FloatPixelData", "DoubleFloatPixelData")


def read(path, _source):
    def elements():
        data_set = pydicom.dcmread(path)
        data_set.walk(lambda _, element: element.value)

    yield "pydicom", elements
    data_set = pydicom.dcmread(path)
    if floats := [keyword for keyword in FLOATS if keyword in data_set]:
        yield "pydicom native", lambda: data_set[floats[0]].value
    elif "PixelData" in data_set:
        decoder = get_decoder(data_set.file_meta.TransferSyntaxUID)

        def samples(plugin):
            array, _ = decoder.as_array(data_set, raw=True, decoding_plugin=plugin)
            return numpy.ascontiguousarray(array.astype(array.dtype.newbyteorder("<"))).tobytes()

        if decoder.is_native:
            yield "pydicom native", lambda: samples("")
        # Pillow comes with MIRP; its plugin refuses 12 bits, and colours of more than 8. pylibjpeg reads the same.
        plugins = [plugin for plugin in decoder.available_plugins if plugin != "pillow"]
        # GDCM last: what it aborts at, the others are to read first.
        for plugin in sorted(plugins, key=lambda plugin: plugin == "gdcm"):
            yield f"pydicom {plugin}", lambda plugin=plugin: samples(plugin)
