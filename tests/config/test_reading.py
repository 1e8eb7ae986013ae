"""``config.toml`` becomes settings, or one message that says where it is wrong and what would be right."""

from __future__ import annotations

from pathlib import Path

import pytest

from chloe.config import Config, find_origins, load
from chloe.errors import ConfigBroken


def read(tmp_path: Path, text: str, **environment: str) -> Config:
    (tmp_path / "config.toml").write_bytes(text.encode())
    return load(environment={"CHLOE_HOME": str(tmp_path), **environment})


def complaint(tmp_path: Path, text: str, **environment: str) -> str:
    with pytest.raises(ConfigBroken) as caught:
        read(tmp_path, text, **environment)
    return str(caught.value)


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    config = load(environment={"CHLOE_HOME": str(tmp_path)})

    assert (config.keys.release, config.keys.leave, config.keys.escape) == ("auto", ("ctrl+]",), ())
    assert config.keys.escape_rule == "auto"
    assert config.tmux.socket_name == "chloe"
    assert config.terminal.scrollback == 10_000
    assert config.ui.ascii == "auto"
    assert config.spool.pane_cap == 1_000_000_000
    assert config.spool.disk_share == 0.1
    assert config.shell.command == ()


@pytest.mark.parametrize(
    ("text", "rule", "leave"),
    [
        ('keys.release = "f12"', "never", ("f12",)),
        ('keys.release = "ctrl+]"', "never", ("ctrl+]",)),
        ('keys.release = "f12"\nkeys.leave = "ctrl+g"', "never", ("ctrl+g", "f12")),
        ('keys.release = "never"', "never", ("ctrl+]",)),
        ('keys.release = "esc"', "esc", ("ctrl+]",)),
        ('keys.release = "auto"\nkeys.leave = ["f1", "f1"]', "auto", ("f1",)),
    ],
)
def test_a_key_under_release_leaves_as_it_did_before_there_was_leave(
    tmp_path: Path, text: str, rule: str, leave: tuple[str, ...]
) -> None:
    keys = read(tmp_path, text).keys

    assert (keys.escape_rule, keys.leave) == (rule, leave)


def test_every_key_is_read(tmp_path: Path) -> None:
    config = read(
        tmp_path,
        """
        keys.release = "esc"
        keys.leave = ["ctrl+]", "f12"]
        keys.escape = "fish"
        ui = { ascii = true, list_width = 40, clipboard = "always", notifications = false, title = false }
        [tmux]
        socket_name = "work"
        [terminal]
        scrollback = 500
        [spool]
        pane_cap = "2 GiB"
        disk_share = 0.25
        [shell]
        command = ["zsh", "-l"]
        """,
    )

    assert (config.keys.escape_rule, config.keys.leave, config.keys.escape) == (
        "esc",
        ("ctrl+]", "f12"),
        ("fish",),
    )
    assert (config.ui.ascii, config.ui.list_width, config.ui.clipboard) == (True, 40, "always")
    assert (config.ui.notifications, config.ui.title) == (False, False)
    assert config.tmux.socket_name == "work"
    assert config.terminal.scrollback == 500
    assert (config.spool.pane_cap, config.spool.disk_share) == (2**31, 0.25)
    assert config.shell.command == ("zsh", "-l")


@pytest.mark.parametrize("key", ["notifications", "title"])
def test_a_switch_is_true_or_false(tmp_path: Path, key: str) -> None:
    assert getattr(read(tmp_path, "").ui, key) is True
    said = complaint(tmp_path, f'[ui]\n{key} = "off"\n')
    assert f"line 2, ui.{key}: must be true or false" in said


def test_a_command_may_be_one_string_with_quotes(tmp_path: Path) -> None:
    assert read(tmp_path, "[shell]\ncommand = \"sh -c 'echo hi'\"").shell.command == ("sh", "-c", "echo hi")


@pytest.mark.parametrize(
    ("text", "seconds", "size"),
    [
        ('prune_older_than = "90d"\nprune_over = "5GB"', 90 * 86400, 5 * 10**9),
        ('prune_older_than = "12 h"\nprune_over = "500 MB"', 12 * 3600, 500 * 10**6),
        ('prune_older_than = ""\nprune_over = ""', 0, 0),
        ("prune_older_than = 60\nprune_over = 0", 60, 0),
        ("", 0, 0),
    ],
)
def test_what_is_pruned_is_given_as_an_age_and_a_size(
    tmp_path: Path, text: str, seconds: int, size: int
) -> None:
    log = read(tmp_path, f"[log]\n{text}\n").log

    assert (log.prune_older_than, log.prune_over) == (seconds, size)


