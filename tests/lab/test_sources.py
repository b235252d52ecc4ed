"""Disks of every source, and what somebody did to chains by hand, as kvmtui sees them."""

from __future__ import annotations

from pathlib import Path

import pytest

from kvmtui.model.disk import Disk
from kvmtui.plans import health
from kvmtui.plans.steps import Verb
from kvmtui.plans.wishes import Create, Delete, Revert, Switch
from kvmtui.render import chain, snapshots
from kvmtui.render.row import plain
from tests.host.content import history, now, pages, scribble
from tests.host.driver import Driver
from tests.lab import disk, sources
from tests.lab.conftest import NewBlank
from tests.lab.domain import LabDomain
from tests.lab.virsh import Virsh

pytestmark = pytest.mark.lab

MIB = 2**20


def seen(driver: Driver, target: str = "vda", name: str = "blank") -> Disk:
    config = driver.domain(name).config
    found = config.disk(target) if config else None
    assert found is not None
    return found


def shown(driver: Driver, name: str = "blank", width: int = 78) -> list[str]:
    """The chain pane, without what is wrong."""
    lines = plain(chain.rows(driver.host, driver.domain(name), width)).splitlines()
    return [line for line in lines if line[0] not in "!·"]


def tree(driver: Driver) -> list[str]:
    """The snapshots pane."""
    blank = driver.domain("blank")
    stale = health.stale(driver.host, blank)
    return plain(snapshots.rows(blank, 78, 0.0, stale=stale)).splitlines()


def names(of: Disk) -> list[str]:
    return [Path(layer.source).name for layer in of.layers]


def overlay(made: LabDomain, name: str) -> Path:
    """``qemu-img create -b``, and the domain is given the new file alone."""
    active = made.sources()["vda"]
    path = disk.create(active.with_name(name), mib=24, backing=active)
    made.daemon.connection.defineXML(made.handle.XMLDesc(2).replace(str(active), str(path)))
    return path


@pytest.mark.parametrize("power", ["running", "off"])
async def test_a_chain_made_by_qemu_img_is_seen_whole(
    driver: Driver, new_blank: NewBlank, power: str
) -> None:
    made = new_blank(mib=24)
    for name in ("one.qcow2", "two.qcow2"):
        overlay(made, name)
    if power == "running":
        made.start()
    await driver.fleet.fresh(await driver.meet("blank"))
    found = seen(driver)
    assert (names(found), found.complete) == (["two.qcow2", "one.qcow2", "blank-vda.qcow2"], True)
    assert {layer.capacity for layer in found.layers} == {24 * MIB}
    assert all(layer.used for layer in found.layers)


async def test_a_base_that_two_domains_share_is_told_and_kept(
    driver: Driver, new_blank: NewBlank, tmp_path: Path
) -> None:
    one, two = new_blank(mib=24), new_blank("clone", mib=24)
    base = one.disks[0]
    overlay(one, "one.qcow2")
    text = two.handle.XMLDesc(2)
    mine = disk.create(tmp_path / "clone.qcow2", mib=24, backing=base)
    two.daemon.connection.defineXML(text.replace(str(two.disks[0]), str(mine)))
    ref = await driver.meet("blank")
    await driver.meet("clone")
    for name in ("blank", "clone"):
        await driver.fleet.fresh(driver.ref(name))
    assert "also clone" in shown(driver)[2]
    await driver.carry_out(Create(ref, "s1"))
    await driver.carry_out(Delete(ref, "s1"))
    assert pages(mine) == history()


async def test_a_commit_by_hand_is_seen_and_spoils_what_it_spoils(
    driver: Driver, virsh: Virsh, new_blank: NewBlank
) -> None:
    made = new_blank(mib=24)
    made.start()
    ref = await driver.meet("blank")
    for number in (1, 2, 3):
        await driver.carry_out(Create(ref, f"s{number}"))
        scribble(made, number)
    files = [layer.source for layer in seen(driver).layers]
    assert not any("stale" in line for line in tree(driver))
    words = ("--top", files[1], "--base", files[2], "--wait")
    virsh("blockcommit", "blank", "vda", *words)
    await driver.until(lambda _: len(seen(driver).layers) == 3, what="three layers")
    assert [layer.source for layer in seen(driver).layers] == [files[0], files[2], files[3]]
    assert ["stale" in line for line in tree(driver)] == [False, True, True, False]
    assert ["keeps" in line for line in shown(driver)] == [False, False, False, True]
    for name in ("s2", "s3"):
        assert await driver.refused(Revert(ref, name)) == "stale"
    assert now(made) == history(1, 2, 3)
    await driver.carry_out(Revert(ref, "s1", safety=False))
    assert now(made) == history()


async def test_an_overlay_deleted_by_hand_is_missing_and_the_way_back_is_open(
    driver: Driver, new_blank: NewBlank
) -> None:
    made = new_blank(mib=24)
    ref = await driver.meet("blank")
    scribble(made, 1)
    await driver.carry_out(Create(ref, "s1"))
    await driver.carry_out(Create(ref, "s2"))
    top, middle, base = (Path(layer.source) for layer in seen(driver).layers)
    middle.unlink()
    await driver.fleet.fresh(ref)
    assert [layer.missing for layer in seen(driver).layers] == [False, True]
    assert not seen(driver).complete
    assert "missing" in shown(driver)[2]
    assert ["missing" in line for line in tree(driver)] == [False, True, False]
    assert await driver.refused(Switch(ref, Verb.START)) == "layer missing"
    assert await driver.refused(Create(ref, "s3")) == "layer missing"
    assert await driver.refused(Revert(ref, "s2")) == "layer missing"
    await driver.carry_out(Revert(ref, "s1", safety=False))
    assert now(made) == history(1)
    assert pages(base) == history(1)
    await driver.carry_out(Switch(ref, Verb.START))
    assert top.exists()


