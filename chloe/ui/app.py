"""The app: wires engine, views, panes, keyboard and terminal, and runs until the user or a signal ends it.

Owns the life of one run: what wakes it (input, changes, signals, time) and where it goes. Must not
know how anything looks or what an action does.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress

import urwid

from chloe.config import Config
from chloe.engine import Change
from chloe.errors import ChloeError
from chloe.terminal import Terminal, keys, within_bounds
from chloe.ui.actions import Actions
from chloe.ui.announcer import Announcer
from chloe.ui.arrangement import keep_arrangement, load_arrangement
from chloe.ui.clipboard import Clipboard
from chloe.ui.crash import summarize
from chloe.ui.escape_delay import tell_escape_delay
from chloe.ui.glyphs import choose_glyphs
from chloe.ui.key_settings import make_keymap
from chloe.ui.last_selected import keep_selected, load_selected
from chloe.ui.lifetime import Lifetime
from chloe.ui.messages import Messages
from chloe.ui.nesting import describe_nesting
from chloe.ui.notifier import Notifier
from chloe.ui.panes.escape import EscapeWatch
from chloe.ui.panes.live_screens import FRAME_TIMEOUT, LiveScreens
from chloe.ui.panes.mouse import Mouse
from chloe.ui.panes.pane_input import PaneInput
from chloe.ui.panes.pane_view import NotDrawable
from chloe.ui.panes.progress import ProgressTable
from chloe.ui.panes.seen import SeenWatch
from chloe.ui.panes.sizing import Sizing
from chloe.ui.panes.slots import Slots
from chloe.ui.panes.unread import Unread
from chloe.ui.panes.visible import VisiblePanes
from chloe.ui.requests import AppEngine, Requests
from chloe.ui.selection import Selection
from chloe.ui.shell import Shell
from chloe.ui.stack import Stack
from chloe.ui.state import AppState
from chloe.ui.state_dump import describe_state
from chloe.ui.tty.frames import Frames
from chloe.ui.tty.input_pump import InputPump
from chloe.ui.tty.keyboard import Event, Focused, Keyboard, MouseReport, Pasted, Typed
from chloe.ui.tty.signals import HANG_UP
from chloe.ui.tty.tty import Tty
from chloe.ui.views import TABS
from chloe.ui.views.confirm import Confirm
from chloe.ui.window_title import WindowTitle

_log = logging.getLogger("chloe.ui")

#: Seconds that the log may take at the end of a run to say what was seen.
_GOODBYE = 1.0


class App:
    """One run of the app on one terminal. Made inside the loop that it runs in."""

    def __init__(self, engine: AppEngine, config: Config, tty: Tty, environment: Mapping[str, str]) -> None:
        urwid.set_encoding("utf-8")
        loop = asyncio.get_running_loop()
        self._engine = engine
        self._home = config.paths.home
        self._tty = tty
        self._environment = environment
        self._lifetime = lifetime = Lifetime(loop)
        self._frames = Frames(loop, self._draw_guarded)
        #: The tasks that wait for answers of the engine.
        self._tasks = asyncio.TaskGroup()
        arrangement = load_arrangement(self._home, without_list=config.ui.list_width == 0)
        #: What the file has, or will have once it is written.
        self._kept_arrangement = b""
        self._keeping: asyncio.Task[None] | None = None
        self._state = state = AppState(
            projections=engine.projections,
            ahead=engine.ahead,
            doings=engine.doings,
            selection=Selection(engine.instance, engine.projections, engine.doings, arrangement.order),
            unread=Unread(engine.instance),
            progress=ProgressTable(engine.projections),
            clipboard=Clipboard(engine.projections, tty, config.ui.clipboard, loop.time),
            messages=Messages(),
            screens=LiveScreens(),
            glyphs=choose_glyphs(config.ui.ascii, environment),
            arrangement=arrangement,
            keymap=make_keymap(config),
            list_width=config.ui.list_width,
            leave=tuple(keys.list_same_keys(key)[0] for key in config.keys.leave),
            escape_rule=config.keys.escape_rule,
            log_file=str(config.paths.log_file),
        )
        self._slots = Slots()
        self._stack = Stack([tab(state) for tab in TABS])
        self._requests = Requests(self._tasks, engine, state.messages, lifetime.guarded(self._on_answer))
        self._escape = EscapeWatch(
            engine, state.selection, config.keys.escape_rule, config.keys.escape, self._frames.want
        )
        keyboard = Keyboard(state.leave, self._escape)
        self._pane_input = PaneInput(
            engine,
            state.selection,
            keyboard,
            Sizing(engine.instance),
            self._slots,
            state.messages,
            self._escape,
            leave=state.leave[0],
        )
        self._visible = VisiblePanes(self._slots, engine, self._requests, self._pane_input)
        self._seen = SeenWatch(state.unread, self._requests, loop.time)
        self._notifier = Notifier(
            engine.projections,
            state.selection,
            state.messages,
            Announcer(tty, loop.time, is_wanted=config.ui.notifications),
            self._seen,
        )
        self._title = WindowTitle(state, loop.time) if config.ui.title else None
        self._actions = Actions(
            state, self._stack, self._slots, self._requests, self._pane_input, tty, lifetime, engine
        )
        self._shell = Shell(
            state,
            self._stack,
            self._slots,
            self._actions,
            engine=engine,
            tty=tty,
            escape=self._escape,
            pane_input=self._pane_input,
            mouse=Mouse(self._pane_input, self._slots, config.ui.mouse),
            seen=self._seen,
        )
        self._pump = InputPump(loop, keyboard, tty, self)
        self.on_input = lifetime.guarded(self._pump.read)

    async def run(self) -> int:
        """Run until something ends it. Whatever goes wrong anywhere ends it with that error."""
        loop = asyncio.get_running_loop()
        unhandled = loop.get_exception_handler()
        loop.set_exception_handler(self._lifetime.on_unhandled)
        selection = self._state.selection
        last = load_selected(self._home)
        if any(pane.id == last for pane in selection.panes):
            selection.select(last)
        self._kept_arrangement = self._encode_arrangement()
        cancel = self._engine.subscribe(self._lifetime.guarded(self._on_change))
        try:
            with self._tty.running():
                async with self._tasks:
                    panes = self._engine.projections.panes
                    self._notifier.begin()
                    if left := self._actions.describe_left():
                        self._state.messages.notify(left)
                    loss = self._engine.lost_records_notice
                    self._on_change(Change(panes=frozenset(panes), messages=(loss,) if loss else ()))
                    self._ask_whether_to_go_on()
                    telling = self._tasks.create_task(
                        tell_escape_delay(self._environment, self._state.messages, self._frames.want),
                        name="tell what holds Esc back",
                    )
                    try:
                        with self._tty.listening(self):
                            status = await self._lifetime.wait()
                        await self._keep_seen()
                        return status
                    finally:
                        self._frames.close()
                        self._escape.close()
                        telling.cancel()
                        self._pump.close()
                        self._requests.close()
        finally:
            if selection.selected is not None:
                keep_selected(self._home, selection.selected.id)
            if (data := self._encode_arrangement()) != self._kept_arrangement:
                keep_arrangement(self._home, data)
            cancel()
            loop.set_exception_handler(unhandled)

    def _ask_whether_to_go_on(self) -> None:
        """Ask where this run is inside one of its own panes; no ends it."""
        question = describe_nesting(self._environment, self._engine.projections.panes)
        if question:
            self._stack.open(Confirm("A Chloe in a Chloe", question, self._state.glyphs, self._go_on))

    def _go_on(self, is_wanted: bool) -> None:
        if not is_wanted:
            self._lifetime.end(0)

    async def _keep_seen(self) -> None:
        """Have the log say what was seen until now, if it can be written."""
        if self._engine.trouble is None:
            with suppress(ChloeError, TimeoutError):
                async with asyncio.timeout(_GOODBYE):
                    for command in self._seen.leave():
                        await self._engine.request(command)

    def _encode_arrangement(self) -> bytes:
        return self._state.arrangement.encode([pane.id for pane in self._state.selection.panes])

    def _keep_arrangement(self) -> None:
        """Keep how the panes are arranged, where that changed: a crash shall not lose it."""
        if self._keeping is None and (data := self._encode_arrangement()) != self._kept_arrangement:
            self._kept_arrangement = data
            keeping = asyncio.to_thread(keep_arrangement, self._home, data)
            self._keeping = self._tasks.create_task(keeping, name="keep the layout")
            self._keeping.add_done_callback(self._on_kept)

    def _on_kept(self, _: asyncio.Task[None]) -> None:
        """See whether it changed meanwhile."""
        self._keeping = None
        if not self._lifetime.is_over:
            self._keep_arrangement()

    # What wakes it ---------------------------------------------------------------------------------

    def on_resize(self) -> None:
        """Draw in the new size."""
        self._frames.want()

    def on_writable(self) -> None:
        """Draw what had to be left out."""
        self._frames.want()

    def on_suspend(self, stop: Callable[[], None]) -> None:
        """Let others record the panes meanwhile: a stopped process would keep them from it."""
        self._tasks.create_task(self._hand_over_and_stop(stop), name="stop")

    async def _hand_over_and_stop(self, stop: Callable[[], None]) -> None:
        await self._engine.hand_over()
        stop()
        self._engine.take_again()
        self.on_continue()

    def on_continue(self) -> None:
        """Draw everything: others may have written over it."""
        self._tty.forget()
        self._frames.want()

    def on_signal(self, status: int) -> None:
        """End."""
        self._lifetime.end(status)

    def on_dump(self) -> None:
        """Write the state of the run into the log file."""
        parts = self._state, self._stack, self._slots, self._requests, self._engine
        try:
            _log.info("%s", describe_state(*parts, asyncio.all_tasks()))
        except Exception:
            _log.exception("the state could not be described")

    @property
    def is_blocked(self) -> bool:
        """Return whether what is typed has to wait."""
        return self._requests.blocks_input or self._lifetime.is_over

    def on_hang_up(self) -> None:
        """End, since the terminal is gone."""
        self._lifetime.end(HANG_UP)

    def on_tick(self) -> None:
        """Draw what time made of the input."""
        self._frames.want()

    def on_event(self, event: Event) -> None:
        """Handle what was typed."""
        try:
            wants_frame = self._shell.handle(event)
        except Exception as error:
            if not isinstance(event, Typed | Pasted | MouseReport | Focused):
                raise
            # How it is encoded depends on what a program asked for, so it costs this one event, not the app.
            _log.exception("an event for a pane could not be handled")
            self._state.messages.notify(f"this didn't reach the pane: {summarize(error)}", error=True)
            wants_frame = True
        if wants_frame:
            self._keep_arrangement()
            self._frames.want()

    def _on_answer(self) -> None:
        """Go on after an answer of the engine: what was typed meanwhile is handled, and the answer shows."""
        self._pump.resume()
        self._frames.want()

    def _on_change(self, change: Change) -> None:
        self._state.selection.listing.note_change()
        self._stack.on_change(change)
        self._state.progress.handle(change)
        self._state.clipboard.handle(change)
        self._notifier.handle(change)
        self._pane_input.check()
        self._frames.want()

    # Drawing ---------------------------------------------------------------------------------------

    def _draw_guarded(self) -> bool:
        try:
            with within_bounds:
                return self._draw()
        except Exception as error:
            if not self._contain(error):
                self._lifetime.fail(error)
            return False

    def _contain(self, error: Exception) -> bool:
        """Give up the screen that can't be drawn: drawing raised ``error``. Return whether there is one.

        Where the error doesn't say which, it is that of the pane which shows; if that wasn't the reason, the
        next frame fails again.
        """
        if isinstance(error, NotDrawable) and error.__cause__ is not None:
            pane = self._pane_of(error.terminal)
            error = error.__cause__ if isinstance(error.__cause__, Exception) else error
        else:
            slot = self._slots.find_focused(self._state.selection.typing_into)
            pane = slot.pane if slot is not None else ""
        if pane not in self._state.choose_screens(pane):
            return False
        self._engine.screen_failed(pane, error)
        self.on_continue()
        return True

    def _pane_of(self, terminal: Terminal) -> str:
        shown = (self._engine.ahead, self._engine.projections.screens)
        return next((pane for screens in shown for pane in screens if screens.drawn(pane) is terminal), "")

    def _draw(self) -> bool:
        size = self._tty.get_cols_rows()
        drawn = self._shell.draw(*size)
        self._visible.sync()
        is_new, again = self._seen.see(self._visible.list_seen(), self._state.selection.typing_into)
        if is_new:
            drawn = self._shell.draw(*size)
        if again is not None:
            self._frames.want_in(again)
        took_frame = self._tty.show(size, drawn.rows, drawn.cursor)
        self._tty.show_cursor_as(*self._shell.cursor_shape)
        if self._title is not None:
            self._tty.set_title(self._title.compose(self._stack.place.pane))
        self._tty.set_mouse_mode(self._shell.mouse_mode)
        for left in (self._state.messages.seconds_left, self._state.clipboard.seconds_left):
            if left is not None:
                self._frames.want_in(left + 0.01)
        if self._slots.is_waiting:
            self._frames.want_in(FRAME_TIMEOUT)
        self._escape.watch()
        return took_frame
