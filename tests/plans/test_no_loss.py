"""Ways in which data was lost on real libvirt 9.0 and 11.3: each is refused, or told as a loss."""

from __future__ import annotations

from typing import Any

import pytest

from kvmtui.model.domain import Domain, State
from kvmtui.model.snapshot import Forest, Memory, Snapshot, SnapshotDisk
from kvmtui.model.value import replace
from kvmtui.model.world import World
from kvmtui.plans import health, planner
from kvmtui.plans.plan import Danger, Refusal
from kvmtui.plans.steps import CreateSnapshot, DeleteSnapshot, StartOver, Verb
from kvmtui.plans.wishes import Create, Delete, Merge, Revert, Switch, Wish
from tests.worlds import (
    V9,
    V11,
    V12,
    allowed,
    branched,
    chained,
    disk,
    domain,
    external,
    file,
    host,
    inner,
    internal,
    ref,
    refused,
    world,
)

BASE = file("web.qcow2")


def guarded(shown: World, wish: Wish, word: str) -> bool:
    """Refused, or among what is said to be lost."""
    made = planner.make(shown, wish)
    if isinstance(made, Refusal):
        return True
    return made.danger >= Danger.LOSS and any(word in told for told in made.losses)


def partial(name: str, parent: str | None, mode: str = "no", vdb: str = "data.qcow2") -> Snapshot:
    """A snapshot of vda that left vdb out."""
    taken = external(name, parent, base="web.qcow2", overlay=f"web.{name}.qcow2")
    return replace(taken, disks=(*taken.disks, SnapshotDisk("vdb", mode, base=file(vdb))))


def with_data(snapshots: tuple[Snapshot, ...], *vdb: str, **fields: Any) -> Domain:
    disks = [disk(file("web.s1.qcow2"), BASE)]
    disks += [disk(*map(file, vdb), target="vdb")] if vdb else []
    return domain("web", *disks, forest=Forest(snapshots, snapshots[-1].name), **fields)


def test_a_disk_frozen_by_the_safety_snapshot_is_not_written_to_after_the_revert() -> None:
    web = with_data((partial("s1", None),), "data.qcow2")
    steps = allowed(world(web), Revert(ref(web), "s1")).steps
    (safety,) = (step for step in steps if isinstance(step, CreateSnapshot))
    (over,) = (step for step in steps if isinstance(step, StartOver))
    frozen = {target.disk for target in safety.targets if target.mode == "external"}
    assert frozen == {"vda"}
    assert {target.disk for target in over.targets if target.mode == "external"} == frozen


@pytest.mark.parametrize("mode", ["no", "manual"])
def test_a_disk_left_out_goes_on_where_it_is_and_not_in_a_file_that_others_keep(mode: str) -> None:
    later = external("s2", "s1", base="{t}", overlay="{t}.s2", targets=("vda", "vdb"))
    web = with_data((partial("s1", None, mode), later), "data.s2.qcow2", "data.qcow2")
    plan = allowed(world(web), Revert(ref(web), "s1"))
    (over,) = (step for step in plan.steps if isinstance(step, StartOver))
    assert over.stay == ("vdb",)
    assert [t.mode for t in over.targets if t.disk == "vdb"] == ["no"]
    assert "vdb was not part of it and stays as it is now" in plan.warnings


@pytest.mark.parametrize("now", [(), ("data.qcow2",), ("data.s2.qcow2", "data.qcow2")])
def test_ram_does_not_come_back_beside_a_disk_that_went_on(now: tuple[str, ...]) -> None:
    ram: dict[str, Any] = {
        "memory": Memory.EXTERNAL,
        "memory_file": file("web.mem"),
        "state": "running",
    }
    web = with_data((replace(partial("s1", None), **ram),), *now)
    assert refused(world(web), Revert(ref(web), "s1")) == "RAM left out"
    assert refused(world(web), Revert(ref(web), "s1", ram=False)) == ""


def test_a_disk_left_out_and_given_to_another_domain_is_not_taken_back() -> None:
    web = with_data((partial("s1", None),))
    heir = domain("heir", disk(file("data.qcow2")))
    assert refused(world(web, heir), Revert(ref(web), "s1"))


