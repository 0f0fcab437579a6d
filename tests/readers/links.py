#!/usr/bin/env python3
"""Looks at every link of Markdown pages, without the network: files that are there, headings that a page has.

    links.py PAGE.md ..

Addresses on the web are only looked at for their form. A book's SUMMARY.md must also name every page beside and
below it, once. The last line has the totals.
"""

import re
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

LINK = re.compile(r"!?\[(?:[^\[\]]|\[[^\]]*\])*\]\(<?([^)>\s]+)>?(?:\s+\"[^\"]*\")?\)")
HTML = re.compile(r"<(?:a|img|source)\s[^>]*?(?:href|src)=\"([^\"]+)\"")
FENCE = re.compile(r"^ {0,3}(```+|~~~+)")


def prose(text: str) -> list[str]:
    """The lines of a page, those of code empty and code within lines gone."""
    lines, fence = [], None
    for line in text.splitlines():
        opening = FENCE.match(line)
        if fence is None and opening:
            fence = opening[1]
            lines.append("")
        elif fence is not None:
            fence = None if line.strip() == fence else fence
            lines.append("")
        else:
            lines.append(re.sub(r"`[^`]*`", "", line))
    return lines


def anchors(page: Path) -> set[str]:
    """The names of a page's headings, as GitHub and mdBook make them."""
    found: dict[str, int] = {}
    names = set(re.findall(r"<a (?:id|name)=\"([^\"]+)\"", page.read_text()))
    fence = None
    for line in page.read_text().splitlines():
        if opening := FENCE.match(line):
            fence = opening[1] if fence is None else None
        heading = re.match(r"#{1,6}\s+(.*?)\s*#*$", line)
        if fence is not None or not heading:
            continue
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading[1])
        name = re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")
        again = found.get(name, 0)
        found[name] = again + 1
        names.add(name if again == 0 else f"{name}-{again}")
    return names


def fault(page: Path, target: str) -> str | None:
    """What is wrong with a link."""
    address = urlsplit(target)
    if address.scheme in ("http", "https"):
        return None if "." in address.netloc else "no host"
    if address.scheme:
        return "only http and https, and files"
    to = page if not address.path else (page.parent / unquote(address.path))
    if not to.exists():
        return "no such file"
    if address.fragment and to.suffix == ".md" and unquote(address.fragment) not in anchors(to):
        return "no such heading"
    return None


def pages_without_entry(summary: Path) -> list[str]:
    """Pages of a book that its SUMMARY.md does not name."""
    named = {(summary.parent / target).resolve() for target in LINK.findall(summary.read_text())}
    return [
        f"{page.relative_to(summary.parent)} stands in no line of it"
        for page in sorted(summary.parent.rglob("*.md"))
        if page != summary and page.resolve() not in named
    ]


def main() -> None:
    passed = failed = 0
    for page in map(Path, sys.argv[1:]):
        for number, line in enumerate(prose(page.read_text()), 1):
            for target in LINK.findall(line) + HTML.findall(line):
                wrong = fault(page, target)
                passed += wrong is None
                failed += wrong is not None
                if wrong:
                    print(f"{page}:{number}: {target}: {wrong}")
        if page.name == "SUMMARY.md":
            for wrong in pages_without_entry(page):
                failed += 1
                print(f"{page}: {wrong}")
    print(f"links: {passed} passed, {failed} failed")
    sys.exit(failed != 0)


if __name__ == "__main__":
    main()
