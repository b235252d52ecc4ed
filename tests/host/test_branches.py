"""What is looked up of images that the present chain does not show."""

from __future__ import annotations

from kvmtui.host import branches
from kvmtui.model.note import Written
from kvmtui.model.snapshot import Forest, Snapshot, SnapshotDisk
from kvmtui.model.value import replace
from tests.worlds import external, file, internal

BELOW = (file("web.qcow2"),)


def below(_record: SnapshotDisk) -> tuple[str, ...]:
    return BELOW


def intact(record: SnapshotDisk, _below: tuple[str, ...] | None) -> bool | None:
    return True if record.noted else None


def looked(*snapshots: Snapshot, here: bool = True) -> tuple[SnapshotDisk, ...]:
    """All are on the present branch."""
    read = Forest(snapshots, snapshots[-1].name)
    found = branches.looked_at(read, below, intact, all_apart=here)
    return tuple(s.disks[0] for s in found.snapshots)


def test_what_no_record_tells_is_looked_up_on_the_present_branch_too() -> None:
    """Its image may have left the chain: a pull that went with a snapshot deleted since."""
    inside = internal("i1", base="web.e1.qcow2")
    outside = external("e2", "i1", base="web.e1.qcow2", overlay="web.e2.qcow2")
    assert [record.below for record in looked(inside, outside)] == [BELOW, BELOW]
    assert [record.intact for record in looked(inside, outside)] == [None, None]
    assert [record.below for record in looked(inside, outside, here=False)] == [None, None]


def test_what_a_record_tells_of_the_present_branch_is_believed() -> None:
    told = external("e1", base="web.e0.qcow2", overlay="web.e1.qcow2", below=())
    assert [record.below for record in looked(told)] == [()]
    noted = replace(told.disks[0], noted=(Written(file("web.e0.qcow2"), 1),))
    (record,) = looked(replace(told, disks=(noted,)))
    assert (record.below, record.intact) == (BELOW, True)


def test_where_nobody_sees_times_only_what_was_noted_is_not_believed() -> None:
    """A snapshot of another branch of which nothing was noted can be gone back to."""
    own = external("e1", base="web.qcow2", overlay="web.e1.qcow2").disks[0]
    noted = replace(own, noted=(Written(file("web.qcow2"), 1),))
    assert branches.unseen(own, ()) is None
    assert branches.unseen(noted, ()) is False
