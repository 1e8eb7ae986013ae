"""Law 6 at every door: a log in which all that can be text is hostile, and all output of all commands.

In ids, names, tags, words, folders, reasons, kinds, sessions, instances, and in what was printed stands
whatever a terminal acts on or a reader can't see. None of it comes out of any command, on either output,
nor out of the app; what every command prints is UTF-8.
"""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Iterator

import pytest

from chloe.cli.root import COMMANDS
from chloe.events.codec import KINDS
from tests.hostile import frames, records, streams
from tests.hostile.homes import Case, a_folder, fresh_id
from tests.hostile.trials import Trial, Trials, commands


@pytest.fixture(scope="module")
def trials() -> Iterator[Trials]:
    folder = a_folder()
    made = Trials(folder)
    yield made
    made.close()
    shutil.rmtree(folder, ignore_errors=True)


def fill(case: Case, text: str) -> None:
    """Append one fact of each kind, the text wherever there can be one, and spools and files that say it."""
    chance = random.Random(len(text))
    printable_id = fresh_id()
    with records.unguarded(case.log) as connection:
        for pane in (printable_id, text, f"{fresh_id()}{text}"):
            # Where pane and instance are ids, the rest is read; where they aren't, the record is Unknown.
            instance = fresh_id() if pane == printable_id else text or "x"
            said_at_first = {"name": text, "argv": [text, text], "cwd": f"/{text}", "tags": [text]}
            said_at_first["relaunches"] = fresh_id()
            head = records.created(case, pane, **said_at_first)
            records.append(connection, pane, "Created", head, instance=instance)
            size = len(text.encode("utf-8", "surrogatepass"))
            printed = json.dumps({"length": size, "offset": 0})
            records.append(connection, pane, "Output", printed, text.encode("utf-8", "surrogatepass"))
            for kind, said in (
                ("Renamed", {"name": text}),
                ("Tagged", {"tags": [text, text]}),
                ("EscapeAssigned", {"to_program": text}),
                ("Notified", {"offset": 1, "title": text[:200], "text": text[:200]}),
                ("Seen", {"offset": 1, "ended": text}),
                ("Detached", {"instance": text, "reason": text}),
                ("Reattached", {"instance": text}),
                ("Detached", {"instance": fresh_id(), "reason": text}),
                ("Gap", {"offset": size, "length": 5, "reason": text}),
                ("Pruned", {"first": 1, "through": 1, "reason": text}),
                ("Died", {"status": None, "signal": None, "reason": text}),
                (text or "none", {text: text}),
            ):
                records.append(connection, pane, kind, json.dumps(said), instance=instance)
        for kind, head, body in records.plausible(case, chance):
            records.append(connection, "", kind, streams.a_head(chance, head), body)
        accepted = {"user": text, "through": 1, "expected": 2, "found": 1, "line": text}
        records.append(connection, "", "LossAccepted", json.dumps(accepted))
        truncated = {"expected": 10, "hash": text, "found": 5, "reason": text}
        records.append(connection, "", "Truncated", json.dumps(truncated))
        salvaged = {"file": text, "kept": 1, "again": 2, "lost": 3, "reason": text}
        records.append(connection, "", "Salvaged", json.dumps(salvaged))
    case.named += [printable_id, text]
    reason = text.encode("utf-8", "surrogatepass")[:1000]
    with (case.spool("orphan") / "0.seg").open("ab") as segment:
        segment.write(frames.frame(ord("g"), (5).to_bytes(8, "little") + reason))
        segment.write(frames.frame(ord("x"), (1).to_bytes(4, "little") + reason))
    for path in (case.home / "head", case.home / "heads"):
        path.touch(mode=0o600)
        path.write_bytes(reason + b"\n")
    (case.home / "config.toml").write_text(f'[log]\nheads_file = "{case.home}/heads"\n')


@pytest.mark.parametrize("part", range(3))
def test_no_output_of_any_command_has_what_a_terminal_acts_on(trials: Trials, part: int) -> None:
    case = Case.copied(trials.grown, trials.folder / f"part {part}")
    try:
        for text in streams.TEXTS[part::3]:
            fill(case, text)
        trial = Trial(case, trials.forks, random.Random(part))
        found = trial.run(commands(case, random.Random(part)))
        assert not found, "\n".join(["", *found])
    finally:
        case.remove()


def test_every_command_is_looked_at(trials: Trials) -> None:
    case = Case.copied(trials.grown, trials.folder / "every")
    try:
        looked_at = {words[0] for words in commands(case, random.Random(1))}
    finally:
        case.remove()
    assert set(COMMANDS) <= looked_at


def test_every_kind_of_fact_is_in_the_hostile_log(trials: Trials) -> None:
    case = Case.copied(trials.grown, trials.folder / "kinds")
    try:
        kinds = {kind for kind, _, _ in records.plausible(case, random.Random(1))}
    finally:
        case.remove()
    assert kinds == KINDS
