"""Another host, whose files nobody can look at from here: its storage pools tell of them."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import libvirt
import pytest

from kvmtui.host.base import Refused
from kvmtui.host.virt import Opener, volumes
from kvmtui.model.disk import Disk
from kvmtui.model.domain import Domain
from kvmtui.plans.steps import RemoveFile
from kvmtui.plans.wishes import Create, Delete, Revert
from tests.host.content import history, now, scribble
from tests.host.driver import Driver, driving
from tests.lab import disk, sources
from tests.lab.conftest import NewBlank
from tests.lab.daemon import Daemon
from tests.lab.domain import LabDomain
from tests.lab.proof import Proves, prover
from tests.lab.relay import remote
from tests.lab.trees import Tree
from tests.lab.virsh import Virsh

pytestmark = pytest.mark.lab

MIB = 2**20


@pytest.fixture
async def afar(daemon: Daemon, tmp_path: Path) -> AsyncIterator[Driver]:
    """Follows the daemon's host as if it were another machine."""
    with remote(daemon) as uri:
        async with driving(Opener(uri), tmp_path / "state") as made:
            yield made


@pytest.fixture
def proves(request: pytest.FixtureRequest, afar: Driver) -> Proves:
    """Carries operations out for the table, on the other machine."""
    return prover(request.node, afar)


def vda(driver: Driver, name: str = "blank") -> Disk:
    config = driver.domain(name).config
    assert config is not None
    return config.disks[0]


def names(seen: Disk) -> list[str]:
    return [Path(layer.source).name for layer in seen.layers]


def overlay(made: LabDomain, name: str) -> Path:
    """A chain that grows behind libvirt's back: the domain is given the new file alone."""
    active = made.sources()["vda"]
    path = disk.create(active.with_name(name), mib=24, backing=active)
    text = made.handle.XMLDesc(2).replace(str(active), str(path))
    made.daemon.connection.defineXML(text)
    return path


async def test_the_whole_chain_of_a_domain_that_is_off_comes_from_the_pool(
    afar: Driver, pool: Path, new_blank: NewBlank
) -> None:
    made = new_blank(mib=24)
    for name in ("one.qcow2", "two.qcow2"):
        overlay(made, name)
    ref = await afar.meet("blank")
    await afar.fleet.fresh(ref)
    assert not afar.host.facts.local
    seen = vda(afar)
    assert seen.complete
    assert names(seen) == ["two.qcow2", "one.qcow2", made.disks[0].name]
    for layer in seen.layers:
        status = os.stat(layer.source)
        assert (layer.format, layer.capacity) == ("qcow2", 24 * MIB)
        assert layer.used == status.st_blocks * 512
        assert layer.changed == pytest.approx(status.st_mtime, abs=0.001)
        assert layer.clock
    assert seen.folder is not None
    assert {str(made.disks[0]), seen.layers[0].source} <= seen.folder
    assert seen.free == afar.domain("blank").config.disks[0].layers[1].free  # type: ignore[union-attr]
    assert (seen.free or 0) > MIB


async def test_a_rebase_by_hand_is_seen_when_it_matters(
    afar: Driver, pool: Path, new_blank: NewBlank
) -> None:
    """A pool tells headers of its last refresh; a plan needs those of now."""
    made = new_blank(mib=24)
    top = overlay(made, "top.qcow2")
    ref = await afar.meet("blank")
    await afar.fleet.fresh(ref)
    assert len(vda(afar).layers) == 2
    disk.rebase(top)
    await afar.fleet.fresh(ref)
    assert names(vda(afar)) == ["top.qcow2"]
    assert vda(afar).complete
    disk.unsafe_rebase(top, made.disks[0])
    afar.fleet.refresh(ref)
    await afar.until(lambda _: len(vda(afar).layers) == 2, what="F5")


