"""The file in which a holder says what matters to who types."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from chloe.backends.tmux.holder.modes_file import NAME, WIDTH, ModesFile
from chloe.backends.tmux.published_modes import read_modes
from chloe.terminal import Modes


def test_a_file_that_is_removed_comes_back_with_the_next_change(tmp_path: Path) -> None:
    modes = ModesFile(str(tmp_path))
    modes.publish("?1 flags=0 keys=0")
    (tmp_path / NAME).unlink()
    modes.publish("?1 flags=0 keys=0")
    assert read_modes(tmp_path) is None
    modes.publish("?2004 flags=0 keys=0")
    assert read_modes(tmp_path) == Modes(bracketed_paste=True)
    assert (tmp_path / NAME).stat().st_mode & 0o777 == 0o600


def test_where_it_cannot_be_written_there_is_none(tmp_path: Path) -> None:
    modes = ModesFile(str(tmp_path / "gone"))
    modes.publish("?1 flags=0 keys=0")
    (tmp_path / "gone").mkdir()
    modes.publish("?66 flags=0 keys=0")
    assert read_modes(tmp_path / "gone") == Modes(application_keypad=True)


def test_all_words_fit_in_a_line(ask: Callable[..., Any]) -> None:
    questions = ask()
    questions.take(b"\x1b[?1;66;67;1049;2004h\x1b[20h\x1b[=31u\x1b[>4;2m")
    assert questions.tell_typing() == "?1 ?66 ?67 ?2004 20 ?1049 flags=29 keys=2"
    assert len(questions.tell_typing()) < WIDTH
