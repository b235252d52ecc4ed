"""What libvirt does with deletes, row by row, and what kvmtui does instead.

Every row is asked of both: of kvmtui, which either does it without loss or refuses by a named
rule, and of bare virsh, of which some daemons die.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kvmtui.host.virt import Opener
from kvmtui.plans.plan import Refusal
from kvmtui.plans.wishes import Delete
from tests.host.driver import driving
from tests.lab import trees
from tests.lab.daemon import Daemon
from tests.lab.domain import define_blank
from tests.lab.patience import eventually
from tests.lab.trees import Grow, Tree
from tests.lab.versions import on
from tests.lab.virsh import VirshFailed

pytestmark = pytest.mark.lab

DIES = "the daemon dies"
SPOILS = "another snapshot is lost"


@dataclass(frozen=True)
class Row:
    """A delete, the rule by which kvmtui refuses it (empty: it does it), and what virsh gets.

    Several are those of one libvirt after another, see `on`.
    """

    grow: Grow
    snapshot: str
    rule: str | tuple[str, ...]
    does: str | tuple[str, ...]
    """What libvirt does: DIES, SPOILS, its words when it refuses, or empty when it works."""
    flags: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "-".join((self.grow.__name__, self.snapshot, *self.flags))

    def at(self, libvirt: int) -> tuple[str, str]:
        """The rule there, and what that libvirt does by itself."""
        rule, does = ((x,) if isinstance(x, str) else x for x in (self.rule, self.does))
        return on(libvirt, *rule), on(libvirt, *does)

    @property
    def words(self) -> tuple[str, ...]:
        """What virsh is told."""
        return ("snapshot-delete", "blank", self.snapshot, *self.flags)

    def is_line(self, line: str) -> bool:
        """Whether a line tells virsh the same."""
        told = {*line.split()} - {"virsh", "--domain", "--snapshotname"}
        return told == {*self.words}

    def wish(self, tree: Tree) -> Delete:
        fields: dict[str, Any] = {
            "children": "--children" in self.flags or "--children-only" in self.flags,
            "itself": "--children-only" not in self.flags,
            "metadata_only": "--metadata" in self.flags,
        }
        return Delete(tree.driver.ref("blank"), self.snapshot, **fields)


CHAIN = "could not find base disk source in disk source chain"
CHILDREN = "deletion of external children disk snapshots not supported"

PARENT = "internal snapshot as parent not supported"
BACKING = "can't be a backing child"

ROWS = (
    Row(trees.chain, "s1", "", ""),
    Row(trees.chain, "s2", "", ""),
    Row(trees.chain, "s3", "", ""),
    Row(trees.off, "s1", "", (CHAIN, "")),
    Row(trees.chain, "s2", "", CHILDREN, ("--children",)),
    Row(trees.chain, "s2", "", CHILDREN, ("--children-only",)),
    Row(trees.chain, "s3", "", "snapshots with children not supported", ("--children",)),
    Row(trees.chain, "s2", "", (SPOILS, ""), ("--metadata",)),
    Row(trees.forked, "s2", "children", (SPOILS, "multiple children snapshots not supported")),
    Row(trees.gone_back, "s2", "active", (SPOILS, "active external snapshot that is not a leaf")),
    Row(trees.gone_back, "s1", ("crash", "crash", ""), (SPOILS, "")),
    Row(trees.gone_back_off, "s1", ("crash", "crash", ""), (CHAIN, DIES, "")),
    Row(trees.away, "s2", "branch", (CHAIN, "not in active chain is not supported")),
    Row(trees.gone_back, "s3", "", (CHAIN, "")),
    Row(trees.above_internal, "s1", "", PARENT),
    Row(trees.beside_internal, "s1", "", (CHAIN, "")),
    Row(trees.with_ram, "s1", "", ""),
    Row(trees.paused, "s1", ("", "restored", ""), ("", BACKING, "")),
    Row(trees.paused_by_virsh, "s1", ("", "restored", ""), ("", BACKING, "")),
    Row(trees.detached, "i1", "detached", (DIES, "not found in the current definition")),
    Row(trees.merging, "s1", "block job", "another active block job"),
    Row(trees.merged_by_hand, "s3", "stale", (CHAIN, "parent disk source are not the same")),
    Row(trees.pulled, "s2", "stale", (CHAIN, "could not find base disk source")),
    Row(trees.interrupted, "s1", "unfinished", "target of not completed snapshot delete"),
    Row(trees.interrupted, "s2", "", ""),
)


@pytest.fixture(params=ROWS, ids=str)
def row(request: pytest.FixtureRequest) -> Row:
    found: Row = request.param
    return found


@pytest.fixture
async def tree(daemon: Daemon, row: Row, tmp_path: Path) -> AsyncIterator[Tree]:
    """The domain with its snapshots as the row wants them; a daemon that dies of it comes back."""
    domain = define_blank(daemon, "blank", tmp_path, mib=24, disks=2)
    try:
        domain.start()
        async with driving(Opener(daemon.remote), tmp_path / "state") as driver:
            await driver.meet("blank")
            grown = Tree(driver, domain)
            await row.grow(grown)
            yield grown
    finally:
        if not daemon.lives:
            await asyncio.to_thread(daemon.start)
        domain.remove()


async def test_kvmtui_loses_nothing_or_refuses_by_name_what_virsh_may_not_know(
    tree: Tree, row: Row
) -> None:
    rule, expected = row.at(tree.driver.host.facts.libvirt)
    state, wish = tree.domain.state, row.wish(tree)
    made = await tree.driver.plan(wish)
    assert (made.rule if isinstance(made, Refusal) else "") == rule
    if rule or expected not in ("", DIES, SPOILS):
        await bare(tree, row, expected)
    if rule:
        return
    tree.check()
    plan = await tree.driver.carry_out(wish)
    tree.check()
    assert tree.domain.state == state
    if not expected:
        assert any(row.is_line(step.virsh) for step in plan.steps), "virsh can do it, too"


@pytest.mark.parametrize("row", [r for r in ROWS if SPOILS in r.does and not r.rule], ids=str)
async def test_virsh_may_spoil_what_kvmtui_does_without_loss(tree: Tree, row: Row) -> None:
    _, expected = row.at(tree.driver.host.facts.libvirt)
    await bare(tree, row, expected)


async def bare(tree: Tree, row: Row, expected: str) -> None:
    """The row by virsh, which must do what the row says."""
    if expected == DIES:
        with pytest.raises(VirshFailed, match="Input/output error"):
            await tree.virsh(*row.words)
        daemon = tree.domain.daemon
        await asyncio.to_thread(eventually, lambda: not daemon.lives, "the daemon is dead")
        return
    if expected in ("", SPOILS):
        await tree.virsh(*row.words)
    else:
        with pytest.raises(VirshFailed) as refused:
            await tree.virsh(*row.words)
        assert expected in str(refused.value)
    await tree.driver.fleet.fresh(tree.driver.ref("blank"))
    assert bool(tree.spoilt()) == (expected == SPOILS)
