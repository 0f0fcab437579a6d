"""Which regions a tree of files has, and the images that they refer to, by pydicom."""

import collections
import pathlib
from dataclasses import dataclass

import numpy
import pydicom

import columns
import segments
from contours import NoRegion, Region, region_of
from images import NotMeasured
from stack import Grid, NotAVolume, Stack

STRUCTURE_SET = "1.2.840.10008.5.1.4.1.1.481.3"
DOSE = "1.2.840.10008.5.1.4.1.1.481.2"
SEGMENTATIONS = ("1.2.840.10008.5.1.4.1.1.66.4", segments.LABEL_MAP)
# These alone bound a volume (PS3.3 section C.8.8.6.3).
CLOSED = ("CLOSED_PLANAR", "CLOSEDPLANAR_XOR")
# Why a region has no voxels.
CANNOT = (NotAVolume, NotMeasured, NoRegion)


@dataclass(frozen=True)
class Wanted:
    """A region that the tree has."""

    object_uid: str
    kind: str  # RTSTRUCT or SEG
    number: int
    label: str
    has_area: bool  # contours, or frames


class Tree:
    """Files by what they are."""

    def __init__(self, paths: dict[str, pathlib.Path], series: dict[str, list[str]]):
        self.paths, self.of_series = paths, series
        self.stacks: dict[tuple, Stack | Exception] = {}
        self.objects: dict[object, object] = {}

    @classmethod
    def of_output(cls, output: pathlib.Path) -> "Tree":
        """By the index of an output."""
        return cls.of_rows(output, columns.read(output, "index") or [])

    @classmethod
    def of_rows(cls, output: pathlib.Path, rows: list[dict]) -> "Tree":
        paths, series = {}, collections.defaultdict(list)
        for row in rows:
            uid = columns.key(row, "instance")
            paths[uid] = output / columns.key(row, "path")
            series[columns.key(row, "series")].append(uid)
        return cls(paths, series)

    @classmethod
    def of_files(cls, folders: list[pathlib.Path]) -> "Tree":
        """By what stands in the files themselves; of several of one name the first."""
        paths, series = {}, collections.defaultdict(list)
        for path in sorted(path for folder in folders for path in folder.rglob("*") if path.is_file()):
            try:
                data = pydicom.dcmread(path, stop_before_pixels=True, force=True)
                uid = data.get("SOPInstanceUID")
            except Exception:  # whatever pydicom does not read
                continue
            if uid and uid not in paths:
                paths[uid] = path
                series[data.get("SeriesInstanceUID")].append(uid)
        return cls(paths, series)

    def data(self, uid: str):
        if uid not in self.objects:
            self.objects[uid] = pydicom.dcmread(self.paths[uid], force=True)
        return self.objects[uid]

    def of_class(self, *classes: str) -> list[str]:
        found = []
        for uid, path in self.paths.items():
            try:
                name = pydicom.dcmread(path, specific_tags=["SOPClassUID"], force=True).get("SOPClassUID")
            except Exception:  # whatever pydicom does not read
                continue
            if name in classes:
                found.append(uid)
        return sorted(found)

    def stack(self, series: str, members: tuple[str, ...] = ()) -> Stack:
        """A series as a volume, or some members of it."""
        key = (series, members)
        if key not in self.stacks:
            try:
                paths = [self.paths[uid] for uid in members or self.of_series[series]]
                self.stacks[key] = Stack.of([pydicom.dcmread(path) for path in paths])
            except (NotAVolume, NotMeasured) as error:
                self.stacks[key] = error
        found = self.stacks[key]
        if isinstance(found, Exception):
            raise found
        return found

    def stack_of(self, uid: str, number: int, series: str) -> Stack:
        """The images of a region: the series, or where that is no volume, those alone that its own frames or
        contours refer to."""
        try:
            return self.stack(series)
        except NotAVolume:
            own = set(own_images(self.data(uid), number)) & set(self.of_series[series])
            if not own:
                raise
            return self.stack(series, tuple(sorted(own)))

    def wanted(self) -> list[Wanted]:
        """All regions of the tree, those without contours too."""
        found = []
        for uid in self.of_class(STRUCTURE_SET):
            data = self.data(uid)
            for roi in data.get("StructureSetROISequence") or []:
                number, label = int(roi.ROINumber), str(roi.get("ROIName") or "")
                found.append(Wanted(uid, "RTSTRUCT", number, label, bool(closed(data, number))))
        for uid in self.of_class(*SEGMENTATIONS):
            data = self.data(uid)
            labels = {int(item.SegmentNumber): str(item.get("SegmentLabel") or "") for item in data.SegmentSequence}
            found += [Wanted(uid, "SEG", number, labels[number], True) for number in segments.numbers(data)]
        return found

    def references(self, uid: str, number: int) -> list[str]:
        """The series that a region refers to, in the tree: by instances, else by the series' own name."""
        data = self.data(uid)
        instances, series = referenced(data, number)
        of_instance = {one: name for name, members in self.of_series.items() for one in members}
        found = list(dict.fromkeys(of_instance[one] for one in instances if one in of_instance))
        return found or [name for name in dict.fromkeys(series) if name in self.of_series]

    def region(self, uid: str, number: int, grid: Grid) -> Region:
        data = self.data(uid)
        if data.SOPClassUID == STRUCTURE_SET:
            found = closed(data, number)
            if not found:
                raise NoRegion("no closed contour")
            return region_of(found, grid)
        key = ("segmentation", uid)
        if key not in self.objects:
            self.objects[key] = segments.Segmentation(data)
        return self.objects[key].region(number, grid)


def closed(data, number: int) -> list[numpy.ndarray]:
    """The closed contours of an ROI: of each its points, mm."""
    found = []
    for roi in data.get("ROIContourSequence") or []:
        if int(roi.ReferencedROINumber) != number:
            continue
        for contour in roi.get("ContourSequence") or []:
            if contour.get("ContourGeometricType") in CLOSED and contour.get("ContourData"):
                found.append(numpy.array(contour.ContourData, float).reshape(-1, 3))
    return found


def referenced(data, number: int) -> tuple[list[str], list[str]]:
    """SOP instances that a region refers to, and series."""
    instances, series = [], []
    for frame in data.get("ReferencedFrameOfReferenceSequence") or []:
        for study in frame.get("RTReferencedStudySequence") or []:
            for one in study.get("RTReferencedSeriesSequence") or []:
                series.append(str(one.SeriesInstanceUID))
                instances += [str(image.ReferencedSOPInstanceUID) for image in one.get("ContourImageSequence") or []]
    for one in data.get("ReferencedSeriesSequence") or []:
        series.append(str(one.SeriesInstanceUID))
        instances += [str(image.ReferencedSOPInstanceUID) for image in one.get("ReferencedInstanceSequence") or []]
    return instances + own_images(data, number), series


def own_images(data, number: int) -> list[str]:
    """SOP instances that the contours of an ROI refer to, or the frames of a segmentation."""
    found = []
    for roi in data.get("ROIContourSequence") or []:
        if int(roi.ReferencedROINumber) == number:
            for contour in roi.get("ContourSequence") or []:
                found += contour.get("ContourImageSequence") or []
    for group in data.get("PerFrameFunctionalGroupsSequence") or []:
        for derivation in group.get("DerivationImageSequence") or []:
            found += derivation.get("SourceImageSequence") or []
    return [str(image.ReferencedSOPInstanceUID) for image in found]
