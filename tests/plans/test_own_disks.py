"""What else a change of one image reaches: other disks, disks of other names, other domains."""

from __future__ import annotations

from typing import Any

import pytest

from kvmtui.model.disk import Disk, ImageSnapshot
from kvmtui.model.domain import State
from kvmtui.model.snapshot import Forest, Snapshot, SnapshotDisk
from kvmtui.model.value import replace
from kvmtui.plans.steps import Verb
from kvmtui.plans.wishes import Delete, Merge, Move, Pull, Revert, Switch
from tests.worlds import (
    GIB,
    V9,
    V10,
    V11,
    V12,
    allowed,
    disk,
    domain,
    external,
    file,
    inner,
    internal,
    place,
    ref,
    refused,
    world,
)

OFF: dict[str, Any] = {"state": State.OFF}


def holding(*names: str, target: str = "vda", path: str = "web.qcow2") -> Disk:
    """A disk whose image holds these inside."""
    found = disk(file(path), target=target)
    shots = tuple(ImageSnapshot(name, 0, n, str(n)) for n, name in enumerate(names, 1))
    return replace(found, layers=(replace(found.layers[0], snapshots=shots),))


def with_data(of: Snapshot, path: str = "data.qcow2") -> Snapshot:
    """The snapshot with a second disk in it."""
    return replace(of, disks=(*of.disks, SnapshotDisk("vdb", "internal", base=file(path))))


@pytest.mark.parametrize("now", ["", "data.qcow2", "other.qcow2"])
def test_what_goes_back_besides_the_disks_of_today_is_told(now: str) -> None:
    """libvirt goes back with the disks of then, and nothing of today keeps what those hold."""
    forest = Forest((with_data(internal("i1")),), "i1")
    disks = [disk(file("web.qcow2")), *([disk(file(now), target="vdb")] if now else [])]
    web = domain("web", *disks, forest=forest)
    losses = allowed(world(web), Revert(ref(web), "i1")).losses
    lost = "all that was written to data.qcow2 since"
    told = (f"{lost}: it is no disk now, and nothing keeps it",)
    assert losses == (told if now != "data.qcow2" else ())


RENAMED = external("s1", base="web.qcow2", overlay="web.s1.qcow2", targets=("hda",))


@pytest.mark.parametrize("libvirt", [V9, V10, V11, V12])
def test_a_disk_that_has_another_name_since_keeps_its_snapshots(libvirt: int) -> None:
    """As where hda has become vda, with the drivers in the guest."""
    web = domain(
        "web", disk(file("web.s1.qcow2"), file("web.qcow2")), forest=Forest((RENAMED,), "s1")
    )
    shown = world(web, libvirt=libvirt)
    assert refused(shown, Merge(ref(web), "vda", file("web.qcow2"))) == "renamed"
    later = external("s2", "s1", base="web.s1.qcow2", overlay="web.s2.qcow2")
    chain = disk(*(file(f"web{name}.qcow2") for name in (".s2", ".s1", "")))
    web = domain("web", chain, forest=Forest((RENAMED, later), "s2"))
    shown = world(web, libvirt=libvirt)
    middle = Merge(ref(web), "vda", file("web.qcow2"), top=file("web.s1.qcow2"))
    assert refused(shown, middle) == "renamed"
    assert refused(shown, Delete(ref(web), "s2")) == "renamed"
    assert refused(shown, Delete(ref(web), "s2", cancellable=True)) == "renamed"
    same = domain("web", chain, forest=Forest((replace(later, parent=None),), "s2"))
    assert refused(world(same, libvirt=libvirt), Delete(ref(same), "s2")) == ""


def test_what_is_inside_under_another_name_of_the_disk_is_not_left_behind() -> None:
    record = SnapshotDisk("hda", "internal", base=file("web.s1.qcow2"))
    forest = Forest((replace(internal("i1"), disks=(record,)),), "i1")
    web = domain("web", disk(file("web.s1.qcow2"), file("web.qcow2")), forest=forest)
    new = place("/new/web.qcow2", free=100 * GIB)
    shown = world(web, places=(new,))
    for wish in (
        Merge(ref(web), "vda", file("web.qcow2")),
        Pull(ref(web), "vda", ""),
        Move(ref(web), "vda", new.path, tidy=True),
    ):
        assert refused(shown, wish) == "internal inside", wish


