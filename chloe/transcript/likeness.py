"""Likeness: when two texts are the same line, and how the later one came from the earlier.

Owns the comparison of single texts. Must not know screens.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from hashlib import blake2b
from typing import Literal

#: How a line became another text: more was written behind it, a counter, a bar or a spinner went on, words
#: were edited; empty where it is another line.
Likeness = Literal["", "grown", "number", "edited"]

#: How many texts are remembered with what was worked out for them.
_REMEMBERED = 8192
#: Marks of what is chosen, which are no text.
_MARKS = " \t>❯▸▶►→*"

_SPINNER = re.compile("[\u2800-\u28ff◐◓◑◒◴◷◶◵✶✻✽✢✳✺∙●○◉◌⏺⣾⎿]")
_BAR = re.compile(r"[█▉▊▋▌▍▎▏░▒▓━╸╺─#=>\-.|' ]{3,}|[█▉▊▋▌▍▎▏░▒▓━╸╺|#=]+")
_NUMBER = re.compile(r"\d[\d.,:/]*(?:[KMGTkmgt]?i?[Bb]?(?:/s)?|m?s|h|m|%)?\b")
_BARE_NUMBER = re.compile(r"\b0\b|[+-]")

#: What of two lines has to be the same where the cursor edits one, and of words where it doesn't.
_SAME_ENDS = 0.6
_SAME_WORDS = 0.75


@lru_cache(_REMEMBERED)
def letters(text: str) -> str:
    """Return the letters and digits of ``text``."""
    return text if text.isalnum() else "".join(filter(str.isalnum, text))


@lru_cache(_REMEMBERED)
def key(text: str) -> str:
    """Return what makes two lines the same: neither the indent, nor the mark of what is chosen."""
    return " ".join(text.split()).strip(_MARKS) or text.strip()


@lru_cache(_REMEMBERED)
def digest(key: str) -> int:
    """Return a number that stands for a key, short and the same in every process."""
    return int.from_bytes(blake2b(key.encode("utf-8", "surrogatepass"), digest_size=6).digest(), "big")


@lru_cache(_REMEMBERED)
def skeleton(text: str) -> str:
    """Return ``text`` without what counters, bars and spinners change."""
    bare = _BAR.sub(" ", _NUMBER.sub("0", _SPINNER.sub(" ", text)))
    return " ".join(_BARE_NUMBER.sub(" ", bare).split())


@lru_cache(_REMEMBERED)
def first_word(text: str) -> str:
    """Return the first word, or nothing."""
    return next(iter(text.split(None, 1)), "")


@lru_cache(_REMEMBERED)
def compare(old: str, new: str, *, at_cursor: bool = False, same_row: bool = False) -> Likeness:
    """Return how ``new`` is the same line as ``old``.

    ``at_cursor``: the cursor was on it before and is now. ``same_row``: it stands on the same row.
    """
    if not old or not new:
        return ""
    if len(new) > len(old) and new.startswith(old):
        return "grown"
    before, after = skeleton(old), skeleton(new)
    if before == after and (before or at_cursor or (same_row and len(old.split()) == len(new.split()))):
        return "number"
    if old.startswith(new) and len(new) * 2 >= len(old):
        return "edited"
    if at_cursor and _same_ends(old, new) >= _SAME_ENDS * max(len(old), len(new)):
        return "edited"
    return _compare_words(before, after)


def _same_ends(old: str, new: str) -> int:
    """Return how many characters at both ends are the same."""
    least = min(len(old), len(new))
    start = 0
    while start < least and old[start] == new[start]:
        start += 1
    end = 0
    while end < least - start and old[-1 - end] == new[-1 - end]:
        end += 1
    return start + end


def _compare_words(before: str, after: str) -> Likeness:
    """Compare the words of two skeletons: some may have come or gone, none be replaced."""
    old = [word for word in before.split() if len(word) > 1]
    new = [word for word in after.split() if len(word) > 1]
    if old == new and old:
        return "number"
    counted, recounted = Counter(old), Counter(new)
    gone, come = sum((counted - recounted).values()), sum((recounted - counted).values())
    if max(gone, come) > 1 or min(gone, come) > 0:
        return ""
    if min(len(old), len(new)) >= 3 and (old[0] == new[0] or old[-1] == new[-1]):
        same = sum(len(word) * count for word, count in (counted & recounted).items())
        if same >= _SAME_WORDS * max(sum(map(len, old)), sum(map(len, new))):
            return "edited"
    return ""
