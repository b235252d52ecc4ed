"""The images below the overlays that a revert makes: are all there, and are they not too many?"""

from __future__ import annotations

from os.path import dirname

from kvmtui.model.disk import Layer
from kvmtui.model.snapshot import SnapshotDisk
from kvmtui.plans import depth
from kvmtui.plans.plan import Refusal
from kvmtui.plans.subject import Subject


def _known(subject: Subject, record: SnapshotDisk) -> tuple[Layer, ...]:
    """The image and what lies below it, where it is in a chain of the present."""
    found = subject.domain.holds(record.base)
    return found[0].layers[found[0].layers.index(found[1]) :] if found is not None else ()


def chain(subject: Subject, record: SnapshotDisk) -> tuple[str, ...]:
    """The same, or as the record tells, as far as is known."""
    known = tuple(layer.source for layer in _known(subject, record))
    return known or (record.base, *(record.below or ()))


def startable(subject: Subject, record: SnapshotDisk) -> Refusal | None:
    """The domain is off by the time that libvirt would say that it does not start any more."""
    return depth.refuse(subject, len(chain(subject, record)))


def lost(subject: Subject, record: SnapshotDisk) -> str:
    """The first of them that is missing."""
    gone = {layer.source for layer in _known(subject, record) if layer.missing}
    images = chain(subject, record)
    return next((path for path in images if path in gone or not_in_folder(subject, path)), "")


def not_in_folder(subject: Subject, source: str) -> bool:
    """Whether a folder that could be looked at does not hold the file."""
    folders = (d.folder for d in subject.config.disks if d.active and d.folder is not None)
    beside = {dirname(d.active.source) for d in subject.config.disks if d.active and d.folder}
    return dirname(source) in beside and not any(source in folder for folder in folders)
