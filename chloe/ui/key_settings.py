"""The user's own keys: from the configuration to the keymap, and as a table for the configuration.

Owns what is said where an action or a key isn't one. Must not know what an action does.
"""

from __future__ import annotations

from typing import Any

from chloe.config import Config, describe_mistakes
from chloe.config.mistakes import suggest
from chloe.terminal import keys
from chloe.ui.action_table import ACTIONS
from chloe.ui.keymap import Keymap
from chloe.ui.view import Action
from chloe.ui.views import VIEWS


def make_keymap(config: Config) -> Keymap:
    """Return the keymap with the keys that the user chose. Raises ``ConfigBroken`` for what there isn't."""
    known = _list_actions()
    chosen: dict[str, list[str]] = {}
    mistakes: list[tuple[tuple[str, ...], str]] = []
    for action, names in config.keys.actions.items():
        where = ("keys", "actions", action)
        if action not in known:
            what = f"there is no such action{suggest(action, known)}; `chloe config --keys` lists all"
            mistakes.append((where, what))
        chosen[action] = []
        for name in names:
            key = keys.parse_name(name)
            if key is None:
                what = f'"{name}" is no key: write "x", "X", "ctrl+x", "alt+x", "f5", "page_up", "shift+tab"'
                mistakes.append((where, what))
                continue
            chosen[action].extend(keys.list_same_keys(keys.format_key(key)))
    if mistakes:
        raise describe_mistakes(config, mistakes)
    return Keymap(chosen)


def list_keys(config: Config) -> list[tuple[str, list[str], str]]:
    """Return each action's id, the keys that ask for it, and what it does. Raises ``ConfigBroken``."""
    keymap = make_keymap(config)
    bindings = [binding for view in VIEWS for binding in keymap.list(view)]
    rows = []
    for action_id, action in _list_actions().items():
        bound = [
            key
            for binding in (*bindings, *keymap.typing)
            if binding.action == action_id
            for key in binding.keys
        ]
        rows.append((action_id, list(dict.fromkeys(bound)), action.does))
    return rows


def _list_actions() -> dict[str, Action[Any]]:
    own = (action for view in VIEWS for action in view.actions)
    return {action.id: action for action in (*ACTIONS, *own)}
