"""Correcting a record: only where the chain itself tells what the snapshot stands on."""

from __future__ import annotations

from typing import Any

import pytest

from kvmtui.model.domain import Domain
from kvmtui.model.snapshot import Forest, Snapshot
from kvmtui.model.value import replace
from kvmtui.plans import planner
from kvmtui.plans.plan import Danger, Refusal
from kvmtui.plans.steps import Amend
from kvmtui.plans.wishes import Mend, Move, Pull, Revert
from tests.worlds import (
    COMMITTING,
    GIB,
    V9,
    allowed,
    chained,
    disk,
    domain,
    external,
    file,
    place,
    ref,
    refused,
    world,
)

BASE, ONE, TWO, THREE = (file(f"web.{n}") for n in ("qcow2", "s1.qcow2", "s2.qcow2", "s3.qcow2"))
RECORDS = {snapshot.name: snapshot for snapshot in (chained(3).forest or Forest()).snapshots}
S1, S2, S3 = (RECORDS[name] for name in ("s1", "s2", "s3"))
S4 = external("s4", "s3", base="web.s3.qcow2", overlay="web.s4.qcow2")


def after(*layers: str, records: tuple[Snapshot, ...], **fields: Any) -> Domain:
    forest = Forest(records, "s3")
    return domain("web", disk(*layers, **fields), forest=forest)


def test_what_stood_on_the_merged_layer_is_recorded_on_its_base() -> None:
    """s2 was being deleted: its layer went into that of s1 while kvmtui was away."""
    web = after(THREE, ONE, BASE, records=(S1, replace(S3, parent="s1")))
    plan = allowed(world(web), Mend(ref(web), "s3"))
    assert plan.steps == (Amend("web", "vda", TWO, ONE, "file", "qcow2", ("s3",)),)
    assert plan.losses == ()
    told = "right only if web.s2.qcow2 was merged into web.s1.qcow2: somebody's pull looks the same"
    assert plan.warnings == (told,)


def test_records_below_that_may_name_the_layer_too_are_corrected_with_it() -> None:
    web = after(THREE, TWO, BASE, records=(replace(S2, parent=None), S3))
    plan = allowed(world(web), Mend(ref(web), "s2"))
    assert plan.steps == (Amend("web", "vda", ONE, BASE, "file", "qcow2", ("s2", "s3")),)


@pytest.mark.parametrize(
    ("web", "name", "rule"),
    [
        (chained(3), "s2", "fits"),
        (chained(3), "nobody", "gone"),
        (after(THREE, ONE, BASE, records=(S1, S2, S3)), "s3", "in use"),
        (after(THREE, records=(S1, S3)), "s3", "fits"),
        (after(THREE, ONE, records=(S1, S3), complete=False), "s3", "fits"),
        (
            replace(
                after(THREE, ONE, BASE, records=(S1, replace(S3, parent="s1"))), jobs=(COMMITTING,)
            ),
            "s3",
            "block job",
        ),
    ],
    ids=["fits", "gone", "kept", "pulled", "unknown", "job"],
)
def test_reasons_against_it(web: Domain, name: str, rule: str) -> None:
    assert refused(world(web), Mend(ref(web), name)) == rule


def test_a_record_in_which_libvirt_hides_the_overlay_of_its_own_revert_is_left_alone() -> None:
    """Written anew it would lose that, and libvirt's next revert remove what s3 stands on."""
    web = after(file("web.1700000000"), TWO, BASE, records=(replace(S2, parent=None), S3, S4))
    assert web.forest is not None
    web = replace(web, forest=replace(web.forest, current="s3"))
    assert refused(world(web), Mend(ref(web), "s2")) == "hidden"
    assert refused(world(web, libvirt=V9), Mend(ref(web), "s2")) == ""


@pytest.mark.parametrize(
    ("records", "layers", "remedy"),
    [
        ((S1, replace(S3, parent="s1")), (THREE, ONE, BASE), "d can correct its record"),
        ((S1, S2, S3), (THREE, ONE, BASE), "forget “s2” first, if there is no way to it"),
        ((S1, S2, S3), (THREE,), "only its record can be forgotten"),
    ],
)
def test_who_cannot_go_back_is_told_that_the_record_can_be_corrected(
    records: tuple[Snapshot, ...], layers: tuple[str, ...], remedy: str
) -> None:
    web = after(*layers, records=records)
    made = planner.make(world(web), Revert(ref(web), "s3"))
    assert isinstance(made, Refusal)
    assert (made.rule, made.remedy) == ("stale", remedy)


def test_a_pull_or_a_move_tells_that_no_record_can_be_corrected_afterwards() -> None:
    web = after(THREE, ONE, BASE, records=(S1, replace(S3, parent="s1")))
    shown = world(web)
    (there,) = shown.hosts
    shown = replace(shown, hosts=(replace(there, places=(place("/new/web.qcow2", free=9 * GIB),)),))
    move = Move(ref(web), "vda", "/new/web.qcow2")
    for wish in (Pull(ref(web), "vda"), move):
        plan = allowed(shown, wish)
        assert "the way back to “s3”, unless its record is corrected first (d)" in plan.losses
        assert plan.danger is Danger.LOSS
    above = replace(move, shallow=True)
    assert not any("s3" in told for told in allowed(shown, above).losses)
    right = chained(3)
    assert not any(
        "corrected" in told for told in allowed(world(right), Pull(ref(right), "vda")).losses
    )
