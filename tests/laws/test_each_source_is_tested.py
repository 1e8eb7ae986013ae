"""Each source has a test file of its name, or stands in the table with the tests that hold it.

What is tried by what it does for a user, or through the one thing that it is part of, has no tests of its own
name: the table says where to look. A new source needs a test file, or a row.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.laws.test_floors import ROOT

#: Tests, from the top of ``tests``, and the sources that they hold, from the top of ``chloe``.
HELD_BY: dict[tuple[str, ...], tuple[str, ...]] = {
    # Whoever starts and ends programs is tried with real ones, through the engine.
    ("engine/test_commands.py", "engine/test_restore.py"): (
        "actors/handover",
        "actors/ingestion",
        "actors/launcher",
        "actors/log_fold",
        "actors/starting",
        "actors/supervisor",
        "engine/engine",
        "engine/fold",
        "engine/live",
        "engine/opening",
    ),
    ("actors/test_pane.py", "laws/test_log_first.py"): ("actors/failure",),
    ("cli/test_scope.py",): ("actors/scope",),
    ("laws/test_looking_needs_no_writing.py",): ("actors/unrecorded", "engine/foothold"),
    ("cli/test_pane_listing.py",): ("actors/observation",),
    ("engine/test_terminal_reset.py",): ("backends/tmux/terminal_reset", "cli/reset"),
    ("cli/test_send.py",): ("engine/asked_modes",),
    ("engine/test_faults.py",): ("actors/tmux_health", "engine/patience", "engine/recording_watch"),
    ("engine/test_missing_spools.py",): ("actors/missing_spools",),
    ("engine/test_odd_spools.py",): ("backends/tmux/quarantine",),
    ("engine/test_stopped.py", "ui/test_app_ahead.py"): ("actors/unread_spools", "engine/ahead"),
    ("backends/tmux/test_survivors.py", "torture/test_rough.py"): ("actors/survivors",),
    ("doctor/test_screens.py", "laws/test_a_program_ends_only_its_pane.py"): (
        "engine/fault_files",
        "events/faults",
        "terminal/watchdog",
    ),
    ("engine/test_doing_watch.py",): ("backends/observed",),
    # All backends pass one contract.
    ("backends/test_contract.py", "backends/test_direct.py"): (
        "backends/backend",
        "backends/pending_input",
        "backends/pty_writer",
        "backends/reaper",
        "backends/spawn",
    ),
    ("engine/test_descriptors.py", "backends/tmux/test_limits.py"): (
        "backends/descriptors",
        "backends/limits",
    ),
    ("ui/test_pilot_many.py", "ui/test_pilot_closing.py"): ("ui/closing", "ui/many"),
    ("laws/test_traits.py",): ("backends/kinds", "events/traits"),
    ("backends/test_contract.py", "backends/tmux/test_persistence.py"): (
        "backends/tmux/backend",
        "backends/tmux/input_fifo",
        "backends/tmux/liveness",
        "backends/tmux/session_resizer",
    ),
    ("backends/tmux/test_frames.py", "backends/tmux/test_spool.py"): (
        "backends/tmux/frame_reader",
        "backends/tmux/holder/segments",
    ),
    ("backends/tmux/holder/test_holder.py",): (
        "backends/tmux/holder/child",
        "backends/tmux/holder/descriptors",
        "backends/tmux/holder_spec",
    ),
    ("backends/tmux/holder/test_questions.py", "laws/test_one_answer.py"): (
        "backends/tmux/holder/answer_queue",
        "backends/tmux/holder/rendition",
        "backends/tmux/holder/sequences",
        "backends/tmux/holder/settings",
        "backends/tmux/holder/colours_file",
    ),
    ("backends/tmux/test_caps.py",): ("backends/tmux/screen", "backends/tmux/screen_recovery"),
    ("backends/tmux/test_server.py",): ("backends/tmux/libtmux_server", "backends/tmux/window_names"),
    ("cli/test_scope.py", "cli/test_hostile_ids.py"): ("backends/tmux/spool_status",),
    ("backends/test_evidence.py",): ("backends/tmux/program_look",),
    # Commands are tried as a user runs them.
    ("cli/test_commands.py",): (
        "cli/config",
        "cli/engine_session",
        "cli/export_log",
        "cli/group",
        "cli/kill",
        "cli/ls",
        "cli/new",
        "cli/recover",
        "cli/relaunch",
        "cli/rename",
        "cli/replay",
        "cli/reporting",
        "cli/tag",
        "cli/verify",
    ),
    ("ui/test_launch.py", "ui/test_state_dump.py"): ("cli/app", "cli/debug"),
    ("engine/test_stopped.py", "cli/test_waits.py"): ("cli/stopped_recorders",),
    ("cli/test_waits.py",): ("waits",),
    ("cli/test_exit.py", "cli/test_readme.py"): ("errors",),
    ("config/test_reading.py", "cli/test_readme.py"): ("config/mistakes", "config/settings", "config/values"),
    ("doctor/test_checks.py",): ("doctor/evidence", "doctor/findings", "doctor/fixing"),
    ("events/test_codec.py",): ("events/facts", "events/fields"),
    ("engine/test_commands.py",): ("events/commands",),
    ("laws/test_ids_and_paths.py",): ("events/ids",),
    ("laws/test_one_fold.py", "events/test_screen.py"): ("events/projections", "events/screens"),
    # The comparison of frames is one thing, tried by what is told of recordings.
    ("transcript/test_recordings.py", "transcript/test_transcript.py"): (
        "transcript/alignment",
        "transcript/placement",
    ),
    ("export/test_encoders.py",): ("export/raw", "export/lines"),
    # The log is one thing; its parts are tried by what it keeps.
    ("store/test_store.py", "store/test_writer.py"): (
        "store/appending",
        "store/chain",
        "store/limits",
        "store/side_transaction",
        "store/write_lock",
    ),
    ("store/test_odd_rows.py",): ("store/bodies",),
    ("store/test_opening.py", "store/test_upgrading.py"): ("store/log_lock",),
    ("store/test_series.py",): (
        "store/packing",
        "store/repair/series_scan",
        "store/series_walk",
    ),
    ("store/test_following.py",): ("store/change_watch",),
    ("store/test_opening.py", "store/test_drift.py"): ("store/migrations", "store/readonly"),
    ("store/test_pruning.py",): ("store/prune_plan",),
    ("engine/test_stopped.py", "export/test_encoders.py"): ("store/extended",),
    ("store/repair/test_salvage.py",): ("store/repair/page_scan",),
    # The emulator is one thing: a stream goes in, and a screen comes out.
    ("terminal/test_xterm.py", "terminal/test_ecma48.py", "terminal/test_properties.py"): (
        "terminal/canvas",
        "terminal/charsets",
        "terminal/drawing",
        "terminal/editing",
        "terminal/interpreter",
        "terminal/modes",
        "terminal/movement",
        "terminal/rows",
        "terminal/sequences",
        "terminal/runs",
        "terminal/sgr",
        "terminal/sizes",
        "terminal/strings",
        "terminal/switching",
        "terminal/terminal",
        "terminal/tokens",
    ),
    ("terminal/test_widths.py",): ("terminal/unicode_table",),
    ("terminal/test_scrollback.py", "terminal/test_tables.py"): (
        "terminal/blocks",
        "terminal/clusters",
        "terminal/logical",
        "terminal/pens",
        "terminal/resizing",
        "terminal/window",
    ),
    ("terminal/test_talk.py", "ui/test_mouse.py"): ("terminal/notices", "terminal/pointing"),
    ("terminal/test_recordings.py", "terminal/test_state.py"): ("terminal/repaint", "terminal/snapshot"),
    ("events/test_keyframe.py",): ("terminal/reprinting",),
    ("ui/test_pilot_escape.py", "ui/test_app_escape.py"): ("ui/escape_delay", "ui/panes/escape"),
    # The app is flown in memory: what it draws, and what it asks for.
    ("ui/test_pilot_instances.py", "ui/test_pilot_panes.py"): (
        "ui/action_table",
        "ui/actions",
        "ui/card",
        "ui/conditions",
        "ui/lifetime",
        "ui/messages",
        "ui/notifier",
        "ui/panes/live_screens",
        "ui/panes/pane_input",
        "ui/panes/pane_view",
        "ui/panes/sizing",
        "ui/panes/slots",
        "ui/panes/unread",
        "ui/announcer",
        "ui/clipboard",
        "ui/panes/progress",
        "ui/panes/seen",
        "ui/window_title",
        "ui/panes/visible",
        "ui/selection",
        "ui/shell",
        "ui/state",
        "ui/status_bars",
        "ui/view",
        "ui/views/instances",
    ),
    ("ui/test_pilot_boxes.py",): (
        "ui/box",
        "ui/text_page",
        "ui/views/confirm",
        "ui/views/help",
        "ui/views/message_list",
        "ui/views/prompt",
    ),
    ("ui/test_pilot_mouse.py",): ("ui/pointer",),
    ("ui/test_pilot_wall.py",): ("ui/arranging", "ui/pane_title", "ui/wall"),
    ("ui/test_pilot_finding.py",): ("ui/views/filter", "ui/views/switcher"),
    ("ui/test_pilot_palette.py",): ("ui/finder", "ui/views/palette"),
    ("ui/test_pilot_history.py",): ("ui/views/history", "ui/views/last_screen"),
    ("ui/test_pane_list.py",): ("ui/signs",),
    ("ui/test_views.py",): ("ui/canvas", "ui/glyphs", "ui/labels"),
    ("ui/test_app_ending.py", "ui/test_pilot_run.py"): ("ui/crash", "ui/tty/signals"),
    ("ui/test_screen.py",): ("ui/tty/frames", "ui/tty/input_pump", "ui/tty/tty"),
    ("ui/test_paint.py",): ("ui/tty/colors",),
    ("watch/test_watcher.py",): ("watch/inotify", "watch/polling"),
}

SOURCES = sorted(
    path.relative_to(ROOT / "chloe").with_suffix("").as_posix()
    for path in (ROOT / "chloe").rglob("*.py")
    if not path.stem.startswith("__")
)
LISTED = sorted(source for sources in HELD_BY.values() for source in sources)


def has_its_own(source: str) -> bool:
    """Whether the room of a source has a test file of its name, where the source stands or at its top."""
    path = Path(source)
    folders = {path.parent, Path(*path.parts[:1]) if len(path.parts) > 1 else Path()}
    return any((ROOT / "tests" / folder / f"test_{path.name}.py").is_file() for folder in folders)


def untested(sources: list[str]) -> Iterator[str]:
    yield from (source for source in sources if not has_its_own(source) and source not in LISTED)


def test_each_source_has_a_test_file_of_its_name_or_a_row() -> None:
    assert not list(untested(SOURCES))


def test_each_row_is_needed() -> None:
    assert not [source for source in LISTED if source not in SOURCES], "these sources are gone"
    assert not [source for source in LISTED if has_its_own(source)], "these have a file of their name"
    assert len(set(LISTED)) == len(LISTED)


@pytest.mark.parametrize("tests", HELD_BY, ids=lambda tests: tests[0])
def test_the_tests_that_a_row_names_are_there(tests: tuple[str, ...]) -> None:
    assert not [name for name in tests if not (ROOT / "tests" / name).is_file()]


def test_a_source_that_nothing_tests_is_found() -> None:
    assert list(untested(["store/nowhere", "store/writer"])) == ["store/nowhere"]
