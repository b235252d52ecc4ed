"""Going back: the present state first, then the definition and fresh overlays."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kvmtui.model.domain import Domain, State
from kvmtui.model.snapshot import Forest, Memory
from kvmtui.plans.plan import Danger, Plan
from kvmtui.plans.steps import (
    After,
    CreateSnapshot,
    Power,
    Redefine,
    RemoveManagedSave,
    RevertSnapshot,
    StartOver,
    Target,
    Verb,
)
from kvmtui.plans.wishes import Revert
from tests.worlds import (
    V9,
    V10,
    V11,
    V12,
    allowed,
    branched,
    chained,
    disk,
    domain,
    external,
    file,
    inner,
    ref,
    refused,
    world,
)

VERSIONS = (V9, V10, V11, V12)
FRESH = Target("vda", "external", file("web.s1-r.qcow2"))
RAM: dict[str, Any] = {
    "memory": Memory.EXTERNAL,
    "memory_file": "/img/web.s1.mem",
    "state": "running",
}


def wish(of: Domain, snapshot: str = "s1", **fields: Any) -> Revert:
    return Revert(ref(of), snapshot, **fields)


def with_ram(**fields: Any) -> Domain:
    kept = external("s1", base="web.qcow2", overlay="web.s1.qcow2", **RAM)
    layers = disk(file("web.s1.qcow2"), file("web.qcow2"))
    return domain("web", layers, forest=Forest((kept,), "s1"), **fields)


def changed(of: Domain, snapshot: str, **fields: Any) -> Domain:
    """The domain with other fields in the record of one snapshot."""
    assert of.forest is not None
    taken = tuple(replace(s, **fields) if s.name == snapshot else s for s in of.forest.snapshots)
    return replace(of, forest=replace(of.forest, snapshots=taken))


@pytest.mark.parametrize("libvirt", VERSIONS)
def test_disks_only_goes_back_by_fresh_overlays_on_every_libvirt(libvirt: int) -> None:
    web = chained(2)
    plan = allowed(world(web, libvirt=libvirt), wish(web))
    assert plan.steps == (
        CreateSnapshot(
            "web",
            "before-revert",
            "before “s1”",
            (Target("vda", "external", file("web.before-revert.qcow2")),),
            disk_only=True,
        ),
        Power("web", Verb.FORCE_OFF),
        StartOver("web", "s1", (FRESH,)),
        Redefine("web", "s1", (("vda", FRESH.file),), current=True),
        Power("web", Verb.START),
    )
    assert plan.danger is Danger.LOSS
    assert plan.losses == ("the RAM of the running guest: for its programs it is a power cut",)


def test_the_virsh_lines_of_a_revert_are_those_of_its_steps() -> None:
    web = chained(1, state=State.OFF)
    lines = [step.virsh for step in allowed(world(web), wish(web, safety=False)).steps]
    assert lines == [
        "virsh define --file THEN.xml && "
        "virsh snapshot-create-as --domain web --no-metadata --disk-only --atomic"
        " --diskspec vda,snapshot=external,file=/img/web.s1-r.qcow2"
        "   # the <domain> of: "
        "virsh snapshot-dumpxml --domain web --snapshotname s1 --security-info",
        "virsh snapshot-create --domain web --xmlfile EDITED.xml --redefine --current",
    ]


def test_without_a_safety_snapshot_the_loss_is_told() -> None:
    web = chained(2, state=State.OFF)
    plan = allowed(world(web), wish(web, safety=False))
    (lost,) = plan.losses
    assert lost.startswith("all that was written to the disks since “s1”")
    assert not any(isinstance(s, CreateSnapshot) for s in plan.steps)


@pytest.mark.parametrize("target", ["root", "s1", "s2", "s3"])
@pytest.mark.parametrize("safety", [True, False])
def test_no_revert_by_overlays_deletes_or_writes_what_a_snapshot_keeps(
    target: str, safety: bool
) -> None:
    web = branched()
    assert web.forest is not None
    plan = allowed(world(web), wish(web, target, safety=safety))
    kept = {record.base for s in web.forest.snapshots for record in s.disks}
    made = [t.file for s in plan.steps if isinstance(s, CreateSnapshot) for t in s.targets]
    assert not kept & set(made)
    assert len(made) == len(set(made))
    assert not any(isinstance(step, RevertSnapshot) for step in plan.steps)


def test_back_to_another_branch_the_ancestors_get_the_overlay_of_that_branch() -> None:
    web = branched()
    corrected = [s for s in allowed(world(web), wish(web, "s2")).steps if isinstance(s, Redefine)]
    assert corrected == [
        Redefine("web", "s1", (("vda", file("web.s1.qcow2")),)),
        Redefine("web", "s2", (("vda", file("web.s1.s2-r.qcow2")),), current=True),
    ]


def test_ram_comes_back_by_libvirt_itself_and_never_without_a_safety_snapshot() -> None:
    web = with_ram()
    plan = allowed(world(web), wish(web, safety=False, after=After.PAUSED))
    assert [type(step) for step in plan.steps] == [CreateSnapshot, RevertSnapshot]
    assert plan.steps[-1] == RevertSnapshot("web", "s1", After.PAUSED)


def test_ram_needs_a_libvirt_that_can_bring_it_back() -> None:
    web = with_ram()
    assert refused(world(web, libvirt=V9), wish(web)) == "RAM"
    plan = allowed(world(web, libvirt=V9), wish(web, ram=False, safety=False))
    assert not any(isinstance(step, RevertSnapshot) for step in plan.steps)


def test_a_saved_ram_image_is_removed_before_and_told() -> None:
    web = chained(1, state=State.OFF, managed_save=True)
    plan = allowed(world(web), wish(web))
    kinds = [type(step) for step in plan.steps]
    assert kinds.index(RemoveManagedSave) < kinds.index(StartOver)
    assert "the saved RAM image that waits for the next start" in plan.losses


def test_an_internal_revert_saves_the_present_inside_too() -> None:
    web = inner("i1", "i2")
    plan = allowed(world(web), wish(web, "i1"))
    assert plan.steps == (
        CreateSnapshot("web", "before-revert", "before “i1”", (Target("vda", "internal"),)),
        RevertSnapshot("web", "i1"),
    )
    bare = allowed(world(web), wish(web, "i1", safety=False))
    assert bare.losses[0].startswith("all that was written to the disks since “i1”")


@pytest.mark.parametrize(
    ("state", "now", "after", "ends"),
    [
        ("disk-snapshot", State.RUNNING, After.RECORDED, Verb.START),
        ("disk-snapshot", State.OFF, After.RECORDED, None),
        ("disk-snapshot", State.OFF, After.RUNNING, Verb.START),
        ("disk-snapshot", State.RUNNING, After.PAUSED, Verb.START_PAUSED),
        ("shutoff", State.RUNNING, After.RECORDED, None),
        ("shutoff", State.RUNNING, After.RUNNING, Verb.START),
    ],
)
def test_the_state_afterwards(state: str, now: State, after: After, ends: Verb | None) -> None:
    web = changed(chained(1, state=now), "s1", state=state)
    last = allowed(world(web), wish(web, after=after)).steps[-1]
    assert last == (
        Power("web", ends) if ends else Redefine("web", "s1", (("vda", FRESH.file),), True)
    )


def test_what_is_not_brought_back_is_warned_of() -> None:
    plan: Plan = allowed(world(chained(1)), wish(chained(1)))
    assert any("file systems need a check" in told for told in plan.warnings)
