"""What the pages name is there: files, modules, functions, classes, settings.

A rename that forgets a page fails here, with the line of the page.
"""

from __future__ import annotations

import re
from dataclasses import asdict
from functools import cache
from pathlib import Path

import pytest

from chloe.config import load
from tests.docs.commands import COMMAND, is_command
from tests.docs.names import Names, names, path_exists
from tests.docs.pages import PAGES, ROOT, Quoted, spans

#: What stands in Chloe's home, or beside it: the paths of ``chloe/config/paths.py``, as a user sees them.
IN_THE_HOME = {
    "CHLOE_HOME",
    "chloe.log",
    "config.toml",
    "damaged/",
    "head",
    "instances",
    "instances/",
    "leases",
    "log.db",
    "log.lock",
    "spec.json",
    "spool",
    "spool/",
}
#: What others own: words of SQL, of Python, of the system, of Chloe's parents.
THEIRS = {
    ".venv": "the environment that scripts/setup makes",
    "PYTHONDONTWRITEBYTECODE": "Python's",
    "Screen": "pyte's",
    "Stream.basic": "pyte's",
    "charsets.MAPS": "pyte's",
    "csi": "pyte's",
    "escape": "pyte's",
    "graphics": "pyte's",
    "modes": "pyte's",
    "sharp": "pyte's",
    "BaseScreen": "urwid's",
    "base": "a name that no file has",
    "helpers": "a name that no file has",
    "manager": "a name that no file has",
    "utils": "a name that no file has",
    "test_a_killed_chloe_loses_no_byte": "an example",
    "uv": "a program",
    "ulimit": "a program",
    "capture-pane": "a command of tmux",
    "application_id": "SQLite's",
    "auto_vacuum": "SQLite's",
    "user_version": "SQLite's",
}

_KEY = re.compile(
    r"Esc|Enter|Tab|Space|Up|Down|Left|Right|PgUp|PgDn|Home|End|Shift|F\d+|(Ctrl|Alt|Shift)-\S+|.|\[.\]|\"\""
)
_NAME = re.compile(r"(?:await )?([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)(?:\(.*\)|\[.*\])?")
_PATH = re.compile(r"[\w.@-]*(/[\w.@-]*)+|[\w.-]+\.(py|md|toml|txt|sql|db|log|lock|yaml|in|bin|json)")
_SETTING = re.compile(r"\[(\w+)\](?: (\w+))?")


@cache
def settings() -> dict[str, set[str]]:
    defaults = load(environment={"CHLOE_HOME": "/nowhere"})
    return {table: set(keys) for table, keys in asdict(defaults).items() if table != "paths"}


def is_true(text: str, known: Names) -> bool:
    """Whether what a page has in code type is there."""
    if text in IN_THE_HOME or text in THEIRS or _KEY.fullmatch(text) or is_command(text):
        return True
    if text.startswith(("/", "~", "-", ".venv/")) or any(mark in text for mark in "{}…*<>"):
        # A path that isn't ours, an option, a pattern: the beginning of a pattern is looked at.
        fixed = re.split(r"[{…*<]", text)[0]
        return text.startswith(("/", "~", "-", ".venv/")) or "/" not in fixed or is_true(fixed, known)
    if setting := _SETTING.fullmatch(text):
        table, key = setting.groups()
        return table in settings() and (key is None or key in settings()[table])
    if _PATH.fullmatch(text) or text.startswith("."):
        return path_exists(text)
    if named := _NAME.fullmatch(text):
        name = named[1]
        if name in THEIRS or any(name in keys for keys in settings().values()):
            return True
        return known.resolves(name) if "." in name else known.is_defined(name) or is_word(name, known)
    # What else has several words is a command of another program, or a sentence.
    return (" " in text and not COMMAND.match(text)) or not text.isascii()


def is_word(name: str, known: Names) -> bool:
    """Whether a word that nothing is called is at least an argument, or a variable of the environment."""
    return name in known.everything or (name.isupper() and is_in_sources(name))


@cache
def is_in_sources(text: str) -> bool:
    sources = (path for folder in ("chloe", "tests") for path in (ROOT / folder).rglob("*.py"))
    return any(text in path.read_text("utf-8") for path in sources if path != Path(__file__))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_names_is_there(page: Path) -> None:
    quoted = spans(str(page.relative_to(ROOT)), page.read_text("utf-8"))

    assert not [str(each) for each in quoted if not is_true(each.text, names())]


@pytest.mark.parametrize("text", THEIRS)
def test_what_is_listed_stands_in_a_page(text: str) -> None:
    everything = [each.text for page in PAGES for each in spans("", page.read_text("utf-8"))]
    assert any(text == each or each.startswith((f"{text}(", f"{text}[")) for each in everything)


@pytest.mark.parametrize(
    "text",
    [
        "chloe/nowhere.py",
        "nowhere.py",
        "tests/laws/test_nothing.py",
        "actors.nowhere",
        "Scrollback.nothing",
        "pilot.nothing",
        "urwid.Nothing",
        "NoSuchClass",
        "no_such_function",
        "[log] nothing",
        "[nothing]",
        "chloe nothing",
        "make nothing",
        "python -m tests.nothing",
        "CHLOE_NOTHING",
    ],
)
def test_a_name_that_is_gone_is_found(text: str) -> None:
    # Not by this file, which has to say it.
    known = Names({"chloe.some": "class Scrollback: pass\nclass Pilot: pass"})

    assert not is_true(text, known)


@pytest.mark.parametrize(
    "text",
    [
        "chloe/some.py",
        "some.Scrollback",
        "some",
        "Scrollback.first",
        "scrollback.first",
        "Scrollback.take(3)",
        "chloe.some.Scrollback.first",
        "Long.first",
        "urwid.MainLoop",
        "[log] heads_file",
        "Ctrl-L",
        "instances/{id}.lock",
        "/proc/PID/fdinfo",
    ],
)
def test_a_name_that_is_there_passes(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.docs.names._endings", lambda: {"chloe/some.py", "some.py", "chloe/"})
    known = Names(
        {
            "chloe.some": "class Scrollback:\n    first = 0\n    def take(self, n): self.taken = n\n"
            "class Long(Scrollback): pass"
        }
    )

    assert is_true(text, known)


def test_code_type_is_told_from_blocks() -> None:
    page = "A `one` and `two|x`.\n\n    chloe ls  # says\n\n```\n`no`\n```\n| `a\\|b` |\n"

    assert [each.text for each in spans("p", page)] == ["one", "two|x", "a|b"]
    assert [str(each) for each in [Quoted("p", 3, "x")]] == ["p:3: `x`"]
