"""Taking a snapshot: the exact call, and what is told of it."""

from __future__ import annotations

from typing import Any

import pytest

from kvmtui.model.disk import Disk
from kvmtui.model.domain import Domain, State
from kvmtui.model.guest import Channel
from kvmtui.plans.plan import Danger
from kvmtui.plans.steps import CreateSnapshot, Target
from kvmtui.plans.wishes import Create
from tests.worlds import (
    ANSWERING,
    allowed,
    chained,
    disk,
    domain,
    file,
    image,
    inner,
    ref,
    world,
)

WITH_AGENT: dict[str, Any] = {"channel": Channel.CONNECTED, "guest": ANSWERING}
OFF: dict[str, Any] = {"state": State.OFF}


def wish(of: Domain, name: str = "snap", **fields: Any) -> Create:
    return Create(ref(of), name, **fields)


def test_disks_only_is_one_call_with_a_file_for_every_disk_and_no_for_the_rest() -> None:
    web = domain(
        "web",
        disk(file("web.qcow2")),
        disk("/data/web.raw", target="vdb"),
        disk("/iso/debian.iso", target="sda", device="cdrom", readonly=True),
        **WITH_AGENT,
    )
    plan = allowed(world(web), wish(web, "snap 1", description="trước", quiesce=True))
    assert plan.steps == (
        CreateSnapshot(
            "web",
            "snap 1",
            "trước",
            (
                Target("vda", "external", "/img/web.snap_1.qcow2"),
                Target("vdb", "external", "/data/web.snap_1.qcow2"),
                Target("sda", "no"),
            ),
            disk_only=True,
            quiesce=True,
        ),
    )
    assert (plan.danger, plan.losses) == (Danger.NONE, ())
    assert plan.effects == ("new file web.snap_1.qcow2",) * 2


def test_with_ram_the_file_for_it_lies_beside_the_first_overlay() -> None:
    web = chained(1)
    (step,) = allowed(world(web), wish(web, "s2", how="ram")).steps
    assert isinstance(step, CreateSnapshot)
    assert (step.memory_file, step.disk_only, step.quiesce) == (file("web.s2.u.mem"), False, False)


def test_inside_the_image_every_disk_is_named() -> None:
    web = domain("web", disk(file("a.qcow2")), disk(file("b.qcow2"), target="vdb"))
    (step,) = allowed(world(web), wish(web, how="internal")).steps
    assert step == CreateSnapshot(
        "web", "snap", "", (Target("vda", "internal"), Target("vdb", "internal"))
    )


def test_a_disk_that_is_left_out_is_told() -> None:
    web = domain("web", disk(file("a.qcow2")), disk(file("b.qcow2"), target="vdb"))
    plan = allowed(world(web), wish(web, disks=("vdb",)))
    (step,) = plan.steps
    assert isinstance(step, CreateSnapshot)
    assert [(t.disk, t.mode) for t in step.targets] == [("vdb", "external"), ("vda", "no")]
    assert "not included: vda" in plan.warnings


@pytest.mark.parametrize(
    ("fields", "how", "told"),
    [
        ({"nvram": "raw"}, "external", "NVRAM"),
        ({"nvram": "qcow2"}, "external", "NVRAM"),
        ({"nvram": "raw", **OFF}, "internal", "NVRAM"),
        ({"nvram": "qcow2", **OFF}, "internal", ""),
        ({"tpm": True}, "external", "TPM"),
        ({"tpm": True}, "internal", ""),
        ({"managed_save": True, **OFF}, "internal", "saved RAM"),
        ({"persistent": False}, "external", "transient"),
        ({}, "external", ""),
    ],
)
def test_what_a_snapshot_lacks_is_told(fields: dict[str, Any], how: str, told: str) -> None:
    web = domain("web", Disk("vda", layers=(image(file("web.qcow2"), snapshots=()),)), **fields)
    warnings = allowed(world(web), wish(web, how=how)).warnings
    assert all(told and told in warning for warning in warnings)
    assert len(warnings) == (1 if told else 0)


def test_ram_inside_the_image_says_where_it_goes() -> None:
    web = domain()
    effects = allowed(world(web), wish(web, how="internal")).effects
    assert effects == ("the domain is paused while its RAM, up to 2.0G, is written into vda",)


def test_a_shared_disk_is_left_out_when_nobody_chooses() -> None:
    web = domain("web", disk(file("a.qcow2")), disk(file("b"), target="vdb", shareable=True))
    plan = allowed(world(web), wish(web))
    (step,) = plan.steps
    assert isinstance(step, CreateSnapshot)
    assert [(t.disk, t.mode) for t in step.targets] == [("vda", "external"), ("vdb", "no")]
    assert "not included: vdb" in plan.warnings


def test_a_deep_chain_and_mixed_kinds_are_warned_of() -> None:
    deep, shallow = chained(9), chained(8)
    assert any("deep" in told for told in allowed(world(deep), wish(deep)).warnings)
    assert allowed(world(shallow), wish(shallow)).warnings == ()
    within = inner("i1")
    assert any("“i1”" in told for told in allowed(world(within), wish(within)).warnings)
    mixed = allowed(world(shallow), wish(shallow, how="internal")).warnings
    assert any("harder to delete" in told for told in mixed)


def test_a_name_that_an_image_may_hold_already_is_warned_of() -> None:
    """Of two that QEMU has under one name it comes back to the older one."""
    unseen, told = inner(), "cannot be seen from here: the older one would be lost"
    known = domain("web", Disk("vda", layers=(image(file("web.qcow2"), snapshots=()),)))
    raw = domain("web", Disk("vda", layers=(image(file("web.raw"), format="raw"),)))
    for of, how, warned in (
        (unseen, "internal", 1), (known, "internal", 0), (unseen, "external", 0),
        (raw, "external", 0),
    ):  # fmt: skip
        warnings = allowed(world(of), wish(of, how=how)).warnings
        assert sum(told in line for line in warnings) == warned, warnings
