"""What libvirt does with deletes, row by row, and what kvmtui does instead.

Every row is run twice on a daemon of its own, for some end with the daemon's death: once by
kvmtui, which either does it without loss or refuses by a named rule, and once by bare virsh.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kvmtui.host.virt import Opener
from kvmtui.plans.plan import Plan, Refusal
from kvmtui.plans.wishes import Delete
from tests.host.driver import driving
from tests.lab import trees
from tests.lab.conftest import complete
from tests.lab.daemon import Daemon, running
from tests.lab.debian import debootstrapped
from tests.lab.domain import define_blank
from tests.lab.patience import eventually
from tests.lab.progress import Say
from tests.lab.trees import Grow, Tree
from tests.lab.versions import HOST, chosen
from tests.lab.virsh import VirshFailed

pytestmark = pytest.mark.lab

OLD = 10_000_000
"""libvirt versions below are those of Debian 12, others those of Debian 13."""

DIES = "the daemon dies"
SPOILS = "another snapshot is lost"


@dataclass(frozen=True)
class Row:
    """A delete, the rule by which kvmtui refuses it (empty: it does it), and what virsh gets."""

    grow: Grow
    snapshot: str
    rule: str
    old: str
    """What libvirt 9.0 does: DIES, SPOILS, its words when it refuses, or empty when it works."""
    new: str
    """What libvirt 11.3 does."""
    flags: tuple[str, ...] = ()
    old_rule: str | None = None
    """The rule on 9.0, where it is another."""

    def __str__(self) -> str:
        return "-".join((self.grow.__name__, self.snapshot, *self.flags))

    def wish(self, tree: Tree) -> Delete:
        fields: dict[str, Any] = {
            "children": "--children" in self.flags or "--children-only" in self.flags,
            "itself": "--children-only" not in self.flags,
            "metadata_only": "--metadata" in self.flags,
        }
        return Delete(tree.driver.ref("blank"), self.snapshot, **fields)


CHAIN = "could not find base disk source in disk source chain"
CHILDREN = "deletion of external children disk snapshots not supported"

ROWS = (
    Row(trees.chain, "s1", "", "", ""),
    Row(trees.chain, "s2", "", "", ""),
    Row(trees.chain, "s3", "", "", ""),
    Row(trees.off, "s1", "", CHAIN, ""),
    Row(trees.chain, "s2", "", CHILDREN, CHILDREN, ("--children",)),
    Row(trees.chain, "s2", "", CHILDREN, CHILDREN, ("--children-only",)),
    Row(trees.chain, "s3", "", *2 * ("snapshots with children not supported",), ("--children",)),
    Row(trees.chain, "s2", "", SPOILS, "", ("--metadata",)),
    Row(trees.forked, "s2", "children", SPOILS, "multiple children snapshots not supported"),
    Row(trees.gone_back, "s2", "active", SPOILS, "active external snapshot that is not a leaf"),
    Row(trees.gone_back, "s1", "crash", SPOILS, ""),
    Row(trees.gone_back_off, "s1", "crash", CHAIN, DIES),
    Row(trees.away, "s2", "branch", CHAIN, "not in active chain is not supported"),
    Row(trees.gone_back, "s3", "", CHAIN, ""),
    Row(trees.above_internal, "s1", "", *2 * ("internal snapshot as parent not supported",)),
    Row(trees.beside_internal, "s1", "", CHAIN, ""),
    Row(trees.with_ram, "s1", "", "", ""),
    Row(trees.paused, "s1", "restored", "", "can't be a backing child", old_rule=""),
    Row(trees.paused_by_virsh, "s1", "restored", "", "can't be a backing child", old_rule=""),
    Row(trees.detached, "i1", "detached", DIES, "not found in the current definition"),
    Row(trees.merging, "s1", "block job", *2 * ("another active block job",)),
    Row(trees.merged_by_hand, "s3", "stale", CHAIN, "parent disk source are not the same"),
    Row(trees.pulled, "s2", "stale", CHAIN, "could not find base disk source"),
    Row(trees.interrupted, "s1", "unfinished", *2 * ("target of not completed snapshot delete",)),
    Row(trees.interrupted, "s2", "", "", ""),
)


@pytest.fixture(params=chosen())
def own(
    request: pytest.FixtureRequest, say: Say, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Daemon]:
    """A daemon that nobody else misses when it is dead."""
    with ExitStack() as stack:
        with complete():
            root = None if request.param == HOST else debootstrapped(request.param, say)
            shared = [tmp_path_factory.getbasetemp()]
            daemon = stack.enter_context(running(root=root, shared=shared))
        yield daemon


@pytest.fixture(params=ROWS, ids=str)
def row(request: pytest.FixtureRequest) -> Row:
    found: Row = request.param
    return found


@pytest.fixture
async def tree(own: Daemon, row: Row, tmp_path: Path) -> AsyncIterator[Tree]:
    """The domain with its snapshots as the row wants them."""
    domain = define_blank(own, "blank", tmp_path, mib=24, disks=2)
    domain.start()
    async with driving(Opener(own.remote), tmp_path / "state") as driver:
        await driver.meet("blank")
        grown = Tree(driver, domain)
        await row.grow(grown)
        yield grown


async def test_kvmtui_loses_nothing_or_refuses_by_name(tree: Tree, row: Row) -> None:
    old = tree.driver.host.facts.libvirt < OLD
    rule = row.old_rule if old and row.old_rule is not None else row.rule
    state = tree.domain.state
    made = await tree.driver.plan(row.wish(tree))
    if isinstance(made, Plan):
        outcome = await tree.driver.fleet.perform(made)
        assert outcome.ok, outcome.says
    assert (made.rule if isinstance(made, Refusal) else "") == rule
    tree.check()
    assert tree.domain.state == state


async def test_bare_virsh_does_what_the_rules_say(tree: Tree, row: Row, own: Daemon) -> None:
    expected = row.old if tree.driver.host.facts.libvirt < OLD else row.new
    words = ("snapshot-delete", "blank", row.snapshot, *row.flags)
    if expected == DIES:
        with pytest.raises(VirshFailed, match="Input/output error"):
            await tree.virsh(*words)
        await asyncio.to_thread(eventually, lambda: not _lives(own.pid), "the daemon is dead")
        return
    if expected in ("", SPOILS):
        await tree.virsh(*words)
    else:
        with pytest.raises(VirshFailed) as refused:
            await tree.virsh(*words)
        assert expected in str(refused.value)
    await tree.driver.fleet.fresh(tree.driver.ref("blank"))
    assert bool(tree.spoilt()) == (expected == SPOILS)


def _lives(pid: int) -> bool:
    """A daemon that has died and was not waited for yet lives no more."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
