"""A world as it is, in which everything that has a name is called worse."""

from __future__ import annotations

from enum import Enum
from typing import Any

from kvmtui.model.value import Value, replace

_KEPT = {"device", "format", "how", "hypervisor", "job", "kind", "mode", "state", "type"}
"""Fields whose words mean something: with others there would be nothing to do."""


def renamed(value: Any, ending: str) -> Any:
    """The value with an ending on every text in it: what was the same is the same still."""
    if isinstance(value, Enum):
        return value
    if isinstance(value, str):
        return value + ending if value else value
    if isinstance(value, frozenset):
        return frozenset(renamed(each, ending) for each in value)
    if isinstance(value, tuple):
        parts = (renamed(each, ending) for each in value)
        return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
    if isinstance(value, Value):
        names = (name for name in value.__struct_fields__ if name not in _KEPT)
        return replace(value, **{name: renamed(getattr(value, name), ending) for name in names})
    return value
