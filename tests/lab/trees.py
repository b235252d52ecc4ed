"""Trees of snapshots on a blank domain, each with what every state in it must hold."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree

from kvmtui.model.domain import Domain
from kvmtui.model.snapshot import Kind
from kvmtui.plans.steps import After
from kvmtui.plans.wishes import Create, Revert
from tests.host.content import history, now, pages, scribble
from tests.host.driver import Driver
from tests.lab.domain import LabDomain

Content = tuple[int, ...]


@dataclass
class Tree:
    """A domain with snapshots, and what it and they hold."""

    driver: Driver
    domain: LabDomain
    held: dict[str, Content] = field(default_factory=dict)
    done: tuple[int, ...] = ()
    """Scribbles that the present state holds, in order."""

    async def virsh(self, *words: str) -> str:
        """virsh behind kvmtui's back."""
        return await asyncio.to_thread(self.domain.daemon.virsh, *words)

    async def take(self, name: str, how: str = "external") -> None:
        """A scribble of its own, then a snapshot."""
        self.scribble(len(self.held) + 1)
        ref = self.driver.ref("blank")
        await self.driver.carry_out(Create(ref, name, how=how))
        self.held[name] = history(*self.done)

    def scribble(self, number: int) -> None:
        scribble(self.domain, number)
        self.done = (*self.done, number)

    async def back(self, name: str, after: After = After.RECORDED) -> None:
        """Back to a snapshot, without keeping the present."""
        wish = Revert(self.driver.ref("blank"), name, after, safety=False)
        await self.driver.carry_out(wish)
        self.done = tuple(range(1, [*self.held].index(name) + 2))

    def preserved(self, name: str) -> Content:
        """What the files hold that a revert to the snapshot would go back to."""
        forest = self.driver.domain("blank").forest
        snapshot = forest.get(name) if forest else None
        assert snapshot is not None, f"{name} is gone"
        inside = name if snapshot.kind is Kind.INTERNAL else ""
        return pages(Path(snapshot.disks[0].base), inside)

    def spoilt(self) -> list[str]:
        """The snapshots that are still recorded and do not hold any more what they held."""
        forest = self.driver.domain("blank").forest
        assert forest is not None
        return [s.name for s in forest.snapshots if s.name in self.held and not self._whole(s.name)]

    def _whole(self, name: str) -> bool:
        try:
            return self.preserved(name) == self.held[name]
        except AssertionError:
            return False

    def check(self) -> None:
        """The present and every snapshot hold what they must."""
        assert now(self.domain) == history(*self.done)
        assert self.spoilt() == []


Grow = Callable[[Tree], Awaitable[None]]


async def chain(tree: Tree) -> None:
    """s1 - s2 - s3 - here."""
    for name in ("s1", "s2", "s3"):
        await tree.take(name)
    tree.scribble(9)


async def gone_back(tree: Tree) -> None:
    """s1 - s2 - here, and s3 beside it below s2."""
    await chain(tree)
    await tree.back("s2")
    tree.scribble(8)


async def forked(tree: Tree) -> None:
    """s1 - s2 - s4 - here, and s3 beside it below s2."""
    await gone_back(tree)
    tree.held.pop("s4", None)
    await tree.take("s4")


async def away(tree: Tree) -> None:
    """s1 - here, and s2 - s3 beside it below s1."""
    await chain(tree)
    await tree.back("s1")
    tree.scribble(8)


async def off(tree: Tree) -> None:
    """s1 - s2 - s3 - here, all taken while off."""
    tree.domain.destroy()
    await chain(tree)


async def gone_back_off(tree: Tree) -> None:
    """Like ``gone_back``, all taken while off: no record tells the chain below its image."""
    tree.domain.destroy()
    await gone_back(tree)


async def above_internal(tree: Tree) -> None:
    """i1 (inside the image) - s1 - here."""
    await tree.take("i1", "internal")
    await tree.take("s1")
    tree.scribble(9)


async def beside_internal(tree: Tree) -> None:
    """i1 (inside the image) - here, and s1 with files beside it, which virsh's revert spoils."""
    await above_internal(tree)
    tree.domain.destroy()
    await tree.virsh("snapshot-revert", "blank", "i1", "--force")
    await tree.driver.fleet.fresh(tree.driver.ref("blank"))
    tree.done = (1,)
    del tree.held["s1"]


async def with_ram(tree: Tree) -> None:
    """s1 with its RAM in a file - here."""
    await tree.take("s1", "ram")
    tree.scribble(9)


async def paused(tree: Tree) -> None:
    """s1 with its RAM - here, paused by kvmtui's revert."""
    await with_ram(tree)
    await tree.back("s1", After.PAUSED)


async def paused_by_virsh(tree: Tree) -> None:
    """The same by virsh, but on 9.0, which cannot revert."""
    if tree.driver.host.facts.external_revert:
        await with_ram(tree)
        await tree.virsh("snapshot-revert", "blank", "s1", "--paused")
        await tree.driver.fleet.fresh(tree.driver.ref("blank"))
        tree.done = (1,)
    else:
        await paused(tree)


async def detached(tree: Tree) -> None:
    """i1 inside two images, one of which is attached no more."""
    await tree.take("i1", "internal")
    tree.domain.destroy()
    await tree.virsh("detach-disk", "blank", "vdb", "--config")
    await tree.virsh("start", "blank")
    tree.scribble(9)


async def merging(tree: Tree) -> None:
    """s1 - s2 - s3 - here, and a job that waits for its switch."""
    await chain(tree)
    await tree.virsh("blockcommit", "blank", "vda", "--active", "--shallow")
    await tree.driver.until_domain("blank", lambda d: d.jobs and d.jobs[0].ready)
    del tree.held["s3"]


async def merged_by_hand(tree: Tree) -> None:
    """s1 - s2 - s3, the overlay of s3 merged into that of s2 by somebody who told nobody."""
    await chain(tree)
    words = ("--active", "--shallow", "--pivot", "--wait")
    await tree.virsh("blockcommit", "blank", "vda", *words)
    del tree.held["s3"]


def _stands_alone(domain: Domain) -> bool:
    disk = domain.config.disk("vda") if domain.config else None
    return disk is not None and len(disk.layers) == 1 and not domain.jobs


async def pulled(tree: Tree) -> None:
    """s1 - s2 - s3, all layers pulled up into the active one."""
    await chain(tree)
    await tree.virsh("blockpull", "blank", "vda")  # with --wait it can fail on a job that is done
    await tree.driver.until_domain("blank", _stands_alone, what="all layers pulled")
    tree.scribble(8)  # what was pulled is on the disk only when QEMU flushes it


async def interrupted(tree: Tree) -> None:
    """s1 - s2 - s3 - here; libvirt has s1 down as the target of a delete that was interrupted."""
    await chain(tree)
    record = etree.fromstring(await tree.virsh("snapshot-dumpxml", "blank", "s1"))
    disk = record.find("disks/disk[@snapshot='external']")
    assert disk is not None
    etree.SubElement(disk, "snapshotDeleteInProgress")
    file = tree.domain.disks[0].with_name("s1.xml")
    file.write_bytes(etree.tostring(record))
    await tree.virsh("snapshot-create", "blank", str(file), "--redefine")
    await tree.driver.fleet.fresh(tree.driver.ref("blank"))
