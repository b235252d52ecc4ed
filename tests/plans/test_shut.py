"""A paused QEMU that has saved its RAM keeps its images shut, and its RAM, until it goes on."""

from __future__ import annotations

from typing import Any

import pytest

from kvmtui.model.domain import Domain, State
from kvmtui.model.snapshot import Forest, Memory
from kvmtui.plans import planner
from kvmtui.plans.plan import Refusal
from kvmtui.plans.steps import Verb
from kvmtui.plans.wishes import Create, Delete, Merge, Move, Pull, Revert, Switch, Wish
from tests.worlds import V9, V12, disk, domain, external, file, ref, refused, world

S1 = external("s1", base="web.qcow2", overlay="web.s1.qcow2")
RAM: dict[str, Any] = {"memory": Memory.EXTERNAL, "memory_file": "/img/web.s2.mem"}


def saved(then: str = "paused", now: State = State.PAUSED, **fields: Any) -> Domain:
    """s2 is with RAM."""
    s2 = external("s2", "s1", base="web.s1.qcow2", overlay="web.s2.qcow2", state=then, **RAM)
    layers = disk(file("web.s2.qcow2"), file("web.s1.qcow2"), file("web.qcow2"))
    return domain("web", layers, forest=Forest((S1, s2), "s2"), state=now, **fields)


WEB = ref(saved())
MERGE = Merge(WEB, "vda", file("web.qcow2"))


@pytest.mark.parametrize(
    ("wish", "rule"),
    [
        (MERGE, "shut"),
        (Merge(WEB, "vda", file("web.qcow2"), top=file("web.s1.qcow2")), "shut"),
        (Delete(WEB, "s2"), "shut"),
        (Delete(WEB, "s1", cancellable=True), "shut"),
        (Create(WEB, "s3", how="ram"), "shut"),
        (Switch(WEB, Verb.SAVE), "shut"),
        (Switch(WEB, Verb.SAVE_TO, "/img/web.save"), "shut"),
        (Revert(WEB, "s1"), ""),
        (Revert(WEB, "s1", safety_ram=True), "safety: shut"),
        (Create(WEB, "s3"), ""),
        (Pull(WEB, "vda"), "shut"),
        (Delete(WEB, "s2", metadata_only=True), ""),
        (Switch(WEB, Verb.FORCE_OFF), ""),
    ],
)
def test_what_qemu_does_not_do_then_is_refused(wish: Wish, rule: str) -> None:
    assert refused(world(saved(), libvirt=V12), wish) == rule


@pytest.mark.parametrize(
    "web",
    [
        saved("running"),
        saved(now=State.RUNNING),
        saved(now=State.OFF),
        saved(errand=True),
        saved(reason="reverted"),
    ],
    ids=["saved running", "resumed", "off", "started for a merge", "back from a file"],
)
def test_otherwise_it_is_not(web: Domain) -> None:
    for wish in (MERGE, Delete(WEB, "s2"), Create(WEB, "s3", how="ram")):
        assert refused(world(web, libvirt=V12), wish) in ("", "no RAM"), wish


def test_older_ones_pull_and_copy_all_the_same() -> None:
    for wish in (Pull(WEB, "vda"), Move(WEB, "vda", "/img/new.qcow2")):
        assert refused(world(saved(), libvirt=V12), wish) == "shut"
        assert refused(world(saved(), libvirt=V9), wish) != "shut"


def test_it_can_be_resumed_first() -> None:
    made = planner.make(world(saved(), libvirt=V12), MERGE)
    assert isinstance(made, Refusal)
    assert "as when “s2” saved its RAM: nothing can be merged until it goes on" in made.reason
    assert [other.wish for other in made.instead] == [Switch(WEB, Verb.RESUME)]
