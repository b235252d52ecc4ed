"""Saved RAM in the power menu: a line for its file, which is there only when it is needed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import Button, Input

from kvmtui.model.domain import Domain, State
from kvmtui.model.place import Place, There
from kvmtui.model.saved import SavedRam
from kvmtui.model.value import replace
from kvmtui.plans.steps import ManagedSave, SaveTo, StartFrom, Verb
from kvmtui.ui.screens.plan import PlanScreen
from tests.ui.stage import Still, bare, on_stage, text, until, world
from tests.ui.test_plan_screen import modal
from tests.worlds import GIB

FILE = "/img/files01.save"


def running() -> Domain:
    """A running domain with room beside its disk."""
    made = bare("files01", State.RUNNING)
    assert made.config is not None
    (disk,) = made.config.disks
    roomy = replace(disk, free=9 * GIB, folder=frozenset({"/img/files01.qcow2"}))
    return replace(made, config=replace(made.config, disks=(roomy,)))


async def menu(pilot: Pilot[int], verb: Verb) -> PlanScreen:
    """The power menu with that verb chosen."""
    await pilot.press("o")
    screen = await modal(pilot)
    for _ in Verb:
        if screen.values["verb"] is not verb:
            await pilot.press("down")
    await until(pilot, lambda: screen.values["verb"] is verb)
    return screen


def line(screen: PlanScreen) -> Input:
    return screen.query_one("#file", Input)


async def test_the_ram_is_saved_by_two_keys(tmp_path: Path) -> None:
    hosts = Still(world(running()), tmp_path)
    async with on_stage(hosts) as pilot:
        await menu(pilot, Verb.SAVE)
        assert "File" not in text(pilot)
        assert "virsh managedsave --domain files01" in text(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: bool(hosts.performed))
        assert hosts.performed[0].steps == (ManagedSave("files01"),)
        assert not any(hosts.looked)


async def test_a_file_is_proposed_looked_for_and_never_written_over(tmp_path: Path) -> None:
    hosts = Still(world(running()), tmp_path)
    async with on_stage(hosts) as pilot:
        screen = await menu(pilot, Verb.SAVE_TO)
        await until(pilot, lambda: line(screen).value == FILE)
        await until(pilot, lambda: hosts.looked[-1:] == [(FILE,)])
        await until(pilot, lambda: "new file files01.save, at most 2.0G" in text(pilot))
        there = Place(FILE, There.FILE, There.FOLDER)
        hosts.put_host(places=(there,))
        await until(pilot, lambda: "is a file already" in text(pilot))
        assert screen.query_one("#yes", Button).disabled
        await pilot.press("tab", "end", *"2")
        await until(pilot, lambda: "new file files01.save2" in text(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: bool(hosts.performed))
        assert hosts.performed[0].steps == (SaveTo("files01", FILE + "2"),)


async def test_the_line_is_there_only_with_a_verb_that_needs_it(tmp_path: Path) -> None:
    async with on_stage(Still(world(running()), tmp_path)) as pilot:
        screen = await menu(pilot, Verb.SAVE_TO)
        await until(pilot, lambda: FILE in text(pilot))
        await pilot.press("up")
        await until(pilot, lambda: screen.values["verb"] is Verb.SAVE)
        await until(pilot, lambda: FILE not in text(pilot))


def saved(uuid: str, name: str) -> Callable[[str], Place]:
    """Every file holds this RAM of a disk that nobody could look at."""
    ram = SavedRam(uuid=uuid, name=name, disks=(("vda", "/img/files01.qcow2"),))
    return lambda path: Place(path, There.FILE, There.FOLDER, ram=ram)


async def test_a_start_from_a_file_of_which_little_is_known_wants_the_name(tmp_path: Path) -> None:
    off = bare("files01")
    hosts = Still(world(off), tmp_path)
    hosts.place = saved(uuid=off.uuid, name="files01")
    async with on_stage(hosts) as pilot:
        screen = await menu(pilot, Verb.START_FROM)
        await until(pilot, lambda: "cannot be seen from here" in text(pilot))
        assert line(screen).value == FILE
        yes = screen.query_one("#yes", Button)
        assert yes.disabled
        screen.query_one("#typed", Input).focus()
        await pilot.press(*"files01")
        await until(pilot, lambda: not yes.disabled)
        await pilot.press("enter", "right", "enter")
        await until(pilot, lambda: bool(hosts.performed))
        assert hosts.performed[0].steps == (StartFrom("files01", FILE),)


async def test_a_file_of_another_domain_is_refused_by_name(tmp_path: Path) -> None:
    hosts = Still(world(bare("files01")), tmp_path)
    hosts.place = saved(uuid="u-erp", name="erp[/]db")
    async with on_stage(hosts) as pilot:
        screen = await menu(pilot, Verb.START_FROM)
        await until(pilot, lambda: "RAM of another domain, erp[/]db" in text(pilot))
        assert screen.query_one("#yes", Button).disabled


async def test_what_was_started_for_a_merge_is_forced_off_unless_one_chooses_otherwise(
    tmp_path: Path,
) -> None:
    made = running()
    assert made.config is not None
    errand = replace(made, state=State.PAUSED, config=replace(made.config, errand=True))
    for domain, verb in (
        (errand, Verb.FORCE_OFF),
        (replace(errand, config=made.config), Verb.RESUME),
    ):
        async with on_stage(Still(world(domain), tmp_path)) as pilot:
            await pilot.press("o")
            screen = await modal(pilot)
            assert screen.values["verb"] is verb
