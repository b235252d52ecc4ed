"""How virsh spells a step, and where its progress can be read."""

from __future__ import annotations

import shlex
from enum import Enum


class Watch(Enum):
    """Where the progress of a step can be read while it runs."""

    NOTHING = "nothing"
    BLOCK = "block"
    """``virDomainGetBlockJobInfo`` of the domain's disks."""
    MEMORY = "memory"
    """``virDomainGetJobStats`` of the domain."""


def virsh(command: str, domain: str, *words: str) -> str:
    """A virsh line as a shell takes it."""
    return shlex.join(["virsh", command, "--domain", domain, *words])
