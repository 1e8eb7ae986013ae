"""What a user may do to many panes at once, and to the list: marks, groups, tags, the order.

Owns the deeds, which panes they mean, and the question that is asked before something is lost. Whether a pane
lets it be done is the engine's rule: see ``conditions``. Must not know which key asks for what.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence

from chloe.engine import Refusal
from chloe.events import commands
from chloe.events.commands import Command
from chloe.events.panes import Pane
from chloe.events.tags import GROUP, HIDDEN, ON_EXIT, ON_EXIT_RULES, change_tags, read_value, write_value
from chloe.terminal import Modes, keys
from chloe.ui.conditions import Conditions
from chloe.ui.panes.pane_input import PaneInput
from chloe.ui.requests import Requests
from chloe.ui.stack import Stack
from chloe.ui.state import AppState
from chloe.ui.views.confirm import Confirm
from chloe.ui.views.prompt import Prompt

#: Names that a question or a message has room for.
_NAMED = 3
#: What the rules for the end of a program are called.
_RULES = {
    "": "as the configuration says",
    "keep": "kept",
    "close": "closed",
    "close-on-success": "closed if it ended well",
}


class Many(Conditions):
    """The actions on the panes that are marked, or on the selected one, and on the list."""

    def __init__(self, state: AppState, stack: Stack, requests: Requests, pane_input: PaneInput) -> None:
        super().__init__(state, stack, pane_input)
        self._requests = requests

    def _confirm(self, title: str, question: str, on_yes: Callable[[], None]) -> None:
        self._stack.open(
            Confirm(title, question, self._state.glyphs, lambda is_yes: on_yes() if is_yes else None)
        )

    def _notify(self, text: str, *, error: bool = False) -> None:
        self._state.messages.notify(text, error=error)

    # Marks ------------------------------------------------------------------------------------------

    def mark(self) -> None:
        """Mark the selected panes, or take the mark away, and go to the next."""
        selection = self._state.selection
        selection.toggle_mark()
        selection.step(1)

    def mark_all(self) -> None:
        """Mark all that is listed; where all of it is marked, take the marks away."""
        self._state.selection.toggle_all()

    def unmark_all(self) -> None:
        """Take all marks away."""
        self._state.selection.unmark()

    def why_not_unmark_all(self) -> str:
        """Return why there is no mark to take away."""
        return "" if self._state.selection.marked else "No pane is marked"

    def mark_some(self) -> None:
        """Ask for words, and mark the panes that they fit."""
        selection = self._state.selection

        def accept(words: str) -> None:
            found = selection.listing.find(words) if words.strip() else []
            selection.mark(found)
            self._notify(f"{count(found)} marked" if found else "No pane fits these words")

        note = "words, tag:web, group:back, is:failed"
        self._stack.open(Prompt("Mark panes with", "", self._state.glyphs, accept, note=note))

    # Tags and groups --------------------------------------------------------------------------------

    def tag(self) -> None:
        """Ask for the pane's tags; of several panes, for those to add and to remove."""
        panes = self._panes
        if len(panes) == 1:
            title, text = f"Tags of {panes[0].name}", "".join(f"{shlex.quote(tag)} " for tag in panes[0].tags)
            note = "words and key=value; -tag takes one away"
        else:
            title, text, note = f"Tags of {count(panes)}", "", "adds these; -tag takes one away"
        accept = self._accept_tags(panes)
        self._stack.open(Prompt(title, text, self._state.glyphs, accept, note=note))

    def _accept_tags(self, panes: Sequence[Pane]) -> Callable[[str], None]:
        def accept(text: str) -> None:
            try:
                words = tuple(dict.fromkeys(shlex.split(text)))
            except ValueError:
                self._notify("A quotation mark is open: each has a second one behind it", error=True)
                return
            # A tag that the one pane has, and that stood in the line, isn't one to take away.
            own = panes[0].tags if len(panes) == 1 else ()
            add = [word for word in words if word in own or not word.startswith("-")]
            remove = [word[1:] for word in words if word not in add]
            if len(panes) == 1:
                tags = change_tags(add, remove=remove)
                said = f"{panes[0].name} has {'the tags ' + shlex.join(tags) if tags else 'no tags'} now"
                self._tag(panes, lambda _: tags, said)
            else:
                said = f"{count(panes)} tagged: {shlex.join(words)}" if words else ""
                self._tag(panes, lambda pane: change_tags(pane.tags, add, remove), said)

        return accept

    def _tag(self, panes: Sequence[Pane], choose: Callable[[Pane], tuple[str, ...]], said: str) -> None:
        """Give each pane the tags that ``choose`` chooses for it, and tell what was ``said`` of it."""
        chosen = [(pane, choose(pane)) for pane in panes]
        wanted = [commands.Tag(pane.id, tags) for pane, tags in chosen if tags != pane.tags]
        if wanted:
            self._do(wanted, "tagged", said=said)
        elif said:
            self._notify(said)

    def set_exit_rule(self) -> None:
        """Go on to the next thing that may become of the panes once their programs have ended."""
        panes = self._panes
        rules = ("", *ON_EXIT_RULES)
        own = read_value(panes[0].tags, ON_EXIT)
        rule = rules[(rules.index(own) + 1) % len(rules)] if own in rules else ""
        whose = panes[0].name if len(panes) == 1 else count(panes)
        said = f"Once it has ended, {whose}: {_RULES[rule]}"
        self._tag(panes, lambda pane: write_value(pane.tags, ON_EXIT, rule), said)

    def hide(self) -> None:
        """Hide the pane from History, or list it there again."""
        pane = self._pane
        is_hidden = HIDDEN in pane.tags
        tags = change_tags(pane.tags, () if is_hidden else (HIDDEN,), (HIDDEN,) if is_hidden else ())
        said = (
            f"{pane.name} is listed again" if is_hidden else f"{pane.name} is hidden; {self._label_hidden()}"
        )
        self._requests.request(commands.Tag(pane.id, tags), lambda _: self._notify(said))

    def _label_hidden(self) -> str:
        return f"{self._label('history.show_hidden')} lists what is"

    def why_not_hide(self) -> str:
        """Return why the pane can't be hidden from History: what is in use is listed."""
        return self._unless(lambda pane: None if pane.closed else Refusal(f"{pane.name} is in use"))

    def group(self) -> None:
        """Ask for the group that the panes are to be in; of a folded group, all move."""
        panes = self._panes
        groups = self._state.selection.listing.groups
        title = f"Group of {panes[0].name if len(panes) == 1 else count(panes)}"
        note = f"there are: {', '.join(groups)}" if groups else "no name: none"

        def accept(text: str) -> None:
            group = text.strip()
            who = f"{panes[0].name} is" if len(panes) == 1 else f"{count(panes)} are"
            said = f"{who} in {'the group ' + group if group else 'no group'} now"
            self._tag(panes, lambda pane: write_value(pane.tags, GROUP, group), said)

        self._stack.open(Prompt(title, panes[0].group, self._state.glyphs, accept, note=note))

    def fold(self) -> None:
        """Fold the selected pane's group up, or out again."""
        selection = self._state.selection
        section = selection.listing.find_section(self._pane)
        if section is not None:
            selection.fold_group(section, is_folded=not section.is_folded)

    def fold_all(self) -> None:
        """Fold all groups up; where all are, out again."""
        selection = self._state.selection
        sections = [section for section in selection.listing.sections if section.group]
        is_folded = not all(section.is_folded for section in sections)
        for section in sections:
            selection.fold_group(section, is_folded=is_folded)

    def why_not_fold(self) -> str:
        """Return why there is no group to fold."""
        selected = self._state.selection.selected
        if selected is not None and not selected.group:
            return f"{selected.name} is in no group; {self._label('group')} puts it into one"
        return self.why_not_fold_all()

    def why_not_fold_all(self) -> str:
        """Return why there are no groups to fold."""
        if self._state.selection.filter:
            return f"A filter folds all groups out; {self._label('filter')} changes it"
        if self._state.selection.listing.groups:
            return ""
        return f"There are no groups; {self._label('group')} puts a pane into one"

    def sort(self) -> None:
        """Order the list by something else."""
        self._notify(f"The list is ordered by {self._state.selection.listing.step_order()}")

    # Many at once -----------------------------------------------------------------------------------

    @property
    def _pane(self) -> Pane:
        """Return the pane that is meant, where ``why_not`` found nothing against it."""
        pane = self._stack.top.pane
        assert pane is not None
        return pane

    @property
    def _panes(self) -> Sequence[Pane]:
        """Return the panes that are meant: those that are marked, else the selected one."""
        return self._stack.top.panes

    def _do(
        self,
        wanted: Sequence[Command],
        done: str,
        then: Callable[[Sequence[Command]], None] | None = None,
        *,
        said: str = "",
    ) -> None:
        """Ask for commands, each about one pane; say how many were ``done``, and what wasn't and why.

        Where all were done, ``said`` is said in place of how many.
        """

        def report(failures: Sequence[tuple[Command, str]]) -> None:
            failed = [command for command, _ in failures]
            if then is not None:
                then([command for command in wanted if command not in failed])
            if failures:
                left = len(wanted) - len(failures)
                self._notify(f"{left} {done}, {len(failures)} not: {failures[0][1]}", error=True)
            elif said or len(wanted) > 1:
                self._notify(said or f"{len(wanted)} panes {done}")

        if wanted:
            self._state.selection.unmark()
            self._requests.request_all(wanted, report)

    def _do_to_many(self, kind: Callable[[str], Command], verb: str, done: str, lost: str = "") -> None:
        """Ask for the same of all that are meant and let it be done, after a question if some is lost."""
        panes, left_out = self._divide(kind)
        wanted = [kind(pane.id) for pane in panes]
        if not lost:
            self._do(wanted, done)
            return
        others = f" {left_out} of those that are marked can't be, and stay as they are." if left_out else ""
        question = f"{verb} {name(panes)}? {lost}{others}"
        self._confirm(verb, question, lambda: self._do(wanted, done))

    def _divide(self, kind: Callable[[str], Command]) -> tuple[list[Pane], int]:
        """Return the panes that let it be done, and how many don't."""
        panes = [pane for pane in self._panes if self._why_not(kind, pane) is None]
        return panes, len(self._panes) - len(panes)

    def _relaunch_many(self, rows: int, columns: int) -> None:
        """Run the commands of all ended panes that are meant again, each in a pane that takes its place."""

        def relaunch(pane: str) -> Command:
            return commands.Relaunch(pane, rows, columns)

        self._do_to_many(relaunch, "Run again", "run again", "Their commands start all at once.")

    def type_text(self) -> None:
        """Ask for a line, and type it into all panes that are meant, with Enter behind it."""
        panes = [pane for pane in self._panes if self._why_not(_write, pane) is None]
        enter = keys.encode("enter", Modes())

        def accept(text: str) -> None:
            self._do([commands.Type(pane.id, text.encode(), (enter,)) for pane in panes], "typed into")

        note = "Enter is typed behind it"
        self._stack.open(Prompt(f"Type into {name(panes)}", "", self._state.glyphs, accept, note=note))

    def why_not_type_text(self) -> str:
        """Return why nothing can be typed into any of the panes."""
        return self._refusal_of_all(_write)


def _write(pane: str) -> Command:
    return commands.Write(pane, b"")


def count(panes: Sequence[Pane]) -> str:
    """Return how many panes these are, in words."""
    return f"{len(panes)} panes" if len(panes) != 1 else "1 pane"


def name(panes: Sequence[Pane]) -> str:
    """Return what panes are called: how many they are, and the first of them."""
    names = ", ".join(pane.name for pane in panes[:_NAMED])
    if len(panes) == 1:
        return names
    return f"{len(panes)} panes: {names}{', …' if len(panes) > _NAMED else ''}"
