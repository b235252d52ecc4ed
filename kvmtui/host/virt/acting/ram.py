"""Writing RAM away, and waking it."""

from __future__ import annotations

from typing import Any

from kvmtui.host.base import Refused
from kvmtui.host.virt import saved
from kvmtui.model.place import Place, There
from kvmtui.plans.steps import SaveTo, StartFrom


def managed_save(domain: Any) -> None:
    """``virDomainManagedSave``."""
    domain.managedSave(0)


def save_to(domain: Any, step: SaveTo) -> None:
    """``virDomainSaveFlags``, which would empty a file that is there; then the file is read."""
    connection = domain.connect()
    if saved.opened(connection, Place(step.file)).there is not There.NOTHING:
        raise Refused(f"{step.file} is there already, or cannot be looked at")
    domain.saveFlags(step.file, None, 0)
    _check(domain, step.file)


def start_from(domain: Any, step: StartFrom) -> None:
    """``virDomainRestoreFlags``, which would start whatever domain the file holds."""
    _check(domain, step.file)
    domain.connect().restoreFlags(step.file, None, 0)


def _check(domain: Any, file: str) -> None:
    """Raises ``Refused`` unless the file holds the RAM of this domain."""
    ram = saved.opened(domain.connect(), Place(file)).ram
    if ram is None or ram.trouble:
        raise Refused(f"{file} holds no saved RAM: {ram.trouble if ram else 'it is not there'}")
    if ram.uuid != domain.UUIDString():
        raise Refused(f"{file} holds the RAM of another domain, {ram.name}")
