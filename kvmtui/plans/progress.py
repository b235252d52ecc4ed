"""Where the progress of a step can be read."""

from __future__ import annotations

from enum import Enum


class Progress(Enum):
    """Where the progress of a step can be read while it runs."""

    NOTHING = "nothing"
    BLOCK = "block"
    """``virDomainGetBlockJobInfo`` of the domain's disks."""
    MEMORY = "memory"
    """``virDomainGetJobStats`` of the domain."""