@pytest.mark.parametrize("power", ["running", "off"])
async def test_a_volume_is_the_file_that_it_is(
    driver: Driver, virsh: Virsh, pool: Path, new_blank: NewBlank, power: str
) -> None:
    made = new_blank(mib=24)
    base = disk.create(pool / "base.qcow2", mib=24)
    disk.write(base, 0x22)
    path = disk.create(pool / "volume.qcow2", mib=24, backing=base)
    virsh("pool-refresh", "images")
    sources.attach(made, "volume", "qcow2", sources.volume("images", "volume.qcow2"))
    if power == "running":
        made.start()
    ref = await driver.meet("blank")
    await driver.fleet.fresh(ref)
    found = seen(driver, "vdb")
    assert (names(found), found.complete) == (["volume.qcow2", "base.qcow2"], True)
    assert found.layers[0].volume == "images:volume.qcow2"
    assert (found.layers[0].kind, found.layers[0].capacity) == ("file", 24 * MIB)
    assert str(path) in shown(driver, width=158)[3]
    await driver.carry_out(Create(ref, "s1"))
    scribble(made, 5, "vdb")
    assert names(seen(driver, "vdb")) == ["base.s1.qcow2", "volume.qcow2", "base.qcow2"]
    assert pages(path) == history(first=0x22)
    record = driver.domain("blank").forest.get("s1").disk("vdb")  # type: ignore[union-attr]
    assert record is not None
    assert record.base == str(path)
    await driver.carry_out(Revert(ref, "s1", safety=False))
    assert now(made, "vdb") == history(first=0x22)
    scribble(made, 6, "vdb")
    await driver.carry_out(Delete(ref, "s1"))
    assert now(made, "vdb") == history(6, first=0x22)


async def test_a_volume_of_a_pool_that_is_not_active_is_known_by_its_name(
    driver: Driver, pool: Path, new_blank: NewBlank
) -> None:
    made = new_blank(mib=24)
    sources.attach(made, "volume", "qcow2", sources.volume("elsewhere", "x.qcow2"))
    await driver.fleet.fresh(await driver.meet("blank"))
    found = seen(driver, "vdb")
    assert [(layer.source, layer.kind) for layer in found.layers] == [
        ("elsewhere:x.qcow2", "volume")
    ]
    assert not found.complete


@pytest.mark.parametrize("power", ["running", "off"] if sources.LOOPS else ["off"])
async def test_a_block_device_and_an_overlay_on_it(
    driver: Driver, new_blank: NewBlank, tmp_path: Path, power: str
) -> None:
    made = new_blank(mib=24)
    raw = tmp_path / "raw.img"
    with raw.open("wb") as file:
        file.truncate(8 * MIB)
    with sources.looped(raw) as device:
        sources.attach(made, "block", "raw", sources.device(device))
        if power == "running":
            made.start()
        ref = await driver.meet("blank")
        await driver.fleet.fresh(ref)
        (layer,) = seen(driver, "vdb").layers
        assert (layer.source, layer.kind, layer.format) == (str(device), "block", "raw")
        assert layer.capacity == 8 * MIB
        assert seen(driver, "vdb").complete
        assert "raw · block · 1 layer" in shown(driver)[2]
        chosen = str(tmp_path / "over.qcow2")
        await driver.carry_out(Create(ref, "s1", files=(("vdb", chosen),)))
        top, below = seen(driver, "vdb").layers
        kind = "block" if sources.LOOPS else "file"
        assert (top.source, below.source, below.kind) == (chosen, str(device), kind)
        made.remove()


async def test_a_network_disk_of_a_running_domain(
    driver: Driver, new_blank: NewBlank, tmp_path: Path
) -> None:
    made = new_blank(mib=24)
    raw = tmp_path / "raw.img"
    with raw.open("wb") as file:
        file.truncate(8 * MIB)
    with sources.served(raw, "data", tmp_path / "nbd"):
        sources.attach(made, "network", "raw", sources.nbd("data", tmp_path / "nbd"))
        ref = await driver.meet("blank")
        assert seen(driver, "vdb").layers[0].kind == "network"
        made.start()
        await driver.fleet.fresh(ref)
        (layer,) = seen(driver, "vdb").layers
        assert (layer.source, layer.format, layer.capacity) == ("nbd:data", "raw", 8 * MIB)
        assert (layer.missing, layer.unread) == (False, "")
        assert seen(driver, "vdb").complete
        assert "8.0M raw · network · 1 layer" in shown(driver)[2]
        await driver.carry_out(Create(ref, "s1", files=(("vdb", str(tmp_path / "over.qcow2")),)))
        assert [layer.kind for layer in seen(driver, "vdb").layers] == ["file", "network"]
        made.remove()
