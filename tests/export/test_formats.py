"""The table of formats: each row is whole, and what reads it knows no format by name."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from chloe.cli.export_log import export_log
from chloe.export.formats import FORMATS, Format


def test_a_name_and_a_suffix_stand_for_one_format() -> None:
    assert len({each.suffix for each in FORMATS.values()}) == len(FORMATS)
    assert all(each.suffix.startswith(".") for each in FORMATS.values())


@pytest.mark.parametrize("each", FORMATS.values(), ids=FORMATS)
def test_a_format_has_a_file_of_its_own_and_a_word_in_the_help(each: Format) -> None:
    assert Path(each.encode.__code__.co_filename).stem == each.name
    (option,) = (found for found in export_log.params if found.name == "form")
    assert isinstance(option, click.Option)
    assert option.help is not None
    assert f"{each.name}: {each.says}" in option.help
    assert isinstance(option.type, click.Choice)
    assert each.name in option.type.choices
