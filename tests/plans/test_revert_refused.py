"""Every reason against going back."""

from __future__ import annotations

from typing import Any

import pytest

from kvmtui.model.disk import ImageSnapshot
from kvmtui.model.domain import Domain, State
from kvmtui.model.snapshot import Forest, Memory, SnapshotDisk
from kvmtui.model.value import replace
from kvmtui.plans.wishes import Revert
from tests.worlds import (
    COMMITTING,
    V10,
    chained,
    disk,
    domain,
    external,
    file,
    inner,
    ref,
    refused,
    world,
)


def wish(of: Domain, snapshot: str = "s1", **fields: Any) -> Revert:
    return Revert(ref(of), snapshot, **fields)


def changed(of: Domain, snapshot: str, **fields: Any) -> Domain:
    """The domain with other fields in the record of one snapshot."""
    assert of.forest is not None
    taken = tuple(replace(s, **fields) if s.name == snapshot else s for s in of.forest.snapshots)
    return replace(of, forest=replace(of.forest, snapshots=taken))


MISSING = disk(file("web.s1.qcow2"), file("web.qcow2"))
MISSING = replace(MISSING, layers=(MISSING.layers[0], replace(MISSING.layers[1], missing=True)))
ONE = chained(1)
FROM_NETWORK = (SnapshotDisk("vda", "external", "/img/o", "rbd:pool/web", "network"),)
FROM_NOWHERE = (SnapshotDisk("vda", "external", "", "/dev/vg/web", "block"),)
INSIDE = inner("i1")
UNREAD = disk(file("web.qcow2"))
HOLLOW = replace(UNREAD, layers=(replace(UNREAD.layers[0], snapshots=()),))
HOLDING = replace(UNREAD, layers=(replace(UNREAD.layers[0], snapshots=(ImageSnapshot("i1", 0),)),))
ON_TOP = disk(file("web.x.qcow2"), file("web.qcow2"))


def on(of: Domain, *disks: Any) -> Domain:
    assert of.config is not None
    return replace(of, config=replace(of.config, disks=disks))


@pytest.mark.parametrize(
    ("web", "snapshot", "rule"),
    [
        (ONE, "nobody", "gone"),
        (replace(ONE, state=State.STOPPING), "s1", "state"),
        (replace(ONE, jobs=(COMMITTING,)), "s1", "block job"),
        (chained(1, persistent=False), "s1", "transient"),
        (changed(ONE, "s1", disks=(), memory=Memory.EXTERNAL), "s1", "nothing"),
        (changed(ONE, "s1", disks=FROM_NETWORK), "s1", "not a file"),
        (changed(ONE, "s1", disks=FROM_NOWHERE), "s1", "not a file"),
        (on(ONE, MISSING), "s1", "layer missing"),
        (on(ONE, disk(file("web.qcow2"))), "s1", "stale"),
        (on(INSIDE, ON_TOP), "i1", "stands on it"),
        (on(INSIDE, HOLLOW), "i1", "stale"),
        (on(INSIDE, HOLDING), "i1", ""),
        (on(INSIDE, UNREAD), "i1", ""),
    ],
)
def test_reasons_against_a_revert(web: Domain, snapshot: str, rule: str) -> None:
    assert refused(world(web), wish(web, snapshot, safety=False)) == rule


def test_nobody_else_may_write_to_what_a_revert_needs() -> None:
    writer = domain("thief", disk(file("web.qcow2")))
    reader = domain("reader", disk(file("web.qcow2"), device="cdrom", readonly=True))
    assert refused(world(ONE, writer), wish(ONE)) == "stale"
    assert refused(world(ONE, reader), wish(ONE)) == ""
    assert refused(world(INSIDE, domain("clone", ON_TOP)), wish(INSIDE, "i1")) == "shared base"


def test_an_internal_revert_does_not_rewrite_what_an_external_snapshot_keeps() -> None:
    assert INSIDE.forest is not None
    kept = external("e1", "i1", base="web.qcow2", overlay="web.e1.qcow2")
    web = replace(INSIDE, forest=Forest((*INSIDE.forest.snapshots, kept), "i1"))
    assert refused(world(web), wish(web, "i1")) == "stands on it"


def test_ram_comes_back_only_from_a_name_that_qemu_takes() -> None:
    odd = inner("instantánea1")
    assert refused(world(odd), wish(odd, "instantánea1", safety=False)) == "name job"
    assert refused(world(odd, libvirt=V10), wish(odd, "instantánea1", safety=False)) == ""
    without = changed(odd, "instantánea1", memory=Memory.NO, state="shutoff")
    assert refused(world(without), wish(without, "instantánea1", safety=False)) == ""


@pytest.mark.parametrize("state", [State.RUNNING, State.OFF])
def test_no_overlay_is_made_where_libvirt_misplaces_it(state: State) -> None:
    """The domain is off by then; to begin with, a running one would be forced off for nothing."""
    taken = external("s1", base="a,b/web.qcow2", overlay="a,b/web.s1.qcow2")
    chain = disk(file("a,b/web.s1.qcow2"), file("a,b/web.qcow2"))
    web = domain("web", chain, forest=Forest((taken,), "s1"), state=state)
    assert refused(world(web), wish(web, safety=False)) == "comma off"


def test_a_revert_that_cannot_save_the_present_state_is_refused() -> None:
    deep = chained(20)
    assert refused(world(deep), wish(deep)) == "safety: nesting"
    assert refused(world(deep), wish(deep, safety=False)) == ""


@pytest.mark.parametrize("known", [True, False])
def test_every_image_below_must_be_there_before_the_domain_is_forced_off(known: bool) -> None:
    """In the present chain, or as the record tells what its image stands on."""
    web = chained(2)
    there = frozenset(map(file, ("web.s2.qcow2", "web.s1.qcow2", "web.qcow2")))
    below = (file("web.qcow2"),)
    assert web.forest is not None
    taken = replace(web.forest.snapshots[1].disks[0], below=below)
    web = changed(web, "s2", disks=(taken,))
    chain = ("web.s2.qcow2", "web.s1.qcow2", "web.qcow2") if known else ("web.x.qcow2",)
    for listing, rule in ((there, ""), (there - {*below}, "layer missing")):
        now = disk(*map(file, chain), folder=listing, complete=known)
        assert refused(world(on(web, now)), wish(web, "s2", safety=False)) == rule


@pytest.mark.parametrize("state", [State.RUNNING, State.OFF])
def test_saved_ram_goes_only_with_consent(state: State) -> None:
    """Beside a domain that runs it is there when somebody has forced a revert past it."""
    for of, name in ((chained(1), "s1"), (INSIDE, "i1")):
        assert of.config is not None
        config = replace(of.config, managed_save=True)
        web = replace(of, state=state, config=config)
        assert refused(world(web), wish(web, name, safety=False)) == "saved RAM"
        agreed = wish(web, name, safety=False, drop_saved=True)
        assert refused(world(web), agreed) == ""


@pytest.mark.parametrize(("free", "rule"), [(2**20, ""), (2**20 - 1, "no space"), (None, "")])
def test_what_a_revert_makes_must_fit_before_the_domain_is_forced_off(
    free: int | None, rule: str
) -> None:
    web = on(ONE, disk(file("web.s1.qcow2"), file("web.qcow2"), free=free))
    assert refused(world(web), wish(web, safety=False)) == rule


def test_the_test_driver_reverts_only_internal_snapshots() -> None:
    assert refused(world(ONE, hypervisor="TEST"), wish(ONE)) == "test driver"
    assert refused(world(INSIDE, hypervisor="TEST"), wish(INSIDE, "i1")) == ""