@pytest.mark.parametrize("value", ['"90"', '"d"', '"-1d"', '"0d"', '"90 years"', "true", "-5", '"999999w"'])
def test_an_age_that_makes_no_sense_is_told_what_would(tmp_path: Path, value: str) -> None:
    assert '"90d"' in complaint(tmp_path, f"[log]\nprune_older_than = {value}\n")


def test_the_environment_goes_before_the_file_for_the_socket_even_when_empty(tmp_path: Path) -> None:
    text = '[tmux]\nsocket_name = "work"'

    assert read(tmp_path, text, CHLOE_TMUX_SOCKET="other").tmux.socket_name == "other"
    assert read(tmp_path, text, CHLOE_TMUX_SOCKET="").tmux.socket_name == ""


def test_a_bad_socket_in_the_environment_is_named(tmp_path: Path) -> None:
    assert "CHLOE_TMUX_SOCKET" in complaint(tmp_path, "", CHLOE_TMUX_SOCKET="a/b")


def test_an_unknown_key_is_named_with_file_line_and_what_is_allowed(tmp_path: Path) -> None:
    said = complaint(tmp_path, '# mine\n\n[tmux]\n# here\nsocket = "x"\n')

    assert said == (
        f"{tmp_path}/config.toml, line 5, tmux.socket: there is no such key; [tmux] allows socket_name; "
        "did you mean socket_name?"
    )


def test_all_mistakes_of_a_file_are_told_in_its_order(tmp_path: Path) -> None:
    said = complaint(
        tmp_path, '[ui]\nlist_width = 3\n[terminul]\nx = 1\n[ui.title]\n[keys]\nescap = "fish"\n'
    ).splitlines()
    place = f"{tmp_path}/config.toml, line "

    assert [line.split(":")[0] for line in said] == [
        f"{place}2, ui.list_width",
        f"{place}3, terminul",
        f"{place}5, ui.title",
        f"{place}7, keys.escap",
    ]
    assert said[1].endswith("did you mean terminal?")
    assert said[3].endswith("did you mean escape?")


def test_of_many_mistakes_the_first_are_told_and_the_others_counted(tmp_path: Path) -> None:
    said = complaint(tmp_path, "".join(f"[table{number}]\n" for number in range(30))).splitlines()

    assert len(said) == 11
    assert said[-1] == f"{tmp_path}/config.toml: and 20 mistakes more"


@pytest.mark.parametrize(
    ("value", "keys"),
    [('close = "x"', {"close": ("x",)}), ('"a.b" = ["x", "f2"]\nc = []', {"a.b": ("x", "f2"), "c": ()})],
)
def test_actions_get_other_keys(tmp_path: Path, value: str, keys: dict[str, tuple[str, ...]]) -> None:
    assert read(tmp_path, f"[keys.actions]\n{value}\n").keys.actions == keys


@pytest.mark.parametrize("value", ["actions = 1", "actions.close = 1", 'actions.close = [""]'])
def test_what_is_no_table_of_keys_is_refused(tmp_path: Path, value: str) -> None:
    assert 'close = "x"' in complaint(tmp_path, f"[keys]\n{value}\n")


def test_where_settings_come_from(tmp_path: Path) -> None:
    environment = {"CHLOE_HOME": str(tmp_path), "CHLOE_TMUX_SOCKET": "mine"}
    config = read(tmp_path, '[ui]\n\ntitle = false\n[keys.actions]\nclose = "x"\n', **environment)

    assert find_origins(config, environment) == {
        ("ui", "title"): f"{tmp_path}/config.toml, line 3",
        ("keys", "actions"): f"{tmp_path}/config.toml, line 4",
        ("tmux", "socket_name"): "CHLOE_TMUX_SOCKET",
    }


def test_an_unknown_table_is_named_with_file_line_and_what_is_allowed(tmp_path: Path) -> None:
    said = complaint(tmp_path, "[ui]\n\n[colours]\nred = 1\n")

    assert f"{tmp_path}/config.toml, line 3, colours:" in said
    assert "keys, tmux, terminal, ui, spool, log, panes, shell" in said


