"""Every reason against taking a snapshot."""

from __future__ import annotations

from typing import Any

import pytest

from kvmtui.model.disk import ImageSnapshot, Mirror
from kvmtui.model.domain import Domain, State
from kvmtui.model.guest import Channel, Guest
from kvmtui.model.value import replace
from kvmtui.plans.steps import CreateSnapshot
from kvmtui.plans.wishes import Create
from tests.worlds import (
    ANSWERING,
    COMMITTING,
    FROZEN,
    HOSTILE,
    SILENT,
    V9,
    V10,
    V11,
    V12,
    allowed,
    chained,
    disk,
    domain,
    file,
    ref,
    refused,
    world,
)

WITH_AGENT: dict[str, Any] = {"channel": Channel.CONNECTED, "guest": ANSWERING}
UEFI = {"raw": domain(nvram="raw"), "qcow2": domain(nvram="qcow2")}


def wish(of: Domain, name: str = "snap", **fields: Any) -> Create:
    return Create(ref(of), name, **fields)


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("", "name empty"),
        (" \t", "name empty"),
        ("a/b", "name slash"),
        (".hidden", "name dot"),
        ("a\nb", "name control"),
        ("\x9b2J", "name control"),
        ("\udcff", "name control"),
        ("n" * 248, "name long"),
        ("宽" * 83, "name long"),
        ("s1", "name taken"),
        ("n" * 247, ""),
        ("宽" * 82, ""),
        ("S1", ""),
        ("x\ufffe", "name control"),
    ],
    ids=ascii,
)
def test_names_that_libvirt_does_not_take(name: str, rule: str) -> None:
    web = chained(1)
    assert refused(world(web), wish(web, name)) == rule


def test_a_name_that_is_the_number_of_another_inside_is_not_given() -> None:
    """QEMU would go back to the other one."""
    layer = replace(disk(file("web.qcow2")).layers[0], snapshots=(ImageSnapshot("a", 0, 0, "1"),))
    web = domain("web", replace(disk(file("web.qcow2")), layers=(layer,)))
    assert refused(world(web), Create(ref(web), "1", how="internal")) == "number"
    assert refused(world(web), Create(ref(web), "2", how="internal")) == ""
    assert refused(world(web), Create(ref(web), "1")) == ""


@pytest.mark.parametrize("name", ["emoji", "override", "quotes", "spaces", "commas", "chinese"])
def test_strange_names_are_taken_as_they_are(name: str) -> None:
    web = chained(1)
    (step,) = allowed(world(web), wish(web, HOSTILE[name])).steps
    assert isinstance(step, CreateSnapshot)
    assert step.name == HOSTILE[name]


@pytest.mark.parametrize(
    ("name", "state", "libvirt", "rule"),
    [
        ("instantánea1", State.RUNNING, 10_009_000, "name job"),
        ("a b", State.PAUSED, V11, "name job"),
        ("a:b", State.RUNNING, V12, "name job"),
        ("9-a_b.C", State.RUNNING, V12, ""),
        ("instantánea1", State.RUNNING, 10_008_999, ""),
        ("instantánea1", State.OFF, V12, ""),
        ('a"b', State.RUNNING, 10_008_999, "name quoted"),
        ("a\\b", State.PAUSED, V9, "name quoted"),
        ('a"b', State.RUNNING, V12, "name job"),
        ("a'b", State.RUNNING, V9, ""),
        ('a"b', State.OFF, V9, ""),
    ],
)
def test_inside_a_running_image_only_names_that_qemu_takes(
    name: str, state: State, libvirt: int, rule: str
) -> None:
    web = domain(state=state)
    shown = world(web, libvirt=libvirt)
    assert refused(shown, wish(web, name, how="internal")) == rule
    assert refused(shown, wish(web, name)) == ""


NETWORK = disk("rbd:vms/web")
NETWORK = replace(NETWORK, layers=(replace(NETWORK.layers[0], kind="network", format="raw"),))
RAW = replace(disk(file("a.img")), layers=(replace(disk("/a.img").layers[0], format="raw"),))
GONE = disk(file("b.qcow2"), file("a.qcow2"))
GONE = replace(GONE, layers=(GONE.layers[0], replace(GONE.layers[1], missing=True)))
TWO = domain("web", disk(file("a.qcow2")), disk(file("b.qcow2"), target="vdb"))
SHARING = domain("web", disk(file("a.qcow2")), disk(file("b"), target="vdb", shareable=True))
CDROM = domain("web", disk(file("a.iso"), device="cdrom", readonly=True))
OFF: dict[str, Any] = {"state": State.OFF}


