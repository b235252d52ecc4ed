"""Beside each reason against a wish: what helps, as far as that can be had."""

from __future__ import annotations

from typing import Any

import pytest

from kvmtui.model.disk import Mirror
from kvmtui.model.domain import Domain, State
from kvmtui.model.snapshot import Forest, SnapshotDisk
from kvmtui.model.value import replace
from kvmtui.plans import planner
from kvmtui.plans.adopt import PART
from kvmtui.plans.plan import Plan, Refusal
from kvmtui.plans.steps import Verb
from kvmtui.plans.wishes import (
    Cancel,
    Create,
    Delete,
    Finish,
    Mend,
    Merge,
    Revert,
    Switch,
    Wish,
)
from tests.worlds import (
    COMMITTING,
    READY,
    V9,
    V11,
    V12,
    branched,
    chained,
    disk,
    domain,
    external,
    file,
    inner,
    internal,
    marked,
    ref,
    world,
)

WEB = ref(domain("web"))
SAVED = chained(1, state=State.OFF, managed_save=True)
PAUSED: dict[str, Any] = {"state": State.PAUSED, "reason": "reverted"}
COMMIT = Merge(WEB, "vda", file("web.qcow2"))


RENAMED = Forest(
    (external("s1", base="web.qcow2", overlay="web.s1.qcow2", targets=("hda",)),), "s1"
)
"""Of a disk that is vda now."""


def recorded(of: Domain, **fields: Any) -> Domain:
    """With other fields in its only record."""
    assert of.forest is not None
    (taken,) = of.forest.snapshots
    return replace(of, forest=Forest((replace(taken, **fields),), taken.name))


def with_disk(of: Domain, **fields: Any) -> Domain:
    """The one snapshot has a second disk in its record."""
    assert of.forest is not None
    (taken,) = of.forest.snapshots
    return recorded(of, disks=(*taken.disks, SnapshotDisk("vdb", base="/b", **fields)))


def gone_back() -> Domain:
    """root - here, and s1 beside it below root."""
    root = external("root", base="web.qcow2", overlay="web.root-r.qcow2")
    s1 = external("s1", "root", base="web.root.qcow2", overlay="web.s1.qcow2")
    chain = disk(file("web.root-r.qcow2"), file("web.qcow2"))
    return domain("web", chain, forest=Forest((root, s1), "root"))


def merged_by_hand() -> Domain:
    """s2, whose base was merged into the one below, and no other record."""
    s2 = external("s2", base="web.s1.qcow2", overlay="web.s2.qcow2")
    chain = disk(file("web.s2.qcow2"), file("web.qcow2"))
    return domain("web", chain, forest=Forest((s2,), "s2"))


def holding(overlay: str) -> Domain:
    """s1, and i1 inside its overlay."""
    forest = chained(1).forest or Forest()
    inside = internal("i1", "s1", base=overlay)
    return replace(chained(1), forest=Forest((*forest.snapshots, inside), "i1"))


def below_external() -> Domain:
    """i1 in an image on which external e1 stands."""
    of = inner("i1")
    assert of.forest is not None
    kept = external("e1", "i1", base="web.qcow2", overlay="web.e1.qcow2")
    return domain(
        "web",
        disk(file("web.e1.qcow2"), file("web.qcow2")),
        forest=Forest((*of.forest.snapshots, kept), "e1"),
    )


def with_mirror(of: Domain) -> Domain:
    """Its job writes to what it will switch over to."""
    assert of.config is not None
    (vda,) = of.config.disks
    mirrored = replace(vda, mirror=Mirror("active-commit", file("web.qcow2"), ready=True))
    return replace(of, config=replace(of.config, disks=(mirrored,)))


def after_a_revert() -> Domain:
    """Twenty in a row, one of which a revert has taken of the state before."""
    of = chained(20)
    assert of.forest is not None
    about: dict[str, Any] = {"name": "before-revert", "description": "before “s1”"}
    taken = (
        replace(s, **about) if s.name == "s9" else
        replace(s, parent="before-revert") if s.parent == "s9" else s
        for s in of.forest.snapshots
    )  # fmt: skip
    return replace(of, forest=Forest(tuple(taken), "s20"))


def off(of: Domain) -> Domain:
    """The same, off, with a chain of which only the active layer is known."""
    assert of.config is not None
    (vda,) = of.config.disks
    short = replace(vda, layers=vda.layers[:1], complete=False)
    config = replace(of.config, disks=(short,))
    return replace(of, state=State.OFF, config=config)


