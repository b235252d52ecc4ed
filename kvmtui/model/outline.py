"""The snapshots of a domain that nobody has looked at, in few words."""

from __future__ import annotations

from kvmtui.model.snapshot import Kind, Memory
from kvmtui.model.value import Value


class Entry(Value, gc=False):
    """One snapshot. What only its record tells is empty as long as that was not read."""

    name: str
    kind: Kind
    parent: str | None = None
    created: int = 0
    """Seconds since 1970."""
    state: str = ""
    """The domain's state then."""
    memory: Memory = Memory.NO
    description: str = ""


class Outline(Value, gc=False):
    """All snapshots of one domain."""

    entries: tuple[Entry, ...] = ()
    current: str | None = None
    whole: bool = False
    """With what their records tell, not only names and kinds."""
