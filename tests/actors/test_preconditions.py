"""What can't be asked of a pane: one rule, by which the engine refuses and the app tells beforehand."""

from __future__ import annotations

from typing import Any

import pytest

from chloe.actors.preconditions import Refusal, ending, require_alive, why_not, why_not_type
from chloe.backends.kinds import TRAITS
from chloe.errors import PaneRefused
from chloe.events import facts
from chloe.events.commands import (
    Close,
    Command,
    Detach,
    Kill,
    Reattach,
    Relaunch,
    Rename,
    Reopen,
    Resize,
    Tag,
    Write,
)
from chloe.events.panes import Pane

US, THEM = "our instance", "another instance"
ENDED = facts.Died(status=3, signal=None, reason="")


def pane(**differs: Any) -> Pane:
    described: dict[str, Any] = {
        "id": "id",
        "name": "build",
        "backend": "tmux",
        "argv": ("sh",),
        "cwd": "/",
        "tags": (),
        "rows": 24,
        "columns": 80,
        "session": "",
        "owner": US,
        "created_at": 0,
        "attached": {US},
    }
    described |= differs
    return Pane(**({"traits": TRAITS[described["backend"]]} | described))


DIRECT = {"backend": "direct"}
THEIRS = {"backend": "direct", "owner": THEM, "attached": {THEM}}
DETACHED: dict[str, Any] = {"attached": set()}
DEAD: dict[str, Any] = {"died": ENDED, "attached": set()}


@pytest.mark.parametrize(
    ("command", "differs", "reason"),
    [
        (Write("id", b""), {}, ""),
        (Write("id", b""), DETACHED, ""),
        (Write("id", b""), DIRECT, ""),
        (Write("id", b""), DEAD, "build has ended (exit 3)"),
        (Write("id", b""), THEIRS, "build is a direct pane of the one: only there can it be typed into"),
        (Resize("id", 1, 1), DEAD, "build has ended (exit 3)"),
        (Relaunch("id"), DEAD, ""),
        (Relaunch("id"), {}, "build runs still: only what has ended runs again"),
        (Relaunch("id"), DEAD | DIRECT, ""),
        (Relaunch("id", attached=False), DEAD, ""),
        (
            Relaunch("id", attached=False),
            DEAD | DIRECT,
            "build was a direct pane, which runs in an app only",
        ),
        (Kill("id"), {}, ""),
        (Kill("id"), DEAD, "build has ended (exit 3)"),
        (Kill("id"), THEIRS, "build is a direct pane of the one: only there can it be typed into"),
        (Detach("id"), {}, ""),
        (Detach("id"), DETACHED, "build is detached already"),
        (Detach("id"), DEAD, "build has ended (exit 3)"),
        (Detach("id"), DIRECT, "build is a direct pane: it can't run without Chloe"),
        (Detach("id"), DIRECT | DEAD, "build is a direct pane: it can't run without Chloe"),
        (Reattach("id"), DETACHED, ""),
        (Reattach("id"), {}, "build is attached"),
        (Reattach("id"), DEAD, "build has ended (exit 3)"),
        (Reattach("id"), DIRECT, "build is a direct pane, which is always attached"),
        (Reattach("id"), THEIRS, "build is a direct pane of the one: only there can it be typed into"),
        (Reopen("id"), DETACHED, ""),
        (Reopen("id"), DEAD, "build has ended (exit 3)"),
        (Reopen("id"), DIRECT, "build is a direct pane: it can't run without Chloe"),
        (Close("id"), {}, ""),
        (Close("id"), DEAD, ""),
        (Close("id"), {"closed": True}, "build is closed already; History has it"),
        (Rename("id", "name"), DEAD, ""),
        (Tag("id", ()), THEIRS, ""),
    ],
)
def test_each_command_is_refused_for_one_reason(
    command: Command, differs: dict[str, Any], reason: str
) -> None:
    refusal = why_not(command, pane(**differs), US, lambda _: "the one")
    assert (refusal.reason if refusal else "") == reason


@pytest.mark.parametrize(
    ("command", "differs", "way_out"),
    [
        (Write("id", b""), DEAD, ("close", "puts it away")),
        (Detach("id"), DEAD, ("close", "puts it away")),
        (Detach("id"), DIRECT, ("close", "closes it")),
        (Reattach("id"), {}, ("type", "types into it")),
        (Reattach("id"), DIRECT, ("type", "types into it")),
        (Reopen("id"), DEAD, ("open_selected", "shows its last screen")),
        (Kill("id"), DEAD, ("", "")),
    ],
)
def test_a_refusal_names_the_way_out(
    command: Command, differs: dict[str, Any], way_out: tuple[str, str]
) -> None:
    refusal = why_not(command, pane(**differs), US)
    assert refusal is not None
    assert (refusal.action, refusal.offer) == way_out


def test_without_the_app_the_way_out_is_a_command() -> None:
    refusal = why_not(Write("id", b""), pane(**DEAD), US)
    assert str(refusal) == "build has ended (exit 3); `chloe export-log` has what it printed"
    assert str(Refusal("it is so")) == "it is so"
    with pytest.raises(PaneRefused, match="`chloe export-log` has what it printed"):
        require_alive(pane(**DEAD))
    require_alive(pane())


def test_what_is_so_already_is_no_error() -> None:
    for command, differs in ((Detach("id"), DETACHED), (Reattach("id"), {})):
        refusal = why_not(command, pane(**differs), US)
        assert refusal is not None
        assert refusal.is_so
    refusal = why_not(Detach("id"), pane(**DEAD), US)
    assert refusal is not None
    assert not refusal.is_so


def test_the_user_types_only_into_what_is_shown() -> None:
    refusal = why_not_type(pane(**DETACHED), US)
    assert refusal == Refusal("build is detached", "reattach", "attaches it")
    assert why_not_type(pane(), US) is None
    assert why_not_type(pane(backend="direct", attached=set()), US) is None
    assert why_not_type(pane(**THEIRS), US) is not None
    assert why_not_type(pane(**DEAD), US) == why_not(Write("id", b""), pane(**DEAD), US)


def test_how_a_pane_ended_is_said_in_one_word() -> None:
    for died, word in (
        (None, "runs"),
        (facts.Died(status=0, signal=None, reason=""), "exit 0"),
        (facts.Died(status=None, signal=9, reason=""), "SIGKILL"),
        (facts.Died(status=None, signal=200, reason=""), "signal 200"),
        (facts.Died(status=None, signal=1, reason="killed"), "killed"),
    ):
        assert ending(pane(died=died)) == word