@pytest.mark.parametrize("libvirt", [V9, V11, V12])
def test_saved_ram_does_not_wake_on_a_frozen_image(libvirt: int) -> None:
    """Started, the domain goes on in the image that was active when its RAM was saved."""
    web = domain(state=State.OFF, managed_save=True)
    shown = world(web, libvirt=libvirt)
    assert guarded(shown, Create(ref(web), "s1"), "saved RAM")
    assert refused(shown, Create(ref(web), "i1", how="internal")) == ""


@pytest.mark.parametrize("libvirt", [V9, V11])
def test_saved_ram_is_not_used_up_by_a_merge_while_off(libvirt: int) -> None:
    """START_PAUSED restores it and FORCE_OFF throws it away; newer ones leave it without files."""
    web = chained(2, state=State.OFF, managed_save=True)
    assert guarded(world(web, libvirt=libvirt), Delete(ref(web), "s1"), "saved RAM")


@pytest.mark.parametrize("libvirt", [V9, V11, V12])
def test_a_merge_does_not_remove_the_overlay_that_holds_an_internal_snapshot(libvirt: int) -> None:
    forest = chained(1).forest
    assert forest is not None
    inside = internal("i1", "s1", base="web.s1.qcow2")
    web = replace(chained(1), forest=Forest((*forest.snapshots, inside), "i1"))
    assert refused(world(web, libvirt=libvirt), Delete(ref(web), "s1"))


@pytest.mark.parametrize("verb", [Verb.START, Verb.START_PAUSED])
def test_a_domain_is_not_started_on_an_image_that_its_snapshots_keep(verb: Verb) -> None:
    """A revert that failed after the definition was put back leaves the domain so."""
    kept = external("s1", base="web.qcow2", overlay="web.s1.qcow2")
    web = domain("web", disk(BASE), forest=Forest((kept,), "s1"), state=State.OFF)
    assert guarded(world(web), Switch(ref(web), verb), "s1")


def test_a_domain_is_not_started_on_an_image_that_others_stand_on() -> None:
    golden = domain("golden", disk(BASE), state=State.OFF)
    clone = domain("clone", disk(file("clone.qcow2"), BASE))
    assert guarded(world(golden, clone), Switch(ref(golden), Verb.START), "clone")


def test_a_layer_that_a_forgotten_snapshot_shared_with_another_branch_is_not_merged_into() -> None:
    """a - c - t, back to c and on to u; then the record of c is forgotten."""
    forest = Forest(
        (
            external("a", base="web.qcow2", overlay="web.a.qcow2"),
            external(
                "t",
                "a",
                base="web.c.qcow2",
                overlay="web.t.qcow2",
                below=("web.a.qcow2", "web.qcow2"),
            ),
            external("u", "a", base="web.c-r.qcow2", overlay="web.u.qcow2"),
        ),
        "u",
    )
    names = ("web.u.qcow2", "web.c-r.qcow2", "web.a.qcow2", "web.qcow2")
    web = domain("web", disk(*map(file, names)), forest=forest)
    assert refused(world(web), Merge(ref(web), "vda", file("web.c-r.qcow2"))) == ""
    assert refused(world(web), Merge(ref(web), "vda", file("web.a.qcow2")))


def test_a_leaf_elsewhere_keeps_its_file_while_a_snapshot_that_left_it_out_names_it() -> None:
    web = branched()
    assert web.forest is not None
    part = Snapshot("part", "root", disks=(SnapshotDisk("vda", "no", base=file("web.s1.qcow2")),))
    web = replace(web, forest=Forest((*web.forest.snapshots, part), "s3"))
    plan = allowed(world(web, libvirt=V12), Delete(ref(web), "s2"))
    assert plan.steps == (DeleteSnapshot("web", "s2", metadata_only=True),)


