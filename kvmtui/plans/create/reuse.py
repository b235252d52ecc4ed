"""Files that exist already and become overlays: only those that fit their disk exactly."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from kvmtui.model.disk import Disk, Layer
from kvmtui.model.place import Image, Place, There
from kvmtui.model.words import size
from kvmtui.plans import places, rules
from kvmtui.plans.plan import Refusal
from kvmtui.plans.steps import CreateSnapshot
from kvmtui.plans.subject import Subject


def refuse(subject: Subject, step: CreateSnapshot, disks: Sequence[Disk]) -> Refusal | None:
    """Why the disks cannot go on in the files of the step; libvirt takes anything that is there."""
    files = {target.disk: target.file for target in step.targets}
    return rules.first(
        *(_fits(subject, files[disk.target], disk) for disk in disks),
        rules.base_not_shared(subject, [files[disk.target] for disk in disks]),
    )


def _fits(subject: Subject, path: str, disk: Disk) -> Refusal | None:
    place = subject.host.place(path)
    return rules.first(
        places.spelling(path),
        places.used(subject, path),
        _there(subject, path, place),
        _stands(path, disk, place.image if place else None),
    )


def _there(subject: Subject, path: str, place: Place | None) -> Refusal | None:
    if place is None:
        lost = subject.sees(os.path.dirname(path)) and path not in set(subject.files())
        return _missing(path) if lost else places.unseen(path)
    if not place.real:
        reason = f"{path} cannot be looked into from here: whether it fits is not known"
        return Refusal("reuse unseen", reason)
    if place.there is There.NOTHING:
        return _missing(path)
    if place.there is not There.FILE:
        return Refusal("reuse no file", f"{path} is {place.there.value}")
    return None


def _missing(path: str) -> Refusal:
    return Refusal("reuse missing", f"there is no file {path}")


def _stands(path: str, disk: Disk, image: Image | None) -> Refusal | None:
    active = disk.active or Layer("")
    if image is None:
        return Refusal("reuse format", f"{path} is no qcow2 image that can be read")
    if not image.plain:
        reason = f"{path} is encrypted, or holds snapshots or a data file of its own"
        return Refusal("reuse odd", reason)
    if image.backing != active.source:
        below = f"stands on {image.backing}" if image.backing else "stands on nothing"
        return Refusal("reuse backing", f"{path} {below}, not on {active.source}")
    if not image.backing_format or image.backing_format != active.format:
        below = image.backing_format or "unknown"
        reason = f"{path} calls the format below it {below}, not {active.format or 'unknown'}"
        return Refusal("reuse backing format", reason)
    if image.capacity != active.capacity:
        return Refusal("reuse size", f"{path} is not of the size of {disk.target}")
    if image.written is None:
        return Refusal("reuse unread", f"what {path} holds could not be read")
    return None


def told(subject: Subject, step: CreateSnapshot) -> Iterator[str]:
    """What the disks show from the first moment on, besides what they held before."""
    for target in step.targets if step.reuse else ():
        place = subject.host.place(target.file)
        written = place.image.written if place and place.image else None
        if written:
            held = f"{os.path.basename(target.file)} holds {size(written)} of data"
            yield f"{held}: {target.disk} shows it at once"
