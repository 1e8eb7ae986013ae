"""Measure, while any tests run, which lines of ``chloe`` those of ``tests.covered`` run through.

``pytest -p tests.covering`` does so in each worker, and leaves what it saw in the folder ``CHLOE_COVERAGE``.
Only the tests that are chosen there are measured: the others run as fast as ever. Measuring begins before
anything of ``chloe`` is imported, and the rooms that are held are imported whole: what a module does at its
import counts whichever test a worker happens to run first.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
from collections.abc import Generator
from pathlib import Path

import pytest
from coverage import Coverage

from tests.covered import DATA, FOLDER, LEAST, is_measured

_coverage = Coverage(
    data_file=str(Path(os.environ[FOLDER]) / DATA), data_suffix=True, source=["chloe"], config_file=False
)
_coverage.start()


def pytest_collection_finish(session: pytest.Session) -> None:
    """Import what a test may import while it isn't measured, then measure no more until a test is."""
    for room in LEAST if session.items else ():
        module = importlib.import_module(f"chloe.{room}")
        for found in pkgutil.walk_packages(getattr(module, "__path__", ()), f"chloe.{room}."):
            importlib.import_module(found.name)
    _coverage.stop()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Measure a test that is chosen, with its fixtures."""
    if not is_measured(item):
        return (yield)
    _coverage.start()
    try:
        return (yield)
    finally:
        _coverage.stop()


def pytest_unconfigure() -> None:
    """Leave what was seen for who reports it."""
    _coverage.stop()
    _coverage.save()
