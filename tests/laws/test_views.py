"""The app's house stands: views know each other by their table alone, partners meet by protocols, what can be
done is said once, and a key has one name.

Read from the syntax tree where it is about sources, and from the tables where it is about keys.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from chloe.backends.kinds import TRAITS
from chloe.terminal import keys
from chloe.ui.action_table import ACTIONS
from chloe.ui.keymap import GLOBAL, TYPING, list_bindings
from chloe.ui.view import Action, Binding, View
from chloe.ui.views import TABS, VIEWS
from tests.laws.test_floors import ROOT, imported, named

UI = ROOT / "chloe/ui"
SOURCES = sorted(UI.rglob("*.py"))
VIEW_FILES = sorted(path for path in (UI / "views").glob("*.py") if path.stem != "__init__")
#: Who may know the rooms of the app: the terminal's and the panes' know none that is above them.
ABOVE = {
    "tty": ("chloe.ui.panes", "chloe.ui.view", "chloe.ui.views", "chloe.ui.shell", "chloe.ui.actions"),
    "panes": ("chloe.ui.views", "chloe.ui.shell", "chloe.ui.actions", "chloe.ui.stack"),
    "views": ("chloe.ui.views", "chloe.ui.shell", "chloe.ui.actions", "chloe.ui.requests", "chloe.ui.tty"),
}


def intruders(source: str, room: str) -> list[str]:
    """What a file of a room of the app imports and must not know."""
    return [
        name
        for name in imported(ast.parse(source))
        if any(name == module or name.startswith(module + ".") for module in ABOVE[room])
    ]


@pytest.mark.parametrize("path", VIEW_FILES, ids=named)
def test_a_view_imports_no_view_nor_who_shows_it(path: Path) -> None:
    assert not intruders(path.read_text("utf-8"), "views")


@pytest.mark.parametrize("room", ["tty", "panes"])
def test_the_terminal_and_the_panes_know_no_view(room: str) -> None:
    for path in (UI / room).glob("*.py"):
        assert not intruders(path.read_text("utf-8"), room), path


@pytest.mark.parametrize(
    ("room", "source"),
    [
        ("views", "from chloe.ui.views.history import HistoryList"),
        ("views", "from chloe.ui.views import TABS"),
        ("views", "def late() -> None:\n    import chloe.ui.shell"),
        ("tty", "from chloe.ui.panes.slots import Slots"),
        ("panes", "from chloe.ui.stack import Stack"),
    ],
)
def test_an_import_of_what_is_above_is_found(room: str, source: str) -> None:
    assert intruders(source, room)


def test_each_file_of_a_view_has_its_row_in_the_table() -> None:
    assert {view.__module__.rpartition(".")[2] for view in VIEWS} == {path.stem for path in VIEW_FILES}
    assert len({view.name for view in VIEWS}) == len(VIEWS)
    assert tuple(view for view in VIEWS if view.has_tab) == TABS


def bags_of_callbacks(source: str) -> Iterator[str]:
    """The classes that are made with more than one function to call: those are to be one Protocol."""
    for kind, init in classes(source):
        arguments = [] if init is None else [*init.args.args, *init.args.kwonlyargs]
        called = [a.arg for a in arguments if a.annotation and "Callable" in ast.unparse(a.annotation)]
        if len(called) > 1:
            yield f"{kind.name}: {', '.join(called)}"


def made_late(source: str) -> Iterator[str]:
    """The attributes that an object doesn't have once it is made, but is given later."""
    for kind, init in classes(source):
        there = {name for step in kind.body for name in names_set(step, "")}
        there |= set(names_set(init, "self")) if init is not None else set()
        for method in kind.body:
            if method is not init and isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef):
                yield from (f"{kind.name}.{name}" for name in names_set(method, "self") if name not in there)


