#!/usr/bin/env python3
"""Writes large DICOM files with textures like those of scanners: a smooth field of anatomy, and noise.

    bigger.py KIND OUTPUT

ct: an Enhanced CT of 1,000 frames of 512 x 512, half a gigabyte. mg: a Breast Tomosynthesis of 10 frames of 2560 x 2048, 105 MB.
Samples are 12 bits in words of 16. The same seed gives the same bytes.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy
from pydicom import Dataset, FileMetaDataset
from pydicom.uid import BreastTomosynthesisImageStorage, EnhancedCTImageStorage, ExplicitVRLittleEndian, generate_uid

SEED = 1
BITS_STORED = 12


@dataclass(frozen=True)
class Kind:
    """What a file is, and the shape of its images."""

    sop_class: str
    modality: str
    body_part: tuple[str, str]
    frames: int
    rows: int
    columns: int
    spacing_mm: float
    # Standard deviation of the noise in steps of grey.
    noise: float


KINDS = {
    "ct": Kind(EnhancedCTImageStorage, "CT", ("51185008", "Chest"), 1000, 512, 512, 0.7, 12.0),
    "mg": Kind(BreastTomosynthesisImageStorage, "MG", ("76752008", "Breast"), 10, 2560, 2048, 0.1, 6.0),
}


def frames(kind: Kind) -> bytes:
    """The samples: a bright ellipse with waves in it on a dark ground, which changes from frame to frame, and normal noise."""
    random = numpy.random.default_rng(SEED)
    y = numpy.linspace(-1, 1, kind.rows, dtype=numpy.float32)[:, None]
    x = numpy.linspace(-1, 1, kind.columns, dtype=numpy.float32)[None, :]
    inside = ((x / 0.8) ** 2 + (y / 0.6) ** 2 < 1).astype(numpy.float32)
    images = []
    for number in range(kind.frames):
        phase = 6.3 * number / kind.frames
        field = 60 + inside * (1000 + 250 * numpy.sin(5 * x + phase) * numpy.cos(4 * y - phase) + 80 * numpy.sin(23 * x * y))
        field += kind.noise * random.standard_normal(field.shape, dtype=numpy.float32)
        images.append(field.clip(0, 2**BITS_STORED - 1).astype("<u2").tobytes())
    return b"".join(images)


def item(**values) -> Dataset:
    """A data set of attributes by keyword."""
    made = Dataset()
    for keyword, value in values.items():
        setattr(made, keyword, value)
    return made


def instance(name: str, kind: Kind) -> Dataset:
    """A whole instance, of an invented patient."""
    uids = [generate_uid(prefix=None, entropy_srcs=[name, level]) for level in ("study", "series", "instance", "frame", "stack")]
    code, meaning = kind.body_part
    body_part = item(CodeValue=code, CodingSchemeDesignator="SCT", CodeMeaning=meaning)
    shared = item(
        PixelMeasuresSequence=[item(PixelSpacing=[kind.spacing_mm] * 2, SliceThickness=1)],
        PlaneOrientationSequence=[item(ImageOrientationPatient=[1, 0, 0, 0, 1, 0])],
        FrameAnatomySequence=[item(FrameLaterality="U", AnatomicRegionSequence=[body_part])],
        PixelValueTransformationSequence=[item(RescaleIntercept=-1000 if name == "ct" else 0, RescaleSlope=1, RescaleType="US")],
    )
    per_frame = [
        item(
            FrameContentSequence=[item(StackID="1", InStackPositionNumber=number + 1, DimensionIndexValues=[number + 1])],
            PlanePositionSequence=[item(ImagePositionPatient=[0, 0, number])],
        )
        for number in range(kind.frames)
    ]
    made = item(
        SpecificCharacterSet="ISO_IR 192", ImageType=["ORIGINAL", "PRIMARY", "VOLUME", "NONE"], SOPClassUID=kind.sop_class,
        SOPInstanceUID=uids[2], StudyDate="20200101", SeriesDate="20200101", ContentDate="20200101", StudyTime="120000",
        ContentTime="120000", AcquisitionDateTime="20200101120000", AccessionNumber="A1", Modality=kind.modality,
        Manufacturer="Synthetic", ReferringPhysicianName="Invented^Doctor", PatientName="Invented^Patient", PatientID="I1",
        PatientBirthDate="19700101", PatientSex="O", StudyInstanceUID=uids[0], SeriesInstanceUID=uids[1], StudyID="1",
        SeriesNumber=1, InstanceNumber=1, FrameOfReferenceUID=uids[3], PositionReferenceIndicator="", BurnedInAnnotation="NO",
        LossyImageCompression="00", PresentationLUTShape="IDENTITY", ContentQualification="RESEARCH", PixelPresentation="MONOCHROME",
        VolumetricProperties="VOLUME", VolumeBasedCalculationTechnique="NONE",
        DimensionOrganizationSequence=[item(DimensionOrganizationUID=uids[4])],
        DimensionIndexSequence=[
            item(DimensionIndexPointer=0x00209057, FunctionalGroupPointer=0x00209111, DimensionOrganizationUID=uids[4])
        ],
        SharedFunctionalGroupsSequence=[shared], PerFrameFunctionalGroupsSequence=per_frame, SamplesPerPixel=1,
        PhotometricInterpretation="MONOCHROME2", NumberOfFrames=kind.frames, Rows=kind.rows, Columns=kind.columns,
        BitsAllocated=16, BitsStored=BITS_STORED, HighBit=BITS_STORED - 1, PixelRepresentation=0, PixelData=frames(kind),
    )  # fmt: skip
    made["PixelData"].VR = "OW"
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made.file_meta.MediaStorageSOPClassUID = made.SOPClassUID
    made.file_meta.MediaStorageSOPInstanceUID = made.SOPInstanceUID
    return made


def main() -> None:
    name, output = sys.argv[1:]
    instance(name, KINDS[name]).save_as(Path(output), enforce_file_format=True)


if __name__ == "__main__":
    main()
