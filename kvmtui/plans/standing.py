"""Who stands on the images that a domain writes to as soon as it runs."""

from __future__ import annotations

from os.path import basename

from kvmtui.plans.subject import Subject


def harmed(subject: Subject) -> tuple[str, ...]:
    """What a start would spoil; a failed revert leaves a domain on such images."""
    told = []
    for disk in subject.config.writable:
        source = disk.active.source if disk.active else ""
        for snapshot in subject.forest.kept_by(source):
            told.append(f"the way back to “{snapshot.name}”: {basename(source)} is what it keeps")
        for snapshot in subject.forest.standing_on(source):
            told.append(f"the way back to “{snapshot.name}”, which stands on {basename(source)}")
        if not disk.shareable:
            for other in subject.others_using(source):
                told.append(f"the disk of {other}, which stands on {basename(source)}")
    return tuple(told)
