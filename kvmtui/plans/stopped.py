"""What is known of a job that came to no end: libvirt says that it failed, but never why."""

from __future__ import annotations

from kvmtui.model.disk import Disk
from kvmtui.model.domain import Domain, State
from kvmtui.model.job import SLICE
from kvmtui.model.words import size
from kvmtui.plans.steps import AwaitMerged, AwaitReady


def told(step: AwaitReady | AwaitMerged, before: Domain | None, after: Domain) -> tuple[str, ...]:
    """Whether there was room for it, and what the guest stands on now."""
    then, now = _disk(before, step.disk), _disk(after, step.disk)
    if then is None or now is None or after.job(step.disk) is not None:
        return ()
    return (*_room(_written(step, then), now), *_stands(then, now, after))


def _disk(domain: Domain | None, target: str) -> Disk | None:
    return domain.config.disk(target) if domain is not None and domain.config else None


def _written(step: AwaitReady | AwaitMerged, then: Disk) -> tuple[str, ...]:
    """The files that the job may have written to; a job that failed at once has left no mirror."""
    sources = tuple(layer.source for layer in then.layers)
    if isinstance(step, AwaitReady):
        return (then.mirror.source,) if then.mirror else sources[1:]
    top = then.position(step.top)
    return sources[top + 1 : top + 2] if top is not None else ()


def _room(written: tuple[str, ...], now: Disk) -> tuple[str, ...]:
    """QEMU wants room for a piece of what it copies at once."""
    known = [(layer.free, layer.source) for layer in now.layers if layer.free is not None]
    scarce = [each for each in known if each[1] in written and each[0] < SLICE]
    return tuple(
        f"{size(free)} are free on the file system of {source}" for free, source in scarce[:1]
    )


def _stands(then: Disk, now: Disk, after: Domain) -> tuple[str, ...]:
    if [layer.source for layer in then.layers] != [layer.source for layer in now.layers]:
        return ()
    if after.state is State.RUNNING:
        return ("the guest goes on in the same layers as before the job",)
    return (f"{now.target} has the same layers as before the job",)
