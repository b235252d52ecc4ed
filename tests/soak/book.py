"""What the disks of a domain must hold, and what each of its snapshots was taken with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from kvmtui.model.domain import Domain
from kvmtui.model.snapshot import Kind, Snapshot
from kvmtui.plans.plan import Plan, Refusal
from tests.host.content import pages
from tests.host.walk import LOSS, Content
from tests.lab.domain import LabDomain
from tests.soak.deed import Deed

Offers = dict[str, Plan | Refusal]
"""What kvmtui says to going back to each snapshot."""


class Book:
    """Follows one domain from deed to deed; every ``violation`` is a sentence."""

    def __init__(self, domain: LabDomain, *, but: str = "") -> None:
        self.domain = domain
        self._but = but
        """A disk that a guest system writes to when it likes."""
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
        return {target: pages(path) for target, path in self._sources()}

    def _sources(self) -> list[tuple[str, Path]]:
        return [(t, path) for t, path in self.domain.sources().items() if t != self._but]

    def write(self, number: int) -> None:
        """What the guest writes between two deeds."""
        for target, path in self._sources():
            self.domain.write(target, number)
            self.domain.write(target, number, offset=(number % 31 + 1) * 65536)
            self.content[target] = pages(path)

    def judge(self, deed: Deed, known: Domain, offers: Offers) -> Iterator[str]:
        """Compares everything with what must be there after the deed; yields what is wrong."""
        self.given_up |= deed.told
        before = self.content
        yield from self._records(deed, known, before)
        yield from _read_at_all(self._present(deed, before))
        for snapshot in known.forest.snapshots if known.forest else ():
            yield from _read_at_all(self._snapshot(snapshot, offers[snapshot.name]))

    def _records(self, deed: Deed, known: Domain, before: Content) -> Iterator[str]:
        """Which snapshots came and went."""
        assert known.forest is not None
        found = {snapshot.name: snapshot for snapshot in known.forest.snapshots}
        for name in [name for name in found if name not in self.held]:
            if deed.key == "e" and deed.about in self.held:
                self.held[name] = self.held[deed.about]
                self.given_up |= {name} & self.given_up
                if deed.about in self.given_up:
                    self.given_up.add(name)
            elif deed.key == "a" and name in self.forgotten:
                self.held[name] = self.forgotten[name]
            else:
                taken = [r.target for r in found[name].disks if r.mode in ("external", "internal")]
                self.held[name] = {t: before[t] for t in taken if t in before}
                self.given_up.discard(name)
        for name in [name for name in self.held if name not in found]:
            renamed = deed.key == "e" and name == deed.about
            if name not in self.given_up and not renamed:
                yield f"the snapshot “{name}” is gone, and nobody was told"
            self.forgotten[name] = self.held.pop(name)

    def _present(self, deed: Deed, before: Content) -> Iterator[str]:
        """The guest has written nothing meanwhile, so only going back may have changed it."""
        self.checks += len(before)
        self.content = self._read()
        allowed = [before]
        if deed.key == "r" and deed.about in self.held:
            back = {**before, **self.held[deed.about]}
            allowed = [back] if deed.done else [before, back]
        if deed.key == "u":
            allowed += [{**before, **held} for held in self.held.values()]
        if self.content not in allowed:
            yield f"the disks hold {self.content} instead of {allowed}"

    def _snapshot(self, snapshot: Snapshot, offered: Plan | Refusal) -> Iterator[str]:
        """Whoever is offered a way back gets exactly what was there; whoever is not, was told."""
        name = snapshot.name
        lost = isinstance(offered, Refusal) and offered.rule in LOSS
        if isinstance(offered, Refusal) and name in self.given_up:
            return
        if lost:
            yield f"the way back to “{name}” is lost, and nobody was told: {offered}"
            return
        inside = name if snapshot.kind is Kind.INTERNAL else ""
        for record in snapshot.disks:
            if record.mode not in ("external", "internal"):
                continue
            if not Path(record.base).exists():
                yield f"{record.base} of “{name}” is gone; what kvmtui says: {offered}"
                continue
            wanted = self.held[name].get(record.target)
            if wanted is None:
                continue
            self.checks += 1
            found = pages(Path(record.base), inside)
            if found != wanted:
                yield f"“{name}” holds {found} of {record.target} instead of {wanted}: {offered}"


def _read_at_all(found: Iterator[str]) -> Iterator[str]:
    """What cannot be read is wrong, too."""
    try:
        yield from found
    except (AssertionError, RuntimeError) as unreadable:
        yield f"unreadable: {unreadable}"
