#!/usr/bin/env python3
"""Tries what the comparison stands on: `python3 benches/baseline/test_baseline.py`, in the venv of pipeline.sh."""

import sys
import tempfile
import unittest
from pathlib import Path

import numpy
from pydicom import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, JPEGLSLossless, generate_uid

from basic_profile import Profile
from figures import best_peer, cpu, median_of, ratio, wall
from outputs import Fault, Inputs, check
from rounds import Block, Measurement, order
from running import Timed, run
from ways import JPEG_LS, NATIVE, TABLE, Way


def image(seed: int, patient: str = "P1") -> Dataset:
    """A small CT of noise."""
    made = Dataset()
    made.SOPClassUID, made.SOPInstanceUID = CTImageStorage, generate_uid(prefix=None, entropy_srcs=[str(seed)])
    made.PatientID, made.PatientName, made.Modality = patient, "Invented^Patient", "CT"
    made.Rows, made.Columns, made.SamplesPerPixel, made.PhotometricInterpretation = 16, 24, 1, "MONOCHROME2"
    made.BitsAllocated, made.BitsStored, made.HighBit, made.PixelRepresentation = 16, 12, 11, 0
    made.PixelData = numpy.random.default_rng(seed).integers(0, 4096, 16 * 24, "<u2").tobytes()
    made["PixelData"].VR = "OW"
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made.file_meta.MediaStorageSOPClassUID, made.file_meta.MediaStorageSOPInstanceUID = CTImageStorage, made.SOPInstanceUID
    return made


def way(key: str, syntaxes=JPEG_LS, *, deidentifies: bool = True) -> Way:
    return Way(key, key, lambda *_: [], syntaxes, deidentifies=deidentifies)


def block(costs: dict[str, list[float | None]]) -> Block:
    """Runs on one core by way and round, of as many CPU seconds and half as many by the clock."""
    runs = [
        Measurement(key, 1, number, Timed(cost / 2, cost, 1, 0), 1, 1, None)
        for key, rounds in costs.items()
        for number, cost in enumerate(rounds)
        if cost is not None
    ]
    return Block(Inputs(Path(), 1, 1, frozenset(), frozenset()), runs, {})


class Figures(unittest.TestCase):
    def test_the_median_of_the_pairs_and_not_the_ratio_of_medians(self):
        it = block({"a": [1, 10, 100], "b": [100, 20, 50]})
        self.assertEqual(median_of(it, "a", 1, cpu), 10)
        # 100, 2 and 0.5; the medians are 50 and 10.
        self.assertEqual(ratio(it, ("b", 1, cpu), ("a", 1, cpu)), 2)
        self.assertEqual(ratio(it, ("b", 1, wall), ("a", 1, cpu)), 1)

    def test_rounds_that_lack_one_of_them_do_not_count(self):
        it = block({"a": [1, None, 4], "b": [3, 7, None]})
        self.assertEqual(ratio(it, ("b", 1, cpu), ("a", 1, cpu)), 3)
        self.assertIsNone(ratio(it, ("b", 2, cpu), ("a", 1, cpu)))

    def test_the_best_peer_does_the_same_in_the_least_time(self):
        it = block({"sauva-jpeg-ls": [1], "copy": [0.1], "quick": [2], "slow": [5], "other": [0.5]})
        ways = [
            way("sauva-jpeg-ls"), way("copy", NATIVE, deidentifies=False), way("slow"), way("quick"), way("other", NATIVE), way("absent"),
        ]  # fmt: skip
        best, times = best_peer(it, ways, "sauva-jpeg-ls", 1)
        self.assertEqual((best.key, times), ("quick", 2))

    def test_each_round_has_all_of_them_once_and_begins_elsewhere(self):
        entries = list(range(7))
        turns = [order(entries, number * 2) for number in range(4)]
        self.assertTrue(all(sorted(turn) == entries for turn in turns))
        self.assertEqual(len({turn[0] for turn in turns}), 4)