async def test_an_overlay_younger_than_the_last_look_is_known_as_soon_as_the_pool_looks_again(
    afar: Driver, virsh: Virsh, pool: Path, new_blank: NewBlank, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(volumes, "REST", 5.0)
    new_blank(mib=24)
    await afar.fleet.fresh(await afar.meet("blank"))
    virsh("snapshot-create-as", "blank", "s1", "--disk-only")
    await afar.until(lambda _: not vda(afar).complete, what="too young")
    assert not any(layer.missing for layer in vda(afar).layers)
    await afar.until(lambda _: vda(afar).complete, what="known")
    assert names(vda(afar)) == ["blank-vda.s1", "blank-vda.qcow2"]


async def test_without_a_pool_only_what_is_recorded_is_known(
    afar: Driver, new_blank: NewBlank
) -> None:
    made = new_blank(mib=24)
    overlay(made, "one.qcow2")
    await afar.fleet.fresh(await afar.meet("blank"))
    seen = vda(afar)
    assert names(seen) == ["one.qcow2"]
    assert not seen.complete
    assert (seen.folder, seen.free) == (None, None)


async def test_an_overlay_that_is_gone_is_missing(
    afar: Driver, pool: Path, new_blank: NewBlank
) -> None:
    made = new_blank(mib=24)
    overlay(made, "one.qcow2")
    top = overlay(made, "two.qcow2")
    ref = await afar.meet("blank")
    await afar.fleet.fresh(ref)
    assert len(vda(afar).layers) == 3
    top.unlink()
    await afar.fleet.fresh(ref)
    seen = vda(afar)
    assert [(layer.missing, layer.source) for layer in seen.layers] == [(True, str(top))]
    assert not seen.complete
    assert await afar.refused(Create(ref, "s1")) == "layer missing"


async def test_snapshots_of_a_domain_that_is_off_are_taken_gone_back_to_and_deleted(
    afar: Driver, proves: Proves, pool: Path, new_blank: NewBlank
) -> None:
    made = new_blank(mib=24)
    ref = await afar.meet("blank")
    scribble(made, 1)
    assert await proves("create: on another host, disk-only, off", Create(ref, "s1"))
    scribble(made, 2)
    await afar.carry_out(Create(ref, "s2"))
    scribble(made, 3)
    assert len(vda(afar).layers) == 3
    assert vda(afar).complete
    assert await proves("revert: on another host, disk-only, off", Revert(ref, "s2", safety=False))
    assert now(made) == history(1, 2)
    scribble(made, 4)
    assert await proves("delete: on another host, external, the root, off", Delete(ref, "s1"))
    assert now(made) == history(1, 2, 4)
    assert vda(afar).complete
    assert len(vda(afar).layers) == 2


async def test_the_chains_of_another_branch_come_from_the_pool(
    afar: Driver, pool: Path, blank: LabDomain
) -> None:
    blank.destroy()
    await afar.meet("blank")
    tree = Tree(afar, blank)
    for name in ("s1", "s2", "s3"):
        await tree.take(name)
    await tree.back("s1")
    forest = afar.domain("blank").forest
    assert forest is not None
    beside = forest.get("s3")
    assert beside is not None
    recorded = beside.disks[0].below
    assert recorded is not None
    chain = [Path(part["filename"]) for part in disk.info(Path(beside.disks[0].base))]
    assert [str(path) for path in chain[1:]] == list(recorded)
    assert len(recorded) == 2
    tree.check()


async def test_an_encrypted_image_and_a_volume_are_told_from_afar(
    afar: Driver, virsh: Virsh, pool: Path, new_blank: NewBlank
) -> None:
    made = new_blank(mib=24)
    disk.encrypted(pool / "luks.qcow2")
    disk.create(pool / "over.qcow2", backing=pool / "luks.qcow2")
    virsh("pool-refresh", "images")
    sources.attach(made, "volume", "qcow2", sources.volume("images", "over.qcow2"))
    await afar.fleet.fresh(await afar.meet("blank"))
    config = afar.domain("blank").config
    assert config is not None
    top, base = config.disks[1].layers
    assert (top.source, top.volume) == (str(pool / "over.qcow2"), "images:over.qcow2")
    assert (base.source, base.encryption) == (str(pool / "luks.qcow2"), "luks")


async def test_the_folder_and_the_room_of_a_running_domain_come_from_the_pool(
    afar: Driver, pool: Path, blank: LabDomain
) -> None:
    ref = await afar.meet("blank")
    (pool / "in the way").touch()
    await afar.fleet.fresh(ref)
    seen = vda(afar)
    assert seen.complete
    assert seen.folder is not None
    assert {str(pool / "in the way"), str(blank.disks[1])} <= seen.folder
    assert (seen.free or 0) > MIB
    assert seen.layers[0].used == os.stat(blank.disks[0]).st_blocks * 512


async def test_nothing_is_removed_that_somebody_stands_on_or_names_as_a_volume(
    afar: Driver, pool: Path, virsh: Virsh, new_blank: NewBlank
) -> None:
    """Whatever was made since the pool has looked at its files."""
    made = new_blank(mib=24)
    ref = await afar.meet("blank")
    below, named = disk.create(pool / "below.qcow2"), disk.create(pool / "named.qcow2")
    virsh("pool-refresh", "images")
    disk.create(pool / "above.qcow2", backing=below)
    sources.attach(made, "volume", "qcow2", sources.volume("images", "named.qcow2"))
    with closing(afar.fleet.watches[ref.uri].opener.open()) as connection:
        for path, whose in ((below, "above.qcow2"), (named, "blank")):
            with pytest.raises(Refused, match=f"still named by {whose}"):
                connection.perform(ref.uuid, RemoveFile("blank", str(path), pooled=True))
        free = disk.create(pool / "free.qcow2")
        connection.perform(ref.uuid, RemoveFile("blank", str(free), pooled=True))
    assert (below.exists(), named.exists(), free.exists()) == (True, True, False)


async def test_many_domains_cost_a_pool_few_looks(
    afar: Driver, pool: Path, new_blank: NewBlank, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[float] = []
    refresh = libvirt.virStoragePool.refresh

    def counted(self: object, flags: int = 0) -> object:
        looks.append(0)
        return refresh(self, flags)

    monkeypatch.setattr(libvirt.virStoragePool, "refresh", counted)
    targets = [f"d{number}" for number in range(6)]
    for name in targets:
        made = new_blank(name, mib=24)
        for layer in ("one", "two", "three"):
            overlay(made, f"{name}-{layer}.qcow2")
        made.disks[0].unlink()
    await afar.until(lambda host: len(host.domains) == len(targets), what="all")
    for name in targets:
        await afar.until_domain(name, _is_known, what=name)
    assert len(looks) == 1


def _is_known(domain: Domain) -> bool:
    """Down to the base, which is missing."""
    layers = domain.config.disks[0].layers if domain.config else ()
    return len(layers) == 4 and layers[-1].missing
