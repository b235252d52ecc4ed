"""Plans through a fleet on a real libvirtd; virsh agrees with kvmtui after every step."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from kvmtui.host.virt import Opener
from kvmtui.model.domain import State
from kvmtui.plans.plan import Refusal
from kvmtui.plans.steps import Verb
from kvmtui.plans.wishes import Create, Delete, Revert, Switch
from tests.host.content import history, now, pages, scribble
from tests.host.driver import Driver, driving
from tests.host.walk import STEPS, Walk, seeds
from tests.lab.conftest import NewBlank
from tests.lab.daemon import Daemon
from tests.lab.domain import LabDomain
from tests.lab.virsh import Virsh

pytestmark = pytest.mark.lab

FOUND = 10.0
"""Seconds within which what others do is seen."""


def opener(daemon: Daemon) -> Opener:
    """By its socket, even where this process has opened an embedded host."""
    return Opener(daemon.uri.replace("qemu:", "qemu+unix:", 1))


@pytest.fixture
async def driver(daemon: Daemon, tmp_path: Path) -> AsyncIterator[Driver]:
    async with driving(opener(daemon), tmp_path / "state") as made:
        yield made


def agree(driver: Driver, virsh: Virsh, name: str) -> None:
    """Snapshots, the current one, the active layers and the state are what virsh says."""
    known = driver.domain(name)
    assert known.config is not None
    assert known.forest is not None
    listed = virsh("snapshot-list", name, "--name").splitlines()
    assert sorted(s.name for s in known.forest.snapshots) == sorted(filter(None, listed))
    if known.forest.current is not None:
        assert virsh("snapshot-current", name, "--name") == known.forest.current
    rows = [line.split(None, 1) for line in virsh("domblklist", name).splitlines()]
    shown = [(d.target, d.active.source) for d in known.config.disks if d.active]
    assert shown == [(target, source) for target, source in rows]
    assert known.state.value == virsh("domstate", name)
    assert known.busy == ""


async def three(driver: Driver, domain: LabDomain) -> None:
    """Snapshots s1, s2, s3, with the scribbles 1, 2, 3 made before each, and 4 after the last."""
    ref = await driver.meet(domain.name)
    for number in (1, 2, 3):
        scribble(domain, number)
        await driver.carry_out(Create(ref, f"s{number}"))
        agree(driver, domain.daemon.virsh, domain.name)
    scribble(domain, 4)


@pytest.fixture(params=["running", "off"])
def either(new_blank: NewBlank, request: pytest.FixtureRequest) -> LabDomain:
    """A blank domain, running or off."""
    made = new_blank(mib=24)
    if request.param == "running":
        made.start()
    return made


async def test_branches_are_gone_back_to_again_and_again(
    driver: Driver, virsh: Virsh, either: LabDomain
) -> None:
    await three(driver, either)
    ref, state = driver.ref("blank"), either.state
    held = {"s1": history(1), "s2": history(1, 2), "s3": history(1, 2, 3)}
    for number, name in enumerate(("s1", "s3", "s1")):
        await driver.carry_out(Revert(ref, name, safety=number < 2))
        agree(driver, virsh, "blank")
        assert now(either) == held[name], (number, name)
        assert either.state == state
        scribble(either, 5 + number)
    for name, content in (
        ("before-revert", history(1, 2, 3, 4)),
        ("before-revert-2", history(1, 5)),
    ):
        await driver.carry_out(Revert(ref, name, safety=False))
        agree(driver, virsh, "blank")
        assert now(either) == content


async def test_deletes_keep_the_present_and_the_other_snapshots(
    driver: Driver, virsh: Virsh, either: LabDomain
) -> None:
    await three(driver, either)
    ref, state = driver.ref("blank"), either.state
    held = {"s1": history(1), "s2": history(1, 2), "s3": history(1, 2, 3)}
    for middle_leaf_root in ("s2", "s3", "s1"):
        await driver.carry_out(Delete(ref, middle_leaf_root))
        del held[middle_leaf_root]
        agree(driver, virsh, "blank")
        assert either.state == state
        assert now(either) == history(1, 2, 3, 4)
        for other, content in held.items():
            assert preserved(driver, other) == content, other


def preserved(driver: Driver, name: str) -> tuple[int, ...]:
    """What the file holds that a revert to the snapshot would go back to."""
    forest = driver.domain("blank").forest
    snapshot = forest.get(name) if forest else None
    assert snapshot is not None
    return pages(Path(snapshot.disks[0].base))


async def test_after_a_revert_only_deletes_that_work_are_offered(
    driver: Driver, virsh: Virsh, either: LabDomain
) -> None:
    await three(driver, either)
    ref = driver.ref("blank")
    await driver.carry_out(Revert(ref, "s2"))
    held = {
        "s1": history(1),
        "s2": history(1, 2),
        "s3": history(1, 2, 3),
        "before-revert": history(1, 2, 3, 4),
    }
    rules = {name: await rule(driver, Delete(ref, name)) for name in held}
    assert rules == {"s1": "crash", "s2": "active", "s3": "branch", "before-revert": ""}
    for name in ("before-revert", "s3", "s2", "s1"):
        await driver.carry_out(Delete(ref, name))
        agree(driver, virsh, "blank")
        del held[name]
        assert now(either) == history(1, 2)
        for other, content in held.items():
            assert preserved(driver, other) == content, f"{other} after the delete of {name}"
    assert len(list(either.disks[0].parent.glob("*.qcow2"))) == 1


async def test_a_file_that_a_snapshot_left_out_is_not_removed_with_another(
    driver: Driver, new_blank: NewBlank
) -> None:
    made = new_blank(mib=24, disks=2)
    ref = await driver.meet("blank")
    for name, disks in (("s1", None), ("s2", ("vda",)), ("s3", None)):
        await driver.carry_out(Create(ref, name, disks=disks))
        scribble(made, 1, "vdb")
    left_out = made.sources()["vdb"].with_name("blank-vdb.s1.qcow2")
    await driver.carry_out(Revert(ref, "s1", safety=False))
    await driver.carry_out(Delete(ref, "s3"))
    assert left_out.exists()
    await driver.carry_out(Delete(ref, "s2"))
    assert not left_out.exists()


@pytest.mark.parametrize("forgotten", ["s2", "s3"], ids=["middle", "leaf"])
async def test_beside_a_forgotten_record_only_deletes_that_work_are_offered(
    driver: Driver, virsh: Virsh, either: LabDomain, forgotten: str
) -> None:
    await three(driver, either)
    ref = driver.ref("blank")
    await driver.carry_out(Delete(ref, forgotten, metadata_only=True))
    held = {"s1": history(1), "s2": history(1, 2), "s3": history(1, 2, 3)}
    del held[forgotten]
    for name in tuple(held):
        await driver.carry_out(Delete(ref, name))
        agree(driver, virsh, "blank")
        del held[name]
        assert now(either) == history(1, 2, 3, 4)
        for other, content in held.items():
            assert preserved(driver, other) == content, f"{other} after the delete of {name}"


async def rule(driver: Driver, wish: Delete) -> str:
    """The rule that refuses, empty when none does."""
    made = await driver.plan(wish)
    return made.rule if isinstance(made, Refusal) else ""


async def test_internal_snapshots_with_ram_come_and_go(
    driver: Driver, virsh: Virsh, new_blank: NewBlank
) -> None:
    made = new_blank(mib=24)
    made.start()
    ref = await driver.meet("blank")
    scribble(made, 1)
    await driver.carry_out(Create(ref, "i1", how="internal"))
    scribble(made, 2)
    await driver.carry_out(Revert(ref, "i1"))
    agree(driver, virsh, "blank")
    assert now(made) == history(1)
    await driver.carry_out(Revert(ref, "before-revert", safety=False))
    assert now(made) == history(1, 2)
    await driver.carry_out(Delete(ref, "i1", children=True))
    agree(driver, virsh, "blank")
    assert virsh("snapshot-list", "blank", "--name") == ""


async def test_ram_in_a_file_comes_back_where_libvirt_can(
    driver: Driver, virsh: Virsh, new_blank: NewBlank
) -> None:
    made = new_blank(mib=24)
    made.start()
    ref = await driver.meet("blank")
    scribble(made, 1)
    await driver.carry_out(Create(ref, "s1", how="ram"))
    scribble(made, 2)
    able = driver.host.facts.external_revert
    assert able == (driver.host.facts.libvirt >= 9_009_000)
    if not able:
        assert await driver.refused(Revert(ref, "s1")) == "RAM"
    await driver.carry_out(Revert(ref, "s1", ram=able))
    agree(driver, virsh, "blank")
    assert made.state == "running"
    assert now(made) == history(1)
    assert virsh("snapshot-list", "blank", "--name").split() == ["before-revert", "s1"]
    await driver.carry_out(Revert(ref, "before-revert", ram=False))
    agree(driver, virsh, "blank")
    assert now(made) == history(1, 2)


async def test_what_virsh_does_behind_its_back_is_seen(
    driver: Driver, virsh: Virsh, new_blank: NewBlank
) -> None:
    made = new_blank(mib=24)
    await driver.meet("blank")
    made.start()
    await driver.until_domain("blank", lambda d: d.state is State.RUNNING, 1, "started")
    order = ("snapshot-create-as", "blank", "--name", "by-virsh", "--disk-only", "--atomic")
    await asyncio.to_thread(virsh, *order)
    await driver.until_domain(
        "blank", lambda d: d.config is not None and d.config.depth == 2, FOUND, "snapshot"
    )
    agree(driver, virsh, "blank")
    await asyncio.to_thread(virsh, "destroy", "blank")
    await driver.until_domain("blank", lambda d: d.state is State.OFF, 1, "off")
    await driver.carry_out(Switch(driver.ref("blank"), Verb.START))
    agree(driver, virsh, "blank")


@pytest.mark.parametrize("seed", seeds("3"))
async def test_a_random_walk_loses_nothing(
    driver: Driver, virsh: Virsh, new_blank: NewBlank, seed: int
) -> None:
    made = new_blank(mib=24, disks=1 + seed % 2)
    await driver.meet("blank")
    await Walk(driver, made, "blank", seed).go(STEPS)
    agree(driver, virsh, "blank")
