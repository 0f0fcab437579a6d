"""GDCM, as a reader of its own."""

import dataclasses

import gdcm

from samples import Form, canonical


def read(path, _source):
    def samples():
        reader = gdcm.ImageReader()
        reader.SetFileName(path)
        if not reader.Read():
            file_reader = gdcm.Reader()
            file_reader.SetFileName(path)
            if not file_reader.Read():
                raise ValueError("the file cannot be read")
            if has_pixels(file_reader.GetFile().GetDataSet()):
                raise ValueError("the image cannot be read")
            return None
        image = reader.GetImage()
        kind = image.GetPixelFormat()
        sides = [image.GetDimension(at) for at in range(image.GetNumberOfDimensions())]
        form = Form(
            rows=sides[1],
            columns=sides[0],
            frames=sides[2] if len(sides) > 2 else 1,
            samples=kind.GetSamplesPerPixel(),
            allocated=kind.GetBitsAllocated(),
            stored=kind.GetBitsStored(),
            high_bit=kind.GetHighBit(),
            signed=kind.GetPixelRepresentation() == 1,
            planar=image.GetPlanarConfiguration(),
            photometric=image.GetPhotometricInterpretation().GetString().strip(),
        )
        buffer = image.GetBuffer()
        if buffer is None:
            raise ValueError("the pixels cannot be read")
        native = buffer.encode("utf-8", "surrogateescape")
        if form.photometric == "YBR_FULL_422" and len(native) == form.count():
            # Each pixel has got its chroma samples already.
            form = dataclasses.replace(form, photometric="YBR_FULL")
        return canonical(native, form)

    yield "gdcm", samples


def has_pixels(data_set) -> bool:
    elements = [(0x7FE0, element) for element in (0x08, 0x09, 0x10)]
    return any(data_set.FindDataElement(gdcm.Tag(*tag)) for tag in elements)
