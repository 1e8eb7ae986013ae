"""Presence: who lives, and that one only speaks for the dead."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import pytest

from chloe.actors.presence import Presence, instance_locks, remove_lock
from chloe.watch import Watcher
from tests.ids import id_of

_ANOTHER = """
import sys
from pathlib import Path
from chloe.actors.presence import Presence
presence = Presence(Path(sys.argv[1]), sys.argv[2])
print("here", flush=True)
sys.stdin.read()
"""


def another(folder: Path) -> subprocess.Popen[str]:
    """A living instance called ``other``, in a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-c", _ANOTHER, str(folder), id_of("other")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "here\n"
    return process


def test_nobody_speaks_for_the_living(tmp_path: Path) -> None:
    presence = Presence(tmp_path, id_of("me"))
    with another(tmp_path) as process:
        with presence.claim(id_of("other")) as ours:
            assert not ours
        assert str(process.pid) in presence.describe(id_of("other"))
        process.kill()
    presence.close()


def test_one_speaks_for_the_killed_and_the_file_goes(tmp_path: Path) -> None:
    presence = Presence(tmp_path, id_of("me"))
    with another(tmp_path) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
    with presence.claim(id_of("other")) as ours:
        assert ours
        with Presence(tmp_path, id_of("third")).claim(id_of("other")) as also:
            assert not also, "two would say everything twice"
    assert not (tmp_path / f"{id_of('other')}.lock").exists()


def test_who_could_not_speak_leaves_it_to_the_next(tmp_path: Path) -> None:
    with another(tmp_path) as process:
        process.kill()
    presence = Presence(tmp_path, id_of("me"))
    try:
        with presence.claim(id_of("other")) as ours:
            assert ours
            raise OSError("the log can't be written")
    except OSError:
        pass
    with presence.claim(id_of("other")) as again:
        assert again


def test_a_clean_end_leaves_no_file(tmp_path: Path) -> None:
    Presence(tmp_path, id_of("me")).close()
    assert list(tmp_path.iterdir()) == []
    assert Presence(tmp_path, id_of("you")).describe(id_of("me")) == "another Chloe"


def test_the_file_is_the_users_alone(tmp_path: Path) -> None:
    Presence(tmp_path, id_of("me"))
    assert (tmp_path / f"{id_of('me')}.lock").stat().st_mode & 0o777 == 0o600


def test_each_instance_leaves_a_sign_and_only_that_of_the_dead_is_cleared_away(tmp_path: Path) -> None:
    assert instance_locks(tmp_path / "nowhere") == []
    presence = Presence(tmp_path, id_of("me"))
    with another(tmp_path) as process:
        mine, other = sorted(instance_locks(tmp_path), key=lambda sign: sign.instance != id_of("me"))
        assert (mine.instance, mine.pid) == (id_of("me"), os.getpid())
        assert (other.instance, other.pid) == (id_of("other"), process.pid)
        assert not remove_lock(other), "it lives"
        process.kill()
        process.wait()
        assert remove_lock(other)
        assert not remove_lock(other), "it is gone already"
    assert [sign.instance for sign in instance_locks(tmp_path)] == [id_of("me")]
    presence.close()


def test_a_lock_that_says_nothing_is_a_sign_as_well(tmp_path: Path) -> None:
    (tmp_path / f"{id_of('empty')}.lock").touch()
    (tmp_path / f"{id_of('odd')}.lock").write_text("[1]")

    assert {(sign.instance, sign.pid, sign.terminal) for sign in instance_locks(tmp_path)} == {
        (id_of("empty"), 0, ""),
        (id_of("odd"), 0, ""),
    }


def test_a_home_that_was_moved_away_is_not_made_again(tmp_path: Path) -> None:
    folder = tmp_path / "home" / "instances"
    folder.mkdir(parents=True)
    presence = Presence(folder, id_of("me"))
    (tmp_path / "home").rename(tmp_path / "away")
    with pytest.raises(FileNotFoundError, match="moved away"):
        presence.renew()
    assert not (tmp_path / "home").exists()
    (tmp_path / "away").rename(tmp_path / "home")
    presence.renew()
    assert [sign.instance for sign in instance_locks(folder)] == [id_of("me")]
    presence.close()


def test_a_link_in_the_place_of_the_folder_gets_no_file(tmp_path: Path) -> None:
    folder, elsewhere = tmp_path / "home" / "instances", tmp_path / "elsewhere"
    folder.mkdir(parents=True)
    elsewhere.mkdir()
    presence = Presence(folder, id_of("me"))
    folder.rename(tmp_path / "before")
    folder.symlink_to(elsewhere)
    with pytest.raises(OSError, match="is a link"), presence.claim(id_of("other")):
        pass
    assert list(elsewhere.iterdir()) == []
    presence.close()


async def test_when_all_files_are_removed_the_living_make_theirs_again_and_nobody_is_taken_for_dead(
    tmp_path: Path, eventually: Callable[..., Awaitable[None]]
) -> None:
    folder = tmp_path / "home" / "instances"
    folder.mkdir(parents=True)
    watcher = Watcher()
    living = {name: Presence(folder, name) for name in map(id_of, ("one", "two", "three"))}
    looked: dict[str, int] = dict.fromkeys(living, 0)
    taken_for_dead = []

    def look(name: str) -> None:
        looked[name] += 1
        for other in living.keys() - {name}:
            with living[name].claim(other) as ours:
                if ours:
                    taken_for_dead.append((name, other))

    cancels = [presence.watch(watcher, partial(look, name)) for name, presence in living.items()]
    for _ in range(2):
        before = dict(looked)
        shutil.rmtree(tmp_path / "home")
        await eventually(lambda before=before: all(looked[name] > before[name] for name in living))
        await eventually(lambda: {sign.instance for sign in instance_locks(folder)} == living.keys())
    assert not taken_for_dead
    for cancel in cancels:
        cancel()
    for presence in living.values():
        presence.close()
    watcher.close()