@pytest.mark.parametrize("target", ["vda", "vdb"])
def test_no_image_is_gone_back_in_on_which_another_disk_stands(target: str) -> None:
    """Under another name, or a clone beside the original."""
    record = SnapshotDisk("vda" if target == "vdb" else "hda", "internal", base=file("web.qcow2"))
    forest = Forest((replace(internal("i1"), disks=(record,)),), "i1")
    clone = disk(file("top.qcow2"), file("web.qcow2"), target=target)
    disks = (clone,) if target == "vda" else (disk(file("web.qcow2")), clone)
    web = domain("web", *disks, forest=forest)
    assert refused(world(web), Revert(ref(web), "i1")) == "stands on it"
    if target == "vdb":
        off = replace(web, state=State.OFF)
        losses = allowed(world(off), Switch(ref(off), Verb.START)).losses
        assert losses == ("vdb, which stands on web.qcow2",)


@pytest.mark.parametrize(
    ("libvirt", "state", "rule"),
    [(V10, State.RUNNING, "namesake"), (V10, State.OFF, ""), (V11, State.RUNNING, "")],
)
def test_what_has_the_same_name_inside_another_disk_stays(
    libvirt: int, state: State, rule: str
) -> None:
    """delvm asks for a name, not for disks."""
    disks = holding("i1"), holding("i1", target="vdb", path="data.qcow2")
    web = domain("web", *disks, forest=inner("i1").forest, state=state)
    assert refused(world(web, libvirt=libvirt), Delete(ref(web), "i1")) == rule


@pytest.mark.parametrize("state", [State.OFF, State.RUNNING])
def test_of_two_that_one_image_holds_under_a_name_neither_is_touched(state: State) -> None:
    for names, rule in ((("i1", "i1"), "twice"), (("i1", "i2"), "")):
        web = domain("web", holding(*names), forest=inner("i1").forest, state=state)
        assert refused(world(web), Revert(ref(web), "i1", safety=False)) == rule
        assert refused(world(web), Delete(ref(web), "i1")) == rule


def test_what_snapshots_of_another_domain_stand_on_is_theirs_too() -> None:
    """The clone is flat by now; its snapshot is not."""
    old = external("old", base="clone.qcow2", overlay="clone.old.qcow2", below=("golden.qcow2",))
    clone = domain("clone", disk(file("flat.qcow2")), forest=Forest((old,), "old"), **OFF)
    web = domain("web", disk(file("web.top.qcow2"), file("golden.qcow2")))
    merge = Merge(ref(web), "vda", file("golden.qcow2"))
    assert refused(world(web, clone), merge) == "shared base"
    golden = domain("web", disk(file("golden.qcow2")), **OFF)
    losses = allowed(world(golden, clone), Switch(ref(golden), Verb.START)).losses
    assert losses == ("the disk of clone, which stands on golden.qcow2",)


def test_that_others_may_stand_on_what_changes_is_told_where_nobody_sees_it() -> None:
    """A clone that is off on another machine: libvirt tells its active layer."""
    web = domain("web", disk(file("web.s1.qcow2"), file("golden.qcow2")), **OFF)
    record = external("s1", base="golden.qcow2", overlay="web.s1.qcow2")
    web = replace(web, forest=Forest((record, internal("i1", "s1", base="web.s1.qcow2")), "i1"))
    merged = replace(web, forest=Forest((record,), "s1"))
    clone = disk(file("clone.qcow2"), complete=False)
    told = "whether clone stands on what changes cannot be seen from here"
    for seen in (False, True):
        shown = domain("clone", replace(clone, complete=seen), **OFF)
        for of, wish in (
            (merged, Merge(ref(merged), "vda", file("golden.qcow2"))),
            (merged, Delete(ref(merged), "s1")),
            (web, Revert(ref(web), "i1", safety=False)),
        ):
            assert (told in allowed(world(of, shown), wish).warnings) != seen, wish
    raw = replace(clone, layers=(replace(clone.layers[0], format="raw"),))
    alone = allowed(world(merged, domain("raw", raw, **OFF)), Delete(ref(merged), "s1")).warnings
    assert not any("whether" in line for line in alone)