@pytest.mark.parametrize(
    ("text", "key", "wanted"),
    [
        ('terminal.scrollback = "many"', "terminal.scrollback", "whole number"),
        ("terminal.scrollback = true", "terminal.scrollback", "whole number"),
        ("terminal.scrollback = -1", "terminal.scrollback", "from 0"),
        ("ui.mouse = 1", "ui.mouse", 'must be true, false or "programs"'),
        ("ui.list_width = 5", "ui.list_width", "from 12 to 200, or 0 for no list"),
        ("ui.list_width = false", "ui.list_width", "from 12 to 200"),
        ('ui.ascii = "perhaps"', "ui.ascii", '"auto"'),
        ("ui.clipboard = true", "ui.clipboard", '"never"'),
        ('keys.release = "x"', "keys.release", '"esc"'),
        ('keys.release = "ctrl+c"', "keys.release", '"esc"'),
        ('keys.leave = "esc"', "keys.leave", '"f1" to "f12"'),
        ("keys.leave = []", "keys.leave", "at least one"),
        ('keys.leave = ["f12", "x"]', "keys.leave", '"ctrl+]"'),
        ('keys.escape = ["/bin/fish"]', "keys.escape", "without folders"),
        ("keys.escape = [1]", "keys.escape", "names of programs"),
        ("tmux.socket_name = 3", "tmux.socket_name", "name"),
        ('tmux.socket_name = "a/b"', "tmux.socket_name", '"/"'),
        ('tmux.socket_name = "a\\u001bb"', "tmux.socket_name", "\\x1b"),
        ('spool.pane_cap = "1 furlong"', "spool.pane_cap", '"1 GB"'),
        ("spool.pane_cap = 5", "spool.pane_cap", "million"),
        ("spool.disk_share = 0", "spool.disk_share", "0.9"),
        ("spool.disk_share = nan", "spool.disk_share", "0.9"),
        ("shell.command = [1]", "shell.command", "command"),
        ('shell.command = "a \'b"', "shell.command", "command"),
        ('shell.command = [""]', "shell.command", "name of a program"),
        ("tmux = 4", "tmux", "[tmux]"),
    ],
)
def test_a_value_that_does_not_fit_is_named_with_line_key_and_what_would_fit(
    tmp_path: Path, text: str, key: str, wanted: str
) -> None:
    said = complaint(tmp_path, f"\n\n{text}\n")

    assert f"config.toml, line 3, {key}:" in said
    assert wanted in said
    assert "\n" not in said
    assert "\x1b" not in said


def test_the_line_is_right_after_values_over_several_lines(tmp_path: Path) -> None:
    said = complaint(
        tmp_path, '[shell]\r\ncommand = [\r\n  "zsh",\r\n  "-l",\r\n]\r\nwrong = """\r\na = 1\r\n"""\r\n'
    )

    assert "line 6, shell.wrong:" in said


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("[ui]\nascii = maybe\n", "line 2, ascii:"),
        ("[ui]\nascii =\n", "line 2, ascii:"),
        ("[ui]\nascii = true\nascii = false\n", "line 3, ascii:"),
        ("[ui\nascii = true\n", "line 1, [ui:"),
        ("[ui]\nascii = true\n[ui]\n", "line 3, [ui]:"),
        ('[tmux]\nsocket_name = "x\n', "line 2, socket_name:"),
        ("[shell]\ncommand = [\n'a',\n", "line 2, command:"),
        ("hello", "line 1:"),
    ],
)
def test_broken_toml_is_named_with_its_line_and_key(tmp_path: Path, text: str, where: str) -> None:
    said = complaint(tmp_path, text)

    assert f"{tmp_path}/config.toml, {where}" in said
    assert "\n" not in said


def test_a_file_that_is_not_utf8_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_bytes(b"[ui]\nascii = '\xff'\n")

    with pytest.raises(ConfigBroken, match=r"line 2: is not UTF-8"):
        load(environment={"CHLOE_HOME": str(tmp_path)})


def test_a_named_file_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigBroken, match="no such file"):
        load(tmp_path / "mine.toml", environment={"CHLOE_HOME": str(tmp_path)})


def test_a_folder_in_place_of_the_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "config.toml").mkdir()

    with pytest.raises(ConfigBroken, match="is a folder, not a regular file"):
        load(environment={"CHLOE_HOME": str(tmp_path)})


@pytest.mark.parametrize(("value", "rule"), [("true", True), ("false", False), ('"programs"', "programs")])
def test_the_mouse_is_chloe_s_the_programs_or_the_terminal_s(
    tmp_path: Path, value: str, rule: object
) -> None:
    assert read(tmp_path, f"ui.mouse = {value}").ui.mouse == rule
