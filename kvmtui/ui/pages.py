"""What the selected domain or snapshot is, in libvirt's own words."""

from __future__ import annotations

from rich.text import Text

from kvmtui.model.domain import Domain
from kvmtui.model.snapshot import Snapshot
from kvmtui.model.world import Ref
from kvmtui.plans.steps.spelling import virsh
from kvmtui.render import xml
from kvmtui.ui.hosts import Hosts
from kvmtui.ui.screens.reading import Page, Reading
from kvmtui.ui.view import View

NEXT_START = "next start"


def definition(hosts: Hosts, view: View) -> Reading | None:
    """The XML of the snapshot under the cursor of pane 2, elsewhere of the domain."""
    domain, snapshot = view.domain, view.selected_snapshot
    if domain is None or view.ref is None:
        return None
    if view.pane == "snapshots" and snapshot is not None:
        return Reading(_record(hosts, view.ref, domain, snapshot))
    config = domain.config
    if not domain.state.active:
        return Reading(_domain(hosts, view.ref, domain, NEXT_START))
    if config is not None and not config.persistent:
        return Reading(_domain(hosts, view.ref, domain, "running"))
    return Reading(*(_domain(hosts, view.ref, domain, name) for name in ("running", NEXT_START)))


def _domain(hosts: Hosts, ref: Ref, domain: Domain, name: str) -> Page:
    later = name == NEXT_START
    spelled = virsh("dumpxml", domain.name, *(["--inactive"] if later else []))

    async def read() -> Text:
        return xml.page(await hosts.definition(ref, next_start=later), spelled)

    which = "as it runs" if not later else "from the next start on"
    return Page(name, f"{domain.name} · XML {which}", read)


def _record(hosts: Hosts, ref: Ref, domain: Domain, snapshot: Snapshot) -> Page:
    async def read() -> Text:
        return xml.page(await hosts.record(ref, snapshot.name), _dump(domain, snapshot))

    return Page("", f"“{snapshot.name}” of {domain.name} · XML", read)


def _dump(domain: Domain, snapshot: Snapshot) -> str:
    return virsh("snapshot-dumpxml", domain.name, "--snapshotname", snapshot.name)


def changes(hosts: Hosts, view: View) -> Reading | None:
    """What changed in the definition since the selected snapshot."""
    domain, snapshot, ref = view.domain, view.selected_snapshot, view.ref
    if domain is None or snapshot is None or ref is None:
        return None
    now = virsh("dumpxml", domain.name, "--inactive")
    spelled = f"diff <({_dump(domain, snapshot)}) <({now})"

    async def read() -> Text:
        return xml.changes(await hosts.changes(ref, snapshot.name), spelled)

    return Reading(Page("", f"{domain.name} · changed since “{snapshot.name}”", read))
