"""Who stands on an image, or may stand on it where nobody sees that."""

from __future__ import annotations

from os.path import basename

from kvmtui.model.domain import Domain
from kvmtui.model.snapshot import Snapshot
from kvmtui.plans.subject import Subject


def harmed(subject: Subject) -> tuple[str, ...]:
    """What a start would spoil, as it writes; a failed revert leaves a domain on such images."""
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
            for own in subject.config.disks:
                if own.target != disk.target and own.position(source) is not None:
                    told.append(f"{own.target}, which stands on {basename(source)}")
    return tuple(told)


def perhaps_on(subject: Subject, snapshot: Snapshot, image: str) -> tuple[Snapshot, ...]:
    """Others beside the present chain of whose images nobody could see what they stand on.

    ``image`` is what ``snapshot`` preserves, or made: those above it in the tree preserve what is
    older.
    """
    targets = {r.target for r in snapshot.disks if image in (r.base, r.overlay)}
    older = {above.name for above in subject.forest.ancestors(snapshot.name)}
    return tuple(
        other
        for other in subject.forest.snapshots
        if other.name not in older
        and any(
            record.target in targets
            and record.mode in ("internal", "external")
            and record.below is None
            and record.base not in ("", image)
            and subject.domain.holds(record.base) is None
            for record in other.disks
        )
    )


def others_unseen(subject: Subject) -> tuple[str, ...]:
    """What is told of other domains that may stand on an image that changes.

    Of one that is off libvirt tells the active layer alone, and not everywhere can the rest be
    looked up.
    """
    own = subject.domain.uuid
    others = [d.name for d in subject.host.domains if d.uuid != own and _may_have_more(d)]
    if not others:
        return ()
    whose = f"{others[0]} stands" if len(others) == 1 else f"{len(others)} other domains stand"
    return (f"whether {whose} on what changes cannot be seen from here",)


def _may_have_more(domain: Domain) -> bool:
    """Whether a disk may have layers below the last one that is known."""
    return any(
        not disk.complete and disk.layers and disk.layers[-1].format == "qcow2"
        for disk in (domain.config.disks if domain.config else ())
    )
