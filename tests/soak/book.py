"""What the disks of a domain must hold, and what each of its snapshots was taken with."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import libvirt

from kvmtui.model.domain import Domain
from kvmtui.model.snapshot import Kind, Snapshot, SnapshotDisk
from kvmtui.plans.plan import Plan, Refusal
from kvmtui.plans.revert import UNSURE
from tests.host.content import pages
from tests.host.walk import LOSS, Content
from tests.lab.domain import LabDomain
from tests.soak.deed import Deed

Offers = dict[str, Plan | Refusal]
"""What kvmtui says to going back to each snapshot."""

SETTLED = 2.0
"""Seconds between two steps of a plan at most, where no job goes on between them; then what was
left to itself is looked at again."""

FOREIGN = re.compile("foreign|inside")
"""How the names of somebody else's snapshots begin."""


class Book:
    """Follows one domain from deed to deed; every ``violation`` is a sentence."""

    def __init__(self, domain: LabDomain, *, but: str = "") -> None:
        self.domain = domain
        self._but = but
        """A disk that a guest system writes to when it likes."""
        self._unwritten = False
        """What was pulled cannot be read from outside, as QEMU has not written down where it is."""
        self.content = self._read()
        self.held: dict[str, Content] = {}
        """By snapshot."""
        self.forgotten: dict[str, Content] = {}
        """Of snapshots whose record is gone: what is inside an image can be recorded again."""
        self.given_up: set[str] = set()
        """Snapshots to which there may be no way back, as the screen has told."""
        self.checks = 0
        """Contents of disks that were compared."""

    def _read(self) -> Content:
        """What a pull has moved is found from outside only after a flush."""
        self.domain.flush()
        if self._unwritten:
            return self.content
        return {target: pages(path) for target, path in self._sources()}

    def _sources(self) -> list[tuple[str, Path]]:
        return [(t, path) for t, path in self.domain.sources().items() if t != self._but]

    def write(self, number: int) -> None:
        """What the guest writes between two deeds; a paused one writes nothing."""
        if self.domain.state not in ("running", "shut off"):
            return
        for target, path in self._sources():
            with suppress(libvirt.libvirtError):  # killed, and libvirt does not know it yet
                self.domain.write(target, number)
                self.domain.write(target, number, offset=(number % 31 + 1) * 65536)
            self.content[target] = pages(path)

    def judge(self, deed: Deed, known: Domain, *, forfeit: bool = False) -> Iterator[str]:
        """Compares with what must be there after the deed, but for snapshots; yields what is wrong.

        ``forfeit``: somebody has done what spoils any snapshot. All that is asked then, and of
        these snapshots from then on, is that nothing wrong is offered without a word of doubt.
        """
        assert known.forest is not None
        still = self._unwritten and deed.key not in "ru"
        self._unwritten = self.domain.withholds and (still or deed.key == "p")
        found = {snapshot.name: snapshot for snapshot in known.forest.snapshots}
        self.given_up |= deed.told
        allowed = self._allowed(deed)
        if forfeit:
            self.given_up |= {*self.held}
        yield from self._gone(deed, found)
        for snapshot in found.values():
            if snapshot.name not in self.held:
                self._new(deed, snapshot, allowed)
                self.given_up |= {snapshot.name} if forfeit else set()
        yield from _read_at_all(self._present(deed, allowed, forfeit=forfeit))

    def judge_snapshots(self, known: Domain, offers: Offers) -> Iterator[str]:
        """The same of what was offered when that was read."""
        for snapshot in known.forest.snapshots if known.forest else ():
            yield from _read_at_all(self._snapshot(snapshot, offers[snapshot.name]))

    def _allowed(self, deed: Deed) -> list[Content]:
        """What the disks may hold: the guest writes nothing during a deed, so only going back
        changes it."""
        before, back = self.content, self.held.get(deed.about)
        if deed.key == "r" and back is not None:
            return [{**before, **back}] if deed.done else [before, {**before, **back}]
        if deed.key == "u":
            return [before, *({**before, **held} for held in self.held.values())]
        return [before]

    def _gone(self, deed: Deed, found: Mapping[str, Snapshot]) -> Iterator[str]:
        """Whose record is gone was told to go, or has another name now."""
        for name in [name for name in self.held if name not in found]:
            renamed = deed.key == "e" and name == deed.about
            if name not in self.given_up and not renamed:
                yield f"the snapshot “{name}” is gone, and nobody was told"
            self.forgotten[name] = self.held.pop(name)

    def _new(self, deed: Deed, snapshot: Snapshot, allowed: list[Content]) -> None:
        """What a new snapshot holds; that of somebody else may be older or newer than a revert."""
        name = snapshot.name
        self.given_up.discard(name)
        was = deed.about if deed.key == "e" and deed.about not in self.held else name
        if deed.key in "ea" and was in self.forgotten:
            self.held[name] = self.forgotten[was]
            self.given_up |= {name} if was in self.given_up else set()
            return
        records = {r.target: r for r in snapshot.disks if r.mode in ("external", "internal")}
        taken = [target for target in self.content if target in records]
        self.held[name] = {target: self.content[target] for target in taken}
        if deed.key in "ru" and FOREIGN.match(name):
            with suppress(AssertionError):  # what cannot be read is told of later
                holds = {target: self._holds(snapshot, records[target]) for target in taken}
                if any(holds.items() <= content.items() for content in allowed):
                    self.held[name] = holds

    @staticmethod
    def _holds(snapshot: Snapshot, record: SnapshotDisk) -> tuple[int, ...]:
        return pages(Path(record.base), snapshot.name if snapshot.kind is Kind.INTERNAL else "")

    def _present(self, deed: Deed, allowed: list[Content], *, forfeit: bool) -> Iterator[str]:
        self.checks += len(self.content)
        self.content = self._read()
        if self.content not in allowed and deed.result == "left":
            time.sleep(SETTLED)  # its job ended between the flush and the reading
            self.content = self._read()
        if self.content not in allowed and not forfeit:
            yield f"the disks hold {self.content} instead of {allowed}"

    def _snapshot(self, snapshot: Snapshot, offered: Plan | Refusal) -> Iterator[str]:
        """Whoever is offered a way back gets exactly what was there; whoever is not, was told."""
        name = snapshot.name
        lost = isinstance(offered, Refusal) and offered.rule in LOSS
        unsure = isinstance(offered, Refusal) or UNSURE in offered.warnings
        if unsure and name in self.given_up:
            return
        if lost:
            yield f"the way back to “{name}” is lost, and nobody was told: {offered}"
            return
        for record in snapshot.disks:
            if record.mode not in ("external", "internal"):
                continue
            if not Path(record.base).exists():
                yield f"{record.base} of “{name}” is gone; what kvmtui says: {offered}"
                continue
            wanted = self.held.get(name, {}).get(record.target)
            if wanted is None:
                continue
            self.checks += 1
            found = self._holds(snapshot, record)
            if found != wanted:
                yield f"“{name}” holds {found} of {record.target} instead of {wanted}: {offered}"


def _read_at_all(found: Iterator[str]) -> Iterator[str]:
    """What cannot be read is wrong, too."""
    try:
        yield from found
    except (AssertionError, RuntimeError) as unreadable:
        yield f"unreadable: {unreadable}"
