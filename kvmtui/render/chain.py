"""The disk chains of one domain, from the layer that is written to down to the base."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import lru_cache

from rich.cells import cell_len
from rich.text import Text

from kvmtui.model.disk import Disk, Layer
from kvmtui.model.domain import Domain
from kvmtui.model.snapshot import Forest
from kvmtui.model.words import count, size
from kvmtui.model.world import Host
from kvmtui.plans import health
from kvmtui.plans.finding import Finding
from kvmtui.plans.fits import misfit
from kvmtui.plans.same import Same
from kvmtui.render import findings, orphans
from kvmtui.render.row import (
    ACCENT,
    BAD,
    MARK,
    QUIET,
    READING,
    STRONG,
    WARN,
    Cell,
    Row,
    fitted,
    line,
    said,
)
from kvmtui.render.words import safe

WIDE = 70


def rows(
    host: Host,
    domain: Domain,
    width: int,
    marked: tuple[str, str] | None = None,
    now: float = 0.0,
    *,
    brief: bool = False,
) -> tuple[Row, ...]:
    """Each disk as a heading, with what is wrong with it and its layers below; then the orphans.

    ``marked``: a disk and a layer of it; ``brief``: there is room only for the worst.
    """
    if domain.config is None:
        return fitted((READING,), width)
    if not domain.config.disks:
        return fitted((said("no disks", QUIET),), width)
    found: list[Row] = []
    for disk in domain.config.disks:
        wrong = [f for f in health.findings(host, domain) if f.disk == disk.target]
        found.append(_disk(disk, wrong, width))
        found += findings.rows(wrong, width, brief=brief)
        for number, layer in enumerate(disk.layers):
            mark = (disk.target, layer.source) == marked
            found.append(_layer(host, domain, disk, layer, number, width, mark))
    found += orphans.rows(host, domain, width, now)
    return fitted(found, width)


def _disk(disk: Disk, wrong: Sequence[Finding], width: int) -> Row:
    text = Text.assemble((safe(disk.target), STRONG))
    active = disk.active
    if active is None:
        text.append(f"  {safe(disk.device)}, no medium", QUIET)
        return Row((disk.target, ""), text, selectable=False)
    capacity = size(active.capacity) if active.capacity else disk.device
    told = [capacity if _mixed(disk) else f"{capacity} {active.format or '?'}"]
    told += [active.encryption.upper()] if active.encryption else []
    told += [active.kind] if active.kind != "file" else []
    told += ["read-only"] if disk.readonly else []
    told += ["throttled"] if disk.throttled else []
    told += [count(len(disk.layers), "layer") + ("" if disk.complete else " known")]
    text.append(safe("  " + " · ".join(told)), QUIET)
    if disk.free is None:
        return Row((disk.target, ""), text, selectable=False)
    scarce = any(finding.rule in findings.SCARCE for finding in wrong)
    free = Cell(f"{size(disk.free)} free", 10, WARN if scarce else QUIET, right=True)
    return Row((disk.target, ""), line(width, text, [free]), selectable=False)


def _layer(
    host: Host,
    domain: Domain,
    disk: Disk,
    layer: Layer,
    number: int,
    width: int,
    mark: bool,
) -> Row:
    last = number == len(disk.layers) - 1
    guide = "● " if number == 0 else "└ " if last else "│ "
    left = Text.assemble((guide, ACCENT if number == 0 else QUIET), (MARK if mark else "", ACCENT))
    note, style = _note(host, domain, disk, layer)
    cells = [Cell(note, _note_width(width), style)]
    if width >= WIDE:
        cells.append(Cell(size(layer.capacity), 5, QUIET, right=True))
    if _mixed(disk):
        cells.append(Cell(safe(layer.format) or "?", 5, QUIET))
    cells.append(Cell(size(layer.used), 5, right=True))
    room = width - left.cell_len - sum(cell.width + 1 for cell in cells)
    left.append(safe(_name(disk, layer, room)), BAD if layer.missing else "")
    return Row((disk.target, layer.source), line(width, left, cells))


def _mixed(disk: Disk) -> bool:
    """Whether each layer has to tell its format; else the disk tells it of all."""
    return len({layer.format for layer in disk.layers}) > 1


def _name(disk: Disk, layer: Layer, room: int) -> str:
    """The file's path where all fit, its name, or its name without what all layers share."""
    if all(cell_len(each.source) <= room for each in disk.layers):
        return layer.source
    name = os.path.basename(layer.source)
    if cell_len(name) <= room or layer is disk.layers[-1]:
        return name
    names = [os.path.basename(each.source) for each in disk.layers]
    family = os.path.commonprefix(names)  # noqa: RUF071 - the characters are what is compared
    shared = max(family.rfind(mark) for mark in ".-_")
    if shared <= 0:
        return name
    own, ending = os.path.splitext(name[shared + 1 :])
    fits = cell_len(own + ending) < room or any(not each.endswith(ending) for each in names)
    return f"…{own}{ending}" if fits else f"…{own}"


@lru_cache(maxsize=1)
def _users(domains: Same[tuple[Domain, ...]]) -> dict[str, tuple[tuple[str, str], ...]]:
    """uuids and names of the domains that hold a layer, by its source."""
    found: dict[str, tuple[tuple[str, str], ...]] = {}
    for domain in domains.it:
        for disk in domain.config.disks if domain.config else ():
            for layer in disk.layers:
                found[layer.source] = (*found.get(layer.source, ()), (domain.uuid, domain.name))
    return found


def _note_width(width: int) -> int:
    return 24 if width >= WIDE else max(min(width // 3, 20), 8)


def _note(host: Host, domain: Domain, disk: Disk, layer: Layer) -> tuple[str, str]:
    """The most important thing about a layer: trouble first, then what it is for."""
    if layer.missing:
        return "missing", BAD
    if layer.unread:
        return "cannot be read", WARN
    if disk.mirror is not None and disk.mirror.source == layer.source:
        return "merging into it", ACCENT
    users = _users(Same(host.domains)).get(layer.source, ())
    other = next((name for uuid, name in users if uuid != domain.uuid), None)
    if other is not None:
        return f"also {safe(other)}", WARN
    forest = domain.forest or Forest()
    kept = [safe(s.name) for s in forest.kept_by(layer.source) if not misfit(domain, s)]
    if kept:
        return f"keeps {', '.join(kept)}", ""
    if layer.snapshots:
        return f"{len(layer.snapshots)} inside", QUIET
    return ("written to", ACCENT) if layer is disk.active else ("", "")