def test_a_record_whose_base_is_no_longer_in_the_chain_is_stale() -> None:
    """After a commit and a pivot that nobody recorded; the revert would leave it without disk."""
    forest = chained(2).forest
    assert forest is not None
    web = domain("web", disk(BASE), forest=forest)
    assert refused(world(web), Revert(ref(web), "s2")) == "stale"


def test_a_disk_that_a_revert_left_on_another_branch_says_nothing_of_what_was_merged() -> None:
    """s1 - s2 - part, which left vda out; back to s1, and then to part."""
    s1 = external("s1", base="web.qcow2", overlay="web.s1-r.qcow2")
    s2 = external("s2", "s1", base="web.s1.qcow2", overlay="web.s2.qcow2")
    part = Snapshot("part", "s2", disks=(SnapshotDisk("vda", "no", base=file("web.s2.qcow2")),))
    web = domain("web", disk(file("web.s1-r.qcow2"), BASE), forest=Forest((s1, s2, part), "part"))
    assert refused(world(web), Revert(ref(web), "s2")) == ""
    assert health.stale(host(web), web) == set()
    merged = external("s1", base="web.qcow2", overlay="web.s1.qcow2")
    web = domain("web", disk(BASE), forest=Forest((merged, s2, part), "part"))
    assert refused(world(web), Revert(ref(web), "s2")) == "stale"


def test_nor_does_a_snapshot_that_was_taken_after_a_revert_that_nobody_recorded() -> None:
    """s1 - s2, and s1 - t; back to s2, of which only the records above it knew; s3 then."""
    s1 = external("s1", base="web.qcow2", overlay="web.s1.qcow2")
    s2 = external("s2", "s1", base="web.s1.qcow2", overlay="web.s2.qcow2")
    t = external("t", "s1", base="web.s1-r.qcow2", overlay="web.t.qcow2")
    s3 = external("s3", "t", base="web.s2-r.qcow2", overlay="web.s3.qcow2")
    forest = Forest((s1, s2, t, s3), "s3")
    chain = [file(f"web.{name}qcow2") for name in ("s3.", "s2-r.", "s1.", "")]
    web = domain("web", disk(*chain), forest=forest)
    assert {name: refused(world(web), Revert(ref(web), name)) for name in ("s1", "s2", "t")} == {
        "s1": "", "s2": "", "t": "",
    }  # fmt: skip
    web = domain("web", disk(*chain[:3]), forest=forest)
    assert refused(world(web), Revert(ref(web), "s1")) == "stale"


def test_an_internal_revert_does_not_rewrite_an_image_below_a_chain_that_is_not_known() -> None:
    web = inner("i1", state=State.OFF)
    assert web.config is not None
    top = replace(disk(file("web.x.qcow2")), complete=False)
    web = replace(web, config=replace(web.config, disks=(top,)))
    assert refused(world(web), Revert(ref(web), "i1", safety=False))


def test_two_disks_of_one_domain_that_share_a_base_are_not_committed_into_it() -> None:
    web = domain(
        "web",
        disk(file("a.qcow2"), file("golden.qcow2")),
        disk(file("b.qcow2"), file("golden.qcow2"), target="vdb"),
    )
    assert refused(world(web), Merge(ref(web), "vda", file("golden.qcow2"))) == "shared base"


def test_a_file_that_a_snapshot_of_another_domain_keeps_is_not_merged_into() -> None:
    web = chained(1)
    kept = external("old", base="web.qcow2", overlay="clone.old.qcow2")
    clone = domain("clone", forest=Forest((kept,), None))
    assert refused(world(web, clone), Merge(ref(web), "vda", BASE)) == "shared base"


@pytest.mark.parametrize("wish", ["merge", "delete"])
def test_a_domain_that_could_not_be_read_may_stand_on_the_file_and_that_is_said(wish: str) -> None:
    web = chained(1)
    hung = replace(domain("hung"), config=None, forest=None, trouble="timed out")
    asked = Merge(ref(web), "vda", BASE) if wish == "merge" else Delete(ref(web), "s1")
    made = planner.make(world(web, hung), asked)
    told = str(made) if isinstance(made, Refusal) else " ".join(made.warnings)
    assert "hung" in told