CASES = [
    (
        chained(1, jobs=(COMMITTING,)), V11, Create(WEB, "s2"), "block job",
        {"cancel the active commit of vda first": Cancel(WEB, "vda")},
    ),
    (
        with_mirror(chained(1, jobs=(READY,))), V11, Revert(WEB, "s1"), "block job",
        {
            "switch the active commit of vda over first": Finish(WEB, "vda"),
            "cancel the active commit of vda first": Cancel(WEB, "vda"),
        },
    ),
    (
        SAVED, V11, Revert(WEB, "s1"), "saved RAM",
        {
            "go back, and give the saved RAM up": Revert(WEB, "s1", drop_saved=True),
            "start it first, with its saved RAM": Switch(WEB, Verb.START),
        },
    ),
    (
        chained(1, managed_save=True), V11, Revert(WEB, "s1"), "saved RAM",
        {"go back, and give the saved RAM up": Revert(WEB, "s1", drop_saved=True)},
    ),
    (
        SAVED, V11, Create(WEB, "s2"), "saved RAM",
        {
            "start it first, with its saved RAM": Switch(WEB, Verb.START),
            "start it first, without its saved RAM": Switch(WEB, Verb.START_FRESH),
        },
    ),
    (
        SAVED, V11, COMMIT, "saved RAM",
        {
            "start it first, with its saved RAM": Switch(WEB, Verb.START),
            "start it first, without its saved RAM": Switch(WEB, Verb.START_FRESH),
        },
    ),
    (
        chained(1, **PAUSED), V11, Delete(WEB, "s1"), "restored",
        {"resume it first": Switch(WEB, Verb.RESUME)},
    ),
    (
        chained(1, state=State.OFF, checkpoints=2), V11, Create(WEB, "s2"), "checkpoints",
        {"start it first": Switch(WEB, Verb.START)},
    ),
    (
        off(chained(2)), V11, Delete(WEB, "s1", cancellable=True), "chain unknown",
        {"start it paused first": Switch(WEB, Verb.START_PAUSED)},
    ),
    (
        branched(), V11, Delete(WEB, "root"), "crash",
        {"delete “s2” too": Delete(WEB, "root", marked=("s2",))},
    ),
    (
        branched(), V12, Delete(WEB, "s1"), "children",
        {"delete “s2” too": Delete(WEB, "s1", marked=("s2",))},
    ),
    (
        branched(), V11, Delete(WEB, "s1", cancellable=True), "branches",
        {"delete “s2” first": Delete(WEB, "s2")},
    ),
    (
        gone_back(), V12, Delete(WEB, "root"), "active",
        {"delete “s1” too": Delete(WEB, "root", marked=("s1",))},
    ),
    (gone_back(), V11, Revert(WEB, "root"), "", {}),
    (
        holding("web.s1.qcow2"), V12, Delete(WEB, "s1"), "internal inside",
        {"delete “i1” too": Delete(WEB, "s1", marked=("i1",))},
    ),
    (
        below_external(), V12, Revert(WEB, "i1"), "stands on it",
        {"delete “e1” first": Delete(WEB, "e1")},
    ),
    (
        marked(chained(2), "s1"), V11, Delete(WEB, "s1"), "unfinished",
        {"delete “s2” again": Delete(WEB, "s2")},
    ),
    (
        merged_by_hand(), V11, Revert(WEB, "s2"), "stale",
        {
            "correct its record": Mend(WEB, "s2"),
            "forget its record": Delete(WEB, "s2", metadata_only=True),
        },
    ),
    (
        with_disk(inner("i1"), mode="internal"), V9, Delete(WEB, "i1"), "detached",
        {"with the domain off meanwhile": Delete(WEB, "i1", asleep=True)},
    ),
    (
        recorded(inner("x"), name="máy chủ"), V11, Delete(WEB, "máy chủ"), "name job",
        {"with the domain off meanwhile": Delete(WEB, "máy chủ", asleep=True)},
    ),
    (
        recorded(inner("x"), name='a"b'), V9, Delete(WEB, 'a"b'), "name quoted",
        {"with the domain off meanwhile": Delete(WEB, 'a"b', asleep=True)},
    ),
    (
        recorded(inner("x"), description=PART), V11, Revert(WEB, "x"), "part",
        {"delete “x” first": Delete(WEB, "x")},
    ),
    (
        domain("web", disk(file("web.s1.qcow2"), file("web.qcow2")), forest=RENAMED), V11,
        Merge(WEB, "vda", file("web.qcow2")), "renamed",
        {"forget the record of “s1” first": Delete(WEB, "s1", metadata_only=True)},
    ),
    (
        with_disk(inner("i1", unsaveable="a TPM"), mode="internal"), V9, Delete(WEB, "i1"),
        "detached", {},
    ),
    (
        chained(20), V11, Create(WEB, "s99"), "nesting",
        {"delete “s1” first": Delete(WEB, "s1")},
    ),
    (
        chained(20), V11, Revert(WEB, "s1"), "safety: nesting",
        {"delete “s2” first": Delete(WEB, "s2")},
    ),
    (
        after_a_revert(), V11, Create(WEB, "s99"), "nesting",
        {"delete “before-revert” first": Delete(WEB, "before-revert")},
    ),
    (chained(30, state=State.OFF), V11, Create(WEB, "s99"), "nesting", {}),
    (
        chained(200), V12, Create(WEB, "s999"), "depth",
        {"delete “s1” first": Delete(WEB, "s1")},
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("web", "libvirt", "wish", "rule", "helps"),
    CASES,
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_beside_the_reason_stands_what_helps_and_it_can_be_had(
    web: Domain, libvirt: int, wish: Wish, rule: str, helps: dict[str, Wish]
) -> None:
    shown = world(web, libvirt=libvirt)
    made = planner.make(shown, wish)
    assert (made.rule if isinstance(made, Refusal) else "") == rule
    offered = made.instead if isinstance(made, Refusal) else ()
    assert {other.says: other.wish for other in offered} == helps
    assert all(isinstance(planner.make(shown, other), Plan) for other in helps.values())
