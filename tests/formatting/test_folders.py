"""Folders are shown as a person writes them, and harmless."""

from __future__ import annotations

import pytest

from chloe.formatting.folders import abbreviate_home, format_folder


@pytest.mark.parametrize(
    ("path", "home", "shown"),
    [
        ("/home/me/src", "/home/me", "~/src"),
        ("/home/me", "/home/me", "~"),
        ("/home/meg", "/home/me", "/home/meg"),
        ("/srv", "/", "/srv"),
        ("/srv", "", "/srv"),
        ("/home/me/\x1b[2J", "/home/me", r"~/\x1b[2J"),
    ],
)
def test_the_home_folder_is_a_tilde(path: str, home: str, shown: str) -> None:
    assert format_folder(path, home) == shown


def test_the_environment_says_which_folder_is_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    assert format_folder("/home/me/src") == "~/src"
    assert abbreviate_home("see /home/me/a and /home/meg") == "see ~/a and /home/meg"
    monkeypatch.setenv("HOME", "/")
    assert format_folder("/srv") == "/srv"
    assert abbreviate_home("see /srv/a") == "see /srv/a"
