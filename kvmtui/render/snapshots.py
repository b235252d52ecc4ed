"""The snapshot tree of one domain, in time order, with the place where the domain is now."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from rich.text import Text

from kvmtui.model.disk import NO_SPACE
from kvmtui.model.domain import IO_ERROR, Domain
from kvmtui.model.inside import Unrecorded, lost, unrecorded
from kvmtui.model.outline import Entry, Outline
from kvmtui.model.snapshot import Forest, Kind, Memory, Snapshot, SnapshotDisk
from kvmtui.model.value import Value
from kvmtui.model.words import count, moment, size
from kvmtui.plans import starved
from kvmtui.plans.fits import MISSING, misfit
from kvmtui.render import silence
from kvmtui.render.row import (
    ACCENT,
    BAD,
    GOOD,
    MARK,
    QUIET,
    STRONG,
    WARN,
    Cell,
    Row,
    fitted,
    line,
    said,
)
from kvmtui.render.words import age, safe

HERE = ("you are here",)
"""Key of the row that stands for the present state; no snapshot can be named so."""

_INSIDE = "only in the image"

WIDE = 70

GUIDES = 4
"""Part of a row that guides may take at most, so that room for the names is left."""

DEEPER = "⋯ "
"""Stands for the guides of further levels."""

_STATES = {
    "running": ("●", GOOD),
    "disk-snapshot": ("●", QUIET),
    "paused": ("‖", WARN),
    "shutoff": ("○", QUIET),
}


def kind(snapshot: Snapshot) -> str:
    """What it holds, in one word."""
    if snapshot.kind is Kind.EXTERNAL:
        return "disks+RAM" if snapshot.memory is Memory.EXTERNAL else "disks"
    if snapshot.kind is Kind.INTERNAL:
        return "inner+RAM" if snapshot.memory is Memory.INTERNAL else "inner"
    return "empty"


def weight(domain: Domain, snapshot: Snapshot) -> int | None:
    """Bytes that exist because of the snapshot: its overlays, or its RAM inside an image."""
    found = [domain.holds(overlay) for overlay in snapshot.overlays]
    used = [hit[1].used for hit in found if hit and hit[1].used is not None]
    for disk in snapshot.disks:
        hit = domain.holds(disk.base) if disk.mode == "internal" else None
        inside = (hit[1].snapshots or ()) if hit else ()
        used += [image.size for image in inside if image.name == snapshot.name]
    return sum(used) if used else None


def inside_of(key: object) -> str | None:
    """The name of a snapshot that only the images know, from the key of its row."""
    known = isinstance(key, tuple) and len(key) == 2 and key[0] == _INSIDE
    return str(key[1]) if known and isinstance(key, tuple) else None


class _Node(Value):
    snapshot: Snapshot | None
    guides: str


def rows(
    domain: Domain,
    width: int,
    now: float,
    folded: Collection[str] = (),
    marked: Collection[str] = (),
    stale: Collection[str] = (),
) -> tuple[Row, ...]:
    """The tree; a folded snapshot hides what is below it."""
    forest = domain.forest
    if forest is None and domain.outline is not None and domain.outline.entries:
        return fitted(tuple(_outlined(domain, domain.outline, width, now)), width)
    if forest is None:
        why = safe(domain.trouble) or silence.of_domain(domain, now)
        return fitted((said(why or "reading …", WARN if why else QUIET),), width)
    strays = tuple(_stray(found, width, now) for found in unrecorded(domain))
    if not forest.snapshots:
        rest = strays or (said("no snapshots yet · s takes one", QUIET),)
        return fitted((_here(domain, ""), *rest), width)
    drawn = (
        _row(domain, node.snapshot, node.guides, width, now, folded, marked, stale)
        if node.snapshot
        else _here(domain, node.guides)
        for node in _walk(forest, folded, max(width // GUIDES // 2 * 2, 4))
    )
    return fitted((*drawn, *strays), width)


def _outlined(domain: Domain, outline: Outline, width: int, now: float) -> Iterator[Row]:
    """What is known before the snapshots are read: nothing that could be acted on."""
    forest = Forest(tuple(map(_sketched, outline.entries)), outline.current)
    for node in _walk(forest, (), max(width // GUIDES // 2 * 2, 4)):
        if node.snapshot is None:
            yield _here(domain, node.guides, selectable=False)
            continue
        left = Text.assemble((node.guides, QUIET), _STATES.get(node.snapshot.state, " "), " ")
        current = node.snapshot.name == outline.current
        left.append(safe(node.snapshot.name), STRONG if current else "")
        cells = _cells(kind(node.snapshot), None, node.snapshot.created, width, now)
        yield Row(node.snapshot.name, line(width, left, cells), selectable=False)


def _sketched(e: Entry) -> Snapshot:
    disks = (SnapshotDisk("", e.kind.value),)
    return Snapshot(e.name, e.parent, e.created, e.description, e.state, e.memory, disks=disks)


def _walk(forest: Forest, folded: Collection[str], most: int) -> Iterator[_Node]:
    """All nodes from top to bottom; without recursion, for trees may be deep.

    ``most``: columns that guides may take.
    """
    waiting = _nodes(forest, None, None, most)
    while waiting:
        node, below = waiting.pop()
        yield node
        if node.snapshot is not None and node.snapshot.name not in folded:
            waiting += _nodes(forest, node.snapshot.name, below, most)


def _nodes(
    forest: Forest, parent: str | None, guides: str | None, most: int
) -> list[tuple[_Node, str]]:
    """The nodes below a parent, last one first, each with the guides for what is below it."""
    children: list[Snapshot | None] = list(forest.children(parent))
    if parent == forest.current:
        children.append(None)
    made = []
    for child in children:
        last = child is children[-1]
        own = "" if guides is None else _guides(guides, "└ " if last else "├ ", most)
        below = "" if guides is None else _guides(guides, "  " if last else "│ ", most)
        made.append((_Node(child, own), below))
    return made[::-1]


def _guides(above: str, own: str, most: int) -> str:
    """One level more; of a tree too deep for its place, the levels further up are left out."""
    guides = above + own
    return guides if len(guides) <= most else DEEPER + guides[len(DEEPER) - most :]


def _here(domain: Domain, guides: str, *, selectable: bool = True) -> Row:
    text = Text.assemble((guides, QUIET), ("▶ you are here", ACCENT))
    text.append(f" · {domain.state.value}", QUIET)
    if domain.reason == IO_ERROR:
        text.append(f", {NO_SPACE if starved.disks(domain) else IO_ERROR}", BAD)
    if domain.stranded:
        text.append(" for a merge", WARN)
    return Row(HERE, text, selectable=selectable)


def _row(
    domain: Domain,
    snapshot: Snapshot,
    guides: str,
    width: int,
    now: float,
    folded: Collection[str],
    marked: Collection[str],
    stale: Collection[str],
) -> Row:
    glyph, colour = _STATES.get(snapshot.state, ("?", QUIET))
    current = domain.forest is not None and domain.forest.current == snapshot.name
    left = Text.assemble((guides, QUIET), (glyph, colour), " ")
    left.append(MARK if snapshot.name in marked else "", ACCENT)
    left.append(safe(snapshot.name), STRONG if current else "")
    if snapshot.name in folded and domain.forest is not None:
        hidden = sum(1 for _ in domain.forest.descendants(snapshot.name))
        left.append(f" +{hidden}", ACCENT)
    if snapshot.unfinished:
        left.append(" unfinished", BAD)
    if domain.forest is not None and domain.forest.half_merged(snapshot):
        left.append(" half merged", BAD)
    if snapshot.name in stale:
        left.append(" stale", WARN)
    if lost(domain, snapshot):
        left.append(" not in its image", WARN)
    wrong = misfit(domain, snapshot)
    if wrong is not None and wrong.rule == MISSING:
        left.append(f" {wrong.rule}", BAD)
    cells = _cells(kind(snapshot), weight(domain, snapshot), snapshot.created, width, now)
    return Row(snapshot.name, line(width, left, cells))


def _cells(kind: str, weight: int | None, created: int, width: int, now: float) -> list[Cell]:
    cells = [
        Cell(kind, 9, QUIET),
        Cell(size(weight or None), 5, right=True),
        Cell(age(created, now) if created else "", 4, QUIET, right=True),
    ]
    if width >= WIDE:
        cells[2:] = [Cell(moment(created) if created else "", 16, QUIET), *cells[2:]]
    return cells


def _stray(found: Unrecorded, width: int, now: float) -> Row:
    where = ", ".join(map(safe, found.disks))
    only = f" only in {where}" if width >= WIDE else f" · {where}"
    left = Text.assemble((f"◌ {safe(found.name)}{only}", QUIET))
    kind = "inner+RAM" if found.ram else "inner"
    cells = _cells(kind, found.ram, found.created, width, now)
    return Row((_INSIDE, found.name), line(width, left, cells))


def details(
    domain: Domain, name: str | None, now: float, inside: str | None = None
) -> tuple[Text, ...]:
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
