"""What the terminal can show: asked of the locale and of TERM."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

SCRIPT = (
    "import os; from chloe.ui.glyphs import ASCII, choose_glyphs, detect_encoding; "
    "print(detect_encoding(os.environ), choose_glyphs('auto', os.environ) is ASCII)"
)


@pytest.mark.parametrize(
    ("locale", "expected"),
    [
        ({"LC_ALL": "C"}, "ascii True"),
        ({"LC_ALL": "POSIX", "LANG": "en_US.UTF-8"}, "ascii True"),
        ({"LANG": "C"}, "ascii True"),
        ({"LANG": "C", "LC_CTYPE": "C.UTF-8"}, "utf-8 False"),
        ({"LC_ALL": "C.UTF-8", "LANG": "C"}, "utf-8 False"),
        ({"LANG": "C.UTF-8"}, "utf-8 False"),
        ({}, "utf-8 False"),
        ({"LANG": "C.UTF-8", "TERM": "linux"}, "utf-8 True"),
    ],
)
def test_a_locale_that_says_c_gets_ascii(locale: dict[str, str], expected: str) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "TERM": "xterm",
        "PYTHONPATH": os.pathsep.join(sys.path),
    } | locale
    asked = subprocess.run([sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True)
    assert asked.stdout.strip() == expected, asked.stderr
