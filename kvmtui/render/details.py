"""What is known of the selected snapshot, or of the present state."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from kvmtui.model.domain import Domain
from kvmtui.model.inside import Unrecorded, lost, unrecorded
from kvmtui.model.snapshot import Snapshot
from kvmtui.model.words import count, moment, size
from kvmtui.plans import starved
from kvmtui.plans.fits import misfit
from kvmtui.render.row import BAD, QUIET, WARN
from kvmtui.render.words import safe


def told(domain: Domain, name: str | None, inside: str | None = None) -> tuple[Text, ...]:
    """What is known of the selected snapshot: description, time, files.

    ``inside`` names one that only the images know.
    """
    snapshot = domain.forest.get(name) if domain.forest else None
    stray = next((found for found in unrecorded(domain) if found.name == inside), None)
    if stray is not None:
        return _about_stray(stray)
    if snapshot is None:
        return _about_now(domain)
    about = Text(
        safe(snapshot.description) or "no description", "" if snapshot.description else QUIET
    )
    then = "running, no RAM" if snapshot.state == "disk-snapshot" else snapshot.state
    when = Text.assemble(moment(snapshot.created), (f" · was {safe(then)}", QUIET))
    internal = [disk.target for disk in snapshot.disks if disk.mode == "internal"]
    where = list(_files(domain, snapshot))
    if internal:
        where.append(Text.assemble(("inside ", QUIET), ", ".join(map(safe, internal))))
    gone = lost(domain, snapshot)
    if gone:
        where.insert(0, Text(f"{', '.join(map(safe, gone))} does not hold it any more", WARN))
    wrong = misfit(domain, snapshot)
    if wrong is not None:
        where.insert(0, Text(safe(wrong.reason), BAD))
    return (when, about, *where)


def _files(domain: Domain, snapshot: Snapshot) -> Iterator[Text]:
    """What each disk was written to since, and the image that it keeps; then the RAM."""
    for disk in (disk for disk in snapshot.disks if disk.mode == "external"):
        for word, path in (("", disk.overlay), ("keeps ", disk.base)):
            found = domain.holds(path) if path else None
            used = f" {size(found[1].used)}" if found else ""
            if path:
                whose = (f"{safe(disk.target)} {word}", QUIET)
                yield Text.assemble(whose, safe(path), (used, QUIET))
    if snapshot.memory_file:
        yield Text.assemble(("RAM ", QUIET), safe(snapshot.memory_file))


def _about_stray(stray: Unrecorded) -> tuple[Text, ...]:
    inside = ", ".join(map(safe, stray.disks))
    ram = (f" · with {size(stray.ram)} of RAM", QUIET) if stray.ram else ""
    when = Text.assemble(moment(stray.created), (f" · only inside {inside}", QUIET), ram)
    return when, Text("unknown to libvirt: a adopts, d deletes", QUIET)


def _about_now(domain: Domain) -> tuple[Text, ...]:
    config = domain.config
    if config is None:
        return ()
    about = " · ".join(filter(None, (config.title, config.description)))
    parts = [count(config.vcpus, "CPU"), f"{size(config.memory)} RAM"]
    parts += ["UEFI"] if config.nvram else []
    parts += ["saved RAM image"] if config.managed_save else []
    told = [Text(safe(about) or safe(domain.name)), Text(" · ".join(parts), QUIET)]
    if domain.guest is not None and domain.guest.frozen:
        told.insert(0, Text("frozen: the guest cannot write; t thaws it", BAD))
    told[:0] = [Text(safe(starved.told(disk)), BAD) for disk in starved.disks(domain)[:1]]
    return (*told, Text(safe(domain.trouble), WARN)) if domain.trouble else tuple(told)
