"""Names cut to a few columns so that no two of them become the same.

Owns how a name is cut. Must not know panes, or where a name stands.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from chloe.formatting.text import escape_unsafe
from chloe.ui.canvas import fit, measure_text


def shorten_names(widths: Mapping[str, int], ellipsis: str) -> dict[str, str]:
    """Return what each name looks like in the columns that it has, made harmless; no two look the same.

    What is too long loses its end. Where that makes two the same, they lose their middle or their beginning
    instead, and where nothing helps they are numbered, as far as there is room for a number.
    """
    wanted = {name: escape_unsafe(name) for name in widths}
    shortened: dict[str, str] = {}
    left = list(wanted)
    narrowest = min(widths.values(), default=0)
    for cut in (_cut_end, _cut_middle, _cut_beginning):
        # What is the same in the least room looks alike in more room as well.
        groups = defaultdict(list)
        for name in left:
            groups[cut(wanted[name], narrowest, ellipsis)].append(name)
        for name, *others in groups.values():
            text = cut(wanted[name], widths[name], ellipsis)
            if not others and text not in shortened.values():
                shortened[name] = text
        left = [name for name in left if name not in shortened]
    taken = set(shortened.values())
    number = 1
    for name in left:
        width = widths[name]
        text = _cut_end(wanted[name], width, ellipsis)
        while text in taken and len(str(number)) < width:
            number += 1
            text = _cut_end(wanted[name], width - len(str(number)), ellipsis) + str(number)
        taken.add(text)
        shortened[name] = text
    return {name: shortened[name] for name in wanted}


def _cut_end(text: str, width: int, ellipsis: str) -> str:
    return (
        text if measure_text(text) <= width else fit(text, width, ellipsis=ellipsis).decode("utf-8").rstrip()
    )


def _cut_beginning(text: str, width: int, ellipsis: str) -> str:
    if measure_text(text) <= width:
        return text
    return fit(text, width, ellipsis=ellipsis, keep_end=True).decode("utf-8").rstrip()


def _cut_middle(text: str, width: int, ellipsis: str) -> str:
    if measure_text(text) <= width:
        return text
    head = width // 2
    tail = fit(text, width - head, ellipsis=ellipsis, keep_end=True).decode("utf-8").rstrip()
    return fit(text, head + 1, ellipsis="").decode("utf-8").rstrip() + tail
