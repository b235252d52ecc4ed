"""A chain that this libvirt does not start: nobody gets into it, and who is in it is told."""

from __future__ import annotations

from typing import Any

import pytest

from kvmtui.model.domain import Domain, State
from kvmtui.model.snapshot import Forest
from kvmtui.model.value import replace
from kvmtui.plans.depth import NESTED
from kvmtui.plans.steps import Verb
from kvmtui.plans.wishes import Delete, Merge, Revert, Switch, Wish
from tests.worlds import (
    V10,
    V11,
    V12,
    allowed,
    chained,
    disk,
    domain,
    file,
    internal,
    ref,
    refused,
    world,
)

TOO_DEEP = NESTED + 1
STOPS = (Verb.SHUTDOWN, Verb.FORCE_OFF, Verb.SAVE)


def off(overlays: int) -> Domain:
    return chained(overlays, state=State.OFF)


@pytest.mark.parametrize("verb", [Verb.START, Verb.START_PAUSED])
def test_what_does_not_start_is_not_started(verb: Verb) -> None:
    web = off(TOO_DEEP)
    wish = Switch(ref(web), verb)
    assert refused(world(web, libvirt=V11), wish) == "nesting"
    for libvirt in (V10, V12):
        assert refused(world(web, libvirt=libvirt), wish) == ""
    assert refused(world(off(NESTED), libvirt=V11), wish) == ""


@pytest.mark.parametrize("verb", STOPS)
def test_before_it_stops_one_is_told_that_it_will_not_start_again(verb: Verb) -> None:
    for overlays, libvirt, told in ((TOO_DEEP, V11, True), (NESTED, V11, False)):
        web = chained(overlays)
        warnings = allowed(world(web, libvirt=libvirt), Switch(ref(web), verb)).warnings
        assert any("will not start again" in said for said in warnings) is told
    web = chained(TOO_DEEP)
    assert not allowed(world(web, libvirt=V12), Switch(ref(web), verb)).warnings


def merges(web: Domain) -> dict[str, Wish]:
    return {
        "delete": Delete(ref(web), "s3"),
        "commit": Delete(ref(web), "s3", cancellable=True),
        "merge": Merge(ref(web), "vda", file("web.qcow2")),
    }


@pytest.mark.parametrize("how", ["delete", "commit", "merge"])
def test_a_merge_that_must_start_it_is_possible_only_while_it_runs(how: str) -> None:
    for web, rule in ((off(TOO_DEEP), "nesting"), (chained(TOO_DEEP), ""), (off(NESTED), "")):
        assert refused(world(web, libvirt=V11), merges(web)[how]) == rule
    web = off(TOO_DEEP)
    assert refused(world(web, libvirt=V12), merges(web)[how]) == ""


def elsewhere(depth: int) -> Domain:
    """A last snapshot whose images are no layers of the present chain, only recorded."""
    web = chained(depth)
    assert web.forest is not None
    assert web.config is not None
    *rest, last = web.forest.snapshots
    below = tuple(file(f"web.s{n}.qcow2") for n in range(depth - 2, 0, -1))
    record: Any = replace(last.disks[0], below=(*below, file("web.qcow2")))
    short = disk(file("web.x.qcow2"), file("web.qcow2"))
    forest = Forest((*rest, replace(last, disks=(record,))), "s1")
    return replace(web, forest=forest, config=replace(web.config, disks=(short,)))


@pytest.mark.parametrize("made", [chained, elsewhere])
def test_a_revert_does_not_stop_a_domain_that_would_not_start_there(made: Any) -> None:
    for depth, libvirt, rule in ((25, V11, "nesting"), (24, V11, ""), (25, V12, "")):
        web = made(depth)
        wish = Revert(ref(web), f"s{depth}", safety=False)
        assert refused(world(web, libvirt=libvirt), wish) == rule, depth


def inside(overlays: int) -> Domain:
    """One snapshot, in the active image."""
    names = [file(f"web.{n}.qcow2") for n in range(overlays, -1, -1)]
    forest = Forest((internal("i1", base=f"web.{overlays}.qcow2"),), "i1")
    return domain("web", disk(*names), forest=forest)


def test_a_guest_that_could_not_come_back_is_not_stopped() -> None:
    for overlays, rule in ((24, ""), (25, "nesting")):
        web = inside(overlays)
        assert refused(world(web), Revert(ref(web), "i1", safety=False)) == rule
        assert refused(world(web), Delete(ref(web), "i1", asleep=True)) == rule
    web = inside(1)
    assert web.config is not None
    (vda,) = web.config.disks
    gone = replace(vda, layers=(vda.layers[0], replace(vda.layers[1], missing=True)))
    web = replace(web, config=replace(web.config, disks=(gone,)))
    for wish in (
        Revert(ref(web), "i1", safety=False),
        Delete(ref(web), "i1", asleep=True),
        Switch(ref(web), Verb.SAVE),
    ):
        assert refused(world(web), wish) == "layer missing", wish
