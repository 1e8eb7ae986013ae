"""Widths come from one table of one Unicode version, whatever Python and packages there are."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

from chloe.terminal import Terminal, unicode_table, widths
from tests.laws.test_floors import ROOT

#: What another Python is asked: the widths of the planes that hold more than ideographs, and of some of the
#: rest.
_ASKED = """
import sys, hashlib
sys.path.insert(0, sys.argv[1])
from chloe.terminal import widths
codes = [*range(0xd800), *range(0xe000, 0x20000), *range(0x20000, 0xe0000, 251), *range(0xe0000, 0xe0200)]
print(hashlib.sha256(bytes(widths.width(chr(code)) for code in codes)).hexdigest())
"""


def _told_by(python: str) -> str:
    done = subprocess.run(
        [python, "-I", "-c", _ASKED, str(ROOT)], capture_output=True, check=True, timeout=60, text=True
    )
    return done.stdout


def _other_pythons() -> Iterator[str]:
    """The Pythons of other versions that run: those on the path, and pyenv's, the newest first."""
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    for minor in range(20, 10, -1):
        if minor == sys.version_info.minor:
            continue
        name = f"python3.{minor}"
        for path in (shutil.which(name), *pyenv.glob(f"versions/*/bin/{name}")):
            if path and not subprocess.run([path, "-c", ""], capture_output=True).returncode:
                yield str(path)


def test_another_python_measures_the_same() -> None:
    other = next(_other_pythons(), None)
    if other is None:
        pytest.skip("there is no second Python")
    assert _told_by(other) == _told_by(sys.executable), other


#: What became wide with Unicode 16, symbols of the I Ching and the Tai Xuan Jing; and a mark that takes no
#: cell any more.
_CHANGED = (
    range(0x1171E, 0x1171F),
    range(0x2630, 0x2638),
    range(0x268A, 0x2690),
    range(0x4DC0, 0x4E00),
    range(0x1D300, 0x1D380),
)


def test_the_table_agrees_with_python_s_where_both_know_the_character() -> None:
    """Python's is of an older version: characters that aren't in it aren't compared."""
    otherwise = []
    for code in range(0x20, 0x110000):
        char = chr(code)
        category = unicodedata.category(char)
        if category in ("Cc", "Cf", "Cn", "Co", "Cs") or any(code in changed for changed in _CHANGED):
            continue
        is_wide = unicodedata.east_asian_width(char) in "WF" or widths.is_flag_half(char)
        is_jamo = 0x1160 <= code < 0x1200 or 0xD7B0 <= code < 0xD800
        is_zero = category in ("Mn", "Me", "Zl", "Zp") or is_jamo
        expected = 0 if is_zero else 1 if category == "Mc" else 1 + is_wide
        if widths.width(char) != expected:
            otherwise.append(hex(code))
    assert otherwise == []
    assert int(unicode_table.VERSION.split(".")[0]) >= int(unicodedata.unidata_version.split(".")[0])


@pytest.mark.parametrize(
    "clusters",
    [
        ["क्ष"],
        ["क्\u200dष"],
        ["ष्ट्र"],
        ["नि"],
        ["क", "ष"],
        ["க்", "ஷ"],  # Tamil has no linker.
        ["ක්\u200d", "ෂ"],
        ["a\u200d", "b"],
        ["a\u200d", "🌈"],
        ["👨\u200d👩\u200d👧", "x"],
        ["👍🏽", "👍🏽"],
        ["a", "🏽"],
        ["🇩🇪", "🇫🇷", "🇮"],
        ["1\ufe0f\u20e3"],
        ["각", "각"],
    ],
)
def test_text_is_cut_into_clusters_as_unicode_has_them(clusters: list[str]) -> None:
    assert [cluster for cluster, _ in widths.split_clusters("".join(clusters))] == clusters


@pytest.mark.parametrize("piece", ["⚠\ufe0f", "👍🏽", "नि", "क्ष", "🇩🇪"])
@pytest.mark.parametrize("setting", ["", "\x1b[?7l", "\x1b[4h", "\x1b[?69h\x1b[2;6s", "\x1b[44m"])
def test_a_cluster_that_grows_at_the_edge_is_the_same_however_it_comes(piece: str, setting: str) -> None:
    for before in range(9):
        stream = f"{setting}日本語abc\r\n{'x' * before}{piece}y{piece}".encode()
        whole, split = Terminal(4, 7), Terminal(4, 7)
        whole.feed(stream)
        for byte in stream:
            split.feed(bytes([byte]))
        assert whole.snapshot() == split.snapshot()
        assert Terminal.load(whole.dump()).snapshot() == whole.snapshot()
        painted = Terminal(4, 7)
        painted.feed(whole.repaint())
        assert painted.snapshot().without_scrollback() == whole.snapshot().without_scrollback()


def test_a_cluster_that_grows_in_the_last_column_goes_to_the_next_row() -> None:
    terminal = Terminal(2, 4)
    terminal.feed("abc⚠\ufe0fx".encode())
    assert [row.rstrip() for row in terminal.display] == ["abc", "⚠\ufe0fx"]
    assert terminal.lines_on_screen() == ["abc⚠\ufe0fx"]


def test_what_joins_is_known_as_it_is_asked_again() -> None:
    chars = [
        "a",
        "\u0301",
        "日",
        "❤",
        "\ufe0f",
        "\u200d",
        "👩",
        "🏽",
        "🇩",
        "क",
        "\u094d",
        "ि",
        "ㅏ",
        "ก",
        "\u0e31",
    ]
    clusters = ["", *chars, *(one + other for one in chars for other in chars)]
    for cluster in clusters:
        for char in chars:
            joins = widths.joins(cluster, char)
            right = widths.cluster_width(cluster + char) if joins else widths.APART
            assert widths.joined_width[cluster + char] == right
            assert widths.joined_width[cluster + char] == right, "kept"
            assert widths.character_bits[char] or not joins
    for number in range(10_000):
        assert widths.joined_width[chr(0x4E00 + number) + "\u0301"] == 2
    assert len(widths.joined_width) < 10_000, "it is bounded"
