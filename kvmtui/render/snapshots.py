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
from kvmtui.model.words import moment, size
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
    cropped,
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
        return tuple(_outlined(domain, domain.outline, width, now))
    if forest is None:
        why = safe(domain.trouble) or silence.of_domain(domain, now)
        return fitted((said(why or "reading …", WARN if why else QUIET),), width)
    strays = tuple(_stray(found, width, now) for found in unrecorded(domain))
    if not forest.snapshots:
        rest = strays or (said("no snapshots yet · s takes one", QUIET),)
        return (_here(domain, "", width), *fitted(rest, width))
    shown = frozenset(folded), frozenset(marked), frozenset(stale)
    drawn = (
        _row(domain, node.snapshot, node.guides, width, now, *shown)
        if node.snapshot
        else _here(domain, node.guides, width)
        for node in _walk(forest, folded, max(width // GUIDES // 2 * 2, 4))
    )
    return (*drawn, *fitted(strays, width))


def _outlined(domain: Domain, outline: Outline, width: int, now: float) -> Iterator[Row]:
    """What is known before the snapshots are read: nothing that could be acted on."""
    forest = Forest(tuple(map(_sketched, outline.entries)), outline.current)
    for node in _walk(forest, (), max(width // GUIDES // 2 * 2, 4)):
        if node.snapshot is None:
            yield _here(domain, node.guides, width, selectable=False)
        else:
            current = node.snapshot.name == outline.current
            yield _sketch(node.snapshot, node.guides, width, now, current=current)


def _sketch(snapshot: Snapshot, guides: str, width: int, now: float, *, current: bool) -> Row:
    def text() -> Text:
        left = Text.assemble((guides, QUIET), _STATES.get(snapshot.state, " "), " ")
        left.append(safe(snapshot.name), STRONG if current else "")
        cells = _cells(kind(snapshot), None, snapshot.created, width, now)
        return cropped(line(width, left, cells), width)

    return Row(snapshot.name, text, selectable=False)


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


def _here(domain: Domain, guides: str, width: int, *, selectable: bool = True) -> Row:
    text = Text.assemble((guides, QUIET), ("▶ you are here", ACCENT))
    text.append(f" · {domain.state.value}", QUIET)
    if domain.reason == IO_ERROR:
        text.append(f", {NO_SPACE if starved.disks(domain) else IO_ERROR}", BAD)
    if domain.stranded:
        text.append(" for a merge", WARN)
    return Row(HERE, cropped(text, width), selectable=selectable)


def _row(
    domain: Domain,
    snapshot: Snapshot,
    guides: str,
    width: int,
    now: float,
    folded: frozenset[str],
    marked: frozenset[str],
    stale: frozenset[str],
) -> Row:
    """Its text is made when it is looked at: of a long tree a screen shows some."""

    def text() -> Text:
        left = _name(domain, snapshot, guides, folded, marked, stale)
        cells = _cells(kind(snapshot), weight(domain, snapshot), snapshot.created, width, now)
        return cropped(line(width, left, cells), width)

    return Row(snapshot.name, text)


def _name(
    domain: Domain,
    snapshot: Snapshot,
    guides: str,
    folded: frozenset[str],
    marked: frozenset[str],
    stale: frozenset[str],
) -> Text:
    """With what is to be known of it at once."""
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
    return left


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
