"""Which texts are most like some words that a user types, the best first.

Owns the score. Must not know what the texts are about.
"""

from __future__ import annotations

from collections.abc import Sequence

#: Below this (of 100) two texts have little in common.
_LEAST_SCORE = 55


def rank(words: str, texts: Sequence[str], limit: int = 100) -> list[int]:
    """Return the places of the texts that are most like ``words``, the best first, at most ``limit``.

    The first line of a text is its name, which counts most. Case doesn't matter. Without words all texts
    are equally good; equally good ones keep their order.
    """
    words = words.strip().lower()
    if not words:
        return list(range(min(len(texts), limit)))
    # Nobody needs it before the first word is typed.
    from rapidfuzz import process

    found = process.extract(
        words, [text.lower() for text in texts], scorer=_score, limit=limit, score_cutoff=_LEAST_SCORE
    )
    return [at for _, _, at in found]


def _score(words: str, text: str, **_: object) -> float:
    """Return how well a text fits, 0 to 100: each word by itself, the name most of all."""
    name = text.partition("\n")[0]
    if name.startswith(words):
        return 100.0
    each = words.split()
    literal = sum(word in text for word in each) / len(each)
    if literal == 1:
        return 95.0 if all(word in name for word in each) else 90.0
    from rapidfuzz import fuzz

    return min(fuzz.partial_ratio(word, text) for word in each) * 0.8
