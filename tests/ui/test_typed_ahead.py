"""Keys that come all at once do what they would have done one by one."""

from __future__ import annotations

import asyncio
from pathlib import Path
from time import monotonic

import pytest
from textual import events

from kvmtui.model.domain import State
from kvmtui.plans.plan import Plan
from kvmtui.plans.steps import Commit, CreateSnapshot
from kvmtui.ui.app import Kvmtui
from kvmtui.ui.forms.form import Form
from kvmtui.ui.lines import Lines
from kvmtui.ui.typed_ahead import CALM, OPENS, REST
from tests.ui.stage import Still, bare, database, on_stage, text, typed_ahead, until, world
from tests.worlds import chained, disk, domain, file


@pytest.fixture
def hosts(tmp_path: Path) -> Still:
    shown = world(chained(3, "alpha"), chained(3, "beta"), bare("gamma", State.RUNNING))
    return Still(shown, tmp_path)


@pytest.mark.parametrize(
    ("keys", "title"),
    [
        ("2gd", "Delete “s1” of alpha"),
        ("2gjr", "Revert alpha to “s2”"),
        ("jd", "Delete “s3” of beta"),
        ("jo", "Power of beta"),
        ("j2kd", "Delete “s2” of beta"),
        ("Gs", "Take a snapshot of gamma"),
        ("3jc", "Commit vda of alpha"),
        ("21jd", "Delete “s3” of beta"),
        ("jjkk2kd", "Delete “s2” of alpha"),
        ("jjk2gjd", "Delete “s2” of beta"),
    ],
)
async def test_they_find_what_the_keys_before_them_went_to(
    keys: str, title: str, hosts: Still
) -> None:
    async with on_stage(hosts) as pilot:
        await until(pilot, lambda: "snapshots · alpha" in text(pilot))
        typed_ahead(pilot, *keys)
        await until(pilot, lambda: "─ " in text(pilot) and "Cancel" in text(pilot))
        assert f"─ {title} ─" in text(pilot)