def classes(source: str) -> Iterator[tuple[ast.ClassDef, ast.FunctionDef | None]]:
    """Each class, with its ``__init__``."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef):
            functions = [step for step in node.body if isinstance(step, ast.FunctionDef)]
            yield node, next((each for each in functions if each.name == "__init__"), None)


def names_set(step: ast.AST, owner: str) -> Iterator[str]:
    """The names that a step gives a value: attributes of ``owner``, or plain ones for ""."""
    if not owner:
        targets = step.targets if isinstance(step, ast.Assign) else [getattr(step, "target", step)]
        yield from (target.id for target in targets if isinstance(target, ast.Name))
        return
    for node in ast.walk(step):
        match node:
            case ast.Attribute(ast.Name(name), attribute, ast.Store()) if name == owner:
                yield attribute


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_partners_meet_by_a_protocol_and_not_by_a_bag_of_callbacks(path: Path) -> None:
    assert not list(bags_of_callbacks(path.read_text("utf-8")))


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_nothing_is_there_only_once_a_run_has_begun(path: Path) -> None:
    assert not list(made_late(path.read_text("utf-8")))


def test_a_bag_of_callbacks_and_what_is_made_late_are_found() -> None:
    source = (
        "class App:\n    name: str\n"
        "    def __init__(self, done: Callable[[], None], *, failed: Callable[[], None]) -> None:\n"
        "        self.size = 1\n"
        "    def run(self) -> None:\n        self.size = 2\n        self.name = ''\n        self.late = 3\n"
    )
    assert list(bags_of_callbacks(source)) == ["App: done, failed"]
    assert list(made_late(source)) == ["App.late"]


# Kinds of backend ---------------------------------------------------------------------------------


def kinds_named(source: str) -> Iterator[str]:
    """Where a source asks what kind of backend it is, or says it: it is to ask for a trait.

    A word of the hint line is no kind.
    """
    tree = ast.parse(source)
    hints = {
        id(argument)
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "Binding"
        for argument in call.args[2:]
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and node.value in TRAITS and id(node) not in hints:
            yield f"line {node.lineno}: {node.value!r}"
        elif isinstance(node, ast.Attribute) and node.attr == "backend":
            yield f"line {node.lineno}: {ast.unparse(node)}"


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_the_app_names_no_kind_of_backend(path: Path) -> None:
    assert not list(kinds_named(path.read_text("utf-8")))


@pytest.mark.parametrize(
    "source", ["if pane.backend == kind: pass", 'open_pane("tmux")', 'kind = "direct"', "show(pane.backend)"]
)
def test_a_kind_of_backend_is_found(source: str) -> None:
    assert list(kinds_named(source))


def test_a_word_of_the_hint_line_is_no_kind_of_backend() -> None:
    assert not list(kinds_named('Binding(("t",), "new_tmux", "tmux")'))


# Actions ------------------------------------------------------------------------------------------


def bindings() -> Iterator[tuple[type[View] | None, Binding]]:
    for view in VIEWS:
        yield from ((view, binding) for binding in list_bindings(view))
    yield from ((None, binding) for binding in (*GLOBAL, *TYPING))


@pytest.mark.parametrize(("view", "binding"), list(bindings()))
def test_each_binding_has_one_action(view: type[View] | None, binding: Binding) -> None:
    own = view.actions if view is not None else ()
    assert len([action for action in (*own, *ACTIONS) if action.id == binding.action]) == 1


@pytest.mark.parametrize(("view", "binding"), list(bindings()))
def test_each_key_is_called_as_everywhere(view: object, binding: Binding) -> None:
    for key in binding.keys:
        named_key = keys.parse_name(key)
        assert named_key is not None
        assert keys.format_key(named_key) == key


#: Where keys are called as others call them: urwid's widgets, and people.
OTHER_NAMES = {"box.py": "_URWID_KEYS", "labels.py": "_KEY_LABELS"}


def other_names(source: str, table: str) -> Iterator[str]:
    """The texts that name a key otherwise than everywhere, but for those in the table of this name."""
    for statement in ast.parse(source).body:
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == table:
            continue
        for node in ast.walk(statement):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value[:1].isalnum():
                key = keys.parse_name(node.value)
                if key is not None and keys.format_key(key) != node.value and len(node.value) > 1:
                    yield f"line {node.lineno}: {node.value!r}"


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_a_key_has_one_name(path: Path) -> None:
    assert not list(other_names(path.read_text("utf-8"), OTHER_NAMES.get(path.name, "")))


@pytest.mark.parametrize("source", ['if key == "esc": pass', 'TABLE = {"Enter": 1}', 'press("page up")'])
def test_another_name_of_a_key_is_found(source: str) -> None:
    assert list(other_names(source, ""))


@pytest.mark.parametrize("action", [*ACTIONS, *(action for view in VIEWS for action in view.actions)])
def test_each_action_says_what_it_does_and_whether_it_can_be_done(action: Action[object]) -> None:
    assert action.does.endswith(".")
    assert action.does[0].isupper()
    assert callable(action.run)
    assert callable(action.why_not)


def test_no_two_actions_have_one_id() -> None:
    ids = [action.id for action in ACTIONS]
    for view in VIEWS:
        own = [action.id for action in view.actions]
        assert len(set(own)) == len(own)
        assert not set(own) & set(ids)
    assert len(set(ids)) == len(ids)


def test_each_action_is_asked_for_by_a_key() -> None:
    asked_for = {binding.action for _, binding in bindings()}
    everything = {action.id for action in ACTIONS} | {a.id for view in VIEWS for a in view.actions}
    # The keys that leave a pane are the user's to choose.
    assert everything - asked_for == {"send_leave"}
