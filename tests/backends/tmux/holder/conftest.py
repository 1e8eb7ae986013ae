"""The holder's own files, loaded as the holder loads them: by their bare names, without Chloe."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from chloe.backends.tmux import holder as room
from chloe.terminal import answers

Load = Callable[[str], ModuleType]


@pytest.fixture
def load() -> Iterator[Load]:
    """Loads a file of the holder's."""
    before = set(sys.modules)
    folder = str(Path(room.__file__).parent)
    sys.path.insert(0, folder)
    yield importlib.import_module
    sys.path.remove(folder)
    beside = {path.stem for path in Path(folder).glob("*.py")}
    for name in beside & set(sys.modules) - before:
        del sys.modules[name]


@pytest.fixture
def ask(load: Load, home: Path) -> Callable[..., Any]:
    """Makes what answers for the holder of a pane of 8 rows and 40 columns."""
    table = json.loads(json.dumps(answers.for_holder()))
    return lambda rows=8, columns=40: load("questions").Questions(table, str(home), rows, columns)