async def test_keys_wait_no_longer_the_more_of_them_come(
    hosts: Still, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What they wait for may never open, and who presses a key again and again is not patient."""
    async with on_stage(hosts) as pilot:
        await pilot.press("o")
        await until(pilot, lambda: "Cancel" in text(pilot))
        monkeypatch.setattr(Kvmtui, "is_opening", True)
        begun = monotonic()
        while monotonic() < begun + 2 * OPENS and "Cancel" in text(pilot):
            typed_ahead(pilot, "escape")
            await pilot.pause(OPENS / 4)
        assert "Cancel" not in text(pilot)


async def test_a_form_is_filled_in_and_agreed_to(hosts: Still) -> None:
    async with on_stage(hosts) as pilot:
        await pilot.press("c")
        await until(pilot, lambda: "Cancel" in text(pilot))
        typed_ahead(pilot, "tab", "tab", "down", "enter", "right", "enter")
        await until(pilot, lambda: bool(hosts.performed))
        step = hosts.performed[0].steps[0]
        assert isinstance(step, Commit)
        assert step.base == file("alpha.s1.qcow2")


async def test_a_key_after_tab_goes_to_the_field_that_tab_went_to(tmp_path: Path) -> None:
    disks = (disk(file("a.qcow2")), disk(file("b.qcow2"), target="vdb"))
    hosts = Still(world(domain("files01", *disks)), tmp_path)
    async with on_stage(hosts) as pilot:
        await pilot.press("s")
        await until(pilot, lambda: "Cancel" in text(pilot))
        first = (*"x1", "tab", *"for a test", "tab", "tab", "space", "tab", "space")
        typed_ahead(pilot, *first, "space")
        await until(pilot, lambda: "not included: vda" in text(pilot))
        typed_ahead(pilot, "shift+tab", "shift+tab", "shift+tab", "enter")
        await until(pilot, lambda: bool(hosts.performed))
        (step,) = hosts.performed[0].steps
        assert isinstance(step, CreateSnapshot)
        assert (step.name, step.description) == ("x1", "for a test")


@pytest.mark.parametrize("key", "srdco")
async def test_enter_before_a_form_was_seen_changes_nothing(key: str, hosts: Still) -> None:
    async with on_stage(hosts) as pilot:
        await pilot.press("2", "home")
        await until(pilot, lambda: "no description" in text(pilot))
        typed_ahead(pilot, key, "enter")
        await pilot.pause(0.5)
        assert hosts.performed == []


async def test_what_cannot_work_on_the_last_of_them_says_why(tmp_path: Path) -> None:
    hosts = Still(world(database(), bare("files01")), tmp_path)
    async with on_stage(hosts) as pilot:
        await until(pilot, lambda: "snapshots · erp-db1" in text(pilot))
        typed_ahead(pilot, "j", "c")
        await until(pilot, lambda: "vda has no layer below its active one" in text(pilot))


async def test_the_pane_is_the_one_that_was_gone_to(hosts: Still) -> None:
    async with on_stage(hosts) as pilot:
        await until(pilot, lambda: "snapshots · alpha" in text(pilot))
        typed_ahead(pilot, *"j2gv")
        await until(pilot, lambda: "“s1” of beta · XML" in text(pilot))


@pytest.mark.parametrize("way", ["right", "tab"])
@pytest.mark.parametrize("key", "rd")
async def test_what_does_harm_is_not_agreed_to_before_it_could_be_seen(
    key: str, way: str, hosts: Still
) -> None:
    async with on_stage(hosts) as pilot:
        await pilot.press("2", "home")
        await until(pilot, lambda: "no description" in text(pilot))
        typed_ahead(pilot, key, *[way] * 5, "enter", *[way, "enter"] * 5)
        await pilot.pause(0.5)
        assert hosts.performed == []


async def test_more_keys_than_anybody_types_ahead_are_a_paste(hosts: Still) -> None:
    async with on_stage(hosts) as pilot:
        await until(pilot, lambda: "snapshots · alpha" in text(pilot))
        typed_ahead(pilot, *"jsudden text\t\tand more of it" * 20, "enter", "q")
        await until(pilot, lambda: "taken for a paste" in text(pilot))
        assert (hosts.performed, pilot.app.is_running) == ([], True)
        await pilot.pause(2 * CALM)
        await pilot.press("G", "s")
        await until(pilot, lambda: "Take a snapshot of gamma" in text(pilot))


async def test_a_field_takes_a_long_text_that_comes_as_keys(hosts: Still) -> None:
    async with on_stage(hosts) as pilot:
        await pilot.press("2", "g", "e")
        await until(pilot, lambda: "About" in text(pilot))
        typed_ahead(pilot, *"word " * 40, *"end.")
        await until(pilot, lambda: "word end." in text(pilot))


@pytest.mark.parametrize("keys", [("o", "enter", "enter", "enter"), ("d", "enter", "enter")])
async def test_an_answer_is_given_once(keys: tuple[str, ...], hosts: Still) -> None:
    async with on_stage(hosts) as pilot:
        await pilot.press("2", "home")
        await until(pilot, lambda: "no description" in text(pilot))
        typed_ahead(pilot, *keys, "enter", "escape", "escape", "enter")
        await pilot.pause(0.5)
        assert hosts.performed == []
        await until(pilot, lambda: "Cancel" not in text(pilot))


async def test_keys_after_the_last_one_are_dropped(hosts: Still) -> None:
    async with on_stage(hosts) as pilot:
        await until(pilot, lambda: "snapshots · alpha" in text(pilot))
        typed_ahead(pilot, *"qjjjjjjjjjjjj2gv")
        await until(pilot, lambda: not pilot.app.is_running)
    assert pilot.app.return_code == 0


async def test_keys_that_come_while_the_screens_go_are_dropped(
    hosts: Still, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with on_stage(hosts) as pilot:
        await pilot.press("2", "home", "d")
        await until(pilot, lambda: "Cancel" in text(pilot))
        await pilot.app.screen.query("#buttons").remove()
        with monkeypatch.context() as ending:
            ending.setattr(type(pilot.app), "is_running", False)
            typed_ahead(pilot, "tab", "enter")
            await asyncio.sleep(0.2)  # an error would be that of the application


async def test_a_paste_that_the_terminal_marks_is_no_keys(hosts: Still) -> None:
    async with on_stage(hosts) as pilot:
        await until(pilot, lambda: "snapshots · alpha" in text(pilot))
        pilot.app.post_message(events.Paste("jdq\r\t\r" * 2**18))
        await pilot.press("s")
        await until(pilot, lambda: "Take a snapshot of alpha" in text(pilot))
        pilot.app.post_message(events.Paste("one\rtwo" * 2**18))
        await until(pilot, lambda: "Name   one " in text(pilot))
        assert hosts.performed == []


async def test_a_key_waits_for_what_the_key_before_it_opens(hosts: Still) -> None:
    """What a key does goes by the messages of the screen, which may be busy with its layout."""
    async with on_stage(hosts) as pilot:
        await pilot.press("G")
        await until(pilot, lambda: "snapshots · gamma" in text(pilot))
        pilot.app.screen.call_later(asyncio.sleep, 0.8)
        typed_ahead(pilot, "o", "down")
        await until(pilot, lambda: "● pause" in text(pilot), 5)
        await pilot.press("escape")


async def test_it_waits_also_for_a_modal_that_is_slow_to_open(
    hosts: Still, monkeypatch: pytest.MonkeyPatch
) -> None:
    agreed = Kvmtui._agreed

    async def late(app: Kvmtui, form: Form) -> Plan | None:
        await asyncio.sleep(0.3)
        return await agreed(app, form)

    monkeypatch.setattr(Kvmtui, "_agreed", late)
    async with on_stage(hosts) as pilot:
        await pilot.press("G")
        await until(pilot, lambda: "snapshots · gamma" in text(pilot))
        typed_ahead(pilot, "o", "down")
        await until(pilot, lambda: "● pause" in text(pilot), 5)
        await pilot.press("escape")


@pytest.mark.parametrize("rest", [REST, 30.0], ids=["a rest", "none"])
async def test_keys_that_come_at_once_are_obeyed_after_a_rest(
    rest: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kvmtui.ui.typed_ahead.REST", rest)
    hosts = Still(world(*(bare(f"d{n}") for n in range(40))), tmp_path)
    async with on_stage(hosts, (80, 60)) as pilot:
        lines = pilot.app.screen.query_one("#domains", Lines)
        first = lines.cursor
        typed_ahead(pilot, *"j" * 30)
        if rest == REST:
            await until(pilot, lambda: lines.cursor == first + 30, 5)
        else:
            await pilot.pause(0.5)
            assert lines.cursor - first <= 1


async def test_a_held_key_need_not_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kvmtui.ui.typed_ahead.REST", 30.0)
    hosts = Still(world(*(bare(f"d{n}") for n in range(40))), tmp_path)
    async with on_stage(hosts, (80, 60)) as pilot:
        lines = pilot.app.screen.query_one("#domains", Lines)
        first = lines.cursor
        for _ in range(30):
            typed_ahead(pilot, "j")
            await asyncio.sleep(0.016)
        await until(pilot, lambda: lines.cursor == first + 30, 5)


async def test_who_goes_on_pressing_keys_after_a_paste_is_obeyed_soon(hosts: Still) -> None:
    async with on_stage(hosts) as pilot:
        typed_ahead(pilot, *"x" * 200)
        for _ in range(round(2 * CALM / 0.1)):
            typed_ahead(pilot, "G")
            await asyncio.sleep(0.1)
        await until(pilot, lambda: "snapshots · gamma" in text(pilot), 2)


async def test_what_a_held_key_passes_is_not_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hosts = Still(world(*(chained(2, f"guest{n:02}") for n in range(14))), tmp_path)
    selected: list[object] = []
    async with on_stage(hosts) as pilot:
        monkeypatch.setattr(hosts, "select", selected.append)
        typed_ahead(pilot, *"j" * 13)
        await until(pilot, lambda: "snapshots · guest13" in text(pilot))
    assert len(selected) <= 2
