"""What no wish of kvmtui can mean, whatever is asked for and however the domain is."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import libvirt
import pytest
from lxml import etree

from kvmtui.host.virt import compose
from kvmtui.host.virt.acting import snapshots
from kvmtui.model.domain import State
from kvmtui.model.guest import Channel
from kvmtui.model.place import Image, There
from kvmtui.plans import planner
from kvmtui.plans.plan import Plan
from kvmtui.plans.steps import CreateSnapshot
from kvmtui.plans.wishes import Create
from tests.worlds import ANSWERING, GIB, V9, V11, disk, domain, file, place, ref, world

HOWS = ("external", "ram", "internal")
STATES = (State.RUNNING, State.PAUSED, State.OFF)
MADE = {
    target: place(
        f"/made/{target}", There.FILE, image=Image(file(target), "qcow2", 20 * GIB, written=0)
    )
    for target in ("vda", "vdb")
}


def steps() -> Iterator[tuple[State, CreateSnapshot]]:
    """Every step that comes of any wish for a domain with two disks and a drive."""
    disks = (disk(file("vda")), disk(file("vdb"), target="vdb"))
    drive = disk("/iso", target="sda", device="cdrom", readonly=True)
    flags = (True, False)
    chosen = (None, (), ("vda",), ("vdb",), ("vda", "vdb"))
    files = ((), tuple((target, made.path) for target, made in MADE.items()))
    for state, libvirt_ in product(STATES, (V9, V11)):
        web = domain("web", *disks, drive, state=state, channel=Channel.CONNECTED, guest=ANSWERING)
        shown = world(web, places=tuple(MADE.values()), libvirt=libvirt_)
        free = world(web, places=(place("/made/vda"), place("/made/vdb")), libvirt=libvirt_)
        for how, quiesce, live, reuse in product(HOWS, flags, flags, flags):
            for some, named in product(chosen, files):
                wish = Create(ref(web), "s1", "", how, some, quiesce, named, "", live, reuse)
                plan = planner.make(shown if reuse else free, wish)
                if isinstance(plan, Plan):
                    (step,) = plan.steps
                    assert isinstance(step, CreateSnapshot)
                    yield state, step


STEPS = tuple(steps())


def test_there_are_steps_of_every_kind() -> None:
    assert {step.quiesce for _, step in STEPS} == {True, False}
    assert {step.live for _, step in STEPS} == {True, False}
    assert {step.reuse for _, step in STEPS} == {True, False}
    assert {bool(step.memory_file) for _, step in STEPS} == {True, False}
    assert {state for state, _ in STEPS} == set(STATES)


@pytest.mark.parametrize(("state", "step"), STEPS)
def test_what_libvirt_refuses_or_surprises_with_is_never_composed(
    state: State, step: CreateSnapshot
) -> None:
    flags = snapshots.create_flags(step)
    root = etree.fromstring(compose.snapshot(step))
    memory = root.find("memory")
    modes = [node.get("snapshot") for node in root.iterfind("disks/disk")]
    disk_only = bool(flags & libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_DISK_ONLY)
    known = (
        libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_DISK_ONLY
        | libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_ATOMIC
        | libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_QUIESCE
        | libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_LIVE
        | libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_REUSE_EXT
    )
    assert flags & ~known == 0, "halt, redefine, no metadata"
    assert set(modes) <= {"external", "internal", "no"}, "manual"
    assert not {"external", "internal"} <= set(modes), "inside and outside at once"
    assert {"external", "internal"} & set(modes), "no disk at all"
    assert all(node.get("type") == "qcow2" for node in root.iterfind("disks/disk/driver"))
    assert all(node.find("source") is not None for node in root.iterfind("disks/*[driver]"))
    assert not ("internal" in modes and (disk_only or memory is not None))
    assert not (disk_only and memory is not None), "RAM with disk-only"
    if memory is not None:
        assert (memory.get("snapshot"), state.active) == ("external", True)
    if flags & libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_LIVE:
        assert (memory is not None, state) == (True, State.RUNNING)
    if flags & libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_QUIESCE:
        assert (disk_only, state) == (True, State.RUNNING)
