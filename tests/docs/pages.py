"""The pages that people read: what stands in them in code type, which links they have, what can be linked to.

Owns the reading of Markdown as these pages use it. Must not know what any of it means.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
#: The pages that describe the sources and the program as they are now.
PAGES = (
    ROOT / "README.md",
    ROOT / "ARCHITECTURE.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").glob("*.md")),
)

_FENCE = re.compile(r"^(```|~~~)")
_SPAN = re.compile(r"(?<![`\\])`([^`]+)`(?!`)")
_LINK = re.compile(r"\[[^\]\n]+\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*$")


@dataclass(frozen=True, slots=True)
class Quoted:
    """A piece of a page in code type, and where it stands."""

    page: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}: `{self.text}`"


def spans(page: str, source: str) -> Iterator[Quoted]:
    """Yield what stands between backticks within sentences."""
    for number, line in _lines(source, code=False):
        for match in _SPAN.finditer(line):
            yield Quoted(page, number, match[1].replace("\\|", "|").strip())


def code_lines(page: str, source: str) -> Iterator[Quoted]:
    """Yield the lines of code blocks, fenced or indented, without their comments."""
    for number, line in _lines(source, code=True):
        text = line.partition(" #")[0].strip()
        if text and not text.startswith("#"):
            yield Quoted(page, number, text)


def links(source: str) -> Iterator[tuple[int, str]]:
    """Yield the line and the target of each link."""
    for number, line in _lines(source, code=False):
        for match in _LINK.finditer(_SPAN.sub("``", line)):
            yield number, match[1]


def anchors(source: str) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    found: set[str] = set()
    for _, line in _lines(source, code=False):
        if match := _HEADING.match(line):
            plain = re.sub(r"[`*]|\]\([^)]*\)|\[", "", match[1]).lower()
            slug = re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
            found.add(next(name for name in _numbered(slug) if name not in found))
    return found


def _numbered(slug: str) -> Iterator[str]:
    yield slug
    yield from (f"{slug}-{number}" for number in range(1, 1000))


def _lines(source: str, *, code: bool) -> Iterator[tuple[int, str]]:
    """Yield the numbered lines inside code blocks, or those outside of them."""
    fenced = indented = False
    before = ""
    for number, line in enumerate(source.splitlines(), 1):
        if _FENCE.match(line.strip()):
            fenced, before = not fenced, line
            continue
        blank = not line.strip()
        # An indented block begins behind an empty line and goes on up to a line that isn't indented.
        indented = not fenced and line.startswith("    ") and (indented or not before.strip())
        if not blank and (fenced or indented) == code:
            yield number, line
        if not (blank and indented):
            before = line
