"""What is known of one layer of a disk, in full, below the panes that have no room for it."""

from __future__ import annotations

from os.path import dirname

from rich.text import Text

from kvmtui.model.disk import Disk, Layer
from kvmtui.model.domain import Domain
from kvmtui.model.snapshot import Forest
from kvmtui.model.words import moment, size
from kvmtui.model.world import Host
from kvmtui.plans import starved
from kvmtui.plans.fits import misfit
from kvmtui.render.row import BAD, QUIET, WARN
from kvmtui.render.words import safe


def details(host: Host, domain: Domain, target: str | None, source: str | None) -> tuple[Text, ...]:
    """Trouble first, then what it is and whom it belongs to, then where it lies."""
    disk = domain.config.disk(target) if domain.config and target else None
    layer = next((each for each in disk.layers if each.source == source), None) if disk else None
    if disk is None or layer is None:
        return ()
    facts = Text(safe(" · ".join(_facts(disk, layer))), QUIET)
    told = [*_trouble(host, domain, disk, layer), facts]
    whose = _whose(host, domain, layer)
    told += [Text(" · ".join(whose))] if whose else []
    told.append(Text(safe(layer.source)))
    return (*told, Text(f"volume {safe(layer.volume)}", QUIET)) if layer.volume else tuple(told)


def _trouble(host: Host, domain: Domain, disk: Disk, layer: Layer) -> list[Text]:
    if layer.missing:
        return [Text("missing; what is below it is not known", BAD)]
    if layer.unread:
        return [Text(f"cannot be read: {safe(layer.unread)}", WARN)]
    if layer is disk.active and disk in starved.disks(domain):
        return [Text(safe(starved.told(disk)), BAD)]
    if disk.complete or layer is not disk.layers[-1] or layer.kind not in ("file", "block"):
        return []
    folder = dirname(layer.source)
    beside = disk.pooled and disk.active is not None and folder == dirname(disk.active.source)
    if host.facts.local or beside or folder in host.facts.pools:
        return [Text("what is below it is not known", QUIET)]
    return [Text(f"a storage pool on {safe(folder)} would show the rest", QUIET)]


def _facts(disk: Disk, layer: Layer) -> list[str]:
    told = [layer.format or "format not known"]
    told += [layer.encryption.upper()] if layer.encryption else []
    told += [layer.kind] if layer.kind != "file" else []
    told += ["read-only"] if disk.readonly else []
    told += [size(layer.capacity)] if layer.capacity is not None else []
    told += [f"{size(layer.used)} used"] if layer.used is not None else []
    told += [f"written {moment(layer.changed)}"] if layer.changed else []
    return told


def _whose(host: Host, domain: Domain, layer: Layer) -> list[str]:
    """The snapshots that it preserves or was made for, and others that stand on it."""
    forest = domain.forest or Forest()
    kept = [safe(s.name) for s in forest.kept_by(layer.source) if not misfit(domain, s)]
    since = forest.made(layer.source)
    told = [f"keeps {', '.join(kept)}"] if kept else []
    told += [f"written since {safe(since.name)}"] if since else []
    others = [d.name for d in host.domains if d.uuid != domain.uuid and d.holds(layer.source)]
    told += [f"also of {', '.join(map(safe, others))}"] if others else []
    inside = [safe(image.name) for image in layer.snapshots or ()]
    return told + ([f"inside: {', '.join(inside)}"] if inside else [])
