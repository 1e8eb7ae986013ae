"""The app in a real terminal: panes, windows and dialogs, with real programs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.app_in_terminal import AppInTerminal
    from tests.conftest import AppWithPane, StartApp


def test_interrupt_suspend_and_continue_work_as_in_any_terminal(
    app_with_pane: AppWithPane, tmp_path: Path
) -> None:
    (tmp_path / ".bashrc").write_text("PS1='$ '")
    app = app_with_pane("c", SHELL="/bin/bash")
    ticks = tmp_path / "ticks"
    ticks.touch()
    (tmp_path / "tick.sh").write_text(f"while :; do echo >> {ticks}; sleep 0.05; done")

    app.send(f"sh {tmp_path}/tick.sh\r".encode())
    app.wait_for(lambda _: ticks.stat().st_size > 0)
    app.send(b"\x1a")
    app.wait_for("Stopped")
    app.wait_for(lambda app: app.text.count("$") == 2)
    app.send(b"fg\r")
    stopped = ticks.stat().st_size
    app.wait_for(lambda _: ticks.stat().st_size > stopped)
    app.send(b"\x03")
    app.wait_for(lambda app: app.text.count("$") == 3)
    app.send(b"echo status $?\r")
    app.wait_for("status 130")


def test_resizing_the_window_resizes_the_program(app_with_pane: AppWithPane) -> None:
    app = app_with_pane("t")
    app.send(b"while :; do stty size; sleep 0.05; done\r")
    app.wait_for("21 59")
    app.resize(50, 200)
    app.wait_for("47 151")
    app.leave_pane()
    app.send(b"z")
    app.wait_for("48 200")
    app.send(b"z")
    app.resize(24, 80)
    app.wait_for("21 59")


def test_a_tiny_window_says_so_and_recovers(app_with_pane: AppWithPane) -> None:
    app = app_with_pane("c")
    for rows, columns in ((5, 20), (1, 1), (2, 300), (5, 20)):
        app.resize(rows, columns)
    app.wait_for("Chloe needs 24x6")
    app.send(b"echo still $((40 + 2))\r")
    app.resize(24, 80)
    app.wait_for("still 42")


def test_a_window_may_be_tiny_from_the_start(start_app: StartApp) -> None:
    app = start_app(rows=5, columns=20)
    app.wait_for("Chloe needs 24x6")
    app.resize(24, 80)
    app.wait_for("No panes yet")
    assert app.quit() == 0


def test_detach_reattach_close_and_reopen(app_with_pane: AppWithPane) -> None:
    app = app_with_pane("t")
    app.send(b"echo from the $((6 * 7)) before\r")
    app.wait_for("from the 42 before")
    app.leave_pane()
    app.send(b"d")
    app.wait_for("[💤]")
    app.wait_for("from the 42 before")
    app.send(b"a")
    app.wait_for("[📎]")
    app.wait_for("from the 42 before")
    app.send(b"x")
    app.wait_for("No panes yet")
    app.send(b"\t")
    app.wait_for("still runs")
    app.send(b"\r")
    app.wait_for("[📎]")
    app.wait_for("from the 42 before")
    app.send(b"\r")
    app.wait_for("keyboard:")
    app.send(b"exit 3\r")
    app.wait_for("[💀]")
    app.wait_for("exit 3")
    app.leave_pane()
    app.send(b"x\t")
    app.wait_for("exit 3")
    app.send(b"\r")
    app.wait_for("its last screen")
    app.wait_for("from the 42 before")
    app.send(b"q")
    app.wait_for("Enter look")
    assert app.quit() == 0


def test_rename_and_kill_by_dialogs(app_with_pane: AppWithPane) -> None:
    app = app_with_pane("c")
    app.leave_pane()
    app.send(b"r")
    app.wait_for("Rename")
    app.send(b"\x15", "größer 漢".encode(), b"\r")
    app.wait_for(" größer 漢 ")
    app.send(b"K")
    app.wait_for("End größer 漢")
    app.send(b"n")
    app.wait_for(lambda app: "End größer" not in app.text)
    assert "[💀]" not in app.text
    app.send(b"K")
    app.wait_for("End größer 漢")
    app.send(b"y")
    app.wait_for("[💀]")


def test_what_is_typed_after_a_program_s_end_is_no_command(app_with_pane: AppWithPane) -> None:
    app = app_with_pane("c")
    app.send(b"exit\r")
    app.wait_for("[💀]")
    app.send(b"xqy")
    app.wait_for_keys()
    assert "[💀]" in app.text

    def puts_it_away(app: AppInTerminal) -> bool:
        app.send(b"x")
        return "No panes yet" in app.text

    app.wait_for(puts_it_away)


def test_a_program_in_full_screen_and_colour_is_shown_as_it_is(app_with_pane: AppWithPane) -> None:
    app = app_with_pane("c", COLORTERM="truecolor")
    app.send("printf '\\033[?1049h\\033[H\\033[38;2;1;2;3mtrue \\033[4;5Hcolour 漢字'; read x\r".encode())
    app.wait_for("colour 漢字")
    run = next(run for run in app.terminal.line(2) if run.text.startswith("true"))
    assert run.attributes.foreground == (1, 2, 3)
    app.wait_for(lambda app: (app.terminal.cursor.y, app.terminal.cursor.x) == (5, 21 + 4 + 11))


def test_help_shows_every_key_and_scrolls(app: AppInTerminal) -> None:
    app.send(b"?")
    app.wait_for("Open a direct pane")
    app.send("end")
    app.wait_for("Its bell rang")
    app.send(b"q")
    app.wait_for(lambda app: "Its bell rang" not in app.text)
    app.wait_for("No panes yet")


def test_the_bell_of_a_pane_that_isn_t_shown_marks_it(app_with_pane: AppWithPane, tmp_path: Path) -> None:
    app = app_with_pane("c")
    go = tmp_path / "go"
    app.send(f"while ! test -e {go}; do sleep 0.05; done; printf '\\a'; sleep 1000\r".encode())
    app.leave_pane()
    app.send(b"c")
    app.wait_for("Instances 2")
    go.touch()
    app.wait_for("♪")


def test_without_tmux_t_says_so_and_c_works(start_app: StartApp, tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    for tool in ("sh", "env"):
        (tools / tool).symlink_to(f"/bin/{tool}")
    app = start_app(PATH=str(tools))
    app.wait_for("No panes yet")
    app.send(b"t")
    app.wait_for("tmux is not installed")
    app.send(b"c")
    app.wait_for("$")


def test_the_instance_whose_user_typed_last_sizes_a_pane(
    start_app: StartApp, app_with_pane: AppWithPane
) -> None:
    one = app_with_pane("t")
    one.send(b"while :; do stty size; sleep 0.05; done\r")
    one.wait_for("21 59")
    other = start_app(rows=40, columns=120)
    other.wait_for("[💤]")
    other.send(b"a")
    other.wait_for("21 59")
    assert "37 89" not in other.text
    other.send(b"\r")
    other.wait_for("keyboard:")
    other.send(b" ")
    other.wait_for("37 89")
    one.wait_for("37 89")
    one.send(b" ")
    one.wait_for("21 59")


def test_a_field_has_the_cursor_and_a_paste_goes_into_it(app_with_pane: AppWithPane) -> None:
    app = app_with_pane("c")
    app.leave_pane()
    app.wait_for(lambda app: not app.terminal.cursor.visible)
    app.send(b"r")
    app.wait_for("Rename")
    app.wait_for(lambda app: app.terminal.cursor.visible)
    app.send(b"\x15", b"\x1b[200~ two\nwords \x1b[201~", b"\r")
    app.wait_for(" two words ")


def test_a_terminal_of_few_words_is_spared_what_it_can_t_show(start_app: StartApp) -> None:
    app = start_app(LANG="C", LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0", TERM="linux")
    app.wait_for("No panes yet")
    app.send(b"t")
    app.wait_for("[A]")
    app.wait_for("$")
    app.send("printf 'é 漢 🎉 %s\\n' end\r".encode())
    app.wait_for("? ?  ?  end")
    assert app.text.isascii()
