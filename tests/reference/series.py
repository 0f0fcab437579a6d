"""What the instances of a series say together, by numpy: the geometry checks of NCI Imaging Data Commons
(`volume_geometry_index`), gaps and duplicates, jumps. Definitions and tolerances: `src/series`."""

from dataclasses import dataclass

import numpy

IN_PLANE_MM = 0.1
ORIENTATION = 0.01
UNIFORM = 0.01
SAME_POSITION_MM = 1e-4
MODE = 0.02
GAP = 0.2
JUMP_MADS = 5
MIN_SLICES_FOR_JUMPS = 8
ALIKE_BITS = 4


@dataclass
class Member:
    uid: str
    number: int | None
    shape: tuple
    frames: int
    is_localizer: bool
    orientation: numpy.ndarray | None
    position: numpy.ndarray | None
    spacing: numpy.ndarray | None
    thickness: float | None
    mean: float | None = None
    noise: float | None = None
    digest: str | None = None
    dhash: int | None = None

    @classmethod
    def of(cls, data, **measured) -> "Member":
        image_type = data.get("ImageType") or []
        thickness = shared(data, "PixelMeasuresSequence", "SliceThickness")
        return cls(
            uid=data.SOPInstanceUID,
            number=None if data.get("InstanceNumber") is None else int(data.InstanceNumber),
            shape=(data.get("Rows"), data.get("Columns")),
            frames=int(data.get("NumberOfFrames") or 1) if "Rows" in data else 0,
            is_localizer=any(value == "LOCALIZER" or "MIP" in value for value in image_type),
            orientation=numbers(shared(data, "PlaneOrientationSequence", "ImageOrientationPatient"), 6),
            position=numbers(data.get("ImagePositionPatient"), 3),
            spacing=numbers(shared(data, "PixelMeasuresSequence", "PixelSpacing"), 2),
            thickness=None if thickness is None else float(thickness),
            **measured,
        )


def shared(data, sequence: str, keyword: str):
    """An attribute of an instance, or else of the functional group that all its frames share."""
    if keyword in data:
        return data[keyword].value
    for group in data.get("SharedFunctionalGroupsSequence") or []:
        for item in group.get(sequence) or []:
            return item.get(keyword)
    return None


def numbers(values, count: int) -> numpy.ndarray | None:
    values = None if values is None else numpy.array(values, float)
    is_usable = values is not None and values.shape == (count,) and (numpy.abs(values) <= 1e9).all()
    return values if is_usable else None


def findings(members: list[Member]) -> dict:
    named = [member.number for member in members]
    digests = [member.digest for member in members if member.digest is not None]
    noise = [member.noise for member in members if member.noise is not None]
    thickness = {member.thickness for member in members}
    shapes = [member.shape for member in members if member.frames]
    found = {
        "instances": len(members),
        "frames": sum(member.frames for member in members),
        "identical_slices": len(digests) - len(set(digests)),
        "median_noise": numpy.median(noise) if noise else None,
        "slice_thickness_mm": thickness.pop() if len(thickness) == 1 else None,
        "consistent_image_dimensions": len(set(shapes)) == 1 if len(shapes) > 1 else None,
    }
    if None not in named:
        found["duplicate_instance_numbers"] = len(named) - len(set(named))
        found["missing_instance_numbers"] = max(named) - min(named) + 1 - len(set(named))
    positions = None
    if all(is_slice(member) for member in members):
        positions = geometry(members, found)
    if all(member.frames == 1 for member in members) and (positions is not None or None not in named):
        places = numpy.zeros(len(members)) if positions is None else positions
        order = sorted(range(len(members)), key=lambda at: (places[at], number_key(members[at])))
        neighbours([members[at] for at in order], found)
    return found


def number_key(member: Member):
    return (member.number is not None, member.number or 0, member.uid)


def is_slice(member: Member) -> bool:
    has_place = all(part is not None for part in (member.orientation, member.position, member.spacing))
    return has_place and member.frames == 1 and not member.is_localizer


