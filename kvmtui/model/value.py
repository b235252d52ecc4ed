"""What all values are made of: they are compared by content, and replaced, never changed.

They are structs of msgspec, not dataclasses, of which Python generates and compiles the methods at
every start: that was nearly half of the time that it took to load kvmtui.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, dataclass_transform

from msgspec import Struct, field
from msgspec.structs import asdict

if TYPE_CHECKING:
    from dataclasses import replace  # does the same, and type checkers know its arguments
else:
    from msgspec.structs import replace

__all__ = ["Value", "asdict", "field", "replace"]


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
class Value(Struct, frozen=True):
    """Base of values.

    ``gc=False`` is for those of which a host has thousands, and in which nothing can lead back to
    themselves: the garbage collector passes them by.
    """
