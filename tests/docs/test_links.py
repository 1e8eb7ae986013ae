"""Links from page to page lead somewhere, and to a heading where they name one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.pages import PAGES, ROOT, anchors, links

#: The log of changes has links, too, and names what is gone by now.
LINKING = (*PAGES, ROOT / "CHANGELOG.md")


def dead(page: Path, source: str) -> Iterator[str]:
    """Yield the links of a page, by line, that lead nowhere within the project."""
    for line, target in links(source):
        if "://" in target or target.startswith("mailto:"):
            continue
        path, _, anchor = target.partition("#")
        to = (page.parent / path) if path else page
        if not to.exists():
            yield f"line {line}: {target}: no such file"
        elif anchor and anchor not in anchors(source if to == page else to.read_text("utf-8")):
            yield f"line {line}: {target}: no such heading"


@pytest.mark.parametrize("page", LINKING, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_link_is_dead(page: Path) -> None:
    assert not list(dead(page, page.read_text("utf-8")))


def test_each_page_of_docs_is_in_the_index() -> None:
    index = ROOT / "docs/README.md"
    listed = {(index.parent / target).resolve() for _, target in links(index.read_text("utf-8"))}

    assert {path for path in (ROOT / "docs").glob("*.md") if path != index} <= listed


@pytest.mark.parametrize("target", ["nowhere.md", "#nothing", "README.md#nothing", "docs/nowhere.md#a"])
def test_a_dead_link_is_found(target: str) -> None:
    assert list(dead(ROOT / "ARCHITECTURE.md", f"# A page\n\nSee [this]({target}).\n"))


@pytest.mark.parametrize(
    "target", ["README.md", "#a-page", "#it-isnt-fin-al", "docs/trust.md", "https://example.org/x#y"]
)
def test_a_link_that_leads_somewhere_passes(target: str) -> None:
    page = f"# A page\n\n## It isn't `fin` al\n\nSee [this]({target}), not `[this](nowhere)`.\n"

    assert not list(dead(ROOT / "ARCHITECTURE.md", page))
