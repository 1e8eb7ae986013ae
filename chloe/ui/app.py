"""The app: wires engine, selection, window, keyboard and screen, and runs until the user or a signal ends it.

Owns the life of one run: what wakes it (input, changes, signals, time) and where it goes. Must not
know how anything looks or what a verb does.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Callable, Mapping
from typing import ParamSpec

import urwid

from chloe.config import Config
from chloe.engine import Change
from chloe.events.panes import Pane
from chloe.terminal import within_bounds
from chloe.ui.actions import Actions, Host
from chloe.ui.crash import summarize
from chloe.ui.dialogs import Dialog
from chloe.ui.glyphs import glyphs
from chloe.ui.keymap import HISTORY, INSTANCES, TYPING, VIEWER, shown, verb_of
from chloe.ui.messages import Messages
from chloe.ui.notifier import Notifier
from chloe.ui.panes.mouse import Mouse
from chloe.ui.panes.pane_input import PaneInput
from chloe.ui.panes.pane_view import FRAME_PATIENCE
from chloe.ui.panes.sizing import Sizing
from chloe.ui.panes.unread import Unread
from chloe.ui.requests import Engine, Requests
from chloe.ui.selection import Selection
from chloe.ui.tty.frames import Frames
from chloe.ui.tty.input_pump import InputPump
from chloe.ui.tty.keyboard import (
    Event,
    Focused,
    Key,
    Keyboard,
    MouseReport,
    Pasted,
    Released,
    ReleaseUndone,
    TerminalReply,
    Typed,
)
from chloe.ui.tty.screen import Screen
from chloe.ui.tty.sequences import name_of
from chloe.ui.window import Window

_Args = ParamSpec("_Args")

#: What ends the app, with the exit status that a shell gives it.
_ENDING = {signal.SIGTERM: 143, signal.SIGHUP: 129, signal.SIGINT: 130}

_log = logging.getLogger("chloe.ui")


class App:
    """One run of the app on one screen."""

    def __init__(
        self, engine: Engine, config: Config, screen: Screen, environment: Mapping[str, str]
    ) -> None:
        urwid.set_encoding("utf-8")
        self._engine = engine
        self._config = config
        self._screen = screen
        self._release = config.keys.release
        self._glyphs = glyphs(config.ui.ascii, environment)
        self._selection = Selection(engine.instance, engine.projections)
        self._unread = Unread(engine.instance)
        self._messages = Messages()
        self._keyboard = Keyboard(self._release)
        self._dialog: Dialog | None = None
        self._window = Window(
            self._selection,
            engine.projections,
            self._unread,
            self._messages,
            self._glyphs,
            list_width=config.ui.list_width,
            release=self._release,
            trouble=lambda: engine.trouble,
            log_size=engine.log_size,
            leaving=lambda: self._keyboard.is_leaving,
        )
        self._pane_input = PaneInput(
            engine,
            self._selection,
            self._keyboard,
            Sizing(engine.instance),
            self._window.view,
            self._messages,
            view_size=self._view_size,
            release=self._release,
        )
        self._mouse = Mouse(self._pane_input, self._window)
        self._notifier = Notifier(engine.projections, self._unread, self._messages, engine.screen_failed)

    async def run(self) -> int:
        """Run until something ends it. Whatever goes wrong anywhere ends it with that error."""
        self._loop = loop = asyncio.get_running_loop()
        self._ended: asyncio.Future[int] = loop.create_future()
        self._frames = Frames(loop, self._draw_guarded)
        unhandled = loop.get_exception_handler()
        loop.set_exception_handler(lambda _, context: self._unforeseen(context))
        cancels = [self._engine.heed(self._guarded(self._changed))]
        try:
            with self._screen.running():
                async with asyncio.TaskGroup() as group:
                    self._group = group
                    self._wire(group)
                    lost = (self._engine.loss,) if self._engine.loss else ()
                    self._changed(Change(panes=frozenset(self._engine.projections.panes), messages=lost))
                    self._catch_signals()
                    loop.add_reader(self._screen.input_fd, self._guarded(self._pump.read))
                    try:
                        return await self._ended
                    finally:
                        self._let_go()
                        self._requests.close()
        finally:
            for cancel in cancels:
                cancel()
            loop.set_exception_handler(unhandled)

    def _wire(self, group: asyncio.TaskGroup) -> None:
        self._requests = Requests(group, self._engine, self._messages, self._guarded(self._on_answer))
        self._pump = InputPump(
            self._loop,
            self._keyboard,
            self._screen.read,
            heed=self._heed,
            held=lambda: self._requests.blocks_input or self._ended.done(),
            gone=lambda: self._end(_ENDING[signal.SIGHUP]),
            ticked=self._frames.want,
            guarded=self._guarded,
        )
        host = Host(
            view_size=self._view_size,
            give=self._pane_input.give,
            type=self._pane_input.type,
            open_dialog=self._open_dialog,
            redraw=self._redraw,
            suspend=self._suspend_job,
            end=self._end,
        )
        self._actions = Actions(
            self._selection,
            self._window,
            self._messages,
            self._requests,
            host,
            self._glyphs,
            release=self._release,
            log_file=str(self._config.paths.log_file),
        )
        self._screen.on_writable = self._frames.want

    def _let_go(self) -> None:
        self._loop.remove_reader(self._screen.input_fd)
        for number in (*_ENDING, signal.SIGWINCH, signal.SIGTSTP, signal.SIGCONT):
            self._loop.remove_signal_handler(number)
        # A hang-up often comes twice, from the kernel and from the shell: the second must not cut the
        # goodbye short. A second SIGTERM may.
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        self._frames.close()
        self._pump.close()

    # Ending ----------------------------------------------------------------------------------------

    def _end(self, status: int) -> None:
        if not self._ended.done():
            self._ended.set_result(status)

    def _fail(self, error: BaseException) -> None:
        if not self._ended.done():
            self._ended.set_exception(error)

    def _guarded(self, called: Callable[_Args, None]) -> Callable[_Args, None]:
        """``called``, but so that an error of it ends the app: the loop would only log it."""

        def guarded(*args: _Args.args, **named: _Args.kwargs) -> None:
            try:
                called(*args, **named)
            except Exception as error:
                self._fail(error)

        return guarded

    def _unforeseen(self, context: Mapping[str, object]) -> None:
        error = context.get("exception")
        self._fail(error if isinstance(error, Exception) else RuntimeError(str(context.get("message"))))

    # Signals ---------------------------------------------------------------------------------------

    def _catch_signals(self) -> None:
        for number, status in _ENDING.items():
            self._loop.add_signal_handler(number, self._end, status)
        self._loop.add_signal_handler(signal.SIGWINCH, self._frames.want)
        self._loop.add_signal_handler(signal.SIGTSTP, self._guarded(self._stop))
        self._loop.add_signal_handler(signal.SIGCONT, self._guarded(self._resume))

    def _suspend_job(self) -> None:
        # The whole group, as the kernel does it for Ctrl-Z: `make run` has a make around it.
        os.killpg(0, signal.SIGTSTP)

    def _stop(self) -> None:
        self._group.create_task(self._hand_over_and_stop(), name="stop")

    async def _hand_over_and_stop(self) -> None:
        # Others can record the panes meanwhile; a stopped process would keep them from it.
        await self._engine.hand_over()
        self._screen.stop()
        # By the default action of SIGTSTP, not by SIGSTOP: the kernel leaves it out where no shell could
        # ever let the process go on, as in a terminal window of its own.
        self._loop.remove_signal_handler(signal.SIGTSTP)
        os.kill(os.getpid(), signal.SIGTSTP)
        self._loop.add_signal_handler(signal.SIGTSTP, self._guarded(self._stop))
        self._engine.take_again()
        self._screen.start()
        self._redraw()

    def _resume(self) -> None:
        self._screen.resume()
        self._redraw()

    # Input -----------------------------------------------------------------------------------------

    def _heed(self, event: Event) -> None:
        if not isinstance(event, Typed | Pasted | MouseReport | Focused):
            self._obey(event)
            return
        try:
            self._obey(event)
        except Exception as error:
            # What a program gets of it hangs on what the program asked for: it costs this event, no more.
            _log.exception("an event for a pane could not be handled")
            self._messages.notify(f"this didn't reach the pane: {summarize(error)}", error=True)
            self._frames.want()

    def _obey(self, event: Event) -> None:
        if isinstance(event, MouseReport):
            # What it does in the program, the program shows.
            if self._dialog is None:
                self._mouse.pointed(event.data)
            return
        if isinstance(event, Typed):
            # The echo will want a frame; one for the key itself would only make it wait.
            before = self._window.view.scrolled, self._messages.current
            self._typed(event.data)
            if before == (None, None) == (self._window.view.scrolled, self._messages.current):
                return
        self._frames.want()
        match event:
            case Key(name, data):
                self._pressed(name, data)
            case Pasted(data):
                self._pasted(data)
            case Released():
                self._messages.dismiss()
                self._pane_input.leave()
            case ReleaseUndone():
                self._pane_input.returned()
            case Focused(gained):
                self._pane_input.focus(gained)
            case TerminalReply(data):
                self._screen.replied(data)

    def _pressed(self, name: str, data: bytes) -> None:
        self._messages.dismiss()
        if self._dialog is not None:
            dialog = self._dialog
            if dialog.press(name) and self._dialog is dialog:
                self._dialog = None
            return
        if name == self._release and name != "esc" and self._selection.tab == "instances":
            self._actions.send_literally(data)
            return
        keymap = (
            INSTANCES if self._selection.tab == "instances" else VIEWER if self._selection.viewed else HISTORY
        )
        verb = verb_of(keymap, name)
        if verb is not None:
            self._actions.do(verb)
        elif name:
            self._messages.hint(f"{shown(name)} does nothing here; ? shows every key")

    def _typed(self, data: bytes) -> None:
        if data.startswith(b"\x1b") and (verb := verb_of(TYPING, name_of(data))) is not None:
            self._actions.do(verb)
        else:
            self._pane_input.type(data)

    def _pasted(self, data: bytes) -> None:
        if self._dialog is not None:
            self._dialog.paste(data.decode("utf-8", "replace"))
        else:
            self._pane_input.paste(data)

    # Changes ---------------------------------------------------------------------------------------

    def _on_answer(self) -> None:
        """What was asked is answered: what was typed meanwhile is heeded, and the answer shows."""
        self._pump.go_on()
        self._frames.want()

    def _changed(self, change: Change) -> None:
        if self._notifier.heed(change, self._shown()):
            self._screen.ring()
        self._pane_input.check()
        self._frames.want()

    # Drawing ---------------------------------------------------------------------------------------

    def _view_size(self) -> tuple[int, int]:
        columns, rows = self._screen.get_cols_rows()
        if self._window.is_too_small(columns, rows):
            return 24, 80
        return self._window.view_size(columns, rows)

    def _shown(self) -> Pane | None:
        """The pane whose screen is on the screen."""
        return self._selection.selected if self._selection.tab == "instances" else None

    def _draw_guarded(self) -> bool:
        try:
            with within_bounds:
                return self._draw()
        except Exception as error:
            if not self._contain(error):
                self._fail(error)
            return False

    def _contain(self, error: Exception) -> bool:
        """Give up the screen of the pane that shows: drawing raised ``error``, and it may be the reason.

        Whether there is one to give up; if it wasn't the reason, the next frame fails again.
        """
        shown_pane = self._window.shown_view
        if shown_pane is None or shown_pane[0] not in self._engine.projections.screens:
            return False
        self._engine.screen_failed(shown_pane[0], error)
        self._redraw()
        return True

    def _draw(self) -> bool:
        columns, rows = self._screen.get_cols_rows()
        self._sync_visible(columns, rows)
        root: urwid.Widget = self._window
        if self._dialog is not None and not self._window.is_too_small(columns, rows):
            root = self._dialog.over(self._window, (columns, rows))
        drawn = self._screen.show((columns, rows), root.render((columns, rows), focus=True))
        viewed = self._window.shown_view
        if viewed is not None:
            self._requests.fetch(*viewed)
        terminal = self._window.view.terminal
        if self._selection.typing and self._dialog is None and terminal is not None:
            self._screen.show_cursor_as(terminal.cursor.shape, terminal.cursor.blink)
        else:
            self._screen.show_cursor_as("", False)
        self._screen.set_mouse_mode(self._mouse.wanted if self._dialog is None else "off")
        left = self._messages.seconds_left
        if left is not None:
            self._frames.want_in(left + 0.01)
        if self._window.view.is_waiting:
            self._frames.want_in(FRAME_PATIENCE)
        return drawn

    def _sync_visible(self, columns: int, rows: int) -> None:
        """What follows from being shown: it is seen, it has a screen, and it has our size."""
        if self._selection.tab == "history" and self._selection.viewed is not None:
            self._need_screen(self._selection.viewed)
        pane = self._shown()
        if pane is None or self._window.is_too_small(columns, rows):
            return
        if self._selection.is_attached(pane):
            self._unread.mark_read(pane)
            self._pane_input.looked_at(pane, self._window.view_size(columns, rows))
        if self._selection.is_attached(pane) or not pane.alive or self._selection.is_foreign(pane):
            self._need_screen(pane.id)

    def _need_screen(self, pane: str) -> None:
        screens = self._engine.projections.screens
        if pane not in screens and pane not in screens.broken:
            self._requests.load(pane)

    def _open_dialog(self, dialog: Dialog) -> None:
        self._dialog = dialog

    def _redraw(self) -> None:
        self._screen.forget()
        self._frames.want()
