"""A domain whose definition, images and records change as by libvirt's calls."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from random import Random
from typing import Any

from kvmtui.model.definition import Definition
from kvmtui.model.domain import State
from kvmtui.model.job import JobKind
from kvmtui.model.snapshot import Memory, Snapshot, SnapshotDisk
from kvmtui.model.value import replace
from tests.plans.simulated.images import Images
from tests.worlds import file

NAME = "m"


class Refused(Exception):
    """libvirt, or kvmtui's own last look, would have said no."""


@dataclass
class Running:
    """A block job that waits to be ended."""

    kind: JobKind
    layers: tuple[str, ...]
    """What it copies, and where to."""
    delete: bool = False


@dataclass
class Machine:
    """One domain, and all that libvirt knows of it."""

    libvirt: int
    images: Images
    active: dict[str, str]
    """The image that each disk writes to."""
    state: State = State.OFF
    reason: str = ""
    errand: bool = False
    records: dict[str, Snapshot] = field(default_factory=dict)
    current: str | None = None
    clock: int = 1000
    jobs: dict[str, Running] = field(default_factory=dict)
    chance: Random = field(default_factory=lambda: Random(0))
    """Whether libvirt records the chain of a domain that runs."""

    def mark(self) -> Machine:
        """What there is now, for ``back``."""
        return deepcopy(self)

    def back(self, mark: Machine) -> None:
        """As if nothing had been done since."""
        vars(self).update(vars(mark))

    def chain(self, target: str) -> tuple[str, ...]:
        """Images of a disk, the active one first."""
        return self.images.chain(self.active[target])

    def record(self, name: str) -> Snapshot:
        """A snapshot that must be there."""
        if name not in self.records:
            raise Refused(f"no snapshot {name}")
        return self.records[name]

    def rewrite(self, name: str, target: str, **fields: Any) -> None:
        """Other things recorded of one disk."""
        record = self.record(name)
        disks = tuple(replace(d, **fields) if d.target == target else d for d in record.disks)
        self.records[name] = replace(record, disks=disks)

    def descendants(self, name: str) -> tuple[str, ...]:
        """All below a snapshot, parents first."""
        found = [name]
        for above in found:
            found += [s.name for s in self.records.values() if s.parent == above]
        return tuple(found[1:])

    def ancestors(self, name: str | None) -> tuple[str, ...]:
        """The snapshot itself and all above it."""
        found = list[str]()
        while name is not None:
            found.append(name)
            name = self.records[name].parent
        return tuple(found)

    def add(self, name: str, modes: dict[str, tuple[str, str]], memory_file: str) -> None:
        """The record of a new snapshot: mode and overlay by target."""
        inside = any(mode == "internal" for mode, _ in modes.values())
        on = self.state.active
        knows = self.chance.random() < 0.6  # a start after a revert leaves libvirt without it
        memory = Memory.INTERNAL if inside and on else Memory.NO
        memory = Memory.EXTERNAL if memory_file else memory
        state = {State.RUNNING: "running", State.PAUSED: "paused"}.get(self.state, "shutoff")
        disks = tuple(
            SnapshotDisk(
                target,
                mode,
                overlay,
                self.active[target],
                chain_recorded=on and knows,
                below=self.chain(target)[1:] if on and knows else None,
            )
            for target, (mode, overlay) in modes.items()
        )
        self.records[name] = Snapshot(
            name,
            self.current,
            self.clock,
            state="disk-snapshot" if on and memory is Memory.NO else state,
            memory=memory,
            memory_file=memory_file,
            disks=disks,
            definition=Definition(),
        )
        self.current = name

    def forget(self, name: str) -> None:
        """What hangs below the record hangs one further up."""
        gone = self.record(name)
        for child in self.descendants(name):
            if self.records[child].parent == name:
                self.records[child] = replace(self.records[child], parent=gone.parent)
        if self.current == name:
            self.current = gone.parent
        del self.records[name]

    def preserving(self, name: str, target: str) -> Snapshot | None:
        """The nearest ancestor that did anything with the disk."""
        for above in self.ancestors(self.records[name].parent):
            disk = self.records[above].disk(target)
            if disk is not None and disk.mode != "no":
                return self.records[above]
        return None


def blank(libvirt: int, disks: int) -> Machine:
    """Off, with one image for each disk."""
    images = Images()
    active = {}
    for number in range(disks):
        target = f"vd{'abc'[number]}"
        active[target] = file(f"{NAME}-{target}.qcow2")
        images.make(active[target], None, {0: -1 - number})
    return Machine(libvirt, images, active)