def geometry(members: list[Member], found: dict) -> numpy.ndarray | None:
    """Writes down the checks; gives the positions along the normal."""
    orientation = numpy.array([member.orientation for member in members])
    position = numpy.array([member.position for member in members])
    spacing = numpy.array([member.spacing for member in members])
    lengths = numpy.linalg.norm(numpy.cross(orientation[:, :3], orientation[:, 3:]), axis=1)
    is_single = bool((orientation == orientation[0]).all())
    is_orthogonal = bool((numpy.abs(lengths - 1) <= ORIENTATION).all())
    found["orthogonal_orientation"] = is_orthogonal
    along = None
    if is_single and is_orthogonal:
        row, column = orientation[0, :3], orientation[0, 3:]
        normal = numpy.cross(row, column) / lengths[0]
        along = position @ normal
        across = numpy.sort(numpy.abs(normal))
        found["obliquity_degrees"] = numpy.degrees(numpy.arctan2(numpy.hypot(*across[:2]), across[2]))
    if len(members) < 2:
        return along
    found["single_orientation"] = is_single
    found["consistent_pixel_spacing"] = bool((spacing == spacing[0]).all())
    if along is not None:
        found["consistent_in_plane_row"] = bool(numpy.ptp(position @ row) < IN_PLANE_MM)
        found["consistent_in_plane_col"] = bool(numpy.ptp(position @ column) < IN_PLANE_MM)
        intervals(numpy.sort(along), found)
    checks = [
        found.get(name)
        for name in (
            "single_orientation", "orthogonal_orientation", "unique_slice_positions",
            "consistent_in_plane_row", "consistent_in_plane_col", "consistent_pixel_spacing",
            "consistent_image_dimensions", "uniform_slice_spacing",
        )
    ]  # fmt: skip
    found["regularly_spaced_3d_volume"] = False if False in checks else None if None in checks else True
    return along


def intervals(along: numpy.ndarray, found: dict) -> None:
    steps = numpy.diff(along)
    expected = numpy.ptp(along) / len(steps)
    gaps = numpy.sort(steps[steps > SAME_POSITION_MM])
    found["duplicate_slices"] = len(steps) - len(gaps)
    found["unique_slice_positions"] = len(steps) == len(gaps)
    found["uniform_slice_spacing"] = bool((numpy.abs(steps - expected) < UNIFORM * expected).all())
    if not len(gaps):
        return
    found["slice_spacing_mean_mm"], found["slice_spacing_sd_mm"] = gaps.mean(), gaps.std()
    found["gap_max_mm"] = gaps.max()
    like = [gaps[(gaps >= gap) & (gaps <= gap * (1 + MODE))] for gap in gaps]
    commonest = max(like, key=len)
    if 2 * len(commonest) > len(gaps):
        found["slice_spacing_mode_mm"] = numpy.median(commonest)
        ratios = gaps / found["slice_spacing_mode_mm"]
        whole = numpy.floor(ratios + 0.5)
        lacks = (whole >= 2) & (numpy.abs(ratios - whole) <= GAP)
        found["missing_slices"] = int((whole[lacks] - 1).sum())


def neighbours(members: list[Member], found: dict) -> None:
    pairs = list(zip(members, members[1:], strict=False))
    steps = numpy.array([b.mean - a.mean for a, b in pairs if None not in (a.mean, b.mean)])
    if len(steps) >= MIN_SLICES_FOR_JUMPS - 1:
        away = numpy.abs(steps - numpy.median(steps))
        found["mean_jumps"] = int((away > JUMP_MADS * numpy.median(away)).sum())
    compared = [
        (a.dhash ^ b.dhash).bit_count() <= ALIKE_BITS and a.digest != b.digest
        for a, b in pairs
        if None not in (a.dhash, b.dhash, a.digest, b.digest)
    ]
    found["alike_slices"] = sum(compared) if compared else None
