"""Chains that are too deep to start, broken, or closed to whoever looks."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from os.path import basename

from kvmtui.model.disk import Disk, Layer
from kvmtui.model.domain import Domain, State
from kvmtui.model.world import Host
from kvmtui.plans import depth, rules
from kvmtui.plans.finding import Finding, Severity
from kvmtui.plans.same import Same
from kvmtui.plans.subject import Subject


def deep(subject: Subject, disk: Disk) -> Iterator[Finding]:
    """Each overlay slows every read; too many, and the domain never starts again."""
    overlays, limit = len(disk.layers) - 1, depth.most(subject)
    if overlays < rules.DEPTH_WARNED or not disk.writable:
        return
    off = subject.domain.state is State.OFF
    reason = f"{overlays} overlays; more than {limit} do not start"
    stuck = off and overlays > limit
    remedy = "qemu-img commit" if stuck else "start it, then c" if off else "c commits"
    severity = Severity.BAD if overlays > limit else Severity.WARN
    yield Finding("deep", disk.target, reason, remedy, severity)


def broken(subject: Subject, disk: Disk) -> Iterator[Finding]:
    """Layers that are not there."""
    for layer in disk.layers:
        if layer.missing:
            reason = f"{basename(layer.source)} is missing"
            yield Finding(
                "layer missing", disk.target, reason, "put it back", Severity.BAD, layer.source
            )


def closed(subject: Subject, disk: Disk, *, can_read: bool) -> Iterator[Finding]:
    """Layers that nobody could look into, on a host where others can be: ``can_read``."""
    if not can_read or disk.complete or any(layer.missing for layer in disk.layers):
        return
    layer = next((layer for layer in disk.layers if not _was_read(layer)), None)
    if layer is not None and layer.kind in ("file", "block"):
        reason = f"{basename(layer.source)} or one below it cannot be read"
        yield Finding(
            "unreadable", disk.target, reason, "F5 tries again", Severity.WARN, layer.source
        )


def _was_read(layer: Layer) -> bool:
    return layer.snapshots is not None


def can_read(host: Host) -> bool:
    """Whether the images of any domain could be looked into; an ordinary user often cannot."""
    return _any_was_read(Same(host.domains))


@lru_cache(maxsize=1)
def _any_was_read(domains: Same[tuple[Domain, ...]]) -> bool:
    """Remembered: it is asked of every domain."""
    return any(
        _was_read(layer)
        for domain in domains.it
        for disk in (domain.config.disks if domain.config else ())
        for layer in disk.layers
    )
