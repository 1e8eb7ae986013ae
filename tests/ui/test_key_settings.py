"""Keys that the user chose: in the app, in the help, and what is said of those that there are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from chloe.config import Config, KeysSettings, Paths, load
from chloe.errors import ConfigBroken
from chloe.ui.key_settings import list_keys, make_keymap

if TYPE_CHECKING:
    from pathlib import Path

    from tests.ui.conftest import Fly


async def test_the_keys_of_an_action_are_those_that_the_user_chose(fly: Fly) -> None:
    chosen = {"close": ("w", "f8"), "next_wanting": ("ctrl+g",), "kill": (), "scroll_up": ("alt+u",)}
    pilot = await fly(actions=chosen, rows=150, columns=100)
    pane = await pilot.opens("t")
    await pilot.leave()
    await pilot.sees("w put away")
    pilot.press("x")
    await pilot.sees("x does nothing here")
    pilot.press("?")
    await pilot.sees("w  F8", "Ctrl-G", "Alt-U")
    pilot.press("q", "w")
    await pilot.until(lambda: pane.closed)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('clozze = "x"', "keys.actions.clozze: there is no such action; did you mean close?"),
        ('close = ["x", "ctlr+x"]', 'keys.actions.close: "ctlr+x" is no key: write'),
    ],
)
def test_what_is_no_action_or_no_key_is_named_with_its_line(tmp_path: Path, line: str, told: str) -> None:
    (tmp_path / "config.toml").write_text(f"[keys.actions]\n\n{line}\n")
    config = load(environment={"CHLOE_HOME": str(tmp_path)})

    with pytest.raises(ConfigBroken) as caught:
        make_keymap(config)

    assert f"{tmp_path}/config.toml, line 3, {told}" in str(caught.value)


def test_every_action_is_listed_with_its_keys_in_force(tmp_path: Path) -> None:
    config = Config(paths=Paths.under(tmp_path), keys=KeysSettings(actions={"close": ("f8",), "kill": ()}))
    keys = {name: bound for name, bound, _ in list_keys(config)}

    assert keys["close"] == ["f8"]
    assert keys["kill"] == []
    assert keys["detach"] == ["d"]
    assert keys["instances.zoom"] == ["z"]
