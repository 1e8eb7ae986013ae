"""Ids for the panes and instances of a test, by the names that the test has for them."""

from __future__ import annotations

import uuid

from chloe.events.ids import is_id


def id_of(name: str) -> str:
    """Return the id of what the test calls ``name``: always the same; an id as it is."""
    return name if is_id(name) else str(uuid.uuid5(uuid.NAMESPACE_OID, name))
