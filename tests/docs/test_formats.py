"""The page of formats has every kind of fact, and a sample of each is kept for later versions."""

from __future__ import annotations

from chloe.events import facts
from chloe.events.codec import KINDS
from tests.docs.pages import ROOT
from tests.upgrade.samples import SAMPLES


def test_the_page_has_every_kind_and_every_field_of_it() -> None:
    page = (ROOT / "docs" / "formats.md").read_text()
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    for name in KINDS:
        (row,) = [row for row in rows if f"`{name}`" in row.split("|")[1]]
        kind = getattr(facts, name)
        body = {"Output": "data", "Repainted": "data", "Pruned": "state"}.get(name)
        for field in kind.__dataclass_fields__.keys() - {body}:
            assert f"`{field}`" in row, (name, field)


def test_there_is_a_sample_of_every_kind() -> None:
    assert {type(fact).__name__ for fact in SAMPLES} == KINDS, "add one to tests/upgrade/samples.py"
