"""Going back: the present state first, then the definition and fresh overlays."""

from __future__ import annotations

from typing import Any

import pytest

from kvmtui.model.definition import Definition
from kvmtui.model.domain import Domain, State
from kvmtui.model.snapshot import Forest, Memory, Snapshot, SnapshotDisk
from kvmtui.model.value import replace
from kvmtui.plans.plan import Danger, Plan, Refusal
from kvmtui.plans.revert import last_safety
from kvmtui.plans.steps import (
    After,
    CreateSnapshot,
    Power,
    Redefine,
    RemoveManagedSave,
    RestoreRam,
    RevertSnapshot,
    StartOver,
    Target,
    Verb,
)
from kvmtui.plans.subject import find
from kvmtui.plans.wishes import Revert
from tests.worlds import (
    GIB,
    NOW,
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
        StartOver("web", "s1", (FRESH,), ran=True),
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


def test_ram_that_comes_back_is_no_power_cut() -> None:
    inside, beside = inner("i1"), with_ram()
    for web, name in ((inside, "i1"), (beside, "s1")):
        *_, lost = allowed(world(web), wish(web, name, safety=False)).losses
        assert lost == "the RAM of the running guest"
    (cut,) = allowed(world(beside), wish(beside, ram=False)).losses
    assert cut.endswith("it is a power cut")


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


@pytest.mark.parametrize("libvirt", VERSIONS)
@pytest.mark.parametrize("now", [State.RUNNING, State.OFF])
def test_ram_is_restored_on_fresh_overlays_on_every_libvirt(libvirt: int, now: State) -> None:
    web = with_ram(state=now)
    plan = allowed(world(web, libvirt=libvirt), wish(web, safety=False))
    off = (Power("web", Verb.FORCE_OFF),) if now is State.RUNNING else ()
    assert plan.steps == (
        *off,
        StartOver("web", "s1", (FRESH,), ran=bool(off)),
        Redefine("web", "s1", (("vda", FRESH.file),), current=True),
        RestoreRam("web", "s1", "/img/web.s1.mem", (FRESH,)),
    )


@pytest.mark.parametrize(
    ("then", "after", "paused"),
    [
        ("running", After.RECORDED, False),
        ("paused", After.RECORDED, True),
        ("running", After.PAUSED, True),
        ("paused", After.RUNNING, False),
    ],
)
def test_ram_comes_back_running_or_paused(then: str, after: After, paused: bool) -> None:
    web = changed(with_ram(), "s1", state=then)
    step = allowed(world(web), wish(web, after=after)).steps[-1]
    assert isinstance(step, RestoreRam)
    assert step.paused is paused


def test_ram_is_left_where_only_the_disks_are_wished() -> None:
    web = with_ram()
    plan = allowed(world(web), wish(web, ram=False, safety=False))
    assert plan.steps[-1] == Power("web", Verb.START)
    assert not any(isinstance(step, RestoreRam) for step in plan.steps)


def test_a_ram_file_that_is_gone_is_said_before_the_guest_is_stopped() -> None:
    there = frozenset({file("web.qcow2"), file("web.s1.qcow2")})
    for folder, rule in ((there, "RAM missing"), (there | {"/img/web.s1.mem"}, "")):
        web = with_ram()
        assert web.config is not None
        seen = replace(web.config.disks[0], folder=folder)
        web = replace(web, config=replace(web.config, disks=(seen,)))
        assert refused(world(web), wish(web)) == rule
        assert refused(world(web), wish(web, ram=False)) == ""


def test_the_present_ram_can_be_kept_too() -> None:
    web = chained(1)
    plan = allowed(world(web), wish(web, safety_ram=True))
    safety = plan.steps[0]
    assert isinstance(safety, CreateSnapshot)
    assert safety.memory_file == "/img/web.before-revert.u.mem"
    assert plan.losses == ()


def test_an_image_on_a_block_device_goes_on_beside_its_former_overlay() -> None:
    record = SnapshotDisk("vda", "external", "/img/o.qcow2", "/dev/vg/web", "block")
    web = changed(chained(1, state=State.OFF), "s1", disks=(record,))
    assert web.config is not None
    on_block = disk("/img/o.qcow2", "/dev/vg/web")
    web = replace(web, config=replace(web.config, disks=(on_block,)))
    (over, _) = allowed(world(web), wish(web, safety=False)).steps
    assert isinstance(over, StartOver)
    assert over.targets == (Target("vda", "external", "/img/web.s1-r.qcow2"),)


def test_what_is_lost_has_its_size() -> None:
    web = chained(3)
    (lost, *_) = allowed(world(web), wish(web, "s2", safety=False)).losses
    assert lost.endswith(", 2.0G)")


def test_the_last_state_before_a_revert_is_the_one_to_undo() -> None:
    def taken(name: str, age: int, about: str = "before “s1”") -> Snapshot:
        made = external(name, base=f"{name}.b", overlay=f"{name}.o", created=NOW - age)
        return replace(made, description=about)

    older, newer = taken("before-revert", 90), taken("before-revert-2", 60)
    others = (taken("before-revert-mine", 5, "mine"), taken("s1", 1))
    for snapshots, last in (
        ((older, newer, *others), newer),
        ((newer, older), newer),
        (others, None),
        ((), None),
    ):
        web = domain("web", forest=Forest(snapshots, None))
        subject = find(world(web), ref(web))
        assert not isinstance(subject, Refusal)
        assert last_safety(subject) is last


def test_a_saved_ram_image_is_removed_before_and_told() -> None:
    web = chained(1, state=State.OFF, managed_save=True)
    plan = allowed(world(web), wish(web, drop_saved=True))
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


def test_what_goes_back_of_the_definition_is_named() -> None:
    then, now = Definition(vcpus=2, memory=GIB), Definition(vcpus=4, memory=GIB)
    web = changed(chained(1, definition=now), "s1", definition=then)
    notes = allowed(world(web), wish(web)).effects
    assert [note for note in notes if "definition" in note] == [
        "the definition goes back: 2 vCPUs then, 4 now"
    ]
    same = changed(chained(1, definition=now), "s1", definition=now)
    assert not any("definition" in note for note in allowed(world(same), wish(same)).effects)
    unknown = changed(chained(1), "s1", definition=None)
    assert any("definition" in note for note in allowed(world(unknown), wish(unknown)).effects)
