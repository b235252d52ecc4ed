"""Moving a disk: the steps, what is told, and the reasons against it."""

from __future__ import annotations

from typing import Any

import pytest

from kvmtui.model.disk import Disk, ImageSnapshot, Mirror
from kvmtui.model.domain import Domain, State
from kvmtui.model.job import Job, JobKind
from kvmtui.model.place import There
from kvmtui.model.value import replace
from kvmtui.plans.chain import move
from kvmtui.plans.plan import Danger
from kvmtui.plans.steps import (
    AwaitReady,
    Copy,
    Pivot,
    Power,
    Redefine,
    RemoveFile,
    Verb,
    Vouch,
)
from kvmtui.plans.subject import Subject, find
from kvmtui.plans.wishes import Finish, Move
from tests.plans.test_pull import here
from tests.worlds import COMMITTING, GIB, allowed, chained, disk, file, place, ref, refused

BASE, ONE, TWO = (file(f"web{n}.qcow2") for n in ("", ".s1", ".s2"))
NEW = "/new/web.qcow2"
PLACES = (place(NEW, free=100 * GIB),)


def wish(of: Domain, **fields: Any) -> Move:
    return Move(ref(of), "vda", NEW, **fields)


def test_copy_then_vouch_then_wait_and_switch() -> None:
    """The copy comes first: only a file that it has made is removed when the rest fails."""
    web = chained(2)
    plan = allowed(here(web, places=PLACES, commit_bandwidth=7), wish(web))
    assert plan.steps == (
        Copy("web", "vda", NEW, "qcow2", 7),
        Vouch("web", "vda", ("s1", "s2")),
        AwaitReady("web", "vda"),
        Pivot("web", "vda", NEW),
    )
    assert plan.undo == (RemoveFile("web", NEW),)
    assert plan.steps[0].virsh == (
        "virsh blockcopy --domain web --path vda --dest /new/web.qcow2 --format qcow2"
        " --bytes --bandwidth 7 --transient-job"
    )
    assert (plan.danger, plan.losses, plan.afterwards) == (Danger.NONE, (), ())
    assert "web.s2.qcow2 stays, unused" in plan.effects


def test_only_the_active_layer_and_its_snapshot_goes_on_in_another_overlay() -> None:
    web = chained(2)
    plan = allowed(here(web, places=PLACES), wish(web, shallow=True))
    assert plan.steps == (
        Copy("web", "vda", NEW, "qcow2", shallow=True),
        AwaitReady("web", "vda"),
        Pivot("web", "vda", NEW),
        Redefine("web", "s2", (("vda", NEW),)),
    )
    assert "--shallow" in plan.steps[0].virsh


def test_what_nobody_needs_then_goes_on_demand() -> None:
    web = chained(2)
    plan = allowed(here(web, places=PLACES), wish(web, tidy=True))
    assert plan.afterwards == (RemoveFile("web", TWO),)
    assert plan.danger is Danger.LOSS
    assert "web.s2.qcow2 is removed" in plan.effects


def test_a_domain_that_is_off_is_started_paused_and_its_copy_is_not_taken_back() -> None:
    """The first step is another: it says nothing about whose file lies there."""
    web = chained(1, state=State.OFF)
    plan = allowed(here(web, places=PLACES), wish(web))
    assert plan.steps[0] == Power("web", Verb.START_PAUSED, for_merge=True)
    assert plan.lastly == (Power("web", Verb.FORCE_OFF, only_paused=True),)
    assert plan.undo == ()
    assert any(told.endswith("web.qcow2 stays behind then") for told in plan.effects)
    running = allowed(here(chained(1), places=PLACES), wish(chained(1)))
    assert not any("stays behind" in told for told in running.effects)


def on(*disks: Disk, **fields: Any) -> Domain:
    web = chained(2, **fields)
    assert web.config is not None
    return replace(web, config=replace(web.config, disks=disks))


CHAIN = disk(TWO, ONE, BASE)
HELD = replace(
    CHAIN,
    layers=(
        replace(CHAIN.layers[0], snapshots=(ImageSnapshot("by hand", 0),)),
        *CHAIN.layers[1:],
    ),
)


@pytest.mark.parametrize(
    ("web", "found", "fields", "rule"),
    [
        (chained(0), {}, {}, ""),
        (chained(0), {}, {"shallow": True}, "one layer"),
        (chained(2), {"there": There.FILE}, {}, "file exists"),
        (chained(2), {"folder": There.NOTHING}, {}, "no folder"),
        (chained(2), {"free": 2 * GIB}, {}, "no room"),
        (chained(2), {"free": 2 * GIB}, {"shallow": True}, ""),
        (chained(2), {"free": GIB // 2}, {"shallow": True}, "no room"),
        (replace(chained(2), jobs=(COMMITTING,)), {}, {}, "block job"),
        (on(HELD), {}, {}, "internal inside"),
        (on(replace(CHAIN, readonly=True)), {}, {}, "no disk"),
        (chained(2, state=State.CRASHED), {}, {}, "state"),
    ],
)
def test_reasons_against_a_move(
    web: Domain, found: dict[str, Any], fields: dict[str, Any], rule: str
) -> None:
    places = (place(NEW, **{"free": 100 * GIB, **found}),)
    assert refused(here(web, places=places), wish(web, **fields)) == rule


def test_a_place_that_nobody_looked_at_is_not_taken() -> None:
    web = chained(1)
    assert refused(here(web), wish(web)) == "place unseen"


def test_a_free_name_beside_the_disk_is_offered() -> None:
    web = chained(1)
    subject = find(here(web), ref(web))
    assert isinstance(subject, Subject)
    assert move.proposed(subject, subject.config.disks[0]) == file("web.copy.qcow2")


def test_somebody_elses_copy_is_vouched_for_before_the_switch() -> None:
    ready = Job("vda", JobKind.COPY, 1, 1, ready=True)
    web = on(replace(CHAIN, mirror=Mirror("copy", NEW, True)), jobs=(ready,))
    plan = allowed(here(web), Finish(ref(web), "vda"))
    assert plan.steps == (Vouch("web", "vda", ("s1", "s2")), Pivot("web", "vda", NEW))
