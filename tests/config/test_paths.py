"""The folders are the user's alone, and one that can't be used is refused with a way out."""

from __future__ import annotations

import os
import pwd
import stat
from pathlib import Path

import pytest

from chloe.config import Paths, load
from chloe.config.paths import user_home
from chloe.errors import HomeUnusable


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_chloe_home_holds_everything(tmp_path: Path) -> None:
    paths = load(environment={"CHLOE_HOME": str(tmp_path / "home")}).paths

    assert {paths.database.parent, paths.spool.parent, paths.instances.parent} == {tmp_path / "home"}
    assert paths.log_file == tmp_path / "home/chloe.log"
    assert paths.config_file == tmp_path / "home/config.toml"
    assert not paths.home.exists()


def test_without_chloe_home_the_platform_says_where(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for variable in ("XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(variable, raising=False)

    paths = load(environment={"CHLOE_HOME": ""}).paths

    for path in (paths.home, paths.database, paths.log_file, paths.config_file):
        assert path.is_absolute()
        assert path.is_relative_to(tmp_path)
        assert "chloe" in path.parts


def test_a_relative_home_is_made_absolute(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)

    assert Paths.find({"CHLOE_HOME": "here"}).home == tmp_path / "here"


def test_folders_are_made_private_and_a_second_time_does_nothing(tmp_path: Path) -> None:
    paths = Paths.under(tmp_path / "deep/er/home")
    paths.prepare()
    paths.prepare()

    for folder in (paths.home, paths.spool, paths.instances):
        assert mode(folder) == 0o700


@pytest.mark.parametrize("name", ["spool", "instances"])
def test_a_link_in_the_place_of_a_folder_is_refused_and_what_it_leads_to_left_alone(
    tmp_path: Path, name: str
) -> None:
    others = Paths.under(tmp_path / "others")
    others.prepare()
    (tmp_path / "others" / name).chmod(0o750)
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    (home / name).symlink_to(tmp_path / "others" / name)

    with pytest.raises(HomeUnusable, match=f"{name} is a link"):
        Paths.under(home).prepare()

    assert mode(tmp_path / "others" / name) == 0o750


def test_a_home_may_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "home").symlink_to("real")

    Paths.under(tmp_path / "home").prepare()

    assert (tmp_path / "real/spool").is_dir()


def test_an_open_home_that_is_chloes_is_narrowed(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    home.chmod(0o755)
    (home / "config.toml").touch()

    Paths.under(home).prepare()

    assert mode(home) == 0o700


def test_an_open_spool_is_narrowed(tmp_path: Path) -> None:
    paths = Paths.under(tmp_path / "home")
    paths.prepare()
    paths.spool.chmod(0o777)

    paths.prepare()

    assert mode(paths.spool) == 0o700


def test_an_open_home_with_other_things_in_it_is_refused_and_left_as_it_was(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    home.chmod(0o755)
    (home / "thesis.tex").touch()

    with pytest.raises(HomeUnusable, match="set CHLOE_HOME to a folder of your own") as refused:
        Paths.under(home).prepare()

    assert "chmod" not in str(refused.value), "it may be a folder that others need"
    assert mode(home) == 0o755
    assert [entry.name for entry in home.iterdir()] == ["thesis.tex"]


def test_a_file_in_place_of_the_home_is_refused(tmp_path: Path) -> None:
    (tmp_path / "home").touch()

    with pytest.raises(HomeUnusable, match=r"home is in the way.*CHLOE_HOME"):
        Paths.under(tmp_path / "home").prepare()


def test_a_file_on_the_way_to_the_home_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(HomeUnusable, match="CHLOE_HOME"):
        Paths.under(tmp_path / "file/home").prepare()
    with pytest.raises(HomeUnusable, match="CHLOE_HOME"):
        Paths.under(tmp_path / "file/deep/home").prepare()


def test_a_link_to_nowhere_in_place_of_the_home_is_refused(tmp_path: Path) -> None:
    (tmp_path / "home").symlink_to(tmp_path / "gone")

    with pytest.raises(HomeUnusable, match="CHLOE_HOME"):
        Paths.under(tmp_path / "home").prepare()


def test_a_home_on_a_file_system_that_takes_no_folder_is_refused() -> None:
    with pytest.raises(HomeUnusable, match=r"can't be made.*CHLOE_HOME"):
        Paths.under(Path("/proc/chloe")).prepare()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_home_that_is_not_writable_is_refused(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o500)

    with pytest.raises(HomeUnusable, match="not writable"):
        Paths.under(home).prepare()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_home_in_whose_place_others_can_put_theirs_is_refused(tmp_path: Path) -> None:
    place = tmp_path / "open"
    place.mkdir()
    place.chmod(0o777)
    for home in (place / "home", place / "deeper" / "home"):
        with pytest.raises(HomeUnusable, match="written by everybody") as refused:
            Paths.under(home).prepare()
        assert str(place) in str(refused.value) and "chmod o-w" in str(refused.value)
    (tmp_path / "link").symlink_to(place / "home")
    with pytest.raises(HomeUnusable, match="written by everybody"):
        Paths.under(tmp_path / "link").prepare()
    place.chmod(0o1777)
    Paths.under(place / "home").prepare()


def test_a_home_of_another_user_is_refused(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    os.chown(home, 12345, 12345)

    with pytest.raises(HomeUnusable, match="belongs to another user"):
        Paths.under(home).prepare()


@pytest.mark.parametrize("chosen", ["", "~nobody-has-this-name/x"])
def test_where_nobody_knows_the_home_it_is_a_sentence_that_names_the_way_out(
    chosen: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(_: int) -> None:
        raise KeyError("uid not found")

    for name in ("HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(pwd, "getpwuid", unknown)
    with pytest.raises(HomeUnusable, match="CHLOE_HOME"):
        Paths.find({"CHLOE_HOME": chosen})
    assert user_home() == Path("/")