@pytest.mark.parametrize(
    ("web", "fields", "rule"),
    [
        (domain(state=State.STOPPING), {}, "state"),
        (domain(state=State.CRASHED), {}, "state"),
        (domain(state=State.ASLEEP), {}, "state"),
        (domain(jobs=(COMMITTING,)), {}, "block job"),
        (domain("web", disk(file("a"), mirror=Mirror("copy", "/b", False))), {}, "block job"),
        (domain("web", GONE), {}, "layer missing"),
        (domain("web", GONE, **OFF), {"how": "internal"}, "layer missing"),
        (domain("web", NETWORK), {}, "not a file"),
        (domain("web", NETWORK), {"how": "internal"}, "not qcow2"),
        (domain("web", RAW), {"how": "internal"}, "not qcow2"),
        (domain("web", RAW), {}, ""),
        (domain(**OFF), {"how": "ram"}, "no RAM"),
        (domain(unsaveable="a GPU"), {"how": "ram"}, "device"),
        (domain(unsaveable="a GPU"), {"how": "internal"}, "device"),
        (domain(unsaveable="a GPU"), {}, ""),
        (domain(unsaveable="a GPU", **OFF), {"how": "internal"}, ""),
        (domain(checkpoints=1, **OFF), {}, "checkpoints"),
        (domain(checkpoints=1, **OFF), {"how": "internal"}, ""),
        (domain(checkpoints=1), {}, ""),
        (SHARING, {}, ""),
        (SHARING, {"disks": ("vda", "vdb")}, "shareable"),
        (domain("web", disk(file("a.qcow2"), shareable=True)), {}, "no disk"),
        (domain(), {"live": True}, "live kind"),
        (domain(), {"how": "internal", "live": True}, "live kind"),
        (domain(), {"how": "ram", "live": True}, ""),
        (domain(state=State.PAUSED), {"how": "ram", "live": True}, "live state"),
        (TWO, {"how": "internal", "disks": ("vda",)}, "left out"),
        (TWO, {"disks": ()}, "no disk"),
        (TWO, {"disks": ("vdz",)}, "unknown disk"),
        (TWO, {"files": (("vdz", "/img/x"),)}, "unknown disk"),
        (CDROM, {}, "no disk"),
        (replace(CDROM, state=State.OFF), {"how": "internal"}, "no disk"),
    ],
)
def test_reasons_against_a_snapshot(web: Domain, fields: dict[str, Any], rule: str) -> None:
    assert refused(world(web), wish(web, **fields)) == rule


@pytest.mark.parametrize(
    ("changed", "how", "rule"),
    [
        ({}, "external", ""),
        ({}, "ram", "quiesce kind"),
        ({}, "internal", "quiesce kind"),
        ({"state": State.PAUSED}, "external", "agent state"),
        ({"state": State.OFF}, "external", "agent state"),
        ({"guest": None}, "external", "agent unasked"),
        ({"guest": Guest()}, "external", "agent unasked"),
        ({"guest": SILENT}, "external", "agent silent"),
        ({"guest": FROZEN}, "external", "frozen"),
    ],
)
def test_file_systems_are_frozen_only_by_an_agent_that_answers(
    changed: dict[str, Any], how: str, rule: str
) -> None:
    web = replace(domain("web", **WITH_AGENT), **changed)
    assert refused(world(web), wish(web, how=how, quiesce=True)) == rule


def test_checkpoints_are_in_the_way_of_any_snapshot_before_libvirt_10() -> None:
    web = domain(checkpoints=2, **OFF)
    inside = wish(web, how="internal")
    assert refused(world(web, libvirt=V9), inside) == "checkpoints"
    assert refused(world(web, libvirt=V10), inside) == ""
    running = replace(web, state=State.RUNNING)
    assert refused(world(running, libvirt=V9), inside) == ""


def test_without_an_agent_channel_nothing_can_be_frozen() -> None:
    assert refused(world(TWO), wish(TWO, quiesce=True)) == "agent channel"


@pytest.mark.parametrize(
    ("nvram", "state", "libvirt", "rule"),
    [
        ("raw", State.OFF, V9, "UEFI off"),
        ("raw", State.OFF, 9_003_000, ""),
        ("raw", State.RUNNING, V11, "UEFI running"),
        ("qcow2", State.RUNNING, V10, "UEFI running"),
        ("qcow2", State.RUNNING, 10_009_000, ""),
        ("qcow2", State.PAUSED, V12, ""),
        ("raw", State.RUNNING, V12, "UEFI running"),
    ],
)
def test_uefi_needs_a_libvirt_that_can_save_it(
    nvram: str, state: State, libvirt: int, rule: str
) -> None:
    web = replace(UEFI[nvram], state=state)
    assert refused(world(web, libvirt=libvirt), wish(web, how="internal")) == rule


@pytest.mark.parametrize(
    ("libvirt", "depth", "rule"),
    [
        (V11, 18, ""),
        (V11, 19, "nesting"),
        (10_008_000, 19, "nesting"),
        (11_999_999, 19, "nesting"),
        (10_007_999, 19, ""),
        (V10, 198, ""),
        (V12, 19, ""),
        (V12, 199, "depth"),
    ],
)
def test_a_chain_never_grows_deeper_than_it_can_start_with(
    libvirt: int, depth: int, rule: str
) -> None:
    web = chained(depth)
    assert refused(world(web, libvirt=libvirt), wish(web)) == rule


@pytest.mark.parametrize("how", ["external", "ram", "internal"])
def test_the_test_driver_takes_only_internal_snapshots(how: str) -> None:
    rule = "" if how == "internal" else "test driver"
    shown = world(domain("test", RAW), hypervisor="TEST")
    assert refused(shown, wish(shown.hosts[0].domains[0], how=how)) == rule
