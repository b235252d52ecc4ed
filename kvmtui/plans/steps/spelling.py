"""How virsh spells a step."""

from __future__ import annotations

import shlex


def virsh(command: str, domain: str, *words: str) -> str:
    """A virsh line as a shell takes it."""
    return shlex.join(["virsh", command, "--domain", domain, *words])
