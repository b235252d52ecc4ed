"""The form of a new snapshot: calm for one disk, everything to be chosen for many."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Button, Input

from kvmtui.model.domain import Domain
from kvmtui.model.guest import Channel
from kvmtui.model.place import Image, There
from kvmtui.model.value import replace
from kvmtui.plans.steps import CreateSnapshot
from kvmtui.ui.screens.plan import PlanScreen
from tests import worlds
from tests.ui.stage import Still, on_stage, text, until, world
from tests.ui.test_plan_screen import focused, modal
from tests.worlds import ANSWERING, GIB, disk, domain

IMAGES = "/var/lib/libvirt/images"


def files01(disks: int = 1, **fields: Any) -> Domain:
    """A running domain with an agent, and disks whose folder has room."""
    targets = [f"vd{chr(ord('a') + number)}" for number in range(disks)]
    made = [
        disk(f"{IMAGES}/files01-{t}.qcow2", target=t, folder=frozenset(), free=212 * GIB)
        for t in targets
    ]
    return domain("files01", *made, channel=Channel.CONNECTED, guest=ANSWERING, **fields)


def stage(tmp_path: Path, disks: int = 1, **fields: Any) -> Still:
    return Still(world(files01(disks, **fields)), tmp_path)


def line(screen: PlanScreen, target: str) -> Input:
    """The line in which the place of a disk's overlay is typed."""
    return screen.query_one(f"#file-{target.encode().hex()}", Input)


async def choose_files(pilot: Pilot[int]) -> PlanScreen:
    """Opens the form and asks for the places."""
    await pilot.press("s")
    screen = await modal(pilot)
    screen.query_one("#files").focus()
    await pilot.press("space")
    await until(pilot, lambda: "[x] choose the files" in text(pilot))
    return screen


async def taken(pilot: Pilot[int], hosts: Still) -> CreateSnapshot:
    """Presses Enter once it may be done, and gives what would be done."""
    await until(pilot, lambda: not pilot.app.screen.query_one("#yes", Button).disabled)
    await pilot.press("enter")
    await until(pilot, lambda: bool(hosts.performed))
    (step,) = hosts.performed[0].steps
    assert isinstance(step, CreateSnapshot)
    return step


async def test_one_disk_is_asked_for_in_few_lines(tmp_path: Path) -> None:
    async with on_stage(stage(tmp_path)) as pilot:
        await pilot.press("s")
        await modal(pilot)
        shown = text(pilot)
        for word in ("Name ", "About ", "Kind ", "quiesce file systems", "[ ] choose the files"):
            assert word in shown
        for word in ("include vda", "RAM    ", f"vda    {IMAGES}"):
            assert word not in shown


async def test_a_typed_place_is_looked_at_and_taken(tmp_path: Path) -> None:
    hosts = stage(tmp_path)
    async with on_stage(hosts) as pilot:
        screen = await choose_files(pilot)
        await pilot.press("tab")
        assert focused(pilot) == line(screen, "vda").id
        await pilot.press(*"/export/sn1.qcow2")
        await until(pilot, lambda: "new file sn1.qcow2" in text(pilot))
        assert hosts.looked[-1] == ("/export/sn1.qcow2",)
        step = await taken(pilot, hosts)
        assert step.targets[0].file == "/export/sn1.qcow2"


async def test_a_place_that_is_taken_is_told_and_goes_no_further(tmp_path: Path) -> None:
    hosts = stage(tmp_path)
    hosts.place = lambda path: worlds.place(path, There.FILE)
    async with on_stage(hosts) as pilot:
        screen = await choose_files(pilot)
        line(screen, "vda").value = "/export/precious"
        await until(pilot, lambda: "/export/precious is a file already" in text(pilot))
        assert screen.query_one("#yes", Button).disabled


async def test_a_place_that_is_taken_meanwhile_is_told_after_the_modal(tmp_path: Path) -> None:
    hosts = stage(tmp_path)
    async with on_stage(hosts) as pilot:
        screen = await choose_files(pilot)
        line(screen, "vda").value = "/export/sn1"
        await until(pilot, lambda: not screen.query_one("#yes", Button).disabled)
        hosts.place = lambda path: worlds.place(path, There.FILE)
        line(screen, "vda").focus()
        await pilot.press("enter")
        await until(pilot, lambda: "/export/sn1 is a file already" in text(pilot))
        assert hosts.performed == []


async def test_proposed_places_follow_the_name_until_they_are_typed(tmp_path: Path) -> None:
    hosts = stage(tmp_path, 2)
    async with on_stage(hosts) as pilot:
        screen = await choose_files(pilot)
        line(screen, "vdb").value = "/export/sn1"
        screen.query_one("#name", Input).value = "before-apt"
        followed = f"{IMAGES}/files01-vda.before-apt.qcow2"
        await until(pilot, lambda: line(screen, "vda").value == followed)
        screen.query_one("#name").focus()
        step = await taken(pilot, hosts)
        assert [target.file for target in step.targets] == [followed, "/export/sn1"]