class Running(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.work = Path(folder.name)

    def test_the_time_of_processes_of_processes_counts(self):
        loop = "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done"
        it = run(["sh", "-c", f"sh -c '{loop}'; true"], self.work)
        self.assertGreater(it.cpu_s, 0)
        self.assertEqual(it.exit_code, 0)

    def test_the_peak_is_that_of_the_largest(self):
        it = run(["sh", "-c", f"{sys.executable} -c 'len(bytearray(10**8))'; true"], self.work)
        self.assertGreater(it.peak_bytes, 10**8)
        self.assertLess(it.peak_bytes, 2 * 10**8)

    def test_how_it_ended_and_what_it_said_are_told(self):
        self.assertEqual(run(["sh", "-c", "echo words >&2; exit 3"], self.work, cores=1).exit_code, 3)
        self.assertEqual((self.work / "log").read_text(), "words\n")
        self.assertEqual(run(["sh", "-c", "kill -9 $$"], self.work).exit_code, -9)


class Outputs(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.source, self.output = Path(folder.name) / "in", Path(folder.name) / "out"
        self.source.mkdir()
        self.output.mkdir()
        for seed in (1, 2):
            image(seed).save_as(self.source / f"{seed}.dcm", enforce_file_format=True)
        self.inputs = Inputs.of(self.source)

    def write(self, seed: int, patient: str = "other", *, compressed: bool = True) -> Path:
        dataset = image(seed, patient)
        if compressed:
            dataset.compress(JPEGLSLossless, generate_instance_uid=False)
        path = self.output / f"{seed}.dcm"
        dataset.save_as(path, enforce_file_format=True)
        return path

    def faulty(self, words: str):
        with self.assertRaisesRegex(Fault, words):
            check(way("one"), self.output, self.inputs)

    def test_what_is_sound_passes(self):
        paths = [self.write(seed) for seed in (1, 2)]
        (self.output / "table.csv").write_text("no DICOM")
        self.assertEqual(check(way("one"), self.output, self.inputs), (2, sum(path.stat().st_size for path in paths)))

    def test_what_is_missing(self):
        self.write(1)
        self.faulty("1 files instead of 2")

    def test_another_transfer_syntax(self):
        self.write(1)
        self.write(2, compressed=False)
        self.faulty("transfer syntax 1.2.840.10008.1.2.1$")

    def test_other_samples(self):
        self.write(1)
        self.write(3)
        self.faulty("other samples")

    def test_a_patient_that_is_still_there(self):
        self.write(1, "P1")
        self.write(2)
        self.faulty("Patient ID")

    def test_what_cannot_be_decoded(self):
        self.write(1)
        path = self.write(2)
        path.write_bytes(path.read_bytes()[:-100])
        self.faulty("cannot read|other samples")


class BasicProfile(unittest.TestCase):
    def test_identities_go_at_every_depth(self):
        dataset, inner, code = image(1), Dataset(), Dataset()
        code.CodeValue, code.CodeMeaning = "1", "stays"
        inner.PatientName, inner.ReferencedSOPInstanceUID = "Invented^Patient", dataset.SOPInstanceUID
        inner.PurposeOfReferenceCodeSequence = [code]
        dataset.ReferencedImageSequence, dataset.OtherPatientNames, dataset.StudyDate = [inner], "Invented", "20200101"
        dataset.add_new(0x60003000, "OW", b"\0\0")
        dataset.private_block(0x0009, "INVENTED", create=True).add_new(1, "LO", "Invented^Patient")
        Profile(TABLE, b"key").apply(dataset)
        self.assertNotIn("Invented", str(dataset))
        self.assertNotIn("OtherPatientNames", dataset)
        self.assertNotIn(0x60003000, dataset)
        self.assertTrue(dataset["StudyDate"].is_empty)
        item = dataset.ReferencedImageSequence[0]
        self.assertEqual(item.ReferencedSOPInstanceUID, dataset.SOPInstanceUID)
        self.assertEqual(item.PurposeOfReferenceCodeSequence[0].CodeMeaning, "stays")
        self.assertNotEqual(dataset.SOPInstanceUID, image(1).SOPInstanceUID)
        self.assertEqual(dataset.file_meta.MediaStorageSOPInstanceUID, dataset.SOPInstanceUID)
        self.assertEqual(dataset.PatientIdentityRemoved, "YES")


if __name__ == "__main__":
    result = unittest.main(exit=False, warnings="ignore").result
    failed = len(result.failures) + len(result.errors)
    print(f"pipeline bench, the judge: {result.testsRun - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)
