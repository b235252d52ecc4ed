"""Another administrator, at work on the same domains over a connection of his own."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random
from threading import Thread
from typing import Any

import libvirt

from kvmtui.model import parse
from tests.host.content import pages, scribble
from tests.host.machine import Machine
from tests.lab import xml

HURRY = (0.0, 0.02, 0.1, 0.3)
"""Seconds between two of his commands."""

GONE = libvirt.VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA | libvirt.VIR_DOMAIN_UNDEFINE_MANAGED_SAVE


class Administrator:
    """Creates, deletes, reverts, renames, commits, undefines, starts and stops; by a seed."""

    def __init__(self, handle: Any, machines: dict[str, Machine], seed: int) -> None:
        self._thread = Thread(target=self._work, daemon=True)
        self._handle = handle
        self._machines = machines
        self._random = Random(seed)
        self._number = 0
        self.resting = False
        self.done = 0
        self.held: dict[tuple[str, str], tuple[int, ...]] = {}
        """What his snapshots preserve, read right after each was taken."""
        self.broken: list[BaseException] = []

    def start(self) -> None:
        self._thread.start()

    def _work(self) -> None:
        verbs: dict[Callable[[Any, str], None], int] = {
            self._take: 6, self._delete: 3, self._forget: 1, self._take_anew: 1, self._revert: 2,
            self._switch: 4, self._rename: 1, self._commit: 1, self._undefine: 1,
        }  # fmt: skip
        while not self.resting:
            verb = self._random.choices(list(verbs), list(verbs.values()))[0]
            name = self._random.choice(list(self._machines))
            try:
                verb(self._handle.lookupByName(name), name)
                self.done += 1
            except (libvirt.libvirtError, AssertionError, RuntimeError, LookupError, OSError):
                pass  # somebody else was quicker, or QEMU ends amid a write
            except BaseException as error:
                self.broken.append(error)
                return
            time.sleep(self._random.choice(HURRY))

    def _snapshot(self, domain: Any) -> Any:
        return self._random.choice(domain.listAllSnapshots(0))

    def _take(self, domain: Any, name: str, called: str = "") -> None:
        self._number += 1
        called = called or f"a{self._number}"
        with suppress(AssertionError, RuntimeError, LookupError):
            scribble(self._machines[name], self._number)
        outside = self._random.random() < 0.7
        flags = libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_DISK_ONLY if outside else 0
        made = domain.snapshotCreateXML(
            f"<domainsnapshot><name>{called}</name></domainsnapshot>", flags
        )
        record = parse.snapshot(made.getXMLDesc(0))
        base = Path(record.disks[0].base)
        self.held[name, called] = pages(base, "" if outside else called)

    def _drop(self, name: str, called: str) -> None:
        self.held.pop((name, called), None)

    def _drop_all(self, name: str) -> None:
        """From here on he does not answer for what his snapshots hold."""
        for called in [called for owner, called in self.held if owner == name]:
            self._drop(name, called)

    def _delete(self, domain: Any, name: str) -> None:
        snapshot = self._snapshot(domain)
        self._drop(name, snapshot.getName())
        snapshot.delete(0)

    def _forget(self, domain: Any, name: str) -> None:
        snapshot = self._snapshot(domain)
        self._drop(name, snapshot.getName())
        snapshot.delete(libvirt.VIR_DOMAIN_SNAPSHOT_DELETE_METADATA_ONLY)

    def _take_anew(self, domain: Any, name: str) -> None:
        snapshot = self._snapshot(domain)
        called = snapshot.getName()
        self._drop(name, called)
        snapshot.delete(0)
        self._take(domain, name, called)

    def _revert(self, domain: Any, name: str) -> None:
        """libvirt goes back inside an image whoever stands on it, which spoils that."""
        self._drop_all(name)
        domain.revertToSnapshot(self._snapshot(domain), 0)

    def _switch(self, domain: Any, _name: str) -> None:
        getattr(domain, self._random.choice(("create", "create", "destroy", "suspend", "resume")))()

    def _rename(self, domain: Any, name: str) -> None:
        domain.rename(f"{name}-2")
        time.sleep(self._random.choice(HURRY))
        domain.rename(name)

    def _commit(self, domain: Any, name: str) -> None:
        """libvirt writes over whatever a snapshot has kept."""
        self._drop_all(name)
        domain.blockCommit("vda", None, None, 0, libvirt.VIR_DOMAIN_BLOCK_COMMIT_ACTIVE)
        time.sleep(0.1)
        domain.blockJobAbort("vda", libvirt.VIR_DOMAIN_BLOCK_JOB_ABORT_PIVOT)

    def _undefine(self, domain: Any, name: str) -> None:
        with suppress(libvirt.libvirtError):
            domain.destroy()
        self._drop_all(name)
        domain.undefineFlags(GONE)
        time.sleep(self._random.choice(HURRY))
        self._handle.defineXML(xml.blank(name, self._machines[name].disks))

    def rest(self) -> None:
        """Ends his work, and the domains have their names again."""
        self.resting = True
        self._thread.join()
        for name, machine in self._machines.items():
            with suppress(libvirt.libvirtError):
                self._handle.lookupByName(f"{name}-2").rename(name)
            with suppress(libvirt.libvirtError):
                self._handle.lookupByName(name)
                continue
            self._handle.defineXML(xml.blank(name, machine.disks))
