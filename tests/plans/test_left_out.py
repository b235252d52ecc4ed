"""Disks that a definition sets apart: transient ones, and those that snapshots leave out."""

from __future__ import annotations

from typing import Any

import pytest

from kvmtui.model.domain import Domain, State
from kvmtui.model.snapshot import Forest
from kvmtui.plans.steps import CreateSnapshot
from kvmtui.plans.wishes import Create, Merge, Move, Pull, Wish
from tests.worlds import allowed, disk, domain, file, ref, refused, world


def web(state: State = State.RUNNING, **fields: Any) -> Domain:
    """vdb is such a disk."""
    odd = disk(file("b.TRANSIENT"), file("b.qcow2"), target="vdb", **fields)
    return domain("web", disk(file("a.qcow2")), odd, forest=Forest(), state=state)


WEB = ref(web())


def included(of: Domain, how: str) -> list[str]:
    (step,) = allowed(world(of), Create(WEB, "s1", how=how)).steps
    assert isinstance(step, CreateSnapshot)
    return [target.disk for target in step.targets if target.mode != "no"]


@pytest.mark.parametrize(
    ("fields", "how", "expected"),
    [
        ({}, "external", ["vda", "vdb"]),
        ({"excluded": True}, "external", ["vda"]),
        ({"excluded": True}, "ram", ["vda", "vdb"]),
        ({"excluded": True}, "internal", ["vda", "vdb"]),
        ({"transient": True}, "external", ["vda"]),
    ],
)
def test_what_a_snapshot_includes_unless_somebody_chooses(
    fields: dict[str, Any], how: str, expected: list[str]
) -> None:
    assert included(web(**fields), how) == expected


def test_what_is_left_out_is_told_and_can_be_chosen() -> None:
    apart = web(excluded=True)
    assert "not included: vdb" in allowed(world(apart), Create(WEB, "s1")).warnings
    assert allowed(world(apart), Create(WEB, "s1", disks=("vda", "vdb")))


@pytest.mark.parametrize("state", [State.RUNNING, State.PAUSED, State.OFF])
def test_what_is_gone_when_the_domain_stops_is_neither_kept_nor_merged(state: State) -> None:
    gone = web(state, transient=True)
    chosen = Create(WEB, "s1", disks=("vda", "vdb"))
    assert refused(world(gone), chosen) == ("" if state is State.OFF else "transient disk")
    jobs: tuple[Wish, ...] = (
        Merge(WEB, "vdb", file("b.qcow2")),
        Pull(WEB, "vdb"),
        Move(WEB, "vdb", "/img/new.qcow2"),
    )
    for job in jobs:
        assert refused(world(gone), job) == "transient disk"
