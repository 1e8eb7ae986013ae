"""What a pane's tags say: words, or ``key=value``; some keys mean something to Chloe.

Owns the keys and how a set of tags is changed. Must not know where tags are kept or shown. A tag of such a
key is a tag as any other: it is shown, listed, copied by a relaunch, and older versions keep it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

#: The key of the group that a pane is in.
GROUP = "group"
#: The tag of what History lists only when asked for it.
HIDDEN = "hidden"
#: The key of what becomes of a pane once its program has ended, and the values that it has.
ON_EXIT = "on-exit"
KEEP, CLOSE, CLOSE_ON_SUCCESS = "keep", "close", "close-on-success"
ON_EXIT_RULES = (KEEP, CLOSE, CLOSE_ON_SUCCESS)


def read_value(tags: Iterable[str], key: str) -> str:
    """Return the value that the last ``key=value`` of the tags gives a key; "" where none does."""
    values = [tag[len(key) + 1 :] for tag in tags if tag.startswith(f"{key}=")]
    return values[-1] if values else ""


def write_value(tags: Iterable[str], key: str, value: str) -> tuple[str, ...]:
    """Return the tags with this value for a key, in place of any other; "" takes the key away."""
    left = [tag for tag in tags if not tag.startswith(f"{key}=")]
    return (*left, f"{key}={value}") if value else tuple(left)


def change_tags(tags: Iterable[str], add: Sequence[str] = (), remove: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the tags without those of ``remove``, and with those of ``add``; each once.

    A key has one value: what is added as ``key=value`` takes the place of what the key had. To remove a key
    is to remove it with whatever value it has.
    """
    left = [tag for tag in tags if tag not in remove and tag.partition("=")[0] not in remove]
    for tag in add:
        key, is_pair, value = tag.partition("=")
        if is_pair and key and value:
            left = list(write_value(left, key, value))
        elif tag not in left:
            left.append(tag)
    return tuple(dict.fromkeys(left))
