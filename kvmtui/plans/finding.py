"""What is wrong with a domain, or will be."""

from __future__ import annotations

from enum import IntEnum

from kvmtui.model.value import Value


class Severity(IntEnum):
    """How soon somebody must look."""

    NOTE = 0
    """True, and nothing to do about now."""
    WARN = 1
    BAD = 2
    """Something is lost already, or will be soon."""


class Finding(Value):
    """One thing, with its reason and what would help."""

    rule: str
    disk: str
    """Target of the disk concerned."""
    reason: str
    remedy: str = ""
    """The next step, with its key where a key does it."""
    severity: Severity = Severity.WARN
    layer: str = ""
    """Source of the layer concerned, where it is one."""
    snapshots: tuple[str, ...] = ()
    """The snapshots that it is about."""