async def test_without_the_choice_no_place_is_named(tmp_path: Path) -> None:
    hosts = stage(tmp_path)
    async with on_stage(hosts) as pilot:
        screen = await choose_files(pilot)
        line(screen, "vda").value = "/export/sn1"
        await until(pilot, lambda: "new file sn1" in text(pilot))
        await pilot.press("space")
        await until(pilot, lambda: "new file files01-vda.snap-" in text(pilot))
        assert (await taken(pilot, hosts)).targets[0].file.startswith(IMAGES)


async def test_ram_has_a_place_too_and_the_guest_may_run_on(tmp_path: Path) -> None:
    hosts = stage(tmp_path)
    async with on_stage(hosts) as pilot:
        screen = await choose_files(pilot)
        screen.query_one("#how").focus()
        await pilot.press("right", "tab", "right")
        await until(pilot, lambda: "● it runs on until the end" in text(pilot))
        memory = screen.query_one("#memory", Input)
        assert memory.value.startswith(f"{IMAGES}/files01.snap-")
        memory.focus()
        memory.value = "/export/files01.ram"
        await until(pilot, lambda: "new file files01.ram: up to 2.0G" in text(pilot))
        step = await taken(pilot, hosts)
        assert (step.memory_file, step.live) == ("/export/files01.ram", True)


async def test_inside_the_image_there_is_nothing_to_choose(tmp_path: Path) -> None:
    hosts = stage(tmp_path, 2)
    async with on_stage(hosts, (100, 40)) as pilot:
        screen = await choose_files(pilot)
        line(screen, "vda").value = "/export/sn1"
        screen.query_one("#how").focus()
        await pilot.press("right", "right")
        await until(pilot, lambda: "inside the image every disk is included" in text(pilot))
        shown = text(pilot)
        assert "choose the files" not in shown
        assert "/export/sn1" not in shown
        step = await taken(pilot, hosts)
        assert [(t.mode, t.file) for t in step.targets] == [("internal", "")] * 2


@pytest.mark.parametrize("disks", [1, 2, 8])
async def test_every_field_can_be_reached_on_a_small_screen(tmp_path: Path, disks: int) -> None:
    hosts = stage(tmp_path, disks)
    last = f"vd{chr(ord('a') + disks - 1)}"
    async with on_stage(hosts) as pilot:
        screen = await choose_files(pilot)
        target = line(screen, last)
        while focused(pilot) != target.id:
            await pilot.press("tab")
        await pilot.press(*"/export/last")
        await until(pilot, lambda: "/export/last" in text(pilot).split("Does")[0])
        shown = text(pilot)
        assert "Cancel             Take" in shown
        assert "Does  take snapshot" in shown
        assert (await taken(pilot, hosts)).targets[-1].file == "/export/last"


async def test_a_disk_that_is_no_file_asks_for_a_place_at_once(tmp_path: Path) -> None:
    block = disk("/dev/vg/files01")
    layer = worlds.image("/dev/vg/files01", kind="block", format="raw")
    made = domain("files01", replace(block, layers=(layer,)))
    hosts = Still(world(made), tmp_path)
    async with on_stage(hosts) as pilot:
        await pilot.press("s")
        screen = await modal(pilot)
        await until(pilot, lambda: "vda is no file: its overlay needs a place" in text(pilot))
        assert screen.query_one("#yes", Button).disabled
        line(screen, "vda").focus()
        await pilot.press(*"/export/sn1")
        assert (await taken(pilot, hosts)).targets[0].file == "/export/sn1"


async def test_a_block_device_wants_the_name_of_the_domain(tmp_path: Path) -> None:
    hosts = stage(tmp_path)
    hosts.place = lambda path: worlds.place(path, There.BLOCK, size=400 * GIB)
    async with on_stage(hosts) as pilot:
        screen = await choose_files(pilot)
        line(screen, "vda").value = "/dev/vg/sn1"
        await until(pilot, lambda: "Lost  everything on /dev/vg/sn1" in text(pilot))
        assert screen.query_one("#yes", Button).disabled
        screen.query_one("#typed", Input).focus()
        await pilot.press(*"files01")
        await until(pilot, lambda: not screen.query_one("#yes", Button).disabled)
        await pilot.press("enter", "right", "enter")
        await until(pilot, lambda: bool(hosts.performed))


async def test_a_file_that_exists_is_taken_when_it_is_said_so(tmp_path: Path) -> None:
    hosts = stage(tmp_path)
    image = Image(f"{IMAGES}/files01-vda.qcow2", "qcow2", 20 * GIB, written=GIB)
    hosts.place = lambda path: worlds.place(path, There.FILE, image=image)
    async with on_stage(hosts) as pilot:
        screen = await choose_files(pilot)
        line(screen, "vda").value = "/export/made"
        await until(pilot, lambda: "/export/made is a file already" in text(pilot))
        screen.query_one("#reuse").focus()
        await pilot.press("space")
        await until(pilot, lambda: "Mind  made holds 1.0G of data: vda shows it" in text(pilot))
        await pilot.press("enter")
        assert focused(pilot) == "no"
        await pilot.press("right", "enter")
        await until(pilot, lambda: bool(hosts.performed))
        (step,) = hosts.performed[0].steps
        assert isinstance(step, CreateSnapshot)
        assert step.reuse
