"""libvirt's own calls, made by virsh as anybody would, and what comes of them."""

from __future__ import annotations

import asyncio

import pytest

from tests.lab.patience import eventually
from tests.lab.traps.known import Trap
from tests.lab.trees import Tree
from tests.lab.virsh import VirshFailed


def bites(tree: Tree, trap: Trap) -> bool:
    """Whether the trap is there on the libvirt of this tree."""
    return trap.bites(tree.driver.host.facts.libvirt)


async def dies(tree: Tree, *words: str) -> None:
    """The daemon must die of what virsh asks."""
    with pytest.raises(VirshFailed, match="Input/output error"):
        await tree.virsh(*words)
    daemon = tree.domain.daemon
    await asyncio.to_thread(eventually, lambda: not daemon.lives, "the daemon is dead")


async def fails(tree: Tree, *words: str) -> str:
    """libvirt must not do what virsh asks; gives its reason."""
    with pytest.raises(VirshFailed) as failed:
        await tree.virsh(*words)
    return str(failed.value)


async def seen(tree: Tree) -> None:
    """kvmtui reads what virsh has done."""
    await tree.driver.fleet.fresh(tree.driver.ref("blank"))
