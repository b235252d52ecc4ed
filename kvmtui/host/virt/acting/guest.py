"""What the guest agent is told to do."""

from __future__ import annotations

from typing import Any

from kvmtui.host.virt import agent


def freeze(domain: Any) -> None:
    """``virDomainFSFreeze`` of all file systems."""
    with agent.patience(domain, agent.FREEZE):
        domain.fsFreeze()


def thaw(domain: Any) -> None:
    """``virDomainFSThaw`` of all file systems."""
    with agent.patience(domain, agent.PATIENCE):
        domain.fsThaw()
