"""What a job on the chain of a disk needs: QEMU, all of its layers, and no other job."""

from __future__ import annotations

from collections.abc import Collection

from kvmtui.model.disk import Disk
from kvmtui.model.domain import State
from kvmtui.plans import depth, rules
from kvmtui.plans.plan import Refusal
from kvmtui.plans.steps import Power, Verb
from kvmtui.plans.subject import Subject

STARTED = "the domain is started paused for it and forced off again"
"""What is said of a domain that is off."""


def refuse(subject: Subject, disk: Disk | None, *, layers: int = 2) -> Refusal | None:
    """Why no job can run on this disk; ``layers`` is how many it takes."""
    if not subject.host.facts.has_block_jobs:
        return Refusal("test driver", "libvirt's test driver has no block jobs")
    if disk is None or not disk.writable:
        return Refusal("no disk", "no writable disk is selected")
    if disk.transient:
        reason = f"{disk.target} is transient: its active layer goes when the domain stops"
        return Refusal("transient disk", reason)
    if subject.domain.state not in (State.RUNNING, State.PAUSED, State.OFF):
        return Refusal("state", f"{subject.name} is {subject.domain.state.value}")
    if len(disk.layers) < layers:
        return Refusal("one layer", f"{disk.target} has no layer below its active one")
    return rules.first(
        rules.no_block_job(subject),
        rules.asleep(subject, "nothing can be merged"),
        _shut(subject),
        rules.no_saved_ram(subject, "the job would use it up"),
        depth.refuse(subject) if _is_off(subject) else None,
        rules.all_present(subject.config.writable if _is_off(subject) else [disk]),
    )


def _shut(subject: Subject) -> Refusal | None:
    """An older QEMU copies from such images, and only writes to none of them."""
    if subject.libvirt < rules.IMAGES_ASLEEP.start:
        return None
    return rules.shut(subject, "no job runs on its images")


def _is_off(subject: Subject) -> bool:
    return subject.domain.state is State.OFF


def begin(subject: Subject) -> tuple[Power, ...]:
    """QEMU does the work: a domain that is off is started, but its guest is not."""
    start = Power(subject.name, Verb.START_PAUSED, for_merge=True)
    return (start,) if _is_off(subject) else ()


def end(subject: Subject) -> tuple[Power, ...]:
    """Off again, unless somebody has let the guest run meanwhile."""
    off = Power(subject.name, Verb.FORCE_OFF, only_paused=True)
    return (off,) if _is_off(subject) else ()


def known(
    disk: Disk, without: Collection[str], active: str = ""
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """For ``Plan.chains``: what is left of it, on top of that ``active`` if there is a new one.

    Nothing where it is not known how far down the chain goes.
    """
    left = (layer.source for layer in disk.layers if layer.source not in without)
    return ((disk.target, (*filter(None, [active]), *left)),) if disk.complete else ()


def told(subject: Subject) -> tuple[str, ...]:
    """What is said of ``begin`` and ``end``."""
    return (STARTED,) if _is_off(subject) else ()
