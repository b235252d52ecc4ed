"""The last known value of one host; whoever changes it to something equal changes nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from kvmtui.model.domain import Domain, by_name
from kvmtui.model.guest import Answer, Guest
from kvmtui.model.outline import Outline
from kvmtui.model.silence import LIBVIRT, QEMU, Silence
from kvmtui.model.snapshot import Forest
from kvmtui.model.value import replace
from kvmtui.model.world import Host, Link

SAME = 2.0
"""Seconds within which two tellings are about the same silence."""


class Shelf:
    """Keeps a ``Host`` and tells ``publish`` about every new one, on the event loop."""

    def __init__(self, host: Host, publish: Callable[[Host], None]) -> None:
        self.host = host
        self._publish = publish
        self._owed: dict[str, dict[str, float]] = {}
        """Since when answers are late, by domain and by who owes them."""

    def put(self, host: Host) -> None:
        """The host is like this from now on."""
        if host is not self.host and host != self.host:
            self.host = host
            self._publish(host)

    def link(self, link: Link, trouble: str = "") -> None:
        """How the connection stands; the time is kept while it stands the same."""
        since = self.host.since if link is self.host.link else time.time()
        self.put(replace(self.host, link=link, trouble=trouble, since=since, silent=0.0))

    def change(self, uuid: str, **fields: Any) -> None:
        """New fields of one domain; nothing when the domain is gone."""
        self.change_all({uuid: fields})

    def change_all(self, fields: Mapping[str, Mapping[str, Any]]) -> None:
        """New fields of many domains at once, by uuid."""
        known = ((self.host.domain(uuid), new) for uuid, new in fields.items())
        self.put(self.host.with_domains(replace(d, **new) for d, new in known if d is not None))

    def learn(self, outlines: Mapping[str, Outline | None]) -> None:
        """What is known of the snapshots of many, by uuid, as long as no better is known."""
        fields = {}
        for uuid, outline in outlines.items():
            domain = self.host.domain(uuid)
            if outline is not None and domain is not None and domain.forest is None:
                fields[uuid] = {"outline": outline, "snapshot_count": len(outline.entries)}
        self.change_all(fields)

    def heard(self, uuid: str, guest: Guest) -> None:
        """What the guest agent of one domain has answered, or that it did not."""
        domain = self.host.domain(uuid)
        if domain is None:
            return
        thawed = guest.answer is Answer.ANSWERING and not guest.frozen
        held = domain.held and domain.state.active and not thawed
        before = domain.guest if domain.state.active else None
        self.change(uuid, guest=guest.after(before), held=held)

    def silent(self, uuid: str, whose: str, since: float) -> bool:
        """Tells of an answer that is late since then, or not any more (0): gives whether it came.

        ``whose`` is as in ``Silence``; whoever waits for QEMU waits for the others as well.
        """
        owed = self._owed.setdefault(uuid, {})
        before = owed.pop(whose, 0.0)
        if since:
            owed[whose] = before if before and abs(before - since) < SAME else since
        first = next((name for name in (QEMU, LIBVIRT) if name in owed), "")
        self.change(uuid, silence=Silence(min(owed.values()), first) if owed else None)
        return bool(before) and not since

    def owes(self, uuid: str, whose: str) -> bool:
        """Whether that answer is late."""
        return whose in self._owed.get(uuid, ())

    def merge(self, rows: tuple[Domain, ...]) -> tuple[str, ...]:
        """A new list of domains. Gives the uuids of those that are new or changed their state."""
        domains, changed = [], []
        for row in rows:
            known = self.host.domain(row.uuid)
            if known is None or known.state is not row.state:
                changed.append(row.uuid)
            domains.append(_updated(known, row) if known else row)
        domains.sort(key=by_name)
        order = {domain.uuid: place for place, domain in enumerate(domains)}
        self.put(replace(self.host, domains=tuple(domains), order=order))
        for row in rows:
            if not row.state.active and self.owes(row.uuid, QEMU):
                self.silent(row.uuid, QEMU, 0.0)
        return tuple(changed)


def fields_of(forest: Forest) -> dict[str, Any]:
    """The fields of a domain that has these snapshots."""
    return {"forest": forest, "outline": None, "snapshot_count": len(forest.snapshots)}


def _updated(known: Domain, row: Domain) -> Domain:
    """The very same value where nothing differs: what was found of it is remembered by it.

    With a guest that is off, its frost is gone, and its images grow no more.
    """
    if (known.name, known.state, known.reason) == (row.name, row.state, row.reason):
        return known
    known = replace(known, name=row.name, state=row.state, reason=row.reason)
    return known if row.state.active else replace(known, guest=None, held=False, growth=())
