"""The Basic Profile as a table, the way a script keeps it: what becomes of each attribute of PS3.15 Table E.1-1.

`Profile(table, key).apply(dataset)` changes a data set in place, at every depth. A composite action such as X/Z/D becomes the last
of its actions, which leaves every IOD valid. Private attributes are removed; others that the table does not name stay.
"""

import csv
import hashlib
import hmac
from pathlib import Path

from pydicom import Dataset
from pydicom.datadict import dictionary_VR
from pydicom.tag import BaseTag

# Values that stand for none, by value representation (PS3.5 section 6.2). Others become empty.
DUMMIES = {
    "AE": "ANONYMOUS", "AS": "000Y", "CS": "ANONYMOUS", "DA": "19000101", "DS": "0", "DT": "19000101000000", "FD": 0.0, "FL": 0.0,
    "IS": "0", "LO": "ANONYMOUS", "LT": "ANONYMOUS", "PN": "ANONYMOUS", "SH": "ANONYMOUS", "SL": 0, "SS": 0, "ST": "ANONYMOUS",
    "TM": "000000", "UC": "ANONYMOUS", "UL": 0, "US": 0, "UT": "ANONYMOUS",
}  # fmt: skip
PATIENT_ID, PATIENT_NAME = BaseTag(0x00100020), BaseTag(0x00100010)
# PS3.16 CID 7050.
METHOD = ("113100", "DCM", "Basic Application Confidentiality Profile")


class Profile:
    """Actions by tag, and a key for what stands for identifiers."""

    def __init__(self, table: Path, key: bytes) -> None:
        self.key = key
        self.actions: dict[int, str] = {}
        # Of whole groups, as 60xx3000: the mask and what is left behind it.
        self.patterns: list[tuple[int, int, str]] = []
        with open(table, newline="") as file:
            for row in csv.DictReader(line for line in file if not line.startswith("#")):
                self._add(row["tag"].lower(), row["basic"].rstrip("*")[-1])

    def _add(self, tag: str, action: str) -> None:
        if all(digit in "0123456789abcdef" for digit in tag):
            self.actions[int(tag, 16)] = action
        elif set(tag) <= set("0123456789abcdefx"):
            mask = int("".join("0" if digit == "x" else "f" for digit in tag), 16)
            self.patterns.append((mask, int(tag.replace("x", "0"), 16), action))

    def apply(self, dataset: Dataset) -> None:
        """De-identifies a data set and says so in it."""
        self._clean(dataset)
        dataset.preamble = bytes(128)
        dataset.PatientIdentityRemoved = "YES"
        code = Dataset()
        code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = METHOD
        dataset.DeidentificationMethodCodeSequence = [code]
        dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
        for name in ("SourceApplicationEntityTitle", "PrivateInformation", "PrivateInformationCreatorUID"):
            if name in dataset.file_meta:
                delattr(dataset.file_meta, name)

    def uid(self, uid: str) -> str:
        """The same for the same UID in every process: 122 bits of a keyed hash under 2.25 (PS3.5 section B.2)."""
        return f"2.25.{int.from_bytes(self._hash(uid)[:16]) >> 6}"

    def pseudonym(self, identifier: str) -> str:
        return self._hash(identifier)[:8].hex()

    def _hash(self, value: str) -> bytes:
        return hmac.digest(self.key, value.encode(), hashlib.sha256)

    def _action(self, tag: BaseTag) -> str | None:
        action = self.actions.get(tag)
        if action is None and tag.group >> 8 in (0x50, 0x60):
            action = next((action for mask, rest, action in self.patterns if tag & mask == rest), None)
        return action

    def _clean(self, dataset: Dataset) -> None:
        # By tag and not by element: an element that stays as it is need not be parsed.
        for tag in list(dataset.keys()):
            action = "X" if tag.is_private else self._action(tag)
            if action == "X":
                del dataset[tag]
            elif action is not None:
                self._replace(dataset, tag, action)
            elif self._is_sequence(dataset, tag):
                for item in dataset[tag].value:
                    self._clean(item)

    @staticmethod
    def _is_sequence(dataset: Dataset, tag: BaseTag) -> bool:
        vr = dataset.get_item(tag).VR
        if vr is None:
            # Implicit VR: the dictionary knows, but for retired attributes that it has forgotten.
            try:
                vr = dictionary_VR(tag)
            except KeyError:
                return False
        return vr == "SQ"

    def _replace(self, dataset: Dataset, tag: BaseTag, action: str) -> None:
        element = dataset[tag]
        if element.VR == "SQ":
            for item in element.value:
                self._clean(item)
        elif action == "U":
            uids = element.value if element.VM > 1 else [element.value] if element.value else []
            element.value = [self.uid(uid) for uid in uids]
        elif tag in (PATIENT_ID, PATIENT_NAME):
            element.value = self.pseudonym(str(element.value))
        elif action == "D":
            element.value = DUMMIES.get(element.VR)
        elif action == "Z":
            element.value = None
