"""What is merged while an image stands on it that no record names."""

from __future__ import annotations

import pytest

from kvmtui.model.domain import Domain
from kvmtui.model.folder import RAM
from kvmtui.model.world import Host, World
from kvmtui.plans import planner
from kvmtui.plans.steps import RemoveFile
from kvmtui.plans.wishes import Delete, Merge, Move, Revert
from tests.plans.test_orphans import OWN, looked, stored
from tests.worlds import GIB, V11, allowed, branched, chained, file, inner, place, ref, refused


def with_clone() -> tuple[Domain, Host]:
    """A chain on whose base somebody made an image by hand."""
    web = chained(2)
    return web, looked(web, files=(stored("clone.qcow2", "web.qcow2"), stored("web.qcow2")))


def test_nothing_is_committed_into_a_file_that_somebodys_image_stands_on() -> None:
    web, there = with_clone()
    spoils = Merge(ref(web), "vda", file("web.qcow2"))
    assert refused(World((there,)), spoils) == "stood on"
    made = planner.make(World((there,)), spoils)
    assert "clone.qcow2 stands on web.qcow2" in str(made)
    assert refused(World((there,)), Merge(ref(web), "vda", file("web.s1.qcow2"))) == ""


@pytest.mark.parametrize("as_commit", [False, True])
def test_a_delete_tells_which_image_it_would_spoil(as_commit: bool) -> None:
    web, there = with_clone()
    for name, spoils in (("s1", True), ("s2", False)):
        plan = allowed(World((there,)), Delete(ref(web), name, cancellable=as_commit))
        assert any("clone.qcow2" in told for told in plan.warnings) is spoils


def test_what_a_revert_has_left_behind_is_told_and_does_not_stand_in_the_way() -> None:
    """It is named like the domain's own images, and nothing refers to it."""
    web = chained(2)
    there = looked(web, files=(stored("web.old.qcow2", "web.qcow2"), stored("web.qcow2")))
    plan = allowed(World((there,)), Merge(ref(web), "vda", file("web.qcow2")))
    assert "web.old.qcow2, which no record names and stands on them" in plan.losses
    plan = allowed(World((there,)), Merge(ref(web), "vda", file("web.s1.qcow2")))
    assert not any("web.old" in told for told in plan.losses)


def test_a_state_inside_an_image_does_not_come_back_under_somebodys_image() -> None:
    web = inner("i1", "i2")
    for name, rule in (("clone.qcow2", "stood on"), ("web.old.qcow2", "")):
        there = looked(web, files=(stored(name, "web.qcow2"), stored("web.qcow2")))
        assert refused(World((there,)), Revert(ref(web), "i1")) == rule
    plan = allowed(World((there,)), Revert(ref(web), "i1"))
    assert any("web.old.qcow2 stands on web.qcow2, and is spoilt" in told for told in plan.warnings)


def test_an_image_that_saved_ram_names_is_not_removed_with_the_rest() -> None:
    """As a merge leaves it that forgets a snapshot with RAM; the last look would refuse it, too."""
    web = chained(2)
    own = (*OWN, stored("web.s2.qcow2", "web.s1.qcow2"))
    ram = stored("web.mem", "web.s2.qcow2", format=RAM, uuid="u-web")
    new = place("/new/web.qcow2", free=100 * GIB)
    wish = Move(ref(web), "vda", new.path, tidy=True)
    for files, removed in ((own, 1), ((*own, ram), 0)):
        there = World((looked(web, files=files, places=(new,)),))
        assert len(allowed(there, wish).afterwards) == removed
    beside = branched()
    images = tuple(stored(f"web.{name}.qcow2") for name in ("s1", "s2"))
    ram = stored("web.mem", "web.s2.qcow2", format=RAM, uuid="u-web")
    for named, removed in ((images, 1), ((*images, ram), 0)):
        there = World((looked(beside, files=named, libvirt=V11),))
        steps = allowed(there, Delete(ref(beside), "s2")).steps
        assert len([step for step in steps if step == RemoveFile("web", images[1].path)]) == removed
